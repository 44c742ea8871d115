/* The given start of a run (--init), a .npz file.
 *
 * A start has weights (d, m), signs (m, q) of -1 or +1 and, optionally, masks (K, p, m) of 0 or 1,
 * one per round (not taken where the file has `rounds_done`: they led to its weights); scalars
 * samples, xi, lr, local_steps, where the file has them, are the defaults of these options.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EXPERIMENTS_LOSS_START_H
#define EXPERIMENTS_LOSS_START_H

#include <stddef.h>
#include "experiments/experiment.h"
#include "model/trajectory.h"

typedef struct {
    real *W; /* (m, d) neuron after neuron; NULL: a random start; owned */
    real *A; /* (m, q); owned */
    size_t m, d, q;
    char sha256[65]; /* of the file; "" without */
} loss_start;

/* Reads a start and sets the options' defaults from it (width, subnets, rounds, repeats 1, ...).
 * sets: its masks, unless they are not for the rounds to come or --masks gives others; the
 * caller's, mask_sets_free. BAD_INPUT with path, array and cure. */
status loss_start_read(const char *path, experiment_settings *o, loss_start *start,
                       mask_sets *sets);
/* BAD_INPUT unless options and data fit the start and its masks; OK for a random one. */
status loss_start_check(const loss_start *start, const mask_sets *sets,
                        const experiment_settings *o, const dataset *data);
void loss_start_free(loss_start *start); /* safe on a zeroed one */

#endif
