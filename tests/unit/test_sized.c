/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/sized.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "model/bounds.h"
#include "model/mask.h"

/* xi m of m neurons: the jump in its shorter form. */
Test(sized, jump_of_fixed_masks) {
    const size_t m = 11;
    for (size_t k = 1; k <= m; k++) {
        double xi = (double)k / (double)m, squares = 7.3, sums = 4.1;
        sized_law law = {.xi = xi, .pair = mask_pair(MASK_FIXED, 3, m, xi), .m = (double)m};
        double shorter = xi * (1 - xi) / ((double)m - 1) * (squares - sums / (double)m);
        cr_expect(le(dbl, fabs(sized_jump(&law, squares, sums) - shorter), 1e-14));
    }
}

/* pair = xi, excess = 0: the lemmas about independent neurons. */
Test(sized, independent_neurons) {
    const sized_law law = {.theta = 0.7, .phi = 0.5, .xi = 0.3, .pair = 0.3, .m = 20};
    double own = -0.8;
    cr_expect(le(dbl, fabs(sized_nu_mean(&law) - bounds_nu_mean_other(0.7, 0.3)), 1e-15));
    cr_expect(
        le(dbl, fabs(sized_nu_variance(&law) - bounds_nu_variance_other(0.7, 0.5, 0.3)), 1e-15));
    cr_expect(le(
        dbl, fabs(sized_mixing_mean(&law, 1.3, own) - bounds_mixing_mean(0.7, 0.3, 20, 1.3, own)),
        1e-15));
    cr_expect(le(dbl,
                 fabs(sized_mixing_spread(&law, 5, 2, own) -
                      bounds_mixing_spread(0.7, 0.5, 0.3, 20, 5, own * own)),
                 1e-15));
    cr_expect(le(dbl, fabs(sized_jump(&law, 5, 2) - bounds_jump(0.3, 20, 5)), 1e-15));
    cr_expect(le(dbl, fabs(sized_bias_factor(&law) - bounds_bias_factor(0.3, 20)), 1e-15));
}

/* Two of four neurons, three masks: all 216 sets of them. The covariances of neurons 0 and 1. */
Test(sized, two_neurons_of_fixed_masks) {
    enum { M = 4, P = 3, SETS = 6 };
    static const unsigned takes[SETS] = {3, 5, 6, 9, 10, 12};
    double taken = 0, b_mean = 0, count = 0, share = 0;
    for (size_t k = 0; k < SETS * SETS * SETS; k++) {
        const unsigned l[P] = {takes[k % SETS], takes[k / SETS % SETS], takes[k / SETS / SETS]};
        double c[2] = {0, 0}, both = 0;
        for (size_t i = 0; i < P; i++) {
            both += (l[i] & 3) == 3;
            for (unsigned r = 0; r < 2; r++) { c[r] += l[i] >> r & 1; }
        }
        const double weight = 1.0 / (SETS * SETS * SETS);
        b_mean += weight * (c[0] > 0);
        taken += weight * (c[0] > 0) * (c[1] > 0);
        count += weight * (c[0] > 0) * c[1];
        share += both > 0 ? weight * both / (c[0] * c[1]) : 0;
    }
    const double xi = 0.5, theta = b_mean;
    const sized_between found = sized_between_fixed(P, xi, mask_pair(MASK_FIXED, P, M, xi));
    cr_expect(le(dbl, fabs(found.taken - (taken - theta * theta)), 1e-14));
    cr_expect(le(dbl, fabs(found.count - (count - theta * P * xi)), 1e-14));
    cr_expect(le(dbl, fabs(found.share - (share - theta * theta / P)), 1e-14));
    cr_expect(lt(dbl, found.share, -0.01)); /* independent neurons have none */
}

Test(sized, two_neurons_that_are_independent) {
    const sized_between none = sized_between_fixed(512, 0.3, 0.3);
    cr_expect(le(dbl, fabs(none.taken), 1e-15));
    cr_expect(eq(dbl, none.count, 0));
    cr_expect(le(dbl, fabs(none.share), 1e-12));
}
