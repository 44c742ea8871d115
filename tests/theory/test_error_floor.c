/* error-floor: its cells, its rows, and the errors that turn them. Theory is double precision
 * alone: in single there is nothing to test.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifdef REAL_DOUBLE

#include "theory/error_floor/error_floor.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

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
    wrong.lr = 1.05 * ((const floor_context *)r.context)->cells[0].s.lr;
    wrong.lr_given = true;
    predict_otherwise(&r, wrong);
    expect(&r, NOT_REFUTED, STATEMENT_REFUTED);
    study_close(&r);
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
    unstable.lr = 4;
    unstable.lr_given = true;
    unstable.starts = 2;
    measured(unstable, &r);
    cr_expect(ge(dbl, ((const floor_context *)r.context)->cells[0].stability, 2.0));
    for (size_t k = 0; k < FLOOR_SEEN_EARLY; k++) { cr_expect(isnan(numbers(&r, 0)[k])); }
    expect(&r, HYPOTHESIS_NOT_MET, HYPOTHESIS_NOT_MET);
    study_close(&r);
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
