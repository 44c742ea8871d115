/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/lock.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/file.h"

static char folder[] = "build/test-tmp/lock/XXXXXX"; /* of this test alone */

static void prepare(void) {
    cr_assert(eq(int, folder_make("build/test-tmp/lock"), OK));
    cr_assert(mkdtemp(folder) != NULL);
}

TestSuite(lock, .init = prepare);

/* Two opened files are to each other as two processes. */
Test(lock, a_unit_is_taken_once) {
    const int mine = lock_open(folder), other = lock_open(folder);
    cr_assert(mine >= 0 && other >= 0);
    cr_assert(not(lock_others(other)));
    cr_assert(lock_take(mine, 3, 7));
    cr_assert(lock_take(mine, 3, 7), "one's own is no obstacle");
    cr_assert(not(lock_take(other, 3, 7)));
    cr_assert(lock_others(other));
    cr_assert(not(lock_others(mine)));
    cr_assert(lock_take(other, 7, 3));
    cr_assert(not(lock_take(mine, 7, 3)));
    lock_drop(mine, 3, 7);
    cr_assert(lock_take(other, 3, 7));
    lock_close(other);
    cr_assert(lock_take(mine, 3, 7) && lock_take(mine, 7, 3));
    lock_close(mine);
}

/* Neighbours in the file stay apart: what is dropped is one unit, also between two taken ones. */
Test(lock, units_do_not_overlap) {
    const size_t units[][2] = {{0, 0}, {0, 1},          {0, 2},        {1, 0},
                               {1, 1}, {999999, 12345}, {0, INT32_MAX}};
    enum { COUNT = sizeof units / sizeof units[0] };
    const int mine = lock_open(folder), other = lock_open(folder);
    for (int i = 0; i < COUNT; i++) { cr_assert(lock_take(mine, units[i][0], units[i][1])); }
    for (int i = 0; i < COUNT; i++) {
        lock_drop(mine, units[i][0], units[i][1]);
        for (int j = 0; j < COUNT; j++) {
            const bool taken = lock_take(other, units[j][0], units[j][1]);
            cr_assert(eq(int, taken, j <= i), "unit %d after %d drops", j, i + 1);
        }
    }
    lock_close(mine);
    lock_close(other);
}

Test(lock, a_killed_process_holds_nothing) {
    int ends[2];
    char byte = 0;
    cr_assert(eq(int, pipe(ends), 0));
    const pid_t child = fork();
    if (child == 0) {
        const int locks = lock_open(folder);
        const bool told = lock_take(locks, 1, 1) && write(ends[1], "x", 1) == 1;
        pause();
        _exit(told);
    }
    cr_assert(eq(int, (int)read(ends[0], &byte, 1), 1));
    const int mine = lock_open(folder);
    cr_assert(not(lock_take(mine, 1, 1)));
    cr_assert(eq(int, kill(child, SIGKILL), 0));
    cr_assert(eq(int, waitpid(child, NULL, 0), child));
    cr_assert(lock_take(mine, 1, 1));
    lock_close(mine);
}

Test(lock, nothing_is_left_of_it) {
    lock_close(lock_open(folder));
    cr_assert(ne(int, rmdir(folder), 0));
    lock_forget(folder);
    lock_forget(folder);
    cr_assert(eq(int, rmdir(folder), 0));
}

/* Without a lock file nothing is held back. */
Test(lock, no_lock_file) {
    char gone[128];
    snprintf(gone, sizeof gone, "%s/gone", folder);
    const int locks = lock_open(gone);
    cr_assert(eq(int, locks, -1));
    cr_assert(lock_take(locks, 0, 0) && lock_take(locks, 0, 0));
    cr_assert(not(lock_others(locks)));
    lock_drop(locks, 0, 0);
    lock_close(locks);
}
