/* Numbers against what they should be, and the table of comparisons. */
#include "theory/mask_moments/mask_moments.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include "theory/shared/criteria.h"

static double largest_of(const double *x, size_t count, double largest) {
    for (size_t k = 0; k < count; k++) { largest = fmax(largest, fabs(x[k])); }
    return largest;
}

void tightest_keep(tightest *kept, double value, double bound) {
    double was = safe_ratio(kept->value, kept->bound), is = safe_ratio(value, bound);
    if (!(is <= was) && !isnan(was)) { *kept = (tightest){value, bound}; }
}

/* The first of the entries that are the largest to rounding: any processor finds the same one. */
static size_t largest_entry(const double *x, size_t count) {
    const double same_size = 1 - 1e-9, close = same_size * largest_of(x, count, 0);
    size_t k = 0;
    while (k + 1 < count && !(fabs(x[k]) >= close)) { k++; }
    return k;
}

moments_comparison moments_compare_exact(const double *expected, const double *observed,
                                         size_t count) {
    double scale = largest_of(observed, count, largest_of(expected, count, 0)), worst = -1;
    double tolerance = CRITERION_EXACT * scale;
    size_t shown = 0;
    for (size_t k = 0; k < count; k++) {
        double error = fabs(observed[k] - expected[k]);
        if (error <= worst || isnan(worst)) { continue; }
        worst = error;
        shown = k;
    }
    if (worst <= tolerance) { shown = largest_entry(expected, count); }
    return (moments_comparison){.expected = expected[shown],
                                .observed = observed[shown],
                                .error = worst,
                                .tolerance = tolerance,
                                .relative = safe_ratio(worst, scale),
                                .p = NAN,
                                .compared = count};
}

moments_comparison moments_compare_sampled(double expected, const stats_running *draws,
                                           double rounding, double size) {
    double below = (1 - CLAIM_CONFIDENCE) / 2 / MOMENT_FAMILY, degrees = draws->count - 1;
    double quantile = gsl_cdf_tdist_Qinv(below, degrees);
    double deviation = sqrt(draws->squares / degrees / draws->count);
    double error = fabs(draws->mean - expected);
    double cancelled = CRITERION_ROUNDINGS * DBL_EPSILON * size;
    double allowed = rounding + fmax(CRITERION_EXACT * fabs(expected), cancelled);
    double beyond = error - allowed;
    double tail = beyond <= 0 ? 0.5 : gsl_cdf_tdist_Q(beyond / deviation, degrees);
    double tolerance = quantile * deviation + allowed;
    bool known = !isnan(safe_ratio(error, tolerance));
    return (moments_comparison){.expected = expected,
                                .observed = draws->mean,
                                .error = error,
                                .tolerance = tolerance,
                                .relative = NAN,
                                .p = known ? fmin(2 * MOMENT_FAMILY * tail, 1) : NAN,
                                .compared = 1};
}

moments_comparison moments_compare_bound(double bound, double observed, size_t compared) {
    return (moments_comparison){.expected = bound,
                                .observed = observed,
                                .error = observed <= bound ? 0 : observed - bound,
                                .relative = NAN,
                                .p = NAN,
                                .compared = compared};
}

void moments_put(table *t, moments_subject about, moments_comparison c) {
    if (!t) { return; }
    table_row(t);
    row_text(t, "fact", "number of the fact, or lemma of the paper", about.fact);
    row_text(t, "mask", "bernoulli, categorical, or - where no mask is drawn or both kinds are",
             about.mask ? about.mask : "");
    row_text(t, "way",
             "enumerated (every mask of a small network), simulated, trained (rounds of runs), "
             "computed (closed forms)",
             about.way);
    row_text(t, "quantity", "what is compared", about.quantity);
    row_text(t, "along",
             "entries: each by itself; or a mean of all entries with weights equal, as the "
             "expected values, as their minor terms, or of random signs",
             about.along ? about.along : "");
    row_text(t, "relation", "= or <= between observed and expected",
             about.relation ? about.relation : "<=");
    row_number(
        t, "compared",
        "numbers compared; the line shows the one farthest off, or, where nothing but rounding "
        "parts them, the one that is expected to be the largest",
        (double)c.compared);
    row_number(t, "trials", "masks enumerated, draws, starts or rounds", about.trials);
    row_number(t, "expected", "closed form; the bound where the relation is <=", c.expected);
    row_number(t, "observed", "mean or worst of what was computed", c.observed);
    row_number(t, "error",
               "|observed - expected| of the one farthest off; what observed exceeds the bound by",
               c.error);
    row_number(t, "tolerance",
               "largest error that passes: 1e-12 of the largest number, or half the family-wise "
               "99.9 % interval",
               c.tolerance);
}

/* --- means over masks --- */

static const struct {
    const char *fact, *name;
} quantities[MOMENTS] = {[MOMENT_TAKEN] = {"E1", "b_r"},
                         [MOMENT_SHARE] = {"E2", "eta_r m_r^l"},
                         [MOMENT_RECIPROCAL] = {"E2", "b_r/c_r"},
                         [MOMENT_NU_SAME] = {"E3", "nu_rr"},
                         [MOMENT_NU_OTHER] = {"E3", "nu_rr'"},
                         [MOMENT_NU_SAME2] = {"E4", "nu_rr^2"},
                         [MOMENT_NU_OTHER2] = {"E4", "nu_rr'^2"},
                         [MOMENT_MIXING] = {"E5", "ut_r(x_i)"},
                         [MOMENT_SPREAD] = {"E6", "sum_i(ut_r-b_r u)^2"},
                         [MOMENT_GRADIENT] = {"E7", "<x_i,g_r>"},
                         [MOMENT_KERNEL] = {"E8", "(H_m)_ij"},
                         [MOMENT_JUMP] = {"E9", "||u-u^l||^2"},
                         [MOMENT_CHANGE] = {"E12", "(u_{k+1}-u_k)/eta"},
                         [MOMENT_RESIDUAL] = {"Lemma 4", "||ut_r-b_r y||^2"}};

const char *const moments_kind_names[KINDS] = {"bernoulli", "categorical"};

/* Whether a statement "FACT (...)" is about the quantity. */
static bool is_about(const char *statement, moment f) {
    size_t length = strlen(quantities[f].fact);
    return strncmp(statement, quantities[f].fact, length) == 0 && statement[length] == ' ';
}

double moments_enumerated_error(const moments_kind *k, const char *statement, table *t) {
    moments_layout at = moments_layout_of(&k->small);
    double worst = 0;
    for (moment f = 0; f < MOMENTS; f++) {
        if (!is_about(statement, f)) { continue; }
        const double *expected = k->expected + at.first[f], *mean = k->mean + at.first[f];
        moments_comparison c = moments_compare_exact(expected, mean, moments_count(&at, f));
        moments_put(t,
                    (moments_subject){quantities[f].fact, "enumerated", quantities[f].name,
                                      (double)k->masks, moments_kind_names[k->run.mask], "entries",
                                      "="},
                    c);
        worst = record_larger(worst, c.relative);
    }
    return worst;
}

double moments_simulated_p(const moments_kind *k, const char *statement, table *t) {
    static const char *const along[MOMENT_DIRECTIONS] = {"mean",  "expected", "minor",
                                                         "signs", "signs",    "signs"};
    double smallest = 1;
    for (size_t view = 0; view < MOMENT_VIEWS; view++) {
        moment f = (moment)(view / MOMENT_DIRECTIONS);
        if (!is_about(statement, f)) { continue; }
        const stats_running *seen = &k->sample.views[view];
        moments_comparison c = moments_compare_sampled(
            k->views.expected[view], seen, moments_rounding(&k->large, f), k->views.largest[f]);
        moments_put(t,
                    (moments_subject){quantities[f].fact, "simulated", quantities[f].name,
                                      seen->count, moments_kind_names[k->run.mask],
                                      along[view % MOMENT_DIRECTIONS], "="},
                    c);
        smallest = record_smaller(smallest, c.p);
    }
    return smallest;
}
