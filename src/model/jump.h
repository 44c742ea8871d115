/* The jump of ||y - u||^2 when categorical masks are drawn (lemmas-24-25 in doc/mathematics.md),
 * and its drop when the subnetworks are combined (lemma-13). q = 1, theory scaling.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_JUMP_H
#define MODEL_JUMP_H

#include <stddef.h>
#include "model/network.h"
#include "base/error.h"

/* sum_i sum_r sigma_ri^2 of a network on n samples, what V of bounds_jump is about. ld: of net->Z.
 */
double jump_activation_squares(const network *net, size_t n, size_t ld);

/* Of outputs u^l (p, n) of subnetworks beside the whole network's u (n): Lemma 14 says that the
 * first two are one, (1/p) sum_l ||u^l - u||^2 and (1/p^2) sum_{l<l'} ||u^l - u^l'||^2, and u is
 * the mean of the u^l; the third is by how much it is not, largest entry over largest |u^l|. */
double jump_spread(const double *outputs, const real *u, size_t p, size_t n);
double jump_pair_spread(const double *outputs, size_t p, size_t n);
double jump_mean_error(const double *outputs, const real *u, size_t p, size_t n);

/* Over all categorical masks: the mean of (1/p) sum_l ||y - u^l||^2; ||y - u||^2; V. */
typedef struct {
    double sampled, whole, jump;
} jump_means;

/* For given pre-activations Z (m, n), signs a (m), labels y (n), by enumeration of all p^m <= 2^20
 * masks; BAD_INPUT if there are more. */
status jump_enumerate(size_t n, size_t m, size_t p, const double *Z, const double *a,
                      const double *y, jump_means *mean);

#endif
