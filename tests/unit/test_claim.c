/* The one judge of statements: its rule for hypotheses and few trials, its tests, its slack.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/claim.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

TestSuite(claim, .timeout = 20);

static evidence fresh(void) {
    return (evidence){.row = {.bound = 1, .observed = 0.5, .trials = 100, .limit = NAN},
                      .met = true,
                      .enough = true,
                      .holds = true,
                      .tolerance = 0.1,
                      .allowed = 0.05,
                      .confidence = CLAIM_CONFIDENCE,
                      .interval = {-1, 2},
                      .p_claimed = 1e-9,
                      .p_opposite = 1};
}

static verdict decide(claim_test test, evidence *e) {
    claim_decide(test, e);
    return e->row.verdict;
}

/* hypothesis not met, then too few, then the test: for every test there is. */
Test(claim, one_rule_for_hypotheses_and_few_trials) {
    for (claim_test test = TEST_AT_MOST; test <= TEST_CONDITIONS; test++) {
        evidence e = fresh();
        if (test == TEST_AT_LEAST) { e.row.observed = 2; }
        if (test == TEST_EQUAL) { e.row.observed = 1.05; }
        cr_expect(eq(int, decide(test, &e), NOT_REFUTED), "test %d", (int)test);
        e.holds = false;
        cr_expect(eq(int, decide(test, &e), STATEMENT_REFUTED), "test %d", (int)test);
        cr_expect(isnan(e.row.slack), "a slack beside a refutation by more than the ratio");
        e.enough = false;
        cr_expect(eq(int, decide(test, &e), NOT_CHECKED), "test %d", (int)test);
        e.met = false;
        cr_expect(eq(int, decide(test, &e), HYPOTHESIS_NOT_MET), "test %d", (int)test);
    }
}

Test(claim, nan_refutes_every_test) {
    for (claim_test test = TEST_AT_MOST; test <= TEST_CONDITIONS; test++) {
        evidence e = fresh();
        e.row.observed = e.interval.low = e.interval.high = e.p_claimed = e.p_opposite = NAN;
        e.failures = 100; /* where the observation is a count */
        cr_expect(eq(int, decide(test, &e), STATEMENT_REFUTED), "test %d", (int)test);
    }
}

/* 3/delta trials are enough, one fewer is not, and then neither all nor none failing decides. */
Test(claim, probability_needs_three_over_delta_trials) {
    const size_t failures[] = {0, 59};
    for (size_t k = 0; k < 2; k++) {
        evidence e = fresh();
        e.failures = failures[k];
        for (claim_test test = TEST_PROBABILITY; test <= TEST_QUANTILE_AT_LEAST; test++) {
            e.row.trials = 60;
            cr_expect(eq(int, decide(test, &e), k ? STATEMENT_REFUTED : NOT_REFUTED));
            e.row.trials = 59;
            cr_expect(eq(int, decide(test, &e), NOT_CHECKED));
        }
    }
}

/* slack >= 1 exactly where the statement held. */
Test(claim, slack_is_oriented) {
    const double observed[] = {0.25, 0.999, 1.001, 4};
    for (size_t k = 0; k < 4; k++) {
        for (claim_test test = TEST_AT_MOST; test <= TEST_EQUAL; test++) {
            evidence e = fresh();
            e.row.observed = observed[k];
            bool held = decide(test, &e) == NOT_REFUTED;
            cr_expect(eq(int, e.row.slack >= 1, held), "test %d at %g: %g", (int)test, observed[k],
                      e.row.slack);
        }
    }
    evidence e = fresh();
    decide(TEST_QUANTILE_AT_MOST, &e);
    cr_expect(eq(dbl, e.row.slack, 2));
    decide(TEST_QUANTILE_AT_LEAST, &e);
    cr_expect(eq(dbl, e.row.slack, 0.5));
    cr_expect(eq(int, e.row.sense, SENSE_AT_LEAST));
    e.row.bound = -1;
    decide(TEST_AT_LEAST, &e);
    cr_expect(isnan(e.row.slack), "a ratio to a negative bound means nothing");
    cr_expect(eq(int, e.row.sense, SENSE_AT_LEAST));
}

Test(claim, a_trend_is_claimed_opposite_or_untold) {
    const double p[3][2] = {{1e-9, 1}, {1, 1e-9}, {0.3, 0.7}};
    const verdict expected[] = {NOT_REFUTED, STATEMENT_REFUTED, NOT_CHECKED};
    for (size_t k = 0; k < 3; k++) {
        evidence e = fresh();
        e.p_claimed = p[k][0];
        e.p_opposite = p[k][1];
        cr_expect(eq(int, decide(TEST_TREND, &e), expected[k]), "pair %zu", k);
    }
    evidence e = fresh();
    e.p_claimed = 0.03;
    cr_expect(eq(int, decide(TEST_TREND, &e), NOT_CHECKED), "at the usual confidence");
    e.confidence = 0.95;
    cr_expect(eq(int, decide(TEST_TREND, &e), NOT_REFUTED), "at a claim's own");
}

/* --- a list of claims --- */

typedef struct {
    double steps, worst;
} record;

static status from_record(const struct study_run *r, evidence *e) {
    (void)r;
    record one = {(double)e->which, 0.5};
    return e->which == 2 ? claim_absent(e) : claim_record(e, &one);
}

static size_t three(const struct study_run *r) {
    (void)r;
    return 3;
}

static const char *name_of(const struct study_run *r, size_t which, char *name, size_t size) {
    (void)r;
    snprintf(name, size, "case %zu", which);
    return name;
}

Test(claim, cases_names_source_and_absence) {
    static const claim claims[] = {{"A bound", "hoeffding", DERIVED, TEST_AT_MOST, "x is at most 1",
                                    from_record, "nothing", 1, CLAIM_NUMBER(record, worst),
                                    CLAIM_NUMBER(record, steps)}};
    const claim_group groups[] = {{CLAIMS(claims), three, name_of}, {NULL}};
    claim_rows rows = {.command = "again"};
    cr_assert(eq(int, claim_judge(groups, NULL, &rows), OK));
    cr_assert(eq(sz, rows.count, 2), "the absent case has no row");
    cr_expect(eq(str, rows.rows[0].statement, "A bound, case 0"));
    cr_expect(eq(str, rows.rows[0].source, "tests/unit/test_claim.c"));
    cr_expect(eq(str, rows.rows[0].anchor, "hoeffding"));
    cr_expect(eq(str, rows.rows[0].command, "again"));
    cr_expect(eq(int, rows.rows[0].verdict, HYPOTHESIS_NOT_MET), "no observation at all");
    cr_expect(eq(int, rows.rows[1].verdict, NOT_REFUTED));
    cr_expect(eq(dbl, rows.rows[1].slack, 2));
    claim_rows_free(&rows);
}
