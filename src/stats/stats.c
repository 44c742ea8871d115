/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/stats.h"

#include "base/error.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_fit.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_confidence(double confidence) { return confidence > 0 && confidence < 1; }

/* GSL's mean, standard deviation, minimum and maximum are NaN if a number is. */
stats_summary stats_summarise(const double *x, size_t n) {
    if (n == 0) { return (stats_summary){NAN, NAN, NAN, NAN}; }
    stats_summary s = {.mean = gsl_stats_mean(x, 1, n)};
    if (n > 1) { s.sd = gsl_stats_sd_m(x, 1, n, s.mean); }
    gsl_stats_minmax(&s.min, &s.max, x, 1, n);
    return s;
}

/* Value +- the t quantile of the given degrees of freedom times the standard error. */
static stats_interval t_interval(double value, double error, size_t degrees, double confidence) {
    double half = gsl_cdf_tdist_Qinv((1 - confidence) / 2, (double)degrees) * error;
    return (stats_interval){value - half, value + half};
}

void stats_running_add(stats_running *all, double x) {
    double before = x - all->mean;
    all->count++;
    all->mean += before / all->count;
    all->squares += before * (x - all->mean);
}

void stats_running_merge(stats_running *all, const stats_running *more) {
    double count = all->count + more->count, share = more->count / count;
    double apart = more->mean - all->mean;
    all->mean = fma(share, apart, all->mean); /* one rounding, whatever the compiler makes of it */
    all->squares += more->squares + apart * apart * all->count * share;
    all->count = count;
}

stats_interval stats_mean_interval(const double *x, size_t n, double confidence) {
    if (n < 2 || !is_confidence(confidence)) { return (stats_interval){NAN, NAN}; }
    stats_summary s = stats_summarise(x, n);
    return t_interval(s.mean, s.sd / sqrt((double)n), n - 1, confidence);
}

/* P(Bin(n, p) >= k), the regularised incomplete beta function I_p(k, n - k + 1). */
static double binomial_upper_tail(size_t k, size_t n, double p) {
    if (k == 0) { return 1; }
    return k > n ? 0 : gsl_cdf_beta_P(p, (double)k, (double)(n - k) + 1);
}

/* P(Bin(n, p) <= k). */
static double binomial_lower_tail(size_t k, size_t n, double p) {
    return k >= n ? 1 : gsl_cdf_beta_Q(p, (double)k + 1, (double)(n - k));
}

/* The p at which P(Bin(n, p) >= k) = alpha, by bisection down to neighbouring numbers: the tail
 * grows with p. (gsl_cdf_beta_Pinv of GSL 2.7.1 gives NaN at scattered arguments, n = 500, k = 475,
 * alpha = 1e-4 among them.) */
double stats_clopper_pearson_lower(size_t k, size_t n, double confidence) {
    if (k > n || !is_confidence(confidence)) { return NAN; }
    if (k == 0) { return 0; }
    double low = 0, high = 1;
    for (double middle = 0.5; middle > low && middle < high; middle = low + (high - low) / 2) {
        if (binomial_upper_tail(k, n, middle) <= 1 - confidence) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Successes and failures change places. */
double stats_clopper_pearson_upper(size_t k, size_t n, double confidence) {
    return k > n ? NAN : 1 - stats_clopper_pearson_lower(n - k, n, confidence);
}

static bool any_nan(const double *x, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i])) { return true; }
    }
    return false;
}

/* x in ascending order, the caller's to free; NULL if it holds a NaN or nothing or there is no
 * memory. */
static double *sorted_copy(const double *x, size_t n) {
    if (n == 0 || any_nan(x, n)) { return NULL; }
    double *sorted = allocate(n, sizeof *sorted, "copy to sort");
    if (sorted) {
        memcpy(sorted, x, n * sizeof *sorted);
        gsl_sort(sorted, 1, n);
    }
    return sorted;
}

/* Order statistics count from 0 at q = 0 to n - 1 at q = 1. Infinities are values like others: none
 * is multiplied by 0 or taken from itself. */
double stats_quantile(const double *x, size_t n, double q) {
    if (!(q >= 0 && q <= 1)) { return NAN; }
    double *sorted = sorted_copy(x, n);
    if (!sorted) { return NAN; }
    double position = q * (double)(n - 1);
    size_t below = (size_t)position;
    double part = position - (double)below;
    double value = sorted[below];
    if (part > 0 && sorted[below + 1] != value) { value += part * (sorted[below + 1] - value); }
    free(sorted);
    return value;
}

/* With x_(1) <= ... <= x_(n): P(x_(l) > quantile) <= P(Bin(n, q) <= l - 1) and P(x_(u) < quantile)
 * <= P(Bin(n, q) >= u), equal for continuous distributions. The largest l and the smallest u that
 * keep each within half of what is allowed (David and Nagaraja, Order Statistics, section 7.1). */
stats_interval stats_quantile_interval(const double *x, size_t n, double q, double confidence) {
    stats_interval interval = {NAN, NAN};
    if (!(q >= 0 && q <= 1) || !is_confidence(confidence)) { return interval; }
    double *sorted = sorted_copy(x, n);
    if (!sorted) { return interval; }
    double allowed = (1 - confidence) / 2;
    size_t l = 0, u = n + 1;
    while (l < n && binomial_lower_tail(l, n, q) <= allowed) { l++; }
    while (u > 1 && binomial_upper_tail(u - 1, n, q) <= allowed) { u--; }
    interval.low = l > 0 ? sorted[l - 1] : -INFINITY;
    interval.high = u <= n ? sorted[u - 1] : INFINITY;
    free(sorted);
    return interval;
}

stats_line stats_fit_line(const double *x, const double *y, size_t n, double confidence) {
    stats_line line = {NAN, NAN, NAN, {NAN, NAN}};
    if (n < 2 || !is_confidence(confidence)) { return line; }
    double var_intercept, covariance, var_slope, residual;
    gsl_fit_linear(x, 1, y, 1, n, &line.intercept, &line.slope, &var_intercept, &covariance,
                   &var_slope, &residual);
    if (n > 2) {
        line.slope_se = sqrt(var_slope);
        line.slope_interval = t_interval(line.slope, line.slope_se, n - 2, confidence);
    }
    return line;
}

/* mean (n) <- of every x the mean of its group; returns the number of groups. */
static size_t group_means(const double *x, const double *group, size_t n, double *mean) {
    size_t groups = 0;
    for (size_t k = 0; k < n; k++) {
        size_t members = 0, before = 0;
        mean[k] = 0;
        for (size_t j = 0; j < n; j++) {
            if (group[j] != group[k]) { continue; }
            mean[k] += x[j];
            members++;
            before += j < k;
        }
        mean[k] /= (double)members;
        groups += before == 0;
    }
    return groups;
}

/* Least squares on the deviations from the groups' means. */
static stats_line fit_within(const double *x, const double *y, const double *mean_x,
                             const double *mean_y, size_t n, size_t groups, double confidence) {
    stats_line line = {NAN, NAN, NAN, {NAN, NAN}};
    double xx = 0, xy = 0, rest = 0;
    for (size_t k = 0; k < n; k++) {
        xx += (x[k] - mean_x[k]) * (x[k] - mean_x[k]);
        xy += (x[k] - mean_x[k]) * (y[k] - mean_y[k]);
    }
    line.slope = xx > 0 ? xy / xx : NAN;
    if (n < groups + 2) { return line; }
    for (size_t k = 0; k < n; k++) {
        rest += pow(y[k] - mean_y[k] - line.slope * (x[k] - mean_x[k]), 2);
    }
    size_t degrees = n - groups - 1;
    line.slope_se = sqrt(rest / (double)degrees / xx);
    line.slope_interval = t_interval(line.slope, line.slope_se, degrees, confidence);
    return line;
}

stats_line stats_fit_groups(const double *x, const double *y, const double *group, size_t n,
                            double confidence) {
    stats_line line = {NAN, NAN, NAN, {NAN, NAN}};
    double *mean_x = allocate(n, 2 * sizeof *mean_x, "means of groups");
    if (mean_x && is_confidence(confidence)) {
        double *mean_y = mean_x + n;
        size_t groups = group_means(x, group, n, mean_x);
        group_means(y, group, n, mean_y);
        line = fit_within(x, y, mean_x, mean_y, n, groups, confidence);
    }
    free(mean_x);
    return line;
}
