/* The quantities of one draw of the masks: nu, mixing functions and masked kernels by their
 * definitions, gradients, jumps and changes by one round of Algorithm 1. */
#include "theory/mask_moments/mask_moments.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/ntk.h"
#include "base/blas.h"

typedef struct {
    const moments_state *s; /* borrowed */
    moments_layout at;
    trainer t;
    ntk_masked *counts;        /* p masks on the picked samples */
    unsigned char *mask;       /* (p, m) */
    double *x;                 /* (first[MOMENTS]) the quantities at this mask */
    unsigned *taken;           /* (m) c_r */
    double *nu, *mixing;       /* (neurons, m), (neurons, n) */
    double *sample_Z;          /* (m, samples) pre-activations of the picked samples */
    double *sample_G, *kernel; /* (samples, samples) */
    double *u0, *u1;           /* (ld) output of the whole network before and after the round */
    double *residual;          /* (n) */
    double *gradient;          /* (d) */
    tightest lemma4;           /* Lemma 4 over all draws so far */
    scratch owned;
} worker;

static void worker_close(worker *w) {
    trainer_free(&w->t);
    ntk_masked_free(w->counts);
    scratch_free(&w->owned);
}

static status take_memory(worker *w) {
    const moments_state *s = w->s;
    size_t m = s->settings.width, p = s->settings.subnets, n = s->g->n, q = s->sample_count;
    size_t picked = s->neuron_count;
    scratch *owned = &w->owned;
    w->mask = scratch_take(owned, p, m, "masks");
    w->x = scratch_take(owned, w->at.first[MOMENTS], sizeof *w->x, "quantities of a mask");
    w->taken = scratch_take(owned, m, sizeof *w->taken, "mask counts");
    w->nu = scratch_take(owned, picked * m, sizeof *w->nu, "nu");
    w->mixing = scratch_take(owned, picked * n, sizeof *w->mixing, "mixing functions");
    w->sample_Z = scratch_take(owned, m * q, sizeof *w->sample_Z, "pre-activations");
    w->sample_G = scratch_take(owned, q * q, sizeof *w->sample_G, "Gram matrix");
    w->kernel = scratch_take(owned, q * q, sizeof *w->kernel, "masked kernel");
    w->u0 = scratch_take(owned, s->g->ld, sizeof *w->u0, "outputs");
    w->u1 = scratch_take(owned, s->g->ld, sizeof *w->u1, "outputs");
    w->residual = scratch_take(owned, n, sizeof *w->residual, "residuals");
    w->gradient = scratch_take(owned, s->g->d, sizeof *w->gradient, "gradient");
    w->counts = ntk_masked_new(q, p);
    if (owned->failed || !w->counts) { return FAILED; }
    return trainer_new(s->g, &s->settings, false, &w->t);
}

/* worker_close always. */
static status worker_open(const moments_state *s, worker *w) {
    const gram *g = s->g;
    size_t q = s->sample_count;
    *w = (worker){.s = s, .at = moments_layout_of(s)};
    status st = take_memory(w);
    if (st != OK) { return st; }
    trainer_start(&w->t, s->W, s->A);
    trainer_output(&w->t, w->u0);
    for (size_t a = 0; a < q; a++) {
        const double *x = g->X + s->samples[a] * g->d;
        for (size_t r = 0; r < s->settings.width; r++) {
            w->sample_Z[r * q + a] = s->Z[r * g->ld + s->samples[a]];
        }
        for (size_t b = 0; b < q; b++) {
            w->sample_G[a * q + b] = cblas_ddot((int)g->d, x, 1, g->X + s->samples[b] * g->d, 1);
        }
    }
    return OK;
}

/* Where a quantity stands. */
static double *quantity(const worker *w, moment f) { return w->x + w->at.first[f]; }

/* eta_r = b_r/c_r */
static double reciprocal(const worker *w, size_t r) {
    return w->taken[r] ? 1 / (double)w->taken[r] : 0;
}

/* nu_{r,r'} = eta_r sum_l m_r^l m_{r'}^l of the picked r. */
static void fill_nu(worker *w) {
    size_t m = w->s->settings.width, p = w->s->settings.subnets;
    memset(w->nu, 0, w->s->neuron_count * m * sizeof *w->nu);
    for (size_t k = 0; k < w->s->neuron_count; k++) {
        size_t r = w->s->neurons[k];
        double *nu = w->nu + k * m, eta = reciprocal(w, r);
        for (size_t l = 0; l < p; l++) {
            if (!w->mask[l * m + r]) { continue; }
            for (size_t other = 0; other < m; other++) { nu[other] += w->mask[l * m + other]; }
        }
        for (size_t other = 0; other < m; other++) { nu[other] *= eta; }
    }
}

/* E1-E4 */
static void measure_counts(const worker *w) {
    size_t m = w->s->settings.width, p = w->s->settings.subnets, others = 0;
    for (size_t r = 0; r < m; r++) {
        double eta = reciprocal(w, r);
        quantity(w, MOMENT_TAKEN)[r] = w->taken[r] > 0;
        quantity(w, MOMENT_RECIPROCAL)[r] = eta;
        for (size_t l = 0; l < p; l++) {
            quantity(w, MOMENT_SHARE)[r * p + l] = eta * w->mask[l * m + r];
        }
    }
    for (size_t k = 0; k < w->s->neuron_count; k++) {
        for (size_t other = 0; other < m; other++) {
            double nu = w->nu[k * m + other];
            bool same = other == w->s->neurons[k];
            size_t entry = same ? k : others++;
            quantity(w, same ? MOMENT_NU_SAME : MOMENT_NU_OTHER)[entry] = nu;
            quantity(w, same ? MOMENT_NU_SAME2 : MOMENT_NU_OTHER2)[entry] = nu * nu;
        }
    }
}

/* Lemma 4: g_r = (a_r/sqrt m) X^T v, v_i = (ut_r(x_i) - b_r y_i) 1{<w_r, x_i> >= 0}; squares:
 * ||ut_r
 * - b_r y||^2. */
static void measure_steepness(worker *w, size_t r, double squares) {
    const gram *g = w->s->g;
    double m = (double)w->s->settings.width;
    for (size_t i = 0; i < g->n; i++) { w->residual[i] *= w->s->Z[r * g->ld + i] >= 0; }
    cblas_dgemv(CblasRowMajor, CblasTrans, (int)g->n, (int)g->d, 1 / sqrt(m), g->X, (int)g->d,
                w->residual, 1, 0, w->gradient, 1);
    tightest_keep(&w->lemma4, cblas_dnrm2((int)g->d, w->gradient, 1),
                  bounds_mixing_gradient_norm(w->s->gram_norm, m, sqrt(squares)));
}

/* E5, E6 and Lemma 4 */
static void measure_mixing(worker *w) {
    const moments_state *s = w->s;
    const gram *g = s->g;
    int m = (int)s->settings.width, n = (int)g->n, picked = (int)s->neuron_count;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, picked, n, m, 1, w->nu, m,
                s->signed_output, n, 0, w->mixing, n);
    memcpy(quantity(w, MOMENT_MIXING), w->mixing, s->neuron_count * g->n * sizeof *w->mixing);
    for (size_t k = 0; k < s->neuron_count; k++) {
        double b = w->taken[s->neurons[k]] > 0, spread = 0, squares = 0;
        for (size_t i = 0; i < g->n; i++) {
            double mixed = w->mixing[k * g->n + i], from_mean = mixed - b * s->u[i];
            w->residual[i] = mixed - b * g->Y[i];
            spread += from_mean * from_mean;
            squares += w->residual[i] * w->residual[i];
        }
        quantity(w, MOMENT_SPREAD)[k] = spread;
        quantity(w, MOMENT_RESIDUAL)[k] = squares;
        measure_steepness(w, s->neurons[k], squares);
    }
}

/* E8 */
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

/* The trainer's observer, E9: ||u - u^l||^2 at the start of a subnetwork. */
static void observe_jump(const train_sight *sight, void *context) {
    const worker *w = context;
    if (sight->step != 0) { return; }
    double sum = 0;
    for (size_t i = 0; i < w->s->g->n; i++) {
        sum += (sight->U[i] - w->u0[i]) * (sight->U[i] - w->u0[i]);
    }
    quantity(w, MOMENT_JUMP)[sight->subnet] = sum;
}

/* E7, E9, E12: one round from w_k with one local step; <x_i, w_{k+1,r} - w_{k,r}> = -eta <x_i,
 * g_r>. */
static void measure_round(worker *w) {
    const moments_state *s = w->s;
    size_t n = s->g->n, ld = s->g->ld;
    memcpy(w->t.whole.Z, s->Z, s->settings.width * ld * sizeof *s->Z);
    trainer_round(&w->t, w->mask, observe_jump, w);
    trainer_output(&w->t, w->u1);
    for (size_t i = 0; i < n; i++) {
        quantity(w, MOMENT_CHANGE)[i] = (w->u1[i] - w->u0[i]) / s->settings.lr;
    }
    for (size_t k = 0; k < s->neuron_count; k++) {
        const double *before = s->Z + s->neurons[k] * ld,
                     *after = w->t.whole.Z + s->neurons[k] * ld;
        for (size_t i = 0; i < n; i++) {
            quantity(w, MOMENT_GRADIENT)[k * n + i] = (before[i] - after[i]) / s->settings.lr;
        }
    }
}

/* x <- all quantities at the worker's mask. */
static status measure_mask(worker *w) {
    mask_count(w->mask, w->s->settings.subnets, w->s->settings.width, w->taken);
    fill_nu(w);
    measure_counts(w);
    measure_mixing(w);
    measure_round(w);
    return measure_kernels(w);
}

double moments_measure_cost(const moments_state *s) {
    double m = (double)s->settings.width, n = (double)s->g->n, d = (double)s->g->d;
    return train_round_cost(s->g, &s->settings) + 2 * (double)s->neuron_count * n * (m + d);
}

/* --- every mask --- */

/* sum (first[MOMENTS]), zeroed: thousands of terms to 1e-12 with digits to spare. */
static status add_masks(worker *w, size_t count, long double *sum) {
    const train_settings *s = &w->s->settings;
    status st = OK;
    for (size_t code = 0; st == OK && code < count; code++) {
        double weight = mask_decode(s->mask, s->subnets, s->width, s->xi, code, w->mask);
        st = measure_mask(w);
        for (size_t k = 0; k < w->at.first[MOMENTS]; k++) {
            sum[k] += (long double)weight * w->x[k];
        }
    }
    return st;
}

status moments_enumerate(const moments_state *s, double *mean, size_t *count, tightest *lemma4) {
    worker w;
    size_t entries = moments_layout_of(s).first[MOMENTS];
    status st = mask_number(s->settings.mask, s->settings.subnets, s->settings.width, count);
    if (st != OK) { return st; }
    long double *sum = allocate(entries, sizeof *sum, "sums over masks");
    st = worker_open(s, &w);
    if (st == OK) { st = sum ? add_masks(&w, *count, sum) : FAILED; }
    for (size_t k = 0; st == OK && k < entries; k++) { mean[k] = (double)sum[k]; }
    *lemma4 = w.lemma4;
    worker_close(&w);
    free(sum);
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
    moments_layout at = moments_layout_of(s);
    for (size_t view = 0; view < MOMENT_VIEWS; view++) {
        size_t f = view / MOMENT_DIRECTIONS, direction = view % MOMENT_DIRECTIONS;
        const double *along = weights + direction * at.first[MOMENTS] + at.first[f];
        views[view] = cblas_ddot((int)moments_count(&at, (moment)f), along, 1, x + at.first[f], 1);
    }
}

status moments_views_new(const moments_state *s, rng *r, moments_views *v) {
    moments_layout at = moments_layout_of(s);
    size_t entries = at.first[MOMENTS];
    double *weights = allocate(MOMENT_DIRECTIONS * entries, sizeof *weights, "directions");
    double *expected = allocate(entries, sizeof *expected, "expected means");
    v->weights = weights;
    status st = weights && expected ? OK : FAILED;
    if (st == OK) { st = moments_expected(s, NULL, expected, weights + 2 * entries); }
    if (st == OK) {
        for (size_t k = 0; k < entries; k++) { weights[k] = 1; }
        memcpy(weights + entries, expected, entries * sizeof *expected);
        rng_signs(r, MOMENT_SIGNS * entries, weights + 3 * entries);
        for (size_t k = 0; k < MOMENT_DIRECTIONS * MOMENTS; k++) {
            moment f = k % MOMENTS;
            normalise(weights + k / MOMENTS * entries + at.first[f], moments_count(&at, f));
        }
        for (size_t k = 0, f = 0; k < entries; k++) {
            while (k == at.first[f + 1]) { f++; }
            v->largest[f] = fmax(v->largest[f], fabs(expected[k]));
        }
        moments_view(s, weights, expected, v->expected);
    }
    free(expected);
    return st;
}

status moments_simulate(const moments_state *s, const moments_views *v, moments_draw *draw, rng *r,
                        size_t trials, moments_sample *sample) {
    const train_settings *o = &s->settings;
    worker w;
    double views[MOMENT_VIEWS];
    *sample = (moments_sample){.lemma4 = {0, 0}};
    status st = worker_open(s, &w);
    for (size_t k = 0; st == OK && k < trials; k++) {
        if (draw) {
            draw(o, r, w.mask);
        } else {
            mask_draw(o->mask, o->subnets, o->width, o->xi, r, w.mask);
        }
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
    tightest_keep(&sample->lemma4, more->lemma4.value, more->lemma4.bound);
}
