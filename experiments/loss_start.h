/* The given start of a run (--init) and the kept end of one (--save-weights), as .npz files.
 *
 * A start has weights (d, m), signs (m, q) of -1 or +1 and, optionally, masks (K, p, m) of 0 or 1,
 * one per round; scalars samples, xi, lr, local_steps, where the file has them, are the defaults of
 * these options.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EXPERIMENTS_LOSS_START_H
#define EXPERIMENTS_LOSS_START_H

#include <stddef.h>
#include "experiments/experiment.h"
#include "model/trajectory.h"

typedef struct {
    real *W;              /* (m, d) neuron after neuron; NULL: a random start; owned */
    real *A;              /* (m, q); owned */
    unsigned char *masks; /* (K, p, m); NULL: random masks; owned */
    size_t m, d, q, rounds, subnets;
    char sha256[65]; /* of the file; "" without */
} loss_start;

/* Reads a start and sets the options' defaults from it (width, subnets, rounds, repeats 1, ...).
 * BAD_INPUT with path, array and cure. */
status loss_start_read(const char *path, experiment_settings *o, loss_start *start);
/* BAD_INPUT unless options and data fit the start; OK for a random one. */
status loss_start_check(const loss_start *start, const experiment_settings *o, const dataset *data);
void loss_start_free(loss_start *start); /* safe on a zeroed one */

/* values <- final weights (m, d), then signs (m, q), of a run from this start or, where it is a
 * random one, from that of rng_new(seed, cell, repetition, RNG_WEIGHTS). The trainer follows its
 * weights. */
status loss_start_finish(const loss_start *start, const trainer *t, uint64_t seed, size_t cell,
                         size_t repetition, double *values);
/* Writes them as arrays weights (d, m) and signs (m, q) of a .npz: a start again. */
status loss_start_save(const char *path, const double *values, size_t m, size_t d, size_t q);

#endif
