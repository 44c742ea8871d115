/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/initial_error.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "model/bounds.h"

/* The integral over nodes and signs is the closed form of Lemma 26, whatever the number of neurons. */
Test(initial_error, quadrature_is_exact) {
    const double norms[] = {1, 0.3, 2.5}, y[] = {0.4, -1.2, 0};
    double labels = 0, inputs = 0;
    for (size_t i = 0; i < 3; i++) {
        labels += y[i] * y[i];
        inputs += norms[i] * norms[i];
    }
    for (size_t m = 1; m <= 6; m++) {
        double mean, closed = bounds_initial_error(0.3, 1.7, labels, inputs);
        cr_assert(eq(int, initial_error_expected(norms, y, 3, m, 0.3, 1.7, &mean), OK));
        cr_expect(le(dbl, fabs(mean - closed), 1e-12 * closed), "m = %zu: %.17g, %.17g", m, mean,
                  closed);
    }
    double mean;
    cr_expect(eq(int, initial_error_expected(norms, y, 3, 7, 0.3, 1.7, &mean), BAD_INPUT));
}
