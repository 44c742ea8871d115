/* The means over masks, statement by statement: of masks whose neurons are independent or whose
 * neurons choose, and of masks whose sizes are given.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/mask_moments/mask_moments.h"

const claim moments_of_free_masks[MOMENTS_MASK_CLAIMS] = {
    {"Lemma 18, neurons taken", "lemma-18-taken", EXACT, TEST_AT_MOST, "P(c_r >= 1) = theta",
     moments_mean},
    {"Lemma 18, shares", "lemma-18-share", EXACT, TEST_AT_MOST,
     "E[eta_r m_r^l] = theta/p, and E[b_r/c_r] = phi", moments_mean},
    {"Lemma 20, mean of nu", "lemma-20", EXACT, TEST_AT_MOST,
     "E[nu_rr'] = xi theta for r != r', theta for r = r'", moments_mean},
    {"Lemma 21, variance of nu", "lemma-21", EXACT, TEST_AT_MOST,
     "Var(nu_rr') = xi(1-xi) phi + xi^2 theta(1-theta) for r != r', theta(1-theta) for r = r'",
     moments_mean},
    {"Lemma 1, mean of the mixing function", "lemma-1", EXACT, TEST_AT_MOST,
     "E[ut_r(x_i)] = theta (u(x_i) + (1-xi) a_r sigma_ri/sqrt m)", moments_mean},
    {"Lemma 3, spread of the mixing function", "lemma-3", EXACT, TEST_AT_MOST,
     "E sum_i (ut_r - b_r u)^2 = (1/m)[xi(1-xi) phi sum_{r'!=r} sigma^2 + (1-xi)^2 theta sum_i "
     "sigma_ri^2]",
     moments_mean},
    {"Lemma 2, mean of the mixing gradient", "lemma-2", EXACT, TEST_AT_MOST,
     "E[g_r] = (theta/xi) dL/dw_r + (theta(1-xi)/m) sum_i sigma_ri x_i", moments_mean},
    {"Definition 1, mean of the masked kernel", "kernel-masked", EXACT, TEST_AT_MOST,
     "E_mask[H_m] = H at weights independent of the mask", moments_mean},
    {"Lemmas 24, 25, mean of the jump", "lemmas-24-25", EXACT, TEST_AT_MOST,
     "E||u - u^l||^2 = V = (xi(1-xi)/m) sum_i sum_r sigma_ri^2", moments_mean},
    {"Mean of a step", "mean-of-a-step", EXACT, TEST_AT_MOST,
     "E[u_{k+1} - u_k] = eta theta [H(y - u_k) - xi(1-xi) m^{-3/2} sum_r a_r D_r G s_r]",
     moments_mean},
    {"Lemma 4, mean", "lemma-4-mean", EXACT, TEST_AT_MOST,
     "E||ut_r - b_r y||^2 = [Lemma 3] + 2 theta(1-xi)(a_r/sqrt m) sum_i sigma_ri (u_i - y_i) + "
     "theta "
     "||u - y||^2",
     moments_mean}};

/* The same where sizes are given: pi is P(a mask takes r' | it takes r), rho the covariance of two
 * neurons given a third. */
const claim moments_of_sized_masks[MOMENTS_MASK_CLAIMS] = {
    {"Sized masks, neurons taken", "sized-counts", EXACT, TEST_AT_MOST, "P(c_r >= 1) = theta",
     moments_mean, .subject = "Lemma 18, neurons taken"},
    {"Sized masks, shares", "sized-counts", EXACT, TEST_AT_MOST,
     "E[eta_r m_r^l] = theta/p, and E[b_r/c_r] = phi", moments_mean, .subject = "Lemma 18, shares"},
    {"Sized masks, mean of nu", "sized-nu", EXACT, TEST_AT_MOST,
     "E[nu_rr'] = pi theta for r != r', theta for r = r'; pi = (k-1)/(m-1) for k of m",
     moments_mean, .subject = "Lemma 20, mean of nu"},
    {"Sized masks, variance of nu", "sized-nu", EXACT, TEST_AT_MOST,
     "Var(nu_rr') = pi(1-pi) phi + pi^2 theta(1-theta) for r != r', theta(1-theta) for r = r'",
     moments_mean, .subject = "Lemma 21, variance of nu"},
    {"Sized masks, mean of the mixing function", "sized-mixing", EXACT, TEST_AT_MOST,
     "E[ut_r(x_i)] = theta ((pi/xi) u(x_i) + (1-pi) a_r sigma_ri/sqrt m)", moments_mean,
     .subject = "Lemma 1, mean of the mixing function"},
    {"Sized masks, spread of the mixing function", "sized-spread", EXACT, TEST_AT_MOST,
     "E sum_i (ut_r - b_r u)^2 = (1/m) sum_i [phi (pi(1-pi) Q + rho (S^2 - Q)) + theta ((pi-xi) S "
     "+ (1-xi) a_r sigma_ri)^2], Q, S = sum_{r'!=r} of sigma^2, of a sigma",
     moments_mean, .subject = "Lemma 3, spread of the mixing function"},
    {"Sized masks, mean of the mixing gradient", "sized-gradient", EXACT, TEST_AT_MOST,
     "E[g_r] = (theta/sqrt m) sum_i a_r ((pi/xi) u_i - y_i) x_i 1_ri + (theta(1-pi)/m) sum_i "
     "sigma_ri x_i",
     moments_mean, .subject = "Lemma 2, mean of the mixing gradient"},
    {"Sized masks, mean of the masked kernel", "sized-kernel", EXACT, TEST_AT_MOST,
     "E_mask[H_m] = H at weights independent of the mask", moments_mean,
     .subject = "Definition 1, mean of the masked kernel"},
    {"Sized masks, mean of the jump", "sized-jump", EXACT, TEST_AT_MOST,
     "E||u - u^l||^2 = (xi/m) sum_i [(1-pi) sum_r sigma_ri^2 - (xi-pi) (sum_r a_r sigma_ri)^2]; xi "
     "m "
     "neurons: (xi(1-xi)/(m-1)) sum_i [sum_r sigma_ri^2 - (1/m)(sum_r a_r sigma_ri)^2]",
     moments_mean, .subject = "Lemmas 24, 25, mean of the jump"},
    {"Sized masks, mean of a step", "sized-step", EXACT, TEST_AT_MOST,
     "E[u_{k+1} - u_k] = eta theta [H (y - (pi/xi) u_k) - xi(1-pi) m^{-3/2} sum_r a_r D_r G s_r]",
     moments_mean, .subject = "Mean of a step"},
    {"Sized masks, mean of Lemma 4", "sized-residual", EXACT, TEST_AT_MOST,
     "E||ut_r - b_r y||^2 = [spread] + 2 theta sum_i ((pi/xi - 1) u_i + (1-pi) a_r sigma_ri/sqrt m)"
     "(u_i - y_i) + theta ||u - y||^2",
     moments_mean, .subject = "Lemma 4, mean"}};
