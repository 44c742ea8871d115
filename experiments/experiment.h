/* experiment: what the four panels of Figure 2 share: options, cells, data, prediction, provenance. */
#ifndef EXPERIMENTS_EXPERIMENT_H
#define EXPERIMENTS_EXPERIMENT_H

#include <stdbool.h>
#include <stddef.h>
#include "model/dataset.h"
#include "model/gram.h"
#include "model/level.h"
#include "model/train.h"
#include "run/options.h"
#include "run/program.h"
#include "run/sweep.h"
#include "run/table.h"

/* Filled with the panel's defaults before parsing; lists that the user does not give keep them. */
typedef struct {
    option_list width, subnets, xi, lr; /* lr: one value, or one for each xi */
    bool lr_times_xi;                   /* the step is lr * xi (Figure 2d) */
    bool xi_given, lr_given;
    option_list paired_xi,
        paired_lr; /* the panel's own xi and the rate of each: what --lr is without being given */
    size_t samples;                     /* rows of the data set unless --samples says so; 0: all */
    size_t local_steps, rounds, repeats;
    double kappa;
    int mask, unselected, scaling;      /* mask_kind, train_unselected, train_scaling */
} experiment_options;

/* Options --width --subnets --xi --lr --local-steps --rounds --repeats --mask --unselected --scaling --kappa; its input
 * is an experiment_options. */
extern const struct argp experiment_argp;

/* An experiment ready to run. */
typedef struct {
    const program_options *run;
    const experiment_options *options;
    dataset data;
    gram g;
    double lambda_max;      /* of Hinf */
    train_settings *cells;  /* (count) subnets outermost, then xi, then width; owned */
    size_t count;
    bool stop_rule;         /* --rounds is a cap: the program's units stop by the rule of level.h */
    size_t patience;        /* of that rule */
    const void *own;        /* what the program's units need besides; borrowed */
} experiment;

/* Starts the machine, loads the data, lists the cells, prints the stability numbers. */
status experiment_open(const program_options *run, const experiment_options *options, experiment *e);
void experiment_close(experiment *e); /* safe on a zeroed one */

/* BAD_INPUT unless the list has one value. */
status experiment_single(const char *option, const option_list *list);

/* Runs the sweep over e's cells: predicted time, units, gathering. A unit gets e as its context and fills `values` numbers.
 * more: added to the text of the settings, for what e does not know; may be "". */
status experiment_sweep(const experiment *e, size_t values, const char *more,
                        status (*unit)(size_t cell, size_t repetition, double *values, const void *context), sweep *s,
                        sweep_result *result);

/* Stability number of a cell. */
double experiment_stability(const experiment *e, size_t cell);

/* Provenance of data, settings and machine, and the sweep's counts. */
void experiment_note(const experiment *e, const sweep_result *result, table *t);

/* Tells of diverged cells, (count) flags: one line naming them and what to do. FAILED if all have diverged. */
status experiment_report_diverged(const experiment *e, const bool *diverged, table *t);

/* Writes the table of means to --out and the table of single runs beside it: a/b.dat and a/b.runs.dat. */
status experiment_write(const experiment *e, const table *means, const table *runs);

#endif
