/* The most and the least of numbers: NaN once one is, so that no check can pass on it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STATS_EXTREME_H
#define STATS_EXTREME_H

#include <stddef.h>

/* The larger and the smaller of two. */
double extreme_larger(double a, double b);
double extreme_smaller(double a, double b);
/* The same kept in place: *most <- the larger, *least <- the smaller. */
void extreme_raise(double *most, double x);
void extreme_lower(double *least, double x);
/* The largest |x_k| of `count`; 0 of none. */
double extreme_largest(const double *x, size_t count);

#endif
