/* The first rows of a data set in fewer dimensions, with the same inner products.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/dataset.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/fixture.h"

enum { ALL = 6, FEW = 4 };

Test(few_rows, same_inner_products) {
    dataset data = fixture_one_output(ALL), few;
    double G[ALL * ALL];
    dataset_gram(&data, G);
    cr_assert(eq(int, few_rows(&data, 0, FEW, &few), OK));
    cr_assert(eq(sz, few.n, FEW));
    cr_assert(eq(sz, few.d, FEW));
    for (size_t i = 0; i < FEW; i++) {
        cr_assert(eq(dbl, few.Y[i], data.Y[i]));
        for (size_t j = 0; j < FEW; j++) {
            double product = 0;
            for (size_t k = 0; k < few.d; k++) {
                product += few.X[i * few.d + k] * few.X[j * few.d + k];
            }
            cr_assert(epsilon_eq(dbl, product, G[i * ALL + j], 1e-14));
        }
    }
    dataset_free(&few);
    dataset_free(&data);
}

/* Rows that span no more than they are: x and -x. */
Test(few_rows, dependent_rows_keep_their_dimension) {
    double X[] = {1, 0, 0, -1, 0, 0, 0, 1, 0}, Y[] = {1, -1, 0.5};
    dataset data = {.n = 3,
                    .d = 3,
                    .q = 1,
                    .X = X,
                    .Y = Y,
                    .same_angle = 1e-12,
                    .opposite = true,
                    .opposite_rows = {0, 1}};
    dataset few;
    cr_assert(eq(int, few_rows(&data, 0, 2, &few), OK));
    cr_assert(eq(sz, few.d, 3));
    cr_assert(few.opposite);
    cr_assert(eq(dbl, few.X[3], -1));
    dataset_free(&few);
    cr_assert(eq(int, few_rows(&data, 0, 1, &few), OK));
    cr_assert(not(few.opposite)); /* the other of the pair is not there */
    dataset_free(&few);
}

/* Rows from the third on. */
Test(few_rows, begin_anywhere) {
    dataset data = fixture_one_output(ALL), few;
    double G[ALL * ALL];
    dataset_gram(&data, G);
    cr_assert(eq(int, few_rows(&data, 2, 3, &few), OK));
    for (size_t i = 0; i < 3; i++) {
        double product = 0;
        for (size_t k = 0; k < few.d; k++) { product += few.X[k] * few.X[i * few.d + k]; }
        cr_assert(epsilon_eq(dbl, product, G[2 * ALL + 2 + i], 1e-14));
        cr_assert(eq(dbl, few.Y[i], data.Y[2 + i]));
    }
    dataset_free(&few);
    dataset_free(&data);
}

/* Dependent rows too: the same inner products in as many dimensions as there are rows. */
Test(few_rows, span_keeps_inner_products) {
    dataset data = fixture_one_output(ALL);
    memcpy(data.X + data.d, data.X, data.d * sizeof *data.X); /* row 1 is row 0 again */
    double G[ALL * ALL], X[ALL * ALL];
    dataset_gram(&data, G);
    cr_assert(eq(int, rows_in_span(&data, X), OK));
    for (size_t i = 0; i < ALL; i++) {
        for (size_t j = 0; j < ALL; j++) {
            double product = 0;
            for (size_t k = 0; k < ALL; k++) { product += X[i * ALL + k] * X[j * ALL + k]; }
            cr_expect(epsilon_eq(dbl, product, G[i * ALL + j], 1e-14));
        }
    }
    dataset_free(&data);
}

/* Wide rows in their span: two of them nearly one, and all inner products as before. */
Test(few_rows, wide_rows_are_narrowed) {
    enum { N = 4 };
    for (size_t d = WIDE_COLUMNS - 1; d <= WIDE_COLUMNS; d++) {
        dataset data = {.n = N, .d = d, .q = 1, .X = malloc(N * d * sizeof(double))};
        double before[N * N], after[N * N], angle;
        for (size_t i = 0; i < N; i++) {
            double square = 0;
            for (size_t k = 0; k < d; k++) {
                double x = i == 3 ? data.X[k] + 1e-7 * cos((double)k) : cos((double)((i + 2) * k));
                data.X[i * d + k] = x;
                square += x * x;
            }
            for (size_t k = 0; k < d; k++) { data.X[i * d + k] /= sqrt(square); }
        }
        dataset_gram(&data, before);
        angle = dataset_angle(&data, 0, 3);
        cr_assert(eq(int, dataset_narrow(&data), OK));
        dataset_gram(&data, after);
        cr_expect(eq(sz, data.d, d < WIDE_COLUMNS ? d : N));
        cr_expect(eq(sz, dataset_file_d(&data), d));
        for (size_t k = 0; k < N * N; k++) {
            cr_expect(epsilon_eq(dbl, after[k], before[k], 1e-14));
        }
        cr_expect(epsilon_eq(dbl, dataset_angle(&data, 0, 3) / angle, 1, 1e-7));
        free(data.X);
    }
}
