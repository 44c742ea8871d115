/* Wrong files, a full disk and runs that diverge, given to the built programs: exit 2, or 1 where the
 * run itself fails, one line that names the thing, no crash, no file left behind.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/bad_files.h"
#include "tests/support/fixture.h"
#include "tests/support/refusal.h"
#include "tests/support/refused_programs.h"
#include "tests/support/trial.h"

TestSuite(bad_files, .timeout = 3000);

/* A cell diverges, the disk is full before the first unit is on it: no folder of units stays
 * either. */
Test(bad_files, nothing_is_left_of_a_run_that_computed_nothing) {
#ifdef __clang__
    cr_skip_test("the OpenMP of LLVM ends a program that may write no file, for its shared memory");
#endif
    const char *folder = refusal_folder("bad-input-nothing");
    for (size_t e = 0; e < EXPERIMENTS; e++) {
        refusal(folder, "trap '' XFSZ; ulimit -f 0;", programs[e], TINY, "cannot be written", 1);
    }
}

/* A run that diverges has its tables all the same, without numbers, and says so in one line. */
Test(bad_files, diverged) {
    const char *folder = refusal_folder("bad-input-diverged");
    char command[512], said[1024], path[256];
    for (size_t e = 0; e < EXPERIMENTS; e++) {
        snprintf(command, sizeof command,
                 "%s" TINY "--lr 1e8 --local-steps 9 --quiet --out %s/bad.dat", programs[e],
                 folder);
        cr_expect(eq(int, fixture_run(command, said, sizeof said), 0), "%s: %s", command, said);
        cr_expect(strstr(said, "diverged: ") && strchr(said, '\n') && !strchr(said, '\n')[1],
                  "%s: %s", command, said);
        snprintf(path, sizeof path, "%s/bad.dat", folder);
        cr_expect(ne(ptr, strstr(trial_text(path), "\n# diverged: "), NULL), "%s", command);
        cr_expect(ne(ptr, strstr(trial_text(path), " nan"), NULL), "%s", command);
    }
}

/* --- files --- */

/* Makes the files in a folder of their own and gives each to one of the programs, in turn. */
static void files_refused(const char *name, void (*make)(const char *folder, bad_file_list *list),
                          const char *const *takers, size_t count, const char *option) {
    static bad_file_list list;
    char files[256], test[64];
    snprintf(test, sizeof test, "%s-files", name);
    snprintf(files, sizeof files, "%s", refusal_folder(test));
    make(files, &list);
    const char *folder = refusal_folder(name);
    for (size_t k = 0; k < list.count; k++) {
        char arguments[400];
        snprintf(arguments, sizeof arguments, "%s %s", option, list.files[k].path);
        refusal(folder, "", takers[k % count], arguments, list.files[k].names, 2);
    }
    cr_expect(eq(sz, (size_t)refusal_entries(files, test), list.count),
              "the files stay as they are");
}

Test(bad_files, data_sets) {
    files_refused("bad-input-data", bad_data_sets, programs, programs_of_precision(ON_FEW),
                  "--samples 4 --data");
    cr_expect(ne(int, access("build/test-tmp/features.npy", F_OK), 0),
              "a member's path leads nowhere");
    cr_expect(ne(int, access("/tmp/features.npy", F_OK), 0), "a member's path leads nowhere");
}

Test(bad_files, starts) { files_refused("bad-input-init", bad_starts, programs, 1, "--init"); }

static const char *const claims[] = {"TOOL/claims"};

Test(bad_files, tables) {
    files_refused("bad-input-runs", bad_run_tables, claims, 1, "--loss");
    files_refused("bad-input-heatmap", bad_heatmap_tables, claims, 1, "--heatmap");
    files_refused("bad-input-verdicts", bad_verdict_tables, claims, 1, "--print");
}

/* Labels that are all one number, but not 0, are data like any other (model/dataset.h). */
Test(bad_files, constant_labels_are_taken) {
    char path[300], command[600], said[1024];
    const char *folder = refusal_folder("bad-input-constant");
    snprintf(path, sizeof path, "%s/data.npz", folder);
    constant_labels(path);
    snprintf(command, sizeof command,
             "BIN/loss-dynamics --data %s --width 5 --rounds 1 --repeats 1 --quiet --out %s/x.dat",
             path, folder);
    cr_expect(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    cr_expect(eq(str, said, ""));
}
