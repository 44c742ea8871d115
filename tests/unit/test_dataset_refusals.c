/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/dataset.h"

#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/dataset_file.h"
#include "tests/support/npz_archive.h"

#define FOLDER "build/test-tmp/dataset_refusals/"
#define DIGITS "data/digits.npz"

static void prepare(void) { make_folder("dataset_refusals"); }

TestSuite(dataset_refusals, .init = prepare);

Test(dataset_refusals, refuses_values) {
    enum { N = 4, D = 3, Q = 2 };
    const char *path = FOLDER "values.npz";
    double X[N * D] = {1, 2, 3, -4, 5, 6, 7, 8, -9, 0, 1, 1}, Y[N * Q] = {1, 2, 3, 4, 5, 6, 7, 8};
    dataset data;
    const double bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t c = 0; c < 3; c++) {
        X[3 * D + 1] = bad[c];
        write_data(path, c % 2 ? "f8" : "f4", N, D, X, Q, Y);
        check_refused(path, 0, "array 'features', row 3, column 1 (counted from 0) is ");
        cr_assert(eq(int, dataset_load(path, 3, &data), OK), "%s",
                  error_text()); /* the row is not taken */
        dataset_free(&data);
        X[3 * D + 1] = 1;
        Y[2 * Q + 1] = bad[c];
        write_data(path, "f8", N, D, X, Q, Y);
        check_refused(path, 0, "array 'labels', row 2, column 1 (counted from 0) is ");
        check_refused(path, 1,
                      "array 'labels', row 2, column 1"); /* the scale is the whole file's */
        Y[2 * Q + 1] = 6;
    }
    memset(X + 2 * D, 0, D * sizeof *X);
    X[2 * D + 1] = -0.0;
    write_data(path, "f4", N, D, X, Q, Y);
    check_refused(path, 0, "array 'features', row 2 (counted from 0) is all zeros");
    cr_assert(eq(int, dataset_load(path, 2, &data), OK), "%s", error_text());
    dataset_free(&data);
    memset(Y, 0, sizeof Y);
    write_data(path, "f4", 2, D, X, Q, Y);
    check_refused(path, 0, "array 'labels' is all zeros");
}

Test(dataset_refusals, refuses_shapes) {
    const char *path = FOLDER "shapes.npz";
    const double values[24] = {1, 2, 3, 4, 5, -6, 7, 8};
    const struct {
        npy_output features, labels;
        const char *reason;
    } cases[] = {
        {{"features", "f4", 1, {4}, values},
         {"labels", "f4", 1, {4}, values},
         "'features' has rank 1"},
        {{"features", "f4", 0, {0}, values},
         {"labels", "f4", 1, {4}, values},
         "'features' has rank 0"},
        {{"features", "f4", 3, {4, 2, 3}, values},
         {"labels", "f4", 1, {4}, values},
         "'features' has rank 3"},
        {{"features", "f4", 2, {4, 2}, values},
         {"labels", "f4", 3, {4, 2, 1}, values},
         "'labels' has rank 3"},
        {{"features", "f4", 2, {4, 2}, values},
         {"labels", "f4", 0, {0}, values},
         "'labels' has rank 0"},
        {{"features", "f4", 2, {4, 2}, values},
         {"labels", "f4", 1, {3}, values},
         "'labels' has 3 rows, array 'features' 4"},
        {{"features", "f4", 2, {4, 2}, values},
         {"labels", "f4", 2, {5, 1}, values},
         "'labels' has 5 rows"},
        {{"features", "f4", 2, {0, 2}, values},
         {"labels", "f4", 1, {0}, values},
         "'features' has no entries"},
        {{"features", "f4", 2, {4, 0}, values},
         {"labels", "f4", 1, {4}, values},
         "'features' has no entries"},
        {{"features", "f4", 2, {4, 2}, values},
         {"labels", "f4", 2, {4, 0}, values},
         "'labels' has no entries"},
        {{"features", "f4", 2, {4, 2}, values},
         {"targets", "f4", 1, {4}, values},
         "array 'labels' is missing"},
        {{"X", "f4", 2, {4, 2}, values},
         {"labels", "f4", 1, {4}, values},
         "array 'features' is missing"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const npy_output arrays[] = {cases[k].features, cases[k].labels};
        cr_assert(eq(int, npz_write(path, arrays, 2), OK), "%s", error_text());
        check_refused(path, 0, cases[k].reason);
    }
}

Test(dataset_refusals, refuses_types) {
    const char *path = FOLDER "types.npz";
    const int64_t whole[4] = {1, 2, 3, 5};
    const double real_numbers[4] = {1, 2, 3, 5};
    unsigned char features[512], labels[512];
    const char *i8 = "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 2), }";
    const char *f8 = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }";
    const char *u1 = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), }";
    const char *big = "{'descr': '>f8', 'fortran_order': False, 'shape': (2, 2), }";
    raw_member members[] = {{"features.npy", features, 0}, {"labels.npy", labels, 0}};
    members[0].size = npy_bytes(1, i8, whole, 32, features);
    members[1].size = npy_bytes(1, f8, real_numbers, 32, labels);
    archive_write(path, members, 2, ZIP_CM_STORE);
    check_refused(path, 0, "array 'features' has dtype i8, not float32 or float64; convert it");
    members[0].size = npy_bytes(1, f8, real_numbers, 32, features);
    members[1].size = npy_bytes(1, u1, whole, 4, labels);
    archive_write(path, members, 2, ZIP_CM_STORE);
    check_refused(path, 0, "array 'labels' has dtype u1");
    members[1].size = npy_bytes(1, big, whole, 32, labels);
    archive_write(path, members, 2, ZIP_CM_STORE);
    check_refused(path, 0, "array 'labels': dtype '>f8' is big-endian");
}

/* One column of whole numbers is asked to become one column a class; several are not. */
Test(dataset_refusals, classes_become_columns) {
    const char *path = FOLDER "classes.npz";
    const int64_t classes[4] = {0, 2, 1, 2};
    const double rows[4] = {1, 2, 3, 5};
    unsigned char features[512], labels[512];
    static const struct {
        const char *shape, *says;
    } cases[] = {
        {"(2,)", "write one column a class: numpy.eye(k, dtype='float32')[labels], else convert"},
        {"(2, 1)",
         "numpy.eye(k, dtype='float32')[labels[:, 0]], else convert it with .astype('float32')"},
        {"(1, 2)", "has dtype i8, not float32 or float64; convert it with .astype('float32')"}};
    const char *f8 = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }";
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char dict[128];
        snprintf(dict, sizeof dict, "{'descr': '<i8', 'fortran_order': False, 'shape': %s, }",
                 cases[k].shape);
        const raw_member members[] = {
            {"features.npy", features, npy_bytes(1, f8, rows, 32, features)},
            {"labels.npy", labels, npy_bytes(1, dict, classes, 16, labels)}};
        archive_write(path, members, 2, ZIP_CM_STORE);
        check_refused(path, 0, cases[k].says);
    }
}

/* Row i of n, d of its entries: directions that all differ, but for those that are set alike. */
static void fill_rows(size_t n, size_t d, double *X) {
    for (size_t k = 0; k < n * d; k++) { X[k] = sin(1 + (double)(k * k)); }
}

/* Every pair of one direction is counted, up to rounding, wherever it stands; those that come first
 * are named. */
Test(dataset_refusals, all_rows_of_one_direction_are_counted) {
    enum { N = 600, D = 3 };
    static double X[N * D], Y[N];
    static const size_t pairs[][2] = {{590, 599}, {1, 300},   {2, 301},
                                      {7, 310},   {400, 401}, {0, 290}};
    const char *path = FOLDER "same.npz";
    fill_rows(N, D, X);
    for (size_t i = 0; i < N; i++) { Y[i] = (double)i; }
    for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++) {
        for (size_t k = 0; k < D; k++) {
            X[pairs[p][1] * D + k] = (p + 0.3) * X[pairs[p][0] * D + k];
        }
    }
    for (int type = 0; type < 2; type++) {
        dataset data;
        write_data(path, type ? "f8" : "f4", N, D, X, 1, Y);
        check_refused(
            path, 0,
            "has 6 pairs of rows of the same direction, which makes Hinf singular: rows 0 and 290, "
            "1 and 300, 2 and 301, 7 and 310, ... (counted from 0); remove the later row of each "
            "pair (6 "
            "rows) or take --rows first --samples 290 or fewer");
        check_refused(
            path, 302,
            "has 3 pairs of rows of the same direction, which makes Hinf singular: rows 0 and "
            "290, 1 and 300, 2 and 301 (counted from 0); remove the later row of each pair (3 "
            "rows)");
        check_refused(path, 291, "rows 0 and 290 (counted from 0) have the same direction");
        cr_assert(eq(int, dataset_load(path, 290, &data), OK), "%s", error_text());
        dataset_free(&data);
    }
}

/* All rows the same: n (n - 1) / 2 pairs, but n - 1 rows to remove. */
Test(dataset_refusals, one_row_many_times) {
    enum { N = 300, D = 2 };
    static double X[N * D], Y[N];
    for (size_t i = 0; i < N; i++) {
        X[i * D] = 0.1;
        X[i * D + 1] = 0.7;
        Y[i] = (double)i;
    }
    write_data(FOLDER "one.npz", "f4", N, D, X, 1, Y);
    check_refused(
        FOLDER "one.npz", 0,
        "has 44850 pairs of rows of the same direction, which makes Hinf singular: rows 0 "
        "and 1, 0 and 2, 1 and 2, 0 and 3, ... (counted from 0); remove the later row of each pair "
        "(299 rows)");
}

/* Zero rows and entries that are no numbers: the first one, and how many. */
Test(dataset_refusals, bad_values_are_counted) {
    enum { N = 8, D = 3 };
    double X[N * D], Y[N] = {1};
    const char *path = FOLDER "counted.npz";
    fill_rows(N, D, X);
    memset(X + 2 * D, 0, D * sizeof *X);
    memset(X + 5 * D, 0, D * sizeof *X);
    write_data(path, "f4", N, D, X, 1, Y);
    check_refused(path, 0, "row 2 (counted from 0) is all zeros (2 rows are) and has no direction");
    check_refused(path, 5, "row 2 (counted from 0) is all zeros and has no direction");
    X[3 * D + 1] = INFINITY;
    X[4 * D] = X[7 * D] = NAN;
    write_data(path, "f4", N, D, X, 1, Y);
    check_refused(path, 0,
                  "row 3, column 1 (counted from 0) is inf (3 entries are not finite); remove");
}

Test(dataset_refusals, refuses_files) {
    check_refused("data/no-such-file.npz", 0, "No such file");
    check_refused("data", 0, "not a regular file");
    size_t size;
    unsigned char *bytes = file_read(DIGITS, &size);
    file_write(FOLDER "truncated.npz", bytes, size / 2);
    check_refused(FOLDER "truncated.npz", 0, "not a whole .npz file");
    bytes[size / 2] ^= 1;
    file_write(FOLDER "damaged.npz", bytes, size);
    check_refused(FOLDER "damaged.npz", 0, "array 'features': damaged or truncated");
    free(bytes);
    dataset data;
    char path[5000];
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    cr_assert(eq(int, dataset_load(path, 0, &data), BAD_INPUT));
    cr_assert(strstr(error_text(), "too long") != NULL, "%s", error_text());
}

/* Somebody writes the file anew, again and again with other values: what is loaded has the
 * fingerprint of its own bytes, or is refused. */
Test(dataset_refusals, a_file_that_changes_has_no_wrong_fingerprint) {
    enum { N = 60, D = 40, LOADS = 300 };
    const char *path = FOLDER "changing.npz";
    static double X[2][N * D], Y[N];
    dataset data, kind[2];
    for (size_t k = 0; k < N * D; k++) {
        X[0][k] = sin((double)(k * k)), X[1][k] = cos((double)(3 * k * k));
    }
    for (size_t i = 0; i < N; i++) { Y[i] = (double)i; }
    for (int k = 0; k < 2; k++) {
        write_data(path, "f8", N, D, X[k], 1, Y);
        cr_assert(eq(int, dataset_load(path, 0, &kind[k]), OK), "%s", error_text());
    }
    const pid_t test = getpid(), writer = fork();
    if (writer == 0) {
        for (int k = 0; getppid() == test; k = !k) { write_data(path, "f8", N, D, X[k], 1, Y); }
        _exit(0); /* the test has died */
    }
    for (int k = 0; k < LOADS; k++) {
        const status s = dataset_load(path, 0, &data);
        const dataset *of =
            s == OK && memcmp(data.X, kind[0].X, N * D * sizeof *data.X) == 0 ? &kind[0] : &kind[1];
        cr_expect(s == OK || strstr(error_text(), "was changed while it was read"), "%s",
                  error_text());
        cr_expect(s != OK || strcmp(data.sha256, of->sha256) == 0,
                  "load %d: the fingerprint of other values", k);
        dataset_free(&data);
    }
    kill(writer, SIGKILL);
    waitpid(writer, NULL, 0);
    dataset_free(&kind[0]), dataset_free(&kind[1]);
}
