/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/trend.h"

#include "stats/stats.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <string.h>

static const double ROUNDING = 1e-12;

static double apart(double a, double b) { return fabs(a - b); }

/* Rising minus falling pairs, and the variance it has without a trend: effect and z hold both. */
static double score_of(trend_result t) { return t.effect * (double)t.pairs; }

static double variance_of(trend_result t) { return pow(score_of(t) / t.z, 2); }

/* Moments and lower tail of the score over every order of a stratum's observations. */
typedef struct {
    double first, second, lower;
    size_t orders;
} moments;

static void visit(const trend_stratum *s, double score, moments *m) {
    trend_result t = trend_jonckheere(s, 1);
    double here = score_of(t);
    m->first += here;
    m->second += here * here;
    m->lower += here < score - 0.5 ? 1 : here < score + 0.5 ? 0.5 : 0; /* an equal score by half */
    m->orders++;
}

static void swap(double *a, double *b) {
    double kept = *a;
    *a = *b;
    *b = kept;
}

/* Every order of x[from..n), by exchanges. */
static void orders(double *x, size_t from, size_t n, const trend_stratum *s, double score,
                   moments *m) {
    if (from == n) {
        visit(s, score, m);
        return;
    }
    for (size_t i = from; i < n; i++) {
        swap(&x[from], &x[i]);
        orders(x, from + 1, n, s, score, m);
        swap(&x[from], &x[i]);
    }
}

static moments all_orders(double *x, size_t n, const trend_stratum *s) {
    moments m = {0};
    orders(x, 0, n, s, score_of(trend_jonckheere(s, 1)), &m);
    m.first /= (double)m.orders;
    m.second /= (double)m.orders;
    m.lower /= (double)m.orders;
    return m;
}

/* Over all orders the score has mean 0 and the variance of the formula, with and without ties. */
Test(trend, variance_is_that_of_all_orders) {
    static const struct {
        double x[7];
        size_t sizes[4], groups;
    } cases[] = {
        {{1, 5, 2, 3, 4, 7, 6}, {2, 2, 3}, 3},
        {{1, 5, 2, 2, 2, 7, 5}, {3, 1, 3}, 3},
        {{1, 1, 1, 1, 2, 2, 3}, {1, 3, 1, 2}, 4},
        {{0, 0, 0, 0, 0, 0, 1}, {3, 4}, 2},
    };
    for (size_t i = 0; i < 4; i++) {
        double x[7];
        memcpy(x, cases[i].x, sizeof x);
        trend_stratum s = {x, cases[i].sizes, cases[i].groups};
        double variance = variance_of(trend_jonckheere(&s, 1));
        moments m = all_orders(x, 7, &s);
        cr_assert(le(dbl, apart(m.first, 0), ROUNDING));
        cr_assert(le(dbl, apart(m.second / variance, 1), ROUNDING));
    }
}

/* The normal deviate against the exact permutation distribution, scores equal to the one seen
 * counted by half. */
Test(trend, p_is_near_the_exact_one) {
    double x[] = {8, 6, 7, 5, 2, 4, 3, 1};
    const size_t sizes[] = {2, 2, 2, 2};
    trend_stratum falling = {x, sizes, 4};
    trend_result t = trend_jonckheere(&falling, 1);
    cr_assert(le(dbl, apart(t.p_falls, all_orders(x, 8, &falling).lower), 2e-3));
    double y[] = {4, 2, 7, 5, 1, 8, 6, 3};
    trend_stratum none = {y, sizes, 4};
    t = trend_jonckheere(&none, 1);
    cr_assert(le(dbl, apart(t.p_falls, all_orders(y, 8, &none).lower), 2e-2));
    cr_assert(le(dbl, apart(t.p_falls + t.p_rises, 1), ROUNDING));
}

/* Hollander and Wolfe, example 6.2 (knowledge of performance): J = 79 of 108 pairs, variance 150.29
 * with ties. */
Test(trend, example_of_the_literature) {
    const double x[] = {40, 35, 38, 43, 44, 41, 38, 40, 47, 44, 40, 42, 48, 40, 45, 43, 46, 44};
    const size_t sizes[] = {6, 6, 6};
    trend_stratum s = {x, sizes, 3};
    trend_result t = trend_jonckheere(&s, 1);
    cr_assert(eq(sz, t.pairs, 108));
    cr_assert(le(dbl, apart((score_of(t) + 108) / 2, 79), ROUNDING));
    cr_assert(le(dbl, apart(variance_of(t) / 4, 150.29), 5e-3));
    cr_assert(le(dbl, apart(t.z, 25 / sqrt(150.29)), 1e-4));
}

Test(trend, whole_trends_have_effect_one) {
    const double x[] = {9, 8, 7, 6, 5, 4}, y[] = {1, 2, 3, 4, 5, 6};
    const size_t sizes[] = {2, 2, 2};
    trend_stratum falls = {x, sizes, 3}, rises = {y, sizes, 3};
    trend_result down = trend_jonckheere(&falls, 1), up = trend_jonckheere(&rises, 1);
    cr_assert(eq(dbl, down.effect, -1));
    cr_assert(eq(dbl, up.effect, 1));
    cr_assert(eq(dbl, down.z, -up.z));
    cr_assert(lt(dbl, down.p_falls, 0.01));
    cr_assert(eq(dbl, down.p_falls, up.p_rises));
    trend_stratum both[] = {falls, rises};
    cr_assert(eq(dbl, trend_jonckheere(both, 2).effect, 0));
}

/* Strata are compared within themselves: scores and variances add, and a level of a stratum's own
 * changes nothing. */
Test(trend, strata_add) {
    double x[] = {5, 4, 3, 4, 1}, y[] = {2, 3, 1, 1};
    const size_t x_sizes[] = {2, 2, 1}, y_sizes[] = {1, 3};
    trend_stratum strata[] = {{x, x_sizes, 3}, {y, y_sizes, 2}};
    trend_result first = trend_jonckheere(strata, 1), second = trend_jonckheere(strata + 1, 1);
    trend_result sum = trend_jonckheere(strata, 2);
    cr_assert(eq(sz, sum.pairs, first.pairs + second.pairs));
    cr_assert(le(dbl, apart(score_of(sum), score_of(first) + score_of(second)), ROUNDING));
    cr_assert(
        le(dbl, apart(variance_of(sum), variance_of(first) + variance_of(second)), ROUNDING * 100));
    for (size_t i = 0; i < 4; i++) { y[i] += 1000; }
    trend_result moved = trend_jonckheere(strata, 2);
    cr_assert(eq(dbl, moved.z, sum.z));
    cr_assert(eq(dbl, moved.effect, sum.effect));
}

/* A NaN leaves the test as if its observation had not been made; the pairs it would have been in
 * are counted. */
Test(trend, missing_observations) {
    const double holed[] = {5, NAN, 4, 3, NAN, NAN, 1}, whole[] = {5, 4, 3, 1};
    const size_t holed_sizes[] = {2, 3, 2}, whole_sizes[] = {1, 2, 1};
    trend_stratum with = {holed, holed_sizes, 3}, without = {whole, whole_sizes, 3};
    trend_result a = trend_jonckheere(&with, 1), b = trend_jonckheere(&without, 1);
    cr_assert(eq(dbl, a.effect, b.effect));
    cr_assert(eq(dbl, a.z, b.z));
    cr_assert(eq(sz, a.pairs, 5));
    cr_assert(eq(sz, a.missing, 2 * 3 + 2 * 2 + 3 * 2 - 5));
}

Test(trend, nothing_to_compare) {
    const double x[] = {3, 3, 3, 3};
    const size_t one[] = {4}, two[] = {2, 2};
    trend_stratum single = {x, one, 1}, tied = {x, two, 2};
    trend_result t = trend_jonckheere(&single, 1);
    cr_assert(isnan(t.effect) && isnan(t.z) && isnan(t.p_falls) && isnan(t.p_rises));
    cr_assert(eq(sz, t.pairs, 0));
    t = trend_jonckheere(&tied, 1);
    cr_assert(eq(dbl, t.effect, 0));
    cr_assert(isnan(t.z) && isnan(t.p_falls) && isnan(t.p_rises));
    t = trend_jonckheere(NULL, 0);
    cr_assert(isnan(t.effect) && isnan(t.p_rises));
}

/* Size: without a trend p_falls < 0.05 comes up in 5 % of 2000 tests, within the 99.9 % interval of
 * the count. */
Test(trend, size_is_the_level) {
    enum { TRIALS = 2000, GROUPS = 5, EACH = 4 };
    gsl_rng *generator = gsl_rng_alloc(gsl_rng_mt19937);
    cr_assert(ne(ptr, generator, NULL));
    gsl_rng_set(generator, 20220622);
    const size_t sizes[GROUPS] = {EACH, EACH, EACH, EACH, EACH};
    size_t falls = 0, rises = 0;
    for (size_t trial = 0; trial < TRIALS; trial++) {
        double x[2][GROUPS * EACH];
        for (size_t i = 0; i < GROUPS * EACH; i++) {
            x[0][i] = gsl_rng_uniform(generator);
            x[1][i] = (double)gsl_rng_uniform_int(generator, 4); /* many ties */
        }
        trend_stratum strata[] = {{x[0], sizes, GROUPS}, {x[1], sizes, GROUPS}};
        trend_result t = trend_jonckheere(strata, 2);
        falls += t.p_falls < 0.05;
        rises += t.p_rises < 0.05;
    }
    gsl_rng_free(generator);
    const double confidence = 0.9995; /* one-sided */
    cr_assert(le(dbl, stats_clopper_pearson_lower(falls, TRIALS, confidence), 0.05));
    cr_assert(le(dbl, 0.05, stats_clopper_pearson_upper(falls, TRIALS, confidence)));
    cr_assert(le(dbl, stats_clopper_pearson_lower(rises, TRIALS, confidence), 0.05));
    cr_assert(le(dbl, 0.05, stats_clopper_pearson_upper(rises, TRIALS, confidence)));
}
