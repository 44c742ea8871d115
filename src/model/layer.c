/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/layer.h"

#include "model/vec.h"

enum {
    OUTPUTS = 10, /* sums kept in registers at once, of each of so many vecs of inputs, */
    VECS = VEC_BYTES == 64 ? 2 : 1, /* which share what is loaded of A */
    GROUP = 32, /* neurons that pass by before the next vec: their columns lie on as many pages,
                     which the translation buffer holds */
    AHEAD = 256 /* bytes of a column that are fetched before they are looked at: the processor does
                     not foresee so many columns */
};

/* Sums of `q` outputs over `count` neurons for `vecs` vecs of inputs (both constants where this is
 * inlined). */
static inline __attribute__((always_inline)) void output_vecs(const real *Z, const real *A,
                                                              size_t count, size_t q, size_t vecs,
                                                              size_t stride, size_t ld, real scale,
                                                              real *U) {
    vec sum[OUTPUTS][VECS];
    for (size_t o = 0; o < q; o++) {
        for (size_t v = 0; v < vecs; v++) { sum[o][v] = (vec){0}; }
    }
    for (size_t r = 0; r < count; r++) {
        vec z[VECS];
        __builtin_prefetch((const char *)((uintptr_t)(Z + r * ld) + AHEAD)); /* need not be there */
        for (size_t v = 0; v < vecs; v++) {
            z[v] = vec_load(Z + r * ld + v * LANES);
            z[v] = vec_where_positive(z[v], z[v]);
        }
        for (size_t o = 0; o < q; o++) {
            for (size_t v = 0; v < vecs; v++) { sum[o][v] += z[v] * A[r * stride + o]; }
        }
    }
    for (size_t o = 0; o < q; o++) {
        for (size_t v = 0; v < vecs; v++) {
            real *u = U + o * ld + v * LANES;
            vec_store(u, vec_load(u) + scale * sum[o][v]);
        }
    }
}

/* <R_j, a_r> of `count` neurons for `vecs` vecs of inputs; added to what is there if `more`, 0 where
 * Z <= 0 if there is a Z. place: rows of P, NULL: one after the other. */
static inline __attribute__((always_inline)) void
products_vecs(const real *Z, const real *A, const real *R, size_t count, size_t q, size_t vecs,
              size_t stride, size_t ld, real factor, int more, const size_t *place, real *P,
              size_t step) {
    vec residual[OUTPUTS][VECS];
    for (size_t o = 0; o < q; o++) {
        for (size_t v = 0; v < vecs; v++) {
            residual[o][v] = factor * vec_load(R + o * ld + v * LANES);
        }
    }
    for (size_t r = 0; r < count; r++) {
        vec sum[VECS] = {{0}};
        for (size_t o = 0; o < q; o++) {
            for (size_t v = 0; v < vecs; v++) { sum[v] += residual[o][v] * A[r * stride + o]; }
        }
        for (size_t v = 0; v < vecs; v++) {
            real *to = P + (place ? place[r] : r) * step + v * LANES;
            if (Z) { sum[v] = vec_where_positive(vec_load(Z + r * ld + v * LANES), sum[v]); }
            vec_store(to, more ? vec_load(to) + sum[v] : sum[v]);
        }
    }
}

/* `vecs` registers' worth of outputs whose number is known to the compiler for the common cases: one
 * output, and ten. */
static inline __attribute__((always_inline)) void output_of(const real *Z, const real *A,
                                                            size_t count, size_t q, size_t vecs,
                                                            size_t stride, size_t ld, real scale,
                                                            real *U) {
    if (q == OUTPUTS) {
        output_vecs(Z, A, count, OUTPUTS, vecs, stride, ld, scale, U);
    } else if (q == 1) {
        output_vecs(Z, A, count, 1, vecs, stride, ld, scale, U);
    } else {
        output_vecs(Z, A, count, q, vecs, stride, ld, scale, U);
    }
}

static void output_group(const real *Z, const real *A, size_t count, size_t q, size_t stride,
                         size_t ld, real scale, real *U) {
    size_t i = 0;
    for (; i + VECS * LANES <= ld; i += VECS * LANES) {
        output_of(Z + i, A, count, q, VECS, stride, ld, scale, U + i);
    }
    for (; i < ld; i += LANES) { output_of(Z + i, A, count, q, 1, stride, ld, scale, U + i); }
}

/* As output_of. */
static inline __attribute__((always_inline)) void
products_of(const real *Z, const real *A, const real *R, size_t count, size_t q, size_t vecs,
            size_t stride, size_t ld, real factor, int more, const size_t *place, real *P,
            size_t step) {
    if (q == OUTPUTS) {
        products_vecs(Z, A, R, count, OUTPUTS, vecs, stride, ld, factor, more, place, P, step);
    } else if (q == 1) {
        products_vecs(Z, A, R, count, 1, vecs, stride, ld, factor, more, place, P, step);
    } else {
        products_vecs(Z, A, R, count, q, vecs, stride, ld, factor, more, place, P, step);
    }
}

/* As output_group: products over `width` inputs. */
static inline __attribute__((always_inline)) void
products_group(const real *Z, const real *A, const real *R, size_t count, size_t q, size_t stride,
               size_t ld, size_t width, real factor, int more, const size_t *place, real *P,
               size_t step) {
    size_t i = 0;
    for (; i + VECS * LANES <= width; i += VECS * LANES) {
        products_of(Z ? Z + i : NULL, A, R + i, count, q, VECS, stride, ld, factor, more, place,
                    P + i, step);
    }
    for (; i < width; i += LANES) {
        products_of(Z ? Z + i : NULL, A, R + i, count, q, 1, stride, ld, factor, more, place, P + i,
                    step);
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
