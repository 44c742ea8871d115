/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/record.h"

#include <math.h>

#include "stats/extreme.h"

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
        case FOLD_MAX: total[k] = extreme_larger(total[k], x[k]); break;
        case FOLD_MIN: total[k] = extreme_smaller(total[k], x[k]); break;
        }
    }
}

double safe_ratio(double part, double whole) { return part == 0 && whole == 0 ? 0 : part / whole; }

void tightest_keep(tightest *kept, tightest one) {
    double was = safe_ratio(kept->value, kept->bound), is = safe_ratio(one.value, one.bound);
    if (!(is <= was) && !isnan(was)) { *kept = one; }
}
