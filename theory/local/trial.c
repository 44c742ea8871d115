#include "theory/local/trial.h"

#include <stdlib.h>
#include <string.h>

static status draw_start(local_trial *run) {
    rng *r = rng_new(run->seed, run->stream, run->trial, RNG_WEIGHTS);
    if (!r) { return fail(FAILED, "no memory for a random stream"); }
    train_draw_start(&run->t, r, run->W, run->A);
    rng_free(r);
    trainer_start(&run->t, run->W, run->A);
    memcpy(run->Z0, run->t.whole.Z, run->t.settings.width * run->t.g->ld * sizeof *run->Z0);
    return OK;
}

status local_trial_open(const gram *g, const train_settings *s, uint64_t seed, size_t stream,
                        size_t trial, local_trial *run) {
    *run = (local_trial){.seed = seed, .stream = stream, .trial = trial};
    run->W = allocate(s->width * g->d, sizeof *run->W, "initial weights");
    run->A = allocate(s->width * g->q, sizeof *run->A, "initial signs");
    run->Z0 = allocate(s->width * g->ld, sizeof *run->Z0, "initial pre-activations");
    run->mask = allocate(s->subnets, s->width, "masks");
    if (run->W && run->A && run->Z0 && run->mask && trainer_new(g, s, true, &run->t) == OK &&
        draw_start(run) == OK) {
        return OK;
    }
    local_trial_close(run);
    return FAILED;
}

void local_trial_close(local_trial *run) {
    trainer_free(&run->t);
    free(run->W);
    free(run->A);
    free(run->Z0);
    rng_free(run->masks);
    free(run->mask);
    *run = (local_trial){0};
}

status local_trial_restart(local_trial *run, double eta) {
    trainer *t = &run->t;
    rng_free(run->masks);
    run->masks = rng_new(run->seed, run->stream, run->trial, RNG_MASKS);
    if (!run->masks) { return fail(FAILED, "no memory for a random stream"); }
    t->settings.lr = eta;
    t->scales = train_scales_of(&t->settings, t->g->n, t->g->q);
    trainer_start(t, run->W, run->A);
    return OK;
}

bool local_trial_round(local_trial *run, train_observer *seen, void *context) {
    const train_settings *s = &run->t.settings;
    mask_draw(s->mask, s->subnets, s->width, s->xi, run->masks, run->mask);
    trainer_round(&run->t, run->mask, seen, context);
    return !run->t.diverged;
}
