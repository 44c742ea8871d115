/* comparison: what is shown, what passes, and that NaN never does.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/comparison.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

/* Whatever entry rounding leaves the largest error in, the same one is shown; a wrong entry shows
 * itself, and so does NaN. */
Test(comparison, rounding_does_not_choose_the_entry_shown) {
    const double expected[] = {0.25, -0.75, nextafter(0.75, 1), 0.5};
    for (size_t off = 0; off < 4; off++) {
        double observed[] = {0.25, -0.75, 0.75, 0.5};
        observed[off] += 4e-16;
        comparison c = compare_exact(expected, observed, 4, 1e-12);
        cr_expect(eq(dbl, c.expected, -0.75), "%zu", off);
        cr_expect(le(dbl, 1e-16, c.error));
        cr_expect(le(dbl, c.error, c.tolerance));
        observed[off] += 1e-9;
        c = compare_exact(expected, observed, 4, 1e-12);
        cr_expect(eq(dbl, c.observed, observed[off]), "%zu", off);
        cr_expect(lt(dbl, c.tolerance, c.error));
        observed[off] = NAN;
        c = compare_exact(expected, observed, 4, 1e-12);
        cr_expect(eq(dbl, c.expected, expected[off]), "%zu", off);
        cr_expect(not(c.error <= c.tolerance));
    }
}

/* Ten draws 0, 2, 0, 2, ...: mean 1, standard error 1/3. */
Test(comparison, mean_of_draws) {
    stats_running draws = {0};
    for (int k = 0; k < 10; k++) { stats_running_add(&draws, k % 2 ? 2 : 0); }
    comparison at = compare_sampled(1, &draws, 0, 1), near = compare_sampled(0.5, &draws, 0, 1);
    cr_expect(eq(dbl, at.p, 1));
    cr_expect(le(dbl, at.error, 1e-15));
    cr_expect(lt(dbl, fabs(near.p - 0.168), 0.001)); /* P(|t_9| > 1.5) */
    cr_expect(lt(dbl, fabs(near.tolerance - 4.781 / 3), 0.001));
    cr_expect(eq(dbl, compare_sampled(0.5, &draws, 0.5, 1).p, 1), "rounding is allowed");
    cr_expect(lt(dbl, compare_sampled(-2, &draws, 0, 1).p, 0.001));
    cr_expect(lt(dbl, 0.001, compare_sampled(-2, &draws, 0, 1000).p), "one of a thousand");
    draws.squares = NAN;
    cr_expect(isnan(compare_sampled(1, &draws, 0, 1).p));
}

Test(comparison, at_most) {
    cr_expect(eq(dbl, compare_at_most(1, 1, 1).error, 0));
    cr_expect(eq(dbl, compare_at_most(1, 1.5, 1).error, 0.5));
    cr_expect(isnan(compare_at_most(1, NAN, 1).error));
}
