/* Runs of the built programs that are killed, stopped or doubled. By default each fault meets one
 * program; where MNTK_LONG is set (`make check-faults`) it meets all, and oftener.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/fault_case.h"

TestSuite(faults, .timeout = 3000);

/* --- SIGKILL --- */

static void kill_at_random_moments(const fault_case *c) {
    unsigned long long state = 11;
    trial_unit units[TRIAL_UNITS], all[TRIAL_UNITS];
    const size_t total = trial_units(c->whole, all);
    const int kills = !trial_is_long() ? 4 : c->often ? 50 : 12;
    /* Kills that met a running program. How many do so hangs on the machine's speed: on a fast one
     * more are tried, until a third have. */
    size_t hits = 0;
    for (int k = 0; k < kills || (hits <= (size_t)kills / 3 && k < 20 * kills); k++) {
        size_t count = trial_units(c->folder, units);
        if (count == total) { /* the sweep is through: half of it is to do again */
            for (size_t i = 0; i < total; i += 2) { cr_assert(eq(int, unlink(units[i].path), 0)); }
            count = trial_units(c->folder, units);
        }
        const pid_t process =
            trial_start(fault_command("", c->program->longer, c->folder, "--quiet"), NULL);
        if (trial_random(&state, 4)) { /* three times in four there is something to break */
            trial_wait_for_units(c->folder, count + 1);
        }
        const struct timespec pause = {0, (long)trial_random(&state, 200000000)};
        nanosleep(&pause, NULL);
        kill(process, SIGKILL);
        hits += trial_wait(process) == 128 + SIGKILL;
        cr_assert(eq(sz, trial_untouched(units, count), count),
                  "kill %d: a finished unit was computed again", k);
        fault_no_part(c);
    }
    cr_assert(lt(sz, (size_t)kills / 3, hits), "%zu of %d kills met a running program", hits,
              20 * kills);
    const size_t count = trial_units(c->folder, units);
    fault_recovery(c, c->program->longer, units, count);
}

Test(faults, sigkill_at_random_moments) { fault_meet("killed", 0, true, kill_at_random_moments); }

/* Killed after the first operation on a file, after the second, and so on until a run gets through.
 */
static void kill_after_each_operation(const fault_case *c) {
    trial_unit units[TRIAL_UNITS];
    const size_t operations =
        3 * trial_units(c->whole, units) + 12; /* nearly: creating, writing, renaming a unit */
    const size_t trials = !trial_is_long() ? 4
                          : c->often       ? operations
                                           : 12,
                 step = operations / trials;
    for (size_t at = 1 + step / 2;; at += step) {
        char settings[32], command[512];
        snprintf(command, sizeof command, "rm -rf %s/*", c->folder);
        cr_assert(eq(int, trial_wait(trial_start(command, NULL)), 0));
        snprintf(settings, sizeof settings, "FAULT_KILL=%zu", at);
        const char *killed = fault_command(fault_preloaded(settings), c->program->small, c->folder,
                                           "--quiet --threads 1");
        const int code = trial_wait(trial_start(killed, NULL));
        if (code == 0) {
            cr_assert(lt(sz, 20, at), "%s does more than %zu operations", killed, at);
            return;
        }
        cr_assert(eq(int, code, 128 + SIGKILL), "%s", killed);
        fault_no_part(c);
        fault_recovery(c, c->program->small, units, trial_units(c->folder, units));
    }
}

Test(faults, sigkill_after_each_file_operation) {
    fault_meet("operation", 1, false, kill_after_each_operation);
}

/* --- SIGINT and SIGTERM --- */

/* The middle of a run is stopped by the signal, until that meets a sweep: between two sweeps a
 * program ends at once, without a word. */
static const char *stopped_in_a_sweep(const fault_case *c, int number, const char *more) {
    static char path[160];
    char command[512];
    snprintf(path, sizeof path, "%s/said", c->folder);
    for (int attempt = 0; attempt < 10; attempt++) {
        const pid_t process = fault_hold(c, "", more, path);
        cr_assert(eq(int, kill(process, number), 0));
        cr_assert(eq(int, kill(process, SIGCONT), 0));
        cr_assert(eq(int, trial_wait(process), 128 + number));
        const char *said = trial_text(path);
        if (strstr(said, "the units in work are finished") != NULL) { return said; }
        snprintf(command, sizeof command, "rm -rf %s/table.dat.units", c->folder);
        cr_assert(eq(int, trial_wait(trial_start(command, NULL)), 0));
    }
    cr_fatal("%s: ten signals, none met a sweep", c->program->longer);
    return NULL;
}

static void stop_by(const fault_case *c, int number, const char *name, const char *more,
                    const char *again) {
    char expected[256];
    trial_unit units[TRIAL_UNITS];
    const char *said = stopped_in_a_sweep(c, number, more);
    const size_t count = trial_units(c->folder, units);
    snprintf(expected, sizeof expected, ": stopped by %s after ", name);
    const char *after = strstr(said, expected);
    cr_assert(ne(ptr, (char *)after, NULL), "'%s' lacks '%s'", said, expected);
    size_t done; /* of the sweep that was stopped; an earlier sweep of the run has left more */
    cr_assert(eq(int, sscanf(after + strlen(expected), "%zu of ", &done), 1), "%s", said);
    cr_assert(le(sz, done, count), "%s: %zu units are there", said, count);
    snprintf(expected, sizeof expected, "; run the same command again%s to resume\n", again);
    cr_assert(ne(ptr, strstr(said, expected), NULL), "'%s' lacks '%s'", said, expected);
    cr_assert(ne(ptr,
                 strstr(said, ": the units in work are finished; a second signal stops at once\n"),
                 NULL),
              "%s", said);
    cr_assert(eq(sz, trial_leftovers(c->folder), 0));
    fault_recovery(c, c->program->longer, units, count);
}

static void stop_by_interrupt(const fault_case *c) { stop_by(c, SIGINT, "SIGINT", "", ""); }

static void stop_by_terminate(const fault_case *c) {
    stop_by(c, SIGTERM, "SIGTERM", "--fresh --threads 1", " without --fresh");
}

Test(faults, sigint) { fault_meet("sigint", 2, true, stop_by_interrupt); }

Test(faults, sigterm) { fault_meet("sigterm", 3, true, stop_by_terminate); }

/* --- two at once --- */

/* Two processes in one folder, each with its own options: both end well, and every unit is written
 * once. */
static void run_two(const fault_case *c, const char *first, const char *second, bool tables) {
    const char *const options[] = {first, second};
    trial_unit whole[TRIAL_UNITS], units[TRIAL_UNITS];
    char settings[256], log[160];
    pid_t process[2];
    const size_t old = trial_units(c->folder, units);
    snprintf(log, sizeof log, "%s/renames", c->folder);
    snprintf(settings, sizeof settings, "FAULT_LOG=%s", log);
    for (int i = 0; i < 2; i++) {
        const char *before = fault_preloaded(settings);
        process[i] =
            trial_start(fault_command(before, c->program->longer, c->folder, options[i]), NULL);
    }
    for (int i = 0; i < 2; i++) { cr_assert(eq(int, trial_wait(process[i]), 0)); }
    const size_t count = trial_units(c->folder, units);
    cr_assert(eq(sz, count, trial_units(c->whole, whole)));
    const size_t expected = count - old + (tables ? 2 * trial_tables(c->whole) : 0);
    cr_assert(eq(sz, fault_lines(trial_text(log)), expected), "units or tables were written twice");
    cr_assert(eq(sz, trial_leftovers(c->folder), 0));
    cr_assert(eq(int, tables, trial_same_results(c->whole, c->folder)));
    fault_recovery(c, c->program->longer, units, count);
}

static void run_the_same_twice(const fault_case *c) {
    run_two(c, "--quiet --threads 1", "--quiet --threads 2", true);
}

Test(faults, two_processes_at_once) { fault_meet("twice", 9, true, run_the_same_twice); }

static void run_two_shards(const fault_case *c) {
    run_two(c, "--quiet --shard 1/2", "--quiet --shard 2/2", false);
}

Test(faults, two_shards_at_once) { fault_meet("shards", 10, true, run_two_shards); }

static void run_one_shard_twice(const fault_case *c) {
    char said[8192];
    const char *other = fault_command("", c->program->longer, c->folder, "--quiet --shard 2/2");
    cr_assert(eq(int, trial_run(other, said, sizeof said), 0), "%s", said);
    run_two(c, "--quiet --shard 1/2", "--quiet --shard 1/2", false);
}

Test(faults, one_shard_twice_at_once) { fault_meet("sameshard", 11, true, run_one_shard_twice); }
