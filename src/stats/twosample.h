/* Tests of two sets of repetitions of one measurement: t tests (GSL's distributions),
 * and Holm's procedure over many.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STATS_TWOSAMPLE_H
#define STATS_TWOSAMPLE_H

#include <stddef.h>

/* A difference of means, the variance of that difference, and the degrees of freedom it is known
 * with. NaN all three if a value is NaN or there are fewer than two repetitions. */
typedef struct {
    double difference, variance, degrees;
} twosample;

/* Welch's: x (n) and y (m) independent, variances unequal; degrees after Satterthwaite. */
twosample twosample_welch(const double *x, size_t n, const double *y, size_t m);
/* Paired: x_k and y_k (k < n) belong together. */
twosample twosample_paired(const double *x, const double *y, size_t n);
/* The sum of `count` independent differences; degrees after Satterthwaite. */
twosample twosample_pool(const twosample *t, size_t count);

/* Two-sided p-value that the means differ by no more than `tolerance`. Without variance: 1 if that
 * is so, else 0. NaN of NaN. */
double twosample_p(twosample t, double tolerance);

/* One-sided p-value that the difference is not below 0: small if it is below. NaN of NaN. */
double twosample_p_below(twosample t);

/* Half the width of the difference's Student interval at a confidence in (0, 1). NaN of NaN. */
double twosample_half_width(twosample t, double confidence);

/* Fisher's exact test, two-sided by doubling the smaller tail: k of n against l of m. */
double twosample_fisher_p(size_t k, size_t n, size_t l, size_t m);

/* Two one-sided p-values of the same test on two sets of data, through the normal quantiles behind
 * them: is their difference chance? Quantiles beyond 8 count as 8. NaN of what is no probability.
 */
double twosample_evidence_p(double p, double q);

/* Holm (1979): the family's error is at most alpha, whatever the dependence. rejected (count): 1
 * where the hypothesis is rejected. A NaN p-value is no test and is not rejected nor counted.
 * Returns how many are rejected. */
size_t twosample_holm(const double *p, size_t count, double alpha, unsigned char *rejected);

#endif
