/* A network at the start of a round: a random one that keeps its distance from sign changes, or one
 * that was trained.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/mask_moments/mask_moments.h"

#include <math.h>
#include <stdlib.h>

static void fill_outputs(moments_state *state) {
    const gram *g = state->g;
    size_t m = state->settings.width;
    for (size_t r = 0; r < m; r++) {
        for (size_t i = 0; i < g->n; i++) {
            double z = state->Z[r * g->ld + i], output = state->A[r] * fmax(z, 0) / sqrt((double)m);
            state->signed_output[r * g->n + i] = output;
            state->u[i] += state->settings.xi * output;
            state->largest = fmax(state->largest, fabs(z));
        }
    }
}

/* eta: half of what brings the smallest |<w_r, x_i>| to 0 at the largest possible movement. */
static double safe_step(const moments_state *state) {
    const gram *g = state->g;
    size_t m = state->settings.width;
    double smallest = INFINITY, residual = 0, root = sqrt((double)m);
    for (size_t i = 0; i < g->n; i++) {
        double reach = fabs(g->Y[i]);
        for (size_t r = 0; r < m; r++) {
            reach += fabs(state->signed_output[r * g->n + i]);
            smallest = fmin(smallest, fabs(state->Z[r * g->ld + i]));
        }
        residual += reach; /* at least |u^l_i - y_i| for every mask */
    }
    return smallest / 2 * root / residual;
}

/* What quantities are counted by. */
enum { ONE, ALL_NEURONS, OTHER_NEURONS, NEURONS, INPUTS, SUBNETS, PAIRS };

const moments_quantity moments_quantities[MOMENTS] = {
    [MOMENT_TAKEN] = {"Lemma 18, neurons taken", "b_r", ALL_NEURONS, ONE},
    [MOMENT_SHARE] = {"Lemma 18, shares", "eta_r m_r^l", ALL_NEURONS, SUBNETS},
    [MOMENT_RECIPROCAL] = {"Lemma 18, shares", "b_r/c_r", ALL_NEURONS, ONE},
    [MOMENT_NU_SAME] = {"Lemma 20, mean of nu", "nu_rr", NEURONS, ONE},
    [MOMENT_NU_OTHER] = {"Lemma 20, mean of nu", "nu_rr'", NEURONS, OTHER_NEURONS},
    [MOMENT_NU_SAME2] = {"Lemma 21, variance of nu", "nu_rr^2", NEURONS, ONE},
    [MOMENT_NU_OTHER2] = {"Lemma 21, variance of nu", "nu_rr'^2", NEURONS, OTHER_NEURONS},
    [MOMENT_MIXING] = {"Lemma 1, mean of the mixing function", "ut_r(x_i)", NEURONS, INPUTS},
    [MOMENT_SPREAD] = {"Lemma 3, spread of the mixing function", "sum_i(ut_r-b_r u)^2", NEURONS,
                       ONE},
    [MOMENT_GRADIENT] = {"Lemma 2, mean of the mixing gradient", "<x_i,g_r>", NEURONS, INPUTS},
    [MOMENT_KERNEL] = {"Definition 1, mean of the masked kernel", "(H_m)_ij", SUBNETS, PAIRS},
    [MOMENT_JUMP] = {"Lemmas 24, 25, mean of the jump", "||u-u^l||^2", SUBNETS, ONE},
    [MOMENT_CHANGE] = {"Mean of a step", "(u_{k+1}-u_k)/eta", INPUTS, ONE},
    [MOMENT_RESIDUAL] = {"Lemma 4, mean", "||ut_r-b_r y||^2", NEURONS, ONE}};

/* Where every quantity stands among all of them. */
static void lay_out(moments_state *state) {
    size_t m = state->settings.width, samples = state->sample_count;
    const size_t size[] = {[ONE] = 1,
                           [ALL_NEURONS] = m,
                           [OTHER_NEURONS] = m - 1,
                           [NEURONS] = state->neuron_count,
                           [INPUTS] = state->g->n,
                           [SUBNETS] = state->settings.subnets,
                           [PAIRS] = samples * (samples + 1) / 2};
    for (int f = 0; f < MOMENTS; f++) {
        const moments_quantity *q = &moments_quantities[f];
        state->first[f + 1] = state->first[f] + size[q->rows] * size[q->columns];
    }
}

/* A state whose weights and signs are to be drawn, then state_finish. */
static status state_new(const gram *g, const train_settings *s, double gram_norm, scratch *owned,
                        moments_state *state) {
    enum { MOST_NEURONS = 16, MOST_SAMPLES = 12 };
    size_t m = s->width, n = g->n, neurons = m < MOST_NEURONS ? m : MOST_NEURONS;
    size_t samples = n < MOST_SAMPLES ? n : MOST_SAMPLES;
    *state = (moments_state){.g = g,
                             .settings = *s,
                             .gram_norm = gram_norm,
                             .neuron_count = neurons,
                             .sample_count = samples};
    lay_out(state);
    state->W = take(owned, m * g->d), state->A = take(owned, m);
    state->Z = take(owned, m * g->ld), state->signed_output = take(owned, m * n);
    state->u = take(owned, n);
    state->expected = take(owned, state->first[MOMENTS]);
    state->minor = take(owned, state->first[MOMENTS]);
    state->neurons = scratch_take(owned, neurons, sizeof(size_t), "neuron numbers");
    state->samples = scratch_take(owned, samples, sizeof(size_t), "sample numbers");
    return owned->failed ? FAILED : OK;
}

static status state_finish(moments_state *state) {
    gram_project(state->g, state->W, state->settings.width, state->Z);
    fill_outputs(state);
    state->settings.scaling = SCALING_THEORY;
    state->settings.unselected = UNSELECTED_KEEP;
    state->settings.local_steps = 1;
    state->settings.lr = safe_step(state);
    for (size_t k = 0; k < state->neuron_count; k++) { /* evenly spread */
        state->neurons[k] = k * state->settings.width / state->neuron_count;
    }
    for (size_t k = 0; k < state->sample_count; k++) {
        state->samples[k] = k * state->g->n / state->sample_count;
    }
    const mask_sets *sets = state->settings.sets;
    if (sets) { return moments_expected_own(state, sets, state->expected); }
    moments_constants c = moments_constants_of(&state->settings);
    return moments_expected(state, &c, state->expected, state->minor);
}

/* A neuron w (d) that is active on some input and keeps its distance from 0; z (ld): its
 * pre-activations. */
static status draw_neuron(const gram *g, double kappa, rng *r, double *z, double *w) {
    enum { ATTEMPTS = 10000 };
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        rng_normal_double(r, kappa, g->d, w);
        gram_project(g, w, 1, z);
        bool active = false, apart = true;
        for (size_t i = 0; i < g->n; i++) {
            active = active || z[i] > 0;
            apart = apart && fabs(z[i]) >= kappa / 10;
        }
        if (active && apart) { return OK; }
    }
    return fail(FAILED,
                "no neuron keeps its distance from 0 on %zu inputs in %d draws; take fewer inputs",
                g->n, ATTEMPTS);
}

status moments_state_apart(const gram *g, const train_settings *s, double gram_norm, rng *r,
                           scratch *owned, moments_state *state) {
    status st = state_new(g, s, gram_norm, owned, state);
    for (size_t k = 0; st == OK && k < s->width; k++) {
        st = draw_neuron(g, s->kappa, r, state->Z, state->W + k * g->d);
    }
    if (st != OK) { return st; }
    rng_signs(r, s->width, state->A);
    return state_finish(state);
}

status moments_state_trained(const gram *g, const train_settings *s, double gram_norm,
                             uint64_t seed, size_t cell, size_t rounds, scratch *owned,
                             moments_state *state) {
    trajectory run = {.start = NULL};
    rng *start = rng_new(seed, cell, 0, RNG_WEIGHTS); /* again: the run does not keep its start */
    double *W0 = allocate(s->width * g->d, sizeof *W0, "initial weights");
    status st = start && W0 ? state_new(g, s, gram_norm, owned, state)
                            : fail(FAILED, "no memory for the start of a run");
    if (st == OK) { st = trajectory_open(g, s, true, seed, cell, 0, &run); }
    if (st == OK) {
        train_draw_start(&run.t, start, W0, state->A);
        for (size_t k = 0; k < rounds; k++) { trajectory_round(&run, NULL, NULL); }
        trainer_weights(&run.t, W0, state->W);
        st = state_finish(state);
    }
    if (run.t.diverged) {
        st = fail(FAILED, "the run diverged within %zu rounds; take a smaller step", rounds);
    }
    trajectory_close(&run);
    rng_free(start);
    free(W0);
    return st;
}
