/* local-descent: the local steps of real runs, each measured as Hypothesis 1 and its proof look at
 * it (hypothesis-1 in doc/mathematics.md).
 *
 * e = y - u of a subnetwork; step t leads from w_t to w_{t+1}. Secant slopes s_ri, sigma(z') -
 * sigma(z) = s_ri (z' - z), differ from 1{z_ri >= 0} where the sign changes, and u_{t+1} - u_t =
 * eta (H_m + E) e_t with E_ij = (G_ij/m) sum_r m_r (s_ri - 1_ri) 1_rj.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef THEORY_LOCAL_DESCENT_LOCAL_DESCENT_H
#define THEORY_LOCAL_DESCENT_LOCAL_DESCENT_H

#include <stdbool.h>
#include <stddef.h>
#include "theory/local/local.h"

/* --- one local step, before and after --- */

typedef struct {
    double square; /* ||e_t||^2 */
    double ratio;  /* ||e_{t+1}||^2/||e_t||^2 */
    double gain;   /* (1 - ratio)/promise: at least 1 is (4) */
    bool skip;     /* rounding of the outputs could decide (4) */
} descent_pair;

/* promise: eta rate, the least that (4) lets 1 - ratio be. */
descent_pair descent_compare(const gram *g, const double *e, const double *next, double promise);

/* E (n, n), from the pre-activations before the step and net after it. Returns ||E||_F. */
double descent_secant_kernel(const local_model *model, const gram *g, const network *net,
                             const real *before, double *E);

/* Largest |u_{t+1} - u_t - eta (H + E) e_t|_i over the largest |u_t|, |u_{t+1}|, |y|; next:
 * e_{t+1}. */
double descent_identity(const gram *g, const double *H, const double *E, double eta,
                        const double *u, const double *e, const double *next);

/* A step taken, and the steps of other sizes in its direction. */
typedef struct {
    const gram *g;
    const network *net; /* after it */
    const real *before; /* (m, ld): pre-activations before it */
    double scale;       /* of the subnetwork's output */
    double promise;     /* eta rate */
    double square;      /* ||e_t||^2 */
    double *outputs;    /* (n): scratch */
} descent_ray;

/* The largest step that obeys (4), as a multiple of the one taken: doubled as long as (4) holds, or
 * halved until it does, then halved between to about 2 %. 0: none above 2^-30. */
double descent_largest_part(const descent_ray *ray);

/* --- a run --- */

/* What is kept of a run with one step size. */
/* clang-format off */
#define DESCENT_RUN(number)                                                                       \
    number(steps, SUM, "local steps measured")                                                    \
    number(skipped, SUM, "of these, ||e_t|| so small that rounding would decide (4)")             \
    number(held, SUM, "with (4): ||e_{t+1}||^2 <= (1 - eta rate) ||e_t||^2")                      \
    number(ball, SUM, "with all weights within R* at both ends")                                  \
    number(proven, SUM, "and on the event of drift: (4) is proved if eta <= 1/||G||")             \
    number(fell, SUM, "with ||e_{t+1}|| < ||e_t||")                                               \
    number(ratio_most, MAX, "||e_{t+1}||^2/||e_t||^2")                                            \
    number(gain_least, MIN, "(1 - ratio)/(eta rate): at least 1 is (4); over all steps")          \
    number(gain_ball, MIN, "the same over those in the ball")                                     \
    number(gain_proven, MIN, "the same over those where it is proved")                            \
    number(largest_least, MIN, "largest step size in this direction that obeys (4), times ||G||") \
    number(largest_proven, MIN, "the same over the step size taken, where (4) is proved")         \
    number(identity, MAX, "|u_{t+1} - u_t - eta (H_m + E) e_t| over largest output or label")     \
    number(secant, MAX, "||E||_F over n max_i flips_i/m")                                         \
    number(secant_norm, MAX, "||E|| over row_sum max_i flips_i/m")                                \
    number(recursion, MIN, "(||I-eta H_m|| + eta ||E||_F - ||e_{t+1}||/||e_t||)/(eta ||G||)")     \
    number(flips_near, MAX, "sign changes of a step over near_i, in the ball")                    \
    number(moved, MAX, "(5): ||w_{k,t,r} - w_{k,r}|| over its first bound")                       \
    number(moved_held, MAX, "(5): the same over its second bound, where (4) held before")         \
    number(jump, MAX, "||u_k - u_{k,0}||^2 over K p V_k/delta")                                   \
    number(from_start, MAX, "||w_{k,t,r} - w_{0,r}||")                                            \
    number(lambda_least, MIN, "lambda_min(H_m(k,t))")                                             \
    number(stopped, SUM, "1: the run diverged and was not followed to its end")
/* clang-format on */

RECORD_DECLARE(descent_run, DESCENT_RUN);

enum { DESCENT_NUMBERS = sizeof(descent_run) / sizeof(double) };

typedef struct descent_watch descent_watch;

/* For runs of `steps` local steps in all on g, of networks of width m. NULL: no memory. */
descent_watch *descent_watch_new(const gram *g, size_t m, size_t steps);
void descent_watch_free(descent_watch *w); /* NULL-safe */

/* Trains `rounds` rounds from the start and fills *kept, and for each local step, in order, ratio
 * and largest (each `steps` long; NaN where skipped or not reached): ||e_{t+1}||^2/||e_t||^2, and
 * the largest step size times ||G||. */
status descent_watch_run(descent_watch *w, trajectory *run, const local_model *model, size_t rounds,
                         descent_run *kept, double *ratio, double *largest);

extern const claim_group descent_claims[];
extern const study descent_study;

/* The run with step size number `step` in a unit's values. */
descent_run *descent_run_of(const study_run *r, const double *values, size_t step);

#endif
