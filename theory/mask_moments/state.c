/* A network at the start of a round: a random one that keeps its distance from sign changes, or one
 * that was trained. */
#include "theory/mask_moments/mask_moments.h"

#include <math.h>
#include <stdlib.h>

/* count of total numbers 0, 1, ..., evenly spread. */
static void spread(size_t *number, size_t count, size_t total) {
    for (size_t k = 0; k < count; k++) { number[k] = k * total / count; }
}

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

/* A state whose weights and signs are to be drawn, then state_finish. */
static status state_new(const gram *g, const train_settings *s, double gram_norm,
                        moments_state *state) {
    enum { NEURONS = 16, SAMPLES = 12 };
    size_t m = s->width, n = g->n, neurons = m < NEURONS ? m : NEURONS;
    size_t samples = n < SAMPLES ? n : SAMPLES;
    *state = (moments_state){.g = g,
                             .settings = *s,
                             .gram_norm = gram_norm,
                             .neuron_count = neurons,
                             .sample_count = samples};
    scratch *owned = &state->owned;
    state->W = scratch_take(owned, m * g->d, sizeof *state->W, "weights");
    state->A = scratch_take(owned, m, sizeof *state->A, "output signs");
    state->Z = scratch_take(owned, m * g->ld, sizeof *state->Z, "pre-activations");
    state->signed_output = scratch_take(owned, m * n, sizeof(double), "activations");
    state->u = scratch_take(owned, n, sizeof *state->u, "outputs");
    state->neurons = scratch_take(owned, neurons, sizeof *state->neurons, "neuron numbers");
    state->samples = scratch_take(owned, samples, sizeof *state->samples, "sample numbers");
    return owned->failed ? FAILED : OK;
}

static void state_finish(moments_state *state) {
    gram_project(state->g, state->W, state->settings.width, state->Z);
    fill_outputs(state);
    state->settings.scaling = SCALING_THEORY;
    state->settings.unselected = UNSELECTED_KEEP;
    state->settings.local_steps = 1;
    state->settings.lr = safe_step(state);
    spread(state->neurons, state->neuron_count, state->settings.width);
    spread(state->samples, state->sample_count, state->g->n);
}

void moments_state_free(moments_state *state) {
    scratch_free(&state->owned);
    *state = (moments_state){.g = NULL};
}

static bool is_apart(const gram *g, const double *z, double distance) {
    bool active = false, apart = true;
    for (size_t i = 0; i < g->n; i++) {
        active = active || z[i] > 0;
        apart = apart && fabs(z[i]) >= distance;
    }
    return active && apart;
}

/* A neuron w (d) that keeps its distance from 0; z (ld): its pre-activations. */
static status draw_neuron(const gram *g, double kappa, rng *r, double *z, double *w) {
    enum { ATTEMPTS = 10000 };
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        rng_normal_double(r, kappa, g->d, w);
        gram_project(g, w, 1, z);
        if (is_apart(g, z, kappa / 10)) { return OK; }
    }
    return fail(FAILED,
                "no neuron keeps its distance from 0 on %zu inputs in %d draws; take fewer inputs",
                g->n, ATTEMPTS);
}

status moments_state_apart(const gram *g, const train_settings *s, double gram_norm, rng *r,
                           moments_state *state) {
    status st = state_new(g, s, gram_norm, state);
    for (size_t k = 0; st == OK && k < s->width; k++) {
        st = draw_neuron(g, s->kappa, r, state->Z, state->W + k * g->d);
    }
    if (st != OK) { return st; }
    rng_signs(r, s->width, state->A);
    state_finish(state);
    return OK;
}

status moments_state_trained(const gram *g, const train_settings *s, double gram_norm,
                             uint64_t seed, size_t cell, size_t rounds, moments_state *state) {
    trajectory run = {.start = NULL};
    rng *start = rng_new(seed, cell, 0, RNG_WEIGHTS); /* again: the run does not keep its start */
    double *W0 = allocate(s->width * g->d, sizeof *W0, "initial weights");
    status st = start && W0 ? state_new(g, s, gram_norm, state)
                            : fail(FAILED, "no memory for the start of a run");
    if (st == OK) { st = trajectory_open(g, s, true, seed, cell, 0, &run); }
    if (st == OK) {
        train_draw_start(&run.t, start, W0, state->A);
        for (size_t k = 0; k < rounds; k++) { trajectory_round(&run, NULL, NULL); }
        trainer_weights(&run.t, W0, state->W);
        state_finish(state);
    }
    if (run.t.diverged) {
        st = fail(FAILED, "the run diverged within %zu rounds; take a smaller step", rounds);
    }
    trajectory_close(&run);
    rng_free(start);
    free(W0);
    return st;
}
