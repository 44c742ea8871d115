/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/stats.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>

/* Tolerances, in multiples of epsilon = 2.2e-16: a sum of few terms; a distribution function and
 * its inverse. */
static const double TIGHT = 1e-14, INVERSE = 1e-9;

static void quiet(void) { gsl_set_error_handler_off(); }

TestSuite(stats, .init = quiet);

static double apart(double a, double b) { return fabs(a - b); }

/* P(first <= Bin(n, p) <= last), term by term. */
static double binomial_sum(size_t first, size_t last, size_t n, double p) {
    double sum = 0;
    for (size_t k = first; k <= last; k++) {
        sum += exp(lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1) +
                   (double)k * log(p) + (double)(n - k) * log1p(-p));
    }
    return sum;
}

/* mean = sum/n; (n-1) sd^2 = sum of squares - n mean^2. */
Test(stats, summary_is_sums) {
    const double x[] = {3, -1, 4, 1, -5, 9};
    stats_summary s = stats_summarise(x, 6);
    double sum = 0, squares = 0;
    for (size_t i = 0; i < 6; i++) {
        sum += x[i];
        squares += x[i] * x[i];
    }
    cr_assert(le(dbl, apart(s.mean, sum / 6), TIGHT));
    cr_assert(le(dbl, apart(s.sd * s.sd * 5, squares - sum * sum / 6), 100 * TIGHT));
    cr_assert(eq(dbl, s.min, -5));
    cr_assert(eq(dbl, s.max, 9));
}

Test(stats, summary_of_one_and_of_nothing) {
    const double x[] = {7, NAN, 2};
    stats_summary one = stats_summarise(x, 1), none = stats_summarise(x, 0),
                  spoilt = stats_summarise(x, 3);
    cr_assert(eq(dbl, one.mean, 7));
    cr_assert(eq(dbl, one.sd, 0));
    const double two[] = {1, 4};
    cr_assert(le(dbl, apart(stats_summarise(two, 2).sd, 3 / sqrt(2)), TIGHT));
    cr_assert(isnan(none.mean) && isnan(none.sd) && isnan(none.min) && isnan(none.max));
    cr_assert(isnan(spoilt.mean) && isnan(spoilt.sd) && isnan(spoilt.min) && isnan(spoilt.max));
}

/* Two degrees of freedom: P(|T| <= t) = t / sqrt(2 + t^2), so t = c sqrt(2 / (1 - c^2)). */
Test(stats, mean_interval_in_closed_form) {
    const double x[] = {1, 2, 6};
    const double confidences[] = {0.5, 0.95, 0.9975};
    double sd = sqrt((4 + 1 + 9) / 2.0);
    for (size_t i = 0; i < 3; i++) {
        double c = confidences[i];
        double half = c * sqrt(2 / (1 - c * c)) * sd / sqrt(3);
        stats_interval interval = stats_mean_interval(x, 3, c);
        cr_assert(le(dbl, apart(interval.low, 3 - half), INVERSE * half));
        cr_assert(le(dbl, apart(interval.high, 3 + half), INVERSE * half));
    }
}

/* The table value t = 2.776445 at 4 degrees of freedom. */
Test(stats, mean_interval_by_table) {
    const double x[] = {1, 2, 3, 4, 5};
    stats_interval interval = stats_mean_interval(x, 5, 0.95);
    cr_assert(le(dbl, apart(interval.high - 3, 2.776445 * sqrt(0.5)), 1e-6));
}

Test(stats, mean_interval_needs_two_numbers_and_a_confidence) {
    const double x[] = {1, 2, NAN};
    cr_assert(isnan(stats_mean_interval(x, 1, 0.95).low));
    cr_assert(isnan(stats_mean_interval(x, 3, 0.95).high));
    cr_assert(isnan(stats_mean_interval(x, 2, 1).low));
    cr_assert(isnan(stats_mean_interval(x, 2, NAN).low));
}

/* Two-sided: half of what may fail on either side. */
static stats_interval clopper_pearson(size_t k, size_t n, double confidence) {
    return (stats_interval){stats_clopper_pearson_lower(k, n, (1 + confidence) / 2),
                            stats_clopper_pearson_upper(k, n, (1 + confidence) / 2)};
}

/* Definition: P(Bin(n, low) >= k) = P(Bin(n, high) <= k) = (1 - confidence)/2. n = 500, k = 475 at
 * the level 1e-4 is where gsl_cdf_beta_Pinv fails. */
Test(stats, clopper_pearson_inverts_the_tails) {
    static const struct {
        size_t k, n;
        double confidence;
    } cases[] = {
        {1, 1, 0.95},       {1, 2, 0.9},          {4, 20, 0.95},       {5, 10, 0.99},
        {37, 100, 0.95},    {475, 500, 1 - 2e-4}, {25, 500, 1 - 2e-4}, {2, 500, 0.998},
        {1999, 2000, 0.95}, {1, 10000, 0.95},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t k = cases[i].k, n = cases[i].n;
        double tail = (1 - cases[i].confidence) / 2;
        stats_interval interval = clopper_pearson(k, n, cases[i].confidence);
        cr_assert(le(dbl, apart(binomial_sum(k, n, n, interval.low) / tail, 1), INVERSE));
        if (k < n) {
            cr_assert(le(dbl, apart(binomial_sum(0, k, n, interval.high) / tail, 1), INVERSE));
        } else {
            cr_assert(eq(dbl, interval.high, 1));
        }
    }
}

/* 4 of 20 at 95 %: (0.0573, 0.4366); 5 of 10: (0.1871, 0.8129). */
Test(stats, clopper_pearson_by_table) {
    stats_interval four = clopper_pearson(4, 20, 0.95), five = clopper_pearson(5, 10, 0.95);
    cr_assert(le(dbl, apart(four.low, 0.0573), 5e-5));
    cr_assert(le(dbl, apart(four.high, 0.4366), 5e-5));
    cr_assert(le(dbl, apart(five.low, 0.1871), 5e-5));
    cr_assert(le(dbl, apart(five.high, 0.8129), 5e-5));
}

/* No success of n: upper limit 1 - alpha^(1/n), about 3/n at 95 %. */
Test(stats, clopper_pearson_at_the_ends) {
    cr_assert(eq(dbl, stats_clopper_pearson_lower(0, 60, 0.95), 0));
    cr_assert(
        le(dbl, apart(stats_clopper_pearson_upper(0, 60, 0.95), 1 - pow(0.05, 1.0 / 60)), TIGHT));
    cr_assert(
        le(dbl, apart(stats_clopper_pearson_lower(60, 60, 0.95), pow(0.05, 1.0 / 60)), TIGHT));
    cr_assert(eq(dbl, stats_clopper_pearson_upper(60, 60, 0.95), 1));
    cr_assert(eq(dbl, stats_clopper_pearson_lower(0, 0, 0.95), 0));
    cr_assert(eq(dbl, stats_clopper_pearson_upper(0, 0, 0.95), 1));
    cr_assert(isnan(stats_clopper_pearson_upper(3, 2, 0.95)));
    cr_assert(isnan(stats_clopper_pearson_lower(3, 2, 0.95)));
    cr_assert(isnan(stats_clopper_pearson_lower(1, 2, 1)));
    cr_assert(isnan(stats_clopper_pearson_upper(1, 2, NAN)));
}

Test(stats, quantile_is_linear_between_order_statistics) {
    const double x[] = {40, 10, 30, 20};
    cr_assert(eq(dbl, stats_quantile(x, 4, 0), 10));
    cr_assert(eq(dbl, stats_quantile(x, 4, 1), 40));
    cr_assert(eq(dbl, stats_quantile(x, 4, 0.5), 25));
    cr_assert(le(dbl, apart(stats_quantile(x, 4, 0.1), 13), 10 * TIGHT));
    cr_assert(eq(dbl, stats_quantile(x + 1, 1, 0.3), 10));
    cr_assert(eq(dbl, x[0], 40), "the sample is not changed");
}

Test(stats, quantile_outside_its_domain) {
    const double x[] = {1, NAN, -INFINITY, INFINITY, INFINITY};
    cr_assert(isnan(stats_quantile(x, 0, 0.5)));
    cr_assert(isnan(stats_quantile(x, 2, 0.5)));
    cr_assert(isnan(stats_quantile(x, 1, 1.5)));
    cr_assert(isnan(stats_quantile(x, 1, NAN)));
    cr_assert(eq(dbl, stats_quantile(x + 2, 2, 0), -INFINITY));
    cr_assert(eq(dbl, stats_quantile(x + 2, 2, 1), INFINITY));
    cr_assert(eq(dbl, stats_quantile(x + 3, 2, 0.5), INFINITY));
}

/* Coverage of (x_(l), x_(u)) is P(l <= Bin(n, q) <= u - 1): each side within (1 - confidence)/2,
 * and one step further in it would not be. */
Test(stats, quantile_interval_is_the_narrowest) {
    enum { N = 60 };
    double x[N];
    for (size_t i = 0; i < N; i++) { x[i] = (double)((i * 37) % N) + 1; /* x_(l) = l */ }
    const double quantiles[] = {0.1, 0.5, 0.9, 0.99};
    for (size_t i = 0; i < 4; i++) {
        double q = quantiles[i];
        stats_interval interval = stats_quantile_interval(x, N, q, 0.95);
        if (isfinite(interval.low)) {
            size_t l = (size_t)interval.low;
            cr_assert(le(dbl, binomial_sum(0, l - 1, N, q), 0.025));
            cr_assert(lt(dbl, 0.025, binomial_sum(0, l, N, q)));
        } else {
            cr_assert(lt(dbl, 0.025, binomial_sum(0, 0, N, q)));
        }
        if (isfinite(interval.high)) {
            size_t u = (size_t)interval.high;
            cr_assert(le(dbl, binomial_sum(u, N, N, q), 0.025));
            cr_assert(lt(dbl, 0.025, binomial_sum(u - 1, N, N, q)));
        } else {
            cr_assert(lt(dbl, 0.025, binomial_sum(N, N, N, q)));
        }
    }
}

/* Median at 95 %: 10 numbers give the 2nd and the 9th, 6 the extremes, 5 nothing. */
Test(stats, quantile_interval_by_table) {
    const double x[] = {10, 1, 9, 2, 8, 3, 7, 4, 6, 5};
    const double five[] = {1, 2, 3, 4, 5};
    const double six[] = {6, 5, 4, 3, 2, 1};
    stats_interval ten = stats_quantile_interval(x, 10, 0.5, 0.95);
    cr_assert(eq(dbl, ten.low, 2));
    cr_assert(eq(dbl, ten.high, 9));
    stats_interval extremes = stats_quantile_interval(six, 6, 0.5, 0.95);
    cr_assert(eq(dbl, extremes.low, 1));
    cr_assert(eq(dbl, extremes.high, 6));
    stats_interval unreached = stats_quantile_interval(five, 5, 0.5, 0.95);
    cr_assert(eq(dbl, unreached.low, -INFINITY));
    cr_assert(eq(dbl, unreached.high, INFINITY));
    cr_assert(isnan(stats_quantile_interval(x, 10, 0.5, 0).low));
    cr_assert(isnan(stats_quantile_interval(x, 10, -0.1, 0.95).low));
    cr_assert(isnan(stats_quantile_interval(x, 0, 0.5, 0.95).high));
}

/* Normal equations: slope = S_xy / S_xx = 6/10, intercept = 4 - 0.6 * 3, residual squares 2.4 on 3
 * degrees of freedom; t = 3.182446 by table. */
Test(stats, line_by_hand) {
    const double x[] = {1, 2, 3, 4, 5}, y[] = {2, 4, 5, 4, 5};
    stats_line line = stats_fit_line(x, y, 5, 0.95);
    double se = sqrt(2.4 / 3 / 10);
    cr_assert(le(dbl, apart(line.slope, 0.6), TIGHT));
    cr_assert(le(dbl, apart(line.intercept, 2.2), TIGHT));
    cr_assert(le(dbl, apart(line.slope_se, se), TIGHT));
    cr_assert(le(dbl, apart(line.slope_interval.low, 0.6 - 3.182446 * se), 1e-6));
    cr_assert(le(dbl, apart(line.slope_interval.high, 0.6 + 3.182446 * se), 1e-6));
}

Test(stats, line_through_too_little) {
    const double x[] = {1, 3, 3}, y[] = {2, 6, NAN};
    stats_line two = stats_fit_line(x, y, 2, 0.95);
    cr_assert(eq(dbl, two.slope, 2));
    cr_assert(eq(dbl, two.intercept, 0));
    cr_assert(isnan(two.slope_se) && isnan(two.slope_interval.low) &&
              isnan(two.slope_interval.high));
    cr_assert(isnan(stats_fit_line(x, y, 1, 0.95).slope));
    cr_assert(isnan(stats_fit_line(x, y, 3, 0.95).slope));
    cr_assert(isnan(stats_fit_line(x + 1, x, 2, 0.95).slope), "two equal abscissae");
}

/* Of one group the line itself. */
Test(stats, line_of_one_group) {
    const double x[] = {1, 2, 3, 4, 5}, y[] = {2, 4, 5, 4, 5}, group[5] = {0};
    stats_line line = stats_fit_line(x, y, 5, 0.95), law = stats_fit_groups(x, y, group, 5, 0.95);
    cr_assert(le(dbl, apart(law.slope, line.slope), TIGHT));
    cr_assert(le(dbl, apart(law.slope_se, line.slope_se), TIGHT));
    cr_assert(le(dbl, apart(law.slope_interval.low, line.slope_interval.low), TIGHT));
    cr_assert(le(dbl, apart(law.slope_interval.high, line.slope_interval.high), TIGHT));
}

/* Groups have their own constants: y = c_g + 1.5 x, with one number moved by 1 in each group,
 * upwards and downwards. */
Test(stats, line_within_groups) {
    const double x[] = {0, 1, 2, 0, 1, 2}, group[] = {7, 7, 7, 9, 9, 9};
    double y[6];
    for (size_t k = 0; k < 6; k++) { y[k] = (k < 3 ? 1 : 1000) + 1.5 * x[k]; }
    stats_line law = stats_fit_groups(x, y, group, 6, 0.95);
    cr_assert(le(dbl, apart(law.slope, 1.5), TIGHT));
    cr_assert(lt(dbl, law.slope_se, 1e-12));
    y[1] += 1;
    y[4] -= 1;
    law = stats_fit_groups(x, y, group, 6, 0.95);
    /* centred x is 0 there: the slope stays; residuals 2/3, -1/3, -1/3 and their opposites on 6 - 2
     * - 1 degrees */
    cr_assert(le(dbl, apart(law.slope, 1.5), TIGHT));
    cr_assert(le(dbl, apart(law.slope_se, sqrt(4.0 / 3 / 3 / 4)), 1e-12));
    cr_assert(isnan(stats_fit_groups(x, y, x, 6, 0.95).slope), "nothing varies within a group");
    cr_assert(isnan(stats_fit_groups(x, y, group, 2, 0.95).slope_interval.low));
    cr_assert(isnan(stats_fit_groups(x, y, group, 0, 0.95).slope));
}

/* Observation by observation, in one go or in two parts, against the definition; numbers far from
 * 0. */
Test(stats, running_mean) {
    enum { N = 37, PART = 11 };
    stats_running all = {0}, first = {0}, second = {0};
    double x[N], mean = 0, squares = 0;
    for (int k = 0; k < N; k++) {
        x[k] = 1e6 + sin(k);
        mean += x[k] / N;
        stats_running_add(&all, x[k]);
        stats_running_add(k < PART ? &first : &second, x[k]);
    }
    for (int k = 0; k < N; k++) { squares += (x[k] - mean) * (x[k] - mean); }
    stats_running_merge(&first, &second);
    cr_expect(eq(dbl, all.count, N));
    cr_expect(eq(dbl, first.count, N));
    cr_expect(le(dbl, fabs(all.mean - mean), 1e-14 * mean));
    cr_expect(le(dbl, fabs(first.mean - mean), 1e-14 * mean));
    cr_expect(le(dbl, fabs(all.squares - squares), 1e-8 * squares));
    cr_expect(le(dbl, fabs(first.squares - squares), 1e-8 * squares));
    stats_running_add(&all, NAN);
    cr_expect(isnan(all.mean) && isnan(all.squares));
}
