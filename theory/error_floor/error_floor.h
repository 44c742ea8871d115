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
    option_list widths, subnets, xi, local_steps, kappas, lr, along;
    double stale;
    int mask, scaling, outputs, until;
    size_t label, rounds, starts, paths, patience, order, runs;
    size_t samples; /* rows where --samples does not say */
    size_t along_samples;
    const char *table; /* of --cells */
    const char *masks; /* of the user's own, .npz, for the runs; NULL: drawn */
    bool xi_given, lr_given, along_given;
} floor_settings;

/* When a start ends: after its rounds, or where the stop rule has ended all its paths. */
enum { UNTIL_ROUNDS, UNTIL_STOPPED };

enum {
    FLOOR_MOST_WIDTH = 10000000,
    FLOOR_MOST_SUBNETS = 10000,
    FLOOR_MOST_STEPS = 100000,
    FLOOR_MOST_ALONG = 1000
};

/* Seconds of an operation of a prediction's rounds, of its operators, of runs; 1 before they are
 * timed. */
typedef struct {
    double round, refresh, run;
} floor_pace;

/* Rows, their Gram matrix, and the pace of cells on them. */
typedef struct {
    kernel_data data;
    gram g;
    floor_pace pace;
} floor_rows;

/* One setting. */
typedef struct {
    train_settings s;
    const floor_rows *on;
    size_t stream;    /* of its random numbers: starts of one stream are the same */
    size_t rounds;    /* K, at most */
    size_t runs;      /* with masks, from every start */
    double stability; /* of a subnetwork's own kernel; beyond 2 nothing is predicted */
    double measured;  /* what the table of --cells says of it; else NaN */
} floor_cell;

typedef struct {
    floor_rows all, few; /* few: of --along-subnets, zeroed without it */
    floor_cell *cells;   /* owned; those on the few rows are the last */
    mask_sets sets;      /* of --masks; empty without */
} floor_context;

static inline const floor_cell *floor_cell_of(const study_run *r, size_t cell) {
    return &((const floor_context *)r->context)->cells[cell];
}

extern const char *const floor_scaling_words[];

/* Defaults from the notes of the table of --cells, or from --masks. BAD_INPUT: no table, or not of
 * such runs; no masks. */
status floor_preset(study_run *r);
/* Lists the cells; BAD_INPUT for a table that has none. */
status floor_list_cells(study_run *r);
void floor_describe(const study_run *r, text *t);

/* What a unit, one start of one cell, keeps: means over the last third of the rounds, as
 * bernoulli-rate takes its floors; errors are ||Y - U||_F^2, plateaus (1/2) ||Y - U||_F^2 / n. Until
 * the stop rule alone: plateaus, their rounds and the operators; the others are NaN. */
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

/* Seconds of a unit, by the pace on its rows, which the second sets; it returns 1. */
double floor_cost(const study_run *r, size_t cell);
double floor_calibrate(const study_run *r);

/* How much a neuron's own reaction within a round weighs: c q ||G|| tau (1-xi); what order 1 leaves
 * out is of this order (second-order in doc/mathematics.md). */
double floor_own_reaction(const floor_cell *at);

/* The share of a pre-activation that the pull on V takes, at most, in the rounds in which the
 * slowest direction of the mean falls by e: c q (1-xi) ||G|| over (c xi) lambda_0, of order 1/m. */
double floor_forgotten(const floor_cell *at);

extern const claim_group floor_claims[];
extern const study floor_study;

#endif
