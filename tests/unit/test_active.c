/* The sum over active inputs against the sum written out: all numbers of outputs, inputs and rows
 * that take another path, and neurons that are active on few, many, all and none of the inputs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/active.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "stats/rng.h"

#ifdef REAL_DOUBLE
static const double SAME = 1e-14;
#else
static const double SAME = 5e-6;
#endif

typedef struct {
    size_t n, length, q, count, ld, stride;
    double *V;
    real *Z, *A, *R, *S; /* S: factor * (R A^T) o 1{Z > 0} */
    real *T, *before;    /* (count, stride), aligned as a network's */
} scene;

static const real FACTOR = (real)0.25;

static size_t whole_lines(size_t x) { return (x + 15) / 16 * 16; }

/* Neuron r is active on about share(r) of the inputs: none, a few, half, most, all. */
static scene new_scene(size_t n, size_t length, size_t q, size_t count, bool padded) {
    static const double shift[] = {-9, -1.3, 0, 0.9, 2, 9};
    scene s = {.n = n, .length = length, .q = q, .count = count, .ld = whole_lines(n)};
    s.stride = padded ? whole_lines(length) : length;
    rng *r = rng_new(n, length, q, RNG_PILOT);
    s.V = malloc(n * length * sizeof *s.V);
    s.Z = calloc(count * s.ld, sizeof *s.Z);
    s.S = calloc(count * s.ld, sizeof *s.S);
    s.A = malloc(count * q * sizeof *s.A);
    s.R = calloc(q * s.ld, sizeof *s.R);
    s.T = allocate(count * s.stride, sizeof *s.T, "sums");
    s.before = malloc(count * s.stride * sizeof *s.before);
    rng_normal_double(r, 1, n * length, s.V);
    rng_signs(r, count * q, s.A);
    rng_normal(r, 1, count * s.stride, s.T);
    for (size_t o = 0; o < q; o++) { rng_normal(r, 1, n, s.R + o * s.ld); }
    for (size_t k = 0; k < count; k++) {
        real *z = s.Z + k * s.ld;
        rng_normal(r, 1, n, z);
        for (size_t j = 0; j < n; j++) { z[j] += (real)shift[k % 6]; }
        z[0] = 0; /* the derivative at 0 is 0 */
        for (size_t j = 0; j < n * q; j++) {
            real product = s.R[j / n * s.ld + j % n] * s.A[k * q + j / n];
            s.S[k * s.ld + j % n] += z[j % n] > 0 ? FACTOR * product : 0;
        }
    }
    for (size_t k = 0; k < count * s.stride; k++) { s.before[k] = s.T[k]; }
    rng_free(r);
    return s;
}

static void free_scene(scene *s) {
    free(s->V), free(s->Z), free(s->A), free(s->R), free(s->S), free(s->T), free(s->before);
}

/* Largest difference between T and the sum written out in double precision; what is behind a column
 * stays. */
static double largest_difference(const scene *s) {
    double worst = 0;
    for (size_t r = 0; r < s->count; r++) {
        for (size_t i = 0; i < s->stride; i++) {
            double sum = (double)s->before[r * s->stride + i];
            for (size_t j = 0; i < s->length && j < s->n; j++) {
                double product = 0;
                for (size_t o = 0; o < s->q; o++) {
                    product += (double)s->R[o * s->ld + j] * (double)s->A[r * s->q + o];
                }
                sum += s->Z[r * s->ld + j] > 0
                           ? (double)FACTOR * product * (double)(real)s->V[j * s->length + i]
                           : 0;
            }
            double difference = fabs((double)s->T[r * s->stride + i] - sum);
            worst = difference <= worst ? worst : difference; /* a NaN stays */
        }
    }
    return worst;
}

/* T <- T + V s: s of the inputs on which Z is active, or, without Z, the given columns S. */
static void add(const scene *s, const real *Z) {
    packed_columns columns;
    cr_assert(eq(int, active_new(s->V, s->n, s->length, &columns), OK));
    real *work = allocate(active_workspace(&columns, s->q), sizeof *work, "work");
    relu_sum step = {
        .Z = Z, .A = s->A, .R = s->R, .count = s->count, .q = s->q, .ld = s->ld, .factor = FACTOR};
    if (!Z) { step = (relu_sum){.S = s->S, .count = s->count, .q = s->q, .ld = s->ld}; }
    active_add(&columns, &step, s->T, s->stride, work);
    free(work), active_free(&columns);
}

/* The sum over active inputs, or over the columns S that are given. */
static void expect_the_sum(scene s, bool given) {
    add(&s, given ? NULL : s.Z);
    cr_expect(le(dbl, largest_difference(&s), SAME * sqrt((double)(s.n * s.q)) * 10),
              "n = %zu, length = %zu, q = %zu, %zu neurons, stride %zu", s.n, s.length, s.q,
              s.count, s.stride);
    free_scene(&s);
}

enum { ODD = 71 }; /* one neuron has no partner */

Test(active, is_the_sum_written_out) {
    /* lengths of one to nine registers of 64 bytes, and such that neurons share what is loaded */
    static const size_t inputs[] = {1, 7, 64, 97, 200, 411, 600},
                        lengths[] = {1, 20, 40, 64, 70, 90, 110, 128, 140, 300, 790},
                        outputs[] = {1, 3, 10, 23};
    for (size_t a = 0; a < 7; a++) {
        for (size_t b = 0; b < 11; b++) {
            for (size_t c = 0; c < 4; c++) {
                expect_the_sum(new_scene(inputs[a], lengths[b], outputs[c], ODD, false), false);
            }
        }
    }
}

Test(active, in_several_runs_of_tiles) {
    expect_the_sum(new_scene(700, 40, 3, ACTIVE_PANEL, false), false);
    expect_the_sum(new_scene(700, 130, 1, ACTIVE_PANEL, true), false);
}

Test(active, of_given_columns_too) {
    static const size_t lengths[] = {40, 128, 790};
    for (size_t b = 0; b < 3; b++) {
        expect_the_sum(new_scene(97, lengths[b], 3, ODD, true), true);
        expect_the_sum(new_scene(200, lengths[b], 1, ODD + 1, false), true);
    }
}

/* The columns of a network are padded to whole lines, and summed in where they are. */
Test(active, in_padded_columns_of_any_number) {
    static const size_t lengths[] = {40, 100, 128, 144, 250, 790},
                        counts[] = {1, 2, 7, ACTIVE_PANEL};
    for (size_t b = 0; b < 6; b++) {
        for (size_t c = 0; c < 4; c++) {
            expect_the_sum(new_scene(97, lengths[b], 4, counts[c], true), false);
        }
    }
}

/* A step moves the columns that decide what is active: all is decided before any is moved. */
Test(active, in_the_columns_that_decide) {
    scene s = new_scene(600, 600, 10, ODD, true);
    memcpy(s.before, s.Z, s.count * s.ld * sizeof *s.Z);
    memcpy(s.T, s.Z, s.count * s.ld * sizeof *s.Z);
    add(&s, s.T);
    cr_expect(le(dbl, largest_difference(&s), SAME * sqrt((double)(s.n * s.q)) * 10));
    free_scene(&s);
}

/* To the last bit: how many rows stand side by side hangs on the processor's cache. */
Test(active, does_not_hang_on_the_rows_beside) {
    enum { ROWS = 768 }; /* in floats blocks of other sizes than those of twice as many rows */
    scene whole = new_scene(200, 2 * ROWS, 10, ODD, true);
    scene half = new_scene(200, ROWS, 10, ODD, true);
    memcpy(half.Z, whole.Z, whole.count * whole.ld * sizeof *whole.Z);
    memcpy(half.A, whole.A, whole.count * whole.q * sizeof *whole.A);
    memcpy(half.R, whole.R, whole.q * whole.ld * sizeof *whole.R);
    for (size_t j = 0; j < whole.n; j++) {
        memcpy(half.V + j * ROWS, whole.V + j * 2 * ROWS, ROWS * sizeof *half.V);
    }
    for (size_t r = 0; r < whole.count; r++) {
        memcpy(half.T + r * half.stride, whole.T + r * whole.stride, ROWS * sizeof *half.T);
    }
    add(&whole, whole.Z), add(&half, half.Z);
    for (size_t r = 0; r < whole.count; r++) {
        cr_expect(zero(int, memcmp(half.T + r * half.stride, whole.T + r * whole.stride,
                                   ROWS * sizeof *half.T)),
                  "neuron %zu", r);
    }
    free_scene(&whole), free_scene(&half);
}

Test(active, tiles_are_equal_shares) {
    const size_t most = active_tile(64 * 96); /* of a number that the widest tile divides */
    cr_expect(eq(sz, most, 64));
    for (size_t n = 1; n < 3000; n += 13) {
        size_t tile = active_tile(n), tiles = (n + tile - 1) / tile;
        cr_expect(le(sz, tile, most), "n = %zu", n);
        cr_expect(le(sz, tiles, (n + most - 1) / most), "n = %zu", n);
    }
}
