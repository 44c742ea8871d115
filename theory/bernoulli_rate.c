/* bernoulli-rate: Theorem 3 and Corollaries 1 to 3 (Bernoulli masks): the mean curve predicted by the eigenpairs of the
 * kernel beside what is measured, the contraction of the first rounds, and the floor against m, kappa, p, tau and xi.
 */
#include "theory/theory.h"

#include <stdio.h>
#include <stdlib.h>

#include "model/pace.h"
#include "theory/rate/bernoulli_curve.h"
#include "theory/rate/bernoulli_floor.h"
#include "theory/rate/bernoulli_tables.h"

enum { SAMPLES = 24 };
static const double PACE_SECONDS = 0.15; /* for measuring the machine's speed */

/* What a unit needs. */
typedef struct {
    const theory_data *data;
    const rate_options *options;
    const rate_cells *list;
    gram g;
    eigenpairs *infinite; /* (cells) of xi Hinf at each cell's xi; vectors are shared by all, values owned */
    eigenpairs base;      /* of Hinf */
} rate_run;

static status open_run(rate_run *r)
{
    size_t n = r->data->data.n;
    status s = gram_new(&r->data->data, GRAM_AUTO, &r->g);
    if (s == OK)
        s = eigenpairs_new(r->data->Hinf, n, 1, &r->base);
    r->infinite = allocate(r->list->count, sizeof *r->infinite, "eigenpairs");
    if (!r->infinite)
        return FAILED;
    for (size_t k = 0; s == OK && k < r->list->count; k++) {
        r->infinite[k] = (eigenpairs){n, allocate(n, sizeof(double), "eigenvalues"), r->base.vectors};
        if (!r->infinite[k].values)
            return FAILED;
        for (size_t i = 0; i < n; i++)
            r->infinite[k].values[i] = r->list->cells[k].s.xi * r->base.values[i];
    }
    return s;
}

static void close_run(rate_run *r)
{
    for (size_t k = 0; r->infinite && k < r->list->count; k++)
        free(r->infinite[k].values);
    free(r->infinite);
    eigenpairs_free(&r->base);
    gram_free(&r->g);
}

static status run_unit(size_t cell, size_t repetition, double *values, const void *context)
{
    const rate_run *r = context;
    const rate_cell *c = &r->list->cells[cell];
    uint64_t seed = r->data->run->seed;
    if (c->axis == AXIS_CURVE) {
        curve_setting curve = {.g = &r->g,
                               .G = r->data->G,
                               .s = c->s,
                               .rounds = c->rounds,
                               .masks = r->options->masks,
                               .infinite = &r->infinite[cell],
                               .rule = mean_rule_of(&c->s)};
        return curve_unit(&curve, seed, cell, repetition, values);
    }
    floor_setting floors = {.g = &r->g,
                            .G = r->data->G,
                            .infinite = &r->infinite[cell],
                            .s = c->s,
                            .rounds = c->rounds,
                            .window = c->window,
                            .level = c->level};
    return floor_unit(&floors, seed, cell, repetition, values);
}

static double unit_cost(size_t cell, const void *context)
{
    const rate_run *r = context;
    const rate_cell *c = &r->list->cells[cell];
    double rounds = (double)c->rounds * (c->axis == AXIS_CURVE ? (double)r->options->masks : 1);
    return rounds * train_round_cost(&r->g, &c->s);
}

/* The cell whose units take longest: the machine's speed is measured on it. */
static const train_settings *dearest(const rate_run *r)
{
    size_t best = 0;
    for (size_t k = 1; k < r->list->count; k++)
        best = unit_cost(k, r) > unit_cost(best, r) ? k : best;
    return &r->list->cells[best].s;
}

static status run_sweep(const rate_run *r, sweep *s, sweep_result *result)
{
    const program_options *run = r->data->run;
    char *settings = rate_cells_text(r->list, r->options, r->data->data.sha256, r->data->data.n, run->seed);
    if (!settings)
        return fail(FAILED, "no memory for the text of the settings");
    size_t curve = curve_unit_values(r->options->curve_rounds);
    *s = (sweep){.program = run->name,
                 .settings = settings,
                 .cells = r->list->count,
                 .repeats = r->options->repeats,
                 .values = curve > FLOOR_VALUES ? curve : FLOOR_VALUES,
                 .cost = unit_cost,
                 .seconds_per_cost = pace_measure(&r->g, dearest(r), run->threads, PACE_SECONDS),
                 .run = run_unit,
                 .context = r};
    sweep_options how = program_sweep_options(run);
    status done = sweep_run(s, &how, result);
    free(settings);
    s->settings = NULL;
    if (done == OK && how.predict)
        printf("%.3g\n", result->predicted);
    return done;
}

static status judge(const rate_run *r, const sweep *s, const sweep_result *result)
{
    rate_gathered all;
    theory_rows rows = {.command = r->data->run->redo};
    status done = rate_gather(r->data, r->options, r->list, s, result, &all);
    if (done == OK)
        done = rate_write(&all);
    if (done == OK)
        done = check_curves(&rows, &all.curves);
    if (done == OK)
        done = check_floors(&rows, &all.floors);
    if (done == OK)
        done = theory_finish(r->data, &rows);
    rate_gathered_free(&all);
    theory_rows_free(&rows);
    return done;
}

static status run(const theory_data *data, const rate_options *options)
{
    rate_cells list;
    status done = rate_cells_list(options, data->gram_norm, data->lambda0, data->lambda_max, &list);
    rate_run r = {.data = data, .options = options, .list = &list};
    sweep s;
    sweep_result result = {0};
    if (done == OK)
        done = open_run(&r);
    if (done == OK)
        done = run_sweep(&r, &s, &result);
    if (done == OK && result.complete)
        done = judge(&r, &s, &result);
    sweep_result_free(&result);
    close_run(&r);
    rate_cells_free(&list);
    return done;
}

int main(int argc, char **argv)
{
    rate_options settings = rate_defaults;
    program_options options;
    theory_data data = {0};
    status done = program_parse(
        argc, argv, "Theorem 3 and Corollaries 1 to 3: convergence under Bernoulli masks, predicted and measured",
        &rate_argp, &settings, &options);
    if (done == OK)
        done = theory_open(&options, SAMPLES, settings.label, &data);
    if (done == OK)
        done = run(&data, &settings);
    theory_close(&data);
    return program_exit(&options, done);
}
