/* Wrong options, given to the built programs: exit 2, or 1 where the run itself fails, one line
 * that names the thing, no crash, no file left behind.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/fixture.h"
#include "tests/support/refused_programs.h"
#include "tests/support/refusal.h"

TestSuite(bad_input, .timeout = 3000);

/* One of 64 values too many. */
#define MANY                                                                                     \
    "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33," \
    "34,35,36,37,"                                                                               \
    "38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59,60,61,62,63,64,65"

/* The options of a program with an argument, from its --help: "--name" and what it is called there.
 */
typedef struct {
    char name[32], kind[16];
} option_text;

static size_t options_of(const char *program, option_text *list, size_t room) {
    char command[128], said[16384];
    size_t count = 0;
    snprintf(command, sizeof command, "%s --help 1>&2", program);
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    for (char *line = strtok(said, "\n"); line; line = strtok(NULL, "\n")) {
        if (count < room &&
            sscanf(line, " %31[-a-z]=%15[A-Z/]", list[count].name, list[count].kind) == 2) {
            count++;
        }
    }
    return count;
}

/* Every option of every program: no name of a file is empty, nothing else takes what is no number
 * and no word. */
Test(bad_input, every_option) {
    static const char *const bad[] = {
        "''", "x", "nan", "-1", "1e999", "1e300", "99999999999999999999", "0.5,-1", "'1 '"};
    const char *folder = refusal_folder("bad-input-every");
    size_t seen = 0;
    for (size_t p = 0; p < programs_of_precision(PROGRAMS); p++) {
        option_text options[64];
        size_t count = options_of(programs[p], options, sizeof options / sizeof *options);
        for (size_t k = 0; k < count; k++) {
            const option_text *o = &options[k];
            char arguments[128];
            bool path = strcmp(o->kind, "FILE") == 0 || strcmp(o->kind, "FOLDER") == 0 ||
                        strcmp(o->kind, "DIR") == 0;
            for (size_t b = 0; b < (path ? 1 : sizeof bad / sizeof *bad); b++) {
                snprintf(arguments, sizeof arguments, "%.40s %.40s", o->name, bad[b]);
                refusal(folder, "", programs[p], arguments, o->name, 2);
            }
            snprintf(arguments, sizeof arguments, "%.40s=1 %.40s 1", o->name, o->name);
            refusal(folder, "", programs[p], arguments, "is given twice", 2);
            refusal(folder, "", programs[p], o->name, "requires an argument", 2);
            seen++;
        }
    }
    cr_expect(lt(sz, 7 * programs_of_precision(PROGRAMS), seen), "%zu options, seven are common",
              seen);
}

/* What every program refuses alike. */
Test(bad_input, common_options) {
    static const struct {
        const char *arguments, *names;
    } bad[] = {
        {"--nonsense", "--nonsense"},
        {"-x", "'x'"},
        {"--s 1", "'--s' is ambiguous"},
        {"--quiet=yes", "given twice"},
        {"--fresh=yes", "--fresh"},
        {"--seed 1 --see 2", "--seed is given twice"},
        {"--shard=1/2 --sha=1/2", "--shard is given twice"},
        {"--seed 1.5", "--seed"},
        {"--seed 0x10", "--seed"},
        {"--seed 18446744073709551616", "--seed"},
        {"--samples 0", "--samples"},
        {"--samples 1000001", "--samples"},
        {"--threads 0", "--threads"},
        {"--threads 1000001", "--threads"},
        {"--threads 2.5", "--threads"},
        {"--shard 1", "--shard"},
        {"--shard 0/3", "--shard"},
        {"--shard 4/3", "--shard"},
        {"--shard -1/3", "--shard"},
        {"--shard ' 1/3'", "--shard"},
        {"--shard 1/+3", "--shard"},
        {"--shard 1/3/3", "--shard"},
        {"--shard 1/100001", "--shard"},
        {"--shard 18446744073709551617/18446744073709551618", "--shard"},
    };
    const char *folder = refusal_folder("bad-input-common");
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        for (size_t p = 0; p < programs_of_precision(PROGRAMS); p++) {
            refusal(folder, "", programs[p], bad[k].arguments, bad[k].names, 2);
        }
    }
}

Test(bad_input, out_option) {
    static const struct {
        const char *arguments, *names;
    } bad[] = {
        {"--out build", "--out: build is not a regular file"},
        {"--out build/no-such-folder/", "--out: build/no-such-folder/"},
        {"--out /dev/null", "--out: /dev/null is not a regular file"},
        {"--out data/digits.npz", "--out: data/digits.npz is the file of --data"},
        {"--out data/../data/digits.npz", "is the file of --data"},
    };
    const char *folder = refusal_folder("bad-input-out");
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        for (size_t p = 0; p < programs_of_precision(PROGRAMS - 1); p++) {
            refusal(folder, "", programs[p], bad[k].arguments, bad[k].names, 2);
        }
    }
}

Test(bad_input, data_option) {
    static const struct {
        const char *arguments, *names;
    } bad[] = {
        {"stray", "'stray'"},
        {"''", "''"},
        {"--samples 5000", "--samples 5000"},
        {"--data /nowhere.npz", "/nowhere.npz: No such file"},
        {"--data \"$(printf 'two\\nlines')\"", "two?lines: No such file"},
        {"--data /", "/: not a regular file"},
    };
    const char *folder = refusal_folder("bad-input-data-option");
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        for (size_t p = 0; p < programs_of_precision(ON_DATA); p++) {
            refusal(folder, "", programs[p], bad[k].arguments, bad[k].names, 2);
        }
    }
}

Test(bad_input, options_of_the_experiments) {
    static const struct {
        const char *arguments, *names;
    } bad[] = {
        {"--width 0", "--width"},
        {"--width 1e3", "--width"},
        {"--width 10,,20", "--width"},
        {"--width 10,20,10", "--width: 10 is given twice"},
        {"--width 10000001", "--width"},
        {"--width " MANY, "--width: more than 64 values"},
        {"--subnets 0", "--subnets"},
        {"--subnets 10001", "--subnets"},
        {"--subnets 2,", "--subnets"},
        {"--mask bernoulli --xi 0", "--xi"},
        {"--mask bernoulli --xi 1.5", "--xi"},
        {"--mask bernoulli --xi 1e-400", "--xi"},
        {"--mask bernoulli --xi 0.5,0.50", "--xi: 0.5 is given twice"},
        {"--mask bernoulli --xi 0.5,0.6 --lr 0.1,0.2,0.3", "--lr: 3 values for 2"},
        {"--mask categorical --xi 0.5", "--xi: categorical"},
        {"--mask categorical --lr 0.1,0.2", "--lr: 2 values for 1"},
        {"--mask Bernoulli", "--mask"},
        {"--lr 0", "--lr"},
        {"--lr 1e10", "--lr"},
        {"--lr 0.1x", "--lr"},
        {"--local-steps 0", "--local-steps"},
        {"--rounds 1000001", "--rounds"},
        {"--repeats 0", "--repeats"},
        {"--repeats 4294967297", "--repeats"},
        {"--unselected drop", "--unselected"},
        {"--kappa 0", "--kappa"},
        {"--kappa 1e7", "--kappa"},
    };
    const char *folder = refusal_folder("bad-input-experiments");
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        for (size_t e = 0; e < EXPERIMENTS; e++) {
            refusal(folder, "", programs[e], bad[k].arguments, bad[k].names, 2);
        }
    }
}

typedef struct {
    const char *arguments, *names;
    int code;
} bad_case;

static void all_refused(const char *name, const char *program, const bad_case *bad, size_t count) {
    const char *folder = refusal_folder(name);
    for (size_t k = 0; k < count; k++) {
        refusal(folder, "", program, bad[k].arguments, bad[k].names, bad[k].code);
    }
}

Test(bad_input, options_of_loss_dynamics) {
#define START "tests/reference/replay-bernoulli.npz"
#define ONE_RUN " --repeats 1 --xi 0.5 --lr 0.1 "
    static const bad_case bad[] = {
        {"--width 10,20", "--width", 2},
        {"--subnets 1,2", "--subnets", 2},
        {"--xi 0.4",
         "--xi: add --lr, one value or one for each xi, or auto; the panel has a rate of its own",
         2},
        {"--xi 0.4,0.5,0.9", "(0.16 for xi=0.8, 0.1 for xi=0.5, 0.06 for xi=0.3)", 2},
        {"--xi 0.8,0.5,0.3 --lr 0.1,0.2", "--lr: 2 values for 3 values of xi", 2},
        {"--mask categorical", "--mask: add --lr, one value", 2},
        {"--init /nowhere.npz", "/nowhere.npz", 2},
        {"--init data/digits.npz", "'weights' is missing", 2},
        {"--init " START " --width 7", "--width", 2},
        {"--init " START " --subnets 7", "--subnets", 2},
        {"--init " START " --rounds 70", "--rounds", 2},
        {"--init " START " --repeats 2", "--repeats", 2},
        {"--init " START " --out " START, "is the file of --init", 2},
        {"--save-weights build/x.npz", "--repeats 1", 2},
        {"--save-weights build/x.npz --shard 1/2" ONE_RUN, "--shard", 2},
        {"--save-weights build/x.npz --out build/x.npz" ONE_RUN, "is the file of --save-weights",
         2},
        {"--init " START " --save-weights " START,
         "--save-weights: " START " is the file of --init", 2},
        {"--data build/test-tmp/weights.npz --save-weights "
         "build/test-tmp/../test-tmp/weights.npz" ONE_RUN,
         "is the file of --data", 2},
        {"--out /dev/null/x.dat" TINY, "/dev/null", 1},
        {"--out /proc/no/x.dat" TINY, "/proc/no", 1},
        {"--repeats 65535 --rounds 1000000 --local-steps 9999 --samples 2 --width 1", "GB are free",
         1},
    };
    char said[256];
    const char *copy =
        "mkdir -p build/test-tmp && cp -f data/digits.npz build/test-tmp/weights.npz";
    cr_assert(eq(int, fixture_run(copy, said, sizeof said), 0));
    all_refused("bad-input-loss", "BIN/loss-dynamics", bad, sizeof bad / sizeof *bad);
    cr_expect(eq(int,
                 fixture_run("cmp data/digits.npz build/test-tmp/weights.npz", said, sizeof said),
                 0),
              "overwritten");
}

Test(bad_input, options_of_the_other_experiments) {
    static const bad_case bad[] = {{"--init x.npz", "--init", 2},
                                   {"--save-weights x.npz", "--save-weights", 2}};
    static const bad_case categorical[] = {{"--xi 0.5", "--xi", 2}, {"--stop no", "--stop", 2}};
    all_refused("bad-input-heatmap-options", "BIN/error-heatmap", bad, 2);
    all_refused("bad-input-width-options", "BIN/width-sweep", bad, 2);
    all_refused("bad-input-subnet-options", "BIN/subnet-sweep", categorical, 2);
}

Test(bad_input, options_of_the_theory) {
    static const struct {
        const char *program, *arguments, *names;
    } bad[] = {
        {"TOOL/bernoulli-rate", "--label 10", "--label: data/digits.npz has label columns 0 to 9"},
        {"TOOL/categorical-rate", "--label 10",
         "--label: data/digits.npz has label columns 0 to 9"},
        {"TOOL/error-floor", "--label 10", "--label: data/digits.npz has label columns 0 to 9"},
        {"TOOL/error-floor", "--mask categorical --xi 0.5",
         "--xi: categorical masks have xi = 1/p"},
        {"TOOL/error-floor", "--order 3", "--order"},
        {"TOOL/error-floor", "--until stopped --paths 0", "--until stopped: no curve to follow"},
        {"TOOL/error-floor", "--lr 0.1,0.2,0.3", "--lr: 3 values for 2 values of --xi"},
        {"TOOL/error-floor", "--cells no-such-table.dat", "no-such-table.dat"},
        {"TOOL/error-floor", "--cells results/published/default/error-heatmap-zero.dat",
         "--unselected zero"},
        {"TOOL/error-floor", "--width 64,64", "--width: 64 is given twice"},
        {"TOOL/drift", "--label 10", "--label: data/digits.npz has label columns 0 to 9"},
        {"TOOL/local-descent", "--label 10", "--label: data/digits.npz has label columns 0 to 9"},
        {"TOOL/mask-moments", "--label 10", "--label: data/digits.npz has label columns 0 to 9"},
        {"TOOL/mask-moments", "--delta 0.6", "--delta"},
        {"TOOL/ntk-concentration", "--delta 1", "--delta"},
        {"TOOL/ntk-concentration", "--xi 0.5,1.5", "--xi"},
        {"TOOL/infinite-ntk", "--widths 64,64", "--widths: 64 is given twice"},
        {"TOOL/infinite-ntk", "--matrix build", "--matrix: build is not a regular file"},
        {"TOOL/infinite-ntk", "--matrix build/x --out build/x", "is the file of --matrix"},
        {"TOOL/infinite-ntk",
         "--data build/test-tmp/data.npz --matrix build/test-tmp/../test-tmp/data.npz",
         "is the file of --data"},
    };
    char said[256];
    const char *folder = refusal_folder("bad-input-theory");
    cr_assert(eq(
        int, fixture_run("cp -f data/digits.npz build/test-tmp/data.npz", said, sizeof said), 0));
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        refusal(folder, "", bad[k].program, bad[k].arguments, bad[k].names, 2);
    }
    cr_expect(
        eq(int, fixture_run("cmp data/digits.npz build/test-tmp/data.npz", said, sizeof said), 0),
        "overwritten");
}

Test(bad_input, options_of_tables) {
    static const bad_case compare[] = {
        {"", "0 paths", 2},
        {"a", "1 paths", 2},
        {"/nowhere.dat data", "/nowhere.dat", 2},
        {"data/digits.npz data/digits.npz", "is not text", 2},
    };
    static const bad_case report[] = {{"stray", "'stray'", 2},
                                      {"--results /nowhere", "/nowhere: has neither", 2},
                                      {"--make 'A=1 '", "'A=1 ' is not", 2},
                                      {"--make 'A=1 `b`'", "NAME=VALUE", 2},
                                      {"--make \"A='b\"", "NAME=VALUE", 2},
                                      {"--make 'A=$(b)'", "NAME=VALUE", 2}};
    static const bad_case statements[] = {{"stray", "'stray'", 2},
                                          {"--results Makefile", "Not a directory", 2}};
    all_refused("bad-input-compare", "TOOL/compare-results", compare,
                sizeof compare / sizeof *compare);
    all_refused("bad-input-report", "TOOL/report", report, sizeof report / sizeof *report);
    all_refused("bad-input-statements", "TOOL/statements", statements, 2);
}

Test(bad_input, options_of_claims) {
    static const bad_case bad[] = {
        {"stray", "'stray'", 2},
        {"--loss a --los b", "--loss is given twice", 2},
        {"--heat x", "'--heat' is ambiguous", 2},
        {"--loss /nowhere.dat", "/nowhere.dat", 2},
        {"--heatmap src", "src: cannot be read", 2},
        {"--heatmap-zero /dev/zero", "/dev/zero: cannot be read", 2},
        {"--width data/digits.npz", "is not text", 2},
        {"--subnet Makefile", "Makefile:", 2},
        {"--loss data/README.md --out data/README.md",
         "--out: data/README.md is the file of --loss", 2},
        {"--print /nowhere.dat", "/nowhere.dat", 2},
        {"--out /proc/no/x.dat", "/proc/no", 1},
    };
    all_refused("bad-input-claims", "TOOL/claims", bad, sizeof bad / sizeof *bad);
}
