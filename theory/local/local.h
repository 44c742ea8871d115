/* What local-descent and drift share: their options, and the sweep over runs in both regimes, for
 * both mask kinds, as many starts as asked for, each trained with every step size. */
#ifndef THEORY_LOCAL_LOCAL_H
#define THEORY_LOCAL_LOCAL_H

#include <stddef.h>
#include "study/study.h"
#include "model/trajectory.h"
#include "theory/local/model.h"

extern const option_row local_options[]; /* of a local_settings */

/* The first member of either study's context. */
typedef struct {
    local_regime regimes[REGIMES];
    local_model models[REGIMES][MASKS];
    double seconds[REGIMES]; /* that a unit takes on one thread, by a short measurement; 0: not
                                known */
} local_context;

/* One run: a start with its masks. */
typedef struct {
    size_t regime;
    mask_kind mask;
    size_t trial;
} local_place;

/* Opens regimes and models, and sets the cells; r->values is the study's own. */
status local_prepare(study_run *r);
void local_close(void *context);

/* The run that a unit is, and its values after the sweep. */
local_place local_place_of(const study_run *r, size_t cell, size_t repetition);
const double *local_values(const study_run *r, local_place at);
/* The next run of the same regime: trial by trial, mask kind by mask kind; false after the last.
 * Starts at trial 0 of mask kind 0. */
bool local_next(const study_run *r, local_place *at);

/* The run with step size number `step`, at its start, its weights followed; those of all step sizes
 * have the same start and masks. trajectory_close always. */
status local_open_run(const study_run *r, local_place at, size_t step, trajectory *run);

double local_cost(const study_run *r, size_t cell);
/* Times units of one round, one step size, and one and two subnetworks: the rest are multiples. */
double local_calibrate(const study_run *r);
void local_note(const study_run *r, table *t);

/* The model of the regime that asks for the larger width: categorical masks may have a smaller xi.
 */
const local_model *local_hardest(const study_run *r, size_t regime);

/* For claim groups: one case a regime. */
size_t local_regime_count(const study_run *r);
const char *local_regime_name(const study_run *r, size_t which, char *name, size_t size);

#endif
