/* Eigenvalues of dense symmetric matrices (LAPACK) and certificates for the smallest one.
 *
 * Every A is (n, n) double, symmetric unless said otherwise, both halves filled, not changed;
 * 1 <= n <= INT_MAX. Work arrays are taken and freed inside: n^2 doubles, three times as many in
 * spectrum_lambda_min. Errors of every routine: FAILED if there is no memory, if an entry is NaN or
 * Inf or if LAPACK does not converge; the outputs are then NaN (or false), so that they cannot pass
 * a check. BLAS runs on as many threads as the caller has set.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_SPECTRUM_H
#define MODEL_SPECTRUM_H

#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"

/* values (n): all eigenvalues, ascending, by divide and conquer (dsyevd). */
status spectrum_all(const double *A, size_t n, double *values);

/* The same by another reduction to tridiagonal form, in two stages (dsyevd_2stage): a second
 * opinion on spectrum_all. */
status spectrum_all_second(const double *A, size_t n, double *values);

/* values (n) ascending; vectors (n, n): row k is the unit eigenvector of values[k] (dsyevd). */
status spectrum_vectors(const double *A, size_t n, double *values, double *vectors);

/* The smallest or the largest eigenvalue alone, by bisection (dsyevr). vector (n): its unit
 * eigenvector; NULL if not wanted. */
status spectrum_smallest(const double *A, size_t n, double *value, double *vector);
status spectrum_largest(const double *A, size_t n, double *value, double *vector);

/* Spectral norm max |eigenvalue|, relative error at most 1e-8: a Lanczos value that two Cholesky
 * factorisations confirm, the whole spectrum where they do not. */
status spectrum_norm(const double *A, size_t n, double *norm);

/* The same, the largest singular value, of an A that need not be symmetric: ||A||^2 = ||A A^T||. */
status spectrum_norm_general(const double *A, size_t n, double *norm);

/* holds: whether the Cholesky factorisation of A - c I runs to its end, that is lambda_min(A) >= c
 * up to rounding (of the order n epsilon ||A||, either way). A fraction of the cost of an
 * eigenvalue. */
status spectrum_at_least(const double *A, size_t n, double c, bool *holds);

/* certain: true only if lambda_min(A) > mu is proved, rounding errors included (S. M. Rump,
 * Verification of positive definiteness, BIT 46, 2006). False says nothing: mu is too large, or
 * below lambda_min by less than about n epsilon trace(A). */
status spectrum_certify_above(const double *A, size_t n, double mu, bool *certain);

/* low <= lambda_min(A) <= high is proved for the matrix as stored, rounding errors included; value
 * may lie outside by rounding: it is dsyevr's, of a matrix of more than about a thousand rows
 * ARPACK's, if that converges. */
typedef struct {
    double low, high, value;
} spectrum_interval;

status spectrum_lambda_min(const double *A, size_t n, spectrum_interval *interval);

/* The same where memory is short: beside A one array of n^2 doubles is taken and freed. value: by
 * ARPACK, relative error about 1e-12 where the eigenvalue is not at rounding level; low and high
 * wider apart, about n epsilon trace(A) and n epsilon ||A||_F. FAILED also if ARPACK does not
 * converge. */
status spectrum_lambda_min_large(const double *A, size_t n, spectrum_interval *interval);

/* --- for other routines of this kind --- */

/* FAILED unless 1 <= n <= INT_MAX and every entry is finite. */
status spectrum_check(const double *A, size_t n);

/* (n, n) doubles for LAPACK to overwrite, caller's; NULL with a line if A is not finite or there is
 * no memory. */
double *spectrum_workspace(const double *A, size_t n);

/* What n roundings of sums of |A| can amount to, with room: the unit of margins. */
double spectrum_rounding(const double *A, size_t n);

/* L (n, n) <- the Cholesky factor (lower half, column by column) of fl(sign A - shift I), sign = +1
 * or -1; complete: whether the factorisation ran to its end. */
status spectrum_cholesky(const double *A, size_t n, double sign, double shift, double *L,
                         bool *complete);

/* Rows that spectrum_descend takes at least: more than twice its Lanczos basis. */
enum { SPECTRUM_DESCEND_LEAST = 41 };

/* value, vector (n): the smallest eigenvalue and its unit eigenvector by ARPACK in shift-invert
 * mode, from shifts below it; A was checked. L (n, n): scratch. FAILED also if ARPACK does not
 * converge. */
status spectrum_descend(const double *A, size_t n, double *L, double *value, double *vector);

/* q (n) <- a start of iterations without structure, the same always: multiples of the golden ratio
 * modulo 1, centred. */
void spectrum_start(double *q, size_t n);

#endif
