#include <criterion/criterion.h>

/* The programs of theory/ are built in double precision alone. */
#ifdef REAL_DOUBLE

#include <gsl/gsl_errno.h>
#include <math.h>

#include "tests/concentration_fixture.h"
#include "theory/concentration/table.h"
#include "theory/shared/criteria.h"

static void begin(void)
{
    gsl_set_error_handler_off();
}

TestSuite(concentration_rows, .init = begin);

/* --- rows: honest, and with a deliberate error --- */

/* What may be done wrongly. 1 or 0: rightly. */
typedef struct {
    double xi;                     /* of the kernel's reference: Hinf and lambda_0 are multiplied by this */
    double gram;                   /* G of rows of norm sqrt(gram) */
    bool same_masks, same_weights; /* every trial has the masks, the weights of the first */
    bool twice;                    /* every neuron is counted twice */
    bool frobenius;                /* ||.||_F stands for ||.|| */
    double spoil;                  /* this value in place of one of every measure */
} mistake;

static const mistake HONEST = {.xi = 1, .gram = 1};

typedef struct {
    theory_data data;
    double *G, *Hinf, *values;
    const double *widths;
    size_t width_count;
    concentration_design designs[2];
    bounds_setting bounds[2];
    concentration_plan plan;
    concentration_result result;
    theory_rows rows;
} experiment;

static void run_trial(experiment *e, size_t t, const mistake *wrong)
{
    concentration_stream s;
    size_t w = wrong->same_weights ? 0 : t, k = wrong->same_masks ? 0 : t;
    rng *weights[2], *masks[2];
    for (int copy = 0; copy < 2; copy++) {
        weights[copy] = rng_new(11, 0, w, RNG_WEIGHTS);
        masks[copy] = rng_new(11, 0, k, RNG_MASKS);
    }
    double *values = e->values + t * concentration_values(&e->plan);
    cr_assert(eq(int, concentration_open(&e->data.data, e->G, e->designs, 2, &s), OK));
    concentration_restart(&s, weights[0], masks[0]);
    if (wrong->twice) { /* the first half comes again as the second */
        cr_assert(eq(int, concentration_advance(&s, (size_t)e->widths[0] / 2), OK));
        s.weights = weights[1];
        s.masks = masks[1];
    }
    cr_assert(eq(int, concentration_trial(&e->plan, &s, values), OK), "%s", error_text());
    concentration_close(&s);
    for (int copy = 0; copy < 2; copy++)
        rng_free(weights[copy]), rng_free(masks[copy]);
    for (size_t c = 0; c < 2 * e->width_count; c++)
        if (wrong->frobenius)
            values[c * MEASURES + MEASURE_NORM] = values[c * MEASURES + MEASURE_FROBENIUS];
}

/* Trials on `data` (which is closed by finish) with Bernoulli masks of xi and p = 3 categorical ones, judged. */
static void judge(experiment *e, theory_data data, double xi, const double *widths, size_t width_count, size_t trials,
                  mistake wrong)
{
    size_t n = data.data.n;
    *e = (experiment){.data = data, .widths = widths, .width_count = width_count};
    e->designs[0] = (concentration_design){MASK_BERNOULLI, 1, xi};
    e->designs[1] = (concentration_design){MASK_CATEGORICAL, 3, 1.0 / 3};
    e->G = malloc(n * n * sizeof *e->G);
    e->Hinf = malloc(n * n * sizeof *e->Hinf);
    for (size_t k = 0; k < n * n; k++) {
        e->G[k] = data.G[k] * wrong.gram;
        e->Hinf[k] = data.Hinf[k] * wrong.xi;
    }
    e->plan = (concentration_plan){e->designs, 2, widths, width_count, n, e->Hinf, data.lambda0 * wrong.xi};
    e->values = malloc(trials * concentration_values(&e->plan) * sizeof *e->values);
    for (size_t t = 0; t < trials; t++)
        run_trial(e, t, &wrong);
    if (wrong.spoil != 0)
        for (size_t k = 0; k < concentration_values(&e->plan); k++)
            e->values[k] = wrong.spoil;
    for (size_t k = 0; k < 2; k++)
        e->bounds[k] = theory_bounds(&e->data, (double)e->designs[k].masks, e->designs[k].xi, 0.05);
    e->result = (concentration_result){&e->plan, e->bounds, data.G, e->values, trials};
    e->rows = (theory_rows){.command = "again"};
    cr_assert(eq(int, concentration_judge(&e->result, &e->rows), OK), "%s", error_text());
    cr_assert(eq(sz, e->rows.count, 9));
}

static void finish(experiment *e)
{
    theory_rows_free(&e->rows);
    theory_close(&e->data);
    free(e->G), free(e->Hinf), free(e->values);
}

static const char MEAN[] = "E[H_m] over W_0 and masks", SQUARE[] = "E||H_m - xi Hinf||_F^2",
                  A[] = "Theorem 2 (a) entries", A_NORM[] = "Theorem 2 (a) norm", B[] = "Theorem 2 (b) entries",
                  C[] = "Theorem 2 (c)", D[] = "Theorem 2 (d)", SLOPE[] = "Theorem 2, slope -1/2",
                  PAPER_ROW[] = "Theorem 2";

static const double WIDTHS[] = {256, 512, 1024, 2048};

enum { N_UNIT = 48, TRIALS = 100 };

/* On correlated rows and on orthogonal ones nothing is refuted. */
Test(concentration_rows, honest_rows)
{
    for (int way = 0; way < 2; way++) {
        experiment e;
        judge(&e, way ? digits(20) : unit_rows(N_UNIT), 0.5, WIDTHS, 4, TRIALS, HONEST);
        for (size_t k = 0; k < e.rows.count; k++) {
            expect(&e.rows, e.rows.rows[k].statement, e.rows.rows[k].kind == PAPER ? HYPOTHESIS_NOT_MET : NOT_REFUTED);
            cr_assert(eq(str, e.rows.rows[k].command, "again"));
        }
        cr_assert(eq(sz, row_of(&e.rows, C)->trials, TRIALS));
        cr_assert(gt(dbl, row_of(&e.rows, C)->slack, 1));
        cr_assert(le(dbl, row_of(&e.rows, C)->limit, 0.05));
        cr_assert(le(dbl, row_of(&e.rows, PAPER_ROW)->observed, 1.1)); /* what happened all the same */
        cr_assert(ge(dbl, row_of(&e.rows, PAPER_ROW)->observed, 0.5));
        finish(&e);
    }
}

/* Mutant: the factor xi forgotten, so that H_m is held against Hinf. */
Test(concentration_rows, missing_xi)
{
    experiment e;
    mistake wrong = HONEST;
    wrong.xi = 2;
    judge(&e, unit_rows(8), 0.5, WIDTHS, 4, TRIALS, wrong); /* 2 = 1/xi of the Bernoulli masks */
    const char *refuted[] = {MEAN, SQUARE, A, A_NORM, B, C, D, SLOPE};
    for (size_t k = 0; k < sizeof refuted / sizeof *refuted; k++)
        expect(&e.rows, refuted[k], STATEMENT_REFUTED);
    cr_assert(gt(dbl, row_of(&e.rows, C)->limit, 0.05));
    cr_assert(ge(dbl, row_of(&e.rows, SLOPE)->observed, -0.1)); /* the deviation does not fall */
    finish(&e);
}

/* Mutants: rows not scaled to norm 1 (norm 1/2), and the same by a factor of 2 in the kernel. */
Test(concentration_rows, rows_not_normalised)
{
    experiment e;
    mistake wrong = HONEST;
    wrong.gram = 0.25;
    judge(&e, unit_rows(8), 0.5, WIDTHS, 4, TRIALS, wrong);
    const char *refuted[] = {MEAN, SQUARE, A, B, C, D, SLOPE};
    for (size_t k = 0; k < sizeof refuted / sizeof *refuted; k++)
        expect(&e.rows, refuted[k], STATEMENT_REFUTED);
    finish(&e);
    wrong.gram = 2;
    judge(&e, digits(12), 0.5, WIDTHS, 4, TRIALS, wrong);
    expect(&e.rows, MEAN, STATEMENT_REFUTED);
    expect(&e.rows, A, STATEMENT_REFUTED);
    expect(&e.rows, C, STATEMENT_REFUTED);
    finish(&e);
}

/* Mutant: trials that share masks, or weights, are one trial in part. */
Test(concentration_rows, trials_that_are_not_independent)
{
    mistake masks = HONEST, weights = HONEST;
    masks.same_masks = weights.same_weights = true;
    experiment e;
    judge(&e, unit_rows(8), 0.1, WIDTHS, 4, TRIALS, masks);
    expect(&e.rows, MEAN, STATEMENT_REFUTED);
    finish(&e);
    judge(&e, unit_rows(8), 0.5, WIDTHS, 4, TRIALS, weights);
    expect(&e.rows, MEAN, STATEMENT_REFUTED);
    finish(&e);
}

/* Mutant: every neuron counted twice doubles the variance, of which the mean knows nothing. */
Test(concentration_rows, neurons_counted_twice)
{
    experiment e;
    mistake wrong = HONEST;
    wrong.twice = true;
    judge(&e, unit_rows(8), 0.5, (double[]){1024}, 1, TRIALS, wrong);
    expect(&e.rows, SQUARE, STATEMENT_REFUTED);
    cr_assert(le(dbl, fabs(row_of(&e.rows, SQUARE)->observed - 2), 0.3));
    expect(&e.rows, MEAN, NOT_REFUTED);
    expect(&e.rows, SLOPE, NOT_CHECKED); /* one width */
    finish(&e);
}

/* Mutant: the Frobenius norm read as the spectral one. */
Test(concentration_rows, frobenius_for_spectral_norm)
{
    experiment e;
    mistake wrong = HONEST;
    wrong.frobenius = true;
    judge(&e, unit_rows(N_UNIT), 0.5, WIDTHS, 2, TRIALS, wrong);
    expect(&e.rows, C, STATEMENT_REFUTED);
    expect(&e.rows, A_NORM, NOT_REFUTED);
    finish(&e);
}

/* With few rows the width of the theorem is within reach: n = 4 asks for 16 log(4/0.05)/(0.5 0.25) = 561. */
Test(concentration_rows, theorem_at_its_width)
{
    experiment e;
    judge(&e, unit_rows(4), 0.5, WIDTHS, 4, TRIALS, HONEST);
    cr_assert(le(dbl, fabs(concentration_paper_width(&e.bounds[0]) - 128 * log(80)), 1e-9));
    expect(&e.rows, PAPER_ROW, NOT_REFUTED);
    cr_assert(eq(dbl, row_of(&e.rows, PAPER_ROW)->bound, 0.5));
    finish(&e);
    mistake wrong = HONEST;
    wrong.gram = 0.25;
    judge(&e, unit_rows(4), 0.5, WIDTHS, 4, TRIALS, wrong);
    expect(&e.rows, PAPER_ROW, STATEMENT_REFUTED);
    cr_assert(eq(int, verdict_status(row_of(&e.rows, PAPER_ROW), 1), OK)); /* a finding */
    finish(&e);
}

/* What is not a number refutes. */
Test(concentration_rows, nan_refutes)
{
    experiment e;
    mistake wrong = HONEST;
    wrong.spoil = NAN;
    judge(&e, unit_rows(4), 0.5, WIDTHS, 4, TRIALS, wrong);
    for (size_t k = 0; k < e.rows.count; k++)
        expect(&e.rows, e.rows.rows[k].statement, STATEMENT_REFUTED);
    finish(&e);
}

/* 3/delta = 60 trials are needed for a probability. */
Test(concentration_rows, too_few_trials)
{
    experiment e;
    judge(&e, unit_rows(8), 0.5, WIDTHS, 3, 59, HONEST);
    const char *unchecked[] = {A, A_NORM, B, C, D, PAPER_ROW};
    for (size_t k = 0; k < sizeof unchecked / sizeof *unchecked; k++)
        expect(&e.rows, unchecked[k], NOT_CHECKED);
    expect(&e.rows, MEAN, NOT_REFUTED);
    finish(&e);
    judge(&e, unit_rows(8), 0.5, WIDTHS, 3, 60, HONEST);
    expect(&e.rows, A, NOT_REFUTED);
    finish(&e);
}

/* At small widths (d) asserts nothing, and a slope needs three widths with m xi >= 64. */
Test(concentration_rows, nothing_asserted)
{
    experiment e;
    judge(&e, digits(20), 0.5, (double[]){32, 64}, 2, TRIALS, HONEST);
    expect(&e.rows, D, NOT_CHECKED);
    expect(&e.rows, SLOPE, NOT_CHECKED);
    expect(&e.rows, C, NOT_REFUTED);
    finish(&e);
}

/* Norms c m^(-0.5) and c m^(-0.3) with noise that all widths of a trial share: the slopes of single trials are exact.
 */
Test(concentration_rows, slope_of_planted_norms)
{
    enum { COUNT = 5, PLANTED = 30 };
    const double widths[COUNT] = {32, 64, 128, 256, 512};
    const concentration_design designs[2] = {{MASK_BERNOULLI, 1, 1}, {MASK_BERNOULLI, 1, 0.5}};
    const concentration_plan plan = {designs, 2, widths, COUNT, 1, (double[]){0.5}, 0.5};
    double *values = calloc(PLANTED * concentration_values(&plan), sizeof *values);
    for (size_t t = 0; t < PLANTED; t++)
        for (size_t w = 0; w < COUNT; w++)
            for (size_t k = 0; k < 2; k++)
                values[t * concentration_values(&plan) + concentration_index(&plan, k, w, MEASURE_NORM)] =
                    (1 + (double)t) * pow(widths[w], (k ? -0.3 : -0.5) + 1e-3 * (t % 2 ? 1 : -1));
    const concentration_result r = {.plan = &plan, .values = values, .trials = PLANTED};
    concentration_slope slope;
    cr_assert(eq(int, concentration_fit_slope(&r, 0, 0.95, &slope), OK));
    cr_assert(eq(sz, slope.first, 1)); /* m xi >= 64 */
    cr_assert(eq(sz, slope.count, 4));
    cr_assert(le(dbl, fabs(slope.mean + 0.5), 1e-12));
    cr_assert(le(dbl, fabs(slope.of_medians + 0.5), 2e-3));
    cr_assert(lt(dbl, slope.interval.low, -0.5));
    cr_assert(gt(dbl, slope.interval.high, -0.5));
    cr_assert(eq(int, concentration_fit_slope(&r, 1, 0.95, &slope), OK));
    cr_assert(eq(sz, slope.count, 3));
    cr_assert(le(dbl, fabs(slope.mean + 0.3), 1e-12));
    free(values);
}

Test(concentration_rows, table_has_quantiles_and_bounds)
{
    experiment e;
    char path[300];
    snprintf(path, sizeof path, "%s/table.dat", fixture_folder("concentration-rows"));
    judge(&e, unit_rows(8), 0.5, WIDTHS, 3, TRIALS, HONEST);
    table *t;
    table_data read;
    cr_assert(eq(int, concentration_tabulate(&e.result, &t), OK), "%s", error_text());
    cr_assert(eq(int, table_write(t, path), OK), "%s", error_text());
    cr_assert(eq(int, table_read(path, &read), OK), "%s", error_text());
    cr_assert(eq(sz, read.rows, 6));
    double x[TRIALS];
    size_t below = 0;
    concentration_column(&e.result, 1, 2, MEASURE_RATIO, x); /* row 5: categorical, m = 1024 */
    for (size_t k = 0; k < TRIALS; k++)
        below += x[k] < 0.5;
    cr_assert(eq(str, read.text[5 * read.columns], "categorical"));
    cr_assert(eq(dbl, field_of(&read, 5, "width"), 1024));
    cr_assert(eq(dbl, field_of(&read, 5, "xi"), 1.0 / 3));
    cr_assert(eq(dbl, field_of(&read, 5, "masks"), 3));
    cr_assert(eq(dbl, field_of(&read, 5, "below_half"), (double)below));
    cr_assert(eq(dbl, field_of(&read, 5, "ratio_quantile"), stats_quantile(x, TRIALS, 0.05)));
    cr_assert(eq(dbl, field_of(&read, 5, "ratio_median_low"), stats_quantile_interval(x, TRIALS, 0.5, 0.95).low));
    concentration_column(&e.result, 1, 2, MEASURE_NORM, x);
    cr_assert(eq(dbl, field_of(&read, 5, "norm_quantile"), stats_quantile(x, TRIALS, 0.95)));
    cr_assert(eq(dbl, field_of(&read, 5, "norm_quantile_high"), stats_quantile_interval(x, TRIALS, 0.95, 0.95).high));
    cr_assert(eq(dbl, field_of(&read, 5, "hoeffding_norm"), 8 * bounds_deviation_hoeffding(&e.bounds[1], 1024)));
    cr_assert(eq(dbl, field_of(&read, 5, "matrix_bernstein"), bounds_deviation_matrix_bernstein(&e.bounds[1], 1024)));
    cr_assert(eq(dbl, field_of(&read, 0, "chernoff"), bounds_lower_chernoff(&e.bounds[0], 256)));
    char note[256];
    cr_assert(table_note_of(&read, "bernoulli xi=0.5 slope", note, sizeof note));
    table_data_free(&read);
    table_free(t);
    finish(&e);
}

#endif
