/* What the lists --xi and --lr mean together, and where the data are found.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "io/table.h"
#include "tests/support/fixture.h"

TestSuite(experiment_options);

#define SMALL " --samples 12 --width 10 --rounds 2 --repeats 2 --threads 1 --quiet "

/* Two command lines are one run. */
static void check_same(const char *test, const char *program, const char *shorter,
                       const char *longer) {
    char command[2048], said[1024], tables[2][256];
    const char *const arguments[2] = {shorter, longer};
    const char *folder = fixture_folder(test);
    for (int k = 0; k < 2; k++) {
        snprintf(tables[k], sizeof tables[k], "%s/%d.dat", folder, k);
        snprintf(command, sizeof command, "rm -rf %s*; %s" SMALL "%s --out %s", tables[k], program,
                 arguments[k], tables[k]);
        cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s: %s", command, said);
    }
    cr_expect(eq(int, fixture_same_rows(tables[0], tables[1]), 1), "%s: '%s' is not '%s'", program,
              shorter, longer);
}

/* A panel's own rates belong to its own xi, in whatever order and number they are given. */
Test(experiment_options, rates_follow_xi) {
    check_same("options-one", "BIN/loss-dynamics", "--xi 0.5", "--xi 0.5 --lr 0.1");
    check_same("options-two", "BIN/loss-dynamics", "--xi 0.30,0.8", "--xi 0.3,0.8 --lr 0.06,0.16");
    check_same("options-width", "BIN/width-sweep", "--xi 0.3", "--xi 0.3 --lr 0.06");
    check_same("options-mask", "BIN/width-sweep", "--mask categorical --subnets 2",
               "--mask categorical --subnets 2 --lr 0.1");
}

/* One rate is every xi's. */
Test(experiment_options, one_rate_for_all) {
    check_same("options-rate", "BIN/loss-dynamics", "--xi 0.4,0.9 --lr 0.1",
               "--xi 0.4,0.9 --lr 0.1,0.1");
    check_same("options-heatmap", "BIN/error-heatmap", "--subnets 2 --xi 0.45",
               "--subnets 2 --xi 0.45 --lr 0.1");
}

/* A rate that is said for one width is lr W/m at another. */
Test(experiment_options, rate_of_a_width) {
    check_same("options-lr-width", "BIN/width-sweep", "--subnets 2 --xi 0.5 --lr 0.2 --lr-width 20",
               "--subnets 2 --xi 0.5 --lr 0.4");
}

/* --at-most is --samples, or all rows where the file has fewer. */
Test(experiment_options, at_most) {
    char said[1024];
#define RUN \
    "BIN/subnet-sweep --subnets 1 --width 10 --repeats 1 --quiet --out build/test-tmp/at.dat "
    const char *folder = fixture_folder("options-at-most");
    char command[1024], paths[2][256];
    for (int k = 0; k < 2; k++) {
        snprintf(paths[k], sizeof paths[k], "%s/%d.dat", folder, k);
        snprintf(command, sizeof command,
                 "BIN/subnet-sweep --subnets 1 --width 10 --repeats 1 --threads 1 --quiet %s "
                 "--out %s",
                 k ? "--samples 7" : "--at-most 7", paths[k]);
        cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    }
    cr_expect(eq(int, fixture_same_rows(paths[0], paths[1]), 1));
    cr_expect(eq(int, fixture_run(RUN "--at-most 5000 --predict", said, sizeof said), 0));
    cr_expect(eq(int, fixture_run(RUN "--samples 5000 --predict", said, sizeof said), 2));
    cr_expect(eq(int, fixture_run(RUN "--samples 5 --at-most 5", said, sizeof said), 2));
    cr_expect(ne(ptr, strstr(said, "give one of them"), NULL), "%s", said);
}

/* Patience belongs to the rule: without one it is refused; more of it never ends a run sooner. */
Test(experiment_options, stop_and_patience) {
    char said[1024], path[256], command[1024];
    const char *folder = fixture_folder("options-stop");
    const char *const given[] = {"", "--patience 0", "--patience 7", "--stop no"};
    double rounds[4];
    cr_expect(eq(
        int, fixture_run("BIN/error-heatmap --stop no --patience 3 --predict", said, sizeof said),
        2));
    cr_expect(ne(ptr, strstr(said, "--patience: --stop no has no rule"), NULL), "%s", said);
    for (int k = 0; k < 4; k++) {
        snprintf(path, sizeof path, "%s/%d.dat", folder, k);
        snprintf(command, sizeof command,
                 "BIN/error-heatmap --samples 30 --width 20 --subnets 2 --xi 0.5 --repeats 3 "
                 "--rounds 90 --threads 1 --quiet %s --out %s",
                 given[k], path);
        cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
        table_data t;
        cr_assert(eq(int, table_read(path, &t), OK));
        rounds[k] = table_value(&t, 0, table_column(&t, "rounds"));
        double settled = table_value(&t, 0, table_column(&t, "settled"));
        cr_expect(settled >= 0 && settled <= 1);
        table_data_free(&t);
    }
    cr_expect(eq(dbl, rounds[0], rounds[1]), "the panel's own patience is 0");
    cr_expect(gt(dbl, rounds[2], rounds[1]));
    cr_expect(eq(dbl, rounds[3], 90));
}

/* More repetitions continue a run: units that are there are read. */
Test(experiment_options, more_repetitions_continue) {
    char said[1024], path[256], command[1024], units[128];
    snprintf(path, sizeof path, "%s/x.dat", fixture_folder("options-continue"));
    for (int repeats = 2; repeats <= 5; repeats += 3) {
        snprintf(command, sizeof command,
                 "%s BIN/subnet-sweep --samples 20 --width 20 --subnets 1,2 --repeats %d --threads "
                 "1 --quiet --out %s",
                 repeats == 2 ? "rm -rf build/test-tmp/options-continue/*;" : "", repeats, path);
        cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    }
    table_data t;
    cr_assert(eq(int, table_read(path, &t), OK));
    cr_expect(table_note_of(&t, "units", units, sizeof units));
    cr_expect(eq(str, units, "6 computed, 4 read, 0 repaired"));
    table_data_free(&t);
}

/* A start belongs to one xi. */
Test(experiment_options, a_start_is_of_one_xi) {
    char said[1024];
    cr_expect(eq(int,
                 fixture_run("BIN/loss-dynamics --init tests/reference/replay-bernoulli.npz "
                             "--xi 0.3,0.5 --lr 0.1 --out build/test-tmp/init.dat",
                             said, sizeof said),
                 2));
    cr_expect(ne(ptr, strstr(said, "--init: a start is trained at one xi"), NULL), "%s", said);
}

/* --help has the defaults that differ from program to program. */
Test(experiment_options, help_tells_true_defaults) {
    static const char *const programs[][3] = {
        {"width-sweep", "(default 100)", "(default first)"},
        {"error-heatmap", "(default all)", "(default first)"},
        {"ntk-concentration", "(default 200)", "(default spread)"},
        {"error-floor", "(default 24)", "(default spread)"},
        {"drift", "(default 100, of the practical", "(default spread)"},
        {"infinite-ntk", "(default all)", "(default spread)"}};
    for (size_t k = 0; k < sizeof programs / sizeof *programs; k++) {
        char line[300], said[8192];
        snprintf(line, sizeof line, "%s/%s --help | tr -s ' \\n' ' ' >&2", k < 2 ? "BIN" : "TOOL",
                 programs[k][0]);
        cr_assert(eq(int, fixture_run(line, said, sizeof said), 0));
        snprintf(line, sizeof line, "take N rows %s", programs[k][1]);
        cr_expect(ne(ptr, strstr(said, line), NULL), "%s: %s", programs[k][0], said);
        snprintf(line, sizeof line, "closest pair in it %s", programs[k][2]);
        cr_expect(ne(ptr, strstr(said, line), NULL), "%s: %s", programs[k][0], said);
        snprintf(line, sizeof line, "table to write (default results/%s.dat)", programs[k][0]);
        cr_expect(ne(ptr, strstr(said, line), NULL), "%s: %s", programs[k][0], said);
    }
}
