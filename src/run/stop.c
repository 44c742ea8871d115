#include "run/stop.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static atomic_int caught; /* SIGINT, SIGTERM or 0 */
static char answer[160];  /* what the handler writes; set before it is installed */

static void handle(int number)
{
    const int error = errno;
    atomic_store(&caught, number);
    const ssize_t written = write(STDERR_FILENO, answer, strlen(answer));
    (void)written; /* a handler has nobody to tell */
    errno = error;
}

/* SA_RESETHAND: the handler stands for one signal of either kind; the next one meets the system's default. */
void stop_watch(const char *name, bool quiet, stop_handlers *before)
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESETHAND | SA_RESTART};
    atomic_store(&caught, 0);
    answer[0] = '\0';
    if (!quiet) {
        const char *line_feed = isatty(STDERR_FILENO) == 1 ? "\n" : ""; /* off the bar */
        snprintf(answer, sizeof answer, "%s%.60s: the units in work are finished; a second signal stops at once\n",
                 line_feed, name);
    }
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, &before->interrupt); /* fails on wrong numbers only */
    sigaction(SIGTERM, &action, &before->terminate);
}

void stop_unwatch(const stop_handlers *before)
{
    sigaction(SIGINT, &before->interrupt, NULL);
    sigaction(SIGTERM, &before->terminate, NULL);
}

int stop_signal(void)
{
    return atomic_load(&caught);
}
