/* The result of a program depends on its settings alone: not on threads, shards, the order of
 * units, an interruption, the terminal, or the environment. Each variant's tables are compared with
 * those of one quiet run on one thread. Where MNTK_LONG is set (`make check-faults`) there are more
 * variants.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/program_list.h"
#include "tests/support/trial.h"

TestSuite(same_bytes, .timeout = 1800);

static const char *under_test; /* its command */
static char
    top[128]; /* folder of this program's trials; top/reference has the tables to compare with */

/* Makes top/NAME (static buffer). */
static const char *folder_of(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", top, name);
    cr_assert(eq(int, mkdir(path, 0777), 0));
    return path;
}

/* Runs the program with more options, its tables in FOLDER/table.dat; expects success and silence.
 */
static void run_quietly(const char *before, const char *folder, const char *more) {
    char command[1024], said[4096];
    snprintf(command, sizeof command, "%s%s --quiet --out %s/table.dat %s", before, under_test,
             folder, more);
    cr_assert(eq(int, trial_run(command, said, sizeof said), 0), "%s: %s", command, said);
    cr_assert(eq(str, said, ""));
}

static void expect_reference(const char *folder) {
    char reference[256];
    snprintf(reference, sizeof reference, "%s/reference", top);
    cr_expect(trial_same_results(reference, folder), "%s: %s differs from %s", under_test, folder,
              reference);
}

/* Threads that are asked for, that the environment asks for, and that it forbids. */
static void check_threads(void) {
    const char *folder = folder_of("threads");
    run_quietly("env OPENBLAS_NUM_THREADS=3 OMP_NUM_THREADS=3 OMP_DYNAMIC=true ", folder,
                "--threads 3");
    expect_reference(folder);
    run_quietly("env OMP_THREAD_LIMIT=1 ", folder, "--threads 2 --fresh");
    expect_reference(folder);
}

/* Two threads; then units that are removed at random are computed again in an order of their own,
 * the others stay. */
static void check_order(void) {
    const char *folder = folder_of("order");
    unsigned long long state = 5;
    run_quietly("", folder, "--threads 2");
    expect_reference(folder);
    for (int round = 0; round < (trial_is_long() ? 5 : 1); round++) {
        trial_unit units[TRIAL_UNITS];
        const size_t count = trial_units(folder, units);
        size_t kept = 0;
        for (size_t i = 0; i < count; i++) {
            if (i == 0 || trial_random(&state, 2)) {
                cr_assert(eq(int, unlink(units[i].path), 0));
            } else {
                units[kept++] = units[i];
            }
        }
        cr_assert(lt(sz, kept, count));
        run_quietly("", folder, "--threads 2");
        cr_expect(eq(sz, trial_untouched(units, kept), kept),
                  "%s: a finished unit was computed again", under_test);
        cr_expect(eq(sz, trial_units(folder, units), count));
        expect_reference(folder);
    }
}

/* All shards at once, the last one first; a shard writes no table, unless it is the only one;
 * gathered, they are the whole. */
static void check_shards(const char *name, int shards) {
    const char *folder = folder_of(name);
    pid_t process[8];
    for (int k = shards; k >= 1; k--) {
        char command[1024];
        snprintf(command, sizeof command, "%s --quiet --threads 1 --out %s/table.dat --shard %d/%d",
                 under_test, folder, k, shards);
        process[k - 1] = trial_start(command, NULL);
    }
    for (int k = 0; k < shards; k++) {
        cr_expect(eq(int, trial_wait(process[k]), 0), "%s: shard %d of %d", under_test, k + 1,
                  shards);
    }
    cr_expect(eq(int, trial_tables(folder) == 0, shards > 1),
              "%s: the only share is the whole run, others write no table", under_test);
    trial_unit units[TRIAL_UNITS];
    const size_t count = trial_units(folder, units);
    cr_expect(lt(sz, 0, count));
    run_quietly("", folder, "");
    cr_expect(eq(sz, trial_untouched(units, count), count), "%s: gathering computed a unit again",
              under_test);
    expect_reference(folder);
}

/* With the bar of a terminal, and with the lines of a file. */
static void check_bar(void) {
    static char shown[65536];
    char command[1024];
    const char *folder = folder_of("bar");
    snprintf(command, sizeof command, "%s --out %s/table.dat", under_test, folder);
    cr_expect(eq(int, trial_on_terminal(command, shown, sizeof shown), 0), "%s", shown);
    cr_expect(ne(ptr, strstr(shown, "\r"), NULL));
    cr_expect(ne(ptr, strstr(shown, "[........................]   0% 0/"), NULL), "no bar: %s",
              shown);
    expect_reference(folder);
    if (trial_is_long()) {
        strcat(command, " --fresh");
        cr_expect(eq(int, trial_run(command, shown, sizeof shown), 0), "%s", shown);
        cr_expect(ne(ptr, strstr(shown, " units on "), NULL), "%s", shown);
        expect_reference(folder);
    }
}

/* Indices of the programs that are built in this precision. */
static size_t here[PROGRAM_COUNT];

ParameterizedTestParameters(same_bytes, every_program) {
    size_t count = 0;
    for (size_t k = 0; k < PROGRAM_COUNT; k++) {
        if (program_is_here(&PROGRAMS[k])) { here[count++] = k; }
    }
    return cr_make_param_array(size_t, here, count);
}

ParameterizedTest(const size_t *index, same_bytes, every_program) {
    char name[32];
    under_test = PROGRAMS[*index].small;
    snprintf(name, sizeof name, "same-bytes-%zu", *index);
    snprintf(top, sizeof top, "%s", trial_folder(name));
    run_quietly("", folder_of("reference"), "--threads 1");
    check_order();
    check_shards("shards-2", 2);
    if (trial_has_terminals()) { check_bar(); }
    if (trial_is_long()) {
        check_shards("shards-1", 1);
        check_shards("shards-8", 8);
        check_threads();
    }
}
