/* stop: SIGINT and SIGTERM ask a run to end in good order; a second signal of the same kind ends it at once. */
#ifndef RUN_STOP_H
#define RUN_STOP_H

#include <signal.h>
#include <stdbool.h>

typedef struct {
    struct sigaction interrupt, terminate; /* what held before */
} stop_handlers;

/* From here on the first signal of each kind is only noted. Unless quiet it is answered on stderr with one line that
 * begins with `name` and says what happens. One watch at a time in a process. */
void stop_watch(const char *name, bool quiet, stop_handlers *before);
void stop_unwatch(const stop_handlers *before);

/* The signal that came since stop_watch: SIGINT, SIGTERM or 0. */
int stop_signal(void);

#endif
