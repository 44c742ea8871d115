/* What the lists --xi and --lr mean together, and where the data are found. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "tests/support/fixture.h"

TestSuite(experiment_options);

#define SMALL " --samples 12 --width 10 --rounds 2 --repeats 2 --threads 1 --quiet "

/* Two command lines are one run. */
static void check_same(const char *test, const char *program, const char *shorter,
                       const char *longer) {
    char command[1024], said[1024], tables[2][256];
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
