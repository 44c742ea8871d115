/* categorical-rate: Theorem 4 (theorem-4 in doc/mathematics.md): the aggregation identity, the
 * three movements of the loss predicted and measured, and the bound on the loss over the event
 * Omega_k on which it is proved.
 *
 * A round takes ||y - u_k||^2 up by a jump when masks are drawn (mean V_k given the past), down by
 * local descent, down by the drop A_k when the subnetworks are combined.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef THEORY_CATEGORICAL_RATE_CATEGORICAL_RATE_H
#define THEORY_CATEGORICAL_RATE_CATEGORICAL_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include "model/gram.h"
#include "model/jump.h"
#include "model/train.h"
#include "study/study.h"
#include "study/kernel_data.h"

/* A run for every number of subnetworks. */
typedef struct {
    size_t width, local_steps, rounds;
    option_list subnets; /* p, ascending */
    double step, kappa;  /* eta ||G||; initial standard deviation */
} categorical_regime;

typedef struct {
    categorical_regime run, event; /* a practical setting; one in which Omega_k holds */
    size_t event_samples;          /* rows of the event regime: the first ones */
    size_t label, trials;          /* column of the labels; trials of every cell */
} categorical_settings;

/* A setting that is run several times, and what is asserted of it. */
typedef struct {
    const kernel_data *data;
    const gram *g;      /* of data */
    train_settings s;   /* categorical, xi = 1/p */
    size_t rounds;      /* K */
    double radius;      /* R*; not read off the run */
    double rho;         /* asserted of ||y - u^l||^2 per local step: 1 - eta lambda0/(2p) */
    double jump_bound;  /* Vbar >= V_k on Omega_k */
    double uncancelled; /* tau eta d: what is left of a jump when subnetworks are combined */
    double failure;     /* most probable: a step fails inside the ball, or Lemma 23's bound does not
                          hold */
    bool wide_enough;   /* m at least the width that failure asks for */
    bool step_met;      /* eta <= 1/||G|| */
} categorical_cell;

typedef struct {
    kernel_data data, few; /* of the practical regime, of the event regime */
    gram g, few_g;
    categorical_cell
        cells[2 * OPTION_LIST_MAX]; /* practical ones, then those of the event regime */
    size_t first_event;
    double seconds[2];     /* of an operation in either regime; 1 before it is measured */
    jump_means enumerated; /* of a small network; set by gather */
} categorical_context;

static inline const categorical_cell *categorical_cell_of(const study_run *r, size_t cell) {
    return &((const categorical_context *)r->context)->cells[cell];
}

/* Values of a unit: first these numbers of the run, */
enum {
    CAT_LEMMA23, /* 1: sum_r <w_{0,r},x_i>^2 <= 2 m kappa^2 for all i */
    CAT_LEFT,    /* 1: some weight has left the ball */
    CAT_FAILED,  /* 1: a local step inside the ball, at both ends, did not contract as asserted */
    CAT_DRIFT,   /* largest ||w - w_0|| / R* */
    CAT_RUN_VALUES
};

/* then a row for each round k = 0..K; of row K only CAT_WHOLE and CAT_OMEGA are there, the others
 * are NaN. */
enum {
    CAT_WHOLE,     /* ||y - u_k||^2 */
    CAT_SAMPLED,   /* (1/p) sum_l ||y - u^l_{k,0}||^2 */
    CAT_JUMP,      /* V_k = (xi (1 - xi)/m) sum_i sum_r sigma_ri^2 */
    CAT_DESCENDED, /* (1/p) sum_l ||y - u^l_{k,tau}||^2 */
    CAT_DROP,      /* A_k = (1/p^2) sum_{l<l'} ||u^l_{k,tau} - u^l'_{k,tau}||^2 */
    CAT_OMEGA,     /* 1 on Omega_k: CAT_LEMMA23, and so far not CAT_LEFT and all steps contracted */
    CAT_IDENTITY,  /* relative error of ||y - u_{k+1}||^2 = CAT_DESCENDED - CAT_DROP */
    CAT_SPREAD,    /* of Lemma 14 at t = 0: jump_spread = jump_pair_spread */
    CAT_MEAN,      /* of u_k = (1/p) sum_l u^l_{k,0}: jump_mean_error */
    CAT_COLUMNS
};

#define CAT_ROW(k) (CAT_RUN_VALUES + (k)*CAT_COLUMNS)

/* One run of Algorithm 1. Streams of (seed, cell, repetition). FAILED after divergence. */
status categorical_measure(const study_run *r, size_t cell, size_t repetition, double *values);

/* Round k of a trial. */
static inline const double *categorical_row(const study_run *r, size_t cell, size_t trial,
                                            size_t k) {
    return study_values(r, cell, trial) + CAT_ROW(k);
}

/* Loss times the row's indicator of Omega_k; 0 outside even where the loss is not a number. */
static inline double categorical_indicated(const double *row, double loss) {
    return row[CAT_OMEGA] == 0 ? 0 : row[CAT_OMEGA] * loss;
}

extern const claim_group categorical_claims[];
extern const study categorical_study;

#endif
