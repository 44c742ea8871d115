#include "theory/concentration/rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "theory/shared/criteria.h"

status concentration_supposes(const theory_data *d)
{
    if (d->lambda0 > 0)
        return OK;
    return fail(BAD_INPUT, "%s: lambda_min(Hinf) is %g with %zu rows, not positive; take fewer --samples or other data",
                d->data.path, d->lambda0, d->data.n);
}

static const double *trial_of(const concentration_result *r, size_t t)
{
    return r->values + t * concentration_values(r->plan);
}

void concentration_column(const concentration_result *r, size_t design, size_t width, concentration_measure measure,
                          double *x)
{
    for (size_t t = 0; t < r->trials; t++)
        x[t] = trial_of(r, t)[concentration_index(r->plan, design, width, measure)];
}

static double largest_width(const concentration_result *r)
{
    return r->plan->widths[r->plan->width_count - 1];
}

/* --- (a) to (d): deviations that hold at every width with probability 1 - delta --- */

typedef struct {
    const char *statement, *says;
    concentration_measure measure;
    bool lower; /* the measure is at least the bound; a bound of 0 asserts nothing */
    double (*at)(const bounds_setting *s, double m);
    const char *goal; /* what section 3 wants of it, and the width from which it is so */
    double (*width)(const bounds_setting *s);
} curve;

/* ||D|| <= ||D||_F <= n s where every entry is at most s. */
static double hoeffding_norm(const bounds_setting *s, double m)
{
    return s->n * bounds_deviation_hoeffding(s, m);
}

static double chernoff_width(const bounds_setting *s)
{
    return bounds_width_chernoff(s, 0.25);
}

static const curve CURVES[] = {
    {"Theorem 2 (a) entries", "every |H_m - xi Hinf|_ij <= s, Hoeffding", MEASURE_ENTRY, false,
     bounds_deviation_hoeffding, "s <= xi lambda_0/(4n) from m_H", bounds_width_hoeffding},
    {"Theorem 2 (a) norm", "||H_m - xi Hinf||_F <= n s, s of (a)", MEASURE_FROBENIUS, false, hoeffding_norm,
     "n s <= xi lambda_0/4 from m_H", bounds_width_hoeffding},
    {"Theorem 2 (b) entries", "every |H_m - xi Hinf|_ij <= s, Bernstein", MEASURE_ENTRY, false,
     bounds_deviation_bernstein, "s <= xi lambda_0/(4n) from m_B", bounds_width_bernstein},
    {"Theorem 2 (c)", "||H_m - xi Hinf|| <= s, matrix Bernstein", MEASURE_NORM, false,
     bounds_deviation_matrix_bernstein, "s <= xi lambda_0/4 from m_C", bounds_width_matrix_bernstein},
    {"Theorem 2 (d)", "lambda_min(H_m) >= r xi lambda_0, matrix Chernoff", MEASURE_RATIO, true, bounds_lower_chernoff,
     "r >= 3/4 from m", chernoff_width},
};

/* A bound at one design and width, and how the trials stood to it. */
typedef struct {
    size_t design, width, failures;
    double bound, quantile; /* quantile: the measure's 1 - delta (upper bounds) or delta quantile */
} place;

static place look_at(const concentration_result *r, const curve *c, size_t design, size_t width, double *x)
{
    place p = {design, width, 0, c->at(&r->bounds[design], r->plan->widths[width]), NAN};
    concentration_column(r, design, width, c->measure, x);
    for (size_t t = 0; t < r->trials; t++)
        p.failures += !(c->lower ? x[t] >= p.bound : x[t] <= p.bound);
    double delta = r->bounds[design].delta;
    p.quantile = stats_quantile(x, r->trials, c->lower ? delta : 1 - delta);
    if (isnan(p.quantile))
        p.failures = r->trials;
    return p;
}

/* How near the measure comes to its bound: 1 at it, more beyond. */
static double tightness(const curve *c, const place *p)
{
    return c->lower ? p->bound / p->quantile : p->quantile / p->bound;
}

/* The place with most failures, and among these where the bound is tightest, from width number `from` on; false:
 * nothing is asserted there. */
static bool worst_place(const concentration_result *r, const curve *c, size_t from, double *x, place *worst)
{
    bool found = false;
    for (size_t k = 0; k < r->plan->design_count; k++)
        for (size_t w = from; w < r->plan->width_count; w++) {
            place p = look_at(r, c, k, w, x);
            if (c->lower && p.bound == 0)
                continue;
            bool worse = p.failures > worst->failures ||
                         (p.failures == worst->failures && !(tightness(c, &p) <= tightness(c, worst)));
            if (!found || worse)
                *worst = p;
            found = true;
        }
    return found;
}

/* A claim with probability 1 - delta at every design and width: refuted where the Clopper-Pearson limit of its failures
 * exceeds delta. */
static void judge_place(const concentration_result *r, const curve *c, const place *worst, bool met, statement_row *row)
{
    const concentration_design *design = &r->plan->designs[worst->design];
    double places = (double)(r->plan->design_count * r->plan->width_count), delta = r->bounds[worst->design].delta;
    row->bound = worst->bound;
    row->observed = worst->quantile;
    row->slack = worst->bound / worst->quantile;
    row->trials = r->trials;
    row->limit = stats_clopper_pearson_lower(worst->failures, r->trials, 1 - (1 - CRITERION_CONFIDENCE) / places);
    snprintf(row->says, sizeof row->says, "%s; worst at %s xi=%g m=%g: %zu of %zu fail, so P(fail) <= %.2g at 95 %%",
             c->says, concentration_kind(design), design->xi, r->plan->widths[worst->width], worst->failures, r->trials,
             stats_clopper_pearson_upper(worst->failures, r->trials, CRITERION_SHOWN_CONFIDENCE));
    if ((double)r->trials * delta >= CRITERION_TRIALS_PER_DELTA * (1 - CRITERION_EXACT))
        row->verdict = verdict_of(met, row->limit <= delta);
}

/* The design that asks for the least width. */
static size_t least_design(const concentration_result *r, double (*width)(const bounds_setting *s))
{
    size_t least = 0;
    for (size_t k = 1; k < r->plan->design_count; k++)
        if (width(&r->bounds[k]) < width(&r->bounds[least]))
            least = k;
    return least;
}

static status check_curve(const concentration_result *r, const curve *c, double *x, theory_rows *list)
{
    statement_row *row = theory_row(list, c->statement, DERIVED, "");
    if (!row)
        return FAILED;
    const bounds_setting *least = &r->bounds[least_design(r, c->width)];
    double needed = c->width(least), largest = largest_width(r);
    snprintf(row->hypotheses, sizeof row->hypotheses, "nothing about m; %s = %.3g on (xi=%g), m <= %g here: %s",
             c->goal, needed, least->xi, largest, largest >= needed ? "reached" : "not reached");
    place worst = {0};
    if (worst_place(r, c, 0, x, &worst))
        judge_place(r, c, &worst, true, row);
    else
        snprintf(row->says, sizeof row->says, "%s; r = 0 at m <= %g: nothing is asserted", c->says, largest);
    return OK;
}

/* --- Theorem 2 as it stands, at initialisation --- */

double concentration_paper_width(const bounds_setting *s)
{
    return s->n * s->n * log(s->masks * s->n / s->delta) / (s->xi * s->lambda0 * s->lambda0);
}

static double half_at_any_width(const bounds_setting *s, double m)
{
    (void)s, (void)m;
    return 0.5;
}

static double half_at_its_width(const bounds_setting *s, double m)
{
    return m >= concentration_paper_width(s) ? 0.5 : 0;
}

/* At the widths that the theorem asks for; where none was tried, what its conclusion does at the largest. */
static status check_paper(const concentration_result *r, double *x, theory_rows *list)
{
    statement_row *row = theory_row(list, "Theorem 2", PAPER, "");
    if (!row)
        return FAILED;
    curve conclusion = {
        .says = "lambda_min(H_m) >= xi lambda_0/2", .measure = MEASURE_RATIO, .lower = true, .at = half_at_its_width};
    place worst = {0};
    bool met = worst_place(r, &conclusion, 0, x, &worst);
    conclusion.at = half_at_any_width;
    if (!met)
        worst_place(r, &conclusion, r->plan->width_count - 1, x, &worst);
    judge_place(r, &conclusion, &worst, met, row);
    const bounds_setting *least = &r->bounds[least_design(r, concentration_paper_width)];
    snprintf(row->hypotheses, sizeof row->hypotheses,
             "m >= n^2 log(Kpn/delta)/(xi lambda_0^2) = %.3g (xi=%g; its constant read as 1), m <= %g here: %s",
             concentration_paper_width(least), least->xi, largest_width(r), met ? "met" : "not met");
    return OK;
}

/* --- the slope --- */

/* Slope of log y (count) in log widths. */
static stats_line log_line(const double *widths, const double *y, size_t count, double *logs, double confidence)
{
    for (size_t w = 0; w < count; w++) {
        logs[w] = log(widths[w]);
        logs[count + w] = log(y[w]);
    }
    return stats_fit_line(logs, logs + count, count, confidence);
}

/* logs (2 count), medians (count), slopes and x (trials): scratch. */
static void fit_slope(const concentration_result *r, size_t design, double confidence, double *logs, double *medians,
                      double *slopes, double *x, concentration_slope *slope)
{
    const double *widths = r->plan->widths + slope->first;
    for (size_t w = 0; w < slope->count; w++) {
        concentration_column(r, design, slope->first + w, MEASURE_NORM, x);
        medians[w] = stats_quantile(x, r->trials, 0.5);
    }
    slope->of_medians = log_line(widths, medians, slope->count, logs, confidence).slope;
    for (size_t t = 0; t < r->trials; t++) {
        for (size_t w = 0; w < slope->count; w++)
            medians[w] = trial_of(r, t)[concentration_index(r->plan, design, slope->first + w, MEASURE_NORM)];
        slopes[t] = log_line(widths, medians, slope->count, logs, confidence).slope;
    }
    slope->mean = stats_summarise(slopes, r->trials).mean;
    slope->interval = stats_mean_interval(slopes, r->trials, confidence);
}

/* A deviation of exactly 0 (few rows, few neurons) has no logarithm. */
static bool any_zero(const concentration_result *r, size_t design, size_t first)
{
    for (size_t t = 0; t < r->trials; t++)
        for (size_t w = first; w < r->plan->width_count; w++)
            if (trial_of(r, t)[concentration_index(r->plan, design, w, MEASURE_NORM)] == 0)
                return true;
    return false;
}

status concentration_fit_slope(const concentration_result *r, size_t design, double confidence,
                               concentration_slope *slope)
{
    size_t total = r->plan->width_count, first = 0;
    while (first < total && r->plan->widths[first] * r->plan->designs[design].xi < CRITERION_SLOPE_ACTIVE)
        first++;
    *slope = (concentration_slope){first, total - first, NAN, {NAN, NAN}, NAN};
    if (slope->count < 3 || any_zero(r, design, first))
        slope->count = 0;
    if (slope->count == 0)
        return OK;
    double *logs = allocate(slope->count, 3 * sizeof *logs, "logarithms"),
           *slopes = allocate(r->trials, 2 * sizeof *slopes, "slopes");
    status done = logs && slopes ? OK : FAILED;
    if (done == OK)
        fit_slope(r, design, confidence, logs, logs + 2 * slope->count, slopes, slopes + r->trials, slope);
    free(logs);
    free(slopes);
    return done;
}

/* |a - b| over the half-width allowed; NaN stays. */
static double in_halves(double difference, stats_interval interval, double rounding)
{
    return fabs(difference) / ((interval.high - interval.low) / 2 + rounding);
}

/* -1/2 lies in the interval of every design. */
static status check_slope(const concentration_result *r, theory_rows *list)
{
    statement_row *row = theory_row(list, "Theorem 2, slope -1/2", DERIVED, "");
    if (!row)
        return FAILED;
    double confidence = 1 - (1 - CRITERION_CONFIDENCE) / (double)r->plan->design_count, worst = -1;
    snprintf(row->hypotheses, sizeof row->hypotheses,
             "three widths with m xi >= %g and no deviation of exactly 0: not met, give more --widths",
             (double)CRITERION_SLOPE_ACTIVE);
    for (size_t k = 0; k < r->plan->design_count; k++) {
        concentration_slope slope;
        if (concentration_fit_slope(r, k, confidence, &slope) != OK)
            return FAILED;
        double off = in_halves(slope.mean + 0.5, slope.interval, 0);
        if (slope.count == 0 || off <= worst || isnan(worst))
            continue;
        worst = off;
        theory_check_at_most(row, true, 1, off, r->trials);
        row->bound = -0.5;
        row->observed = slope.mean;
        row->slack = row->bound / row->observed;
        snprintf(row->says, sizeof row->says,
                 "slope of log ||H_m - xi Hinf|| in log m is -1/2; worst at %s xi=%g: in (%.4f, %.4f)",
                 concentration_kind(&r->plan->designs[k]), r->plan->designs[k].xi, slope.interval.low,
                 slope.interval.high);
        snprintf(row->hypotheses, sizeof row->hypotheses, "m xi >= %g: met at the %zu widths fitted, m >= %g",
                 (double)CRITERION_SLOPE_ACTIVE, slope.count, r->plan->widths[slope.first]);
    }
    return OK;
}

/* --- exact expectations --- */

/* E[H_m] = xi Hinf, at the largest width: every probe's interval, all at CRITERION_CONFIDENCE together. expected
 * (probes): scratch. */
static double worst_probe(const concentration_result *r, const double *expected, size_t probes, double *x)
{
    double worst = 0, confidence = 1 - (1 - CRITERION_CONFIDENCE) / (double)(probes * r->plan->design_count);
    for (size_t k = 0; k < r->plan->design_count; k++)
        for (size_t j = 0; j < probes; j++) {
            for (size_t t = 0; t < r->trials; t++)
                x[t] = trial_of(r, t)[concentration_probe_index(r->plan, k) + j];
            double mean = stats_summarise(x, r->trials).mean, wanted = r->plan->designs[k].xi * expected[j];
            double off = in_halves(mean - wanted, stats_mean_interval(x, r->trials, confidence),
                                   CRITERION_EXACT * fmax(1, fabs(wanted)));
            if (isnan(off))
                return NAN;
            worst = fmax(worst, off);
        }
    return worst;
}

static status check_mean(const concentration_result *r, double *x, theory_rows *list)
{
    statement_row *row =
        theory_row(list, "E[H_m] over W_0 and masks", EXACT,
                   "E[H_m] = xi Hinf: |mean of trials - xi Hinf| over the half-width of its interval, the worst");
    size_t probes = concentration_probes(r->plan->n);
    double *expected = row ? allocate(probes, sizeof *expected, "expected kernel") : NULL;
    if (!expected)
        return FAILED;
    concentration_probe(r->plan->Hinf, r->plan->n, expected);
    theory_check_at_most(row, true, 1, worst_probe(r, expected, probes, x), r->trials);
    snprintf(row->hypotheses, sizeof row->hypotheses,
             "%zu entries, the trace and the sum, %zu kinds of masks, m=%g; intervals hold together at %g", probes - 2,
             r->plan->design_count, largest_width(r), CRITERION_CONFIDENCE);
    free(expected);
    return OK;
}

/* x (trials): m ||H_m - xi Hinf||_F^2/V, mean over the widths; its expectation is 1. */
static void scaled_squares(const concentration_result *r, size_t design, double *x)
{
    double V = concentration_variance(r->G, r->plan->Hinf, r->plan->n, r->plan->designs[design].xi);
    for (size_t t = 0; t < r->trials; t++) {
        x[t] = 0;
        for (size_t w = 0; w < r->plan->width_count; w++)
            x[t] += r->plan->widths[w] * trial_of(r, t)[concentration_index(r->plan, design, w, MEASURE_SQUARE)] / V;
        x[t] /= (double)r->plan->width_count;
    }
}

static status check_square(const concentration_result *r, double *x, theory_rows *list)
{
    statement_row *row = theory_row(list, "E||H_m - xi Hinf||_F^2", EXACT, "");
    if (!row)
        return FAILED;
    double confidence = 1 - (1 - CRITERION_CONFIDENCE) / (double)r->plan->design_count, worst = -1;
    for (size_t k = 0; k < r->plan->design_count; k++) {
        scaled_squares(r, k, x);
        stats_interval interval = stats_mean_interval(x, r->trials, confidence);
        double mean = stats_summarise(x, r->trials).mean, off = in_halves(mean - 1, interval, 0);
        if (off <= worst || isnan(worst))
            continue;
        worst = off;
        theory_check_at_most(row, true, 1, off, r->trials);
        row->observed = mean;
        row->slack = 1 / mean;
        snprintf(
            row->says, sizeof row->says,
            "m E||H_m - xi Hinf||_F^2 / sum_ij (xi G Hinf - xi^2 Hinf^2)_ij = 1; worst at %s xi=%g: in (%.4f, %.4f)",
            concentration_kind(&r->plan->designs[k]), r->plan->designs[k].xi, interval.low, interval.high);
    }
    snprintf(row->hypotheses, sizeof row->hypotheses,
             "none; mean over trials and %zu widths, intervals hold together at %g", r->plan->width_count,
             CRITERION_CONFIDENCE);
    return OK;
}

status concentration_judge(const concentration_result *r, theory_rows *list)
{
    double *x = allocate(r->trials, sizeof *x, "one number of every trial");
    status done = x ? OK : FAILED;
    if (done == OK)
        done = check_mean(r, x, list);
    if (done == OK)
        done = check_square(r, x, list);
    for (size_t c = 0; done == OK && c < sizeof CURVES / sizeof *CURVES; c++)
        done = check_curve(r, &CURVES[c], x, list);
    if (done == OK)
        done = check_slope(r, list);
    if (done == OK)
        done = check_paper(r, x, list);
    free(x);
    return done;
}
