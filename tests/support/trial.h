/* trial: built programs run as processes of their own, at once, on a terminal, or to a bad end; and
 * what they left. In commands "BIN/" and "TOOL/" stand for folders as in fixture_run.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_TRIAL_H
#define TESTS_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

/* Makes build/test-tmp/NAME-PRECISION anew, empty, and returns its path (static, two in turn). */
const char *trial_folder(const char *name);

/* Starts the shell command; stderr goes to the file `said` (NULL: nowhere). The process is the
 * program itself when the command is one program, perhaps behind `env`. */
pid_t trial_start(const char *command, const char *said);
/* Waits for its end: its exit code, or 128 + the signal that killed it. */
int trial_wait(pid_t process);
/* Suspends it (SIGSTOP); false if it has ended. */
bool trial_hold(pid_t process);
/* trial_start and trial_wait; the caller's `said` (size bytes) receives stderr. */
int trial_run(const char *command, char *said, size_t size);
/* False, with a warning, where none can be opened (QEMU's user mode has none). */
bool trial_has_terminals(void);
/* Runs it on a terminal of its own; `shown` (size bytes) receives what it wrote there. Returns as
 * trial_wait. */
int trial_on_terminal(const char *command, char *shown, size_t size);

/* A file's text (static buffer). */
const char *trial_text(const char *path);

/* True if both folders hold .dat files of the same names, at least one, with the same rows. */
bool trial_same_results(const char *left, const char *right);

/* True if every .dat file of `folder`, there may be none, has the rows of its namesake in `whole`.
 */
bool trial_results_agree(const char *folder, const char *whole);
/* Number of .dat files in the folder. */
size_t trial_tables(const char *folder);

/* --- the units of a folder, FOLDER/NAME.units/FINGERPRINT/CELL-REPETITION.unit --- */

enum { TRIAL_UNITS = 1000 };

typedef struct {
    char path[256];
    ino_t inode;
    struct timespec written;
} trial_unit;

/* Lists them in the order of their names; returns their count, at most TRIAL_UNITS. */
size_t trial_units(const char *folder, trial_unit units[TRIAL_UNITS]);
/* How many of `units` are still there as they were: not written again, not lost. */
size_t trial_untouched(const trial_unit *units, size_t count);
/* Files with temporary names anywhere below the folder. */
size_t trial_leftovers(const char *folder);
/* Waits, 30 s at most, until the folder has as many units. */
void trial_wait_for_units(const char *folder, size_t count);

/* --- how much is tried --- */

/* True where MNTK_LONG is set (`make check-faults`): all that there is, rather than what fits in
 * `make test`. */
bool trial_is_long(void);

/* --- pseudo-random numbers of a fixed seed --- */

/* The next one below `limit`. */
size_t trial_random(unsigned long long *state, size_t limit);

#endif
