/* Result tables (.dat). `# key: value` lines of provenance, one uncommented
 * line of column names, then rows. A table is written whole to a temporary name
 * and renamed: a half-written result never exists.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IO_TABLE_H
#define IO_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"

typedef struct table table;

/* digits: significant digits of numbers, 9 (float) or 17 (double). NULL: no memory. */
table *table_new(int digits);
void table_free(table *t); /* NULL-safe */

/* Adds a column at the right and, unless meaning is NULL, the line "# column name: meaning". Only
 * for tables that may have no rows: else the first row does it. */
void table_add_column(table *t, const char *name, const char *meaning);

/* Adds the line "# key: value". */
void table_note(table *t, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Starts a row. Rows that are not full when the table is written: FAILED. */
void table_row(table *t);

/* Fills the row left to right. The first row adds the columns that are not there, "[unit] meaning"
 * each; later rows repeat them in the same order, or the table cannot be written. A text may not
 * hold white space: blanks become '_', no text '-'. NaN is written "nan". */
void row_number(table *t, const char *name, const char *meaning, double value);
void row_text(table *t, const char *name, const char *meaning, const char *value);
/* The same for the next column, whatever its name. */
void table_number(table *t, double value);
void table_text(table *t, const char *text);

/* An empty line (gnuplot's separator of blocks). */
void table_gap(table *t);

/* Writes to `path` via a temporary name in the same folder. Folders that are missing are made.
 * FAILED with path and reason. */
status table_write(const table *t, const char *path);

/* --- reading back (claims, reports) --- */
typedef struct {
    size_t rows, columns;
    char **names;   /* (columns) */
    char **text;    /* (rows * columns) every field as written */
    double *values; /* (rows * columns) the field as a number; NaN where it is not one */
    char *notes;    /* the '#' lines as they stand */
    char *bytes;    /* of the file: names and text point into it */
} table_data;

/* Reads a table; BAD_INPUT with file, line and reason. */
status table_read(const char *path, table_data *data);
void table_data_free(table_data *data);
/* Index of column `name`; -1 if there is none. */
int table_column(const table_data *data, const char *name);
/* A field as written and as a number; "" and NaN of column -1. */
const char *table_field(const table_data *data, size_t row, int column);
double table_value(const table_data *data, size_t row, int column);
/* Copies the value of the note `key` into text (size bytes); false if there is none. */
bool table_note_of(const table_data *data, const char *key, char *text, size_t size);
/* Is there a note `key`, and its value this word? */
bool table_note_is(const table_data *data, const char *key, const char *word);

#endif
