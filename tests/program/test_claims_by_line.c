/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "tests/support/figure_fixture.h"

TestSuite(claims_by_line, .init = begin, .fini = end);

/* Levels of the panel's widths with 1 % of noise: at xi = 0.3 those given, at 0.8 fallen. */
static run_table widths(const double level[6], int repetitions) {
    table *t = fixture_table("width xi repetition level rounds state", 9);
    for (int g = 5; g >= 0; g--) { /* the order of rows does not matter */
        for (int k = 0; k < 2 * repetitions; k++) {
            double mean = k % 2 ? 10.0 / (g + 1) : level[g];
            table_row(t);
            table_number(t, 250 * (g + 1));
            table_number(t, k % 2 ? 0.8 : 0.3);
            table_number(t, k / 2);
            table_number(t, mean * (1 + noise(0.01)));
            table_number(t, 40);
            table_text(t, "converged");
        }
    }
    return written(t);
}

static void judge_widths(const double level[6], int repetitions) {
    run_table read = widths(level, repetitions);
    cr_assert(eq(int, judge(figure_c_claims, FIGURE_WIDTH, &read), OK), "%s", error_text());
    table_data_free(&read.data);
    cr_assert(eq(sz, list.count, 2), "a row for each xi, none of both together");
}

static const char AT_3[] = "Figure 2c along m xi=0.3", AT_8[] = "Figure 2c along m xi=0.8";

Test(claims_by_line, width_that_falls_or_rises) {
    judge_widths((double[]){6, 5, 4, 3, 2, 1}, 3);
    assert_verdict(AT_3, NOT_REFUTED);
    cr_assert(lt(dbl, row_of(AT_3)->observed, -0.99));
    assert_text(row_of(AT_3)->says, "falls; ");
    cr_assert(eq(str, (char *)row_of(AT_3)->hypotheses, ""));
    list.count = 0;
    judge_widths((double[]){1, 2, 3, 4, 5, 6}, 3);
    assert_verdict(AT_3, STATEMENT_REFUTED);
    assert_verdict(AT_8, NOT_REFUTED);
    assert_text(row_of(AT_3)->says, "rises; ");
    list.count = 0;
    judge_widths((double[]){1, 1, 1, 1, 1, 1}, 3);
    assert_verdict(AT_3, NOT_CHECKED);
    assert_text(row_of(AT_3)->says, "neither falls nor rises visibly");
}

/* A curve that falls and then rises refutes, though from end to end it falls: with the test of the
 * whole line it passed. */
Test(claims_by_line, width_judged_by_shape) {
    judge_widths((double[]){9, 6, 1, 2, 3, 4}, 10);
    assert_verdict(AT_3, STATEMENT_REFUTED);
    assert_text(row_of(AT_3)->says, "falls, then rises; ");
    assert_text(row_of(AT_3)->says, " at m = 250, least ");
    assert_text(row_of(AT_3)->says, " at 750, ");
    cr_assert(lt(dbl, row_of(AT_3)->observed, 0));
    cr_assert(lt(dbl, row_of(AT_3)->limit, 0.05));
}

/* What the rows of the controls say, all three with these levels at xi = 0.3, of a figure that
 * doubles there, and falls at 0.8. */
static void expect_control(const double level[6], verdict expected) {
    run_table figure = widths((double[]){2, 1, 1.2, 1.5, 1.7, 2}, 5), control = widths(level, 5);
    figure_tables tables = no_tables();
    tables.tables[FIGURE_WIDTH] = figure;
    for (int k = FIGURE_CONTROLS; k < FIGURE_TABLES; k++) { tables.tables[k] = control; }
    list.count = 0;
    cr_assert(eq(int, claim_judge(figure_why_claims, &(study_run){.context = &tables}, &list), OK));
    table_data_free(&figure.data);
    table_data_free(&control.data);
    cr_assert(eq(sz, list.count, 6), "a row for each control and xi");
    for (size_t i = 0; i < 6; i += 2) {
        const statement_row *row = &list.rows[i];
        assert_text(row->statement, " xi=0.3");
        assert_text(list.rows[i + 1].statement, " xi=0.8");
        cr_assert(eq(int, (int)list.rows[i + 1].verdict, HYPOTHESIS_NOT_MET));
        cr_assert(eq(int, (int)row->verdict, expected), "%s: %s", row->statement, row->says);
        cr_assert(eq(int, (int)row->kind, DERIVED));
        cr_assert(epsilon_eq(dbl, row->bound, 2, 0.05), "from the least to the last width");
        cr_assert(epsilon_eq(dbl, row->observed, level[5] / level[1], 0.05));
    }
}

/* A control without the rise, with all of it, with more, with a value that is none. */
Test(claims_by_line, controls_of_the_rise) {
    expect_control((double[]){2, 1, 0.8, 0.7, 0.7, 0.6}, NOT_REFUTED);
    assert_text(list.rows[0].says, "rise of Figure 2c at xi=0.3 from m=500 to 1500, by a factor");
    expect_control((double[]){2, 1, 1.2, 1.5, 1.7, 2}, NOT_CHECKED);
    expect_control((double[]){2, 1, 1.2, 1.5, 1.7, 4}, STATEMENT_REFUTED);
}

/* Improvements fall at step 1, rise at 2, the absolute ones the other way round; step 3 is missing,
 * step 4 no claim. A row for either reading of the lost formula. */
Test(claims_by_line, subnets_by_step) {
    const double slopes[] = {-1, 1, 0, 1};
    table *t = fixture_table("subnets repetition step absolute relative", 9);
    for (int p = 1; p <= 10; p++) {
        for (int k = 0; k < 2; k++) {
            for (int step = 1; step <= 4; step++) {
                if (step == 3) { continue; }
                table_row(t);
                table_number(t, p);
                table_number(t, k);
                table_number(t, step);
                table_number(t, -slopes[step - 1] * p);
                table_number(t, p == 4 && k == 1 ? NAN : slopes[step - 1] * p);
            }
        }
    }
    run_table read = written(t);
    cr_assert(eq(int, judge(figure_d_claims, FIGURE_SUBNET, &read), OK), "%s", error_text());
    table_data_free(&read.data);
    cr_assert(eq(sz, list.count, 6));
    assert_verdict("Figure 2d step 1, relative", NOT_REFUTED);
    assert_verdict("Figure 2d step 2, relative", STATEMENT_REFUTED);
    assert_verdict("Figure 2d step 3, relative", NOT_CHECKED);
    assert_verdict("Figure 2d step 1, absolute", STATEMENT_REFUTED);
    assert_verdict("Figure 2d step 2, absolute", NOT_REFUTED);
    assert_verdict("Figure 2d step 3, absolute", NOT_CHECKED);
    assert_text(row_of("Figure 2d step 1, relative")->says, "diverged runs left out: 1 (cells: 1)");
    assert_text(row_of("Figure 2d step 3, relative")->hypotheses, read.path);
}

/* Six rows without a trend are one family: what one row alone would call a trend in one of twenty
 * is none. */
Test(claims_by_line, rows_are_one_family) {
    size_t refuted[2] = {0};
    for (int family = 0; family < 2; family++) {
        alone = !family;
        for (int trial = 0; trial < 40; trial++) {
            table *t = fixture_table("subnets repetition step absolute relative", 9);
            for (int k = 0; k < 90; k++) {
                table_row(t);
                table_number(t, 1 + k % 10);
                table_number(t, k / 30);
                table_number(t, 1 + k / 10 % 3);
                table_number(t, noise(1));
                table_number(t, noise(1));
            }
            run_table read = written(t);
            list.count = 0;
            cr_assert(eq(int, judge(figure_d_claims, FIGURE_SUBNET, &read), OK));
            table_data_free(&read.data);
            for (size_t i = 0; i < list.count; i++) {
                refuted[family] += list.rows[i].verdict == STATEMENT_REFUTED;
            }
        }
    }
    cr_assert(gt(sz, refuted[0], 4), "of 240, each alone at 5 %%: %zu", refuted[0]);
    cr_assert(lt(sz, refuted[1], 4), "of 240, in a family: %zu", refuted[1]);
}
