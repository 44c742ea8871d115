/* error-floor: what the effective dynamics predict of the error of Algorithm 1, without drawing a
 * mask, and runs from the same starts beside it (effective-dynamics in doc/mathematics.md).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef THEORY_ERROR_FLOOR_ERROR_FLOOR_H
#define THEORY_ERROR_FLOOR_ERROR_FLOOR_H

#include <stdbool.h>
#include <stddef.h>
#include "model/effective.h"
#include "model/plateau.h"
#include "study/study.h"
#include "study/kernel_data.h"

typedef struct {
    option_list widths, subnets, xi, local_steps, kappas;
    double lr, stale;
    int mask, scaling, outputs;
    size_t label, rounds, starts, paths, patience, order, runs;
    bool xi_given, lr_given;
} floor_settings;

/* One setting of the lists. */
typedef struct {
    train_settings s;
    size_t rounds;    /* K */
    double stability; /* of a subnetwork's own kernel; beyond 2 nothing is predicted */
} floor_cell;

typedef struct {
    kernel_data data;
    gram g;
    floor_cell *cells; /* owned */
} floor_context;

/* What a unit, one start of one cell, keeps: means over the last third of the rounds, as
 * bernoulli-rate takes its floors; errors are ||Y - U||_F^2, plateaus (1/2) ||Y - U||_F^2 / n. */
typedef enum {
    FLOOR_END,          /* predicted error after the last round */
    FLOOR_BIAS,         /* ||e_k||^2 */
    FLOOR_VARIANCE,     /* tr Sigma_k */
    FLOOR_REACHED,      /* first round whose error is within a tenth of the floor */
    FLOOR_LEVEL,        /* plateau under the stop rule, mean over Gaussian paths */
    FLOOR_LEVEL_ROUNDS, /* rounds that it takes */
    FLOOR_REFRESHED,    /* operators computed */
    FLOOR_EARLY_ROUND,  /* first round whose error is a twentieth of that at the start */
    FLOOR_EARLY,        /* predicted error there */
    FLOOR_SEEN_EARLY,   /* and that of runs with masks */
    FLOOR_SEEN,         /* floor of runs with masks from this start; NaN without --runs */
    FLOOR_SEEN_LEVEL,   /* their plateau */
    FLOOR_NUMBERS
} floor_number;

/* Points of a curve that are kept, of which the last is the last round. */
enum { FLOOR_POINTS = 65 };
size_t floor_points(size_t rounds);
/* The round of point k: all of the first ones, then in equal ratios. */
size_t floor_point(size_t rounds, size_t k);

/* Predicts one start of a cell and trains it --runs times; fills values: FLOOR_NUMBERS, then bias
 * and variance of every point. */
status floor_measure(const study_run *r, size_t cell, size_t repetition, double *values);

/* How much a neuron's own reaction within a round weighs: c q ||G|| tau (1-xi); what order 1 leaves
 * out is of this order (second-order in doc/mathematics.md). */
double floor_own_reaction(const floor_context *c, const floor_cell *at);

extern const claim_group floor_claims[];
extern const study floor_study;

#endif
