/* Rows that are held out: the rows of claims about them, with planted trends.
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/support/figure_fixture.h"

TestSuite(claims_held, .init = begin, .fini = end);

static const char NONE[] = "Held-out error, masks or none", ALONG_XI[] = "Held-out error along xi",
                  ALONG_P[] = "Held-out error along p";

enum { LEAST_P = 1, MOST_P = 4, REPEATS = 8 };

/* What the held-out error of a setting is before noise. */
typedef double error_at(double p, double xi);

/* Runs at p = 1 .. 4 and xi = 0.2 .. 0.8, and at p = 1 and xi = 1; a repetition's own factor, up to
 * `own` off 1, is in all of its runs. starts: of --starts; NULL: no such note. */
static void judge_held(error_at *error, double own, const char *starts, bool lost) {
    table *t = fixture_table("subnets xi repetition level rounds state settled held", 9);
    double factor[REPEATS];
    if (starts) { table_note(t, "--starts", "%s", starts); }
    for (int k = 0; k < REPEATS; k++) { factor[k] = 1 + noise(own); }
    for (int p = LEAST_P; p <= MOST_P; p++) {
        for (int tenths = 2; tenths <= (p == LEAST_P ? 10 : 8); tenths += 2) {
            for (int k = 0; k < REPEATS; k++) {
                table_row(t);
                table_number(t, p);
                table_number(t, tenths / 10.0);
                table_number(t, k);
                table_number(t, 1 / (double)(p * tenths));
                table_number(t, 40);
                table_text(t, lost ? "diverged" : "finished");
                table_number(t, 1);
                table_number(t, factor[k] * (error(p, tenths / 10.0) + noise(1e-3)));
            }
        }
    }
    run_table read = written(t);
    claim_rows_free(&list);
    list = (claim_rows){.command = "make claims"};
    cr_assert(eq(int, judge(figure_held_claims, FIGURE_HELD, &read), OK), "%s", error_text());
    cr_assert(eq(sz, list.count, 3));
    table_data_free(&read.data);
}

static void expect_verdicts(verdict none, verdict along_xi, verdict along_p) {
    assert_verdict(NONE, none);
    assert_verdict(ALONG_XI, along_xi);
    assert_verdict(ALONG_P, along_p);
}

static double falls(double p, double xi) { return 2 - xi - 0.05 * p * (xi < 1); }
static double falls_far(double p, double xi) { return 2 - xi - 0.01 * p * (xi < 1); }
static double rises(double p, double xi) { return 1 + xi + 0.05 * p * (xi < 1); }
static double flat(double p, double xi) { return 1 + 0 * p * xi; }
/* Least at 0.6, and above the error without masks from there on at p = 1 alone. */
static double falls_then_rises(double p, double xi) {
    return 1 + (xi - 0.6) * (xi - 0.6) - 0.02 * p * (xi < 1);
}

/* With or without pairs; masks always have more error than none. */
Test(claims_held, less_noise_is_better) {
    judge_held(falls_far, 0, NULL, false);
    expect_verdicts(NOT_REFUTED, NOT_REFUTED, NOT_REFUTED);
    judge_held(falls_far, 0.5, "same", false);
    expect_verdicts(NOT_REFUTED, NOT_REFUTED, NOT_REFUTED);
    cr_expect(lt(dbl, 1, row_of(NONE)->observed));
}

/* Mutant: masks regularise, everywhere. */
Test(claims_held, masks_regularise) {
    judge_held(rises, 0, NULL, false);
    expect_verdicts(STATEMENT_REFUTED, STATEMENT_REFUTED, STATEMENT_REFUTED);
    judge_held(rises, 0.5, "same", false);
    expect_verdicts(STATEMENT_REFUTED, STATEMENT_REFUTED, STATEMENT_REFUTED);
    cr_expect(lt(dbl, row_of(NONE)->observed, 1));
}

/* From its beginning to its end the line falls; what rises is its end, with the runs without masks,
 * which are there at p = 1 alone. */
Test(claims_held, a_little_noise_is_best) {
    judge_held(falls_then_rises, 0.5, "same", false);
    expect_verdicts(STATEMENT_REFUTED, STATEMENT_REFUTED, NOT_REFUTED);
    assert_text(row_of(ALONG_XI)->says, "falls, then rises: ");
    assert_text(row_of(ALONG_XI)->says, " at 0.6, ");
    assert_text(row_of(NONE)->says, "95 % interval");
}

/* A factor of the repetition hides everything, unless runs are paired. */
Test(claims_held, pairs_show_more) {
    judge_held(falls, 0.5, "own", false);
    assert_verdict(ALONG_P, NOT_CHECKED);
    judge_held(falls, 0.5, "same", false);
    assert_verdict(ALONG_P, NOT_REFUTED);
}

Test(claims_held, noise_and_nothing) {
    judge_held(flat, 0, NULL, false);
    expect_verdicts(NOT_CHECKED, NOT_CHECKED, NOT_CHECKED);
    judge_held(flat, 0.5, "same", false);
    expect_verdicts(NOT_CHECKED, NOT_CHECKED, NOT_CHECKED);
    judge_held(falls, 0, "same", true);
    expect_verdicts(NOT_CHECKED, NOT_CHECKED, NOT_CHECKED);
}

/* Without such a table there are no rows, and the family of the others is what it was. */
Test(claims_held, no_table_no_rows) {
    figure_tables tables = no_tables();
    study_run r = {.context = &tables};
    size_t rows = figure_rows(&r);
    cr_assert(eq(int, claim_judge(figure_held_claims, &r, &list), OK));
    cr_expect(eq(sz, list.count, 0));
    tables.tables[FIGURE_HELD].data.columns = 1;
    cr_expect(eq(sz, figure_rows(&r), rows + 3));
}
