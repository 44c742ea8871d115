/* The claim that a measured number rises or falls along a setting.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/claim.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "stats/trend.h"

enum { FEWEST_GROUPS = 3 };
static const double SHOWN_CONFIDENCE = 0.95; /* of the exponent's interval */

/* Least squares of log value on log setting over all repetitions, value ~ setting^slope; NaN unless
 * all are positive. */
static stats_line fit_power_law(evidence *e, const trend_groups *g) {
    size_t count = g->groups * g->repeats;
    double *x = claim_array(e, count);
    double *y = claim_array(e, count);
    if (!x || !y) { return (stats_line){NAN, NAN, NAN, {NAN, NAN}}; }
    for (size_t k = 0; k < count; k++) {
        x[k] = log(g->setting[k / g->repeats]);
        y[k] = log(g->values[k]);
    }
    return stats_fit_line(x, y, count, SHOWN_CONFIDENCE);
}

/* The test over all repetitions, or over each by itself. */
static status test_trend(evidence *e, const trend_groups *g, trend_result *found) {
    if (g->paired) { return trend_paired(g->values, g->groups, g->repeats, &e->work, found); }
    size_t *sizes = scratch_take(&e->work, g->groups, sizeof *sizes, "groups of a trend");
    if (!sizes) { return FAILED; }
    for (size_t k = 0; k < g->groups; k++) { sizes[k] = g->repeats; }
    trend_stratum whole = {g->values, sizes, g->groups};
    *found = trend_jonckheere(&whole, 1);
    return OK;
}

static status set_p_values(evidence *e, trend_sense sense, const trend_groups *g) {
    trend_result found;
    status st = test_trend(e, g, &found);
    if (st != OK) { return st; }
    if (found.missing) { found.effect = found.p_falls = found.p_rises = NAN; }
    e->p_claimed = sense == TREND_FALLS ? found.p_falls : found.p_rises;
    e->p_opposite = sense == TREND_FALLS ? found.p_rises : found.p_falls;
    e->row.limit = e->p_claimed;
    return claim_saw(e, 0, found.effect, (double)(g->groups * g->repeats));
}

status claim_trend(evidence *e, trend_sense sense, const trend_groups *g) {
    if (g->groups < FEWEST_GROUPS) {
        claim_check_only_if(e, false);
        return OK;
    }
    status st = set_p_values(e, sense, g);
    stats_line law = fit_power_law(e, g);
    if (st != OK || e->work.failed) { return FAILED; }
    size_t used = strlen(e->row.says);
    snprintf(e->row.says + used, sizeof e->row.says - used,
             "; fitted (%s)^%.2f, exponent in [%.2f, %.2f]", g->symbol, law.slope,
             law.slope_interval.low, law.slope_interval.high);
    return OK;
}
