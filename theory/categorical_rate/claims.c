/* Theorem 4 and the facts that it rests on, judged on the values of trials.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/categorical_rate/categorical_rate.h"

#include <math.h>
#include <stdio.h>

#include "model/mean_curve.h"
#include "study/claim.h"
#include "theory/criteria.h"
#include "stats/extreme.h"

/* The worst relative error of all cells, trials and rounds. */
static status identity(const study_run *r, evidence *e) {
    const size_t *column = e->claim->subject;
    double worst = 0;
    size_t rounds = 0;
    for (size_t cell = 0; cell < r->cells; cell++) {
        for (size_t j = 0; j < r->repeats; j++) {
            for (size_t k = 0; k < categorical_cell_of(r, cell)->rounds; k++, rounds++) {
                extreme_raise(&worst, categorical_row(r, cell, j, k)[*column]);
            }
        }
    }
    return claim_saw(e, CRITERION_EXACT, worst, (double)rounds);
}

static status jump_enumerated(const study_run *r, evidence *e) {
    const jump_means *mean = &((const categorical_context *)r->context)->enumerated;
    double error = fabs(mean->sampled - (mean->whole + mean->jump));
    return claim_saw(e, CRITERION_EXACT, error / mean->sampled, 1);
}

/* Of a trial the mean over rounds of (jump - V_k)/V_k: given the past each term has mean 0. Seen is
 * |mean| over the half-width of its interval, the worst of all cells with p > 1, all at once; there
 * is no jump at p = 1. */
static status jump_drawn(const study_run *r, evidence *e) {
    double *x = claim_array(e, r->repeats), worst = 0;
    size_t compared = 0, dead = 0;
    if (!x) { return FAILED; }
    for (size_t cell = 0; cell < r->cells; cell++) {
        compared += categorical_cell_of(r, cell)->s.subnets > 1;
    }
    claim_check_only_if(e, compared > 0);
    if (compared == 0) { return OK; }
    double confidence = claim_confidence_of_each(compared);
    for (size_t cell = 0; cell < r->cells; cell++) {
        const categorical_cell *c = categorical_cell_of(r, cell);
        if (c->s.subnets == 1) { continue; }
        for (size_t j = 0; j < r->repeats; j++) {
            double sum = 0;
            for (size_t k = 0; k < c->rounds; k++) {
                const double *row = categorical_row(r, cell, j, k);
                dead += row[CAT_JUMP] == 0;
                sum += (row[CAT_SAMPLED] - row[CAT_WHOLE]) / row[CAT_JUMP] - 1;
            }
            x[j] = sum / (double)c->rounds;
        }
        stats_interval i = stats_mean_interval(x, r->repeats, confidence);
        extreme_raise(&worst, fabs(i.low + i.high) / (i.high - i.low));
    }
    claim_check_only_if(e, dead == 0);
    if (dead > 0) { claim_supposes(e, true, "V_k > 0; in %zu rounds no neuron is active", dead); }
    return claim_saw(e, 1, worst, (double)(compared * r->repeats));
}

/* --- Theorem 4, cell by cell: those of the event regime first --- */

static size_t first_event(const study_run *r) {
    return ((const categorical_context *)r->context)->first_event;
}

static size_t cell_of_case(const study_run *r, size_t which) {
    return (first_event(r) + which) % r->cells;
}

static const char *case_name(const study_run *r, size_t which, char *name, size_t size) {
    const categorical_cell *c = categorical_cell_of(r, cell_of_case(r, which));
    snprintf(name, size, "n=%zu m=%zu p=%zu", c->data->data.n, c->s.width, c->s.subnets);
    return name;
}

static const dataset *case_data(const study_run *r, size_t which) {
    return &categorical_cell_of(r, cell_of_case(r, which))->data->data;
}

static status event(const study_run *r, evidence *e) {
    size_t cell = cell_of_case(r, e->which), left = 0;
    const categorical_cell *c = categorical_cell_of(r, cell);
    if (cell < first_event(r)) { return claim_absent(e); }
    for (size_t j = 0; j < r->repeats; j++) {
        const double *run = study_values(r, cell, j);
        e->failures += !(run[CAT_LEMMA23] == 1 && run[CAT_FAILED] == 0);
        left += run[CAT_LEFT] != 0;
    }
    e->allowed = c->failure;
    claim_supposes(
        e, c->wide_enough && c->step_met,
        "m %s the width combined with drift, eta %s 1/||G||; %zu of %zu trials left the ball",
        c->wide_enough ? "at least" : "below", c->step_met ? "at most" : "above", left, r->repeats);
    return claim_saw(e, c->failure, (double)e->failures / (double)r->repeats, (double)r->repeats);
}

/* Some trial is in Omega_K; says how many are. */
static void require_omega(const study_run *r, size_t cell, evidence *e) {
    size_t last = categorical_cell_of(r, cell)->rounds, first = 0, inside = 0;
    double drift = 0;
    for (size_t j = 0; j < r->repeats; j++) {
        first += categorical_row(r, cell, j, 1)[CAT_OMEGA] == 1;
        inside += categorical_row(r, cell, j, last)[CAT_OMEGA] == 1;
        extreme_raise(&drift, study_values(r, cell, j)[CAT_DRIFT]);
    }
    claim_supposes(e, inside > 0,
                   "of %zu trials %zu are in Omega_1, %zu in Omega_%zu; largest ||w-w_0|| = %.3g "
                   "R*%s",
                   r->repeats, first, inside, last, drift,
                   inside > 0 ? "" : "; shown without the indicator");
}

/* All rounds at once. */
static double low_end(const study_run *r, size_t cell, const double *x) {
    double confidence = claim_confidence_of_each(categorical_cell_of(r, cell)->rounds);
    return stats_mean_interval(x, r->repeats, confidence).low;
}

/* rho^(tau k) */
static double factor_of(const categorical_cell *c, size_t k) {
    return pow(c->rho, (double)(c->s.local_steps * k));
}

/* E[1_{k+1} (||y - u_{k+1}||^2 + A_k)] <= E[1_k rho^tau (||y - u_k||^2 + V_k)] in every round k. */
static status a_round(const study_run *r, evidence *e) {
    size_t cell = cell_of_case(r, e->which);
    const categorical_cell *c = categorical_cell_of(r, cell);
    if (cell < first_event(r) || c->s.subnets == 1) { return claim_absent(e); }
    double *x = claim_array(e, r->repeats), *allowed = claim_array(e, r->repeats), worst = 0;
    if (!x || !allowed) { return FAILED; }
    for (size_t k = 0; k < c->rounds; k++) {
        double left = 0, right = 0, factor = factor_of(c, 1);
        for (size_t j = 0; j < r->repeats; j++) {
            const double *row = categorical_row(r, cell, j, k), *next = row + CAT_COLUMNS;
            double after = categorical_indicated(next, next[CAT_WHOLE] + row[CAT_DROP]);
            allowed[j] = factor * categorical_indicated(row, row[CAT_WHOLE] + row[CAT_JUMP]);
            x[j] = after - allowed[j];
            left += after;
            right += allowed[j];
        }
        claim_refute_unless(e, low_end(r, cell, x) <= 0);
        extreme_raise(&worst, left == 0 ? 0 : left / right);
    }
    require_omega(r, cell, e);
    return claim_saw(e, 1, worst, (double)r->repeats);
}

/* E[1_k ||y - u_k||^2] <= rho^(tau k) ||y - u_0||^2
 *                          + sum_{j<k} rho^(tau (k-1-j)) E[rho^tau 1_j V_j - 1_{j+1} A_j]
 * at every round k: rounds one after another. Shown is the worst round. */
static status rounds(const study_run *r, evidence *e) {
    size_t cell = cell_of_case(r, e->which);
    const categorical_cell *c = categorical_cell_of(r, cell);
    if (cell < first_event(r) || c->s.subnets == 1) { return claim_absent(e); }
    double *x = claim_array(e, r->repeats), *allowed = claim_array(e, r->repeats);
    double worst = -INFINITY, factor = factor_of(c, 1);
    if (!x || !allowed) { return FAILED; }
    for (size_t j = 0; j < r->repeats; j++) {
        const double *row = categorical_row(r, cell, j, 0);
        allowed[j] = categorical_indicated(row, row[CAT_WHOLE]);
    }
    for (size_t k = 0; k < c->rounds; k++) {
        double seen = 0, most = 0;
        for (size_t j = 0; j < r->repeats; j++) {
            const double *row = categorical_row(r, cell, j, k), *next = row + CAT_COLUMNS;
            allowed[j] = factor * (allowed[j] + categorical_indicated(row, row[CAT_JUMP])) -
                         categorical_indicated(next, row[CAT_DROP]);
            x[j] = categorical_indicated(next, next[CAT_WHOLE]) - allowed[j];
            seen += categorical_indicated(next, next[CAT_WHOLE]) / (double)r->repeats;
            most += allowed[j] / (double)r->repeats;
        }
        claim_refute_unless(e, low_end(r, cell, x) <= 0);
        if (seen / most <= worst) { continue; }
        worst = seen / most;
        claim_saw(e, most, seen, (double)r->repeats);
    }
    require_omega(r, cell, e);
    return OK;
}

/* On Omega_{k+1}
 *     ||y - u_{k+1}|| <= rho^(tau/2) ||y - u_k|| + tau eta d sqrt((1/p) sum_l ||u^l - u||^2):
 * what the masks add is cancelled when the subnetworks are combined, but for a small factor. */
static status cancellation(const study_run *r, evidence *e) {
    size_t cell = cell_of_case(r, e->which), failures = 0;
    const categorical_cell *c = categorical_cell_of(r, cell);
    if (cell < first_event(r) || c->s.subnets == 1) { return claim_absent(e); }
    double root = sqrt(factor_of(c, 1)), worst = 0;
    for (size_t j = 0; j < r->repeats; j++) {
        bool holds = true;
        for (size_t k = 0; k < c->rounds; k++) {
            const double *row = categorical_row(r, cell, j, k), *next = row + CAT_COLUMNS;
            if (next[CAT_OMEGA] == 0) { continue; }
            double spread = fmax(row[CAT_SAMPLED] - row[CAT_WHOLE], 0); /* Lemma 14 */
            double ratio = sqrt(next[CAT_WHOLE]) /
                           (root * sqrt(row[CAT_WHOLE]) + c->uncancelled * sqrt(spread));
            holds = holds && ratio <= 1;
            extreme_raise(&worst, ratio);
        }
        failures += !holds;
    }
    require_omega(r, cell, e);
    claim_says(e,
               "||y-u_{k+1}|| <= rho^(tau/2) ||y-u_k|| + %.3g sqrt(mean_l ||u^l-u||^2) in every "
               "round; largest ratio %.3f",
               c->uncancelled, worst);
    claim_supposes(e, e->met && c->wide_enough && c->step_met,
                   "Omega_{k+1}, m %s the width combined with drift, eta %s 1/||G||",
                   c->wide_enough ? "at least" : "below", c->step_met ? "at most" : "above");
    return claim_counted(e, 3 * CRITERION_DELTA, failures, r->repeats);
}

/* p = 1: 1_k ||y - u_k||^2 <= rho^(tau k) ||y - u_0||^2 in every trial and round, no error term;
 * without the indicator if no trial is in Omega_K. */
static status single(const study_run *r, evidence *e) {
    size_t cell = cell_of_case(r, e->which);
    const categorical_cell *c = categorical_cell_of(r, cell);
    if (c->s.subnets > 1) { return claim_absent(e); }
    require_omega(r, cell, e);
    double worst = 0;
    for (size_t j = 0; j < r->repeats; j++) {
        for (size_t k = 1; k <= c->rounds; k++) {
            const double *row = categorical_row(r, cell, j, k);
            double allowed = factor_of(c, k) * categorical_row(r, cell, j, 0)[CAT_WHOLE];
            double seen = row[CAT_WHOLE];
            if (e->met) { seen = categorical_indicated(row, seen); }
            extreme_raise(&worst, seen / allowed);
        }
    }
    return claim_saw(e, 1, worst, (double)r->repeats);
}

/* --- what the paper says of the practical regime --- */

/* slope (trials) <- slopes of log ||y - u_k||^2 over rounds first..last. */
static void slopes_of(const study_run *r, size_t cell, size_t first, size_t last, double *slope) {
    for (size_t j = 0; j < r->repeats; j++) {
        const double *curve = categorical_row(r, cell, j, first) + CAT_WHOLE;
        slope[j] = log_slope(curve, CAT_COLUMNS, last - first);
    }
}

/* Over the last third of the rounds the error still contracts: the whole interval is below 1. */
static status no_error_term(const study_run *r, evidence *e) {
    const categorical_cell *c = categorical_cell_of(r, 0);
    if (c->s.subnets != 1) { return claim_absent(e); }
    double *slope = claim_array(e, r->repeats);
    if (!slope) { return FAILED; }
    size_t last = c->rounds, first = last - last / 3;
    claim_check_only_if(e, first < last); /* one round has no slope */
    slopes_of(r, 0, first, last, slope);
    stats_interval i = stats_mean_interval(slope, r->repeats, CLAIM_CONFIDENCE);
    claim_refute_unless(e, exp(i.high) < 1);
    claim_says(e, "||y-u_k||^2 still contracts over rounds %zu-%zu, no floor; factor per round",
               first, last);
    return claim_saw(e, 1, exp(stats_summarise(slope, r->repeats).mean), (double)r->repeats);
}

static status contraction_grows(const study_run *r, evidence *e) {
    size_t count = first_event(r);
    double *subnets = claim_array(e, count), *factor = claim_array(e, count * r->repeats);
    if (!subnets || !factor) { return FAILED; }
    for (size_t cell = 0; cell < count; cell++) {
        const categorical_cell *c = categorical_cell_of(r, cell);
        double fastest = c->s.xi * c->data->lambda_max, *x = factor + cell * r->repeats;
        size_t window = mean_window(mean_rule_of(&c->s), fastest);
        subnets[cell] = (double)c->s.subnets;
        slopes_of(r, cell, 0, window < c->rounds ? window : c->rounds, x);
        for (size_t j = 0; j < r->repeats; j++) { x[j] = exp(x[j]); }
    }
    trend_groups g = {count, r->repeats, subnets, "p", factor, false};
    return claim_trend(e, TREND_RISES, &g);
}

/* --- the statements --- */

static const size_t error_of_drop = CAT_IDENTITY, error_of_spread = CAT_SPREAD;
static const size_t error_of_mean = CAT_MEAN;

static const claim of_all[] = {
    {"Lemmas 24, 25, all masks", "lemmas-24-25", EXACT, TEST_AT_MOST,
     "mean over all masks of mean_l ||y-u^l||^2 is ||y-u||^2 + V; relative error", jump_enumerated},
    {"Lemma 13", "lemma-13", EXACT, TEST_AT_MOST,
     "||y-u_{k+1}||^2 = mean_l ||y-u^l||^2 - (1/p^2) sum_{l<l'} ||u^l-u^l'||^2 at every round",
     identity, .subject = &error_of_drop},
    {"Lemma 14", "lemma-14", EXACT, TEST_AT_MOST,
     "(1/p) sum_l ||u^l-u||^2 = (1/p^2) sum_{l<l'} ||u^l-u^l'||^2 when masks are drawn", identity,
     .subject = &error_of_spread},
    {"Mean of the subnetworks", "categorical-mean", EXACT, TEST_AT_MOST,
     "u = (1/p) sum_l u^l when masks are drawn", identity, .subject = &error_of_mean},
    {"Lemmas 24, 25, drawn masks", "lemmas-24-25", EXACT, TEST_AT_MOST,
     "mean over trials and rounds of (mean_l ||y-u^l||^2 - ||y-u_k||^2)/V_k is 1; |mean - 1| / "
     "half-width",
     jump_drawn}};

static const claim of_cell[] = {
    {"Theorem 4, event", "theorem-4-event", DERIVED, TEST_PROBABILITY,
     "inside the R*-ball every local step contracts by rho, and Lemma 23's bound holds", event},
    {"Theorem 4, a round", "theorem-4-round", DERIVED, TEST_MEANS_BELOW,
     "E[1_{k+1} (||y-u_{k+1}||^2 + A_k)] <= rho^tau E[1_k (||y-u_k||^2 + V_k)]; worst ratio over "
     "rounds",
     a_round},
    {"Theorem 4, rounds", "theorem-4-bound", DERIVED, TEST_MEANS_BELOW,
     "E[1_k ||y-u_k||^2] <= rho^(tau k) ||y-u_0||^2 + sum_{j<k} rho^(tau(k-1-j)) E[rho^tau 1_j V_j "
     "- "
     "1_{j+1} A_j]; worst round",
     rounds},
    {"Theorem 4, cancellation", "theorem-4-cancellation", DERIVED, TEST_PROBABILITY, "",
     cancellation},
    {"Theorem 4", "theorem-4-bound", DERIVED, TEST_AT_MOST,
     "p = 1: 1_k ||y-u_k||^2 <= rho^(tau k) ||y-u_0||^2, no error term; worst ratio", single}};

static const claim of_practical[] = {
    {"Theorem 4, no error term at p = 1", "theorem-4", PAPER, TEST_MEANS_BELOW, "", no_error_term},
    {"Theorem 4, contraction factor against p", "theorem-4", PAPER, TEST_TREND,
     "contraction factor of the first rounds grows with p", contraction_grows,
     "eta the same for all p"}};

const claim_group categorical_claims[] = {{CLAIMS(of_all)},
                                          {CLAIMS(of_cell), study_cell_count, case_name, case_data},
                                          {CLAIMS(of_practical)},
                                          {NULL}};
