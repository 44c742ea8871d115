/* concentration_rows: the statements about H_m at initialisation (paper.md sections 2 and 3) judged by trials. */
#ifndef THEORY_CONCENTRATION_ROWS_H
#define THEORY_CONCENTRATION_ROWS_H

#include "run/stats.h"
#include "theory/concentration/trial.h"
#include "theory/theory.h"

/* Independent trials and what the bounds depend on. */
typedef struct {
    const concentration_plan *plan;
    const bounds_setting *bounds; /* (designs); masks, xi and delta as in the design and the claim */
    const double *G;              /* (n, n) */
    const double *values;         /* (trials, concentration_values(plan)) */
    size_t trials;
} concentration_result;

/* Theorem 1, which all this supposes: BAD_INPUT unless lambda_0 > 0 as computed. */
status concentration_supposes(const theory_data *d);

/* x (trials) <- a measure of every trial. */
void concentration_column(const concentration_result *r, size_t design, size_t width, concentration_measure measure,
                          double *x);

/* The slope of log ||H_m - xi Hinf|| in log m over the widths with m xi >= CRITERION_SLOPE_ACTIVE. */
typedef struct {
    size_t first, count; /* those widths are the plan's from `first` on; count 0, all else NaN, if there are fewer than
                          * three or a deviation is exactly 0 */
    double mean;         /* over trials, of the slope of one trial */
    stats_interval interval; /* t interval of the mean: trials are independent, the widths of a trial need not be */
    double of_medians;       /* slope of the medians */
} concentration_slope;

status concentration_fit_slope(const concentration_result *r, size_t design, double confidence,
                               concentration_slope *slope);

/* The width of Theorem 2 [paper], m = Omega(n^2 log(K p n/delta)/(xi lambda_0^2)), its constant read as 1. */
double concentration_paper_width(const bounds_setting *s);

/* Appends the rows: Theorem 2 (a), (b), (c), (d) at every width, its conclusion at its own width [paper], the slope
 * -1/2, and the exact expectations of H_m and of ||H_m - xi Hinf||_F^2. FAILED: no memory. */
status concentration_judge(const concentration_result *r, theory_rows *list);

#endif
