/* spectrum_large: the smallest eigenvalue of a large dense symmetric matrix without reduction to
 * tridiagonal form. */
#ifndef MODEL_SPECTRUM_LARGE_H
#define MODEL_SPECTRUM_LARGE_H

#include <stddef.h>
#include "model/spectrum.h"
#include "base/error.h"

/* As spectrum_lambda_min, for matrices whose smallest eigenvalue is not far below 0 (kernels).
 * value: by ARPACK in shift-invert mode, relative error about 1e-12 where the eigenvalue is not at
 * rounding level. low and high are proved, wider apart than those of spectrum_lambda_min: about n
 * epsilon trace(A) and n epsilon ||A||_F. Beside A one array of n^2 doubles is taken and freed.
 * FAILED also if ARPACK does not converge. */
status spectrum_lambda_min_large(const double *A, size_t n, spectrum_interval *interval);

#endif
