/* bernoulli_floor: one run of Algorithm 1 to the level where its error ||y - u_k||^2 stops falling, and the contraction
 * of its first rounds (paper.md section 6). */
#ifndef THEORY_BERNOULLI_FLOOR_H
#define THEORY_BERNOULLI_FLOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "run/stats.h"
#include "theory/rate/bernoulli_curve.h"

/* What one run yields. */
enum {
    FLOOR_LEVEL,  /* mean of ||y - u_k||^2 over the last third of the rounds */
    FLOOR_CHANGE, /* change over that third, by a least-squares line, relative to the level */
    FLOOR_SLOPE,  /* slope of log ||y - u_k||^2 over the first rounds (mean_window), per round */
    FLOOR_SLOPE_FINITE, /* of log ||e_k||^2 over the same rounds, predicted from H(0) of this run's start */
    FLOOR_SLOPE_INFINITE, /* and from xi Hinf */
    FLOOR_VALUES
};

typedef struct {
    const gram *g;
    const double *G;            /* (n, n) */
    const eigenpairs *infinite; /* of xi Hinf */
    train_settings s;
    size_t rounds; /* of the run, >= window */
    size_t window; /* of the fit of the first rounds */
    bool level;    /* false: only the first `window` rounds are run, level and change are NaN */
} floor_setting;

/* values: (FLOOR_VALUES), NaN after divergence. Streams of (seed, cell, repetition). */
status floor_unit(const floor_setting *f, uint64_t seed, size_t cell, size_t repetition,
                  double *values);

/* Level and relative change of the last third of curve (rounds + 1). */
void floor_of(const double *curve, size_t rounds, double *level, double *change);

/* The floor is reached where the slope is indistinguishable from 0: the t interval of the mean change over repetitions,
 * at CRITERION_CONFIDENCE, holds 0. change (repeats). */
bool floor_settled(const double *change, size_t repeats);

/* Rounds in which the slowest direction of the mean curve, eigenvalue lambda = xi lambda0, falls by exp(-folds), at
 * most 1000000. */
size_t floor_rounds(mean_rule rule, double lambda, double folds);

#endif
