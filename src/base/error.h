/* Errors: a status, and one kept line that says what went wrong.
 *
 * The library never prints and never exits. A routine returns a status; what
 * went wrong stands as one line in a buffer of the calling thread:
 *     return fail(BAD_INPUT, "%s: array 'labels' is missing; write it as (n, q) float", path);
 * What, where, what to do: one line, no full stop. "The program failed" (status)
 * and "the statement does not hold" (verdict.h) are different things.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stddef.h>

typedef enum {
    OK = 0,
    FAILED = 1,        /* a run that could not be finished: memory, disk, divergence; exit 1 */
    BAD_INPUT = 2,     /* wrong options or data: the user can mend it; exit 2 */
    REFUTED = 3,       /* an [exact] or [derived] statement did not hold; exit 3 */
    INTERRUPTED = 130, /* SIGINT: finished units are kept; exit 130 */
    TERMINATED = 143   /* SIGTERM: likewise; exit 143 */
} status;

/* Keeps the line (printf form, cut at 1023 bytes, control characters as '?') for this thread;
 * returns `s`. */
status fail(status s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The line of this thread's last fail(); "" if there was none. Owned by error.c. */
const char *error_text(void);

/* malloc of count * size bytes, 64-byte aligned, zeroed; NULL and a kept line on overflow and lack
 * of memory. More than is free is refused before it is taken: a system that overcommits would grant
 * it, then kill the process. `what` names the array in that line. Free with free(). */
void *allocate(size_t count, size_t size, const char *what);

#endif
