#include "theory/local/drift_rows.h"

#include <math.h>

#include "theory/criteria.h"
#include "theory/local/local_rows.h"

/* All runs of a regime as one: with every step size, or the first alone. */
static drift_round runs_of(const drift_record *records, size_t count, size_t regime, bool first)
{
    drift_round all = drift_round_empty();
    for (size_t k = 0; k < count; k++)
        if (records[k].regime == regime && (!first || records[k].step == 0))
            drift_round_add(&all, &records[k].run);
    return all;
}

/* The model of the regime that asks for most: categorical masks may have a smaller xi. */
static const local_model *hardest_of(const drift_record *records, size_t count, size_t regime)
{
    const local_model *hardest = NULL;
    for (size_t k = 0; k < count; k++)
        if (records[k].regime == regime && (!hardest || records[k].model->width > hardest->width))
            hardest = records[k].model;
    return hardest;
}

/* Starts W_0 (with their masks) of a regime that exceed a count. */
typedef struct {
    size_t trials, near, whole, below;
} failures;

/* near_i > 2 m xi p_R; near_i of the whole network > 2 m p_R; lambda_min(H_m(k,t)) < xi lambda0/2 within R* with any
 * step size. */
static failures count_failures(const drift_record *records, size_t count, size_t regime)
{
    failures f = {0};
    for (size_t k = 0; k < count;) {
        const local_model *model = records[k].model;
        bool ours = records[k].regime == regime;
        drift_round trial = drift_round_empty();
        do
            drift_round_add(&trial, &records[k++].run);
        while (k < count && records[k].step != 0);
        f.trials += ours;
        f.near += ours && !(trial.near <= model->near_most);
        f.whole += ours && !(trial.whole_near <= model->whole_near_most);
        f.below += ours && !(trial.lambda_ball >= model->along_least);
    }
    return f;
}

/* What holds with high probability. */
static status rows_of_probability(theory_rows *list, const drift_record *records, size_t count, size_t regime)
{
    const local_model *model = hardest_of(records, count, regime);
    if (!model)
        return OK;
    failures f = count_failures(records, count, regime);
    drift_round all = runs_of(records, count, regime, false);
    bool wide = model->m >= model->width;
    const char *sign = wide ? ">=" : "<";
    statement_row *row = local_row(list, "Section 3, near_i", regime, DERIVED,
                                   "share of runs with near_i > 2 m xi p_R at R* for some sample and mask");
    if (!row)
        return FAILED;
    local_suppose(row, "m = %.0f %s %.4g required for failure probability delta", model->m, sign, model->width);
    local_check_probability(row, wide, model->delta, f.near, f.trials);
    row = local_row(list, "Lemma 16 along runs", regime, DERIVED,
                    "share of runs with more than 2 m p_R neurons that may flip on some sample within R*");
    if (!row)
        return FAILED;
    bool enough = model->whole_near_failure <= model->delta;
    local_suppose(row, "n exp(-m p_R/3) = %.3g %s delta = %.3g", model->whole_near_failure, enough ? "<=" : ">",
                  model->delta);
    local_check_probability(row, enough, model->delta, f.whole, f.trials);
    row = local_row(list, "Theorem 2 along runs (Together)", regime, DERIVED,
                    "share of runs with lambda_min(H_m(k,t)) < xi lambda0/2 at some t within R*");
    if (!row)
        return FAILED;
    local_suppose(row, "m = %.0f %s %.4g required; weights within R* in %.0f of %.0f states", model->m, sign,
                  model->width, all.ball, all.states);
    local_check_probability(row, wide && all.ball > 0, 2 * model->delta, f.below, f.trials);
    return OK;
}

/* The drift where it is bounded without more ado. */
static status row_of_drift(theory_rows *list, const drift_record *records, size_t count, size_t regime)
{
    drift_round all = runs_of(records, count, regime, false);
    statement_row *row =
        local_row(list, "Section 3, drift", regime, DERIVED, "||H_m(k,t) - H_m(0)|| over xi lambda0/4 is at most 1");
    if (!row)
        return FAILED;
    local_suppose(row, "weights within R* and near_i <= 2 m xi p_R: %.0f of %.0f states", all.bounded, all.states);
    theory_check_at_most(row, all.bounded > 0, 1, all.bounded > 0 ? all.drift : NAN, (size_t)all.bounded);
    return OK;
}

/* What holds at any width and however far the weights stray. */
static status rows_of_counts(theory_rows *list, const drift_round *all)
{
    statement_row *row = theory_row(list, "Section 3, kernel by flips", DERIVED,
                                    "||H_m(k,t) - H_m(0)|| over 2 max_i sum_j |G_ij| max_i flips_i/m is at most 1");
    if (!row)
        return FAILED;
    local_suppose(row, "nothing: all step sizes, both regimes and mask kinds");
    theory_check_at_most(row, true, 1 + CRITERION_NORM, all->kernel, (size_t)all->states);
    row = theory_row(list, "Section 3, flips within R*", DERIVED,
                     "activations that are not those at w_0, over near_i, are at most 1 on every sample");
    if (!row)
        return FAILED;
    local_suppose(row, "weights within R*: %.0f of %.0f states", all->ball, all->states);
    theory_check_at_most(row, all->ball > 0, 1, all->flips_near, (size_t)all->ball);
    return OK;
}

/* What the paper says, at eta = lambda0/n^2, its constants read as 1. */
static status rows_of_paper(theory_rows *list, const drift_record *records, size_t count, size_t regime)
{
    const local_model *model = hardest_of(records, count, regime);
    if (!model)
        return OK;
    drift_round all = runs_of(records, count, regime, true);
    double least = INFINITY;
    for (size_t k = 0; k < count; k++)
        if (records[k].regime == regime && records[k].step == 0)
            least = local_smaller(least, records[k].run.lambda / records[k].model->along_least);
    bool wide = model->m >= model->paper_width, near = all.from_start <= model->paper_radius;
    statement_row *row =
        local_row(list, "Theorem 2 along runs", regime, PAPER, "lambda_min(H_m(k,t)) over xi lambda0/2 is at least 1");
    if (!row)
        return FAILED;
    local_suppose(row, "Assumption 1 %s; constants 1: m = %.0f %s %.4g; ||w - w_0|| = %.3g %s kappa lambda0/n = %.3g",
                  model->assumption1 ? "holds" : "does not hold", model->m, wide ? ">=" : "<", model->paper_width,
                  all.from_start, near ? "<=" : ">", model->paper_radius);
    theory_check_at_least(row, wide && near && model->assumption1, 1, least, (size_t)all.states);
    return OK;
}

status drift_rows(theory_rows *list, const drift_record *records, size_t count)
{
    drift_round all = drift_round_empty();
    for (size_t k = 0; k < count; k++)
        drift_round_add(&all, &records[k].run);
    status s = OK;
    for (size_t regime = 0; regime < REGIMES && s == OK; regime++) {
        s = rows_of_probability(list, records, count, regime);
        s = s != OK ? s : row_of_drift(list, records, count, regime);
        s = s != OK ? s : rows_of_paper(list, records, count, regime);
    }
    return s != OK ? s : rows_of_counts(list, &all);
}
