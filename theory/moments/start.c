#include "theory/moments/start.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/bounds.h"
#include "model/spectrum.h"
#include "run/blas.h"

status moments_start_work_new(const moments_start *s, moments_start_work *work)
{
    const gram *g = s->g;
    *work =
        (moments_start_work){.W = allocate(s->width * g->d, sizeof *work->W, "initial weights"),
                             .A = allocate(s->width, sizeof *work->A, "initial signs"),
                             .Z = allocate(s->width * g->ld, sizeof *work->Z, "pre-activations"),
                             .u = allocate(g->n, sizeof *work->u, "outputs"),
                             .near = allocate(g->n, sizeof *work->near, "counts"),
                             .squares = allocate(g->n, sizeof *work->squares, "squares")};
    if (work->W && work->A && work->Z && work->u && work->near && work->squares) { return OK; }
    moments_start_work_free(work);
    return FAILED;
}

void moments_start_work_free(moments_start_work *work)
{
    free(work->W);
    free(work->A);
    free(work->Z);
    free(work->u);
    free(work->near);
    free(work->squares);
    *work = (moments_start_work){.W = NULL};
}

void moments_start_draw(const moments_start *s, rng *r, moments_start_work *work)
{
    rng_normal_double(r, s->kappa, s->width * s->g->d, work->W);
    rng_signs(r, s->width, work->A);
    gram_project(s->g, work->W, s->width, work->Z);
}

moments_start_seen moments_start_look(const moments_start *s, moments_start_work *work)
{
    const gram *g = s->g;
    double scale = s->xi / sqrt((double)s->width),
           norm = cblas_dnrm2((int)(s->width * g->d), work->W, 1);
    double part = cblas_dnrm2((int)s->part, work->W, 1);
    moments_start_seen seen = {.frobenius = norm * norm, .part = part * part};
    memset(work->u, 0, g->n * sizeof *work->u);
    memset(work->near, 0, g->n * sizeof *work->near);
    memset(work->squares, 0, g->n * sizeof *work->squares);
    for (size_t r = 0; r < s->width; r++) {
        for (size_t i = 0; i < g->n; i++) {
            double z = work->Z[r * g->ld + i];
            work->u[i] += scale * work->A[r] * fmax(z, 0);
            work->near[i] += fabs(z) <= s->radius;
            work->squares[i] += z * z;
        }
    }
    for (size_t i = 0; i < g->n; i++) {
        seen.error += (g->Y[i] - work->u[i]) * (g->Y[i] - work->u[i]);
        seen.near = fmax(seen.near, work->near[i]);
        seen.squares = fmax(seen.squares, work->squares[i]);
    }
    return seen;
}

status moments_near_norm(const moments_start *s, const double *G, const moments_start_work *work,
                         double *norm)
{
    const gram *g = s->g;
    size_t m = s->width, n = g->n;
    int count = (int)n;
    double *near = allocate(m * n, sizeof *near, "neurons of S_i"),
           *active = allocate(m * n, sizeof *active, "activations");
    double *H = allocate(n * n, sizeof *H, "kernel of S_i"),
           *square = allocate(n * n, sizeof *square, "its square");
    status done = near && active && H && square ? OK : FAILED;
    for (size_t k = 0; done == OK && k < m * n; k++) {
        double z = work->Z[k / n * g->ld + k % n];
        active[k] = z >= 0;
        near[k] = z >= 0 && fabs(z) <= s->radius;
    }
    if (done == OK) {
        cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, count, count, (int)m, 1 / (double)m,
                    near, count, active, count, 0, H, count);
        for (size_t k = 0; k < n * n; k++) { H[k] *= G[k]; }
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, count, count, count, 1, H, count, H,
                    count, 0, square, count);
        done = spectrum_norm(square, n, norm);
        *norm = sqrt(*norm);
    }
    free(near);
    free(active);
    free(H);
    free(square);
    return done;
}

moments_limits moments_limits_of(const moments_start *s)
{
    double m = (double)s->width, square = s->kappa * s->kappa;
    return (moments_limits){
        .frobenius = 2 * square * m * (double)s->g->d,
        .part = 2 * square * (double)s->part,
        .squares = 2 * square * m,
        .near = bounds_near_count(m, 1, bounds_near_probability(s->radius, s->kappa))};
}

static void add(moments_starts *starts, const moments_start_seen *seen,
                const moments_limits *limits)
{
    starts->trials++;
    double before = seen->error - starts->mean;
    starts->mean += before / starts->trials;
    starts->deviations += before * (seen->error - starts->mean);
    starts->frobenius += !(seen->frobenius <= limits->frobenius);
    starts->part += !(seen->part <= limits->part);
    starts->squares += !(seen->squares <= limits->squares);
    starts->near += !(seen->near <= limits->near);
    starts->largest_near = fmax(starts->largest_near, seen->near);
}

status moments_starts_simulate(const moments_start *s, const moments_limits *limits,
                               const double *G, rng *r, size_t trials, moments_starts *starts)
{
    moments_start_work work;
    status done = moments_start_work_new(s, &work);
    *starts = (moments_starts){.trials = 0};
    for (size_t k = 0; done == OK && k < trials; k++) {
        moments_start_draw(s, r, &work);
        moments_start_seen seen = moments_start_look(s, &work);
        add(starts, &seen, limits);
        if (!G || k > 0) { continue; }
        double norm;
        done = moments_near_norm(s, G, &work, &norm);
        starts->tangents++;
        moments_closest_keep(&starts->tangent, norm,
                             bounds_lemma17((double)s->g->n, (double)s->width, seen.near));
    }
    moments_start_work_free(&work);
    return done;
}

void moments_starts_merge(moments_starts *starts, const moments_starts *more)
{
    double all = starts->trials + more->trials, share = more->trials / all,
           apart = more->mean - starts->mean;
    starts->mean += share * apart;
    starts->deviations += more->deviations + apart * apart * starts->trials * share;
    starts->trials = all;
    starts->frobenius += more->frobenius;
    starts->part += more->part;
    starts->squares += more->squares;
    starts->near += more->near;
    starts->largest_near = fmax(starts->largest_near, more->largest_near);
    starts->tangents += more->tangents;
    moments_closest_keep(&starts->tangent, more->tangent.value, more->tangent.bound);
}

/* --- E11 by quadrature --- */

enum { NODES = 3, MOST_NEURONS = 6 };

/* z and probability of each node for z ~ N(0, 1): one for z < 0, two for z > 0, Gauss-Laguerre in t = z^2/2 with weight
 * t^{-1/2} e^{-t}. */
static status half_line_nodes(double z[NODES], double weight[NODES])
{
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

/* E (y - u)^2 of one sample over all nodes and signs of m neurons; a number in base NODES, then one in base 2. */
static double sample_expectation(double norm, double y, size_t m, double scale,
                                 const double z[NODES], const double weight[NODES])
{
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

status moments_start_expectation(const double *norms, const double *y, size_t n, size_t m,
                                 double xi, double kappa, double *mean)
{
    double z[NODES], weight[NODES];
    *mean = 0;
    if (m > MOST_NEURONS) {
        return fail(BAD_INPUT, "m = %zu: at most %d neurons are integrated over", m, MOST_NEURONS);
    }
    status done = half_line_nodes(z, weight);
    for (size_t i = 0; done == OK && i < n; i++) {
        *mean += sample_expectation(norms[i], y[i], m, xi * kappa / sqrt((double)m), z, weight);
    }
    return done;
}

double moments_radius(double probability, double kappa)
{
    return kappa * gsl_cdf_ugaussian_Pinv((1 + probability) / 2);
}

double moments_near_share(double n, double m, double delta)
{
    return fmin(0.5, 3 * log(n / delta) / m);
}

double moments_tail_size(double n, double delta)
{
    return ceil(2 * log(n / delta) / (1 - M_LN2));
}
