/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/bad_files.h"

#include <math.h>

#include "io/npy.h"
#include "tests/support/npz_archive.h"

/* What is not wrong in a bad data set: 4 rows of 3 features and 2 labels. */
enum { N = 4, D = 3, Q = 2, ROOM = 1024 };
static const double X[N * D] = {1, 2, 3, -4, 5, 6, 7, 8, -9, 0, 1, 1},
                          Y[N * Q] = {1, -2, 3, 4, -5, 6, 7, 8};
#define GOOD_X "{'descr': '<f8', 'fortran_order': False, 'shape': (4, 3), }"
#define GOOD_Y "{'descr': '<f8', 'fortran_order': False, 'shape': (4, 2), }"

/* A new place in the list. */
static const char *next_path(const char *folder, const char *kind, const char *names,
                             bad_file_list *list) {
    cr_assert(lt(sz, list->count, BAD_FILES_MAX));
    bad_file *file = &list->files[list->count];
    file->names = names;
    snprintf(file->path, sizeof file->path, "%s/%s-%02zu", folder, kind, list->count++);
    remove(file->path);
    return file->path;
}

/* --- headers --- */

static void write_members(const char *path, const char *x_name, const char *x_dict,
                          const char *y_name, const char *y_dict, int method) {
    unsigned char x[ROOM], y[ROOM];
    const raw_member members[] = {{x_name, x, npy_bytes(1, x_dict, X, sizeof X, x)},
                                  {y_name, y, npy_bytes(1, y_dict, Y, sizeof Y, y)}};
    archive_write(path, members, 2, method);
}

static void bad_headers(const char *folder, bad_file_list *list) {
#define X_OF(type, shape) "{'descr': " type ", 'fortran_order': False, 'shape': " shape ", }"
    static const struct {
        const char *x, *y, *names;
    } cases[] = {
        {X_OF("'<f8'", "(5, 3)"), GOOD_Y,
         "'features': holds 96 bytes of data where its shape needs 120"},
        {X_OF("'<f8'", "(4, 2)"), GOOD_Y,
         "'features': holds 96 bytes of data where its shape needs 64"},
        {X_OF("'<f4'", "(4, 3)"), GOOD_Y,
         "'features': holds 96 bytes of data where its shape needs 48"},
        {X_OF("'<f8'", "(4611686018427387904, 4611686018427387904)"), GOOD_Y,
         "more entries than can be addressed"},
        {X_OF("'<f8'", "(2147483648, 4294967296)"), GOOD_Y, "more entries than can be addressed"},
        {X_OF("'<f8'", "(0, 4611686018427387904)"), GOOD_Y,
         "holds 96 bytes of data where its shape needs 0"},
        {X_OF("'<f8'", "(99999999999999999999, 3)"), GOOD_Y, "a length beyond 64 bits"},
        {X_OF("'<f8'", "(-4, 3)"), GOOD_Y, "negative length"},
        {X_OF("'<f8'", "(4, -3)"), GOOD_Y, "negative length"},
        {X_OF("'<f8'", "(12,)"), GOOD_Y, "'features' has rank 1"},
        {X_OF("'<f8'", "(2, 2, 3)"), GOOD_Y, "'features' has rank 3"},
        {X_OF("'<f8'", "(1, 1, 1, 4, 3)"), GOOD_Y, "'features': has more than 4 dimensions"},
        {X_OF("'<f8'", "(2, 6)"), GOOD_Y, "'labels' has 4 rows, array 'features' 2"},
        {X_OF("'<f8'", "(4, 3"), GOOD_Y, "'features': broken header"},
        {X_OF("'<f8'", "(4, __import__('os'))"), GOOD_Y, "'features': broken header"},
        {X_OF("'|O'", "(4, 3)"), GOOD_Y, "'|O' holds Python objects"},
        {X_OF("'>f8'", "(4, 3)"), GOOD_Y, "'>f8' is big-endian"},
        {X_OF("'|i1'", "(32, 3)"), GOOD_Y, "'features' has dtype i1"},
        {X_OF("'<i8'", "(4, 3)"), GOOD_Y, "is an integer beyond 2^53"},
        {X_OF("'|b1'", "(8, 12)"), GOOD_Y, "'features' has dtype b1"},
        {X_OF("'<c16'", "(2, 3)"), GOOD_Y, "'<c16' is not taken"},
        {X_OF("'<c8'", "(4, 3)"), GOOD_Y, "'<c8' is not taken"},
        {X_OF("'<f2'", "(16, 3)"), GOOD_Y, "'<f2' is not taken"},
        {X_OF("'<U2'", "(4, 3)"), GOOD_Y, "'<U2' is not taken"},
        {X_OF("[('a', '<f8')]", "(4, 3)"), GOOD_Y, "structured dtype"},
        {"{'fortran_order': False, 'shape': (4, 3), }", GOOD_Y, "each of the keys"},
        {"{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (4, 3), }", GOOD_Y,
         "each key once"},
        {"{'descr': '<f8', 'fortran_order': 0, 'shape': (4, 3), }", GOOD_Y,
         "True or False expected"},
        {"", GOOD_Y, "{ expected"},
        {GOOD_X, X_OF("'<i4'", "(4, 4)"), "'labels' has dtype i4"},
        {GOOD_X, X_OF("'>f8'", "(4, 2)"), "'labels': dtype '>f8' is big-endian"},
        {GOOD_X, X_OF("'<f8'", "(2, 4)"), "'labels' has 2 rows"},
        {GOOD_X, X_OF("'<f8'", "(2, 2, 2)"), "'labels' has rank 3"},
        {GOOD_X, X_OF("'<f8'", "(4, 3)"), "'labels': holds 64 bytes"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        write_members(next_path(folder, "header", cases[k].names, list), "features.npy", cases[k].x,
                      "labels.npy", cases[k].y, k % 2 ? ZIP_CM_DEFLATE : ZIP_CM_STORE);
    }
#undef X_OF
}

/* --- values --- */

static void write_values(const char *path, const double *x, const double *y) {
    const npy_output arrays[] = {{"features", "f8", 2, {N, D}, x}, {"labels", "f8", 2, {N, Q}, y}};
    cr_assert(eq(int, npz_write(path, arrays, 2), OK), "%s", error_text());
}

static void bad_values(const char *folder, bad_file_list *list) {
    static const struct {
        double value;
        const char *x, *y;
    } cases[] = {
        {NAN, "'features', row 2, column 1 (counted from 0) is nan", "'labels', row 3, column 0"},
        {INFINITY, "'features', row 2, column 1 (counted from 0) is inf",
         "'labels', row 3, column 0"},
        {-INFINITY, "'features', row 2, column 1 (counted from 0) is -inf",
         "'labels', row 3, column 0"}};
    double x[N * D], y[N * Q] = {0};
    for (size_t k = 0; k < 3; k++) {
        memcpy(x, X, sizeof x);
        x[2 * D + 1] = cases[k].value;
        write_values(next_path(folder, "value", cases[k].x, list), x, Y);
        memcpy(y, Y, sizeof y);
        y[3 * Q] = cases[k].value;
        write_values(next_path(folder, "value", cases[k].y, list), X, y);
    }
    memcpy(x, X, sizeof x);
    memset(x + D, 0, D * sizeof *x);
    write_values(
        next_path(folder, "zero-row", "'features', row 1 (counted from 0) is all zeros", list), x,
        Y);
    for (size_t k = 0; k < D; k++) { x[D + k] = 2.5 * x[3 * D + k]; }
    write_values(next_path(folder, "parallel",
                           "rows 1 and 3 (counted from 0) have the same direction", list),
                 x, Y);
    memset(y, 0, sizeof y);
    write_values(next_path(folder, "zero-labels", "'labels' is all zeros", list), X, y);
}

void constant_labels(const char *path) {
    double y[N * Q];
    for (size_t k = 0; k < N * Q; k++) { y[k] = 3; }
    write_values(path, X, y);
}

/* --- archives --- */

static void bad_members(const char *folder, bad_file_list *list) {
    static const struct {
        const char *x, *y, *names;
        int method;
    } cases[] = {
        {"X.npy", "labels.npy", "array 'features' is missing", ZIP_CM_STORE},
        {"features.npy", "y.npy", "array 'labels' is missing", ZIP_CM_STORE},
        {"features", "classes", "array 'labels' is missing; the file has 'features', 'classes'",
         ZIP_CM_STORE},
        {"Features.npy", "labels.npy", "array 'features' is missing; the file has 'Features'",
         ZIP_CM_STORE},
        {"features", "features.npy", "array 'features' is there 2 times", ZIP_CM_DEFLATE},
        {"../features.npy", "../labels.npy", "array 'features' is missing", ZIP_CM_DEFLATE},
        {"/tmp/features.npy", "/tmp/labels.npy", "array 'features' is missing", ZIP_CM_STORE},
        {"./features.npy", "a/../labels.npy", "array 'features' is missing", ZIP_CM_STORE},
        {"features.npy/", "labels.npy", "array 'features' is missing", ZIP_CM_STORE},
        {"features.npy", "labels.npy", "'features': compression method 12 is not taken",
         ZIP_CM_BZIP2}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        write_members(next_path(folder, "member", cases[k].names, list), cases[k].x, GOOD_X,
                      cases[k].y, GOOD_Y, cases[k].method);
    }
}

/* 64 MiB of zeros in 64 kB: more than the shape says, or a shape of as many rows without a
 * direction. */
static void bombs(const char *folder, bad_file_list *list) {
    enum { SIDE = 4096 };
    const size_t size = (size_t)SIDE * SIDE * sizeof(float);
    unsigned char *bytes = malloc(size + ROOM), y[ROOM];
    float *zeros = calloc(size, 1);
    cr_assert(bytes != NULL && zeros != NULL);
    static const struct {
        const char *dict, *names;
    } cases[] = {{GOOD_X, "'features': holds 67108864 bytes of data where its shape needs 96"},
                 {"{'descr': '<f4', 'fortran_order': True, 'shape': (4096, 4096), }",
                  "'labels' has 4 rows, array 'features' 4096"}};
    for (size_t k = 0; k < 2; k++) {
        const raw_member members[] = {
            {"features.npy", bytes, npy_bytes(1, cases[k].dict, zeros, size, bytes)},
            {"labels.npy", y, npy_bytes(1, GOOD_Y, Y, sizeof Y, y)}};
        archive_write(next_path(folder, "bomb", cases[k].names, list), members, 2, ZIP_CM_DEFLATE);
    }
    free(zeros);
    free(bytes);
}

/* What is no archive, and a good one that was cut or changed: its first member's data begin behind
 * the local header (30 bytes and the name) and the .npy header (128 bytes). */
static void bad_archives(const char *folder, bad_file_list *list) {
    enum { DATA = 30 + sizeof "features.npy" - 1 + 128 };
    size_t size;
    const char *path = next_path(folder, "good", "", list);
    list->count--;
    write_members(path, "features.npy", GOOD_X, "labels.npy", GOOD_Y, ZIP_CM_STORE);
    unsigned char *zip = file_read(path, &size);
    remove(path);
    file_write(next_path(folder, "empty", "empty file", list), "", 0);
    file_write(next_path(folder, "text", "not a whole .npz file", list), "features and labels\n",
               20);
    file_write(next_path(folder, "npy-alone", "not a whole .npz file", list), zip + DATA - 128,
               128 + sizeof X);
    file_write(next_path(folder, "half", "not a whole .npz file", list), zip, size / 2);
    file_write(next_path(folder, "cut", "not a whole .npz file", list), zip, size - 1);
    file_write(next_path(folder, "behead", "not a whole .npz file", list), zip + 1, size - 1);
    zip[DATA] ^= 1;
    file_write(next_path(folder, "flipped", "'features': damaged or truncated", list), zip, size);
    zip[DATA] ^= 1;
    const raw_member nested[] = {{"features.npy", zip, size}, {"labels.npy", "\x93NUMPX\1\0", 8}};
    archive_write(next_path(folder, "nested", "'features': not in .npy format", list), nested, 2,
                  ZIP_CM_STORE);
    free(zip);
    cr_assert(eq(int, mkfifo(next_path(folder, "pipe", "not a regular file", list), 0600), 0));
}

void bad_data_sets(const char *folder, bad_file_list *list) {
    list->count = 0;
    bad_headers(folder, list);
    bad_values(folder, list);
    bad_members(folder, list);
    bombs(folder, list);
    bad_archives(folder, list);
}

/* --- files for --init --- */

void bad_starts(const char *folder, bad_file_list *list) {
    enum { M = 2, DIGITS_D = 64, DIGITS_Q = 10 };
    double w[DIGITS_D * M], w_nan[DIGITS_D * M], a[M * DIGITS_Q], a_half[M * DIGITS_Q];
    const double ones[4] = {1, 1, 1, 1}, two = 2, minus = -1, nan = NAN;
    for (size_t k = 0; k < DIGITS_D * M; k++) { w_nan[k] = w[k] = sin((double)k); }
    for (size_t k = 0; k < M * DIGITS_Q; k++) { a_half[k] = a[k] = k % 2 ? 1 : -1; }
    w_nan[5] = NAN;
    a_half[5] = 0.5;
    const npy_output weights = {"weights", "f4", 2, {DIGITS_D, M}, w},
                     signs = {"signs", "f4", 2, {M, DIGITS_Q}, a};
    const struct {
        npy_output arrays[3];
        const char *names;
    } cases[] = {
        {{weights}, "'signs' is missing"},
        {{{"signs", "f4", 2, {M, DIGITS_Q}, a}}, "'weights' is missing"},
        {{{"weights", "f4", 1, {DIGITS_D}, w}, signs}, "'weights' has rank 1"},
        {{{"weights", "f4", 2, {0, M}, w}, signs}, "'weights' has rank 2"},
        {{{"weights", "f4", 2, {DIGITS_D, M}, w_nan}, signs}, "'weights' has nan in row 2"},
        {{{"weights", "f4", 2, {DIGITS_D / 2, M}, w}, signs},
         "are for d=32 q=10, the data have d=64 q=10"},
        {{weights, {"signs", "f4", 2, {M, DIGITS_Q}, a_half}}, "'signs' has 0.5 in row 0"},
        {{weights, {"signs", "f4", 2, {1, DIGITS_Q}, a}},
         "'signs' is for 1 neurons, 'weights' has 2"},
        {{weights, {"signs", "f4", 2, {M, 3}, a}}, "are for d=64 q=3"},
        {{weights, signs, {"masks", "f4", 2, {2, 2}, ones}}, "'masks' has rank 2"},
        {{weights, signs, {"masks", "f4", 3, {1, 1, 3}, ones}},
         "'masks' is for 3 neurons, 'weights' has 2"},
        {{weights, signs, {"masks", "f4", 3, {1, 1, M}, w}}, "'masks' has "},
        {{weights, signs, {"samples", "f8", 0, {0}, &minus}}, "'samples' is not one number in"},
        {{weights, signs, {"samples", "f8", 0, {0}, &nan}}, "'samples' is not one number in"},
        {{weights, signs, {"local_steps", "f8", 1, {2}, ones}},
         "'local_steps' is not one number in"},
        {{weights, signs, {"xi", "f8", 0, {0}, &two}}, "'xi' is not one number in"},
        {{weights, signs, {"lr", "f8", 0, {0}, &minus}}, "'lr' is not one number in"},
    };
    list->count = 0;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        size_t count = 1;
        while (count < 3 && cases[k].arrays[count].name) { count++; }
        const char *path = next_path(folder, "start", cases[k].names, list);
        cr_assert(eq(int, npz_write(path, cases[k].arrays, count), OK), "%s", error_text());
    }
}

/* --- tables --- */

typedef struct {
    const char *text, *names;
} bad_text;

static void write_texts(const char *folder, const char *kind, const bad_text *texts, size_t count,
                        bad_file_list *list) {
    list->count = 0;
    for (size_t k = 0; k < count; k++) {
        file_write(next_path(folder, kind, texts[k].names, list), texts[k].text,
                   strlen(texts[k].text));
    }
}

void bad_run_tables(const char *folder, bad_file_list *list) {
#define RUNS "xi repetition round jump descent drop\n"
    static const bad_text texts[] = {
        {"", "cut short"},
        {"# nothing\n", "no line of column names"},
        {"xi repetition", ":1: the last line is cut short"},
        {"xi repetition\n0.5 \x01\n", "byte 1 is not text"},
        {"xi xi\n", "column 'xi' is named twice"},
        {"xi repetition\n0.5 1 2\n", ":2: 3 fields, but 2 columns"},
        {"xi repetition\n0.5\n", ":2: 1 fields, but 2 columns"},
        {"xi repetition\n0.5 1\n", "is missing; give a table of single runs"},
        {RUNS "0.5 0 1 x 1 1\n", "row 1: jump 'x' is not a number"},
        {RUNS "0.5 0 1 1 1 1\nnan 0 1 1 1 1\n", "row 2: xi 'nan' is not a number"},
    };
    write_texts(folder, "runs", texts, sizeof texts / sizeof *texts, list);
#undef RUNS
}

void bad_heatmap_tables(const char *folder, bad_file_list *list) {
#define RUNS "subnets xi repetition level rounds state\n"
    static const bad_text texts[] = {
        {RUNS "1 0.5 0 0.1 9 done\n",
         "row 1: state 'done' is not stalled, converged, capped, finished or diverged"},
        {RUNS "1 0.5 0 inf stalled\n", ":2: 5 fields, but 6 columns"},
        {"# unselected: zero (released program)\n" RUNS "1 0.5 0 0.1 9 stalled\n",
         "not keep; give the other heat map"},
    };
    write_texts(folder, "heatmap", texts, sizeof texts / sizeof *texts, list);
#undef RUNS
}

void bad_verdict_tables(const char *folder, bad_file_list *list) {
#define VERDICTS \
    "statement kind verdict bound observed slack trials limit hypotheses says command\n"
    static const bad_text texts[] = {
        {"xi repetition\n0.5 1\n", "is missing; give a table of verdicts"},
        {VERDICTS "E1 exact maybe 1 1 1 1 nan - - -\n", "row 1: 'verdict' is an unknown word"},
        {VERDICTS "E1 sure refuted 1 1 1 1 nan - - -\n", "row 1: 'kind' is an unknown word"},
        {VERDICTS "E1 exact refuted 1 1 1 -1 nan - - -\n", "row 1: 'trials' is not a count"},
        {VERDICTS "E1 exact refuted 1 1 1 1e300 nan - - -\n", "row 1: 'trials' is not a count"},
    };
    write_texts(folder, "verdicts", texts, sizeof texts / sizeof *texts, list);
#undef VERDICTS
}
