/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/fault_case.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/fixture.h"

size_t fault_lines(const char *text) {
    size_t count = 0;
    for (; *text; text++) { count += *text == '\n'; }
    return count;
}

const char *fault_preloaded(const char *settings) {
    static char text[512];
    char path[256];
    fixture_expand("TOOL/fail_write.so", path, sizeof path);
    cr_assert(eq(int, access(path, R_OK), 0), "%s is missing: run the tests with make", path);
    snprintf(text, sizeof text, "env ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=%s %s ", path,
             settings);
    return text;
}

const char *fault_command(const char *before, const char *program, const char *folder,
                          const char *more) {
    static char command[2048];
    snprintf(command, sizeof command, "%s%s --out %s/table.dat %s", before, program, folder, more);
    return command;
}

void fault_undisturbed(const char *program, const char *folder, const char *more) {
    char said[8192];
    const char *command = fault_command("", program, folder, more);
    cr_assert(eq(int, trial_run(command, said, sizeof said), 0), "%s: %s", command, said);
}

void fault_meet(const char *name, size_t turn, bool longer, void (*trial)(const fault_case *)) {
    size_t here = 0, number = 0;
    for (size_t k = 0; k < PROGRAM_COUNT; k++) { here += program_is_here(&PROGRAMS[k]); }
    for (size_t k = 0; k < PROGRAM_COUNT; k++) {
        fault_case c = {.program = &PROGRAMS[k]};
        if (!program_is_here(c.program)) { continue; }
        c.often = number++ == turn % here;
        const bool met =
            sizeof(real) == sizeof(double) && strncmp(c.program->small, "BIN/", 4) == 0;
        if (c.often && met && !trial_is_long()) {
            cr_skip_test("the program whose turn it is meets this fault in single precision");
        }
        if (c.often || trial_is_long()) {
            char part[64];
            snprintf(part, sizeof part, "fault-%s-whole", name);
            snprintf(c.whole, sizeof c.whole, "%s", trial_folder(part));
            snprintf(part, sizeof part, "fault-%s", name);
            snprintf(c.folder, sizeof c.folder, "%s", trial_folder(part));
            fault_undisturbed(longer ? c.program->longer : c.program->small, c.whole, "--quiet");
            trial(&c);
        }
    }
}

void fault_recovery(const fault_case *c, const char *program, const trial_unit *units,
                    size_t count) {
    trial_unit whole[TRIAL_UNITS], now[TRIAL_UNITS];
    fault_undisturbed(program, c->folder, "--quiet");
    cr_assert(eq(sz, trial_untouched(units, count), count),
              "%s: a finished unit was computed again", program);
    cr_assert(eq(sz, trial_units(c->folder, now), trial_units(c->whole, whole)));
    cr_assert(trial_same_results(c->whole, c->folder), "%s: %s and %s differ", program, c->whole,
              c->folder);
}

pid_t fault_hold(const fault_case *c, const char *before, const char *more, const char *said) {
    trial_unit units[TRIAL_UNITS];
    char command[512];
    const size_t total = trial_units(c->whole, units);
    for (int attempt = 0; attempt < 10; attempt++) {
        const pid_t process =
            trial_start(fault_command(before, c->program->longer, c->folder, more), said);
        trial_wait_for_units(c->folder, 2);
        if (trial_hold(process) && trial_units(c->folder, units) + 4 <= total) { return process; }
        kill(process, SIGKILL); /* the machine was so busy that the moment has passed */
        waitpid(process, NULL, 0);
        snprintf(command, sizeof command, "rm -rf %s/table.dat.units", c->folder);
        cr_assert(eq(int, trial_wait(trial_start(command, NULL)), 0));
    }
    cr_fatal("%s: its middle was never met", c->program->longer);
    return -1;
}

void fault_no_part(const fault_case *c) {
    cr_assert(trial_results_agree(c->folder, c->whole), "%s: a table of %s was written in part",
              c->program->small, c->folder);
}
