/* Runs of the built programs whose disk, folder, units or standard streams are not as they should
 * be. By default each fault meets one program; where MNTK_LONG is set (`make check-faults`) it
 * meets all, and oftener.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/fault_case.h"

TestSuite(faults_files, .timeout = 3000);

/* --- a disk that is full or fails --- */

/* The run fails with one line that names a file and the reason; nothing is left half-written. */
static void expect_failed_run(const fault_case *c, const char *settings, const char *reason) {
    char said[8192];
    trial_unit units[TRIAL_UNITS];
    const char *command = fault_command(fault_preloaded(settings), c->program->small, c->folder,
                                        "--quiet --threads 2");
    cr_assert(eq(int, trial_run(command, said, sizeof said), 1), "%s: %s", settings, said);
    cr_assert(eq(sz, fault_lines(said), 1), "%s", said);
    cr_assert(ne(ptr, strstr(said, c->folder), NULL), "%s", said);
    cr_assert(ne(ptr, strstr(said, reason), NULL), "%s", said);
    cr_assert(eq(sz, trial_leftovers(c->folder), 0), "%s: %s", settings, said);
    fault_no_part(c);
    fault_recovery(c, c->program->small, units, trial_units(c->folder, units));
}

static void fill_the_disk(const fault_case *c) {
    const int room[] = {0,    700,  3500, 1,    10,   299,  300, 301,
                        1000, 2000, 2500, 3000, 4000, 4500, 5000};
    const size_t count = trial_is_long() && c->often ? sizeof room / sizeof room[0] : 3;
    char command[512], settings[64];
    for (size_t i = 0; i < count; i++) {
        snprintf(command, sizeof command, "rm -rf %s/*", c->folder);
        cr_assert(eq(int, trial_wait(trial_start(command, NULL)), 0));
        snprintf(settings, sizeof settings, "FAULT_SPACE=%d", room[i]);
        expect_failed_run(c, settings, "cannot be written: No space left on device");
    }
}

Test(faults_files, disk_full) { fault_meet("full", 4, false, fill_the_disk); }

/* All units are there, the tables of an older run too: what there is no room for does not damage
 * them. */
static void fill_the_disk_at_the_table(const fault_case *c) {
    fault_undisturbed(c->program->small, c->folder, "--quiet");
    expect_failed_run(c, "FAULT_SPACE=100", "dat: cannot be written: No space left on device");
    expect_failed_run(c, "FAULT_SYNC=1", "dat: cannot be written: Input/output error");
}

Test(faults_files, disk_full_when_the_table_is_written) {
    fault_meet("table", 5, false, fill_the_disk_at_the_table);
}

/* --- the folder changes under the program --- */

/* As a user whom permissions bind, also where the tests are run by the superuser. */
static const char *as_somebody(const char *folder) {
    static char prefix[64];
    char command[256], said[256];
    if (geteuid() != 0) { return ""; }
    snprintf(prefix, sizeof prefix, "setpriv --reuid=65534 --clear-groups ");
    snprintf(command, sizeof command, "chown -R 65534 %s", folder);
    cr_assert(eq(int, trial_run(command, said, sizeof said), 0), "%s", said);
    return prefix;
}

/* In the middle of the run does `deed` to the folder of its units, $UNITS; expects the line, and
 * the recovery after `undo`. */
static void change_the_folder(const fault_case *c, const char *deed, const char *undo,
                              const char *reason) {
    char said_path[160], command[512];
    trial_unit units[TRIAL_UNITS];
    snprintf(said_path, sizeof said_path, "%s-said", c->folder);
    const pid_t process = fault_hold(c, as_somebody(c->folder), "--quiet", said_path);
    snprintf(command, sizeof command, "sh -c 'UNITS=%s/table.dat.units; %s'", c->folder, deed);
    cr_assert(eq(int, trial_wait(trial_start(command, NULL)), 0));
    cr_assert(eq(int, kill(process, SIGCONT), 0));
    cr_assert(eq(int, trial_wait(process), 1));
    const char *said = trial_text(said_path);
    cr_assert(eq(sz, fault_lines(said), 1), "%s", said);
    cr_assert(ne(ptr, strstr(said, reason), NULL), "'%s' lacks '%s'", said, reason);
    cr_assert(ne(ptr, strstr(said, c->folder), NULL), "%s", said);
    snprintf(command, sizeof command, "sh -c 'UNITS=%s/table.dat.units; %s'", c->folder, undo);
    cr_assert(eq(int, trial_wait(trial_start(command, NULL)), 0));
    fault_recovery(c, c->program->longer, units, trial_units(c->folder, units));
}

/* A temporary file may stay where nothing may be removed. */
static void make_read_only(const fault_case *c) {
    change_the_folder(c, "chmod -R a-w $UNITS", "chmod -R u+w $UNITS", "Permission denied");
}

Test(faults_files, folder_made_read_only) { fault_meet("readonly", 6, true, make_read_only); }

static void replace_by_a_file(const fault_case *c) {
    change_the_folder(c, "mv $UNITS $UNITS-away && touch $UNITS",
                      "rm $UNITS && mv $UNITS-away $UNITS", "Not a directory");
}

Test(faults_files, folder_replaced_by_a_file) {
    fault_meet("replaced", 7, true, replace_by_a_file);
}

/* A folder that is gone is made again; what it held is still in memory. */
static void remove_the_folder(const fault_case *c) {
    char command[512], said_path[160];
    snprintf(said_path, sizeof said_path, "%s-said", c->folder);
    const pid_t process = fault_hold(c, "", "--quiet", said_path);
    snprintf(command, sizeof command, "sh -c 'mv %s/*.units %s-gone.units'", c->folder, c->folder);
    cr_assert(eq(int, trial_wait(trial_start(command, NULL)), 0));
    cr_assert(eq(int, kill(process, SIGCONT), 0));
    cr_assert(eq(int, trial_wait(process), 0), "%s", trial_text(said_path));
    cr_assert(trial_same_results(c->whole, c->folder));
    snprintf(command, sizeof command, "rm -rf %s-gone.units", c->folder);
    cr_assert(eq(int, trial_wait(trial_start(command, NULL)), 0));
}

Test(faults_files, folder_removed) { fault_meet("removed", 8, true, remove_the_folder); }

/* The same where another thread was quicker to make it again: what was being written went with the
 * old one. */
static void replace_the_folder(const fault_case *c) {
    char said[8192];
    const char *command =
        fault_command(fault_preloaded("FAULT_GONE=3"), c->program->small, c->folder, "--quiet");
    cr_assert(eq(int, trial_run(command, said, sizeof said), 0), "%s", said);
    cr_assert(trial_same_results(c->whole, c->folder));
}

Test(faults_files, folder_removed_and_made_again) {
    fault_meet("again", 9, false, replace_the_folder);
}

/* --- damaged units --- */

static void damage_units(const fault_case *c) {
    trial_unit units[TRIAL_UNITS];
    char said[8192];
    fault_undisturbed(c->program->small, c->folder, "--quiet");
    const size_t count = trial_units(c->folder, units);
    cr_assert(lt(sz, 3, count));
    const char *cut = units[1].path, *flipped = units[count - 1].path;
    cr_assert(eq(int, truncate(cut, 100), 0)); /* in the head, before the checksum */
    FILE *file = fopen(flipped, "r+");
    cr_assert(file != NULL && fseek(file, -3, SEEK_END) == 0); /* of a number or an end of line */
    const int byte = fgetc(file);
    cr_assert(fseek(file, -3, SEEK_END) == 0 && fputc(byte ^ 1, file) == (byte ^ 1) &&
              fclose(file) == 0);
    const char *command = fault_command("", c->program->small, c->folder, "");
    cr_assert(eq(int, trial_run(command, said, sizeof said), 0), "%s", said);
    const char *const named[] = {cut, flipped}, *const reasons[] = {"its line '", "its "};
    for (int i = 0; i < 2; i++) {
        char expected[400];
        snprintf(expected, sizeof expected, ": %s: %s", named[i], reasons[i]);
        const char *line = strstr(said, expected);
        cr_assert(line != NULL, "'%s' lacks '%s'", said, expected);
        cr_assert(strncmp(strchr(line, ';'), "; it is computed again\n", 23) == 0, "%s", line);
    }
    cr_assert(eq(sz, trial_untouched(units, count), count - 2));
    cr_assert(trial_same_results(c->whole, c->folder));
    fault_recovery(c, c->program->small, units, 0);
}

Test(faults_files, damaged_units) { fault_meet("damaged", 12, false, damage_units); }

/* --- standard streams --- */

/* With stderr closed the next file that is opened would be it: what is said may not end in a file
 * of the run. */
static void close_the_streams(const fault_case *c) {
    char path[300];
    struct stat lock;
    trial_unit units[TRIAL_UNITS];
    const char *command = fault_command("", c->program->small, c->folder, "2>&-");
    cr_assert(eq(int, trial_wait(trial_start(command, NULL)), 0));
    const size_t count = trial_units(c->folder, units);
    cr_assert(lt(sz, 0, count));
    snprintf(path, sizeof path, "%.*s/.lock", (int)(strrchr(units[0].path, '/') - units[0].path),
             units[0].path);
    cr_assert(eq(int, stat(path, &lock), 0), "%s", path);
    cr_assert(eq(int, (int)lock.st_size, 0), "messages were written to %s", path);
    fault_recovery(c, c->program->small, units, count);
}

Test(faults_files, closed_streams) { fault_meet("closed", 13, false, close_the_streams); }

/* What cannot be said does not stop a run; what is the answer itself must reach its reader. */
static void fill_the_streams(const fault_case *c) {
    char said[8192];
    const char *command = fault_command("", c->program->small, c->folder, "2>/dev/full");
    cr_assert(eq(int, trial_wait(trial_start(command, NULL)), 0));
    cr_assert(trial_same_results(c->whole, c->folder));
    command = fault_command("", c->program->small, c->folder, "--predict >/dev/full");
    cr_assert(eq(int, trial_run(command, said, sizeof said), 1));
    cr_assert(
        ne(ptr, strstr(said, "standard output: cannot be written: No space left on device"), NULL),
        "%s", said);
}

Test(faults_files, full_streams) { fault_meet("streams", 14, false, fill_the_streams); }
