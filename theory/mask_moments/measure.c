/* The quantities of one draw of the masks: nu, mixing functions and masked kernels by their
 * definitions, gradients, jumps and changes by one round of Algorithm 1.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/mask_moments/mask_moments.h"

#include <math.h>
#include <string.h>

#include "model/ntk.h"
#include "base/blas.h"

typedef struct {
    const moments_state *s; /* borrowed */
    trainer t;
    ntk_masked *counts;        /* p masks on the picked samples */
    unsigned char *mask;       /* (p, m) */
    double *x;                 /* (first[MOMENTS]) the quantities at this mask */
    unsigned *taken;           /* (m) c_r */
    double *nu;                /* (neurons, m) */
    double *sample_Z;          /* (m, samples) pre-activations of the picked samples */
    double *sample_G, *kernel; /* (samples, samples) */
    double *u0, *u1;           /* (ld) output of the whole network before and after the round */
    double *steep, *gradient;  /* (n) v of Lemma 4, (d) */
    tightest lemma4;           /* Lemma 4 over all draws so far */
    scratch owned;
} worker;

static void worker_close(worker *w) {
    trainer_free(&w->t);
    ntk_masked_free(w->counts);
    scratch_free(&w->owned);
}

/* worker_close always. */
static status worker_open(const moments_state *s, worker *w) {
    const gram *g = s->g;
    size_t m = s->settings.width, p = s->settings.subnets, q = s->sample_count;
    *w = (worker){.s = s, .counts = ntk_masked_new(q, p)};
    w->mask = scratch_take(&w->owned, p, m, "masks");
    w->taken = scratch_take(&w->owned, m, sizeof *w->taken, "mask counts");
    w->x = take(&w->owned, s->first[MOMENTS]);
    w->nu = take(&w->owned, s->neuron_count * m);
    w->sample_Z = take(&w->owned, m * q), w->sample_G = take(&w->owned, q * q),
    w->kernel = take(&w->owned, q * q);
    w->u0 = take(&w->owned, g->ld), w->u1 = take(&w->owned, g->ld);
    w->steep = take(&w->owned, g->n), w->gradient = take(&w->owned, g->d);
    if (w->owned.failed || !w->counts) { return FAILED; }
    status st = trainer_new(g, &s->settings, false, &w->t);
    if (st != OK) { return st; }
    trainer_start(&w->t, s->W, s->A);
    trainer_output(&w->t, w->u0);
    for (size_t k = 0; k < m * q; k++) { w->sample_Z[k] = s->Z[k / q * g->ld + s->samples[k % q]]; }
    for (size_t k = 0; k < q * q; k++) {
        const double *a = g->X + s->samples[k / q] * g->d, *b = g->X + s->samples[k % q] * g->d;
        w->sample_G[k] = cblas_ddot((int)g->d, a, 1, b, 1);
    }
    return OK;
}

/* Where a quantity stands. */
static double *quantity(const worker *w, moment f) { return w->x + w->s->first[f]; }

/* eta_r = b_r/c_r */
static double reciprocal(const worker *w, size_t r) {
    return w->taken[r] ? 1 / (double)w->taken[r] : 0;
}

/* Lemmas 18, 20 and 21; nu_{r,r'} = eta_r sum_l m_r^l m_{r'}^l of the picked r. */
static void measure_counts(worker *w) {
    size_t m = w->s->settings.width, p = w->s->settings.subnets, others = 0;
    for (size_t r = 0; r < m; r++) {
        quantity(w, MOMENT_TAKEN)[r] = w->taken[r] > 0;
        quantity(w, MOMENT_RECIPROCAL)[r] = reciprocal(w, r);
        for (size_t l = 0; l < p; l++) {
            quantity(w, MOMENT_SHARE)[r * p + l] = reciprocal(w, r) * w->mask[l * m + r];
        }
    }
    for (size_t k = 0; k < w->s->neuron_count * m; k++) {
        size_t r = w->s->neurons[k / m], other = k % m, entry = other == r ? k / m : others++;
        unsigned together = 0;
        for (size_t l = 0; l < p; l++) { together += w->mask[l * m + r] & w->mask[l * m + other]; }
        double nu = w->nu[k] = reciprocal(w, r) * together;
        quantity(w, other == r ? MOMENT_NU_SAME : MOMENT_NU_OTHER)[entry] = nu;
        quantity(w, other == r ? MOMENT_NU_SAME2 : MOMENT_NU_OTHER2)[entry] = nu * nu;
    }
}

/* Lemmas 1, 3 and 4: g_r = (a_r/sqrt m) X^T v, v_i = (ut_r(x_i) - b_r y_i) 1{<w_r, x_i> >= 0}. */
static void measure_mixing(worker *w) {
    const moments_state *s = w->s;
    const gram *g = s->g;
    int m = (int)s->settings.width, n = (int)g->n, d = (int)g->d, picked = (int)s->neuron_count;
    double *mixing = quantity(w, MOMENT_MIXING);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, picked, n, m, 1, w->nu, m,
                s->signed_output, n, 0, mixing, n);
    for (size_t k = 0; k < s->neuron_count; k++) {
        size_t r = s->neurons[k];
        double b = w->taken[r] > 0, spread = 0, squares = 0;
        for (size_t i = 0; i < g->n; i++) {
            double mixed = mixing[k * g->n + i];
            double from_mean = mixed - b * s->u[i], residual = mixed - b * g->Y[i];
            w->steep[i] = residual * (s->Z[r * g->ld + i] >= 0);
            spread += from_mean * from_mean;
            squares += residual * residual;
        }
        quantity(w, MOMENT_SPREAD)[k] = spread;
        quantity(w, MOMENT_RESIDUAL)[k] = squares;
        cblas_dgemv(CblasRowMajor, CblasTrans, n, d, 1 / sqrt(m), g->X, d, w->steep, 1, 0,
                    w->gradient, 1);
        double bound = bounds_mixing_gradient_norm(s->gram_norm, m, sqrt(squares));
        tightest_keep(&w->lemma4, (tightest){cblas_dnrm2(d, w->gradient, 1), bound});
    }
}

/* the masked kernel */
static status measure_kernels(const worker *w) {
    size_t m = w->s->settings.width, q = w->s->sample_count;
    double *entry = quantity(w, MOMENT_KERNEL);
    ntk_masked_clear(w->counts);
    status st = ntk_masked_add(w->counts, w->sample_Z, q, m, w->mask, m, 1);
    if (st != OK) { return st; }
    for (size_t l = 0; l < w->s->settings.subnets; l++) {
        ntk_masked_kernel(w->counts, l, 1 / (double)m, w->sample_G, w->kernel);
        for (size_t a = 0; a < q; a++) {
            for (size_t b = 0; b <= a; b++) { *entry++ = w->kernel[a * q + b]; }
        }
    }
    return OK;
}

/* The trainer's observer, Lemmas 24 and 25: ||u - u^l||^2 at the start of a subnetwork. */
static void observe_jump(const step_event *event, void *context) {
    const worker *w = context;
    if (event->step != 0) { return; }
    quantity(w, MOMENT_JUMP)[event->subnet] = distance_squared(event->U, w->u0, w->s->g->n);
}

/* Lemmas 2, 24, 25 and the mean of a step: one round from w_k with one local step;
 * <x_i, w_{k+1,r} - w_{k,r}> = -eta <x_i, g_r>. */
static void measure_round(worker *w) {
    const moments_state *s = w->s;
    size_t n = s->g->n, ld = s->g->ld;
    memcpy(w->t.whole.Z, s->Z, s->settings.width * ld * sizeof *s->Z);
    trainer_round(&w->t, w->mask, observe_jump, w);
    trainer_output(&w->t, w->u1);
    for (size_t i = 0; i < n; i++) {
        quantity(w, MOMENT_CHANGE)[i] = (w->u1[i] - w->u0[i]) / s->settings.lr;
    }
    for (size_t k = 0; k < s->neuron_count * n; k++) {
        size_t at = s->neurons[k / n] * ld + k % n;
        quantity(w, MOMENT_GRADIENT)[k] = (s->Z[at] - w->t.whole.Z[at]) / s->settings.lr;
    }
}

/* x <- all quantities at the worker's mask. */
static status measure_mask(worker *w) {
    mask_count(w->mask, w->s->settings.subnets, w->s->settings.width, w->taken);
    measure_counts(w);
    measure_mixing(w);
    measure_round(w);
    return measure_kernels(w);
}

/* --- every mask --- */

/* How many masks there are, and number `code` of them with its probability. */
static status number_of(const train_settings *o, size_t *count) {
    if (!o->sets) { return mask_number(o->mask, o->subnets, o->width, o->xi, count); }
    *count = o->sets->rounds;
    return OK;
}

static double decode(const train_settings *o, size_t code, unsigned char *mask) {
    if (!o->sets) { return mask_decode(o->mask, o->subnets, o->width, o->xi, code, mask); }
    memcpy(mask, mask_sets_of(o->sets, 0, code), o->subnets * o->width);
    return 1 / (double)o->sets->rounds;
}

status moments_enumerate(const moments_state *s, double *mean, size_t *count, tightest *lemma4) {
    const train_settings *o = &s->settings;
    size_t entries = s->first[MOMENTS];
    worker w;
    status st = number_of(o, count);
    if (st != OK) { return st; }
    st = worker_open(s, &w);
    /* thousands of terms to 1e-12 with digits to spare */
    long double *sum = scratch_take(&w.owned, entries, sizeof *sum, "sums over masks");
    if (!sum) { st = FAILED; }
    for (size_t code = 0; st == OK && code < *count; code++) {
        double weight = decode(o, code, w.mask);
        st = measure_mask(&w);
        for (size_t k = 0; k < entries; k++) { sum[k] += (long double)weight * w.x[k]; }
    }
    for (size_t k = 0; st == OK && k < entries; k++) { mean[k] = (double)sum[k]; }
    *lemma4 = w.lemma4;
    worker_close(&w);
    return st;
}

/* --- random draws --- */

/* Absolute weights that sum to 1; none if all are 0. */
static void normalise(double *weights, size_t count) {
    double sum = 0;
    for (size_t k = 0; k < count; k++) { sum += fabs(weights[k]); }
    for (size_t k = 0; k < count && sum > 0; k++) { weights[k] /= sum; }
}

void moments_view(const moments_state *s, const double *weights, const double *x, double *views) {
    for (size_t view = 0; view < MOMENT_VIEWS; view++) {
        size_t f = view / MOMENT_DIRECTIONS, direction = view % MOMENT_DIRECTIONS;
        const double *along = weights + direction * s->first[MOMENTS] + s->first[f];
        views[view] = cblas_ddot((int)moments_count(s, (moment)f), along, 1, x + s->first[f], 1);
    }
}

status moments_views_new(const moments_state *s, rng *r, scratch *owned, moments_views *v) {
    size_t entries = s->first[MOMENTS];
    double *weights = scratch_take(owned, MOMENT_DIRECTIONS * entries, sizeof *weights, "views");
    if (!weights) { return FAILED; }
    v->weights = weights;
    for (size_t k = 0; k < entries; k++) { weights[k] = 1; }
    memcpy(weights + entries, s->expected, entries * sizeof *weights);
    memcpy(weights + 2 * entries, s->minor, entries * sizeof *weights);
    rng_signs(r, MOMENT_SIGNS * entries, weights + 3 * entries);
    for (size_t view = 0; view < MOMENT_VIEWS; view++) {
        moment f = (moment)(view / MOMENT_DIRECTIONS);
        size_t at = view % MOMENT_DIRECTIONS * entries + s->first[f];
        normalise(weights + at, moments_count(s, f));
    }
    moments_view(s, weights, s->expected, v->expected);
    return OK;
}

status moments_simulate(const moments_state *s, const moments_views *v, moments_draw *draw, rng *r,
                        size_t trials, moments_sample *sample) {
    worker w;
    double views[MOMENT_VIEWS];
    *sample = (moments_sample){.lemma4 = {0, 0}};
    status st = worker_open(s, &w);
    for (size_t k = 0; st == OK && k < trials; k++) {
        draw(&s->settings, r, w.mask);
        st = measure_mask(&w);
        moments_view(s, v->weights, w.x, views);
        for (size_t view = 0; view < MOMENT_VIEWS; view++) {
            stats_running_add(&sample->views[view], views[view]);
        }
    }
    sample->lemma4 = w.lemma4;
    worker_close(&w);
    return st;
}

void moments_merge(moments_sample *sample, const moments_sample *more) {
    for (size_t k = 0; k < MOMENT_VIEWS; k++) {
        stats_running_merge(&sample->views[k], &more->views[k]);
    }
    tightest_keep(&sample->lemma4, more->lemma4);
}
