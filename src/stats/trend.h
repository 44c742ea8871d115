/* Trend of a measured level along an ordered setting: the Jonckheere-Terpstra test over ordered
 * groups, summed over independent strata. A stratum is one line of a map, its groups the
 * cells along the trend, each with its repetitions.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STATS_TREND_H
#define STATS_TREND_H

#include <stddef.h>
#include "base/error.h"
#include "base/scratch.h"

typedef struct {
    const double *x;     /* all observations of the stratum, group after group */
    const size_t *sizes; /* (groups) observations in each */
    size_t groups;
} trend_stratum;

typedef struct {
    double effect;  /* Somers' D = (rising - falling) / pairs: -1 always falls .. +1 always rises */
    double z;       /* normal deviate of rising - falling, variance corrected for ties */
    double p_falls; /* one-sided P(Z <= z): small if the level falls */
    double p_rises; /* one-sided P(Z >= z): small if it rises */
    size_t pairs;   /* pairs of observations from different groups of one stratum, both numbers */
    size_t missing; /* such pairs with a NaN in them: left out of everything above */
} trend_result;

/* Strata with fewer than two groups count nothing. effect is NaN without a pair; z and the p-values
 * are NaN where the variance is 0 too (all observations tied); all four are NaN if there is no
 * memory. */
trend_result trend_jonckheere(const trend_stratum *strata, size_t count);

/* The same with every repetition a stratum of its own: compared with itself alone. x (groups,
 * repeats), group after group. FAILED: no memory. */
status trend_paired(const double *x, size_t groups, size_t repeats, scratch *work,
                    trend_result *found);

#endif
