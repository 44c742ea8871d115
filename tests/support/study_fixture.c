/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/study_fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static program_options options_of(const char *out, int threads) {
    return (program_options){.name = "test",
                             .data = "data/digits.npz",
                             .rows = ROWS_FIRST, /* what the tests expect was seen on these */
                             .seed = 5,
                             .threads = threads,
                             .out = out,
                             .quiet = true,
                             .fresh = true};
}

void study_fixture_open(const study *s, const void *settings, study_run *r) {
    study_fixture_open_on("data/digits.npz", 0, s, settings, r);
}

void study_fixture_open_on(const char *data, size_t samples, const study *s, const void *settings,
                           study_run *r) {
    program_options options = options_of("build/test-tmp/none.dat", 1);
    options.data = data;
    options.samples = samples;
    cr_assert(study_open(s, &options, settings, r) == OK, "%s", error_text());
}

void study_fixture_blank(study_run *r) {
    size_t count = r->cells * r->repeats * r->values;
    r->sweep = (sweep){.cells = r->cells, .repeats = r->repeats, .values = r->values};
    r->result.values = allocate(count, sizeof(double), "values of all units");
    cr_assert(r->result.values != NULL);
    for (size_t k = 0; k < count; k++) { r->result.values[k] = NAN; }
}

double *study_fixture_unit(study_run *r, size_t cell, size_t repetition) {
    return r->result.values + (cell * r->sweep.repeats + repetition) * r->values;
}

void study_fixture_measure(study_run *r) {
    study_fixture_blank(r);
    for (size_t cell = 0; cell < r->cells; cell++) {
        for (size_t k = 0; k < r->repeats; k++) {
            double *values = study_fixture_unit(r, cell, k);
            cr_assert(r->study->measure(r, cell, k, values) == OK, "%s", error_text());
        }
    }
    if (r->study->gather) { cr_assert(r->study->gather(r) == OK, "%s", error_text()); }
}

claim_rows study_fixture_judge(const study_run *r) {
    claim_rows rows = {.command = "again"};
    cr_assert(claim_judge(r->study->claims, r, &rows) == OK, "%s", error_text());
    return rows;
}

const statement_row *study_fixture_row(const claim_rows *rows, const char *statement) {
    const statement_row *found = NULL;
    for (size_t k = 0; k < rows->count; k++) {
        if (strcmp(rows->rows[k].statement, statement) == 0) { found = &rows->rows[k]; }
    }
    cr_assert(found != NULL, "no row %s", statement);
    return found;
}

verdict study_fixture_verdict(const claim_rows *rows, const char *statement) {
    return study_fixture_row(rows, statement)->verdict;
}

statement_row study_fixture_row_of(const study_run *r, const char *statement) {
    claim_rows rows = study_fixture_judge(r);
    statement_row row = *study_fixture_row(&rows, statement);
    claim_rows_free(&rows);
    return row;
}

int study_fixture_verdict_of(const study_run *r, const char *statement) {
    return (int)study_fixture_row_of(r, statement).verdict;
}

void study_fixture_perform(const study *s, const void *settings, const char *out, int threads) {
    program_options options = options_of(out, threads);
    study_run r;
    status st = study_open(s, &options, settings, &r);
    if (st == OK) { st = study_perform(&r); }
    study_close(&r);
    cr_assert(st == OK, "%s", error_text());
}
