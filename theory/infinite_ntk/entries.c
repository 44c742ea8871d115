/* Entries of Hinf found again: by quadrature, and by counts of random neurons.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/infinite_ntk/infinite_ntk.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <math.h>

#include "theory/criteria.h"

size_t infinite_entries_count(size_t n, size_t wanted) {
    size_t all = n * (n + 1) / 2;
    return wanted < all ? wanted : all;
}

static infinite_entry entry_of(const double *G, const double *Hinf, size_t n, size_t i, size_t j) {
    return (infinite_entry){i, j, G[i * n + j], Hinf[i * n + j], NAN};
}

/* Entry number k of the lower triangle, row by row, is in the last row i with i (i + 1)/2 <= k. */
void infinite_entries_pick(const dataset *data, const double *G, const double *Hinf, size_t count,
                           infinite_entry *entries) {
    size_t n = data->n, all = n * (n + 1) / 2, i = 0;
    for (size_t e = 0; e < count; e++) {
        size_t k = e * (all / count) + e * (all % count) / count;
        while ((i + 1) * (i + 2) / 2 <= k) { i++; }
        entries[e] = entry_of(G, Hinf, n, i, k - i * (i + 1) / 2);
    }
    size_t a = data->closest[0], b = data->closest[1];
    if (count < all) { entries[count - 1] = entry_of(G, Hinf, n, a > b ? a : b, a > b ? b : a); }
}

/* --- quadrature --- */

enum { NODES = 64 };
static const double END = 10; /* beyond, the standard normal distribution has 1e-23 */

typedef struct {
    double scale, slope;
} integrand;

/* phi(scale v) Phi(slope v), density and distribution function of the standard normal distribution
 */
static double normal_times_tail(double v, void *context) {
    const integrand *f = context;
    return exp(-f->scale * f->scale * v * v / 2) / sqrt(2 * M_PI) *
           erfc(-f->slope * v * M_SQRT1_2) / 2;
}

/* Split w along x: <w, x> = u is standard normal, and given u the other event has probability Phi(u
 * cot t), so that P = integral over u > 0 of phi(u) Phi(u cot t). For |tan t| <= 1 this has a step
 * at 0; with v = u |cot t| and Phi(v) = 1 - Phi(-v) it becomes smooth, P = 1/2 - J (t < pi/2) or J,
 * J = |tan t| times the integral over v > 0 of phi(v |tan t|) Phi(-v). */
double infinite_both_active(double t) {
    double tangent = fabs(tan(t));
    integrand f = tangent <= 1 ? (integrand){tangent, -1} : (integrand){1, cos(t) / sin(t)};
    gsl_function function = {normal_times_tail, &f};
    gsl_integration_glfixed_table *nodes = gsl_integration_glfixed_table_alloc(NODES);
    if (!nodes) { return NAN; }
    double integral = gsl_integration_glfixed(&function, 0, END, nodes);
    gsl_integration_glfixed_table_free(nodes);
    if (!(tangent <= 1)) { return integral; }
    return cos(t) > 0 ? 0.5 - tangent * integral : tangent * integral;
}

status infinite_entries_integrate(const dataset *data, infinite_entry *entries, size_t count) {
    for (infinite_entry *e = entries; e < entries + count; e++) {
        e->quadrature = e->product * infinite_both_active(dataset_angle(data, e->i, e->j));
        if (isnan(e->quadrature)) {
            return fail(FAILED, "no memory for a quadrature of %d nodes", NODES);
        }
    }
    return OK;
}

double infinite_entries_off(const infinite_entry *entries, size_t count) {
    double worst = 0;
    for (size_t e = 0; e < count; e++) {
        double off = fabs(entries[e].closed - entries[e].quadrature) / 0.5;
        if (isnan(off)) { return NAN; }
        worst = fmax(worst, off);
    }
    return worst;
}

/* --- random neurons --- */

/* Two-sided p-value of k successes in n trials. */
static double binomial_chance(double k, double n, double p) {
    double below = gsl_cdf_binomial_P((unsigned)k, p, (unsigned)n),
           above = k > 0 ? gsl_cdf_binomial_Q((unsigned)k - 1, p, (unsigned)n) : 1;
    return fmin(1, 2 * fmin(below, above));
}

/* Where <x_i, x_j> is so small that no probability could be told from any other, the entry itself
 * is. */
static double entry_chance(const infinite_entry *e, double mean, double neurons) {
    if (fabs(e->closed - mean) <= CRITERION_EXACT / 2) { return 1; }
    double p = e->closed / e->product;
    if (!(p >= 0 && p <= 1)) { return isnan(p) ? NAN : 0; }
    return binomial_chance(round(mean / e->product * neurons), neurons, p);
}

double infinite_entries_chance(const infinite_entry *entries, size_t count, const double *means,
                               double neurons, size_t *worst) {
    double least = 2;
    for (size_t e = 0; e < count; e++) {
        double chance = isnan(means[e]) ? NAN : entry_chance(&entries[e], means[e], neurons);
        if (chance >= least) { continue; }
        least = chance;
        *worst = e;
        if (isnan(chance)) { break; }
    }
    return least;
}
