/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/record.h"

#include <math.h>

void record_clear(const record_kind *kind, void *record) {
    double *numbers = record;
    for (size_t k = 0; k < kind->count; k++) {
        numbers[k] = kind->rules[k] == FOLD_MIN ? INFINITY : 0;
    }
}

void record_add(const record_kind *kind, void *all, const void *one) {
    double *total = all;
    const double *x = one;
    for (size_t k = 0; k < kind->count; k++) {
        switch (kind->rules[k]) {
        case FOLD_SUM: total[k] += x[k]; break;
        case FOLD_MAX: total[k] = record_larger(total[k], x[k]); break;
        case FOLD_MIN: total[k] = record_smaller(total[k], x[k]); break;
        }
    }
}

double record_larger(double a, double b) { return isnan(a) || a >= b ? a : b; }

double record_smaller(double a, double b) { return isnan(a) || a <= b ? a : b; }

void record_raise(double *most, double x) { *most = record_larger(*most, x); }

void record_lower(double *least, double x) { *least = record_smaller(*least, x); }

double safe_ratio(double part, double whole) { return part == 0 && whole == 0 ? 0 : part / whole; }

double record_largest(const double *x, size_t count) {
    double largest = 0;
    for (size_t k = 0; k < count; k++) { largest = record_larger(largest, fabs(x[k])); }
    return largest;
}

void tightest_keep(tightest *kept, tightest one) {
    double was = safe_ratio(kept->value, kept->bound), is = safe_ratio(one.value, one.bound);
    if (!(is <= was) && !isnan(was)) { *kept = one; }
}
