/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/table.h"

#include "base/text.h"
#include "io/file.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct table {
    int digits;
    text names;           /* of the columns, one blank between two */
    text notes;           /* lines of provenance and legend */
    text body;            /* rows and gaps, the last row without its line feed */
    size_t columns, rows; /* rows begun */
    size_t filled;        /* fields of the last row */
    char defect[200];     /* the first misuse: this table cannot be written */
};

/* Keeps the first misuse of the table. */
__attribute__((format(printf, 2, 3))) static void defect_note(table *t, const char *format, ...) {
    if (t->defect[0]) { return; }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(t->defect, sizeof t->defect, format, arguments);
    va_end(arguments);
}

table *table_new(int digits) {
    table *t = allocate(1, sizeof *t, "table");
    if (!t) { return NULL; }
    t->digits = digits;
    if (digits != 9 && digits != 17) {
        defect_note(t, "its numbers have %d digits, not 9 or 17", digits);
    }
    return t;
}

void table_free(table *t) {
    if (!t) { return; }
    text_free(&t->names);
    text_free(&t->notes);
    text_free(&t->body);
    free(t);
}

void table_add_column(table *t, const char *name, const char *meaning) {
    if (!*name || name[strcspn(name, " \t\n#")]) {
        defect_note(t, "'%s' is no name of a column", name);
    }
    text_add(&t->names, "%s%s", t->columns ? " " : "", name);
    t->columns++;
    if (meaning) { text_add(&t->notes, "# column %s: %s\n", name, meaning); }
}

void table_note(table *t, const char *key, const char *format, ...) {
    text_add(&t->notes, "# %s: ", key);
    const size_t start = t->notes.used;
    va_list arguments;
    va_start(arguments, format);
    text_add_list(&t->notes, format, arguments);
    va_end(arguments);
    for (size_t k = start; k < t->notes.used; k++) { /* a note is one line */
        char *c = &t->notes.bytes[k];
        *c = iscntrl((unsigned char)*c) ? ' ' : *c;
    }
    text_add(&t->notes, "\n");
}

/* True if the row begun last is not full. */
static bool row_is_cut(const table *t) { return t->rows > 0 && t->filled != t->columns; }

void table_gap(table *t) {
    if (row_is_cut(t)) {
        defect_note(t, "its row %zu has %zu fields for %zu columns", t->rows, t->filled,
                    t->columns);
    }
    if (t->rows > 0) { text_add(&t->body, "\n"); }
}

void table_row(table *t) {
    table_gap(t);
    t->rows++;
    t->filled = 0;
}

/* Writes what stands before the next field. */
static void field_begin(table *t) {
    if (t->rows == 0) { defect_note(t, "it has a field before its first row"); }
    if (t->filled > 0) { text_add(&t->body, " "); }
    t->filled++;
}

void table_number(table *t, double value) {
    field_begin(t);
    if (isnan(value)) {
        text_add(&t->body, "nan"); /* printf would write the sign of some */
    } else {
        text_add(&t->body, "%.*g", t->digits, value);
    }
}

/* An empty text becomes '-', a '#' at its head '_': neither would read back as a field. */
void table_text(table *t, const char *word) {
    field_begin(t);
    const size_t start = t->body.used;
    text_add(&t->body, "%s", *word ? word : "-");
    for (size_t k = start; k < t->body.used; k++) {
        char *c = &t->body.bytes[k];
        const bool blank = isspace((unsigned char)*c) || iscntrl((unsigned char)*c);
        *c = blank || (k == start && *c == '#') ? '_' : *c;
    }
}

/* Whether column number k < t->columns has this name. */
static bool is_column(const table *t, size_t k, const char *name) {
    const char *at = t->names.bytes;
    for (; k > 0; k--) { at += strcspn(at, " ") + 1; }
    const size_t length = strcspn(at, " ");
    return strlen(name) == length && strncmp(name, at, length) == 0;
}

/* Before the next field: its column is there, or is added in the first row, and has this name. */
static void column_expect(table *t, const char *name, const char *meaning) {
    if (t->rows == 1 && t->filled == t->columns) { table_add_column(t, name, meaning); }
    if (t->names.failed) { return; }
    if (t->filled >= t->columns || !is_column(t, t->filled, name)) {
        defect_note(t, "its row %zu has '%s' in column %zu", t->rows, name, t->filled + 1);
    }
}

void row_number(table *t, const char *name, const char *meaning, double value) {
    column_expect(t, name, meaning);
    table_number(t, value);
}

void row_text(table *t, const char *name, const char *meaning, const char *value) {
    column_expect(t, name, meaning);
    table_text(t, value);
}

status table_write(const table *t, const char *path) {
    if (t->columns == 0) {
        return fail(FAILED, "%s: not written, it has no rows that name its columns", path);
    }
    if (t->defect[0] || row_is_cut(t)) {
        return fail(FAILED, "%s: not written, %s", path,
                    t->defect[0] ? t->defect : "its last row is not full");
    }
    const char *notes = text_bytes(&t->notes);
    const char *names = text_bytes(&t->names);
    const char *body = text_bytes(&t->body);
    if (!notes || !names || !body) { return FAILED; }
    text whole = {0};
    text_add(&whole, "%s%s\n%s%s", notes, names, body, t->rows > 0 ? "\n" : "");
    const char *bytes = text_bytes(&whole);
    const status st = bytes ? file_write_whole(path, bytes, whole.used) : FAILED;
    text_free(&whole);
    return st;
}
