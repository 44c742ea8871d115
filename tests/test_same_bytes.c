/* The result of a program depends on its settings alone: not on threads, shards, the order of units, an interruption,
 * the terminal, or the environment. Each variant's tables are compared with those of one quiet run on one thread. Where
 * MNTK_LONG is set (`make check-faults`) there are more variants. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/program_list.h"
#include "tests/trial.h"

TestSuite(same_bytes, .timeout = 1800);

static const char *under_test;  /* its command */
static char reference[128];     /* folder of its reference tables */

/* Runs the program with more options, its tables in FOLDER/table.dat; expects success and silence. */
static void run_quietly(const char *before, const char *folder, const char *more)
{
    char command[1024], said[4096];
    snprintf(command, sizeof command, "%s%s --quiet --out %s/table.dat %s", before, under_test, folder, more);
    cr_assert(eq(int, trial_run(command, said, sizeof said), 0), "%s: %s", command, said);
    cr_assert(eq(str, said, ""));
}

static void expect_reference(const char *folder)
{
    cr_expect(trial_same_results(reference, folder), "%s: %s differs from %s", under_test, folder, reference);
}

/* For each program: its reference run, then the check. */
static void for_each_program(const char *name, void (*check)(const char *folder))
{
    char variant[64];
    for (int k = 0; k < PROGRAM_COUNT; k++) {
        if (program_is_here(&PROGRAMS[k])) {
            under_test = PROGRAMS[k].small;
            snprintf(variant, sizeof variant, "same-%s-reference", name);
            snprintf(reference, sizeof reference, "%s", trial_folder(variant));
            run_quietly("", reference, "--threads 1");
            snprintf(variant, sizeof variant, "same-%s", name);
            check(trial_folder(variant));
        }
    }
}

/* Two threads, and threads that the environment asks for or forbids. */
static void check_threads(const char *folder)
{
    run_quietly("", folder, "--threads 2");
    expect_reference(folder);
    if (!trial_is_long()) {
        return;
    }
    run_quietly("env OPENBLAS_NUM_THREADS=3 OMP_NUM_THREADS=3 OMP_DYNAMIC=true ", folder, "--threads 3 --fresh");
    expect_reference(folder);
    run_quietly("env OMP_THREAD_LIMIT=1 ", folder, "--threads 2 --fresh");
    expect_reference(folder);
}

Test(same_bytes, threads)
{
    for_each_program("threads", check_threads);
}

/* All shards at once, the last one first; a shard writes no table; gathered, they are the whole. */
static void shards_run(const char *folder, int shards)
{
    pid_t process[8];
    for (int k = shards; k >= 1; k--) {
        char command[1024];
        snprintf(command, sizeof command, "%s --quiet --threads 1 --out %s/table.dat --shard %d/%d", under_test, folder, k,
                 shards);
        process[k - 1] = trial_start(command, NULL);
    }
    for (int k = 0; k < shards; k++) {
        cr_expect(eq(int, trial_wait(process[k]), 0), "%s: shard %d of %d", under_test, k + 1, shards);
    }
    cr_expect(not(trial_same_results(folder, folder)), "%s: a shard wrote a table", under_test);
    trial_unit units[TRIAL_UNITS];
    const size_t count = trial_units(folder, units);
    cr_expect(lt(sz, 0, count));
    run_quietly("", folder, "");
    cr_expect(eq(sz, trial_untouched(units, count), count), "%s: gathering computed a unit again", under_test);
    expect_reference(folder);
}

static void check_shards(const char *folder)
{
    const int shards[] = {2, 1, 8}, trials = trial_is_long() ? 3 : 1;
    for (int i = 0; i < trials; i++) {
        char own[160];
        snprintf(own, sizeof own, "%s/%d", folder, shards[i]);
        cr_assert(eq(int, mkdir(own, 0777), 0));
        shards_run(own, shards[i]);
    }
}

Test(same_bytes, shards)
{
    for_each_program("shards", check_shards);
}

/* Units that are removed at random are computed in an order of their own; the others stay as they are. */
static void check_order(const char *folder)
{
    unsigned long long state = 5;
    run_quietly("", folder, "--threads 2");
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
        cr_expect(eq(sz, trial_untouched(units, kept), kept), "%s: a finished unit was computed again", under_test);
        cr_expect(eq(sz, trial_units(folder, units), count));
        expect_reference(folder);
    }
}

Test(same_bytes, any_order_and_after_a_resume)
{
    for_each_program("order", check_order);
}

/* With the bar of a terminal, and with the lines of a file. */
static void check_progress(const char *folder)
{
    static char shown[65536];
    char command[1024];
    snprintf(command, sizeof command, "%s --out %s/table.dat", under_test, folder);
    cr_expect(eq(int, trial_on_terminal(command, shown, sizeof shown), 0), "%s", shown);
    cr_expect(ne(ptr, strstr(shown, "\r"), NULL));
    cr_expect(ne(ptr, strstr(shown, "[........................]   0% 0/"), NULL), "no bar: %s", shown);
    expect_reference(folder);
    strcat(command, " --fresh");
    cr_expect(eq(int, trial_run(command, shown, sizeof shown), 0), "%s", shown);
    cr_expect(ne(ptr, strstr(shown, " units on "), NULL), "%s", shown);
    expect_reference(folder);
}

Test(same_bytes, with_and_without_a_bar)
{
    for_each_program("bar", check_progress);
}
