/* bernoulli-rate: Theorem 3 and Corollaries 1 to 3 (theorem-3 in doc/mathematics.md): the mean
 * curve predicted by the eigenpairs of the kernel beside what is measured, the contraction of the
 * first rounds, and the floor against m, kappa, p, tau and xi.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef THEORY_BERNOULLI_RATE_BERNOULLI_RATE_H
#define THEORY_BERNOULLI_RATE_BERNOULLI_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include "model/measured_curve.h"
#include "study/study.h"
#include "study/kernel_data.h"

typedef enum {
    AXIS_WIDTH,       /* m */
    AXIS_WIDTH_NOISY, /* m at --large-kappa */
    AXIS_KAPPA,
    AXIS_SUBNETS,     /* p */
    AXIS_LOCAL_STEPS, /* tau */
    AXIS_XI,
    AXIS_DROPOUT,      /* xi at p = tau = 1, to the floor */
    AXIS_SMALL_XI,     /* xi at p = tau = 1, first rounds alone */
    AXIS_MULTI_SAMPLE, /* p at tau = 1 */
    AXIS_CURVE,        /* m of the mean curve */
    AXIS_BOTTOM,       /* xi with labels along v_min, the eigenvector of lambda0: first rounds */
    AXES
} rate_axis;

extern const char *const rate_axis_words[]; /* (AXES) as in the tables */

/* A base setting, and the values that one number of it takes along an axis. */
typedef struct {
    size_t width, subnets, local_steps; /* m, p, tau */
    double xi, kappa;
    double step;  /* eta ||G|| */
    double folds; /* a run to the floor lasts until the slowest direction fell by exp(-folds) */
    double large_kappa;  /* of AXIS_WIDTH_NOISY */
    double curve_kappa;  /* of AXIS_CURVE and AXIS_BOTTOM */
    size_t repeats;      /* of every cell; starts W_0 of a mean curve */
    size_t masks;        /* runs from every such start */
    size_t curve_rounds; /* of AXIS_CURVE */
    size_t label;        /* column of the labels */
    const char *own;     /* masks of the user's own, which are refused; NULL: none */
    /* Ascending; AXIS_WIDTH_NOISY and AXIS_MULTI_SAMPLE take those of AXIS_WIDTH and AXIS_SUBNETS.
     */
    option_list along[AXES];
} bernoulli_settings;

typedef struct {
    rate_axis axis;
    double value; /* of the number that changes */
    train_settings s;
    size_t rounds; /* of a run to the floor, or of the mean curve */
    size_t window; /* first rounds of the fit */
    bool to_floor; /* followed to the floor */
    /* Rounds that the floor, or the fit of AXIS_BOTTOM, asks for; beyond BERNOULLI_ROUNDS_MOST the
     * cell has the first rounds of any run alone. */
    size_t needed;
    /* [paper] of ||y - u_k||^2 in a round, 1 - eta xi theta tau lambda0/4; the paper's eta is to be
     * read as eta xi. */
    double paper_factor;
    double written_factor; /* the same with eta as the theorem writes it */
} bernoulli_cell;

typedef struct {
    kernel_data data;
    gram g, bottom;                               /* bottom: of AXIS_BOTTOM */
    eigenpairs infinite;                          /* of Hinf */
    bernoulli_cell cells[AXES * OPTION_LIST_MAX]; /* axis after axis, values ascending */
    size_t first[AXES + 1]; /* cells of axis a: first[a] <= k < first[a + 1] */
} bernoulli_context;

static inline const bernoulli_cell *bernoulli_cell_of(const study_run *r, size_t k) {
    return &((const bernoulli_context *)r->context)->cells[k];
}

/* --- how many rounds --- */

enum { BERNOULLI_ROUNDS_MOST = 6000, BERNOULLI_WORDS = 160 };

/* Sets rounds, window, to_floor and needed of a cell with an axis and settings. */
void bernoulli_set_rounds(bernoulli_cell *cell, const bernoulli_settings *o,
                          const kernel_data *data);
bool bernoulli_is_beyond(const bernoulli_cell *cell);
/* words <- "; 2 of 6 cells need 90000 rounds or more, at most 6000 are run" of the cells first <= k
 * < last, "" if none needs too many. */
void bernoulli_beyond(const bernoulli_context *c, size_t first, size_t last,
                      char words[BERNOULLI_WORDS]);

/* --- a run to the floor ---
 *
 * What a unit yields, but on AXIS_CURVE: one run to the level where its error
 * ||y - u_k||^2 stops falling, and the contraction of its first rounds. NaN after divergence. */
enum {
    FLOOR_LEVEL,          /* mean of ||y - u_k||^2 over the last third of the rounds */
    FLOOR_CHANGE,         /* over that third, by a least-squares line, relative to the level */
    FLOOR_SLOPE,          /* of log ||y - u_k||^2 over rounds 0..window, per round */
    FLOOR_SLOPE_FINITE,   /* of log ||e_k||^2 over the same rounds, predicted from H(0) */
    FLOOR_SLOPE_INFINITE, /* and from xi Hinf */
    FLOOR_VALUES
};

/* The floor is reached where the slope is indistinguishable from 0: the t interval of the mean of
 * change (repeats), at CLAIM_CONFIDENCE, holds 0. */
bool bernoulli_settled(const double *change, size_t repeats);

/* --- the nearest wrong theories ---
 *
 * A tolerance for the mean curve has to refuse what is nearly right: 1 - theta tau eta lambda in
 * place of 1 - theta (1 - (1 - eta lambda)^tau), theta = 1, and eta larger by a twentieth. */
typedef struct {
    double distance; /* of the nearest of their curves from e_k, relative, over the rounds */
    double slope;    /* by which the nearest slope of log ||.||^2 over the window differs */
} bernoulli_gap;

/* Of a cell of AXIS_CURVE, by the data alone: e_0 = y, kernel xi Hinf. NaN: no memory. */
bernoulli_gap bernoulli_nearest_wrong(const study_run *r, size_t cell);

/* --- the study --- */

status bernoulli_measure(const study_run *r, size_t cell, size_t repetition, double *values);

/* x (r->repeats) <- slope of log of a column of the mean curve of every unit, over rounds
 * 0..window.
 */
void bernoulli_curve_slopes(const study_run *r, size_t cell, int column, double *x);

/* The cell of the mean curve at the largest width. */
size_t bernoulli_widest(const study_run *r);

extern const claim_group bernoulli_claims[];
extern const study bernoulli_study;

#endif
