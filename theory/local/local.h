/* What local-descent and drift share: real runs of Algorithm 1 in two regimes, for both mask kinds,
 * as many starts as asked for, each trained with every step size; and what is measured on a
 * subnetwork. "wide" has so few rows that the width of the combined bound can be paid and
 * hypotheses are met; "practical" has rows and width as people train with, where they are not.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef THEORY_LOCAL_LOCAL_H
#define THEORY_LOCAL_LOCAL_H

#include <stdbool.h>
#include <stddef.h>
#include "model/ntk.h"
#include "model/trajectory.h"
#include "study/kernel_data.h"
#include "study/record.h"
#include "study/study.h"
#include "theory/criteria.h"

/* --- options --- */

/* Filled with the program's defaults before parsing. */
typedef struct {
    size_t label;                               /* label column */
    size_t width, subnets, local_steps, rounds; /* m, p, tau, K */
    size_t repeats; /* runs of the practical regime with either mask kind */
    size_t wide_samples, wide_subnets;
    size_t wide_width;  /* 0: the least power of two >= three times the width asked for */
    size_t wide_trials; /* runs; rounded up to a multiple of repeats */
    double xi;          /* Bernoulli masks; categorical ones have 1/p */
    double kappa, delta;
    const char *masks;     /* of the user's own, .npz, in the practical regime; NULL: drawn */
    option_list multiples; /* step sizes in units of 1/||G||; lambda0/n^2 comes before them */
} local_settings;

extern const option_row local_options[]; /* of a local_settings */

/* Defaults of both programs; their own: rounds and multiples. */
#define LOCAL_DEFAULTS                                                                    \
    .label = OPTION_IS_AUTO, .width = 1000, .subnets = 4, .local_steps = 5, .repeats = 4, \
    .wide_samples = 6, .wide_subnets = 2, .wide_trials = 60, .xi = 0.5, .kappa = 1,       \
    .delta = CRITERION_DELTA

/* --- regimes --- */

enum { REGIME_WIDE, REGIME_PRACTICAL, REGIMES };
enum { MASKS = 2 }; /* mask kinds */

typedef struct {
    program_options run; /* with this regime's --samples */
    kernel_data data;
    gram g;                  /* where n < d, of the rows in coordinates of their span */
    train_settings settings; /* Bernoulli; lr is set run by run */
    const mask_sets *sets;   /* in place of its Bernoulli masks; NULL: drawn; borrowed */
    size_t rounds;
    size_t trials; /* runs of each mask kind; a multiple of repeats */
    double delta;
} local_regime;

extern const char *const local_regime_names[REGIMES];
/* "bernoulli", "categorical", or "own". */
const char *local_mask_name(const local_regime *regime, mask_kind mask);

/* Both regimes, the practical one of the study's `samples` rows. sets: of --masks, borrowed; empty
 * without. Safe to close whatever the status. */
status local_regimes_open(const study_run *r, const mask_sets *sets, local_regime regimes[REGIMES]);
void local_regimes_close(local_regime regimes[REGIMES]);

/* Settings of the regime with masks of that kind (categorical: xi = 1/p) and K p, the number of
 * masks of a run. */
train_settings local_train_settings(const local_regime *regime, mask_kind mask);
double local_masks(const local_regime *regime);

/* Step size number k: lambda0/n^2 (k = 0), multiples[k-1]/||G||. The name: "lambda0/n^2",
 * "4/||G||". */
size_t local_step_count(const local_settings *o);
double local_step(const local_regime *regime, const local_settings *o, size_t k);
void local_step_name(const local_settings *o, size_t k, char name[32]);

/* A provenance line. */
void local_regime_note(const local_regime *regime, const char *name, table *t);

/* --- what the statements say of a regime and mask kind --- */

/* Plain numbers, so that a test can spoil any one of them. */
typedef struct {
    const double *G; /* (n, n) */
    size_t n;
    double samples; /* n, where it stands for the largest row sum of entries in [-1, 1] */
    double m;       /* width of the whole network */
    double xi, masks, delta;
    double gram_norm, row_sum;
    double width;              /* that the bound combined with drift asks for */
    double radius;             /* R* of the ball around w_0 */
    double boundary_radius;    /* near_i counts |<w_0, x_i>| <= boundary_radius, = R* */
    double near_most;          /* 2 m xi p_R */
    double whole_near_most;    /* 2 m p_R: Lemma 16, the whole network */
    double whole_near_failure; /* the probability that it is exceeded is at most this */
    double paper_width;  /* n^2 log(K p n/delta)/(xi lambda0^2): Theorem 2's, with constant 1 */
    double start_least;  /* (3/4) xi lambda0: with near_most, section 3's event for one mask */
    double along_least;  /* xi lambda0/2: lambda_min(H_m(k,t)) within R* */
    double drift_most;   /* xi lambda0/4: ||H_m(k,t) - H_m(0)|| within R* */
    double rate;         /* xi lambda0/2: (4) promises 1 - eta rate */
    bool assumption1;    /* of the data */
    double paper_step;   /* lambda0/n^2 */
    double paper_radius; /* kappa lambda0/n */
} local_model;

local_model local_model_of(const local_regime *regime, const train_settings *s);

/* --- measured on a subnetwork; m neurons, columns of ld --- */

/* near (n): near_i, neurons of net with |<w_{0,r}, x_i>| <= boundary_radius. Returns the largest.
 */
size_t local_near(const gram *g, const network *net, const real *Z0, double boundary_radius,
                  unsigned *near);

/* flips (n): neurons of net whose activation on x_i is not that in `from`, whose columns are the
 * whole network's (by neuron number) or, with same_columns, net's own. Returns the largest. */
size_t local_flips(const gram *g, const network *net, const real *from, bool same_columns,
                   unsigned *flips);

/* H (n, n) <- (1/m) G o (common activations) of `count` neurons Z (Definition 1); mask (count),
 * NULL: all. */
status local_kernel(const local_model *model, ntk_masked *counts, const real *Z, size_t ld,
                    size_t count, const unsigned char *mask, double *H);

/* H <- H_m(0): the kernel of net's neurons at the start. taken (m), scratch: its mask. */
status local_start_kernel(const local_model *model, ntk_masked *counts, const gram *g,
                          const network *net, const real *Z0, unsigned char *taken, double *H);

/* The largest flips_i over near_i, 0 where both are 0. */
double local_flips_of_near(const unsigned *flips, const unsigned *near, size_t n);

/* --- the study --- */

/* The first member of either study's context. */
typedef struct {
    local_regime regimes[REGIMES];
    local_model models[REGIMES][MASKS];
    mask_sets sets;          /* of --masks; empty without */
    double seconds[REGIMES]; /* of a unit on one thread, by a short measurement; 0: not known */
} local_context;

/* One run: a start with its masks. */
typedef struct {
    size_t regime;
    mask_kind mask;
    size_t trial;
} local_place;

/* What both studies are; their own: about, defaults, prepare, measure, tables and claims. */
#define LOCAL_HOOKS                                                                               \
    .samples = 100, .samples_help = ", of the practical regime", .options = local_options,        \
    .settings_size = sizeof(local_settings), .context_size = sizeof(local_context),               \
    .preset = local_preset, .describe = local_describe, .close = local_close, .cost = local_cost, \
    .calibrate = local_calibrate, .note = local_note

/* Reads --masks and makes its p, m and xi the defaults. BAD_INPUT with path, array and cure. */
status local_preset(study_run *r);
void local_describe(const study_run *r, text *t);
/* Opens regimes and models, and sets the cells; r->values is the study's own. */
status local_prepare(study_run *r);
void local_close(void *context);

static inline const local_regime *local_regime_of(const study_run *r, size_t regime) {
    return &((const local_context *)r->context)->regimes[regime];
}
/* The model of the runs of a place. */
static inline const local_model *local_model_at(const study_run *r, local_place at) {
    return &((const local_context *)r->context)->models[at.regime][at.mask];
}

/* The run that a unit is, and its values after the sweep. */
local_place local_place_of(const study_run *r, size_t cell, size_t repetition);
const double *local_values(const study_run *r, local_place at);
/* The next run of the same regime: trial by trial, mask kind by mask kind; false after the last.
 * Starts at trial 0 of mask kind 0. */
bool local_next(const study_run *r, local_place *at);

/* The run with step size number `step`, at its start, its weights followed; those of all step sizes
 * have the same start and masks. trajectory_close always. */
status local_open_run(const study_run *r, local_place at, size_t step, trajectory *run);

/* Columns of a table: the regime and the masks of the runs that a row is about. */
void local_put_place(const study_run *r, local_place at, table *t);

double local_cost(const study_run *r, size_t cell);
/* Times units of one round, one step size, and one and two subnetworks: the rest are multiples. */
double local_calibrate(const study_run *r);
void local_note(const study_run *r, table *t);

/* The model of the regime that asks for the larger width: categorical masks may have a smaller xi.
 */
const local_model *local_hardest(const study_run *r, size_t regime);

/* own_masks_suppose_drawn, of the masks of the regime. */
void local_suppose_drawn(const study_run *r, size_t regime, evidence *e);

/* For claim groups: one case a regime. */
size_t local_regime_count(const study_run *r);
const char *local_regime_name(const study_run *r, size_t which, char *name, size_t size);
const dataset *local_regime_data(const study_run *r, size_t which);

#endif
