/* Rows of a data set in as few dimensions as they span.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/dataset.h"

#include <stdlib.h>
#include <string.h>

#include <cblas.h>
#include <lapacke.h>

#include "base/scratch.h"

/* X (n, n) <- L with L L^T = G; false if G is not positive definite. */
static bool cholesky_rows(const dataset *data, size_t n, double *X) {
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            X[i * n + j] =
                cblas_ddot((int)data->d, data->X + i * data->d, 1, data->X + j * data->d, 1);
        }
    }
    return LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', (lapack_int)n, X, (lapack_int)n) == 0;
}

status few_rows(const dataset *data, size_t first, size_t n, dataset *few) {
    dataset part;
    size_t *row = allocate(n, sizeof *row, "numbers of rows");
    for (size_t i = 0; row && i < n; i++) { row[i] = first + i; }
    status st = row ? dataset_take(data, row, n, &part) : FAILED;
    free(row);
    if (st != OK) { return st; }
    *few = part;
    if (n >= data->d) { return OK; }
    few->X = allocate(n * data->d, sizeof *few->X, "few rows");
    if (few->X && cholesky_rows(&part, n, few->X)) { few->d = n; }
    if (few->X && few->d == part.d) { memcpy(few->X, part.X, n * part.d * sizeof *part.X); }
    free(part.X);
    if (!few->X) { dataset_free(few); }
    return few->Y ? OK : FAILED;
}

status rows_in_span(const dataset *data, double *X) {
    size_t n = data->n, d = data->d;
    scratch work = {0};
    double *factor = scratch_take(&work, n * d, sizeof *factor, "inputs");
    double *tau = scratch_take(&work, n, sizeof *tau, "reflectors");
    status st = FAILED;
    if (work.failed) { goto end; }
    memcpy(factor, data->X, n * d * sizeof *factor);
    int info = LAPACKE_dgeqrf(LAPACK_COL_MAJOR, (int)d, (int)n, factor, (int)d, tau);
    if (info != 0) {
        st = fail(FAILED, "dgeqrf returned %d on %zu rows; look at the data", info, n);
        goto end;
    }
    memset(X, 0, n * n * sizeof *X);
    for (size_t i = 0; i < n; i++) { memcpy(X + i * n, factor + i * d, (i + 1) * sizeof *X); }
    st = OK;
end:
    scratch_free(&work);
    return st;
}

status dataset_narrow(dataset *data) {
    size_t n = data->n;
    if (data->d < WIDE_COLUMNS || n >= data->d) { return OK; }
    double *X = allocate(n, n * sizeof *X, "inputs in their span");
    status st = X ? rows_in_span(data, X) : FAILED;
    if (st != OK) {
        free(X);
        return st;
    }
    free(data->X);
    data->X = X;
    data->file_d = data->d;
    data->d = n;
    return OK;
}

size_t dataset_file_d(const dataset *data) { return data->file_d ? data->file_d : data->d; }
