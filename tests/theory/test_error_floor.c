/* error-floor: its cells, its rows, and the errors that turn them. Theory is double precision
 * alone: in single there is nothing to test.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifdef REAL_DOUBLE

#include "theory/error_floor/error_floor.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/scratch.h"
#include "tests/support/study_fixture.h"

TestSuite(error_floor, .timeout = 120);

static floor_settings small(size_t order) {
    floor_settings s = *(const floor_settings *)floor_study.defaults;
    s.widths = (option_list){{256}, 1};
    s.subnets = (option_list){{4}, 1};
    s.xi = (option_list){{0.9}, 1};
    s.kappas = (option_list){{0.1}, 1};
    s.order = order;
    s.paths = 2;
    s.rounds = 90;
    return s;
}

static const char FLOOR_ROW[] = "Effective dynamics, floor, m=256 p=4 xi=0.9 tau=2 kappa=0.1",
                  CURVE_ROW[] = "Effective dynamics, curve, m=256 p=4 xi=0.9 tau=2 kappa=0.1";

static void measured(floor_settings s, study_run *r) {
    study_fixture_open(&floor_study, &s, r);
    study_fixture_measure(r);
}

static double *numbers(study_run *r, size_t start) { return r->result.values + start * r->values; }

static void expect(const study_run *r, verdict on_floor, verdict on_curve) {
    claim_rows rows = study_fixture_judge(r);
    cr_log_info("floor %g, curve %g", study_fixture_row(&rows, FLOOR_ROW)->observed,
                study_fixture_row(&rows, CURVE_ROW)->observed);
    cr_expect(eq(int, study_fixture_verdict(&rows, FLOOR_ROW), on_floor));
    cr_expect(eq(int, study_fixture_verdict(&rows, CURVE_ROW), on_curve));
    claim_rows_free(&rows);
}

Test(error_floor, honest_predictions_of_both_orders_refute_nothing) {
    for (size_t order = 1; order <= 2; order++) {
        study_run r;
        measured(small(order), &r);
        expect(&r, NOT_REFUTED, NOT_REFUTED);
        study_close(&r);
    }
}

/* The predicted error of a start after a round, from the points of its curve. */
static double error_at(study_run *r, size_t start, size_t round) {
    const floor_context *c = r->context;
    size_t k = 0;
    while (floor_point(c->cells[0].rounds, k) < round) { k++; }
    cr_assert(eq(sz, floor_point(c->cells[0].rounds, k), round));
    const double *point = numbers(r, start) + FLOOR_NUMBERS + 2 * k;
    return point[0] + point[1];
}

/* Predicts with other settings than the runs are trained with, at the same rounds. */
static void predict_otherwise(study_run *r, floor_settings wrong) {
    study_run other;
    measured(wrong, &other);
    for (size_t start = 0; start < r->repeats; start++) {
        double *values = numbers(r, start);
        values[FLOOR_EARLY] = error_at(&other, start, (size_t)values[FLOOR_EARLY_ROUND]);
        values[FLOOR_BIAS] = numbers(&other, start)[FLOOR_BIAS];
        values[FLOOR_VARIANCE] = numbers(&other, start)[FLOOR_VARIANCE];
    }
    study_close(&other);
}

Test(error_floor, mutant_variance_without_1_over_p) {
    study_run r;
    measured(small(1), &r);
    for (size_t start = 0; start < r.repeats; start++) { numbers(&r, start)[FLOOR_VARIANCE] *= 4; }
    expect(&r, STATEMENT_REFUTED, NOT_REFUTED);
    study_close(&r);
}

Test(error_floor, mutant_step_5_percent_too_large) {
    study_run r;
    floor_settings right = small(1), wrong = right;
    measured(right, &r);
    wrong.lr = (option_list){{1.05 * ((const floor_context *)r.context)->cells[0].s.lr}, 1};
    wrong.lr_given = true;
    predict_otherwise(&r, wrong);
    expect(&r, NOT_REFUTED, STATEMENT_REFUTED);
    study_close(&r);
}

/* Seconds of a start of the last cell are predicted within a factor of two, by the time of this
 * thread on both sides: whatever else runs here counts for neither. */
static void expect_time(const char *what, const program_options *options, const floor_settings *s) {
    study_run r;
    cr_assert(eq(int, study_open(&floor_study, options, s, &r), OK), "%s", error_text());
    double *values = allocate(r.values, sizeof *values, "values"), least = INFINITY;
    double predicted = floor_calibrate(&r) * floor_cost(&r, r.cells - 1);
    for (int k = 0; k < 3; k++) {
        double begin = clock_thread();
        cr_assert(eq(int, floor_measure(&r, r.cells - 1, 0, values), OK));
        least = fmin(least, clock_thread() - begin);
    }
    cr_log_info("%s: predicted %g s, taken %g s", what, predicted, least);
    cr_expect(ge(dbl, predicted, least / 2), "%s: %g s, %g s taken", what, predicted, least);
    cr_expect(le(dbl, predicted, 2 * least), "%s: %g s, %g s taken", what, predicted, least);
    free(values);
    study_close(&r);
}

Test(error_floor, the_time_of_a_start_is_predicted) {
#if !defined __OPTIMIZE__ || defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
    cr_skip_test("the pace of training stands for that of large products, in optimised code that "
                 "no sanitizer slows down");
#endif
    program_options options = {
        .name = "error-floor", .data = "data/digits.npz", .seed = 1, .threads = 1, .quiet = true};
    for (size_t order = 1; order <= 2; order++) {
        floor_settings s = small(order);
        s.rounds = 300;
        expect_time(order == 1 ? "order 1" : "order 2", &options, &s);
    }
    floor_settings along = small(2); /* many subnetworks on few rows */
    along.rounds = 300;
    along.along = (option_list){{128}, 1};
    along.along_given = true;
    expect_time("along p", &options, &along);
    floor_settings large = small(1); /* few directions follow the operator */
    large.widths = (option_list){{500}, 1};
    large.lr = (option_list){{0.1}, 1};
    large.scaling = SCALING_RELEASED;
    large.outputs = 1;
    large.rounds = 30;
    large.runs = large.paths = 0;
    large.lr_given = true;
    options.samples = 600;
    expect_time("large, order 1", &options, &large);
}

Test(error_floor, too_few_runs_are_not_checked) {
    study_run r;
    floor_settings few = small(1);
    few.starts = 3;
    measured(few, &r);
    expect(&r, NOT_CHECKED, NOT_CHECKED);
    study_close(&r);
}

Test(error_floor, beyond_stability_nothing_is_predicted) {
    study_run r;
    floor_settings unstable = small(1);
    unstable.lr = (option_list){{4}, 1};
    unstable.lr_given = true;
    unstable.starts = 2;
    measured(unstable, &r);
    cr_expect(ge(dbl, ((const floor_context *)r.context)->cells[0].stability, 2.0));
    for (size_t k = 0; k < FLOOR_SEEN_EARLY; k++) { cr_expect(isnan(numbers(&r, 0)[k])); }
    expect(&r, HYPOTHESIS_NOT_MET, HYPOTHESIS_NOT_MET);
    study_close(&r);
}

Test(error_floor, narrow_networks_are_beyond_the_regime) {
    floor_settings narrow = small(1);
    narrow.widths.values[0] = 64;
    narrow.xi.values[0] = 0.5;
    narrow.rounds = 2;
    narrow.starts = 2;
    study_run r;
    measured(narrow, &r);
    const floor_context *c = r.context;
    cr_expect(gt(dbl, floor_forgotten(&c->cells[0]), 0.25));
    cr_expect(lt(dbl, floor_own_reaction(&c->cells[0]), 0.1));
    cr_expect(eq(
        int,
        study_fixture_verdict_of(&r, "Effective dynamics, floor, m=64 p=4 xi=0.5 tau=2 kappa=0.1"),
        HYPOTHESIS_NOT_MET));
    study_close(&r);
}

/* --- where the floor stops falling --- */

static const char KNEE_ROW[] = "Corollary 2, floor is bias + variance/p";

/* Floors of bias 1 and variance 32/p, the runs' variance as many times that as `more` says. */
static int knee_verdict(double more) {
    floor_settings s = small(1);
    s.along = (option_list){{2, 8, 32, 128}, 4};
    s.along_given = true;
    study_run r;
    study_fixture_open(&floor_study, &s, &r);
    study_fixture_blank(&r);
    const floor_context *c = r.context;
    cr_assert(eq(sz, r.cells, 5));
    for (size_t cell = 0; cell < r.cells; cell++) {
        double p = (double)c->cells[cell].s.subnets;
        for (size_t k = 0; k < r.repeats; k++) {
            double *values = study_fixture_unit(&r, cell, k);
            values[FLOOR_BIAS] = 1;
            values[FLOOR_VARIANCE] = 32 / p;
            values[FLOOR_SEEN] = 1 + more * 32 / p * (1 + 0.01 * (double)(k % 3));
        }
    }
    int got = study_fixture_verdict_of(&r, KNEE_ROW);
    study_close(&r);
    return got;
}

Test(error_floor, floor_stops_where_variance_reaches_bias) {
    cr_expect(eq(int, knee_verdict(1), NOT_REFUTED));
    cr_expect(eq(int, knee_verdict(2), STATEMENT_REFUTED));
    cr_expect(eq(int, knee_verdict(0.5), STATEMENT_REFUTED));
}

/* --- cells of a table, and plateaus alone --- */

static void write_table(const char *path, const char *bytes) {
    FILE *file = fopen(path, "w");
    cr_assert(ne(ptr, file, NULL));
    fputs(bytes, file);
    cr_assert(eq(int, fclose(file), 0));
}

Test(error_floor, cells_and_sizes_are_those_of_a_table) {
    char path[] = "/tmp/error-floor-XXXXXX";
    cr_assert(ge(int, mkstemp(path), 0));
    write_table(path, "# data shape: n=12 d=64 q=10\n# --width: 40\n# --xi: 0.5,0.8\n"
                      "# --lr: 0.1,0.16\n# --local-steps: 3\n# --scaling: released\n"
                      "# stop rule: mean of the last 11 errors below 5e-4, or 6 rounds in which it "
                      "does not improve\n"
                      "subnets xi mean\n2 0.8 0.25\n4 0.5 nan\n2 0.8 0.25\n");
    floor_settings s = *(const floor_settings *)floor_study.defaults;
    s.table = path;
    s.until = UNTIL_STOPPED;
    s.rounds = 30;
    study_run r = {.settings = &s};
    cr_assert(eq(int, floor_preset(&r), OK), "%s", error_text());
    cr_expect(eq(sz, s.patience, 5));
    study_fixture_open(&floor_study, &s, &r);
    const floor_context *c = r.context;
    cr_assert(eq(sz, r.cells, 2));
    cr_expect(eq(sz, c->all.g.n, 12));
    cr_expect(eq(sz, c->all.g.q, 10));
    cr_expect(eq(sz, c->cells[0].s.width, 40));
    cr_expect(eq(sz, c->cells[1].s.subnets, 4));
    cr_expect(eq(dbl, c->cells[0].s.lr, 0.16));
    cr_expect(eq(dbl, c->cells[1].s.lr, 0.1));
    cr_expect(eq(dbl, c->cells[0].measured, 0.25));
    cr_expect(isnan(c->cells[1].measured));
    study_close(&r);
    unlink(path);
}

Test(error_floor, plateaus_alone_are_those_of_whole_curves) {
    double level[2], seen[2];
    for (int until = UNTIL_ROUNDS; until <= UNTIL_STOPPED; until++) {
        floor_settings s = small(2);
        s.until = until;
        s.starts = 1;
        s.runs = 1;
        study_run r;
        measured(s, &r);
        level[until] = numbers(&r, 0)[FLOOR_LEVEL];
        seen[until] = numbers(&r, 0)[FLOOR_SEEN_LEVEL];
        cr_expect(eq(int, isnan(numbers(&r, 0)[FLOOR_BIAS]) != 0, until == UNTIL_STOPPED));
        study_close(&r);
    }
    cr_expect(eq(dbl, level[0], level[1]));
    cr_expect(eq(dbl, seen[0], seen[1]));
}

Test(error_floor, points_of_a_curve_begin_with_all_rounds_and_end_with_the_last) {
    for (size_t rounds = 1; rounds < 3000; rounds = rounds * 3 + 1) {
        size_t points = floor_points(rounds);
        cr_expect(eq(sz, floor_point(rounds, 0), 0));
        cr_expect(eq(sz, floor_point(rounds, points - 1), rounds));
        for (size_t k = 1; k < points; k++) {
            cr_expect(gt(sz, floor_point(rounds, k), floor_point(rounds, k - 1)), "%zu", rounds);
        }
    }
}

#endif
