/* Summaries, limits and fits of repeated measurements (GSL's statistics and distributions). NaN in,
 * NaN out: that holds of observations and of arguments outside their domain alike. Trend tests:
 * trend.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STATS_STATS_H
#define STATS_STATS_H

#include <stddef.h>

typedef struct {
    double mean, sd, min, max;
} stats_summary;                                          /* sd with n-1; 0 for n = 1 */
stats_summary stats_summarise(const double *x, size_t n); /* all NaN if any x is NaN or n = 0 */

typedef struct {
    double low, high;
} stats_interval;

/* Mean and sum of squared deviations from it, one observation after another (Welford). Zeroed:
 * none. Doubles alone. */
typedef struct {
    double count, mean, squares;
} stats_running;
void stats_running_add(stats_running *all, double x);
/* Adds the observations of `more` (Chan, Golub, LeVeque, Algorithms for computing the sample
 * variance, 1983). */
void stats_running_merge(stats_running *all, const stats_running *more);

/* Two-sided t interval of the mean at the given confidence (0.95); NaN for n < 2. */
stats_interval stats_mean_interval(const double *x, size_t n, double confidence);

/* Clopper-Pearson limits, one-sided at the given confidence, of a probability: k successes of n
 * trials. */
double stats_clopper_pearson_upper(size_t k, size_t n, double confidence);
double stats_clopper_pearson_lower(size_t k, size_t n, double confidence);

/* The q-quantile (0..1) of x (n), linear between order statistics; x is not changed. NaN if no
 * memory or NaN in x. */
double stats_quantile(const double *x, size_t n, double q);
/* Distribution-free interval of the q-quantile from order statistics (binomial); a side that the
 * sample cannot reach is -inf or +inf. */
stats_interval stats_quantile_interval(const double *x, size_t n, double q, double confidence);

/* Least-squares line y = a + b x with the t interval of b. */
typedef struct {
    double intercept, slope, slope_se;
    stats_interval slope_interval;
} stats_line;
stats_line stats_fit_line(const double *x, const double *y, size_t n, double confidence);

/* The same slope for several groups, each with a constant of its own: y = a_group + b x. group (n):
 * any labels. The t interval has n - groups - 1 degrees of freedom, NaN without one; intercept is
 * NaN. NaN if no memory. */
stats_line stats_fit_groups(const double *x, const double *y, const double *group, size_t n,
                            double confidence);

#endif
