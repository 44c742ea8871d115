/* bernoulli_tables: from the values of all units to the evidence of bernoulli_checks and to the two tables. */
#ifndef THEORY_BERNOULLI_TABLES_H
#define THEORY_BERNOULLI_TABLES_H

#include "run/sweep.h"
#include "theory/rate/bernoulli_checks.h"
#include "theory/theory.h"

/* Everything gathered. */
typedef struct {
    const theory_data *data;
    const rate_options *options;
    const rate_cells *list;
    const sweep *s;
    const sweep_result *result;
    floor_evidence floors; /* its arrays are owned */
    curve_evidence curves; /* likewise */
    double *slope_finite,
        *slope_infinite; /* (cells, repeats) predicted, beside floors.slope; owned */
} rate_gathered;

/* Fills floors and curves from the sweep's values. */
status rate_gather(const theory_data *data, const rate_options *options, const rate_cells *list,
                   const sweep *s, const sweep_result *result, rate_gathered *all);
void rate_gathered_free(rate_gathered *all); /* safe on a zeroed one */

/* OUT: per round of the mean curves. OUT with .dat replaced by .floors.dat: per cell of the axes. */
status rate_write(const rate_gathered *all);

#endif
