/* Rows that are held out: what they are of a file, and that a run moves them without their having a
 * part in it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/rows.h"
#include "model/trajectory.h"

#ifdef REAL_DOUBLE
static const double SAME = 1e-11;
#else
static const double SAME = 5e-5;
#endif

TestSuite(held);

static program_options options_of(size_t samples, program_rows rows) {
    return (program_options){.name = "test",
                             .data = "data/digits.npz",
                             .samples = samples,
                             .rows = rows,
                             .seed = 3,
                             .quiet = true};
}

static bool same_row(const dataset *a, size_t i, const dataset *b, size_t j) {
    return memcmp(a->X + i * a->d, b->X + j * b->d, a->d * sizeof *a->X) == 0 &&
           memcmp(a->Y + i * a->q, b->Y + j * b->q, a->q * sizeof *a->Y) == 0;
}

/* The last rows of the file, none of them among the others, whichever way those are chosen. */
Test(held, rows_are_the_last_of_the_file) {
    dataset whole;
    cr_assert(eq(int, dataset_load("data/digits.npz", 0, &whole), OK));
    for (int way = 0; way < 2; way++) {
        const program_options run = options_of(60, way ? ROWS_SPREAD : ROWS_USUAL);
        dataset data = {.n = 0}, held = {.n = 0};
        size_t *row = NULL;
        cr_assert(eq(int, rows_hold_out(&run, 0, 25, &data, &row, &held), OK), "%s", error_text());
        cr_assert(eq(sz, data.n, 60));
        cr_assert(eq(sz, held.n, 25));
        for (size_t i = 0; i < 25; i++) { cr_expect(same_row(&held, i, &whole, whole.n - 25 + i)); }
        for (size_t i = 0; i < 60; i++) {
            cr_expect(lt(sz, row[i], whole.n - 25));
            cr_expect(same_row(&data, i, &whole, row[i]));
        }
        free(row), dataset_free(&data), dataset_free(&held);
    }
    dataset_free(&whole);
}

/* With --at-most a quarter of a small file is left to be held out, and what remains is trained on. */
Test(held, no_more_than_a_quarter_at_most) {
    program_options run = options_of(5000, ROWS_USUAL);
    dataset data = {.n = 0}, held = {.n = 0};
    size_t *row = NULL;
    cr_expect(eq(int, rows_hold_out(&run, 0, 900, &data, &row, &held), BAD_INPUT));
    run.at_most = true;
    cr_assert(eq(int, rows_hold_out(&run, 0, 900, &data, &row, &held), OK), "%s", error_text());
    cr_expect(eq(sz, held.n, 250));
    cr_expect(eq(sz, data.n, 750));
    free(row), dataset_free(&data), dataset_free(&held);
}

typedef struct {
    double error, held, off; /* off: largest |Z - X W| of the rows held out, over the largest */
} outcome;

static outcome train(const dataset *data, const dataset *held, gram_method way, size_t batch) {
    const train_settings s = {.width = 40,
                              .subnets = 3,
                              .xi = 0.6,
                              .lr = 0.2,
                              .local_steps = 2,
                              .kappa = 1,
                              .batch = batch};
    gram g;
    trajectory run;
    outcome o = {0};
    cr_assert(eq(int, gram_new_beside(data, held, way, &g), OK));
    cr_assert(eq(int, trajectory_open(&g, &s, true, 7, 0, 0, &run), OK));
    real *W0 = malloc(s.width * g.d * sizeof *W0), *A = malloc(s.width * g.q * sizeof *A),
         *W = malloc(s.width * g.d * sizeof *W);
    rng *start = rng_new(7, 0, 0, RNG_WEIGHTS);
    train_draw_start(&run.t, start, W0, A);
    for (size_t k = 0; k < 5; k++) { trajectory_round(&run, NULL, NULL); }
    trainer_weights(&run.t, W0, W);
    o.error = run.t.error;
    o.held = run.t.held;
    double largest = 0;
    for (size_t r = 0; r < s.width; r++) {
        for (size_t i = 0; i < g.held; i++) {
            double z = 0, seen = (double)run.t.whole.Z[r * g.ld + g.first + i];
            for (size_t j = 0; j < g.d; j++) {
                z += (double)W[r * g.d + j] * (double)g.X[(g.first + i) * g.d + j];
            }
            o.off = fmax(o.off, fabs(seen - z));
            largest = fmax(largest, fabs(z));
        }
    }
    o.off /= largest;
    rng_free(start), free(W0), free(A), free(W);
    trajectory_close(&run), gram_free(&g);
    return o;
}

/* Their pre-activations are X W, by either form of the Gram matrix and on part of the rows too; the
 * others are trained as without them, whatever their labels. */
Test(held, they_are_moved_and_move_nothing) {
    const program_options run = options_of(61, ROWS_USUAL);
    dataset data, held;
    size_t *row;
    cr_assert(eq(int, rows_hold_out(&run, 0, 25, &data, &row, &held), OK));
    for (int way = GRAM_MATRIX; way <= GRAM_FACTOR; way++) {
        for (size_t batch = 0; batch <= 10; batch += 10) {
            outcome with = train(&data, &held, (gram_method)way, batch);
            outcome without = train(&data, NULL, (gram_method)way, batch);
            cr_expect(le(dbl, with.off, SAME), "way %d, batch %zu: %g", way, batch, with.off);
            cr_expect(le(dbl, fabs(with.error - without.error), SAME * without.error));
            cr_expect(isnan(without.held));
            held.Y[3] += 1;
            outcome other = train(&data, &held, (gram_method)way, batch);
            held.Y[3] -= 1;
            cr_expect(eq(dbl, other.error, with.error));
            cr_expect(ne(dbl, other.held, with.held));
        }
    }
    free(row), dataset_free(&data), dataset_free(&held);
}
