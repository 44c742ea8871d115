#include "theory/moments/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/bounds.h"
#include "run/blas.h"
#include "theory/shared/criteria.h"
#include "theory/moments/masks.h"

static double distance_squared(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) { sum += (a[i] - b[i]) * (a[i] - b[i]); }
    return sum;
}

/* --- the split --- */

/* I1_i and I2_i, |S_i| and flips of sample i, summed over the neurons. */
typedef struct {
    double far, near, set, flips, strays;
} sample_split;

static sample_split split_sample(const moments_split *s, size_t i)
{
    /* A flip needs |<w_0, x_i>| <= ||w - w_0||, whose square is a sum with cancellation: half of double's digits. */
    const double slack = 1 + 1e-7;
    double scale = s->xi / sqrt((double)s->m);
    sample_split sum = {0};
    for (size_t r = 0; r < s->m; r++) {
        double start = s->start[r * s->ld + i], before = s->before[r * s->ld + i],
               after = s->after[r * s->ld + i];
        double change = scale * s->A[r] * (fmax(after, 0) - fmax(before, 0));
        int inside = fabs(start) <= s->radius, flipped = (after >= 0) != (start >= 0);
        *(inside ? &sum.near : &sum.far) += change;
        sum.set += inside;
        sum.flips += flipped;
        sum.strays += flipped && !(fabs(start) <= slack * s->drift[r]);
    }
    return sum;
}

static double largest_of(const double *x, size_t count)
{
    double largest = 0;
    for (size_t k = 0; k < count; k++) {
        largest = isnan(x[k]) || fabs(x[k]) > largest ? fabs(x[k]) : largest;
    }
    return largest;
}

void moments_split_look(const moments_split *s, moments_round *round)
{
    round->part = (moments_closest){0, 0};
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
        moments_closest_keep(&round->part, fabs(at.near),
                             bounds_split(s->xi, (double)s->m, at.set, s->movement));
    }
    const double terms[] = {round->before, round->far, round->near, round->moved, round->after};
    double sum = round->before + round->far + round->near + round->moved;
    round->split_error = fabs(round->after - sum) / largest_of(terms, 5);
}

/* --- E10 --- */

static double relative_error(double a, double b)
{
    double larger = fmax(fabs(a), fabs(b));
    return a == b ? 0 : fabs(a - b) / larger;
}

moments_combined moments_combine(const double *local, const double *u, const double *y, size_t p,
                                 size_t n)
{
    double losses = 0, apart = 0, from_whole = 0, share = 1 / (double)p, largest = largest_of(u, n),
           worst = 0;
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
        double off = fabs(mean - u[i]);
        worst = off <= worst || isnan(worst) ? worst : off;
    }
    double loss = distance_squared(y, u, n);
    double nothing = CRITERION_EXACT * CRITERION_EXACT *
                     loss; /* p = 1: squares of rounding errors on either side */
    return (moments_combined){.mean_error = worst == 0 ? 0 : worst / largest,
                              .lemma13_error = fabs(loss - (losses - apart)) / fmax(loss, losses),
                              .lemma14_error = from_whole <= nothing && apart <= nothing
                                                   ? 0
                                                   : relative_error(from_whole, apart)};
}

/* Outputs of all subnetworks at the start and at the end of a round. */
typedef struct {
    size_t n, tau;
    double *start, *end; /* (p, n) */
} local_outputs;

static void see_outputs(const train_sight *sight, void *context)
{
    const local_outputs *outputs = context;
    if (sight->step == 0) {
        memcpy(outputs->start + sight->subnet * outputs->n, sight->U,
               outputs->n * sizeof *sight->U);
    }
    if (sight->step == outputs->tau) {
        memcpy(outputs->end + sight->subnet * outputs->n, sight->U, outputs->n * sizeof *sight->U);
    }
}

static moments_combined worse(moments_combined a, moments_combined b)
{
    const double pairs[3][2] = {{a.mean_error, b.mean_error},
                                {a.lemma13_error, b.lemma13_error},
                                {a.lemma14_error, b.lemma14_error}};
    double worst[3];
    for (int k = 0; k < 3; k++) { worst[k] = largest_of(pairs[k], 2); }
    return (moments_combined){worst[0], worst[1], worst[2]};
}

/* --- a run --- */

typedef struct {
    trajectory run;
    local_outputs outputs;
    double *Z0, *Z, *C;         /* (m, ld) at w_0; at w_k */
    double *u_before, *u_after; /* (ld) */
    double *drift;              /* (m) */
} follower;

static void follower_close(follower *f)
{
    trajectory_close(&f->run);
    free(f->outputs.start);
    free(f->outputs.end);
    free(f->Z0);
    free(f->Z);
    free(f->C);
    free(f->u_before);
    free(f->u_after);
    free(f->drift);
    *f = (follower){.Z0 = NULL};
}

static status follower_open(const gram *g, const train_settings *s, uint64_t seed, size_t cell,
                            size_t repetition, follower *f)
{
    *f = (follower){.outputs = {.n = g->n, .tau = s->local_steps}};
    size_t all = s->width * g->ld;
    f->outputs.start = allocate(s->subnets * g->n, sizeof(double), "outputs of the subnetworks");
    f->outputs.end = allocate(s->subnets * g->n, sizeof(double), "outputs of the subnetworks");
    f->Z0 = allocate(all, sizeof(double), "pre-activations");
    f->Z = allocate(all, sizeof(double), "pre-activations");
    f->C = allocate(all, sizeof(double), "weight coefficients");
    f->u_before = allocate(g->ld, sizeof(double), "outputs");
    f->u_after = allocate(g->ld, sizeof(double), "outputs");
    f->drift = allocate(s->width, sizeof(double), "drifts");
    bool room = f->outputs.start && f->outputs.end && f->Z0 && f->Z && f->C && f->u_before &&
                f->u_after && f->drift;
    status done = room ? trajectory_open(g, s, true, seed, cell, repetition, &f->run) : FAILED;
    if (done != OK) {
        follower_close(f);
        return done;
    }
    memcpy(f->Z0, f->run.t.whole.Z, all * sizeof *f->Z0);
    return OK;
}

/* max_r ||w_{k+1,r} - w_{k,r}||: w_r moves by X^T c, <x_i, w_r> by (G c)_i, so that the square is c^T G c. */
static double largest_movement(const follower *f, const gram *g)
{
    const network *net = &f->run.t.whole;
    double largest = 0;
    for (size_t r = 0; r < net->m; r++) {
        double sum = 0;
        for (size_t i = r * g->ld; i < r * g->ld + g->n; i++) {
            sum += (net->C[i] - f->C[i]) * (net->Z[i] - f->Z[i]);
        }
        largest = isnan(sum) || sum > largest ? sum : largest;
    }
    return sqrt(largest);
}

static double fill_drift(follower *f, const gram *g)
{
    for (size_t r = 0; r < f->run.t.whole.m; r++) {
        f->drift[r] = sqrt(network_drift_squared(g, &f->run.t.whole, f->Z0, r));
    }
    return largest_of(f->drift, f->run.t.whole.m);
}

static status follow_round(follower *f, const gram *g, double radius, moments_round *round)
{
    trainer *t = &f->run.t;
    size_t all = t->settings.width * g->ld;
    *round = (moments_round){.drift_before = fill_drift(f, g)};
    memcpy(f->Z, t->whole.Z, all * sizeof *f->Z);
    memcpy(f->C, t->whole.C, all * sizeof *f->C);
    trainer_output(t, f->u_before);
    if (!trajectory_round(&f->run, see_outputs, &f->outputs)) {
        return fail(FAILED, "the run diverged; take a smaller step");
    }
    trainer_output(t, f->u_after);
    round->drift_after = fill_drift(f, g);
    moments_split split = {.n = g->n,
                           .m = t->settings.width,
                           .ld = g->ld,
                           .xi = t->settings.xi,
                           .radius = radius,
                           .A = t->whole.A,
                           .y = g->Y,
                           .start = f->Z0,
                           .before = f->Z,
                           .after = t->whole.Z,
                           .u_before = f->u_before,
                           .u_after = f->u_after,
                           .drift = f->drift,
                           .movement = largest_movement(f, g)};
    moments_split_look(&split, round);
    moments_combined combined =
        worse(moments_combine(f->outputs.start, f->u_before, g->Y, t->settings.subnets, g->n),
              moments_combine(f->outputs.end, f->u_after, g->Y, t->settings.subnets, g->n));
    round->mean_error = combined.mean_error;
    round->lemma13_error = combined.lemma13_error;
    round->lemma14_error = combined.lemma14_error;
    return OK;
}

status moments_run(const gram *g, const train_settings *s, uint64_t seed, size_t cell,
                   size_t repetition, double radius, moments_round *rounds, size_t count)
{
    follower f;
    status done = follower_open(g, s, seed, cell, repetition, &f);
    if (done != OK) { return done; }
    for (size_t k = 0; done == OK && k < count; k++) {
        done = follow_round(&f, g, radius, &rounds[k]);
    }
    follower_close(&f);
    return done;
}

status moments_combine_all(const gram *g, const train_settings *s, const double *W, const double *A,
                           moments_combined *worst, size_t *masks)
{
    size_t p = s->subnets;
    trainer t = {0};
    local_outputs outputs = {.n = g->n, .tau = s->local_steps};
    outputs.start = allocate(p * g->n, sizeof(double), "outputs of the subnetworks");
    outputs.end = allocate(p * g->n, sizeof(double), "outputs of the subnetworks");
    double *u = allocate(g->ld, sizeof *u, "outputs");
    unsigned char *mask = allocate(p, s->width, "masks");
    status done = outputs.start && outputs.end && u && mask ? trainer_new(g, s, false, &t) : FAILED;
    *worst = (moments_combined){0};
    if (done == OK) { done = moments_masks_count(s, masks); }
    for (size_t code = 0; done == OK && code < *masks; code++) {
        moments_masks_decode(s, code, mask);
        trainer_start(&t, W, A);
        trainer_output(&t, u);
        trainer_round(&t, mask, see_outputs, &outputs);
        *worst = worse(*worst, moments_combine(outputs.start, u, g->Y, p, g->n));
        trainer_output(&t, u);
        *worst = worse(*worst, moments_combine(outputs.end, u, g->Y, p, g->n));
    }
    trainer_free(&t);
    free(outputs.start);
    free(outputs.end);
    free(u);
    free(mask);
    return done;
}
