/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/plateau_sweep.h"

#include <math.h>

#include "model/plateau.h"

static const double TARGET = 5e-4; /* runs stop below this mean */
static const double RATIO_CONFIDENCE = 0.95;

enum { VALUE_LEVEL, VALUE_ROUNDS, VALUE_STATE, VALUE_SETTLED, VALUES, VALUE_HELD = VALUES };

static status prepare(study_run *r) {
    status st = experiment_prepare(r);
    r->values = VALUES + (experiment_holds_out(r) ? 1 : 0);
    return st;
}

static status measure(const study_run *r, size_t cell, size_t repetition, double *values) {
    const experiment_settings *o = r->settings;
    const experiment *e = r->context;
    stop_rule rule = {.none = o->stop == STOP_NO,
                      .patience = o->patience,
                      .max_rounds = o->rounds,
                      .target = TARGET};
    plateau_result result;
    /* masks of every kind from the same start */
    size_t stream = o->starts == STARTS_SAME ? 0 : cell / experiment_kinds(o);
    status st =
        plateau_run(&e->g, &e->cells[cell], rule, r->options.seed, stream, repetition, &result);
    if (st != OK) { return st; }
    values[VALUE_LEVEL] = result.level;
    values[VALUE_ROUNDS] = (double)result.rounds;
    values[VALUE_STATE] = (double)result.state;
    values[VALUE_SETTLED] = result.settled;
    if (experiment_holds_out(r)) { values[VALUE_HELD] = result.held; }
    return OK;
}

static bool along_width(const study_run *r) {
    return ((const experiment_settings *)r->settings)->along_width;
}

/* Whether masks of every kind stand beside each other. */
static bool compares(const study_run *r) { return experiment_kinds(r->settings) > 1; }

static void begin_row(const study_run *r, size_t cell, table *t) {
    const experiment *e = r->context;
    table_row(t);
    if (along_width(r)) {
        row_number(t, "width", "m, hidden neurons", (double)e->cells[cell].width);
    } else {
        experiment_put_subnets(r, cell, t);
    }
    experiment_put_xi(r, cell, t);
    if (compares(r)) {
        row_text(t, "mask", "bernoulli, categorical, fixed or partition",
                 mask_words[e->cells[cell].mask]);
    }
}

/* A value of a cell over that of another one from the same start: geometric mean over repetitions,
 * and its Student interval. */
typedef struct {
    double mean, low, high;
} paired_ratio;

static paired_ratio ratio_of(const study_run *r, size_t cell, size_t other, size_t value) {
    double *x = r->over_repeats;
    for (size_t j = 0; j < r->repeats; j++) {
        x[j] = log(study_values(r, cell, j)[value] / study_values(r, other, j)[value]);
    }
    stats_interval interval = stats_mean_interval(x, r->repeats, RATIO_CONFIDENCE);
    return (paired_ratio){exp(stats_summarise(x, r->repeats).mean), exp(interval.low),
                          exp(interval.high)};
}

static void put_ratio(const study_run *r, size_t cell, table *t) {
    size_t bernoulli = cell - (size_t)((const experiment *)r->context)->cells[cell].mask;
    paired_ratio ratio = ratio_of(r, cell, bernoulli, VALUE_LEVEL);
    row_number(t, "ratio", "level over that of bernoulli masks from the same start, geometric mean",
               ratio.mean);
    row_number(t, "ratio_low", "lower 95 % limit of it (Student, over repetitions)", ratio.low);
    row_number(t, "ratio_high", "upper 95 % limit", ratio.high);
}

/* The cell without masks, xi = 1, of the same width; r->cells: there is none. */
static size_t without_masks(const study_run *r, size_t cell) {
    const train_settings *cells = ((const experiment *)r->context)->cells;
    size_t k = 0;
    while (k < r->cells && (cells[k].xi < 1 || cells[k].width != cells[cell].width)) { k++; }
    return k;
}

/* Held-out errors with masks over those without, where they have the same starts. */
static void put_held_ratio(const study_run *r, size_t cell, table *t) {
    const experiment_settings *o = r->settings;
    size_t none = without_masks(r, cell);
    if (!experiment_holds_out(r) || o->starts != STARTS_SAME || none == r->cells) { return; }
    paired_ratio ratio = ratio_of(r, cell, none, VALUE_HELD);
    row_number(t, "held_ratio",
               "error of the rows held out over that without masks (xi = 1) from the same start, "
               "geometric mean",
               ratio.mean);
    row_number(t, "held_low", "lower 95 % limit of it (Student, over repetitions)", ratio.low);
    row_number(t, "held_high", "upper 95 % limit", ratio.high);
}

static bool block_ends(const study_run *r, size_t cell) {
    const train_settings *c = &((const experiment *)r->context)->cells[cell];
    if (cell + 1 == r->cells) { return false; }
    return along_width(r) ? c[0].xi != c[1].xi : c[0].subnets != c[1].subnets;
}

static bool stops(const study_run *r) {
    return ((const experiment_settings *)r->settings)->stop == STOP_RULE;
}

/* One row a cell; a cell with a diverged repetition has no value. */
static void put_means(const study_run *r, size_t cell, table *t) {
    stats_summary level = study_summary(r, cell, VALUE_LEVEL);
    stats_summary rounds = study_summary(r, cell, VALUE_ROUNDS);
    begin_row(r, cell, t);
    row_number(t, "mean",
               stops(r) ? "error level under the stop rule, mean over repetitions; nan: a "
                          "repetition diverged"
                        : "mean error of the last quarter of the rounds, over repetitions; "
                          "nan: a repetition diverged",
               level.mean);
    row_number(t, "sd", "standard deviation of the level over repetitions (n-1)", level.sd);
    row_number(t, "rounds",
               stops(r) ? "rounds until the stop rule, mean over repetitions" : "rounds",
               rounds.mean);
    row_number(t, "settled",
               "share of the repetitions whose error fell by less than 5 % from the third "
               "quarter of the rounds to the last: the level is a floor",
               study_summary(r, cell, VALUE_SETTLED).mean);
    experiment_put_lr(r, cell, t);
    if (compares(r)) { put_ratio(r, cell, t); }
    experiment_put_held(r, cell, VALUE_HELD, t);
    put_held_ratio(r, cell, t);
    if (block_ends(r, cell)) { table_gap(t); }
}

static status fill_runs(const study_run *r, table *t) {
    for (size_t k = 0; k < r->cells * r->repeats; k++) {
        size_t cell = k / r->repeats, repetition = k % r->repeats;
        const double *values = study_values(r, cell, repetition);
        begin_row(r, cell, t);
        experiment_put_repetition(repetition, t);
        row_number(t, "level",
                   stops(r) ? "error level of this run under the stop rule; nan: diverged"
                            : "mean error of its last quarter; nan: diverged",
                   values[VALUE_LEVEL]);
        row_number(t, "rounds", "rounds done", values[VALUE_ROUNDS]);
        row_text(
            t, "state",
            "stalled (stop rule), converged (below 5e-4), capped (--rounds), finished (--stop no), "
            "diverged",
            plateau_state_word((plateau_state)values[VALUE_STATE]));
        row_number(t, "settled", "1: fell by less than 5 % from the third quarter to the last",
                   values[VALUE_SETTLED]);
        if (experiment_holds_out(r)) {
            row_number(t, "held", "level of the rows that are held out, over the same rounds",
                       values[VALUE_HELD]);
        }
    }
    return OK;
}

int plateau_sweep_main(const char *about, const char *statement,
                       const experiment_settings *defaults, int argc, char **argv) {
    const study_table tables[] = {
        {"runs", statement, 9, .fill = fill_runs}, {"", statement, 9, put_means}, {NULL}};
    const study panel = {.about = about,
                         .samples = defaults->samples,
                         .rows = ROWS_FIRST,
                         .options = experiment_plateau_options,
                         .defaults = defaults,
                         .prepare = prepare,
                         .measure = measure,
                         .tables = tables,
                         EXPERIMENT_HOOKS};
    return study_main(&panel, argc, argv);
}
