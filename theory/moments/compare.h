/* moments_compare: means that are known exactly, and means of samples, against closed forms; the lines of mask-moments'
 * table. */
#ifndef THEORY_MOMENTS_COMPARE_H
#define THEORY_MOMENTS_COMPARE_H

#include <stddef.h>
#include "run/table.h"

/* The entry of a vector that is farthest from what is expected, in units of its tolerance. Where nothing but rounding parts the
 * two vectors it is another one on every processor: then the entry that is expected to be the largest stands for all. */
typedef struct {
    double expected, observed;
    double error;     /* |observed - expected| of the entry farthest off, or what observed exceeds a bound by */
    double tolerance; /* the largest error that passes */
    double relative;  /* error over the largest number on either side of the vector; NaN for samples */
    double p;         /* family-wise p-value of all entries; NaN where nothing is random */
    size_t compared;  /* entries */
} moments_comparison;

/* observed = expected to CRITERION_EXACT of the largest entry of either. */
moments_comparison moments_compare_exact(const double *expected, const double *observed, size_t count);

/* The mean of `trials` draws = expected, within its Student interval at CRITERION_CONFIDENCE for all `family` >= count
 * numbers compared in a run at once (Bonferroni), and `rounding` beside it. squares: sums of squared deviations of the
 * draws from their mean. */
moments_comparison moments_compare_sampled(const double *expected, const double *mean, const double *squares,
                                           size_t count, double trials, double rounding, size_t family);

/* Of many observations value <= bound the one closest to its bound, or beyond it; starts as {0, 0}. */
typedef struct {
    double value, bound;
} moments_closest;

/* Keeps the larger value/bound; 0 against any bound counts as 0, a NaN stays. */
void moments_closest_keep(moments_closest *kept, double value, double bound);

/* --- the table --- */

table *moments_table_new(void);

/* What a line of the table is about. */
typedef struct {
    const char *fact, *mask, *way, *quantity;
    const char *along;    /* which numbers: "entries", a weighted mean, "-" */
    const char *relation; /* "=" or "<=" */
    double trials;        /* masks enumerated, draws, starts or rounds */
} moments_subject;

/* Adds a line; t may be NULL. */
void moments_put(table *t, const moments_subject *subject, moments_comparison c);

/* The comparison of observed <= bound. */
moments_comparison moments_compare_bound(double bound, double observed, size_t compared);

#endif
