/* drift_unit: one run of drift's sweep: a start and its masks, trained with every step size. */
#ifndef THEORY_DRIFT_UNIT_H
#define THEORY_DRIFT_UNIT_H

#include <stddef.h>
#include "theory/local/drift_watch.h"
#include "theory/local/local_plan.h"

/* A unit's values: for each step size a drift_round for each round. */
size_t drift_unit_values(const local_plan *plan);
status drift_unit_run(const local_plan *plan, size_t regime, mask_kind mask, local_trial *trial, double *values);

/* The rounds (K) of one step size. */
const drift_round *drift_unit_of(const local_plan *plan, const double *values, size_t step);

#endif
