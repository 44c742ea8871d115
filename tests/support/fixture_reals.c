/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/fixture_reals.h"

#include <math.h>
#include <stdlib.h>

real *fixture_neurons(const npy_array *weights) {
    size_t d = weights->shape[0], m = weights->shape[1];
    real *W = malloc(d * m * sizeof *W);
    for (size_t k = 0; k < d * m; k++) { W[k % m * d + k / m] = (real)weights->values[k]; }
    return W;
}

real *fixture_reals(const npy_array *array) {
    real *x = malloc(array->count * sizeof *x);
    for (size_t k = 0; k < array->count; k++) { x[k] = (real)array->values[k]; }
    return x;
}

static double output(const dataset *data, const double *W, const real *A, size_t m, size_t i,
                     double *z) {
    double u = 0;
    for (size_t r = 0; r < m; r++) {
        z[r] = 0;
        for (size_t j = 0; j < data->d; j++) {
            z[r] += data->X[i * data->d + j] * W[r * data->d + j];
        }
        u += (double)A[r] * fmax(z[r], 0) / sqrt((double)m);
    }
    return u;
}

double fixture_gradient_descent_step(const dataset *data, double *W, const real *A, size_t m,
                                     double eta) {
    size_t d = data->d;
    double *gradient = calloc(m * d, sizeof *gradient), *z = malloc(m * sizeof *z), error = 0;
    for (size_t i = 0; i < data->n; i++) {
        double e = output(data, W, A, m, i, z) - data->Y[i];
        for (size_t r = 0; r < m; r++) {
            for (size_t j = 0; z[r] > 0 && j < d; j++) {
                gradient[r * d + j] += (double)A[r] / sqrt((double)m) * e * data->X[i * d + j];
            }
        }
    }
    for (size_t k = 0; k < m * d; k++) { W[k] -= eta * gradient[k]; }
    for (size_t i = 0; i < data->n; i++) {
        double e = output(data, W, A, m, i, z) - data->Y[i];
        error += e * e / 2 / (double)data->n;
    }
    free(gradient), free(z);
    return error;
}
