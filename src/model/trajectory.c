/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/trajectory.h"

#include <stdlib.h>
#include <string.h>

/* Keeps the start's pre-activations. */
static status keep_start(trajectory *run) {
    const trainer *t = &run->t;
    size_t count = t->settings.width * t->g->ld;
    run->Z0 = allocate(count, sizeof *run->Z0, "initial pre-activations");
    if (!run->Z0) { return FAILED; }
    memcpy(run->Z0, t->whole.Z, count * sizeof *run->Z0);
    return OK;
}

status trajectory_open(const gram *g, const train_settings *s, bool follow, uint64_t seed,
                       size_t cell, size_t repetition, trajectory *run) {
    *run = (trajectory){.repetition = repetition,
                        .start = rng_new(seed, cell, repetition, RNG_WEIGHTS),
                        .masks = rng_new(seed, cell, repetition, RNG_MASKS)};
    bool batches = train_in_batches(s, g->n);
    if (batches) { run->batches = rng_new(seed, cell, repetition, RNG_TRIAL); }
    run->mask = allocate(s->subnets, s->width, "masks");
    if (!run->start || !run->masks || (batches && !run->batches)) {
        fail(FAILED, "no memory for the random streams");
    } else if (run->mask && trainer_new(g, s, follow, &run->t) == OK &&
               trainer_start_random(&run->t, run->start) == OK &&
               (!follow || keep_start(run) == OK)) {
        trainer_set_batches(&run->t, run->batches);
        return OK;
    }
    trajectory_close(run);
    return FAILED;
}

void trajectory_mask(trajectory *run) {
    const train_settings *s = &run->t.settings;
    if (s->sets) {
        const unsigned char *mask = mask_sets_of(s->sets, run->repetition, run->rounds);
        memcpy(run->mask, mask, s->subnets * s->width);
    } else {
        mask_draw(s->mask, s->subnets, s->width, s->xi, run->masks, run->mask);
    }
    run->rounds++;
}

bool trajectory_round(trajectory *run, train_observer *observer, void *context) {
    trajectory_mask(run);
    trainer_round(&run->t, run->mask, observer, context);
    return !run->t.diverged;
}

void trajectory_close(trajectory *run) {
    trainer_free(&run->t);
    rng_free(run->start);
    rng_free(run->masks);
    rng_free(run->batches);
    free(run->mask);
    free(run->Z0);
    *run = (trajectory){0};
}
