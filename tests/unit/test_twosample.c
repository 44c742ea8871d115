/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/twosample.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "stats/rng.h"

static double welch_p(const double *x, size_t n, const double *y, size_t m) {
    return twosample_p(twosample_welch(x, n, y, m), 0);
}

static double paired_p(const double *x, const double *y, size_t n) {
    return twosample_p(twosample_paired(x, y, n), 0);
}

/* Welch's test by hand: means 2 and 5, variances 1 and 4, n = m = 3: t = -3/sqrt(5/3), df =
 * (5/3)^2/((1/9 + 16/9)/2). */
Test(twosample, welch_by_hand) {
    const double x[] = {1, 2, 3}, y[] = {3, 5, 7};
    double t = 3 / sqrt(5.0 / 3), df = 25.0 / 9 / ((1.0 / 9 + 16.0 / 9) / 2);
    cr_expect(le(dbl, fabs(welch_p(x, 3, y, 3) - 2 * gsl_cdf_tdist_Q(t, df)), 1e-14));
    cr_expect(le(dbl, fabs(welch_p(x, 3, y, 3) - welch_p(y, 3, x, 3)), 1e-15));
}

/* Student's table: t = 4.303 at two degrees of freedom is the two-sided 5 % point. */
Test(twosample, paired_by_hand) {
    const double x[] = {1, 2, 3}, y[] = {0, 0, 0};
    cr_expect(le(dbl, fabs(paired_p(x, y, 3) - 2 * gsl_cdf_tdist_Q(2 * sqrt(3), 2)), 1e-14));
    cr_expect(le(dbl, fabs(2 * gsl_cdf_tdist_Q(4.30265, 2) - 0.05), 1e-6));
}

Test(twosample, constants_and_nan) {
    const double same[] = {2, 2}, other[] = {3, 3}, broken[] = {2, NAN};
    cr_expect(eq(dbl, welch_p(same, 2, same, 2), 1));
    cr_expect(eq(dbl, welch_p(same, 2, other, 2), 0));
    cr_expect(isnan(welch_p(same, 2, broken, 2)));
    cr_expect(isnan(welch_p(same, 1, other, 2)));
    cr_expect(eq(dbl, paired_p(same, same, 2), 1));
    cr_expect(eq(dbl, paired_p(same, other, 2), 0));
    cr_expect(isnan(paired_p(same, broken, 2)));
    cr_expect(isnan(paired_p(same, other, 1)));
}

/* What is within the tolerance is no difference, however certain; what is beyond it is tested from
 * there. */
Test(twosample, tolerance) {
    const double x[] = {1, 2, 3}, y[] = {3, 5, 7};
    cr_expect(eq(dbl, twosample_p((twosample){0.5, 0, 4}, 0.5), 1));
    cr_expect(eq(dbl, twosample_p((twosample){-0.6, 0, 4}, 0.5), 0));
    twosample t = twosample_welch(x, 3, y, 3), moved = t;
    moved.difference += 1;
    cr_expect(le(dbl, fabs(twosample_p(t, 1) - twosample_p(moved, 0)), 1e-15));
}

/* Two equal parts of variance v and k degrees: 2 v and 2 k. */
Test(twosample, pool_by_hand) {
    const twosample parts[] = {{1, 4, 3}, {2, 4, 3}}, unknown[] = {{1, 4, 3}, {NAN, NAN, NAN}};
    twosample t = twosample_pool(parts, 2);
    cr_expect(eq(dbl, t.difference, 3));
    cr_expect(eq(dbl, t.variance, 8));
    cr_expect(le(dbl, fabs(t.degrees - 6), 1e-12));
    cr_expect(isnan(twosample_p(twosample_pool(unknown, 2), 0)));
    cr_expect(isnan(twosample_p(twosample_pool(parts, 0), 0)));
}

/* 3 of 3 against 0 of 3: one table of 20 at either end. */
Test(twosample, fisher_by_hand) {
    cr_expect(le(dbl, fabs(twosample_fisher_p(3, 3, 0, 3) - 0.1), 1e-12));
    cr_expect(le(dbl, fabs(twosample_fisher_p(0, 3, 3, 3) - 0.1), 1e-12));
    cr_expect(eq(dbl, twosample_fisher_p(2, 4, 2, 4), 1));
    cr_expect(eq(dbl, twosample_fisher_p(0, 3, 0, 3), 1));
}

/* Quantiles 1.96 and -1.96 are 3.92/sqrt(2) apart. */
Test(twosample, evidence_by_hand) {
    double expected = 2 * gsl_cdf_ugaussian_Q(2 * gsl_cdf_ugaussian_Pinv(0.975) / sqrt(2));
    cr_expect(le(dbl, fabs(twosample_evidence_p(0.975, 0.025) - expected), 1e-12));
    cr_expect(eq(dbl, twosample_evidence_p(0.3, 0.3), 1));
    cr_expect(eq(dbl, twosample_evidence_p(1e-90, 0), 1), "beyond what p-values tell");
    cr_expect(lt(dbl, twosample_evidence_p(0, 1), 1e-20));
    cr_expect(isnan(twosample_evidence_p(NAN, 0.5)));
    cr_expect(isnan(twosample_evidence_p(0.5, 2)));
}

/* Holm's own order: 0.01 <= 0.05/4, 0.013 <= 0.05/3, 0.03 > 0.05/2 stops, 0.04 is not looked at. */
Test(twosample, holm_by_hand) {
    const double p[] = {0.03, 0.01, NAN, 0.04, 0.013};
    const unsigned char expected[] = {0, 1, 0, 0, 1};
    unsigned char rejected[5];
    cr_expect(eq(sz, twosample_holm(p, 5, 0.05, rejected), 2));
    for (int k = 0; k < 5; k++) { cr_expect(eq(u8, rejected[k], expected[k])); }
}

/* Under equal means a family of 50 tests of normal data errs in about alpha of the families. */
Test(twosample, family_error_is_held) {
    enum { FAMILIES = 400, TESTS = 50, N = 4 };
    rng *r = rng_new(3, 0, 0, RNG_PILOT);
    int wrong = 0;
    for (int f = 0; f < FAMILIES; f++) {
        double p[TESTS], x[2 * N];
        unsigned char rejected[TESTS];
        for (int k = 0; k < TESTS; k++) {
            rng_normal_double(r, 1, 2 * N, x);
            p[k] = welch_p(x, N, x + N, N);
        }
        wrong += twosample_holm(p, TESTS, 0.1, rejected) > 0;
    }
    cr_expect(le(int, wrong, 65)); /* Bin(400, 0.1): 65 is 4 standard deviations up */
    rng_free(r);
}
