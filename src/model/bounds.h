/* Bounds: the statements of doc/mathematics.md, sections 3 to 7, in closed form, plain numbers in
 * and out.
 *
 * Everything here is [exact] or [derived] unless a line says [paper]. Norms of matrices are
 * spectral. q = 1. An argument out of its range, or NaN, gives NaN, so that no check can pass on
 * it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_BOUNDS_H
#define MODEL_BOUNDS_H

/* What the statements of section 3 of doc/mathematics.md depend on; sections below are its own. */
typedef struct {
    double n;          /* samples, >= 1 */
    double masks;      /* K p, how many masks the statement is about, >= 1 */
    double xi;         /* probability that a mask takes a neuron, (0, 1] */
    double delta;      /* failure probability, (0, 1) */
    double lambda0;    /* lambda_min(Hinf), >= 0; the widths are +inf at 0 */
    double lambda_max; /* lambda_max(Hinf), >= lambda0 */
    double gram_norm;  /* ||G||, > 0 */
    double row_sum;    /* in the drift: n, or the smaller max_i sum_j |G_ij|; > 0 */
} bounds_setting;

/* --- section 3, Theorem 2 at initialisation: least width m for deviation xi lambda0/4 --- */

double bounds_width_hoeffding(const bounds_setting *s);        /* of each entry */
double bounds_width_bernstein(const bounds_setting *s);        /* of each entry */
double bounds_width_matrix_bernstein(const bounds_setting *s); /* of the norm */
/* Matrix Chernoff: lambda_min(H_m) >= (1 - eps) xi lambda0 for all masks; eps in (0, 1), 1/4 where
 * it is combined with drift. */
double bounds_width_chernoff(const bounds_setting *s, double eps);

/* The same statements at a given width m > 0: the deviation that holds for all masks with
 * probability 1 - delta. Of every entry, |H_m - xi Hinf|_ij, and ||H_m - xi Hinf||_F is at most n
 * times that; by matrix Bernstein of the norm. */
double bounds_deviation_hoeffding(const bounds_setting *s, double m);
double bounds_deviation_bernstein(const bounds_setting *s, double m);
double bounds_deviation_matrix_bernstein(const bounds_setting *s, double m);
/* Matrix Chernoff: the largest r = 1 - eps such that lambda_min(H_m) >= r xi lambda0 is asserted, in
 * [0, 1); 0: nothing is. */
double bounds_lower_chernoff(const bounds_setting *s, double m);

/* --- section 3, drift inside the R-ball; R, kappa > 0 in the same unit --- */

/* p_R = P(|<w_0, x>| <= R) = erf(R/(kappa sqrt 2)) */
double bounds_near_probability(double R, double kappa);
/* R*, where p_R = lambda0/(16 row_sum) */
double bounds_radius(const bounds_setting *s, double kappa);
/* near_i <= 2 m xi p_R for every sample and mask, but with probability masks n exp(-m xi p_R/3), at
 * most 1. */
double bounds_near_count(double m, double xi, double p_R);
double bounds_near_failure(const bounds_setting *s, double m, double p_R);
/* ||H_m(k,t) - H_m(0)|| <= 4 row_sum xi p_R */
double bounds_drift(const bounds_setting *s, double p_R);
/* Least width for the drift condition at R*: (48 row_sum/(xi lambda0)) log(masks n/delta). */
double bounds_width_drift(const bounds_setting *s);
/* Combined with drift: max of matrix Chernoff at eps = 1/4 and the drift condition;
 * lambda_min(H_m(k,t)) >= xi lambda0/2 within R*, with probability 1 - 2 delta. */
double bounds_width_combined(const bounds_setting *s);
/* [paper] m = Omega(n^2 log(K p n/delta)/(xi lambda0^2)), its constant read as 1. */
double bounds_width_theorem(const bounds_setting *s);

/* --- section 4, Hypothesis 1 --- */

/* (4): ||e_{t+1}||^2 / ||e_t||^2 <= 1 - eta xi lambda0/2, asserted for 0 < eta <= 1/||G|| with the
 * weights within R* at both ends of the step. */
double bounds_local_contraction(double eta, double xi, double lambda0);
/* (5): ||w_{k,t,r} - w_{k,r}|| <= eta sqrt(||G||/m) sum_{s<t} ||e_s||. residual_sum: that sum, or
 * its bound t (||y - u_k|| + ||u_k - u_{k,0}||) where (4) held at steps 0..t-1. */
double bounds_local_drift(double eta, double gram_norm, double m, double residual_sum);
/* ||u_k - u_{k,0}^l||^2 <= masks V_k/delta for all K p subnetworks at once with probability 1 -
 * delta (Markov). */
double bounds_jump_tail(double masks, double jump, double delta);

/* --- section 5, exact facts about Bernoulli masks; theta (Lemma 18) is mask_theta. Categorical
 * masks: theta = phi = 1 --- */

double bounds_phi(unsigned p, double xi); /* phi = E[b_r/c_r] */
/* Lemma 18: phi <= 2/((p+1) xi); equal only for p = xi = 1 */
double bounds_phi_above(unsigned p, double xi);
/* phi <= 2 E[b_r/(c_r+1)]; equal for p = 1, and never above the other */
double bounds_phi_above_sharp(unsigned p, double xi);
double bounds_share(double theta, double p); /* Lemma 18: E[eta_r m_r^l] = theta/p */

/* nu_{r,r'}: mean (Lemma 20) and variance (Lemma 21), for r' = r and r' != r. */
double bounds_nu_mean_same(double theta);
double bounds_nu_mean_other(double theta, double xi);
double bounds_nu_variance_same(double theta);
double bounds_nu_variance_other(double theta, double phi, double xi);

/* Lemma 1: E[ut_r(x_i)]. u: u(x_i); signed_activation: a_r sigma_ri. */
double bounds_mixing_mean(double theta, double xi, double m, double u, double signed_activation);
/* Lemma 3: E sum_i (ut_r(x_i) - b_r u(x_i))^2. others: sum_i sum_{r' != r} sigma_{r'i}^2; own:
 * sum_i sigma_ri^2. */
double bounds_mixing_spread(double theta, double phi, double xi, double m, double others,
                            double own);
/* Lemma 2: E[g_r] = gradient_factor dL/dw_r + activation_factor sum_i sigma_ri x_i. */
double bounds_mixing_gradient_factor(double theta, double xi);
double bounds_mixing_activation_factor(double theta, double xi, double m);
/* Lemmas 24, 25: V = E||u - u^l||^2. squares: sum_i sum_r sigma_ri^2. */
double bounds_jump(double xi, double m, double squares);
/* Lemma 26: E||y - u_0||^2. labels: ||y||^2; inputs: sum_i ||x_i||^2. At most C^2 n where xi^2
 * kappa^2 <= 2 (2C - 1), C >= 1 the constant of Assumption 1. */
double bounds_initial_error(double xi, double kappa, double labels, double inputs);
double bounds_initial_kappa(double xi, double C); /* the largest such kappa */
/* Mean of a round: E[u_{k+1} - u_k] = eta theta [H (y - u_k) - factor sum_r a_r D_r G s_r], tau =
 * 1; the factor. */
double bounds_bias_factor(double xi, double m);

/* Lemma 4: ||g_r|| <= sqrt(||G||/m) ||ut_r - b_r y||, and [exact] E||ut_r - b_r y||^2. spread: of
 * bounds_mixing_spread; cross: a_r sum_i sigma_ri (u_i - y_i); error: ||u - y||^2. */
double bounds_mixing_gradient_norm(double gram_norm, double m, double residual);
double bounds_mixing_residual(double theta, double xi, double m, double spread, double cross,
                              double error);

/* Failure probabilities, at most 1. Lemma 16, n exp(-m p_R/3): more than 2 m p_R neurons near some
 * sample. Lemma 22, exp(-m d (1 - ln 2)/2): ||W_0||_F^2 > 2 kappa^2 m d. Lemma 23, n exp(-m (1 - ln
 * 2)/2): sum_r <w_{0,r},x_i>^2 > 2 m kappa^2 for some i. */
double bounds_lemma16_failure(double n, double m, double p_R);
double bounds_lemma22_failure(double m, double d);
double bounds_lemma23_failure(double n, double m);
/* The least p_R, at most 1/2, at which the first of these is at most delta, and the radius that has
 * it; the least k = m d (n = 1) or k = m at which the others are. */
double bounds_near_share(double n, double m, double delta);
double bounds_near_radius(double p_R, double kappa);
double bounds_tail_size(double n, double delta);
/* Lemma 17: ||H'|| <= n max_i |S_i|/m (without the factor xi of H). */
double bounds_lemma17(double n, double m, double largest_set);
/* The split after Lemma 19: |I2_i| <= (xi/sqrt m) |S_i| max_r ||w_{k+1,r} - w_{k,r}||. */
double bounds_split(double xi, double m, double set, double movement);

/* --- section 6, Theorem 3 --- */

/* [paper] factor of E||y - u_k||^2 per round, 1 - eta theta tau lambda0/4. eta: the paper's, to be
 * read as eta xi in the step size of section 1. */
double bounds_paper_contraction(double eta, double theta, double tau, double lambda0);
/* Predicted factor of the mean error along an eigenvector of H with eigenvalue lambda, per round,
 * up to O(1/m): 1 - theta (1 - (1 - eta lambda)^tau). lambda ~ xi lambda_i(Hinf)/q. Squared norms
 * fall by its square. */
double bounds_mean_multiplier(double theta, double eta, double lambda, unsigned tau);

/* --- section 7, Theorem 4 --- */

/* rho = 1 - eta lambda0/(2p) */
double bounds_categorical_contraction(double eta, double lambda0, double p);
/* Vbar = xi (1-xi) n (sqrt 2 kappa + R)^2, at least the jump V on Omega_k. */
double bounds_categorical_jump(double xi, double n, double kappa, double R);
/* d, by which the matrix of a local step of any subnetwork differs from eta xi Hinf, over eta: the
 * deviation of matrix Bernstein, the drift at R*, and flips within a step, s + 3/8 xi lambda0. */
double bounds_step_spread(const bounds_setting *s, double m);
/* rho^{tau K} ||y - u_0||^2 + Vbar rho^tau/(1 - rho^tau), for E[1_{Omega_K} ||y - u_K||^2]; rho <
 * 1. */
double bounds_categorical_error(double rho, double tau, double rounds, double initial, double jump);
/* P(Omega_K) >= 1 - 2 delta - n exp(-m (1 - ln 2)/2) - left, left the probability that some weight
 * leaves the ball; at least 0. */
double bounds_categorical_probability(double delta, double n, double m, double left);

#endif
