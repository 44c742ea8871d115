#include "theory/local/local_rows.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "run/stats.h"
#include "theory/criteria.h"
#include "theory/local/local_regime.h"

statement_row *local_row(theory_rows *list, const char *name, size_t regime, statement_kind kind, const char *says)
{
    char statement[sizeof((statement_row *)NULL)->statement];
    snprintf(statement, sizeof statement, "%s, %s", name, local_regime_names[regime]);
    return theory_row(list, statement, kind, says);
}

void local_suppose(statement_row *row, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(row->hypotheses, sizeof row->hypotheses, format, arguments);
    va_end(arguments);
}

void local_check_probability(statement_row *row, bool met, double allowed, size_t failures, size_t trials)
{
    double lower = stats_clopper_pearson_lower(failures, trials, CRITERION_CONFIDENCE);
    theory_check_at_most(row, met, allowed, (double)failures / (double)trials, trials);
    row->limit = lower;
    size_t used = strlen(row->says);
    snprintf(row->says + used, sizeof row->says - used, "; at %g %% confidence at most %.3g",
             100 * CRITERION_CONFIDENCE, stats_clopper_pearson_upper(failures, trials, CRITERION_CONFIDENCE));
    row->verdict = verdict_of(met, lower <= allowed);
    if (met && !((double)trials * allowed >= CRITERION_TRIALS_PER_DELTA))
        row->verdict = NOT_CHECKED;
}
