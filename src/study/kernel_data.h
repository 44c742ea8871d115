/* The data as the theory's bounds see them: one label column, the infinite-width kernel and its
 * numbers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STUDY_KERNEL_DATA_H
#define STUDY_KERNEL_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "model/bounds.h"
#include "model/dataset.h"
#include "cli/option_table.h"
#include "cli/program.h"
#include "io/table.h"
#include "study/study.h"

/* In place of a label column: the data keep all of them. */
#define KERNEL_ALL_LABELS (SIZE_MAX - 1)

typedef struct {
    const program_options *run;
    dataset data;      /* data.Y is one column (n, 1); wide inputs in their span (dataset_narrow) */
    size_t *file_row;  /* (data.n) number of each row in the file, from 0; NULL: its own; owned */
    size_t label;      /* which column of the file, counted from 0 */
    size_t labels;     /* how many columns the file has */
    double *G;         /* (n, n) X X^T; owned */
    double *Hinf;      /* (n, n); owned */
    double lambda0;    /* lambda_min(Hinf) */
    double lambda_max; /* lambda_max(Hinf) */
    double gram_norm;  /* ||G|| */
    double row_sum;    /* max_i sum_j |G_ij|, <= n (combined-with-drift in doc/mathematics.md) */
    double seconds;    /* that the spectra took, or for a prediction would take */
    bool assumption1;  /* no two inputs parallel (no opposite rows either) */
} kernel_data;

/* Row of an option table for the label column of `settings`, a size_t `label`. */
#define KERNEL_LABEL_OPTION(settings)                                                          \
    {                                                                                          \
        "label", OPTION_COUNT, offsetof(settings, label), 0, 100000,                           \
            "label column, from 0, or auto: the first that is not constant on the rows taken", \
            OPTION_AUTO                                                                        \
    }

/* Starts the machine, loads rows of --data (model/rows.h): `samples` unless --samples says so (0:
 * all, and all where there are fewer), with label column `label`, or OPTION_IS_AUTO: the first that
 * is not constant on these rows; computes the rest. Warns of a constant column. Refuses, before
 * taking memory, what does not fit; tells an opposite pair. */
status kernel_data_open(const program_options *run, size_t samples, size_t label, kernel_data *d);
/* The same from a data set in memory (tests); takes over `data`, which has one label column. */
status kernel_data_take(const program_options *run, dataset data, kernel_data *d);
void kernel_data_close(kernel_data *d); /* safe on a zeroed one */

/* Theorem 1, which the bounds of Theorem 2 suppose: BAD_INPUT unless lambda_0 > 0 as computed. */
status kernel_data_require_regular(const kernel_data *d);

/* Number of row i in the file, from 0. */
size_t kernel_data_file_row(const kernel_data *d, size_t i);

/* sizes (ascending) <- those of at most as many rows as --data has and --samples takes, with a line
 * where some are left out; and that number itself, if there are none, or if --samples says it and
 * nobody gave the sizes. BAD_INPUT as dataset_load. */
status kernel_data_fit_sizes(const program_options *run, bool given, option_list *sizes);

/* The bounds' setting for these data. masks = K p. row_sum: as above. */
bounds_setting kernel_data_bounds(const kernel_data *d, double masks, double xi, double delta);

/* Provenance: label column, lambda_min and lambda_max of Hinf, ||G||, its largest row sum. */
void kernel_data_note(const kernel_data *d, table *t);
/* The same as a study's `note`, where the context's first member is its kernel_data. */
void kernel_data_note_of(const study_run *r, table *t);

#endif
