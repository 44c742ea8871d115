/* subnet-sweep: Figure 2d. The improvement of the whole network's error in global steps 1, 2, 3
 * against the number of subnetworks, categorical masks, step 0.2 xi; the paper's claim is that it
 * falls with p.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/experiment.h"

#include <math.h>

#include "model/trajectory.h"

static size_t rounds_of(const study_run *r) {
    return ((const experiment_settings *)r->settings)->rounds;
}

static status prepare(study_run *r) {
    status st = experiment_prepare(r);
    r->values = (rounds_of(r) + 1) * (experiment_holds_out(r) ? 2 : 1);
    return st;
}

/* values: error after 0..rounds rounds, then, where rows are held out, as many of theirs; NaN from
 * the round on in which the run diverged. */
static status measure(const study_run *r, size_t cell, size_t repetition, double *values) {
    const experiment *e = r->context;
    trajectory run;
    status st =
        trajectory_open(&e->g, &e->cells[cell], false, r->options.seed, cell, repetition, &run);
    if (st != OK) { return st; }
    size_t points = rounds_of(r) + 1;
    for (size_t k = 0; k < points; k++) {
        bool whole = k == 0 || trajectory_round(&run, NULL, NULL);
        values[k] = whole ? run.t.error : NAN;
        if (experiment_holds_out(r)) { values[points + k] = whole ? run.t.held : NAN; }
    }
    trajectory_close(&run);
    return OK;
}

/* Improvement of step k: L_{k-1} - L_k, and the same over L_{k-1}. */
static double absolute_improvement(const double *values, size_t step) {
    return values[step - 1] - values[step];
}

static double relative_improvement(const double *values, size_t step) {
    return absolute_improvement(values, step) / values[step - 1];
}

static void put_step(size_t step, table *t) {
    row_number(t, "step", "global step k (round)", (double)step);
}

static status fill_means(const study_run *r, table *t) {
    for (size_t step = 1; step <= rounds_of(r); step++) {
        if (step > 1) { table_gap(t); }
        for (size_t cell = 0; cell < r->cells; cell++) {
            stats_summary absolute = experiment_summary_of(r, cell, absolute_improvement, step);
            stats_summary relative = experiment_summary_of(r, cell, relative_improvement, step);
            table_row(t);
            experiment_put_subnets(r, cell, t);
            put_step(step, t);
            row_number(t, "absolute", "L_{k-1} - L_k, mean over repetitions", absolute.mean);
            row_number(t, "relative", "(L_{k-1} - L_k) / L_{k-1}, mean over repetitions",
                       relative.mean);
            row_number(t, "sd_absolute", "standard deviation over repetitions (n-1)", absolute.sd);
            row_number(t, "sd_relative", "likewise", relative.sd);
            experiment_put_lr(r, cell, t);
            if (experiment_holds_out(r)) {
                row_number(t, "error", "L_k, mean over repetitions",
                           study_summary(r, cell, step).mean);
            }
            experiment_put_held(r, cell, rounds_of(r) + 1 + step, t);
        }
    }
    return OK;
}

static status fill_runs(const study_run *r, table *t) {
    for (size_t k = 0; k < r->cells * r->repeats; k++) {
        const double *values = study_values(r, k / r->repeats, k % r->repeats);
        for (size_t step = 1; step <= rounds_of(r); step++) {
            table_row(t);
            experiment_put_subnets(r, k / r->repeats, t);
            experiment_put_repetition(k % r->repeats, t);
            put_step(step, t);
            row_number(t, "absolute", "L_{k-1} - L_k", absolute_improvement(values, step));
            row_number(t, "relative", "(L_{k-1} - L_k) / L_{k-1}",
                       relative_improvement(values, step));
            if (experiment_holds_out(r)) {
                row_number(t, "error", "L_k", values[step]);
                row_number(t, "held", "error of the rows that are held out after step k",
                           values[rounds_of(r) + 1 + step]);
            }
        }
    }
    return OK;
}

static const char statement[] = "Figure 2d: the improvement of a global step falls with p";

static const study_table tables[] = {
    {"runs", statement, 9, .fill = fill_runs}, {"", statement, 9, .fill = fill_means}, {NULL}};

static const experiment_settings defaults = {.width = {{500}, 1},
                                             .subnets = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 10},
                                             .xi = {{0.5}, 1},
                                             .lr = {{0.2}, 1},
                                             .lr_times_xi = true,
                                             .local_steps = 5,
                                             .rounds = 3,
                                             .repeats = 10,
                                             .kappa = 1,
                                             .mask = MASK_CATEGORICAL};

static const study panel = {
    .rows = ROWS_FIRST,
    .about = "Figure 2d: improvement per global step against the number of subnetworks",
    .options = experiment_options,
    .defaults = &defaults,
    .prepare = prepare,
    .measure = measure,
    .tables = tables,
    EXPERIMENT_HOOKS};

int main(int argc, char **argv) { return study_main(&panel, argc, argv); }
