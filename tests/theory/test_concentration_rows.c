/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>

/* The programs of theory/ are built in double precision alone. */
#ifdef REAL_DOUBLE

#include <gsl/gsl_errno.h>
#include <math.h>

#include "tests/support/concentration_fixture.h"
#include "theory/ntk_concentration/ntk_concentration.h"
#include "theory/criteria.h"

static void begin(void) { gsl_set_error_handler_off(); }

TestSuite(concentration_rows, .init = begin);

/* --- rows: honest, and with a deliberate error --- */

/* What may be done wrongly. 1 or 0: rightly. */
typedef struct {
    double xi;   /* of the kernel's reference: Hinf and lambda_0 are multiplied by this */
    double gram; /* G of rows of norm sqrt(gram) */
    bool same_masks, same_weights; /* every trial has the masks, the weights of the first */
    bool twice;                    /* every neuron is counted twice */
    bool frobenius;                /* ||.||_F stands for ||.|| */
    double spoil;                  /* this value in place of one of every measure */
} mistake;

static const mistake HONEST = {.xi = 1, .gram = 1};

/* Bernoulli masks of xi and p = 3 categorical ones on n rows. */
typedef struct {
    kernel_data (*rows)(size_t n);
    size_t n;
    mistake wrong;
    double *G;
} ground;

static ground at; /* of the test in work */

static status prepare(study_run *r) {
    concentration_context *c = r->context;
    size_t n = at.n;
    c->data = at.rows(n);
    concentration_set_up(r);
    at.G = malloc(n * n * sizeof *at.G);
    for (size_t k = 0; k < n * n; k++) {
        at.G[k] = c->data.G[k] * at.wrong.gram;
        c->data.Hinf[k] *= at.wrong.xi;
    }
    c->data.lambda0 *= at.wrong.xi;
    return OK;
}

static status measure(const study_run *r, size_t cell, size_t t, double *values) {
    const concentration_context *c = r->context;
    const concentration_settings *o = r->settings;
    size_t w = at.wrong.same_weights ? 0 : t, k = at.wrong.same_masks ? 0 : t;
    masked_stream s;
    status st =
        masked_stream_open(r->data, at.G, c->designs, c->design_count,
                           rng_new(11, cell, w, RNG_WEIGHTS), rng_new(11, cell, k, RNG_MASKS), &s);
    if (st == OK && at.wrong.twice) { /* the first half comes again as the second */
        st = masked_stream_advance(&s, (size_t)o->widths.values[0] / 2);
        rng_free(s.weights);
        rng_free(s.masks);
        s.weights = rng_new(11, cell, w, RNG_WEIGHTS);
        s.masks = rng_new(11, cell, k, RNG_MASKS);
    }
    if (st == OK) { st = concentration_trial(r, &s, values); }
    masked_stream_close(&s);
    for (size_t d = 0; at.wrong.frobenius && d < c->design_count * o->widths.count; d++) {
        deviation *one = concentration_at(r, values, 0, d); /* widths side by side */
        one->norm = one->frobenius;
    }
    for (size_t v = 0; at.wrong.spoil != 0 && v < r->values; v++) { values[v] = at.wrong.spoil; }
    return st;
}

typedef struct {
    study_run run;
    const bounds_setting *bounds;
    claim_rows rows;
} experiment;

/* Trials with what is done wrongly, judged. */
static void judge(experiment *e, kernel_data (*rows)(size_t n), size_t n, double xi,
                  option_list widths, size_t trials, mistake wrong) {
    static study spoilt;
    const concentration_settings o = {.widths = widths,
                                      .xi = {{xi}, 1},
                                      .subnets = {{3}, 1},
                                      .masks = 1,
                                      .trials = trials,
                                      .delta = 0.05};
    spoilt = concentration_study;
    spoilt.prepare = prepare;
    spoilt.measure = measure;
    at = (ground){rows, n, wrong, NULL};
    study_fixture_open(&spoilt, &o, &e->run);
    study_fixture_measure(&e->run);
    e->bounds = ((const concentration_context *)e->run.context)->bounds;
    e->rows = study_fixture_judge(&e->run);
    cr_assert(eq(sz, e->rows.count, 9));
}

static void finish(experiment *e) {
    claim_rows_free(&e->rows);
    study_close(&e->run);
    free(at.G);
}

static const char MEAN[] = "E[H_m] over W_0 and masks", SQUARE[] = "E||H_m - xi Hinf||_F^2",
                  A[] = "Theorem 2, Hoeffding, entries", A_NORM[] = "Theorem 2, Hoeffding, norm",
                  B[] = "Theorem 2, Bernstein, entries", C[] = "Theorem 2, matrix Bernstein",
                  D[] = "Theorem 2, matrix Chernoff", SLOPE[] = "Theorem 2, slope -1/2",
                  PAPER_ROW[] = "Theorem 2";

static const option_list WIDTHS = {{256, 512, 1024, 2048}, 4}, THREE = {{256, 512, 1024}, 3},
                         TWO = {{256, 512}, 2};

enum { N_UNIT = 48, TRIALS = 100 };

/* On correlated rows and on orthogonal ones nothing is refuted. */
Test(concentration_rows, honest_rows) {
    for (int way = 0; way < 2; way++) {
        experiment e;
        judge(&e, way ? digits : unit_rows, way ? 20 : N_UNIT, 0.5, WIDTHS, TRIALS, HONEST);
        for (size_t k = 0; k < e.rows.count; k++) {
            expect(&e.rows, e.rows.rows[k].statement,
                   e.rows.rows[k].kind == PAPER ? HYPOTHESIS_NOT_MET : NOT_REFUTED);
            cr_assert(eq(str, e.rows.rows[k].command, "again"));
        }
        cr_assert(eq(sz, study_fixture_row(&e.rows, C)->trials, TRIALS));
        cr_assert(gt(dbl, study_fixture_row(&e.rows, C)->slack, 1));
        cr_assert(gt(dbl, study_fixture_row(&e.rows, D)->slack, 1)); /* from below */
        cr_assert(eq(int, study_fixture_row(&e.rows, D)->sense, SENSE_AT_LEAST));
        cr_assert(le(dbl, study_fixture_row(&e.rows, C)->limit, 0.05));
        cr_assert(le(dbl, study_fixture_row(&e.rows, PAPER_ROW)->observed,
                     1.1)); /* what happened all the same */
        cr_assert(ge(dbl, study_fixture_row(&e.rows, PAPER_ROW)->observed, 0.5));
        finish(&e);
    }
}

/* Mutant: the factor xi forgotten, so that H_m is held against Hinf. */
Test(concentration_rows, missing_xi) {
    experiment e;
    mistake wrong = HONEST;
    wrong.xi = 2;
    judge(&e, unit_rows, 8, 0.5, WIDTHS, TRIALS, wrong); /* 2 = 1/xi of the Bernoulli masks */
    const char *refuted[] = {MEAN, SQUARE, A, A_NORM, B, C, D, SLOPE};
    for (size_t k = 0; k < sizeof refuted / sizeof *refuted; k++) {
        expect(&e.rows, refuted[k], STATEMENT_REFUTED);
    }
    cr_assert(gt(dbl, study_fixture_row(&e.rows, C)->limit, 0.05));
    cr_assert(ge(dbl, study_fixture_row(&e.rows, SLOPE)->observed,
                 -0.1)); /* the deviation does not fall */
    finish(&e);
}

/* Mutants: rows not scaled to norm 1 (norm 1/2), and the same by a factor of 2 in the kernel. */
Test(concentration_rows, rows_not_normalised) {
    experiment e;
    mistake wrong = HONEST;
    wrong.gram = 0.25;
    judge(&e, unit_rows, 8, 0.5, WIDTHS, TRIALS, wrong);
    const char *refuted[] = {MEAN, SQUARE, A, B, C, D, SLOPE};
    for (size_t k = 0; k < sizeof refuted / sizeof *refuted; k++) {
        expect(&e.rows, refuted[k], STATEMENT_REFUTED);
    }
    finish(&e);
    wrong.gram = 2;
    judge(&e, digits, 12, 0.5, WIDTHS, TRIALS, wrong);
    expect(&e.rows, MEAN, STATEMENT_REFUTED);
    expect(&e.rows, A, STATEMENT_REFUTED);
    expect(&e.rows, C, STATEMENT_REFUTED);
    finish(&e);
}

/* Mutant: trials that share masks, or weights, are one trial in part. */
Test(concentration_rows, trials_that_are_not_independent) {
    mistake masks = HONEST, weights = HONEST;
    masks.same_masks = weights.same_weights = true;
    experiment e;
    judge(&e, unit_rows, 8, 0.1, WIDTHS, TRIALS, masks);
    expect(&e.rows, MEAN, STATEMENT_REFUTED);
    finish(&e);
    judge(&e, unit_rows, 8, 0.5, WIDTHS, TRIALS, weights);
    expect(&e.rows, MEAN, STATEMENT_REFUTED);
    finish(&e);
}

/* Mutant: every neuron counted twice doubles the variance, of which the mean knows nothing. */
Test(concentration_rows, neurons_counted_twice) {
    experiment e;
    mistake wrong = HONEST;
    wrong.twice = true;
    judge(&e, unit_rows, 8, 0.5, (option_list){{1024}, 1}, TRIALS, wrong);
    expect(&e.rows, SQUARE, STATEMENT_REFUTED);
    cr_assert(le(dbl, fabs(study_fixture_row(&e.rows, SQUARE)->observed - 2), 0.3));
    expect(&e.rows, MEAN, NOT_REFUTED);
    expect(&e.rows, SLOPE, NOT_CHECKED); /* one width */
    finish(&e);
}

/* Mutant: the Frobenius norm read as the spectral one. */
Test(concentration_rows, frobenius_for_spectral_norm) {
    experiment e;
    mistake wrong = HONEST;
    wrong.frobenius = true;
    judge(&e, unit_rows, N_UNIT, 0.5, TWO, TRIALS, wrong);
    expect(&e.rows, C, STATEMENT_REFUTED);
    expect(&e.rows, A_NORM, NOT_REFUTED);
    finish(&e);
}

/* With few rows the width of the theorem is within reach: n = 4 asks for 16 log(4/0.05)/(0.5 0.25)
 * = 561. */
Test(concentration_rows, theorem_at_its_width) {
    experiment e;
    judge(&e, unit_rows, 4, 0.5, WIDTHS, TRIALS, HONEST);
    cr_assert(le(dbl, fabs(bounds_width_theorem(&e.bounds[0]) - 128 * log(80)), 1e-9));
    expect(&e.rows, PAPER_ROW, NOT_REFUTED);
    cr_assert(eq(dbl, study_fixture_row(&e.rows, PAPER_ROW)->bound, 0.5));
    finish(&e);
    mistake wrong = HONEST;
    wrong.gram = 0.25;
    judge(&e, unit_rows, 4, 0.5, WIDTHS, TRIALS, wrong);
    expect(&e.rows, PAPER_ROW, STATEMENT_REFUTED);
    cr_assert(
        eq(int, verdict_status(study_fixture_row(&e.rows, PAPER_ROW), 1), OK)); /* a finding */
    finish(&e);
}

/* What is not a number refutes. */
Test(concentration_rows, nan_refutes) {
    experiment e;
    mistake wrong = HONEST;
    wrong.spoil = NAN;
    judge(&e, unit_rows, 4, 0.5, WIDTHS, TRIALS, wrong);
    for (size_t k = 0; k < e.rows.count; k++) {
        expect(&e.rows, e.rows.rows[k].statement, STATEMENT_REFUTED);
    }
    finish(&e);
}

/* 3/delta = 60 trials are needed for a probability. */
Test(concentration_rows, too_few_trials) {
    experiment e;
    judge(&e, unit_rows, 8, 0.5, THREE, 59, HONEST);
    const char *unchecked[] = {A, A_NORM, B, C, D};
    for (size_t k = 0; k < sizeof unchecked / sizeof *unchecked; k++) {
        expect(&e.rows, unchecked[k], NOT_CHECKED);
    }
    expect(&e.rows, PAPER_ROW, HYPOTHESIS_NOT_MET); /* few trials do not hide it */
    expect(&e.rows, MEAN, NOT_REFUTED);
    finish(&e);
    judge(&e, unit_rows, 8, 0.5, THREE, 60, HONEST);
    expect(&e.rows, A, NOT_REFUTED);
    finish(&e);
}

/* Counts of neurons that coincide in all of a few trials leave an interval without width; where few
 * neurons are expected in all trials, many counts are 0. Neither refutes a mean, and enough of both
 * is judged. */
Test(concentration_rows, means_of_few_trials_or_neurons_are_not_judged) {
    experiment e;
    judge(&e, digits, 20, 0.2, THREE, CRITERION_MEAN_TRIALS - 1, HONEST);
    expect(&e.rows, MEAN, NOT_CHECKED);
    expect(&e.rows, SQUARE, NOT_CHECKED);
    expect(&e.rows, SLOPE, NOT_CHECKED);
    finish(&e);
    judge(&e, digits, 20, 0.2, (option_list){{4}, 1}, 2 * CRITERION_MEAN_TRIALS, HONEST);
    expect(&e.rows, MEAN, NOT_CHECKED);
    expect(&e.rows, SQUARE, NOT_CHECKED);
    finish(&e);
    judge(&e, digits, 20, 0.2, THREE, CRITERION_MEAN_TRIALS, HONEST);
    expect(&e.rows, MEAN, NOT_REFUTED);
    expect(&e.rows, SQUARE, NOT_REFUTED);
    finish(&e);
}

/* At small widths matrix Chernoff asserts nothing, and a slope needs three widths with m xi
 * >= 64. */
Test(concentration_rows, nothing_asserted) {
    experiment e;
    judge(&e, digits, 20, 0.5, (option_list){{32, 64}, 2}, TRIALS, HONEST);
    expect(&e.rows, D, NOT_CHECKED);
    expect(&e.rows, SLOPE, NOT_CHECKED);
    expect(&e.rows, C, NOT_REFUTED);
    finish(&e);
}

/* Norms c m^(-0.5) and c m^(-0.3) with noise that all widths of a trial share: the slopes of single
 * trials are exact.
 */
Test(concentration_rows, slope_of_planted_norms) {
    enum { COUNT = 5, PLANTED = 30 };
    concentration_settings o = {.widths = {{32, 64, 128, 256, 512}, COUNT}};
    concentration_context c = {.designs = {{MASK_BERNOULLI, 1, 1}, {MASK_BERNOULLI, 1, 0.5}},
                               .design_count = 2};
    study_run r = {.settings = &o, .context = &c, .cells = 1, .repeats = PLANTED};
    r.values = 2 * COUNT * deviation_kind.count;
    r.sweep = (sweep){.cells = 1, .repeats = PLANTED, .values = r.values};
    r.result.values = calloc(PLANTED * r.values, sizeof(double));
    for (size_t t = 0; t < PLANTED; t++) {
        for (size_t w = 0; w < COUNT; w++) {
            for (size_t k = 0; k < 2; k++) {
                concentration_at(&r, study_values(&r, 0, t), k, w)->norm =
                    (1 + (double)t) *
                    pow(o.widths.values[w], (k ? -0.3 : -0.5) + 1e-3 * (t % 2 ? 1 : -1));
            }
        }
    }
    concentration_slope slope;
    double x[PLANTED];
    slope = concentration_fit_slope(&r, 0, 0.95, x);
    cr_assert(eq(sz, slope.first, 1)); /* m xi >= 64 */
    cr_assert(eq(sz, slope.count, 4));
    cr_assert(le(dbl, fabs(slope.mean + 0.5), 1e-12));
    cr_assert(le(dbl, fabs(slope.of_medians + 0.5), 2e-3));
    cr_assert(lt(dbl, slope.interval.low, -0.5));
    cr_assert(gt(dbl, slope.interval.high, -0.5));
    slope = concentration_fit_slope(&r, 1, 0.95, x);
    cr_assert(eq(sz, slope.count, 3));
    cr_assert(le(dbl, fabs(slope.mean + 0.3), 1e-12));
    concentration_at(&r, study_values(&r, 0, 7), 1, 2)->norm = 0; /* has no logarithm */
    slope = concentration_fit_slope(&r, 1, 0.95, x);
    cr_assert(eq(sz, slope.count, 0));
    free(r.result.values);
}

Test(concentration_rows, table_has_quantiles_and_bounds) {
    experiment e;
    judge(&e, unit_rows, 8, 0.5, THREE, TRIALS, HONEST);
    table_data read = table_of(&e.run, "concentration-rows");
    cr_assert(eq(sz, read.rows, 6));
    double x[TRIALS];
    size_t below = 0;
    concentration_column(&e.run, 1, 2, CLAIM_NUMBER(deviation, ratio),
                         x); /* row 5: categorical, m = 1024 */
    for (size_t k = 0; k < TRIALS; k++) { below += x[k] < 0.5; }
    cr_assert(eq(str, read.text[5 * read.columns], "categorical"));
    cr_assert(eq(dbl, field_of(&read, 5, "width"), 1024));
    cr_assert(eq(dbl, field_of(&read, 5, "xi"), 1.0 / 3));
    cr_assert(eq(dbl, field_of(&read, 5, "masks"), 3));
    cr_assert(eq(dbl, field_of(&read, 5, "below_half"), (double)below));
    cr_assert(eq(dbl, field_of(&read, 5, "ratio_quantile"), stats_quantile(x, TRIALS, 0.05)));
    cr_assert(eq(dbl, field_of(&read, 5, "ratio_median_low"),
                 stats_quantile_interval(x, TRIALS, 0.5, 0.95).low));
    concentration_column(&e.run, 1, 2, CLAIM_NUMBER(deviation, norm), x);
    cr_assert(eq(dbl, field_of(&read, 5, "norm_quantile"), stats_quantile(x, TRIALS, 0.95)));
    cr_assert(eq(dbl, field_of(&read, 5, "norm_quantile_high"),
                 stats_quantile_interval(x, TRIALS, 0.95, 0.95).high));
    cr_assert(eq(dbl, field_of(&read, 5, "hoeffding_norm"),
                 8 * bounds_deviation_hoeffding(&e.bounds[1], 1024)));
    cr_assert(eq(dbl, field_of(&read, 5, "matrix_bernstein"),
                 bounds_deviation_matrix_bernstein(&e.bounds[1], 1024)));
    cr_assert(eq(dbl, field_of(&read, 0, "chernoff"), bounds_lower_chernoff(&e.bounds[0], 256)));
    char note[256];
    cr_assert(table_note_of(&read, "bernoulli xi=0.5 slope", note, sizeof note));
    table_data_free(&read);
    finish(&e);
}

#endif
