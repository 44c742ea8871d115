/* fault_case: what the tests of faults share: a program, an undisturbed run of it, one that is
 * disturbed, and the rule for all of them. What was finished is kept and not computed again, the
 * next run of the same command ends with the bytes of a run that nobody disturbed, and what went
 * wrong is said in one line with an exit code.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_FAULT_CASE_H
#define TESTS_FAULT_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tests/support/program_list.h"
#include "tests/support/trial.h"

typedef struct {
    const program_case *program;
    bool often;                   /* its turn: more trials than the others get */
    char whole[128], folder[128]; /* of an undisturbed run, and of the one that is disturbed */
} fault_case;

/* For the program whose turn it is, or for all if trial_is_long(): an undisturbed run of `longer`
 * or `small`, then the trial. What single precision has met is not met again in double, unless
 * trial_is_long(). */
void fault_meet(const char *name, size_t turn, bool longer, void (*trial)(const fault_case *));

/* "BEFORE PROGRAM --out FOLDER/table.dat MORE" (static buffer). */
const char *fault_command(const char *before, const char *program, const char *folder,
                          const char *more);

/* What stands before a command whose files are to fail: tests/support/preload/fail_write.c and its
 * settings (static buffer). */
const char *fault_preloaded(const char *settings);

/* Runs the program to its end in the folder; expects success. */
void fault_undisturbed(const char *program, const char *folder, const char *more);

/* Starts the longer run and suspends it where two units or more are there and four or more are not.
 */
pid_t fault_hold(const fault_case *c, const char *before, const char *more, const char *said);

/* The program, run again, ends well; its tables are those of the undisturbed run; the units given
 * stay as they are. */
void fault_recovery(const fault_case *c, const char *program, const trial_unit *units,
                    size_t count);

/* Expects of the tables of a run that was broken off: none, or whole and right. */
void fault_no_part(const fault_case *c);

/* Number of lines in the text. */
size_t fault_lines(const char *text);

#endif
