/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/extreme.h"

#include <math.h>

double extreme_larger(double a, double b) { return isnan(a) || a >= b ? a : b; }

double extreme_smaller(double a, double b) { return isnan(a) || a <= b ? a : b; }

void extreme_raise(double *most, double x) { *most = extreme_larger(*most, x); }

void extreme_lower(double *least, double x) { *least = extreme_smaller(*least, x); }

double extreme_largest(const double *x, size_t count) {
    double largest = 0;
    for (size_t k = 0; k < count; k++) { largest = extreme_larger(largest, fabs(x[k])); }
    return largest;
}
