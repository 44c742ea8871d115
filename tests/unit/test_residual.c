/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/residual.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/ntk.h"
#include "model/spectrum.h"
#include "tests/support/quad.h"
#include "tests/support/random_rows.h"

/* Hinf of random rows: unit diagonal over 2, as the matrices that the bound is for. */
static double *kernel(size_t n, size_t d) {
    dataset data = random_rows(n, d, n);
    double *H = malloc(n * n * sizeof *H);
    cr_assert(H != NULL);
    ntk_infinite(&data, 1, H);
    free(data.X);
    return H;
}

/* L of A - shift I by LAPACK; the other half is spoilt, since it must not be read. */
static double *factor(const double *A, size_t n, double shift) {
    double *L = malloc(n * n * sizeof *L);
    cr_assert(L != NULL);
    memcpy(L, A, n * n * sizeof *L);
    for (size_t i = 0; i < n; i++) { L[i * n + i] -= shift; }
    cr_assert(eq(int, LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', (int)n, L, (int)n), 0));
    for (size_t j = 0; j < n; j++) {
        for (size_t i = 0; i < j; i++) { L[j * n + i] = NAN; }
    }
    return L;
}

/* A - shift I - L L^T in quadruple precision, then in double: its largest row sum, at least its
 * spectral norm. */
static double residual_quad(const double *A, size_t n, double shift, const double *L) {
    double *R = malloc(n * n * sizeof *R), largest = 0, norm;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            quad sum = A[i * n + j];
            if (i == j) { sum -= shift; }
            for (size_t k = 0; k <= j; k++) { sum -= (quad)L[k * n + i] * L[k * n + j]; }
            R[i * n + j] = R[j * n + i] = (double)sum;
        }
    }
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < n; j++) { sum += fabs(R[i * n + j]); }
        largest = fmax(largest, sum);
    }
    cr_assert(eq(int, spectrum_norm(R, n, &norm), OK));
    cr_assert(le(dbl, norm, largest * (1 + 1e-8)));
    free(R);
    return largest;
}

/* Not below what it bounds, and not far above. */
static void check_bound(const double *A, size_t n, double shift, const double *L) {
    double rows = residual_quad(A, n, shift, L), bound, *used = malloc(n * n * sizeof *used);
    memcpy(used, L, n * n * sizeof *used);
    cr_assert(eq(int, residual_bound(A, n, shift, used, &bound), OK));
    cr_assert(le(dbl, rows, bound), "n %zu: bound %.6g, row sum %.6g", n, bound, rows);
    cr_assert(le(dbl, bound, rows * (1 + 1e-3) + 2 * DBL_EPSILON),
              "n %zu: bound %.6g, row sum %.6g", n, bound, rows);
    free(used);
}

Test(residual, bounds_what_quadruple_precision_finds) {
    for (size_t n = 1; n <= 260; n += 37) {
        double *A = kernel(n, 12), *L = factor(A, n, 1e-3);
        check_bound(A, n, 1e-3, L);
        free(A), free(L);
    }
}

/* Errors of every size, down to one rounding of the factor, show in full. */
Test(residual, sees_a_wrong_factor) {
    enum { ORDER = 90 };
    double *A = kernel(ORDER, 10), *L = factor(A, ORDER, 0.01), bound = 0;
    for (double error = 1e-2; error > 1e-13; error /= 30) {
        double kept = L[3 * ORDER + 40], *used = malloc(ORDER * ORDER * sizeof *used);
        L[3 * ORDER + 40] += error;
        check_bound(A, ORDER, 0.01, L);
        memcpy(used, L, ORDER * ORDER * sizeof *used);
        cr_assert(eq(int, residual_bound(A, ORDER, 0.01, used, &bound), OK));
        cr_assert(ge(dbl, bound, error * fabs(L[3 * ORDER + 3]) / 2),
                  "an error of %g is lost: %.3g", error, bound);
        L[3 * ORDER + 40] = kept;
        free(used);
    }
    check_bound(A, ORDER, 0.01 + 1e-12, L); /* a wrong shift */
    cr_assert(eq(int, residual_bound(A, ORDER, 0.01 + 1e-12, L, &bound), OK));
    cr_assert(le(dbl, 0.9e-12, bound));
    free(A), free(L);
}

/* Beyond the width of one slab: the bound of a right factor is small, and errors in either slab and
 * between them show. */
Test(residual, slabs) {
    enum { ORDER = 1030 };
    static const size_t places[][2] = {{3, 40}, {3, 1028}, {1025, 1028}};
    double *A = kernel(ORDER, 20), *L = factor(A, ORDER, 0), bound;
    double *used = malloc(ORDER * ORDER * sizeof *used);
    memcpy(used, L, ORDER * ORDER * sizeof *used);
    cr_assert(eq(int, residual_bound(A, ORDER, 0, used, &bound), OK));
    cr_assert(le(dbl, bound, 1e-13), "%.3g", bound);
    for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
        size_t column = places[k][0], row = places[k][1];
        memcpy(used, L, ORDER * ORDER * sizeof *used);
        used[column * ORDER + row] += 1e-9;
        cr_assert(eq(int, residual_bound(A, ORDER, 0, used, &bound), OK));
        cr_assert(ge(dbl, bound, 1e-9 * fabs(L[column * ORDER + column])), "%zu, %zu: %.3g", row,
                  column, bound);
    }
    free(A), free(L), free(used);
}

/* Rows of very different size, where a cut common to all of them would lose the small ones. */
Test(residual, graded_rows) {
    enum { ORDER = 60 };
    double *A = kernel(ORDER, 70);
    for (size_t i = 0; i < ORDER; i++) {
        for (size_t j = 0; j < ORDER; j++) {
            A[i * ORDER + j] = scalbn(A[i * ORDER + j], -(int)(i + j) * 3);
        }
    }
    double *L = factor(A, ORDER, 0);
    check_bound(A, ORDER, 0, L);
    free(L);
    for (size_t k = 0; k < ORDER * ORDER; k++) { /* the same near the end of the range */
        A[k] = scalbn(A[k], -600);
    }
    L = factor(A, ORDER, 0);
    double bound;
    cr_assert(eq(int, residual_bound(A, ORDER, 0, L, &bound), OK));
    cr_assert(le(dbl, bound, scalbn(1, -600) * ORDER * DBL_EPSILON));
    free(A), free(L);
}

Test(residual, nan_stays) {
    enum { ORDER = 7 };
    double *A = kernel(ORDER, 3), *L = factor(A, ORDER, 0), bound = 0,
           *used = malloc(ORDER * ORDER * sizeof *used);
    for (size_t j = 0; j < ORDER; j++) {
        for (size_t i = j; i < ORDER; i++) {
            double *B = malloc(ORDER * ORDER * sizeof *B);
            memcpy(B, A, ORDER * ORDER * sizeof *B);
            memcpy(used, L, ORDER * ORDER * sizeof *used);
            B[j * ORDER + i] = NAN;
            cr_assert(eq(int, residual_bound(B, ORDER, 0, used, &bound), OK));
            cr_assert(isnan(bound));
            memcpy(used, L, ORDER * ORDER * sizeof *used);
            used[j * ORDER + i] = NAN;
            cr_assert(eq(int, residual_bound(A, ORDER, 0, used, &bound), OK));
            cr_assert(isnan(bound));
            free(B);
        }
    }
    free(A), free(L), free(used);
}
