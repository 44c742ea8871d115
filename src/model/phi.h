/* phi = E[b_r/c_r] without the recursion of bounds_phi, and whether a bound of it holds.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_PHI_H
#define MODEL_PHI_H

#include <stdbool.h>

/* phi = E[b_r/c_r] of p >= 1 Bernoulli masks, xi in (0, 1], by its sum. */
double phi_by_sum(unsigned p, double xi);

/* Whether phi keeps to the bound `above` for p = 1..PHI_SUBNETS and xi = 1/PHI_GRID..1: equal to it
 * at p = 1 (for all xi, or for xi = 1 alone), below it elsewhere, to `relative`. worst: largest
 * phi/bound; NaN once one is. */
enum { PHI_SUBNETS = 20, PHI_GRID = 20 };
bool phi_keeps_to(double (*above)(unsigned p, double xi), bool equal_for_all_xi, double relative,
                  double *worst);

#endif
