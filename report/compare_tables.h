/* compare_tables: two result tables of one kind held against each other.
 *
 * Tables of single runs (NAME.runs.dat, a column `repetition`): a cell is what has the same keys; for each cell and value column a
 * two-sample t test, paired where both runs have the same seed (then the same random numbers), Welch's otherwise; Holm's procedure
 * over all cells and columns of the table holds the family's error. Tables of verdicts (a column `verdict`): the same statement has the
 * same verdict or not. Other tables: with the same seed numbers agree to the committed relative tolerance. */
#ifndef REPORT_COMPARE_TABLES_H
#define REPORT_COMPARE_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include "run/error.h"
#include "run/table.h"

/* Probability that two runs of the same experiment are called different, for a table and all its cells: one in a hundred. */
#define COMPARE_FAMILY_ERROR 0.01

/* Relative difference up to which numbers without repetitions are the same: rounding of another processor's BLAS. */
#define COMPARE_TOLERANCE 1e-6

typedef enum { COMPARE_IDENTICAL, COMPARE_WITHIN_NOISE, COMPARE_DIFFERENT } compare_outcome;

const char *compare_word(compare_outcome o); /* "identical", "same within noise", "different" */

typedef struct {
    compare_outcome outcome;
    bool not_compared;    /* numbers without repetitions under another seed: nothing can be said */
    size_t compared;      /* tests or numbers or statements compared */
    size_t different;     /* of them */
    char worst[5][160];   /* the worst of the different ones, worst first; "" where there are fewer */
} compare_result;

/* BAD_INPUT if the tables do not have the same columns, naming both. a, b: paths for messages. */
status compare_tables(const char *path_a, const table_data *a, const char *path_b, const table_data *b, compare_result *result);

#endif
