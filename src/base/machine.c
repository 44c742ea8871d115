/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/machine.h"

#include "base/blas.h"
#include "base/room.h"
#include "base/cgroup.h"

#include <dlfcn.h>
#include <float.h>
#include <gsl/gsl_errno.h>
#include <lapacke.h>
#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#ifdef __aarch64__
#define PLATFORM "aarch64-linux-gnu"
#else
#define PLATFORM "x86_64-linux-gnu"
#endif

#define CURE                                                                        \
    "install libopenblas0-pthread and choose it with update-alternatives --config " \
    "libopenblas.so.0-" PLATFORM

/* Small products in great number: what goes wrong goes wrong when two calls begin at the same
 * moment. */
enum { ORDER = 32, PRODUCTS = 1000 };

/* ---------------- products whose answer is known ---------------- */

/* The matrices of one thread, in both precisions: C = A^T B^T with A(k,i) = a(i) + b(k), B(j,k) =
 * c(k) - d(j), small integers, so that
 *     C(i,j) = a(i) (sum c - n d(j)) + sum b c - d(j) sum b
 * is below 2^24 and exact in single precision in any order of summation. */
typedef struct {
    float a_single[ORDER * ORDER], b_single[ORDER * ORDER], c_single[ORDER * ORDER];
    double a[ORDER * ORDER], b[ORDER * ORDER], c[ORDER * ORDER], known[ORDER * ORDER];
} workspace;

/* Matrices that differ from thread to thread, so that a buffer shared by two threads shows. */
static void workspace_set(workspace *w, int thread) {
    int a[ORDER], b[ORDER], c[ORDER], d[ORDER], sum_b = 0, sum_c = 0, sum_bc = 0;
    for (int i = 0; i < ORDER; i++) {
        a[i] = (i + thread) % 3;
        b[i] = (2 * i + thread) % 5;
        c[i] = (i + 3 * thread) % 4;
        d[i] = (3 * i + thread) % 7;
        sum_b += b[i];
        sum_c += c[i];
        sum_bc += b[i] * c[i];
    }
    for (int i = 0; i < ORDER; i++) {
        for (int j = 0; j < ORDER; j++) {
            const int at = i * ORDER + j;
            w->a[at] = a[j] + b[i];
            w->b[at] = c[j] - d[i];
            w->known[at] = a[i] * (sum_c - ORDER * d[j]) + sum_bc - d[j] * sum_b;
            w->a_single[at] = (float)w->a[at];
            w->b_single[at] = (float)w->b[at];
        }
    }
}

/* One product in either precision; number of entries that are not the known ones. */
static size_t product_check(const machine_routines *routines, workspace *w) {
    routines->single_product(ORDER, w->a_single, w->b_single, w->c_single);
    routines->double_product(ORDER, w->a, w->b, w->c);
    size_t wrong = 0;
    for (int at = 0; at < ORDER * ORDER; at++) {
        wrong += !((double)w->c_single[at] == w->known[at]); /* NaN is wrong */
        wrong += !(w->c[at] == w->known[at]);
    }
    return wrong;
}

/* ---------------- an eigenproblem whose answer is known ---------------- */

/* A(i,j) = min(i, j), i and j from 1, the inverse of a second difference, has
 *     lambda_k = (2 sin(t_k / 2))^-2, t_k = (2 k - 1) pi / (2 n + 1), with eigenvector sin(i t_k),
 *         k = 1 .. n,
 * from the largest to the smallest. Number of eigenpairs that are not these to rounding. */
static size_t eigenproblem_check(const machine_routines *routines, workspace *w) {
    const double tolerance = ORDER * DBL_EPSILON * ORDER * ORDER; /* n eps ||A|| */
    double lambda[ORDER];
    for (int i = 0; i < ORDER; i++) {
        for (int j = 0; j < ORDER; j++) { w->a[i * ORDER + j] = (i < j ? i : j) + 1; }
    }
    if (routines->eigenproblem(ORDER, w->a, lambda) != 0) { return ORDER; }
    size_t wrong = 0;
    for (int k = 1; k <= ORDER; k++) {
        const double t = (2 * k - 1) * M_PI / (2 * ORDER + 1);
        const double *vector = &w->a[(ORDER - k) * ORDER];
        double cosine = 0.0;
        for (int i = 0; i < ORDER; i++) {
            cosine += vector[i] * sin((i + 1) * t) * sqrt(4.0 / (2 * ORDER + 1));
        }
        const bool right =
            fabs(lambda[ORDER - k] - 0.25 / (sin(t / 2.0) * sin(t / 2.0))) <= tolerance &&
            fabs(fabs(cosine) - 1.0) <= tolerance;
        wrong += !right; /* NaN is wrong */
    }
    return wrong;
}

/* ---------------- the check ---------------- */

/* Errors of calls at the same moment need two threads to show. */
static int team_of(int threads) { return threads > 2 ? threads : 2; }

status machine_check(int build, const machine_routines *routines, int threads) {
    if (build == OPENBLAS_SEQUENTIAL) {
        return fail(FAILED,
                    "OpenBLAS is its serial build, wrong when several threads call it; " CURE);
    }
    if (build != OPENBLAS_THREAD) {
        return fail(FAILED,
                    "OpenBLAS is its openmp build, which changes the team of the caller; " CURE);
    }
    const int team = team_of(threads);
    workspace *space = allocate((size_t)team, sizeof *space, "matrices to check BLAS with");
    if (!space) { return FAILED; }
    size_t wrong = 0, pairs = 0;
#pragma omp parallel num_threads(team) reduction(+ : wrong, pairs)
    {
        workspace *w = &space[omp_get_thread_num()];
        workspace_set(w, omp_get_thread_num());
        for (int i = 0; i < PRODUCTS; i++) { wrong += product_check(routines, w); }
        pairs = eigenproblem_check(routines, w);
    }
    free(space);
    if (wrong > 0) {
        return fail(
            FAILED,
            "matrix products computed by %d threads at once are wrong in %zu entries; " CURE, team,
            wrong);
    }
    if (pairs > 0) {
        return fail(FAILED,
                    "%zu eigenpairs of a matrix whose spectrum is known, computed by %d threads at "
                    "once, are "
                    "wrong; " CURE,
                    pairs, team);
    }
    return OK;
}

/* ---------------- the libraries at hand ---------------- */

/* Both factors transposed: this path of OpenBLAS has no shortcut for small matrices on any
 * processor. */
static void single_product(int n, const float *a, const float *b, float *c) {
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasTrans, n, n, n, 1.0f, a, n, b, n, 0.0f, c, n);
}

static void double_product(int n, const double *a, const double *b, double *c) {
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasTrans, n, n, n, 1.0, a, n, b, n, 0.0, c, n);
}

/* By divide and conquer. The matrix is symmetric: what LAPACK calls columns are rows here. */
static int eigenproblem(int n, double *a, double *w) {
    return (int)LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', n, a, n, w);
}

const char *machine_blas_library(void) {
    Dl_info product, control;
    void *gemm = dlsym(RTLD_DEFAULT, "cblas_sgemm"),
         *set_threads = dlsym(RTLD_DEFAULT, "openblas_set_num_threads");
    if (!gemm || !set_threads || !dladdr(gemm, &product) || !dladdr(set_threads, &control)) {
        return "";
    }
    return product.dli_fbase == control.dli_fbase ? product.dli_fname : "";
}

status machine_start(int threads) {
    static const machine_routines routines = {single_product, double_product, eigenproblem};
    gsl_set_error_handler_off();
    if (!*machine_blas_library()) {
        return fail(FAILED, "cblas_sgemm is not OpenBLAS's; link -lopenblas and not -lgslcblas");
    }
    openblas_set_num_threads(1);
    const status st = openblas_get_parallel() == OPENBLAS_THREAD ? room_take(team_of(threads)) : OK;
    return st == OK ? machine_check(openblas_get_parallel(), &routines, threads) : st;
}

int machine_threads(void) {
    const char *chosen = getenv("OMP_NUM_THREADS");
    double threads = omp_get_max_threads();
    if (!chosen || !*chosen) { threads = fmin(threads, ceil(cgroup_processors(""))); }
    return (int)fmax(fmin(threads, omp_get_thread_limit()), 1.0);
}
