/* One local step: its contraction, movement and secant kernel, and the largest that contracts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/local_descent/local_descent.h"

#include <math.h>
#include <string.h>

#include "theory/criteria.h"
#include "stats/extreme.h"

/* (||e_t||^2 - ||e_{t+1}||^2)/||e_t||^2 is summed as (e_t - e_{t+1})(e_t + e_{t+1}), which keeps
 * its digits at tiny steps. */
descent_pair descent_compare(const gram *g, const double *e, const double *next, double promise) {
    double square = 0, fallen = 0, outputs = 0, labels = 0;
    for (size_t i = 0; i < g->n; i++) {
        double y = (double)g->Y[i];
        square += e[i] * e[i];
        fallen += (e[i] - next[i]) * (e[i] + next[i]);
        outputs += (y - e[i]) * (y - e[i]);
        labels += y * y;
    }
    double part = fallen / square, finest = fmin(CRITERION_NORM, promise / 100);
    double rounding = CRITERION_OUTPUT * (sqrt(outputs) + sqrt(labels));
    return (descent_pair){.square = square,
                          .ratio = 1 - part,
                          .gain = part / promise,
                          .skip = sqrt(square) * finest < rounding};
}

static double positive_part(double x) { return x > 0 ? x : 0; }

/* One neuron, one sample with a sign change: row i of m E grows by (s_ri - 1_ri) G_i. 1_r. */
static void add_change(const local_model *model, const real *z, double excess, size_t i,
                       double *E) {
    size_t n = model->n;
    for (size_t j = 0; j < n; j++) {
        if (z[j] >= 0) { E[i * n + j] += excess * model->G[i * n + j] / model->m; }
    }
}

double descent_secant_kernel(const local_model *model, const gram *g, const network *net,
                             const real *before, double *E) {
    size_t n = model->n;
    memset(E, 0, n * n * sizeof *E);
    for (size_t r = 0; r < net->m; r++) {
        const real *z = before + r * g->ld, *after = net->Z + r * g->ld;
        for (size_t i = 0; i < n; i++) {
            if ((z[i] >= 0) == (after[i] >= 0)) { continue; }
            double slope = (positive_part(after[i]) - positive_part(z[i])) / (after[i] - z[i]);
            add_change(model, z, slope - (z[i] >= 0), i, E);
        }
    }
    double squares = 0;
    for (size_t k = 0; k < n * n; k++) { squares += E[k] * E[k]; }
    return sqrt(squares);
}

double descent_identity(const gram *g, const double *H, const double *E, double eta,
                        const double *u, const double *e, const double *next) {
    size_t n = g->n;
    double worst = 0, largest = 0;
    for (size_t i = 0; i < n; i++) {
        double y = (double)g->Y[i], after = y - next[i], predicted = 0;
        for (size_t j = 0; j < n; j++) { predicted += (H[i * n + j] + E[i * n + j]) * e[j]; }
        extreme_raise(&worst, fabs(after - u[i] - eta * predicted));
        largest = fmax(largest, fmax(fabs(y), fmax(fabs(after), fabs(u[i]))));
    }
    return worst / largest;
}

/* Whether (4) holds at `part` times the step taken: ||y - u||^2 <= (1 - part promise) square at z +
 * part (z' - z). */
static bool obeys(const descent_ray *ray, double part) {
    const gram *g = ray->g;
    double *u = ray->outputs, square = 0;
    memset(u, 0, g->n * sizeof *u);
    for (size_t r = 0; r < ray->net->m; r++) {
        const real *z = ray->before + r * g->ld, *after = ray->net->Z + r * g->ld;
        double a = ray->scale * (double)ray->net->A[r];
        for (size_t i = 0; i < g->n; i++) {
            u[i] += a * positive_part(z[i] + part * (after[i] - z[i]));
        }
    }
    for (size_t i = 0; i < g->n; i++) { square += (g->Y[i] - u[i]) * (g->Y[i] - u[i]); }
    return square <= (1 - part * ray->promise) * ray->square;
}

double descent_largest_part(const descent_ray *ray) {
    enum { DOUBLINGS = 30, BISECTIONS = 5 };
    bool taken = obeys(ray, 1);
    double low = taken ? 1 : 0.5;
    for (int k = 0; k < DOUBLINGS && obeys(ray, taken ? 2 * low : low) == taken; k++) {
        low = taken ? 2 * low : low / 2;
    }
    if (!taken && !obeys(ray, low)) { return 0; }
    double high = 2 * low;
    for (int k = 0; k < BISECTIONS; k++) {
        double middle = sqrt(low * high);
        if (obeys(ray, middle)) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}
