/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/gram.h"

#include <float.h>
#include <lapacke.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/blas.h"
#include "base/scratch.h"

/* Inputs of all rows of a column, (rows, d); NULL: no memory. */
static double *all_inputs(const dataset *data, const dataset *held, const gram *g) {
    double *X = allocate(g->rows * g->d, sizeof *X, "inputs of all rows");
    if (!X) { return NULL; }
    memcpy(X, data->X, g->n * g->d * sizeof *X);
    if (g->held > 0) { memcpy(X + g->first * g->d, held->X, g->held * g->d * sizeof *X); }
    return X;
}

/* The columns of X times all rows. */
static status pack_beside(const dataset *data, const double *all, gram *g) {
    int rows = (int)g->rows, d = (int)g->d;
    double *columns = allocate(g->n * g->rows, sizeof *columns, "Gram matrix");
    if (!columns) { return FAILED; }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)g->n, rows, d, 1, data->X, d, all, d,
                0, columns, rows);
    for (size_t i = 0; i < g->n; i++) { columns[i * g->rows + i] = 1; }
    status st = active_new(columns, g->n, g->rows, &g->columns);
    free(columns);
    return st;
}

static status pack_matrix(const dataset *data, const double *all, gram *g) {
    if (g->held > 0) { return pack_beside(data, all, g); }
    double *exact = allocate(g->n * g->n, sizeof *exact, "Gram matrix");
    status st = exact ? OK : FAILED;
    if (st == OK) {
        dataset_gram(data, exact);
        st = active_new(exact, g->n, g->n, &g->columns);
    }
    free(exact);
    return st;
}

/* F <- U Sigma of the r singular values that are not zero to rounding, (n, r); X if they are as
 * many as its columns: the product F (F^T s) costs in proportion to r, whatever the registers of
 * the processor hold. */
static status factor_of(const dataset *data, double *F, size_t *rank) {
    size_t n = data->n, d = data->d, least = n < d ? n : d;
    scratch work = {0};
    double *sigma = scratch_take(&work, least, sizeof *sigma, "singular values");
    double *U = scratch_take(&work, n * least, sizeof *U, "singular vectors");
    double *V = scratch_take(&work, least * d, sizeof *V, "singular vectors");
    status st = work.failed ? FAILED : OK;
    memcpy(F, data->X, n * d * sizeof *F);
    if (st == OK && LAPACKE_dgesdd(LAPACK_ROW_MAJOR, 'S', (int)n, (int)d, F, (int)d, sigma, U,
                                   (int)least, V, (int)d) != 0) {
        st = fail(FAILED, "LAPACK: dgesdd found no singular values of the inputs");
    }
    *rank = 0;
    while (st == OK && *rank < least &&
           sigma[*rank] > (double)(n > d ? n : d) * DBL_EPSILON * sigma[0]) {
        ++*rank;
    }
    bool saves = *rank < d;
    if (!saves) {
        memcpy(F, data->X, n * d * sizeof *F);
        *rank = d;
    }
    for (size_t i = 0; saves && i < n; i++) {
        for (size_t k = 0; k < *rank; k++) { F[i * *rank + k] = U[i * least + k] * sigma[k]; }
    }
    scratch_free(&work);
    return st;
}

/* With rows that are held out F is X. */
static status pack_factor(const dataset *data, const double *all, gram *g) {
    double *F = allocate(g->rows * g->d, sizeof *F, "factor of the inputs");
    status st = F ? OK : FAILED;
    if (st == OK && g->held > 0) {
        g->rank = g->d;
        memcpy(F, all, g->rows * g->d * sizeof *F);
    } else if (st == OK) {
        st = factor_of(data, F, &g->rank);
    }
    if (st == OK) { st = active_new(F, g->n, g->rank, &g->columns); }
    if (st == OK && !(g->F = allocate(g->rows * g->rank, sizeof *g->F, "factor of the inputs"))) {
        st = FAILED;
    }
    for (size_t k = 0; st == OK && k < g->rows * g->rank; k++) { g->F[k] = (real)F[k]; }
    free(F);
    return st;
}

size_t gram_whole_lines(size_t count) {
    enum { LINE = 64 / sizeof(real) };
    return (count + LINE - 1) / LINE * LINE;
}

static void put_labels(const dataset *data, size_t first, gram *g) {
    for (size_t i = 0; i < data->n; i++) {
        for (size_t o = 0; o < g->q; o++) {
            g->Y[o * g->ld + first + i] = (real)data->Y[i * g->q + o];
        }
    }
}

status gram_new(const dataset *data, gram_method method, gram *g) {
    return gram_new_beside(data, NULL, method, g);
}

status gram_new_beside(const dataset *data, const dataset *held, gram_method method, gram *g) {
    *g = (gram){.n = data->n, .d = data->d, .q = data->q, .held = held ? held->n : 0};
    g->first = g->held > 0 ? gram_whole_lines(g->n) : g->n;
    g->rows = g->first + g->held;
    g->ld = gram_whole_lines(g->rows);
    g->method = g->n <= 3 * g->d ? GRAM_MATRIX : GRAM_FACTOR;
    if (method != GRAM_AUTO) { g->method = method; }
    g->X = allocate(g->rows * g->d, sizeof *g->X, "inputs in working precision");
    g->Y = allocate(g->q * g->ld, sizeof *g->Y, "labels in working precision");
    double *both = g->held > 0 ? all_inputs(data, held, g) : NULL;
    const double *all = g->held > 0 ? both : data->X;
    if (!g->X || !g->Y || !all ||
        (g->method == GRAM_MATRIX ? pack_matrix : pack_factor)(data, all, g) != OK) {
        gram_free(g);
        free(both);
        return FAILED;
    }
    for (size_t k = 0; k < g->rows * g->d; k++) { g->X[k] = (real)all[k]; }
    free(both);
    put_labels(data, 0, g);
    if (g->held > 0) { put_labels(held, g->first, g); }
    return OK;
}

void gram_free(gram *g) {
    free(g->X);
    free(g->F);
    active_free(&g->columns);
    free(g->Y);
    *g = (gram){0};
}

/* F^T s of a panel comes first, in whole cache lines. */
static size_t product_room(const gram *g) { return g->rank * ACTIVE_PANEL; }

size_t gram_workspace(const gram *g) {
    return product_room(g) + active_workspace(&g->columns, g->q);
}

double gram_cost(const gram *g) {
    double n = (double)g->n, r = (double)g->rank, held = (double)g->held;
    return g->method == GRAM_MATRIX ? n * (n + held) : (3 * n + 2 * held) * r;
}

/* Seen column-major, T is rows x count, F^T s is r x count, F is r x rows. */
void gram_step(const gram *g, const relu_sum *s, real *T, real *work) {
    real *rest = work + product_room(g);
    if (g->method == GRAM_MATRIX) {
        active_add(&g->columns, s, T, g->ld, rest);
        return;
    }
    memset(work, 0, g->rank * s->count * sizeof *work);
    active_add(&g->columns, s, work, g->rank, rest);
    real_gemm(CblasColMajor, CblasTrans, CblasNoTrans, (int)g->rows, (int)s->count, (int)g->rank, 1,
              g->F, (int)g->rank, work, (int)g->rank, 1, T, (int)g->ld);
}

void gram_project(const gram *g, const real *W, size_t m, real *Z) {
    memset(Z, 0, m * g->ld * sizeof *Z);
    real_gemm(CblasColMajor, CblasTrans, CblasNoTrans, (int)g->rows, (int)m, (int)g->d, 1, g->X,
              (int)g->d, W, (int)g->d, 0, Z, (int)g->ld);
}
