/* trend_row: a claim that a measured number rises or falls along a setting, judged over independent repetitions. */
#ifndef THEORY_TREND_ROW_H
#define THEORY_TREND_ROW_H

#include <stddef.h>
#include "run/stats.h"
#include "theory/theory.h"

typedef enum { TREND_FALLS, TREND_RISES } trend_sense;

/* Cells in ascending order of the setting. */
typedef struct {
    size_t cells, repeats;
    const double
        *base; /* (cells) what the power law is fitted against: the setting itself, or 1 - xi */
    const char *base_name; /* "m", "1-xi" */
    const double *values;  /* (cells, repeats) */
} trend_table;

/* Least squares of log value on log base over all repetitions: value ~ base^slope. NaN unless all are positive, or no
 * memory. */
stats_line trend_power_law(const trend_table *t);

/* A [paper] row: Jonckheere-Terpstra test along the cells. observed: Somers' D, which the claim wants below (falls) or
 * above (rises) the bound 0; limit: one-sided p-value of the claimed sense. A trend counts as seen, either way, if its
 * p-value is at most 1 - CRITERION_CONFIDENCE: refuted if the opposite one is seen, not checked if none is or there are
 * fewer than three cells. what: "floor falls with m"; the fitted exponent is added to it. */
status trend_row(theory_rows *list, const char *statement, const char *what, trend_sense sense,
                 const char *hypotheses, const trend_table *t);

#endif
