/* Assumption 1, Theorem 1, and the numbers of the spectrum: statement by statement.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>

#include "theory/infinite_ntk/infinite_ntk.h"
#include "theory/criteria.h"
#include "stats/extreme.h"

/* --- Assumption 1 --- */

/* ||x_i|| = 1 and |y_i| <= C - 1 with C = 2. */
static status norms_and_labels(const study_run *r, evidence *e) {
    const dataset *data = r->data;
    double off = 0, label = 0;
    for (size_t i = 0; i < data->n; i++) {
        long double square = 0;
        for (size_t k = 0; k < data->d; k++) {
            square += (long double)data->X[i * data->d + k] * data->X[i * data->d + k];
        }
        extreme_raise(&off, (double)fabsl(sqrtl(square) - 1));
    }
    for (size_t k = 0; k < data->n * data->q; k++) { extreme_raise(&label, fabs(data->Y[k])); }
    claim_says(e, "||x_i|| = 1, the largest error; |y_i| <= C - 1: %.3g with C = 2", label);
    claim_supposes(e, true, "rows and labels scaled when read; labels divided by %.6g",
                   data->label_scale);
    claim_refute_unless(e, label <= 1);
    return claim_saw(e, CRITERION_EXACT, off, (double)data->n);
}

static size_t file_row(const study_run *r, size_t i) {
    return kernel_data_file_row(&((const infinite_context *)r->context)->data, i);
}

static status no_two_parallel(const study_run *r, evidence *e) {
    const dataset *data = r->data;
    claim_says(e, "smallest angle between two inputs, rows %zu and %zu",
               file_row(r, data->closest[0]), file_row(r, data->closest[1]));
    if (data->n < 2) { claim_says(e, "one input: nothing to be parallel to"); }
    if (data->opposite) {
        claim_supposes(e, false,
                       "rows %zu and %zu are opposite: parallel, though Hinf may be regular",
                       file_row(r, data->opposite_rows[0]), file_row(r, data->opposite_rows[1]));
    }
    claim_refute_unless(e, data->n < 2 || data->smallest_angle > 0);
    return claim_saw(e, 0, data->n < 2 ? INFINITY : data->smallest_angle,
                     (double)(data->n * (data->n - 1) / 2));
}

/* --- Theorem 1 --- */

/* The sign of lambda_min is told by its certified interval. */
static status theorem_1(const study_run *r, evidence *e) {
    const infinite_context *c = r->context;
    spectrum_interval interval = infinite_spectrum_of(r).interval;
    bool untold = c->data.assumption1 && interval.low <= 0 && interval.high > 0;
    claim_says(e, "lambda_min(Hinf) > 0; it is certainly at least the number observed%s",
               untold ? ", too near 0 to tell its sign" : "");
    claim_supposes(e, c->data.assumption1, "Assumption 1, no two inputs parallel: %s",
                   c->data.assumption1 ? "met" : "not met");
    claim_check_only_if(e, !untold);
    claim_refute_unless(e, interval.low > 0);
    return claim_saw(e, 0, interval.low, 1);
}

/* lambda_min(Hinf) <= 1/2 - cos t (pi - t)/(2 pi) for two inputs at an angle t; entries of Hinf are
 * rounded. */
static status cap_by_closest_pair(const study_run *r, evidence *e) {
    const dataset *data = r->data;
    claim_supposes(e, data->n >= 2, "two inputs: not met");
    if (data->n < 2) { return OK; }
    double t = data->smallest_angle;
    claim_supposes(
        e, true, "none; rows %zu and %zu, t = %.6g; observed: a certain lower bound of lambda_min",
        file_row(r, data->closest[0]), file_row(r, data->closest[1]), t);
    return claim_saw(e, dataset_pair_cap(t) + CRITERION_ROUNDINGS * DBL_EPSILON / 2,
                     infinite_spectrum_of(r).interval.low, 1);
}

/* --- the numbers --- */

static status two_drivers(const study_run *r, evidence *e) {
    infinite_spectrum s = infinite_spectrum_of(r);
    double off = 0;
    for (size_t k = 0; k < s.n; k++) {
        extreme_raise(&off, fabs(s.values[k] - s.second[k]) / s.values[s.n - 1]);
    }
    claim_supposes(e, true, "none; lambda_min %.12g and %.12g", s.values[0], s.second[0]);
    return claim_saw(e, CRITERION_EXACT, off, (double)s.n);
}

static status sums_of_eigenvalues(const study_run *r, evidence *e) {
    const infinite_context *c = r->context;
    infinite_spectrum s = infinite_spectrum_of(r);
    long double sum = 0, squares = 0, frobenius = 0, trace = (long double)s.n / 2;
    for (size_t k = 0; k < s.n; k++) {
        sum += s.values[k];
        squares += (long double)s.values[k] * s.values[k];
    }
    for (size_t k = 0; k < s.n * s.n; k++) {
        frobenius += (long double)c->data.Hinf[k] * c->data.Hinf[k];
    }
    double off = extreme_larger((double)(fabsl(sum - trace) / trace),
                                (double)(fabsl(squares - frobenius) / frobenius));
    return claim_saw(e, CRITERION_EXACT, off, (double)s.n);
}

/* How far x lies outside the interval, over lambda_max. NaN stays. */
static double outside(const infinite_spectrum *s, double x) {
    double below = s->interval.low - x, above = x - s->interval.high;
    return extreme_larger(extreme_larger(below, above), 0) / s->values[s->n - 1];
}

static status certified_interval(const study_run *r, evidence *e) {
    infinite_spectrum s = infinite_spectrum_of(r);
    double low = s.interval.low, high = s.interval.high;
    double off =
        extreme_larger(outside(&s, s.values[0]),
                       extreme_larger(outside(&s, s.second[0]), outside(&s, s.interval.value)));
    claim_says(e,
               "%.14g <= lambda_min <= %.14g (relative width %.1e); how far a driver's lies "
               "outside, over lambda_max",
               low, high, (high - low) / fabs(high));
    claim_refute_unless(e, low <= high);
    return claim_saw(e, CRITERION_EXACT, off, 3);
}

/* --- the closed form --- */

static status quadrature(const study_run *r, evidence *e) {
    const infinite_context *c = r->context;
    claim_supposes(e, true, "none; %zu entries, Gauss-Legendre", c->entry_count);
    return claim_saw(e, CRITERION_EXACT, infinite_entries_off(c->entries, c->entry_count),
                     (double)c->entry_count);
}

/* Every entry at every width is a test; together they err with probability 1 - CLAIM_CONFIDENCE
 * (Bonferroni). */
static status random_networks(const study_run *r, evidence *e) {
    const infinite_context *c = r->context;
    const infinite_settings *o = r->settings;
    const option_list *widths = &o->widths;
    double least = 2, tests = (double)(c->entry_count * widths->count), width = NAN;
    const infinite_entry *entry = NULL;
    for (size_t w = 0; w < widths->count; w++) {
        size_t worst = 0;
        double chance =
            infinite_entries_chance(c->entries, c->entry_count, c->means + w * c->entry_count,
                                    widths->values[w] * (double)o->networks, &worst);
        if (chance >= least || isnan(least)) { continue; }
        least = chance;
        width = widths->values[w];
        entry = &c->entries[worst];
    }
    double adjusted = least * tests > 1 ? 1 : least * tests;
    claim_says(e,
               "E[H(0)_ij] = Hinf_ij, xi = 1: smallest p-value of %g counts, times %g, is not "
               "below %.2g; rows %zu, "
               "%zu, m=%g",
               tests, tests, 1 - CLAIM_CONFIDENCE, entry->i, entry->j, width);
    claim_supposes(e, true, "none; %zu networks, %zu widths up to %g", o->networks, widths->count,
                   widths->values[widths->count - 1]);
    e->row.limit = adjusted;
    return claim_saw(e, 1 - CLAIM_CONFIDENCE, adjusted, (double)o->networks);
}

static const claim claims[] = {
    {"Assumption 1, norms and labels", "assumption-1", EXACT, TEST_AT_MOST, "", norms_and_labels},
    {"Assumption 1, no two inputs parallel", "assumption-1", PAPER, TEST_AT_LEAST, "",
     no_two_parallel},
    {"Theorem 1", "theorem-1", PAPER, TEST_AT_LEAST, "", theorem_1},
    {"Theorem 1, cap by the closest pair", "closest-pair", DERIVED, TEST_AT_MOST,
     "lambda_min(Hinf) <= 1/2 - cos t (pi - t)/(2 pi), about t/(2 pi), for two inputs at an angle "
     "t",
     cap_by_closest_pair},
    {"Theorem 1, two LAPACK drivers", "spectrum-drivers", EXACT, TEST_AT_MOST,
     "eigenvalues of Hinf by dsyevd and by dsyevd_2stage: largest difference over lambda_max",
     two_drivers},
    {"Theorem 1, sums of eigenvalues", "eigenvalue-sums", EXACT, TEST_AT_MOST,
     "sum of eigenvalues = n/2, of squares = ||Hinf||_F^2: larger relative error",
     sums_of_eigenvalues, "unit inputs, so that Hinf_ii = 1/2"},
    {"Theorem 1, certified interval", "certified-interval", DERIVED, TEST_AT_MOST, "",
     certified_interval,
     "none; of Hinf as stored; below by Cholesky and its residual, above by a Rayleigh quotient, "
     "roundings included"},
    {"Hinf, closed form and quadrature", "kernel-infinite", EXACT, TEST_AT_MOST,
     "Hinf_ij = <x_i,x_j> (pi - angle)/(2 pi) and the Gaussian integral: largest difference over "
     "1/2",
     quadrature},
    {"Hinf, closed form and random networks", "kernel-infinite", EXACT, TEST_AT_LEAST, "",
     random_networks}};

const claim_group infinite_claims[] = {{CLAIMS(claims)}, {NULL}};
