/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/stop.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static atomic_int caught; /* SIGINT, SIGTERM, SIGXCPU or 0 */
static char answer[160];  /* what the handler writes; set before it is installed */

static void handle(int number) {
    const int error = errno;
    atomic_store(&caught, number);
    const ssize_t written = write(STDERR_FILENO, answer, strlen(answer));
    (void)written; /* a handler has nobody to tell */
    errno = error;
}

/* The system says it again every second. */
static void handle_time_up(int number) {
    if (atomic_load(&caught) == 0) { handle(number); }
}

/* The signal comes at the soft limit, the end at the hard one, which `ulimit -t` sets to the same.
 */
static void leave_time(const struct rlimit *given) {
    struct rlimit limit = *given;
    if (limit.rlim_max == RLIM_INFINITY || limit.rlim_cur < limit.rlim_max) { return; }
    rlim_t margin = limit.rlim_max / 5;
    if (margin > 60) { margin = 60; }
    if (margin < 1) { margin = 1; }
    limit.rlim_cur = limit.rlim_max > margin ? limit.rlim_max - margin : limit.rlim_max;
    setrlimit(RLIMIT_CPU, &limit); /* lower: it is granted */
}

/* SA_RESETHAND: the handler stands for one signal of either kind; the next one meets the system's
 * default. */
void stop_watch(const char *name, bool quiet, stop_handlers *before) {
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESETHAND | SA_RESTART};
    atomic_store(&caught, 0);
    answer[0] = '\0';
    if (!quiet) {
        const char *line_feed = isatty(STDERR_FILENO) == 1 ? "\n" : ""; /* off the bar */
        snprintf(answer, sizeof answer,
                 "%s%.60s: the units in work are finished; a second signal stops at once\n",
                 line_feed, name);
    }
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, &before->interrupt); /* fails on wrong numbers only */
    sigaction(SIGTERM, &action, &before->terminate);
    action = (struct sigaction){.sa_handler = handle_time_up, .sa_flags = SA_RESTART};
    sigaction(SIGXCPU, &action, &before->time_up);
    if (getrlimit(RLIMIT_CPU, &before->processor_time) == 0) {
        leave_time(&before->processor_time);
    }
}

void stop_unwatch(const stop_handlers *before) {
    sigaction(SIGINT, &before->interrupt, NULL);
    sigaction(SIGTERM, &before->terminate, NULL);
    /* Time that is up is up again a second later: without the handler, before the last words. */
    if (stop_signal() == SIGXCPU) { return; }
    setrlimit(RLIMIT_CPU, &before->processor_time);
    sigaction(SIGXCPU, &before->time_up, NULL);
}

int stop_signal(void) { return atomic_load(&caught); }

const char *stop_name(int number) {
    if (number == SIGINT) { return "SIGINT"; }
    return number == SIGTERM ? "SIGTERM" : "the limit of processor time (ulimit -t)";
}
