/* categorical_checks: the rows of Theorem 4 and of the facts it stands on, from the values of trials. */
#ifndef THEORY_CATEGORICAL_CHECKS_H
#define THEORY_CATEGORICAL_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include "theory/rate/categorical_trial.h"
#include "theory/theory.h"

/* The trials of one cell. */
typedef struct {
    const categorical_cell *cell;
    size_t trials;
    const double *values; /* (trials, stride), each filled by categorical_unit */
    size_t stride;
} categorical_trials;

/* Column of trial j at round k. */
double categorical_value(const categorical_trials *t, size_t j, size_t k, int column);

/* What sections 4 and 7 assert of a cell. categorical_claim_of gives the right numbers. */
typedef struct {
    double rho;        /* factor of ||y - u^l||^2 per local step: 1 - eta lambda0/(2p) */
    double jump_bound; /* Vbar >= V_k on Omega_k */
    double
        failure; /* probability, at most, that (4) fails inside the ball or Lemma 23's bound does not hold */
    bool wide_enough; /* m at least the width of Together */
    bool step_met;    /* eta <= 1/||G|| */
} categorical_claim;

categorical_claim categorical_claim_of(const categorical_cell *c);

/* [exact] E10 (Lemma 13) at every round, Lemma 14 and u = (1/p) sum_l u^l at every sampling: worst over all cells. */
status check_identities(theory_rows *list, const categorical_trials *cells, size_t count);

/* [exact] E9 by enumeration: the mean over all masks after they are drawn against the loss before it plus V. */
status check_jump_enumerated(theory_rows *list, double sampled, double whole, double jump);

/* [exact] E9 by simulation: in every cell with p > 1 the t interval over trials of the mean over rounds of jump/V_k,
 * all cells at once at CRITERION_CONFIDENCE, holds 1. observed: largest |mean - 1| over the half-width. scale: of V, 1.
 */
status check_jump_simulated(theory_rows *list, const categorical_trials *cells, size_t count,
                            double scale);

/* [derived] Hypothesis 1 and Lemma 23: the share of trials in which (4) fails inside the ball, or Lemma 23's bound does
 * not hold, is at most `failure`. */
status check_event(theory_rows *list, const categorical_trials *t, const categorical_claim *claim);

/* [derived] one round: E[1_{k+1} (||y - u_{k+1}||^2 + A_k)] <= E[1_k rho^tau (||y - u_k||^2 + V_k)], 1_k the indicator
 * of Omega_k. */
status check_round(theory_rows *list, const categorical_trials *t, const categorical_claim *claim);

/* [derived] E[1_k ||y - u_k||^2] <= rho^(tau k) ||y - u_0||^2 + Vbar rho^tau/(1 - rho^tau) at every round k, averages
 * over all trials. Hypothesis not met, with what the loss did without the indicator, if no trial is in Omega_K. */
status check_bound(theory_rows *list, const categorical_trials *t, const categorical_claim *claim);

/* [derived] p = 1: 1_k ||y - u_k||^2 <= rho^(tau k) ||y - u_0||^2 in every trial and round, no error term; without the
 * indicator if no trial is in Omega_K. */
status check_single(theory_rows *list, const categorical_trials *t, const categorical_claim *claim);

/* [paper] p = 1 has no error term: over the last third of the rounds the error still contracts. */
status check_no_error_term(theory_rows *list, const categorical_trials *t);

/* [paper] the contraction factor of the first rounds grows with p; cells in ascending order of p. */
status check_contraction_grows(theory_rows *list, const categorical_trials *cells, size_t count);

/* All rows but the enumerated one. Cells before first_event are usual ones, in ascending order of p. */
status check_categorical(theory_rows *list, const categorical_trials *cells, size_t count,
                         size_t first_event);

#endif
