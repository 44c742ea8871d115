/* Commands that programs print or write to be pasted: they run as they stand there, where the
 * program that named them was started. Theory is double precision alone: in single there is nothing
 * to test.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifdef REAL_DOUBLE

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "study/verdict.h"
#include "tests/support/fixture.h"
#include "tests/support/trial.h"

TestSuite(pasted, .timeout = 600);

static const char ADVISE[] =
    "advise --samples 12 --width 30 --rounds 3 --repeats 2 --run-samples 8 "
    "--trials 60 --delta 0.1";
enum { LEAST_COMMANDS = 6 }; /* of a page */

/* Runs `command` after `enter`, as a shell in that place would; at these sizes a statement may be
 * refuted (3). */
static void run(const char *enter, const char *command) {
    char line[4000], said[4096];
    snprintf(line, sizeof line, "%s && %s", enter, command);
    int code = fixture_run(line, said, sizeof said);
    cr_assert(code == 0 || code == 3, "exit %d of %s: %s", code, line, said);
}

/* The page of advise, started as `called`, and every command of it. */
static void paste_page(const char *enter, const char *called, const char *given) {
    static const char more[] = "    more: ";
    static const char page[] = "build/test-tmp/pasted-page";
    char command[2000], root[1000], *line = NULL;
    size_t size = 0, commands = 0;
    cr_assert(getcwd(root, sizeof root) != NULL);
    snprintf(command, sizeof command, "%s%s --threads 1 %s >'%s/%s-%d'", called, ADVISE, given,
             root, page, (int)getpid());
    run(enter, command);
    snprintf(command, sizeof command, "%s-%d", page, (int)getpid());
    FILE *f = fopen(command, "r");
    cr_assert(f != NULL);
    while (getline(&line, &size, f) > 0) {
        if (strncmp(line, more, strlen(more)) != 0) { continue; }
        line[strcspn(line, "\n")] = '\0';
        cr_expect(eq(int, strncmp(line + strlen(more), called, strlen(called)), 0), "%s", line);
        run(enter, line + strlen(more));
        commands++;
    }
    free(line);
    fclose(f);
    cr_expect(ge(sz, commands, LEAST_COMMANDS));
}

/* From a checkout's top, and nothing is written but beside advise's own table. */
Test(pasted, page_of_a_checkout) {
    char tools[400], given[600], list[700], said[100];
    const char *folder = trial_folder("pasted-here");
    fixture_expand("TOOL/", tools, sizeof tools);
    snprintf(given, sizeof given, "--data data/digits.npz --out %s/asked.dat", folder);
    paste_page("true", tools, given);
    snprintf(list, sizeof list, "test -s %s/asked.loss-dynamics.dat && ! ls %s | grep -qv ^asked",
             folder, folder);
    cr_expect(eq(int, fixture_run(list, said, sizeof said), 0));
}

/* Installed: bare, found in PATH, in a user's own folder whose name has a blank. */
Test(pasted, page_of_programs_in_path) {
    char tools[400], enter[2000], root[1000];
    const char *folder = trial_folder("pasted-path");
    fixture_expand("TOOL/", tools, sizeof tools);
    cr_assert(getcwd(root, sizeof root) != NULL);
    snprintf(enter, sizeof enter,
             "PATH=$(realpath '%s'):$PATH && mkdir -p '%s/my own' && cd '%s/my own' && cp -f "
             "'%s/data/digits.npz' 'my rows.npz'",
             tools, folder, folder, root);
    paste_page(enter, "", "--data 'my rows.npz'");
}

/* What statements names for tables that are not there is a program that is. */
Test(pasted, commands_of_statements) {
    char command[700], path[300], help[PROGRAM_COMMAND + 40];
    const char *folder = trial_folder("pasted-statements");
    statement_row *rows = NULL;
    size_t count = 0;
    snprintf(path, sizeof path, "%s/statements.dat", folder);
    snprintf(command, sizeof command, "TOOL/statements --quiet --results %s --out %s", folder,
             path);
    run("true", command);
    cr_assert(eq(int, verdict_read(path, &rows, &count), OK), "%s", error_text());
    cr_assert(gt(sz, count, 0));
    for (size_t k = 0; k < count; k++) {
        if (k > 0 && strcmp(rows[k].command, rows[k - 1].command) == 0) { continue; }
        snprintf(help, sizeof help, "%s --help", rows[k].command);
        run("true", help);
    }
    free(rows);
}

#else
/* A translation unit is not empty. */
typedef int pasted_is_double;
#endif
