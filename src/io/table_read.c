/* Tables read back: columns, fields, numbers and notes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/table.h"

#include "io/file.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char BLANK[] = " \t", SPACE[] = " \t\n";

/* Number of fields in the line, which ends at '\n'. */
static size_t field_count(const char *line) {
    size_t count = 0;
    for (line += strspn(line, BLANK); *line != '\n'; line += strspn(line, BLANK)) {
        line += strcspn(line, SPACE);
        count++;
    }
    return count;
}

/* The number that the whole field is; NaN if it is none. */
static double field_value(const char *field) {
    char *end;
    const double value = strtod(field, &end);
    return *end ? NAN : value;
}

/* Refuses bytes that no table holds, and a file whose last line was cut. */
static status bytes_check(const char *path, const char *bytes, size_t size) {
    size_t line = 1;
    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        return fail(BAD_INPUT, "%s:1: a byte order mark; take it out with dos2unix", path);
    }
    for (size_t i = 0; i < size; i++) {
        line += bytes[i] == '\n';
        if (bytes[i] == '\r') {
            return fail(BAD_INPUT, "%s:%zu: Windows line ends; take them out with dos2unix", path,
                        line);
        }
        if (iscntrl((unsigned char)bytes[i]) && bytes[i] != '\t' && bytes[i] != '\n') {
            return fail(BAD_INPUT, "%s:%zu: byte %d is not text; this is not a table", path, line,
                        bytes[i]);
        }
    }
    if (size == 0 || bytes[size - 1] != '\n') {
        return fail(BAD_INPUT, "%s:%zu: the last line is cut short; write the table again", path,
                    line);
    }
    return OK;
}

/* First reading: columns, rows, and space for them. */
static status table_measure(const char *path, const char *bytes, table_data *data) {
    size_t number = 0;
    for (const char *line = bytes; *line; line = strchr(line, '\n') + 1) {
        number++;
        const size_t fields = line[0] == '#' ? 0 : field_count(line);
        if (data->columns == 0) {
            data->columns = fields;
        } else if (fields == data->columns) {
            data->rows++;
        } else if (fields > 0) {
            return fail(BAD_INPUT, "%s:%zu: %zu fields, but %zu columns", path, number, fields,
                        data->columns);
        }
    }
    if (data->columns == 0) {
        return fail(BAD_INPUT, "%s:%zu: no line of column names; this is not a table", path,
                    number);
    }
    const size_t count = data->rows * data->columns; /* at most the bytes of the file */
    data->names = allocate(data->columns + count, sizeof *data->names, path);
    data->values = allocate(count, sizeof *data->values, path);
    data->notes = allocate(strlen(bytes) + 1, 1, path);
    return data->names && data->values && data->notes ? OK : FAILED;
}

/* Second reading: names, fields and notes; ends every field with a 0 byte. */
static void table_fill(table_data *data) {
    char *notes = data->notes;
    char *end;
    char **next = data->names; /* the fields follow */
    data->text = data->names + data->columns;
    for (char *line = data->bytes; *line; line = end + 1) {
        end = strchr(line, '\n');
        if (line[0] == '#') {
            notes = mempcpy(notes, line, (size_t)(end - line) + 1);
            continue;
        }
        *end = '\0';
        for (char *field = strsep(&line, BLANK); field; field = strsep(&line, BLANK)) {
            if (*field) { *next++ = field; }
        }
    }
    for (size_t i = 0; i < data->rows * data->columns; i++) {
        data->values[i] = field_value(data->text[i]);
    }
}

status table_read(const char *path, table_data *data) {
    *data = (table_data){0};
    size_t size;
    status st = file_read_whole(path, SIZE_MAX - 1, &data->bytes, &size);
    if (st == OK) { st = bytes_check(path, data->bytes, size); }
    if (st == OK) { st = table_measure(path, data->bytes, data); }
    if (st != OK) {
        table_data_free(data);
        return st;
    }
    table_fill(data);
    for (size_t i = 0; i < data->columns; i++) {
        if (table_column(data, data->names[i]) != (int)i) {
            st = fail(BAD_INPUT, "%s: column '%s' is named twice", path, data->names[i]);
            table_data_free(data);
            return st;
        }
    }
    return OK;
}

void table_data_free(table_data *data) {
    free(data->names);
    free(data->values);
    free(data->notes);
    free(data->bytes);
    *data = (table_data){0};
}

int table_column(const table_data *data, const char *name) {
    for (size_t i = 0; i < data->columns; i++) {
        if (strcmp(data->names[i], name) == 0) { return (int)i; }
    }
    return -1;
}

const char *table_field(const table_data *data, size_t row, int column) {
    return column < 0 ? "" : data->text[row * data->columns + (size_t)column];
}

double table_value(const table_data *data, size_t row, int column) {
    return column < 0 ? NAN : data->values[row * data->columns + (size_t)column];
}

bool table_note_of(const table_data *data, const char *key, char *value, size_t size) {
    const size_t length = strlen(key);
    for (const char *line = data->notes; *line; line = strchr(line, '\n') + 1) {
        if (strncmp(line, "# ", 2) == 0 && strncmp(line + 2, key, length) == 0 &&
            strncmp(line + 2 + length, ": ", 2) == 0) {
            const char *found = line + 4 + length;
            snprintf(value, size, "%.*s", (int)strcspn(found, "\n"), found);
            return true;
        }
    }
    return false;
}

bool table_note_is(const table_data *data, const char *key, const char *word) {
    char value[64];
    return table_note_of(data, key, value, sizeof value) && strcmp(value, word) == 0;
}
