/* Chi-square goodness of fit, for tests of what is drawn.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_CHI_SQUARE_H
#define TESTS_CHI_SQUARE_H

#include <gsl/gsl_cdf.h>
#include <stddef.h>

/* Upper-tail p of sum (observed - expected)^2 / expected, n - 1 degrees of freedom. */
static inline double chi_square_p(const double *observed, const double *expected, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double difference = observed[i] - expected[i];
        sum += difference * difference / expected[i];
    }
    return gsl_cdf_chisq_Q(sum, (double)(n - 1));
}

#endif
