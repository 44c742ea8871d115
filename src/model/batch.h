/* Local steps on part of the rows (batches in doc/mathematics.md).
 *
 * A step on B of the n rows moves the pre-activations of all rows by the B columns of G that are
 * theirs: n B operations a neuron instead of n^2. These columns, and what the network is on the rows
 * of the step, are taken side by side, so that the step is the usual one with fewer inputs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_BATCH_H
#define MODEL_BATCH_H

#include "model/gram.h"
#include "model/network.h"
#include "base/scratch.h"
#include "stats/rng.h"

typedef struct {
    gram part; /* the rows of the step as a data set: Y and columns its own, n = B */
    gram step; /* their columns, and all rows to be moved; the rest borrowed */
    const packed_columns *columns; /* of all rows; borrowed */
    size_t *order;                 /* (n) all rows, those of the step first */
    size_t *row;                   /* (B) those of the step, ascending */
    unsigned char *chosen;         /* (n) */
    real *Z;                       /* (capacity, part.ld) the network on the rows of the step */
    real *U, *R;                   /* (q, part.ld) */
    real *S;                       /* (ACTIVE_PANEL, part.ld) */
    real *work;
    scratch owned;
} row_batch;

/* Room for steps on `rows` < g->n rows of networks of at most `capacity` neurons. */
status batch_new(const gram *g, size_t rows, size_t capacity, row_batch *b);
void batch_free(row_batch *b); /* safe on a zeroed one */

/* Draws the rows of a step without replacement; takes one step of size `step` of the network on
 * them, n/B times as large as it would be on all. Returns the error on these rows before it. */
double batch_step(row_batch *b, rng *r, network *net, double scale, double step);

/* Expected operations of a step of m neurons. */
double batch_step_cost(const gram *g, double m, double rows);

#endif
