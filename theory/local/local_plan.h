/* local_plan: the runs that local-descent and drift are made of, and the sweep over them: both regimes, both mask
 * kinds, as many starts as asked for, each trained with every step size. */
#ifndef THEORY_LOCAL_PLAN_H
#define THEORY_LOCAL_PLAN_H

#include <stddef.h>
#include "theory/local/local_model.h"
#include "theory/local/local_trial.h"

typedef struct {
    const local_options *options;
    local_regime regimes[REGIMES];
    local_model models[REGIMES][MASKS];
    double seconds[REGIMES]; /* that a unit takes on one thread, by a short measurement; 0: not known */
} local_plan;

/* Both regimes and their models. Safe to close whatever the status. */
status local_plan_open(const program_options *run, const local_options *options, local_plan *plan);
void local_plan_close(local_plan *plan);

/* The regime, the mask kind and what a program does with them. */
typedef struct {
    size_t (*values)(const local_plan *plan); /* numbers that a unit yields */
    /* Trains one start with every step size and fills the unit's values. */
    status (*unit)(const local_plan *plan, size_t regime, mask_kind mask, local_trial *trial, double *values);
    /* Judges and writes what the sweep has yielded. */
    status (*judge)(const local_plan *plan, const sweep *s, const sweep_result *result);
} local_program;

/* Measures, sweeps, and judges if the result is complete; with --predict prints the predicted seconds alone. */
status local_plan_run(local_plan *plan, const local_program *program);

/* Values of the run number `trial` of a regime and mask kind. */
const double *local_plan_values(const local_plan *plan, const sweep *s, const sweep_result *result, size_t regime,
                                mask_kind mask, size_t trial);

#endif
