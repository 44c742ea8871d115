#include "theory/local/drift_unit.h"

static size_t numbers_of(const local_plan *plan)
{
    return plan->options->rounds * DRIFT_NUMBERS;
}

size_t drift_unit_values(const local_plan *plan)
{
    return local_step_count(plan->options) * numbers_of(plan);
}

/* drift_round is doubles alone. */
const drift_round *drift_unit_of(const local_plan *plan, const double *values, size_t step)
{
    return (const drift_round *)(const void *)(values + step * numbers_of(plan));
}

status drift_unit_run(const local_plan *plan, size_t regime, mask_kind mask, local_trial *trial, double *values)
{
    const local_regime *r = &plan->regimes[regime];
    drift_watch *w = drift_watch_new(&r->g, r->settings.width);
    status s = w ? OK : FAILED;
    for (size_t k = 0; k < local_step_count(plan->options) && s == OK; k++)
        s = drift_watch_run(w, trial, &plan->models[regime][mask], local_step(r, plan->options, k), r->rounds,
                            (drift_round *)(void *)(values + k * numbers_of(plan)));
    drift_watch_free(w);
    return s;
}
