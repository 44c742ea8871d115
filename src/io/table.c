#include "io/table.h"

#include "io/file.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char SPACE[] = " \t\n";

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

/* Writes the legend's line for each column: "name [unit] meaning" becomes "# column name: [unit]
 * meaning". */
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
