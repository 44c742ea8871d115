/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>

/* The programs of theory/ are built in double precision alone. */
#ifdef REAL_DOUBLE

#include <gsl/gsl_errno.h>
#include <math.h>

#include "model/spectrum.h"
#include "tests/support/concentration_fixture.h"
#include "theory/required_width/required_width.h"

static void begin(void) { gsl_set_error_handler_off(); }

TestSuite(required_width_rows, .init = begin);

/* A cell of n = 4 orthogonal rows, xi = 1/2, with a grid around `middle`. floor, times: factors of
 * the conclusion's xi lambda_0/2 and of G, 1 if rightly. */
static width_cell searched(size_t middle, size_t trials, double floor, double times) {
    enum { N = 4 };
    kernel_data d = unit_rows(N);
    double holds[WIDTH_GRID], G[N * N];
    for (size_t k = 0; k < N * N; k++) { G[k] = d.G[k] * times; }
    width_cell cell = {.bounds = kernel_data_bounds(&d, 1, 0.5, 0.05), .trials = trials};
    const mask_design design = {MASK_BERNOULLI, 1, 0.5};
    width_grid_around(middle, 1 << 20, &cell.grid);
    for (size_t t = 0; t < trials; t++) {
        masked_stream s = stream_of(&d, G, &design, t);
        cr_assert(eq(int, width_trial(&s, floor * 0.5 * d.lambda0 / 2, &cell.grid, holds), OK));
        for (size_t k = 0; k < cell.grid.count; k++) { cell.failures[k] += !(holds[k] == 1); }
        masked_stream_close(&s);
    }
    kernel_data_close(&d);
    return cell;
}

static study_run run_of(width_context *c, width_cell *cells, size_t count) {
    *c = (width_context){.cells = cells};
    return (study_run){.study = &required_width_study, .context = c, .cells = count};
}

static claim_rows judged(width_cell *cells, size_t count) {
    width_context c;
    study_run r = run_of(&c, cells, count);
    claim_rows rows = study_fixture_judge(&r);
    cr_assert(eq(sz, rows.count, 2 + 5));
    return rows;
}

/* --- exponents --- */

/* Cells whose measured width is 4 n^power xi^-xi_power, exactly but for rounding. */
static claim_rows judged_power(double power, double xi_power, double known) {
    const double sizes[4] = {20, 40, 80, 160}, xis[3] = {0.1, 0.2, 0.4};
    width_cell cells[12] = {0};
    for (size_t k = 0; k < 12; k++) {
        double n = sizes[k % 4], xi = xis[k / 4];
        size_t width = (size_t)(4 * pow(n, power) * pow(xi, -xi_power));
        cells[k].bounds = (bounds_setting){n, 1, xi, 0.05, 0.5 / n, n / 8, n / 2, n};
        cells[k].grid = (width_grid){3, {width / 2, width, 2 * width}};
        cells[k].trials = 100;
        cells[k].failures[0] = 50;
        cells[k].failures[1] = cells[k].failures[2] = k < known * 12 ? 0 : 100;
    }
    claim_rows rows = judged(cells, 12);
    cr_assert(
        le(dbl, fabs(width_exponent(cells, 12, NULL, EXPONENT_OF_N, 0.95).slope - power), 0.01));
    cr_assert(le(dbl, fabs(width_exponent(cells, 12, NULL, EXPONENT_OF_XI, 0.95).slope - xi_power),
                 0.01));
    return rows;
}

/* n^2 log(n/delta)/lambda_0^2 with lambda_0 ~ 1/n grows as n^4 and a logarithm. */
Test(required_width_rows, exponents_against_the_theorem) {
    const char N_ROW[] = "Theorem 2, width against n", XI_ROW[] = "Theorem 2, width against xi";
    claim_rows rows = judged_power(1, 1, 1);
    expect(&rows, N_ROW, NOT_REFUTED);
    expect(&rows, XI_ROW, NOT_REFUTED);
    cr_assert(gt(dbl, study_fixture_row(&rows, N_ROW)->bound, 4));
    cr_assert(lt(dbl, study_fixture_row(&rows, N_ROW)->bound, 4.3));
    cr_assert(gt(dbl, study_fixture_row(&rows, XI_ROW)->bound, 1));
    cr_assert(eq(int, study_fixture_row(&rows, N_ROW)->kind, PAPER));
    claim_rows_free(&rows);
    rows = judged_power(5, 2, 1); /* mutants: steeper than claimed */
    expect(&rows, N_ROW, STATEMENT_REFUTED);
    expect(&rows, XI_ROW, STATEMENT_REFUTED);
    cr_assert(eq(int, verdict_status(study_fixture_row(&rows, N_ROW), 1), OK)); /* findings */
    claim_rows_free(&rows);
    rows = judged_power(1, 1, 0.75); /* cells without a width are left out */
    expect(&rows, N_ROW, NOT_REFUTED);
    claim_rows_free(&rows);
}

Test(required_width_rows, table_has_widths_and_bounds) {
    width_cell cells[2] = {searched(64, 100, 1, 1), searched(4, 60, 1, 1)};
    cells[1].bounds.xi = 0.25; /* another block */
    width_context c;
    study_run r = run_of(&c, cells, 2);
    char note[256];
    table_data read = table_of(&r, "required-width-rows");
    width_found found = width_search(&cells[0], 0.95);
    cr_assert(eq(sz, read.rows, 2));
    cr_assert(eq(dbl, field_of(&read, 0, "samples"), 4));
    cr_assert(eq(dbl, field_of(&read, 0, "width"), found.width));
    cr_assert(eq(dbl, field_of(&read, 0, "width_low"), found.low));
    cr_assert(eq(dbl, field_of(&read, 0, "width_high"), found.high));
    cr_assert(le(dbl, found.low, found.width));
    cr_assert(ge(dbl, found.high, found.width));
    cr_assert(eq(dbl, field_of(&read, 0, "hoeffding"), bounds_width_hoeffding(&cells[0].bounds)));
    cr_assert(eq(dbl, field_of(&read, 0, "chernoff_over"),
                 bounds_width_chernoff(&cells[0].bounds, 0.25) / found.width));
    cr_assert(eq(dbl, field_of(&read, 0, "theorem"), bounds_width_theorem(&cells[0].bounds)));
    cr_assert(isnan(field_of(&read, 1, "width")));
    cr_assert(table_note_of(&read, "exponents of width", note, sizeof note));
    table_data_free(&read);
}

/* --- orthonormal rows --- */

/* P(some entry is off) by all masks and activations of m neurons on two rows. */
static double enumerated_failure(unsigned m, double xi, double below, double above) {
    double failure = 0;
    for (unsigned mask = 0; mask < 1u << m; mask++) {
        int taken = __builtin_popcount(mask);
        double chance = pow(xi, taken) * pow(1 - xi, (double)m - taken);
        for (unsigned active = 0; active < 1u << 2 * m; active++) {
            double entry[2] = {__builtin_popcount(active & mask),
                               __builtin_popcount(active >> m & mask)};
            bool off = false;
            for (int i = 0; i < 2; i++) {
                entry[i] /= m * xi / 2;
                off = off || !(entry[i] >= 1 - below && entry[i] <= 1 + above);
            }
            failure += off * ldexp(chance, -2 * (int)m);
        }
    }
    return failure;
}

Test(required_width_rows, failure_on_orthonormal_rows_is_that_of_all_networks) {
    const double below[] = {0.25, 0.5, 0.9};
    for (size_t k = 0; k < 3; k++) {
        double one = orthonormal_failure(2, 6, 0.4, below[k], INFINITY);
        double both = orthonormal_failure(2, 6, 0.4, below[k], below[k]);
        cr_expect(lt(dbl, fabs(one - enumerated_failure(6, 0.4, below[k], INFINITY)), 1e-10));
        cr_expect(lt(dbl, fabs(both - enumerated_failure(6, 0.4, below[k], below[k])), 1e-10));
    }
}

static double half_hoeffding(const bounds_setting *s) { return bounds_width_hoeffding(s) / 2; }
static double quarter_bernstein(const bounds_setting *s) { return bounds_width_bernstein(s) / 4; }
static double quarter_matrix(const bounds_setting *s) {
    return bounds_width_matrix_bernstein(s) / 4;
}
static double half_chernoff(const bounds_setting *s) { return width_by_chernoff(s) / 2; }
static double quarter_theorem(const bounds_setting *s) { return bounds_width_theorem(s) / 4; }
static double without_xi(const bounds_setting *s) { return s->xi * bounds_width_theorem(s); }
static double nothing(const bounds_setting *s) { return NAN * s->n; }

/* Mutants: constants two or four times too small, a width without its 1/xi, a NaN. */
Test(required_width_rows, mutant_widths_on_orthonormal_rows) {
    static const own_conclusion wrong[] = {{half_hoeffding, 0.25, true, true},
                                           {quarter_bernstein, 0.25, true, true},
                                           {quarter_matrix, 0.25, true},
                                           {half_chernoff, 0.25},
                                           {quarter_theorem, 0.5},
                                           {without_xi, 0.5},
                                           {nothing, 0.5}};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        claim mutant = {"mutant",
                        "orthonormal-rows",
                        DERIVED,
                        TEST_AT_MOST,
                        "",
                        orthonormal_conclusion,
                        .subject = &wrong[k]};
        const claim_group groups[] = {{.source = __FILE__, .claims = &mutant, .count = 1}, {NULL}};
        claim_rows rows = {.command = ""};
        width_context c;
        study_run r = run_of(&c, NULL, 0);
        cr_assert(eq(int, claim_judge(groups, &r, &rows), OK));
        cr_expect(eq(int, rows.rows[0].verdict, STATEMENT_REFUTED), "%zu: %g", k,
                  rows.rows[0].observed);
        claim_rows_free(&rows);
    }
}

/* --- two and three rows of the data --- */

/* Neurons active on rows i and j are those of Hinf, and every neuron is counted once. */
Test(required_width_rows, chances_of_few_rows_make_the_kernel) {
    kernel_data d = digits(3);
    for (size_t n = COUNTED_LEAST; n <= COUNTED_MOST; n++) {
        counted_rows f;
        double sum = 0;
        cr_assert(eq(int, counted_rows_open(&d, n, &f), OK));
        for (size_t set = 0; set < (size_t)1 << n; set++) { sum += f.chance[set]; }
        cr_expect(lt(dbl, fabs(sum - 1), 1e-14));
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++) {
                double both = 0;
                for (size_t set = 0; set < (size_t)1 << n; set++) {
                    if (set >> i & set >> j & 1) { both += f.chance[set]; }
                }
                double H = d.Hinf[i * 3 + j];
                cr_expect(lt(dbl, fabs(both * d.G[i * 3 + j] - H), 1e-13), "%zu %zu", i, j);
            }
        }
    }
    kernel_data_close(&d);
}

/* Kernels that are counted fail as often as those of networks that are drawn neuron by neuron. */
Test(required_width_rows, kernels_of_few_rows_are_those_of_networks) {
    enum { TRIALS = 4000, M = 40 };
    static const double floors[] = {0.6, 0.75, 0.9}; /* of xi lambda0 */
    const mask_design design = {MASK_BERNOULLI, 1, 0.5};
    kernel_data d = digits(3);
    counted_rows f;
    size_t drawn[3] = {0}, counted[3] = {0};
    rng *draws = rng_new(3, 0, 0, RNG_TRIAL);
    cr_assert(eq(int, counted_rows_open(&d, 3, &f), OK));
    for (size_t t = 0; t < TRIALS; t++) {
        masked_stream s = stream_of(&d, d.G, &design, t);
        double H[9];
        counted_rows_draw(&f, M, 0.5, draws, H);
        for (size_t k = 0; k < 3; k++) {
            bool holds;
            cr_assert(eq(int, width_holds(&s, M, floors[k] * 0.5 * d.lambda0, &holds), OK));
            drawn[k] += !holds;
            cr_assert(eq(int, spectrum_at_least(H, 3, floors[k] * 0.5 * d.lambda0, &holds), OK));
            counted[k] += !holds;
        }
        masked_stream_close(&s);
    }
    for (size_t k = 0; k < 3; k++) {
        double p = (double)(drawn[k] + counted[k]) / (2 * TRIALS);
        double sd = sqrt(2 * p * (1 - p) * TRIALS);
        cr_assert(p > 0.02 && p < 0.98, "%g of all fail at %g: nothing is told", p, floors[k]);
        cr_expect(lt(dbl, fabs((double)drawn[k] - (double)counted[k]), 4 * sd), "%g: %zu, %zu",
                  floors[k], drawn[k], counted[k]);
    }
    rng_free(draws);
    kernel_data_close(&d);
}

/* Rows of few_rows on the first rows of the digits, with other widths where `wrong` says so. */
static verdict judged_few(const own_conclusion *wrong, size_t n) {
    claim one = {"few", "few-rows",         DERIVED,         TEST_PROBABILITY,
                 "",    counted_conclusion, .subject = wrong};
    const claim_group groups[] = {{.source = __FILE__, .claims = &one, .count = 1}, {NULL}};
    claim_rows rows = {.command = ""};
    kernel_data d = digits(n);
    width_context c = {.data = &d, .sizes = 1};
    study_run r = {.study = &required_width_study,
                   .context = &c,
                   .data = &d.data,
                   .repeats = 200,
                   .options = {.seed = 1}};
    cr_assert(eq(int, claim_judge(groups, &r, &rows), OK), "%s", error_text());
    verdict found = rows.count ? rows.rows[0].verdict : NOT_CHECKED;
    cr_log_info("observed %g", rows.count ? rows.rows[0].observed : NAN);
    claim_rows_free(&rows);
    kernel_data_close(&d);
    return found;
}

static double quarter_hoeffding(const bounds_setting *s) { return bounds_width_hoeffding(s) / 4; }
static double eighth_bernstein(const bounds_setting *s) { return bounds_width_bernstein(s) / 8; }
static double eighth_matrix(const bounds_setting *s) {
    return bounds_width_matrix_bernstein(s) / 8;
}
static double sixteenth_chernoff(const bounds_setting *s) { return width_by_chernoff(s) / 16; }
static double hoeffding_without_xi(const bounds_setting *s) {
    return s->xi * s->xi * bounds_width_hoeffding(s);
}
static double hoeffding_of_half_lambda0(const bounds_setting *s) {
    bounds_setting other = *s;
    other.lambda0 *= 2;
    other.lambda_max *= 2;
    return bounds_width_hoeffding(&other);
}
static double endless(const bounds_setting *s) { return INFINITY * s->n; }

/* Each bound holds; mutants: constants too small, no 1/xi^2, lambda0 twice as large. */
Test(required_width_rows, every_bound_on_few_rows) {
    static const own_conclusion right[] = {{bounds_width_hoeffding, 0.25, true, true},
                                           {bounds_width_bernstein, 0.25, true, true},
                                           {bounds_width_matrix_bernstein, 0.25, true},
                                           {width_by_chernoff, 0.25},
                                           {bounds_width_theorem, 0.5}},
                                wrong[] = {{quarter_hoeffding, 0.25, true, true},
                                           {eighth_bernstein, 0.25, true, true},
                                           {eighth_matrix, 0.25, true},
                                           {sixteenth_chernoff, 0.25},
                                           {hoeffding_without_xi, 0.25, true, true},
                                           {hoeffding_of_half_lambda0, 0.25, true, true},
                                           {nothing, 0.5}};
    for (size_t k = 0; k < sizeof right / sizeof *right; k++) {
        cr_expect(eq(int, judged_few(&right[k], 3), NOT_REFUTED), "%zu", k);
    }
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        cr_expect(eq(int, judged_few(&wrong[k], 3), STATEMENT_REFUTED), "%zu", k);
    }
    cr_expect(eq(int, judged_few(&right[0], 2), NOT_REFUTED));
    cr_expect(eq(int, judged_few(&(own_conclusion){endless, 0.5}, 3), HYPOTHESIS_NOT_MET));
}

Test(required_width_rows, every_bound_on_orthonormal_rows) {
    width_cell cell = {.bounds = {4, 1, 0.5, 0.05, 0.5, 0.5, 1, 1}};
    claim_rows rows = judged(&cell, 1);
    expect(&rows, "Theorem 2, width against n", NOT_CHECKED); /* one cell has no exponent */
    expect(&rows, "Theorem 2, orthonormal rows, Hoeffding", NOT_REFUTED);
    expect(&rows, "Theorem 2, orthonormal rows, Bernstein", NOT_REFUTED);
    expect(&rows, "Theorem 2, orthonormal rows, matrix Bernstein", NOT_REFUTED);
    expect(&rows, "Theorem 2, orthonormal rows, matrix Chernoff", NOT_REFUTED);
    expect(&rows, "Theorem 2, orthonormal rows", NOT_REFUTED);
    claim_rows_free(&rows);
}

#endif
