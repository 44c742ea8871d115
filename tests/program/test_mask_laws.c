/* The families of masks beside each other (--mask all): each as by itself, from the same starts, and
 * the ratio that the table tells.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/table.h"
#include "tests/support/fixture.h"

TestSuite(mask_laws, .timeout = 300);

enum { REPEATS = 3 };

static void run(const char *path, const char *arguments, table_data *runs) {
    char command[1024], said[1024], file[300];
    snprintf(command, sizeof command,
             "BIN/error-heatmap --fresh --samples 20 --width 24 --lr 0.05 --rounds 16 --stop no "
             "--repeats %d --threads 2 --quiet %s --out %s.dat",
             REPEATS, arguments, path);
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s: %s", command, said);
    snprintf(file, sizeof file, "%s.runs.dat", path);
    cr_assert(eq(int, table_read(file, runs), OK), "%s", error_text());
}

static double value(const table_data *t, size_t row, const char *column) {
    return table_value(t, row, table_column(t, column));
}

/* The level of a run; NAN: there is none. */
static double level_of(const table_data *t, double p, double repetition, const char *mask) {
    for (size_t row = 0; row < t->rows; row++) {
        const char *of = table_field(t, row, table_column(t, "mask"));
        bool same = !mask || strcmp(of, mask) == 0;
        if (same && value(t, row, "subnets") == p && value(t, row, "repetition") == repetition) {
            return value(t, row, "level");
        }
    }
    return NAN;
}

Test(mask_laws, each_is_what_it_is_by_itself) {
    static const char *const masks[] = {"categorical", "fixed --xi 0.5", "partition"},
                             *const names[] = {"categorical", "fixed", "partition"};
    char path[256], alone[256], arguments[128];
    snprintf(path, sizeof path, "%s/all", fixture_folder("mask-laws"));
    snprintf(alone, sizeof alone, "%s/one", fixture_folder("mask-laws"));
    table_data all, one;
    run(path, "--subnets 2,3 --mask all", &all);
    cr_assert(eq(sz, all.rows, 2 * 4 * REPEATS));
    for (size_t k = 0; k < 3; k++) {
        snprintf(arguments, sizeof arguments, "--subnets 2 --mask %s", masks[k]);
        run(alone, arguments, &one);
        for (int j = 0; j < REPEATS; j++) {
            double level = level_of(&one, 2, j, NULL);
            cr_expect(eq(dbl, level_of(&all, 2, j, names[k]), level), "%s", masks[k]);
            cr_expect(ne(dbl, level_of(&all, 2, j, "bernoulli"), level));
        }
        table_data_free(&one);
    }
    table_data_free(&all);
}

Test(mask_laws, ratio_is_of_paired_runs) {
    char path[256], file[300];
    snprintf(path, sizeof path, "%s/ratio", fixture_folder("mask-laws"));
    table_data runs, means;
    run(path, "--subnets 2,3 --mask all", &runs);
    snprintf(file, sizeof file, "%s.dat", path);
    cr_assert(eq(int, table_read(file, &means), OK), "%s", error_text());
    for (size_t row = 0; row < means.rows; row++) {
        const char *mask = table_field(&means, row, table_column(&means, "mask"));
        double p = value(&means, row, "subnets"), sum = 0, ratio = value(&means, row, "ratio");
        for (int j = 0; j < REPEATS; j++) {
            sum += log(level_of(&runs, p, j, mask) / level_of(&runs, p, j, "bernoulli")) / REPEATS;
        }
        cr_expect(le(dbl, fabs(log(ratio) - sum), 1e-7), "p=%g %s", p, mask);
        if (strcmp(mask, "bernoulli") == 0) { continue; }
        cr_expect(lt(dbl, value(&means, row, "ratio_low"), ratio));
        cr_expect(lt(dbl, ratio, value(&means, row, "ratio_high")));
    }
    table_data_free(&runs);
    table_data_free(&means);
}

/* --starts same: every cell is the one that stands alone, and without it the first one alone is. */
Test(mask_laws, same_starts_in_all_cells) {
    char path[256], alone[256], arguments[128];
    snprintf(path, sizeof path, "%s/starts", fixture_folder("mask-laws"));
    snprintf(alone, sizeof alone, "%s/start", fixture_folder("mask-laws"));
    table_data same, own, one;
    run(path, "--subnets 2,3 --xi 0.5 --starts same", &same);
    run(path, "--subnets 2,3 --xi 0.5", &own);
    for (int p = 2; p <= 3; p++) {
        snprintf(arguments, sizeof arguments, "--subnets %d --xi 0.5", p);
        run(alone, arguments, &one);
        for (int j = 0; j < REPEATS; j++) {
            double level = level_of(&one, p, j, NULL);
            cr_expect(eq(dbl, level_of(&same, p, j, NULL), level), "p=%d", p);
            cr_expect(eq(int, level_of(&own, p, j, NULL) == level, p == 2), "p=%d", p);
        }
        table_data_free(&one);
    }
    table_data_free(&same), table_data_free(&own);
}

/* Held-out errors over those without masks, which the first number of subnetworks has. */
Test(mask_laws, held_ratio_is_of_paired_runs) {
    char path[256], file[300];
    snprintf(path, sizeof path, "%s/held", fixture_folder("mask-laws"));
    table_data runs, means;
    run(path, "--subnets 2,3 --xi 0.5,1 --holdout 10 --starts same", &runs);
    snprintf(file, sizeof file, "%s.dat", path);
    cr_assert(eq(int, table_read(file, &means), OK), "%s", error_text());
    cr_assert(eq(sz, means.rows, 3));
    for (size_t row = 0; row < means.rows; row++) {
        double sum = 0;
        for (size_t j = 0; j < REPEATS; j++) {
            double with = value(&runs, row * REPEATS + j, "held");
            sum += log(with / value(&runs, REPEATS + j, "held")) / REPEATS; /* row 1: xi = 1 */
        }
        cr_expect(le(dbl, fabs(log(value(&means, row, "held_ratio")) - sum), 1e-7), "%zu", row);
        cr_expect(le(dbl, value(&means, row, "held_low"), value(&means, row, "held_ratio")));
    }
    cr_expect(eq(dbl, value(&means, 1, "held_ratio"), 1));
    table_data_free(&runs), table_data_free(&means);
    run(path, "--subnets 2,3 --xi 0.5,1 --holdout 10", &runs);
    cr_assert(eq(int, table_read(file, &means), OK), "%s", error_text());
    cr_expect(eq(int, table_column(&means, "held_ratio"), -1));
    table_data_free(&runs), table_data_free(&means);
}
