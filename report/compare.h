/* Two sets of results held against each other: what counts as the same, table by table, and all
 * questions of one comparison in one list, so that the chance of a false alarm is that of the whole
 * comparison, not of each table or cell.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef REPORT_COMPARE_H
#define REPORT_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"
#include "io/table.h"

/* Probability that two runs of the same experiments under different seeds are called different: one
 * in a hundred, all tables, cells and verdicts together (Holm). Beside it stands the chance by
 * which study/confidence.h lets a true row of ours be refuted. */
#define COMPARE_FAMILY_ERROR 0.01

/* Relative difference up to which numbers without repetitions are the same: rounding of another
 * processor's BLAS. */
#define COMPARE_TOLERANCE 1e-6

/* Numbers below this are rounding errors themselves, as in exact statements. */
#define COMPARE_ROUNDING 1e-12

/* Relative difference of means up to which runs in single precision are the same: rounding, grown
 * along hundreds of steps. */
#define COMPARE_RUN_TOLERANCE 1e-3

typedef struct {
    double p;       /* 0: differs for certain; NaN: told alone, no difference */
    double a, b;    /* the two numbers; NaN where there are none */
    bool different; /* set by compare_family_judge */
    char what[160]; /* "level at subnets=1 xi=0.3" */
} compare_test;

/* Once memory is short it stays `failed`, with a kept line. */
typedef struct {
    compare_test *tests; /* (count) what there is to tell; owned */
    size_t count, capacity;
    size_t compared; /* tests, numbers or verdicts, told or not */
    bool failed;
} compare_family;

void compare_add(compare_family *f, double p, double a, double b, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* Holm's procedure over all tests. FAILED: no memory, now or before. */
status compare_family_judge(compare_family *f);
void compare_family_free(compare_family *f); /* safe on a zeroed one */

typedef struct {
    const char *path;
    const table_data *data;
} compare_table;

/* Every row the same; compared; numbers without repetitions under another seed: nothing to say. */
typedef enum { COMPARE_IDENTICAL, COMPARE_NUMBERS, COMPARE_UNSEEN } compare_kind;

typedef struct {
    compare_kind kind;
    size_t compared;    /* tests, numbers or verdicts compared */
    char settings[200]; /* settings that differ, "" if none */
} compare_result;

/* Two tables of one program: adds its questions to the family. BAD_INPUT if the tables do not have
 * the same columns or are of other data, naming both. By the kind of table:
 *
 * Verdicts (a column `verdict`). They are functions of the runs, and a verdict near its criterion
 * turns under another seed however little has changed. So: a row that is there on one side only is
 * a difference, and so is an exact or derived row that is refuted on one side only; a trend that
 * the paper claims (its p-value stands in the row) is tested by the evidence on both sides; every
 * other verdict that turned is told, and is a difference only through the numbers under it.
 *
 * Single runs (a column `repetition`): compare_runs.
 *
 * Numbers without repetitions: with the same seed, or where no seed enters, they agree to
 * COMPARE_TOLERANCE, of themselves or, where a column is the difference of two others, of these. */
status compare_tables(const compare_table *a, const compare_table *b, compare_family *family,
                      compare_result *result);

/* Single runs. A cell is what has the same keys. For each cell and value a two-sample t test,
 * paired where both runs have the same seed (then, mostly, the same random numbers), Welch's
 * otherwise; and for each value one test of all cells together (their differences summed), which
 * sees a small change that all cells share. Values of one sign are compared as logarithms, whole
 * numbers as known to +-1/2. Means that differ by less than COMPARE_RUN_TOLERANCE of themselves are
 * the same. Runs that diverged are counted against each other (Fisher's exact test). A cell that
 * one table lacks is a difference. */
void compare_runs(const table_data *a, const table_data *b, bool same_seed, compare_family *family);

#endif
