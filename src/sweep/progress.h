/* Progress of a run on stderr: a bar with the time left on a terminal, a line every 10
 * seconds otherwise, nothing when quiet. Both go on while no unit ends: a thread of its own shows
 * them. Thread-safe.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SWEEP_PROGRESS_H
#define SWEEP_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct progress progress;

/* total: work in any unit (sum of costs), > 0; items: count of units, for "12/40"; name: the
 * program; threads: how many work on it; predicted: seconds expected in all, 0 if not known. Prints
 * first "name: 40 units on 2 threads, predicted 13 s". Quiet: prints nothing. NULL: no memory. */
progress *progress_start(const char *name, double total, size_t items, int threads,
                         double predicted, bool quiet);
/* One item of `work` is done. */
void progress_step(progress *p, double work);
/* Clears the bar, prints "name: 40 units in 12.3 s (predicted 13 s)"; frees p. Returns seconds.
 * NULL-safe. */
double progress_end(progress *p);

/* Prints "name: text" as a line on stderr unless quiet; not while a progress is under way. */
void progress_say(const char *name, bool quiet, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
