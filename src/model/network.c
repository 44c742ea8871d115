/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/network.h"

#include <math.h>
#include <string.h>

#include "model/layer.h"
#include "model/vec.h"
#include "stats/extreme.h"

status network_new(const gram *g, size_t capacity, bool follow, network *net) {
    *net = (network){.capacity = capacity};
    scratch *own = &net->owned;
    net->Z = scratch_take(own, capacity * g->ld, sizeof *net->Z, "pre-activations");
    net->A = scratch_take(own, capacity * g->q, sizeof *net->A, "output signs");
    net->neuron = scratch_take(own, capacity, sizeof *net->neuron, "neuron numbers");
    if (follow) {
        net->C = scratch_take(own, capacity * g->ld, sizeof *net->C, "weight coefficients");
    }
    if (!own->failed) { return OK; }
    network_free(net);
    return FAILED;
}

void network_free(network *net) {
    scratch_free(&net->owned);
    *net = (network){0};
}

void network_output(const gram *g, const network *net, double scale, real *U) {
    memset(U, 0, g->q * g->ld * sizeof *U);
    layer_output(net->Z, net->A, net->m, g->q, g->ld, (real)scale, U);
}

double network_residual(const gram *g, const real *U, real *R) {
    double squares = 0;
    for (size_t o = 0; o < g->q; o++) {
        const real *u = U + o * g->ld;
        const real *y = g->Y + o * g->ld;
        real *e = R + o * g->ld;
        double column = 0;
        for (size_t i = 0; i < g->n; i++) {
            e[i] = u[i] - y[i];
            column += (double)e[i] * (double)e[i];
        }
        squares += column;
    }
    return squares / 2 / (double)g->n;
}

double network_held_error(const gram *g, const real *U) {
    double squares = 0;
    for (size_t o = 0; o < g->q; o++) {
        for (size_t i = g->first; i < g->first + g->held; i++) {
            double e = (double)U[o * g->ld + i] - (double)g->Y[o * g->ld + i];
            squares += e * e;
        }
    }
    return g->held > 0 ? squares / 2 / (double)g->held : NAN;
}

void network_step(const gram *g, network *net, double scale, double step, const real *R, real *U,
                  real *work) {
    const real factor = (real)(-step * scale);
    if (U) { memset(U, 0, g->q * g->ld * sizeof *U); }
    for (size_t r = 0; r < net->m; r += ACTIVE_PANEL) {
        real *Z = net->Z + r * g->ld;
        const real *A = net->A + r * g->q;
        size_t count = smaller(net->m - r, ACTIVE_PANEL);
        relu_sum s = {
            .Z = Z, .A = A, .R = R, .count = count, .q = g->q, .ld = g->ld, .factor = factor};
        if (net->C) {
            layer_gradient(Z, A, R, count, g->q, g->ld, factor, NULL, net->C + r * g->ld);
        }
        gram_step(g, &s, Z, work);
        if (U) { layer_output(Z, A, count, g->q, g->ld, (real)scale, U); }
    }
}

/* ||w_r - w||^2 = (c_r - c)^T (z_r - z) of weights w with columns z and c; c NULL: 0. */
static double movement_squared(const gram *g, const network *net, size_t r, const real *z,
                               const real *c) {
    const real *to = net->Z + r * g->ld, *by = net->C + r * g->ld;
    double sum = 0;
    for (size_t i = 0; i < g->n; i++) {
        sum += ((double)by[i] - (c ? (double)c[i] : 0)) * ((double)to[i] - (double)z[i]);
    }
    return sum;
}

double network_drift_squared(const gram *g, const network *net, const real *Z0, size_t r) {
    double sum = movement_squared(g, net, r, Z0 + net->neuron[r] * g->ld, NULL);
    return sum < 0 ? 0 : sum; /* NaN stays */
}

double network_drift_squared_most(const gram *g, const network *net, const real *Z0) {
    double most = 0;
    for (size_t r = 0; r < net->m; r++) {
        extreme_raise(&most, network_drift_squared(g, net, Z0, r));
    }
    return most;
}

double network_movement_squared_most(const gram *g, const network *net, const real *Z,
                                     const real *C) {
    double most = 0;
    for (size_t r = 0; r < net->m; r++) {
        extreme_raise(&most, movement_squared(g, net, r, Z + r * g->ld, C + r * g->ld));
    }
    return most;
}

double network_output_cost(const gram *g, double m) {
    return 2 * m * (double)(g->n + g->held) * (double)g->q;
}

double network_step_cost(const gram *g, double m) {
    return m * gram_cost(g) + 2 * network_output_cost(g, m);
}
