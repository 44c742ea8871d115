/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/spectrum.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>
#include <lapacke.h>

#include "model/residual.h"
#include "base/scratch.h"

static const double UNIT = DBL_EPSILON / 2; /* unit roundoff */

/* gamma_k = k u / (1 - k u): relative error of k roundings in a row (N. J. Higham, Accuracy and
 * Stability of Numerical Algorithms, section 3.1), itself rounded upwards by the factor. */
static double gamma_of(double k) { return k * UNIT / (1 - k * UNIT) * (1 + 8 * UNIT); }

status spectrum_check(const double *A, size_t n) {
    if (n < 1 || n > INT_MAX) {
        return fail(FAILED, "spectrum: a matrix of %zu rows is beyond LAPACK; take 1 to %d samples",
                    n, INT_MAX);
    }
    for (size_t k = 0; k < n * n; k++) {
        if (!isfinite(A[k])) {
            return fail(FAILED,
                        "spectrum: entry (%zu, %zu) of the matrix is %g; look at the data and the "
                        "step size",
                        k / n, k % n, A[k]);
        }
    }
    return OK;
}

/* (n, n) doubles for LAPACK to overwrite; NULL with a line if A is not finite or there is no
 * memory. */
static double *workspace_for(const double *A, size_t n) {
    return spectrum_check(A, n) == OK
               ? allocate(n, n * sizeof(double), "copy of a symmetric matrix")
               : NULL;
}

static void fill_nan(double *x, size_t count) {
    for (size_t k = 0; k < count; k++) { x[k] = NAN; }
}

/* --- eigenvalues --- */

typedef enum { VALUES, VALUES_TWO_STAGE, VALUES_AND_VECTORS } request;

/* All eigenvalues of A, which `work` (n, n) holds; on return the eigenvectors if they are asked for.
 * LAPACK's columns are our rows. */
static status solve_all(request wanted, size_t n, double *values, double *work) {
    const char job = wanted == VALUES_AND_VECTORS ? 'V' : 'N';
    const int order = (int)n;
    const int info =
        wanted == VALUES_TWO_STAGE
            ? LAPACKE_dsyevd_2stage(LAPACK_COL_MAJOR, job, 'L', order, work, order, values)
            : LAPACKE_dsyevd(LAPACK_COL_MAJOR, job, 'L', order, work, order, values);
    if (info == 0) { return OK; }
    fill_nan(values, n);
    return fail(FAILED, "spectrum: dsyevd returned %d on a matrix of %zu rows; look at the data",
                info, n);
}

/* vectors: NULL unless they are wanted. */
static status all_of(request wanted, const double *A, size_t n, double *values, double *vectors) {
    double *copy = vectors ? NULL : workspace_for(A, n);
    double *work = vectors ? vectors : copy;
    status st = vectors ? spectrum_check(A, n) : OK;
    fill_nan(values, n);
    if (work && st == OK) {
        memcpy(work, A, n * n * sizeof *work);
        st = solve_all(wanted, n, values, work);
    }
    if (st != OK && vectors) { fill_nan(vectors, n * n); }
    free(copy);
    return work ? st : FAILED;
}

status spectrum_all(const double *A, size_t n, double *values) {
    return all_of(VALUES, A, n, values, NULL);
}

status spectrum_all_second(const double *A, size_t n, double *values) {
    return all_of(VALUES_TWO_STAGE, A, n, values, NULL);
}

status spectrum_vectors(const double *A, size_t n, double *values, double *vectors) {
    return all_of(VALUES_AND_VECTORS, A, n, values, vectors);
}

/* Eigenvalue number `index` (from 1, ascending); its eigenvector unless vector is NULL. */
static status solve_one(const double *A, size_t n, int index, double *value, double *vector,
                        double *work) {
    int order = (int)n, found = 0, support[2];
    double *values = allocate(n, sizeof *values, "eigenvalues"), unused;
    if (!values) { return FAILED; }
    memcpy(work, A, n * n * sizeof *work);
    int info =
        LAPACKE_dsyevr(LAPACK_COL_MAJOR, vector ? 'V' : 'N', 'I', 'L', order, work, order, 0, 0,
                       index, index, 0, &found, values, vector ? vector : &unused, order, support);
    *value = info == 0 && found == 1 ? values[0] : NAN;
    free(values);
    if (!isnan(*value)) { return OK; }
    return fail(FAILED, "spectrum: dsyevr returned %d on a matrix of %zu rows; look at the data",
                info, n);
}

static status one_of(const double *A, size_t n, int index, double *value, double *vector) {
    *value = NAN;
    double *work = workspace_for(A, n);
    status st = work ? solve_one(A, n, index, value, vector, work) : FAILED;
    free(work);
    if (st != OK && vector) { fill_nan(vector, n); }
    return st;
}

status spectrum_smallest(const double *A, size_t n, double *value, double *vector) {
    return one_of(A, n, 1, value, vector);
}

status spectrum_largest(const double *A, size_t n, double *value, double *vector) {
    return one_of(A, n, (int)n, value, vector);
}

/* --- Cholesky --- */

status spectrum_cholesky(const double *A, size_t n, double sign, double shift, double *work,
                         bool *complete) {
    *complete = false;
    for (size_t k = 0; k < n * n; k++) { work[k] = sign * A[k]; }
    for (size_t i = 0; i < n; i++) { work[i * n + i] -= shift; }
    int info = LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', (int)n, work, (int)n);
    if (info < 0) {
        return fail(FAILED, "spectrum: dpotrf returned %d with the shift %g; take a finite one",
                    info, shift);
    }
    *complete = info == 0;
    return OK;
}

status spectrum_at_least(const double *A, size_t n, double c, bool *holds) {
    *holds = false;
    double *work = workspace_for(A, n);
    status st = work ? spectrum_cholesky(A, n, 1, c, work, holds) : FAILED;
    free(work);
    return st;
}

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
    double *work = workspace_for(A, n);
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
    double *work = workspace_for(A, n), largest = 0, bound;
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
    double *work = workspace_for(A, n);
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

/* --- spectral norm --- */

#define LANCZOS_STEPS 160 /* at most; up to this order the whole spectrum is as cheap */
#define LANCZOS_CHECK 10  /* steps between two looks at the Ritz values */

static const double NORM_TOLERANCE = 1e-8;

/* Q: (LANCZOS_STEPS + 1, n) orthonormal rows; T = tridiag(off, diagonal, off) = Q A Q^T. */
typedef struct {
    double *Q, *diagonal, *off, *work; /* work: (2 LANCZOS_STEPS) */
} lanczos;

void spectrum_start(double *q, size_t n) {
    for (size_t i = 0; i < n; i++) { q[i] = fmod((double)(i + 1) * 0.6180339887498949, 1) - 0.5; }
}

/* Step k: q_{k+1} from A q_k, made orthogonal to all before it, twice. Returns off_k; 0 if the
 * space is invariant. */
static double lanczos_step(const double *A, size_t n, size_t k, lanczos *l) {
    int order = (int)n, known = (int)k + 1;
    double *q = l->Q + k * n;
    double *next = q + n;
    cblas_dsymv(CblasColMajor, CblasLower, order, 1, A, order, q, 1, 0, next, 1);
    l->diagonal[k] = cblas_ddot(order, q, 1, next, 1);
    for (int pass = 0; pass < 2; pass++) {
        cblas_dgemv(CblasRowMajor, CblasNoTrans, known, order, 1, l->Q, order, next, 1, 0, l->work,
                    1);
        cblas_dgemv(CblasRowMajor, CblasTrans, known, order, -1, l->Q, order, l->work, 1, 1, next,
                    1);
    }
    l->off[k] = cblas_dnrm2(order, next, 1);
    if (!(l->off[k] > 0)) { return 0; }
    cblas_dscal(order, 1 / l->off[k], next, 1);
    return l->off[k];
}

/* max |eigenvalue| of the leading (k, k) of T; NaN if LAPACK does not converge. */
static double ritz_norm(const lanczos *l, size_t k) {
    double *values = l->work;
    double *off = l->work + LANCZOS_STEPS;
    memcpy(values, l->diagonal, k * sizeof *values);
    memcpy(off, l->off, k * sizeof *off);
    return LAPACKE_dsterf((int)k, values, off) == 0 ? fmax(fabs(values[0]), fabs(values[k - 1]))
                                                    : NAN;
}

/* *norm: the largest Ritz value in size, never above ||A|| but by rounding, once it has settled;
 * NaN if it does not. */
static status lanczos_norm(const double *A, size_t n, double *norm) {
    scratch owned = {0};
    lanczos l = {scratch_take(&owned, LANCZOS_STEPS + 1, n * sizeof *l.Q, "Lanczos basis"),
                 scratch_take(&owned, LANCZOS_STEPS, sizeof *l.diagonal, "Lanczos coefficients"),
                 scratch_take(&owned, LANCZOS_STEPS, sizeof *l.off, "Lanczos coefficients"),
                 scratch_take(&owned, 2 * LANCZOS_STEPS, sizeof *l.work, "Lanczos scratch")};
    status st = owned.failed ? FAILED : OK;
    double last = NAN;
    *norm = NAN;
    if (st != OK) { goto end; }
    spectrum_start(l.Q, n);
    cblas_dscal((int)n, 1 / cblas_dnrm2((int)n, l.Q, 1), l.Q, 1);
    for (size_t k = 1; k <= LANCZOS_STEPS && isnan(*norm); k++) {
        double off = lanczos_step(A, n, k - 1, &l);
        if (k % LANCZOS_CHECK != 0 && off > 0) { continue; }
        double ritz = ritz_norm(&l, k);
        if (off == 0 || ritz - last <= NORM_TOLERANCE / 100 * ritz) { *norm = ritz; }
        last = ritz;
    }
end:
    scratch_free(&owned);
    return st;
}

/* Whether both c I - A and c I + A have a Cholesky factor, so that ||A|| <= c up to rounding. */
static status norm_at_most(const double *A, size_t n, double c, bool *holds) {
    double *work = allocate(n, n * sizeof *work, "copy of a symmetric matrix");
    if (!work) { return FAILED; }
    status st = spectrum_cholesky(A, n, -1, -c, work, holds);
    if (st == OK && *holds) { st = spectrum_cholesky(A, n, 1, -c, work, holds); }
    free(work);
    return st;
}

static status norm_from_all(const double *A, size_t n, double *norm) {
    double *values = allocate(n, sizeof *values, "eigenvalues");
    status st = values ? spectrum_all(A, n, values) : FAILED;
    *norm = st == OK ? fmax(fabs(values[0]), fabs(values[n - 1])) : NAN;
    free(values);
    return st;
}

status spectrum_norm(const double *A, size_t n, double *norm) {
    *norm = NAN;
    if (n <= LANCZOS_STEPS) { return norm_from_all(A, n, norm); }
    bool confirmed = false;
    status st = spectrum_check(A, n);
    if (st == OK) { st = lanczos_norm(A, n, norm); }
    if (st == OK && *norm > 0) {
        st = norm_at_most(A, n, *norm * (1 + NORM_TOLERANCE), &confirmed);
    }
    if (st == OK && !confirmed) { return norm_from_all(A, n, norm); }
    if (st != OK) { *norm = NAN; }
    return st;
}
