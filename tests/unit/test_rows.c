/* Which rows of a file are taken.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "io/npy.h"
#include "stats/rng.h"
#include "tests/support/dataset_file.h"

#define FOLDER "build/tests/rows/"
enum { N = 60, D = 5, Q = 3 };

static const program_options usual = {.name = "rows", .seed = 1, .threads = 1, .quiet = true};

/* A file of N random rows in three classes of 30, 20 and 10, sorted by class; rows 7 and 41 nearly
 * coincide. Then its rows in the order (a i + b) mod N. */
static const char *write_rows(const char *name, size_t a, size_t b) {
    static char path[128];
    static double X[N * D], Y[N * Q], mixed_X[N * D], mixed_Y[N * Q];
    rng *r = rng_new(5, 0, 0, RNG_PILOT);
    rng_normal_double(r, 1, N * D, X);
    rng_free(r);
    for (size_t k = 0; k < D; k++) { X[41 * D + k] = X[7 * D + k] + (k == 2 ? 1e-3 : 0); }
    memset(Y, 0, sizeof Y);
    for (size_t i = 0; i < N; i++) { Y[i * Q + (i < 30 ? 0 : i < 50 ? 1 : 2)] = 1; }
    for (size_t i = 0; i < N; i++) {
        size_t from = (a * i + b) % N;
        memcpy(mixed_X + i * D, X + from * D, D * sizeof *X);
        memcpy(mixed_Y + i * Q, Y + from * Q, Q * sizeof *Y);
    }
    mkdir("build/tests", 0777), mkdir(FOLDER, 0777);
    snprintf(path, sizeof path, FOLDER "%s.npz", name);
    write_data(path, "f8", N, D, mixed_X, Q, mixed_Y);
    return path;
}

static dataset load(const char *path, program_rows rows, size_t samples, size_t wanted,
                    uint64_t seed, size_t **file_row) {
    program_options run = usual;
    dataset data;
    run.data = path, run.rows = rows, run.samples = samples, run.seed = seed;
    cr_assert(eq(int, rows_load(&run, wanted, ROWS_FIRST, &data, file_row), OK), "%s",
              error_text());
    return data;
}

/* Five orders of the rows in the file: the same data, to the last bit. */
Test(rows, spread_does_not_depend_on_the_order_of_the_file) {
    const size_t orders[][2] = {{1, 0}, {7, 3}, {11, 59}, {59, 0}, {49, 17}};
    dataset first = load(write_rows("order0", 1, 0), ROWS_SPREAD, 24, 0, 1, NULL);
    for (size_t k = 1; k < 5; k++) {
        char name[16];
        snprintf(name, sizeof name, "order%zu", k);
        size_t *row;
        dataset other =
            load(write_rows(name, orders[k][0], orders[k][1]), ROWS_SPREAD, 24, 0, 1, &row);
        cr_expect(eq(int, memcmp(first.X, other.X, 24 * D * sizeof *first.X), 0), "%zu", k);
        cr_expect(eq(int, memcmp(first.Y, other.Y, 24 * Q * sizeof *first.Y), 0), "%zu", k);
        for (size_t i = 0; i < 24; i++) { cr_expect(lt(sz, row[i], N)); }
        free(row), dataset_free(&other);
    }
    dataset_free(&first);
}

/* Another seed takes other rows, and `first` those of the file whatever the seed. */
Test(rows, the_seed_decides) {
    const char *path = write_rows("seed", 1, 0);
    dataset one = load(path, ROWS_SPREAD, 24, 0, 1, NULL),
            two = load(path, ROWS_SPREAD, 24, 0, 2, NULL),
            first = load(path, ROWS_FIRST, 24, 0, 2, NULL), plain;
    cr_assert(eq(int, dataset_load(path, 24, &plain), OK));
    cr_expect(ne(int, memcmp(one.X, two.X, 24 * D * sizeof *one.X), 0));
    cr_expect(eq(int, memcmp(first.X, plain.X, 24 * D * sizeof *one.X), 0));
    cr_expect(one.spread && !first.spread);
    dataset_free(&one), dataset_free(&two), dataset_free(&first), dataset_free(&plain);
}

/* The closest pair of the file comes first; any beginning of the choice is the choice of so many,
 * and has the classes in the file's shares to within two rows. */
Test(rows, spread_over_the_labels_with_the_closest_pair) {
    const char *path = write_rows("labels", 1, 0);
    for (size_t n = 2; n <= N; n++) {
        size_t *row, *all, count[Q] = {0};
        dataset data = load(path, ROWS_SPREAD, n, 0, 3, &row),
                whole = load(path, ROWS_SPREAD, 0, 0, 3, &all);
        bool closest = (row[0] == 7 && row[1] == 41) || (row[0] == 41 && row[1] == 7);
        cr_expect(closest, "%zu %zu", row[0], row[1]);
        cr_expect(eq(dbl, data.smallest_angle, whole.smallest_angle));
        cr_expect(lt(dbl, data.smallest_angle, 1e-3));
        cr_expect(eq(int, memcmp(row, all, n * sizeof *row), 0));
        for (size_t i = 0; i < n; i++) {
            count[row[i] < 30 ? 0 : row[i] < 50 ? 1 : 2]++;
            cr_expect(eq(dbl, data.Y[i * Q + (row[i] < 30 ? 0 : row[i] < 50 ? 1 : 2)], 1));
        }
        for (size_t c = 0; c < Q; c++) {
            double share = (double)n * (c == 0 ? 0.5 : c == 1 ? 1 / 3.0 : 1 / 6.0);
            cr_expect(le(dbl, fabs((double)count[c] - share), 3), "n=%zu class %zu: %zu of %g", n,
                      c, count[c], share);
        }
        free(row), free(all), dataset_free(&data), dataset_free(&whole);
    }
}

/* One output: by the value of the label. Taken of 64 labels i: every eighth of them has its share.
 */
Test(rows, one_output_is_spread_by_its_value) {
    double X[64 * 2], Y[64];
    for (size_t i = 0; i < 64; i++) {
        X[2 * i] = cos(0.02 * (double)i), X[2 * i + 1] = sin(0.02 * (double)i);
        Y[i] = (double)(i + 1);
    }
    mkdir("build/tests", 0777), mkdir(FOLDER, 0777);
    write_data(FOLDER "value.npz", "f8", 64, 2, X, 1, Y);
    dataset data = load(FOLDER "value.npz", ROWS_SPREAD, 16, 0, 1, NULL);
    size_t eighth[8] = {0};
    for (size_t i = 0; i < 16; i++) { eighth[(size_t)(data.Y[i] * 64 - 1) / 8]++; }
    for (size_t k = 0; k < 8; k++) { cr_expect(eighth[k] >= 1 && eighth[k] <= 4, "%zu", k); }
    dataset_free(&data);
}

/* What a program wants is cut to what there is; what the user asks for is refused. */
Test(rows, too_many_are_cut_or_refused) {
    const char *path = write_rows("many", 1, 0);
    for (int way = ROWS_FIRST; way <= ROWS_SPREAD; way++) {
        program_options run = usual;
        dataset data = load(path, (program_rows)way, 0, 250, 1, NULL);
        cr_expect(eq(sz, data.n, N));
        dataset_free(&data);
        run.data = path, run.rows = (program_rows)way, run.samples = 250;
        cr_expect(eq(int, rows_load(&run, 0, ROWS_FIRST, &data, NULL), BAD_INPUT));
        cr_expect(strstr(error_text(), "60 rows, fewer than --samples 250") != NULL, "%s",
                  error_text());
    }
}

/* Two rows are a data set; of one row asked for the closest pair is not there. */
Test(rows, few_rows) {
    const double X[] = {1, 0, 0, 1}, Y[] = {1, -1};
    mkdir("build/tests", 0777), mkdir(FOLDER, 0777);
    write_data(FOLDER "two.npz", "f8", 2, 2, X, 1, Y);
    for (int way = ROWS_FIRST; way <= ROWS_SPREAD; way++) {
        dataset data = load(FOLDER "two.npz", (program_rows)way, 0, 100, 1, NULL);
        cr_expect(eq(sz, data.n, 2));
        cr_expect(lt(dbl, fabs(data.smallest_angle - acos(0)), 1e-15));
        dataset_free(&data);
        data = load(FOLDER "two.npz", (program_rows)way, 1, 0, 1, NULL);
        cr_expect(eq(sz, data.n, 1));
        cr_expect(isnan(data.smallest_angle));
        dataset_free(&data);
    }
}

/* Apart from the closest pair: the same choice but for it, spread as well. */
Test(rows, apart_from_the_closest_pair) {
    const char *path = write_rows("apart", 1, 0);
    size_t *row, count[Q] = {0};
    dataset apart = load(path, ROWS_APART, 12, 0, 3, &row),
            with = load(path, ROWS_SPREAD, 12, 0, 3, NULL);
    cr_expect(gt(dbl, apart.smallest_angle, 10 * with.smallest_angle));
    cr_expect(eq(dbl, apart.file_angle, with.smallest_angle));
    cr_expect(apart.spread);
    for (size_t i = 0; i < 12; i++) { count[row[i] < 30 ? 0 : row[i] < 50 ? 1 : 2]++; }
    cr_expect(count[0] >= 4 && count[1] >= 2 && count[2] >= 1);
    free(row), dataset_free(&apart), dataset_free(&with);
}

/* What the rows say of themselves: with the closest pair, or without it and what that hides. */
Test(rows, description_tells_of_the_closest_pair) {
    program_options run = usual;
    const char *path = write_rows("told", 1, 0);
    char said[160], cap[40];
    const struct {
        program_rows rows, usually;
        size_t samples;
        const char *says;
    } cases[] = {{ROWS_USUAL, ROWS_SPREAD, 24, "closest pair of the file among them"},
                 {ROWS_USUAL, ROWS_SPREAD, 1, "without the closest pair"},
                 {ROWS_FIRST, ROWS_SPREAD, 24, "without the closest pair"},
                 {ROWS_FIRST, ROWS_SPREAD, 42, "closest pair of the file among them"},
                 {ROWS_FIRST, ROWS_SPREAD, 0, "in the file's order"},
                 {ROWS_USUAL, ROWS_FIRST, 24, "the first of the file"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        dataset data;
        run.data = path, run.rows = cases[k].rows, run.samples = cases[k].samples;
        cr_assert(eq(int, rows_load(&run, 0, cases[k].usually, &data, NULL), OK));
        rows_describe(&data, said, sizeof said);
        cr_expect(strstr(said, cases[k].says) != NULL, "%zu: %s", k, said);
        snprintf(cap, sizeof cap, "lambda_min(Hinf) at %.4g", dataset_pair_cap(data.file_angle));
        cr_expect(eq(int, strstr(said, cap) != NULL, strstr(said, "without") != NULL), "%s", said);
        dataset_free(&data);
    }
}

/* Of many equally close pairs (unit vectors) the choice is one all the same. */
Test(rows, ties_do_not_depend_on_the_order) {
    double X[8 * 8] = {0}, Y[8], mixed[8 * 8] = {0}, mixed_Y[8];
    for (size_t i = 0; i < 8; i++) {
        X[i * 8 + i] = 1, Y[i] = (double)(i + 1);
        mixed[(7 - i) * 8 + i] = 1, mixed_Y[7 - i] = Y[i];
    }
    mkdir("build/tests", 0777), mkdir(FOLDER, 0777);
    write_data(FOLDER "unit.npz", "f4", 8, 8, X, 1, Y);
    write_data(FOLDER "turned.npz", "f4", 8, 8, mixed, 1, mixed_Y);
    dataset one = load(FOLDER "unit.npz", ROWS_SPREAD, 4, 0, 9, NULL),
            two = load(FOLDER "turned.npz", ROWS_SPREAD, 4, 0, 9, NULL);
    cr_expect(eq(int, memcmp(one.X, two.X, 4 * 8 * sizeof *one.X), 0));
    dataset_free(&one), dataset_free(&two);
}
