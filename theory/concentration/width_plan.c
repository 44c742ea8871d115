#include "theory/concentration/width_plan.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "theory/concentration/rows.h"

/* --- data --- */

/* The first n rows as a data set of their own. */
static status first_rows(const dataset *whole, size_t n, dataset *part)
{
    *part = *whole;
    part->n = n;
    part->opposite = whole->opposite && whole->opposite_rows[0] < n && whole->opposite_rows[1] < n;
    part->smallest_angle = NAN; /* not looked for again */
    part->X = allocate(n, whole->d * sizeof *part->X, "first rows");
    part->Y = allocate(n, sizeof *part->Y, "first labels");
    if (!part->X || !part->Y) {
        dataset_free(part);
        return FAILED;
    }
    memcpy(part->X, whole->X, n * whole->d * sizeof *part->X);
    memcpy(part->Y, whole->Y, n * sizeof *part->Y);
    return OK;
}

/* The largest size is the last. */
static status open_sizes(width_plan *plan)
{
    const option_list *sizes = &plan->options->sizes;
    size_t last = sizes->count - 1;
    status done = theory_open(plan->run, (size_t)sizes->values[last], 0, &plan->data[last]);
    if (done == OK)
        done = concentration_supposes(&plan->data[last]); /* and so for fewer rows: their kernels are its blocks */
    for (size_t k = 0; done == OK && k < last; k++) {
        dataset part;
        done = first_rows(&plan->data[last].data, (size_t)sizes->values[k], &part);
        if (done == OK)
            done = theory_open_data(plan->run, part, &plan->data[k]);
    }
    return done;
}

static void set_up(width_plan *plan)
{
    const width_options *o = plan->options;
    for (size_t j = 0; j < o->xi.count; j++)
        for (size_t k = 0; k < o->sizes.count; k++)
            plan->setups[j * o->sizes.count + k] =
                (width_setup){.data = &plan->data[k], .design = {MASK_BERNOULLI, o->masks, o->xi.values[j]}};
}

status width_plan_open(const program_options *run, const width_options *options, width_plan *plan)
{
    size_t sizes = options->sizes.count, largest = (size_t)options->sizes.values[sizes - 1];
    *plan = (width_plan){.run = run, .options = options, .count = sizes * options->xi.count};
    if (run->samples && run->samples < largest)
        return fail(BAD_INPUT, "--sizes: %zu rows are wanted, --samples takes %zu; give smaller sizes", largest,
                    run->samples);
    plan->data = allocate(sizes, sizeof *plan->data, "data of every size");
    plan->setups = allocate(plan->count, sizeof *plan->setups, "cells");
    status done = plan->data && plan->setups ? open_sizes(plan) : FAILED;
    if (done == OK) {
        set_up(plan);
        done = concentration_fits(&plan->data[sizes - 1].data, &plan->setups[0].design, 1, run->threads);
    }
    if (done != OK)
        width_plan_close(plan);
    return done;
}

void width_plan_close(width_plan *plan)
{
    for (size_t k = 0; plan->data && k < plan->options->sizes.count; k++)
        theory_close(&plan->data[k]);
    free(plan->data);
    free(plan->setups);
    *plan = (width_plan){0};
}

/* --- units --- */

typedef struct {
    concentration_stream stream;
    rng *weights, *masks;
    double floor; /* xi lambda_0/2 */
} unit;

static void close_unit(unit *u)
{
    rng_free(u->weights);
    rng_free(u->masks);
    concentration_close(&u->stream);
}

/* pilot: its stream's generators are not those of any trial. */
static status open_unit(const width_plan *plan, size_t cell, size_t repetition, bool pilot, unit *u)
{
    const width_setup *setup = &plan->setups[cell];
    uint64_t seed = plan->run->seed;
    *u = (unit){.floor = setup->design.xi * setup->data->lambda0 / 2};
    u->weights = rng_new(seed, cell, repetition, pilot ? RNG_TRIAL : RNG_WEIGHTS);
    u->masks = rng_new(seed, cell, repetition, pilot ? RNG_TEST : RNG_MASKS);
    status done = u->weights && u->masks ? OK : fail(FAILED, "no memory for random streams");
    if (done == OK)
        done = concentration_open(&setup->data->data, setup->data->G, &setup->design, 1, &u->stream);
    if (done == OK)
        concentration_restart(&u->stream, u->weights, u->masks);
    else
        close_unit(u);
    return done;
}

static status run_pilot(size_t cell, size_t repetition, double *values, const void *context)
{
    const width_plan *plan = context;
    unit u;
    size_t first = 0;
    status done = open_unit(plan, cell, repetition, true, &u);
    if (done != OK)
        return done;
    done = width_first(&u.stream, u.floor, plan->options->limit, &first);
    *values = (double)first;
    close_unit(&u);
    return done;
}

static status run_trial(size_t cell, size_t repetition, double *values, const void *context)
{
    const width_plan *plan = context;
    unit u;
    status done = open_unit(plan, cell, repetition, false, &u);
    if (done != OK)
        return done;
    done = width_trial(&u.stream, u.floor, &plan->setups[cell].grid, values);
    close_unit(&u);
    return done;
}

/* Operations, roughly: a normal deviate and a product per weight, a Cholesky factor and some passes over the matrix per
 * width. */
static double operations(const width_setup *setup, double neurons, double widths)
{
    double n = (double)setup->data->data.n, d = (double)setup->data->data.d;
    return neurons * d * (2 * n + 150) + widths * (double)setup->design.masks * n * n * (n / 3 + 30);
}

static double trial_cost(size_t cell, const void *context)
{
    const width_setup *setup = &((const width_plan *)context)->setups[cell];
    size_t count = setup->grid.count;
    return operations(setup, (double)setup->grid.widths[count - 1], (double)count);
}

/* The width is not known yet: say n/xi, and a dozen looks. */
static double pilot_cost(size_t cell, const void *context)
{
    const width_setup *setup = &((const width_plan *)context)->setups[cell];
    return operations(setup, (double)setup->data->data.n / setup->design.xi, 12);
}

/* Seconds per operation of the costliest trial that is done in a moment. */
static double pace(const width_plan *plan)
{
    const double moment = 3e8; /* operations */
    size_t chosen = 0;
    double values[WIDTH_GRID];
    for (size_t k = 1; k < plan->count; k++) {
        double cost = trial_cost(k, plan), best = trial_cost(chosen, plan);
        if (cost < best ? best > moment : cost <= moment)
            chosen = k;
    }
    if (run_trial(chosen, 0, values, plan) != OK) /* warms caches and clocks */
        return 0;
    double begin = omp_get_wtime();
    return run_trial(chosen, 0, values, plan) == OK ? (omp_get_wtime() - begin) / trial_cost(chosen, plan) : 0;
}

/* --- sweeps --- */

/* All that decides a unit's values but the grids, which follow from it. */
static void describe(const width_plan *plan, const char *kind, char *text, size_t size)
{
    const width_options *o = plan->options;
    int used =
        snprintf(text, size, "%s data=%s seed=%llu masks=%llu limit=%llu cells=", kind, plan->data[0].data.sha256,
                 (unsigned long long)plan->run->seed, (unsigned long long)o->masks, (unsigned long long)o->limit);
    for (size_t k = 0; k < plan->count; k++)
        used += snprintf(text + used, size - (size_t)used, "%zu:%.17g,", plan->setups[k].data->data.n,
                         plan->setups[k].design.xi);
}

static status run_sweep(const width_plan *plan, sweep s, sweep_options how, sweep_result *result)
{
    size_t room = 256 + 48 * plan->count;
    char *text = allocate(room, 1, "settings of a sweep");
    if (!text)
        return FAILED;
    describe(plan, s.settings, text, room);
    s.program = plan->run->name;
    s.settings = text;
    s.cells = plan->count;
    s.context = plan;
    status done = sweep_run(&s, &how, result);
    free(text);
    return done;
}

status width_plan_bracket(width_plan *plan)
{
    sweep s = {.settings = "pilots", .repeats = WIDTH_PILOTS, .values = 1, .cost = pilot_cost, .run = run_pilot};
    sweep_options how = program_sweep_options(plan->run);
    how.shards = 0; /* every share needs them all, and so does a prediction */
    how.predict = false;
    how.brief = true;
    sweep_result result = {0};
    status done = run_sweep(plan, s, how, &result);
    for (size_t k = 0; done == OK && k < plan->count; k++) {
        double largest = 1;
        for (size_t j = 0; j < WIDTH_PILOTS; j++)
            largest = fmax(largest, result.values[k * WIDTH_PILOTS + j]);
        width_grid_around((size_t)largest, plan->options->limit, &plan->setups[k].grid);
    }
    sweep_result_free(&result);
    return done;
}

status width_plan_run(const width_plan *plan, sweep_result *result)
{
    sweep s = {.settings = "trials",
               .repeats = plan->options->trials,
               .values = WIDTH_GRID,
               .cost = trial_cost,
               .seconds_per_cost = pace(plan),
               .run = run_trial};
    return run_sweep(plan, s, program_sweep_options(plan->run), result);
}
