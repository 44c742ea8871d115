/* random_rows: small data sets without files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_RANDOM_ROWS_H
#define TESTS_RANDOM_ROWS_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "model/dataset.h"
#include "stats/rng.h"

/* n random unit rows of d entries, no labels; free data.X. Another repetition, other rows. */
static inline dataset random_rows(size_t n, size_t d, size_t repetition) {
    dataset data = {.n = n, .d = d, .X = malloc(n * d * sizeof *data.X)};
    rng *r = rng_new(1, 0, repetition, RNG_PILOT);
    cr_assert(data.X != NULL && r != NULL);
    rng_normal_double(r, 1, n * d, data.X);
    rng_free(r);
    for (size_t i = 0; i < n; i++) {
        double square = 0;
        for (size_t k = 0; k < d; k++) { square += data.X[i * d + k] * data.X[i * d + k]; }
        for (size_t k = 0; k < d; k++) { data.X[i * d + k] /= sqrt(square); }
    }
    return data;
}

#endif
