#include "theory/local/local_plan.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

/* A cell of the sweep: as many runs of one regime and mask kind as there are repetitions; run number batch * repeats +
 * repetition. The cells of the wide regime come first. */
typedef struct {
    size_t regime, batch;
    mask_kind mask;
} place;

/* A unit's context. */
typedef struct {
    const local_plan *plan;
    const local_program *program;
} task;

static size_t cells_of(const local_plan *plan, size_t regime)
{
    return MASKS * (plan->regimes[regime].trials / plan->options->repeats);
}

static place place_of(const local_plan *plan, size_t cell)
{
    size_t wide = cells_of(plan, REGIME_WIDE), regime = cell < wide ? REGIME_WIDE : REGIME_USUAL;
    size_t within = cell < wide ? cell : cell - wide;
    return (place){.regime = regime, .batch = within / MASKS, .mask = (mask_kind)(within % MASKS)};
}

const double *local_plan_values(const local_plan *plan, const sweep *s, const sweep_result *result, size_t regime,
                                mask_kind mask, size_t trial)
{
    size_t before = regime == REGIME_WIDE ? 0 : cells_of(plan, REGIME_WIDE), repeats = plan->options->repeats;
    return sweep_values(s, result, before + trial / repeats * MASKS + (size_t)mask, trial % repeats);
}

static status run_trial(const task *t, place at, uint64_t seed, size_t number, double *values)
{
    const local_regime *regime = &t->plan->regimes[at.regime];
    train_settings settings = local_settings(regime, at.mask);
    local_trial trial;
    status s = local_trial_open(&regime->g, &settings, seed, at.regime * MASKS + (size_t)at.mask, number, &trial);
    if (s == OK)
        s = t->program->unit(t->plan, at.regime, at.mask, &trial, values);
    local_trial_close(&trial);
    return s;
}

static status run_unit(size_t cell, size_t repetition, double *values, const void *context)
{
    const task *t = context;
    place at = place_of(t->plan, cell);
    return run_trial(t, at, t->plan->regimes[at.regime].run.seed, at.batch * t->plan->options->repeats + repetition,
                     values);
}

static double unit_cost(size_t cell, const void *context)
{
    const task *t = context;
    double seconds = t->plan->seconds[place_of(t->plan, cell).regime];
    return seconds > 0 ? seconds : 1;
}

/* Seconds of a unit with one round of so many subnetworks and one step size. */
static status time_small(const local_plan *plan, const local_program *program, size_t which, size_t subnets,
                         double *seconds)
{
    local_options few = *plan->options;
    local_plan small = *plan;
    few.multiples.count = 0;
    small.options = &few;
    for (size_t k = 0; k < REGIMES; k++)
        small.regimes[k].rounds = small.regimes[k].settings.subnets = 1;
    small.regimes[which].settings.subnets = subnets;
    double *values = allocate(program->values(&small), sizeof *values, "values of a unit");
    if (!values)
        return FAILED;
    task t = {&small, program};
    double start = omp_get_wtime();
    status s = run_trial(&t, (place){.regime = which}, 0, 0, values);
    *seconds = omp_get_wtime() - start;
    free(values);
    return s;
}

/* A unit takes the time of its start and that of its subnetworks: one and two of them tell both, after a run that warms
 * caches. */
static status measure(local_plan *plan, const local_program *program, size_t which)
{
    const local_regime *regime = &plan->regimes[which];
    double all = local_masks(regime) * (double)local_step_count(plan->options), one = 0, two = 0;
    status s = time_small(plan, program, which, 1, &one);
    if (s == OK)
        s = time_small(plan, program, which, 1, &one);
    if (s == OK)
        s = time_small(plan, program, which, 2, &two);
    double subnet = fmax(two - one, one / 20);
    plan->seconds[which] = one + (all - 1) * subnet;
    return s;
}

status local_plan_open(const program_options *run, const local_options *options, local_plan *plan)
{
    *plan = (local_plan){.options = options};
    status s = local_regimes_open(run, options, plan->regimes);
    for (size_t k = 0; k < REGIMES && s == OK; k++)
        for (size_t mask = 0; mask < MASKS; mask++) {
            train_settings settings = local_settings(&plan->regimes[k], (mask_kind)mask);
            plan->models[k][mask] = local_model_of(&plan->regimes[k], &settings);
        }
    return s;
}

void local_plan_close(local_plan *plan)
{
    local_regimes_close(plan->regimes);
}

/* All that decides the values of a unit. */
static char *settings_text(const local_plan *plan)
{
    const local_options *o = plan->options;
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    if (!f)
        return NULL;
    fprintf(f, "data %s label %zu seed %llu repeats %zu delta %.17g\n", plan->regimes[0].data.data.sha256, o->label,
            (unsigned long long)plan->regimes[0].run.seed, o->repeats, o->delta);
    for (size_t k = 0; k < REGIMES; k++) {
        const local_regime *r = &plan->regimes[k];
        const train_settings *s = &r->settings;
        fprintf(f, "%s n %zu m %zu p %zu xi %.17g tau %zu rounds %zu trials %zu kappa %.17g\n", local_regime_names[k],
                r->data.data.n, s->width, s->subnets, s->xi, s->local_steps, r->rounds, r->trials, s->kappa);
    }
    for (size_t k = 0; k < o->multiples.count; k++)
        fprintf(f, "multiple %.17g\n", o->multiples.values[k]);
    fclose(f);
    return text;
}

status local_plan_run(local_plan *plan, const local_program *program)
{
    const program_options *run = &plan->regimes[REGIME_USUAL].run;
    status done = OK;
    for (size_t k = 0; k < REGIMES && done == OK; k++)
        done = measure(plan, program, k);
    char *settings = done == OK ? settings_text(plan) : NULL;
    if (!settings)
        return done != OK ? done : fail(FAILED, "no memory for the text of the settings");
    task t = {plan, program};
    sweep s = {.program = run->name,
               .settings = settings,
               .cells = cells_of(plan, REGIME_WIDE) + cells_of(plan, REGIME_USUAL),
               .repeats = plan->options->repeats,
               .values = program->values(plan),
               .cost = unit_cost,
               .seconds_per_cost = 1,
               .run = run_unit,
               .context = &t};
    sweep_options how = program_sweep_options(run);
    sweep_result result = {.complete = false};
    done = sweep_run(&s, &how, &result);
    if (done == OK && run->predict)
        printf("%.3g\n", result.predicted);
    if (done == OK && result.complete)
        done = program->judge(plan, &s, &result);
    sweep_result_free(&result);
    free(settings);
    return done;
}
