#include "run/twosample.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "run/error.h"

/* Two-sided p of a difference whose squared standard error and degrees of freedom are given. */
static double t_test_p(double difference, double variance, double degrees)
{
    if (isnan(difference) || isnan(variance))
        return NAN;
    if (variance == 0)
        return difference == 0 ? 1 : 0;
    return 2 * gsl_cdf_tdist_Q(fabs(difference) / sqrt(variance), degrees);
}

/* Degrees of freedom after Satterthwaite. */
double twosample_welch_p(const double *x, size_t n, const double *y, size_t m)
{
    if (n < 2 || m < 2)
        return NAN;
    double a = gsl_stats_variance(x, 1, n) / (double)n, b = gsl_stats_variance(y, 1, m) / (double)m;
    double degrees = (a + b) * (a + b) / (a * a / (double)(n - 1) + b * b / (double)(m - 1));
    return t_test_p(gsl_stats_mean(x, 1, n) - gsl_stats_mean(y, 1, m), a + b, degrees);
}

double twosample_paired_p(const double *x, const double *y, size_t n)
{
    double *difference = n >= 2 ? allocate(n, sizeof *difference, "paired differences") : NULL;
    if (!difference)
        return NAN;
    for (size_t k = 0; k < n; k++)
        difference[k] = x[k] - y[k];
    double mean = gsl_stats_mean(difference, 1, n), variance = gsl_stats_variance(difference, 1, n) / (double)n;
    free(difference);
    return t_test_p(mean, variance, (double)(n - 1));
}

static int ascending(const void *left, const void *right)
{
    double a = **(const double *const *)left, b = **(const double *const *)right;
    return (a > b) - (a < b);
}

size_t twosample_holm(const double *p, size_t count, double alpha, unsigned char *rejected)
{
    memset(rejected, 0, count);
    const double **order = allocate(count, sizeof *order, "order of tests");
    size_t tests = 0, done = 0;
    if (!order)
        return 0;
    for (size_t k = 0; k < count; k++)
        if (!isnan(p[k]))
            order[tests++] = &p[k];
    qsort(order, tests, sizeof *order, ascending);
    while (done < tests && *order[done] <= alpha / (double)(tests - done)) {
        rejected[order[done] - p] = 1;
        done++;
    }
    free(order);
    return done;
}
