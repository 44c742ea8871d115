/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/spectrum.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>
#include <lapacke.h>

#include "base/scratch.h"

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

double spectrum_rounding(const double *A, size_t n) {
    double trace = 0;
    for (size_t i = 0; i < n; i++) { trace += fabs(A[i * n + i]); }
    return (double)n * DBL_EPSILON * trace + DBL_MIN;
}

double *spectrum_workspace(const double *A, size_t n) {
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
    double *copy = vectors ? NULL : spectrum_workspace(A, n);
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
    double *work = spectrum_workspace(A, n);
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
    double *work = spectrum_workspace(A, n);
    status st = work ? spectrum_cholesky(A, n, 1, c, work, holds) : FAILED;
    free(work);
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

status spectrum_norm_general(const double *A, size_t n, double *norm) {
    *norm = NAN;
    double *square = spectrum_workspace(A, n);
    if (!square) { return FAILED; }
    int order = (int)n;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, order, order, order, 1, A, order, A, order,
                0, square, order);
    status st = spectrum_norm(square, n, norm);
    *norm = sqrt(*norm);
    free(square);
    return st;
}
