/* Plateau: the error that a run settles at under the stop rule of Figure 2b and 2c (stop-rule
 * in doc/mathematics.md).
 *
 * After every round look at the mean of the last PLATEAU_WINDOW errors of the whole network (of all
 * so far, the initial one included, while there are fewer). A round whose mean does not improve on
 * the best so far is a failure; stop at the first failure beyond `patience`, or where the mean lies
 * below `target`. The level is the best mean.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_PLATEAU_H
#define MODEL_PLATEAU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "model/train.h"

typedef enum {
    PLATEAU_STALLED = 0,   /* the mean stopped improving */
    PLATEAU_CONVERGED = 1, /* the mean fell below the target */
    PLATEAU_CAPPED = 2,    /* max_rounds came first */
    PLATEAU_DIVERGED = 3,  /* the error left all bounds: there is no level */
    PLATEAU_FINISHED = 4   /* all rounds of a run without a rule */
} plateau_state;

const char *plateau_state_word(plateau_state s);

typedef struct {
    size_t patience;   /* failures let pass, in any order: 0 in Figure 2b, 5 in 2c */
    size_t max_rounds; /* >= 1 */
    double target;     /* 5e-4 */
    bool none;         /* no rule: max_rounds, and the level is the mean of the last quarter */
} stop_rule;

#define PLATEAU_WINDOW 11

/* The rule followed round by round. */
typedef struct {
    stop_rule rule;
    double last[PLATEAU_WINDOW]; /* ring of the last errors */
    size_t seen;                 /* errors seen so far */
    size_t failures;             /* rounds whose mean did not improve */
    double best;                 /* best mean; +inf before the first round */
} plateau_watch;

void plateau_begin(plateau_watch *w, stop_rule rule);
/* Takes the next error, first the initial one; 1 if the run is to stop, and *state says why. Does
 * not judge divergence. */
int plateau_add(plateau_watch *w, double error, plateau_state *state);

typedef struct {
    double level; /* best mean; NaN if diverged */
    double held; /* mean over the same rounds of the error of rows that are held out; NaN without */
    size_t rounds; /* rounds done */
    plateau_state state;
    bool settled; /* plateau_settled of its errors */
} plateau_result;

/* Whether the level is a floor: the mean of the last quarter of the errors is at least
 * PLATEAU_SETTLED of that of the quarter before. Where a run ends at its first failure it often is
 * not. False for fewer than four errors or NaN. */
#define PLATEAU_SETTLED 0.95
bool plateau_settled(const double *errors, size_t count);

/* Rounds that a run on n samples with q outputs takes before it stops, roughly: for predicted times
 * alone. Fitted to runs on three data sets, n from 25 to 300. */
double plateau_rounds_expected(const train_settings *s, size_t n, size_t q, size_t patience);

/* One run: random start and masks from the streams of (seed, cell, repetition). */
status plateau_run(const gram *g, const train_settings *s, stop_rule rule, uint64_t seed,
                   size_t cell, size_t repetition, plateau_result *result);

#endif
