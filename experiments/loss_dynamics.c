/* loss-dynamics: Figure 2a. The error along a run: the subnetworks' mean error after sampling and after each local step, the
 * whole network's after aggregation. With --init it replays given weights, signs and masks. */
#include "experiments/experiment.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/loss_start.h"
#include "experiments/loss_tables.h"
#include "model/trajectory.h"

typedef struct {
    experiment_options common;
    const char *init, *save_weights;
} loss_options;

enum { KEY_INIT = PROGRAM_OWN_KEY + 100, KEY_SAVE_WEIGHTS };

static const struct argp_option own_options[] = {
    {"init", KEY_INIT, "FILE", 0, "start from the arrays weights (d, m), signs (m, q) and, if it has them, masks (K, p, m) of a .npz", 2},
    {"save-weights", KEY_SAVE_WEIGHTS, "FILE", 0, "write the final weights and signs to a .npz (one xi, one repetition)", 2},
    {0}};

static error_t parse(int key, char *text, struct argp_state *state)
{
    loss_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->common;
        return 0;
    case KEY_INIT:
        return option_path("init", text, &o->init) == OK ? 0 : EINVAL;
    case KEY_SAVE_WEIGHTS:
        return option_path("save-weights", text, &o->save_weights) == OK ? 0 : EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* What the units need besides the experiment. */
typedef struct {
    loss_start start; /* of --init; empty without */
    bool keep_weights;
} loss_run;

typedef struct {
    double *points; /* of this round: after sampling, after each local step */
    size_t subnets;
} round_mean;

static void add_local_error(const train_sight *sight, void *context)
{
    round_mean *mean = context;
    mean->points[sight->step] += sight->error / (double)mean->subnets;
}

/* values: the whole network's error, then for every round tau + 1 subnetwork means and the whole network's error, then, where
 * they are kept, the final weights (m, d) and signs (m, q). After divergence NaN. */
static status follow(const experiment *e, trajectory *run, const real *W0, double *values)
{
    const train_settings *s = &run->t.settings;
    const loss_run *own = e->own;
    size_t tau = s->local_steps;
    bool whole = true;
    *values++ = run->t.error;
    for (size_t k = 0; k < e->options->rounds; k++, values += tau + 2) {
        for (size_t j = 0; j <= tau + 1; j++)
            values[j] = whole ? 0 : NAN;
        if (!whole)
            continue;
        round_mean mean = {values, s->subnets};
        if (own->start.masks) {
            trainer_round(&run->t, own->start.masks + k * s->subnets * s->width, add_local_error, &mean);
            whole = !run->t.diverged;
        } else {
            whole = trajectory_round(run, add_local_error, &mean);
        }
        values[tau + 1] = whole ? run->t.error : NAN;
    }
    return own->keep_weights ? loss_start_finish(&run->t, W0, values) : OK;
}

static status run_unit(size_t cell, size_t repetition, double *values, const void *context)
{
    const experiment *e = context;
    const loss_run *own = e->own;
    trajectory run;
    status done = trajectory_open(&e->g, &e->cells[cell], own->keep_weights, e->run->seed, cell, repetition, &run);
    if (done != OK)
        return done;
    real *W0 = allocate(run.t.settings.width * e->g.d, sizeof *W0, "initial weights");
    done = W0 ? loss_start_apply(&own->start, &run, e->run->seed, cell, repetition, W0) : FAILED;
    if (done == OK)
        done = follow(e, &run, W0, values);
    free(W0);
    trajectory_close(&run);
    return done;
}

static status check(const loss_options *o, const program_options *options)
{
    const experiment_options *c = &o->common;
    status s = experiment_single("width", &c->width);
    if (s == OK)
        s = experiment_single("subnets", &c->subnets);
    if (s == OK && o->save_weights && (c->repeats != 1 || (c->xi.count != 1 && c->mask == MASK_BERNOULLI)))
        s = fail(BAD_INPUT, "--save-weights: keeps the weights of one run; add --repeats 1 and one value of --xi");
    if (s == OK && o->save_weights && options->shards)
        s = fail(BAD_INPUT, "--save-weights: not with --shard; run without it");
    if (s == OK && o->save_weights)
        s = program_writes(options, "save-weights", o->save_weights);
    if (s == OK && o->save_weights && o->init && strcmp(o->save_weights, o->init) == 0)
        s = fail(BAD_INPUT, "--save-weights: %s is the file of --init; give another name", o->init);
    return s == OK && o->init ? program_apart(options, "init", o->init) : s;
}

static status run_and_write(const loss_options *o, experiment *e, loss_run *own)
{
    size_t width = e->cells[0].width, kept = own->keep_weights ? width * (e->data.d + e->data.q) : 0;
    size_t points = 1 + e->options->rounds * (e->options->local_steps + 2);
    const char *more = loss_start_text(&own->start, own->keep_weights);
    sweep s;
    sweep_result result = {0};
    e->own = own;
    status done = experiment_sweep(e, points + kept, more, run_unit, &s, &result);
    if (done == OK && result.complete)
        done = loss_tables_write(e, &s, &result, o->init);
    if (done == OK && result.complete && kept)
        done = loss_start_save(o->save_weights, sweep_values(&s, &result, 0, 0) + points, width, e->data.d, e->data.q);
    sweep_result_free(&result);
    return done;
}

int main(int argc, char **argv)
{
    loss_options settings = {.common = {.width = {{500}, 1},
                                        .subnets = {{10}, 1},
                                        .xi = {{0.8, 0.5, 0.3}, 3},
                                        .lr = {{0.16, 0.1, 0.06}, 3},
                                        .local_steps = 10,
                                        .rounds = 20,
                                        .repeats = 10,
                                        .kappa = 1}};
    const struct argp_child children[] = {{&experiment_argp, 0, NULL, 0}, {0}};
    const struct argp own_argp = {own_options, parse, NULL, NULL, children, NULL, NULL};
    program_options options;
    loss_run own = {.start = {0}};
    experiment e = {0};
    const char *about = "Figure 2a: the error along a run, step by step";
    status done = program_parse(argc, argv, about, &own_argp, &settings, &options);
    if (done == OK && settings.init) /* the file's settings are defaults: options win over them */
        done = loss_start_read(settings.init, &settings.common, &own.start);
    if (done == OK && settings.init)
        done = program_parse(argc, argv, about, &own_argp, &settings, &options);
    if (done == OK)
        done = check(&settings, &options);
    if (done == OK)
        done = experiment_open(&options, &settings.common, &e);
    own.keep_weights = settings.save_weights != NULL;
    if (done == OK)
        done = loss_start_check(&own.start, &e, settings.init);
    if (done == OK)
        done = run_and_write(&settings, &e, &own);
    experiment_close(&e);
    loss_start_free(&own.start);
    return program_exit(&options, done);
}
