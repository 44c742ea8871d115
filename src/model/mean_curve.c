/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/mean_curve.h"

#include <math.h>
#include <stdlib.h>

#include <cblas.h>

#include "model/bounds.h"
#include "model/mask.h"
#include "model/ntk.h"
#include "model/spectrum.h"
#include "stats/stats.h"

/* Slopes alone are wanted of lines: their intervals would take rounds for independent. */
static const double ANY_CONFIDENCE = 0.5;

enum { WINDOW_LEAST = 4, ROUNDS_MOST = 1000000 };

/* --- eigenpairs --- */

status eigenpairs_new(const double *A, size_t n, double factor, eigenpairs *pairs) {
    *pairs = (eigenpairs){.n = n, .factor = factor};
    pairs->values = allocate(n, sizeof *pairs->values, "eigenvalues");
    pairs->vectors = allocate(n * n, sizeof *pairs->vectors, "eigenvectors");
    status st = FAILED;
    if (pairs->values && pairs->vectors) {
        st = spectrum_vectors(A, n, pairs->values, pairs->vectors);
    }
    if (st != OK) { eigenpairs_free(pairs); }
    return st;
}

status eigenpairs_of_network(const network *whole, const gram *g, const double *G, double xi,
                             eigenpairs *pairs) {
    *pairs = (eigenpairs){.n = 0};
    ntk_masked *counts = ntk_masked_new(g->n, 1);
    double *H = allocate(g->n * g->n, sizeof *H, "kernel at the start");
    status st = FAILED;
    if (counts && H) { st = ntk_masked_add(counts, whole->Z, g->ld, whole->m, NULL, 0, 1); }
    if (st == OK) {
        ntk_masked_kernel(counts, 0, xi / (double)whole->m, G, H);
        st = eigenpairs_new(H, g->n, 1, pairs);
    }
    ntk_masked_free(counts);
    free(H);
    return st;
}

void eigenpairs_free(eigenpairs *pairs) {
    free(pairs->values);
    free(pairs->vectors);
    *pairs = (eigenpairs){.n = 0};
}

void eigenpairs_rotate(const eigenpairs *pairs, bool back, const double *from, double *to) {
    int n = (int)pairs->n;
    cblas_dgemv(CblasRowMajor, back ? CblasTrans : CblasNoTrans, n, n, 1, pairs->vectors, n, from,
                1, 0, to, 1);
}

/* --- the curve --- */

mean_rule mean_rule_of(const train_settings *s) {
    return (mean_rule){mask_theta(s->mask, s->subnets, s->xi), s->lr, (unsigned)s->local_steps};
}

static double multiplier(mean_rule rule, double lambda) {
    return bounds_mean_multiplier(rule.theta, rule.eta, lambda, rule.tau);
}

double mean_multiplier(mean_rule rule, const eigenpairs *pairs, size_t i) {
    return multiplier(rule, pairs->factor * pairs->values[i]);
}

status mean_curve(const eigenpairs *pairs, mean_rule rule, size_t rounds, double *e) {
    size_t n = pairs->n;
    double *coordinates = allocate(n, sizeof *coordinates, "eigencoordinates");
    if (!coordinates) { return FAILED; }
    eigenpairs_rotate(pairs, false, e, coordinates);
    for (size_t k = 1; k <= rounds; k++) {
        for (size_t i = 0; i < n; i++) { coordinates[i] *= mean_multiplier(rule, pairs, i); }
        eigenpairs_rotate(pairs, true, coordinates, e + k * n);
    }
    free(coordinates);
    return OK;
}

size_t mean_window(mean_rule rule, double lambda_max) {
    double rounds = ceil(1 / (1 - multiplier(rule, lambda_max)));
    if (!(rounds >= 0 && rounds <= ROUNDS_MOST)) { return ROUNDS_MOST; }
    return rounds > WINDOW_LEAST ? (size_t)rounds : WINDOW_LEAST;
}

size_t mean_rounds(mean_rule rule, double lambda_min, double folds) {
    double rounds = ceil(folds / -log(fabs(multiplier(rule, lambda_min))));
    return rounds >= 1 && rounds <= ROUNDS_MOST ? (size_t)rounds : ROUNDS_MOST;
}

/* Least-squares slope of y (count) along 0, 1, ..; NaN without memory. */
static double slope_of(const double *y, size_t count) {
    double *x = allocate(count, sizeof *x, "rounds"), slope = NAN;
    for (size_t k = 0; x && k < count; k++) { x[k] = (double)k; }
    if (x) { slope = stats_fit_line(x, y, count, ANY_CONFIDENCE).slope; }
    free(x);
    return slope;
}

double log_slope(const double *curve, size_t stride, size_t window) {
    double *y = allocate(window + 1, sizeof *y, "logarithms");
    if (!y) { return NAN; }
    for (size_t k = 0; k <= window; k++) { y[k] = log(curve[k * stride]); }
    const double slope = slope_of(y, window + 1);
    free(y);
    return slope;
}

void curve_floor(const double *curve, size_t rounds, double *level, double *change) {
    size_t count = rounds / 3 + 1, first = rounds + 1 - count;
    *level = stats_summarise(curve + first, count).mean;
    *change = slope_of(curve + first, count) * (double)(count - 1) / *level;
}
