/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/batch.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/trajectory.h"
#include "tests/support/chi_square.h"

#ifdef REAL_DOUBLE
static const double SAME = 1e-12;
#else
static const double SAME = 2e-5;
#endif

enum { N = 70, B = 17, M = 600 };

typedef struct {
    dataset data;
    gram g;
    trainer t;
    real *U, *R, *work;
} ground;

static void open_ground(ground *x, gram_method way, bool follow) {
    const train_settings s = {
        .width = M, .subnets = 1, .xi = 1, .lr = 0.1, .local_steps = 1, .kappa = 1};
    cr_assert(eq(int, dataset_load("data/digits.npz", N, &x->data), OK));
    cr_assert(eq(int, gram_new(&x->data, way, &x->g), OK));
    cr_assert(eq(int, trainer_new(&x->g, &s, follow, &x->t), OK));
    rng *start = rng_new(3, 0, 0, RNG_PILOT);
    cr_assert(eq(int, trainer_start_random(&x->t, start), OK));
    rng_free(start);
    x->U = calloc(x->g.q * x->g.ld, sizeof *x->U);
    x->R = calloc(x->g.q * x->g.ld, sizeof *x->R);
    x->work = aligned_alloc(64, (gram_workspace(&x->g) + 64) / 64 * 64 * sizeof *x->work);
}

static void close_ground(ground *x) {
    free(x->U), free(x->R), free(x->work);
    trainer_free(&x->t), gram_free(&x->g), dataset_free(&x->data);
}

/* The step of all rows with the residuals of others set to 0, n/B times as large; more than one
 * panel of neurons, both ways of the Gram matrix, with and without weights. */
Test(batch, step_is_that_of_its_rows) {
    for (int way = GRAM_MATRIX; way <= GRAM_FACTOR; way++) {
        ground x;
        row_batch b;
        open_ground(&x, (gram_method)way, true);
        network *net = &x.t.whole;
        size_t ld = x.g.ld, bytes = M * ld * sizeof *net->Z;
        cr_assert(eq(int, batch_new(&x.g, B, M, &b), OK));
        real *start = malloc(bytes), *moved = malloc(bytes), *followed = malloc(bytes);
        memcpy(start, net->Z, bytes);
        rng *r = rng_new(5, 0, 0, RNG_TRIAL);
        double error = batch_step(&b, r, net, 0.7, 0.01), seen = 0, worst = 0, largest = 0;
        memcpy(moved, net->Z, bytes), memcpy(followed, net->C, bytes);
        memcpy(net->Z, start, bytes), memset(net->C, 0, bytes);
        network_output(&x.g, net, 0.7, x.U);
        network_residual(&x.g, x.U, x.R);
        for (size_t i = 0; i < N; i++) {
            size_t k = 0;
            while (k < B && b.row[k] != i) { k++; }
            for (size_t o = 0; o < x.g.q; o++) {
                real *e = &x.R[o * ld + i];
                seen += k < B ? (double)*e * (double)*e / (2 * B) : 0;
                if (k == B) { *e = 0; }
            }
        }
        network_step(&x.g, net, 0.7, 0.01 * N / B, x.R, NULL, x.work);
        for (size_t k = 0; k < M * ld; k++) {
            if (k % ld >= N) { continue; }
            worst = fmax(worst, fabs((double)moved[k] - (double)net->Z[k]));
            worst = fmax(worst, fabs((double)followed[k] - (double)net->C[k]));
            largest = fmax(largest, fabs((double)net->Z[k]));
        }
        cr_expect(le(dbl, worst, SAME * largest), "way %d: %g", way, worst);
        cr_expect(le(dbl, fabs(error - seen), SAME * seen));
        free(start), free(moved), free(followed);
        rng_free(r), batch_free(&b), close_ground(&x);
    }
}

/* Every row as often, no row twice; consecutive steps are independent: a row is taken twice running
 * in (B/N)^2 of the pairs. */
Test(batch, rows_are_drawn_without_replacement) {
    enum { DRAWS = 4000 };
    ground x;
    row_batch b;
    double observed[N] = {0}, expected[N], again[2] = {0}, both[2];
    size_t before[B];
    open_ground(&x, GRAM_MATRIX, false);
    cr_assert(eq(int, batch_new(&x.g, B, M, &b), OK));
    x.t.whole.m = 0; /* the rows alone */
    rng *r = rng_new(6, 0, 0, RNG_TRIAL);
    for (size_t k = 0; k < DRAWS; k++) {
        batch_step(&b, r, &x.t.whole, 1, 0.1);
        size_t same = 0;
        for (size_t i = 0; i < B; i++) {
            observed[b.row[i]]++;
            cr_assert(i == 0 || b.row[i - 1] < b.row[i]);
            for (size_t j = 0; k > 0 && j < B; j++) { same += b.row[i] == before[j]; }
        }
        again[0] += (double)same, again[1] += k > 0 ? (double)(B - same) : 0;
        memcpy(before, b.row, sizeof before);
    }
    for (size_t i = 0; i < N; i++) { expected[i] = (double)DRAWS * B / N; }
    both[0] = (double)(DRAWS - 1) * B * B / N, both[1] = (double)(DRAWS - 1) * B - both[0];
    cr_expect(lt(dbl, 1e-4, chi_square_p(observed, expected, N)));
    cr_expect(lt(dbl, 1e-4, chi_square_p(again, both, 2)));
    rng_free(r), batch_free(&b), close_ground(&x);
}

/* B = n is no batch: the same numbers, bit by bit; B < n moves others. */
Test(batch, all_rows_are_the_usual_step) {
    ground x;
    train_settings s = {
        .width = 40, .subnets = 3, .xi = 0.5, .lr = 0.1, .local_steps = 3, .kappa = 1};
    double error[3];
    open_ground(&x, GRAM_MATRIX, false);
    for (size_t k = 0; k < 3; k++) {
        trajectory run;
        s.batch = k == 0 ? 0 : k == 1 ? N : N - 1;
        cr_assert(eq(int, trajectory_open(&x.g, &s, false, 9, 0, 0, &run), OK));
        for (size_t round = 0; round < 4; round++) { trajectory_round(&run, NULL, NULL); }
        error[k] = run.t.error;
        trajectory_close(&run);
    }
    cr_expect(eq(dbl, error[0], error[1]));
    cr_expect(ne(dbl, error[0], error[2]));
    close_ground(&x);
}
