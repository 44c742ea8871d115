/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/table.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"

#include "tests/support/fixture.h"

static char folder[] = "build/test-tmp/table/XXXXXX"; /* of this test alone */

static void prepare(void) {
    cr_assert(eq(int, folder_make("build/test-tmp/table"), OK));
    cr_assert(mkdtemp(folder) != NULL);
}

TestSuite(table, .init = prepare);

static const char *in_folder(const char *name) {
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* Writes the table, compares the file's text, frees the table. */
static void text_expect(table *t, const char *expected) {
    char *bytes;
    size_t size;
    const char *path = in_folder("expect.dat");
    cr_assert(eq(int, table_write(t, path), OK), "%s", error_text());
    cr_assert(eq(int, file_read_whole(path, 100000, &bytes, &size), OK));
    cr_assert(eq(str, bytes, (char *)expected));
    free(bytes);
    table_free(t);
}

/* The table is refused with a line that has `reason`; no file appears. Frees the table. */
static void defect_expect(table *t, const char *reason) {
    const char *path = in_folder("defect.dat");
    cr_assert(eq(int, table_write(t, path), FAILED));
    cr_assert(strstr(error_text(), reason) != NULL && strstr(error_text(), path) != NULL,
              "'%s' lacks '%s'", error_text(), reason);
    cr_assert(ne(int, access(path, F_OK), 0));
    table_free(t);
}

Test(table, text_is_the_one_described) {
    table *t = table_new(9);
    table_add_column(t, "xi", "[1] probability");
    table_add_column(t, "phase", "[word] where");
    table_add_column(t, "mean", "[1] mean loss");
    table_note(t, "program", "%s %d", "loss-dynamics", 3);
    table_row(t);
    table_number(t, 0.1);
    table_text(t, "whole");
    table_number(t, 1.0 / 3.0);
    table_note(t, "late", "two\nlines");
    table_gap(t);
    table_row(t);
    table_number(t, -NAN);
    table_text(t, "a b\tc");
    table_number(t, -INFINITY);
    text_expect(
        t,
        "# column xi: [1] probability\n# column phase: [word] where\n# column mean: [1] mean loss\n"
        "# program: loss-dynamics 3\n# late: two lines\nxi phase mean\n"
        "0.1 whole 0.333333333\n\nnan a_b_c -inf\n");
}

Test(table, digits) {
    table *t = fixture_table("x", 17);
    table_row(t);
    table_number(t, 0.1);
    table_row(t);
    table_number(t, 4.9406564584124654e-324);
    text_expect(t, "x\n0.10000000000000001\n4.9406564584124654e-324\n");
    t = fixture_table("x", 9);
    table_row(t);
    table_number(t, 123456789.0);
    table_row(t);
    table_number(t, 1e10);
    text_expect(t, "x\n123456789\n1e+10\n");
    defect_expect(fixture_table("x", 6), "6 digits");
}

Test(table, texts_stay_one_field) {
    table *t = fixture_table("a b", 9);
    table_row(t);
    table_text(t, "#1");
    table_text(t, "");
    table_row(t);
    table_text(t, "a\x01#\r\n");
    table_text(t, "\xce\xbe"); /* UTF-8 passes */
    text_expect(t, "a b\n_1 -\na_#__ \xce\xbe\n");
}

Test(table, empty_table_has_its_names) { text_expect(fixture_table("a b", 9), "a b\n"); }

Test(table, misuse_is_refused) {
    table *t = fixture_table("a b", 9);
    table_number(t, 1.0);
    defect_expect(t, "before its first row");

    t = fixture_table("a b", 9);
    table_row(t);
    table_number(t, 1.0);
    defect_expect(t, "last row is not full");

    t = fixture_table("a b", 9);
    for (int row = 0; row < 2; row++) {
        table_row(t);
        table_number(t, 1.0);
    }
    defect_expect(t, "row 1 has 1 fields for 2 columns");

    t = fixture_table("a b", 9);
    table_row(t);
    for (int field = 0; field < 3; field++) { table_number(t, 1.0); }
    table_row(t);
    table_number(t, 1.0);
    table_number(t, 1.0);
    defect_expect(t, "row 1 has 3 fields for 2 columns");

    defect_expect(table_new(9), "no rows that name its columns");
    const char *const no_names[] = {"", "a b", "#a", "a\n"};
    for (int k = 0; k < 4; k++) {
        t = table_new(9);
        table_add_column(t, no_names[k], "[1] x");
        defect_expect(t, "no name of a column");
    }

    t = fixture_table("a b", 9);
    table_row(t);
    row_number(t, "a", "[1] x", 1.0);
    row_number(t, "c", "[1] y", 1.0);
    defect_expect(t, "row 1 has 'c' in column 2");
}

/* Written with 17 digits and read back: the same bits; what is not a number is NaN and keeps its
 * text. */
Test(table, round_trip) {
    const double values[] = {
        0.1,      -1.0 / 3.0, DBL_MAX, DBL_MIN, 4.9406564584124654e-324, 1.0 + DBL_EPSILON,
        INFINITY, NAN};
    enum { ROWS = sizeof values / sizeof values[0] };
    const char *path = in_folder("deep/er/trip.dat");
    table *t = table_new(17);
    table_add_column(t, "value", "[1] a number");
    table_add_column(t, "word", "[word] a text");
    table_note(t, "seed", "%d", 7);
    for (int i = 0; i < ROWS; i++) {
        table_row(t);
        table_number(t, values[i]);
        table_text(t, i % 2 ? "odd" : "12");
        if (i == 3) { table_gap(t); }
    }
    cr_assert(eq(int, table_write(t, path), OK), "%s", error_text());
    table_free(t);

    table_data data;
    char note[64];
    cr_assert(eq(int, table_read(path, &data), OK), "%s", error_text());
    cr_assert(eq(sz, data.rows, ROWS));
    cr_assert(eq(sz, data.columns, 2));
    cr_assert(eq(str, data.names[1], "word"));
    cr_assert(eq(int, table_column(&data, "value"), 0));
    cr_assert(eq(int, table_column(&data, "word"), 1));
    cr_assert(eq(int, table_column(&data, "wor"), -1));
    cr_assert(eq(ptr, (void *)table_field(&data, 0, 1), data.text[1]));
    cr_assert(eq(dbl, table_value(&data, 0, 0), data.values[0]));
    cr_assert(table_field(&data, 0, -1)[0] == 0 && isnan(table_value(&data, 0, -1)));
    for (size_t i = 0; i < ROWS; i++) {
        cr_assert(eq(int, memcmp(&data.values[2 * i], &values[i], sizeof values[i]), 0), "row %zu",
                  i);
        cr_assert(i % 2 ? isnan(data.values[2 * i + 1]) : data.values[2 * i + 1] == 12.0);
        cr_assert(eq(str, data.text[2 * i + 1], i % 2 ? "odd" : "12"));
    }
    cr_assert(table_note_of(&data, "seed", note, sizeof note));
    cr_assert(eq(str, note, "7"));
    cr_assert(table_note_of(&data, "column value", note, sizeof note));
    cr_assert(eq(str, note, "[1] a number"));
    cr_assert(not(table_note_of(&data, "see", note, sizeof note)));
    cr_assert(table_note_of(&data, "column word", note, 5));
    cr_assert(eq(str, note, "[wor"));
    table_data_free(&data);
    table_data_free(&data);
}

/* Reading `bytes` is refused with a line that has `reason`, after the file's name. */
static void refusal_expect(const char *bytes, size_t size, const char *reason) {
    table_data data;
    const char *path = in_folder("refused.dat");
    cr_assert(eq(int, file_write_whole(path, bytes, size), OK));
    cr_assert(eq(int, table_read(path, &data), BAD_INPUT), "'%s' was taken", bytes);
    cr_assert(strstr(error_text(), path) != NULL && strstr(error_text(), reason) != NULL,
              "'%s' lacks '%s'", error_text(), reason);
    cr_assert(data.text == NULL && data.rows == 0);
}

Test(table, broken_files_are_refused) {
    const char *texts[][2] = {{"", ":1: the last line is cut"},
                              {"a b\n1 2", ":2: the last line is cut"},
                              {"# only: notes\n\n", ":2: no line of column names"},
                              {"# n: x\na b\n1 2\n1\n", ":4: 1 fields, but 2 columns"},
                              {"a b\n\n1 2 3\n", ":3: 3 fields, but 2 columns"},
                              {"a b a\n1 2 3\n", "column 'a' is named twice"},
                              {"a b\r\n1 2\r\n", ":1: Windows line ends"},
                              {"\xef\xbb\xbf# n: x\na b\n1 2\n", ":1: a byte order mark"}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        refusal_expect(texts[i][0], strlen(texts[i][0]), texts[i][1]);
    }
    refusal_expect("a b\n1\0 2\n", 9, ":2: byte 0 is not text");
    table_data data;
    cr_assert(eq(int, table_read(in_folder("none.dat"), &data), BAD_INPUT));
    cr_assert(eq(int, table_read(folder, &data), BAD_INPUT));
}

/* Any bytes are refused or read; the reader stays inside them (run with a sanitizer to see). */
Test(table, arbitrary_bytes_are_harmless) {
    static const char alphabet[] = "ab1.-# \t\n\nnan";
    const char *path = in_folder("arbitrary.dat");
    uint64_t state = 1;
    int taken = 0;
    for (int trial = 0; trial < 2000; trial++) {
        char bytes[32];
        state = state * 6364136223846793005u + 1442695040888963407u;
        const size_t size = (size_t)(state >> 33) % sizeof bytes;
        for (size_t i = 0; i < size; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = alphabet[(state >> 33) % (sizeof alphabet - 1)];
        }
        table_data data;
        cr_assert(eq(int, file_write_whole(path, bytes, size), OK));
        const status code = table_read(path, &data);
        cr_assert(eq(int, unlink(path), 0)); /* replacing a file waits for the disk */
        if (code == OK) {
            taken++;
            cr_assert(data.columns > 0 && size > 0 && bytes[size - 1] == '\n');
            table_data_free(&data);
        }
    }
    cr_assert(taken > 10 && taken < 1990, "%d taken", taken);
}

Test(table, folder_that_cannot_be_written) {
    table *t = fixture_table("a", 9);
    cr_assert(eq(int, table_write(t, in_folder("file")), OK));
    cr_assert(eq(int, table_write(t, in_folder("file/x.dat")), FAILED)); /* under a regular file */
    cr_assert(strstr(error_text(), "Not a directory") != NULL, "%s", error_text());
    if (geteuid() != 0) { /* root may write anywhere */
        const char *closed = in_folder("closed");
        cr_assert(eq(int, mkdir(closed, 0555), 0));
        cr_assert(eq(int, table_write(t, in_folder("closed/x.dat")), FAILED));
        cr_assert(strstr(error_text(), "Permission denied") != NULL, "%s", error_text());
    }
    table_free(t);
}
