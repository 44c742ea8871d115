/* concentration_width_rows: the widths that the bounds of section 3 ask for, judged by the width that is needed. */
#ifndef THEORY_CONCENTRATION_WIDTH_ROWS_H
#define THEORY_CONCENTRATION_WIDTH_ROWS_H

#include "run/stats.h"
#include "theory/concentration/width.h"
#include "theory/theory.h"

/* One n and xi. */
typedef struct {
    bounds_setting bounds; /* n, xi, delta, masks = K p, ... */
    width_grid grid;
    size_t trials, failures[WIDTH_GRID]; /* failures at every width of the grid */
} width_cell;

/* The search at CRITERION_SHOWN_CONFIDENCE. */
width_found width_cell_found(const width_cell *cell);

/* A width of a cell: measured, NaN if it is not known, or what a bound asks for. */
typedef double (*width_function)(const width_cell *cell);

double width_measured(const width_cell *cell);

/* Bounds on the width, in the order of the table and the rows. */
typedef struct {
    const char *name;      /* column */
    const char *statement; /* of its row */
    const char *says;      /* what the width is called */
    width_function width;
} width_bound;

extern const width_bound WIDTH_BOUNDS[];
extern const size_t WIDTH_BOUND_COUNT;

/* log y = a constant of the group + slope log x, least squares over all groups together; group (count): any labels. The
 * t interval has count - groups - 1 degrees of freedom, NaN without one. intercept is NaN. */
stats_line width_power_law(const double *x, const double *y, const double *group, size_t count, double confidence);

/* Exponent of a width in n at fixed xi and in 1/xi at fixed n, over the cells whose measured width is known. */
stats_line width_exponent_n(const width_cell *cells, size_t count, width_function y, double confidence);
stats_line width_exponent_xi(const width_cell *cells, size_t count, width_function y, double confidence);

/* Appends the rows: every bound suffices [derived], the exponents against the theorem's [paper]. FAILED: no memory. */
status width_judge(const width_cell *cells, size_t count, theory_rows *list);

#endif
