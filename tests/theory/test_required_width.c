/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>

/* The programs of theory/ are built in double precision alone. */
#ifdef REAL_DOUBLE

#include <criterion/new/assert.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/spectrum.h"
#include "tests/support/concentration_fixture.h"
#include "tests/support/dataset_file.h"
#include "tests/support/fixture.h"
#include "theory/required_width/required_width.h"

static void begin(void) { gsl_set_error_handler_off(); }

TestSuite(required_width, .init = begin);

/* --- grid and search --- */

Test(required_width, grid_is_geometric) {
    width_grid g;
    width_grid_around(256, 1 << 20, &g);
    cr_assert(eq(sz, g.count, WIDTH_GRID));
    cr_assert(eq(sz, g.widths[0], 64));
    cr_assert(eq(sz, g.widths[WIDTH_GRID / 2], 256));
    cr_assert(eq(sz, g.widths[WIDTH_GRID - 1], 1024));
    for (size_t k = 1; k < g.count; k++) {
        cr_assert(gt(sz, g.widths[k], g.widths[k - 1]));
        cr_assert(le(dbl, fabs((double)g.widths[k] - 64 * exp2((double)k / 8)), 0.5));
    }
    width_grid_around(2, 1 << 20, &g); /* whole numbers, none twice */
    cr_assert(eq(sz, g.widths[0], 1));
    cr_assert(eq(sz, g.widths[g.count - 1], 8));
    cr_assert(eq(sz, g.count, 8));
    width_grid_around(256, 300, &g);
    cr_assert(le(sz, g.widths[g.count - 1], 300));
    cr_assert(ge(sz, g.widths[g.count - 1], 256));
}

/* P(Bin(100, 0.05) >= k) by its sum. */
static double tail(size_t k) {
    double sum = 0;
    for (size_t j = k; j <= 100; j++) {
        sum += exp(lgamma(101) - lgamma((double)j + 1) - lgamma(101 - (double)j) +
                   (double)j * log(0.05) + (100 - (double)j) * log(0.95));
    }
    return sum;
}

/* Of 100 trials at delta = 0.05 at most 5 may fail. Clearly more than delta at 95 %: from the k on
 * with P(X >= k) < 0.05 at p = delta; clearly less: up to the k with P(X <= k) < 0.05. */
Test(required_width, search_of_planted_failures) {
    static const struct {
        size_t failures[6];
        double width, low, high;
    } cases[] = {{{100, 10, 9, 5, 2, 1}, 40, 20, 60},
                 {{100, 0, 0, 6, 0, 0}, 50, 10, 50}, /* a relapse counts */
                 {{100, 100, 100, 100, 100, 6}, NAN, 50, INFINITY},
                 {{0, 0, 0, 0, 0, 0}, 10, 0, 10}};
    width_cell cell = {
        .bounds = {.delta = 0.05}, .grid = {6, {10, 20, 30, 40, 50, 60}}, .trials = 100};
    cr_assert(lt(dbl, tail(10), 0.05));
    cr_assert(gt(dbl, tail(9), 0.05));
    cr_assert(lt(dbl, 1 - tail(2), 0.05));
    cr_assert(gt(dbl, 1 - tail(3), 0.05));
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        memcpy(cell.failures, cases[k].failures, sizeof cases[k].failures);
        width_found f = width_search(&cell, 0.95);
        cr_assert(isnan(cases[k].width) ? isnan(f.width) : f.width == cases[k].width);
        cr_assert(eq(dbl, f.low, cases[k].low));
        cr_assert(eq(dbl, f.high, cases[k].high));
    }
}

/* --- trials --- */

/* By Cholesky factors along one stream, and by the eigenvalues of every mask. */
Test(required_width, trial_agrees_with_eigenvalues) {
    enum { N = 12, P = 3 };
    kernel_data d = digits(N);
    const mask_design design = {MASK_BERNOULLI, P, 0.4};
    const double floor = 0.2 * d.lambda0;
    double holds[WIDTH_GRID], smallest;
    size_t passed = 0, failed = 0, first, found = 0;
    masked_stream s;
    width_grid g;
    width_grid_around(16, 1 << 20, &g);
    for (size_t t = 0; t < 10; t++) {
        s = stream_of(&d, d.G, &design, t);
        cr_assert(eq(int, width_trial(&s, floor, &g, holds), OK), "%s", error_text());
        masked_stream_close(&s);
        s = stream_of(&d, d.G, &design, t);
        for (size_t k = 0; k < g.count; k++) {
            double least = INFINITY;
            cr_assert(eq(int, masked_stream_advance(&s, g.widths[k]), OK));
            for (size_t l = 0; l < P; l++) {
                cr_assert(eq(int,
                             spectrum_smallest(masked_stream_kernel(&s, 0, l), N, &smallest, NULL),
                             OK));
                least = fmin(least, smallest);
            }
            cr_assert(eq(dbl, holds[k], least >= floor ? 1 : 0), "m=%zu: %g", g.widths[k],
                      least / floor);
            passed += holds[k] == 1;
            failed += holds[k] == 0;
        }
        masked_stream_close(&s);
        for (size_t k = g.count; k < WIDTH_GRID; k++) { cr_assert(isnan(holds[k])); }
    }
    cr_assert(gt(sz, passed, 0));
    cr_assert(gt(sz, failed, 0));
    s = stream_of(&d, d.G, &design, 0);
    cr_assert(eq(int, width_first(&s, floor, 1 << 20, &first), OK));
    masked_stream_close(&s);
    s = stream_of(&d, d.G, &design, 0);
    for (size_t width = 1; found == 0; width *= 2) {
        bool all;
        cr_assert(eq(int, width_holds(&s, width, floor, &all), OK));
        found = all ? width : 0;
    }
    masked_stream_close(&s);
    cr_assert(eq(sz, first, found));
    s = stream_of(&d, d.G, &design, 0);
    cr_assert(
        eq(int, width_first(&s, 10 * floor, 100, &first), OK)); /* more than xi lambda_0: never */
    cr_assert(eq(sz, first, 100));
    masked_stream_close(&s);
    kernel_data_close(&d);
}

/* --- plan and program --- */

/* Data of every size are those of its first rows alone. */
Test(required_width, plan_has_the_first_rows) {
    const width_settings o = {.sizes = {{6, 15}, 2},
                              .xi = {{0.5, 1}, 2},
                              .masks = 2,
                              .trials = 3,
                              .limit = 4096,
                              .delta = 0.05,
                              .sizes_given = true};
    study_run r;
    char out[300];
    snprintf(out, sizeof out, "%s/plan.dat", fixture_folder("required-width"));
    study_fixture_open(&required_width_study, &o, &r);
    const width_context *c = r.context;
    cr_assert(eq(sz, r.cells, 4));
    kernel_data alone = digits(6);
    cr_assert(eq(sz, c->cells[2].data->data.n, 6));
    cr_assert(eq(dbl, c->cells[2].design.xi, 1));
    cr_assert(eq(sz, c->cells[3].data->data.n, 15));
    cr_assert(le(dbl, fabs(c->data[0].lambda0 - alone.lambda0), 1e-15));
    cr_assert(le(dbl, fabs(c->data[0].row_sum - alone.row_sum), 1e-13));
    kernel_data_close(&alone);
    sweep_options how = study_sweep_options(&r.options);
    how.out = out;
    cr_assert(eq(int, study_pilot(&r, &how), OK), "%s", error_text());
    cr_assert(eq(sz, r.repeats, 3)); /* the pilots' are theirs alone */
    study_fixture_measure(&r);
    for (size_t k = 0; k < r.cells; k++) {
        const width_grid *grid = &c->cells[k].grid;
        size_t middle = grid->widths[grid->count - 1] / 4;
        cr_assert(eq(sz, middle & (middle - 1), 0)); /* a power of two: a pilot's */
        cr_assert(eq(dbl, study_values(&r, k, 0)[grid->count - 1], 1));
    }
    study_close(&r);
    program_options options = RUN;
    options.data = "data/digits.npz";
    options.samples = 10; /* fewer than the larger size: it is left out */
    cr_assert(eq(int, study_open(&required_width_study, &options, &o, &r), OK), "%s", error_text());
    cr_assert(eq(sz, r.cells, 2));
    cr_assert(eq(sz, ((const width_context *)r.context)->cells[1].data->data.n, 6));
    study_close(&r);
    options.samples = 20; /* more rows than wanted: the largest size stays what it is */
    cr_assert(eq(int, study_open(&required_width_study, &options, &o, &r), OK), "%s", error_text());
    cr_assert(eq(sz, ((const width_context *)r.context)->cells[3].data->data.n, 15));
    study_close(&r);
    width_settings usual = o;
    usual.sizes_given = false; /* the rows asked for are a size themselves */
    cr_assert(eq(int, study_open(&required_width_study, &options, &usual, &r), OK));
    cr_assert(eq(sz, r.cells, 6));
    cr_assert(eq(sz, ((const width_context *)r.context)->cells[5].data->data.n, 20));
    study_close(&r);
}

static const char SMALL[] = "--quiet --sizes 12,6 --xi 0.5 --trials 6";

/* The same bytes on one thread and on two, and in two shares. */
Test(required_width, program_gives_the_same_bytes) {
    const char *folder = fixture_folder("required-width-program");
    char command[1200], said[4096], a[300], other[300];
    snprintf(command, sizeof command,
             "rm -rf %1$s/* && BIN/../required-width %2$s --threads 1 --out %1$s/a.dat && "
             "BIN/../required-width %2$s "
             "--threads 2 --out %1$s/b.dat",
             folder, SMALL);
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    snprintf(command, sizeof command,
             "for share in 1/2 2/2; do BIN/../required-width %2$s --shard $share --out %1$s/c.dat "
             "|| exit; done; "
             "BIN/../required-width %2$s --out %1$s/c.dat",
             folder, SMALL);
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    snprintf(a, sizeof a, "%s/a.dat", folder);
    for (const char *name = "bc"; *name; name++) {
        snprintf(other, sizeof other, "%s/%c.dat", folder, *name);
        cr_assert(fixture_same_rows(a, other), "%s", other);
    }
}

/* A limit below the width needed: said, no width, nothing checked, exit 0. */
Test(required_width, program_says_that_the_limit_was_reached) {
    char command[600], said[8192];
    snprintf(command, sizeof command,
             "BIN/../required-width --fresh --sizes 12 --xi 0.5 --trials 60 --limit 8 --out "
             "%s/limit.dat",
             fixture_folder("required-width"));
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    cr_assert(ne(ptr, strstr(said, "a larger --limit may help"), NULL), "%s", said);
    cr_assert(ne(ptr, strstr(said, "2 not checked"), NULL), "%s", said);
}

/* --- the order of the rows in the file --- */

enum { CLUSTER_ROWS = 250, CLUSTER_D = 10, ORDERS = 5 };

/* Two Gaussian clusters, rows 188 and 234 of the first order a near duplicate; row i of order k is
 * row (a i + b) mod CLUSTER_ROWS of the first, so that the last order begins with both. */
static const char *write_clusters(size_t order) {
    static const size_t orders[ORDERS][2] = {{1, 0}, {7, 3}, {249, 249}, {49, 17}, {23, 208}};
    static char path[100];
    double X[CLUSTER_ROWS * CLUSTER_D], Y[CLUSTER_ROWS], mixed_X[CLUSTER_ROWS * CLUSTER_D],
        mixed_Y[CLUSTER_ROWS];
    rng *r = rng_new(3, 0, 0, RNG_TRIAL);
    rng_normal_double(r, 1, CLUSTER_ROWS * CLUSTER_D, X);
    rng_free(r);
    for (size_t i = 0; i < CLUSTER_ROWS; i++) {
        X[i * CLUSTER_D] += i % 2 ? 4 : -4;
        Y[i] = i % 2 ? 1 : -1;
    }
    for (size_t k = 0; k < CLUSTER_D; k++) { X[234 * CLUSTER_D + k] = X[188 * CLUSTER_D + k]; }
    X[234 * CLUSTER_D + 2] += 2e-2;
    for (size_t i = 0; i < CLUSTER_ROWS; i++) {
        size_t from = (orders[order][0] * i + orders[order][1]) % CLUSTER_ROWS;
        memcpy(mixed_X + i * CLUSTER_D, X + from * CLUSTER_D, CLUSTER_D * sizeof *X);
        mixed_Y[i] = Y[from];
    }
    snprintf(path, sizeof path, "%s/order%zu.npz", fixture_folder("clusters"), order);
    write_data(path, "f8", CLUSTER_ROWS, CLUSTER_D, mixed_X, 1, mixed_Y);
    return path;
}

/* The width needed by 50 of the rows with xi = 0.3, all else but the trials as by default. */
static width_found width_of_order(size_t order, program_rows rows) {
    width_settings settings = *(const width_settings *)required_width_study.defaults;
    settings.sizes = (option_list){{50}, 1};
    settings.xi = (option_list){{0.3}, 1};
    settings.trials = 60;
    char out[120];
    study_run r;
    snprintf(out, sizeof out, "%s/out%zu-%d.dat", fixture_folder("clusters"), order, (int)rows);
    program_options options = {.name = "required-width",
                               .data = write_clusters(order),
                               .rows = rows,
                               .seed = 1,
                               .threads = 1,
                               .quiet = true,
                               .fresh = true,
                               .out = out};
    cr_assert(eq(int, study_open(&required_width_study, &options, &settings, &r), OK), "%s",
              error_text());
    cr_assert(eq(int, study_perform(&r), OK), "%s", error_text());
    width_found found = width_search(((const width_context *)r.context)->cells, 0.95);
    study_close(&r);
    return found;
}

/* By default (spread) the same width within its interval, whatever the order; of the first rows it
 * depends on whether the near duplicate is among them. */
Test(required_width, does_not_depend_on_the_order_of_the_rows) {
    width_found first = width_of_order(0, ROWS_USUAL);
    double least = INFINITY, most = 0;
    cr_expect(gt(dbl, first.width, 1));
    cr_expect(lt(dbl, first.low, first.high));
    for (size_t k = 0; k < ORDERS; k++) {
        width_found other = width_of_order(k, ROWS_USUAL), file = width_of_order(k, ROWS_FIRST);
        cr_log_info("order %zu: %g (%g to %g), first rows %g", k, other.width, other.low,
                    other.high, file.width);
        cr_expect(first.low <= other.width && other.width <= first.high, "order %zu: %g", k,
                  other.width);
        cr_expect(other.low <= first.width && first.width <= other.high, "order %zu: %g to %g", k,
                  other.low, other.high);
        least = fmin(least, file.width);
        most = fmax(most, file.width);
    }
    cr_expect(gt(dbl, most, 20 * least)); /* or the choice would not have been needed */
}

#endif
