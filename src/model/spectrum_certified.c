/* Certified intervals of the smallest eigenvalue (certified-interval in doc/mathematics.md).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/spectrum.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include <cblas.h>

#include "model/residual.h"

static const double UNIT = DBL_EPSILON / 2; /* unit roundoff */

/* gamma_k = k u / (1 - k u): relative error of k roundings in a row (N. J. Higham, Accuracy and
 * Stability of Numerical Algorithms, section 3.1), itself rounded upwards by the factor. */
static double gamma_of(double k) { return k * UNIT / (1 - k * UNIT) * (1 + 8 * UNIT); }

/* Rounding errors of a completed factorisation. Let B = fl(A - s I) and u the unit roundoff. In
 * whatever order the sums of products are taken, by blocks or with fused operations,
 *     L L^T = B + D,   |D_ij| <= gamma_{n+1} (|L| |L^T|)_ij
 *         (Higham, theorem 10.3);
 * gamma_{n+2} where the divisions are by a rounded reciprocal, as in OpenBLAS, and we take n + 3.
 * Underflow adds at most (2 n + 2 max L_ii) 2^-1074 to an entry of D, less than DBL_MIN to its norm
 * while n (2 n + 2 max L_ii) < 2^52. The shift of the diagonal is rounded: |B_ii - (A_ii - s)| <= u
 * |B_ii| / (1 - u) <= 2 u (|L| |L^T|)_ii. L L^T has no negative eigenvalue, so
 *     lambda_min(A) >= s - || A - s I - L L^T || >= s - gamma_{n+5} || |L| |L^T| || - DBL_MIN,
 *         (*)
 * where the code takes n + 6, one more for the roundings of the bound itself. Rump's criterion
 * bounds the last norm in advance: || |L| |L^T| || <= ||L||_F^2 = tr(L L^T) <= tr(B) / (1 -
 * gamma_{n+3}). Afterwards the first norm, from the computed L, is far sharper: residual_bound. */
static double rounding_in_advance(const double *A, size_t n, double mu) {
    double trace = 0, k = (double)n;
    for (size_t i = 0; i < n; i++) { trace += fabs(A[i * n + i]) + fmax(-mu, 0); }
    return gamma_of(k + 6) / (1 - gamma_of(k + 6)) * (1 + gamma_of(2 * k + 8)) * trace + DBL_MIN;
}

/* (*) with s = mu + c, c the rounding bound in advance: if the factorisation completes,
 * lambda_min(A) >= s - c, and s is rounded up once more so that this exceeds mu. As s > mu, tr(A -
 * s I) <= sum_i |A_ii| + n max(-mu, 0). */
status spectrum_certify_above(const double *A, size_t n, double mu, bool *certain) {
    *certain = false;
    double *work = spectrum_workspace(A, n);
    if (!work) { return FAILED; }
    double shift = nextafter(nextafter(mu + rounding_in_advance(A, n, mu), INFINITY), INFINITY);
    status st = spectrum_cholesky(A, n, 1, shift, work, certain);
    free(work);
    return st;
}

/* An upper bound of lambda_min: the Rayleigh quotient of x (any x but 0) in extended precision, and
 * its rounding errors: at most 2 n + 4 in a row, relative to sum |x_i A_ij x_j|. */
static double rayleigh_above(const double *A, size_t n, const double *x) {
    long double form = 0, size = 0, square = 0;
    for (size_t i = 0; i < n; i++) {
        long double row = 0, row_size = 0;
        for (size_t j = 0; j < n; j++) {
            long double term = (long double)A[i * n + j] * x[j];
            row += term;
            row_size += fabsl(term);
        }
        form += x[i] * row;
        size += fabsl((long double)x[i]) * row_size;
        square += (long double)x[i] * x[i];
    }
    /* twice what is needed: the bound is rounded too */
    long double gamma = (4 * (long double)n + 16) * LDBL_EPSILON;
    return nextafter((double)((form + gamma * size) / square + gamma * fabsl(form) / square),
                     INFINITY);
}

/* A lower bound of lambda_min by (*), from shifts below `near` that step away until the
 * factorisation completes. */
static status certified_low(const double *A, size_t n, double near, double *low) {
    *low = NAN;
    double *work = spectrum_workspace(A, n), largest = 0, bound;
    bool complete = false;
    for (size_t i = 0; i < n; i++) { largest = fmax(largest, fabs(A[i * n + i])); }
    double step = UNIT * (double)n * largest + DBL_MIN, shift = near;
    status st = work ? OK : FAILED;
    while (st == OK && !complete && isfinite(step)) {
        shift = near - step;
        st = spectrum_cholesky(A, n, 1, shift, work, &complete);
        step *= 4;
    }
    if (st == OK && complete) { st = residual_bound(A, n, shift, work, &bound); }
    if (st == OK && complete) { *low = nextafter(shift - bound, -INFINITY); }
    free(work);
    return st;
}

/* Up to this order a reduction to tridiagonal form costs less than the certificate; beyond it, most
 * of the time. */
enum { SMALL = 1024 };

/* lambda_min and its eigenvector by the faster way; dsyevr's where ARPACK does not converge. */
static status near_lambda_min(const double *A, size_t n, double *value, double *vector) {
    if (n <= SMALL) { return spectrum_smallest(A, n, value, vector); }
    double *work = spectrum_workspace(A, n);
    if (!work) { return FAILED; }
    status st = spectrum_descend(A, n, work, value, vector);
    free(work);
    return st == OK ? OK : spectrum_smallest(A, n, value, vector);
}

status spectrum_lambda_min(const double *A, size_t n, spectrum_interval *interval) {
    *interval = (spectrum_interval){NAN, NAN, NAN};
    double *vector = allocate(n, sizeof *vector, "eigenvector"), low, value;
    status st = vector ? near_lambda_min(A, n, &value, vector) : FAILED;
    if (st == OK) { st = certified_low(A, n, value, &low); }
    if (st == OK) { *interval = (spectrum_interval){low, rayleigh_above(A, n, vector), value}; }
    free(vector);
    return st;
}

/* --- where memory is short --- */

/* An upper bound of lambda_min, as the Rayleigh quotient of any x is: x^T A x / x^T x as computed,
 * errors included. Whatever order sums are taken in, the computed form is in doubt by at most
 * gamma_{2n} |x|^T |A| |x| <= gamma_{2n} ||A||_F ||x||^2, the rest by a few roundings of the
 * quotient, which is at most ||A||_F too; 2 n epsilon is twice gamma_{2n}. y (n): scratch. */
static double rayleigh_above_large(const double *A, size_t n, const double *x, double *y) {
    int order = (int)n;
    double frobenius = 0;
    for (size_t i = 0; i < n; i++) {
        frobenius = hypot(frobenius, cblas_dnrm2(order, A + i * n, 1));
    }
    cblas_dsymv(CblasColMajor, CblasLower, order, 1, A, order, x, 1, 0, y, 1);
    double quotient = cblas_ddot(order, x, 1, y, 1) / cblas_ddot(order, x, 1, x, 1);
    return quotient + (2 * (double)n + 16) * DBL_EPSILON * frobenius;
}

/* A lower bound: shifts below `near` that step away until the certificate holds. */
static status certified_below(const double *A, size_t n, double near, double *low) {
    bool certain = false;
    double step = spectrum_rounding(A, n), mu = near;
    status st = OK;
    while (st == OK && !certain && isfinite(step)) {
        mu = near - step;
        st = spectrum_certify_above(A, n, mu, &certain);
        step *= 4;
    }
    *low = st == OK && certain ? mu : NAN;
    return st;
}

static status solve(const double *A, size_t n, double *x, spectrum_interval *interval) {
    double *L = allocate(n, n * sizeof *L, "Cholesky factor"), value, low;
    status st = L ? spectrum_descend(A, n, L, &value, x) : FAILED;
    double high = st == OK ? rayleigh_above_large(A, n, x, L) : NAN;
    free(L); /* before the certificate takes as much */
    if (st == OK) { st = certified_below(A, n, value, &low); }
    if (st == OK) { *interval = (spectrum_interval){low, high, value}; }
    return st;
}

status spectrum_lambda_min_large(const double *A, size_t n, spectrum_interval *interval) {
    *interval = (spectrum_interval){NAN, NAN, NAN};
    if (n < SPECTRUM_DESCEND_LEAST) { return spectrum_lambda_min(A, n, interval); }
    status st = spectrum_check(A, n);
    if (st != OK) { return st; }
    double *x = allocate(n, sizeof *x, "eigenvector");
    st = x ? solve(A, n, x, interval) : FAILED;
    free(x);
    return st;
}
