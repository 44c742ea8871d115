/* Rows that are held out: the rows of claims about them, with planted trends.
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/support/figure_fixture.h"

TestSuite(claims_held, .init = begin, .fini = end);

static const char ALONG_XI[] = "Held-out error along xi", ALONG_P[] = "Held-out error along p";

/* Held-out errors 1 + by_xi xi + by_p p and noise, beside levels that fall. */
static void judge_held(double by_xi, double by_p, bool lost) {
    table *t = fixture_table("subnets xi repetition level rounds state settled held", 9);
    for (int p = 1; p <= 4; p++) {
        for (int tenths = 2; tenths <= 8; tenths += 2) {
            for (int k = 0; k < 5; k++) {
                table_row(t);
                table_number(t, p);
                table_number(t, tenths / 10.0);
                table_number(t, k);
                table_number(t, 1 / (double)(p * tenths));
                table_number(t, 40);
                table_text(t, lost ? "diverged" : "finished");
                table_number(t, 1);
                table_number(t, 1 + by_xi * tenths / 10 + by_p * p + noise(1e-3));
            }
        }
    }
    run_table read = written(t);
    cr_assert(eq(int, judge(figure_held_claims, FIGURE_HELD, &read), OK), "%s", error_text());
    table_data_free(&read.data);
}

Test(claims_held, errors_that_fall) {
    judge_held(-0.5, -0.05, false);
    cr_assert(eq(sz, list.count, 2));
    assert_verdict(ALONG_XI, NOT_REFUTED);
    assert_verdict(ALONG_P, NOT_REFUTED);
}

/* Mutant: masks regularise. */
Test(claims_held, errors_that_rise) {
    judge_held(0.5, 0.05, false);
    assert_verdict(ALONG_XI, STATEMENT_REFUTED);
    assert_verdict(ALONG_P, STATEMENT_REFUTED);
}

Test(claims_held, noise_and_nothing) {
    judge_held(0, 0, false);
    assert_verdict(ALONG_XI, NOT_CHECKED);
    claim_rows_free(&list);
    list = (claim_rows){.command = "make claims"};
    judge_held(-0.5, -0.05, true);
    assert_verdict(ALONG_XI, NOT_CHECKED);
}

/* Without such a table there are no rows, and the family of the others is what it was. */
Test(claims_held, no_table_no_rows) {
    figure_tables tables = no_tables();
    study_run r = {.context = &tables};
    size_t rows = figure_rows(&r);
    cr_assert(eq(int, claim_judge(figure_held_claims, &r, &list), OK));
    cr_expect(eq(sz, list.count, 0));
    tables.tables[FIGURE_HELD].data.columns = 1;
    cr_expect(eq(sz, figure_rows(&r), rows + 2));
}
