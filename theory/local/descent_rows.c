#include "theory/local/descent_rows.h"

#include <math.h>

#include "theory/criteria.h"
#include "theory/local/local_rows.h"

static bool small_step(const descent_record *r)
{
    return r->eta * r->model->gram_norm <= 1 + CRITERION_NORM;
}

/* All runs of a regime with eta <= 1/||G|| as one. */
static descent_run small_steps_of(const descent_record *records, size_t count, size_t regime)
{
    descent_run all = descent_run_empty();
    for (size_t k = 0; k < count; k++)
        if (records[k].regime == regime && small_step(&records[k]))
            descent_run_add(&all, records[k].run);
    return all;
}

/* (4) where it is proved, and the largest step size there; elsewhere what happened. */
static status rows_of_contraction(theory_rows *list, const descent_record *records, size_t count, size_t regime)
{
    descent_run all = small_steps_of(records, count, regime);
    bool met = all.proven > 0;
    size_t trials = (size_t)(met ? all.proven : all.steps);
    statement_row *row =
        local_row(list, "Hypothesis 1 (4)", regime, DERIVED,
                  "(1 - ||e_{t+1}||^2/||e_t||^2)/(eta xi lambda0/2) >= 1 at every local step with eta <= 1/||G||");
    if (!row)
        return FAILED;
    local_suppose(row, "section 3's event and weights within R* at both ends: %.0f of %.0f steps%s", all.proven,
                  all.steps, met ? "" : "; observed over all");
    theory_check_at_least(row, met, 1, met ? all.gain_proven : all.gain_least, trials);
    row = local_row(list, "Hypothesis 1, largest step", regime, DERIVED,
                    met ? "the largest step size that obeys (4), over the one taken (at most 1/||G||), is at least 1"
                        : "the largest step size that obeys (4), times ||G||, is at least 1");
    if (!row)
        return FAILED;
    local_suppose(row, "as for (4): %.0f of %.0f steps%s", all.proven, all.steps, met ? "" : "; observed over all");
    theory_check_at_least(row, met, 1, met ? all.largest_proven : all.largest_least, trials);
    return OK;
}

/* Together with (4): a run fails if (4) fails at a step within R* with eta <= 1/||G||; at most 2 delta of them may. */
static status row_of_probability(theory_rows *list, const descent_record *records, size_t count, size_t regime)
{
    size_t trials = 0, failures = 0;
    double width = 0, m = 0, delta = NAN;
    for (size_t k = 0; k < count;) {
        descent_run trial = descent_run_empty();
        const local_model *model = records[k].model;
        bool ours = records[k].regime == regime;
        do {
            if (ours && small_step(&records[k]))
                descent_run_add(&trial, records[k].run);
            k++;
        } while (k < count && records[k].step != 0);
        bool looked = !(trial.ball == 0);
        trials += looked;
        failures += looked && !(trial.gain_ball >= 1);
        if (ours) {
            width = local_larger(width, model->width);
            m = model->m;
            delta = model->delta;
        }
    }
    statement_row *row = local_row(list, "Hypothesis 1 (4) w.p. 1-2delta", regime, DERIVED,
                                   "share of runs in which some step within R* with eta <= 1/||G|| breaks (4)");
    if (!row)
        return FAILED;
    bool wide = m >= width;
    local_suppose(row, "m = %.0f %s %.4g required (Together); %zu runs with steps within R*", m, wide ? ">=" : "<",
                  width, trials);
    local_check_probability(row, wide && trials > 0, 2 * delta, failures, trials);
    return OK;
}

/* The recursion of the proof, whatever the width and the step size. */
static status rows_of_recursion(theory_rows *list, const descent_run *all)
{
    size_t steps = (size_t)all->steps;
    const struct {
        const char *statement;
        statement_kind kind;
        const char *says;
        double bound, observed;
    } rows[] = {{"Hypothesis 1, recursion", EXACT,
                 "u_{t+1} - u_t = eta (H_m + E) e_t: difference over the largest output or label", CRITERION_EXACT,
                 all->identity},
                {"Hypothesis 1, ||E||_F", DERIVED, "||E||_F <= n max_i flips_i/m, flips: signs that change in the step",
                 1 + CRITERION_NORM, all->secant},
                {"Hypothesis 1, ||E||", DERIVED, "||E|| <= max_i sum_j |G_ij| max_i flips_i/m", 1 + CRITERION_NORM,
                 all->secant_norm}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        statement_row *row = theory_row(list, rows[k].statement, rows[k].kind, rows[k].says);
        if (!row)
            return FAILED;
        local_suppose(row, "nothing: all step sizes, both regimes and mask kinds");
        theory_check_at_most(row, true, rows[k].bound, rows[k].observed, steps);
    }
    statement_row *row =
        theory_row(list, "Hypothesis 1, norm of a step", DERIVED,
                   "(||I - eta H_m|| + eta ||E||_F - ||e_{t+1}||/||e_t||)/(eta ||G||) >= 0, up to rounding");
    if (!row)
        return FAILED;
    local_suppose(row, "nothing: all step sizes, both regimes and mask kinds");
    theory_check_at_least(row, true, -CRITERION_NORM, all->recursion, (size_t)(all->steps - all->skipped));
    return OK;
}

static status row_of_near(theory_rows *list, const descent_run *all)
{
    statement_row *row = theory_row(list, "Hypothesis 1, near neurons", DERIVED,
                                    "signs that change in a step over near_i <= 1 for every sample i");
    if (!row)
        return FAILED;
    local_suppose(row, "weights within R* at both ends: %.0f of %.0f steps", all->ball, all->steps);
    theory_check_at_most(row, all->ball > 0, 1, all->flips_near, (size_t)all->ball);
    return OK;
}

/* Both forms of (5). */
static status rows_of_movement(theory_rows *list, const descent_run *all)
{
    statement_row *row = theory_row(list, "Hypothesis 1 (5), first form", DERIVED,
                                    "||w_{k,t,r} - w_{k,r}|| over eta sqrt(||G||/m) sum_{s<t} ||e_s|| is at most 1");
    if (!row)
        return FAILED;
    local_suppose(row, "nothing: all step sizes, both regimes and mask kinds");
    theory_check_at_most(row, true, 1 + CRITERION_NORM, all->moved, (size_t)all->steps);
    row = theory_row(list, "Hypothesis 1 (5), second form", DERIVED,
                     "||w_{k,t,r} - w_{k,r}|| over eta t sqrt(||G||/m) (||y - u_k|| + ||u_k - u_{k,0}||) is at most 1");
    if (!row)
        return FAILED;
    local_suppose(row, "(4) held at steps 0..t-1; it held at %.0f of %.0f steps", all->held, all->steps);
    theory_check_at_most(row, all->held > 0, 1 + CRITERION_NORM, all->moved_held, (size_t)all->held);
    return OK;
}

/* The jump that the second form of (5) needs: Markov's inequality over a run. One step size, since the others share the
 * masks. */
static status row_of_jump(theory_rows *list, const descent_record *records, size_t count)
{
    size_t trials = 0, failures = 0;
    double delta = NAN;
    for (size_t k = 0; k < count; k++) {
        trials += records[k].step == 0;
        failures += records[k].step == 0 && !(records[k].run->jump <= 1);
        delta = records[k].model->delta;
    }
    statement_row *row = theory_row(list, "Hypothesis 1 (5), jump", DERIVED,
                                    "share of runs in which some ||u_k - u_{k,0}||^2 exceeds K p V_k/delta (Markov)");
    if (!row)
        return FAILED;
    local_suppose(row, "nothing: runs with eta = lambda0/n^2, both regimes and mask kinds");
    local_check_probability(row, true, delta, failures, trials);
    return OK;
}

/* What the paper says, in the usual regime, its constants read as 1. */
static status rows_of_paper(theory_rows *list, const descent_record *records, size_t count)
{
    descent_run all = descent_run_empty();
    const local_model *model = NULL;
    for (size_t k = 0; k < count; k++)
        if (records[k].regime == REGIME_USUAL && records[k].step == 0) {
            descent_run_add(&all, records[k].run);
            model = records[k].model;
        }
    if (!model)
        return OK;
    bool near = model->assumption1 && all.from_start <= model->paper_radius;
    size_t looked = (size_t)(all.steps - all.skipped);
    statement_row *row = local_row(list, "Hypothesis 1 (4) at lambda0/n^2", REGIME_USUAL, PAPER,
                                   "(1 - ||e_{t+1}||^2/||e_t||^2)/(eta xi lambda0/2) >= 1 at every local step");
    if (!row)
        return FAILED;
    local_suppose(row,
                  "Assumption 1 %s; weights near w_0 (3), read as ||w - w_0|| <= kappa lambda0/n = %.3g: %.3g seen",
                  model->assumption1 ? "holds" : "does not hold", model->paper_radius, all.from_start);
    theory_check_at_least(row, near, 1, all.gain_least, looked);
    row = local_row(list, "Hypothesis 1, eta lambda0/n^2", REGIME_USUAL, PAPER,
                    "the largest step size that obeys (4), times ||G||, is at least ||G|| lambda0/n^2");
    if (!row)
        return FAILED;
    local_suppose(row, "as above; the constant of O() read as 1");
    theory_check_at_least(row, near, model->paper_step * model->gram_norm, all.largest_least, looked);
    return OK;
}

status descent_rows(theory_rows *list, const descent_record *records, size_t count)
{
    descent_run all = descent_run_empty();
    for (size_t k = 0; k < count; k++)
        descent_run_add(&all, records[k].run);
    status s = OK;
    for (size_t regime = 0; regime < REGIMES && s == OK; regime++) {
        s = rows_of_contraction(list, records, count, regime);
        s = s != OK ? s : row_of_probability(list, records, count, regime);
    }
    s = s != OK ? s : rows_of_recursion(list, &all);
    s = s != OK ? s : row_of_near(list, &all);
    s = s != OK ? s : rows_of_movement(list, &all);
    s = s != OK ? s : row_of_jump(list, records, count);
    return s != OK ? s : rows_of_paper(list, records, count);
}
