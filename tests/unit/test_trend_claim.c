/* A trend along a setting as evidence for a claim, and against one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/claim.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "study/study.h"

enum { GROUPS = 4, REPEATS = 8 };

/* Along the setting 1, 2, 4, 8 a number made up. */
typedef struct {
    size_t groups;
    double values[GROUPS * REPEATS];
} numbers;

static status observe(const study_run *r, evidence *e) {
    static const double setting[GROUPS] = {1, 2, 4, 8};
    const numbers *x = r->context;
    trend_groups g = {x->groups, REPEATS, setting, "s", x->values};
    return claim_trend(e, e->which == 1 ? TREND_RISES : TREND_FALLS, &g);
}

static size_t two_cases(const study_run *r) {
    (void)r;
    return 2;
}

/* Rows: falls, rises. */
static claim_rows judged(numbers *x) {
    static const claim claims[] = {{"seen", "", PAPER, TEST_TREND, "it moves", observe}};
    static const claim_group groups[] = {{CLAIMS(claims), two_cases}, {NULL}};
    claim_rows rows = {.command = ""};
    study_run r = {.context = x};
    cr_assert(eq(int, claim_judge(groups, &r, &rows), OK));
    cr_assert(eq(sz, rows.count, 2));
    return rows;
}

static void expect_verdicts(numbers *x, verdict falls, verdict rises) {
    const verdict expected[] = {falls, rises};
    claim_rows rows = judged(x);
    for (size_t k = 0; k < 2; k++) {
        cr_expect(eq(int, (int)rows.rows[k].verdict, (int)expected[k]), "row %zu", k);
    }
    claim_rows_free(&rows);
}

/* value = setting^exponent up to a scatter of spread. */
static numbers made_up(double exponent, double spread) {
    numbers x = {.groups = GROUPS};
    for (int k = 0; k < GROUPS * REPEATS; k++) {
        double scatter = 1 + spread * sin(7 * k + 1);
        x.values[k] = pow(2, exponent * (k / REPEATS)) * scatter;
    }
    return x;
}

Test(trend_claim, a_fall_and_a_rise) {
    numbers falls = made_up(-1, 0.01), rises = made_up(1, 0.01);
    expect_verdicts(&falls, NOT_REFUTED, STATEMENT_REFUTED);
    expect_verdicts(&rises, STATEMENT_REFUTED, NOT_REFUTED);
}

/* Without a trend either way a claim of one is not checked, and one of none holds. */
Test(trend_claim, no_trend) {
    numbers x = made_up(0, 0.5);
    expect_verdicts(&x, NOT_CHECKED, NOT_CHECKED);
}

/* Every pair of groups is in order: Somers' D is -1; the law is fitted in the setting. */
Test(trend_claim, the_row) {
    numbers x = made_up(-1.5, 0);
    claim_rows rows = judged(&x);
    cr_expect(eq(dbl, rows.rows[0].observed, -1));
    cr_expect(eq(dbl, rows.rows[0].bound, 0));
    cr_expect(le(dbl, rows.rows[0].limit, 1e-3));
    cr_expect(eq(sz, rows.rows[0].trials, GROUPS * REPEATS));
    cr_expect(strstr(rows.rows[0].says, "(s)^-1.50") != NULL, "%s", rows.rows[0].says);
    claim_rows_free(&rows);
}

Test(trend_claim, nan_refutes_and_two_groups_tell_nothing) {
    numbers x = made_up(-1, 0);
    x.values[3] = NAN;
    expect_verdicts(&x, STATEMENT_REFUTED, STATEMENT_REFUTED);
    x.groups = 2;
    expect_verdicts(&x, NOT_CHECKED, NOT_CHECKED);
}
