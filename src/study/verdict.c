/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/verdict.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const VERDICTS[] = {"not refuted", "refuted", "hypothesis not met",
                                       "not checked"};
static const char *const COLOURS[] = {"\033[32m", "\033[1;31m", "\033[33m",
                                      "\033[2m"}; /* green, red, yellow, faint */
static const char *const KINDS[] = {"exact", "derived", "paper"};
static const char PLAIN[] = "\033[0m";
static const char *const SENSES[] = {"", "<=", ">=", "="};

typedef enum { COLUMN_TEXT, COLUMN_WORD, COLUMN_NUMBER, COLUMN_WHOLE } column_type;

/* A column of the table: a member of statement_row. */
typedef struct {
    const char *name, *meaning;
    column_type type;
    size_t member, size;      /* offset; bytes of a text */
    const char *const *words; /* of a word, by the number of an enum */
    size_t count;
    bool optional; /* older tables have it not */
} column;

#define TEXT(member) \
    COLUMN_TEXT, offsetof(statement_row, member), sizeof((statement_row *)NULL)->member
#define WORD(member, words) \
    COLUMN_WORD, offsetof(statement_row, member), 0, words, sizeof words / sizeof *words
#define NUMBER(member) COLUMN_NUMBER, offsetof(statement_row, member)

static const column COLUMNS[] = {
    {"statement",
     "[text] number or label in the paper; in texts _ is a blank and \\_ an underscore",
     TEXT(statement)},
    {"kind",
     "[text] exact, derived or paper: an identity, a bound proved here, what the paper says",
     WORD(kind, KINDS)},
    {"verdict", "[text] not refuted, refuted, hypothesis not met or not checked",
     WORD(verdict, VERDICTS)},
    {"bound", "[of the statement] what the statement allows; nan if it has no such number",
     NUMBER(bound)},
    {"sense", "[text] observed is to be <=, >= or = bound; - where a p-value or trend decides",
     WORD(sense, SENSES), .optional = true},
    {"observed", "[of the statement] worst or quantile seen", NUMBER(observed)},
    {"slack", "[1] how far from the bound, as a factor; >= 1 where the statement held",
     NUMBER(slack)},
    {"rows", "[count] rows n of the data that it was checked on; 0: not of rows of one file",
     COLUMN_WHOLE, offsetof(statement_row, rows), .optional = true},
    {"of", "[count] rows that the file has", COLUMN_WHOLE, offsetof(statement_row, of),
     .optional = true},
    {"trials", "[count] observations behind the row", COLUMN_WHOLE,
     offsetof(statement_row, trials)},
    {"limit", "[1] Clopper-Pearson limit or p-value", NUMBER(limit)},
    {"hypotheses", "[text] what the statement supposes and how this run stands to it",
     TEXT(hypotheses)},
    {"says", "[text] the statement in a few words", TEXT(says)},
    {"source", "[text] file in which hypothesis and observation stand", TEXT(source),
     .optional = true},
    {"anchor", "[text] the statement's place in doc/mathematics.md", TEXT(anchor),
     .optional = true},
    {"command", "[text] computes this row again", TEXT(command)}};
enum {
    VERDICT_COUNT = sizeof VERDICTS / sizeof *VERDICTS,
    COLUMN_COUNT = sizeof COLUMNS / sizeof *COLUMNS
};

const char *verdict_word(verdict v) { return VERDICTS[v]; }

const char *statement_kind_word(statement_kind k) { return KINDS[k]; }

/* --- Rows as a table. A field may hold no blank: a blank is written '_', an underscore "\_", a
 * backslash "\\", a '#' "\#", and a text that is not there "-" (one that is a dash alone: "\-").
 * --- */

static void add_text(table *t, const char *text) {
    char field[2 * sizeof((statement_row *)NULL)->command + 2];
    char *out = field;
    if (strcmp(text, "-") == 0) { *out++ = '\\'; }
    for (const char *c = *text ? text : "-"; *c; c++) {
        if (strchr("\\_#", *c)) { *out++ = '\\'; }
        *out++ = isspace((unsigned char)*c) ? '_' : *c;
    }
    *out = '\0';
    table_text(t, field);
}

static void add_field(table *t, const column *c, const statement_row *row) {
    const void *member = (const char *)row + c->member;
    switch (c->type) {
    case COLUMN_TEXT: add_text(t, member); break;
    case COLUMN_WORD: add_text(t, c->words[*(const unsigned *)member]); break;
    case COLUMN_NUMBER: table_number(t, *(const double *)member); break;
    case COLUMN_WHOLE: table_number(t, (double)*(const size_t *)member); break;
    }
}

status verdict_write(const statement_row *rows, size_t count, const char *path,
                     void (*notes)(table *t, void *context), void *context) {
    table *t = table_new(17);
    if (!t) { return FAILED; }
    for (int k = 0; k < COLUMN_COUNT; k++) {
        table_add_column(t, COLUMNS[k].name, COLUMNS[k].meaning);
    }
    if (notes) { notes(t, context); }
    for (size_t i = 0; i < count; i++) {
        table_row(t);
        for (int k = 0; k < COLUMN_COUNT; k++) { add_field(t, &COLUMNS[k], &rows[i]); }
    }
    status st = table_write(t, path);
    table_free(t);
    return st;
}

/* The text of a field as it was before add_text; false if it is longer than `size`. */
static bool read_text(const char *field, char *text, size_t size) {
    size_t length = 0;
    if (strcmp(field, "-") == 0) { field++; }
    for (; *field && length + 1 < size; field++) {
        bool escaped = *field == '\\' && field[1];
        field += escaped;
        text[length++] = *field == '_' && !escaped ? ' ' : *field;
    }
    text[length] = '\0';
    return !*field;
}

/* Which of the column's words the field is; false if none. */
static bool read_word(const column *c, const char *field, unsigned *index) {
    char word[32];
    if (!read_text(field, word, sizeof word)) { return false; }
    for (*index = 0; *index < c->count; ++*index) {
        if (strcmp(word, c->words[*index]) == 0) { return true; }
    }
    return false;
}

/* Fills the column's member from row `row` of the table; what is wrong with it, NULL if nothing. */
static const char *read_field(const table_data *data, size_t row, const column *c,
                              statement_row *to) {
    void *member = (char *)to + c->member;
    int at = table_column(data, c->name); /* < 0: optional */
    const char *field = at < 0 ? "-" : table_field(data, row, at);
    double value = c->type == COLUMN_WHOLE && at < 0 ? 0 : table_value(data, row, at);
    switch (c->type) {
    case COLUMN_TEXT: return read_text(field, member, c->size) ? NULL : "is too long";
    case COLUMN_WORD: return read_word(c, field, member) ? NULL : "is an unknown word";
    case COLUMN_NUMBER: *(double *)member = value; return NULL;
    case COLUMN_WHOLE:
        if (!(value >= 0 && value < 0x1p53 && value == floor(value))) { return "is not a count"; }
        *(size_t *)member = (size_t)value;
    }
    return NULL;
}

static status read_row(const char *path, const table_data *data, size_t row, statement_row *to) {
    for (int k = 0; k < COLUMN_COUNT; k++) {
        const char *wrong = read_field(data, row, &COLUMNS[k], to);
        if (wrong) {
            return fail(BAD_INPUT, "%s: row %zu: '%s' %s; write the table anew", path, row + 1,
                        COLUMNS[k].name, wrong);
        }
    }
    return OK;
}

static status check_columns(const char *path, const table_data *data) {
    for (int k = 0; k < COLUMN_COUNT; k++) {
        if (!COLUMNS[k].optional && table_column(data, COLUMNS[k].name) < 0) {
            return fail(BAD_INPUT, "%s: column '%s' is missing; give a table of verdicts", path,
                        COLUMNS[k].name);
        }
    }
    return OK;
}

status verdict_read(const char *path, statement_row **rows, size_t *count) {
    table_data data;
    statement_row *grown;
    status st = table_read(path, &data);
    if (st != OK) { return st; }
    st = check_columns(path, &data);
    if (st != OK) { goto end; }
    grown = realloc(*rows, (*count + data.rows + 1) * sizeof *grown); /* never 0 bytes */
    if (!grown) {
        st = fail(FAILED, "%s: no memory for %zu rows; read fewer tables", path, data.rows);
        goto end;
    }
    *rows = grown;
    for (size_t i = 0; i < data.rows && st == OK; i++) {
        st = read_row(path, &data, i, &grown[*count + i]);
    }
    if (st == OK) { *count += data.rows; }
end:
    table_data_free(&data);
    return st;
}

/* --- Rows for a reader at a terminal: a line of fixed columns each, its texts below it, indented.
 * --- */

enum { LINE = 120, INDENT = 4 };
enum { VERDICT_ROOM = 18, KIND_ROOM = 7, STATEMENT_ROOM = 39, NUMBER_ROOM = 10, TRIALS_ROOM = 8 };

/* Four digits, aligned to the right; a dash where there is no number. */
static void print_number(FILE *stream, double value) {
    if (isnan(value)) {
        fprintf(stream, " %*s", NUMBER_ROOM, "-");
    } else {
        fprintf(stream, " %*.4g", NUMBER_ROOM, value);
    }
}

/* label and text, indented and broken between words. */
static void print_text(FILE *stream, const char *label, const char *text) {
    size_t used = INDENT + strlen(label);
    fprintf(stream, "%*s%s", INDENT, "", label);
    for (const char *word = text + strspn(text, " "); *word; word += strspn(word, " ")) {
        size_t length = strcspn(word, " ");
        if (used + 1 + length > LINE) {
            fprintf(stream, "\n%*s", INDENT, "");
            used = INDENT;
        }
        fprintf(stream, " %.*s", (int)length, word);
        used += 1 + length;
        word += length;
    }
    fputc('\n', stream);
}

/* The statement in words, and the rows that it was checked on. */
static void print_says(const statement_row *row, FILE *stream) {
    char says[sizeof row->says + 64];
    size_t used = (size_t)snprintf(says, sizeof says, "%s", row->says);
    if (row->rows) {
        snprintf(says + used, sizeof says - used, "%s(%zu of %zu rows)", used ? " " : "", row->rows,
                 row->of);
    }
    if (*says) { print_text(stream, "says:", says); }
}

static void print_row(const statement_row *row, int room, FILE *stream, bool colour) {
    fprintf(stream, "%s%-*s%s ", colour ? COLOURS[row->verdict] : "", VERDICT_ROOM,
            verdict_word(row->verdict), colour ? PLAIN : "");
    bool cut = strlen(row->statement) > (size_t)room;
    int shown = cut ? room - 2 : room;
    fprintf(stream, "%-*s ", KIND_ROOM, statement_kind_word(row->kind));
    fprintf(stream, "%-*.*s%s", shown, shown, row->statement, cut ? ".." : "");
    print_number(stream, row->bound);
    print_number(stream, row->observed);
    print_number(stream, row->slack);
    fprintf(stream, " %*zu", TRIALS_ROOM, row->trials);
    print_number(stream, row->limit);
    fputc('\n', stream);
    print_says(row, stream);
    if (*row->hypotheses) { print_text(stream, "supposes:", row->hypotheses); }
    if (row->verdict == STATEMENT_REFUTED && *row->command) {
        fprintf(stream, "%*sagain: %s\n", INDENT, "", row->command); /* one line, to be copied */
    }
}

/* Width of the longest statement, within what a line leaves for it. */
static int statement_room(const statement_row *rows, size_t count) {
    size_t room = strlen("statement");
    for (size_t i = 0; i < count; i++) {
        if (strlen(rows[i].statement) > room) { room = strlen(rows[i].statement); }
    }
    return room < STATEMENT_ROOM ? (int)room : STATEMENT_ROOM;
}

/* Rows of all verdicts, or of all but `not refuted`; then how many of each there are. */
static void print_rows(const statement_row *rows, size_t count, bool all, FILE *stream,
                       bool colour) {
    int room = statement_room(rows, count);
    fprintf(stream, "%-*s %-*s %-*s", VERDICT_ROOM, "verdict", KIND_ROOM, "kind", room,
            "statement");
    fprintf(stream, " %*s %*s %*s", NUMBER_ROOM, "bound", NUMBER_ROOM, "observed", NUMBER_ROOM,
            "slack");
    fprintf(stream, " %*s %*s\n", TRIALS_ROOM, "trials", NUMBER_ROOM, "limit");
    size_t seen[VERDICT_COUNT] = {0};
    for (size_t i = 0; i < count; i++) {
        if (all || rows[i].verdict != NOT_REFUTED) { print_row(&rows[i], room, stream, colour); }
        seen[rows[i].verdict]++;
    }
    fprintf(stream, "%zu statement%s:", count, count == 1 ? "" : "s");
    for (int v = 0; v < VERDICT_COUNT; v++) {
        fprintf(stream, "%s %zu %s", v ? "," : "", seen[v], VERDICTS[v]);
    }
    fputc('\n', stream);
}

void verdict_print(const statement_row *rows, size_t count, FILE *stream, bool colour) {
    print_rows(rows, count, true, stream, colour);
}

void verdict_print_others(const statement_row *rows, size_t count, FILE *stream, bool colour) {
    print_rows(rows, count, false, stream, colour);
}

/* What the paper says may turn out not to hold; what is proved here may not. */
status verdict_status(const statement_row *rows, size_t count) {
    const statement_row *first = NULL;
    size_t refuted = 0;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].kind == PAPER || rows[i].verdict != STATEMENT_REFUTED) { continue; }
        first = first ? first : &rows[i];
        refuted++;
    }
    if (!first) { return OK; }
    return fail(REFUTED,
                "%zu exact or derived statement%s refuted, first %s: %s; "
                "the mathematics or the code is wrong, run %s",
                refuted, refuted == 1 ? "" : "s", first->statement, first->says, first->command);
}
