/* Rows of a data set in as few dimensions as they span.
 *
 * Training sees inputs through G = X X^T alone, so that the Cholesky factor of G stands for X, and
 * a start takes n normal numbers a neuron instead of d. */
#ifndef MODEL_FEW_ROWS_H
#define MODEL_FEW_ROWS_H

#include <stddef.h>
#include "model/dataset.h"
#include "base/error.h"

/* few: n rows from `first` on with their labels (q = 1), first + n <= data->n, with d = n where n < data->d and G is
 * positive definite. Owner: the caller, dataset_free. FAILED: no memory. */
status few_rows(const dataset *data, size_t first, size_t n, dataset *few);

/* All rows in n = data->n <= d coordinates of their span, whatever their rank: X^T = Q R, and
 * X (n, n) <- R^T. FAILED: no memory, or dgeqrf. */
status rows_in_span(const dataset *data, double *X);

#endif
