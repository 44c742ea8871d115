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

/* The same of the sets of a file, by their moments. */
#define OWN(what, fact, says)                                                         \
    {                                                                                 \
        "Own masks, " what, "own-facts", EXACT, TEST_AT_MOST, says, moments_mean_own, \
            .subject = fact                                                           \
    }

const claim moments_of_own_masks[MOMENTS_MASK_CLAIMS] = {
    OWN("neurons taken", "Lemma 18, neurons taken", "P(c_r >= 1) = theta_r"),
    OWN("shares", "Lemma 18, shares", "E[eta_r m_r^l] and E[b_r/c_r], neuron by neuron"),
    OWN("mean of nu", "Lemma 20, mean of nu", "E[nu_rr'] = sum_l E[eta_r m_r^l m_r'^l]"),
    OWN("variance of nu", "Lemma 21, variance of nu", "E[nu_rr'^2] by the sets"),
    OWN("mean of the mixing function", "Lemma 1, mean of the mixing function",
        "E[ut_r(x_i)] = (1/sqrt m) sum_r' E[nu_rr'] a_r' sigma_r'i"),
    OWN("spread of the mixing function", "Lemma 3, spread of the mixing function",
        "E sum_i (ut_r - b_r u)^2 = (1/m) sum_r'r'' E[(nu_rr' - xi b_r)(nu_rr'' - xi b_r)] a_r' "
        "a_r'' sum_i sigma_r'i sigma_r''i"),
    OWN("mean of the mixing gradient", "Lemma 2, mean of the mixing gradient",
        "E[g_r] = (a_r/sqrt m) sum_i (E[ut_r(x_i)] - theta_r y_i) x_i 1_ri"),
    OWN("mean of the masked kernel", "Definition 1, mean of the masked kernel",
        "E[H_m^l] = (1/m) sum_r P(m_r^l = 1) D_r G D_r; = H where every neuron has the share xi"),
    OWN("mean of the jump", "Lemmas 24, 25, mean of the jump",
        "E||u - u^l||^2 = (1/m) sum_rr' E[(m_r^l - xi)(m_r'^l - xi)] a_r a_r' sum_i sigma_ri "
        "sigma_r'i"),
    OWN("mean of a step", "Mean of a step",
        "E[u_{k+1} - u_k] = (eta xi/m) sum_r D_r G D_r (theta_r y - E[ut_r])"),
    OWN("mean of Lemma 4", "Lemma 4, mean",
        "E||ut_r - b_r y||^2 = [spread] + 2 sum_i (E[ut_r(x_i)] - theta_r u_i)(u_i - y_i) + "
        "theta_r ||u - y||^2")};
