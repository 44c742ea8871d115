/* The sum over active inputs against the sum written out: all numbers of outputs, inputs and rows
 * that take another path, and neurons that are active on few, many, all and none of the inputs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/active.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>

#include "stats/rng.h"

#ifdef REAL_DOUBLE
static const double SAME = 1e-14;
#else
static const double SAME = 5e-6;
#endif

enum { COUNT = 71 }; /* odd: one neuron has no partner */

typedef struct {
    size_t n, length, q, ld;
    double *V;
    real *Z, *A, *R, *T, *before;
} scene;

/* Neuron r is active on about share(r) of the inputs: none, a few, half, most, all. */
static scene new_scene(size_t n, size_t length, size_t q) {
    static const double shift[] = {-9, -1.3, 0, 0.9, 2, 9};
    scene s = {.n = n, .length = length, .q = q, .ld = (n + 15) / 16 * 16};
    rng *r = rng_new(n, length, q, RNG_PILOT);
    s.V = malloc(n * length * sizeof *s.V);
    s.Z = calloc(COUNT * s.ld, sizeof *s.Z);
    s.A = malloc(COUNT * q * sizeof *s.A);
    s.R = calloc(q * s.ld, sizeof *s.R);
    s.T = malloc(COUNT * length * sizeof *s.T);
    s.before = malloc(COUNT * length * sizeof *s.before);
    rng_normal_double(r, 1, n * length, s.V);
    rng_signs(r, COUNT * q, s.A);
    rng_normal(r, 1, COUNT * length, s.T);
    for (size_t o = 0; o < q; o++) { rng_normal(r, 1, n, s.R + o * s.ld); }
    for (size_t k = 0; k < COUNT; k++) {
        rng_normal(r, 1, n, s.Z + k * s.ld);
        for (size_t j = 0; j < n; j++) { s.Z[k * s.ld + j] += (real)shift[k % 6]; }
        s.Z[k * s.ld] = 0; /* the derivative at 0 is 0 */
    }
    for (size_t k = 0; k < COUNT * length; k++) { s.before[k] = s.T[k]; }
    rng_free(r);
    return s;
}

static void free_scene(scene *s) {
    free(s->V), free(s->Z), free(s->A), free(s->R), free(s->T), free(s->before);
}

/* Largest difference between T and the sum written out in double precision. */
static double largest_difference(const scene *s, double factor) {
    double worst = 0;
    for (size_t r = 0; r < COUNT; r++) {
        for (size_t i = 0; i < s->length; i++) {
            double sum = (double)s->before[r * s->length + i];
            for (size_t j = 0; j < s->n; j++) {
                double product = 0;
                for (size_t o = 0; o < s->q; o++) {
                    product += (double)s->R[o * s->ld + j] * (double)s->A[r * s->q + o];
                }
                sum += s->Z[r * s->ld + j] > 0
                           ? factor * product * (double)(real)s->V[j * s->length + i]
                           : 0;
            }
            double difference = fabs((double)s->T[r * s->length + i] - sum);
            worst = difference <= worst ? worst : difference; /* a NaN stays */
        }
    }
    return worst;
}

Test(active, is_the_sum_written_out) {
    /* lengths of one to eight registers of 64 bytes, and such that neurons share what is loaded */
    static const size_t inputs[] = {1, 7, 96, 97, 200, 411},
                        lengths[] = {1, 20, 40, 64, 70, 90, 110, 128, 300, 790},
                        outputs[] = {1, 3, 10, 23};
    for (size_t a = 0; a < 6; a++) {
        for (size_t b = 0; b < 10; b++) {
            for (size_t c = 0; c < 4; c++) {
                scene s = new_scene(inputs[a], lengths[b], outputs[c]);
                packed_columns columns;
                cr_assert(eq(int, active_new(s.V, s.n, s.length, &columns), OK));
                real *work = allocate(active_workspace(&columns, s.q), sizeof *work, "work");
                relu_sum step = {.Z = s.Z,
                                 .A = s.A,
                                 .R = s.R,
                                 .count = COUNT,
                                 .q = s.q,
                                 .ld = s.ld,
                                 .factor = (real)0.25};
                active_add(&columns, &step, s.T, s.length, work);
                double limit = SAME * sqrt((double)(s.n * s.q)) * 10;
                cr_expect(le(dbl, largest_difference(&s, 0.25), limit),
                          "n = %zu, length = %zu, q = %zu", s.n, s.length, s.q);
                free(work), active_free(&columns), free_scene(&s);
            }
        }
    }
}

Test(active, tiles_are_equal_shares) {
    const size_t most = active_tile(64 * 96); /* of a number that every width of tile divides */
    cr_expect(le(sz, most, 96));
    for (size_t n = 1; n < 3000; n += 13) {
        size_t tile = active_tile(n), tiles = (n + tile - 1) / tile;
        cr_expect(le(sz, tile, most), "n = %zu", n);
        cr_expect(le(sz, tiles, (n + most - 1) / most), "n = %zu", n);
    }
}
