/* The programs of theory/ are double precision alone. */
#include "run/real.h"
#ifdef REAL_DOUBLE

#include "theory/rate/bernoulli_checks.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_errno.h>

#include "model/trajectory.h"
#include "tests/rate_ground.h"
#include "theory/shared/criteria.h"

static void setup(void)
{
    gsl_set_error_handler_off();
}

TestSuite(bernoulli_rate, .init = setup);

/* --- the predicted curve --- */

/* e_{k+1} = e_k - theta (e_k - (1 - eta H)^tau e_k) by products with the matrix itself. */
Test(bernoulli_rate, curve_by_eigenpairs_and_by_products)
{
    enum { N = 6, ROUNDS = 5 };
    ground a = ground_of(fixture_one_output(N));
    mean_rule rule = {0.7, 1.3, 3};
    double e[(ROUNDS + 1) * N], direct[N];
    for (int i = 0; i < N; i++)
        e[i] = direct[i] = cos(i);
    cr_assert(eq(int, mean_curve(&a.infinite, rule, ROUNDS, e), OK));
    for (int k = 1; k <= ROUNDS; k++) {
        double x[N], y[N];
        memcpy(x, direct, sizeof x);
        for (unsigned t = 0; t < rule.tau; t++) {
            for (int i = 0; i < N; i++) {
                y[i] = x[i];
                for (int j = 0; j < N; j++)
                    y[i] -= rule.eta * 0.5 * a.d.Hinf[i * N + j] * x[j];
            }
            memcpy(x, y, sizeof x);
        }
        for (int i = 0; i < N; i++) {
            direct[i] -= rule.theta * (direct[i] - x[i]);
            cr_assert(epsilon_eq(dbl, e[k * N + i], direct[i], 1e-13));
        }
    }
    ground_leave(&a);
}

Test(bernoulli_rate, slopes_and_windows)
{
    double curve[20];
    for (int k = 0; k < 10; k++) {
        curve[2 * k] = 3 * pow(0.8, k);
        curve[2 * k + 1] = -1;
    }
    cr_assert(epsilon_eq(dbl, log_slope(curve, 2, 9), log(0.8), 1e-14));
    cr_assert(ieee_ulp_eq(dbl, isnan(log_slope(curve, 1, 9)), 1, 0));
    mean_rule rule = {0.5, 0.1, 1}; /* 1 - factor = 0.005 at lambda = 0.1 */
    cr_assert(eq(sz, mean_window(rule, 0.5, 0.2), 200));
    cr_assert(eq(sz, mean_window(rule, 0.5, 1e3), 4)); /* at least 4 */
}

/* All 2^m masks of a small network, p = 1: the mean after one round, exactly. */
static void enumerate_round(const curve_setting *c, size_t cell, double *mean, double *variance)
{
    size_t m = c->s.width, n = c->g->n;
    trainer t;
    cr_assert(eq(int, trainer_new(c->g, &c->s, false, &t), OK));
    rng *source = rng_new(rate_run.seed, cell, 0, RNG_WEIGHTS);
    real *W = malloc(m * c->g->d * sizeof *W), *A = malloc(m * sizeof *A), *u = malloc(c->g->ld * sizeof *u);
    cr_assert(W && A && u && source);
    train_draw_start(&t, source, W, A);
    double sum = 0, *square = calloc(n, sizeof *square);
    memset(mean, 0, n * sizeof *mean);
    for (unsigned bits = 0; bits < 1u << m; bits++) {
        unsigned char mask[16];
        for (size_t r = 0; r < m; r++)
            mask[r] = bits >> r & 1;
        trainer_start(&t, W, A);
        trainer_round(&t, mask, NULL, NULL);
        trainer_output(&t, u);
        for (size_t i = 0; i < n; i++) {
            double e = c->g->Y[i] - u[i], p = 1 / (double)(1u << m);
            mean[i] += p * e;
            square[i] += p * e * e;
        }
    }
    for (size_t i = 0; i < n; i++)
        sum += square[i] - mean[i] * mean[i];
    *variance = sum;
    rng_free(source);
    free(W), free(A), free(u), free(square);
    trainer_free(&t);
}

/* The unbiased squared norm of the mean, with and without the control variate, against enumeration. */
Test(bernoulli_rate, mean_over_masks)
{
    enum { N = 4, RUNS = 4000 };
    ground a = ground_of(fixture_one_output(N));
    curve_setting c = {.g = &a.g,
                       .G = a.d.G,
                       .s = ground_settings(&a, 8, 1, 2, 1),
                       .rounds = 1,
                       .masks = RUNS,
                       .infinite = &a.infinite};
    c.rule = mean_rule_of(&c.s);
    double values[2 * CURVE_COLUMNS + 1], mean[N], variance, norm = 0;
    cr_assert(eq(sz, curve_unit_values(1), 2 * CURVE_COLUMNS + 1));
    cr_assert(eq(int, curve_unit(&c, rate_run.seed, 3, 0, values), OK));
    enumerate_round(&c, 3, mean, &variance);
    for (int i = 0; i < N; i++)
        norm += mean[i] * mean[i];
    const double *after = values + CURVE_COLUMNS;
    double noise = 5 * sqrt(4 * norm * variance / RUNS); /* 4 mean^T Sigma mean / M at most */
    cr_assert(epsilon_eq(dbl, after[CURVE_MEAN_PLAIN], norm, noise));
    cr_assert(epsilon_eq(dbl, after[CURVE_MEAN], norm, noise));
    cr_assert(epsilon_eq(dbl, after[CURVE_ERROR], norm + variance, noise + 5 * variance / sqrt(RUNS)));
    cr_assert(epsilon_eq(dbl, values[CURVE_FINITE], values[CURVE_ERROR], 1e-12));
    cr_assert(le(dbl, fabs(values[CURVE_MISS_FINITE]), 1e-20)); /* at the start there is no distance */
    ground_leave(&a);
}

/* xi = p = 1: there are no masks, so that mean and error are one and the control is 0. */
Test(bernoulli_rate, gradient_descent)
{
    ground a = ground_of(fixture_one_output(4));
    curve_setting c = {
        .g = &a.g, .G = a.d.G, .s = ground_settings(&a, 64, 1, 2, 1), .rounds = 3, .masks = 2, .infinite = &a.infinite};
    c.s.xi = 1;
    c.rule = mean_rule_of(&c.s);
    double values[4 * CURVE_COLUMNS + 1];
    cr_assert(eq(int, curve_unit(&c, rate_run.seed, 0, 0, values), OK));
    for (int k = 0; k <= 3; k++) {
        double error = values[k * CURVE_COLUMNS + CURVE_ERROR];
        cr_assert(epsilon_eq(dbl, values[k * CURVE_COLUMNS + CURVE_MEAN], error, 1e-12 * error));
        cr_assert(epsilon_eq(dbl, values[k * CURVE_COLUMNS + CURVE_MEAN_PLAIN], error, 1e-12 * error));
    }
    c.s.lr = 1e6;
    cr_assert(eq(int, curve_unit(&c, rate_run.seed, 0, 0, values), FAILED));
    ground_leave(&a);
}

/* --- rows of the mean curve: right, and with a wrong prediction --- */

enum { WIDTHS = 3, STARTS = 6, ROUNDS = 8 };

typedef struct {
    double width[WIDTHS], finite[WIDTHS * STARTS], infinite[WIDTHS * STARTS], flipped[WIDTHS], slope[STARTS],
        predicted[STARTS];
    curve_evidence e;
} measured_curves;

/* scale: of the eigenvalues; rule: the prediction's. */
static void measure(const ground *a, double scale, mean_rule (*rule)(const train_settings *s), measured_curves *c)
{
    eigenpairs infinite;
    double values[(ROUNDS + 1) * CURVE_COLUMNS + 1];
    cr_assert(eq(int, eigenpairs_new(a->d.Hinf, a->g.n, 0.5 * scale, &infinite), OK));
    *c = (measured_curves){
        .e = {WIDTHS, STARTS, c->width, c->finite, c->infinite, c->flipped, 4, c->slope, c->predicted}};
    for (int w = 0; w < WIDTHS; w++) {
        c->width[w] = 128 << 2 * w;
        curve_setting setting = {.g = &a->g, .G = a->d.G, .rounds = ROUNDS, .masks = 24, .infinite = &infinite};
        setting.s = ground_settings(a, (size_t)c->width[w], 2, 2, 1);
        setting.rule = rule(&setting.s);
        setting.finite = scale == 1 ? NULL : &infinite; /* scaled, Hinf stands for H(0) too */
        for (int j = 0; j < STARTS; j++) {
            cr_assert(eq(int, curve_unit(&setting, rate_run.seed, (size_t)w, (size_t)j, values), OK));
            c->finite[w * STARTS + j] = curve_distance(values, ROUNDS, CURVE_MISS_FINITE, CURVE_FINITE);
            c->infinite[w * STARTS + j] = curve_distance(values, ROUNDS, CURVE_MISS_INFINITE, CURVE_INFINITE);
            c->flipped[w] += values[(ROUNDS + 1) * CURVE_COLUMNS] / STARTS;
            c->slope[j] = log_slope(values + CURVE_MEAN, CURVE_COLUMNS, 4);
            c->predicted[j] = log_slope(values + CURVE_FINITE, CURVE_COLUMNS, 4);
        }
    }
    eigenpairs_free(&infinite);
}

static mean_rule without_theta(const train_settings *s)
{
    mean_rule rule = mean_rule_of(s);
    rule.theta = 1;
    return rule;
}

static mean_rule one_step_more(const train_settings *s)
{
    mean_rule rule = mean_rule_of(s);
    rule.tau++;
    return rule;
}

Test(bernoulli_rate, mean_curve_rows)
{
    ground a = ground_of(fixture_one_output(8));
    static const struct {
        double scale; /* 2: xi forgotten */
        mean_rule (*rule)(const train_settings *s);
        int expected;
    } cases[] = {{1, mean_rule_of, NOT_REFUTED},
                 {2, mean_rule_of, STATEMENT_REFUTED},
                 {1, without_theta, STATEMENT_REFUTED},
                 {1, one_step_more, STATEMENT_REFUTED}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        measured_curves c;
        theory_rows list = {.command = "test"};
        measure(&a, cases[k].scale, cases[k].rule, &c);
        cr_assert(eq(int, check_curves(&list, &c.e), OK));
        cr_assert(eq(sz, list.count, 4));
        for (size_t i = 0; i < list.count; i++)
            cr_expect(eq(int, (int)list.rows[i].verdict, cases[k].expected), "case %zu, %s", k, list.rows[i].statement);
        theory_rows_free(&list);
    }
    ground_leave(&a);
}

Test(bernoulli_rate, mean_curve_hypotheses)
{
    ground a = ground_of(fixture_one_output(8));
    measured_curves c;
    theory_rows list = {.command = "test"};
    measure(&a, 1, mean_rule_of, &c);
    c.finite[3] = -1e-9; /* hidden by noise */
    cr_assert(eq(int, last_verdict(&list, check_curve_exponent(&list, &c.e, false)), NOT_CHECKED));
    c.finite[3] = NAN;
    cr_assert(eq(int, last_verdict(&list, check_curve_exponent(&list, &c.e, false)), STATEMENT_REFUTED));
    c.flipped[WIDTHS - 1] = 2 * CRITERION_FLIPPED;
    cr_assert(eq(int, last_verdict(&list, check_curve_level(&list, &c.e)), HYPOTHESIS_NOT_MET));
    c.flipped[WIDTHS - 1] = NAN;
    cr_assert(eq(int, last_verdict(&list, check_curve_level(&list, &c.e)), HYPOTHESIS_NOT_MET));
    theory_rows_free(&list);
    ground_leave(&a);
}

#endif
