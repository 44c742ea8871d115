/* The rounds of runs: Lemmas 13 and 14, the split of the loss that stands for Lemmas 5-12, 15 and
 * 19, and which neurons flip. */
#include "theory/mask_moments/mask_moments.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "theory/shared/criteria.h"

static double distance_squared(const double *a, const double *b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) { sum += (a[i] - b[i]) * (a[i] - b[i]); }
    return sum;
}

/* The largest |x_k|; NaN once one is. */
static double largest_of(const double *x, size_t count) {
    double largest = 0;
    for (size_t k = 0; k < count; k++) { largest = record_larger(largest, fabs(x[k])); }
    return largest;
}

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
    round->part = (tightest){0, 0};
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
        tightest_keep(&round->part, fabs(at.near),
                      bounds_split(s->xi, (double)s->m, at.set, s->movement));
    }
    const double terms[] = {round->before, round->far, round->near, round->moved, round->after};
    double sum = round->before + round->far + round->near + round->moved;
    round->split_error = fabs(round->after - sum) / largest_of(terms, 5);
}

/* --- E10 --- */

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
        worst = record_larger(worst, fabs(mean - u[i]));
    }
    double loss = distance_squared(y, u, n), larger = record_larger(from_whole, apart);
    /* p = 1: squares of rounding errors on either side */
    bool nothing = larger <= CRITERION_EXACT * CRITERION_EXACT * loss;
    return (moments_combined){.mean = worst == 0 ? 0 : worst / largest_of(u, n),
                              .lemma13 = fabs(loss - (losses - apart)) / fmax(loss, losses),
                              .lemma14 =
                                  nothing ? 0 : safe_ratio(fabs(from_whole - apart), larger)};
}

moments_combined moments_combined_worse(moments_combined a, moments_combined b) {
    return (moments_combined){record_larger(a.mean, b.mean), record_larger(a.lemma13, b.lemma13),
                              record_larger(a.lemma14, b.lemma14)};
}

/* Outputs (p, n) of all subnetworks at the start and at the end of a round. */
typedef struct {
    size_t n, tau;
    double *start, *end; /* of the scratch */
} local_outputs;

static local_outputs outputs_of(const gram *g, const train_settings *s, scratch *owned) {
    size_t count = s->subnets * g->n;
    return (local_outputs){
        .n = g->n,
        .tau = s->local_steps,
        .start = scratch_take(owned, count, sizeof(double), "outputs of the subnetworks"),
        .end = scratch_take(owned, count, sizeof(double), "outputs of the subnetworks")};
}

/* The trainer's observer. */
static void observe_outputs(const train_sight *sight, void *context) {
    const local_outputs *outputs = context;
    size_t first = sight->subnet * outputs->n, bytes = outputs->n * sizeof *sight->U;
    if (sight->step == 0) { memcpy(outputs->start + first, sight->U, bytes); }
    if (sight->step == outputs->tau) { memcpy(outputs->end + first, sight->U, bytes); }
}

/* Start and end of the round. */
static moments_combined combine_round(const local_outputs *outputs, const gram *g, size_t p,
                                      const double *u_before, const double *u_after) {
    return moments_combined_worse(moments_combine(outputs->start, u_before, g->Y, p, g->n),
                                  moments_combine(outputs->end, u_after, g->Y, p, g->n));
}

status moments_combine_all(const gram *g, const train_settings *s, const double *W, const double *A,
                           moments_combined *worst, size_t *masks) {
    size_t p = s->subnets;
    trainer t = {0};
    scratch room = {0};
    local_outputs outputs = outputs_of(g, s, &room);
    double *before = scratch_take(&room, g->ld, sizeof *before, "outputs");
    double *after = scratch_take(&room, g->ld, sizeof *after, "outputs");
    unsigned char *mask = scratch_take(&room, p, s->width, "masks");
    status st = room.failed ? FAILED : mask_number(s->mask, p, s->width, masks);
    if (st == OK) { st = trainer_new(g, s, false, &t); }
    *worst = (moments_combined){0};
    for (size_t code = 0; st == OK && code < *masks; code++) {
        mask_decode(s->mask, p, s->width, s->xi, code, mask);
        trainer_start(&t, W, A);
        trainer_output(&t, before);
        trainer_round(&t, mask, observe_outputs, &outputs);
        trainer_output(&t, after);
        *worst = moments_combined_worse(*worst, combine_round(&outputs, g, p, before, after));
    }
    trainer_free(&t);
    scratch_free(&room);
    return st;
}

/* --- a run --- */

typedef struct {
    const gram *g;
    trajectory run;
    local_outputs outputs;
    moments_split split;
    double *C; /* (m, ld) coefficients of the weights at w_k */
    scratch owned;
} follower;

/* trajectory_close and scratch_free always. */
static status follower_open(const gram *g, const train_settings *s, uint64_t seed, size_t cell,
                            size_t repetition, follower *f) {
    size_t m = s->width, all = m * g->ld;
    scratch *owned = &f->owned;
    f->g = g;
    f->outputs = outputs_of(g, s, owned);
    f->C = scratch_take(owned, all, sizeof *f->C, "weight coefficients");
    f->split.start = scratch_take(owned, all, sizeof(double), "pre-activations");
    f->split.before = scratch_take(owned, all, sizeof(double), "pre-activations");
    f->split.u_before = scratch_take(owned, g->ld, sizeof(double), "outputs");
    f->split.u_after = scratch_take(owned, g->ld, sizeof(double), "outputs");
    f->split.drift = scratch_take(owned, m, sizeof(double), "drifts");
    status st =
        owned->failed ? FAILED : trajectory_open(g, s, true, seed, cell, repetition, &f->run);
    if (st != OK) { return st; }
    const network *whole = &f->run.t.whole;
    f->split.n = g->n;
    f->split.m = m;
    f->split.ld = g->ld;
    f->split.xi = s->xi;
    f->split.A = whole->A;
    f->split.y = g->Y;
    f->split.after = whole->Z;
    memcpy(f->split.start, whole->Z, all * sizeof *whole->Z);
    return OK;
}

/* max_r ||w_{k+1,r} - w_{k,r}||: w_r moves by X^T c, <x_i, w_r> by (G c)_i, so that the square is
 * c^T G c. */
static double largest_movement(const follower *f) {
    const network *net = &f->run.t.whole;
    double largest = 0;
    for (size_t r = 0; r < net->m; r++) {
        double sum = 0;
        for (size_t i = r * f->g->ld; i < r * f->g->ld + f->g->n; i++) {
            sum += (net->C[i] - f->C[i]) * (net->Z[i] - f->split.before[i]);
        }
        largest = record_larger(largest, sum);
    }
    return sqrt(largest);
}

static double fill_drift(follower *f) {
    const network *net = &f->run.t.whole;
    for (size_t r = 0; r < net->m; r++) {
        f->split.drift[r] = sqrt(network_drift_squared(f->g, net, f->split.start, r));
    }
    return largest_of(f->split.drift, net->m);
}

static status follow_round(follower *f, moments_round *round) {
    trainer *t = &f->run.t;
    moments_split *split = &f->split;
    size_t bytes = split->m * split->ld * sizeof *t->whole.Z;
    *round = (moments_round){.drift_before = fill_drift(f)};
    memcpy(split->before, t->whole.Z, bytes);
    memcpy(f->C, t->whole.C, bytes);
    trainer_output(t, split->u_before);
    if (!trajectory_round(&f->run, observe_outputs, &f->outputs)) {
        return fail(FAILED, "the run diverged; take a smaller step");
    }
    trainer_output(t, split->u_after);
    round->drift_after = fill_drift(f);
    split->movement = largest_movement(f);
    moments_measure_split(split, round);
    round->combined =
        combine_round(&f->outputs, f->g, t->settings.subnets, split->u_before, split->u_after);
    return OK;
}

status moments_run(const gram *g, const train_settings *s, uint64_t seed, size_t cell,
                   size_t repetition, double radius, moments_round *rounds, size_t count) {
    follower f = {.split.radius = radius};
    status st = follower_open(g, s, seed, cell, repetition, &f);
    for (size_t k = 0; st == OK && k < count; k++) { st = follow_round(&f, &rounds[k]); }
    trajectory_close(&f.run);
    scratch_free(&f.owned);
    return st;
}

/* --- all runs --- */

static void add_round(moments_runs *sum, const moments_round *round, double radius) {
    sum->split_error = record_larger(sum->split_error, round->split_error);
    sum->strays += round->strays;
    sum->flips = record_larger(sum->flips, round->flips);
    tightest_keep(&sum->part, round->part.value, round->part.bound);
    tightest_keep(&sum->flips_anywhere, round->flips, round->set);
    if (round->drift_before <= radius && round->drift_after <= radius) {
        sum->inside++;
        tightest_keep(&sum->flips_inside, round->flips, round->set);
    }
}

moments_runs moments_runs_of(const study_run *r) {
    const moments_context *c = r->context;
    size_t rounds = ((const moments_settings *)r->settings)->rounds, runs = KINDS * r->repeats;
    moments_runs sum = {.rounds = (double)(runs * rounds), .combined = c->combined};
    for (size_t run = 0; run < runs; run++) {
        size_t kind = run / r->repeats;
        const moments_round *round = moments_round_of(r, kind, run % r->repeats, 0);
        for (size_t k = 0; k < rounds; k++) {
            add_round(&sum, &round[k], c->starts.radius);
            if (kind != MASK_CATEGORICAL) { continue; }
            sum.combined = moments_combined_worse(sum.combined, round[k].combined);
        }
    }
    return sum;
}
