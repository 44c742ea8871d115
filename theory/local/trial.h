/* One start W_0, a with its K rounds of masks, trained from there as often as wished, with other
 * step sizes. */
#ifndef THEORY_LOCAL_TRIAL_H
#define THEORY_LOCAL_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "model/train.h"

typedef struct {
    trainer t;
    uint64_t seed;
    size_t stream, trial; /* the random stream is that of (seed, stream, trial) */
    real *W, *A;          /* (m, d), (m, 1): the start */
    real *Z0;             /* (m, ld): its pre-activations */
    rng *masks;
    unsigned char *mask; /* (p, m): of the last round */
} local_trial;

/* Draws the start. FAILED: no memory. */
status local_trial_open(const gram *g, const train_settings *s, uint64_t seed, size_t stream,
                        size_t trial, local_trial *run);
void local_trial_close(local_trial *run); /* safe on a zeroed one */

/* Back to the start, with step size eta, before the first round's masks. FAILED: no memory. */
status local_trial_restart(local_trial *run, double eta);

/* Draws the round's masks and trains a round. False once the run has diverged. */
bool local_trial_round(local_trial *run, train_observer *seen, void *context);

#endif
