/* The random start: ||y - u_0||^2, ||W_0||_F, neurons near a sign change and their kernel. */
#include "theory/mask_moments/mask_moments.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include "model/spectrum.h"
#include "base/blas.h"

/* The last start. */
typedef struct {
    double *W, *A, *Z;          /* (m, d), (m), (m, ld) */
    double *u, *near, *squares; /* (n) */
    scratch owned;
} start;

static void start_open(const moments_start *s, start *w) {
    const gram *g = s->g;
    scratch *owned = &w->owned;
    w->W = scratch_take(owned, s->width * g->d, sizeof *w->W, "initial weights");
    w->A = scratch_take(owned, s->width, sizeof *w->A, "initial signs");
    w->Z = scratch_take(owned, s->width * g->ld, sizeof *w->Z, "pre-activations");
    w->u = scratch_take(owned, g->n, sizeof *w->u, "outputs");
    w->near = scratch_take(owned, g->n, sizeof *w->near, "counts");
    w->squares = scratch_take(owned, g->n, sizeof *w->squares, "squares");
}

/* Draws W_0 with entries N(0, kappa^2) and signs a; u_0, |S_i| and sum_r <w_{0,r}, x_i>^2. */
static void start_draw(const moments_start *s, rng *r, start *w) {
    const gram *g = s->g;
    double scale = s->xi / sqrt((double)s->width);
    rng_normal_double(r, s->kappa, s->width * g->d, w->W);
    rng_signs(r, s->width, w->A);
    gram_project(g, w->W, s->width, w->Z);
    memset(w->u, 0, g->n * sizeof *w->u);
    memset(w->near, 0, g->n * sizeof *w->near);
    memset(w->squares, 0, g->n * sizeof *w->squares);
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
    double part = cblas_dnrm2((int)s->part, w->W, 1), error = 0, near = 0, squares = 0;
    for (size_t i = 0; i < g->n; i++) {
        error += (g->Y[i] - w->u[i]) * (g->Y[i] - w->u[i]);
        near = fmax(near, w->near[i]);
        squares = fmax(squares, w->squares[i]);
    }
    stats_running_add(&all->error, error);
    all->frobenius += !(whole * whole <= limits->frobenius);
    all->part += !(part * part <= limits->part);
    all->squares += !(squares <= limits->squares);
    all->near += !(near <= limits->near);
    all->largest_near = fmax(all->largest_near, near);
    return near;
}

/* ||H'||^2 = ||H' H'^T||. */
static status near_norm(const moments_start *s, const double *G, const start *w, double *norm) {
    size_t m = s->width, n = s->g->n;
    int count = (int)n;
    scratch room = {0};
    double *near = scratch_take(&room, m * n, sizeof *near, "neurons of S_i");
    double *active = scratch_take(&room, m * n, sizeof *active, "activations");
    double *H = scratch_take(&room, n * n, sizeof *H, "kernel of S_i");
    double *square = scratch_take(&room, n * n, sizeof *square, "its square");
    if (room.failed) {
        scratch_free(&room);
        return FAILED;
    }
    for (size_t k = 0; k < m * n; k++) {
        double z = w->Z[k / n * s->g->ld + k % n];
        active[k] = z >= 0;
        near[k] = z >= 0 && fabs(z) <= s->radius;
    }
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, count, count, (int)m, 1 / (double)m, near,
                count, active, count, 0, H, count);
    for (size_t k = 0; k < n * n; k++) { H[k] *= G[k]; }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, count, count, count, 1, H, count, H, count,
                0, square, count);
    status st = spectrum_norm(square, n, norm);
    *norm = sqrt(*norm);
    scratch_free(&room);
    return st;
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
    start w = {0};
    start_open(s, &w);
    *starts = (moments_starts){.tangents = 0};
    status st = w.owned.failed ? FAILED : OK;
    for (size_t k = 0; st == OK && k < trials; k++) {
        start_draw(s, r, &w);
        double near = add_start(s, &w, limits, starts), norm = NAN;
        if (!G || k > 0) { continue; }
        st = near_norm(s, G, &w, &norm);
        starts->tangents++;
        tightest_keep(&starts->tangent, norm,
                      bounds_lemma17((double)s->g->n, (double)s->width, near));
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
    tightest_keep(&starts->tangent, more->tangent.value, more->tangent.bound);
}

bool moments_tails_hold(void) {
    enum { MOST = 4000 };
    bool hold = true;
    for (int k = 1; k <= MOST; k++) {
        hold = hold && gsl_cdf_chisq_Q(2.0 * k, k) <= bounds_lemma22_failure(k, 1);
    }
    return hold;
}
