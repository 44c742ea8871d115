/* The exponent with which the deviation falls in the width. */
#include <math.h>

#include "theory/ntk_concentration/ntk_concentration.h"
#include "theory/shared/criteria.h"

/* False: a deviation is exactly 0 (few rows, few neurons) and has no logarithm. log_m, log_norm
 * (slope->count), x (trials): scratch. */
static bool fit(const study_run *r, size_t design, double confidence, double *log_m,
                double *log_norm, double *x, concentration_slope *slope)
{
    const option_list *widths = &((const concentration_settings *)r->settings)->widths;
    size_t first = slope->first, count = slope->count;
    for (size_t w = 0; w < count; w++) { log_m[w] = log(widths->values[first + w]); }
    for (size_t t = 0; t < r->repeats; t++) {
        const deviation *one = concentration_at(r, study_values(r, 0, t), design, first);
        for (size_t w = 0; w < count; w++) {
            if (one[w].norm == 0) { return false; }
            log_norm[w] = log(one[w].norm);
        }
        x[t] = stats_fit_line(log_m, log_norm, count, confidence).slope;
    }
    slope->mean = stats_summarise(x, r->repeats).mean;
    slope->interval = stats_mean_interval(x, r->repeats, confidence);
    for (size_t w = 0; w < count; w++) {
        concentration_column(r, design, first + w, CLAIM_NUMBER(deviation, norm), x);
        log_norm[w] = log(stats_quantile(x, r->repeats, 0.5));
    }
    slope->of_medians = stats_fit_line(log_m, log_norm, count, confidence).slope;
    return true;
}

status concentration_fit_slope(const study_run *r, size_t design, double confidence,
                               concentration_slope *slope)
{
    const option_list *widths = &((const concentration_settings *)r->settings)->widths;
    double xi = ((const concentration_context *)r->context)->designs[design].xi;
    size_t first = 0;
    while (first < widths->count && widths->values[first] * xi < CRITERION_SLOPE_ACTIVE) {
        first++;
    }
    size_t count = widths->count - first;
    *slope = (concentration_slope){first, count >= 3 ? count : 0, NAN, {NAN, NAN}, NAN};
    if (slope->count == 0) { return OK; }
    scratch work = {0};
    double *log_m = scratch_take(&work, count, sizeof *log_m, "logarithms");
    double *log_norm = scratch_take(&work, count, sizeof *log_norm, "logarithms");
    double *x = scratch_take(&work, r->repeats, sizeof *x, "one number of every trial");
    status st = work.failed ? FAILED : OK;
    if (st == OK && !fit(r, design, confidence, log_m, log_norm, x, slope)) { slope->count = 0; }
    scratch_free(&work);
    return st;
}
