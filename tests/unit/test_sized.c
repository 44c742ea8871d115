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
