/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/bounds.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stddef.h>

/* Tolerances: a closed form; a root, an integral or a sum over many masks. */
static const double TIGHT = 1e-14, LOOSE = 1e-11;

static void quiet(void) { gsl_set_error_handler_off(); }

TestSuite(bounds, .init = quiet);

static void assert_close(const char *what, double value, double expected, double relative) {
    double apart = fabs(value - expected);
    cr_assert(le(dbl, apart, relative * fabs(expected)), "%s: %.17g, expected %.17g", what, value,
              expected);
}

/* Sizes of the orientation after the bounds of Theorem 2 (combined-with-drift in
 * doc/mathematics.md): 1000 CIFAR features, d = 2048, K = 20, p = 10. */
static const bounds_setting CIFAR = {.n = 1000,
                                     .masks = 200,
                                     .xi = 0.5,
                                     .delta = 0.05,
                                     .lambda0 = 0.0692676033,
                                     .lambda_max = 105.577995,
                                     .gram_norm = 336.212054,
                                     .row_sum = 1000};
/* A small one with numbers that do not look alike. */
static const bounds_setting SMALL = {.n = 7,
                                     .masks = 6,
                                     .xi = 0.3,
                                     .delta = 0.1,
                                     .lambda0 = 0.11,
                                     .lambda_max = 1.9,
                                     .gram_norm = 3.4,
                                     .row_sum = 4.2};

/* --- section 3 --- */

Test(bounds, orientation) {
    assert_close("(a)", bounds_width_hoeffding(&CIFAR), 1.5e11, 0.02);
    assert_close("(b)", bounds_width_bernstein(&CIFAR), 1.5e11, 0.02);
    assert_close("(c)", bounds_width_matrix_bernstein(&CIFAR), 7.5e9, 0.005);
    assert_close("(d)", bounds_width_chernoff(&CIFAR, 0.25), 4.3e6, 0.005);
    assert_close("drift", bounds_width_drift(&CIFAR), 2.1e7, 0.005);
    cr_assert(eq(dbl, bounds_width_combined(&CIFAR), bounds_width_drift(&CIFAR)));
    assert_close("theorem", bounds_width_theorem(&CIFAR), 6.34e9, 0.005);
    assert_close("drift over (d)", bounds_width_drift(&CIFAR) / bounds_width_chernoff(&CIFAR, 0.25),
                 1.64 * CIFAR.n / CIFAR.gram_norm, 0.005);
}

/* At the width of (a)-(c) the union bound over the tails, written out, is delta. */
static void check_failure_at_width(const bounds_setting *s) {
    double entries = s->masks * s->n * (s->n + 1) / 2, t = s->xi * s->lambda0 / (4 * s->n);
    double m = bounds_width_hoeffding(s);
    assert_close("(a)", entries * 2 * exp(-2 * m * t * t), s->delta, LOOSE);
    m = bounds_width_bernstein(s);
    assert_close("(b)", entries * 2 * exp(-m * t * t / 2 / (s->xi / 2 + t / 3)), s->delta, LOOSE);
    t = s->xi * s->lambda0 / 4;
    m = bounds_width_matrix_bernstein(s);
    double variance = s->xi * s->gram_norm * s->lambda_max;
    assert_close("(c)",
                 s->masks * 2 * s->n * exp(-m * t * t / 2 / (variance + s->gram_norm * t / 3)),
                 s->delta, LOOSE);
    for (double eps = 0.01; eps < 1; eps += 0.07) {
        m = bounds_width_chernoff(s, eps);
        double factor = exp(-eps) / pow(1 - eps, 1 - eps); /* Tropp's form of the Chernoff tail */
        assert_close("(d)", s->masks * s->n * pow(factor, m * s->xi * s->lambda0 / s->gram_norm),
                     s->delta, 1e-9);
    }
}

Test(bounds, failure_at_the_width_is_delta) {
    check_failure_at_width(&CIFAR);
    check_failure_at_width(&SMALL);
}

/* The deviation at the width of (a)-(d) is the one the width was made for. */
static void check_inverse(const bounds_setting *s) {
    double quarter = s->xi * s->lambda0 / 4;
    assert_close("(a)", bounds_deviation_hoeffding(s, bounds_width_hoeffding(s)), quarter / s->n,
                 TIGHT);
    assert_close("(b)", bounds_deviation_bernstein(s, bounds_width_bernstein(s)), quarter / s->n,
                 TIGHT);
    assert_close("(c)", bounds_deviation_matrix_bernstein(s, bounds_width_matrix_bernstein(s)),
                 quarter, TIGHT);
    for (double eps = 0.001; eps < 0.999; eps += 0.0345) {
        assert_close("(d)", bounds_lower_chernoff(s, bounds_width_chernoff(s, eps)), 1 - eps,
                     LOOSE);
    }
    double whole = s->gram_norm * log(s->masks * s->n / s->delta) /
                   (s->xi * s->lambda0); /* (d) with eps = 1 */
    cr_assert(eq(dbl, bounds_lower_chernoff(s, whole * 0.999), 0));
    double above = bounds_lower_chernoff(s, whole * 1.001);
    cr_assert(lt(dbl, 0, above));
    cr_assert(lt(dbl, above, 1e-3));
    cr_assert(lt(dbl, 1 - 1e-5, bounds_lower_chernoff(s, whole * 1e12)));
}

Test(bounds, deviation_inverts_width) {
    check_inverse(&CIFAR);
    check_inverse(&SMALL);
}

/* Once m xi is large every deviation falls as m^(-1/2). */
Test(bounds, deviation_slope) {
    const bounds_setting *s = &SMALL;
    double m = 1e13;
    assert_close("(a)", bounds_deviation_hoeffding(s, m) / bounds_deviation_hoeffding(s, 4 * m), 2,
                 TIGHT);
    assert_close("(b)", bounds_deviation_bernstein(s, m) / bounds_deviation_bernstein(s, 4 * m), 2,
                 1e-5);
    assert_close("(c)",
                 bounds_deviation_matrix_bernstein(s, m) /
                     bounds_deviation_matrix_bernstein(s, 4 * m),
                 2, 1e-5);
}

/* p_R = P(|N(0, kappa^2)| <= R), R* gives lambda0/(16 row_sum), drift xi lambda0/4, failure delta
 * at its width. */
Test(bounds, drift) {
    assert_close("p_R", bounds_near_probability(0.7, 2), 1 - 2 * gsl_cdf_gaussian_Q(0.7, 2), TIGHT);
    const bounds_setting *settings[] = {&CIFAR, &SMALL};
    for (size_t k = 0; k < 2; k++) {
        const bounds_setting *s = settings[k];
        double p_R = bounds_near_probability(bounds_radius(s, 3), 3), m = bounds_width_drift(s);
        double quarter = s->xi * s->lambda0 / 4;
        assert_close("R*", p_R, s->lambda0 / (16 * s->row_sum), TIGHT);
        assert_close("drift", bounds_drift(s, p_R), quarter, TIGHT);
        assert_close("failure", bounds_near_failure(s, m, p_R), s->delta, LOOSE);
        assert_close("count", 2 * s->row_sum * bounds_near_count(m, s->xi, p_R) / m, quarter,
                     TIGHT);
    }
}

/* The tail of a binomial count beyond twice its mean, masks n of them, against the bound: it must
 * not be above it. */
Test(bounds, near_failure_is_above_the_binomial_tail) {
    bounds_setting one = SMALL;
    one.n = one.masks = 1;
    for (double m = 500; m < 1e4; m *= 2) {
        for (double p_R = 0.01; p_R < 0.4; p_R *= 2) {
            unsigned limit = (unsigned)floor(bounds_near_count(m, one.xi, p_R));
            double tail = gsl_cdf_binomial_Q(limit, one.xi * p_R, (unsigned)m);
            cr_assert(le(dbl, tail, bounds_near_failure(&one, m, p_R)));
            tail = gsl_cdf_binomial_Q((unsigned)floor(2 * m * p_R), p_R, (unsigned)m);
            cr_assert(le(dbl, tail, bounds_lemma16_failure(1, m, p_R)));
        }
    }
    double ratio = bounds_near_failure(&SMALL, 1e4, 0.1) / bounds_near_failure(&one, 1e4, 0.1);
    assert_close("union", ratio, SMALL.n * SMALL.masks, TIGHT);
    assert_close("Lemma 16", bounds_lemma16_failure(5, 100, 0.3), 5 * exp(-10), TIGHT);
    cr_assert(eq(dbl, bounds_lemma16_failure(5, 1, 0.3), 1));
}

/* --- section 4 --- */

/* (1 - 3x/8)^2 <= 1 - x/2 for x = eta xi lambda0 up to 1/2, the step of the proof of (4). */
Test(bounds, local_contraction) {
    for (double x = 0.01; x <= 0.5; x += 0.01) {
        double proved = (1 - x / 2 + x / 8) * (1 - x / 2 + x / 8);
        cr_assert(le(dbl, proved, bounds_local_contraction(x / 0.3 / 0.2, 0.3, 0.2) + TIGHT));
    }
    assert_close("(4)", bounds_local_contraction(0.5, 0.4, 0.3), 0.97, TIGHT);
    assert_close("(5)", bounds_local_drift(0.5, 9, 4, 3), 2.25, TIGHT);
    assert_close("jump", bounds_jump_tail(200, 0.3, 0.05), 1200, TIGHT);
}

/* --- sections 6 and 7 --- */

/* One round along an eigenvector: tau steps of a subnetwork, of which the share theta arrives. */
Test(bounds, mean_multiplier) {
    double theta = 0.8, eta = 0.6, lambda = 0.7;
    for (unsigned tau = 1; tau < 6; tau++) {
        double local = 1;
        for (unsigned t = 0; t < tau; t++) { local -= eta * lambda * local; }
        assert_close("multiplier", bounds_mean_multiplier(theta, eta, lambda, tau),
                     1 + theta * (local - 1), TIGHT);
    }
    assert_close("[paper]", bounds_paper_contraction(0.5, 0.8, 5, 0.1), 0.95, TIGHT);
}

/* e <- rho^tau (e + Vbar) round by round stays below the bound by what the infinite sum adds. */
Test(bounds, categorical) {
    double rho = bounds_categorical_contraction(0.5, 0.2, 4), tau = 3, e = 2;
    double jump = bounds_categorical_jump(0.25, 8, 1, 0.5);
    assert_close("rho", rho, 1 - 0.5 * 0.2 / 8, TIGHT);
    assert_close("Vbar", jump, 0.25 * 0.75 * 8 * pow(sqrt(2) + 0.5, 2), TIGHT);
    for (int k = 1; k <= 20; k++) {
        e = pow(rho, tau) * (e + jump);
        double rest = jump * pow(rho, tau * (k + 1)) / (1 - pow(rho, tau));
        assert_close("rounds", bounds_categorical_error(rho, tau, k, 2, jump), e + rest, LOOSE);
    }
    cr_assert(eq(dbl, bounds_categorical_jump(1, 8, 1, 0.5), 0));
    bounds_setting s = {4, 6, 0.5, 0.05, 0.2, 0.8, 1.5, 2}; /* at its width s = xi lambda0/4 */
    assert_close("spread", bounds_step_spread(&s, bounds_width_matrix_bernstein(&s)),
                 0.5 * 0.2 * (0.25 + 0.375), LOOSE);
    double left = 0.8 - bounds_lemma23_failure(3, 100);
    assert_close("probability", bounds_categorical_probability(0.05, 3, 100, 0.1), left, TIGHT);
    cr_assert(eq(dbl, bounds_categorical_probability(0.05, 100, 1, 0.1), 0));
}

/* --- arguments out of range --- */

enum { STATEMENTS = 14 };

static void all_of_section_3(const bounds_setting *s, double values[STATEMENTS]) {
    const double found[STATEMENTS] = {bounds_width_hoeffding(s),
                                      bounds_width_bernstein(s),
                                      bounds_width_matrix_bernstein(s),
                                      bounds_width_chernoff(s, 0.25),
                                      bounds_width_drift(s),
                                      bounds_width_combined(s),
                                      bounds_deviation_hoeffding(s, 10),
                                      bounds_deviation_bernstein(s, 10),
                                      bounds_deviation_matrix_bernstein(s, 10),
                                      bounds_lower_chernoff(s, 10),
                                      bounds_radius(s, 1),
                                      bounds_drift(s, 0.1),
                                      bounds_near_failure(s, 10, 0.1),
                                      bounds_width_theorem(s)};
    for (size_t k = 0; k < STATEMENTS; k++) { values[k] = found[k]; }
}

/* Each field of a setting just outside its range, and NaN. */
Test(bounds, settings_out_of_range_give_nan) {
    const double outside[][2] = {{0.99, INFINITY}, {0.99, INFINITY}, {0, 1.01},     {0, 1},
                                 {-1e-9, 2},       {0.1, INFINITY},  {0, INFINITY}, {0, INFINITY}};
    for (size_t k = 0; k < 8; k++) {
        for (size_t t = 0; t < 3; t++) {
            bounds_setting s = SMALL;
            double *fields[] = {&s.n,       &s.masks,      &s.xi,        &s.delta,
                                &s.lambda0, &s.lambda_max, &s.gram_norm, &s.row_sum};
            double values[STATEMENTS];
            *fields[k] = t < 2 ? outside[k][t] : NAN;
            all_of_section_3(&s, values);
            for (size_t j = 0; j < STATEMENTS; j++) {
                cr_assert(isnan(values[j]), "field %zu, case %zu, statement %zu: %g", k, t, j,
                          values[j]);
            }
        }
    }
}

Test(bounds, settings_at_the_edge_are_taken) {
    bounds_setting s = {.n = 1,
                        .masks = 1,
                        .xi = 1,
                        .delta = 1e-9,
                        .lambda0 = 0.5,
                        .lambda_max = 0.5,
                        .gram_norm = 1,
                        .row_sum = 1};
    double values[STATEMENTS];
    all_of_section_3(&s, values);
    for (size_t j = 0; j < STATEMENTS; j++) { cr_assert(le(dbl, 0, values[j])); }
    s.lambda0 = 0; /* a singular kernel: no width is enough, but deviations remain */
    cr_assert(eq(dbl, bounds_width_hoeffding(&s), INFINITY));
    cr_assert(eq(dbl, bounds_width_combined(&s), INFINITY));
    cr_assert(lt(dbl, bounds_deviation_hoeffding(&s, 10), INFINITY));
    cr_assert(eq(dbl, bounds_lower_chernoff(&s, 10), 0));
}

Test(bounds, arguments_out_of_range_give_nan) {
    const double values[] = {bounds_width_chernoff(&SMALL, 0),
                             bounds_width_chernoff(&SMALL, 1),
                             bounds_deviation_hoeffding(&SMALL, 0),
                             bounds_deviation_bernstein(&SMALL, 0),
                             bounds_deviation_matrix_bernstein(&SMALL, -1),
                             bounds_lower_chernoff(&SMALL, 0),
                             bounds_near_probability(-1, 1),
                             bounds_near_probability(1, 0),
                             bounds_radius(&SMALL, 0),
                             bounds_near_count(0, 0.5, 0.5),
                             bounds_near_count(1, 0, 0.5),
                             bounds_near_count(1, 0.5, 1.1),
                             bounds_near_failure(&SMALL, 0, 0.5),
                             bounds_near_failure(&SMALL, 1, -0.1),
                             bounds_drift(&SMALL, NAN),
                             bounds_local_contraction(0, 0.5, 1),
                             bounds_local_contraction(1, 0, 1),
                             bounds_local_contraction(1, 0.5, -1),
                             bounds_local_drift(0, 1, 1, 1),
                             bounds_local_drift(1, 0, 1, 1),
                             bounds_local_drift(1, 1, 0, 1),
                             bounds_local_drift(1, 1, 1, -1),
                             bounds_jump_tail(0.9, 1, 0.5),
                             bounds_jump_tail(1, -1, 0.5),
                             bounds_jump_tail(1, 1, 0),
                             bounds_jump_tail(1, 1, 1),
                             bounds_paper_contraction(0, 0.5, 1, 1),
                             bounds_paper_contraction(1, 1.1, 1, 1),
                             bounds_paper_contraction(1, 0.5, 0.9, 1),
                             bounds_paper_contraction(1, 0.5, 1, NAN),
                             bounds_mean_multiplier(1.1, 1, 1, 1),
                             bounds_mean_multiplier(1, 0, 1, 1),
                             bounds_mean_multiplier(1, 1, 1, 0),
                             bounds_categorical_contraction(1, 1, 0.9),
                             bounds_categorical_jump(0, 1, 1, 1),
                             bounds_categorical_jump(1, 0.9, 1, 1),
                             bounds_categorical_jump(1, 1, 0, 1),
                             bounds_categorical_jump(1, 1, 1, -1),
                             bounds_categorical_error(1, 1, 1, 1, 1),
                             bounds_categorical_error(-0.1, 1, 1, 1, 1),
                             bounds_categorical_error(0.5, 0.9, 1, 1, 1),
                             bounds_categorical_error(0.5, 1, -1, 1, 1),
                             bounds_categorical_error(0.5, 1, 1, NAN, 1),
                             bounds_categorical_error(0.5, 1, 1, 1, -1),
                             bounds_categorical_probability(0, 1, 1, 0),
                             bounds_categorical_probability(1, 1, 1, 0),
                             bounds_categorical_probability(0.1, 0.9, 1, 0),
                             bounds_categorical_probability(0.1, 1, 0, 0),
                             bounds_categorical_probability(0.1, 1, 1, 1.1)};
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
        cr_assert(isnan(values[k]), "value %zu: %g", k, values[k]);
    }
}

Test(bounds, arguments_at_the_edge_are_taken) {
    assert_close("(4)", bounds_local_contraction(0.5, 1, 0), 1, TIGHT);
    assert_close("jump", bounds_jump_tail(1, 3, 0.9999), 3 / 0.9999, TIGHT);
    assert_close("[paper]", bounds_paper_contraction(1, 1, 1, 1), 0.75, TIGHT);
    assert_close("multiplier", bounds_mean_multiplier(0, 1, 1, 1), 1, TIGHT);
    assert_close("p = 1", bounds_categorical_contraction(1, 1, 1), 0.5, TIGHT);
    assert_close("n = 1", bounds_categorical_jump(0.5, 1, 1, 0), 0.5, TIGHT);
    cr_assert(eq(dbl, bounds_categorical_error(0, 1, 1, 1, 1), 0));
    assert_close("n = 1", bounds_categorical_probability(0.01, 1, 1e4, 0), 0.98, TIGHT);
    cr_assert(eq(dbl, bounds_near_failure(&SMALL, 1e-3, 0.1), 1));
}
