/* What the panels of Figure 2 share: options, cells, data, summaries, divergence.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EXPERIMENTS_EXPERIMENT_H
#define EXPERIMENTS_EXPERIMENT_H

#include "experiments/panel.h"
#include "stats/stats.h"

/* Of every panel; with those of loss-dynamics alone; with those of the panels with a stop rule. */
extern const option_row experiment_options[], experiment_loss_options[],
    experiment_plateau_options[];

/* The hooks of a panel that are the same for all; its own: options, prepare, measure and tables.
 * The panel of loss-dynamics has options, context and more of its own. */
#define EXPERIMENT_UNITS                                                   \
    .settings_size = sizeof(experiment_settings), .cost = experiment_cost, \
    .calibrate = experiment_calibrate, .gather = experiment_gather, .note = experiment_note
#define EXPERIMENT_HOOKS                                                               \
    EXPERIMENT_UNITS, .context_size = sizeof(experiment), .settle = experiment_settle, \
                      .close = experiment_close, .describe = experiment_describe,      \
                      .preset = experiment_preset

/* Reads --masks and makes its p, m and xi the defaults. BAD_INPUT with path, array and cure. */
status experiment_preset(study_run *r);

/* BAD_INPUT where options do not go together. Rates that are not given become those of the panel's
 * own xi; categorical masks have no xi. */
status experiment_settle(study_run *r);
/* Loads the data, lists the cells, says the stability numbers. r->values is the panel's to set. */
status experiment_prepare(study_run *r);
void experiment_close(void *context);

double experiment_cost(const study_run *r, size_t cell);
double experiment_calibrate(const study_run *r);
void experiment_describe(const study_run *r, text *t);
/* That part of it which is of --masks and --test. */
void experiment_describe_files(const study_run *r, text *t);
/* Flags the cells in which a number of a unit is not finite: one line names them and what to do.
 * That is a result, not a failure: tables have nan there, pictures mark it. FAILED: no memory. */
status experiment_gather(study_run *r);
void experiment_note(const study_run *r, table *t);

/* Over the repetitions of a cell, of number(values, k): study_summary of what is not kept. */
stats_summary experiment_summary_of(const study_run *r, size_t cell,
                                    double (*number)(const double *values, size_t k), size_t k);

/* order (data.n) <- the samples by their rows of the file, ascending. */
void experiment_file_order(const experiment *e, size_t *order);

/* Whether rows are held out. */
static inline bool experiment_holds_out(const study_run *r) {
    return ((const experiment *)r->context)->held.n > 0;
}

/* Columns that several tables have. */
void experiment_put_xi(const study_run *r, size_t cell, table *t);
void experiment_put_subnets(const study_run *r, size_t cell, table *t);
void experiment_put_repetition(size_t repetition, table *t);
void experiment_put_lr(const study_run *r, size_t cell, table *t);
/* Where rows are held out: mean and standard deviation of their error, value number k. */
void experiment_put_held(const study_run *r, size_t cell, size_t k, table *t);

#endif
