/* The smallest eigenvalue of a large dense symmetric matrix by shift-invert Lanczos (ARPACK).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/spectrum.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <arpack/arpack.h>
#include <cblas.h>

#include "base/scratch.h"

/* Order of the Lanczos basis, and restarts at most. */
enum { BASIS = (SPECTRUM_DESCEND_LEAST - 1) / 2, RESTARTS = 200 };

/* Relative errors of the distance between shift and eigenvalue: of the first look, after which the
 * shift is moved by the share APPROACH of that distance, and of the answer. */
static const double COARSE = 1e-2, APPROACH = 0.97, TOLERANCE = 1e-12;

/* A shift below lambda_min, close to it only if lambda_min is close to 0: 0, or where A is not
 * positive definite steps away from it until the factorisation completes. */
static status factor_below(const double *A, size_t n, double *L, double *shift) {
    bool complete = false;
    double step = 2 * spectrum_rounding(A, n);
    *shift = 0;
    status st = spectrum_cholesky(A, n, 1, 0, L, &complete);
    while (st == OK && !complete && isfinite(step)) {
        *shift = -step;
        st = spectrum_cholesky(A, n, 1, *shift, L, &complete);
        step *= 16;
    }
    if (st == OK && !complete) {
        return fail(FAILED,
                    "spectrum: no shift makes the matrix positive definite; look at the data");
    }
    return st;
}

/* Arrays of ARPACK's dsaupd and dseupd. */
typedef struct {
    double *resid, *basis, *vectors, *scratch; /* (n), (BASIS, n), (3 n), (BASIS^2 + 8 BASIS) */
} arnoldi;

/* Eigenvalue of A = shift I + L L^T nearest to the shift, and its eigenvector x (n): the largest of
 * (A - shift I)^-1, by implicitly restarted Lanczos (R. B. Lehoucq, D. C. Sorensen, C. Yang, ARPACK
 * Users' Guide, 1998, mode 3). a->resid is the start and is used up. */
static status nearest(const double *L, size_t n, double shift, double tolerance, arnoldi *a,
                      double *value, double *x) {
    int order = (int)n, ido = 0, info = 1; /* 1: resid is the start */
    int iparam[11] = {[0] = 1, [2] = RESTARTS, [3] = 1, [6] = 3}, ipntr[11] = {0};
    const int length = BASIS * BASIS + 8 * BASIS;
    for (;;) {
        dsaupd_c(&ido, "I", order, "LM", 1, tolerance, a->resid, BASIS, a->basis, order, iparam,
                 ipntr, a->vectors, a->scratch, length, &info);
        if (ido != 1 && ido != -1) { break; }
        double *from = a->vectors + ipntr[0] - 1;
        double *to = a->vectors + ipntr[1] - 1;
        memcpy(to, from, n * sizeof *to);
        cblas_dtrsv(CblasColMajor, CblasLower, CblasNoTrans, CblasNonUnit, order, L, order, to, 1);
        cblas_dtrsv(CblasColMajor, CblasLower, CblasTrans, CblasNonUnit, order, L, order, to, 1);
    }
    if (info != 0 || iparam[4] < 1) {
        return fail(FAILED,
                    "spectrum: dsaupd returned %d on a matrix of %zu rows; take spectrum_smallest",
                    info, n);
    }
    int select[BASIS] = {0};
    dseupd_c(1, "A", select, value, x, order, shift, "I", order, "LM", 1, tolerance, a->resid,
             BASIS, a->basis, order, iparam, ipntr, a->vectors, a->scratch, length, &info);
    return info == 0
               ? OK
               : fail(FAILED, "spectrum: dseupd returned %d on a matrix of %zu rows", info, n);
}

/* ARPACK keeps its state between calls in one place for the whole process: one thread at a time. */
static status nearest_alone(const double *L, size_t n, double shift, double tolerance, arnoldi *a,
                            double *value, double *x) {
    status st;
#pragma omp critical(arpack)
    st = nearest(L, n, shift, tolerance, a, value, x);
    return st;
}

/* lambda_min and its eigenvector, in two steps: eigenvalues that are alike as seen from the first
 * shift are not from the second, which lies closer below lambda_min. If rounding does not let the
 * factorisation complete there, the first shift has to do. */
static status descend(const double *A, size_t n, double *L, arnoldi *a, double *value, double *x) {
    double far, shift;
    bool complete;
    status st = factor_below(A, n, L, &far);
    spectrum_start(a->resid, n);
    if (st == OK) { st = nearest_alone(L, n, far, COARSE, a, value, x); }
    if (st != OK) { return st; }
    shift = far + APPROACH * (*value - far);
    st = spectrum_cholesky(A, n, 1, shift, L, &complete);
    if (st == OK && !complete) {
        shift = far;
        st = spectrum_cholesky(A, n, 1, shift, L, &complete);
    }
    memcpy(a->resid, x, n * sizeof *x);
    return st == OK ? nearest_alone(L, n, shift, TOLERANCE, a, value, x) : st;
}

status spectrum_descend(const double *A, size_t n, double *L, double *value, double *x) {
    scratch work = {0};
    arnoldi a = {.resid = scratch_take(&work, n, sizeof(double), "Lanczos residual"),
                 .basis = scratch_take(&work, n, BASIS * sizeof(double), "Lanczos basis"),
                 .vectors = scratch_take(&work, n, 3 * sizeof(double), "Lanczos vectors"),
                 .scratch =
                     scratch_take(&work, BASIS, (BASIS + 8) * sizeof(double), "Lanczos scratch")};
    status st = work.failed ? FAILED : descend(A, n, L, &a, value, x);
    scratch_free(&work);
    return st;
}
