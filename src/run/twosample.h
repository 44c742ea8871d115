/* twosample: do two sets of repetitions of one measurement differ? t tests (GSL's distributions), and Holm's procedure over many. */
#ifndef RUN_TWOSAMPLE_H
#define RUN_TWOSAMPLE_H

#include <stddef.h>

/* Two-sided p-value of Welch's t test for equal means, unequal variances. x (n), y (m), n, m >= 2.
 * 1 if all values of both are the same number, 0 if both are constant and differ; NaN if a value is NaN or n or m < 2. */
double twosample_welch_p(const double *x, size_t n, const double *y, size_t m);

/* Two-sided p-value of the paired t test: the mean of x_k - y_k is 0. n >= 2. 1 if all differences are 0, 0 if they are
 * one number other than 0; NaN if a value is NaN or n < 2. */
double twosample_paired_p(const double *x, const double *y, size_t n);

/* Holm (1979): the family's error is at most alpha, whatever the dependence. rejected (count): 1 where the hypothesis is rejected.
 * A NaN p-value is no test and is not rejected nor counted. Returns how many are rejected. */
size_t twosample_holm(const double *p, size_t count, double alpha, unsigned char *rejected);

#endif
