/* Masks of a user's own, --masks: the replays of the released program, masks that a run wrote, and
 * files that are refused.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "io/npy.h"
#include "tests/support/fixture.h"
#include "tests/support/refusal.h"

TestSuite(own_masks, .timeout = 300);

static void run_of(const char *where, const char *arguments) {
    char command[2048], said[1024];
    snprintf(command, sizeof command, "%s/%s --threads 1 --quiet", where, arguments);
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s: %s", command, said);
}

static void run(const char *arguments) { run_of("BIN", arguments); }

/* path <- some arrays of a reference, each as it is; the first mask of `masks` turned where asked. */
static void copy(const char *path, const char *reference, const char *const *names, size_t count,
                 bool turned) {
    npy_array arrays[8] = {{.values = NULL}};
    npy_output outputs[8];
    for (size_t k = 0; k < count; k++) {
        npy_array *a = &arrays[k];
        cr_assert(eq(int, npz_read(reference, names[k], a), OK), "%s", error_text());
        if (turned && strcmp(names[k], "masks") == 0) { a->values[0] = 1 - a->values[0]; }
        outputs[k] =
            (npy_output){.name = names[k], .type = "f8", .rank = a->rank, .values = a->values};
        memcpy(outputs[k].shape, a->shape, sizeof outputs[k].shape);
    }
    cr_assert(eq(int, npz_write(path, outputs, count), OK), "%s", error_text());
    for (size_t k = 0; k < count; k++) { npy_free(&arrays[k]); }
}

/* A reference's start without its masks, and these by --masks: the run of --init alone; one entry of
 * them turned: another one. */
Test(own_masks, the_released_program_is_replayed) {
    static const char *const names[] = {"replay-bernoulli", "replay-bernoulli-unselected",
                                        "replay-categorical"};
    static const char *const start[] = {"weights", "signs", "samples", "xi", "lr", "local_steps"};
    static const char *const masks[] = {"masks", "xi"};
    const char *folder = fixture_folder("own-masks");
    for (size_t k = 0; k < 3; k++) {
        char reference[128], paths[4][256], arguments[1500];
        snprintf(reference, sizeof reference, "tests/reference/%s.npz", names[k]);
        for (int i = 0; i < 4; i++) {
            static const char *const ends[] = {"start.npz", "masks.npz", "given.dat", "own.dat"};
            snprintf(paths[i], sizeof paths[i], "%s/%s-%s", folder, names[k], ends[i]);
        }
        copy(paths[0], reference, start, 6, false);
        snprintf(arguments, sizeof arguments,
                 "loss-dynamics --fresh --init %s --unselected zero --out %s", reference, paths[2]);
        run(arguments);
        for (int turned = 0; turned < 2; turned++) {
            copy(paths[1], reference, masks, 2, turned);
            snprintf(arguments, sizeof arguments,
                     "loss-dynamics --fresh --init %s --masks %s --unselected zero --out %s",
                     paths[0], paths[1], paths[3]);
            run(arguments);
            cr_expect(eq(int, fixture_same_rows(paths[2], paths[3]), !turned), "%s, turned %d",
                      names[k], turned);
        }
    }
}

/* The masks that a run drew and kept are the same run again: of every panel, whose first cell has
 * the same streams. */
Test(own_masks, masks_that_were_drawn) {
    const char *folder = fixture_folder("own-masks-drawn");
    char arguments[1500], tables[2][256];
#define CELL "--samples 20 --width 30 --subnets 3 --lr 0.1 --local-steps 2 --repeats 1 "
    snprintf(arguments, sizeof arguments,
             "loss-dynamics --fresh " CELL "--xi 0.5 --rounds 12 --out %s/kept.dat --save-weights "
             "%s/kept.npz",
             folder, folder);
    run(arguments);
    static const char *const panels[] = {"loss-dynamics", "error-heatmap", "width-sweep",
                                         "subnet-sweep --mask bernoulli"};
    for (size_t k = 0; k < 4; k++) {
        for (int own = 0; own < 2; own++) {
            snprintf(tables[own], sizeof tables[own], "%s/%zu-%d.dat", folder, k, own);
            snprintf(arguments, sizeof arguments,
                     "%s --fresh " CELL "--xi 0.5 --rounds 12 --out %s %s %s%s", panels[k],
                     tables[own], own ? "--masks" : "", own ? folder : "", own ? "/kept.npz" : "");
            run(arguments);
        }
        cr_expect(eq(int, fixture_same_rows(tables[0], tables[1]), 1), "%s", panels[k]);
    }
}

Test(own_masks, what_does_not_fit_is_refused) {
    const char *folder = refusal_folder("own-masks-refused");
    static const double values[2 * 2 * 4] = {1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 1, 0, 0, 1, 0, 1},
                                       wrong[4] = {1, 2, 0, 0}, xi = 0.9;
    char masks[256], two[256], flat[256], scalar[256], arguments[600];
    snprintf(masks, sizeof masks, "build/test-tmp/own-masks.npz");
    snprintf(two, sizeof two, "build/test-tmp/own-masks-two.npz");
    snprintf(flat, sizeof flat, "build/test-tmp/own-masks-flat.npz");
    snprintf(scalar, sizeof scalar, "build/test-tmp/own-masks-xi.npz");
    npy_output output = {
        .name = "masks", .type = "u1", .rank = 3, .shape = {2, 2, 4}, .values = values};
    const npy_output with_xi[] = {output, {.name = "xi", .type = "f8", .values = &xi}};
    cr_assert(eq(int, npz_write(masks, &output, 1), OK));
    cr_assert(eq(int, npz_write(scalar, with_xi, 2), OK));
    output =
        (npy_output){.name = "masks", .type = "u1", .rank = 3, .shape = {1, 1, 4}, .values = wrong};
    cr_assert(eq(int, npz_write(two, &output, 1), OK));
    output.rank = 2;
    cr_assert(eq(int, npz_write(flat, &output, 1), OK));
    const struct {
        const char *file, *more, *names;
    } cases[] = {{masks, "--xi 0.7", "take 0.5 of the neurons, not xi = 0.7"},
                 {scalar, "", "take 0.5 of the neurons, not xi = 0.9"},
                 {masks, "--subnets 3", "leave --subnets out"},
                 {masks, "--width 5", "leave --width out"},
                 {two, "", "write 0 or 1"},
                 {flat, "", "(K, p, m)"},
                 {"data/digits.npz", "", "masks"},
                 {"none.npz", "", "none.npz"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        snprintf(arguments, sizeof arguments,
                 "--samples 10 --rounds 2 --repeats 1 --lr 0.1 --masks %s %s", cases[k].file,
                 cases[k].more);
        refusal(folder, "", "BIN/error-heatmap", arguments, cases[k].names, 2);
    }
}

/* The programs of theory take them, or say which ones do. */
Test(own_masks, programs_of_theory) {
    const char *folder = refusal_folder("own-masks-theory");
    const char *masks = "tests/reference/replay-bernoulli.npz";
    static const struct {
        const char *program, *more, *names;
    } refused[] = {{"mask-moments", "--xi 0.9", "not xi = 0.9"},
                   {"mask-moments", "--subnets 7", "leave --subnets out"},
                   {"mask-moments", "--width 5", "leave --width out"},
                   {"drift", "--width 5", "leave --width out"},
                   {"local-descent", "--xi 0.9", "not xi = 0.9"},
                   {"error-floor", "--xi 0.9", "not xi = 0.9"},
                   {"error-floor", "--along-subnets 2,4", "leave it out"},
                   {"error-floor", "--cells none.dat", "leave --cells or --masks out"},
                   {"ntk-concentration", "--widths 64,128", "leave --widths out"},
                   {"ntk-concentration", "--xi 0.1,0.2", "leave --xi out"},
                   {"bernoulli-rate", "", "taken by loss-dynamics"},
                   {"required-width", "", "taken by loss-dynamics"},
                   {"categorical-rate", "", "taken by loss-dynamics"},
                   {"advise", "", "taken by loss-dynamics"}};
    static const char *const taken[] = {
        "mask-moments --trials 16 --rounds 1", "ntk-concentration --trials 2",
        "drift --rounds 1 --repeats 1 --multiples 1 --wide-trials 1 --wide-width 64 "
        "--wide-samples 3",
        "local-descent --rounds 1 --repeats 1 --multiples 1 --wide-trials 1 --wide-width 64 "
        "--wide-samples 3",
        "error-floor --repeats 1 --runs 1 --rounds 2 --order 1 --kappa 1"};
    char program[64], arguments[900];
    for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
        snprintf(program, sizeof program, "TOOL/%s", refused[k].program);
        snprintf(arguments, sizeof arguments, "--masks %s %s", masks, refused[k].more);
        refusal(folder, "", program, arguments, refused[k].names, 2);
    }
    const char *tables = fixture_folder("own-masks-tables");
    for (size_t k = 0; k < sizeof taken / sizeof *taken; k++) {
        snprintf(arguments, sizeof arguments, "%s --fresh --samples 6 --masks %s --out %s/%zu.dat",
                 taken[k], masks, tables, k);
        run_of("TOOL", arguments);
    }
}
