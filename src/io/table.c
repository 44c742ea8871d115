#include "io/table.h"

#include "io/file.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char BLANK[] = " \t", SPACE[] = " \t\n";

typedef struct {
    char *bytes; /* valid after fflush(stream) */
    size_t size;
    FILE *stream; /* open_memstream */
} text;

struct table {
    char *names;        /* the names, one blank between two */
    bool named_by_rows; /* the first row names the columns */
    size_t columns;
    int digits;
    text notes;          /* lines of provenance and legend */
    text body;           /* rows and gaps, the last row without its line feed */
    size_t rows, filled; /* rows begun; fields of the last one */
    char defect[200];    /* the first misuse: this table cannot be written */
};

/* Keeps the first misuse of the table. */
__attribute__((format(printf, 2, 3))) static void defect_note(table *t, const char *format, ...) {
    if (t->defect[0]) { return; }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(t->defect, sizeof t->defect, format, arguments);
    va_end(arguments);
}

static void text_close(text *x) {
    if (x->stream) {
        fclose(x->stream);
        free(x->bytes);
    }
}

/* Sets names (one blank between two) and columns. */
static bool names_set(table *t, const char *names) {
    char *end = t->names = calloc(strlen(names) + 1, 1);
    if (!end) { return false; }
    for (const char *name = names + strspn(names, SPACE); *name; name += strspn(name, SPACE)) {
        const size_t length = strcspn(name, SPACE);
        end += sprintf(end, "%s%.*s", t->columns++ ? " " : "", (int)length, name);
        name += length;
    }
    if (t->columns == 0 || t->names[0] == '#') {
        defect_note(t, "its column names '%s' are none", t->names);
    }
    return true;
}

/* Writes the legend's line for each column: "name [unit] meaning" becomes "# column name: [unit] meaning". */
static void legend_write(table *t, const char *legend) {
    const char *name = t->names, *line = legend;
    for (size_t i = 0; i < t->columns; i++) {
        const size_t length = strcspn(name, " "), line_length = strcspn(line, "\n");
        if (strncmp(line, name, length) != 0 || line_length <= length || line[length] != ' ') {
            defect_note(t, "line %zu of its legend does not explain column '%.*s'", i + 1,
                        (int)length, name);
            return;
        }
        fprintf(t->notes.stream, "# column %.*s: %.*s\n", (int)length, name,
                (int)(line_length - length - 1), line + length + 1);
        name += length + strspn(name + length, " ");
        line += line_length + strspn(line + line_length, "\n");
    }
    if (*line) { defect_note(t, "its legend has more lines than the table has columns"); }
}

table *table_new(const char *names, const char *legend, int digits) {
    table *t = allocate(1, sizeof *t, "table");
    if (!t) { return NULL; }
    t->digits = digits;
    t->notes.stream = open_memstream(&t->notes.bytes, &t->notes.size);
    t->body.stream = open_memstream(&t->body.bytes, &t->body.size);
    t->named_by_rows = !names;
    if (!t->notes.stream || !t->body.stream ||
        !(names ? names_set(t, names) : (t->names = calloc(1, 1)) != NULL)) {
        table_free(t);
        fail(FAILED, "no memory for a table");
        return NULL;
    }
    if (digits != 9 && digits != 17) {
        defect_note(t, "its numbers have %d digits, not 9 or 17", digits);
    }
    if (legend) { legend_write(t, legend); }
    return t;
}

void table_free(table *t) {
    if (t) {
        text_close(&t->notes);
        text_close(&t->body);
        free(t->names);
        free(t);
    }
}

void table_note(table *t, const char *key, const char *format, ...) {
    char *value = NULL;
    va_list arguments;
    va_start(arguments, format);
    const int length = vasprintf(&value, format, arguments);
    va_end(arguments);
    if (length < 0) {
        defect_note(t, "no memory for its note '%s'", key);
        return;
    }
    for (char *c = value; *c; c++) { /* a note is one line */
        *c = iscntrl((unsigned char)*c) ? ' ' : *c;
    }
    fprintf(t->notes.stream, "# %s: %s\n", key, value);
    free(value);
}

/* True if the row begun last is not full. */
static bool row_is_cut(const table *t) { return t->rows > 0 && t->filled != t->columns; }

/* Ends the row begun last, if there is one. */
static void row_separate(table *t) {
    if (row_is_cut(t)) {
        defect_note(t, "its row %zu has %zu fields for %zu columns", t->rows, t->filled,
                    t->columns);
    }
    if (t->rows > 0) { fputc('\n', t->body.stream); }
}

void table_row(table *t) {
    row_separate(t);
    t->rows++;
    t->filled = 0;
}

/* Writes what stands before the next field. */
static void field_begin(table *t) {
    if (t->rows == 0) { defect_note(t, "it has a field before its first row"); }
    if (t->filled > 0) { fputc(' ', t->body.stream); }
    t->filled++;
}

void table_number(table *t, double value) {
    field_begin(t);
    if (isnan(value)) {
        fputs("nan", t->body.stream); /* printf would write the sign of some */
    } else {
        fprintf(t->body.stream, "%.*g", t->digits, value);
    }
}

/* An empty text becomes '-', a '#' at its head '_': neither would read back as a field. */
void table_text(table *t, const char *word) {
    field_begin(t);
    if (!*word) { fputc('-', t->body.stream); }
    for (const char *c = word; *c; c++) {
        const bool blank =
            isspace((unsigned char)*c) || iscntrl((unsigned char)*c) || (c == word && *c == '#');
        fputc(blank ? '_' : *c, t->body.stream);
    }
}

/* The name of column number k, not ended by 0; *length of it. */
static const char *name_of(const table *t, size_t k, size_t *length) {
    const char *name = t->names;
    for (; k > 0; k--) { name += strcspn(name, " ") + 1; }
    *length = strcspn(name, " ");
    return name;
}

static void column_add(table *t, const char *name, const char *meaning) {
    char *grown = NULL;
    if (asprintf(&grown, "%s%s%s", t->names, t->columns ? " " : "", name) < 0) {
        defect_note(t, "no memory for its column '%s'", name);
        return;
    }
    free(t->names);
    t->names = grown;
    t->columns++;
    fprintf(t->notes.stream, "# column %s: %s\n", name, meaning);
}

/* Before the next field: its column is there and has this name. */
static void column_expect(table *t, const char *name, const char *meaning) {
    size_t length;
    if (t->rows == 1 && t->named_by_rows) { column_add(t, name, meaning); }
    const char *expected = t->filled < t->columns ? name_of(t, t->filled, &length) : NULL;
    if (!expected || strlen(name) != length || strncmp(name, expected, length) != 0) {
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

void table_gap(table *t) { row_separate(t); }

/* The file's text; NULL and a kept line if there is no memory. */
static char *table_format(const table *t, size_t *size) {
    if (fflush(t->notes.stream) != 0 || fflush(t->body.stream) != 0 || ferror(t->notes.stream) ||
        ferror(t->body.stream)) {
        fail(FAILED, "no memory for a table of %zu rows", t->rows);
        return NULL;
    }
    const size_t head = t->notes.size + strlen(t->names) + 1;
    char *bytes = allocate(head + t->body.size + 2, 1, "text of a table");
    if (bytes) {
        memcpy(bytes, t->notes.bytes, t->notes.size);
        sprintf(bytes + t->notes.size, "%s\n", t->names);
        memcpy(bytes + head, t->body.bytes, t->body.size);
        *size = head + t->body.size;
        if (t->rows > 0) { bytes[(*size)++] = '\n'; }
    }
    return bytes;
}

status table_write(const table *t, const char *path) {
    if (t->named_by_rows && t->columns == 0) {
        return fail(FAILED, "%s: not written, it has no rows that name its columns", path);
    }
    if (t->defect[0] || row_is_cut(t)) {
        return fail(FAILED, "%s: not written, %s", path,
                    t->defect[0] ? t->defect : "its last row is not full");
    }
    size_t size;
    char *bytes = table_format(t, &size);
    if (!bytes) { return FAILED; }
    const status code = file_write_whole(path, bytes, size);
    free(bytes);
    return code;
}

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
