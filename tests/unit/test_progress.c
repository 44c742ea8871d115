/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/progress.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <math.h>
#include <omp.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "io/file.h"

TestSuite(progress);

/* What is written to stderr from here on goes to `file`; returns the old stderr. */
static int stderr_divert(int file) {
    fflush(stderr);
    const int old = dup(STDERR_FILENO);
    cr_assert(old >= 0 && dup2(file, STDERR_FILENO) >= 0);
    return old;
}

static void stderr_restore(int old) {
    fflush(stderr);
    dup2(old, STDERR_FILENO);
    close(old);
}

/* A run of `items` steps of work 1, `done` of them taken. */
static double run(size_t items, size_t done, double predicted, bool quiet) {
    progress *p = progress_start("width-sweep", (double)items, items, 2, predicted, quiet);
    cr_assert(p != NULL);
    for (size_t i = 0; i < done; i++) { progress_step(p, 1.0); }
    return progress_end(p);
}

/* The seconds that a run without work spent: 0.0, or, on a busy machine, what is as good as that.
 */
static void seconds_forgive(char *text) {
    static const char before[] = " units in ";
    char *spent = strstr(text, before);
    if (spent && strtod(spent + strlen(before), NULL) < 5.0) {
        memcpy(spent + strlen(before), "0.0", 3);
    }
}

/* The text that run() leaves in a file. */
static const char *run_text(size_t items, size_t done, double predicted, bool quiet) {
    static char text[4096];
    char path[] = "build/test-tmp/progress/XXXXXX";
    cr_assert(eq(int, folder_make("build/test-tmp/progress"), OK));
    const int file = mkstemp(path);
    cr_assert(file >= 0);
    const int old = stderr_divert(file);
    run(items, done, predicted, quiet);
    stderr_restore(old);
    const ssize_t size = pread(file, text, sizeof text - 1, 0);
    cr_assert(size >= 0);
    text[size] = '\0';
    seconds_forgive(text);
    close(file);
    unlink(path);
    return text;
}

Test(progress, a_short_run_in_a_file_is_two_lines) {
    cr_assert(eq(str, (char *)run_text(40, 40, 13.0, false),
                 "width-sweep: 40 units on 2 threads, predicted 13 s\n"
                 "width-sweep: 40 units in 0.0 s (predicted 13 s)\n"));
    cr_assert(eq(str, (char *)run_text(40, 37, 0.0, false),
                 "width-sweep: 40 units on 2 threads\nwidth-sweep: 37 of 40 units in 0.0 s\n"));
    cr_assert(eq(str, (char *)run_text(1820, 1820, 600.0, false),
                 "width-sweep: 1820 units on 2 threads, predicted 10 min\n"
                 "width-sweep: 1820 units in 0.0 s (predicted 10 min)\n"));
    cr_assert(strstr(run_text(2, 2, 7200.0, false), "predicted 2 h") != NULL);
}

Test(progress, quiet_is_silent) { cr_assert(eq(str, (char *)run_text(40, 40, 13.0, true), "")); }

Test(progress, seconds_are_those_of_the_clock) {
    progress *p = progress_start("x", 1.0, 1, 1, 0.0, true);
    const struct timespec pause = {0, 50000000};
    nanosleep(&pause, NULL);
    const double seconds = progress_end(p);
    cr_assert(le(dbl, 0.05, seconds));
    cr_assert(le(dbl, seconds, 5.0));
    cr_assert(eq(dbl, progress_end(NULL), 0.0));
}

Test(progress, steps_from_several_threads_all_count) {
    static char text[4096];
    int ends[2];
    cr_assert(eq(int, pipe(ends), 0));
    const int old = stderr_divert(ends[1]);
    progress *p = progress_start("x", 20000.0, 20000, 4, 0.0, false);
#pragma omp parallel for num_threads(4)
    for (int i = 0; i < 20000; i++) { progress_step(p, 1.0); }
    progress_end(p);
    stderr_restore(old);
    close(ends[1]);
    cr_assert(read(ends[0], text, sizeof text - 1) > 0);
    cr_assert(strstr(text, "\nx: 20000 units in ") != NULL, "%s", text); /* else "19999 of 20000" */
}

/* The screen's line after `text`: '\r' goes back, other bytes overwrite. Returns the widest column
 * reached. */
static size_t screen_of(const char *text, char *screen, size_t size) {
    size_t at = 0, widest = 0;
    memset(screen, '\0', size);
    for (; *text; text++) {
        if (*text == '\r') {
            at = 0;
        } else {
            cr_assert(at + 1 < size);
            screen[at++] = *text;
            widest = at > widest ? at : widest;
        }
    }
    return widest;
}

/* What was written to the terminal. */
static void terminal_read(int master, char *text, size_t size) {
    ssize_t used = 0;
    cr_assert(eq(int, fcntl(master, F_SETFL, O_NONBLOCK), 0));
    for (ssize_t got; (got = read(master, text + used, size - 1 - (size_t)used)) > 0;) {
        used += got;
    }
    text[used] = '\0';
}

/* A terminal whose other end is *master; stderr goes to it. Returns the old stderr. */
static int terminal_open(int *master) {
    int slave;
    struct termios raw;
    if (openpty(master, &slave, NULL, NULL, NULL) != 0) {
        cr_skip_test("there is no pseudo terminal (QEMU's user mode has none)");
    }
    cr_assert(eq(int, tcgetattr(slave, &raw), 0));
    cfmakeraw(&raw);
    cr_assert(eq(int, tcsetattr(slave, TCSANOW, &raw), 0));
    return stderr_divert(slave);
}

/* On a terminal: a bar of at most 79 columns that ends on a blank line, then the summary. */
Test(progress, bar_on_a_terminal) {
    static char text[65536], screen[200];
    int master;
    const int old = terminal_open(&master);
    progress *p = progress_start("a-name-far-longer-than-any-program-of-this-project-has", 400.0, 4,
                                 2, 13.0, false);
    const struct timespec pause = {0, 110000000}; /* the bar moves ten times a second at most */
    for (int i = 0; i < 3; i++) {
        nanosleep(&pause, NULL);
        progress_step(p, i < 2 ? 100.0 : 50.0);
    }
    progress_end(p);
    stderr_restore(old);
    terminal_read(master, text, sizeof text);

    char *bars = strchr(text, '\n') + 1, *summary = strrchr(bars, '\r') + 1;
    const char *spent = strstr(summary, ": 3 of 4 units in ");
    double seconds = NAN;
    char unit[2] = "";
    cr_assert(spent != NULL, "%s", summary);
    cr_assert(
        eq(int, sscanf(spent, ": 3 of 4 units in %lf %1s (predicted 13 s)", &seconds, unit), 2),
        "%s", summary);
    cr_assert(strstr(spent, " s (predicted 13 s)\n") != NULL, "%s", summary);
    cr_assert(le(dbl, 0.3, seconds));    /* three pauses; a busy machine may take longer */
    char *bar = strstr(bars, "62% 3/4"); /* (100 + 100 + 50) / 400 of the work */
    cr_assert(bar != NULL && strstr(bars, "0% 0/4") != NULL && strstr(bars, "50% 2/4") != NULL,
              "%s", bars);
    cr_assert(strstr(bars, "[........................]") != NULL, "%s", bars);
    cr_assert(strstr(bars, "[###############.........]") != NULL, "%s", bars); /* 15 of 24 */
    summary[0] = '\0';
    cr_assert(le(sz, screen_of(bars, screen, sizeof screen), 79));
    cr_assert(eq(sz, strspn(screen, " "), strlen(screen)));
}

/* While the first units are in work the bar moves with the clock, but not beyond what two units can
 * be. */
Test(progress, bar_moves_while_no_unit_ends) {
    static char text[65536];
    int master, frames = 0;
    double last = -1.0;
    const int old = terminal_open(&master);
    progress *p = progress_start("x", 40.0, 4, 2, 1.5, false);
    nanosleep(&(struct timespec){1, 300000000}, NULL);
    progress_end(p);
    stderr_restore(old);
    terminal_read(master, text, sizeof text);
    char *frame = strtok(strchr(text, '\n') + 1, "\r");
    for (; frame && strstr(frame, "0/4"); frame = strtok(NULL, "\r")) {
        const double share = strtod(strchr(frame, ']') + 1, NULL);
        cr_assert(le(dbl, last, share), "%s", frame);
        last = share;
        frames++;
    }
    cr_assert(le(int, 3, frames)); /* at 0 s, 0.5 s and 1 s */
    cr_assert(eq(dbl, last, 50.0), "%s", text);
}

/* Where nothing is known of the time that is needed, the time spent moves alone. */
Test(progress, bar_without_a_prediction) {
    static char text[65536];
    int master;
    const int old = terminal_open(&master);
    progress *p = progress_start("x", 40.0, 4, 2, 0.0, false);
    nanosleep(&(struct timespec){0, 700000000}, NULL);
    progress_end(p);
    stderr_restore(old);
    terminal_read(master, text, sizeof text);
    static const char before[] = "  0% 0/4 ";
    double first = NAN, last = NAN;
    for (const char *frame = strstr(text, before); frame; frame = strstr(frame + 1, before)) {
        char *end;
        last = strtod(frame + strlen(before), &end);
        first = isnan(first) ? last : first;
        cr_assert(eq(int, strncmp(end, " s, ? left", 10), 0), "%s", text);
    }
    cr_assert(lt(dbl, first, last), "%s", text); /* at once, and after half a second */
    cr_assert(le(dbl, 0.5, last), "%s", text);
}

/* A unit that takes longer than ten seconds is no silence. Slow: only where MNTK_LONG is set. */
Test(progress, line_every_ten_seconds_while_no_unit_ends) {
    static char text[4096];
    int ends[2];
    if (!getenv("MNTK_LONG")) { cr_skip_test("MNTK_LONG is not set"); }
    cr_assert(eq(int, pipe(ends), 0));
    const int old = stderr_divert(ends[1]);
    progress *p = progress_start("x", 4.0, 4, 2, 100.0, false);
    nanosleep(&(struct timespec){20, 300000000}, NULL);
    progress_end(p);
    stderr_restore(old);
    close(ends[1]);
    cr_assert(read(ends[0], text, sizeof text - 1) > 0);
    cr_assert(eq(str, text,
                 "x: 4 units on 2 threads, predicted 2 min\n"
                 "x: 10%, 0 of 4 units, 10 s spent, 90 s left\n"
                 "x: 20%, 0 of 4 units, 20 s spent, 80 s left\n"
                 "x: 0 of 4 units in 20 s (predicted 2 min)\n"));
}

Test(progress, say) {
    char text[256] = "";
    int ends[2];
    cr_assert(eq(int, pipe(ends), 0));
    const int old = stderr_divert(ends[1]);
    progress_say("p", true, "%s", "not this");
    progress_say("p", false, "%d units", 3);
    stderr_restore(old);
    close(ends[1]);
    cr_assert(read(ends[0], text, sizeof text - 1) > 0);
    cr_assert(eq(str, text, "p: 3 units\n"));
}
