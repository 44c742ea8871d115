/* Whether a local step is stable: its step size times the largest eigenvalue of what it linearises
 * to (stability-number in doc/mathematics.md). Below STABILITY_LIMIT it is.
 *
 * train_stability() is the number of the mean kernel xi Hinf x I_q. A subnetwork's own kernel,
 *     K = sum_r m_r (D_r G D_r) x (a_r a_r^T),   (n q) x (n q),
 * has a larger top eigenvalue where few neurons carry many outputs. It is taken as the mean
 * kernel's times (1 + sqrt(q/(xi m)))^2, the edge of the spectrum of (1/(xi m)) sum_r a_r a_r^T
 * (Marchenko and Pastur): a heuristic that asks for no draw, costs nothing for a map of a hundred
 * cells and is one number for all runs of a cell, where the eigenvalue of a drawn mask differs from
 * mask to mask. stability_drawn() is the eigenvalue itself, which it is tested against.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_STABILITY_H
#define MODEL_STABILITY_H

#include "model/dataset.h"
#include "model/train.h"
#include "stats/rng.h"

#define STABILITY_LIMIT 2

/* What `--lr auto` takes of the largest stable step: the kernel moves along a run, and the factor
 * above is off by some percent. */
#define STABILITY_AUTO_SHARE 0.5

/* (1 + sqrt(q/(xi m)))^2, at least 1. */
double stability_factor(const train_settings *s, size_t q);

/* Stability number of a subnetwork's step, by the factor. lambda_max: largest eigenvalue of Hinf.
 */
double stability_subnet(const train_settings *s, size_t n, size_t q, double lambda_max);

/* The step at which that is STABILITY_LIMIT, in the sense of s->scaling; s->lr is not looked at. */
double stability_largest_lr(const train_settings *s, size_t n, size_t q, double lambda_max);
/* STABILITY_AUTO_SHARE of it: what `--lr auto` stands for. */
double stability_auto_lr(const train_settings *s, size_t n, size_t q, double lambda_max);

/* number <- that of one subnetwork at its start, weights, signs and mask drawn from r, by power
 * iteration until a step changes it by less than 1e-6 of itself: never above the eigenvalue. A
 * subnetwork without neurons: 0. FAILED: no memory. */
status stability_drawn(const dataset *data, const train_settings *s, rng *r, double *number);

#endif
