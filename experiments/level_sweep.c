#include "experiments/level_sweep.h"

#include <stdio.h>
#include <stdlib.h>

#include "run/stats.h"

static const double TARGET = 5e-4; /* paper.md section 8: stop below this mean */

enum { VALUE_LEVEL, VALUE_ROUNDS, VALUE_STATE, VALUES };

static status run_unit(size_t cell, size_t repetition, double *values, const void *context)
{
    const experiment *e = context;
    level_rule rule = {.patience = e->patience, .max_rounds = e->options->rounds, .target = TARGET};
    level_result result;
    status s = level_run(&e->g, &e->cells[cell], rule, e->run->seed, cell, repetition, &result);
    if (s == OK) {
        values[VALUE_LEVEL] = result.level;
        values[VALUE_ROUNDS] = (double)result.rounds;
        values[VALUE_STATE] = (double)result.state;
    }
    return s;
}

static void put_axes(const level_sweep *panel, const train_settings *cell, table *t)
{
    table_row(t);
    for (int k = 0; k < 2; k++)
        table_number(t, panel->axis[k](cell));
}

static bool block_ends(const level_sweep *panel, const experiment *e, size_t cell)
{
    double (*axis)(const train_settings *) = panel->axis[panel->block];
    return cell + 1 < e->count && axis(&e->cells[cell]) != axis(&e->cells[cell + 1]);
}

/* One row a cell; a cell with a diverged repetition has no value. */
static void fill_means(const level_sweep *panel, const experiment *e, const sweep *s, const sweep_result *result, table *t,
                       bool *diverged, double *level, double *rounds)
{
    for (size_t cell = 0; cell < e->count; cell++) {
        for (size_t k = 0; k < s->repeats; k++) {
            const double *values = sweep_values(s, result, cell, k);
            level[k] = values[VALUE_LEVEL];
            rounds[k] = values[VALUE_ROUNDS];
            diverged[cell] |= values[VALUE_STATE] == LEVEL_DIVERGED;
        }
        stats_summary summary = stats_summarise(level, s->repeats);
        put_axes(panel, &e->cells[cell], t);
        table_number(t, summary.mean);
        table_number(t, summary.sd);
        table_number(t, stats_summarise(rounds, s->repeats).mean);
        if (block_ends(panel, e, cell))
            table_gap(t);
    }
}

static void fill_runs(const level_sweep *panel, const experiment *e, const sweep *s, const sweep_result *result, table *t)
{
    for (size_t cell = 0; cell < e->count; cell++)
        for (size_t k = 0; k < s->repeats; k++) {
            const double *values = sweep_values(s, result, cell, k);
            put_axes(panel, &e->cells[cell], t);
            table_number(t, (double)k);
            table_number(t, values[VALUE_LEVEL]);
            table_number(t, values[VALUE_ROUNDS]);
            table_text(t, level_state_word((level_state)values[VALUE_STATE]));
        }
}

static table *new_table(const level_sweep *panel, const experiment *e, const sweep_result *result, const char *columns,
                        const char *legend)
{
    char names[128], text[1024];
    snprintf(names, sizeof names, "%s %s %s", panel->axes[0], panel->axes[1], columns);
    snprintf(text, sizeof text, "%s %s\n%s %s\n%s", panel->axes[0], panel->legend[0], panel->axes[1], panel->legend[1], legend);
    table *t = table_new(names, text, 9);
    if (!t)
        return NULL;
    table_note(t, "statement", "%s", panel->statement);
    experiment_note(e, result, t);
    return t;
}

static status write_tables(const level_sweep *panel, const experiment *e, const sweep *s, const sweep_result *result)
{
    table *means = new_table(panel, e, result, "mean sd rounds",
                             "mean error level, mean over repetitions; nan: a repetition diverged\n"
                             "sd standard deviation of the level over repetitions (n-1)\n"
                             "rounds rounds until the stop rule, mean over repetitions");
    table *runs = new_table(panel, e, result, "repetition level rounds state",
                            "repetition counted from 0\nlevel error level of this run; nan: diverged\nrounds rounds done\n"
                            "state stalled (stop rule), converged (below 5e-4), capped (--rounds), diverged");
    bool *diverged = allocate(e->count, sizeof *diverged, "flags of cells");
    double *level = allocate(s->repeats, sizeof *level, "levels"), *rounds = allocate(s->repeats, sizeof *rounds, "rounds");
    status done = means && runs && diverged && level && rounds ? OK : fail(FAILED, "no memory for the tables");
    if (done == OK) {
        fill_means(panel, e, s, result, means, diverged, level, rounds);
        fill_runs(panel, e, s, result, runs);
        done = experiment_report_diverged(e, diverged, means);
    }
    if (done == OK)
        done = experiment_write(e, means, runs);
    table_free(means);
    table_free(runs);
    free(diverged);
    free(level);
    free(rounds);
    return done;
}

static status run(const level_sweep *panel, const program_options *options, const experiment_options *settings)
{
    experiment e;
    status done = experiment_open(options, settings, &e);
    if (done != OK)
        return done;
    e.stop_rule = true;
    e.patience = panel->patience;
    sweep s;
    sweep_result result = {0};
    done = experiment_sweep(&e, VALUES, "", run_unit, &s, &result);
    if (done == OK && result.complete)
        done = write_tables(panel, &e, &s, &result);
    sweep_result_free(&result);
    experiment_close(&e);
    return done;
}

int level_sweep_main(const level_sweep *panel, const experiment_options *defaults, int argc, char **argv)
{
    program_options options;
    experiment_options settings = *defaults;
    status s = program_parse(argc, argv, panel->about, &experiment_argp, &settings, &options);
    if (s == OK)
        s = run(panel, &options, &settings);
    return program_exit(&options, s);
}
