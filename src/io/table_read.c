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

/* Copies the first `count` fields of the line. */
static status fields_copy(const char *line, size_t count, char **fields) {
    for (size_t i = 0; i < count; i++) {
        line += strspn(line, BLANK);
        const size_t length = strcspn(line, SPACE);
        fields[i] = strndup(line, length);
        if (!fields[i]) { return fail(FAILED, "no memory for a field of %zu bytes", length); }
        line += length;
    }
    return OK;
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
    data->names = allocate(data->columns, sizeof *data->names, path);
    data->text = allocate(count, sizeof *data->text, path);
    data->values = allocate(count, sizeof *data->values, path);
    data->notes = allocate(strlen(bytes) + 1, 1, path);
    return data->names && data->text && data->values && data->notes ? OK : FAILED;
}

/* Second reading: names, fields and notes. */
static status table_fill(const char *bytes, table_data *data) {
    status code = OK;
    char *notes = data->notes;
    char **next = NULL; /* where the next row's fields go; NULL: the names come first */
    for (const char *line = bytes; *line && code == OK; line = strchr(line, '\n') + 1) {
        if (line[0] == '#') {
            notes = mempcpy(notes, line, strcspn(line, "\n") + 1);
        } else if (field_count(line) > 0) {
            code = fields_copy(line, data->columns, next ? next : data->names);
            next = next ? next + data->columns : data->text;
        }
    }
    for (size_t i = 0; i < data->rows * data->columns && code == OK; i++) {
        data->values[i] = field_value(data->text[i]);
    }
    return code;
}

status table_read(const char *path, table_data *data) {
    *data = (table_data){0};
    char *bytes = NULL;
    size_t size;
    status code = file_read_whole(path, SIZE_MAX - 1, &bytes, &size);
    code = code != OK ? code : bytes_check(path, bytes, size);
    code = code != OK ? code : table_measure(path, bytes, data);
    code = code != OK ? code : table_fill(bytes, data);
    for (size_t i = 0; i < data->columns && code == OK; i++) {
        if (table_column(data, data->names[i]) != (int)i) {
            code = fail(BAD_INPUT, "%s: column '%s' is named twice", path, data->names[i]);
        }
    }
    free(bytes);
    if (code != OK) { table_data_free(data); }
    return code;
}

void table_data_free(table_data *data) {
    for (size_t i = 0; data->names && i < data->columns; i++) { free(data->names[i]); }
    for (size_t i = 0; data->text && i < data->rows * data->columns; i++) { free(data->text[i]); }
    free(data->names);
    free(data->text);
    free(data->values);
    free(data->notes);
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
