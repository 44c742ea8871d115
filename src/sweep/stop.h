/* An orderly end at SIGINT and SIGTERM; a second signal of the same kind ends the run at once. A
 * limit of processor time (ulimit -t) asks for it too, shortly before the system kills the
 * process.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SWEEP_STOP_H
#define SWEEP_STOP_H

#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>

typedef struct {
    struct sigaction interrupt, terminate, time_up; /* what held before */
    struct rlimit processor_time;
} stop_handlers;

/* From here on the first signal of each kind is only noted. Unless quiet it is answered on stderr
 * with one line that begins with `name` and says what happens. One watch at a time in a process. */
void stop_watch(const char *name, bool quiet, stop_handlers *before);
void stop_unwatch(const stop_handlers *before);

/* The signal that came since stop_watch: SIGINT, SIGTERM, SIGXCPU (processor time) or 0. */
int stop_signal(void);
/* What stopped the run, in words; number: of stop_signal(), not 0. */
const char *stop_name(int number);

#endif
