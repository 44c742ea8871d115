/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/bounds.h"

#include <math.h>
#include <stdbool.h>

#include <gsl/gsl_cdf.h>

/* --- ranges --- */

static bool positive(double x) { return x > 0 && x < INFINITY; }

static bool not_negative(double x) { return x >= 0 && x < INFINITY; }

static bool probability(double x) { return x >= 0 && x <= 1; }

/* A probability of a mask taking a neuron. */
static bool is_keep_probability(double xi) { return xi > 0 && xi <= 1; }

static bool usable(const bounds_setting *s) {
    return s->n >= 1 && s->n < INFINITY && s->masks >= 1 && s->masks < INFINITY &&
           is_keep_probability(s->xi) && s->delta > 0 && s->delta < 1 && not_negative(s->lambda0) &&
           s->lambda_max >= s->lambda0 && s->lambda_max < INFINITY && positive(s->gram_norm) &&
           positive(s->row_sum);
}

/* --- section 3: widths and deviations --- */

/* log(K p n (n+1)/delta): 2 tails, K p masks, n (n+1)/2 entries. */
static double log_entries(const bounds_setting *s) {
    return log(s->masks * s->n * (s->n + 1) / s->delta);
}

/* log(2 K p n/delta): both ends of the spectrum of n x n matrices. */
static double log_two_sided(const bounds_setting *s) { return log(2 * s->masks * s->n / s->delta); }

/* log(K p n/delta) */
static double log_one_sided(const bounds_setting *s) { return log(s->masks * s->n / s->delta); }

double bounds_width_hoeffding(const bounds_setting *s) {
    double ratio = s->n / (s->xi * s->lambda0);
    return usable(s) ? 8 * ratio * ratio * log_entries(s) : NAN;
}

double bounds_width_bernstein(const bounds_setting *s) {
    double factor = 16 * s->n * s->n / (s->xi * s->lambda0 * s->lambda0);
    return usable(s) ? factor * (1 + s->lambda0 / (6 * s->n)) * log_entries(s) : NAN;
}

double bounds_width_matrix_bernstein(const bounds_setting *s) {
    double factor = 32 * s->gram_norm / (s->xi * s->lambda0 * s->lambda0);
    return usable(s) ? factor * (s->lambda_max + s->lambda0 / 12) * log_two_sided(s) : NAN;
}

/* eps + (1 - eps) log(1 - eps) = sum_{k >= 2} eps^k/(k (k-1)); the series where the closed form
 * cancels. */
static double chernoff_exponent(double eps) {
    if (eps > 0.1) { return eps + (1 - eps) * log1p(-eps); }
    double sum = 0, power = eps;
    for (int k = 2; k < 20; k++) {
        power *= eps;
        sum += power / (k * (k - 1));
    }
    return sum;
}

double bounds_width_chernoff(const bounds_setting *s, double eps) {
    if (!usable(s) || !(eps > 0 && eps < 1)) { return NAN; }
    return s->gram_norm / (s->xi * s->lambda0) * log_one_sided(s) / chernoff_exponent(eps);
}

/* 2 m s^2 = L */
double bounds_deviation_hoeffding(const bounds_setting *s, double m) {
    return usable(s) && positive(m) ? sqrt(log_entries(s) / (2 * m)) : NAN;
}

/* The s > 0 of Bernstein's m s^2/2 = L (variance + range s/3). */
static double bernstein_deviation(double m, double L, double variance, double range) {
    double half = L * range / 3;
    return (half + sqrt(half * half + 2 * m * L * variance)) / m;
}

/* Variance of an entry: at most xi P(both active) <= xi/2; range 1. */
double bounds_deviation_bernstein(const bounds_setting *s, double m) {
    return usable(s) && positive(m) ? bernstein_deviation(m, log_entries(s), s->xi / 2, 1) : NAN;
}

/* (m_r D_r G D_r)^2 <= ||G|| m_r D_r G D_r, so that the variance is at most xi ||G||
 * lambda_max(Hinf); range ||G||. */
double bounds_deviation_matrix_bernstein(const bounds_setting *s, double m) {
    if (!usable(s) || !positive(m)) { return NAN; }
    return bernstein_deviation(m, log_two_sided(s), s->xi * s->gram_norm * s->lambda_max,
                               s->gram_norm);
}

/* r with 1 - r + r log r = t, the exponent of (d) for eps = 1 - r; 0 < t < 1. The left side falls
 * and is convex in r: Newton's steps from a point below the root rise to it. Below it are 1 -
 * sqrt(2t), since the exponent is at least eps^2/2, and ((1-t)/1.2131)^2, since 1 - t = r (1 - log
 * r) <= 2 exp(-1/2) sqrt r < 1.2131 sqrt r. */
static double chernoff_ratio(double t) {
    double low = (1 - t) / 1.2131, r = fmax(1 - sqrt(2 * t), low * low);
    for (int k = 0; k < 100; k++) {
        double next = r - (1 - r + r * log(r) - t) / log(r);
        if (!(next > r && next < 1)) { break; }
        r = next;
    }
    return r;
}

double bounds_lower_chernoff(const bounds_setting *s, double m) {
    if (!usable(s) || !positive(m)) { return NAN; }
    double t = s->gram_norm * log_one_sided(s) / (m * s->xi * s->lambda0);
    return t < 1 ? chernoff_ratio(t) : 0;
}

/* --- section 3: drift --- */

double bounds_near_probability(double R, double kappa) {
    return not_negative(R) && positive(kappa) ? erf(R / (kappa * M_SQRT2)) : NAN;
}

/* x = sqrt 2 erfinv(p): the normal quantile of (1 + p)/2, which has lost digits of a small p, and
 * one Newton step on erf. */
double bounds_radius(const bounds_setting *s, double kappa) {
    double p = s->lambda0 / (16 * s->row_sum);
    if (!usable(s) || !positive(kappa) || !(p < 1)) { return NAN; }
    double x = gsl_cdf_ugaussian_Pinv((1 + p) / 2);
    x -= (erf(x / M_SQRT2) - p) / (M_2_SQRTPI / M_SQRT2 * exp(-x * x / 2));
    return kappa * x;
}

double bounds_near_count(double m, double xi, double p_R) {
    return positive(m) && is_keep_probability(xi) && probability(p_R) ? 2 * m * xi * p_R : NAN;
}

double bounds_near_failure(const bounds_setting *s, double m, double p_R) {
    if (!usable(s) || !positive(m) || !probability(p_R)) { return NAN; }
    return fmin(1, s->masks * s->n * exp(-m * s->xi * p_R / 3));
}

double bounds_drift(const bounds_setting *s, double p_R) {
    return usable(s) && probability(p_R) ? 4 * s->row_sum * s->xi * p_R : NAN;
}

double bounds_width_drift(const bounds_setting *s) {
    return usable(s) ? 48 * s->row_sum / (s->xi * s->lambda0) * log_one_sided(s) : NAN;
}

double bounds_width_combined(const bounds_setting *s) {
    return usable(s) ? fmax(bounds_width_chernoff(s, 0.25), bounds_width_drift(s)) : NAN;
}

double bounds_width_theorem(const bounds_setting *s) {
    double factor = s->n * s->n;
    return usable(s) ? factor * log_one_sided(s) / (s->xi * s->lambda0 * s->lambda0) : NAN;
}

/* --- section 4 --- */

double bounds_local_contraction(double eta, double xi, double lambda0) {
    return positive(eta) && is_keep_probability(xi) && not_negative(lambda0)
               ? 1 - eta * xi * lambda0 / 2
               : NAN;
}

double bounds_local_drift(double eta, double gram_norm, double m, double residual_sum) {
    if (!positive(eta) || !positive(gram_norm) || !positive(m) || !not_negative(residual_sum)) {
        return NAN;
    }
    return eta * sqrt(gram_norm / m) * residual_sum;
}

double bounds_jump_tail(double masks, double jump, double delta) {
    return masks >= 1 && not_negative(jump) && delta > 0 && delta < 1 ? masks * jump / delta : NAN;
}

/* --- section 5 --- */

/* phi_p = (1-xi) phi_{p-1} + theta_p/p, phi_0 = 0: with E[t^c] = (1-xi + xi t)^p write phi_p as the
 * integral over t in (0, 1) of ((1-xi + xi t)^p - (1-xi)^p)/t; then phi_p - (1-xi) phi_{p-1} is
 * that of xi (1-xi + xi t)^(p-1), which is theta_p/p. */
double bounds_phi(unsigned p, double xi) {
    if (!is_keep_probability(xi) || p < 1) { return NAN; }
    double phi = 0;
    for (unsigned k = 1; k <= p; k++) { phi = (1 - xi) * phi - expm1(k * log1p(-xi)) / k; }
    return phi;
}

/* 1/c <= 2/(c+1) for c >= 1, and E[1/(c+1)] = theta_{p+1}/((p+1) xi) <= 1/((p+1) xi). */
double bounds_phi_above(unsigned p, double xi) {
    return is_keep_probability(xi) && p >= 1 ? 2 / ((p + 1.0) * xi) : NAN;
}

/* The same without the term of c = 0, (1-xi)^p. */
double bounds_phi_above_sharp(unsigned p, double xi) {
    if (!is_keep_probability(xi) || p < 1) { return NAN; }
    return 2 * (-expm1((p + 1.0) * log1p(-xi)) / ((p + 1.0) * xi) - pow(1 - xi, p));
}

double bounds_share(double theta, double p) {
    return probability(theta) && p >= 1 ? theta / p : NAN;
}

double bounds_nu_mean_same(double theta) { return probability(theta) ? theta : NAN; }

double bounds_nu_mean_other(double theta, double xi) {
    return probability(theta) && is_keep_probability(xi) ? xi * theta : NAN;
}

double bounds_nu_variance_same(double theta) {
    return probability(theta) ? theta * (1 - theta) : NAN;
}

/* Given c >= 1, c nu is binomial (c, xi); then the variance of its mean xi b. */
double bounds_nu_variance_other(double theta, double phi, double xi) {
    if (!probability(theta) || !probability(phi) || !is_keep_probability(xi)) { return NAN; }
    return xi * (1 - xi) * phi + xi * xi * theta * (1 - theta);
}

double bounds_mixing_mean(double theta, double xi, double m, double u, double signed_activation) {
    return probability(theta) && is_keep_probability(xi) && positive(m)
               ? theta * (u + (1 - xi) * signed_activation / sqrt(m))
               : NAN;
}

double bounds_mixing_spread(double theta, double phi, double xi, double m, double others,
                            double own) {
    if (!probability(theta) || !probability(phi) || !is_keep_probability(xi) || !positive(m)) {
        return NAN;
    }
    return (xi * (1 - xi) * phi * others + (1 - xi) * (1 - xi) * theta * own) / m;
}

double bounds_mixing_gradient_factor(double theta, double xi) {
    return probability(theta) && is_keep_probability(xi) ? theta / xi : NAN;
}

double bounds_mixing_activation_factor(double theta, double xi, double m) {
    return probability(theta) && is_keep_probability(xi) && positive(m) ? theta * (1 - xi) / m
                                                                        : NAN;
}

double bounds_jump(double xi, double m, double squares) {
    return is_keep_probability(xi) && positive(m) && not_negative(squares)
               ? xi * (1 - xi) / m * squares
               : NAN;
}

double bounds_initial_error(double xi, double kappa, double labels, double inputs) {
    if (!is_keep_probability(xi) || !positive(kappa) || !not_negative(labels) ||
        !not_negative(inputs)) {
        return NAN;
    }
    return labels + xi * xi * kappa * kappa * inputs / 2;
}

/* (C - 1)^2 n + xi^2 kappa^2 n/2 <= C^2 n */
double bounds_initial_kappa(double xi, double C) {
    return is_keep_probability(xi) && C >= 1 ? sqrt(2 * (2 * C - 1)) / xi : NAN;
}

double bounds_bias_factor(double xi, double m) {
    return is_keep_probability(xi) && positive(m) ? xi * (1 - xi) / (m * sqrt(m)) : NAN;
}

double bounds_mixing_gradient_norm(double gram_norm, double m, double residual) {
    return positive(gram_norm) && positive(m) && not_negative(residual)
               ? sqrt(gram_norm / m) * residual
               : NAN;
}

double bounds_mixing_residual(double theta, double xi, double m, double spread, double cross,
                              double error) {
    if (!probability(theta) || !is_keep_probability(xi) || !positive(m)) { return NAN; }
    return spread + 2 * theta * (1 - xi) / sqrt(m) * cross + theta * error;
}

double bounds_lemma16_failure(double n, double m, double p_R) {
    return n >= 1 && positive(m) && probability(p_R) ? fmin(1, n * exp(-m * p_R / 3)) : NAN;
}

/* P(chi^2_k >= 2k) <= exp(-k (1 - ln 2)/2) */
static double chi_square_tail(double k) { return exp(-k * (1 - M_LN2) / 2); }

double bounds_lemma22_failure(double m, double d) {
    return positive(m) && positive(d) ? chi_square_tail(m * d) : NAN;
}

double bounds_lemma23_failure(double n, double m) {
    return n >= 1 && positive(m) ? fmin(1, n * chi_square_tail(m)) : NAN;
}

double bounds_near_share(double n, double m, double delta) {
    return n >= 1 && positive(m) && probability(delta) ? fmin(0.5, 3 * log(n / delta) / m) : NAN;
}

double bounds_near_radius(double p_R, double kappa) {
    bool inside = probability(p_R) && positive(kappa);
    return inside ? kappa * gsl_cdf_ugaussian_Pinv((1 + p_R) / 2) : NAN;
}

double bounds_tail_size(double n, double delta) {
    return n >= 1 && probability(delta) ? ceil(2 * log(n / delta) / (1 - M_LN2)) : NAN;
}

double bounds_lemma17(double n, double m, double largest_set) {
    return n >= 1 && positive(m) && not_negative(largest_set) ? n * largest_set / m : NAN;
}

double bounds_split(double xi, double m, double set, double movement) {
    if (!is_keep_probability(xi) || !positive(m) || !not_negative(set) || !not_negative(movement)) {
        return NAN;
    }
    return xi / sqrt(m) * set * movement;
}

/* --- sections 6 and 7 --- */

double bounds_paper_contraction(double eta, double theta, double tau, double lambda0) {
    if (!positive(eta) || !probability(theta) || !(tau >= 1) || !not_negative(lambda0)) {
        return NAN;
    }
    return 1 - eta * theta * tau * lambda0 / 4;
}

double bounds_mean_multiplier(double theta, double eta, double lambda, unsigned tau) {
    return probability(theta) && positive(eta) && tau >= 1
               ? 1 - theta * (1 - pow(1 - eta * lambda, tau))
               : NAN;
}

double bounds_categorical_contraction(double eta, double lambda0, double p) {
    return p >= 1 ? bounds_local_contraction(eta, 1 / p, lambda0) : NAN;
}

double bounds_categorical_jump(double xi, double n, double kappa, double R) {
    double reach = M_SQRT2 * kappa + R;
    return is_keep_probability(xi) && n >= 1 && positive(kappa) && not_negative(R)
               ? xi * (1 - xi) * n * reach * reach
               : NAN;
}

double bounds_step_spread(const bounds_setting *s, double m) {
    return bounds_deviation_matrix_bernstein(s, m) + 3.0 / 8 * s->xi * s->lambda0;
}

double bounds_categorical_error(double rho, double tau, double rounds, double initial,
                                double jump) {
    if (!(rho >= 0 && rho < 1) || !(tau >= 1) || !not_negative(rounds) || !not_negative(initial) ||
        !not_negative(jump)) {
        return NAN;
    }
    double factor = pow(rho, tau);
    return pow(factor, rounds) * initial + jump * factor / (1 - factor);
}

double bounds_categorical_probability(double delta, double n, double m, double left) {
    if (!(delta > 0 && delta < 1) || !(n >= 1) || !positive(m) || !probability(left)) {
        return NAN;
    }
    return fmax(0, 1 - 2 * delta - n * chi_square_tail(m) - left);
}
