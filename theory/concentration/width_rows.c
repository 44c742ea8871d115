#include "theory/concentration/width_rows.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "theory/concentration/rows.h"
#include "theory/shared/criteria.h"

width_found width_cell_found(const width_cell *cell)
{
    return width_search(&cell->grid, cell->failures, cell->trials, cell->bounds.delta, CRITERION_SHOWN_CONFIDENCE);
}

double width_measured(const width_cell *cell)
{
    return width_cell_found(cell).width;
}

/* --- every bound suffices --- */

static double hoeffding(const width_cell *cell)
{
    return bounds_width_hoeffding(&cell->bounds);
}

static double bernstein(const width_cell *cell)
{
    return bounds_width_bernstein(&cell->bounds);
}

static double matrix_bernstein(const width_cell *cell)
{
    return bounds_width_matrix_bernstein(&cell->bounds);
}

static double together(const width_cell *cell)
{
    return bounds_width_together(&cell->bounds);
}

static double chernoff_quarter(const width_cell *cell)
{
    return bounds_width_chernoff(&cell->bounds, 0.25);
}

static double chernoff_half(const width_cell *cell)
{
    return bounds_width_chernoff(&cell->bounds, 0.5);
}

const width_bound WIDTH_BOUNDS[] = {
    {"hoeffding", "Theorem 2 (a), width", "m_H", hoeffding},
    {"bernstein", "Theorem 2 (b), width", "m_B", bernstein},
    {"matrix_bernstein", "Theorem 2 (c), width", "m_C", matrix_bernstein},
    {"chernoff", "Theorem 2 (d), width", "(d) at eps = 1/4", chernoff_quarter},
    {"chernoff_half", "Theorem 2 (d), width at eps 1/2", "(d) at eps = 1/2", chernoff_half},
    {"together", "Theorem 2 together, width", "Together", together},
};

const size_t WIDTH_BOUND_COUNT = sizeof WIDTH_BOUNDS / sizeof *WIDTH_BOUNDS;

/* Refuted: at a width that the bound calls enough the claim is clearly false. Not checked: neither that nor passed. */
static verdict judge_cell(const width_cell *cell, size_t cells, double bound)
{
    double confidence = 1 - (1 - CRITERION_CONFIDENCE) / (double)(cells * WIDTH_GRID);
    width_found strict = width_search(&cell->grid, cell->failures, cell->trials, cell->bounds.delta, confidence);
    if ((double)cell->trials * cell->bounds.delta < CRITERION_TRIALS_PER_DELTA * (1 - CRITERION_EXACT))
        return NOT_CHECKED;
    if (strict.low < bound)
        return strict.width <= bound ? NOT_REFUTED : NOT_CHECKED;
    return STATEMENT_REFUTED;
}

static double slack_of(const width_cell *cell, const width_bound *bound)
{
    return bound->width(cell) / width_measured(cell);
}

/* A row of the refuted cell, if there is one, else of the one whose bound is tightest. */
static status check_bound(const width_cell *cells, size_t count, const width_bound *bound, theory_rows *list)
{
    statement_row *row = theory_row(list, bound->statement, DERIVED, "");
    if (!row)
        return FAILED;
    size_t seen[NOT_CHECKED + 1] = {0}, shown = 0;
    for (size_t k = 0; k < count; k++) {
        verdict v = judge_cell(&cells[k], count, bound->width(&cells[k]));
        bool tighter =
            isnan(slack_of(&cells[shown], bound)) || slack_of(&cells[k], bound) < slack_of(&cells[shown], bound);
        if (seen[STATEMENT_REFUTED] == 0 && (v == STATEMENT_REFUTED || tighter))
            shown = k;
        seen[v]++;
    }
    const width_cell *cell = &cells[shown];
    width_found found = width_cell_found(cell);
    row->bound = bound->width(cell);
    row->observed = found.width;
    row->slack = slack_of(cell, bound);
    row->trials = cell->trials;
    row->verdict = seen[STATEMENT_REFUTED] ? STATEMENT_REFUTED : seen[NOT_REFUTED] ? NOT_REFUTED : NOT_CHECKED;
    snprintf(
        row->says, sizeof row->says,
        "m >= %s gives lambda_min(H_m) >= xi lambda_0/2; tightest at n=%g xi=%g: clearly false to m=%g, true from %g",
        bound->says, cell->bounds.n, cell->bounds.xi, found.low, found.high);
    snprintf(row->hypotheses, sizeof row->hypotheses,
             "H_m at initialisation, K p = %g, delta = %g; decided for %zu of %zu (n, xi); widths 2^(1/%d) apart",
             cell->bounds.masks, cell->bounds.delta, count - seen[NOT_CHECKED], count, WIDTHS_PER_OCTAVE);
    return OK;
}

/* --- exponents --- */

/* mean (count) <- of every x the mean of its group; returns the number of groups. */
static size_t group_means(const double *x, const double *group, size_t count, double *mean)
{
    size_t groups = 0;
    for (size_t k = 0; k < count; k++) {
        size_t members = 0, before = 0;
        mean[k] = 0;
        for (size_t j = 0; j < count; j++)
            if (group[j] == group[k]) {
                mean[k] += x[j];
                members++;
                before += j < k;
            }
        mean[k] /= (double)members;
        groups += before == 0;
    }
    return groups;
}

/* x and y (count) are logarithms, mean_x and mean_y their groups' means. */
static stats_line slope_within(const double *x, const double *y, const double *mean_x, const double *mean_y,
                               size_t count, size_t groups, double confidence)
{
    stats_line line = {NAN, NAN, NAN, {NAN, NAN}};
    double xx = 0, xy = 0, rest = 0;
    for (size_t k = 0; k < count; k++) {
        xx += (x[k] - mean_x[k]) * (x[k] - mean_x[k]);
        xy += (x[k] - mean_x[k]) * (y[k] - mean_y[k]);
    }
    line.slope = xx > 0 ? xy / xx : NAN;
    if (count < groups + 2)
        return line;
    for (size_t k = 0; k < count; k++)
        rest += pow(y[k] - mean_y[k] - line.slope * (x[k] - mean_x[k]), 2);
    double degrees = (double)(count - groups - 1);
    line.slope_se = sqrt(rest / degrees / xx);
    double half = gsl_cdf_tdist_Qinv((1 - confidence) / 2, degrees) * line.slope_se;
    line.slope_interval = (stats_interval){line.slope - half, line.slope + half};
    return line;
}

stats_line width_power_law(const double *x, const double *y, const double *group, size_t count, double confidence)
{
    double *logs = allocate(count, 4 * sizeof *logs, "logarithms");
    if (!logs)
        return (stats_line){NAN, NAN, NAN, {NAN, NAN}};
    double *log_y = logs + count, *mean_x = log_y + count, *mean_y = mean_x + count;
    for (size_t k = 0; k < count; k++) {
        logs[k] = log(x[k]);
        log_y[k] = log(y[k]);
    }
    size_t groups = group_means(logs, group, count, mean_x);
    group_means(log_y, group, count, mean_y);
    stats_line line = slope_within(logs, log_y, mean_x, mean_y, count, groups, confidence);
    free(logs);
    return line;
}

static double theorem_width(const width_cell *cell)
{
    return concentration_paper_width(&cell->bounds);
}

static double inverse_xi(const width_cell *cell)
{
    return 1 / cell->bounds.xi;
}

/* (1 - xi/2)/(xi/2), the relative variance of the diagonal of H_m, but for the factor 1/m. */
static double entry_variance(const width_cell *cell)
{
    return 2 / cell->bounds.xi - 1;
}

static double samples(const width_cell *cell)
{
    return cell->bounds.n;
}

/* Over the cells whose measured width is known. */
static stats_line exponent(const width_cell *cells, size_t count, width_function y, width_function x,
                           width_function group, double confidence)
{
    double *values = allocate(count, 3 * sizeof *values, "cells of a power law");
    if (!values)
        return (stats_line){NAN, NAN, NAN, {NAN, NAN}};
    size_t known = 0;
    for (size_t k = 0; k < count; k++) {
        if (isnan(width_measured(&cells[k])))
            continue;
        values[known] = x(&cells[k]);
        values[count + known] = y(&cells[k]);
        values[2 * count + known++] = group(&cells[k]);
    }
    stats_line line = width_power_law(values, values + count, values + 2 * count, known, confidence);
    free(values);
    return line;
}

stats_line width_exponent_n(const width_cell *cells, size_t count, width_function y, double confidence)
{
    return exponent(cells, count, y, samples, inverse_xi, confidence);
}

stats_line width_exponent_xi(const width_cell *cells, size_t count, width_function y, double confidence)
{
    return exponent(cells, count, y, inverse_xi, samples, confidence);
}

/* The measured exponent is at most the claimed one: refuted where its interval lies above; not checked without an
 * interval. */
static statement_row *check_exponent(const width_cell *cells, size_t count, const char *statement, stats_line measured,
                                     double claimed, theory_rows *list)
{
    statement_row *row = theory_row(list, statement, PAPER, "");
    if (!row)
        return NULL;
    row->bound = claimed;
    row->observed = measured.slope;
    row->slack = claimed / measured.slope;
    row->trials = cells[0].trials;
    if (!isnan(measured.slope_interval.low))
        row->verdict = verdict_of(true, measured.slope_interval.low <= claimed);
    snprintf(row->hypotheses, sizeof row->hypotheses,
             "a power law over %zu (n, xi), K p = %g, delta = %g; lambda_0 falls with n as it does here", count,
             cells[0].bounds.masks, cells[0].bounds.delta);
    return row;
}

static status check_exponents(const width_cell *cells, size_t count, theory_rows *list)
{
    stats_line line = width_exponent_n(cells, count, width_measured, CRITERION_CONFIDENCE);
    double claimed = width_exponent_n(cells, count, theorem_width, CRITERION_CONFIDENCE).slope;
    statement_row *row = check_exponent(cells, count, "Theorem 2, width against n", line, claimed, list);
    if (!row)
        return FAILED;
    snprintf(row->says, sizeof row->says,
             "needed: n^%.3f, in (%.3f, %.3f); n^2 log(Kpn/delta)/lambda_0^2 is n^%.3f here", line.slope,
             line.slope_interval.low, line.slope_interval.high, claimed);
    line = width_exponent_xi(cells, count, width_measured, CRITERION_CONFIDENCE);
    claimed = width_exponent_xi(cells, count, entry_variance, CRITERION_CONFIDENCE).slope;
    row = check_exponent(cells, count, "Theorem 2, width against xi", line, claimed, list);
    if (!row)
        return FAILED;
    snprintf(row->says, sizeof row->says,
             "needed: (1/xi)^%.3f, in (%.3f, %.3f); 1/xi in the limit, (1 - xi/2)/xi, an entry's variance, is "
             "(1/xi)^%.3f here",
             line.slope, line.slope_interval.low, line.slope_interval.high, claimed);
    return OK;
}

status width_judge(const width_cell *cells, size_t count, theory_rows *list)
{
    status done = OK;
    for (size_t k = 0; done == OK && k < WIDTH_BOUND_COUNT; k++)
        done = check_bound(cells, count, &WIDTH_BOUNDS[k], list);
    return done == OK ? check_exponents(cells, count, list) : done;
}
