/* The exponent with which the deviation falls in the width.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "theory/ntk_concentration/ntk_concentration.h"
#include "theory/criteria.h"

concentration_slope concentration_fit_slope(const study_run *r, size_t design, double confidence,
                                            double *x) {
    const option_list *widths = concentration_widths(r);
    const mask_design *d = &concentration_of(r)->designs[design];
    concentration_slope slope = {0, 0, NAN, {NAN, NAN}, NAN};
    double log_m[OPTION_LIST_MAX], log_norm[OPTION_LIST_MAX];
    size_t first = 0, count = widths->count;
    while (count > 0 && widths->values[first] * d->xi < CRITERION_SLOPE_ACTIVE) {
        first++;
        count--;
    }
    for (size_t w = 0; w < count; w++) { log_m[w] = log(widths->values[first + w]); }
    for (size_t t = 0; t < r->repeats; t++) {
        const deviation *one = concentration_at(r, study_values(r, 0, t), design, first);
        for (size_t w = 0; w < count; w++) {
            if (one[w].norm == 0) { return slope; }
            log_norm[w] = log(one[w].norm);
        }
        x[t] = stats_fit_line(log_m, log_norm, count, confidence).slope;
    }
    if (count < 3) { return slope; }
    slope = (concentration_slope){first, count, stats_summarise(x, r->repeats).mean,
                                  stats_mean_interval(x, r->repeats, confidence), NAN};
    for (size_t w = 0; w < count; w++) {
        concentration_column(r, design, first + w, CLAIM_NUMBER(deviation, norm), x);
        log_norm[w] = log(stats_quantile(x, r->repeats, 0.5));
    }
    slope.of_medians = stats_fit_line(log_m, log_norm, count, confidence).slope;
    return slope;
}
