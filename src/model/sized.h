/* Facts about masks whose sizes are given, fixed ones and partitions (sized-masks in
 * doc/mathematics.md): what takes the place of the lemmas about independent neurons.
 *
 * The neurons of one mask are dependent, which enters through two numbers: pair, the probability
 * that a mask takes a neuron given that it takes another one, and excess, the covariance of two
 * neurons given that it takes a third. With pair = xi and excess = 0 these are the lemmas.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_SIZED_H
#define MODEL_SIZED_H

typedef struct {
    double theta, phi;   /* P(c_r >= 1), E[b_r/c_r] */
    double xi;           /* P(m_r^l = 1), (0, 1] */
    double pair, excess; /* mask_pair, and mask_triple - pair^2 */
    double m;            /* neurons, >= 2 */
} sized_law;

/* nu_{r,r'}, r' != r: mean pair theta, variance pair (1-pair) phi + pair^2 theta (1-theta). */
double sized_nu_mean(const sized_law *law);
double sized_nu_variance(const sized_law *law);
/* E[ut_r(x_i)]. u: u(x_i); own: a_r sigma_ri. */
double sized_mixing_mean(const sized_law *law, double u, double own);
/* E (ut_r(x_i) - b_r u(x_i))^2. others: sum_{r' != r} sigma_{r'i}^2; sum: sum_{r' != r} a_r'
 * sigma_{r'i}; own: a_r sigma_ri. */
double sized_mixing_spread(const sized_law *law, double others, double sum, double own);
/* E||u - u^l||^2. squares: sum_i sum_r sigma_ri^2; sums: sum_i (sum_r a_r sigma_ri)^2. With xi m of
 * m neurons it is xi(1-xi)/(m-1) (squares - sums/m). */
double sized_jump(const sized_law *law, double squares, double sums);
/* Mean of a step: theta [H (y - (pair/xi) u) - factor sum_r a_r D_r G s_r]; the factor. */
double sized_bias_factor(const sized_law *law);

/* Covariances between two neurons r != s of p independent fixed masks (fixed-order in
 * doc/mathematics.md). */
typedef struct {
    double taken; /* of b_r and b_s */
    double count; /* of b_r and c_s */
    double share; /* of omega_r^l and omega_s^l, summed over l */
} sized_between;

/* p: subnetworks, a whole number >= 1; xi: of a neuron, (0, 1); pair: mask_pair, [0, xi]. share is
 * NaN without memory. */
sized_between sized_between_fixed(double p, double xi, double pair);

#endif
