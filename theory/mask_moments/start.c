/* The random start: ||y - u_0||^2, ||W_0||_F, neurons near a sign change and their kernel.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/mask_moments/mask_moments.h"

#include <math.h>

#include "model/spectrum.h"
#include "base/blas.h"
#include "stats/extreme.h"

/* The last start. */
typedef struct {
    double *W, *A, *Z; /* (m, d), (m), (m, ld) */
    double *u;         /* (n) u_0 */
    double *near;      /* (n) |S_i| */
    double *squares;   /* (n) sum_r <w_{0,r}, x_i>^2 */
    scratch owned;
} start;

/* Draws W_0 with entries N(0, kappa^2) and signs a. */
static void start_draw(const moments_start *s, rng *r, start *w) {
    const gram *g = s->g;
    double scale = s->xi / sqrt((double)s->width);
    rng_normal_double(r, s->kappa, s->width * g->d, w->W);
    rng_signs(r, s->width, w->A);
    gram_project(g, w->W, s->width, w->Z);
    for (size_t i = 0; i < g->n; i++) { w->u[i] = w->near[i] = w->squares[i] = 0; }
    for (size_t k = 0; k < s->width; k++) {
        for (size_t i = 0; i < g->n; i++) {
            double z = w->Z[k * g->ld + i];
            w->u[i] += scale * w->A[k] * fmax(z, 0);
            w->near[i] += fabs(z) <= s->radius;
            w->squares[i] += z * z;
        }
    }
}

/* Returns max_i |S_i|. */
static double add_start(const moments_start *s, const start *w, const moments_limits *limits,
                        moments_starts *all) {
    const gram *g = s->g;
    double whole = cblas_dnrm2((int)(s->width * g->d), w->W, 1);
    double part = cblas_dnrm2((int)s->part, w->W, 1);
    double near = extreme_largest(w->near, g->n), squares = extreme_largest(w->squares, g->n);
    stats_running_add(&all->error, distance_squared(g->Y, w->u, g->n));
    all->frobenius += !(whole * whole <= limits->frobenius);
    all->part += !(part * part <= limits->part);
    all->squares += !(squares <= limits->squares);
    all->near += !(near <= limits->near);
    all->largest_near = fmax(all->largest_near, near);
    return near;
}

/* ||H'|| of the last start. */
static status near_norm(const moments_start *s, const double *G, start *w, double *norm) {
    size_t m = s->width, n = s->g->n;
    int count = (int)n;
    double *near = take(&w->owned, m * n), *active = take(&w->owned, m * n);
    double *H = take(&w->owned, n * n);
    if (w->owned.failed) { return FAILED; }
    for (size_t k = 0; k < m * n; k++) {
        double z = w->Z[k / n * s->g->ld + k % n];
        active[k] = z >= 0;
        near[k] = z >= 0 && fabs(z) <= s->radius;
    }
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, count, count, (int)m, 1 / (double)m, near,
                count, active, count, 0, H, count);
    for (size_t k = 0; k < n * n; k++) { H[k] *= G[k]; }
    return spectrum_norm_general(H, n, norm);
}

moments_limits moments_limits_of(const moments_start *s) {
    double m = (double)s->width, square = s->kappa * s->kappa;
    return (moments_limits){
        .frobenius = 2 * square * m * (double)s->g->d,
        .part = 2 * square * (double)s->part,
        .squares = 2 * square * m,
        .near = bounds_near_count(m, 1, bounds_near_probability(s->radius, s->kappa))};
}

status moments_starts_simulate(const moments_start *s, const moments_limits *limits,
                               const double *G, rng *r, size_t trials, moments_starts *starts) {
    size_t m = s->width, n = s->g->n;
    start w = {0};
    w.W = take(&w.owned, m * s->g->d), w.A = take(&w.owned, m), w.Z = take(&w.owned, m * s->g->ld);
    w.u = take(&w.owned, n), w.near = take(&w.owned, n), w.squares = take(&w.owned, n);
    status st = w.owned.failed ? FAILED : OK;
    *starts = (moments_starts){.tangents = 0};
    for (size_t k = 0; st == OK && k < trials; k++) {
        start_draw(s, r, &w);
        double near = add_start(s, &w, limits, starts), norm = NAN;
        if (!G || k > 0) { continue; }
        st = near_norm(s, G, &w, &norm);
        starts->tangents++;
        tightest_keep(&starts->tangent,
                      (tightest){norm, bounds_lemma17((double)n, (double)m, near)});
    }
    scratch_free(&w.owned);
    return st;
}

void moments_starts_merge(moments_starts *starts, const moments_starts *more) {
    stats_running_merge(&starts->error, &more->error);
    starts->frobenius += more->frobenius;
    starts->part += more->part;
    starts->squares += more->squares;
    starts->near += more->near;
    starts->largest_near = fmax(starts->largest_near, more->largest_near);
    starts->tangents += more->tangents;
    tightest_keep(&starts->tangent, more->tangent);
}
