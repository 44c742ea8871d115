/* Floors and first rounds of bernoulli-rate. The programs of theory/ are double precision alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/real.h"
#ifdef REAL_DOUBLE

#include "theory/bernoulli_rate/bernoulli_rate.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "model/mask.h"
#include "model/trajectory.h"
#include "tests/support/dataset_file.h"
#include "tests/support/study_fixture.h"

static const char digits[] = "data/digits.npz";

enum { REPEATS = 6 };

static const bernoulli_context *context_of(const study_run *r) { return r->context; }

/* The program's own settings with few repetitions. */
static bernoulli_settings own_settings(void) {
    bernoulli_settings o = *(const bernoulli_settings *)bernoulli_study.defaults;
    o.repeats = REPEATS;
    return o;
}

/* One axis alone. */
static bernoulli_settings along(rate_axis axis) {
    bernoulli_settings all = own_settings(), o = all;
    for (size_t k = 0; k < AXES; k++) { o.along[k].count = 0; }
    o.along[axis] = all.along[axis];
    o.width = 64;
    return o;
}

/* The mean change over repetitions tells whether a floor is reached; NaN is none. */
Test(bernoulli_floor, settled) {
    double changes[8];
    for (int j = 0; j < 8; j++) { changes[j] = j % 2 ? 0.3 : -0.3; }
    cr_assert(bernoulli_settled(changes, 8));
    for (int j = 0; j < 8; j++) { changes[j] -= 1; } /* still falling */
    cr_assert(not(bernoulli_settled(changes, 8)));
    changes[3] = NAN;
    cr_assert(not(bernoulli_settled(changes, 8)));
}

/* The axes: one number changes, in ascending order, the others stay; rounds to the floor by the
 * slowest direction. */
Test(bernoulli_floor, cells) {
    study_run r;
    bernoulli_settings o = own_settings();
    o.along[AXIS_XI] = (option_list){{0.5, 0.7, 0.9}, 3};
    study_fixture_open_on(digits, 4, &bernoulli_study, &o, &r);
    const bernoulli_context *c = context_of(&r);
    const bernoulli_cell *cell = c->cells + c->first[AXIS_XI];
    cr_assert(eq(sz, c->first[AXIS_XI + 1] - c->first[AXIS_XI], 3));
    for (int k = 0; k < 3; k++) {
        const train_settings *s = &cell[k].s;
        double slowest = s->xi * c->data.lambda0, theta = 1 - pow(1 - s->xi, (double)s->subnets);
        cr_assert(epsilon_eq(dbl, s->xi, 0.5 + 0.2 * k, 1e-12));
        cr_assert(eq(sz, s->width, o.width));
        cr_assert(epsilon_eq(dbl, s->lr, 1 / c->data.gram_norm, 1e-15));
        cr_assert(eq(sz, cell[k].rounds, mean_rounds(mean_rule_of(s), slowest, o.folds)));
        cr_assert(epsilon_eq(dbl, cell[k].paper_factor,
                             1 - s->lr * slowest * theta * (double)s->local_steps / 4, 1e-14));
    }
    cell = c->cells + c->first[AXIS_SMALL_XI];
    cr_assert(not(cell->to_floor));
    cr_assert(eq(sz, cell->s.subnets * cell->s.local_steps, 1));
    cell = c->cells + c->first[AXIS_WIDTH_NOISY];
    cr_assert(eq(dbl, cell->s.kappa, o.large_kappa));
    cr_assert(eq(sz, cell->s.width, 64));
    cell = c->cells + c->first[AXIS_MULTI_SAMPLE] + 2;
    cr_assert(eq(sz, cell->s.subnets, 4));
    cr_assert(eq(sz, cell->s.local_steps, 1));
    study_close(&r);
}

/* Two clusters with a row that nearly stands there twice: no run follows the slow direction. What
 * needs it is not checked, and says how many rounds would be needed; the rest is judged. */
Test(bernoulli_floor, too_slow_to_follow) {
    enum { N = 8, D = 2 };
    static const char path[] = "build/tests/near-duplicate.npz";
    const double angles[N] = {0, 1e-4, 0.3, 0.7, 3.2, 3.5, 3.9, 4.3};
    double X[N * D], Y[N];
    for (int i = 0; i < N; i++) {
        X[i * D] = cos(angles[i]), X[i * D + 1] = sin(angles[i]), Y[i] = i < N / 2 ? 1 : -1;
    }
    mkdir("build/tests", 0777);
    write_data(path, "f8", N, D, X, 1, Y);
    study_run r;
    bernoulli_settings o = along(AXIS_KAPPA);
    o.along[AXIS_BOTTOM] = (option_list){{0.05, 0.1}, 2};
    o.along[AXIS_CURVE] = (option_list){{8}, 1};
    o.masks = o.repeats = 2;
    study_fixture_open_on(path, N, &bernoulli_study, &o, &r);
    for (size_t k = 0; k < r.cells; k++) {
        const bernoulli_cell *cell = &context_of(&r)->cells[k];
        cr_expect(eq(int, bernoulli_is_beyond(cell), cell->axis != AXIS_CURVE));
        cr_expect(not(cell->to_floor));
        cr_expect(le(sz, cell->window, cell->rounds));
        cr_expect(lt(sz, cell->rounds, 1000));
    }
    study_fixture_measure(&r);
    static const char *const rows[] = {"Theorem 3, floor against kappa",
                                       "Theorem 3, rate along v_min"};
    for (size_t k = 0; k < 2; k++) {
        statement_row row = study_fixture_row_of(&r, rows[k]);
        cr_expect(eq(int, (int)row.verdict, NOT_CHECKED));
        cr_expect(strstr(row.hypotheses, "rounds or more, at most 6000 are run") != NULL, "%s",
                  row.hypotheses);
    }
    cr_expect(eq(int, study_fixture_verdict_of(&r, "Theorem 3, rate"), NOT_REFUTED));
    study_close(&r);
    /* where the slowest direction is fast, nothing is left out */
    study_fixture_open_on(digits, 4, &bernoulli_study, &o, &r);
    char words[BERNOULLI_WORDS];
    bernoulli_beyond(context_of(&r), 0, r.cells, words);
    cr_expect(eq(str, words, ""));
    cr_expect(context_of(&r)->cells[0].to_floor);
    study_close(&r);
}

/* A unit's numbers against the same run done here. */
Test(bernoulli_floor, floor_of_a_run) {
    enum { CELL = 2, ROUNDS = 30 };
    study_run r;
    bernoulli_settings o = along(AXIS_KAPPA);
    study_fixture_open_on(digits, 4, &bernoulli_study, &o, &r);
    bernoulli_context *c = r.context;
    bernoulli_cell *cell = &c->cells[CELL];
    double values[FLOOR_VALUES], again[FLOOR_VALUES], curve[ROUNDS + 1], level, change;
    cell->rounds = ROUNDS;
    cr_assert(eq(int, bernoulli_measure(&r, CELL, 1, values), OK));
    trajectory t;
    cr_assert(eq(int, trajectory_open(&c->g, &cell->s, false, r.options.seed, CELL, 1, &t), OK));
    for (int k = 0; k <= ROUNDS; k++) {
        curve[k] = 8 * t.t.error;
        cr_assert(trajectory_round(&t, NULL, NULL));
    }
    curve_floor(curve, ROUNDS, &level, &change);
    cr_assert(epsilon_eq(dbl, values[FLOOR_LEVEL], level, 1e-14));
    cr_assert(epsilon_eq(dbl, values[FLOOR_CHANGE], change, 1e-13));
    cr_assert(epsilon_eq(dbl, values[FLOOR_SLOPE], log_slope(curve, 1, cell->window), 1e-14));
    cell->to_floor = false;
    cr_assert(eq(int, bernoulli_measure(&r, CELL, 1, again), OK));
    cr_assert(epsilon_eq(dbl, again[FLOOR_SLOPE], values[FLOOR_SLOPE], 1e-14));
    cr_assert(eq(int, isnan(again[FLOOR_LEVEL]), 1));
    cr_assert(epsilon_eq(dbl, values[FLOOR_SLOPE_FINITE], values[FLOOR_SLOPE_INFINITE], 0.3));
    trajectory_close(&t);
    study_close(&r);
}

/* --- rows of numbers made up --- */

static void set_change(study_run *r, size_t cell, double mean) {
    for (size_t j = 0; j < REPEATS; j++) {
        study_fixture_unit(r, cell, j)[FLOOR_CHANGE] = mean + (j % 2 ? 0.3 : -0.3);
    }
}

/* Floors and slopes of all cells: floor = m^-1 kappa tau (1 - xi)/p and contraction by the fastest
 * direction, each with 5 % of scatter. */
static void make_up(study_run *r) {
    const bernoulli_settings o = own_settings();
    study_fixture_open_on(digits, 8, &bernoulli_study, &o, r);
    study_fixture_blank(r);
    const bernoulli_context *c = context_of(r);
    rng *source = rng_new(r->options.seed, 0, 0, RNG_PILOT);
    for (size_t k = 0; k < r->cells; k++) {
        if (c->cells[k].axis == AXIS_CURVE) { continue; }
        const train_settings *s = &c->cells[k].s;
        bool bottom = c->cells[k].axis == AXIS_BOTTOM;
        double lambda = bottom ? c->data.lambda0 : c->data.lambda_max;
        double left = pow(1 - s->lr * s->xi * lambda, (double)s->local_steps);
        double factor = 1 - mask_theta(s->mask, s->subnets, s->xi) * (1 - left);
        double level = s->kappa * (double)s->local_steps * (1 - s->xi);
        level /= (double)(s->width * s->subnets);
        for (size_t j = 0; j < REPEATS; j++) {
            double *values = study_fixture_unit(r, k, j);
            values[FLOOR_LEVEL] = level * (1 + 0.1 * (rng_uniform(source) - 0.5));
            values[FLOOR_SLOPE] = 2 * log(factor) * (1 + 0.1 * (rng_uniform(source) - 0.5));
        }
        set_change(r, k, 0);
    }
    rng_free(source);
}

/* What a row is to say of the floors made up (as_claimed), and with every number turned upside
 * down. */
static int expected(const char *statement, bool as_claimed) {
    if (strstr(statement, "as written")) { return STATEMENT_REFUTED; }
    return as_claimed ? NOT_REFUTED : STATEMENT_REFUTED;
}

/* Every row turns when every number does. */
Test(bernoulli_floor, floor_rows) {
    const claim_group floors[] = {bernoulli_claims[1], {NULL}};
    study_run r;
    make_up(&r);
    for (int turned = 0; turned < 2; turned++) {
        claim_rows rows = {.command = "test"};
        cr_assert(eq(int, claim_judge(floors, &r, &rows), OK));
        cr_assert(eq(sz, rows.count, 12));
        for (size_t i = 0; i < rows.count; i++) {
            const statement_row *row = &rows.rows[i];
            cr_expect(eq(int, (int)row->verdict, expected(row->statement, !turned)), "%s",
                      row->statement);
            cr_assert(eq(int, (int)row->kind, PAPER));
        }
        claim_rows_free(&rows);
        for (size_t k = 0; k < r.cells * r.repeats; k++) {
            double *values = study_fixture_unit(&r, k / r.repeats, k % r.repeats);
            values[FLOOR_LEVEL] = 1 / values[FLOOR_LEVEL];
            values[FLOOR_SLOPE] = -values[FLOOR_SLOPE];
        }
    }
    study_close(&r);
}

/* Labels along the eigenvector of lambda_0 tell the two readings of eta apart, and no other cell
 * does: with the rate of the top direction there, eta as written passes. */
Test(bernoulli_floor, readings_of_eta) {
    static const char *const rows[] = {"Theorem 3, rate along v_min",
                                       "Theorem 3, rate along v_min, eta as written"};
    study_run r;
    make_up(&r);
    const bernoulli_context *c = context_of(&r);
    size_t first = c->first[AXIS_BOTTOM];
    cr_assert(eq(int, study_fixture_verdict_of(&r, rows[0]), NOT_REFUTED));
    cr_assert(eq(int, study_fixture_verdict_of(&r, rows[1]), STATEMENT_REFUTED));
    for (size_t k = first; k < r.cells; k++) {
        const bernoulli_cell *cell = &c->cells[k];
        cr_assert(lt(dbl, cell->written_factor, cell->paper_factor));
        for (size_t j = 0; j < REPEATS; j++) {
            study_fixture_unit(&r, k, j)[FLOOR_SLOPE] = log(cell->written_factor) - 1e-3;
        }
    }
    cr_assert(eq(int, study_fixture_verdict_of(&r, rows[1]), NOT_REFUTED));
    for (size_t k = first; k < r.cells; k++) { /* mutant: a quarter of the paper's rate */
        for (size_t j = 0; j < REPEATS; j++) {
            study_fixture_unit(&r, k, j)[FLOOR_SLOPE] = log(c->cells[k].paper_factor) / 4;
        }
    }
    cr_assert(eq(int, study_fixture_verdict_of(&r, rows[0]), STATEMENT_REFUTED));
    study_close(&r);
}

/* A fall with p that starts hide is seen where they are paired: starts differ tenfold, more
 * subnetworks by 2 %. */
Test(bernoulli_floor, starts_are_paired_along_p) {
    static const char row[] = "Corollary 2, contraction", other[] = "Corollary 1, contraction";
    study_run r;
    make_up(&r);
    const bernoulli_context *c = context_of(&r);
    for (size_t k = c->first[AXIS_SMALL_XI]; k < c->first[AXIS_CURVE]; k++) {
        size_t at = k - c->first[c->cells[k].axis];
        for (size_t j = 0; j < REPEATS; j++) {
            study_fixture_unit(&r, k, j)[FLOOR_SLOPE] = -0.1 * (double)(j + 1) - 0.002 * (double)at;
        }
    }
    cr_assert(eq(int, study_fixture_verdict_of(&r, row), NOT_REFUTED));
    cr_assert(eq(int, study_fixture_verdict_of(&r, other), NOT_CHECKED), "xi is not paired");
    study_close(&r);
}

/* The cells of an axis of p have one start each repetition, those of others have their own. */
Test(bernoulli_floor, starts_along_p) {
    study_run r;
    bernoulli_settings o = along(AXIS_SUBNETS);
    o.along[AXIS_KAPPA] = (option_list){{0.1, 0.1}, 2};
    study_fixture_open_on(digits, 4, &bernoulli_study, &o, &r);
    bernoulli_context *c = r.context;
    double values[4][FLOOR_VALUES];
    for (size_t k = 0; k < 4; k++) {
        size_t cell = k < 2 ? c->first[AXIS_SUBNETS] + k : c->first[AXIS_KAPPA] + k - 2;
        c->cells[cell].s.subnets = 4; /* the same prediction of the same start */
        c->cells[cell].rounds = c->cells[cell].window = 4;
        cr_assert(eq(int, bernoulli_measure(&r, cell, 1, values[k]), OK));
    }
    cr_assert(eq(dbl, values[0][FLOOR_SLOPE_FINITE], values[1][FLOOR_SLOPE_FINITE]));
    cr_assert(ne(dbl, values[0][FLOOR_SLOPE], values[1][FLOOR_SLOPE]), "masks are their own");
    cr_assert(ne(dbl, values[2][FLOOR_SLOPE_FINITE], values[3][FLOOR_SLOPE_FINITE]));
    study_close(&r);
}

/* Cells that still fall are left out; two that are left tell nothing; a floor that is not a number
 * refutes. */
Test(bernoulli_floor, floor_hypotheses) {
    static const char row[] = "Theorem 3, floor against kappa";
    study_run r;
    make_up(&r);
    size_t first = context_of(&r)->first[AXIS_KAPPA];
    set_change(&r, first, -1);
    study_fixture_unit(&r, first, 0)[FLOOR_LEVEL] = NAN;
    cr_assert(eq(int, study_fixture_verdict_of(&r, row), NOT_REFUTED));
    set_change(&r, first, 0);
    cr_assert(eq(int, study_fixture_verdict_of(&r, row), STATEMENT_REFUTED));
    for (size_t k = 0; k < 3; k++) { set_change(&r, first + k, -1); }
    cr_assert(eq(int, study_fixture_verdict_of(&r, row), NOT_CHECKED));
    cr_assert(eq(int, study_fixture_verdict_of(&r, "Theorem 3, rate"), NOT_REFUTED));
    study_fixture_unit(&r, first, 0)[FLOOR_SLOPE] = NAN;
    cr_assert(eq(int, study_fixture_verdict_of(&r, "Theorem 3, rate"), STATEMENT_REFUTED));
    ((bernoulli_settings *)r.settings)->step = 1.5;
    cr_assert(eq(int, study_fixture_verdict_of(&r, "Theorem 3, rate"), HYPOTHESIS_NOT_MET));
    study_close(&r);
}

/* Real runs: the floor rises with kappa, contraction is faster than the paper's; not if nothing is
 * trained. Axes without cells are not checked. */
Test(bernoulli_floor, floor_of_real_runs) {
    study_run r;
    bernoulli_settings o = along(AXIS_KAPPA);
    o.along[AXIS_CURVE] = (option_list){{8}, 1};
    o.masks = 2;
    study_fixture_open_on(digits, 4, &bernoulli_study, &o, &r);
    study_fixture_measure(&r);
    cr_assert(eq(int, study_fixture_verdict_of(&r, "Theorem 3, floor against kappa"), NOT_REFUTED));
    cr_assert(eq(int, study_fixture_verdict_of(&r, "Theorem 3, floor against p"), NOT_CHECKED));
    cr_assert(eq(int, study_fixture_verdict_of(&r, "Theorem 3, rate"), NOT_REFUTED));
    for (size_t j = 0; j < r.repeats; j++) { study_fixture_unit(&r, 0, j)[FLOOR_SLOPE] = 0; }
    cr_assert(eq(int, study_fixture_verdict_of(&r, "Theorem 3, rate"), STATEMENT_REFUTED));
    study_close(&r);
}

#endif
