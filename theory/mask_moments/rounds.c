/* The rounds of runs: Lemmas 13 and 14, the split of the loss that stands for Lemmas 5-12, 15 and
 * 19, and which neurons flip.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/mask_moments/mask_moments.h"

#include <math.h>
#include <string.h>

#include "theory/criteria.h"
#include "stats/extreme.h"

/* --- the split --- */

/* I1_i and I2_i, |S_i| and flips of sample i, summed over the neurons. */
typedef struct {
    double far, near, set, flips, strays;
} sample_split;

static sample_split split_sample(const moments_split *s, size_t i) {
    /* A flip needs |<w_0, x_i>| <= ||w - w_0||, whose square is a sum with cancellation: half of
     * double's digits. */
    const double slack = 1 + 1e-7;
    double scale = s->xi / sqrt((double)s->m);
    sample_split sum = {0};
    for (size_t r = 0; r < s->m; r++) {
        double start = s->start[r * s->ld + i];
        double before = s->before[r * s->ld + i], after = s->after[r * s->ld + i];
        double change = scale * s->A[r] * (fmax(after, 0) - fmax(before, 0));
        bool inside = fabs(start) <= s->radius, flipped = (after >= 0) != (start >= 0);
        *(inside ? &sum.near : &sum.far) += change;
        sum.set += inside;
        sum.flips += flipped;
        sum.strays += flipped && !(fabs(start) <= slack * s->drift[r]);
    }
    return sum;
}

void moments_measure_split(const moments_split *s, moments_round *round) {
    tightest part = {0, 0};
    round->radius = s->radius;
    round->before = distance_squared(s->y, s->u_before, s->n);
    round->after = distance_squared(s->y, s->u_after, s->n);
    round->moved = distance_squared(s->u_after, s->u_before, s->n);
    round->far = round->near = round->strays = 0;
    for (size_t i = 0; i < s->n; i++) {
        sample_split at = split_sample(s, i);
        double residual = s->y[i] - s->u_before[i];
        round->far -= 2 * residual * at.far;
        round->near -= 2 * residual * at.near;
        round->strays += at.strays;
        if (at.flips > round->flips || i == 0) {
            round->flips = at.flips;
            round->set = at.set;
        }
        double bound = bounds_split(s->xi, (double)s->m, at.set, s->movement);
        tightest_keep(&part, (tightest){fabs(at.near), bound});
    }
    round->part = part.value;
    round->part_bound = part.bound;
    const double terms[] = {round->before, round->far, round->near, round->moved, round->after};
    double sum = round->before + round->far + round->near + round->moved;
    round->split_error = fabs(round->after - sum) / extreme_largest(terms, 5);
}

/* --- Lemmas 13 and 14 --- */

RECORD_DEFINE(moments_combined, MOMENTS_COMBINED);

moments_combined moments_combine(const double *local, const double *u, const double *y, size_t p,
                                 size_t n) {
    double losses = 0, apart = 0, from_whole = 0, share = 1 / (double)p, worst = 0;
    for (size_t l = 0; l < p; l++) {
        losses += share * distance_squared(y, local + l * n, n);
        from_whole += share * distance_squared(local + l * n, u, n);
        for (size_t other = l + 1; other < p; other++) {
            apart += share * share * distance_squared(local + l * n, local + other * n, n);
        }
    }
    for (size_t i = 0; i < n; i++) {
        double mean = 0;
        for (size_t l = 0; l < p; l++) { mean += share * local[l * n + i]; }
        worst = extreme_larger(worst, fabs(mean - u[i]));
    }
    double loss = distance_squared(y, u, n), larger = extreme_larger(from_whole, apart);
    /* p = 1: squares of rounding errors on either side */
    bool nothing = larger <= CRITERION_EXACT * CRITERION_EXACT * loss;
    return (moments_combined){.mean = worst == 0 ? 0 : worst / extreme_largest(u, n),
                              .lemma13 = fabs(loss - (losses - apart)) / fmax(loss, losses),
                              .lemma14 =
                                  nothing ? 0 : safe_ratio(fabs(from_whole - apart), larger)};
}

/* Outputs at the start and at the end of a round. */
typedef struct {
    size_t n, tau;
    double *start, *end;    /* (p, n) of all subnetworks */
    double *before, *after; /* (ld) of the whole network */
} outputs;

static outputs outputs_of(const gram *g, const train_settings *s, scratch *owned) {
    size_t p = s->subnets;
    return (outputs){g->n,
                     s->local_steps,
                     take(owned, p * g->n),
                     take(owned, p * g->n),
                     take(owned, g->ld),
                     take(owned, g->ld)};
}

/* The trainer's observer. */
static void observe_outputs(const step_event *event, void *context) {
    const outputs *all = context;
    size_t first = event->subnet * all->n, bytes = all->n * sizeof *event->U;
    if (event->step == 0) { memcpy(all->start + first, event->U, bytes); }
    if (event->step == all->tau) { memcpy(all->end + first, event->U, bytes); }
}

/* Keeps the worse of what was and of start and end of the round. */
static void add_combined(const outputs *all, const gram *g, size_t p, moments_combined *worst) {
    moments_combined start = moments_combine(all->start, all->before, g->Y, p, g->n);
    moments_combined end = moments_combine(all->end, all->after, g->Y, p, g->n);
    record_add(&moments_combined_kind, worst, &start);
    record_add(&moments_combined_kind, worst, &end);
}

status moments_combine_all(const gram *g, const train_settings *s, const double *W, const double *A,
                           moments_combined *worst, size_t *masks) {
    size_t p = s->subnets;
    trainer t = {0};
    scratch room = {0};
    outputs all = outputs_of(g, s, &room);
    unsigned char *mask = scratch_take(&room, p, s->width, "masks");
    status st = room.failed ? FAILED : mask_number(s->mask, p, s->width, s->xi, masks);
    if (st == OK) { st = trainer_new(g, s, false, &t); }
    *worst = (moments_combined){0};
    for (size_t code = 0; st == OK && code < *masks; code++) {
        mask_decode(s->mask, p, s->width, s->xi, code, mask);
        trainer_start(&t, W, A);
        trainer_output(&t, all.before);
        trainer_round(&t, mask, observe_outputs, &all);
        trainer_output(&t, all.after);
        add_combined(&all, g, p, worst);
    }
    trainer_free(&t);
    scratch_free(&room);
    return st;
}

/* --- a run --- */

typedef struct {
    const gram *g;
    trajectory run;
    outputs seen;
    moments_split split;
    double *C; /* (m, ld) coefficients of the weights at w_k */
    scratch owned;
} follower;

/* trajectory_close and scratch_free always. */
static status follower_open(const train_settings *s, uint64_t seed, size_t cell, size_t repetition,
                            follower *f) {
    const gram *g = f->g;
    size_t m = s->width, all = m * g->ld;
    f->seen = outputs_of(g, s, &f->owned);
    f->C = take(&f->owned, all), f->split.drift = take(&f->owned, m);
    f->split.start = take(&f->owned, all), f->split.before = take(&f->owned, all);
    if (f->owned.failed) { return FAILED; }
    status st = trajectory_open(g, s, true, seed, cell, repetition, &f->run);
    if (st != OK) { return st; }
    const network *whole = &f->run.t.whole;
    f->split.A = whole->A;
    f->split.after = whole->Z;
    f->split.u_before = f->seen.before;
    f->split.u_after = f->seen.after;
    memcpy(f->split.start, whole->Z, all * sizeof *whole->Z);
    return OK;
}

static double fill_drift(follower *f) {
    const network *net = &f->run.t.whole;
    for (size_t r = 0; r < net->m; r++) {
        f->split.drift[r] = sqrt(network_drift_squared(f->g, net, f->split.start, r));
    }
    return extreme_largest(f->split.drift, net->m);
}

static status follow_round(follower *f, moments_round *round) {
    trainer *t = &f->run.t;
    moments_split *split = &f->split;
    size_t bytes = split->m * split->ld * sizeof *t->whole.Z;
    *round = (moments_round){.drift_before = fill_drift(f)};
    memcpy(split->before, t->whole.Z, bytes);
    memcpy(f->C, t->whole.C, bytes);
    trainer_output(t, split->u_before);
    if (!trajectory_round(&f->run, observe_outputs, &f->seen)) {
        return fail(FAILED, "the run diverged; take a smaller step");
    }
    trainer_output(t, split->u_after);
    round->drift_after = fill_drift(f);
    split->movement = sqrt(network_movement_squared_most(f->g, &t->whole, split->before, f->C));
    moments_measure_split(split, round);
    add_combined(&f->seen, f->g, t->settings.subnets, &round->combined);
    return OK;
}

status moments_run(const gram *g, const train_settings *s, uint64_t seed, size_t cell,
                   size_t repetition, double radius, moments_round *rounds, size_t count) {
    follower f = {
        .g = g,
        .split = {.n = g->n, .m = s->width, .ld = g->ld, .xi = s->xi, .radius = radius, .y = g->Y}};
    status st = follower_open(s, seed, cell, repetition, &f);
    for (size_t k = 0; st == OK && k < count; k++) { st = follow_round(&f, &rounds[k]); }
    trajectory_close(&f.run);
    scratch_free(&f.owned);
    return st;
}
