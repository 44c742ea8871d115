#include "theory/rate/bernoulli_checks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/bounds.h"
#include "model/mask.h"
#include "theory/shared/criteria.h"

/* --- the mean curve --- */

static const double CURVE_EXPONENT = -0.5; /* bernoulli_curve.h */

static bool activations_stay(statement_row *row, double share)
{
    bool stay = share <= CRITERION_FLIPPED;
    snprintf(row->hypotheses, sizeof row->hypotheses,
             "activations stay put: %.2g of them changed, at most %g may", share,
             CRITERION_FLIPPED);
    return stay;
}

/* How far the mean may be from e_k of H(0), relative, at the largest width. */
static double allowed_distance(const curve_evidence *e)
{
    return CRITERION_FLIP_FACTOR * e->flipped[e->widths - 1] + 1 / e->width[e->widths - 1];
}

status check_curve_level(theory_rows *list, const curve_evidence *e)
{
    statement_row *row = theory_row(list, "Theorem 3, mean curve", DERIVED, "");
    if (!row) { return FAILED; }
    size_t last = e->widths - 1;
    double square = stats_summarise(e->finite + last * e->starts, e->starts).mean;
    snprintf(row->says, sizeof row->says,
             "mean of y - u_k over masks follows e_k of H(0): relative distance over the rounds at "
             "m = %g",
             e->width[last]);
    bool met = activations_stay(row, e->flipped[last]);
    theory_check_at_most(row, met, allowed_distance(e), sqrt(square < 0 ? 0 : square), e->starts);
    return OK;
}

status check_curve_exponent(theory_rows *list, const curve_evidence *e, bool infinite)
{
    const char *statement =
        infinite ? "Theorem 3, mean curve of Hinf, in m" : "Theorem 3, mean curve of H(0), in m";
    statement_row *row = theory_row(list, statement, DERIVED, "");
    size_t count = e->widths * e->starts;
    double *x = allocate(count, sizeof *x, "logarithms"),
           *y = allocate(count, sizeof *y, "logarithms");
    if (row && x && y) {
        const double *square = infinite ? e->infinite : e->finite;
        bool hidden = e->widths < 3;
        for (size_t k = 0; k < count; k++) {
            hidden |= square[k] <= 0; /* below the noise of --masks */
            x[k] = log(e->width[k / e->starts]);
            y[k] = log(square[k]) / 2;
        }
        stats_line line = stats_fit_line(x, y, count, CRITERION_CONFIDENCE);
        double bound = CURVE_EXPONENT + CRITERION_EXPONENT_MARGIN;
        bool met = activations_stay(row, stats_summarise(e->flipped, e->widths).max);
        theory_check_at_most(row, met, bound, line.slope_interval.low, count);
        row->observed = line.slope;
        row->slack = NAN;
        snprintf(row->says, sizeof row->says,
                 "distance of the mean of y - u_k from e_k falls as m^(-1/2) or faster; exponent "
                 "in [%.3f, %.3f]",
                 line.slope_interval.low, line.slope_interval.high);
        if (hidden || (line.slope_interval.low <= bound &&
                       line.slope_interval.high >= 0)) { /* tells nothing */
            snprintf(row->says, sizeof row->says,
                     "distance of the mean from e_k against m: too few widths, --repeats or "
                     "--masks to tell");
            row->verdict = NOT_CHECKED;
        }
    }
    free(x);
    free(y);
    return row && x && y ? OK : FAILED;
}

status check_initial_rate(theory_rows *list, const curve_evidence *e)
{
    statement_row *row = theory_row(list, "Theorem 3, initial rate of the mean", DERIVED, "");
    double *difference = allocate(e->starts, sizeof *difference, "slopes");
    if (row && difference) {
        for (size_t k = 0; k < e->starts; k++) { difference[k] = e->slope[k] - e->slope_finite[k]; }
        stats_interval measured =
            stats_mean_interval(e->slope, e->starts, CRITERION_SHOWN_CONFIDENCE);
        double predicted = stats_summarise(e->slope_finite, e->starts).mean,
               window = (double)e->window;
        double shrunk = exp(predicted * window / 2); /* ||e_window|| / ||e_0|| */
        snprintf(row->says, sizeof row->says,
                 "||mean||^2 contracts as predicted from H(0), rounds 0-%zu: factor in [%.4f, "
                 "%.4f], predicted %.4f",
                 e->window, exp(measured.low), exp(measured.high), exp(predicted));
        bool met = activations_stay(row, e->flipped[e->widths - 1]);
        theory_check_at_most(row, met, 2 * allowed_distance(e) / shrunk / window,
                             fabs(stats_summarise(difference, e->starts).mean), e->starts);
    }
    free(difference);
    return row && difference ? OK : FAILED;
}

status check_curves(theory_rows *list, const curve_evidence *e)
{
    status s = check_curve_level(list, e);
    s = s == OK ? check_curve_exponent(list, e, false) : s;
    s = s == OK ? check_curve_exponent(list, e, true) : s;
    return s == OK ? check_initial_rate(list, e) : s;
}

/* --- contraction --- */

double paper_factor(const train_settings *s, double lambda0)
{
    double theta = mask_theta(s->mask, s->subnets, s->xi);
    return bounds_paper_contraction(s->lr * s->xi, theta, (double)s->local_steps, lambda0);
}

static bool is_worker(const train_settings *s)
{
    return s->subnets > 1 && s->local_steps > 1;
}

status check_paper_rate(theory_rows *list, const floor_evidence *e, const char *statement,
                        size_t first, size_t last, bool workers)
{
    statement_row *row = theory_row(list, statement, PAPER, "no cell to be measured");
    if (!row) { return FAILED; }
    double confidence = 1 - (1 - CRITERION_CONFIDENCE) / (double)(last > first ? last - first : 1),
           worst = -INFINITY;
    bool holds = true;
    for (size_t k = first; k < last; k++) {
        const rate_cell *cell = &e->list->cells[k];
        if (workers && !is_worker(&cell->s)) { continue; }
        const double *slope = e->slope + k * e->repeats;
        double allowed = paper_factor(&cell->s, e->lambda0),
               factor = exp(stats_summarise(slope, e->repeats).mean);
        holds &= exp(stats_mean_interval(slope, e->repeats, confidence).low) <= allowed;
        row->trials += e->repeats;
        if (factor / allowed <= worst) { continue; }
        worst = factor / allowed;
        theory_check_at_most(row, e->step_met, allowed, factor, row->trials);
        snprintf(row->says, sizeof row->says,
                 "first rounds: ||y-u||^2 contracts by 1 - eta xi theta tau lambda0/4 or faster; "
                 "nearest at %s = %g",
                 rate_axis_word(cell->axis), cell->value);
    }
    if (row->trials > 0) { row->verdict = verdict_of(e->step_met, holds); }
    snprintf(row->hypotheses, sizeof row->hypotheses, "eta <= 1/||G||: %s%s",
             e->step_met ? "met" : "not met", workers ? "; p, tau > 1, kappa small" : "");
    return OK;
}

/* --- trends --- */

static const char *symbol_of(rate_axis axis, bool away)
{
    switch (axis) {
    case AXIS_WIDTH:
    case AXIS_WIDTH_NOISY:
        return "m";
    case AXIS_KAPPA:
        return "kappa";
    case AXIS_SUBNETS:
    case AXIS_MULTI_SAMPLE:
        return "p";
    case AXIS_LOCAL_STEPS:
        return "tau";
    default:
        return away ? "1-xi" : "xi";
    }
}

/* The trend of `from` (cells, repeats) along an axis over the cells that are kept, or all. */
static status trend_along(theory_rows *list, const floor_evidence *e, const char *statement,
                          const char *what, rate_axis axis, trend_sense sense, bool away,
                          const double *from, const bool *keep)
{
    size_t first = e->list->first[axis], cells = e->list->first[axis + 1] - first, kept = 0;
    double *base = allocate(cells, sizeof *base, "settings");
    double *values = allocate(cells * e->repeats, sizeof *values, "values");
    status s = base && values ? OK : FAILED;
    for (size_t k = 0; s == OK && k < cells; k++) {
        if (keep && !keep[first + k]) { continue; }
        double value = e->list->cells[first + k].value;
        base[kept] = away ? 1 - value : value;
        for (size_t j = 0; j < e->repeats; j++) {
            values[kept * e->repeats + j] = from[(first + k) * e->repeats + j];
        }
        kept++;
    }
    char supposes[160];
    snprintf(supposes, sizeof supposes,
             keep ? "%zu of %zu cells have stopped falling, only these count" : "%zu of %zu cells",
             kept, cells);
    trend_table t = {kept, e->repeats, base, symbol_of(axis, away), values};
    if (s == OK) { s = trend_row(list, statement, what, sense, supposes, &t); }
    free(base);
    free(values);
    return s;
}

status check_floor(theory_rows *list, const floor_evidence *e, const char *statement,
                   const char *what, rate_axis axis, trend_sense sense, bool away)
{
    return trend_along(list, e, statement, what, axis, sense, away, e->level, e->settled);
}

status check_contraction(theory_rows *list, const floor_evidence *e, const char *statement,
                         const char *what, rate_axis axis, trend_sense sense)
{
    size_t count = e->list->count * e->repeats;
    double *values = allocate(count, sizeof *values, "contraction factors");
    for (size_t k = 0; values && k < count; k++) {
        values[k] = sense == TREND_RISES ? -expm1(e->slope[k]) : exp(e->slope[k]);
    }
    status s =
        values ? trend_along(list, e, statement, what, axis, sense, false, values, NULL) : FAILED;
    free(values);
    return s;
}

status check_floor_stops(theory_rows *list, const floor_evidence *e)
{
    static const double NEARLY_ALL = 0.99;
    size_t first = e->list->first[AXIS_MULTI_SAMPLE], last = e->list->first[AXIS_MULTI_SAMPLE + 1];
    bool *keep = allocate(e->list->count, sizeof *keep, "cells");
    if (!keep) { return FAILED; }
    for (size_t k = first; k < last; k++) {
        const train_settings *s = &e->list->cells[k].s;
        keep[k] = e->settled[k] && mask_theta(s->mask, s->subnets, s->xi) >= NEARLY_ALL;
    }
    status s = trend_along(list, e, "Corollary 2, floor stops falling",
                           "floor no longer falls with p once theta >= 0.99", AXIS_MULTI_SAMPLE,
                           TREND_FALLS, false, e->level, keep);
    free(keep);
    if (s != OK) { return s; }
    statement_row *row = &list->rows[list->count - 1];
    snprintf(row->hypotheses, sizeof row->hypotheses,
             "cells with theta >= %g that have stopped falling in time", NEARLY_ALL);
    if (row->trials > 0) { row->verdict = verdict_of(true, row->limit > 1 - CRITERION_CONFIDENCE); }
    return OK;
}

status check_large_kappa(theory_rows *list, const floor_evidence *e)
{
    status s = check_floor(list, e, "Theorem 3, floor against m, large kappa", "floor falls with m",
                           AXIS_WIDTH_NOISY, TREND_FALLS, false);
    if (s != OK) { return s; }
    statement_row *row = &list->rows[list->count - 1];
    snprintf(row->hypotheses, sizeof row->hypotheses,
             "kappa small: not met, the term of B_1 that grows with kappa, in which m does not "
             "stand, rules");
    if (row->trials > 0) { row->verdict = HYPOTHESIS_NOT_MET; }
    return OK;
}

/* Corollary 3 supposes a small kappa: cells at the base setting's kappa, which are all on the axes beside those of
 * kappa. */
status check_floors(theory_rows *list, const floor_evidence *e)
{
    static const struct {
        const char *statement, *what;
        rate_axis axis;
        trend_sense sense;
        bool away;
    } floors[] = {
        {"Theorem 3, floor against m", "floor falls with m, kappa small", AXIS_WIDTH, TREND_FALLS,
         false},
        {"Theorem 3, floor against kappa", "floor rises with kappa", AXIS_KAPPA, TREND_RISES,
         false},
        {"Theorem 3, floor against p", "floor falls with p", AXIS_SUBNETS, TREND_FALLS, false},
        {"Theorem 3, floor against tau", "floor rises with tau", AXIS_LOCAL_STEPS, TREND_RISES,
         false},
        {"Theorem 3, floor against xi", "floor falls to 0 as xi -> 1", AXIS_XI, TREND_FALLS, true},
        {"Corollary 1, floor", "dropout: floor falls to 0 as xi -> 1", AXIS_DROPOUT, TREND_FALLS,
         true},
        {"Corollary 2, floor", "multi-sample dropout: floor falls with p", AXIS_MULTI_SAMPLE,
         TREND_FALLS, false}};
    const size_t *first = e->list->first;
    status s = check_paper_rate(list, e, "Theorem 3, rate", 0, first[AXIS_CURVE], false);
    for (size_t k = 0; s == OK && k < sizeof floors / sizeof *floors; k++) {
        s = check_floor(list, e, floors[k].statement, floors[k].what, floors[k].axis,
                        floors[k].sense, floors[k].away);
    }
    if (s == OK) { s = check_large_kappa(list, e); }
    if (s == OK) { s = check_floor_stops(list, e); }
    if (s == OK) {
        s = check_contraction(list, e, "Corollary 1, contraction",
                              "dropout: 1 - contraction falls to 0 with xi", AXIS_SMALL_XI,
                              TREND_RISES);
    }
    if (s == OK) {
        s = check_contraction(list, e, "Corollary 2, contraction",
                              "multi-sample dropout: contraction falls with p", AXIS_MULTI_SAMPLE,
                              TREND_FALLS);
    }
    if (s == OK) {
        s = check_paper_rate(list, e, "Corollary 3, rate", first[AXIS_SUBNETS], first[AXIS_DROPOUT],
                             true);
    }
    return s;
}
