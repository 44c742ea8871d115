/* descent_watch: the local steps of one run, each looked at as Hypothesis 1 and its proof look at it (paper.md section
 * 4).
 *
 * e = y - u of a subnetwork; step t leads from w_t to w_{t+1}. Secant slopes s_ri, sigma(z') - sigma(z) = s_ri (z' -
 * z), differ from 1{z_ri >= 0} where the sign changes, and u_{t+1} - u_t = eta (H_m + E) e_t with E_ij = (G_ij/m) sum_r
 * m_r (s_ri - 1_ri) 1_rj. */
#ifndef THEORY_DESCENT_WATCH_H
#define THEORY_DESCENT_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include "theory/local/local_model.h"
#include "theory/local/local_trial.h"

/* What is kept of a run with one step size: numbers alone, so that a unit of the sweep can hold it. "least" of nothing
 * is +inf, "most" of nothing 0. A NaN stays one. */
typedef struct {
    double steps;          /* local steps looked at */
    double skipped;        /* of these, ||e_t|| so small that rounding would decide (4) */
    double held;           /* with (4): ||e_{t+1}||^2 <= (1 - eta rate) ||e_t||^2 */
    double ball;           /* with all weights within R* at both ends */
    double proven;         /* and on section 3's event: (4) is proved if eta <= 1/||G|| */
    double fell;           /* with ||e_{t+1}|| < ||e_t|| */
    double ratio_most;     /* ||e_{t+1}||^2/||e_t||^2 */
    double gain_least;     /* (1 - ratio)/(eta rate): at least 1 is (4); over all steps, */
    double gain_ball;      /* over those in the ball, */
    double gain_proven;    /* over those where it is proved */
    double largest_least;  /* the largest step size in this step's direction that still obeys (4), times ||G|| */
    double largest_proven; /* the same over the step size taken, where (4) is proved */
    double identity;       /* |u_{t+1} - u_t - eta (H_m + E) e_t| over the largest output or label: most */
    double secant;         /* ||E||_F over n max_i flips_i/m: most */
    double secant_norm;    /* ||E|| over row_sum max_i flips_i/m: most */
    double recursion;      /* (||I - eta H_m|| + eta ||E||_F - ||e_{t+1}||/||e_t||)/(eta ||G||): least */
    double flips_near;     /* sign changes of a step over near_i, in the ball: most */
    double moved;          /* (5): ||w_{k,t,r} - w_{k,r}|| over eta sqrt(||G||/m) sum_{s<t} ||e_s||: most */
    double
        moved_held; /* (5): over eta t sqrt(||G||/m) (||y - u_k|| + ||u_k - u_{k,0}||), where (4) held before: most */
    double jump;    /* ||u_k - u_{k,0}||^2 over K p V_k/delta: most */
    double from_start;   /* ||w_{k,t,r} - w_{0,r}||: most */
    double lambda_least; /* lambda_min(H_m(k,t)) */
    double stopped;      /* 1: the run diverged and was not followed to its end */
} descent_run;

/* No run at all, and the runs seen so far with one more. */
descent_run descent_run_empty(void);
void descent_run_add(descent_run *all, const descent_run *run);

enum { DESCENT_NUMBERS = sizeof(descent_run) / sizeof(double) };

typedef struct descent_watch descent_watch;

/* For runs of `steps` local steps in all on g, of networks of width m. NULL: no memory. */
descent_watch *descent_watch_new(const gram *g, size_t m, size_t steps);
void descent_watch_free(descent_watch *w); /* NULL-safe */

/* Trains `rounds` rounds from the start with step size eta and fills *kept, and for each local step, in order, ratio
 * and largest (each `steps` long; NaN where skipped or not reached): ||e_{t+1}||^2/||e_t||^2, and the largest step size
 * times ||G||. */
status descent_watch_run(descent_watch *w, local_trial *trial, const local_model *model, double eta, size_t rounds,
                         descent_run *kept, double *ratio, double *largest);

#endif
