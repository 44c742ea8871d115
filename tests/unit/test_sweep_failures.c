/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/sweep.h"

#include <omp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/toy_sweep.h"

TestSuite(sweep_failures, .init = prepare);

/* --- what goes wrong --- */

Test(sweep_failures, failing_unit_stops_the_sweep_with_its_line) {
    toy failing = {.fail_at = 1 * REPEATS + 2};
    const sweep s = toy_sweep(&failing);
    sweep_result result;
    for (int threads = 1; threads <= 2; threads++) {
        sweep_options options = with_threads(threads);
        options.fresh = true;
        atomic_store(&calls, 0);
        cr_assert(eq(int, sweep_run(&s, &options, &result), BAD_INPUT));
        cr_assert(eq(str, (char *)error_text(), "cell 1 diverged; take a smaller step"));
        cr_assert(result.values == NULL && !result.complete);
        cr_assert(eq(sz, atomic_load(&calls), result.computed + 1));
        cr_assert(eq(sz, files_count(result.fingerprint, ".unit"), result.computed));
        cr_assert(
            le(sz, atomic_load(&calls), threads == 1 ? 7 : UNITS)); /* cell 3 and three of cell 1 */
    }
    failing.mute = true;
    const sweep_options options = with_threads(1);
    fail(BAD_INPUT, "a line of something before");
    cr_assert(eq(int, sweep_run(&s, &options, &result), FAILED));
    cr_assert(eq(str, (char *)error_text(), "cell 1, repetition 2 failed"));
    run_expect(&options, UNITS - result.reused - result.computed, result.reused + result.computed,
               0);
}

Test(sweep_failures, folder_that_cannot_be_written_is_noticed_before_any_work) {
    cr_assert(eq(int, file_write_whole(out, "", 0), OK));
    char under[128];
    snprintf(under, sizeof under, "%s/x.dat", out); /* under a regular file */
    const sweep s = toy_sweep(&plain);
    sweep_options options = with_threads(2);
    options.out = under;
    sweep_result result;
    cr_assert(eq(int, sweep_run(&s, &options, &result), FAILED));
    cr_assert(strstr(error_text(), under) != NULL &&
                  strstr(error_text(), "Not a directory") != NULL,
              "%s", error_text());
    cr_assert(eq(sz, atomic_load(&calls), 0));
}

/* A disk that is full: no file may grow beyond 100 bytes. */
Test(sweep_failures, full_disk) {
    const sweep s = toy_sweep(&plain);
    const sweep_options options = with_threads(2);
    const struct rlimit limit = {100, RLIM_INFINITY};
    sweep_result result;
    signal(SIGXFSZ, SIG_IGN);
    cr_assert(le(int, 1, omp_get_max_threads())); /* LLVM's OpenMP makes a file of shared memory
                                                     when it is first called */
    cr_assert(eq(int, setrlimit(RLIMIT_FSIZE, &limit), 0));
    cr_assert(eq(int, sweep_run(&s, &options, &result), FAILED));
    cr_assert(strstr(error_text(), ".unit: cannot be written: File too large") != NULL, "%s",
              error_text());
    cr_assert(eq(sz, files_count(result.fingerprint, ""), 0));
}

static double wrong_cost(size_t cell, const void *context) {
    (void)context;
    return cell == 2 ? NAN : 1.0;
}

Test(sweep_failures, wrong_arguments) {
    const sweep right = toy_sweep(&plain);
    sweep s[5] = {right, right, right, right, right};
    const sweep_options options = with_threads(1);
    sweep_result result;
    s[0].cells = 0;
    s[1].repeats = 0;
    s[2].values = 0;
    s[3].cells = SIZE_MAX;
    s[4].cost = wrong_cost;
    for (int i = 0; i < 5; i++) {
        cr_assert(eq(int, sweep_run(&s[i], &options, &result), i < 4 ? BAD_INPUT : FAILED),
                  "case %d", i);
        cr_assert(result.values == NULL);
    }
    const sweep_options wrong[] = {
        {.out = out, .threads = 0, .quiet = true},
        {.out = out, .threads = 1, .shard = 0, .shards = 2, .quiet = true},
        {.out = out, .threads = 1, .shard = 3, .shards = 2, .quiet = true}};
    for (int i = 0; i < 3; i++) {
        cr_assert(eq(int, sweep_run(&right, &wrong[i], &result), BAD_INPUT), "case %d", i);
    }
    cr_assert(eq(sz, atomic_load(&calls), 0));
}

/* --- processes and signals --- */

/* Runs the toy in a process of its own, which ends with the status as its code and the line in
 * folder/line. */
static pid_t toy_fork(const toy *context, int threads) {
    const pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        const sweep s = toy_sweep(context);
        const sweep_options options = with_threads(threads);
        sweep_result result;
        char path[128];
        const status code = sweep_run(&s, &options, &result);
        snprintf(path, sizeof path, "%s/line", folder);
        if (code != OK && file_write_whole(path, error_text(), strlen(error_text())) != OK) {
            _exit(99);
        }
        char count[32];
        snprintf(path, sizeof path, "%s/computed-%ld", folder, (long)getpid());
        snprintf(count, sizeof count, "%zu\n", result.computed);
        if (file_write_whole(path, count, strlen(count)) != OK) { _exit(99); }
        sweep_result_free(&result);
        _exit(code);
    }
    return child;
}

static int wait_for(pid_t child) {
    int end;
    cr_assert(eq(int, waitpid(child, &end, 0), child));
    return end;
}

/* The fingerprint of the toy, from a share that has no units. */
static const char *toy_fingerprint(void) {
    static char fingerprint[65];
    const sweep s = toy_sweep(&plain);
    const sweep_options options = {
        .out = out, .threads = 1, .shard = UNITS + 1, .shards = UNITS + 1, .quiet = true};
    sweep_result result;
    cr_assert(eq(int, sweep_run(&s, &options, &result), OK));
    memcpy(fingerprint, result.fingerprint, sizeof fingerprint);
    return fingerprint;
}

/* Waits until the child has finished a unit. */
static void wait_for_a_unit(const char *fingerprint) {
    const struct timespec pause = {0, 2000000};
    for (int i = 0; i < 5000 && files_count(fingerprint, ".unit") == 0; i++) {
        nanosleep(&pause, NULL);
    }
    cr_assert(lt(sz, 0, files_count(fingerprint, ".unit")));
}

static void stop_expect(int number, const char *name, int code) {
    static const toy slow = {.fail_at = UNITS, .pause_s = 0.03};
    const char *fingerprint = toy_fingerprint();
    const pid_t child = toy_fork(&slow, 2);
    wait_for_a_unit(fingerprint);
    cr_assert(eq(int, kill(child, number), 0));
    const int end = wait_for(child);
    const bool exited = WIFEXITED(end) && WEXITSTATUS(end) == code;
    cr_assert(exited, "end %d", end);
    const size_t done = files_count(fingerprint, ".unit");
    cr_assert(lt(sz, done, UNITS));
    char expected[128], path[128], *bytes;
    size_t size;
    snprintf(expected, sizeof expected,
             "stopped by %s after %zu of %d units; run the same command again to resume", name,
             done, UNITS);
    snprintf(path, sizeof path, "%s/line", folder);
    cr_assert(eq(int, file_read_whole(path, 1000, &bytes, &size), OK));
    cr_assert(eq(str, bytes, expected));
    free(bytes);
    cr_assert(eq(sz, files_count(fingerprint, ""), done));
    const sweep_options options = with_threads(2);
    run_expect(&options, UNITS - done, done, 0);
}

Test(sweep_failures, sigint_keeps_what_is_done) { stop_expect(SIGINT, "SIGINT", 130); }

Test(sweep_failures, sigterm_keeps_what_is_done) { stop_expect(SIGTERM, "SIGTERM", 143); }

/* A unit that does not end: it touches folder/begun and waits through every signal that is handled.
 */
static status endless_run(size_t cell, size_t repetition, double *values, const void *context) {
    (void)cell, (void)repetition, (void)values, (void)context;
    char path[128];
    snprintf(path, sizeof path, "%s/begun", folder);
    if (file_write_whole(path, "", 0) != OK) { return FAILED; }
    for (int i = 0; i < 6000; i++) { nanosleep(&(struct timespec){0, 10000000}, NULL); }
    return FAILED;
}

/* A process that has one unit in work, the first, and does not come to its end. */
static pid_t endless_fork(void) {
    const pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        sweep s = toy_sweep(&plain);
        s.run = endless_run;
        const sweep_options options = with_threads(1);
        sweep_result result;
        (void)sweep_run(&s, &options, &result);
        _exit(98);
    }
    char path[128];
    snprintf(path, sizeof path, "%s/begun", folder);
    for (int i = 0; i < 5000 && access(path, F_OK) != 0; i++) {
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    }
    return child;
}

/* The first signal waits for the unit in work, the second one does not. */
Test(sweep_failures, second_signal_ends_at_once) {
    const pid_t child = endless_fork();
    cr_assert(eq(int, kill(child, SIGINT), 0));
    nanosleep(&(struct timespec){0, 50000000}, NULL);
    cr_assert(eq(int, waitpid(child, NULL, WNOHANG), 0)); /* still at it */
    cr_assert(eq(int, kill(child, SIGINT), 0));
    const int end = wait_for(child);
    const bool killed = WIFSIGNALED(end) && WTERMSIG(end) == SIGINT;
    cr_assert(killed, "end %d", end);
}

static void handler_of_the_caller(int number) { (void)number; }

Test(sweep_failures, the_caller_s_handlers_come_back) {
    const sweep_options options = with_threads(1);
    struct sigaction action = {.sa_handler = handler_of_the_caller}, found;
    cr_assert(eq(int, sigaction(SIGINT, &action, NULL), 0));
    run_expect(&options, UNITS, 0, 0);
    cr_assert(eq(int, sigaction(SIGINT, NULL, &found), 0));
    cr_assert(found.sa_handler == handler_of_the_caller);
    cr_assert(eq(int, sigaction(SIGTERM, NULL, &found), 0));
    cr_assert(found.sa_handler == SIG_DFL);
}

/* --- two processes in one folder --- */

/* The number of units that the process computed, by its own account. */
static size_t computed_by(pid_t child) {
    char path[128], *bytes;
    size_t size;
    snprintf(path, sizeof path, "%s/computed-%ld", folder, (long)child);
    cr_assert(eq(int, file_read_whole(path, 100, &bytes, &size), OK), "%s", error_text());
    const size_t count = strtoul(bytes, NULL, 10);
    free(bytes);
    return count;
}

/* They share the units: each is computed once, and both have all values. */
Test(sweep_failures, two_processes_share_a_folder) {
    static const toy slow = {.fail_at = UNITS, .pause_s = 0.03};
    const pid_t first = toy_fork(&slow, 2), second = toy_fork(&slow, 2);
    cr_assert(eq(int, wait_for(first), 0));
    cr_assert(eq(int, wait_for(second), 0));
    cr_assert(eq(sz, computed_by(first) + computed_by(second), UNITS));
    cr_assert(lt(sz, 0, computed_by(first)));
    cr_assert(lt(sz, 0, computed_by(second)));
    cr_assert(eq(sz, files_count(toy_fingerprint(), ""), UNITS));
    const sweep_options options = with_threads(1);
    run_expect(&options, 0, UNITS, 0);
}

/* Waits until all units but one are there. */
static void wait_for_all_but_one(const char *fingerprint) {
    for (int i = 0; i < 5000 && files_count(fingerprint, ".unit") < UNITS - 1; i++) {
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    }
    nanosleep(&(struct timespec){0, 100000000}, NULL);
    cr_assert(eq(sz, files_count(fingerprint, ".unit"), UNITS - 1));
}

static void end_by_force(pid_t child) {
    cr_assert(eq(int, kill(child, SIGKILL), 0));
    cr_assert(eq(int, waitpid(child, NULL, 0), child));
}

/* The unit that the other process has in work is waited for, and computed here when that process is
 * killed. */
Test(sweep_failures, a_killed_process_leaves_its_unit_to_the_other) {
    const char *fingerprint = toy_fingerprint();
    const pid_t endless = endless_fork(), other = toy_fork(&plain, 2);
    wait_for_all_but_one(fingerprint);
    cr_assert(eq(int, waitpid(other, NULL, WNOHANG), 0)); /* it waits */
    end_by_force(endless);
    cr_assert(eq(int, wait_for(other), 0));
    cr_assert(eq(sz, computed_by(other), UNITS));
    cr_assert(eq(sz, files_count(fingerprint, ".unit"), UNITS));
}

/* Waiting does not keep a signal out. */
Test(sweep_failures, a_signal_ends_the_waiting) {
    const char *fingerprint = toy_fingerprint();
    const pid_t endless = endless_fork(), other = toy_fork(&plain, 2);
    wait_for_all_but_one(fingerprint);
    cr_assert(eq(int, kill(other, SIGTERM), 0));
    const int end = wait_for(other);
    const bool exited = WIFEXITED(end) && WEXITSTATUS(end) == TERMINATED;
    cr_assert(exited, "end %d", end);
    end_by_force(endless);
}

/* A process that is suspended does not hold the other up for ever. Slow: only where MNTK_LONG is
 * set. */
Test(sweep_failures, a_suspended_process_is_overtaken) {
    if (!getenv("MNTK_LONG")) { cr_skip_test("MNTK_LONG is not set"); }
    const char *fingerprint = toy_fingerprint();
    const pid_t endless = endless_fork();
    cr_assert(eq(int, kill(endless, SIGSTOP), 0));
    const pid_t other = toy_fork(&plain, 2);
    wait_for_all_but_one(fingerprint);
    cr_assert(eq(int, wait_for(other), 0));
    cr_assert(eq(sz, files_count(fingerprint, ".unit"), UNITS));
    end_by_force(endless);
}
