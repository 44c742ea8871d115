/* Effective dynamics: the mean error of Algorithm 1 and the variance that masks add to it, round by
 * round, without drawing a mask (effective-dynamics in doc/mathematics.md).
 *
 * The error of round k is predicted as ||e_k||^2 + tr Sigma_k: e = Y - U follows the mean of a
 * round, Sigma, summed over the outputs, the noise of a round. Order 1 is the leading order in 1/m
 * (predicted-mean, predicted-noise), order 2 adds what happens within a round (second-order). A
 * neuron that no subnetwork took keeps its weights.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_EFFECTIVE_H
#define MODEL_EFFECTIVE_H

#include <stdbool.h>
#include <stddef.h>
#include "model/network.h"
#include "model/stability.h"
#include "model/train.h"
#include "base/error.h"
#include "stats/rng.h"

/* The numbers that a prediction depends on. */
typedef struct {
    size_t n, q, m;      /* samples, outputs, neurons */
    const double *G;     /* (n, n) X X^T; borrowed */
    size_t tau;          /* local steps */
    double p, xi;        /* subnetworks; probability that one takes a neuron */
    double theta, phi;   /* P(some subnetwork takes it); E[1/(how many)], none counting 0 */
    bool parts;          /* masks that part the neurons */
    double pair;         /* P(it takes a neuron that takes a given other one): xi but for sizes */
    train_scales scales; /* s_w, s_s and the step h */
    unsigned order;      /* 1 or 2 */
    size_t paths;        /* random curves for the stop rule; 0: none */
    double stale;        /* share of activations that may change before a refresh */
    double outside;      /* order 1: share of the settled variance that its basis may leave out */
    size_t serves;       /* order 2: rounds, at most, that one covariance of the noise is used in */
} effective_setting;

/* Share of changed activations at which the operator is computed anew. Measured against an operator
 * of every round: floors differ by at most 0.4 % (at 0.03 by 1.1 %) with 8 to 39 operators in 110
 * to 510 rounds; 24 rows in theory scaling, 150 rows in the released one. */
#define EFFECTIVE_STALE 0.01
/* Share of the variance, settled at the start, that directions outside the basis may have. */
#define EFFECTIVE_OUTSIDE 1e-3
/* Rounds that the covariance of a round's noise serves. */
#define EFFECTIVE_NOISE_SERVES 4

/* Neurons of whose occurring again an operator of order 2 takes the mean. */
size_t effective_sampled_neurons(size_t n, size_t m, size_t tau);

/* Settings of a trained network s on n samples of G with q outputs. */
effective_setting effective_setting_of(const train_settings *s, const double *G, size_t n, size_t q,
                                       unsigned order);

/* From this stability number of a subnetwork (stability.h) on nothing is predicted: products of
 * frozen operators diverge. */
#define EFFECTIVE_STABILITY_MOST STABILITY_LIMIT

typedef struct effective effective;

/* A prediction that starts from the whole network `start` on g and its labels. g is
 * borrowed. draws: for Gaussian paths and for what order 2 draws; borrowed; may be NULL with order
 * 1 and no paths. NULL: no memory. */
effective *effective_new(const effective_setting *s, const gram *g, const network *start,
                         rng *draws);
void effective_free(effective *f); /* NULL-safe */

/* One round. FAILED: a factorisation failed, or no memory. */
status effective_round(effective *f);

double effective_bias(const effective *f);     /* ||e_k||_F^2 */
double effective_variance(const effective *f); /* tr Sigma_k */
/* The variance that the present operator and activations settle at, the fixed point of the
 * recursion of Sigma (predicted-floor); order 1 alone, NaN else. */
double effective_settled_variance(const effective *f);
size_t effective_refreshed(const effective *f); /* how often the operator has been computed */

/* ||Y - U||_F^2 on random path number `path`: e_k and the path's deviation. */
double effective_path_error(const effective *f, size_t path);

/* The mean network's pre-activations, (m, n) neuron after neuron; borrowed. */
const double *effective_preactivations(const effective *f);
/* Sigma_k (n, n), caller's array. */
void effective_covariance(const effective *f, double *Sigma);

#endif
