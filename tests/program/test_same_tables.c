/* What is made of tables - claims, statements, report - depends on their rows alone: not on how the
 * tables came about, nor on the threads, the terminal or the shard with which it is made.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/fixture.h"
#include "tests/support/program_list.h"
#include "tests/support/trial.h"

TestSuite(same_tables, .timeout = 1800);

static char tables[128], first[128]; /* the folder of all tables; what was made of them first */

/* FOLDER/NAME.EXTENSION (static buffers, two in turn). */
static const char *file_of(const char *folder, const char *name, const char *extension) {
    static char paths[2][256];
    static int next;
    char *path = paths[next++ % 2];
    snprintf(path, sizeof paths[0], "%s/%s.%s", folder, name, extension);
    return path;
}

/* Runs it; at these sizes a statement may be refuted (exit 3), which is a result like any other. */
static void run(const char *command) {
    char said[8192];
    const int code = trial_run(command, said, sizeof said);
    cr_assert(code == 0 || code == 3, "%s: exit %d: %s", command, code, said);
}

/* Computes one program's tables: on one thread, or in shards that two threads gather. */
static void compute_one(const char *command, const char *name, int shards) {
    char whole[1024], part[1100];
    snprintf(whole, sizeof whole, "%s --quiet --out %s", command, file_of(tables, name, "dat"));
    for (int k = shards; k >= 1; k--) {
        snprintf(part, sizeof part, "%s --threads 1 --shard %d/%d", whole, k, shards);
        run(part);
    }
    strcat(whole, shards ? " --threads 2" : " --threads 1");
    run(whole);
}

static void compute(int shards) {
    char name[64], zero[512];
    for (size_t k = 0; k < PROGRAM_COUNT; k++) {
        const char *command = PROGRAMS[k].small, *begin = strchr(command, '/') + 1;
        if (!program_is_here(&PROGRAMS[k])) { continue; }
        snprintf(name, sizeof name, "%.*s", (int)strcspn(begin, " "), begin);
        compute_one(command, name, shards);
        if (strcmp(name, "error-heatmap") == 0) {
            snprintf(zero, sizeof zero, "%s --unselected zero", command);
            compute_one(zero, "error-heatmap-zero", shards);
        }
    }
}

/* The commands that make claims, statements and report, the first of them first: each needs those
 * before it. */
static const char *command_of(size_t which, const char *more) {
    static char command[2048];
    const char *const formats[] = {
        "TOOL/claims --loss %1$s/loss-dynamics.runs.dat --heatmap %1$s/error-heatmap.runs.dat "
        "--heatmap-zero %1$s/error-heatmap-zero.runs.dat --width %1$s/width-sweep.runs.dat "
        "--subnet %1$s/subnet-sweep.runs.dat --out %1$s/claims.dat %2$s",
        "TOOL/statements --results %1$s --out %1$s/statements.dat %2$s",
        "TOOL/report --results %1$s --out %1$s/REPORT.md %2$s"};
    snprintf(command, sizeof command, formats[which], tables, more);
    return command;
}

/* Lines of the report that tell how and when the tables were computed. */
static bool is_provenance(const char *line) {
    return strstr(line, "threads") || strstr(line, "| date |");
}

static size_t report_differences(const char *left, const char *right) {
    char x[8192], y[8192];
    FILE *f = fopen(left, "r"), *g = fopen(right, "r");
    cr_assert(f && g);
    size_t differences = 0, lines = 0;
    while (fgets(x, sizeof x, f)) {
        const bool more = fgets(y, sizeof y, g) != NULL;
        lines++;
        if (!more || (strcmp(x, y) != 0 && !is_provenance(x))) {
            differences++;
            cr_log_warn("%s", x);
        }
    }
    differences += fgets(y, sizeof y, g) != NULL;
    cr_expect(lt(sz, 20, lines));
    fclose(f), fclose(g);
    return differences;
}

static void expect_first(void) {
    cr_expect(fixture_same_rows(file_of(first, "claims", "dat"), file_of(tables, "claims", "dat")));
    cr_expect(fixture_same_rows(file_of(first, "statements", "dat"),
                                file_of(tables, "statements", "dat")));
    cr_expect(
        eq(sz, report_differences(file_of(first, "REPORT", "md"), file_of(tables, "REPORT", "md")),
           0));
}

static void make(const char *more) {
    for (size_t which = 0; which < 3; which++) { run(command_of(which, more)); }
}

Test(same_tables, claims_statements_report) {
    static char shown[65536];
    char command[1024];
    snprintf(tables, sizeof tables, "%s", trial_folder("same-tables"));
    snprintf(first, sizeof first, "%s", trial_folder("same-tables-first"));
    compute(0);
    make("--quiet --threads 1");
    snprintf(command, sizeof command, "cp %s/claims.dat %s/statements.dat %s/REPORT.md %s", tables,
             tables, tables, first);
    run(command);
    make("--threads 3 --shard 2/8"); /* again, over what is there */
    expect_first();
    for (size_t which = 0; which < 3 && trial_has_terminals(); which++) {
        const int code = trial_on_terminal(command_of(which, ""), shown, sizeof shown);
        cr_expect(code == 0 || code == 3, "%s", shown);
    }
    expect_first();
    snprintf(command, sizeof command, "rm -rf %s", tables);
    run(command);
    compute(trial_is_long() ? 8 : 2);
    make("--quiet");
    expect_first();
}
