/* The first rows of a data set, in as few dimensions as they span.
 *
 * Training sees inputs through G = X X^T alone, so that the Cholesky factor of G stands for X, and
 * a start takes n normal numbers a neuron instead of d. */
#ifndef MODEL_FEW_ROWS_H
#define MODEL_FEW_ROWS_H

#include <stddef.h>
#include "model/dataset.h"
#include "base/error.h"

/* few: the first n <= data->n rows with their labels (q = 1), with d = n where n < data->d and G is
 * positive definite. Owner: the caller, dataset_free. FAILED: no memory. */
status few_rows(const dataset *data, size_t n, dataset *few);

#endif
