/* dataset_file: data sets for tests, and how their refusal is looked at.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_DATASET_FILE_H
#define TESTS_DATASET_FILE_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "model/dataset.h"
#include "io/npy.h"

/* A file with features (n, d) and labels (n, q) of `type`. */
static inline void write_data(const char *path, const char *type, size_t n, size_t d,
                              const double *X, size_t q, const double *Y) {
    const npy_output arrays[] = {{"features", type, 2, {n, d}, X}, {"labels", type, 2, {n, q}, Y}};
    cr_assert(eq(int, npz_write(path, arrays, 2), OK), "%s", error_text());
}

/* Loading is refused in one line that starts with the file and has the reason; nothing is left to
 * free. */
static inline void check_refused(const char *path, size_t samples, const char *reason) {
    dataset data;
    cr_assert(eq(int, dataset_load(path, samples, &data), BAD_INPUT), "expected: %s", reason);
    cr_assert(strstr(error_text(), reason) != NULL, "expected '%s' in: %s", reason, error_text());
    cr_assert(eq(int, strncmp(error_text(), path, strlen(path)), 0), "%s", error_text());
    cr_assert(strchr(error_text(), '\n') == NULL, "%s", error_text());
    cr_assert(data.X == NULL && data.Y == NULL);
    cr_assert(eq(sz, data.n, 0));
}

#endif
