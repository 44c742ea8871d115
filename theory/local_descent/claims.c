/* The statements of Hypothesis 1 judged on runs measured step by step.
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "theory/local_descent/local_descent.h"
#include "theory/criteria.h"

/* Which step sizes count, of a regime. */
typedef bool chooser(const study_run *r, size_t regime, size_t step);

static bool every(const study_run *r, size_t regime, size_t step) {
    (void)r, (void)regime, (void)step;
    return true;
}

/* eta <= 1/||G|| */
static bool small(const study_run *r, size_t regime, size_t step) {
    const local_regime *place = local_regime_of(r, regime);
    return local_step(place, r->settings, step) * place->data.gram_norm <= 1 + CRITERION_NORM;
}

/* eta = lambda0/n^2 */
static bool first(const study_run *r, size_t regime, size_t step) {
    (void)r, (void)regime;
    return step == 0;
}

static descent_run trial_of(const study_run *r, local_place at, chooser *chosen) {
    descent_run all;
    record_clear(&descent_run_kind, &all);
    for (size_t step = 0; step < local_step_count(r->settings); step++) {
        if (!chosen(r, at.regime, step)) { continue; }
        record_add(&descent_run_kind, &all, descent_run_of(r, local_values(r, at), step));
    }
    return all;
}

static void add_regime(const study_run *r, size_t regime, chooser *chosen, descent_run *all) {
    local_place at = {regime, 0, 0};
    do {
        descent_run trial = trial_of(r, at, chosen);
        record_add(&descent_run_kind, all, &trial);
    } while (local_next(r, &at));
}

static descent_run regime_of(const study_run *r, size_t regime, chooser *chosen) {
    descent_run all;
    record_clear(&descent_run_kind, &all);
    add_regime(r, regime, chosen, &all);
    return all;
}

static descent_run everything(const study_run *r) {
    descent_run all = regime_of(r, 0, every);
    for (size_t regime = 1; regime < REGIMES; regime++) { add_regime(r, regime, every, &all); }
    return all;
}

/* --- (4) where it is proved, and the largest step size there; elsewhere what happened --- */

static status contraction(const study_run *r, evidence *e) {
    descent_run all = regime_of(r, e->which, small);
    bool met = all.proven > 0;
    claim_supposes(
        e, met,
        "lambda_min(H_m(0)) >= 3/4 xi lambda0, near_i <= 2 m xi p_R, weights within R* at both "
        "ends: %.0f of %.0f steps%s",
        all.proven, all.steps, met ? "" : "; observed over all");
    return claim_saw(e, 1, met ? all.gain_proven : all.gain_least, met ? all.proven : all.steps);
}

static status largest_step(const study_run *r, evidence *e) {
    descent_run all = regime_of(r, e->which, small);
    bool met = all.proven > 0;
    claim_says(e, met ? "the largest step size that contracts so, over the one taken (at most "
                        "1/||G||), is at least 1"
                      : "the largest step size that contracts so, times ||G||, is at least 1");
    claim_supposes(e, met, "as for contraction: %.0f of %.0f steps%s", all.proven, all.steps,
                   met ? "" : "; observed over all");
    return claim_saw(e, 1, met ? all.largest_proven : all.largest_least,
                     met ? all.proven : all.steps);
}

/* Combined with (4): a run fails if (4) fails at a step within R* with eta <= 1/||G||; at most 2
 * delta of them may. */
static status contraction_probability(const study_run *r, evidence *e) {
    size_t regime = e->which;
    const local_model *model = local_hardest(r, regime);
    local_place at = {regime, 0, 0};
    size_t trials = 0, failures = 0;
    do {
        descent_run trial = trial_of(r, at, small);
        bool within = !(trial.ball == 0);
        trials += within;
        failures += within && !(trial.gain_ball >= 1);
    } while (local_next(r, &at));
    bool wide = model->m >= model->width;
    claim_supposes(e, wide && trials > 0,
                   "m = %.0f %s %.4g required, combined with drift; %zu runs with steps within R*",
                   model->m, wide ? ">=" : "<", model->width, trials);
    local_suppose_drawn(r, regime, e);
    return claim_counted(e, 2 * model->delta, failures, trials);
}

/* --- the recursion of the proof, whatever the width and the step size --- */

static status recursion(const study_run *r, evidence *e) {
    descent_run all = everything(r);
    return claim_record(e, &all);
}

static status norm_of_step(const study_run *r, evidence *e) {
    descent_run all = everything(r);
    return claim_saw(e, -CRITERION_NORM, all.recursion, all.steps - all.skipped);
}

static status changes_are_near(const study_run *r, evidence *e) {
    descent_run all = everything(r);
    claim_supposes(e, true, "weights within R* at both ends: %.0f of %.0f steps", all.ball,
                   all.steps);
    return claim_record(e, &all);
}

static status movement_held(const study_run *r, evidence *e) {
    descent_run all = everything(r);
    claim_supposes(e, true, "contraction at steps 0..t-1; seen at %.0f of %.0f steps", all.held,
                   all.steps);
    return claim_record(e, &all);
}

/* The jump that the second form of (5) needs: Markov's inequality over a run. One step size, since
 * the others share the masks. */
static status jump(const study_run *r, evidence *e) {
    size_t trials = 0, failures = 0;
    for (size_t regime = 0; regime < REGIMES; regime++) {
        local_place at = {regime, 0, 0};
        do {
            trials++;
            failures += !(trial_of(r, at, first).jump <= 1);
        } while (local_next(r, &at));
    }
    local_suppose_drawn(r, REGIME_PRACTICAL, e);
    return claim_counted(e, local_hardest(r, REGIME_PRACTICAL)->delta, failures, trials);
}

/* --- what the paper says, in the practical regime, its constants read as 1 --- */

/* Weights stay as near w_0 as the hypothesis asks for. */
static bool near_start(const study_run *r, const descent_run *all) {
    const local_model *model = local_hardest(r, REGIME_PRACTICAL);
    return model->assumption1 && all->from_start <= model->paper_radius;
}

static status paper_contraction(const study_run *r, evidence *e) {
    const local_model *model = local_hardest(r, REGIME_PRACTICAL);
    descent_run all = regime_of(r, REGIME_PRACTICAL, first);
    claim_supposes(e, near_start(r, &all),
                   "Assumption 1 %s; weights near w_0, read as ||w - w_0|| <= kappa lambda0/n "
                   "= %.3g: %.3g seen",
                   model->assumption1 ? "holds" : "does not hold", model->paper_radius,
                   all.from_start);
    return claim_saw(e, 1, all.gain_least, all.steps - all.skipped);
}

static status paper_step(const study_run *r, evidence *e) {
    const local_model *model = local_hardest(r, REGIME_PRACTICAL);
    descent_run all = regime_of(r, REGIME_PRACTICAL, first);
    claim_supposes(e, near_start(r, &all), "as above; the constant of O() read as 1");
    return claim_saw(e, model->paper_step * model->gram_norm, all.largest_least,
                     all.steps - all.skipped);
}

static const char nothing[] = "nothing: all step sizes, both regimes and mask kinds";

#define NUMBER(name) CLAIM_NUMBER(descent_run, name)

static const claim of_regime[] = {
    {"Hypothesis 1, contraction", "local-contraction", DERIVED, TEST_AT_LEAST,
     "(1 - ||e_{t+1}||^2/||e_t||^2)/(eta xi lambda0/2) >= 1 at every local step with eta <= "
     "1/||G||",
     contraction},
    {"Hypothesis 1, largest step", "local-contraction", DERIVED, TEST_AT_LEAST, "", largest_step},
    {"Hypothesis 1, contraction w.p. 1-2delta", "local-contraction", DERIVED, TEST_PROBABILITY,
     "share of runs in which some step within R* with eta <= 1/||G|| does not contract",
     contraction_probability}};

static const claim of_all[] = {
    {"Hypothesis 1, recursion", "local-recursion", EXACT, TEST_AT_MOST,
     "u_{t+1} - u_t = eta (H_m + E) e_t: difference over the largest output or label", recursion,
     nothing, CRITERION_EXACT, NUMBER(identity), NUMBER(steps)},
    {"Hypothesis 1, ||E||_F", "local-recursion", DERIVED, TEST_AT_MOST,
     "||E||_F <= n max_i flips_i/m, flips: signs that change in the step", recursion, nothing,
     1 + CRITERION_NORM, NUMBER(secant), NUMBER(steps)},
    {"Hypothesis 1, ||E||", "local-recursion", DERIVED, TEST_AT_MOST,
     "||E|| <= max_i sum_j |G_ij| max_i flips_i/m", recursion, nothing, 1 + CRITERION_NORM,
     NUMBER(secant_norm), NUMBER(steps)},
    {"Hypothesis 1, norm of a step", "local-recursion", DERIVED, TEST_AT_LEAST,
     "(||I - eta H_m|| + eta ||E||_F - ||e_{t+1}||/||e_t||)/(eta ||G||) >= 0, up to rounding",
     norm_of_step, nothing},
    {"Hypothesis 1, near neurons", "flips", DERIVED, TEST_AT_MOST,
     "signs that change in a step over near_i <= 1 for every sample i", changes_are_near, "", 1,
     NUMBER(flips_near), NUMBER(ball)},
    {"Hypothesis 1, movement, first form", "local-movement", DERIVED, TEST_AT_MOST,
     "||w_{k,t,r} - w_{k,r}|| over eta sqrt(||G||/m) sum_{s<t} ||e_s|| is at most 1", recursion,
     nothing, 1 + CRITERION_NORM, NUMBER(moved), NUMBER(steps)},
    {"Hypothesis 1, movement, second form", "local-movement", DERIVED, TEST_AT_MOST,
     "||w_{k,t,r} - w_{k,r}|| over eta t sqrt(||G||/m) (||y - u_k|| + ||u_k - u_{k,0}||) is at "
     "most 1",
     movement_held, "", 1 + CRITERION_NORM, NUMBER(moved_held), NUMBER(held)},
    {"Hypothesis 1, jump", "jump-tail", DERIVED, TEST_PROBABILITY,
     "share of runs in which some ||u_k - u_{k,0}||^2 exceeds K p V_k/delta (Markov)", jump,
     "nothing: runs with eta = lambda0/n^2, both regimes and mask kinds"},
    {"Hypothesis 1, contraction at lambda0/n^2, practical", "hypothesis-1", PAPER, TEST_AT_LEAST,
     "(1 - ||e_{t+1}||^2/||e_t||^2)/(eta xi lambda0/2) >= 1 at every local step",
     paper_contraction},
    {"Hypothesis 1, step lambda0/n^2, practical", "hypothesis-1", PAPER, TEST_AT_LEAST,
     "the largest step size that contracts so, times ||G||, is at least ||G|| lambda0/n^2",
     paper_step}};

const claim_group descent_claims[] = {
    {CLAIMS(of_regime), local_regime_count, local_regime_name, local_regime_data},
    {CLAIMS(of_all)},
    {NULL}};
