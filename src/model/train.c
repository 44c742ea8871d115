/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/layer.h"
#include "model/vec.h"
#include "base/blas.h"

train_scales train_scales_of(const train_settings *s, size_t n, size_t q) {
    double m = (double)s->width, outputs = (double)q;
    if (s->scaling == SCALING_THEORY) {
        return (train_scales){.whole = s->xi / sqrt(m * outputs),
                              .subnet = 1 / sqrt(m * outputs),
                              .step = s->lr,
                              .sigma = s->kappa};
    }
    return (train_scales){.whole = 1 / sqrt(outputs),
                          .subnet = 1 / (s->xi * sqrt(outputs)),
                          .step = s->lr / (double)n,
                          .sigma = s->kappa / sqrt(m)};
}

/* A local step moves the outputs by about h s_s^2 (m xi) Hinf per output column. */
double train_stability(const train_settings *s, size_t n, size_t q, double lambda_max) {
    train_scales scales = train_scales_of(s, n, q);
    return scales.step * scales.subnet * scales.subnet * (double)s->width * s->xi * lambda_max;
}

/* Neurons that some subnetwork takes, in the mean. */
static double neurons_taken(const train_settings *s) {
    return (double)s->width * (mask_parts(s->mask) ? 1 : 1 - pow(1 - s->xi, (double)s->subnets));
}

/* The sum of last steps has more entries in a column than a subnetwork's step, which leaves out the
 * larger of its active and inactive sets: this many times as many, or up to twice (measured: 0.22 to
 * 0.55 of all, a step 0.23 to 0.29). What it decides is the order of sums: results hang on it. */
static const double JOINED_ENTRIES = 1.5;

/* Do sums of last steps need fewer operations? */
static bool steps_joined(const train_settings *s, size_t n) {
    return !train_in_batches(s, n) &&
           (double)s->subnets * s->xi * (double)s->width > JOINED_ENTRIES * neurons_taken(s);
}

/* Inputs from which on it pays to look for neurons that are alike (measured: below, the step is too
 * short). */
enum { ALIKE_INPUTS = 512 };

/* Do neurons of a subnetwork that are alike stand side by side? A step on part of the rows is
 * short, too. */
static bool neurons_paired(const train_settings *s, size_t n) {
    return !train_in_batches(s, n) && n >= ALIKE_INPUTS;
}

status trainer_new(const gram *g, const train_settings *s, bool follow, trainer *t) {
    *t = (trainer){.g = g, .settings = *s, .scales = train_scales_of(s, g->n, g->q)};
    scratch *own = &t->owned;
    t->zeroed = scratch_take(own, s->width, sizeof *t->zeroed, "zeroed neurons");
    t->taken = scratch_take(own, s->width, sizeof *t->taken, "mask counts");
    t->U = scratch_take(own, g->q * g->ld, sizeof *t->U, "outputs");
    t->R = scratch_take(own, g->q * g->ld, sizeof *t->R, "residuals");
    t->work = scratch_take(own, gram_workspace(g), sizeof *t->work, "training workspace");
    if (steps_joined(s, g->n)) {
        t->S = scratch_take(own, s->width * g->ld, sizeof *t->S, "sums of local steps");
    }
    bool whole = !train_in_batches(s, g->n);
    if (!own->failed && (!neurons_paired(s, g->n) || alike_new(g->n, s->width, &t->alike) == OK) &&
        (whole || batch_new(g, s->batch, s->width, &t->part) == OK) &&
        network_new(g, s->width, follow, &t->whole) == OK &&
        network_new(g, s->width, follow, &t->sub) == OK &&
        network_new(g, s->width, follow, &t->sum) == OK) {
        return OK;
    }
    trainer_free(t);
    return FAILED;
}

void trainer_free(trainer *t) {
    network_free(&t->whole);
    network_free(&t->sub);
    network_free(&t->sum);
    batch_free(&t->part);
    alike_free(&t->alike);
    scratch_free(&t->owned);
    *t = (trainer){0};
}

void train_draw_start(const trainer *t, rng *r, real *W, real *A) {
    rng_normal(r, t->scales.sigma, t->settings.width * t->g->d, W);
    rng_signs(r, t->settings.width * t->g->q, A);
}

/* Residual and error of the output in U; notices divergence. */
static double measure(trainer *t) {
    double error = network_residual(t->g, t->U, t->R);
    t->diverged |= !(error <= t->limit);
    return error;
}

static void measure_whole(trainer *t) {
    trainer_output(t, t->U);
    t->held = network_held_error(t->g, t->U);
    t->error = measure(t);
}

void trainer_start(trainer *t, const real *W, const real *A) {
    network *whole = &t->whole;
    whole->m = t->settings.width;
    for (size_t r = 0; r < whole->m; r++) {
        whole->neuron[r] = r;
        t->zeroed[r] = false;
    }
    memcpy(whole->A, A, whole->m * t->g->q * sizeof *A);
    gram_project(t->g, W, whole->m, whole->Z);
    if (whole->C) { memset(whole->C, 0, whole->m * t->g->ld * sizeof *whole->C); }
    memset(t->U, 0, t->g->q * t->g->ld * sizeof *t->U);
    double zero_network = network_residual(t->g, t->U, t->R);
    trainer_output(t, t->U);
    t->held = network_held_error(t->g, t->U);
    t->error = network_residual(t->g, t->U, t->R);
    t->limit = TRAIN_DIVERGENCE * fmax(t->error, zero_network);
    t->diverged = !(t->error <= t->limit);
}

status trainer_start_random(trainer *t, rng *r) {
    real *W = allocate(t->settings.width * t->g->d, sizeof *W, "initial weights");
    real *A = allocate(t->settings.width * t->g->q, sizeof *A, "initial signs");
    if (W && A) {
        train_draw_start(t, r, W, A);
        trainer_start(t, W, A);
    }
    status st = W && A ? OK : FAILED;
    free(W);
    free(A);
    return st;
}

/* The subnetwork of one mask row (m): its neurons' columns, those of neurons that are alike side by
 * side. */
static void extract_subnet(trainer *t, const unsigned char *mask) {
    const gram *g = t->g;
    const network *whole = &t->whole;
    network *sub = &t->sub;
    sub->m = 0;
    for (size_t r = 0; r < whole->m; r++) { /* no branch: a random mask is not to be foreseen */
        sub->neuron[sub->m] = r;
        sub->m += mask[r] != 0;
    }
    if (neurons_paired(&t->settings, g->n)) { alike_order(&t->alike, sub->neuron, sub->m); }
    for (size_t k = 0; k < sub->m; k++) {
        const size_t r = sub->neuron[k];
        memcpy(sub->Z + k * g->ld, whole->Z + r * g->ld, g->ld * sizeof *sub->Z);
        memcpy(sub->A + k * g->q, whole->A + r * g->q, g->q * sizeof *sub->A);
        if (sub->C) { memcpy(sub->C + k * g->ld, whole->C + r * g->ld, g->ld * sizeof *sub->C); }
    }
}

void trainer_set_batches(trainer *t, rng *batches) { t->batches = batches; }

static void show(const trainer *t, size_t l, size_t step, double error, train_observer *observer,
                 void *context) {
    observer(&(step_event){.subnet = l,
                           .step = step,
                           .net = &t->sub,
                           .U = t->U,
                           .error = error,
                           .held = network_held_error(t->g, t->U)},
             context);
}

/* Gradient steps of subnetwork l, all tau or, if the last is joined, the others. The output after
 * the last step is computed only for an observer. */
static void local_steps(trainer *t, size_t l, bool joined, train_observer *observer,
                        void *context) {
    const gram *g = t->g;
    size_t tau = t->settings.local_steps;
    network_output(g, &t->sub, t->scales.subnet, t->U);
    for (size_t step = 0; step < tau; step++) {
        double error = measure(t);
        if (observer) { show(t, l, step, error, observer, context); }
        if (joined && step + 1 == tau) { return; }
        bool output = observer || step + 1 < tau;
        network_step(g, &t->sub, t->scales.subnet, t->scales.step, t->R, output ? t->U : NULL,
                     t->work);
    }
    if (observer) {
        double error = measure(t);
        show(t, l, tau, error, observer, context);
    }
}

/* The same on part of the rows each; all of them are looked at for an observer alone. */
static void local_batches(trainer *t, size_t l, train_observer *observer, void *context) {
    const train_scales *by = &t->scales;
    for (size_t step = 0; step <= t->settings.local_steps; step++) {
        if (observer) {
            network_output(t->g, &t->sub, by->subnet, t->U);
            double error = measure(t);
            show(t, l, step, error, observer, context);
        }
        if (step == t->settings.local_steps) { return; }
        double error = batch_step(&t->part, t->batches, &t->sub, by->subnet, by->step);
        t->diverged |= !(error <= t->limit * (double)t->g->n / (double)t->settings.batch);
    }
}

static void add_columns(const network *sub, const real *from, real *to, size_t ld) {
    for (size_t k = 0; k < sub->m; k++) {
        const real *column = from + k * ld;
        real *total = to + sub->neuron[k] * ld;
        for (size_t i = 0; i < ld; i++) { total[i] += column[i]; }
    }
}

/* S <- S + s^l: the last step of the subnetwork in work, whose residual is in R. */
static void accumulate_last_step(trainer *t) {
    const network *sub = &t->sub;
    layer_gradient(sub->Z, sub->A, t->R, sub->m, t->g->q, t->g->ld,
                   (real)(-t->scales.step * t->scales.subnet), sub->neuron, t->S);
}

/* sum <- sum + the joined steps of all subnetworks. */
static void apply_accumulated_step(trainer *t) {
    size_t m = t->settings.width, ld = t->g->ld;
    for (size_t r = 0; r < m; r += ACTIVE_PANEL) {
        relu_sum s = {
            .S = t->S + r * ld, .count = smaller(m - r, ACTIVE_PANEL), .q = t->g->q, .ld = ld};
        gram_step(t->g, &s, t->sum.Z + r * ld, t->work);
    }
    for (size_t k = 0; t->sum.C && k < m * ld; k++) { t->sum.C[k] += t->S[k]; }
}

static void set_column(real *to, const real *total, double factor, size_t ld) {
    for (size_t i = 0; i < ld; i++) { to[i] = (real)factor * total[i]; }
}

/* w_{k+1,r} = (1/c_r) sum_l m_r^l w^l_{k,tau,r}; c_r = 0: kept, or 0. Columns of Z (and C) are
 * averaged like weights. */
static void aggregate(trainer *t) {
    size_t ld = t->g->ld;
    network *whole = &t->whole;
    for (size_t r = 0; r < whole->m; r++) {
        bool none = t->taken[r] == 0;
        if (none && t->settings.unselected == UNSELECTED_KEEP) { continue; }
        t->zeroed[r] |= none;
        double factor = t->zeroed[r] ? 0 : 1 / (double)t->taken[r];
        set_column(whole->Z + r * ld, t->sum.Z + r * ld, factor, ld);
        if (whole->C) { set_column(whole->C + r * ld, t->sum.C + r * ld, factor, ld); }
    }
}

void trainer_round(trainer *t, const unsigned char *mask, train_observer *observer, void *context) {
    size_t m = t->settings.width, p = t->settings.subnets, ld = t->g->ld;
    bool joined = t->S && !observer;
    mask_count(mask, p, m, t->taken);
    memset(t->sum.Z, 0, m * ld * sizeof *t->sum.Z);
    if (t->sum.C) { memset(t->sum.C, 0, m * ld * sizeof *t->sum.C); }
    if (joined) { memset(t->S, 0, m * ld * sizeof *t->S); }
    if (neurons_paired(&t->settings, t->g->n)) { alike_look(&t->alike, t->whole.Z, m, ld); }
    for (size_t l = 0; l < p; l++) {
        extract_subnet(t, mask + l * m);
        if (t->batches) {
            local_batches(t, l, observer, context);
        } else {
            local_steps(t, l, joined, observer, context);
        }
        if (joined) { accumulate_last_step(t); }
        add_columns(&t->sub, t->sub.Z, t->sum.Z, ld);
        if (t->sum.C) { add_columns(&t->sub, t->sub.C, t->sum.C, ld); }
    }
    if (joined) { apply_accumulated_step(t); }
    aggregate(t);
    measure_whole(t);
}

void trainer_output(trainer *t, real *U) { network_output(t->g, &t->whole, t->scales.whole, U); }

void trainer_weights(const trainer *t, const real *W0, real *W) {
    const gram *g = t->g;
    int m = (int)t->settings.width, d = (int)g->d;
    memcpy(W, W0, t->settings.width * g->d * sizeof *W);
    real_gemm(CblasColMajor, CblasNoTrans, CblasNoTrans, d, m, (int)g->n, 1, g->X, d, t->whole.C,
              (int)g->ld, 1, W, d);
    for (size_t r = 0; r < t->settings.width; r++) {
        if (t->zeroed[r]) { memset(W + r * g->d, 0, g->d * sizeof *W); }
    }
}

double train_round_cost(const gram *g, const train_settings *s) {
    double active = s->xi * (double)s->width, p = (double)s->subnets, tau = (double)s->local_steps;
    double step = train_in_batches(s, g->n) ? batch_step_cost(g, active, (double)s->batch)
                                            : network_step_cost(g, active);
    double each = network_output_cost(g, active) + (tau - 1) * step;
    double last = steps_joined(s, g->n) ? JOINED_ENTRIES * gram_cost(g) * neurons_taken(s) +
                                              p * network_output_cost(g, active)
                                        : p * step;
    return p * each + last + network_output_cost(g, (double)s->width);
}
