/* The exponents of the width that is needed, and every bound where its width can be had.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "theory/required_width/required_width.h"
#include "theory/criteria.h"

/* --- exponents --- */

stats_line width_exponent(const width_cell *cells, size_t count, width_asked *width,
                          width_axis axis, double confidence) {
    scratch work = {0};
    double *x = scratch_take(&work, count, sizeof *x, "abscissae of a power law");
    double *y = scratch_take(&work, count, sizeof *y, "widths of a power law");
    double *group = scratch_take(&work, count, sizeof *group, "groups of a power law");
    size_t known = 0;
    for (size_t k = 0; !work.failed && k < count; k++) {
        const bounds_setting *s = &cells[k].bounds;
        double measured = width_measured(&cells[k]);
        if (isnan(measured)) { continue; }
        x[known] = log(axis == EXPONENT_OF_N ? s->n : 1 / s->xi);
        y[known] = log(width ? width(s) : measured);
        group[known++] = axis == EXPONENT_OF_N ? s->xi : s->n;
    }
    stats_line line = stats_fit_groups(x, y, group, known, confidence);
    scratch_free(&work);
    return line;
}

/* (1 - xi/2)/(xi/2), the relative variance of the diagonal of H_m, but for the factor 1/m. */
static double entry_variance(const bounds_setting *s) { return 2 / s->xi - 1; }

/* The exponent of the needed width and the one that is claimed. */
typedef struct {
    width_axis axis;
    const char *base;
    width_asked *claimed;
} power;

static const power in_n = {EXPONENT_OF_N, "n", bounds_width_theorem},
                   in_xi = {EXPONENT_OF_XI, "(1/xi)", entry_variance};

/* The needed width grows at most with the exponent of the claimed one. */
static status exponent(const study_run *r, size_t which, evidence *e) {
    const power *p = e->claim->subject;
    const width_cell *cells = ((const width_context *)r->context)->cells;
    stats_line line = width_exponent(cells, r->cells, NULL, p->axis, CLAIM_CONFIDENCE);
    double bound = width_exponent(cells, r->cells, p->claimed, p->axis, CLAIM_CONFIDENCE).slope;
    (void)which;
    claim_check_only_if(e, !isnan(line.slope_interval.low));
    claim_says(e, "needed: %s^%.3f, in (%.3f, %.3f); %s %s^%.3f here", p->base, line.slope,
               line.slope_interval.low, line.slope_interval.high, e->claim->says, p->base, bound);
    claim_supposes(e, true,
                   "a power law over %zu (n, xi), K p = %g, delta = %g; lambda0 falls with n as "
                   "it does here",
                   r->cells, cells[0].bounds.masks, cells[0].bounds.delta);
    return claim_estimated(e, bound, line.slope, line.slope_interval, cells[0].trials);
}

/* --- orthonormal rows, and few of any --- */

/* Widths for a deviation of xi lambda0/4, a quarter of what a diagonal entry is; entrywise bounds
 * hold every entry to 1/n of it. */
static const own_conclusion own[] = {{bounds_width_hoeffding, 0.25, true, true},
                                     {bounds_width_bernstein, 0.25, true, true},
                                     {bounds_width_matrix_bernstein, 0.25, true},
                                     {width_by_chernoff, 0.25},
                                     {bounds_width_theorem, 0.5}};

static const claim claims[] = {
    {"Theorem 2, width against n", "theorem-2-exponents", PAPER, TEST_MEAN_BELOW,
     "n^2 log(Kpn/delta)/lambda0^2 is", exponent, .subject = &in_n},
    {"Theorem 2, width against xi", "theorem-2-exponents", PAPER, TEST_MEAN_BELOW,
     "1/xi in the limit, (1 - xi/2)/xi, an entry's variance, is", exponent, .subject = &in_xi},
    {"Theorem 2, orthonormal rows, Hoeffding", "orthonormal-rows", DERIVED, TEST_AT_MOST,
     "every |H_m - xi Hinf|_ij <= xi lambda0/(4n)", orthonormal_conclusion, .subject = &own[0]},
    {"Theorem 2, orthonormal rows, Bernstein", "orthonormal-rows", DERIVED, TEST_AT_MOST,
     "every |H_m - xi Hinf|_ij <= xi lambda0/(4n)", orthonormal_conclusion, .subject = &own[1]},
    {"Theorem 2, orthonormal rows, matrix Bernstein", "orthonormal-rows", DERIVED, TEST_AT_MOST,
     "||H_m - xi Hinf|| <= xi lambda0/4", orthonormal_conclusion, .subject = &own[2]},
    {"Theorem 2, orthonormal rows, matrix Chernoff", "orthonormal-rows", DERIVED, TEST_AT_MOST,
     "lambda_min(H_m) >= (3/4) xi lambda0", orthonormal_conclusion, .subject = &own[3]},
    {"Theorem 2, orthonormal rows", "theorem-2", PAPER, TEST_AT_MOST,
     "lambda_min(H_m) >= xi lambda0/2 at m = n^2 log(Kpn/delta)/(xi lambda0^2)",
     orthonormal_conclusion, .subject = &own[4]},
    {"Theorem 2, few rows, Hoeffding", "few-rows", DERIVED, TEST_PROBABILITY,
     "every |H_m - xi Hinf|_ij <= xi lambda0/(4n)", counted_conclusion, .subject = &own[0]},
    {"Theorem 2, few rows, Bernstein", "few-rows", DERIVED, TEST_PROBABILITY,
     "every |H_m - xi Hinf|_ij <= xi lambda0/(4n)", counted_conclusion, .subject = &own[1]},
    {"Theorem 2, few rows, matrix Bernstein", "few-rows", DERIVED, TEST_PROBABILITY,
     "||H_m - xi Hinf|| <= xi lambda0/4", counted_conclusion, .subject = &own[2]},
    {"Theorem 2, few rows, matrix Chernoff", "few-rows", DERIVED, TEST_PROBABILITY,
     "lambda_min(H_m) >= (3/4) xi lambda0", counted_conclusion, .subject = &own[3]},
    {"Theorem 2, few rows", "theorem-2", PAPER, TEST_PROBABILITY,
     "lambda_min(H_m) >= xi lambda0/2 at m = n^2 log(Kpn/delta)/(xi lambda0^2)", counted_conclusion,
     .subject = &own[4]}};

const claim_group required_width_claims[] = {{CLAIMS(claims)}, {NULL}};
