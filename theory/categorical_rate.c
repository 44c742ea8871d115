/* categorical-rate: Theorem 4 (categorical masks): the aggregation identity, the three movements of the loss predicted
 * and measured, and the bound on the loss over the event on which it is proved. */
#include "theory/theory.h"

#include <stdio.h>
#include <stdlib.h>

#include "model/pace.h"
#include "theory/rate/categorical_checks.h"
#include "theory/rate/categorical_options.h"
#include "theory/rate/categorical_tables.h"

enum { SAMPLES = 24 };
enum { ENUMERATED_SAMPLES = 4, ENUMERATED_NEURONS = 7, ENUMERATED_SUBNETS = 3 }; /* 3^7 masks */
static const double PACE_SECONDS = 0.15;                                         /* for measuring the machine's speed */

typedef struct {
    const theory_data *data;
    const categorical_options *options;
    theory_data few; /* the first rows, for the event regime */
    gram g, few_g;
    categorical_cell *cells; /* (count) usual ones, then those of the event regime */
    size_t count, first_event;
    size_t values; /* of a unit */
} rate_run;

static void add_cells(rate_run *r, const theory_data *data, const gram *g, const categorical_regime *regime)
{
    for (size_t k = 0; k < regime->subnets.count; k++) {
        r->cells[r->count++] = categorical_cell_of(data, g, regime->width, (size_t)regime->subnets.values[k],
                                                   regime->local_steps, regime->step, regime->kappa, regime->rounds);
        size_t values = categorical_values(regime->rounds);
        r->values = values > r->values ? values : r->values;
    }
}

static status open_run(rate_run *r)
{
    const categorical_options *o = r->options;
    dataset few;
    if (o->event_samples > r->data->data.n)
        return fail(BAD_INPUT, "--event-samples: %zu rows of %zu; give at most --samples", o->event_samples,
                    r->data->data.n);
    status s = categorical_rows(&r->data->data, o->event_samples, &few);
    if (s == OK)
        s = theory_open_data(r->data->run, few, &r->few);
    if (s == OK)
        s = gram_new(&r->data->data, GRAM_AUTO, &r->g);
    if (s == OK)
        s = gram_new(&r->few.data, GRAM_AUTO, &r->few_g);
    r->cells = allocate(o->run.subnets.count + o->event.subnets.count, sizeof *r->cells, "cells");
    if (s != OK || !r->cells)
        return s != OK ? s : FAILED;
    add_cells(r, r->data, &r->g, &o->run);
    r->first_event = r->count;
    add_cells(r, &r->few, &r->few_g, &o->event);
    return OK;
}

static void close_run(rate_run *r)
{
    theory_close(&r->few);
    gram_free(&r->g);
    gram_free(&r->few_g);
    free(r->cells);
}

static status run_unit(size_t cell, size_t repetition, double *values, const void *context)
{
    const rate_run *r = context;
    return categorical_unit(&r->cells[cell], r->data->run->seed, cell, repetition, values);
}

/* Beside the operations of training, as if at their speed: a column of few rows costs some 1500 a step however short it
 * is (calls, distances, copies), a normal deviate some 150. */
static double unit_cost(size_t cell, const void *context)
{
    const rate_run *r = context;
    const categorical_cell *c = &r->cells[cell];
    double m = (double)c->s.width, steps = (double)(c->rounds * c->s.local_steps);
    return (double)c->rounds * train_round_cost(c->g, &c->s) + 1500 * m * steps + 150 * m * (double)c->g->d;
}

static status run_sweep(const rate_run *r, sweep *s, sweep_result *result)
{
    const program_options *run = r->data->run;
    char settings[8192], how_run[4096];
    categorical_text(r->options, how_run, sizeof how_run);
    snprintf(settings, sizeof settings, "data %s rows %zu label %zu seed %llu %s", r->data->data.sha256,
             r->data->data.n, r->data->label, (unsigned long long)run->seed, how_run);
    *s = (sweep){.program = run->name,
                 .settings = settings,
                 .cells = r->count,
                 .repeats = r->options->trials,
                 .values = r->values,
                 .cost = unit_cost,
                 .seconds_per_cost = pace_measure(r->cells[0].g, &r->cells[0].s, run->threads, PACE_SECONDS),
                 .run = run_unit,
                 .context = r};
    sweep_options how = program_sweep_options(run);
    status done = sweep_run(s, &how, result);
    s->settings = NULL;
    if (done == OK && how.predict)
        printf("%.3g\n", result->predicted);
    return done;
}

/* E9 over all masks of a small network with normal pre-activations and labels. */
static status enumerate(const rate_run *r, theory_rows *rows)
{
    enum { N = ENUMERATED_SAMPLES, M = ENUMERATED_NEURONS };
    double Z[M * N], a[M], y[N], sampled, whole, jump;
    rng *source = rng_new(r->data->run->seed, r->count, 0, RNG_TRIAL);
    if (!source)
        return fail(FAILED, "no memory for the random streams");
    rng_normal_double(source, 1, M * N, Z);
    rng_normal_double(source, 1, N, y);
    for (size_t k = 0; k < M; k++)
        a[k] = rng_uniform(source) < 0.5 ? -1 : 1;
    rng_free(source);
    status s = categorical_enumerate(N, M, ENUMERATED_SUBNETS, Z, a, y, &sampled, &whole, &jump);
    return s == OK ? check_jump_enumerated(rows, sampled, whole, jump) : s;
}

static status judge(const rate_run *r, const sweep *s, const sweep_result *result)
{
    char settings[4096];
    theory_rows rows = {.command = r->data->run->redo};
    categorical_trials *cells = allocate(r->count, sizeof *cells, "trials");
    status done = cells ? OK : FAILED;
    for (size_t c = 0; cells && c < r->count; c++)
        cells[c] = (categorical_trials){&r->cells[c], s->repeats, sweep_values(s, result, c, 0), s->values};
    categorical_text(r->options, settings, sizeof settings);
    if (done == OK)
        done = categorical_write(r->data, result, settings, cells, r->count, r->first_event);
    if (done == OK)
        done = enumerate(r, &rows);
    if (done == OK)
        done = check_categorical(&rows, cells, r->count, r->first_event);
    if (done == OK)
        done = theory_finish(r->data, &rows);
    free(cells);
    theory_rows_free(&rows);
    return done;
}

static status run(const theory_data *data, const categorical_options *options)
{
    rate_run r = {.data = data, .options = options};
    sweep s;
    sweep_result result = {0};
    status done = open_run(&r);
    if (done == OK)
        done = run_sweep(&r, &s, &result);
    if (done == OK && result.complete)
        done = judge(&r, &s, &result);
    sweep_result_free(&result);
    close_run(&r);
    return done;
}

int main(int argc, char **argv)
{
    categorical_options settings = categorical_defaults;
    program_options options;
    theory_data data = {0};
    status done =
        program_parse(argc, argv, "Theorem 4: convergence under categorical masks, its bound and its three movements",
                      &categorical_argp, &settings, &options);
    if (done == OK)
        done = theory_open(&options, SAMPLES, settings.label, &data);
    if (done == OK)
        done = run(&data, &settings);
    theory_close(&data);
    return program_exit(&options, done);
}
