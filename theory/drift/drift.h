/* drift: how far the weights of real runs stray from w_0, and what that does to activations and
 * kernels (drift in doc/mathematics.md). Subnetworks at every t = 0..tau, their own neurons alone.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef THEORY_DRIFT_DRIFT_H
#define THEORY_DRIFT_DRIFT_H

#include <stddef.h>
#include "theory/local/local.h"

/* One round, or several as one. near_i: neurons of the subnetwork with |<w_{0,r}, x_i>| <= R*, the
 * radius of local_model (local.h); flips_i: its neurons whose activation on x_i is not that at w_0.
 */
/* clang-format off */
#define DRIFT_ROUND(number)                                                                       \
    number(states, SUM, "subnetworks times (tau + 1)")                                            \
    number(ball, SUM, "of these, with all weights within R*")                                     \
    number(bounded, SUM, "and near_i <= 2 m xi p_R for every i")                                  \
    number(from_start, MAX, "||w_{k,t,r} - w_{0,r}||")                                            \
    number(flips, MAX, "activations on one sample that are not those at w_0")                     \
    number(near, MAX, "near_i")                                                                   \
    number(lambda, MIN, "lambda_min(H_m(k,t))")                                                   \
    number(lambda_ball, MIN, "the same within R*")                                                \
    number(kernel, MAX, "||H_m(k,t) - H_m(0)|| over 2 row_sum max_i flips_i/m")                   \
    number(drift, MAX, "the same norm over xi lambda0/4, where the state is `bounded`")           \
    number(flips_near, MAX, "flips_i over near_i within R*, the whole network's too")             \
    number(whole_from_start, MAX, "of the whole network after the round")                         \
    number(whole_flips, MAX, "of the whole network after the round")                              \
    number(whole_near, MAX, "of the whole network after the round")                               \
    number(error, SUM, "of the whole network after the round, (1/2) ||y - u||^2/n")               \
    number(stopped, SUM, "1: the run diverged and was not followed to its end")
/* clang-format on */

RECORD_DECLARE(drift_round, DRIFT_ROUND);

enum { DRIFT_NUMBERS = sizeof(drift_round) / sizeof(double) };

typedef struct drift_watch drift_watch;

/* For networks of width m on g. NULL: no memory. */
drift_watch *drift_watch_new(const gram *g, size_t m);
void drift_watch_free(drift_watch *w); /* NULL-safe */

/* Trains `rounds` rounds from the start and fills kept (rounds); rounds that are not reached are
 * empty. */
status drift_watch_run(drift_watch *w, trajectory *run, const local_model *model, size_t rounds,
                       drift_round *kept);

extern const claim_group drift_claims[];
extern const study drift_study;

/* The rounds (K) of step size number `step` in a unit's values. */
drift_round *drift_rounds_of(const study_run *r, const double *values, size_t step);

#endif
