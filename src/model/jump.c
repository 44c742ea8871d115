#include "model/jump.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "model/bounds.h"

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

/* sum_i (y_i - scale sum_{r: owner_r = l} a_r sigma_ri)^2; l < 0: all neurons. */
static double squared_error(size_t n, size_t m, const double *Z, const double *a, const double *y,
                            const unsigned char *owner, int l, double scale) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double u = 0;
        for (size_t r = 0; r < m; r++) {
            if ((l < 0 || owner[r] == l) && Z[r * n + i] > 0) { u += a[r] * Z[r * n + i]; }
        }
        sum += (y[i] - scale * u) * (y[i] - scale * u);
    }
    return sum;
}

status jump_enumerate(size_t n, size_t m, size_t p, const double *Z, const double *a,
                      const double *y, jump_means *mean) {
    static const double MOST = 0x1p20;
    double masks = pow((double)p, (double)m), xi = 1 / (double)p, scale = 1 / sqrt((double)m);
    double squares = 0;
    long double sum = 0; /* of so many terms */
    if (!(masks <= MOST) || p > UINT8_MAX) {
        return fail(BAD_INPUT, "%zu^%zu masks are too many to enumerate; take fewer neurons", p, m);
    }
    unsigned char *owner = allocate(m, 1, "owners of neurons");
    if (!owner) { return FAILED; }
    for (size_t k = 0; k < m * n; k++) { squares += Z[k] > 0 ? Z[k] * Z[k] : 0; }
    for (size_t r = 0; r < m;) {
        for (size_t l = 0; l < p; l++) {
            sum += squared_error(n, m, Z, a, y, owner, (int)l, scale);
        }
        /* the next mask: a counter in base p */
        for (r = 0; r < m && ++owner[r] == p; r++) { owner[r] = 0; }
    }
    mean->sampled = (double)(sum / masks) / (double)p;
    mean->whole = squared_error(n, m, Z, a, y, owner, -1, xi * scale);
    mean->jump = bounds_jump(xi, (double)m, squares);
    free(owner);
    return OK;
}
