/* The register kernels against sums written out, for every number of outputs that takes another
 * path.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/layer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "stats/rng.h"

#ifdef REAL_DOUBLE
static const double SAME = 1e-13;
#else
static const double SAME = 1e-5;
#endif

enum { COUNT = 70, LD = 48, FIRST = 3, WIDTH = 16 }; /* more neurons than one group */

Test(layer, output_gradient_and_products_for_any_number_of_outputs) {
    const size_t outputs[] = {1, 2, 3, 9, 10, 11, 20, 23};
    rng *r = rng_new(4, 0, 0, RNG_PILOT);
    for (size_t k = 0; k < sizeof outputs / sizeof *outputs; k++) {
        size_t q = outputs[k];
        real *Z = allocate(COUNT * LD, sizeof *Z, "Z"), *S = allocate(COUNT * LD, sizeof *S, "S"),
             *A = allocate(COUNT * q, sizeof *A, "A");
        real *U = allocate(q * LD, sizeof *U, "U"), *P = allocate(COUNT * WIDTH, sizeof *P, "P"),
             *R = allocate(q * LD, sizeof *R, "R");
        rng_normal(r, 1, COUNT * LD, Z);
        rng_normal(r, 1, q * LD, R);
        rng_signs(r, COUNT * q, A);
        Z[5] = 0; /* the derivative at 0 is 0 */
        for (size_t j = 0; j < q * LD; j++) { U[j] = 1; }
        layer_output(Z, A, COUNT, q, LD, (real)0.5, U);
        layer_gradient(Z, A, R, COUNT, q, LD, (real)0.125, NULL, S); /* twice: it adds */
        layer_gradient(Z, A, R, COUNT, q, LD, (real)0.125, NULL, S);
        layer_products(A, R + FIRST, COUNT, q, LD, WIDTH, (real)0.25, P, WIDTH);
        for (size_t o = 0; o < q; o++) {
            for (size_t i = 0; i < LD; i++) {
                double u = 1;
                for (size_t n = 0; n < COUNT; n++) {
                    u += 0.5 * (double)A[n * q + o] * fmax((double)Z[n * LD + i], 0);
                }
                cr_expect(le(dbl, fabs((double)U[o * LD + i] - u), SAME * COUNT), "q = %zu", q);
            }
        }
        for (size_t n = 0; n < COUNT; n++) {
            for (size_t i = 0; i < LD; i++) {
                double s = 0;
                for (size_t o = 0; o < q && Z[n * LD + i] > 0; o++) {
                    s += 0.25 * (double)R[o * LD + i] * (double)A[n * q + o];
                }
                cr_expect(le(dbl, fabs((double)S[n * LD + i] - s), SAME * (double)q), "q = %zu", q);
            }
        }
        for (size_t n = 0; n < COUNT; n++) {
            for (size_t i = 0; i < WIDTH; i++) {
                double p = 0;
                for (size_t o = 0; o < q; o++) {
                    p += 0.25 * (double)R[o * LD + FIRST + i] * (double)A[n * q + o];
                }
                cr_expect(le(dbl, fabs((double)P[n * WIDTH + i] - p), SAME * (double)q), "q = %zu",
                          q);
            }
        }
        cr_expect(eq(dbl, (double)S[5], 0));
        free(Z), free(S), free(A), free(U), free(R), free(P);
    }
    rng_free(r);
}

/* Columns that go to other places are the same ones, and none else is touched. */
Test(layer, gradient_to_other_places) {
    enum { Q = 12, ROOM = 2 * COUNT };
    static _Alignas(64) real Z[COUNT * LD], R[Q * LD], S[COUNT * LD], there[ROOM * LD];
    real A[COUNT * Q];
    size_t place[COUNT];
    rng *r = rng_new(5, 0, 0, RNG_PILOT);
    rng_normal(r, 1, COUNT * LD, Z);
    rng_normal(r, 1, Q * LD, R);
    rng_signs(r, COUNT * Q, A);
    rng_free(r);
    for (size_t k = 0; k < COUNT; k++) { place[k] = 2 * (3 * k % COUNT); }
    layer_gradient(Z, A, R, COUNT, Q, LD, (real)0.5, NULL, S);
    layer_gradient(Z, A, R, COUNT, Q, LD, (real)0.5, place, there);
    for (size_t k = 0; k < COUNT; k++) {
        cr_expect(zero(int, memcmp(there + place[k] * LD, S + k * LD, LD * sizeof *S)), "%zu", k);
        for (size_t i = 0; i < LD; i++) { cr_expect(there[(2 * k + 1) * LD + i] == 0); }
    }
}
