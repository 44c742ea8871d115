/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/spectrum.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

#include "model/residual.h"
#include "stats/rng.h"

/* Tolerance of an eigenvalue: roundings of a dense reduction, relative to the norm. */
static const double EIGEN = 1e-13;

static double *matrix(size_t n) {
    double *A = calloc(n * n, sizeof *A);
    cr_assert(A != NULL);
    return A;
}

/* Second differences: 2 on the diagonal, -1 beside it; eigenvalues 2 - 2 cos(k pi/(n+1)), k = 1..n.
 */
static double *differences(size_t n) {
    double *A = matrix(n);
    for (size_t i = 0; i < n; i++) {
        A[i * n + i] = 2;
        if (i > 0) { A[i * n + i - 1] = A[(i - 1) * n + i] = -1; }
    }
    return A;
}

static double difference_value(size_t n, size_t k) {
    double s = sin((double)k * M_PI / (double)(2 * n + 2));
    return 4 * s * s;
}

/* P diag(values) P for the reflection P = I - 2 v v^T along a vector without structure: the
 * eigenvalues are known up to rounding. */
static double *planted(const double *values, size_t n) {
    double *A = matrix(n), *v = malloc(n * sizeof *v), square = 0, mean = 0;
    for (size_t i = 0; i < n; i++) {
        v[i] = sin(1 + (double)(i * i));
        square += v[i] * v[i];
    }
    for (size_t i = 0; i < n; i++) {
        v[i] /= sqrt(square);
        mean += values[i] * v[i] * v[i];
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            A[i * n + j] =
                (i == j) * values[i] + v[i] * v[j] * (4 * mean - 2 * values[i] - 2 * values[j]);
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) { A[i * n + j] = A[j * n + i]; }
    }
    free(v);
    return A;
}

/* --- eigenvalues --- */

/* Every driver against the closed form. */
Test(spectrum, known_eigenvalues) {
    const size_t orders[] = {1, 2, 3, 60};
    for (size_t t = 0; t < 4; t++) {
        size_t n = orders[t];
        double *A = differences(n), values[60], second[60], third[60], vectors[60 * 60], low, high;
        cr_assert(eq(int, spectrum_all(A, n, values), OK));
        cr_assert(eq(int, spectrum_all_second(A, n, second), OK));
        cr_assert(eq(int, spectrum_vectors(A, n, third, vectors), OK));
        cr_assert(eq(int, spectrum_smallest(A, n, &low, NULL), OK));
        cr_assert(eq(int, spectrum_largest(A, n, &high, NULL), OK));
        for (size_t k = 0; k < n; k++) {
            double known = difference_value(n, k + 1);
            cr_assert(le(dbl, fabs(values[k] - known), EIGEN));
            cr_assert(le(dbl, fabs(second[k] - known), EIGEN));
            cr_assert(le(dbl, fabs(third[k] - known), EIGEN));
        }
        cr_assert(le(dbl, fabs(low - difference_value(n, 1)), EIGEN));
        cr_assert(le(dbl, fabs(high - difference_value(n, n)), EIGEN));
        free(A);
    }
}

/* max |A v - value v| */
static double defect(const double *A, size_t n, const double *v, double value) {
    double worst = 0;
    for (size_t i = 0; i < n; i++) {
        double row = -value * v[i];
        for (size_t j = 0; j < n; j++) { row += A[i * n + j] * v[j]; }
        worst = fmax(worst, fabs(row));
    }
    return worst;
}

/* A v = value v, and the rows of vectors are orthonormal. */
Test(spectrum, eigenvectors) {
    enum { ORDER = 40 };
    double *A = differences(ORDER), values[ORDER], vectors[ORDER * ORDER], value, vector[ORDER];
    cr_assert(eq(int, spectrum_vectors(A, ORDER, values, vectors), OK));
    for (size_t k = 0; k < ORDER; k++) {
        cr_assert(le(dbl, defect(A, ORDER, vectors + k * ORDER, values[k]), EIGEN));
        for (size_t l = 0; l <= k; l++) {
            double product = 0;
            for (size_t i = 0; i < ORDER; i++) {
                product += vectors[k * ORDER + i] * vectors[l * ORDER + i];
            }
            cr_assert(le(dbl, fabs(product - (k == l)), EIGEN));
        }
    }
    cr_assert(eq(int, spectrum_smallest(A, ORDER, &value, vector), OK));
    cr_assert(le(dbl, defect(A, ORDER, vector, value), EIGEN));
    cr_assert(eq(int, spectrum_largest(A, ORDER, &value, vector), OK));
    cr_assert(le(dbl, defect(A, ORDER, vector, value), EIGEN));
    free(A);
}

/* --- spectral norm --- */

static void check_norm(const char *what, const double *values, size_t n, double known) {
    double *A = planted(values, n), norm = 0, all[512];
    cr_assert(eq(int, spectrum_norm(A, n, &norm), OK));
    cr_assert(le(dbl, fabs(norm - known), 2e-8 * known), "%s: %.17g, planted %.17g", what, norm,
              known);
    cr_assert(eq(int, spectrum_all(A, n, all), OK));
    cr_assert(le(dbl, fabs(norm - fmax(fabs(all[0]), fabs(all[n - 1]))), 2e-8 * known), "%s", what);
    free(A);
}

/* Both ends of the spectrum, small and large orders; clusters at the top, where Lanczos is slow or
 * ends early. */
Test(spectrum, norm_of_planted_spectra) {
    enum { ORDER = 400 };
    double values[ORDER];
    for (size_t n = 5; n <= ORDER; n = n == 5 ? 161 : n == 161 ? ORDER : ORDER + 1) {
        for (size_t i = 0; i < n; i++) { values[i] = cos(3 * (double)i) - (i == n / 2) * 4; }
        check_norm("negative end", values, n, fabs(values[n / 2]));
        values[n / 2] = 7;
        check_norm("positive end", values, n, 7);
        for (size_t i = 0; i < n; i++) { values[i] = -2; }
        check_norm("multiple of the identity", values, n, 2);
        for (size_t i = 0; i < n; i++) { values[i] = 1 + 1e-6 * (double)i / (double)n; }
        check_norm("one cluster", values, n, values[n - 1]);
        for (size_t i = 0; i < n; i++) { values[i] = cos(M_PI * (double)i / (double)(n - 1)); }
        check_norm("dense ends", values, n, 1);
        for (size_t i = 0; i < n; i++) { values[i] = 0; }
        check_norm("zero", values, n, 0);
    }
}

Test(spectrum, norm_of_a_matrix_that_is_not_symmetric) {
    const double shear[] = {1, 3, 0, 1}, wrong[] = {1, NAN, 0, 1}; /* (sqrt 13 +- 3)/2 */
    double norm;
    cr_assert(eq(int, spectrum_norm_general(shear, 2, &norm), OK));
    cr_expect(le(dbl, fabs(norm - (sqrt(13) + 3) / 2), 1e-7));
    cr_expect(eq(int, spectrum_norm_general(wrong, 2, &norm), FAILED));
    cr_expect(isnan(norm));
}

/* Not the Frobenius norm: of the identity that is sqrt n. */
Test(spectrum, norm_is_not_frobenius) {
    double *A = matrix(200), norm;
    for (size_t i = 0; i < 200; i++) { A[i * 201] = 3; }
    cr_assert(eq(int, spectrum_norm(A, 200, &norm), OK));
    cr_assert(le(dbl, fabs(norm - 3), 1e-12));
    free(A);
}

/* --- certificates --- */

/* The interval holds what is known, and so nearly does the certificate in advance. */
static void check_interval(const double *A, size_t n, double known, double width) {
    spectrum_interval interval;
    bool certain;
    cr_assert(eq(int, spectrum_lambda_min(A, n, &interval), OK));
    cr_assert(le(dbl, interval.low, known), "low %.17g above %.17g", interval.low, known);
    cr_assert(le(dbl, known, interval.high), "high %.17g below %.17g", interval.high, known);
    cr_assert(le(dbl, interval.high - interval.low, width), "order %zu around %g", n, known);
    cr_assert(le(dbl, fabs(interval.value - known), width));
    double trace = DBL_MIN / DBL_EPSILON;
    for (size_t i = 0; i < n; i++) { trace += fabs(A[i * n + i]) + fabs(known); }
    double margin = 2 * DBL_EPSILON * (double)(n + 6) * trace;
    cr_assert(eq(int, spectrum_certify_above(A, n, known - margin, &certain), OK));
    cr_assert(certain);
}

/* lambda_min of I + e e^T is 1 exactly and its entries are: nothing may be certified at or above 1.
 */
Test(spectrum, certificate_against_an_exact_value) {
    for (size_t n = 2; n < 200; n += 33) {
        double *A = matrix(n);
        bool certain, holds;
        for (size_t k = 0; k < n * n; k++) { A[k] = 1 + (k / n == k % n); }
        const double above[] = {1, 1 + DBL_EPSILON, 1 + 1e-9, 2};
        for (size_t k = 0; k < 4; k++) {
            cr_assert(eq(int, spectrum_certify_above(A, n, above[k], &certain), OK));
            cr_assert(not(certain), "n %zu, mu %.17g", n, above[k]);
        }
        const double below[] = {1 - 1e-10, 0.5, 0, -3};
        for (size_t k = 0; k < 4; k++) {
            cr_assert(eq(int, spectrum_certify_above(A, n, below[k], &certain), OK));
            cr_assert(certain, "n %zu, mu %.17g", n, below[k]);
            cr_assert(eq(int, spectrum_at_least(A, n, below[k], &holds), OK));
            cr_assert(holds, "n %zu, c %.17g", n, below[k]);
        }
        cr_assert(eq(int, spectrum_at_least(A, n, 1 + 1e-9, &holds), OK));
        cr_assert(not(holds));
        free(A);
    }
}

/* Why the rounding term: A = B B^T with integers, B of rank n - 1, has lambda_min(A) = 0 exactly,
 * yet in nearly half of the cases its factorisation goes through, the last pivot being a rounding
 * error. */
Test(spectrum, certificate_is_not_the_bare_factorisation) {
    enum { ORDER = 9 };
    size_t bare = 0;
    rng *r = rng_new(1, 0, 0, RNG_PILOT);
    cr_assert(r != NULL);
    for (size_t t = 0; t < 100; t++) {
        double A[ORDER * ORDER] = {0}, column[ORDER];
        for (size_t k = 0; k + 1 < ORDER; k++) {
            for (size_t i = 0; i < ORDER; i++) { column[i] = (double)rng_index(r, 19) - 9; }
            for (size_t e = 0; e < ORDER * ORDER; e++) {
                A[e] += column[e / ORDER] * column[e % ORDER];
            }
        }
        bool holds, certain;
        cr_assert(eq(int, spectrum_certify_above(A, ORDER, 0, &certain), OK));
        cr_assert(not(certain));
        cr_assert(eq(int, spectrum_certify_above(A, ORDER, -1e-9, &certain), OK));
        cr_assert(certain);
        cr_assert(eq(int, spectrum_at_least(A, ORDER, 0, &holds), OK));
        bare += holds;
        check_interval(A, ORDER, 0, 1e-10);
    }
    rng_free(r);
    cr_assert(lt(sz, 10, bare),
              "%zu of 100 singular matrices had a factorisation: this test shows nothing", bare);
}

/* --- the interval of lambda_min --- */

Test(spectrum, interval_holds_the_exact_value) {
    for (size_t n = 2; n < 300; n += 59) {
        double *A = matrix(n);
        for (size_t k = 0; k < n * n; k++) { A[k] = 1 + (k / n == k % n); }
        check_interval(A, n, 1, 4 * DBL_EPSILON * (double)(n * n)); /* I + e e^T: 1 */
        for (size_t k = 0; k < n * n; k++) { A[k] = 1; }
        check_interval(A, n, 0, 4 * DBL_EPSILON * (double)(n * n)); /* e e^T: singular */
        for (size_t k = 0; k < n * n; k++) { A[k] = (k / n == k % n) - 1.0; }
        check_interval(A, n, 1 - (double)n,
                       8 * DBL_EPSILON * (double)(n * n)); /* I - e e^T: indefinite */
        free(A);
        A = differences(n); /* irrational: known to its rounding */
        check_interval(A, n, difference_value(n, 1), 8 * DBL_EPSILON * (double)n);
        free(A);
    }
}

/* Beyond the order up to which LAPACK finds the eigenvalue: one that another is near, one of a
 * cluster that is the whole spectrum, 0, and one far below the others. */
Test(spectrum, interval_beyond_small_orders) {
    enum { ORDER = 1100 };
    double values[ORDER];
    for (int kind = 0; kind < 4; kind++) {
        for (size_t i = 0; i < ORDER; i++) { values[i] = 0.2 + 3 * (double)i / ORDER; }
        if (kind == 0) { values[1] = 0.2 * (1 + 1e-9); }
        if (kind == 1) {
            for (size_t i = 0; i < ORDER; i++) { values[i] = 0.2 + 1e-7 * (double)i / ORDER; }
        }
        if (kind == 2) { values[0] = 0; }
        if (kind == 3) { values[0] = -50; }
        double *A = planted(values, ORDER), known = values[0], slack = 4e-16 * (4 + fabs(known));
        spectrum_interval found;
        cr_assert(eq(int, spectrum_lambda_min(A, ORDER, &found), OK));
        cr_assert(le(dbl, found.low, known + slack), "kind %d: %.17g", kind, found.low);
        cr_assert(ge(dbl, found.high, known - slack), "kind %d: %.17g", kind, found.high);
        cr_assert(le(dbl, found.high - found.low, 1e-12 * (4 + fabs(known))), "kind %d", kind);
        cr_assert(le(dbl, fabs(found.value - known), 8 * slack), "kind %d", kind);
        free(A);
    }
}

/* The lower end lies below the shift that was factored by all that the factor is off. Matrices
 * whose eigenvalue falls between the two are too rare to be planted: the same factorisation again.
 */
Test(spectrum, interval_leaves_room_for_the_residual) {
    for (size_t n = 3; n < 200; n += 49) {
        double *A = differences(n), *L = matrix(n), bound;
        spectrum_interval interval;
        cr_assert(eq(int, spectrum_lambda_min(A, n, &interval), OK));
        double shift = interval.value - DBL_EPSILON / 2 * (double)n * 2;
        for (size_t k = 0; k < n * n; k++) { L[k] = A[k] - (k / n == k % n) * shift; }
        cr_assert(eq(int, LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', (int)n, L, (int)n), 0));
        cr_assert(eq(int, residual_bound(A, n, shift, L, &bound), OK));
        cr_assert(lt(dbl, DBL_EPSILON / 4, bound));
        cr_assert(le(dbl, interval.low, shift - bound));
        free(A), free(L);
    }
}

Test(spectrum, interval_of_one_entry) {
    double A[1] = {0};
    check_interval(A, 1, 0, 1e-300);
    A[0] = -4;
    check_interval(A, 1, -4, 1e-14);
}

/* --- what is refused --- */

static void check_refused(const double *A, size_t n) {
    double values[4] = {0}, vectors[16] = {0}, value = 0;
    bool holds = true, certain = true;
    spectrum_interval interval = {0, 0, 0};
    cr_assert(eq(int, spectrum_all(A, n, values), FAILED));
    cr_assert(isnan(values[0]) && isnan(values[n - 1]));
    cr_assert(eq(int, spectrum_all_second(A, n, values), FAILED));
    cr_assert(isnan(values[0]));
    cr_assert(eq(int, spectrum_vectors(A, n, values, vectors), FAILED));
    cr_assert(isnan(values[0]) && isnan(vectors[0]));
    cr_assert(eq(int, spectrum_smallest(A, n, &value, vectors), FAILED));
    cr_assert(isnan(value) && isnan(vectors[0]));
    value = 0;
    cr_assert(eq(int, spectrum_largest(A, n, &value, NULL), FAILED));
    cr_assert(isnan(value));
    value = 0;
    cr_assert(eq(int, spectrum_norm(A, n, &value), FAILED));
    cr_assert(isnan(value));
    cr_assert(eq(int, spectrum_at_least(A, n, -1e300, &holds), FAILED));
    cr_assert(eq(int, spectrum_certify_above(A, n, -1e300, &certain), FAILED));
    cr_assert(not(holds));
    cr_assert(not(certain));
    cr_assert(eq(int, spectrum_lambda_min(A, n, &interval), FAILED));
    cr_assert(isnan(interval.low) && isnan(interval.high) && isnan(interval.value));
}

Test(spectrum, nan_and_infinity_are_refused) {
    const double bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t k = 0; k < 3; k++) {
        for (size_t entry = 0; entry < 16; entry++) {
            double A[16] = {2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2};
            A[entry] = A[entry % 4 * 4 + entry / 4] = bad[k];
            check_refused(A, 4);
        }
    }
    bool holds = true;
    const double one[1] = {1};
    cr_assert(eq(int, spectrum_at_least(one, 1, NAN, &holds), FAILED));
    cr_assert(not(holds));
    double *large = matrix(300), norm = 0;
    large[299] = large[299 * 300] = NAN;
    cr_assert(eq(int, spectrum_norm(large, 300, &norm), FAILED));
    cr_assert(isnan(norm));
    free(large);
}
