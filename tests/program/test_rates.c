/* The learning rate that an experiment finds itself: --lr auto, --unstable auto.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/table.h"
#include "model/stability.h"
#include "tests/support/fixture.h"

TestSuite(rates);

/* Writes TEST/NAME.dat and reads it. */
static table_data table_of(const char *test, const char *name, const char *command) {
    char line[2048], said[2048], path[512];
    snprintf(path, sizeof path, "%s/%s.dat", fixture_folder(test), name);
    snprintf(line, sizeof line, "rm -rf %s*; %s --threads 1 --quiet --out %s", path, command, path);
    cr_assert(eq(int, fixture_run(line, said, sizeof said), 0), "%s: %s", line, said);
    table_data t;
    cr_assert(eq(int, table_read(path, &t), OK), "%s", error_text());
    return t;
}

static double value(const table_data *t, size_t row, const char *column) {
    return table_value(t, row, table_column(t, column));
}

static bool same_row(const table_data *a, const table_data *b, size_t row) {
    bool same = a->columns == b->columns;
    for (size_t c = 0; same && c < a->columns; c++) {
        same = strcmp(table_field(a, row, (int)c), table_field(b, row, (int)c)) == 0;
    }
    return same;
}

/* What auto found, typed, is the same run. */
static void check_typed(const char *name, const char *command, double times) {
    char line[512];
    snprintf(line, sizeof line, "%s --lr auto", command);
    table_data found = table_of("rates-typed", name, line);
    double lr = value(&found, 0, "lr");
    snprintf(line, sizeof line, "%s --lr %.9g", command, lr * times);
    table_data typed = table_of("rates-typed", name, line);
    cr_assert(eq(sz, found.rows, typed.rows));
    for (size_t i = 0; i < found.rows; i++) {
        cr_expect(same_row(&found, &typed, i), "%s: row %zu", line, i);
    }
    cr_expect(gt(dbl, lr, 0));
    table_data_free(&found), table_data_free(&typed);
}

#define SMALL " --samples 30 --width 40 --repeats 2 "

Test(rates, found_and_typed_are_one_run) {
    check_typed("loss", "BIN/loss-dynamics" SMALL "--xi 0.4 --subnets 2 --rounds 3", 1);
    check_typed("map", "BIN/error-heatmap" SMALL "--xi 0.4 --subnets 2,3 --rounds 9", 1);
    check_typed("theory",
                "BIN/error-heatmap" SMALL "--xi 0.4 --subnets 2 --rounds 9 --scaling theory", 1);
    check_typed("width",
                "BIN/width-sweep --samples 30 --repeats 2 --width 20,40 --xi 0.4 --rounds 9", 1);
    check_typed("width-controls",
                "BIN/width-sweep --samples 30 --repeats 2 --width 20,40 --xi 0.4 --rounds 9 "
                "--lr-width 20",
                1);
    check_typed("subnets", "BIN/subnet-sweep" SMALL "--subnets 2,4", 2); /* --lr is of xi = 1 */
}

/* A control of Figure 2c begins with the figure's rate, found or not. */
Test(rates, a_rate_for_one_width_is_that_of_all_there) {
    const char *found[] = {"--lr auto", "--lr 9 --unstable auto"};
    for (size_t k = 0; k < 2; k++) {
        char line[512];
        const char command[] = "BIN/width-sweep --samples 30 --repeats 2 --width 20,80 --xi 0.8 "
                               "--rounds 9 %s %s";
        snprintf(line, sizeof line, command, found[k], "");
        table_data all = table_of("rates-width", "all", line);
        snprintf(line, sizeof line, command, found[k], "--lr-width 20");
        table_data one = table_of("rates-width", "one", line);
        cr_expect(lt(dbl, value(&all, 0, "lr"), 9));
        cr_expect(eq(dbl, value(&one, 0, "lr"), value(&all, 0, "lr")));
        cr_expect(eq(dbl, value(&all, 1, "lr"), value(&all, 0, "lr")));
        cr_expect(ieee_ulp_eq(dbl, value(&one, 1, "lr"), value(&all, 0, "lr") / 4, 4));
        table_data_free(&all), table_data_free(&one);
    }
}

/* The largest number of a cell that the provenance tells, of those whose line has `with`. */
static double largest_number(const table_data *t, const char *with) {
    double largest = 0, number;
    for (const char *line = t->notes; *line; line = strchr(line, '\n') + 1) {
        const char *colon = strncmp(line, "# stability: ", 13) ? NULL : strstr(line, with);
        if (colon && sscanf(strchr(colon, ':'), ": %lf", &number) == 1) {
            largest = fmax(largest, number);
        }
    }
    return largest;
}

/* Half the largest stable step, for each xi of the cell that asks for least; three digits. */
Test(rates, auto_is_the_stated_share) {
    table_data t = table_of("rates-share", "x",
                            "BIN/width-sweep --samples 30 --repeats 1 --rounds 2 --width 20,80,40 "
                            "--xi 0.3,0.8 --lr auto");
    for (int k = 0; k < 2; k++) {
        double most = largest_number(&t, k ? "xi=0.8" : "xi=0.3");
        cr_expect(le(dbl, most, 2 * STABILITY_AUTO_SHARE * (1 + 1e-3)), "%g", most);
        cr_expect(ge(dbl, most, 2 * STABILITY_AUTO_SHARE * 0.99), "%g", most);
    }
    for (size_t i = 1; i < t.rows; i++) { /* one rate for the widths of a xi */
        bool same = value(&t, i, "lr") == value(&t, i - 1, "lr");
        cr_expect(eq(int, same, value(&t, i, "xi") == value(&t, i - 1, "xi")), "row %zu", i);
    }
    table_data_free(&t);
}

/* Rates that are stable stay, and with them every number of their cells. */
Test(rates, unstable_alone_are_replaced) {
#define MAP "BIN/error-heatmap" SMALL "--xi 0.1,0.9 --subnets 2,3 --rounds 9 --lr 0.3 --unstable "
    table_data keep = table_of("rates-unstable", "keep", MAP "keep"),
               found = table_of("rates-unstable", "auto", MAP "auto");
    size_t replaced = 0;
    for (size_t i = 0; i < keep.rows; i++) {
        bool stable = value(&keep, i, "xi") > 0.5;
        cr_expect(eq(dbl, value(&keep, i, "lr"), 0.3));
        cr_expect(eq(int, same_row(&keep, &found, i), stable), "row %zu", i);
        replaced += value(&found, i, "lr") < 0.3;
    }
    cr_expect(ge(dbl, largest_number(&keep, "xi=0.1"), 2));
    cr_expect(lt(dbl, largest_number(&keep, "xi=0.9"), 2));
    cr_expect(eq(sz, replaced, 2));
    char taken[256];
    cr_expect(table_note_of(&found, "lr taken", taken, sizeof taken));
    cr_expect(ne(ptr, strstr(taken, "found: xi=0.1 lr="), NULL), "%s", taken);
    table_data_free(&keep), table_data_free(&found);
}
