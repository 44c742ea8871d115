/* The statements about H_m at initialisation, judged by independent random networks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "study/own_masks.h"
#include "theory/ntk_concentration/ntk_concentration.h"
#include "theory/criteria.h"
#include "stats/extreme.h"

static double largest_width(const study_run *r) {
    const option_list *widths = concentration_widths(r);
    return widths->values[widths->count - 1];
}

/* A mean's distance from `bound` over the half-width of its interval and what rounding may add; NaN
 * stays. */
static double in_halves(double mean, double bound, stats_interval interval, double rounding) {
    return fabs(mean - bound) / ((interval.high - interval.low) / 2 + rounding);
}

/* A Student interval of a mean over trials says nothing of fewer. */
static bool trials_suffice(const study_run *r) { return r->repeats >= CRITERION_MEAN_TRIALS; }

/* Keeps the mean of a design if it is the farthest from `bound` so far. */
static bool keep_farthest(const study_run *r, size_t design, double bound, double mean,
                          stats_interval interval, double *farthest, evidence *e) {
    const mask_design *d = &concentration_of(r)->designs[design];
    double off = in_halves(mean, bound, interval, 0);
    if (off <= *farthest || isnan(*farthest)) { return false; }
    *farthest = off;
    claim_check_only_if(e, trials_suffice(r));
    claim_estimated(e, bound, mean, interval, r->repeats);
    claim_says(e, "%s; worst at %s xi=%g: in (%.4f, %.4f)", e->claim->says, mask_design_kind(d),
               d->xi, interval.low, interval.high);
    return true;
}

/* --- exact expectations --- */

/* E[H_m] = xi Hinf, at the largest width: the probe that is farthest off, of all designs. An entry
 * over <x_i, x_j> is a share of neurons, those that a mask takes and both inputs activate; where
 * too few of them are expected in all trials, no interval is to be had. */
static status mean_of_kernel(const study_run *r, evidence *e) {
    const concentration_context *c = concentration_of(r);
    size_t probes = concentration_probe_count(r->data->n), judged = 0;
    double *expected = claim_array(e, probes), *products = claim_array(e, probes);
    double *x = claim_array(e, r->repeats), neurons = largest_width(r) * (double)r->repeats;
    double farthest = 0, confidence = claim_confidence_of_each(probes * c->design_count);
    if (!expected || !products || !x) { return FAILED; }
    concentration_probe(c->data.Hinf, r->data->n, expected);
    concentration_probe(c->data.G, r->data->n, products);
    for (size_t k = 0; k < probes * c->design_count; k++) {
        size_t design = k / probes, probe = k % probes;
        double wanted = c->designs[design].xi * expected[probe];
        if (neurons * fabs(safe_ratio(wanted, products[probe])) < CRITERION_EVENTS) { continue; }
        judged++;
        for (size_t t = 0; t < r->repeats; t++) {
            x[t] = concentration_probes_at(r, study_values(r, 0, t), design)[probe];
        }
        double off = in_halves(stats_summarise(x, r->repeats).mean, wanted,
                               stats_mean_interval(x, r->repeats, confidence),
                               CRITERION_EXACT * fmax(1, fabs(wanted)));
        extreme_raise(&farthest, off);
    }
    claim_check_only_if(e, judged > 0 && trials_suffice(r));
    claim_supposes(e, true,
                   "%zu entries, the trace and the sum, %zu kinds of masks, m=%g; intervals hold "
                   "together at %g",
                   probes - 2, c->design_count, largest_width(r), CLAIM_CONFIDENCE);
    own_masks_suppose_drawn(&concentration_of(r)->sets, e);
    return claim_saw(e, 1, farthest, (double)r->repeats);
}

/* x (trials): m ||H_m - xi Hinf||_F^2/V, mean over the widths; its expectation is 1. */
static void scaled_squares(const study_run *r, size_t design, double *x) {
    const concentration_context *c = concentration_of(r);
    const option_list *widths = concentration_widths(r);
    const mask_design *masks = &c->designs[design];
    double V = masked_kernel_variance(c->data.G, c->data.Hinf, c->data.data.n, masks->xi,
                                      mask_sized(masks->kind));
    for (size_t t = 0; t < r->repeats; t++) {
        const deviation *one = concentration_at(r, study_values(r, 0, t), design, 0);
        x[t] = 0;
        for (size_t w = 0; w < widths->count; w++) {
            x[t] += widths->values[w] * one[w].square / V;
        }
        x[t] /= (double)widths->count;
    }
}

/* E||H_m - xi Hinf||_F^2 = V/m, for the design that is farthest off. */
static status mean_of_square(const study_run *r, evidence *e) {
    const concentration_context *c = concentration_of(r);
    double *x = claim_array(e, r->repeats), farthest = -1;
    if (!x) { return FAILED; }
    for (size_t k = 0; k < c->design_count; k++) {
        /* a quarter of the neurons of a mask count for an entry of inputs at a right angle */
        double counted = c->designs[k].xi / 4 * concentration_widths(r)->values[0];
        claim_check_only_if(e, counted * (double)r->repeats >= CRITERION_EVENTS);
        scaled_squares(r, k, x);
        keep_farthest(r, k, 1, stats_summarise(x, r->repeats).mean,
                      stats_mean_interval(x, r->repeats, claim_confidence_of_each(c->design_count)),
                      &farthest, e);
    }
    if (mask_sized(c->designs[0].kind)) {
        claim_says(e,
                   "m E||H_m - xi Hinf||_F^2 / sum_ij xi (G Hinf - Hinf^2)_ij = 1, xi m neurons");
    }
    claim_supposes(e, true, "none; mean over trials and %zu widths, intervals hold together at %g",
                   concentration_widths(r)->count, CLAIM_CONFIDENCE);
    own_masks_suppose_drawn(&concentration_of(r)->sets, e);
    return OK;
}

/* --- bounds that hold at every width with probability 1 - delta --- */

typedef double bound_at(const bounds_setting *s, double m);
typedef double bound_width(const bounds_setting *s);

typedef struct {
    size_t number; /* of the deviation, that is bounded */
    bool lower;    /* from below; a bound of 0 asserts nothing */
    bound_at *at;
    const char *goal;   /* what Theorem 2 wants of it */
    bound_width *width; /* and from which width on it is so */
} curve;

/* A bound at one design and width, and how the trials stood to it. */
typedef struct {
    size_t design, width, failures;
    double bound, quantile; /* quantile: 1 - delta (upper bounds) or delta */
} worst_case;

static worst_case measure_case(const study_run *r, const curve *c, size_t design, size_t width,
                               double *x) {
    const bounds_setting *s = &concentration_of(r)->bounds[design];
    worst_case w = {design, width, 0, c->at(s, concentration_widths(r)->values[width]), NAN};
    concentration_column(r, design, width, c->number, x);
    for (size_t t = 0; t < r->repeats; t++) {
        w.failures += !(c->lower ? x[t] >= w.bound : x[t] <= w.bound);
    }
    w.quantile = stats_quantile(x, r->repeats, c->lower ? s->delta : 1 - s->delta);
    if (isnan(w.quantile)) { w.failures = r->repeats; }
    return w;
}

/* How near the quantile comes to its bound: 1 at it, more beyond. */
static double tightness(const curve *c, const worst_case *w) {
    return c->lower ? w->bound / w->quantile : w->quantile / w->bound;
}

/* The case with most failures, and among these where the bound is tightest, from width number
 * `from` on; false: nothing is asserted there. x (trials): scratch. */
static bool find_worst(const study_run *r, const curve *c, size_t from, double *x,
                       worst_case *worst) {
    bool found = false;
    for (size_t k = 0; k < concentration_of(r)->design_count; k++) {
        for (size_t w = from; w < concentration_widths(r)->count; w++) {
            worst_case one = measure_case(r, c, k, w, x);
            if (c->lower && one.bound == 0) { continue; }
            bool tighter = !(tightness(c, &one) <= tightness(c, worst));
            if (!found || one.failures > worst->failures ||
                (one.failures == worst->failures && tighter)) {
                *worst = one;
            }
            found = true;
        }
    }
    return found;
}

/* Refuted where the Clopper-Pearson limit of the failures, one of a family over all cases, exceeds
 * delta. */
static status saw_case(const study_run *r, const worst_case *worst, evidence *e) {
    const concentration_context *c = concentration_of(r);
    const mask_design *design = &c->designs[worst->design];
    e->allowed = c->bounds[worst->design].delta;
    e->failures = worst->failures;
    e->confidence = claim_confidence_of_each(c->design_count * concentration_widths(r)->count);
    claim_says(
        e, "%s; worst at %s xi=%g m=%g: %zu of %zu fail, so P(fail) <= %.2g at 95 %%",
        e->claim->says, mask_design_kind(design), design->xi,
        concentration_widths(r)->values[worst->width], worst->failures, r->repeats,
        stats_clopper_pearson_upper(worst->failures, r->repeats, CRITERION_SHOWN_CONFIDENCE));
    return claim_saw(e, worst->bound, worst->quantile, (double)r->repeats);
}

/* The setting of the design that asks for the least width. */
static const bounds_setting *least_of(const study_run *r, bound_width *width) {
    const concentration_context *c = concentration_of(r);
    const bounds_setting *least = &c->bounds[0];
    for (size_t k = 1; k < c->design_count; k++) {
        if (width(&c->bounds[k]) < width(least)) { least = &c->bounds[k]; }
    }
    return least;
}

/* A bound, the claim's subject, holds at every design and width. */
static status hold_bound(const study_run *r, evidence *e) {
    const curve *c = e->claim->subject;
    const bounds_setting *least = least_of(r, c->width);
    double needed = c->width(least), largest = largest_width(r), *x = claim_array(e, r->repeats);
    worst_case worst = {0};
    if (!x) { return FAILED; }
    claim_supposes(e, true, "nothing about m; %s = %.3g on (xi=%g), m <= %g here: %s", c->goal,
                   needed, least->xi, largest, largest >= needed ? "reached" : "not reached");
    own_masks_suppose_drawn(&concentration_of(r)->sets, e);
    if (find_worst(r, c, 0, x, &worst)) { return saw_case(r, &worst, e); }
    claim_says(e, "%s; r = 0 at m <= %g: nothing is asserted", e->claim->says, largest);
    claim_check_only_if(e, false);
    return OK;
}

#define NUMBER(name) CLAIM_NUMBER(deviation, name)

/* ||D|| <= ||D||_F <= n s where every entry is at most s. */
static double hoeffding_norm(const bounds_setting *s, double m) {
    return s->n * bounds_deviation_hoeffding(s, m);
}

static double chernoff_width(const bounds_setting *s) { return bounds_width_chernoff(s, 0.25); }

/* --- the exponent with which the deviation falls in the width --- */

/* -1/2 lies in the interval of every design. */
static status slope_of_norm(const study_run *r, evidence *e) {
    const size_t designs = concentration_of(r)->design_count;
    double *x = claim_array(e, r->repeats), farthest = -1;
    if (!x) { return FAILED; }
    claim_supposes(e, true,
                   "three widths with m xi >= %g and no deviation of exactly 0: not met, give more "
                   "--widths",
                   (double)CRITERION_SLOPE_ACTIVE);
    for (size_t k = 0; k < designs; k++) {
        concentration_slope slope =
            concentration_fit_slope(r, k, claim_confidence_of_each(designs), x);
        if (slope.count > 0 &&
            keep_farthest(r, k, -0.5, slope.mean, slope.interval, &farthest, e)) {
            claim_supposes(e, true, "m xi >= %g: met at the %zu widths fitted, m >= %g",
                           (double)CRITERION_SLOPE_ACTIVE, slope.count,
                           concentration_widths(r)->values[slope.first]);
        }
    }
    claim_check_only_if(e, farthest != -1);
    own_masks_suppose_drawn(&concentration_of(r)->sets, e);
    return OK;
}

/* --- Theorem 2 as the paper states it, at initialisation --- */

static double half_at_any_width(const bounds_setting *s, double m) {
    (void)s, (void)m;
    return 0.5;
}

static double half_at_its_width(const bounds_setting *s, double m) {
    return m >= bounds_width_theorem(s) ? 0.5 : 0;
}

/* lambda_min(H_m) >= xi lambda0/2 at the widths that the theorem asks for; where none was tried,
 * what happens at the largest. */
static status theorem_2(const study_run *r, evidence *e) {
    const bounds_setting *least = least_of(r, bounds_width_theorem);
    curve conclusion = {.number = NUMBER(ratio), .lower = true, .at = half_at_its_width};
    double *x = claim_array(e, r->repeats);
    worst_case worst = {0};
    if (!x) { return FAILED; }
    bool met = find_worst(r, &conclusion, 0, x, &worst);
    conclusion.at = half_at_any_width;
    if (!met) { find_worst(r, &conclusion, concentration_widths(r)->count - 1, x, &worst); }
    claim_supposes(e, met,
                   "m >= n^2 log(Kpn/delta)/(xi lambda0^2) = %.3g (xi=%g; its constant read as "
                   "1), m <= %g here: %s",
                   bounds_width_theorem(least), least->xi, largest_width(r),
                   met ? "met" : "not met");
    own_masks_suppose_drawn(&concentration_of(r)->sets, e);
    return saw_case(r, &worst, e);
}

static const claim claims[] = {
    {"E[H_m] over W_0 and masks", "kernel-mean", EXACT, TEST_AT_MOST,
     "E[H_m] = xi Hinf: |mean of trials - xi Hinf| over the half-width of its interval, the worst",
     mean_of_kernel},
    {"E||H_m - xi Hinf||_F^2", "kernel-variance", EXACT, TEST_MEAN_EQUAL,
     "m E||H_m - xi Hinf||_F^2 / sum_ij (xi G Hinf - xi^2 Hinf^2)_ij = 1", mean_of_square},
    {"Theorem 2, Hoeffding, entries", "hoeffding", DERIVED, TEST_QUANTILE_AT_MOST,
     "every |H_m - xi Hinf|_ij <= s, Hoeffding", hold_bound,
     .subject = &(const curve){NUMBER(entry), false, bounds_deviation_hoeffding,
                               "s <= xi lambda0/(4n) from m", bounds_width_hoeffding}},
    {"Theorem 2, Hoeffding, norm", "hoeffding", DERIVED, TEST_QUANTILE_AT_MOST,
     "||H_m - xi Hinf||_F <= n s, Hoeffding", hold_bound,
     .subject = &(const curve){NUMBER(frobenius), false, hoeffding_norm,
                               "n s <= xi lambda0/4 from m", bounds_width_hoeffding}},
    {"Theorem 2, Bernstein, entries", "bernstein", DERIVED, TEST_QUANTILE_AT_MOST,
     "every |H_m - xi Hinf|_ij <= s, Bernstein", hold_bound,
     .subject = &(const curve){NUMBER(entry), false, bounds_deviation_bernstein,
                               "s <= xi lambda0/(4n) from m", bounds_width_bernstein}},
    {"Theorem 2, matrix Bernstein", "matrix-bernstein", DERIVED, TEST_QUANTILE_AT_MOST,
     "||H_m - xi Hinf|| <= s, matrix Bernstein", hold_bound,
     .subject = &(const curve){NUMBER(norm), false, bounds_deviation_matrix_bernstein,
                               "s <= xi lambda0/4 from m", bounds_width_matrix_bernstein}},
    {"Theorem 2, matrix Chernoff", "matrix-chernoff", DERIVED, TEST_QUANTILE_AT_LEAST,
     "lambda_min(H_m) >= r xi lambda0, matrix Chernoff", hold_bound,
     .subject = &(const curve){NUMBER(ratio), true, bounds_lower_chernoff, "r >= 3/4 from m",
                               chernoff_width}},
    {"Theorem 2, slope -1/2", "deviation-slope", DERIVED, TEST_MEAN_EQUAL,
     "slope of log ||H_m - xi Hinf|| in log m is -1/2", slope_of_norm},
    {"Theorem 2", "theorem-2", PAPER, TEST_QUANTILE_AT_LEAST, "lambda_min(H_m) >= xi lambda0/2",
     theorem_2}};

const claim_group concentration_claims[] = {{CLAIMS(claims)}, {NULL}};
