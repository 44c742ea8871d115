/* fixture_reals: networks in working precision as lists, and a step of theirs taken plainly.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_FIXTURE_REALS_H
#define TESTS_FIXTURE_REALS_H

#include <stddef.h>
#include "base/real.h"
#include "io/npy.h"
#include "model/dataset.h"

/* An array (d, m) as neurons (m, d) in working precision; an array in working precision. Freed by
 * the test. */
real *fixture_neurons(const npy_array *weights);
real *fixture_reals(const npy_array *array);

/* W <- W - eta grad (1/2)||y - u||^2 (q = 1, theory scaling, xi = 1), then the error (1/2)||u -
 * y||^2 / n at the new W. W: (m, d). */
double fixture_gradient_descent_step(const dataset *data, double *W, const real *A, size_t m,
                                     double eta);

#endif
