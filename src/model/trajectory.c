#include "model/trajectory.h"

#include <stdlib.h>

status trajectory_open(const gram *g, const train_settings *s, bool follow, uint64_t seed,
                       size_t cell, size_t repetition, trajectory *run) {
    *run = (trajectory){.start = rng_new(seed, cell, repetition, RNG_WEIGHTS),
                        .masks = rng_new(seed, cell, repetition, RNG_MASKS)};
    run->mask = allocate(s->subnets, s->width, "masks");
    if (!run->start || !run->masks) {
        fail(FAILED, "no memory for the random streams");
    } else if (run->mask && trainer_new(g, s, follow, &run->t) == OK &&
               trainer_start_random(&run->t, run->start) == OK) {
        return OK;
    }
    trajectory_close(run);
    return FAILED;
}

bool trajectory_round(trajectory *run, train_observer *seen, void *context) {
    const train_settings *s = &run->t.settings;
    mask_draw(s->mask, s->subnets, s->width, s->xi, run->masks, run->mask);
    trainer_round(&run->t, run->mask, seen, context);
    return !run->t.diverged;
}

void trajectory_close(trajectory *run) {
    trainer_free(&run->t);
    rng_free(run->start);
    rng_free(run->masks);
    free(run->mask);
    *run = (trajectory){0};
}
