/* drift_watch: how far the weights of one run stray from w_0, and what that does to activations and kernels (paper.md
 * section 3, "Drift" and "What to check" (iii)). Subnetworks at every t = 0..tau, their own neurons alone. */
#ifndef THEORY_DRIFT_WATCH_H
#define THEORY_DRIFT_WATCH_H

#include <stddef.h>
#include "theory/local/local_model.h"
#include "theory/local/local_trial.h"

/* One round, or several as one; numbers alone, so that a unit of the sweep can hold it. "least" of nothing is +inf,
 * "most" of nothing 0. A NaN stays one. */
typedef struct {
    double states;      /* subnetworks times (tau + 1) */
    double ball;        /* of these, with all weights within R* */
    double bounded;     /* and near_i <= 2 m xi p_R for every i */
    double from_start;  /* ||w_{k,t,r} - w_{0,r}||: most */
    double flips;       /* activations on one sample that are not those at w_0: most */
    double near;        /* near_i: most */
    double lambda;      /* lambda_min(H_m(k,t)): least */
    double lambda_ball; /* the same in the ball */
    double kernel;      /* ||H_m(k,t) - H_m(0)|| over 2 row_sum max_i flips_i/m: most */
    double drift;       /* the same over xi lambda0/4, where the state is `bounded`: most */
    double flips_near;  /* flips_i over near_i, in the ball, the whole network's too: most */
    double whole_from_start, whole_flips, whole_near; /* of the whole network after the round: most */
    double error;   /* of the whole network after the round, (1/2) ||y - u||^2/n; added up */
    double stopped; /* 1: the run diverged and was not followed to its end */
} drift_round;

drift_round drift_round_empty(void);
void drift_round_add(drift_round *all, const drift_round *round);

enum { DRIFT_NUMBERS = sizeof(drift_round) / sizeof(double) };

typedef struct drift_watch drift_watch;

/* For networks of width m on g. NULL: no memory. */
drift_watch *drift_watch_new(const gram *g, size_t m);
void drift_watch_free(drift_watch *w); /* NULL-safe */

/* Trains `rounds` rounds from the start with step size eta and fills kept (rounds); rounds that are not reached are
 * empty. */
status drift_watch_run(drift_watch *w, local_trial *trial, const local_model *model, double eta, size_t rounds,
                       drift_round *kept);

#endif
