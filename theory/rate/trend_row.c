#include "theory/rate/trend_row.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "run/trend.h"
#include "theory/shared/criteria.h"

enum { FEWEST_CELLS = 3 }; /* two cells have an order by chance too often */

stats_line trend_power_law(const trend_table *t)
{
    size_t count = t->cells * t->repeats;
    stats_line line = {NAN, NAN, NAN, {NAN, NAN}};
    double *x = allocate(count, sizeof *x, "logarithms"),
           *y = allocate(count, sizeof *y, "logarithms");
    if (x && y) {
        for (size_t k = 0; k < count; k++) {
            x[k] = log(t->base[k / t->repeats]);
            y[k] = log(t->values[k]);
        }
        line = stats_fit_line(x, y, count, CRITERION_SHOWN_CONFIDENCE);
    }
    free(x);
    free(y);
    return line;
}

static trend_result test(const trend_table *t)
{
    trend_result none = {.effect = NAN, .z = NAN, .p_falls = NAN, .p_rises = NAN};
    size_t *sizes = allocate(t->cells, sizeof *sizes, "groups of a trend");
    if (!sizes) { return none; }
    for (size_t k = 0; k < t->cells; k++) { sizes[k] = t->repeats; }
    trend_result result = trend_jonckheere(&(trend_stratum){t->values, sizes, t->cells}, 1);
    free(sizes);
    return result.missing ? none : result;
}

static verdict judge(double p_claimed, double p_opposite)
{
    double level = 1 - CRITERION_CONFIDENCE;
    if (p_claimed <= level) { return NOT_REFUTED; }
    if (p_opposite > level) { return NOT_CHECKED; }
    return STATEMENT_REFUTED;
}

status trend_row(theory_rows *list, const char *statement, const char *what, trend_sense sense,
                 const char *hypotheses, const trend_table *t)
{
    statement_row *row = theory_row(list, statement, PAPER, what);
    if (!row) { return FAILED; }
    snprintf(row->hypotheses, sizeof row->hypotheses, "%s", hypotheses);
    if (t->cells < FEWEST_CELLS) { return OK; }
    trend_result found = test(t);
    stats_line law = trend_power_law(t);
    snprintf(row->says, sizeof row->says, "%s; fitted (%s)^%.2f, exponent in [%.2f, %.2f]", what,
             t->base_name, law.slope, law.slope_interval.low, law.slope_interval.high);
    bool falls = sense == TREND_FALLS;
    row->bound = 0;
    row->observed = found.effect;
    row->trials = t->cells * t->repeats;
    row->limit = falls ? found.p_falls : found.p_rises;
    row->verdict = judge(row->limit, falls ? found.p_rises : found.p_falls);
    return OK;
}
