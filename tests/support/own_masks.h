/* Files of masks for the tests of --masks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_OWN_MASKS_H
#define TESTS_OWN_MASKS_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>

#include "io/npy.h"

/* path <- the masks (K, p, m), each 0 or 1, and xi unless it is NaN. */
static inline void own_masks_write(const char *path, size_t K, size_t p, size_t m,
                                   const unsigned char *masks, double xi) {
    double *values = calloc(K * p * m, sizeof *values);
    cr_assert(values != NULL);
    for (size_t k = 0; k < K * p * m; k++) { values[k] = masks[k]; }
    const npy_output outputs[] = {
        {.name = "masks", .type = "u1", .rank = 3, .shape = {K, p, m}, .values = values},
        {.name = "xi", .type = "f8", .values = &xi}};
    cr_assert(eq(int, npz_write(path, outputs, isnan(xi) ? 1 : 2), OK), "%s", error_text());
    free(values);
}

#endif
