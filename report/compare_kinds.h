/* The kinds of tables that are compared, and what counts as the same.
 *
 * Each adds its questions to the family; the tables have the same columns. FAILED: no memory. */
#ifndef REPORT_COMPARE_KINDS_H
#define REPORT_COMPARE_KINDS_H

#include <stdbool.h>
#include "report/compare_family.h"
#include "io/table.h"

/* Relative difference up to which numbers without repetitions are the same: rounding of another
 * processor's BLAS. */
#define COMPARE_TOLERANCE 1e-6

/* Numbers below this are rounding errors themselves, as in exact statements. */
#define COMPARE_ROUNDING 1e-12

/* Relative difference of means up to which runs in single precision are the same: rounding, grown
 * along hundreds of steps. */
#define COMPARE_RUN_TOLERANCE 1e-3

/* Single runs (a column `repetition`). A cell is what has the same keys. For each cell and value a
 * two-sample t test, paired where both runs have the same seed (then, mostly, the same random
 * numbers), Welch's otherwise; and for each value one test of all cells together (their differences
 * summed), which sees a small change that all cells share. Values of one sign are compared as
 * logarithms, whole numbers as known to +-1/2. Means that differ by less than COMPARE_RUN_TOLERANCE
 * of themselves are the same. Runs that diverged are counted against each other (Fisher's exact
 * test). A cell that one table lacks is a difference. */
status compare_runs(const table_data *a, const table_data *b, bool same_seed,
                    compare_family *family);

/* Verdicts (a column `verdict`). They are functions of the runs, and a verdict near its criterion
 * turns under another seed however little has changed. So: a row that is there on one side only is
 * a difference, and so is an exact or derived row that is refuted on one side only; a trend that
 * the paper claims (its p-value stands in the row) is tested by the evidence on both sides; every
 * other verdict that turned is told, and is a difference only through the numbers under it. */
status compare_verdicts(const table_data *a, const table_data *b, compare_family *family);

/* Numbers without repetitions: with the same seed, or where no seed enters, they agree to
 * COMPARE_TOLERANCE, of themselves or, where a column is the difference of two others, of these. */
status compare_numbers(const table_data *a, const table_data *b, compare_family *family);

#endif
