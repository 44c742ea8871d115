#include "theory/moments/state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static status take_memory(moments_state *state)
{
    const gram *g = state->g;
    size_t m = state->settings.width;
    state->W = allocate(m * g->d, sizeof *state->W, "weights");
    state->A = allocate(m, sizeof *state->A, "output signs");
    state->Z = allocate(m * g->ld, sizeof *state->Z, "pre-activations");
    state->signed_output = allocate(m * g->n, sizeof *state->signed_output, "activations");
    state->u = allocate(g->n, sizeof *state->u, "outputs");
    state->neurons = allocate(state->neuron_count, sizeof *state->neurons, "neuron numbers");
    state->samples = allocate(state->sample_count, sizeof *state->samples, "sample numbers");
    return state->W && state->A && state->Z && state->signed_output && state->u && state->neurons &&
                   state->samples
               ? OK
               : FAILED;
}

/* count of total numbers 0, 1, ..., evenly spread. */
static void spread(size_t *number, size_t count, size_t total)
{
    for (size_t k = 0; k < count; k++) { number[k] = k * total / count; }
}

/* eta: half of what brings the smallest |<w_r, x_i>| to 0 at the largest possible movement. */
static double safe_step(const moments_state *state)
{
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

static void fill_outputs(moments_state *state)
{
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

status moments_state_new(const gram *g, const train_settings *s, const double *W, const double *A,
                         double gram_norm, moments_picks picks, moments_state *state)
{
    size_t m = s->width;
    *state = (moments_state){.g = g,
                             .settings = *s,
                             .gram_norm = gram_norm,
                             .neuron_count = picks.neurons < m ? picks.neurons : m,
                             .sample_count = picks.samples < g->n ? picks.samples : g->n};
    state->settings.scaling = SCALING_THEORY;
    state->settings.unselected = UNSELECTED_KEEP;
    state->settings.local_steps = 1;
    if (take_memory(state) != OK) {
        moments_state_free(state);
        return FAILED;
    }
    memcpy(state->W, W, m * g->d * sizeof *W);
    memcpy(state->A, A, m * sizeof *A);
    gram_project(g, W, m, state->Z);
    fill_outputs(state);
    state->settings.lr = safe_step(state);
    spread(state->neurons, state->neuron_count, m);
    spread(state->samples, state->sample_count, g->n);
    return OK;
}

void moments_state_free(moments_state *state)
{
    free(state->W);
    free(state->A);
    free(state->Z);
    free(state->signed_output);
    free(state->u);
    free(state->neurons);
    free(state->samples);
    *state = (moments_state){0};
}

static int is_apart(const gram *g, const double *z, double distance)
{
    int active = 0, apart = 1;
    for (size_t i = 0; i < g->n; i++) {
        active |= z[i] > 0;
        apart &= fabs(z[i]) >= distance;
    }
    return active && apart;
}

status moments_draw_apart(const gram *g, const train_settings *s, rng *r, double *W, double *A)
{
    enum { ATTEMPTS = 10000 };
    double *z = allocate(g->ld, sizeof *z, "pre-activations");
    status done = z ? OK : FAILED;
    for (size_t k = 0; done == OK && k < s->width; k++) {
        int found = 0;
        for (int attempt = 0; !found && attempt < ATTEMPTS; attempt++) {
            rng_normal_double(r, s->kappa, g->d, W + k * g->d);
            gram_project(g, W + k * g->d, 1, z);
            found = is_apart(g, z, s->kappa / 10);
        }
        if (!found) {
            done = fail(
                FAILED,
                "no neuron keeps its distance from 0 on %zu inputs in %d draws; take fewer inputs",
                g->n, ATTEMPTS);
        }
    }
    free(z);
    rng_signs(r, s->width, A);
    return done;
}

static void train_rounds(trainer *t, rng *masks, unsigned char *mask, size_t rounds)
{
    const train_settings *s = &t->settings;
    for (size_t k = 0; k < rounds; k++) {
        mask_draw(s->mask, s->subnets, s->width, s->xi, masks, mask);
        trainer_round(t, mask, NULL, NULL);
    }
}

status moments_draw_trained(const gram *g, const train_settings *s, uint64_t seed, size_t cell,
                            size_t rounds, double *W, double *A)
{
    trainer t = {0};
    rng *start = rng_new(seed, cell, 0, RNG_WEIGHTS), *masks = rng_new(seed, cell, 0, RNG_MASKS);
    unsigned char *mask = allocate(s->subnets, s->width, "masks");
    double *W0 = allocate(s->width * g->d, sizeof *W0, "initial weights");
    status done = start && masks ? OK : fail(FAILED, "no memory for the random streams");
    if (done == OK) { done = mask && W0 ? trainer_new(g, s, true, &t) : FAILED; }
    if (done == OK) {
        train_draw_start(&t, start, W0, A);
        trainer_start(&t, W0, A);
        train_rounds(&t, masks, mask, rounds);
        trainer_weights(&t, W0, W);
        if (t.diverged) {
            done = fail(FAILED, "the run diverged within %zu rounds; take a smaller step", rounds);
        }
    }
    trainer_free(&t);
    rng_free(start);
    rng_free(masks);
    free(mask);
    free(W0);
    return done;
}
