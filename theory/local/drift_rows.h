/* drift_rows: the statements of paper.md section 3 about weights that move, judged along runs. */
#ifndef THEORY_DRIFT_ROWS_H
#define THEORY_DRIFT_ROWS_H

#include <stddef.h>
#include "theory/local/drift_watch.h"

/* One run with one step size. */
typedef struct {
    size_t regime;            /* REGIME_WIDE, REGIME_USUAL */
    size_t step;              /* number of the step size: 0 is lambda0/n^2 */
    const local_model *model; /* of its regime and mask kind */
    drift_round run;          /* its rounds as one */
} drift_record;

/* Appends the rows. records (count): the step sizes of one trial, 0, 1, ..., stand side by side. FAILED: no memory. */
status drift_rows(theory_rows *list, const drift_record *records, size_t count);

#endif
