/* Job arrays of Slurm, as the variables that Slurm gives its tasks: experiments/slurm-array.sh
 * computes every unit once or refuses in all tasks, and without it the variables mean nothing.
 * tests/slurm.sh runs a real one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/fixture.h"
#include "tests/support/trial.h"

TestSuite(slurm_array, .timeout = 900);

#define SWEEP " --samples 20 --width 20 --xi 0.5,1 --subnets 1,2,3 --repeats 3 --rounds 2 --quiet "
enum { UNITS = 4 * 3, MOST_TASKS = 8 };

/* An array as Slurm describes it to each task: `step` is that of the form, 1 of a list. */
typedef struct {
    const char *form;
    long long tasks[MOST_TASKS];
    int count, step;
    const char *shards; /* SHARDS=..., or "" */
} array;

static int task_run(const array *a, int k, const char *folder, const char *more, char said[1024]) {
    char command[1024];
    snprintf(command, sizeof command,
             "env PROGRAM=BIN/error-heatmap SLURM_CPUS_PER_TASK=1 SLURM_ARRAY_TASK_ID=%lld "
             "SLURM_ARRAY_TASK_MIN=%lld SLURM_ARRAY_TASK_MAX=%lld SLURM_ARRAY_TASK_COUNT=%d "
             "SLURM_ARRAY_TASK_STEP=%d %s "
             "experiments/slurm-array.sh" SWEEP "--out %s/t.dat %s",
             a->tasks[k], a->tasks[0], a->tasks[a->count - 1], a->count, a->step, a->shards, folder,
             more);
    return fixture_run(command, said, 1024);
}

/* Every unit is there after the last task, and none is written by two. */
Test(slurm_array, arrays_compute_every_unit_once) {
    static const array arrays[] = {
        {"0-3", {0, 1, 2, 3}, 4, 1, ""},
        {"1-3", {1, 2, 3}, 3, 1, ""},
        {"1-7:2", {1, 3, 5, 7}, 4, 2, ""},
        {"0-10:5", {0, 5, 10}, 3, 5, ""},
        {"1-8:4", {1, 5}, 2, 4, ""},
        {"1001-1004", {1001, 1002, 1003, 1004}, 4, 1, ""},
        {"4000000000-4000000002", {4000000000, 4000000001, 4000000002}, 3, 1, ""},
        {"1-3 of SHARDS=3", {1, 2, 3}, 3, 1, "SHARDS=3"}};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        const array *a = &arrays[i];
        const char *folder = trial_folder("slurm-array");
        trial_unit units[TRIAL_UNITS];
        char said[1024], expected[128];
        for (int k = 0; k < a->count; k++) {
            const size_t before = trial_units(folder, units);
            cr_expect(eq(int, task_run(a, k, folder, "", said), 0), "%s: %s", a->form, said);
            cr_expect(eq(sz, trial_untouched(units, before), before),
                      "%s: a unit is computed twice", a->form);
            snprintf(expected, sizeof expected, "share %d of %d: no table is written", k + 1,
                     a->count);
            cr_expect(ne(ptr, strstr(said, expected), NULL), "%s lacks '%s': %s", a->form, expected,
                      said);
        }
        cr_expect(eq(sz, trial_units(folder, units), UNITS), "%s", a->form);
        cr_expect(eq(sz, trial_tables(folder), 0), "%s: a share wrote a table", a->form);
    }
}

/* One task is the whole. */
Test(slurm_array, one_task_writes_the_table) {
    static const array arrays[] = {
        {"3", {3}, 1, 1, ""}, {"0", {0}, 1, 1, ""}, {"5-5", {5}, 1, 1, ""}};
    char said[1024];
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        const char *folder = trial_folder("slurm-one");
        cr_expect(eq(int, task_run(&arrays[i], 0, folder, "", said), 0), "%s", said);
        cr_expect(eq(sz, trial_tables(folder), 2), "%s", arrays[i].form);
    }
}

/* Of a list a task knows the ends and the count alone. */
Test(slurm_array, lists_are_refused_in_every_task) {
    static const array arrays[] = {{"1,2,7", {1, 2, 7}, 3, 1, ""},
                                   {"1,3", {1, 3}, 2, 1, ""},
                                   {"1,3,5", {1, 3, 5}, 3, 1, ""},
                                   {"1-2,4-5", {1, 2, 4, 5}, 4, 1, ""},
                                   {"1-5:2,2", {1, 2, 3, 5}, 4, 2, ""},
                                   {"0-2 of SHARDS=3", {0, 1, 2}, 3, 1, "SHARDS=3"},
                                   {"2-4 of SHARDS=3", {2, 3, 4}, 3, 1, "SHARDS=3"},
                                   {"SHARDS=x", {1, 2}, 2, 1, "SHARDS=x"},
                                   {"step 0", {1, 2}, 2, 0, ""}};
    char said[1024];
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        const char *folder = trial_folder("slurm-list");
        for (int k = 0; k < arrays[i].count; k++) {
            trial_unit units[TRIAL_UNITS];
            cr_expect(eq(int, task_run(&arrays[i], k, folder, "", said), 2), "%s: %s",
                      arrays[i].form, said);
            cr_expect(strstr(said, "--array=1-") && strchr(said, '\n') && !strchr(said, '\n')[1],
                      "%s", said);
            cr_expect(eq(sz, trial_units(folder, units), 0), "%s", arrays[i].form);
        }
    }
}

/* Some shares alone are done again, as a list too; a share given twice is refused. */
Test(slurm_array, shares_are_done_again) {
    const array some = {"1,3 of SHARDS=3", {1, 3}, 2, 1, "SHARDS=3"};
    const char *folder = trial_folder("slurm-again");
    trial_unit units[TRIAL_UNITS];
    char said[1024];
    cr_expect(eq(int, task_run(&some, 0, folder, "", said), 0), "%s", said);
    cr_expect(eq(int, task_run(&some, 1, folder, "", said), 0), "%s", said);
    cr_expect(ne(ptr, strstr(said, "share 3 of 3"), NULL), "%s", said);
    cr_expect(eq(sz, trial_units(folder, units), UNITS / 3 * 2));
    cr_expect(eq(int, task_run(&some, 0, folder, "--shard 1/2", said), 2));
    cr_expect(ne(ptr, strstr(said, "--shard is given twice"), NULL), "%s", said);
}

#define TASK                                                                   \
    "env SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=7 " \
    "SLURM_ARRAY_TASK_COUNT=3 "                                                \
    "SLURM_ARRAY_TASK_STEP=1 "

/* A program that is run in a task of an array over something else does what it does elsewhere. */
Test(slurm_array, variables_alone_mean_nothing) {
    const char *folder = trial_folder("slurm-variables");
    char command[512], said[4096];
    snprintf(command, sizeof command, TASK "BIN/error-heatmap" SWEEP "--threads 1 --out %s/t.dat",
             folder);
    cr_expect(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    cr_expect(eq(str, said, ""));
    cr_expect(eq(sz, trial_tables(folder), 2));
    cr_expect(
        eq(int,
           fixture_run(TASK
                       "TOOL/compare-results results/published/default results/published/default",
                       said, sizeof said),
           0),
        "%s", said);
    cr_expect(eq(int,
                 fixture_run(TASK "TOOL/claims --print results/published/default/claims.dat", said,
                             sizeof said),
                 0),
              "%s", said);
}

Test(slurm_array, the_only_share_is_the_whole) {
    const char *folder = trial_folder("slurm-whole");
    char command[512], said[1024];
    snprintf(command, sizeof command,
             "BIN/error-heatmap" SWEEP "--threads 1 --shard 1/1 --out %s/t.dat", folder);
    cr_expect(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    cr_expect(eq(str, said, ""));
    cr_expect(eq(sz, trial_tables(folder), 2));
}

/* More processors than OpenBLAS serves, and none named. */
Test(slurm_array, processors_of_a_task) {
    char said[1024];
    cr_expect(
        eq(int,
           fixture_run(
               "SLURM_CPUS_PER_TASK=128 PROGRAM=BIN/error-heatmap experiments/slurm-array.sh" SWEEP
               "--predict",
               said, sizeof said),
           0),
        "%s", said);
    cr_expect(
        ne(ptr, strstr(said, "128 threads are more than OpenBLAS serves: 64 are taken"), NULL),
        "%s", said);
}

/* Submitted from another folder, or before make. */
Test(slurm_array, a_program_that_is_not_there) {
    static const char *const wrong[][2] = {
        {"PROGRAM=none/error-heatmap", "no program 'none/error-heatmap' in /"},
        {"SLURM_SUBMIT_DIR=/none", "SLURM_SUBMIT_DIR=/none is no folder here"}};
    char command[512], said[1024];
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        snprintf(command, sizeof command, "%s experiments/slurm-array.sh" SWEEP, wrong[i][0]);
        cr_expect(eq(int, fixture_run(command, said, sizeof said), 2), "%s", said);
        cr_expect(ne(ptr, strstr(said, wrong[i][1]), NULL), "%s", said);
    }
}
