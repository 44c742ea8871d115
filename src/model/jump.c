/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/jump.h"

#include <math.h>
#include <stdlib.h>

#include "model/bounds.h"
#include "model/mask.h"

double jump_pair_spread(const double *outputs, size_t p, size_t n) {
    double sum = 0;
    for (size_t l = 0; l < p; l++) {
        for (size_t k = l + 1; k < p; k++) {
            for (size_t i = 0; i < n; i++) {
                double x = outputs[l * n + i] - outputs[k * n + i];
                sum += x * x;
            }
        }
    }
    return sum / ((double)p * (double)p);
}

double jump_spread(const double *outputs, const real *u, size_t p, size_t n) {
    double spread = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t l = 0; l < p; l++) {
            double x = outputs[l * n + i] - u[i];
            spread += x * x / (double)p;
        }
    }
    return spread;
}

double jump_mean_error(const double *outputs, const real *u, size_t p, size_t n) {
    double off = 0, largest = 0;
    for (size_t i = 0; i < n; i++) {
        double mean = 0;
        for (size_t l = 0; l < p; l++) {
            mean += outputs[l * n + i] / (double)p;
            largest = fmax(largest, fabs(outputs[l * n + i]));
        }
        off = fmax(off, fabs(mean - u[i]));
    }
    return off == 0 ? 0 : off / largest;
}

double jump_activation_squares(const network *net, size_t n, size_t ld) {
    double sum = 0;
    for (size_t r = 0; r < net->m; r++) {
        for (size_t i = 0; i < n; i++) {
            double z = net->Z[r * ld + i];
            sum += z > 0 ? z * z : 0;
        }
    }
    return sum;
}

/* sum_i (y_i - scale sum_r m_r a_r sigma_ri)^2; mask NULL: all neurons. */
static double squared_error(size_t n, size_t m, const double *Z, const double *a, const double *y,
                            const unsigned char *mask, double scale) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double u = 0;
        for (size_t r = 0; r < m; r++) {
            if ((!mask || mask[r]) && Z[r * n + i] > 0) { u += a[r] * Z[r * n + i]; }
        }
        sum += (y[i] - scale * u) * (y[i] - scale * u);
    }
    return sum;
}

status jump_enumerate(size_t n, size_t m, size_t p, const double *Z, const double *a,
                      const double *y, jump_means *mean) {
    double xi = 1 / (double)p, scale = 1 / sqrt((double)m), squares = 0;
    long double sum = 0; /* of up to 2^20 terms */
    size_t masks;
    status st = mask_number(MASK_CATEGORICAL, p, m, xi, &masks);
    if (st != OK) { return st; }
    unsigned char *mask = allocate(p, m, "masks");
    if (!mask) { return FAILED; }
    for (size_t k = 0; k < m * n; k++) { squares += Z[k] > 0 ? Z[k] * Z[k] : 0; }
    for (size_t code = 0; code < masks; code++) {
        mask_decode(MASK_CATEGORICAL, p, m, xi, code, mask);
        for (size_t l = 0; l < p; l++) { sum += squared_error(n, m, Z, a, y, mask + l * m, scale); }
    }
    mean->sampled = (double)(sum / (double)masks) / (double)p;
    mean->whole = squared_error(n, m, Z, a, y, NULL, xi * scale);
    mean->jump = bounds_jump(xi, (double)m, squares);
    free(mask);
    return OK;
}
