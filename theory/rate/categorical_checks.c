#include "theory/rate/categorical_checks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/bounds.h"
#include "run/stats.h"
#include "theory/rate/bernoulli_curve.h"
#include "theory/shared/criteria.h"
#include "theory/rate/trend_row.h"

double categorical_value(const categorical_trials *t, size_t j, size_t k, int column)
{
    return t->values[j * t->stride + k * CAT_COLUMNS + (size_t)column];
}

static double single_value(const categorical_trials *t, size_t j, int which)
{
    return t->values[j * t->stride + (t->cell->rounds + 1) * CAT_COLUMNS + (size_t)which];
}

categorical_claim categorical_claim_of(const categorical_cell *c)
{
    const theory_data *d = c->data;
    double p = (double)c->s.subnets, n = (double)d->data.n, m = (double)c->s.width, eta = c->s.lr;
    bounds_setting bounds = theory_bounds(d, (double)c->rounds * p, c->s.xi, CRITERION_DELTA);
    return (categorical_claim){.rho = bounds_categorical_contraction(eta, d->lambda0, p),
                               .jump_bound =
                                   bounds_categorical_jump(c->s.xi, n, c->s.kappa, c->radius),
                               .failure = 2 * CRITERION_DELTA + bounds_lemma23_failure(n, m),
                               .wide_enough = m >= bounds_width_together(&bounds),
                               .step_met = eta * d->gram_norm <= 1 + CRITERION_EXACT};
}

/* The larger; NaN once one was seen. */
static double worse(double worst, double x)
{
    return isnan(worst) || x <= worst ? worst : x;
}

/* "n=4 m=16384 p=2" */
static void name_cell(const categorical_trials *t, char *text, size_t size)
{
    snprintf(text, size, "n=%zu m=%zu p=%zu", t->cell->data->data.n, t->cell->s.width,
             t->cell->s.subnets);
}

/* A row whose statement names the cell. */
static statement_row *cell_row(theory_rows *list, const char *statement, const char *says,
                               const categorical_trials *t)
{
    char cell[64], full[64];
    name_cell(t, cell, sizeof cell);
    snprintf(full, sizeof full, "%s, %.40s", statement, cell);
    return theory_row(list, full, DERIVED, says);
}

/* --- identities --- */

status check_identities(theory_rows *list, const categorical_trials *cells, size_t count)
{
    static const struct {
        int column;
        const char *statement, *says;
    } identities[] = {
        {CAT_IDENTITY, "Lemma 13 (E10)",
         "||y-u_{k+1}||^2 = mean_l ||y-u^l||^2 - (1/p^2) sum_{l<l'} ||u^l-u^l'||^2 at every round"},
        {CAT_SPREAD, "Lemma 14",
         "(1/p) sum_l ||u^l-u||^2 = (1/p^2) sum_{l<l'} ||u^l-u^l'||^2 when masks are drawn"},
        {CAT_MEAN, "E10, mean of the subnetworks", "u = (1/p) sum_l u^l when masks are drawn"}};
    for (size_t which = 0; which < sizeof identities / sizeof *identities; which++) {
        double worst = 0;
        size_t rounds = 0;
        for (size_t c = 0; c < count; c++) {
            for (size_t j = 0; j < cells[c].trials; j++) {
                for (size_t k = 0; k < cells[c].cell->rounds; k++, rounds++) {
                    double x = categorical_value(&cells[c], j, k, identities[which].column);
                    worst = worse(worst, x);
                }
            }
        }
        statement_row *row =
            theory_row(list, identities[which].statement, EXACT, identities[which].says);
        if (!row) { return FAILED; }
        theory_check_at_most(row, true, CRITERION_EXACT, worst, rounds);
    }
    return OK;
}

status check_jump_enumerated(theory_rows *list, double sampled, double whole, double jump)
{
    statement_row *row =
        theory_row(list, "Lemmas 24, 25 (E9), all masks", EXACT,
                   "mean over all masks of mean_l ||y-u^l||^2 is ||y-u||^2 + V; relative error");
    if (!row) { return FAILED; }
    theory_check_at_most(row, true, CRITERION_EXACT, fabs(sampled - (whole + jump)) / sampled, 1);
    return OK;
}

/* --- the jump by simulation --- */

/* |mean| over the half-width of its interval. */
static double interval_ratio(const double *x, size_t n, double confidence)
{
    stats_interval i = stats_mean_interval(x, n, confidence);
    return fabs(i.low + i.high) / (i.high - i.low);
}

/* Of trial j the mean over rounds of (jump - scale V_k)/V_k. Given the past each term has mean 0: a martingale. */
static double mean_excess(const categorical_trials *t, size_t j, double scale)
{
    double sum = 0;
    for (size_t k = 0; k < t->cell->rounds; k++) {
        double jump =
            categorical_value(t, j, k, CAT_SAMPLED) - categorical_value(t, j, k, CAT_WHOLE);
        sum += jump / categorical_value(t, j, k, CAT_JUMP) - scale;
    }
    return sum / (double)t->cell->rounds;
}

status check_jump_simulated(theory_rows *list, const categorical_trials *cells, size_t count,
                            double scale)
{
    statement_row *row = theory_row(list, "Lemmas 24, 25 (E9), drawn masks", EXACT,
                                    "mean over trials and rounds of (mean_l ||y-u^l||^2 - "
                                    "||y-u_k||^2)/V_k is 1; |mean - 1| / half-width");
    size_t compared = 0, trials = 0;
    for (size_t c = 0; c < count; c++) { compared += cells[c].cell->s.subnets > 1; }
    double confidence = 1 - (1 - CRITERION_CONFIDENCE) / (double)(compared ? compared : 1),
           worst = 0;
    for (size_t c = 0; row && c < count; c++) {
        if (cells[c].cell->s.subnets == 1) { /* there is no jump */
            continue;
        }
        double *x = allocate(cells[c].trials, sizeof *x, "jumps");
        if (!x) { return FAILED; }
        for (size_t j = 0; j < cells[c].trials; j++) { x[j] = mean_excess(&cells[c], j, scale); }
        worst = worse(worst, interval_ratio(x, cells[c].trials, confidence));
        trials += cells[c].trials;
        free(x);
    }
    if (row && compared > 0) { theory_check_at_most(row, true, 1, worst, trials); }
    return row ? OK : FAILED;
}

/* --- Theorem 4 --- */

status check_event(theory_rows *list, const categorical_trials *t, const categorical_claim *claim)
{
    statement_row *row = cell_row(
        list, "Theorem 4, event",
        "inside the R*-ball every local step satisfies (4), and Lemma 23's bound holds", t);
    if (!row) { return FAILED; }
    size_t failed = 0, left = 0;
    for (size_t j = 0; j < t->trials; j++) {
        bool good = single_value(t, j, CAT_LEMMA23) == 1 && single_value(t, j, CAT_FAILED) == 0;
        failed += !good;
        left += single_value(t, j, CAT_LEFT) != 0;
    }
    double share = (double)failed / (double)t->trials;
    row->limit = stats_clopper_pearson_lower(failed, t->trials, CRITERION_CONFIDENCE);
    theory_check_at_most(row, claim->wide_enough && claim->step_met, claim->failure, row->limit,
                         t->trials);
    row->observed = share;
    row->slack = claim->failure / share;
    snprintf(row->hypotheses, sizeof row->hypotheses,
             "m %s the width of Together, eta %s 1/||G||; %zu of %zu trials left the ball",
             claim->wide_enough ? "at least" : "below", claim->step_met ? "at most" : "above", left,
             t->trials);
    if ((double)t->trials < CRITERION_TRIALS_PER_DELTA / claim->failure) {
        row->verdict = NOT_CHECKED;
    }
    return OK;
}

/* How many trials are in Omega_k. */
static size_t in_omega(const categorical_trials *t, size_t k)
{
    size_t count = 0;
    for (size_t j = 0; j < t->trials; j++) { count += categorical_value(t, j, k, CAT_OMEGA) == 1; }
    return count;
}

static void say_omega(statement_row *row, const categorical_trials *t)
{
    size_t last = t->cell->rounds, inside = in_omega(t, last);
    double drift = 0;
    for (size_t j = 0; j < t->trials; j++) { drift = worse(drift, single_value(t, j, CAT_DRIFT)); }
    snprintf(row->hypotheses, sizeof row->hypotheses,
             "of %zu trials %zu are in Omega_1, %zu in Omega_%zu; largest ||w-w_0|| = %.3g R*%s",
             t->trials, in_omega(t, 1), inside, last, drift,
             inside ? "" : "; shown without the indicator");
}

/* Loss times indicator; a trial outside counts 0 even where its loss is not a number. */
static double indicated(const categorical_trials *t, size_t j, size_t k, double loss)
{
    double omega = categorical_value(t, j, k, CAT_OMEGA);
    return omega == 0 ? 0 : omega * loss;
}

static double per_round_confidence(const categorical_trials *t)
{
    return 1 - (1 - CRITERION_CONFIDENCE) / (double)t->cell->rounds;
}

/* The mean is at most the bound, unless its whole interval lies above. */
static bool mean_at_most(const double *x, size_t n, double confidence, double bound)
{
    return stats_mean_interval(x, n, confidence).low <= bound;
}

status check_round(theory_rows *list, const categorical_trials *t, const categorical_claim *claim)
{
    statement_row *row = cell_row(list, "Theorem 4, a round",
                                  "E[1_{k+1} (||y-u_{k+1}||^2 + A_k)] <= rho^tau E[1_k "
                                  "(||y-u_k||^2 + V_k)]; worst ratio over rounds",
                                  t);
    double *x = allocate(t->trials, sizeof *x, "differences"), worst = 0,
           factor = pow(claim->rho, (double)t->cell->s.local_steps);
    bool holds = true;
    for (size_t k = 0; x && k < t->cell->rounds; k++) {
        double left = 0, right = 0;
        for (size_t j = 0; j < t->trials; j++) {
            double after = indicated(t, j, k + 1,
                                     categorical_value(t, j, k + 1, CAT_WHOLE) +
                                         categorical_value(t, j, k, CAT_DROP));
            double allowed = factor * indicated(t, j, k,
                                                categorical_value(t, j, k, CAT_WHOLE) +
                                                    categorical_value(t, j, k, CAT_JUMP));
            x[j] = after - allowed;
            left += after;
            right += allowed;
        }
        holds &= mean_at_most(x, t->trials, per_round_confidence(t), 0);
        double ratio = left == 0 ? 0 : left / right;
        worst = worse(worst, ratio);
    }
    free(x);
    if (!row || !x) { return FAILED; }
    theory_check_at_most(row, true, 1, worst, t->trials);
    say_omega(row, t);
    row->verdict = verdict_of(in_omega(t, t->cell->rounds) > 0, holds);
    return OK;
}

status check_bound(theory_rows *list, const categorical_trials *t, const categorical_claim *claim)
{
    statement_row *row = cell_row(list, "Theorem 4, bound",
                                  "E[1_k ||y-u_k||^2] <= rho^(tau k) ||y-u_0||^2 + Vbar "
                                  "rho^tau/(1-rho^tau) at every round; worst round",
                                  t);
    double *x = allocate(t->trials, sizeof *x, "differences"), worst = -INFINITY;
    bool met = in_omega(t, t->cell->rounds) > 0, holds = true;
    for (size_t k = 1; row && x && k <= t->cell->rounds; k++) {
        double factor = pow(claim->rho, (double)(t->cell->s.local_steps * k)), initial = 0,
               loss = 0, plain = 0;
        for (size_t j = 0; j < t->trials; j++) {
            double start = categorical_value(t, j, 0, CAT_WHOLE),
                   now = categorical_value(t, j, k, CAT_WHOLE), counted = indicated(t, j, k, now);
            x[j] = counted - factor * start;
            initial += start / (double)t->trials;
            loss += counted / (double)t->trials;
            plain += now / (double)t->trials;
        }
        double extra = bounds_categorical_error(claim->rho, (double)t->cell->s.local_steps,
                                                (double)k, 0, claim->jump_bound);
        double bound = factor * initial + extra, seen = met ? loss : plain;
        holds &= mean_at_most(x, t->trials, per_round_confidence(t), extra);
        if (seen / bound <= worst) { continue; }
        worst = seen / bound;
        theory_check_at_most(row, met, bound, seen, t->trials);
    }
    free(x);
    if (!row || !x) { return FAILED; }
    say_omega(row, t);
    row->verdict = verdict_of(met, holds);
    return OK;
}

status check_single(theory_rows *list, const categorical_trials *t, const categorical_claim *claim)
{
    statement_row *row = cell_row(
        list, "Theorem 4",
        "p = 1: 1_k ||y-u_k||^2 <= rho^(tau k) ||y-u_0||^2, no error term; worst ratio", t);
    if (!row) { return FAILED; }
    bool met = in_omega(t, t->cell->rounds) > 0;
    double worst = 0;
    for (size_t j = 0; j < t->trials; j++) {
        for (size_t k = 1; k <= t->cell->rounds; k++) {
            double bound = pow(claim->rho, (double)(t->cell->s.local_steps * k)) *
                           categorical_value(t, j, 0, CAT_WHOLE);
            double loss = categorical_value(t, j, k, CAT_WHOLE);
            worst = worse(worst, (met ? indicated(t, j, k, loss) : loss) / bound);
        }
    }
    theory_check_at_most(row, met, 1, worst, t->trials);
    say_omega(row, t);
    return OK;
}

/* --- [paper] --- */

/* Slopes of log ||y - u_k||^2 over rounds first..last of every trial. */
static void slopes_of(const categorical_trials *t, size_t first, size_t last, double *slope)
{
    for (size_t j = 0; j < t->trials; j++) {
        slope[j] = log_slope(t->values + j * t->stride + first * CAT_COLUMNS + CAT_WHOLE,
                             CAT_COLUMNS, last - first);
    }
}

status check_no_error_term(theory_rows *list, const categorical_trials *t)
{
    statement_row *row = theory_row(list, "Theorem 4, no error term at p = 1", PAPER, "");
    double *slope = allocate(t->trials, sizeof *slope, "slopes");
    if (row && slope) {
        size_t last = t->cell->rounds, first = last - last / 3;
        slopes_of(t, first, last, slope);
        double high = exp(stats_mean_interval(slope, t->trials, CRITERION_CONFIDENCE).high);
        theory_check_at_most(row, true, 1, high, t->trials);
        row->observed = exp(stats_summarise(slope, t->trials).mean);
        row->verdict = verdict_of(true, high < 1);
        snprintf(row->says, sizeof row->says,
                 "||y-u_k||^2 still contracts over rounds %zu-%zu, no floor; factor per round",
                 first, last);
    }
    free(slope);
    return row && slope ? OK : FAILED;
}

status check_contraction_grows(theory_rows *list, const categorical_trials *cells, size_t count)
{
    size_t trials = count ? cells[0].trials : 0, window = 0;
    double *base = allocate(count, sizeof *base, "subnetworks"),
           *values = allocate(count * trials, sizeof *values, "factors");
    for (size_t c = 0; base && values && c < count; c++) {
        const categorical_cell *cell = cells[c].cell;
        window = mean_window(mean_rule_of(&cell->s), cell->s.xi, cell->data->lambda_max);
        window = window < cell->rounds ? window : cell->rounds;
        base[c] = (double)cell->s.subnets;
        slopes_of(&cells[c], 0, window, values + c * trials);
        for (size_t j = 0; j < trials; j++) {
            values[c * trials + j] = exp(values[c * trials + j]);
        }
    }
    trend_table t = {
        .cells = count, .repeats = trials, .base = base, .base_name = "p", .values = values};
    status s = base && values ? trend_row(list, "Theorem 4, contraction factor against p",
                                          "contraction factor of the first rounds grows with p",
                                          TREND_RISES, "eta the same for all p", &t)
                              : FAILED;
    free(base);
    free(values);
    return s;
}

/* --- all --- */

static status check_cell(theory_rows *list, const categorical_trials *t, bool event)
{
    const categorical_claim claim = categorical_claim_of(t->cell);
    bool single = t->cell->s.subnets == 1;
    status s = event ? check_event(list, t, &claim) : OK;
    if (s == OK && event && !single) { s = check_round(list, t, &claim); }
    if (s != OK) { return s; }
    return single ? check_single(list, t, &claim) : check_bound(list, t, &claim);
}

status check_categorical(theory_rows *list, const categorical_trials *cells, size_t count,
                         size_t first_event)
{
    status s = check_identities(list, cells, count);
    if (s == OK) { s = check_jump_simulated(list, cells, count, 1); }
    for (size_t c = first_event; s == OK && c < count; c++) {
        s = check_cell(list, &cells[c], true);
    }
    for (size_t c = 0; s == OK && c < first_event; c++) { s = check_cell(list, &cells[c], false); }
    if (s == OK && cells[0].cell->s.subnets == 1) { s = check_no_error_term(list, &cells[0]); }
    return s == OK ? check_contraction_grows(list, cells, first_event) : s;
}
