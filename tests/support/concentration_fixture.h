/* concentration_fixture: data whose bounds are small, and how statement rows are looked at.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_CONCENTRATION_FIXTURE_H
#define TESTS_CONCENTRATION_FIXTURE_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "model/masked_stream.h"
#include "tests/support/fixture.h"
#include "tests/support/study_fixture.h"
#include "study/kernel_data.h"

static const program_options RUN = {.name = "test", .threads = 1, .quiet = true};

/* Takes over `data`. */
static inline kernel_data opened(dataset data) {
    kernel_data d;
    cr_assert(eq(int, kernel_data_take(&RUN, data, &d), OK), "%s", error_text());
    return d;
}

/* Rows of the unit matrix: G = I, Hinf = I/2, ||G|| = 1, so that bounds are met at small widths. */
static inline kernel_data unit_rows(size_t n) {
    dataset data = {.n = n, .d = n, .q = 1, .X = allocate(n, n * sizeof(double), "rows")};
    cr_assert(data.X != NULL);
    for (size_t i = 0; i < n; i++) { data.X[i * n + i] = 1; }
    return opened(data);
}

static inline kernel_data digits(size_t n) { return opened(fixture_one_output(n)); }

/* The stream of trial `repetition` on data with the Gram matrix G; masked_stream_close. */
static inline masked_stream stream_of(const kernel_data *d, const double *G,
                                      const mask_design *design, size_t repetition) {
    masked_stream s;
    cr_assert(eq(int,
                 masked_stream_open(&d->data, G, design, 1, rng_new(9, 0, repetition, RNG_WEIGHTS),
                                    rng_new(9, 0, repetition, RNG_MASKS), &s),
                 OK));
    return s;
}

/* The row has this verdict, and texts that were not cut. */
static inline void expect(const claim_rows *rows, const char *statement, verdict expected) {
    const statement_row *row = study_fixture_row(rows, statement);
    cr_assert(eq(int, row->verdict, expected), "%s is %s: %s; bound %g observed %g limit %g",
              statement, verdict_word(row->verdict), row->says, row->bound, row->observed,
              row->limit);
    cr_assert(lt(sz, strlen(row->says), sizeof row->says - 1), "cut: %s", row->says);
    cr_assert(lt(sz, strlen(row->hypotheses), sizeof row->hypotheses - 1), "cut: %s",
              row->hypotheses);
}

/* A study's table, written to NAME.dat and read back. */
static inline table_data table_of(const study_run *r, const char *name) {
    char path[300];
    table_data read;
    table *t = table_new(17);
    snprintf(path, sizeof path, "%s/table.dat", fixture_folder(name));
    cr_assert(t != NULL);
    cr_assert(eq(int, r->study->tables[0].fill(r, t), OK), "%s", error_text());
    cr_assert(eq(int, table_write(t, path), OK), "%s", error_text());
    cr_assert(eq(int, table_read(path, &read), OK), "%s", error_text());
    table_free(t);
    return read;
}

/* A field of a table that was read; the column must be there. */
static inline double field_of(const table_data *t, size_t row, const char *name) {
    int column = table_column(t, name);
    cr_assert(ge(int, column, 0), "no column '%s'", name);
    return t->values[row * t->columns + (size_t)column];
}

#endif
