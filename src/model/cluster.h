/* Inputs that are alike, side by side. */
#ifndef MODEL_CLUSTER_H
#define MODEL_CLUSTER_H

#include "model/dataset.h"
#include "base/error.h"

/* Reorders the rows of X and Y so that each tile of active (active_tile) holds inputs with large
 * inner products: neurons are then active on nearly all or nearly none of a tile. Training does not
 * depend on the order of the inputs but for rounding. The order depends on X alone. closest and
 * opposite_rows stay the rows of the file. row: NULL, or (n) numbers of the rows, reordered alike. */
status dataset_cluster_rows(dataset *data, size_t *row);

#endif
