/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/comparison.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>

#include "study/confidence.h"
#include "study/record.h"
#include "stats/extreme.h"

/* The first of the entries that are the largest to rounding: any processor finds the same one. */
static size_t largest_entry(const double *x, size_t count) {
    const double same_size = 1 - 1e-9, close = same_size * extreme_largest(x, count);
    size_t k = 0;
    while (k + 1 < count && !(fabs(x[k]) >= close)) { k++; }
    return k;
}

comparison compare_exact(const double *expected, const double *observed, size_t count,
                         double relative) {
    double scale =
        extreme_larger(extreme_largest(expected, count), extreme_largest(observed, count));
    double tolerance = relative * scale, worst = -1;
    size_t shown = 0;
    for (size_t k = 0; k < count; k++) {
        double error = fabs(observed[k] - expected[k]);
        if (error <= worst || isnan(worst)) { continue; }
        worst = error;
        shown = k;
    }
    if (worst <= tolerance) { shown = largest_entry(expected, count); }
    return (comparison){.expected = expected[shown],
                        .observed = observed[shown],
                        .error = worst,
                        .tolerance = tolerance,
                        .relative = safe_ratio(worst, scale),
                        .p = NAN,
                        .compared = count};
}

comparison compare_sampled(double expected, const stats_running *draws, double rounding,
                           size_t family) {
    double means = (double)family, degrees = draws->count - 1;
    double quantile = gsl_cdf_tdist_Qinv((1 - CLAIM_CONFIDENCE) / 2 / means, degrees);
    double deviation = sqrt(draws->squares / degrees / draws->count);
    double error = fabs(draws->mean - expected), beyond = error - rounding;
    double tail = beyond <= 0 ? 0.5 : gsl_cdf_tdist_Q(beyond / deviation, degrees);
    double tolerance = quantile * deviation + rounding;
    bool known = !isnan(safe_ratio(error, tolerance));
    return (comparison){.expected = expected,
                        .observed = draws->mean,
                        .error = error,
                        .tolerance = tolerance,
                        .relative = NAN,
                        .p = known ? fmin(2 * means * tail, 1) : NAN,
                        .compared = 1};
}

comparison compare_at_most(double bound, double observed, size_t compared) {
    return (comparison){.expected = bound,
                        .observed = observed,
                        .error = observed <= bound ? 0 : observed - bound,
                        .relative = NAN,
                        .p = NAN,
                        .compared = compared};
}
