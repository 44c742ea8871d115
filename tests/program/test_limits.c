/* Programs under the limits that a shell, a scheduler or a container sets: threads, memory, stack,
 * processor time, files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "tests/support/fixture.h"
#include "tests/support/refusal.h"
#include "tests/support/trial.h"

TestSuite(limits, .timeout = 300);

#define RUN                                                                                        \
    "BIN/loss-dynamics --samples 20 --width 5 --subnets 2 --xi 0.5 --lr 0.1 --rounds 1 --repeats " \
    "2 --quiet "

/* Runs `before` and the small run with `options` in one shell, 30 s at most; returns its exit code.
 */
static int limited_run(const char *folder, const char *before, const char *options,
                       char said[1024]) {
    char command[2048];
    snprintf(command, sizeof command, "rm -rf %1$s/*; %2$s " RUN "%3$s --out %1$s/t.dat", folder,
             before, options);
    return fixture_run(command, said, 1024);
}

static bool is_one_line(const char *said) {
    const char *end = strchr(said, '\n');
    return end && !end[1];
}

/* Compilers' checkers reserve more addresses than a limit may leave. */
static bool programs_start_in(const char *limit) {
    char command[256], said[1024];
    snprintf(command, sizeof command, "%s BIN/loss-dynamics --version", limit);
    return fixture_run(command, said, sizeof said) == 0;
}

/* --- threads --- */

/* The number of threads that stands in the table is `expected`. */
static void expect_threads(const char *before, const char *options, int expected,
                           const char *words) {
    const char *folder = refusal_folder("limits-threads");
    char said[1024], path[256], note[64];
    cr_assert(eq(int, limited_run(folder, before, options, said), 0), "%s: %s", before, said);
    snprintf(path, sizeof path, "%s/t.dat", folder);
    snprintf(note, sizeof note, "\n# threads: %d\n", expected);
    cr_expect(ne(ptr, strstr(trial_text(path), note), NULL), "%s %s: no '%s'", before, options,
              note + 1);
    const bool right = *words ? strstr(said, words) != NULL : !*said;
    cr_expect(right, "%s %s: %s", before, options, said);
}

Test(limits, default_threads_are_those_at_hand) {
    expect_threads("OMP_NUM_THREADS=1", "", 1, "");
    expect_threads("OMP_NUM_THREADS=3", "", 3, "");
    expect_threads("OMP_NUM_THREADS=3,2", "", 3, "");
    expect_threads("OMP_NUM_THREADS=5 OMP_THREAD_LIMIT=2", "", 2, "");
    expect_threads("OMP_NUM_THREADS=5", "--threads 2", 2, "");
    expect_threads(
        "taskset -c $(taskset -cp $$ | sed 's/.*: //; s/[-,].*//') env -u OMP_NUM_THREADS", "", 1,
        "");
}

/* More than OpenBLAS serves: it would crash. */
Test(limits, threads_are_clamped_with_a_word) {
    expect_threads("", "--threads 65", 64,
                   "65 threads are more than OpenBLAS serves: 64 are taken\n");
    expect_threads("", "--threads 1000", 64,
                   "1000 threads are more than OpenBLAS serves: 64 are taken\n");
    expect_threads("OMP_NUM_THREADS=96", "", 64, ""); /* quiet: nobody asked for them */
    char said[1024];
    cr_expect(eq(int,
                 fixture_run("OMP_NUM_THREADS=96 BIN/loss-dynamics --samples 20 --width 5 "
                             "--subnets 2 --xi 0.5 --lr 0.1 "
                             "--rounds 1 --repeats 1 --out build/test-tmp/limits-threads-96.dat",
                             said, sizeof said),
                 0));
    cr_expect(
        ne(ptr, strstr(said, "96 threads are more than OpenBLAS serves: 64 are taken\n"), NULL),
        "%s", said);
}

/* --- what may be taken --- */

/* The run ends with one line and leaves nothing. */
static void expect_refusal(const char *before, const char *options, const char *words) {
    char said[1024], left[256];
    const char *folder = refusal_folder("limits-refused");
    cr_expect(eq(int, limited_run(folder, before, options, said), 1), "%s %s: %s", before, options,
              said);
    cr_expect(is_one_line(said) && strstr(said, words), "%s %s: %s", before, options, said);
    cr_expect(eq(int, refusal_entries(folder, left), 0), "%s leaves %s", before, left);
}

/* OpenBLAS looks for room for its buffers forever, in its threads even while it is loaded. */
Test(limits, address_space) {
    if (!programs_start_in("ulimit -v 500000;")) { return; }
    expect_refusal("ulimit -v 100000; exec timeout 30", "--threads 1", "OpenBLAS needs ");
    expect_refusal("ulimit -v 300000; exec timeout 30", "--threads 1",
                   "even a run on one thread checks OpenBLAS on two");
    expect_refusal("ulimit -v 150000; exec timeout 30", "--threads 2", "OpenBLAS needs ");
    expect_refusal("ulimit -v 300000; exec timeout 30", "--threads 1",
                   "raise the limit of memory (ulimit -v, -d)");
    expect_refusal("ulimit -v 1000000; exec timeout 30", "--threads 32", " threads");
    expect_refusal("ulimit -d 100000; exec timeout 30", "--threads 1", "OpenBLAS needs ");
    char said[1024];
    const char *folder = refusal_folder("limits-enough");
    cr_expect(
        eq(int, limited_run(folder, "ulimit -v 500000; exec timeout 30", "--threads 2", said), 0),
        "%s", said);
}

/* A program that computes no product needs no buffer, and ends. */
Test(limits, address_space_of_the_others) {
    char said[1024];
    if (programs_start_in("ulimit -v 150000;")) {
        cr_expect(eq(int,
                     fixture_run("ulimit -v 150000; exec timeout 30 TOOL/statements --help", said,
                                 sizeof said),
                     0),
                  "%s", said);
    }
}

Test(limits, stack) {
    char said[1024];
    if (!programs_start_in("ulimit -s 128;")) { return; }
    expect_refusal("ulimit -s 128;", "--threads 2", "a stack of 128 kB is too small");
    const char *folder = refusal_folder("limits-stack");
    cr_expect(eq(int, limited_run(folder, "ulimit -S -s 128;", "--threads 2", said), 0), "%s",
              said);
    cr_expect(eq(int, limited_run(folder, "ulimit -s 512;", "--threads 4", said), 0), "%s", said);
}

/* Not the signal that ends a process. The first unit is larger than the limit's 0 or 512 bytes. */
Test(limits, size_of_files) {
    expect_refusal("ulimit -f 0;", "--threads 2", "cannot be written: File too large");
}

static void expect_out_of_time(const char *limit) {
    char said[1024], command[512];
    const char *folder = refusal_folder("limits-time");
    snprintf(command, sizeof command,
             "%s exec BIN/loss-dynamics --samples 100 --width 100 --repeats 10000 "
             "--threads 1 --quiet --out %s/t.dat",
             limit, folder);
    cr_expect(eq(int, fixture_run(command, said, sizeof said), 1), "%s %s", limit, said);
    cr_expect(is_one_line(said) &&
                  strstr(said, "stopped by the limit of processor time (ulimit -t) after "),
              "%s %s", limit, said);
    cr_expect(ne(ptr, strstr(said, "run the same command again to resume"), NULL), "%s", said);
}

/* It says so in time, and what it computed stays: whether the limit ends the process or signals
 * every second, as the last words are said too. */
Test(limits, processor_time) {
    expect_out_of_time("ulimit -t 4;");
    expect_out_of_time("ulimit -S -t 3;");
}
