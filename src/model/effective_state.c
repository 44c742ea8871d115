/* Effective dynamics: the products and the room that both orders share.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/effective_state.h"

#include <cblas.h>
#include <lapacke.h>
#include <stdlib.h>
#include <string.h>

/* --- room --- */

double *effective_array(effective *f, size_t count) {
    return scratch_take(&f->owned, count, sizeof(double), "effective dynamics");
}

double **effective_arrays(effective *f, size_t arrays, size_t count) {
    double **list = scratch_take(&f->owned, arrays, sizeof *list, "effective dynamics");
    for (size_t k = 0; list && k < arrays; k++) { list[k] = effective_array(f, count); }
    return list;
}

/* --- products --- */

void effective_product(bool x_back, bool y_back, size_t rows, size_t columns, size_t inner,
                       double a, const double *x, const double *y, double b, double *out) {
    cblas_dgemm(CblasColMajor, x_back ? CblasTrans : CblasNoTrans,
                y_back ? CblasTrans : CblasNoTrans, (int)rows, (int)columns, (int)inner, a, x,
                (int)(x_back ? inner : rows), y, (int)(y_back ? columns : inner), b, out,
                (int)rows);
}

void effective_apply(size_t n, size_t columns, double a, const double *Q, const double *x, double b,
                     double *y) {
    effective_product(false, false, n, columns, n, a, Q, x, b, y);
}

void effective_outer(size_t n, size_t columns, double a, const double *x, const double *y, double b,
                     double *C) {
    effective_product(false, true, n, n, columns, a, x, y, b, C);
}

void effective_to_outputs(const effective *f, double a, const double *x, double *y) {
    effective_product(false, true, f->s.n, f->s.q, f->s.m, a, x, f->A, 1, y);
}

void effective_to_neurons(const effective *f, const double *e, double *x) {
    effective_product(false, false, f->s.n, f->s.m, f->s.q, 1, e, f->A, 0, x);
}

void effective_push(effective *f, double factor, const double *x, double b, double *y) {
    size_t count = f->s.n * f->s.m;
    for (size_t k = 0; k < count; k++) { f->work_m[k] = f->D[k] * x[k]; }
    effective_apply(f->s.n, f->s.m, factor, f->s.G, f->work_m, b, y);
}

void effective_pull(effective *f, const double *x, double *y) {
    effective_push(f, 1, x, 0, y);
    for (size_t k = 0; k < f->s.n * f->s.m; k++) { y[k] *= f->D[k]; }
}

void effective_move(effective *f, const double *x) {
    effective_push(f, f->s.theta * f->s.scales.step * f->s.scales.subnet, x, 1, f->Z);
}

void effective_contract(effective *f, size_t columns, double *x, double *y) {
    size_t n = f->s.n;
    double theta = f->s.theta;
    effective_apply(n, columns, theta, f->o2.P[f->s.tau], x, 1, y);
    for (size_t k = 0; k < n * columns; k++) { x[k] = (1 - theta) * x[k] + y[k]; }
}

/* C = L L^T but for the order of rows, by Cholesky with pivots, as C may be singular. */
status effective_draw(effective *f, double *C, size_t columns, double *x) {
    size_t n = f->s.n;
    lapack_int rank = 0, *order = allocate(n, sizeof *order, "order of rows");
    if (!order) { return FAILED; }
    LAPACKE_dpstrf(LAPACK_COL_MAJOR, 'L', (int)n, C, (int)n, order, &rank, -1);
    for (size_t j = (size_t)rank; j < n; j++) {
        for (size_t i = j; i < n; i++) { C[j * n + i] = 0; }
    }
    rng_normal_double(f->draws, 1, n * columns, x);
    cblas_dtrmm(CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, (int)n,
                (int)columns, 1, C, (int)n, x, (int)n);
    double *row = f->work_n;
    for (size_t j = 0; j < columns; j++) {
        memcpy(row, x + j * n, n * sizeof *row);
        for (size_t i = 0; i < n; i++) { x[j * n + (size_t)order[i] - 1] = row[i]; }
    }
    free(order);
    return OK;
}

double effective_bias(const effective *f) {
    size_t count = f->s.n * f->s.q;
    double sum = 0;
    for (size_t k = 0; k < count; k++) { sum += f->e[k] * f->e[k]; }
    return sum;
}

double effective_variance(const effective *f) {
    double trace = f->variance_beyond;
    for (size_t i = 0; i < f->rank; i++) { trace += f->Sigma[i * f->rank + i]; }
    return trace;
}

void effective_centre(const effective *f, size_t columns, double *x) {
    size_t m = f->s.m, q = f->s.q;
    for (size_t k = 0; k < columns; k++, x += m) {
        double mean = 0;
        const double *a = f->A + k % q;
        for (size_t r = 0; r < m; r++) { mean += a[r * q] * x[r] / (double)m; }
        for (size_t r = 0; r < m; r++) { x[r] -= a[r * q] * mean; }
    }
}
