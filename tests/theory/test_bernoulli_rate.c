/* Mean curves of bernoulli-rate. The programs of theory/ are double precision alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/real.h"
#ifdef REAL_DOUBLE

#include "theory/bernoulli_rate/bernoulli_rate.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>
#include <stdlib.h>

#include "tests/support/fixture.h"
#include "tests/support/study_fixture.h"
#include "theory/criteria.h"

static const char digits[] = "data/digits.npz";

/* --- the unit, on the first digits --- */

static const program_options rate_run = {.name = "test", .threads = 1, .quiet = true, .seed = 5};

/* Data, and the eigenpairs of xi Hinf at xi = 1/2. */
typedef struct {
    kernel_data d;
    gram g;
    eigenpairs infinite;
} ground;

/* Takes over the data. */
static ground ground_of(dataset data) {
    ground a;
    cr_assert(eq(int, kernel_data_take(&rate_run, data, &a.d), OK));
    cr_assert(eq(int, gram_new(&a.d.data, GRAM_AUTO, &a.g), OK));
    cr_assert(eq(int, eigenpairs_new(a.d.Hinf, a.g.n, 0.5, &a.infinite), OK));
    return a;
}

static void ground_leave(ground *a) {
    eigenpairs_free(&a->infinite);
    gram_free(&a->g);
    kernel_data_close(&a->d);
}

/* eta = 1/||G||, xi = 1/2, Bernoulli masks. */
static train_settings ground_settings(const ground *a, size_t m, size_t p, size_t tau,
                                      double kappa) {
    return (train_settings){.width = m,
                            .subnets = p,
                            .xi = 0.5,
                            .lr = 1 / a->d.gram_norm,
                            .local_steps = tau,
                            .kappa = kappa,
                            .mask = MASK_BERNOULLI,
                            .scaling = SCALING_THEORY};
}

/* All 2^m masks of a small network, p = 1: the mean after one round, exactly. */
static void enumerate_round(const curve_setting *c, size_t cell, double *mean, double *variance) {
    size_t m = c->s.width, n = c->g->n;
    trainer t;
    cr_assert(eq(int, trainer_new(c->g, &c->s, false, &t), OK));
    rng *source = rng_new(rate_run.seed, cell, 0, RNG_WEIGHTS);
    real *W = malloc(m * c->g->d * sizeof *W), *A = malloc(m * sizeof *A),
         *u = malloc(c->g->ld * sizeof *u);
    cr_assert(W && A && u && source);
    train_draw_start(&t, source, W, A);
    double sum = 0, *square = calloc(n, sizeof *square);
    memset(mean, 0, n * sizeof *mean);
    for (unsigned bits = 0; bits < 1u << m; bits++) {
        unsigned char mask[16];
        for (size_t r = 0; r < m; r++) { mask[r] = bits >> r & 1; }
        trainer_start(&t, W, A);
        trainer_round(&t, mask, NULL, NULL);
        trainer_output(&t, u);
        for (size_t i = 0; i < n; i++) {
            double e = c->g->Y[i] - u[i], p = 1 / (double)(1u << m);
            mean[i] += p * e;
            square[i] += p * e * e;
        }
    }
    for (size_t i = 0; i < n; i++) { sum += square[i] - mean[i] * mean[i]; }
    *variance = sum;
    rng_free(source);
    free(W), free(A), free(u), free(square);
    trainer_free(&t);
}

/* The unbiased squared norm of the mean, with and without the control variate, against enumeration.
 */
Test(bernoulli_rate, mean_over_masks) {
    enum { N = 4, RUNS = 4000 };
    ground a = ground_of(fixture_one_output(N));
    curve_setting c = {.g = &a.g,
                       .G = a.d.G,
                       .s = ground_settings(&a, 8, 1, 2, 1),
                       .rounds = 1,
                       .masks = RUNS,
                       .kernels = {NULL, &a.infinite}};
    c.rule = mean_rule_of(&c.s);
    double values[2 * CURVE_COLUMNS + 1], mean[N], variance, norm = 0;
    cr_assert(eq(sz, curve_values(1), 2 * CURVE_COLUMNS + 1));
    cr_assert(eq(int, curve_measure(&c, rate_run.seed, 3, 0, values), OK));
    enumerate_round(&c, 3, mean, &variance);
    for (int i = 0; i < N; i++) { norm += mean[i] * mean[i]; }
    const double *after = values + CURVE_COLUMNS;
    double noise = 5 * sqrt(4 * norm * variance / RUNS); /* 4 mean^T Sigma mean / M at most */
    cr_assert(epsilon_eq(dbl, after[CURVE_MEAN_PLAIN], norm, noise));
    cr_assert(epsilon_eq(dbl, after[CURVE_MEAN], norm, noise));
    cr_assert(
        epsilon_eq(dbl, after[CURVE_ERROR], norm + variance, noise + 5 * variance / sqrt(RUNS)));
    cr_assert(epsilon_eq(dbl, values[CURVE_FINITE], values[CURVE_ERROR], 1e-12));
    cr_assert(
        le(dbl, fabs(values[CURVE_MISS_FINITE]), 1e-20)); /* at the start there is no distance */
    ground_leave(&a);
}

/* xi = p = 1: there are no masks, so that mean and error are one and the control is 0. */
Test(bernoulli_rate, gradient_descent) {
    ground a = ground_of(fixture_one_output(4));
    curve_setting c = {.g = &a.g,
                       .G = a.d.G,
                       .s = ground_settings(&a, 64, 1, 2, 1),
                       .rounds = 3,
                       .masks = 2,
                       .kernels = {NULL, &a.infinite}};
    c.s.xi = 1;
    c.rule = mean_rule_of(&c.s);
    double values[4 * CURVE_COLUMNS + 1];
    cr_assert(eq(int, curve_measure(&c, rate_run.seed, 0, 0, values), OK));
    for (int k = 0; k <= 3; k++) {
        double error = values[k * CURVE_COLUMNS + CURVE_ERROR];
        cr_assert(epsilon_eq(dbl, values[k * CURVE_COLUMNS + CURVE_MEAN], error, 1e-12 * error));
        cr_assert(
            epsilon_eq(dbl, values[k * CURVE_COLUMNS + CURVE_MEAN_PLAIN], error, 1e-12 * error));
    }
    c.s.lr = 1e6;
    cr_assert(eq(int, curve_measure(&c, rate_run.seed, 0, 0, values), FAILED));
    ground_leave(&a);
}

/* --- rows of the mean curve: right, and with a wrong prediction --- */

enum { WIDTHS = 3, STARTS = 6, ROUNDS = 8 };

static void open_curves(study_run *r) {
    bernoulli_settings o = *(const bernoulli_settings *)bernoulli_study.defaults;
    for (size_t k = 0; k < AXES; k++) { o.along[k].count = 0; }
    o.along[AXIS_CURVE] = (option_list){{128, 512, 2048}, WIDTHS};
    o.subnets = o.local_steps = 2;
    o.repeats = STARTS;
    o.masks = 24;
    o.curve_rounds = ROUNDS;
    study_fixture_open_on(digits, 8, &bernoulli_study, &o, r);
}

/* Measures all units anew with another prediction: eigenvalues times scale, and rule. */
static void predict_anew(study_run *r, double scale, mean_rule (*rule)(const train_settings *s)) {
    const bernoulli_context *c = r->context;
    eigenpairs scaled = c->infinite;
    for (size_t k = 0; k < r->cells; k++) {
        const bernoulli_cell *cell = &c->cells[k];
        scaled.factor = scale * cell->s.xi;
        curve_setting setting = {.g = &c->g,
                                 .G = c->data.G,
                                 .s = cell->s,
                                 .rounds = ROUNDS,
                                 .masks = 24,
                                 /* scaled, Hinf stands for H(0) too */
                                 .kernels = {scale == 1 ? NULL : &scaled, &scaled},
                                 .rule = rule(&cell->s)};
        for (size_t j = 0; j < STARTS; j++) {
            double *values = study_fixture_unit(r, k, j);
            cr_assert(eq(int, curve_measure(&setting, r->options.seed, k, j, values), OK));
        }
    }
}

static mean_rule without_theta(const train_settings *s) {
    mean_rule rule = mean_rule_of(s);
    rule.theta = 1;
    return rule;
}

static mean_rule one_step_more(const train_settings *s) {
    mean_rule rule = mean_rule_of(s);
    rule.tau++;
    return rule;
}

/* Every row is refuted where the prediction forgets xi, theta or a local step. */
Test(bernoulli_rate, mean_curve_rows) {
    static const struct {
        double scale; /* 2: xi forgotten */
        mean_rule (*rule)(const train_settings *s);
        int expected;
    } cases[] = {{1, mean_rule_of, NOT_REFUTED},
                 {2, mean_rule_of, STATEMENT_REFUTED},
                 {1, without_theta, STATEMENT_REFUTED},
                 {1, one_step_more, STATEMENT_REFUTED}};
    const claim_group curves[] = {bernoulli_claims[0], {NULL}};
    study_run r;
    open_curves(&r);
    study_fixture_measure(&r);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        claim_rows rows = {.command = "test"};
        if (k > 0) { predict_anew(&r, cases[k].scale, cases[k].rule); }
        cr_assert(eq(int, claim_judge(curves, &r, &rows), OK));
        cr_assert(eq(sz, rows.count, 4));
        for (size_t i = 0; i < rows.count; i++) {
            cr_expect(eq(int, (int)rows.rows[i].verdict, cases[k].expected), "case %zu, %s", k,
                      rows.rows[i].statement);
        }
        claim_rows_free(&rows);
    }
    study_close(&r);
}

static void set_distance(study_run *r, size_t cell, size_t repetition, double square) {
    double *values = study_fixture_unit(r, cell, repetition);
    for (size_t k = 0; k <= ROUNDS; k++) { values[k * CURVE_COLUMNS + CURVE_MISS_FINITE] = square; }
}

static void set_flipped(study_run *r, size_t cell, double share) {
    for (size_t j = 0; j < STARTS; j++) {
        study_fixture_unit(r, cell, j)[curve_values(ROUNDS) - 1] = share;
    }
}

/* A distance below the noise tells nothing, one that is not a number refutes, and activations that
 * have moved, or are not known to have stayed, leave the statement alone. */
Test(bernoulli_rate, mean_curve_hypotheses) {
    static const char exponent[] = "Theorem 3, mean curve of H(0), in m";
    static const char level[] = "Theorem 3, mean curve",
                      rate[] = "Theorem 3, initial rate of the mean";
    study_run r;
    open_curves(&r);
    study_fixture_measure(&r);
    set_distance(&r, 0, 3, -1e-9);
    cr_assert(eq(int, study_fixture_verdict_of(&r, exponent), NOT_CHECKED));
    set_distance(&r, 0, 3, NAN);
    cr_assert(eq(int, study_fixture_verdict_of(&r, exponent), STATEMENT_REFUTED));
    cr_assert(eq(int, study_fixture_verdict_of(&r, level), NOT_REFUTED));
    set_flipped(&r, WIDTHS - 1, 2 * CRITERION_FLIPPED);
    cr_assert(eq(int, study_fixture_verdict_of(&r, level), HYPOTHESIS_NOT_MET));
    set_flipped(&r, WIDTHS - 1, NAN);
    cr_assert(eq(int, study_fixture_verdict_of(&r, level), HYPOTHESIS_NOT_MET));
    cr_assert(eq(int, study_fixture_verdict_of(&r, rate), HYPOTHESIS_NOT_MET));
    study_close(&r);
}

#endif
