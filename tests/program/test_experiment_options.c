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
