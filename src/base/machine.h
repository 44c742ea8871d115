/* The processor, BLAS and libraries that compute here, checked on known answers.
 *
 * OpenBLAS comes in three builds. The serial one gives silently wrong products when called from
 * several threads, the openmp one changes the caller's team; only the pthread one serves.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BASE_MACHINE_H
#define BASE_MACHINE_H

#include "base/error.h"

/* Puts BLAS on one thread, turns GSL's aborting error handler off, checks that OpenBLAS is the
 * pthread build, that there is room for its buffers and that products and an eigenproblem computed
 * by `threads` threads at once equal a known answer. FAILED with the cure. Call once, first. */
status machine_start(int threads);

/* The check of machine_start on a given build of OpenBLAS (openblas_get_parallel()) and given
 * routines: C = A^T B^T for row-major n x n matrices in single and double precision; eigenvalues w
 * (n), ascending, and eigenvectors, in the rows of a, of the symmetric n x n matrix a, returning 0.
 * FAILED with the cure. */
typedef struct {
    void (*single_product)(int n, const float *a, const float *b, float *c);
    void (*double_product)(int n, const double *a, const double *b, double *c);
    int (*eigenproblem)(int n, double *a, double *w);
} machine_routines;
status machine_check(int build, const machine_routines *routines, int threads);

/* Path of the library that cblas_sgemm comes from, the same that openblas_set_num_threads rules; ""
 * if they differ (GSL's slow CBLAS stands before OpenBLAS) or there is none. */
const char *machine_blas_library(void);

/* Threads this process is to use unless it is told otherwise, >= 1: OMP_NUM_THREADS, else the
 * processors that it may run on (affinity) and the quota of its control groups leave it; never more
 * than OMP_THREAD_LIMIT. */
int machine_threads(void);

#endif
