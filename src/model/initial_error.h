/* Mean error of a random start, without the formula of bounds_initial_error.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_INITIAL_ERROR_H
#define MODEL_INITIAL_ERROR_H

#include <stddef.h>
#include "base/error.h"

/* mean <- E||y - u_0||^2 over normal W_0 (standard deviation kappa) and random signs a of m <= 6
 * neurons, u_0 of the whole network with masks' xi: all 2^m signs, and quadrature over the
 * pre-activations, exact for squares of ReLUs. norms (n): ||x_i||, y (n). BAD_INPUT for more
 * neurons; FAILED: no memory. */
status initial_error_expected(const double *norms, const double *y, size_t n, size_t m, double xi,
                              double kappa, double *mean);

#endif
