/* The data as the theory takes them. Theory is double precision alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifdef REAL_DOUBLE

#include "study/kernel_data.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/option_table.h"
#include "tests/support/dataset_file.h"

#define FOLDER "build/tests/theory-data/"
enum { N = 8, D = 3, Q = 3 };

/* Rows 2 and 7 are closest; label column 0 is constant on the first four, column 1 always. */
static const char *write_rows(void) {
    double X[N * D], Y[N * Q];
    for (size_t i = 0; i < N; i++) {
        double t = i == 7 ? 2.01 : (double)i;
        X[i * D] = cos(t), X[i * D + 1] = sin(t), X[i * D + 2] = 0.5;
        Y[i * Q] = i < 4 ? 1 : -1, Y[i * Q + 1] = 1, Y[i * Q + 2] = (double)i;
    }
    static char path[128]; /* of this test alone */
    mkdir("build/tests", 0777), mkdir(FOLDER, 0777);
    snprintf(path, sizeof path, FOLDER "rows-%d.npz", (int)getpid());
    write_data(path, "f8", N, D, X, Q, Y);
    return path;
}

static kernel_data open(program_rows rows, size_t samples, size_t label) {
    static program_options run;
    kernel_data d;
    run = (program_options){.name = "theory-data", .seed = 1, .threads = 1, .quiet = true};
    run.data = write_rows();
    run.rows = rows;
    cr_assert(eq(int, kernel_data_open(&run, samples, label, &d), OK), "%s", error_text());
    return d;
}

/* `auto` is the first column that differs between the rows taken. */
Test(kernel_data, label_auto_is_the_first_that_varies) {
    kernel_data whole = open(ROWS_FIRST, 0, OPTION_IS_AUTO),
                few = open(ROWS_FIRST, 4, OPTION_IS_AUTO), given = open(ROWS_FIRST, 4, 1);
    cr_expect(eq(sz, whole.label, 0));
    cr_expect(eq(sz, few.label, 2));
    cr_expect(eq(sz, given.label, 1));
    cr_expect(eq(dbl, few.data.Y[3], 3.0 / 7));
    cr_expect(eq(sz, few.data.q, 1));
    cr_expect(eq(sz, few.labels, Q));
    kernel_data_close(&whole), kernel_data_close(&few), kernel_data_close(&given);
}

/* A near duplicate that the first rows do not have is in every spread choice, by its number in the
 * file, and decides lambda_min. */
Test(kernel_data, spread_rows_have_the_closest_pair) {
    kernel_data first = open(ROWS_FIRST, 4, 0), chosen = open(ROWS_SPREAD, 4, 0),
                usual = open(ROWS_USUAL, 4, 0);
    size_t a = kernel_data_file_row(&chosen, 0), b = kernel_data_file_row(&chosen, 1);
    cr_expect(eq(sz, a + b, 9));
    cr_expect(eq(sz, a < b ? a : b, 2));
    cr_expect(lt(dbl, chosen.lambda0, chosen.data.smallest_angle / (2 * M_PI) * 1.05));
    cr_expect(gt(dbl, first.lambda0, 10 * chosen.lambda0));
    cr_expect(eq(sz, kernel_data_file_row(&first, 3), 3));
    bool spread = PROGRAM_ROWS_OF_THEORY == ROWS_SPREAD;
    cr_expect(eq(dbl, usual.lambda0, spread ? chosen.lambda0 : first.lambda0));
    kernel_data_close(&first), kernel_data_close(&chosen), kernel_data_close(&usual);
}

/* Programs want more rows than there are: they get what there is, and drop the sizes beyond. */
Test(kernel_data, sizes_beyond_the_rows_are_dropped) {
    kernel_data all = open(ROWS_SPREAD, 400, 0);
    program_options run = *all.run;
    option_list sizes = {{2, 5, 50}, 3}, large = {{25, 50}, 2}, asked = {{2, 5, 50}, 3},
                usual = {{2, 5, 50}, 3}, there = {{2, 4, 50}, 3};
    cr_expect(eq(sz, all.data.n, N));
    cr_expect(eq(int, kernel_data_fit_sizes(&run, true, &sizes), OK));
    cr_expect(eq(int, kernel_data_fit_sizes(&run, true, &large), OK));
    run.samples = 4;
    cr_expect(eq(int, kernel_data_fit_sizes(&run, true, &asked), OK));
    cr_expect(eq(int, kernel_data_fit_sizes(&run, false, &usual), OK));
    cr_expect(eq(int, kernel_data_fit_sizes(&run, false, &there), OK));
    cr_expect(eq(sz, sizes.count, 2));
    cr_expect(eq(dbl, sizes.values[1], 5));
    cr_expect(eq(sz, usual.count, 2));
    cr_expect(eq(dbl, usual.values[1], 4)); /* what --samples says is one of the usual ones */
    cr_expect(eq(sz, there.count, 2));
    cr_expect(eq(dbl, there.values[1], 4));
    cr_expect(eq(sz, large.count, 1));
    cr_expect(eq(dbl, large.values[0], N));
    cr_expect(eq(sz, asked.count, 1));
    cr_expect(eq(dbl, asked.values[0], 2));
    run.samples = N + 1;
    cr_expect(eq(int, kernel_data_fit_sizes(&run, true, &sizes), BAD_INPUT));
    kernel_data_close(&all);
}

/* The word auto in a table of options: taken, written and told apart from numbers. */
Test(kernel_data, option_auto) {
    struct {
        size_t label;
        option_list lr;
    } settings = {3, {{0.5}, 1}};
    const option_row rows[] = {{"label", OPTION_COUNT, 0, 0, 100, "column", OPTION_AUTO},
                               {"lr", OPTION_NUMBERS,
                                (size_t)((char *)&settings.lr - (char *)&settings), 0, 9, "rates",
                                OPTION_AUTO},
                               {"plain", OPTION_COUNT, 0, 0, 100, "column"},
                               {NULL}};
    const program_about about = {.sentence = "test"};
    program_options run;
    text t = {0};
    char *taken[] = {"test", "--label=auto", "--lr=auto", NULL};
    char *refused[] = {"test", "--plain=auto", NULL};
    cr_assert(eq(int, option_table_parse(3, taken, &about, rows, &settings, &run), OK));
    cr_expect(eq(int, option_table_parse(2, refused, &about, rows, &settings, &run), BAD_INPUT));
    cr_expect(eq(sz, settings.label, OPTION_IS_AUTO));
    cr_expect(eq(sz, settings.lr.count, 0));
    option_table_describe(rows, &settings, &t);
    cr_expect(strncmp(text_bytes(&t), " label=auto lr=auto", 19) == 0, "%s", text_bytes(&t));
    text_free(&t);
}

#else
/* A translation unit is not empty. */
typedef int theory_data_is_double;
#endif
