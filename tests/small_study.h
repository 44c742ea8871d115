/* A study small enough for a test: opened, swept, its units open to spoiling, its rows judged. */
#ifndef TESTS_SMALL_STUDY_H
#define TESTS_SMALL_STUDY_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study/study.h"
#include "tests/fixture.h"

/* On the first rows of a file. */
static inline void small_study_open_on(const char *data, const study *s, size_t samples,
                                       const void *settings, study_run *r)
{
    program_options options = {.name = "test",
                               .data = data,
                               .out = "build/test-tmp/none.dat",
                               .samples = samples,
                               .threads = 1,
                               .seed = 5,
                               .quiet = true};
    cr_assert(study_open(s, &options, settings, r) == OK, "%s", error_text());
}

/* On the first digits. */
static inline void small_study_open(const study *s, size_t samples, const void *settings,
                                    study_run *r)
{
    small_study_open_on("data/digits.npz", s, samples, settings, r);
}

static inline void small_study_sweep(study_run *r, const char *folder)
{
    char out[256];
    snprintf(out, sizeof out, "%s/table.dat", fixture_folder(folder));
    sweep_options how = {.out = out, .threads = 1, .fresh = true, .quiet = true};
    cr_assert(study_sweep(r, "units", &how) == OK, "%s", error_text());
}

/* Units that the test fills itself, NaN at first, in place of a sweep. */
static inline void small_study_blank(study_run *r)
{
    size_t count = r->cells * r->repeats * r->values;
    r->sweep = (sweep){.cells = r->cells, .repeats = r->repeats, .values = r->values};
    r->result.values = malloc(count * sizeof *r->result.values);
    cr_assert(r->result.values != NULL);
    for (size_t k = 0; k < count; k++) { r->result.values[k] = NAN; }
}

/* The values of a unit, to be spoiled. */
static inline double *small_study_unit(study_run *r, size_t cell, size_t repetition)
{
    return (double *)(uintptr_t)study_values(r, cell, repetition);
}

/* The row of a statement, which is to be there. */
static inline statement_row small_study_row(const study_run *r, const char *statement)
{
    claim_rows rows = {.command = "again"};
    statement_row found = {.says = ""};
    bool there = false;
    cr_assert(claim_judge(r->study->claims, r, &rows) == OK, "%s", error_text());
    for (size_t k = 0; k < rows.count && !there; k++) {
        there = strcmp(rows.rows[k].statement, statement) == 0;
        if (there) { found = rows.rows[k]; }
    }
    claim_rows_free(&rows);
    cr_assert(there, "no row %s", statement);
    return found;
}

static inline int small_study_verdict(const study_run *r, const char *statement)
{
    return (int)small_study_row(r, statement).verdict;
}

#endif
