/* Proved bound of the residual of a computed Cholesky factor.
 *
 * A product in double precision is in doubt by n roundings of its largest terms, far more than the
 * factor is wrong. Cut into a high and a low part, the factor has a square that BLAS computes
 * without any rounding, up to terms of the low part (K. Ozaki, T. Ogita, S. Oishi, S. M. Rump,
 * Error-free transformations of matrix multiplication, Numer. Algorithms 59, 2012).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_RESIDUAL_H
#define MODEL_RESIDUAL_H

#include <stddef.h>
#include "base/error.h"

/* bound >= || A - shift I - L L^T || (spectral norm), rounding errors included. A (n, n) symmetric,
 * both halves filled. L (n, n): lower triangle, column by column as LAPACK leaves it; the other
 * half is not read. L is used up. Work arrays of 2 n^2 doubles are taken and freed inside. NaN in A
 * or L makes a NaN. FAILED, with a NaN: no memory. */
status residual_bound(const double *A, size_t n, double shift, double *L, double *bound);

#endif
