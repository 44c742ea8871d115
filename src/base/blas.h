/* Products of the working precision, by OpenBLAS's CBLAS. Not to be included beside
 * gsl_randist.h, gsl_matrix.h or gsl_cblas.h: the two cblas headers clash.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BASE_BLAS_H
#define BASE_BLAS_H

#include <cblas.h>
#include "base/real.h"

#ifdef REAL_DOUBLE
#define real_gemm cblas_dgemm
#define real_dot cblas_ddot
#else
#define real_gemm cblas_sgemm
#define real_dot cblas_sdot
#endif

#endif
