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

double safe_ratio(double part, double whole) { return part == 0 && whole == 0 ? 0 : part / whole; }
