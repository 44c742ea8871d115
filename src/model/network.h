/* A two-layer ReLU network, whole or sub, as the data see it.
 *
 * u(x) = scale * sum_r a_r sigma(<w_r, x>) for q outputs (setting in doc/mathematics.md): the whole
 * network with scale s_w, a subnetwork over its own neurons with scale s_s. Only pre-activations
 * are kept: Z = X W.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_NETWORK_H
#define MODEL_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include "model/gram.h"
#include "base/error.h"
#include "base/real.h"
#include "base/scratch.h"

typedef struct {
    size_t m;        /* neurons in use */
    size_t capacity; /* neurons that fit */
    real *Z;         /* (m, ld): neuron after neuron, z_r = X w_r; owned */
    real *A;         /* (m, q): a_r, each -1 or +1; owned */
    real *C;         /* (m, ld): w_r = w_r(0) + X^T c_r; NULL if weights are not followed; owned */
    size_t *neuron;  /* (m): which neuron of the whole network this is; owned */
    scratch owned;
} network;

/* Room for `capacity` neurons on g's data, m = 0; with C if `follow`. */
status network_new(const gram *g, size_t capacity, bool follow, network *net);
void network_free(network *net); /* safe on a zeroed one */

/* U (q, ld) <- scale * sum_r a_r sigma(z_r); the output on all inputs, output after output. */
void network_output(const gram *g, const network *net, double scale, real *U);

/* R (q, ld) <- U - Y; returns the error (1/2) ||U - Y||_F^2 / n. R may be U. */
double network_residual(const gram *g, const real *U, real *R);

/* (1/2) ||U - Y||_F^2 over the number of rows, of the rows that g holds out; NaN without any. U as of
 * network_output. */
double network_held_error(const gram *g, const real *U);

/* One gradient step of the network on its own neurons (released-program in doc/mathematics.md):
 *     S = step * scale * (R A^T) o 1{Z > 0};  Z <- Z - G S   (and C <- C - S),
 * R (q, ld) the residual of the network with the same scale. If U is not NULL it receives the
 * output after the step, so that a run of steps sweeps over Z once a step. U may not be R. work:
 * gram_workspace elements, not shared by threads. */
void network_step(const gram *g, network *net, double scale, double step, const real *R, real *U,
                  real *work);

/* ||w_r - w_r(0)||^2 = c_r^T (z_r - z_r(0)), never below 0; NaN of NaN. Z0: (., ld) initial pre-activations of
 * the whole network. Needs C. */
double network_drift_squared(const gram *g, const network *net, const real *Z0, size_t r);
/* The largest of its neurons; NaN once one is. */
double network_drift_squared_most(const gram *g, const network *net, const real *Z0);
/* The largest ||w_r - w'_r||^2 of its neurons, w'_r the weights that had columns Z and C (m, ld);
 * never below 0, NaN once one is. Needs C. */
double network_movement_squared_most(const gram *g, const network *net, const real *Z,
                                     const real *C);

/* Operations of one network_step on m neurons with output, and of one network_output. */
double network_step_cost(const gram *g, double m);
double network_output_cost(const gram *g, double m);

#endif
