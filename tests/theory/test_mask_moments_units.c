/* mask-moments: all units of a small setting put together. Theory is double precision alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/real.h"

#ifdef REAL_DOUBLE
#include <stdio.h>

#include "tests/support/fixture.h"
#include "tests/support/moments_study.h"
#include "theory/statements/statements.h"

TestSuite(mask_moments_units, .init = quiet, .timeout = 60);

static const moments_settings SETTINGS = {.width = 100,
                                          .subnets = 4,
                                          .xi = 0.3,
                                          .kappa = 1,
                                          .delta = 0.05,
                                          .step = 0.1,
                                          .local_steps = 2,
                                          .rounds = 2,
                                          .trials = 80};

/* Every row holds, is told apart from the others and not cut; every promise of the program is kept.
 */
static void expect_rows(const claim_rows *rows) {
    cr_expect(eq(sz, rows->count, 36));
    for (size_t k = 0; k < rows->count; k++) {
        statement_row *row = &rows->rows[k];
        cr_expect(eq(int, row->verdict, NOT_REFUTED), "%s: %s", row->statement,
                  verdict_word(row->verdict));
        for (size_t other = 0; other < k; other++) {
            cr_expect(ne(str, row->statement, rows->rows[other].statement));
        }
        cr_expect(lt(sz, strlen(row->says) + 1, sizeof row->says), "%s: says is cut",
                  row->statement);
        cr_expect(lt(sz, strlen(row->hypotheses) + 1, sizeof row->hypotheses), "%s: is cut",
                  row->statement);
    }
    for (size_t k = 0; k < statement_promise_count; k++) {
        bool answered = strcmp(statement_promises[k].program, "mask-moments") != 0;
        for (size_t other = 0; other < rows->count; other++) {
            answered |= statement_about(rows->rows[other].statement, statement_promises[k].label);
        }
        cr_expect(answered, "%s", statement_promises[k].label);
    }
}

/* The tables as the program writes them: every line within its tolerance, every round there. */
Test(mask_moments_units, all_rows_and_lines) {
    char path[300], of_rounds[300];
    snprintf(path, sizeof path, "%s/lines.dat", fixture_folder("mask-moments"));
    snprintf(of_rounds, sizeof of_rounds, "%s/lines.rounds.dat", fixture_folder("mask-moments"));
    program_options options = {.name = "mask-moments",
                               .data = "data/digits.npz",
                               .samples = 40,
                               .seed = 2,
                               .threads = 1,
                               .out = path,
                               .quiet = true,
                               .fresh = true};
    study_run r;
    cr_assert(eq(int, study_open(&moments_study, &options, &SETTINGS, &r), OK), "%s", error_text());
    cr_assert(eq(int, study_perform(&r), OK), "%s", error_text());
    claim_rows rows = study_fixture_judge(&r);
    expect_rows(&rows);
    table_data lines, of_runs;
    cr_assert(eq(int, table_read(path, &lines), OK), "%s", error_text());
    size_t error = (size_t)table_column(&lines, "error"),
           tolerance = (size_t)table_column(&lines, "tolerance");
    cr_expect(le(sz, 2 * (MOMENT_VIEWS + MOMENTS), lines.rows));
    for (size_t k = 0; k < lines.rows; k++) {
        const double *values = lines.values + k * lines.columns;
        cr_expect(le(dbl, values[error], values[tolerance]), "line %zu: %s %s", k,
                  lines.text[k * lines.columns], lines.text[k * lines.columns + 3]);
    }
    cr_assert(eq(int, table_read(of_rounds, &of_runs), OK), "%s", error_text());
    cr_expect(eq(sz, of_runs.rows, 2 * MOMENT_UNITS * SETTINGS.rounds));
    table_data_free(&lines), table_data_free(&of_runs);
    claim_rows_free(&rows);
    study_close(&r);
}

/* Units of different repetitions are different draws; the same unit again is the same. */
Test(mask_moments_units, units_are_their_streams) {
    study_run r;
    moments_open(&r, 40, &SETTINGS);
    double *again = malloc(r.values * sizeof *again);
    for (size_t cell = 0; cell < r.cells; cell++) {
        for (size_t k = 0; k < r.values; k++) { again[k] = NAN; }
        cr_assert(eq(int, moments_study.measure(&r, cell, 1, again), OK));
        cr_expect(eq(int, memcmp(again, study_values(&r, cell, 1), r.values * sizeof *again), 0),
                  "cell %zu", cell);
        cr_expect(ne(int, memcmp(again, study_values(&r, cell, 2), r.values * sizeof *again), 0),
                  "cell %zu", cell);
        cr_expect(lt(dbl, 0, moments_study.cost(&r, cell)));
    }
    free(again);
    study_close(&r);
}
#endif
