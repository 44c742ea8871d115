/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/bounds.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <math.h>
#include <stddef.h>

/* Facts about masks (masks in doc/mathematics.md): closed forms against sums over every mask, the
 * lemmas against other ways. Tolerances: a closed form; a root, an integral or a sum over many
 * masks. */
static const double TIGHT = 1e-14, LOOSE = 1e-11;

static void quiet(void) { gsl_set_error_handler_off(); }

TestSuite(bounds_masks, .init = quiet);

static void assert_close(const char *what, double value, double expected, double relative) {
    double apart = fabs(value - expected);
    cr_assert(le(dbl, apart, relative * fabs(expected)), "%s: %.17g, expected %.17g", what, value,
              expected);
}

/* --- the mean over every mask of a small network --- */

enum { N = 3, M = 3, P = 3, D = 2 };

static const double X[N][D] = {{1, 0}, {0.6, 0.8}, {-0.8, 0.6}};
static const double LABEL[N] = {0.3, -0.5, 0.8};
static const double W[M][D] = {{0.4, 0.9}, {-0.7, 1.1}, {1.3, -0.2}};
static const double SIGN[M] = {1, -1, 1};

typedef struct {
    double xi;
    int mask[P][M];
} drawing;

static double gram(size_t i, size_t j) { return X[i][0] * X[j][0] + X[i][1] * X[j][1]; }

static double sigma(size_t r, size_t i) { return fmax(W[r][0] * X[i][0] + W[r][1] * X[i][1], 0); }

static double whole(double xi, size_t i) /* u(x_i) */
{
    double u = 0;
    for (size_t r = 0; r < M; r++) { u += SIGN[r] * sigma(r, i) * xi / sqrt(M); }
    return u;
}

static double taken(const drawing *w, size_t r) /* c_r */
{
    return w->mask[0][r] + w->mask[1][r] + w->mask[2][r];
}

static double nu(const drawing *w, size_t r, size_t other) {
    double both = 0;
    for (size_t l = 0; l < P; l++) { both += w->mask[l][r] * w->mask[l][other]; }
    return taken(w, r) > 0 ? both / taken(w, r) : 0;
}

static double mixing(const drawing *w, size_t r, size_t i) /* ut_r(x_i) */
{
    double u = 0;
    for (size_t other = 0; other < M; other++) {
        u += SIGN[other] * nu(w, r, other) * sigma(other, i) / sqrt(M);
    }
    return u;
}

static double residual(const drawing *w, size_t r, size_t i) /* ut_r(x_i) - b_r y_i */
{
    return mixing(w, r, i) - (taken(w, r) > 0) * LABEL[i];
}

/* What is averaged, of neuron 0 (and 1), sample 1, coordinate 1. */
static double any_taken(const drawing *w) { return taken(w, 0) > 0; }
static double reciprocal(const drawing *w) { return taken(w, 0) > 0 ? 1 / taken(w, 0) : 0; }
static double first_share(const drawing *w) { return w->mask[0][0] * reciprocal(w); }
static double nu_same(const drawing *w) { return nu(w, 0, 0); }
static double nu_same_squared(const drawing *w) { return nu(w, 0, 0) * nu(w, 0, 0); }
static double nu_other(const drawing *w) { return nu(w, 0, 1); }
static double nu_other_squared(const drawing *w) { return nu(w, 0, 1) * nu(w, 0, 1); }
static double mixed(const drawing *w) { return mixing(w, 0, 1); }

static double spread(const drawing *w) {
    double sum = 0;
    for (size_t i = 0; i < N; i++) {
        sum += pow(mixing(w, 0, i) - (taken(w, 0) > 0) * whole(w->xi, i), 2);
    }
    return sum;
}

static double residual_square(const drawing *w) {
    double sum = 0;
    for (size_t i = 0; i < N; i++) { sum += residual(w, 0, i) * residual(w, 0, i); }
    return sum;
}

static double gradient(const drawing *w) /* of g_0 */
{
    double g = 0;
    for (size_t i = 0; i < N; i++) {
        g += SIGN[0] / sqrt(M) * residual(w, 0, i) * X[i][1] * (sigma(0, i) > 0);
    }
    return g;
}

static double jump(const drawing *w) {
    double sum = 0;
    for (size_t i = 0; i < N; i++) {
        double u = 0;
        for (size_t r = 0; r < M; r++) { u += w->mask[0][r] * SIGN[r] * sigma(r, i) / sqrt(M); }
        sum += pow(u - whole(w->xi, i), 2);
    }
    return sum;
}

static double change(const drawing *w) /* (u_{k+1} - u_k)(x_1)/eta, tau = 1: weights move by -g_r */
{
    double sum = 0;
    for (size_t r = 0; r < M; r++) {
        for (size_t j = 0; j < N; j++) {
            sum -=
                w->xi / M * (sigma(r, 1) > 0) * gram(1, j) * (sigma(r, j) > 0) * residual(w, r, j);
        }
    }
    return sum;
}

/* The mean over all masks: Bernoulli 2^(P M) with weights, categorical P^M alike. */
static double bernoulli_mean(double xi, double (*f)(const drawing *w)) {
    double sum = 0;
    for (unsigned code = 0; code < 1u << (P * M); code++) {
        drawing w = {.xi = xi};
        double weight = 1;
        for (unsigned k = 0; k < P * M; k++) {
            w.mask[k / M][k % M] = code >> k & 1;
            weight *= code >> k & 1 ? xi : 1 - xi;
        }
        sum += weight * f(&w);
    }
    return sum;
}

static double categorical_mean(double xi, double (*f)(const drawing *w)) {
    double sum = 0;
    for (unsigned code = 0; code < P * P * P; code++) {
        drawing w = {.xi = xi};
        for (unsigned r = 0, rest = code; r < M; r++, rest /= P) { w.mask[rest % P][r] = 1; }
        sum += f(&w) / (P * P * P);
    }
    return sum;
}

typedef double (*mean_of)(double xi, double (*f)(const drawing *w));

static void check_moments(mean_of mean, double xi, double theta, double phi) {
    assert_close("E2", mean(xi, first_share), bounds_share(theta, P), LOOSE);
    assert_close("E3 same", mean(xi, nu_same), bounds_nu_mean_same(theta), LOOSE);
    assert_close("E3 other", mean(xi, nu_other), bounds_nu_mean_other(theta, xi), LOOSE);
    assert_close("E4 same", mean(xi, nu_same_squared),
                 bounds_nu_variance_same(theta) + theta * theta, LOOSE);
    assert_close("E4 other", mean(xi, nu_other_squared),
                 bounds_nu_variance_other(theta, phi, xi) + pow(xi * theta, 2), LOOSE);
}

/* Sums over samples and neurons that E5-E12 take. */
static void check_functions(mean_of mean, double xi, double theta, double phi) {
    double own = 0, all = 0, cross = 0, error = 0, slope = 0, moved = 0, kernel = 0, bias = 0;
    for (size_t i = 0; i < N; i++) {
        double e = whole(xi, i) - LABEL[i];
        own += pow(sigma(0, i), 2);
        cross += SIGN[0] * sigma(0, i) * e;
        error += e * e;
        slope += xi / sqrt(M) * SIGN[0] * e * X[i][1] * (sigma(0, i) > 0); /* dL/dw_0 */
        moved += sigma(0, i) * X[i][1];
        for (size_t r = 0; r < M; r++) {
            double both = gram(1, i) * (sigma(r, 1) > 0) * (sigma(r, i) > 0);
            all += pow(sigma(r, i), 2);
            kernel -= xi / M * both * e; /* H (y - u) */
            bias += SIGN[r] * both * sigma(r, i);
        }
    }
    double expected_spread = bounds_mixing_spread(theta, phi, xi, M, all - own, own);
    assert_close("E5", mean(xi, mixed),
                 bounds_mixing_mean(theta, xi, M, whole(xi, 1), SIGN[0] * sigma(0, 1)), LOOSE);
    assert_close("E6", mean(xi, spread), expected_spread, LOOSE);
    assert_close("E7", mean(xi, gradient),
                 bounds_mixing_gradient_factor(theta, xi) * slope +
                     bounds_mixing_activation_factor(theta, xi, M) * moved,
                 LOOSE);
    assert_close("E9", mean(xi, jump), bounds_jump(xi, M, all), LOOSE);
    assert_close("E12", mean(xi, change), theta * (kernel - bounds_bias_factor(xi, M) * bias),
                 LOOSE);
    assert_close("Lemma 4", mean(xi, residual_square),
                 bounds_mixing_residual(theta, xi, M, expected_spread, cross, error), LOOSE);
}

Test(bounds_masks, facts_by_enumeration) {
    for (double xi = 0.15; xi < 1; xi += 0.2) {
        double theta = bernoulli_mean(xi, any_taken), phi = bernoulli_mean(xi, reciprocal);
        assert_close("phi", phi, bounds_phi(P, xi), LOOSE);
        check_moments(bernoulli_mean, xi, theta, phi);
        check_functions(bernoulli_mean, xi, theta, phi);
    }
    check_moments(categorical_mean, 1.0 / P, 1, 1);
    check_functions(categorical_mean, 1.0 / P, 1, 1);
}

/* phi = sum_x C(p,x) xi^x (1-xi)^(p-x) / x, and its two upper bounds. */
Test(bounds_masks, phi) {
    for (unsigned p = 1; p <= 12; p++) {
        for (double xi = 0.05; xi < 1; xi += 0.1) {
            double sum = 0, choose = 1, phi = bounds_phi(p, xi);
            for (unsigned x = 1; x <= p; x++) {
                choose *= (p - x + 1.0) / x;
                sum += choose * pow(xi, x) * pow(1 - xi, p - x) / x;
            }
            assert_close("phi", phi, sum, LOOSE);
            cr_assert(le(dbl, phi, bounds_phi_above_sharp(p, xi) + TIGHT));
            cr_assert(lt(dbl, bounds_phi_above_sharp(p, xi), bounds_phi_above(p, xi)));
        }
    }
    assert_close("p = 1, sharp", bounds_phi_above_sharp(1, 0.3), bounds_phi(1, 0.3), LOOSE);
    cr_assert(lt(dbl, 11 * bounds_phi(1, 0.3),
                 bounds_phi_above(1, 0.3))); /* 1/xi against xi: not equal for p = 1 */
    assert_close("p = xi = 1", bounds_phi_above(1, 1), bounds_phi(1, 1), TIGHT);
    assert_close("xi = 1", bounds_phi(7, 1), 1.0 / 7, TIGHT);
}

/* E11: the mean square of sigma(kappa N(0,1) ||x||) by quadrature. */
static double half_square(double z, void *unused) {
    (void)unused;
    return z * z * exp(-z * z / 2) / sqrt(2 * M_PI);
}

Test(bounds_masks, initial_error) {
    double integral, error, xi = 0.4, kappa = 1.7, inputs = 5, labels = 2.3;
    gsl_integration_workspace *work = gsl_integration_workspace_alloc(100);
    cr_assert(work != NULL);
    gsl_function f = {half_square, NULL};
    cr_assert(eq(int, gsl_integration_qagiu(&f, 0, 0, 1e-10, 100, work, &integral, &error), 0));
    gsl_integration_workspace_free(work);
    assert_close("E11", bounds_initial_error(xi, kappa, labels, inputs),
                 labels + xi * xi * kappa * kappa * inputs * integral, 1e-9);
    double C = 1.8, n = 5; /* ||y||^2 = (C-1)^2 n, unit inputs: equality at the largest kappa */
    labels = (C - 1) * (C - 1) * n;
    assert_close("C^2 n", bounds_initial_error(xi, bounds_initial_kappa(xi, C), labels, n),
                 C * C * n, TIGHT);
}

/* P(chi^2_k >= 2k) is below the bound, the least of Chernoff's exp(-2kt) (1-2t)^(-k/2), at t = 1/4.
 */
Test(bounds_masks, chi_square_tails) {
    for (double k = 1; k < 600; k *= 2) {
        assert_close("Chernoff", bounds_lemma22_failure(k, 1), exp(-k / 2) * pow(0.5, -k / 2),
                     LOOSE);
        cr_assert(le(dbl, gsl_cdf_chisq_Q(2 * k, k), bounds_lemma22_failure(1, k)));
        assert_close("union", bounds_lemma23_failure(3, k + 8),
                     3 * bounds_lemma22_failure(k + 8, 1), TIGHT);
    }
    cr_assert(le(dbl, bounds_lemma22_failure(10, 10),
                 exp(-0.153 * 100))); /* 0.153 is (1 - ln 2)/2 rounded down */
    assert_close("Lemma 4", bounds_mixing_gradient_norm(4, 25, 3), 1.2, TIGHT);
    assert_close("Lemma 17", bounds_lemma17(10, 50, 5), 1, TIGHT);
    assert_close("split", bounds_split(0.5, 16, 3, 2), 0.75, TIGHT);
}

Test(bounds_masks, arguments_out_of_range_give_nan) {
    const double values[] = {bounds_phi(0, 0.5),
                             bounds_phi(1, 0),
                             bounds_phi(1, 1.1),
                             bounds_phi_above(0, 0.5),
                             bounds_phi_above(1, 0),
                             bounds_phi_above_sharp(0, 0.5),
                             bounds_phi_above_sharp(1, NAN),
                             bounds_share(1.1, 1),
                             bounds_share(1, 0.9),
                             bounds_nu_mean_same(-0.1),
                             bounds_nu_mean_other(1.1, 0.5),
                             bounds_nu_mean_other(1, 0),
                             bounds_nu_variance_same(NAN),
                             bounds_nu_variance_other(1.1, 0.5, 0.5),
                             bounds_nu_variance_other(0.5, NAN, 0.5),
                             bounds_nu_variance_other(0.5, 0.5, 0),
                             bounds_mixing_mean(1.1, 1, 1, 0, 0),
                             bounds_mixing_mean(1, 0, 1, 0, 0),
                             bounds_mixing_mean(1, 1, 0, 0, 0),
                             bounds_mixing_spread(1.1, 1, 1, 1, 0, 0),
                             bounds_mixing_spread(1, -1, 1, 1, 0, 0),
                             bounds_mixing_spread(1, 1, 0, 1, 0, 0),
                             bounds_mixing_spread(1, 1, 1, 0, 0, 0),
                             bounds_mixing_gradient_factor(1, 0),
                             bounds_mixing_gradient_factor(1.1, 1),
                             bounds_mixing_activation_factor(1, 0, 1),
                             bounds_mixing_activation_factor(1, 1, 0),
                             bounds_jump(0, 1, 1),
                             bounds_jump(1, 0, 1),
                             bounds_jump(1, 1, -1),
                             bounds_initial_error(0, 1, 1, 1),
                             bounds_initial_error(1, 0, 1, 1),
                             bounds_initial_error(1, 1, -1, 1),
                             bounds_initial_error(1, 1, 1, NAN),
                             bounds_initial_kappa(0, 1),
                             bounds_initial_kappa(1, 0.9),
                             bounds_bias_factor(0, 1),
                             bounds_bias_factor(1, 0),
                             bounds_mixing_gradient_norm(0, 1, 1),
                             bounds_mixing_gradient_norm(1, 0, 1),
                             bounds_mixing_gradient_norm(1, 1, -1),
                             bounds_mixing_residual(1.1, 1, 1, 0, 0, 0),
                             bounds_mixing_residual(1, 0, 1, 0, 0, 0),
                             bounds_mixing_residual(1, 1, 0, 0, 0, 0),
                             bounds_lemma16_failure(0.9, 1, 1),
                             bounds_lemma16_failure(1, 0, 1),
                             bounds_lemma16_failure(1, 1, 1.1),
                             bounds_near_share(0.9, 1, 0.1),
                             bounds_near_share(1, 0, 0.1),
                             bounds_near_share(1, 1, NAN),
                             bounds_near_radius(1.1, 1),
                             bounds_near_radius(0.5, 0),
                             bounds_tail_size(0.9, 0.5),
                             bounds_tail_size(1, 1.1),
                             bounds_lemma22_failure(0, 1),
                             bounds_lemma22_failure(1, 0),
                             bounds_lemma23_failure(0.9, 1),
                             bounds_lemma23_failure(1, 0),
                             bounds_lemma17(0.9, 1, 1),
                             bounds_lemma17(1, 0, 1),
                             bounds_lemma17(1, 1, -1),
                             bounds_split(0, 1, 1, 1),
                             bounds_split(1, 0, 1, 1),
                             bounds_split(1, 1, -1, 1),
                             bounds_split(1, 1, 1, NAN)};
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
        cr_assert(isnan(values[k]), "value %zu: %g", k, values[k]);
    }
}

Test(bounds_masks, arguments_at_the_edge_are_taken) {
    assert_close("p = 1", bounds_share(1, 1), 1, TIGHT);
    assert_close("C = 1", bounds_initial_kappa(1, 1), sqrt(2), TIGHT);
    assert_close("n = 1", bounds_lemma16_failure(1, 3, 1), exp(-1), TIGHT);
    assert_close("n = 1", bounds_lemma23_failure(1, 2), exp(log(2) - 1), TIGHT);
    assert_close("n = 1", bounds_lemma17(1, 2, 1), 0.5, TIGHT);
    cr_assert(eq(dbl, bounds_lemma23_failure(100, 1), 1));
}

/* The numbers at which the lemmas begin to say something. */
Test(bounds_masks, thresholds) {
    double n = 37, m = 900, share = bounds_near_share(n, m, 0.05), k = bounds_tail_size(n, 0.05);
    cr_expect(le(dbl, fabs(bounds_lemma16_failure(n, m, share) - 0.05), 1e-12));
    cr_expect(
        le(dbl, fabs(bounds_near_probability(bounds_near_radius(share, 1.7), 1.7) - share), 1e-12));
    cr_expect(le(dbl, bounds_lemma23_failure(n, k), 0.05));
    cr_expect(lt(dbl, 0.05, bounds_lemma23_failure(n, k - 1)));
    cr_expect(eq(dbl, bounds_near_share(n, 3, 0.05), 0.5));
}
