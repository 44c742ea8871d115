/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/gram.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/rng.h"

#ifdef REAL_DOUBLE
static const double SAME = 1e-13;
#else
static const double SAME = 1e-5;
#endif

enum { COUNT = 5 };

/* T + G S, S = factor (R A^T) o 1{Z > 0}, written out from the inputs X (n, d). */
static double written_out(const double *X, size_t n, size_t d, const relu_sum *s, size_t r,
                          size_t i) {
    double sum = 0;
    for (size_t j = 0; j < n; j++) {
        double product = 0, gradient = 0;
        for (size_t k = 0; k < d; k++) { product += X[i * d + k] * X[j * d + k]; }
        for (size_t o = 0; o < s->q; o++) {
            gradient += (double)s->R[o * s->ld + j] * (double)s->A[r * s->q + o];
        }
        sum += s->Z[r * s->ld + j] > 0 ? product * (double)s->factor * gradient : 0;
    }
    return sum;
}

/* One step of every way against the sum written out; the factor has as many columns as expected. */
static void check_ways(const dataset *data, size_t rank) {
    for (int way = GRAM_MATRIX; way <= GRAM_FACTOR; way++) {
        gram g;
        cr_assert(eq(int, gram_new(data, (gram_method)way, &g), OK));
        cr_expect(eq(sz, g.rank, way == GRAM_FACTOR ? rank : 0));
        rng *r = rng_new(1, 0, 0, RNG_PILOT);
        real *Z = allocate(COUNT * g.ld, sizeof *Z, "Z"),
             *T = allocate(COUNT * g.ld, sizeof *T, "T"),
             *A = allocate(COUNT * g.q, sizeof *A, "A"), *R = allocate(g.q * g.ld, sizeof *R, "R"),
             *work = allocate(gram_workspace(&g), sizeof *work, "work");
        memset(T, 0, COUNT * g.ld * sizeof *T);
        memset(Z, 0, COUNT * g.ld * sizeof *Z);
        for (size_t k = 0; k < COUNT; k++) { rng_normal(r, 1, g.n, Z + k * g.ld); }
        rng_signs(r, COUNT * g.q, A);
        rng_normal(r, 1, g.q * g.ld, R);
        relu_sum s = {
            .Z = Z, .A = A, .R = R, .count = COUNT, .q = g.q, .ld = g.ld, .factor = (real)-0.5};
        gram_step(&g, &s, T, work);
        for (size_t k = 0; k < COUNT; k++) {
            for (size_t i = 0; i < g.n; i++) {
                cr_expect(
                    le(dbl,
                       fabs((double)T[k * g.ld + i] - written_out(data->X, g.n, g.d, &s, k, i)),
                       SAME * 50),
                    "way %d", way);
            }
        }
        for (size_t k = 0; k < COUNT; k++) {
            for (size_t i = g.n; i < g.ld; i++) {
                cr_expect(eq(dbl, (double)T[k * g.ld + i], 0), "padding stays 0");
            }
        }
        gram_free(&g), free(Z), free(T), free(A), free(R), free(work), rng_free(r);
    }
}

Test(gram, both_ways_apply_the_same_matrix) {
    dataset data;
    cr_assert(eq(int, dataset_load("data/digits.npz", 37, &data), OK));
    check_ways(
        &data,
        37); /* fewer inputs than columns: the factor has as many columns as there are inputs */
    dataset_free(&data);
    cr_assert(eq(int, dataset_load("data/digits.npz", 200, &data), OK));
    check_ways(&data, 54); /* ten pixels are empty in all of them */
    dataset_free(&data);
}

/* 16 columns more, each a combination of two others: X has them, the factor has not. */
Test(gram, dependent_columns_are_left_out) {
    enum { N = 200, D = 64, WIDER = 80 };
    dataset data;
    cr_assert(eq(int, dataset_load("data/digits.npz", N, &data), OK));
    double *X = malloc(N * WIDER * sizeof *X);
    for (size_t i = 0; i < N; i++) {
        const double *x = data.X + i * D;
        double square = 0;
        for (size_t k = 0; k < WIDER; k++) {
            X[i * WIDER + k] = k < D ? x[k] : x[k - D] - x[k - D + 20];
            square += X[i * WIDER + k] * X[i * WIDER + k];
        }
        for (size_t k = 0; k < WIDER; k++) { X[i * WIDER + k] /= sqrt(square); }
    }
    free(data.X);
    data.X = X, data.d = WIDER;
    gram g;
    cr_assert(eq(int, gram_new(&data, GRAM_FACTOR, &g), OK));
    cr_expect(eq(sz, g.rank, 54));
    check_ways(&data, 54);
    gram_free(&g), dataset_free(&data);
}

Test(gram, the_cheaper_way_is_chosen) {
    dataset data;
    gram g;
    cr_assert(eq(int, dataset_load("data/digits.npz", 192, &data),
                 OK)); /* n^2 = 3 n d: equal cost, the matrix */
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    cr_expect(eq(int, g.method, GRAM_MATRIX));
    cr_expect(eq(dbl, gram_cost(&g), 192.0 * 192));
    gram_free(&g), dataset_free(&data);
    cr_assert(eq(int, dataset_load("data/digits.npz", 193, &data), OK));
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    cr_expect(eq(int, g.method, GRAM_FACTOR));
    cr_expect(eq(dbl, gram_cost(&g), 3 * 193.0 * 54)); /* its ten empty columns are left out */
    gram_free(&g), dataset_free(&data);
}

Test(gram, projection_is_x_times_w) {
    enum { N = 20, M = 3 };
    dataset data;
    gram g;
    cr_assert(eq(int, dataset_load("data/digits.npz", N, &data), OK));
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    real *W = malloc(M * g.d * sizeof *W), *Z = malloc(M * g.ld * sizeof *Z);
    rng *r = rng_new(1, 0, 0, RNG_PILOT);
    rng_normal(r, 1, M * g.d, W);
    gram_project(&g, W, M, Z);
    for (size_t k = 0; k < M; k++) {
        for (size_t i = 0; i < g.ld; i++) {
            double z = 0;
            for (size_t j = 0; i < N && j < g.d; j++) {
                z += data.X[i * g.d + j] * (double)W[k * g.d + j];
            }
            cr_expect(le(dbl, fabs((double)Z[k * g.ld + i] - z), SAME * 10));
        }
    }
    rng_free(r), gram_free(&g), dataset_free(&data), free(W), free(Z);
}
