/* The statements about weights that move, judged along runs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "theory/drift/drift.h"
#include "theory/criteria.h"
#include "stats/extreme.h"

/* A start W_0 with its masks: its rounds with step sizes number 0 .. steps - 1 as one. */
static drift_round trial_of(const study_run *r, local_place at, size_t steps) {
    const drift_round *rounds =
        drift_rounds_of(r, local_values(r, at), 0); /* step sizes side by side */
    drift_round all;
    record_clear(&drift_round_kind, &all);
    for (size_t k = 0; k < steps * local_regime_of(r, at.regime)->rounds; k++) {
        record_add(&drift_round_kind, &all, &rounds[k]);
    }
    return all;
}

/* All starts of a regime as one. */
static drift_round regime_of(const study_run *r, size_t regime, size_t steps) {
    local_place at = {regime, 0, 0};
    drift_round all;
    record_clear(&drift_round_kind, &all);
    do {
        drift_round trial = trial_of(r, at, steps);
        record_add(&drift_round_kind, &all, &trial);
    } while (local_next(r, &at));
    return all;
}

/* Whether one start, all its step sizes as one, breaks a statement. */
typedef bool breaks(const drift_round *trial, const local_model *model);

static status count_trials(const study_run *r, breaks *broken, double allowed, evidence *e) {
    local_place at = {e->which, 0, 0};
    size_t failures = 0, trials = 0;
    do {
        drift_round trial = trial_of(r, at, local_step_count(r->settings));
        failures += broken(&trial, local_model_at(r, at));
        trials++;
    } while (local_next(r, &at));
    return claim_counted(e, allowed, failures, trials);
}

static const char *sign_of(bool at_least) { return at_least ? ">=" : "<"; }

static bool too_many_near(const drift_round *trial, const local_model *model) {
    return !(trial->near <= model->near_most);
}

static status near_neurons(const study_run *r, evidence *e) {
    const local_model *model = local_hardest(r, e->which);
    bool wide = model->m >= model->width;
    claim_supposes(e, wide, "m = %.0f %s %.4g required for failure probability delta", model->m,
                   sign_of(wide), model->width);
    local_suppose_drawn(r, e->which, e);
    return count_trials(r, too_many_near, model->delta, e);
}

static bool too_many_near_of_all(const drift_round *trial, const local_model *model) {
    return !(trial->whole_near <= model->whole_near_most);
}

static status near_neurons_of_all(const study_run *r, evidence *e) {
    const local_model *model = local_hardest(r, e->which);
    double failure = model->whole_near_failure;
    bool enough = failure <= model->delta;
    claim_supposes(e, enough, "n exp(-m p_R/3) = %.3g %s delta = %.3g", failure,
                   enough ? "<=" : ">", model->delta);
    return count_trials(r, too_many_near_of_all, model->delta, e);
}

static bool below_half(const drift_round *trial, const local_model *model) {
    return !(trial->lambda_ball >= model->along_least);
}

static status combined(const study_run *r, evidence *e) {
    size_t regime = e->which;
    const local_model *model = local_hardest(r, regime);
    drift_round all = regime_of(r, regime, local_step_count(r->settings));
    bool wide = model->m >= model->width;
    claim_supposes(e, wide && all.ball > 0,
                   "m = %.0f %s %.4g required; weights within R* in %.0f of %.0f states", model->m,
                   sign_of(wide), model->width, all.ball, all.states);
    local_suppose_drawn(r, e->which, e);
    return count_trials(r, below_half, 2 * model->delta, e);
}

static status drift_of_kernel(const study_run *r, evidence *e) {
    drift_round all = regime_of(r, e->which, local_step_count(r->settings));
    claim_supposes(e, all.bounded > 0,
                   "weights within R* and near_i <= 2 m xi p_R: %.0f of %.0f states", all.bounded,
                   all.states);
    return claim_saw(e, 1, all.bounded > 0 ? all.drift : NAN, all.bounded);
}

/* At eta = lambda0/n^2; the paper's constants read as 1. */
static status theorem_2(const study_run *r, evidence *e) {
    size_t regime = e->which;
    const local_model *model = local_hardest(r, regime);
    drift_round all = regime_of(r, regime, 1);
    local_place at = {regime, 0, 0};
    double least = INFINITY;
    do {
        extreme_lower(&least, trial_of(r, at, 1).lambda / local_model_at(r, at)->along_least);
    } while (local_next(r, &at));
    bool wide = model->m >= model->paper_width, near = all.from_start <= model->paper_radius;
    claim_supposes(e, wide && near && model->assumption1,
                   "Assumption 1 %s; constants 1: m = %.0f %s %.4g; ||w - w_0|| = %.3g %s kappa "
                   "lambda0/n = %.3g",
                   model->assumption1 ? "holds" : "does not hold", model->m, sign_of(wide),
                   model->paper_width, all.from_start, near ? "<=" : ">", model->paper_radius);
    local_suppose_drawn(r, regime, e);
    return claim_saw(e, 1, least, all.states);
}

/* --- what holds at any width and however far the weights stray --- */

static drift_round everything(const study_run *r) {
    drift_round all = regime_of(r, 0, local_step_count(r->settings));
    for (size_t regime = 1; regime < REGIMES; regime++) {
        drift_round more = regime_of(r, regime, local_step_count(r->settings));
        record_add(&drift_round_kind, &all, &more);
    }
    return all;
}

static status kernel_by_flips(const study_run *r, evidence *e) {
    drift_round all = everything(r);
    return claim_record(e, &all);
}

static status flips_are_near(const study_run *r, evidence *e) {
    drift_round all = everything(r);
    claim_supposes(e, true, "weights within R*: %.0f of %.0f states", all.ball, all.states);
    return claim_record(e, &all);
}

#define NUMBER(name) CLAIM_NUMBER(drift_round, name)

static const claim of_regime[] = {
    {"Number of near neurons", "near-neurons", DERIVED, TEST_PROBABILITY,
     "share of runs with near_i > 2 m xi p_R at R* for some sample and mask", near_neurons},
    {"Lemma 16 along runs", "lemma-16", DERIVED, TEST_PROBABILITY,
     "share of runs with more than 2 m p_R neurons that may flip on some sample within R*",
     near_neurons_of_all},
    {"Theorem 2 along runs, combined with drift", "combined-with-drift", DERIVED, TEST_PROBABILITY,
     "share of runs with lambda_min(H_m(k,t)) < xi lambda0/2 at some t within R*", combined},
    {"Drift of the kernel", "drift", DERIVED, TEST_AT_MOST,
     "||H_m(k,t) - H_m(0)|| over xi lambda0/4 is at most 1", drift_of_kernel},
    {"Theorem 2 along runs", "theorem-2", PAPER, TEST_AT_LEAST,
     "lambda_min(H_m(k,t)) over xi lambda0/2 is at least 1", theorem_2}};

static const claim of_all[] = {
    {"Drift of the kernel by flips", "drift", DERIVED, TEST_AT_MOST,
     "||H_m(k,t) - H_m(0)|| over 2 max_i sum_j |G_ij| max_i flips_i/m is at most 1",
     kernel_by_flips, "nothing: all step sizes, both regimes and mask kinds", 1 + CRITERION_NORM,
     NUMBER(kernel), NUMBER(states)},
    {"Only near neurons flip within R*", "flips", DERIVED, TEST_AT_MOST,
     "activations that are not those at w_0, over near_i, are at most 1 on every sample",
     flips_are_near, "", 1, NUMBER(flips_near), NUMBER(ball)}};

const claim_group drift_claims[] = {
    {CLAIMS(of_regime), local_regime_count, local_regime_name, local_regime_data},
    {CLAIMS(of_all)},
    {NULL}};
