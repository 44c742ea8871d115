/* Theorem 1 and its checks. Theory is double precision alone: in single there is nothing to test.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifdef REAL_DOUBLE

#include "theory/infinite_ntk/infinite_ntk.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/fixture.h"
#include "tests/support/random_rows.h"
#include "tests/support/study_fixture.h"
#include "theory/criteria.h"

TestSuite(infinite, .timeout = 60);

enum { WIDTHS = 2, NETWORKS = 6, ENTRIES = 300 };

static const infinite_settings small = {
    .entries = ENTRIES, .networks = NETWORKS, .widths = {{40, 300}, WIDTHS}};
static const program_options quiet_run = {
    .name = "infinite-ntk", .seed = 5, .threads = 1, .quiet = true, .out = "none.dat"};

/* infinite-ntk on a data set in memory: prepared, measured, gathered. */
static infinite_context *find(dataset data, study_run *r) {
    *r = (study_run){.study = &infinite_study, .options = quiet_run, .repeats = 1};
    r->settings = malloc(sizeof small);
    r->context = calloc(1, sizeof(infinite_context));
    memcpy(r->settings, &small, sizeof small);
    infinite_context *c = r->context;
    cr_assert(kernel_data_take(&r->options, data, &c->data) == OK, "%s", error_text());
    cr_assert(infinite_plan(r) == OK, "%s", error_text());
    study_fixture_measure(r);
    return c;
}

/* The verdict of the row with this label. */
static verdict judged(const study_run *r, const char *label) {
    claim_rows rows = study_fixture_judge(r);
    verdict v = study_fixture_verdict(&rows, label);
    claim_rows_free(&rows);
    return v;
}

static double slack_of(const study_run *r, const char *label) {
    claim_rows rows = study_fixture_judge(r);
    double slack = study_fixture_row(&rows, label)->slack;
    claim_rows_free(&rows);
    return slack;
}

static const char norms[] = "Assumption 1, norms and labels",
                  parallel[] = "Assumption 1, no two inputs parallel", theorem[] = "Theorem 1",
                  cap[] = "Theorem 1, cap by the closest pair",
                  drivers[] = "Theorem 1, two LAPACK drivers",
                  sums[] = "Theorem 1, sums of eigenvalues",
                  certified[] = "Theorem 1, certified interval",
                  quadrature[] = "Hinf, closed form and quadrature",
                  networks[] = "Hinf, closed form and random networks";

/* The rows of a data set, rows `from` and `to` at a small angle if it is not 0. */
static dataset rows_with_pair(size_t n, double angle) {
    dataset data = fixture_one_output(n);
    if (angle == 0) { return data; }
    double *x = data.X + 3 * data.d, *y = data.X + 8 * data.d, product = 0, square = 0;
    for (size_t k = 0; k < data.d; k++) { product += x[k] * y[k]; }
    for (size_t k = 0; k < data.d; k++) {
        square += (y[k] - product * x[k]) * (y[k] - product * x[k]);
    }
    for (size_t k = 0; k < data.d; k++) {
        y[k] = cos(angle) * x[k] + sin(angle) * (y[k] - product * x[k]) / sqrt(square);
    }
    data.closest[0] = 3;
    data.closest[1] = 8;
    data.smallest_angle = dataset_angle(&data, 3, 8);
    return data;
}

/* --- entries --- */

Test(infinite, quadrature_is_the_closed_form) {
    const double angles[] = {0,        1e-9, 1e-4,         0.1, 0.7, M_PI / 4,    0.8,
                             M_PI / 2, 2,    3 * M_PI / 4, 2.5, 3.1, M_PI - 1e-9, M_PI};
    for (size_t k = 0; k < sizeof angles / sizeof *angles; k++) {
        double p = infinite_both_active(angles[k]);
        cr_expect(le(dbl, fabs(p - (M_PI - angles[k]) / (2 * M_PI)), 2e-15), "angle %g: %.17g",
                  angles[k], p);
    }
    cr_expect(isnan(infinite_both_active(NAN)));
}

/* Distinct, in the lower triangle, the closest pair among them; all of them if there are no more.
 */
Test(infinite, entries_are_spread) {
    kernel_data d;
    cr_assert(kernel_data_take(&quiet_run, fixture_one_output(30), &d) == OK);
    for (size_t wanted = 1; wanted < 600; wanted += 113) {
        size_t count = infinite_entries_count(30, wanted), closest = 0, diagonal = 0;
        infinite_entry e[465];
        cr_assert(eq(sz, count, wanted < 465 ? wanted : 465));
        infinite_entries_pick(&d.data, d.G, d.Hinf, count, e);
        for (size_t k = 0; k < count; k++) {
            cr_assert(le(sz, e[k].j, e[k].i));
            cr_assert(eq(dbl, e[k].closed, d.Hinf[e[k].j * 30 + e[k].i]));
            cr_assert(eq(dbl, e[k].product, d.G[e[k].j * 30 + e[k].i]));
            cr_assert(k == 0 || k + 1 == count ||
                      e[k].i * 30 + e[k].j > e[k - 1].i * 30 + e[k - 1].j);
            closest += e[k].i == d.data.closest[1] && e[k].j == d.data.closest[0];
            diagonal += e[k].i == e[k].j;
        }
        cr_assert(ge(sz, closest, 1));
        cr_assert(wanted < 100 || diagonal > 2);
    }
    kernel_data_close(&d);
}

/* --- rows, and one deliberate error for each --- */

static void check_scaling_and_pairs(study_run *r) {
    infinite_context *c = r->context;
    dataset *data = &c->data.data;
    cr_expect(eq(int, judged(r, norms), NOT_REFUTED));
    for (size_t k = 0; k < data->d; k++) {
        data->X[data->d + k] *= 1 + 1e-9; /* a row that is not normalised */
    }
    cr_expect(eq(int, judged(r, norms), STATEMENT_REFUTED));
    for (size_t k = 0; k < data->d; k++) { data->X[data->d + k] /= 1 + 1e-9; }
    double y = data->Y[2], angle = data->smallest_angle;
    data->Y[2] *= 2 / fabs(data->Y[2]); /* labels by another maximum */
    cr_expect(eq(int, judged(r, norms), STATEMENT_REFUTED));
    data->Y[2] = NAN;
    cr_expect(eq(int, judged(r, norms), STATEMENT_REFUTED));
    data->Y[2] = y;

    cr_expect(eq(int, judged(r, parallel), NOT_REFUTED));
    data->opposite = true;
    cr_expect(eq(int, judged(r, parallel), HYPOTHESIS_NOT_MET));
    data->opposite = false;
    data->smallest_angle = 0; /* equal rows, let pass */
    cr_expect(eq(int, judged(r, parallel), STATEMENT_REFUTED));
    data->smallest_angle = NAN;
    cr_expect(eq(int, judged(r, parallel), STATEMENT_REFUTED));
    data->smallest_angle = angle;
}

/* What the unit of the interval says of another matrix. */
static void put_interval(study_run *r, spectrum_interval interval) {
    double *ends = r->result.values + INTERVAL_UNIT * r->values + r->data->n;
    ends[0] = interval.low;
    ends[1] = interval.high;
    ends[2] = interval.value;
}

static spectrum_interval interval_of(const double *H, size_t n) {
    spectrum_interval interval;
    cr_assert(spectrum_lambda_min(H, n, &interval) == OK);
    return interval;
}

static void check_theorem(study_run *r) {
    infinite_context *c = r->context;
    size_t n = r->data->n;
    spectrum_interval honest = infinite_spectrum_of(r).interval;
    double *H = malloc(n * n * sizeof *H);
    cr_expect(eq(int, judged(r, theorem), NOT_REFUTED));
    c->data.assumption1 = false;
    cr_expect(eq(int, judged(r, theorem), HYPOTHESIS_NOT_MET));
    c->data.assumption1 = true;
    memcpy(H, c->data.Hinf, n * n * sizeof *H);
    for (size_t i = 0; i < n; i++) { H[i * n + i] = 0; /* the diagonal left out */ }
    put_interval(r, interval_of(H, n));
    cr_expect(eq(int, judged(r, theorem), STATEMENT_REFUTED));
    memcpy(H, c->data.Hinf, n * n * sizeof *H);
    for (size_t i = 0; i < n; i++) {
        H[i] = H[i * n] = H[n + i]; /* two equal inputs: singular, and rounding may say either */
    }
    H[0] = 0.5;
    put_interval(r, interval_of(H, n));
    cr_expect(eq(int, judged(r, theorem), NOT_CHECKED));
    put_interval(r, (spectrum_interval){NAN, honest.high, honest.value});
    cr_expect(eq(int, judged(r, theorem), STATEMENT_REFUTED));
    put_interval(r, honest);
    free(H);
}

static void check_drivers(study_run *r) {
    double *first = r->result.values + SPECTRUM_UNIT * r->values,
           *second = r->result.values + INTERVAL_UNIT * r->values;
    cr_expect(eq(int, judged(r, drivers), NOT_REFUTED));
    cr_expect(eq(int, judged(r, sums), NOT_REFUTED));
    const struct {
        double factor, shift;
    } wrong[] = {{2, 0}, {1, 1e-10}, {NAN, 0}};
    for (size_t k = 0; k < 3; k++) { /* the smallest alone */
        double honest = second[0];
        second[0] = honest * wrong[k].factor + wrong[k].shift;
        cr_expect(eq(int, judged(r, drivers), STATEMENT_REFUTED), "%zu", k);
        second[0] = honest;
        honest = first[0];
        first[0] = honest * wrong[k].factor + wrong[k].shift;
        cr_expect(eq(int, judged(r, drivers), STATEMENT_REFUTED), "%zu", k);
        cr_expect(eq(int, judged(r, sums), STATEMENT_REFUTED), "%zu", k);
        cr_expect(eq(int, judged(r, certified), STATEMENT_REFUTED), "%zu", k);
        first[0] = honest;
    }
    double honest = first[1];
    first[1] = first[0]; /* an eigenvalue counted twice */
    cr_expect(eq(int, judged(r, sums), STATEMENT_REFUTED));
    first[1] = honest;
}

static void check_interval(study_run *r) {
    spectrum_interval s = infinite_spectrum_of(r).interval;
    cr_expect(eq(int, judged(r, certified), NOT_REFUTED));
    const spectrum_interval wrong[] = {{s.low * 2, s.high * 2, s.value}, /* of twice the kernel */
                                       {s.high, s.low, s.value},
                                       {s.low, s.high, s.value + 1e-9},
                                       {NAN, s.high, s.value}};
    for (size_t k = 0; k < 4; k++) {
        put_interval(r, wrong[k]);
        cr_expect(eq(int, judged(r, certified), STATEMENT_REFUTED), "%zu", k);
    }
    put_interval(r, s);
}

Test(infinite, spectrum_rows_and_their_mutants) {
    study_run r;
    find(rows_with_pair(50, 0), &r);
    check_scaling_and_pairs(&r);
    check_theorem(&r);
    check_drivers(&r);
    check_interval(&r);
    study_close(&r);
}

/* The wrong kernels of the closed form. */
typedef double kernel(double cosine, double angle);

static double twice(double cosine, double angle) { return cosine * (M_PI - angle) / M_PI; }

static double without_product(double cosine, double angle) {
    (void)cosine;
    return (M_PI - angle) / (2 * M_PI);
}

static double derivative_for_value(double cosine,
                                   double angle) /* the kernel of the outputs, order 1 */
{
    return (sin(angle) + cosine * (M_PI - angle)) / (2 * M_PI);
}

static double bare_arccos(double cosine, double angle) {
    (void)angle;
    return cosine * (M_PI - acos(fmin(1, cosine))) / (2 * M_PI);
}

/* The entries' closed form by another kernel. */
static void put_kernel(kernel *k, infinite_context *c) {
    for (size_t i = 0; i < c->entry_count; i++) {
        infinite_entry *e = &c->entries[i];
        e->closed = k ? k(e->product, dataset_angle(&c->data.data, e->i, e->j))
                      : c->data.Hinf[e->i * c->data.data.n + e->j];
    }
}

Test(infinite, closed_form_rows_and_their_mutants) {
    study_run r;
    infinite_context *c = find(rows_with_pair(50, 1e-8), &r);
    kernel *const wrong[] = {twice, without_product, derivative_for_value};
    cr_expect(eq(int, judged(&r, quadrature), NOT_REFUTED));
    cr_expect(eq(int, judged(&r, networks), NOT_REFUTED));
    for (size_t k = 0; k < 3; k++) {
        put_kernel(wrong[k], c);
        cr_expect(eq(int, judged(&r, quadrature), STATEMENT_REFUTED), "%zu", k);
        cr_expect(eq(int, judged(&r, networks), STATEMENT_REFUTED), "%zu", k);
    }
    put_kernel(bare_arccos, c);
    cr_expect(eq(int, judged(&r, quadrature), STATEMENT_REFUTED));
    put_kernel(NULL, c);
    c->entries[7].closed = NAN;
    cr_expect(eq(int, judged(&r, quadrature), STATEMENT_REFUTED));
    cr_expect(eq(int, judged(&r, networks), STATEMENT_REFUTED));
    study_close(&r);
}

/* What random networks may do wrong: a factor, one network taken for many, nothing but NaN. */
Test(infinite, simulation_mutants) {
    study_run r;
    infinite_context *c = find(rows_with_pair(50, 0), &r);
    size_t count = c->entry_count, all = WIDTHS * count;
    double *honest = malloc(all * sizeof *honest);
    memcpy(honest, c->means, all * sizeof *honest);
    const double factors[] = {0.5, 2, 1.2, NAN};
    for (size_t k = 0; k < 4; k++) {
        for (size_t i = 0; i < all; i++) { c->means[i] = honest[i] * factors[k]; }
        cr_expect(eq(int, judged(&r, networks), STATEMENT_REFUTED), "%g", factors[k]);
    }
    const double *first = study_values(&r, FIRST_NETWORK, 0); /* the first network alone */
    for (size_t w = 0; w < WIDTHS; w++) {
        memcpy(c->means + w * count, first + w * (count + 1) + 1, count * sizeof *honest);
    }
    ((infinite_settings *)r.settings)->networks = 400;
    cr_expect(eq(int, judged(&r, networks), STATEMENT_REFUTED));
    ((infinite_settings *)r.settings)->networks = 1;
    cr_expect(eq(int, judged(&r, networks), NOT_REFUTED));
    free(honest);
    study_close(&r);
}

/* The closest pair caps lambda_min: the accurate kernel keeps below, a kernel by the bare arccos,
 * or twice the kernel, does not. */
Test(infinite, cap_by_the_closest_pair) {
    for (double angle = 1e-8; angle < 1e-3; angle *= 100) {
        study_run r;
        find(rows_with_pair(50, angle), &r);
        spectrum_interval s = infinite_spectrum_of(&r).interval;
        cr_expect(eq(int, judged(&r, cap), NOT_REFUTED));
        cr_expect(le(dbl, slack_of(&r, cap), 1.5), "the cap is near: %g", slack_of(&r, cap));
        put_interval(&r, (spectrum_interval){2 * s.low, s.high, s.value});
        cr_expect(eq(int, judged(&r, cap), STATEMENT_REFUTED), "%g", angle);
        put_interval(&r, (spectrum_interval){NAN, s.high, s.value});
        cr_expect(eq(int, judged(&r, cap), STATEMENT_REFUTED));
        study_close(&r);
    }
}

/* One input: no pair; two opposite inputs: Assumption 1 broken, Hinf = I/2. */
Test(infinite, one_input_and_an_opposite_pair) {
    study_run r;
    dataset data = fixture_one_output(1);
    data.smallest_angle = NAN;
    find(data, &r);
    cr_expect(eq(int, judged(&r, parallel), NOT_REFUTED));
    cr_expect(eq(int, judged(&r, cap), HYPOTHESIS_NOT_MET), "there are no two inputs");
    cr_expect(eq(int, judged(&r, theorem), NOT_REFUTED));
    cr_expect(eq(int, judged(&r, certified), NOT_REFUTED));
    study_close(&r);
    data = fixture_one_output(2);
    for (size_t k = 0; k < data.d; k++) { data.X[data.d + k] = -data.X[k]; }
    data.opposite = true;
    data.opposite_rows[1] = 1;
    data.smallest_angle = M_PI;
    find(data, &r);
    cr_expect(eq(int, judged(&r, parallel), HYPOTHESIS_NOT_MET));
    cr_expect(eq(int, judged(&r, theorem), HYPOTHESIS_NOT_MET));
    cr_expect(le(dbl, fabs(infinite_spectrum_of(&r).interval.low - 0.5), 1e-12));
    cr_expect(eq(int, judged(&r, networks), NOT_REFUTED));
    study_close(&r);
}

/* The units of one width are not those of the next. */
Test(infinite, neighbouring_widths_are_other_settings) {
    text t[2] = {{0}, {0}};
    for (int k = 0; k < 2; k++) {
        infinite_settings o = small;
        o.widths = (option_list){{(1 << 23) + k}, 1};
        option_table_describe(infinite_study.options, &o, &t[k]);
    }
    cr_expect(ne(str, (char *)text_bytes(&t[0]), (char *)text_bytes(&t[1])));
    text_free(&t[0]);
    text_free(&t[1]);
}

/* The numbers that every user can compare. */
Test(infinite, embedded_data) {
    kernel_data d;
    cr_assert(kernel_data_take(&quiet_run, fixture_one_output(1000), &d) == OK);
    spectrum_interval interval = interval_of(d.Hinf, 1000);
    cr_expect(le(dbl, fabs(d.lambda0 - 0.034737846259), 5e-13));
    cr_expect(le(dbl, fabs(d.lambda_max - 38.561337247), 5e-10));
    cr_expect(le(dbl, interval.low, d.lambda0 + 1e-14));
    cr_expect(le(dbl, interval.high - interval.low, 1e-9 * interval.low));
    cr_expect(eq(sz, d.data.closest[0], 982));
    cr_expect(eq(sz, d.data.closest[1], 991));
    kernel_data_close(&d);
}

#endif
