#include "theory/local/descent_unit.h"

size_t descent_steps(const local_plan *plan)
{
    size_t most = 0;
    for (size_t k = 0; k < REGIMES; k++) {
        const local_regime *r = &plan->regimes[k];
        size_t steps = r->rounds * r->settings.subnets * r->settings.local_steps;
        most = steps > most ? steps : most;
    }
    return most;
}

static size_t numbers_of(const local_plan *plan)
{
    return DESCENT_NUMBERS + 2 * descent_steps(plan);
}

size_t descent_unit_values(const local_plan *plan)
{
    return local_step_count(plan->options) * numbers_of(plan);
}

/* descent_run is doubles alone. */
const descent_run *descent_unit_of(const local_plan *plan, const double *values, size_t step)
{
    return (const descent_run *)(const void *)(values + step * numbers_of(plan));
}

const double *descent_unit_ratios(const local_plan *plan, const double *values, size_t step)
{
    return values + step * numbers_of(plan) + DESCENT_NUMBERS;
}

const double *descent_unit_largest(const local_plan *plan, const double *values, size_t step)
{
    return descent_unit_ratios(plan, values, step) + descent_steps(plan);
}

status descent_unit_run(const local_plan *plan, size_t regime, mask_kind mask, local_trial *trial, double *values)
{
    const local_regime *r = &plan->regimes[regime];
    size_t steps = descent_steps(plan);
    descent_watch *w = descent_watch_new(&r->g, r->settings.width, steps);
    status s = w ? OK : FAILED;
    for (size_t k = 0; k < local_step_count(plan->options) && s == OK; k++) {
        double *kept = values + k * numbers_of(plan), *ratios = kept + DESCENT_NUMBERS;
        s = descent_watch_run(w, trial, &plan->models[regime][mask], local_step(r, plan->options, k), r->rounds,
                              (descent_run *)(void *)kept, ratios, ratios + steps);
    }
    descent_watch_free(w);
    return s;
}
