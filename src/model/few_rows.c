#include "model/few_rows.h"

#include <stdlib.h>
#include <string.h>

#include <cblas.h>
#include <lapacke.h>

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

status few_rows(const dataset *data, size_t n, dataset *few) {
    *few = *data;
    few->n = n;
    few->opposite = data->opposite && data->opposite_rows[0] < n && data->opposite_rows[1] < n;
    few->X = allocate(n * data->d, sizeof *few->X, "first rows");
    few->Y = allocate(n, sizeof *few->Y, "first labels");
    if (!few->X || !few->Y) {
        dataset_free(few);
        return FAILED;
    }
    memcpy(few->Y, data->Y, n * sizeof *few->Y);
    if (n < data->d && cholesky_rows(data, n, few->X)) {
        few->d = n;
    } else {
        memcpy(few->X, data->X, n * data->d * sizeof *few->X);
    }
    return OK;
}
