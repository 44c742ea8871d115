/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/layer.h"

#include "model/vec.h"

enum {
    OUTPUTS = 10, /* sums kept in registers at once */
    GROUP = 32,   /* neurons that pass by before the next vec: their columns lie on as many pages,
                     which the translation buffer holds */
    AHEAD = 256 /* bytes of a column that are fetched before they are looked at: the processor does
                     not foresee so many columns */
};

/* Sums of `q` outputs (a constant where this is inlined) over `count` neurons for one vec of
 * inputs. */
static inline __attribute__((always_inline)) void output_vec(const real *Z, const real *A,
                                                             size_t count, size_t q, size_t stride,
                                                             size_t ld, real scale, real *U) {
    vec sum[OUTPUTS];
    for (size_t o = 0; o < q; o++) { sum[o] = (vec){0}; }
    for (size_t r = 0; r < count; r++) {
        __builtin_prefetch((const char *)((uintptr_t)(Z + r * ld) + AHEAD)); /* need not be there */
        vec z = vec_load(Z + r * ld);
        z = vec_where_positive(z, z);
        for (size_t o = 0; o < q; o++) { sum[o] += z * A[r * stride + o]; }
    }
    for (size_t o = 0; o < q; o++) { vec_store(U + o * ld, vec_load(U + o * ld) + scale * sum[o]); }
}

/* <R_j, a_r> of `count` neurons for one vec of inputs; added to what is there if `more`, 0 where Z
 * <= 0 if there is a Z. place: rows of P, NULL: one after the other. */
static inline __attribute__((always_inline)) void
products_vec(const real *Z, const real *A, const real *R, size_t count, size_t q, size_t stride,
             size_t ld, real factor, int more, const size_t *place, real *P, size_t step) {
    vec residual[OUTPUTS];
    for (size_t o = 0; o < q; o++) { residual[o] = factor * vec_load(R + o * ld); }
    for (size_t r = 0; r < count; r++) {
        vec sum = (vec){0};
        for (size_t o = 0; o < q; o++) { sum += residual[o] * A[r * stride + o]; }
        if (Z) { sum = vec_where_positive(vec_load(Z + r * ld), sum); }
        real *to = P + (place ? place[r] : r) * step;
        vec_store(to, more ? vec_load(to) + sum : sum);
    }
}

/* A register's worth of outputs whose number is known to the compiler for the common cases: one
 * output, and ten. */
static void output_group(const real *Z, const real *A, size_t count, size_t q, size_t stride,
                         size_t ld, real scale, real *U) {
    for (size_t i = 0; i < ld; i += LANES) {
        if (q == OUTPUTS) {
            output_vec(Z + i, A, count, OUTPUTS, stride, ld, scale, U + i);
        } else if (q == 1) {
            output_vec(Z + i, A, count, 1, stride, ld, scale, U + i);
        } else {
            output_vec(Z + i, A, count, q, stride, ld, scale, U + i);
        }
    }
}

/* As output_group: products_vec over `width` inputs. */
static inline __attribute__((always_inline)) void
products_group(const real *Z, const real *A, const real *R, size_t count, size_t q, size_t stride,
               size_t ld, size_t width, real factor, int more, const size_t *place, real *P,
               size_t step) {
    for (size_t i = 0; i < width; i += LANES) {
        const real *z = Z ? Z + i : NULL;
        if (q == OUTPUTS) {
            products_vec(z, A, R + i, count, OUTPUTS, stride, ld, factor, more, place, P + i, step);
        } else if (q == 1) {
            products_vec(z, A, R + i, count, 1, stride, ld, factor, more, place, P + i, step);
        } else {
            products_vec(z, A, R + i, count, q, stride, ld, factor, more, place, P + i, step);
        }
    }
}

void layer_output(const real *Z, const real *A, size_t count, size_t q, size_t ld, real scale,
                  real *U) {
    for (size_t r = 0; r < count; r += GROUP) {
        for (size_t o = 0; o < q; o += OUTPUTS) {
            output_group(Z + r * ld, A + r * q + o, smaller(count - r, GROUP),
                         smaller(q - o, OUTPUTS), q, ld, scale, U + o * ld);
        }
    }
}

void layer_products(const real *A, const real *R, size_t count, size_t q, size_t ld, size_t width,
                    real factor, real *P, size_t step) {
    products_group(NULL, A, R, count, smaller(q, OUTPUTS), q, ld, width, factor, 0, NULL, P, step);
    for (size_t o = OUTPUTS; o < q; o += OUTPUTS) {
        products_group(NULL, A + o, R + o * ld, count, smaller(q - o, OUTPUTS), q, ld, width,
                       factor, 1, NULL, P, step);
    }
}

void layer_gradient(const real *Z, const real *A, const real *R, size_t count, size_t q, size_t ld,
                    real factor, const size_t *place, real *C) {
    for (size_t r = 0; r < count; r += GROUP) {
        for (size_t o = 0; o < q; o += OUTPUTS) {
            products_group(Z + r * ld, A + r * q + o, R + o * ld, smaller(count - r, GROUP),
                           smaller(q - o, OUTPUTS), q, ld, ld, factor, 1, place ? place + r : NULL,
                           place ? C : C + r * ld, ld);
        }
    }
}
