#include <criterion/criterion.h>

/* The programs of theory/ are built in double precision alone. */
#ifdef REAL_DOUBLE

#include <gsl/gsl_errno.h>
#include <math.h>

#include "tests/concentration_fixture.h"
#include "theory/concentration/rows.h"
#include "theory/concentration/width_table.h"

static void begin(void)
{
    gsl_set_error_handler_off();
}

TestSuite(required_width_rows, .init = begin);

/* --- bounds that suffice --- */

static void expect_bounds(const theory_rows *rows, verdict expected)
{
    for (size_t k = 0; k < WIDTH_BOUND_COUNT; k++)
        expect(rows, WIDTH_BOUNDS[k].statement, expected);
}

/* A cell of n = 4 orthogonal rows, xi = 1/2, with a grid around `middle`. floor, gram: factors of the conclusion's xi
 * lambda_0/2 and of G, 1 if rightly. */
static width_cell searched(size_t middle, size_t trials, double floor, double gram)
{
    enum { N = 4 };
    theory_data d = unit_rows(N);
    double holds[WIDTH_GRID], G[N * N];
    for (size_t k = 0; k < N * N; k++)
        G[k] = d.G[k] * gram;
    width_cell cell = {.bounds = theory_bounds(&d, 1, 0.5, 0.05), .trials = trials};
    const concentration_design design = {MASK_BERNOULLI, 1, 0.5};
    concentration_stream s;
    rng *pair[2] = {0};
    width_grid_around(middle, 1 << 20, &cell.grid);
    cr_assert(eq(int, concentration_open(&d.data, G, &design, 1, &s), OK));
    for (size_t t = 0; t < trials; t++) {
        restart(&s, t, pair);
        cr_assert(eq(int, width_trial(&s, floor * 0.5 * d.lambda0 / 2, &cell.grid, holds), OK));
        for (size_t k = 0; k < cell.grid.count; k++)
            cell.failures[k] += !(holds[k] == 1);
    }
    rng_free(pair[0]), rng_free(pair[1]);
    concentration_close(&s);
    theory_close(&d);
    return cell;
}

static theory_rows judged(const width_cell *cells, size_t count)
{
    theory_rows rows = {.command = "again"};
    cr_assert(eq(int, width_judge(cells, count, &rows), OK), "%s", error_text());
    cr_assert(eq(sz, rows.count, WIDTH_BOUND_COUNT + 2));
    return rows;
}

Test(required_width_rows, honest_bounds_suffice)
{
    width_cell cell = searched(64, 100, 1, 1);
    theory_rows rows = judged(&cell, 1);
    expect_bounds(&rows, NOT_REFUTED);
    const statement_row *row = row_of(&rows, "Theorem 2 (c), width");
    cr_assert(eq(dbl, row->bound, bounds_width_matrix_bernstein(&cell.bounds)));
    cr_assert(eq(dbl, row->observed, width_measured(&cell)));
    cr_assert(gt(dbl, row->observed, 16));
    cr_assert(lt(dbl, row->observed, 256));
    cr_assert(eq(dbl, row->slack, row->bound / row->observed));
    expect(&rows, "Theorem 2, width against n", NOT_CHECKED); /* one cell has no exponent */
    theory_rows_free(&rows);
}

/* Mutants: the conclusion without its factor xi, and rows of norm 1/2, on widths that reach beyond m_B = 1.2e4. */
Test(required_width_rows, wrong_conclusion)
{
    const double mistakes[2][2] = {{2, 1}, {1, 0.25}};
    for (size_t k = 0; k < 2; k++) {
        width_cell cell = searched(8192, 60, mistakes[k][0], mistakes[k][1]);
        cr_assert(gt(dbl, (double)cell.grid.widths[cell.grid.count - 1], bounds_width_bernstein(&cell.bounds)));
        theory_rows rows = judged(&cell, 1);
        expect_bounds(&rows, STATEMENT_REFUTED);
        theory_rows_free(&rows);
    }
}

/* Of two cells the refuted one is shown, wherever it stands. */
Test(required_width_rows, one_refuted_cell_refutes)
{
    width_cell honest = searched(64, 60, 1, 1), wrong = searched(8192, 60, 2, 1);
    for (int k = 0; k < 2; k++) {
        theory_rows rows = judged((width_cell[]){k ? wrong : honest, k ? honest : wrong}, 2);
        expect_bounds(&rows, STATEMENT_REFUTED);
        cr_assert(isnan(row_of(&rows, "Theorem 2 (d), width")->observed));
        theory_rows_free(&rows);
    }
}

Test(required_width_rows, what_is_not_checked)
{
    width_cell cell = searched(64, 59, 1, 1); /* 3/delta = 60 trials are needed */
    theory_rows rows = judged(&cell, 1);
    expect_bounds(&rows, NOT_CHECKED);
    theory_rows_free(&rows);
    cell = searched(4, 60, 1, 1); /* all widths too small for the conclusion and below every bound */
    cr_assert(isnan(width_measured(&cell)));
    rows = judged(&cell, 1);
    expect_bounds(&rows, NOT_CHECKED);
    theory_rows_free(&rows);
}

Test(required_width_rows, nan_refutes)
{
    width_cell cell = searched(64, 60, 1, 1);
    cell.bounds.lambda0 = NAN;
    theory_rows rows = judged(&cell, 1);
    expect_bounds(&rows, STATEMENT_REFUTED);
    theory_rows_free(&rows);
}

/* --- exponents --- */

Test(required_width_rows, power_law_of_one_group_is_a_line)
{
    const double x[5] = {1, 2, 4, 8, 16}, y[5] = {3, 5, 11, 26, 40}, group[5] = {0};
    double logs[2][5];
    for (size_t k = 0; k < 5; k++) {
        logs[0][k] = log(x[k]);
        logs[1][k] = log(y[k]);
    }
    stats_line line = stats_fit_line(logs[0], logs[1], 5, 0.95), law = width_power_law(x, y, group, 5, 0.95);
    cr_assert(le(dbl, fabs(law.slope - line.slope), 1e-14));
    cr_assert(le(dbl, fabs(law.slope_se - line.slope_se), 1e-14));
    cr_assert(le(dbl, fabs(law.slope_interval.low - line.slope_interval.low), 1e-13));
    cr_assert(le(dbl, fabs(law.slope_interval.high - line.slope_interval.high), 1e-13));
}

/* Groups have their own constants: y = c_g x^1.5, with one number moved by the factor e in each group, upwards and
 * downwards. */
Test(required_width_rows, power_law_within_groups)
{
    double x[6] = {1, 2, 4, 1, 2, 4}, y[6], group[6] = {7, 7, 7, 9, 9, 9};
    for (size_t k = 0; k < 6; k++)
        y[k] = (k < 3 ? 1 : 1000) * pow(x[k], 1.5);
    stats_line law = width_power_law(x, y, group, 6, 0.95);
    cr_assert(le(dbl, fabs(law.slope - 1.5), 1e-14));
    cr_assert(lt(dbl, law.slope_se, 1e-14));
    y[1] *= M_E, y[4] /= M_E;
    law = width_power_law(x, y, group, 6, 0.95);
    /* centred x is 0 there: the slope stays; residuals 2/3, -1/3, -1/3 and their opposites on 6 - 2 - 1 degrees */
    cr_assert(le(dbl, fabs(law.slope - 1.5), 1e-14));
    cr_assert(le(dbl, fabs(law.slope_se - sqrt(4.0 / 3 / 3 / (4 * log(2) * log(2)))), 1e-14));
    cr_assert(isnan(width_power_law(x, y, x, 6, 0.95).slope)); /* nothing varies within a group */
    cr_assert(isnan(width_power_law(x, y, group, 2, 0.95).slope_interval.low));
}

/* Cells whose measured width is 4 n^power xi^-xi_power, exactly but for rounding. */
static theory_rows judged_power(double power, double xi_power, double known)
{
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
    theory_rows rows = judged(cells, 12);
    cr_assert(le(dbl, fabs(width_exponent_n(cells, 12, width_measured, 0.95).slope - power), 0.01));
    cr_assert(le(dbl, fabs(width_exponent_xi(cells, 12, width_measured, 0.95).slope - xi_power), 0.01));
    return rows;
}

/* n^2 log(n/delta)/lambda_0^2 with lambda_0 ~ 1/n grows as n^4 and a logarithm. */
Test(required_width_rows, exponents_against_the_theorem)
{
    const char N_ROW[] = "Theorem 2, width against n", XI_ROW[] = "Theorem 2, width against xi";
    theory_rows rows = judged_power(1, 1, 1);
    expect(&rows, N_ROW, NOT_REFUTED);
    expect(&rows, XI_ROW, NOT_REFUTED);
    cr_assert(gt(dbl, row_of(&rows, N_ROW)->bound, 4));
    cr_assert(lt(dbl, row_of(&rows, N_ROW)->bound, 4.3));
    cr_assert(gt(dbl, row_of(&rows, XI_ROW)->bound, 1));
    cr_assert(eq(int, row_of(&rows, N_ROW)->kind, PAPER));
    theory_rows_free(&rows);
    rows = judged_power(5, 2, 1); /* mutants: steeper than claimed */
    expect(&rows, N_ROW, STATEMENT_REFUTED);
    expect(&rows, XI_ROW, STATEMENT_REFUTED);
    cr_assert(eq(int, verdict_status(row_of(&rows, N_ROW), 1), OK)); /* findings */
    theory_rows_free(&rows);
    rows = judged_power(1, 1, 0.75); /* cells without a width are left out */
    expect(&rows, N_ROW, NOT_REFUTED);
    theory_rows_free(&rows);
}

Test(required_width_rows, table_has_widths_and_bounds)
{
    width_cell cells[2] = {searched(64, 100, 1, 1), searched(4, 60, 1, 1)};
    cells[1].bounds.xi = 0.25; /* another block */
    table *t;
    table_data read;
    char path[300], note[256];
    snprintf(path, sizeof path, "%s/table.dat", fixture_folder("required-width-rows"));
    cr_assert(eq(int, width_tabulate(cells, 2, &t), OK), "%s", error_text());
    cr_assert(eq(int, table_write(t, path), OK), "%s", error_text());
    cr_assert(eq(int, table_read(path, &read), OK), "%s", error_text());
    width_found found = width_cell_found(&cells[0]);
    cr_assert(eq(sz, read.rows, 2));
    cr_assert(eq(dbl, field_of(&read, 0, "samples"), 4));
    cr_assert(eq(dbl, field_of(&read, 0, "width"), found.width));
    cr_assert(eq(dbl, field_of(&read, 0, "width_low"), found.low));
    cr_assert(eq(dbl, field_of(&read, 0, "width_high"), found.high));
    cr_assert(le(dbl, found.low, found.width));
    cr_assert(ge(dbl, found.high, found.width));
    cr_assert(eq(dbl, field_of(&read, 0, "hoeffding"), bounds_width_hoeffding(&cells[0].bounds)));
    cr_assert(
        eq(dbl, field_of(&read, 0, "chernoff_over"), bounds_width_chernoff(&cells[0].bounds, 0.25) / found.width));
    cr_assert(eq(dbl, field_of(&read, 0, "theorem"), concentration_paper_width(&cells[0].bounds)));
    cr_assert(isnan(field_of(&read, 1, "width")));
    cr_assert(table_note_of(&read, "exponents of width", note, sizeof note));
    table_data_free(&read);
    table_free(t);
}

#endif
