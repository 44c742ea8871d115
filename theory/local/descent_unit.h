/* descent_unit: one run of local-descent's sweep: a start and its masks, trained with every step size, watched step by
 * step. */
#ifndef THEORY_DESCENT_UNIT_H
#define THEORY_DESCENT_UNIT_H

#include <stddef.h>
#include "theory/local/descent_watch.h"
#include "theory/local/local_plan.h"

/* Local steps of a run, K p tau; the larger of the two regimes'. */
size_t descent_steps(const local_plan *plan);

/* A unit's values: for each step size descent_run, then descent_steps ratios, then as many largest step sizes. */
size_t descent_unit_values(const local_plan *plan);
status descent_unit_run(const local_plan *plan, size_t regime, mask_kind mask, local_trial *trial, double *values);

/* Parts of a unit's values. */
const descent_run *descent_unit_of(const local_plan *plan, const double *values, size_t step);
const double *descent_unit_ratios(const local_plan *plan, const double *values, size_t step);
const double *descent_unit_largest(const local_plan *plan, const double *values, size_t step);

#endif
