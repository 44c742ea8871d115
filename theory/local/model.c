/* What the statements allow in a regime, and what is counted on a subnetwork.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/local/local.h"

#include <math.h>
#include <string.h>

#include "stats/extreme.h"

local_model local_model_of(const local_regime *regime, const train_settings *s) {
    const kernel_data *d = &regime->data;
    double masks = local_masks(regime), n = (double)d->data.n, m = (double)s->width, xi = s->xi,
           lambda0 = d->lambda0;
    bounds_setting b = kernel_data_bounds(d, masks, xi, regime->delta);
    double radius = bounds_radius(&b, s->kappa), p_R = bounds_near_probability(radius, s->kappa);
    return (local_model){.G = d->G,
                         .n = d->data.n,
                         .samples = n,
                         .m = m,
                         .xi = xi,
                         .masks = masks,
                         .delta = regime->delta,
                         .gram_norm = d->gram_norm,
                         .row_sum = d->row_sum,
                         .width = bounds_width_combined(&b),
                         .radius = radius,
                         .boundary_radius = radius,
                         .near_most = bounds_near_count(m, xi, p_R),
                         .whole_near_most = bounds_near_count(m, 1, p_R),
                         .whole_near_failure = bounds_lemma16_failure(n, m, p_R),
                         .paper_width =
                             n * n * log(masks * n / regime->delta) / (xi * lambda0 * lambda0),
                         .start_least = 0.75 * xi * lambda0,
                         .along_least = xi * lambda0 / 2,
                         .drift_most = bounds_drift(&b, p_R),
                         .rate = 1 - bounds_local_contraction(1, xi, lambda0),
                         .assumption1 = d->assumption1,
                         .paper_step = lambda0 / (n * n),
                         .paper_radius = s->kappa * lambda0 / n};
}

static size_t largest_of(const unsigned *count, size_t n) {
    size_t largest = 0;
    for (size_t i = 0; i < n; i++) { largest = count[i] > largest ? count[i] : largest; }
    return largest;
}

size_t local_near(const gram *g, const network *net, const real *Z0, double boundary_radius,
                  unsigned *near) {
    memset(near, 0, g->n * sizeof *near);
    for (size_t r = 0; r < net->m; r++) {
        const real *z0 = Z0 + net->neuron[r] * g->ld;
        for (size_t i = 0; i < g->n; i++) { near[i] += fabs((double)z0[i]) <= boundary_radius; }
    }
    return largest_of(near, g->n);
}

size_t local_flips(const gram *g, const network *net, const real *from, bool same_columns,
                   unsigned *flips) {
    memset(flips, 0, g->n * sizeof *flips);
    for (size_t r = 0; r < net->m; r++) {
        const real *z = net->Z + r * g->ld,
                   *before = from + (same_columns ? r : net->neuron[r]) * g->ld;
        for (size_t i = 0; i < g->n; i++) { flips[i] += (z[i] >= 0) != (before[i] >= 0); }
    }
    return largest_of(flips, g->n);
}

double local_flips_of_near(const unsigned *flips, const unsigned *near, size_t n) {
    double most = 0;
    for (size_t i = 0; i < n; i++) { extreme_raise(&most, safe_ratio(flips[i], near[i])); }
    return most;
}

status local_kernel(const local_model *model, ntk_masked *counts, const real *Z, size_t ld,
                    size_t count, const unsigned char *mask, double *H) {
    ntk_masked_clear(counts);
    status st = ntk_masked_add(counts, Z, ld, count, mask, count, 1);
    if (st == OK) { ntk_masked_kernel(counts, 0, 1 / model->m, model->G, H); }
    return st;
}

status local_start_kernel(const local_model *model, ntk_masked *counts, const gram *g,
                          const network *net, const real *Z0, unsigned char *taken, double *H) {
    size_t m = net->capacity;
    memset(taken, 0, m);
    for (size_t k = 0; k < net->m; k++) { taken[net->neuron[k]] = 1; }
    return local_kernel(model, counts, Z0, g->ld, m, taken, H);
}
