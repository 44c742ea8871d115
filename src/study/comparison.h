/* Numbers against what they should be: exactly, as the mean of random draws, or at most.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STUDY_COMPARISON_H
#define STUDY_COMPARISON_H

#include <stddef.h>
#include "stats/stats.h"

/* The entry of a vector that is farthest from what is expected. Where nothing but rounding parts
 * the vectors, and so would choose another entry on every processor, the one that is expected to be
 * the largest stands for all. */
typedef struct {
    double expected, observed;
    double error; /* |observed - expected| of the farthest, or what observed exceeds a bound by */
    double tolerance; /* the largest error that passes */
    double relative;  /* error over the largest number of either vector; NaN for samples */
    double p;         /* family-wise p-value; NaN where nothing is random */
    size_t compared;  /* entries */
} comparison;

/* observed (count >= 1) = expected, to `relative` of the largest entry of either. */
comparison compare_exact(const double *expected, const double *observed, size_t count,
                         double relative);

/* The mean of at least two draws = expected, within its Student interval at CLAIM_CONFIDENCE for
 * all `family` means of a run at once (Bonferroni), and `rounding`, absolute, beside it. */
comparison compare_sampled(double expected, const stats_running *draws, double rounding,
                           size_t family);

/* observed, the worst of `compared` numbers, <= bound. */
comparison compare_at_most(double bound, double observed, size_t compared);

#endif
