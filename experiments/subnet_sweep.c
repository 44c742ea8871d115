/* subnet-sweep: Figure 2d. The improvement of the whole network's error in global steps 1, 2, 3 against the number of
 * subnetworks, categorical masks, step 0.2 xi; the paper's claim is that it falls with p. */
#include "experiments/experiment.h"

#include <math.h>
#include <stdlib.h>

#include "model/trajectory.h"
#include "run/stats.h"

/* values: error after 0..rounds rounds; NaN from the round on in which the run diverged. */
static status run_unit(size_t cell, size_t repetition, double *values, const void *context)
{
    const experiment *e = context;
    trajectory run;
    status opened = trajectory_open(&e->g, &e->cells[cell], false, e->run->seed, cell, repetition, &run);
    if (opened != OK)
        return opened;
    values[0] = run.t.error;
    for (size_t k = 1; k <= e->options->rounds; k++)
        values[k] = trajectory_round(&run, NULL, NULL) ? run.t.error : NAN;
    trajectory_close(&run);
    return OK;
}

/* Improvement of step k: L_{k-1} - L_k, and the same over L_{k-1}. */
static double absolute_improvement(const double *values, size_t step)
{
    return values[step - 1] - values[step];
}

static double relative_improvement(const double *values, size_t step)
{
    return absolute_improvement(values, step) / values[step - 1];
}

static status fill_means(const experiment *e, const sweep *s, const sweep_result *result, table *t, bool *diverged)
{
    double *absolute = allocate(s->repeats, sizeof *absolute, "improvements"), *relative = allocate(s->repeats, sizeof *relative, "improvements");
    status done = absolute && relative ? OK : FAILED;
    for (size_t step = 1; done == OK && step <= e->options->rounds; step++) {
        for (size_t cell = 0; cell < e->count; cell++) {
            for (size_t k = 0; k < s->repeats; k++) {
                const double *values = sweep_values(s, result, cell, k);
                absolute[k] = absolute_improvement(values, step);
                relative[k] = relative_improvement(values, step);
                diverged[cell] |= isnan(values[step]);
            }
            stats_summary a = stats_summarise(absolute, s->repeats), r = stats_summarise(relative, s->repeats);
            table_row(t);
            table_number(t, (double)e->cells[cell].subnets);
            table_number(t, (double)step);
            table_number(t, a.mean);
            table_number(t, r.mean);
            table_number(t, a.sd);
            table_number(t, r.sd);
        }
        if (step < e->options->rounds)
            table_gap(t);
    }
    free(absolute);
    free(relative);
    return done;
}

static void fill_runs(const experiment *e, const sweep *s, const sweep_result *result, table *t)
{
    for (size_t cell = 0; cell < e->count; cell++)
        for (size_t k = 0; k < s->repeats; k++)
            for (size_t step = 1; step <= e->options->rounds; step++) {
                const double *values = sweep_values(s, result, cell, k);
                table_row(t);
                table_number(t, (double)e->cells[cell].subnets);
                table_number(t, (double)k);
                table_number(t, (double)step);
                table_number(t, absolute_improvement(values, step));
                table_number(t, relative_improvement(values, step));
            }
}

static status write_tables(const experiment *e, const sweep *s, const sweep_result *result)
{
    table *means = table_new("subnets step absolute relative sd_absolute sd_relative",
                             "subnets p, subnetworks per round\nstep global step k (round)\n"
                             "absolute L_{k-1} - L_k, mean over repetitions\nrelative (L_{k-1} - L_k) / L_{k-1}, mean over repetitions\n"
                             "sd_absolute standard deviation over repetitions (n-1)\nsd_relative likewise", 9);
    table *runs = table_new("subnets repetition step absolute relative",
                            "subnets p, subnetworks per round\nrepetition counted from 0\nstep global step k (round)\n"
                            "absolute L_{k-1} - L_k\nrelative (L_{k-1} - L_k) / L_{k-1}", 9);
    bool *diverged = allocate(e->count, sizeof *diverged, "flags of cells");
    status done = means && runs && diverged ? OK : fail(FAILED, "no memory for the tables");
    if (done == OK) {
        table_note(means, "statement", "Figure 2d: the improvement of a global step falls with p");
        experiment_note(e, result, means);
        experiment_note(e, result, runs);
        done = fill_means(e, s, result, means, diverged);
        fill_runs(e, s, result, runs);
    }
    if (done == OK)
        done = experiment_report_diverged(e, diverged, means);
    if (done == OK)
        done = experiment_write(e, means, runs);
    table_free(means);
    table_free(runs);
    free(diverged);
    return done;
}

int main(int argc, char **argv)
{
    experiment_options settings = {.width = {{500}, 1},
                                   .subnets = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 10},
                                   .xi = {{0.5}, 1},
                                   .lr = {{0.2}, 1},
                                   .lr_times_xi = true,
                                   .local_steps = 5,
                                   .rounds = 3,
                                   .repeats = 10,
                                   .kappa = 1,
                                   .mask = MASK_CATEGORICAL};
    program_options options;
    status done = program_parse(argc, argv, "Figure 2d: improvement per global step against the number of subnetworks",
                                &experiment_argp, &settings, &options);
    experiment e = {0};
    if (done == OK)
        done = experiment_open(&options, &settings, &e);
    sweep s;
    sweep_result result = {0};
    if (done == OK)
        done = experiment_sweep(&e, settings.rounds + 1, "", run_unit, &s, &result);
    if (done == OK && result.complete)
        done = write_tables(&e, &s, &result);
    sweep_result_free(&result);
    experiment_close(&e);
    return program_exit(&options, done);
}
