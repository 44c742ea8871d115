/* The data as the theory sees them: one label column, and the infinite-width kernel with its
 * numbers. */
#ifndef THEORY_SHARED_THEORY_DATA_H
#define THEORY_SHARED_THEORY_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "model/bounds.h"
#include "model/dataset.h"
#include "run/program.h"
#include "run/table.h"

/* In place of a label column: the data keep all of them. */
#define THEORY_ALL_LABELS SIZE_MAX

typedef struct {
    const program_options *run;
    dataset data;      /* data.Y is one column (n, 1), unless all were asked for */
    size_t label;      /* which column of the file, counted from 0; THEORY_ALL_LABELS: all */
    double *G;         /* (n, n) X X^T; owned */
    double *Hinf;      /* (n, n); owned */
    double lambda0;    /* lambda_min(Hinf) */
    double lambda_max; /* lambda_max(Hinf) */
    double gram_norm;  /* ||G|| */
    double row_sum;    /* max_i sum_j |G_ij|, <= n (section 3, last line of "Together") */
    bool assumption1;  /* no two inputs parallel (no opposite rows either) */
} theory_data;

/* Starts the machine, loads the first `samples` rows (0: all) of --data with label column `label`,
 * computes the rest. Refuses, before taking memory, what does not fit; tells an opposite pair. */
status theory_open(const program_options *run, size_t samples, size_t label, theory_data *d);
/* The same from a data set in memory (tests); takes over `data`, which has one label column. */
status theory_open_data(const program_options *run, dataset data, theory_data *d);
void theory_close(theory_data *d); /* safe on a zeroed one */

/* The bounds' setting for these data. masks = K p. row_sum: as above. */
bounds_setting theory_bounds(const theory_data *d, double masks, double xi, double delta);

/* Provenance: label column, lambda_min and lambda_max of Hinf, ||G||, its largest row sum. */
void theory_data_note(const theory_data *d, table *t);

#endif
