/* One random run of Algorithm 1: start and masks from the streams of (seed, cell,
 * repetition).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_TRAJECTORY_H
#define MODEL_TRAJECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "model/train.h"

typedef struct {
    trainer t;
    rng *start, *masks, *batches; /* batches: NULL unless steps take part of the rows */
    unsigned char *mask;          /* (p, m) of the last round */
    size_t repetition, rounds;    /* which, and rounds whose masks have been taken */
    real *Z0; /* (m, ld) pre-activations of the start; NULL unless weights are followed */
} trajectory;

/* Allocates all and starts from random weights and signs. follow: as in trainer_new. Opened again
 * with the same streams and another step size it is the same start with the same masks. */
status trajectory_open(const gram *g, const train_settings *s, bool follow, uint64_t seed,
                       size_t cell, size_t repetition, trajectory *run);
/* mask <- those of the next round: drawn, or the next of the settings' sets. */
void trajectory_mask(trajectory *run);
/* Both: takes the round's masks and trains one round. False once the run has diverged. observer may be NULL.
 */
bool trajectory_round(trajectory *run, train_observer *observer, void *context);
void trajectory_close(trajectory *run); /* safe on a zeroed one */

#endif
