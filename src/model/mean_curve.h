/* The curve that the mean of y - u_k over masks follows while activations stay put (mean-curve in
 * doc/mathematics.md):
 *     e_k = sum_i (1 - theta (1 - (1 - eta lambda_i)^tau))^k <v_i, e_0> v_i
 * with the eigenpairs of the kernel of a start, H(0), or of xi Hinf.
 *
 * While activations stay put the mean follows e_k of H(0) up to O(1/m). They do not quite: about
 * sqrt(m)/kappa neurons flip on a sample. Flips in either direction would cancel but for m^(1/4),
 * were the movement of a neuron the same on both sides; but one that is active on x_i is moved on
 * x_i by the residual there too, one that is not is not. So the difference is of the order sqrt(m),
 * H moves by O(m^(-1/2)), and the mean with it. Hinf is as far from H(0)/xi from the start.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_MEAN_CURVE_H
#define MODEL_MEAN_CURVE_H

#include <stdbool.h>
#include <stddef.h>
#include "model/gram.h"
#include "model/network.h"
#include "model/train.h"
#include "base/error.h"

/* Eigenpairs of factor A, A symmetric. A copy with another factor shares the arrays. */
typedef struct {
    size_t n;
    double factor;
    double *values;  /* (n) of A, ascending; owned */
    double *vectors; /* (n, n) row k is the unit eigenvector of values[k]; owned */
} eigenpairs;

/* Of factor A; A: (n, n), not changed. FAILED: no memory, or A holds a NaN. */
status eigenpairs_new(const double *A, size_t n, double factor, eigenpairs *pairs);
/* Of H(0) = (xi/m) G o C at the present pre-activations of a whole network of width m. G: (n, n).
 */
status eigenpairs_of_network(const network *whole, const gram *g, const double *G, double xi,
                             eigenpairs *pairs);
void eigenpairs_free(eigenpairs *pairs); /* safe on a zeroed one */

/* to (n) <- V from, the coordinates of a vector; back: to <- V^T from, the vector itself. */
void eigenpairs_rotate(const eigenpairs *pairs, bool back, const double *from, double *to);

/* What the mean is multiplied by along an eigenvector, in a round. */
typedef struct {
    double theta, eta;
    unsigned tau;
} mean_rule;

mean_rule mean_rule_of(const train_settings *s);
/* Along eigenvector i of the pairs. */
double mean_multiplier(mean_rule rule, const eigenpairs *pairs, size_t i);

/* e (rounds + 1, n): e[0] is given, the following are filled in. */
status mean_curve(const eigenpairs *pairs, mean_rule rule, size_t rounds, double *e);

/* Rounds 0..window over which contraction is fitted: as many as the fastest direction, eigenvalue
 * lambda_max, takes to fall by a factor e, at least 4, at most 1000000. */
size_t mean_window(mean_rule rule, double lambda_max);
/* Rounds in which the slowest direction, eigenvalue lambda_min, falls by exp(-folds); at most
 * 1000000. */
size_t mean_rounds(mean_rule rule, double lambda_min, double folds);

/* Slope of log curve[k stride], k = 0..window, per round; NaN unless all are positive, or without
 * memory. */
double log_slope(const double *curve, size_t stride, size_t window);

/* Floor of curve (rounds + 1): mean of its last third, and its change over that third by a
 * least-squares line, relative to the mean; NaN without memory. */
void curve_floor(const double *curve, size_t rounds, double *level, double *change);

#endif
