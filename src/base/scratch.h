/* Arrays that live as long as one piece of work and are freed together.
 *
 *     scratch s = {0};
 *     double *x = scratch_take(&s, n, sizeof *x, "values"), *y = ...;
 *     status st = s.failed ? FAILED : work(x, y);
 *     scratch_free(&s);
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef BASE_SCRATCH_H
#define BASE_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

typedef struct scratch_block scratch_block;

/* Zeroed: nothing taken. failed: some array could not be had; the kept line of error.h names it. */
typedef struct {
    scratch_block *blocks;
    bool failed;
} scratch;

/* count * size zeroed bytes, 64-byte aligned, as allocate() of error.h; NULL sets `failed`. */
void *scratch_take(scratch *s, size_t count, size_t size, const char *what);
void scratch_free(scratch *s); /* safe on a zeroed one */

#endif
