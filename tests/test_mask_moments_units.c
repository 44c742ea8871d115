/* mask-moments: all units of a small setting put together. Theory is double precision alone. */
#include "run/real.h"

#ifdef REAL_DOUBLE
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fixture.h"
#include "theory/moments/gather.h"
#include "theory/statements/list.h"

static void quiet(void) { gsl_set_error_handler_off(); }

TestSuite(mask_moments_units, .init = quiet, .timeout = 60);

static const moments_options OPTIONS = {.width = 100,
                                        .subnets = 4,
                                        .xi = 0.3,
                                        .kappa = 1,
                                        .delta = 0.05,
                                        .step = 0.1,
                                        .local_steps = 2,
                                        .rounds = 2,
                                        .trials = 80};
static const program_options RUN = {
    .name = "mask-moments", .data = "data/digits.npz", .seed = 2, .threads = 1, .out = "none.dat", .quiet = true};

typedef struct {
    theory_data data;
    moments_study study;
    sweep s;
    sweep_result result;
} everything;

/* All units, one after another. */
static everything *open_all(void)
{
    everything *all = calloc(1, sizeof *all);
    cr_assert(eq(int, theory_open_data(&RUN, fixture_one_output(40), &all->data), OK), "%s", error_text());
    cr_assert(eq(int, moments_study_open(&all->data, &OPTIONS, &all->study), OK), "%s", error_text());
    all->s = (sweep){.cells = CELLS, .repeats = MOMENT_UNITS, .values = moments_unit_values(&OPTIONS)};
    all->result.values = malloc(CELLS * MOMENT_UNITS * all->s.values * sizeof(double));
    for (size_t k = 0; k < CELLS * MOMENT_UNITS; k++)
        cr_assert(
            eq(int,
               moments_unit(k / MOMENT_UNITS, k % MOMENT_UNITS, all->result.values + k * all->s.values, &all->study),
               OK),
            "%s", error_text());
    return all;
}

static void close_all(everything *all)
{
    moments_study_close(&all->study);
    theory_close(&all->data);
    sweep_result_free(&all->result);
    free(all);
}

/* Every row holds, every line of the table is within its tolerance, every round is in the table of rounds. */
Test(mask_moments_units, all_rows_and_lines)
{
    everything *all = open_all();
    theory_rows rows = {.command = "again"};
    table *t = moments_table_new(), *rounds = moments_rounds_table_new();
    char path[300], of_rounds[300];
    snprintf(path, sizeof path, "%s/lines.dat", fixture_folder("mask-moments"));
    snprintf(of_rounds, sizeof of_rounds, "%s/rounds.dat", fixture_folder("mask-moments"));
    cr_assert(eq(int, moments_gather(&all->study, &all->s, &all->result, &rows, t, rounds), OK), "%s", error_text());
    cr_assert(eq(int, table_write(t, path), OK), "%s", error_text());
    cr_assert(eq(int, table_write(rounds, of_rounds), OK), "%s", error_text());
    cr_expect(eq(sz, rows.count, 36));
    for (size_t k = 0; k < rows.count; k++) {
        cr_expect(eq(int, rows.rows[k].verdict, NOT_REFUTED), "%s: %s", rows.rows[k].statement,
                  verdict_word(rows.rows[k].verdict));
        for (size_t other = 0; other < k; other++)
            cr_expect(ne(str, rows.rows[k].statement, rows.rows[other].statement));
        cr_expect(lt(sz, strlen(rows.rows[k].says) + 1, sizeof rows.rows[k].says), "%s: says is cut",
                  rows.rows[k].statement);
        cr_expect(lt(sz, strlen(rows.rows[k].hypotheses) + 1, sizeof rows.rows[k].hypotheses), "%s: is cut",
                  rows.rows[k].statement);
    }
    for (size_t k = 0; k < statement_promise_count; k++) {
        bool answered = strcmp(statement_promises[k].program, "mask-moments") != 0;
        for (size_t other = 0; other < rows.count; other++)
            answered |= statement_about(rows.rows[other].statement, statement_promises[k].label);
        cr_expect(answered, "%s", statement_promises[k].label);
    }
    table_data lines, of_runs;
    cr_assert(eq(int, table_read(path, &lines), OK), "%s", error_text());
    size_t error = (size_t)table_column(&lines, "error"), tolerance = (size_t)table_column(&lines, "tolerance");
    cr_expect(le(sz, 2 * (MOMENT_VIEWS + MOMENTS), lines.rows));
    for (size_t k = 0; k < lines.rows; k++) {
        const double *values = lines.values + k * lines.columns;
        cr_expect(le(dbl, values[error], values[tolerance]), "line %zu: %s %s", k, lines.text[k * lines.columns],
                  lines.text[k * lines.columns + 3]);
    }
    cr_assert(eq(int, table_read(of_rounds, &of_runs), OK), "%s", error_text());
    cr_expect(eq(sz, of_runs.rows, 2 * MOMENT_UNITS * OPTIONS.rounds));
    table_data_free(&lines), table_data_free(&of_runs);
    table_free(t), table_free(rounds), theory_rows_free(&rows);
    close_all(all);
}

/* Units of different repetitions are different draws; the same unit again is the same. */
Test(mask_moments_units, units_are_their_streams)
{
    everything *all = open_all();
    double *again = malloc(all->s.values * sizeof *again);
    for (size_t cell = 0; cell < CELLS; cell++) {
        const double *first = sweep_values(&all->s, &all->result, cell, 1),
                     *other = sweep_values(&all->s, &all->result, cell, 2);
        cr_assert(eq(int, moments_unit(cell, 1, again, &all->study), OK));
        cr_expect(eq(int, memcmp(again, first, all->s.values * sizeof *again), 0), "cell %zu", cell);
        cr_expect(ne(int, memcmp(other, first, all->s.values * sizeof *again), 0), "cell %zu", cell);
        cr_expect(lt(dbl, 0, moments_unit_cost(cell, &all->study)));
    }
    free(again);
    close_all(all);
}
#endif
