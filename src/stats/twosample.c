/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/twosample.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static const twosample UNKNOWN = {NAN, NAN, NAN};

/* Satterthwaite's, of a sum of variances a + b that are known with k and l degrees. */
static double degrees_of(double a, double k, double b, double l) {
    return a + b > 0 ? (a + b) * (a + b) / (a * a / k + b * b / l) : k + l;
}

twosample twosample_welch(const double *x, size_t n, const double *y, size_t m) {
    if (n < 2 || m < 2) { return UNKNOWN; }
    double a = gsl_stats_variance(x, 1, n) / (double)n, b = gsl_stats_variance(y, 1, m) / (double)m;
    if (isnan(a + b)) { return UNKNOWN; }
    return (twosample){gsl_stats_mean(x, 1, n) - gsl_stats_mean(y, 1, m), a + b,
                       degrees_of(a, (double)(n - 1), b, (double)(m - 1))};
}

twosample twosample_paired(const double *x, const double *y, size_t n) {
    double *difference = n >= 2 ? allocate(n, sizeof *difference, "paired differences") : NULL;
    if (!difference) { return UNKNOWN; }
    for (size_t k = 0; k < n; k++) { difference[k] = x[k] - y[k]; }
    double mean = gsl_stats_mean(difference, 1, n),
           variance = gsl_stats_variance(difference, 1, n) / (double)n;
    free(difference);
    return isnan(variance) ? UNKNOWN : (twosample){mean, variance, (double)(n - 1)};
}

twosample twosample_pool(const twosample *t, size_t count) {
    twosample sum = count ? t[0] : UNKNOWN;
    for (size_t k = 1; k < count; k++) {
        sum = (twosample){sum.difference + t[k].difference, sum.variance + t[k].variance,
                          degrees_of(sum.variance, sum.degrees, t[k].variance, t[k].degrees)};
    }
    return sum;
}

double twosample_p(twosample t, double tolerance) {
    if (isnan(t.difference) || isnan(t.variance)) { return NAN; }
    double beyond = fabs(t.difference) - tolerance;
    if (beyond <= 0) { return 1; }
    return t.variance > 0 ? 2 * gsl_cdf_tdist_Q(beyond / sqrt(t.variance), t.degrees) : 0;
}

double twosample_p_below(twosample t) {
    double both = twosample_p(t, 0);
    return t.difference < 0 ? both / 2 : 1 - both / 2;
}

double twosample_half_width(twosample t, double confidence) {
    if (isnan(t.variance) || !(t.degrees > 0)) { return NAN; }
    return sqrt(t.variance) * gsl_cdf_tdist_Pinv((1 + confidence) / 2, t.degrees);
}

double twosample_fisher_p(size_t k, size_t n, size_t l, size_t m) {
    unsigned in = (unsigned)(k + l), out = (unsigned)(n + m - k - l), drawn = (unsigned)n;
    double below = gsl_cdf_hypergeometric_P((unsigned)k, in, out, drawn);
    double above = k > 0 ? gsl_cdf_hypergeometric_Q((unsigned)k - 1, in, out, drawn) : 1;
    return fmin(1, 2 * fmin(below, above));
}

/* Larger quantiles come from p-values that no longer tell 1 - p from 1. */
static double evidence(double p) {
    return p >= 0 && p <= 1 ? fmax(-8, fmin(8, gsl_cdf_ugaussian_Pinv(p))) : NAN;
}

double twosample_evidence_p(double p, double q) {
    return 2 * gsl_cdf_ugaussian_Q(fabs(evidence(p) - evidence(q)) / M_SQRT2);
}

static int ascending(const void *left, const void *right) {
    double a = **(const double *const *)left, b = **(const double *const *)right;
    return (a > b) - (a < b);
}

size_t twosample_holm(const double *p, size_t count, double alpha, unsigned char *rejected) {
    memset(rejected, 0, count);
    const double **order = allocate(count, sizeof *order, "order of tests");
    size_t tests = 0, found = 0;
    if (!order) { return 0; }
    for (size_t k = 0; k < count; k++) {
        if (!isnan(p[k])) { order[tests++] = &p[k]; }
    }
    qsort(order, tests, sizeof *order, ascending);
    while (found < tests && *order[found] <= alpha / (double)(tests - found)) {
        rejected[order[found] - p] = 1;
        found++;
    }
    free(order);
    return found;
}
