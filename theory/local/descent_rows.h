/* descent_rows: the statements of paper.md section 4 (Hypothesis 1) judged on runs watched step by step. */
#ifndef THEORY_DESCENT_ROWS_H
#define THEORY_DESCENT_ROWS_H

#include <stddef.h>
#include "theory/local/descent_watch.h"

/* One run with one step size. */
typedef struct {
    size_t regime; /* REGIME_WIDE, REGIME_USUAL */
    size_t step;   /* number of the step size: 0 is lambda0/n^2 */
    double eta;
    const local_model *model; /* of its regime and mask kind */
    const descent_run *run;
} descent_record;

/* Appends the rows. records (count): the step sizes of one trial, 0, 1, ..., stand side by side. FAILED: no memory. */
status descent_rows(theory_rows *list, const descent_record *records, size_t count);

#endif
