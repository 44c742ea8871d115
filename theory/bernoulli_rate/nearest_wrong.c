/* How far the curves of the nearest wrong theories are from the mean curve.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "theory/bernoulli_rate/bernoulli_rate.h"

enum { LINEARISED, ALL_TAKEN, LARGER_STEP, WRONG, RIGHT = WRONG };
static const double STEP_FACTOR = 1.05;

/* By what a theory multiplies the mean along eigenvector i. */
static double multiplier(int theory, mean_rule rule, const eigenpairs *pairs, size_t i) {
    switch (theory) {
    case LINEARISED:
        rule.eta *= rule.tau;
        rule.tau = 1;
        break;
    case ALL_TAKEN: rule.theta = 1; break;
    case LARGER_STEP: rule.eta *= STEP_FACTOR; break;
    default: break;
    }
    return mean_multiplier(rule, pairs, i);
}

/* squares (rounds + 1) <- squared norms of a theory's curve; returns its distance from the right
 * one, relative to that. start (n): coordinates of e_0. */
static double theory_curve(int theory, const bernoulli_cell *cell, const eigenpairs *pairs,
                           const double *start, double *squares) {
    mean_rule rule = mean_rule_of(&cell->s);
    double missed = 0, whole = 0;
    for (size_t k = 0; k <= cell->rounds; k++) {
        squares[k] = 0;
        for (size_t i = 0; i < pairs->n; i++) {
            double right = start[i] * pow(multiplier(RIGHT, rule, pairs, i), (double)k);
            double wrong = start[i] * pow(multiplier(theory, rule, pairs, i), (double)k);
            squares[k] += wrong * wrong;
            missed += (wrong - right) * (wrong - right);
            whole += right * right;
        }
    }
    return sqrt(missed / whole);
}

bernoulli_gap bernoulli_nearest_wrong(const study_run *r, size_t k) {
    const bernoulli_context *c = r->context;
    const bernoulli_cell *cell = bernoulli_cell_of(r, k);
    eigenpairs pairs = c->infinite;
    bernoulli_gap gap = {NAN, NAN};
    scratch work = {0};
    double *start = scratch_take(&work, pairs.n, sizeof *start, "coordinates of the labels");
    double *squares = scratch_take(&work, cell->rounds + 1, sizeof *squares, "a curve");
    if (work.failed) { goto end; }
    pairs.factor = cell->s.xi;
    eigenpairs_rotate(&pairs, false, c->data.data.Y, start);
    theory_curve(RIGHT, cell, &pairs, start, squares);
    double slope = log_slope(squares, 1, cell->window);
    for (int theory = 0; theory < WRONG; theory++) {
        double distance = theory_curve(theory, cell, &pairs, start, squares);
        double change = fabs(log_slope(squares, 1, cell->window) - slope);
        gap.distance = fmin(gap.distance, distance); /* the other one of a number and NaN */
        gap.slope = fmin(gap.slope, change);
    }
end:
    scratch_free(&work);
    return gap;
}
