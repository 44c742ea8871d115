/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/stop.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(stop);

static const int NUMBERS[2] = {SIGINT, SIGTERM};

/* In a process of its own: watches, gets `times` signals, exits 0 if they were noted. said: its
 * stderr. */
static int watch_and_raise(int number, int times, bool quiet, char said[512]) {
    int ends[2], end;
    cr_assert(eq(int, pipe(ends), 0));
    const pid_t child = fork();
    if (child == 0) {
        stop_handlers before;
        dup2(ends[1], STDERR_FILENO);
        stop_watch("width-sweep", quiet, &before);
        bool right = stop_signal() == 0;
        for (int i = 0; i < times; i++) {
            raise(number);
            right = right && stop_signal() == number;
        }
        _exit(right ? 0 : 9);
    }
    close(ends[1]);
    const ssize_t size = read(ends[0], said, 511);
    said[size < 0 ? 0 : size] = '\0';
    close(ends[0]);
    cr_assert(eq(int, waitpid(child, &end, 0), child));
    return end;
}

Test(stop, first_signal_is_noted_and_answered) {
    char said[512];
    for (int i = 0; i < 2; i++) {
        cr_assert(eq(int, watch_and_raise(NUMBERS[i], 1, false, said), 0));
        cr_assert(
            eq(str, said,
               "width-sweep: the units in work are finished; a second signal stops at once\n"));
        cr_assert(eq(int, watch_and_raise(NUMBERS[i], 1, true, said), 0));
        cr_assert(eq(str, said, ""));
    }
}

Test(stop, second_signal_ends_the_process) {
    char said[512];
    for (int i = 0; i < 2; i++) {
        const int end = watch_and_raise(NUMBERS[i], 2, true, said);
        const bool killed = WIFSIGNALED(end) && WTERMSIG(end) == NUMBERS[i];
        cr_assert(killed, "end %d", end);
    }
}

static volatile sig_atomic_t ours;

static void handle(int number) { ours = number; }

Test(stop, handlers_of_before_come_back) {
    const struct sigaction action = {.sa_handler = handle};
    stop_handlers before;
    cr_assert(eq(int, sigaction(SIGTERM, &action, NULL), 0));
    stop_watch("x", true, &before);
    raise(SIGTERM);
    cr_assert(eq(int, stop_signal(), SIGTERM));
    cr_assert(eq(int, ours, 0));
    stop_unwatch(&before);
    raise(SIGTERM);
    cr_assert(eq(int, ours, SIGTERM));
    stop_watch("x", true, &before);
    cr_assert(eq(int, stop_signal(), 0), "a signal of an earlier watch is forgotten");
    stop_unwatch(&before);
}
