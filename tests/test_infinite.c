/* Theorem 1 and its checks. Theory is double precision alone: in single there is nothing to test. */
#ifdef REAL_DOUBLE

#include "theory/infinite/units.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fixture.h"
#include "tests/random_rows.h"
#include "theory/shared/criteria.h"

TestSuite(infinite, .timeout = 60);

static const program_options quiet_run = {
    .name = "infinite-ntk", .seed = 5, .threads = 1, .quiet = true, .out = "none.dat"};
static const double widths[] = {40, 300};
enum { WIDTHS = 2, NETWORKS = 6, ENTRIES = 300 };

/* Small data and all that the units found about them. */
typedef struct {
    theory_data data;
    infinite_plan plan;
    infinite_result found;
    double *values;
} evidence;

static void find(dataset data, evidence *e)
{
    cr_assert(theory_open_data(&quiet_run, data, &e->data) == OK, "%s", error_text());
    cr_assert(infinite_plan_new(&e->data, ENTRIES, widths, WIDTHS, NETWORKS, &e->plan) == OK, "%s", error_text());
    sweep s = infinite_sweep(&e->plan, "");
    e->values = malloc(s.cells * s.values * sizeof *e->values);
    for (size_t cell = 0; cell < s.cells; cell++)
        cr_assert(s.run(cell, 0, e->values + cell * s.values, s.context) == OK, "%s", error_text());
    cr_assert(infinite_gather(&e->plan, e->values, &e->found) == OK);
    cr_assert(infinite_entries_integrate(&e->data.data, e->plan.entries, e->plan.entry_count) == OK);
}

static void forget(evidence *e)
{
    infinite_result_free(&e->found);
    infinite_plan_free(&e->plan);
    theory_close(&e->data);
    free(e->values);
}

/* The rows of a data set, rows `from` and `to` at a small angle if it is not 0. */
static dataset rows_with_pair(size_t n, double angle)
{
    dataset data = fixture_one_output(n);
    if (angle == 0)
        return data;
    double *x = data.X + 3 * data.d, *y = data.X + 8 * data.d, product = 0, square = 0;
    for (size_t k = 0; k < data.d; k++)
        product += x[k] * y[k];
    for (size_t k = 0; k < data.d; k++)
        square += (y[k] - product * x[k]) * (y[k] - product * x[k]);
    for (size_t k = 0; k < data.d; k++)
        y[k] = cos(angle) * x[k] + sin(angle) * (y[k] - product * x[k]) / sqrt(square);
    data.closest[0] = 3;
    data.closest[1] = 8;
    data.smallest_angle = dataset_angle(&data, 3, 8);
    return data;
}

/* --- entries --- */

Test(infinite, quadrature_is_the_closed_form)
{
    const double angles[] = {0,        1e-9, 1e-4,         0.1, 0.7, M_PI / 4,    0.8,
                             M_PI / 2, 2,    3 * M_PI / 4, 2.5, 3.1, M_PI - 1e-9, M_PI};
    for (size_t k = 0; k < sizeof angles / sizeof *angles; k++) {
        double p = infinite_both_active(angles[k]);
        cr_expect(le(dbl, fabs(p - (M_PI - angles[k]) / (2 * M_PI)), 2e-15), "angle %g: %.17g", angles[k], p);
    }
    cr_expect(isnan(infinite_both_active(NAN)));
}

/* Distinct, in the lower triangle, the closest pair among them; all of them if there are no more. */
Test(infinite, entries_are_spread)
{
    theory_data d;
    cr_assert(theory_open_data(&quiet_run, fixture_one_output(30), &d) == OK);
    for (size_t wanted = 1; wanted < 600; wanted += 113) {
        size_t count = infinite_entries_count(30, wanted), closest = 0, diagonal = 0;
        infinite_entry e[465];
        cr_assert(eq(sz, count, wanted < 465 ? wanted : 465));
        infinite_entries_pick(&d.data, d.G, d.Hinf, count, e);
        for (size_t k = 0; k < count; k++) {
            cr_assert(le(sz, e[k].j, e[k].i));
            cr_assert(eq(dbl, e[k].closed, d.Hinf[e[k].j * 30 + e[k].i]));
            cr_assert(eq(dbl, e[k].product, d.G[e[k].j * 30 + e[k].i]));
            cr_assert(k == 0 || k + 1 == count || e[k].i * 30 + e[k].j > e[k - 1].i * 30 + e[k - 1].j);
            closest += e[k].i == d.data.closest[1] && e[k].j == d.data.closest[0];
            diagonal += e[k].i == e[k].j;
        }
        cr_assert(ge(sz, closest, 1));
        cr_assert(wanted < 100 || diagonal > 2);
    }
    theory_close(&d);
}

/* --- rows --- */

/* The verdict of the row just appended, which is then taken off. */
static verdict last(theory_rows *list, status done)
{
    cr_assert(done == OK && list->count == 1, "%s", error_text());
    list->count = 0;
    return list->rows[0].verdict;
}

static void check_scaling_and_pairs(evidence *e, theory_rows *list)
{
    dataset *data = &e->data.data;
    cr_expect(eq(int, last(list, infinite_row_scaling(data, list)), NOT_REFUTED));
    for (size_t k = 0; k < data->d; k++)
        data->X[data->d + k] *= 1 + 1e-9; /* a row that is not normalised */
    cr_expect(eq(int, last(list, infinite_row_scaling(data, list)), STATEMENT_REFUTED));
    for (size_t k = 0; k < data->d; k++)
        data->X[data->d + k] /= 1 + 1e-9;
    data->Y[2] *= 2 / fabs(data->Y[2]); /* labels by another maximum */
    cr_expect(eq(int, last(list, infinite_row_scaling(data, list)), STATEMENT_REFUTED));
    data->Y[2] = NAN;
    cr_expect(eq(int, last(list, infinite_row_scaling(data, list)), STATEMENT_REFUTED));
    data->Y[2] = 0;

    double angle = data->smallest_angle;
    cr_expect(eq(int, last(list, infinite_row_parallel(data, true, list)), NOT_REFUTED));
    cr_expect(eq(int, last(list, infinite_row_parallel(data, false, list)), HYPOTHESIS_NOT_MET));
    data->smallest_angle = 0; /* equal rows, let pass */
    cr_expect(eq(int, last(list, infinite_row_parallel(data, true, list)), STATEMENT_REFUTED));
    data->smallest_angle = NAN;
    cr_expect(eq(int, last(list, infinite_row_parallel(data, true, list)), STATEMENT_REFUTED));
    data->smallest_angle = angle;
}

static spectrum_interval interval_of(const double *H, size_t n)
{
    spectrum_interval interval;
    cr_assert(spectrum_lambda_min(H, n, &interval) == OK);
    return interval;
}

static void check_theorem(evidence *e, theory_rows *list)
{
    infinite_spectrum s = e->found.spectrum;
    double *H = malloc(s.n * s.n * sizeof *H);
    cr_expect(eq(int, last(list, infinite_row_theorem(&s, true, list)), NOT_REFUTED));
    cr_expect(eq(int, last(list, infinite_row_theorem(&s, false, list)), HYPOTHESIS_NOT_MET));
    memcpy(H, s.Hinf, s.n * s.n * sizeof *H);
    for (size_t i = 0; i < s.n; i++)
        H[i * s.n + i] = 0; /* the diagonal left out */
    s.interval = interval_of(H, s.n);
    cr_expect(eq(int, last(list, infinite_row_theorem(&s, true, list)), STATEMENT_REFUTED));
    memcpy(H, s.Hinf, s.n * s.n * sizeof *H);
    for (size_t i = 0; i < s.n; i++)
        H[i] = H[i * s.n] = H[s.n + i]; /* two equal inputs: singular, and rounding may say either */
    H[0] = 0.5;
    s.interval = interval_of(H, s.n);
    cr_expect(eq(int, last(list, infinite_row_theorem(&s, true, list)), NOT_CHECKED));
    s.interval.low = NAN;
    cr_expect(eq(int, last(list, infinite_row_theorem(&s, true, list)), STATEMENT_REFUTED));
    free(H);
}

static void check_drivers(evidence *e, theory_rows *list)
{
    infinite_spectrum s = e->found.spectrum;
    double *changed = malloc(s.n * sizeof *changed);
    cr_expect(eq(int, last(list, infinite_row_drivers(&s, list)), NOT_REFUTED));
    cr_expect(eq(int, last(list, infinite_row_sums(&s, list)), NOT_REFUTED));
    const struct {
        double factor, shift;
    } wrong[] = {{2, 0}, {1, 1e-10}, {NAN, 0}};
    for (size_t k = 0; k < 3; k++) {
        memcpy(changed, s.second, s.n * sizeof *changed);
        changed[0] = changed[0] * wrong[k].factor + wrong[k].shift; /* the smallest alone */
        infinite_spectrum other = s;
        other.second = changed;
        cr_expect(eq(int, last(list, infinite_row_drivers(&other, list)), STATEMENT_REFUTED), "%zu", k);
        other = s;
        other.values = changed;
        cr_expect(eq(int, last(list, infinite_row_drivers(&other, list)), STATEMENT_REFUTED), "%zu", k);
        cr_expect(eq(int, last(list, infinite_row_sums(&other, list)), STATEMENT_REFUTED), "%zu", k);
        cr_expect(eq(int, last(list, infinite_row_interval(&other, list)), STATEMENT_REFUTED), "%zu", k);
    }
    memcpy(changed, s.values, s.n * sizeof *changed);
    changed[1] = changed[0]; /* an eigenvalue counted twice */
    infinite_spectrum other = s;
    other.values = changed;
    cr_expect(eq(int, last(list, infinite_row_sums(&other, list)), STATEMENT_REFUTED));
    free(changed);
}

static void check_interval(evidence *e, theory_rows *list)
{
    infinite_spectrum s = e->found.spectrum;
    cr_expect(eq(int, last(list, infinite_row_interval(&s, list)), NOT_REFUTED));
    infinite_spectrum other = s;
    other.interval.low = s.interval.low * 2; /* of twice the kernel */
    other.interval.high = s.interval.high * 2;
    cr_expect(eq(int, last(list, infinite_row_interval(&other, list)), STATEMENT_REFUTED));
    other.interval = (spectrum_interval){s.interval.high, s.interval.low, s.interval.value};
    cr_expect(eq(int, last(list, infinite_row_interval(&other, list)), STATEMENT_REFUTED));
    other.interval = (spectrum_interval){s.interval.low, s.interval.high, s.interval.value + 1e-9};
    cr_expect(eq(int, last(list, infinite_row_interval(&other, list)), STATEMENT_REFUTED));
    other.interval = (spectrum_interval){NAN, s.interval.high, s.interval.value};
    cr_expect(eq(int, last(list, infinite_row_interval(&other, list)), STATEMENT_REFUTED));
}

Test(infinite, spectrum_rows_and_their_mutants)
{
    evidence e;
    find(rows_with_pair(50, 0), &e);
    theory_rows list = {.command = "again"};
    check_scaling_and_pairs(&e, &list);
    check_theorem(&e, &list);
    check_drivers(&e, &list);
    check_interval(&e, &list);
    theory_rows_free(&list);
    forget(&e);
}

/* The wrong kernels of the closed form. */
typedef double kernel(double cosine, double angle);

static double twice(double cosine, double angle)
{
    return cosine * (M_PI - angle) / M_PI;
}

static double without_product(double cosine, double angle)
{
    (void)cosine;
    return (M_PI - angle) / (2 * M_PI);
}

static double derivative_for_value(double cosine, double angle) /* the kernel of the outputs, order 1 */
{
    return (sin(angle) + cosine * (M_PI - angle)) / (2 * M_PI);
}

static double bare_arccos(double cosine, double angle)
{
    (void)angle;
    return cosine * (M_PI - acos(fmin(1, cosine))) / (2 * M_PI);
}

static void put_kernel(kernel *k, const evidence *e, infinite_entry *entries)
{
    memcpy(entries, e->plan.entries, e->plan.entry_count * sizeof *entries);
    for (size_t i = 0; k && i < e->plan.entry_count; i++)
        entries[i].closed = k(entries[i].product, dataset_angle(&e->data.data, entries[i].i, entries[i].j));
}

Test(infinite, closed_form_rows_and_their_mutants)
{
    evidence e;
    find(rows_with_pair(50, 1e-8), &e);
    theory_rows list = {.command = "again"};
    infinite_entry entries[ENTRIES];
    size_t count = e.plan.entry_count;
    kernel *const wrong[] = {twice, without_product, derivative_for_value};
    put_kernel(NULL, &e, entries);
    cr_expect(eq(int, last(&list, infinite_row_quadrature(entries, count, &list)), NOT_REFUTED));
    cr_expect(eq(int, last(&list, infinite_row_simulation(entries, count, &e.found.simulation, &list)), NOT_REFUTED));
    for (size_t k = 0; k < 3; k++) {
        put_kernel(wrong[k], &e, entries);
        cr_expect(eq(int, last(&list, infinite_row_quadrature(entries, count, &list)), STATEMENT_REFUTED), "%zu", k);
        cr_expect(eq(int, last(&list, infinite_row_simulation(entries, count, &e.found.simulation, &list)),
                     STATEMENT_REFUTED),
                  "%zu", k);
    }
    put_kernel(bare_arccos, &e, entries);
    cr_expect(eq(int, last(&list, infinite_row_quadrature(entries, count, &list)), STATEMENT_REFUTED));
    put_kernel(NULL, &e, entries);
    entries[7].closed = NAN;
    cr_expect(eq(int, last(&list, infinite_row_quadrature(entries, count, &list)), STATEMENT_REFUTED));
    cr_expect(
        eq(int, last(&list, infinite_row_simulation(entries, count, &e.found.simulation, &list)), STATEMENT_REFUTED));
    theory_rows_free(&list);
    forget(&e);
}

/* What random networks may do wrong: a factor, one network taken for many, nothing but NaN. */
Test(infinite, simulation_mutants)
{
    evidence e;
    find(rows_with_pair(50, 0), &e);
    theory_rows list = {.command = "again"};
    size_t count = e.plan.entry_count;
    double *means = malloc(WIDTHS * count * sizeof *means);
    infinite_simulation seen = e.found.simulation;
    seen.means = means;
    const double factors[] = {0.5, 2, 1.2, NAN};
    for (size_t k = 0; k < 4; k++) {
        for (size_t i = 0; i < WIDTHS * count; i++)
            means[i] = e.found.means[i] * factors[k];
        cr_expect(eq(int, last(&list, infinite_row_simulation(e.plan.entries, count, &seen, &list)), STATEMENT_REFUTED),
                  "%g", factors[k]);
    }
    const double *first = e.values + 2 * infinite_sweep(&e.plan, "").values; /* the first network alone */
    for (size_t w = 0; w < WIDTHS; w++)
        memcpy(means + w * count, first + w * (count + 1) + 1, count * sizeof *means);
    seen.networks = 400;
    cr_expect(eq(int, last(&list, infinite_row_simulation(e.plan.entries, count, &seen, &list)), STATEMENT_REFUTED));
    seen.networks = 1;
    cr_expect(eq(int, last(&list, infinite_row_simulation(e.plan.entries, count, &seen, &list)), NOT_REFUTED));
    free(means);
    theory_rows_free(&list);
    forget(&e);
}

/* The closest pair caps lambda_min: the accurate kernel keeps below, a kernel by the bare arccos, or twice the kernel,
 * does not. */
Test(infinite, cap_by_the_closest_pair)
{
    for (double angle = 1e-8; angle < 1e-3; angle *= 100) {
        evidence e;
        find(rows_with_pair(50, angle), &e);
        theory_rows list = {.command = "again"};
        infinite_spectrum s = e.found.spectrum;
        const dataset *data = &e.data.data;
        cr_expect(eq(int, last(&list, infinite_row_cap(&s, data, &list)), NOT_REFUTED));
        cr_expect(le(dbl, list.rows[0].slack, 1.5), "the cap is near: %g", list.rows[0].slack);
        s.interval.low *= 2;
        cr_expect(eq(int, last(&list, infinite_row_cap(&s, data, &list)), STATEMENT_REFUTED), "%g", angle);
        s.interval.low = NAN;
        cr_expect(eq(int, last(&list, infinite_row_cap(&s, data, &list)), STATEMENT_REFUTED));
        theory_rows_free(&list);
        forget(&e);
    }
}

/* One input: no pair; two opposite inputs: Assumption 1 broken, Hinf = I/2. */
Test(infinite, one_input_and_an_opposite_pair)
{
    theory_rows list = {.command = "again"};
    dataset data = fixture_one_output(1);
    data.smallest_angle = NAN;
    evidence e;
    find(data, &e);
    cr_expect(eq(int, last(&list, infinite_row_parallel(&e.data.data, e.data.assumption1, &list)), NOT_REFUTED));
    cr_expect(eq(int, last(&list, infinite_row_cap(&e.found.spectrum, &e.data.data, &list)), NOT_CHECKED));
    cr_expect(eq(int, last(&list, infinite_row_theorem(&e.found.spectrum, e.data.assumption1, &list)), NOT_REFUTED));
    cr_expect(eq(int, last(&list, infinite_row_interval(&e.found.spectrum, &list)), NOT_REFUTED));
    forget(&e);
    data = fixture_one_output(2);
    for (size_t k = 0; k < data.d; k++)
        data.X[data.d + k] = -data.X[k];
    data.opposite = true;
    data.opposite_rows[1] = 1;
    data.smallest_angle = M_PI;
    find(data, &e);
    cr_expect(eq(int, last(&list, infinite_row_parallel(&e.data.data, e.data.assumption1, &list)), HYPOTHESIS_NOT_MET));
    cr_expect(
        eq(int, last(&list, infinite_row_theorem(&e.found.spectrum, e.data.assumption1, &list)), HYPOTHESIS_NOT_MET));
    cr_expect(le(dbl, fabs(list.rows[0].observed - 0.5), 1e-12));
    cr_expect(eq(int,
                 last(&list, infinite_row_simulation(e.plan.entries, e.plan.entry_count, &e.found.simulation, &list)),
                 NOT_REFUTED));
    forget(&e);
    theory_rows_free(&list);
}

/* The units of one width are not those of the next. */
Test(infinite, neighbouring_widths_are_other_settings)
{
    const double near[] = {1 << 23, (1 << 23) + 1};
    const theory_data d = {.run = &quiet_run};
    char text[2][512];
    for (int k = 0; k < 2; k++)
        infinite_describe(&(infinite_plan){.data = &d, .widths = &near[k], .width_count = 1}, text[k], sizeof text[k]);
    cr_expect(ne(str, (char *)text[0], (char *)text[1]));
}

/* The numbers that every user can compare. */
Test(infinite, embedded_data)
{
    theory_data d;
    cr_assert(theory_open_data(&quiet_run, fixture_one_output(1000), &d) == OK);
    spectrum_interval interval = interval_of(d.Hinf, 1000);
    cr_expect(le(dbl, fabs(d.lambda0 - 0.034737846259), 5e-13));
    cr_expect(le(dbl, fabs(d.lambda_max - 38.561337247), 5e-10));
    cr_expect(le(dbl, interval.low, d.lambda0 + 1e-14));
    cr_expect(le(dbl, interval.high - interval.low, 1e-9 * interval.low));
    cr_expect(eq(sz, d.data.closest[0], 982));
    cr_expect(eq(sz, d.data.closest[1], 991));
    theory_close(&d);
}

#endif
