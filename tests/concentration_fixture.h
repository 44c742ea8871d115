/* concentration_fixture: data whose bounds are small, and how statement rows are looked at. */
#ifndef TESTS_CONCENTRATION_FIXTURE_H
#define TESTS_CONCENTRATION_FIXTURE_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fixture.h"
#include "theory/concentration/stream.h"
#include "theory/theory.h"

static const program_options RUN = {.name = "test", .threads = 1, .quiet = true};

/* Takes over `data`. */
static inline theory_data opened(dataset data)
{
    theory_data d;
    cr_assert(eq(int, theory_open_data(&RUN, data, &d), OK), "%s", error_text());
    return d;
}

/* Rows of the unit matrix: G = I, Hinf = I/2, ||G|| = 1, so that bounds are met at small widths. */
static inline theory_data unit_rows(size_t n)
{
    dataset data = {.n = n, .d = n, .q = 1, .X = allocate(n, n * sizeof(double), "rows")};
    cr_assert(data.X != NULL);
    for (size_t i = 0; i < n; i++)
        data.X[i * n + i] = 1;
    return opened(data);
}

static inline theory_data digits(size_t n)
{
    return opened(fixture_one_output(n));
}

/* The stream begins trial `repetition`; pair: the generators it has, freed by the test. */
static inline void restart(concentration_stream *s, size_t repetition, rng *pair[2])
{
    rng_free(pair[0]), rng_free(pair[1]);
    pair[0] = rng_new(9, 0, repetition, RNG_WEIGHTS);
    pair[1] = rng_new(9, 0, repetition, RNG_MASKS);
    concentration_restart(s, pair[0], pair[1]);
}

static inline const statement_row *row_of(const theory_rows *rows, const char *statement)
{
    for (size_t k = 0; k < rows->count; k++)
        if (strcmp(rows->rows[k].statement, statement) == 0)
            return &rows->rows[k];
    cr_fatal("no row '%s'", statement);
}

/* The row has this verdict, and texts that were not cut. */
static inline void expect(const theory_rows *rows, const char *statement, verdict expected)
{
    const statement_row *row = row_of(rows, statement);
    cr_assert(eq(int, row->verdict, expected), "%s is %s: %s; bound %g observed %g limit %g", statement,
              verdict_word(row->verdict), row->says, row->bound, row->observed, row->limit);
    cr_assert(lt(sz, strlen(row->says), sizeof row->says - 1), "cut: %s", row->says);
    cr_assert(lt(sz, strlen(row->hypotheses), sizeof row->hypotheses - 1), "cut: %s", row->hypotheses);
}

/* A field of a table that was read; the column must be there. */
static inline double field_of(const table_data *t, size_t row, const char *name)
{
    int column = table_column(t, name);
    cr_assert(ge(int, column, 0), "no column '%s'", name);
    return t->values[row * t->columns + (size_t)column];
}

#endif
