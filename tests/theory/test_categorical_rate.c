/* Trials and rows of categorical-rate. The programs of theory/ are double precision alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/real.h"
#ifdef REAL_DOUBLE

#include "theory/categorical_rate/categorical_rate.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/dataset_file.h"
#include "tests/support/fixture.h"
#include "tests/support/study_fixture.h"

static const char digits[] = "data/digits.npz";

enum { WIDE = 4096, TRIALS = 60, EVENT_CELL = 1 };

/* A regime that is there only because there have to be two. */
static const categorical_regime tiny = {8, 1, 1, {{1}, 1}, 0.5, 1};

static categorical_context *context_of(study_run *r) { return r->context; }

static double *row_of(study_run *r, size_t cell, size_t trial, size_t k) {
    return study_fixture_unit(r, cell, trial) + CAT_ROW(k);
}

/* A practical regime on the first 6 digits. */
static void open_practical(categorical_regime run, size_t trials, study_run *r) {
    categorical_settings o = {.run = run, .event = tiny, .event_samples = 2, .trials = trials};
    study_fixture_open_on(digits, 6, &categorical_study, &o, r);
}

/* 3 orthonormal inputs, labels of alternating sign: the largest R* there is. The second label
 * column keeps those of the first below 1. */
static void open_orthonormal(categorical_regime run, categorical_regime event, study_run *r) {
    double X[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1}, Y[6] = {0.9, 1, -0.9, 1, 0.9, 1};
    char path[256]; /* of this test alone */
    snprintf(path, sizeof path, "%s/orthonormal-%d.npz", fixture_folder("categorical-data"),
             (int)getpid());
    write_data(path, "f8", 3, 3, X, 2, Y);
    categorical_settings o = {.run = run, .event = event, .event_samples = 3, .trials = TRIALS};
    study_fixture_open_on(path, 3, &categorical_study, &o, r);
}

/* A regime in which Omega_k holds. */
static void open_event(double p, double kappa, study_run *r) {
    open_orthonormal(tiny, (categorical_regime){WIDE, 2, 3, {{p}, 1}, 0.25, kappa}, r);
}

/* The verdict on "LABEL, n=3 m=4096 p=P". */
static int event_verdict(const study_run *r, const char *label) {
    const categorical_context *c = r->context;
    char full[64];
    snprintf(full, sizeof full, "%s, n=3 m=%d p=%zu", label, WIDE, c->cells[EVENT_CELL].s.subnets);
    return study_fixture_verdict_of(r, full);
}

/* Changes a column of every round but the last of a cell's trials. */
static void change(study_run *r, size_t cell, size_t column, double (*f)(const double *row)) {
    for (size_t j = 0; j < r->repeats; j++) {
        for (size_t k = 0; k < context_of(r)->cells[cell].rounds; k++) {
            double *row = row_of(r, cell, j, k);
            row[column] = f(row);
        }
    }
}

static double nothing(const double *row) {
    (void)row;
    return 0;
}

static double none(const double *row) {
    (void)row;
    return NAN;
}

/* --- the trial --- */

/* ||y - u_0||^2 and V_0 by sums over the weights themselves. */
Test(categorical_rate, start_of_a_trial) {
    enum { M = 40, P = 4 };
    study_run r;
    open_practical((categorical_regime){M, 2, 3, {{P}, 1}, 0.5, 1.5}, 1, &r);
    study_fixture_measure(&r);
    const categorical_cell *c = context_of(&r)->cells;
    const dataset *data = &c->data->data;
    trainer drawn;
    cr_assert(eq(int, trainer_new(c->g, &c->s, false, &drawn), OK));
    real *W = malloc(M * data->d * sizeof *W), A[M];
    rng *source = rng_new(r.options.seed, 0, 0, RNG_WEIGHTS);
    train_draw_start(&drawn, source, W, A);
    double error = 0, squares = 0;
    for (size_t i = 0; i < data->n; i++) {
        double u = 0;
        for (size_t n = 0; n < M; n++) {
            double z = 0;
            for (size_t k = 0; k < data->d; k++) {
                z += W[n * data->d + k] * data->X[i * data->d + k];
            }
            u += z > 0 ? A[n] * z / P / sqrt(M) : 0;
            squares += z > 0 ? z * z : 0;
        }
        error += (data->Y[i] - u) * (data->Y[i] - u);
    }
    const double *row = row_of(&r, 0, 0, 0);
    cr_assert(epsilon_eq(dbl, row[CAT_WHOLE], error, 1e-12 * error));
    cr_assert(epsilon_eq(dbl, row[CAT_JUMP], 0.25 * 0.75 / M * squares, 1e-12 * squares));
    rng_free(source);
    free(W);
    trainer_free(&drawn);
    study_close(&r);
}

/* radius and contraction are those of drift and Hypothesis 1, xi = 1/p. */
Test(categorical_rate, cell) {
    study_run r;
    open_orthonormal((categorical_regime){100, 2, 3, {{5}, 1}, 0.5, 2}, tiny, &r);
    const categorical_cell *c = context_of(&r)->cells;
    double reach = sqrt(2) * 2 + c->radius;
    cr_assert(epsilon_eq(dbl, c->data->lambda0, 0.5, 1e-12));
    cr_assert(epsilon_eq(dbl, bounds_near_probability(c->radius, 2), 0.5 / 16, 1e-10));
    cr_assert(epsilon_eq(dbl, c->rho, 1 - 0.5 * 0.2 * 0.5 / 2, 1e-12));
    cr_assert(epsilon_eq(dbl, c->rho, bounds_local_contraction(c->s.lr, c->s.xi, 0.5), 1e-12));
    cr_assert(epsilon_eq(dbl, c->jump_bound, 0.2 * 0.8 * 3 * reach * reach, 1e-10));
    cr_assert(not(c->wide_enough));
    cr_assert(c->step_met);
    study_close(&r);
}

/* One seed, one result; a step that diverges is a failure, not a number. */
Test(categorical_rate, unit) {
    study_run r;
    open_practical((categorical_regime){32, 2, 3, {{2, 4}, 2}, 1, 1}, 2, &r);
    double one[CAT_ROW(4)], same[CAT_ROW(4)], other[CAT_ROW(4)];
    cr_assert(eq(int, categorical_measure(&r, 0, 1, one), OK));
    cr_assert(eq(int, categorical_measure(&r, 0, 1, same), OK));
    cr_assert(eq(int, categorical_measure(&r, 1, 1, other), OK));
    cr_assert(eq(int, memcmp(one, same, sizeof one), 0));
    cr_assert(ne(dbl, one[CAT_ROW(0)], other[CAT_ROW(0)]));
    context_of(&r)->cells[0].s.lr *= 1e4;
    cr_assert(eq(int, categorical_measure(&r, 0, 0, one), FAILED));
    study_close(&r);
}

/* --- exact rows --- */

/* The factor 1 - xi forgotten, then xi. */
Test(categorical_rate, jump_enumerated) {
    static const char row[] = "Lemmas 24, 25, all masks";
    study_run r;
    open_practical(tiny, 2, &r);
    study_fixture_blank(&r);
    cr_assert(eq(int, categorical_study.gather(&r), OK));
    jump_means *mean = &context_of(&r)->enumerated, right = *mean;
    cr_assert(eq(int, study_fixture_verdict_of(&r, row), NOT_REFUTED));
    mean->jump = right.jump / (1 - 1.0 / 3);
    cr_assert(eq(int, study_fixture_verdict_of(&r, row), STATEMENT_REFUTED));
    mean->jump = right.jump * 3;
    cr_assert(eq(int, study_fixture_verdict_of(&r, row), STATEMENT_REFUTED));
    study_close(&r);
}

/* Errors of the identities with a wrong factor, from the columns beside them. */
static double pairs_twice(const double *row) {
    double after = row[CAT_WHOLE + CAT_COLUMNS];
    return fabs(after - (row[CAT_DESCENDED] - 2 * row[CAT_DROP])) / row[CAT_DESCENDED];
}

static double sum_for_mean(const double *row) {
    double jump = row[CAT_SAMPLED] - row[CAT_WHOLE];
    return fabs(jump - 4 * jump) / row[CAT_SAMPLED];
}

Test(categorical_rate, identities) {
    static const char *const rows[] = {"Lemma 13", "Lemma 14", "Mean of the subnetworks"};
    static const struct {
        size_t column;
        double (*error)(const double *row);
        size_t row;
    } mutants[] = {{CAT_IDENTITY, pairs_twice, 0},
                   {CAT_SPREAD, sum_for_mean, 1},
                   {CAT_MEAN, sum_for_mean, 2},
                   {CAT_IDENTITY, none, 0}};
    study_run r;
    open_practical((categorical_regime){64, 3, 5, {{4}, 1}, 1, 1}, 3, &r);
    study_fixture_measure(&r);
    for (size_t i = 0; i < 3; i++) {
        cr_assert(eq(int, study_fixture_verdict_of(&r, rows[i]), NOT_REFUTED));
    }
    for (size_t k = 0; k < sizeof mutants / sizeof *mutants; k++) {
        change(&r, 0, mutants[k].column, mutants[k].error);
        for (size_t i = 0; i < 3; i++) {
            int expected = i == mutants[k].row ? STATEMENT_REFUTED : NOT_REFUTED;
            cr_expect(eq(int, study_fixture_verdict_of(&r, rows[i]), expected), "%zu %s", k,
                      rows[i]);
        }
        change(&r, 0, mutants[k].column, nothing);
    }
    study_close(&r);
}

static double half_the_jump(const double *row) { return row[CAT_JUMP] / 2; }

/* Twice what it was after it was halved, times 1 - xi = 2/3. */
static double jump_without_share(const double *row) { return row[CAT_JUMP] * 2 * 3 / 2; }

Test(categorical_rate, jump_drawn) {
    static const char row[] = "Lemmas 24, 25, drawn masks";
    study_run r;
    open_practical((categorical_regime){64, 2, 8, {{1, 3}, 2}, 1, 1}, TRIALS, &r);
    study_fixture_measure(&r);
    cr_assert(eq(int, study_fixture_verdict_of(&r, row), NOT_REFUTED));
    change(&r, 1, CAT_JUMP, half_the_jump);
    cr_assert(eq(int, study_fixture_verdict_of(&r, row), STATEMENT_REFUTED));
    change(&r, 1, CAT_JUMP, jump_without_share);
    cr_assert(eq(int, study_fixture_verdict_of(&r, row), STATEMENT_REFUTED));
    context_of(&r)->cells[1].s.subnets = 1; /* p = 1 alone */
    cr_assert(eq(int, study_fixture_verdict_of(&r, row), NOT_CHECKED));
    study_close(&r);
}

/* No neuron is active: V = 0, and its share of nothing is not told. One round has no slope. */
Test(categorical_rate, dead_networks_and_single_rounds_are_not_checked) {
    study_run r;
    open_practical((categorical_regime){8, 2, 1, {{1, 2}, 2}, 1, 1}, 12, &r);
    study_fixture_measure(&r);
    double *row = row_of(&r, 1, 3, 0);
    row[CAT_JUMP] = 0, row[CAT_SAMPLED] = row[CAT_WHOLE];
    cr_expect(eq(int, study_fixture_verdict_of(&r, "Lemmas 24, 25, drawn masks"), NOT_CHECKED));
    cr_expect(
        eq(int, study_fixture_verdict_of(&r, "Theorem 4, no error term at p = 1"), NOT_CHECKED));
    study_close(&r);
}

/* --- Theorem 4 --- */

Test(categorical_rate, event) {
    static const char label[] = "Theorem 4, event";
    study_run r;
    open_event(2, 1, &r);
    study_fixture_measure(&r);
    cr_assert(eq(int, event_verdict(&r, label), NOT_REFUTED));
    r.repeats = 10;
    cr_assert(eq(int, event_verdict(&r, label), NOT_CHECKED));
    context_of(&r)->cells[EVENT_CELL].wide_enough = false;
    cr_assert(eq(int, event_verdict(&r, label), HYPOTHESIS_NOT_MET));
    study_close(&r);
}

/* xi forgotten, and lambda0/2 read as 2 lambda0. */
Test(categorical_rate, event_of_a_faster_descent) {
    study_run r;
    open_event(2, 1, &r);
    categorical_cell *c = &context_of(&r)->cells[EVENT_CELL];
    c->rho = 1 - 8 * (1 - c->rho);
    study_fixture_measure(&r);
    cr_assert(eq(int, event_verdict(&r, "Theorem 4, event"), STATEMENT_REFUTED));
    study_close(&r);
}

Test(categorical_rate, a_round) {
    static const char label[] = "Theorem 4, a round";
    study_run r;
    open_event(2, 3, &r);
    study_fixture_measure(&r);
    categorical_cell *c = &context_of(&r)->cells[EVENT_CELL];
    double rho = c->rho;
    cr_assert(eq(int, event_verdict(&r, label), NOT_REFUTED));
    c->rho = 1 - 8 * (1 - rho);
    cr_assert(eq(int, event_verdict(&r, label), STATEMENT_REFUTED));
    c->rho = rho;
    change(&r, EVENT_CELL, CAT_JUMP, nothing);
    cr_assert(eq(int, event_verdict(&r, label), STATEMENT_REFUTED));
    change(&r, EVENT_CELL, CAT_DROP, none);
    cr_assert(eq(int, event_verdict(&r, label), STATEMENT_REFUTED));
    study_close(&r);
}

static double not_trained(const double *row) { return row[CAT_WHOLE - CAT_COLUMNS]; }

/* Round k + 1 takes what `after` makes of it, round after round. */
static void change_after(study_run *r, double (*after)(const double *row)) {
    for (size_t j = 0; j < r->repeats; j++) {
        for (size_t k = 1; k <= context_of(r)->cells[EVENT_CELL].rounds; k++) {
            double *row = row_of(r, EVENT_CELL, j, k);
            row[CAT_WHOLE] = after(row);
        }
    }
}

/* A network that does not learn is refused (the bound by Vbar let it pass), and the factor of p = 1
 * where p = 8. */
Test(categorical_rate, rounds) {
    static const char label[] = "Theorem 4, rounds";
    study_run r;
    open_event(8, 1, &r);
    study_fixture_measure(&r);
    categorical_cell *c = &context_of(&r)->cells[EVENT_CELL];
    double rho = c->rho;
    cr_assert(eq(int, event_verdict(&r, label), NOT_REFUTED));
    c->rho = 1 - 8 * (1 - rho);
    cr_assert(eq(int, event_verdict(&r, label), STATEMENT_REFUTED));
    c->rho = rho;
    change_after(&r, not_trained);
    cr_assert(eq(int, event_verdict(&r, label), STATEMENT_REFUTED));
    c->rho = NAN;
    cr_assert(eq(int, event_verdict(&r, label), STATEMENT_REFUTED));
    study_close(&r);
}

/* The drop forgotten: the loss that the subnetworks had before they were combined. */
static double not_combined(const double *row) { return row[CAT_DESCENDED - CAT_COLUMNS]; }

Test(categorical_rate, cancellation) {
    static const char label[] = "Theorem 4, cancellation";
    study_run r;
    open_event(2, 3, &r);
    study_fixture_measure(&r);
    categorical_cell *c = &context_of(&r)->cells[EVENT_CELL];
    cr_assert(eq(int, event_verdict(&r, label), NOT_REFUTED));
    c->wide_enough = false;
    cr_assert(eq(int, event_verdict(&r, label), HYPOTHESIS_NOT_MET));
    c->wide_enough = true;
    double kept = c->uncancelled;
    c->uncancelled = NAN;
    cr_assert(eq(int, event_verdict(&r, label), STATEMENT_REFUTED));
    c->uncancelled = kept;
    change_after(&r, not_combined);
    cr_assert(eq(int, event_verdict(&r, label), STATEMENT_REFUTED));
    study_close(&r);
}

Test(categorical_rate, single_subnetwork) {
    static const char label[] = "Theorem 4";
    study_run r;
    open_event(1, 1, &r);
    study_fixture_measure(&r);
    categorical_cell *c = &context_of(&r)->cells[EVENT_CELL];
    cr_assert(eq(int, event_verdict(&r, label), NOT_REFUTED));
    c->rho = 1 - 8 * (1 - c->rho);
    cr_assert(eq(int, event_verdict(&r, label), STATEMENT_REFUTED));
    study_close(&r);
}

/* A narrow network leaves the ball at once: the bounds say nothing. */
Test(categorical_rate, outside_the_ball) {
    study_run r;
    categorical_settings o = {
        .run = tiny, .event = {64, 2, 4, {{2}, 1}, 1, 1}, .event_samples = 6, .trials = 4};
    study_fixture_open_on(digits, 6, &categorical_study, &o, &r);
    study_fixture_measure(&r);
    cr_assert(eq(int, study_fixture_verdict_of(&r, "Theorem 4, rounds, n=6 m=64 p=2"),
                 HYPOTHESIS_NOT_MET));
    cr_assert(eq(int, study_fixture_verdict_of(&r, "Theorem 4, a round, n=6 m=64 p=2"),
                 HYPOTHESIS_NOT_MET));
    for (size_t j = 0; j < o.trials; j++) {
        cr_assert(eq(dbl, row_of(&r, EVENT_CELL, j, 0)[CAT_OMEGA], 1));
        cr_assert(eq(dbl, row_of(&r, EVENT_CELL, j, 4)[CAT_OMEGA], 0));
    }
    study_close(&r);
}

/* --- what the paper says --- */

static void swap_cells(study_run *r, size_t one, size_t other) {
    for (size_t j = 0; j < r->repeats; j++) {
        double *a = study_fixture_unit(r, one, j), *b = study_fixture_unit(r, other, j);
        for (size_t k = 0; k < r->values; k++) {
            double kept = a[k];
            a[k] = b[k];
            b[k] = kept;
        }
    }
}

/* With p = 4 taken for p = 1 there is a floor, and the factor no longer grows. */
Test(categorical_rate, paper_rows) {
    static const char floor_row[] = "Theorem 4, no error term at p = 1";
    static const char trend_row[] = "Theorem 4, contraction factor against p";
    study_run r;
    open_practical((categorical_regime){64, 2, 60, {{1, 2, 4}, 3}, 1, 1}, 12, &r);
    study_fixture_measure(&r);
    cr_assert(eq(int, study_fixture_verdict_of(&r, floor_row), NOT_REFUTED));
    cr_assert(eq(int, study_fixture_verdict_of(&r, trend_row), NOT_REFUTED));
    swap_cells(&r, 0, 2);
    cr_assert(eq(int, study_fixture_verdict_of(&r, floor_row), STATEMENT_REFUTED));
    cr_assert(eq(int, study_fixture_verdict_of(&r, trend_row), STATEMENT_REFUTED));
    context_of(&r)->first_event = 2; /* two cells tell nothing */
    cr_assert(eq(int, study_fixture_verdict_of(&r, trend_row), NOT_CHECKED));
    study_close(&r);
}

#endif
