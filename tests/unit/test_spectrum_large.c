/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/spectrum.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "model/ntk.h"
#include "tests/support/random_rows.h"

/* The kernel of n random rows of d entries; free it. */
static double *kernel(size_t n, size_t d, size_t repetition) {
    dataset data = random_rows(n, d, repetition);
    double *H = malloc(n * n * sizeof *H);
    cr_assert(H != NULL);
    ntk_infinite(&data, 1, H);
    free(data.X);
    return H;
}

static void expect_agreement(const double *A, size_t n) {
    spectrum_interval large, dense;
    cr_assert(eq(int, spectrum_lambda_min_large(A, n, &large), OK));
    cr_assert(eq(int, spectrum_lambda_min(A, n, &dense), OK));
    double norm;
    cr_assert(eq(int, spectrum_norm(A, n, &norm), OK));
    cr_assert(le(dbl, fabs(large.value - dense.value), 4 * (double)n * DBL_EPSILON * norm),
              "n=%zu: %.17g and %.17g", n, large.value, dense.value);
    cr_assert(le(dbl, large.low, dense.high));
    cr_assert(ge(dbl, large.high, dense.low));
    cr_assert(le(dbl, large.high - large.low, 1e-7 * norm));
}

/* ARPACK against LAPACK: kernels with a clustered bottom (d large) and a spread one. */
Test(spectrum_large, agrees_with_lapack) {
    static const size_t sizes[][2] = {{81, 4}, {150, 8}, {300, 64}, {300, 600}};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        double *H = kernel(sizes[k][0], sizes[k][1], k);
        expect_agreement(H, sizes[k][0]);
        free(H);
    }
}

/* A diagonal matrix: lambda_min is known, also where it is negative or 0, so that no shift at 0
 * will do. */
Test(spectrum_large, finds_a_known_eigenvalue) {
    enum { N = 120 };
    static const double smallest[] = {1e-6, 0, -0.5};
    double *A = calloc(N * N, sizeof *A);
    cr_assert(A != NULL);
    for (size_t k = 0; k < sizeof smallest / sizeof *smallest; k++) {
        for (size_t i = 0; i < N; i++) { A[i * N + i] = 1 + (double)i / N; }
        A[77 * N + 77] = smallest[k];
        spectrum_interval found;
        cr_assert(eq(int, spectrum_lambda_min_large(A, N, &found), OK));
        cr_assert(le(dbl, fabs(found.value - smallest[k]), 1e-10), "%.17g", found.value);
        cr_assert(le(dbl, found.low, smallest[k]));
        cr_assert(ge(dbl, found.high, smallest[k]));
    }
    free(A);
}

/* Below the order of the Lanczos basis the dense routine answers. */
Test(spectrum_large, small_matrices) {
    double *H = kernel(30, 5, 9);
    spectrum_interval large, dense;
    cr_assert(eq(int, spectrum_lambda_min_large(H, 30, &large), OK));
    cr_assert(eq(int, spectrum_lambda_min(H, 30, &dense), OK));
    cr_assert(zero(int, memcmp(&large, &dense, sizeof large)));
    free(H);
}

/* ARPACK keeps state between its calls: several threads at once must get what one gets. */
Test(spectrum_large, threads_do_not_disturb_each_other) {
    enum { THREADS = 4, N = 120 };
    double *H[THREADS];
    spectrum_interval alone[THREADS], together[THREADS];
    int failures = 0;
    for (size_t k = 0; k < THREADS; k++) {
        H[k] = kernel(N, 6, k);
        cr_assert(eq(int, spectrum_lambda_min_large(H[k], N, &alone[k]), OK));
    }
#pragma omp parallel for num_threads(THREADS) schedule(static, 1) reduction(+ : failures)
    for (int k = 0; k < THREADS; k++) {
        failures += spectrum_lambda_min_large(H[k], N, &together[k]) != OK;
    }
    cr_assert(zero(int, failures));
    for (size_t k = 0; k < THREADS; k++) {
        cr_assert(zero(int, memcmp(&alone[k], &together[k], sizeof alone[k])));
        free(H[k]);
    }
}

Test(spectrum_large, refuses_a_nan) {
    double *H = kernel(100, 5, 0);
    H[3 * 100 + 7] = NAN;
    spectrum_interval found = {0, 0, 0};
    cr_assert(eq(int, spectrum_lambda_min_large(H, 100, &found), FAILED));
    cr_assert(isnan(found.low) && isnan(found.value) && isnan(found.high));
    cr_assert(ne(ptr, strstr(error_text(), "(3, 7)"), NULL));
    free(H);
}
