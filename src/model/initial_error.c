/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/initial_error.h"

#include <gsl/gsl_integration.h>
#include <math.h>

enum { NODES = 3, MOST_NEURONS = 6 };

/* z and probability of each node for z ~ N(0, 1): one for z < 0, where sigma is 0, two for z > 0,
 * Gauss-Laguerre in t = z^2/2 with weight t^{-1/2} e^{-t}. */
static status half_line_nodes(double z[NODES], double weight[NODES]) {
    gsl_integration_fixed_workspace *rule =
        gsl_integration_fixed_alloc(gsl_integration_fixed_laguerre, NODES - 1, 0, 1, -0.5, 0);
    if (!rule) { return fail(FAILED, "no memory for a Gauss rule"); }
    z[0] = -1;
    weight[0] = 0.5;
    for (int k = 1; k < NODES; k++) {
        z[k] = sqrt(2 * gsl_integration_fixed_nodes(rule)[k - 1]);
        weight[k] = gsl_integration_fixed_weights(rule)[k - 1] / (2 * sqrt(M_PI));
    }
    gsl_integration_fixed_free(rule);
    return OK;
}

/* E (y - u)^2 of one sample over all nodes and signs of m neurons; a number in base NODES, then one
 * in base 2. */
static double sample_expectation(double norm, double y, size_t m, double scale,
                                 const double z[NODES], const double weight[NODES]) {
    double mean = 0;
    size_t nodes = 1, signs = (size_t)1 << m;
    for (size_t r = 0; r < m; r++) { nodes *= NODES; }
    for (size_t code = 0; code < nodes; code++) {
        double probability = 1 / (double)signs, output[MOST_NEURONS];
        size_t rest = code;
        for (size_t r = 0; r < m; r++, rest /= NODES) {
            output[r] = norm * fmax(z[rest % NODES], 0);
            probability *= weight[rest % NODES];
        }
        for (size_t sign = 0; sign < signs; sign++) {
            double u = 0;
            for (size_t r = 0; r < m; r++) { u += (sign >> r & 1 ? scale : -scale) * output[r]; }
            mean += probability * (y - u) * (y - u);
        }
    }
    return mean;
}

status initial_error_expected(const double *norms, const double *y, size_t n, size_t m, double xi,
                              double kappa, double *mean) {
    double z[NODES], weight[NODES];
    *mean = 0;
    if (m > MOST_NEURONS) {
        return fail(BAD_INPUT, "m = %zu: at most %d neurons are integrated over", m, MOST_NEURONS);
    }
    status st = half_line_nodes(z, weight);
    for (size_t i = 0; st == OK && i < n; i++) {
        *mean += sample_expectation(norms[i], y[i], m, xi * kappa / sqrt((double)m), z, weight);
    }
    return st;
}
