/* Inputs X (unit rows) and labels Y of a .npz, checked against Assumption 1.
 *
 * Assumption 1 (assumption-1 in doc/mathematics.md): ||x_i|| = 1, |y_i| <= C - 1, no two inputs
 * parallel.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_DATASET_H
#define MODEL_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"

typedef struct {
    char path[4096];    /* as given */
    char sha256[65];    /* of the file */
    size_t n, d, q;     /* samples, input dimension, outputs */
    size_t file_d;      /* columns of the file where X is in the span of its rows; 0: they are d */
    double *X;          /* (n, d) row-major, rows scaled to norm 1; owned */
    double *Y;          /* (n, q) row-major, divided by max |Y| over the whole file; owned */
    double label_scale; /* that maximum */
    /* radians, between two of the n inputs (direction; 0..pi); NaN for n = 1 */
    double smallest_angle;
    size_t closest[2]; /* the two rows, counted from 0 */
    size_t file_rows;  /* samples of the file, of which these are n */
    bool spread;       /* chosen over the labels (rows.h), not the first of the file */
    double file_angle; /* smallest angle between two rows of the file; NaN: not looked for */
    double same_angle; /* radians, up to which two rows count as of one direction */
    bool opposite;     /* some x_i = -x_j: Assumption 1 is broken, the kernel is not */
    size_t opposite_rows[2];
} dataset;

/* Loads arrays `features` (n, d) and `labels` (n, q) or (n,), f4 or f8, first `samples` rows (0:
 * all). BAD_INPUT naming file, array, row and cure: missing array, wrong rank, other dtype,
 * different row counts, NaN or Inf, zero row, rows of the same direction to the file's precision
 * (how many pairs, the first ones), labels all zero, samples > rows, corrupt file. Labels that are
 * all one number other than 0 are taken: Assumption 1 bounds them and asks nothing more. */
status dataset_load(const char *path, size_t samples, dataset *data);
/* The same, but of a file with fewer rows it takes them all. */
status dataset_load_most(const char *path, size_t samples, dataset *data);
/* The same for rows that are looked at alone: of one direction they may be. */
status dataset_load_looked_at(const char *path, dataset *data);
void dataset_free(dataset *data); /* safe on a zeroed or freed one */

/* part <- rows row[0], row[1], ... (count, each < whole->n and once) of `whole` as a data set of
 * their own, with its closest pair and opposite rows found anew. Owner: the caller, dataset_free.
 * FAILED: no memory, nothing is left to free. */
status dataset_take(const dataset *whole, const size_t *row, size_t count, dataset *part);

/* Reorders the rows of X and Y so that each tile of active (active_tile) holds inputs with large
 * inner products: neurons are then active on nearly all or nearly none of a tile. Training does not
 * depend on the order of the inputs but for rounding. The order depends on X alone. closest and
 * opposite_rows stay the rows of the file. row: NULL, or (n) numbers of the rows, reordered alike. */
status dataset_cluster_rows(dataset *data, size_t *row);

/* Rows in as few dimensions as they span. Training sees inputs through G = X X^T alone, so that the
 * Cholesky factor of G stands for X, and a start takes n normal numbers a neuron instead of d.
 * few: n rows from `first` on with their labels (q = 1), first + n <= data->n, with d = n where
 * n < data->d and G is positive definite. Owner: the caller, dataset_free. FAILED: no memory. */
status few_rows(const dataset *data, size_t first, size_t n, dataset *few);
/* All rows in n = data->n <= d coordinates of their span, whatever their rank: X^T = Q R, and
 * X (n, n) <- R^T. FAILED: no memory, or dgeqrf. */
status rows_in_span(const dataset *data, double *X);
/* The same in place, with data->d = n, where that saves much: n < d and d >= WIDE_COLUMNS. What
 * looks at inner products alone then takes n numbers a row and a neuron in place of d. */
#define WIDE_COLUMNS 256
status dataset_narrow(dataset *data);
/* Columns of the file. */
size_t dataset_file_d(const dataset *data);

/* G = X X^T, (n, n) symmetric, both halves filled, diagonal exactly 1. G: caller's, (n, n). */
void dataset_gram(const dataset *data, double *G);

/* Sets smallest_angle, closest, opposite and opposite_rows from the rows and same_angle. BAD_INPUT,
 * with a line that names the first pairs, if two rows are of one direction. */
status dataset_check_pairs(dataset *data);

/* Angle in radians between rows i and j: 2 atan2(||x_i - x_j||, ||x_i + x_j||), which keeps the
 * digits that arccos of the dot product loses near 0 and pi (angles in doc/mathematics.md). */
double dataset_angle(const dataset *data, size_t i, size_t j);

/* What two inputs at an angle (radians) cap lambda_min(Hinf) at, whatever the others: the smaller
 * eigenvalue of their own kernel, 1/2 - cos(angle) (pi - angle)/(2 pi). */
double dataset_pair_cap(double angle);

#endif
