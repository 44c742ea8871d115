/* ntk-concentration: Theorem 2 at initialisation. How far the masked NTK of a random network is from xi Hinf, over
 * widths and kinds of masks, beside every bound of paper.md section 3. */
#include "theory/theory.h"

#include <stdio.h>

#include "theory/concentration/options.h"
#include "theory/concentration/table.h"

enum { DEFAULT_SAMPLES = 200 };

/* What the units share. */
typedef struct {
    theory_data data;
    concentration_plan plan;
    concentration_design designs[2 * OPTION_LIST_MAX];
} context;

static void set_plan(const concentration_options *o, context *c)
{
    size_t count = 0;
    for (size_t k = 0; k < o->xi.count; k++)
        c->designs[count++] = (concentration_design){MASK_BERNOULLI, o->masks, o->xi.values[k]};
    for (size_t k = 0; k < o->subnets.count; k++)
        c->designs[count++] =
            (concentration_design){MASK_CATEGORICAL, (size_t)o->subnets.values[k], 1 / o->subnets.values[k]};
    c->plan = (concentration_plan){.designs = c->designs,
                                   .design_count = count,
                                   .widths = o->widths.values,
                                   .width_count = o->widths.count,
                                   .n = c->data.data.n,
                                   .Hinf = c->data.Hinf,
                                   .lambda0 = c->data.lambda0};
}

/* A stream for one trial: the generators of (seed, repetition), purpose by purpose. */
static status open_stream(const context *c, size_t repetition, concentration_stream *s)
{
    status done = concentration_open(&c->data.data, c->data.G, c->designs, c->plan.design_count, s);
    if (done != OK)
        return done;
    uint64_t seed = c->data.run->seed;
    concentration_restart(s, rng_new(seed, 0, repetition, RNG_WEIGHTS), rng_new(seed, 0, repetition, RNG_MASKS));
    return s->weights && s->masks ? OK : fail(FAILED, "no memory for random streams");
}

static void close_stream(concentration_stream *s)
{
    rng_free(s->weights);
    rng_free(s->masks);
    concentration_close(s);
}

static status run_unit(size_t cell, size_t repetition, double *values, const void *shared)
{
    const context *c = shared;
    concentration_stream s = {0};
    (void)cell;
    status done = open_stream(c, repetition, &s);
    if (done == OK)
        done = concentration_trial(&c->plan, &s, values);
    close_stream(&s);
    return done;
}

/* All units are alike. */
static double cost(size_t cell, const void *shared)
{
    (void)cell, (void)shared;
    return 1;
}

static double pace(const context *c)
{
    concentration_stream s = {0};
    double seconds = open_stream(c, 0, &s) == OK ? concentration_pace(&c->plan, &s) : 0;
    close_stream(&s);
    return seconds;
}

static status finish(const context *c, const concentration_options *o, const sweep_result *swept)
{
    bounds_setting bounds[2 * OPTION_LIST_MAX];
    for (size_t k = 0; k < c->plan.design_count; k++)
        bounds[k] = theory_bounds(&c->data, (double)c->designs[k].masks, c->designs[k].xi, o->delta);
    concentration_result r = {&c->plan, bounds, c->data.G, swept->values, o->trials};
    theory_rows rows = {.command = c->data.run->redo};
    table *t;
    status done = concentration_tabulate(&r, &t);
    if (done == OK) {
        table_note(t, "statement",
                   "Theorem 2 at initialisation: ||H_m - xi Hinf|| and lambda_min(H_m) against bounds (a) to (d)");
        table_note(t, "delta", "%g", o->delta);
        theory_note(&c->data, swept, t);
        done = table_write(t, c->data.run->out);
    }
    if (done == OK)
        program_say(c->data.run, "wrote %s", c->data.run->out);
    table_free(t);
    if (done == OK)
        done = concentration_judge(&r, &rows);
    if (done == OK)
        done = theory_finish(&c->data, &rows);
    theory_rows_free(&rows);
    return done;
}

static status run(const context *c, const concentration_options *o)
{
    char text[8192];
    int used = snprintf(text, sizeof text, "data=%s n=%zu seed=%llu ", c->data.data.sha256, c->plan.n,
                        (unsigned long long)c->data.run->seed);
    concentration_describe(&c->plan, text + used, sizeof text - (size_t)used);
    sweep s = {.program = c->data.run->name,
               .settings = text,
               .cells = 1,
               .repeats = o->trials,
               .values = concentration_values(&c->plan),
               .cost = cost,
               .seconds_per_cost = pace(c),
               .run = run_unit,
               .context = c};
    sweep_options how = program_sweep_options(c->data.run);
    sweep_result swept = {0};
    status done = sweep_run(&s, &how, &swept);
    if (done == OK && how.predict)
        printf("%.3g\n", swept.predicted);
    if (done == OK && swept.complete)
        done = finish(c, o, &swept);
    sweep_result_free(&swept);
    return done;
}

int main(int argc, char **argv)
{
    concentration_options o = concentration_defaults();
    program_options run_options;
    status done = program_parse(argc, argv, "Theorem 2: how near the masked NTK is to xi Hinf, against every bound",
                                &concentration_argp, &o, &run_options);
    context c = {.plan = {.n = 0}};
    if (done == OK)
        done = theory_open(&run_options, DEFAULT_SAMPLES, 0, &c.data);
    if (done == OK)
        done = concentration_supposes(&c.data);
    if (done == OK) {
        set_plan(&o, &c);
        done = concentration_fits(&c.data.data, c.designs, c.plan.design_count, run_options.threads);
    }
    if (done == OK)
        done = run(&c, &o);
    theory_close(&c.data);
    return program_exit(&run_options, done);
}
