/* The order of the inputs: the same inputs, fewer terms, the same training.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/dataset.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/active.h"
#include "model/trajectory.h"

enum { N = 400, M = 120 };

/* Every row with its labels, by their bytes. */
static int by_bytes(const void *a, const void *b) { return memcmp(a, b, 74 * sizeof(double)); }

static double *sorted_rows(const dataset *data) {
    double *rows = malloc(N * 74 * sizeof *rows);
    for (size_t i = 0; i < N; i++) {
        memcpy(rows + i * 74, data->X + i * 64, 64 * sizeof *rows);
        memcpy(rows + i * 74 + 64, data->Y + i * 10, 10 * sizeof *rows);
    }
    qsort(rows, N, 74 * sizeof *rows, by_bytes);
    return rows;
}

Test(cluster, keeps_every_input_with_its_labels) {
    dataset plain, arranged;
    cr_assert(dataset_load("data/digits.npz", N, &plain) == OK &&
              dataset_load("data/digits.npz", N, &arranged) == OK);
    cr_assert(eq(int, dataset_cluster_rows(&arranged), OK));
    cr_expect(ne(int, memcmp(plain.X, arranged.X, N * 64 * sizeof(double)), 0),
              "the order has changed");
    double *before = sorted_rows(&plain), *after = sorted_rows(&arranged);
    cr_expect(eq(int, memcmp(before, after, N * 74 * sizeof *before), 0));
    for (int k = 0; k < 2; k++) {
        cr_expect(eq(sz, plain.closest[k], arranged.closest[k]), "rows of the file");
    }
    free(before), free(after), dataset_free(&plain), dataset_free(&arranged);
}

/* What is left of the sums of M random neurons where each tile takes its smaller set. */
static double terms_left(const dataset *data) {
    gram g;
    cr_assert(eq(int, gram_new(data, GRAM_AUTO, &g), OK));
    rng *r = rng_new(3, 0, 0, RNG_PILOT);
    real *W = malloc(M * 64 * sizeof *W), *Z = malloc(M * g.ld * sizeof *Z);
    rng_normal(r, 1, M * 64, W);
    gram_project(&g, W, M, Z);
    size_t left = 0, tile = active_tile(N);
    for (size_t k = 0; k < M; k++) {
        for (size_t begin = 0; begin < N; begin += tile) {
            size_t width = N - begin < tile ? N - begin : tile, active = 0;
            for (size_t j = 0; j < width; j++) { active += Z[k * g.ld + begin + j] > 0; }
            left += active < width - active ? active : width - active;
        }
    }
    free(W), free(Z), rng_free(r), gram_free(&g);
    return (double)left / (N * M);
}

Test(cluster, leaves_fewer_terms) {
    dataset data;
    cr_assert(eq(int, dataset_load("data/digits.npz", N, &data), OK));
    double before = terms_left(&data);
    cr_assert(eq(int, dataset_cluster_rows(&data), OK));
    cr_expect(lt(dbl, terms_left(&data), 0.8 * before));
    dataset_free(&data);
}

static double error_after_rounds(const dataset *data) {
    train_settings s = {
        .width = M, .subnets = 3, .xi = 0.5, .lr = 0.05, .local_steps = 3, .kappa = 1};
    gram g;
    trajectory run;
    cr_assert(eq(int, gram_new(data, GRAM_AUTO, &g), OK));
    cr_assert(eq(int, trajectory_open(&g, &s, false, 1, 0, 0, &run), OK));
    for (int k = 0; k < 4; k++) { cr_assert(trajectory_round(&run, NULL, NULL)); }
    double error = run.t.error;
    trajectory_close(&run), gram_free(&g);
    return error;
}

Test(cluster, changes_training_by_rounding_alone) {
    const double same = sizeof(real) == sizeof(float) ? 2e-5 : 1e-12;
    dataset data;
    cr_assert(eq(int, dataset_load("data/digits.npz", N, &data), OK));
    double before = error_after_rounds(&data);
    cr_assert(eq(int, dataset_cluster_rows(&data), OK));
    cr_expect(le(dbl, fabs(error_after_rounds(&data) / before - 1), same));
    dataset_free(&data);
}
