/* The built programs as their users run them: what they print, and the released program replayed.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/npy.h"
#include "io/table.h"
#include "tests/support/fixture.h"

TestSuite(programs, .timeout = 120);

static const char *const experiments[] = {"loss-dynamics", "error-heatmap", "width-sweep",
                                          "subnet-sweep"};
enum { EXPERIMENTS = 4 };

static const char *fresh_folder(const char *name) {
    char command[512], said[256];
    const char *folder = fixture_folder(name);
    snprintf(command, sizeof command, "rm -rf %s && mkdir -p %s", folder, folder);
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0));
    return folder;
}

/* The released program's trajectory through the program itself: losses to 6 digits, final weights
 * to 1e-5. */
static void replay(const char *reference) {
    char command[1024], said[4096], path[512];
    const char *folder = fresh_folder("replay");
    snprintf(command, sizeof command,
             "BIN/loss-dynamics --init %s --unselected zero --quiet --save-weights %s/end.npz "
             "--out %s/run.dat",
             reference, folder, folder);
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    table_data rows;
    npy_array loss, expected, weights;
    snprintf(path, sizeof path, "%s/run.dat", folder);
    cr_assert(eq(int, table_read(path, &rows), OK), "%s", error_text());
    cr_assert(eq(int, npz_read(reference, "loss", &loss), OK));
    cr_assert(eq(int, npz_read(reference, "final_weights", &expected), OK));
    snprintf(path, sizeof path, "%s/end.npz", folder);
    cr_assert(eq(int, npz_read(path, "weights", &weights), OK));
    size_t found = 0;
    int phase = table_column(&rows, "phase"), mean = table_column(&rows, "mean");
    for (size_t k = 0; k < rows.rows; k++) {
        const char *word = rows.text[k * rows.columns + (size_t)phase];
        if (strcmp(word, "whole") != 0 && strcmp(word, "aggregated") != 0) { continue; }
        cr_assert(lt(sz, found, loss.count));
        double value = rows.values[k * rows.columns + (size_t)mean];
        cr_expect(le(dbl, fabs(value - loss.values[found]), 5e-6 * loss.values[found]),
                  "%s round %zu", reference, found);
        found++;
    }
    cr_expect(eq(sz, found, loss.count));
    double worst = 0, largest = 0;
    cr_assert(eq(sz, weights.count, expected.count));
    for (size_t k = 0; k < weights.count; k++) {
        double difference = fabs(weights.values[k] - expected.values[k]);
        worst = difference <= worst ? worst : difference;
        largest = fmax(largest, fabs(expected.values[k]));
    }
    cr_expect(le(dbl, worst, 1e-5 * largest));
    table_data_free(&rows), npy_free(&loss), npy_free(&expected), npy_free(&weights);
}

Test(programs, loss_dynamics_replays_the_released_program) {
    replay("tests/reference/replay-bernoulli.npz");
    replay("tests/reference/replay-bernoulli-unselected.npz");
    replay("tests/reference/replay-categorical.npz");
}

/* The run that is kept is the one in the table, computed with it or, where that was there already,
 * once more: the same bytes. */
Test(programs, a_run_that_is_kept_is_that_of_the_table) {
    static const char small[] = "BIN/loss-dynamics --samples 40 --width 50 --subnets 3 --xi 0.5 "
                                "--rounds 4 --repeats 1 --threads 1 --quiet";
    char command[2000], said[4096], whole[300], kept[300];
    const char *folder = fresh_folder("kept");
    snprintf(whole, sizeof whole, "%s/whole.dat", folder);
    snprintf(kept, sizeof kept, "%s/kept.dat", folder);
    snprintf(command, sizeof command,
             "%s --out %s && for time in first second; do %s --out %s --save-weights "
             "%s/$time.w.npz --save-outputs %s/$time.o.npz --save-kernel %s/$time.k.npz || exit 1; "
             "done; for what in w o k; do cmp %s/first.$what.npz %s/second.$what.npz || exit 2; "
             "done; grep '^# units: 0 computed, 1 read' %s || exit 3",
             small, whole, small, kept, folder, folder, folder, folder, folder, kept);
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    cr_expect(fixture_same_rows(whole, kept));
}

Test(programs, help_and_version_exit_0) {
    char command[256], said[4096];
    for (size_t k = 0; k < EXPERIMENTS; k++) {
        for (int version = 0; version < 2; version++) {
            snprintf(command, sizeof command, "BIN/%s --%s | grep -q .", experiments[k],
                     version ? "version" : "help");
            cr_expect(eq(int, fixture_run(command, said, sizeof said), 0), "%s", command);
            cr_expect(eq(str, said, ""));
        }
    }
}

/* A cell that diverges has no value; the others stay, and a line says so. */
/* argp, which prints them, ends the process by itself. */
Test(programs, help_and_version_that_cannot_be_written) {
    static const char *const said_by[] = {"BIN/error-heatmap", "TOOL/drift", "TOOL/claims",
                                          "TOOL/compare-results", "TOOL/statements"};
    char command[256], said[4096], line[256];
    for (size_t k = 0; k < 5; k++) {
        snprintf(line, sizeof line,
                 "%s: standard output: cannot be written: No space left on device; send it "
                 "elsewhere\n",
                 strchr(said_by[k], '/') + 1);
        for (int version = 0; version < 2; version++) {
            snprintf(command, sizeof command, "%s --%s >/dev/full", said_by[k],
                     version ? "version" : "help");
            cr_expect(eq(int, fixture_run(command, said, sizeof said), 1), "%s", command);
            cr_expect(eq(str, said, line), "%s", command);
        }
    }
}

Test(programs, a_diverged_cell_is_marked) {
    const char *folder = fresh_folder("diverged");
    char command[1024], said[4096], path[512];
    snprintf(command, sizeof command,
             "BIN/loss-dynamics --samples 40 --width 30 --subnets 2 --xi 0.9,0.5 --lr 0.05,1e7 "
             "--rounds 3 --repeats 2 --out %s/x.dat",
             folder);
    cr_expect(eq(int, fixture_run(command, said, sizeof said), 0));
    cr_expect(ne(ptr, strstr(said, "diverged: 1 of 2 cells"), NULL), "%s", said);
    table_data rows;
    snprintf(path, sizeof path, "%s/x.dat", folder);
    cr_assert(eq(int, table_read(path, &rows), OK));
    size_t last = rows.rows - 1, mean = (size_t)table_column(&rows, "mean");
    cr_expect(isnan(rows.values[last * rows.columns + mean]));
    cr_expect(gt(dbl, rows.values[(rows.rows / 2 - 1) * rows.columns + mean], 0));
    table_data_free(&rows);
}
