#include <criterion/criterion.h>

/* The programs of theory/ are built in double precision alone. */
#ifdef REAL_DOUBLE

#include <criterion/new/assert.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/spectrum.h"
#include "tests/concentration_fixture.h"
#include "theory/concentration/width_plan.h"

static void begin(void)
{
    gsl_set_error_handler_off();
}

TestSuite(required_width, .init = begin);

/* --- grid and search --- */

Test(required_width, grid_is_geometric)
{
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
static double tail(size_t k)
{
    double sum = 0;
    for (size_t j = k; j <= 100; j++)
        sum += exp(lgamma(101) - lgamma((double)j + 1) - lgamma(101 - (double)j) + (double)j * log(0.05) +
                   (100 - (double)j) * log(0.95));
    return sum;
}

/* Of 100 trials at delta = 0.05 at most 5 may fail. Clearly more than delta at 95 %: from the k on with P(X >= k) <
 * 0.05 at p = delta; clearly less: up to the k with P(X <= k) < 0.05. */
Test(required_width, search_of_planted_failures)
{
    const width_grid g = {6, {10, 20, 30, 40, 50, 60}};
    cr_assert(lt(dbl, tail(10), 0.05));
    cr_assert(gt(dbl, tail(9), 0.05));
    cr_assert(lt(dbl, 1 - tail(2), 0.05));
    cr_assert(gt(dbl, 1 - tail(3), 0.05));
    width_found f = width_search(&g, (size_t[]){100, 10, 9, 5, 2, 1}, 100, 0.05, 0.95);
    cr_assert(eq(dbl, f.width, 40));
    cr_assert(eq(dbl, f.low, 20));
    cr_assert(eq(dbl, f.high, 60));
    f = width_search(&g, (size_t[]){100, 0, 0, 6, 0, 0}, 100, 0.05, 0.95); /* a relapse counts */
    cr_assert(eq(dbl, f.width, 50));
    cr_assert(eq(dbl, f.low, 10));
    cr_assert(eq(dbl, f.high, 50));
    f = width_search(&g, (size_t[]){100, 100, 100, 100, 100, 6}, 100, 0.05, 0.95);
    cr_assert(isnan(f.width));
    cr_assert(eq(dbl, f.low, 50));
    cr_assert(eq(dbl, f.high, INFINITY));
    f = width_search(&g, (size_t[]){0, 0, 0, 0, 0, 0}, 100, 0.05, 0.95);
    cr_assert(eq(dbl, f.width, 10));
    cr_assert(eq(dbl, f.low, 0));
    cr_assert(eq(dbl, f.high, 10));
}

/* --- trials --- */

/* By Cholesky factors along one stream, and by the eigenvalues of every mask. */
Test(required_width, trial_agrees_with_eigenvalues)
{
    enum { N = 12, P = 3 };
    theory_data d = digits(N);
    const concentration_design design = {MASK_BERNOULLI, P, 0.4};
    const double floor = 0.2 * d.lambda0;
    double holds[WIDTH_GRID], H[N * N], smallest;
    size_t passed = 0, failed = 0, first, found = 0;
    concentration_stream s;
    rng *pair[2] = {0};
    width_grid g;
    width_grid_around(16, 1 << 20, &g);
    cr_assert(eq(int, concentration_open(&d.data, d.G, &design, 1, &s), OK));
    for (size_t t = 0; t < 10; t++) {
        restart(&s, t, pair);
        cr_assert(eq(int, width_trial(&s, floor, &g, holds), OK), "%s", error_text());
        restart(&s, t, pair);
        for (size_t k = 0; k < g.count; k++) {
            double least = INFINITY;
            cr_assert(eq(int, concentration_advance(&s, g.widths[k]), OK));
            for (size_t l = 0; l < P; l++) {
                concentration_kernel(&s, 0, l, H);
                cr_assert(eq(int, spectrum_smallest(H, N, &smallest, NULL), OK));
                least = fmin(least, smallest);
            }
            cr_assert(eq(dbl, holds[k], least >= floor ? 1 : 0), "m=%zu: %g", g.widths[k], least / floor);
            passed += holds[k] == 1;
            failed += holds[k] == 0;
        }
        for (size_t k = g.count; k < WIDTH_GRID; k++)
            cr_assert(isnan(holds[k]));
    }
    cr_assert(gt(sz, passed, 0));
    cr_assert(gt(sz, failed, 0));
    restart(&s, 0, pair);
    cr_assert(eq(int, width_first(&s, floor, 1 << 20, &first), OK));
    restart(&s, 0, pair);
    for (size_t width = 1; found == 0; width *= 2) {
        bool all;
        cr_assert(eq(int, concentration_advance(&s, width), OK));
        cr_assert(eq(int, width_holds(&s, floor, H, &all), OK));
        found = all ? width : 0;
    }
    cr_assert(eq(sz, first, found));
    restart(&s, 0, pair);
    cr_assert(eq(int, width_first(&s, 10 * floor, 100, &first), OK)); /* more than xi lambda_0: never */
    cr_assert(eq(sz, first, 100));
    rng_free(pair[0]), rng_free(pair[1]);
    concentration_close(&s);
    theory_close(&d);
}

/* --- plan and program --- */

/* Data of every size are those of its first rows alone. */
Test(required_width, plan_has_the_first_rows)
{
    program_options run = RUN;
    run.data = "data/digits.npz";
    char out[300];
    snprintf(out, sizeof out, "%s/plan.dat", fixture_folder("required-width"));
    run.out = out;
    run.fresh = true;
    const width_options o = {
        .sizes = {{6, 15}, 2}, .xi = {{0.5, 1}, 2}, .masks = 2, .trials = 3, .limit = 4096, .delta = 0.05};
    width_plan plan;
    cr_assert(eq(int, width_plan_open(&run, &o, &plan), OK), "%s", error_text());
    cr_assert(eq(sz, plan.count, 4));
    theory_data alone = digits(6);
    cr_assert(eq(sz, plan.setups[2].data->data.n, 6));
    cr_assert(eq(dbl, plan.setups[2].design.xi, 1));
    cr_assert(eq(sz, plan.setups[3].data->data.n, 15));
    cr_assert(le(dbl, fabs(plan.data[0].lambda0 - alone.lambda0), 1e-15));
    cr_assert(le(dbl, fabs(plan.data[0].row_sum - alone.row_sum), 1e-13));
    theory_close(&alone);
    cr_assert(eq(int, width_plan_bracket(&plan), OK), "%s", error_text());
    sweep_result result = {0};
    cr_assert(eq(int, width_plan_run(&plan, &result), OK), "%s", error_text());
    for (size_t k = 0; k < plan.count; k++) {
        size_t middle = plan.setups[k].grid.widths[plan.setups[k].grid.count - 1] / 4;
        cr_assert(eq(sz, middle & (middle - 1), 0)); /* a power of two: a pilot's */
        cr_assert(eq(dbl, result.values[k * 3 * WIDTH_GRID + plan.setups[k].grid.count - 1], 1));
    }
    sweep_result_free(&result);
    width_plan_close(&plan);
    run.samples = 10;
    cr_assert(eq(int, width_plan_open(&run, &o, &plan), BAD_INPUT));
    cr_assert(ne(ptr, strstr(error_text(), "--sizes"), NULL), "%s", error_text());
}

static const char SMALL[] = "--quiet --sizes 12,6 --xi 0.5 --trials 6";

/* The same bytes on one thread and on two, and in two shares. */
Test(required_width, program_gives_the_same_bytes)
{
    const char *folder = fixture_folder("required-width-program");
    char command[1200], said[4096], a[300], other[300];
    snprintf(command, sizeof command,
             "rm -rf %1$s/* && BIN/../required-width %2$s --threads 1 --out %1$s/a.dat && BIN/../required-width %2$s "
             "--threads 2 --out %1$s/b.dat",
             folder, SMALL);
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    snprintf(command, sizeof command,
             "for share in 1/2 2/2; do BIN/../required-width %2$s --shard $share --out %1$s/c.dat || exit; done; "
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
Test(required_width, program_says_that_the_limit_was_reached)
{
    char command[600], said[8192];
    snprintf(command, sizeof command,
             "BIN/../required-width --fresh --sizes 12 --xi 0.5 --trials 60 --limit 8 --out %s/limit.dat",
             fixture_folder("required-width"));
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    cr_assert(ne(ptr, strstr(said, "a larger --limit may help"), NULL), "%s", said);
    cr_assert(ne(ptr, strstr(said, "8 not checked"), NULL), "%s", said);
}

#endif
