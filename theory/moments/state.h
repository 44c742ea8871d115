/* moments_state: a network at the start of a round, as the facts about masks of paper.md section 5 see it: weights w_k
 * and signs a are given, the masks of the round are to be drawn. */
#ifndef THEORY_MOMENTS_STATE_H
#define THEORY_MOMENTS_STATE_H

#include <stddef.h>
#include <stdint.h>
#include "model/gram.h"
#include "model/train.h"
#include "run/error.h"
#include "run/rng.h"

typedef struct {
    const gram *g; /* the data, q = 1; borrowed */
    train_settings
        settings;          /* theory scaling, tau = 1; lr is the step eta, see moments_state_new */
    double gram_norm;      /* ||G|| */
    double *W;             /* (m, d) w_k; owned */
    double *A;             /* (m) a_r; owned */
    double *Z;             /* (m, ld) <w_r, x_i>; owned */
    double *signed_output; /* (m, n) a_r sigma_ri / sqrt m; owned */
    double *u;             /* (n) output of the whole network; owned */
    double largest;        /* max |<w_r, x_i>| */
    size_t *
        neurons; /* (neuron_count) the neurons r that facts about one neuron are looked at for; owned */
    size_t neuron_count;
    size_t
        *samples; /* (sample_count) the samples between which masked kernels are looked at; owned */
    size_t sample_count;
} moments_state;

/* How many neurons and samples of those there are to look at, evenly spread; at most all. */
typedef struct {
    size_t neurons, samples;
} moments_picks;

/* Takes copies of W (m, d) and A (m). s: width, subnets, xi, mask and kappa are read. eta is chosen such that one step
 * changes no activation, whatever the masks: with unit rows a step moves <w_r, x_i> by at most (eta/sqrt m) sum_j
 * |u^l_j - y_j|. */
status moments_state_new(const gram *g, const train_settings *s, const double *W, const double *A,
                         double gram_norm, moments_picks picks, moments_state *state);
void moments_state_free(moments_state *state); /* safe on a zeroed one */

/* A random start of s->width neurons, each of them active on some input and no <w_r, x_i> within kappa/10 of 0, so that
 * the step of moments_state_new is not tiny. W (m, d), A (m): the caller's. */
status moments_draw_apart(const gram *g, const train_settings *s, rng *r, double *W, double *A);

/* The weights after `rounds` rounds of Algorithm 1 with settings s from a random start: start and masks from the
 * streams of (seed, cell, 0). */
status moments_draw_trained(const gram *g, const train_settings *s, uint64_t seed, size_t cell,
                            size_t rounds, double *W, double *A);

#endif
