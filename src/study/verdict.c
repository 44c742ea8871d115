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
static const char NAMES[] =
    "statement kind verdict bound sense observed slack rows of trials limit "
    "hypotheses says source anchor command";
static const char *const OPTIONAL[] = {"sense", "rows", "of", "source",
                                       "anchor"}; /* older tables have not */
enum {
    VERDICT_COUNT = sizeof VERDICTS / sizeof *VERDICTS,
    KIND_COUNT = sizeof KINDS / sizeof *KINDS,
    SENSE_COUNT = sizeof SENSES / sizeof *SENSES
};

const char *verdict_word(verdict v) { return VERDICTS[v]; }

const char *statement_kind_word(statement_kind k) { return KINDS[k]; }

verdict verdict_of(bool hypothesis_met, bool holds) {
    if (!hypothesis_met) { return HYPOTHESIS_NOT_MET; }
    return holds ? NOT_REFUTED : STATEMENT_REFUTED;
}

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

/* 0 stands for a count that there is not. */
static void add_count(table *t, size_t count) { table_number(t, count ? (double)count : NAN); }

static void add_row(table *t, const statement_row *row) {
    table_row(t);
    add_text(t, row->statement);
    add_text(t, statement_kind_word(row->kind));
    add_text(t, verdict_word(row->verdict));
    table_number(t, row->bound);
    add_text(t, SENSES[row->sense]);
    table_number(t, row->observed);
    table_number(t, row->slack);
    add_count(t, row->rows);
    add_count(t, row->of);
    table_number(t, (double)row->trials);
    table_number(t, row->limit);
    add_text(t, row->hypotheses);
    add_text(t, row->says);
    add_text(t, row->source);
    add_text(t, row->anchor);
    add_text(t, row->command);
}

status verdict_write(const statement_row *rows, size_t count, const char *path,
                     void (*notes)(table *t, void *context), void *context) {
    table *t = table_new(
        NAMES,
        "statement [text] number or label in the paper; in texts _ is a blank and \\_ an "
        "underscore\n"
        "kind [text] exact, derived or paper: an identity, a bound proved here, what the paper "
        "says\n"
        "verdict [text] not refuted, refuted, hypothesis not met or not checked\n"
        "bound [of the statement] what the statement allows; nan if it has no such number\n"
        "sense [text] observed is to be <=, >= or = bound; - where a p-value or trend decides\n"
        "observed [of the statement] worst or quantile seen\n"
        "slack [1] how far from the bound, as a factor; >= 1 where the statement held\n"
        "rows [count] rows n of the data that it was checked on; nan: not of rows of one file\n"
        "of [count] rows that the file has\n"
        "trials [count] observations behind the row\n"
        "limit [1] Clopper-Pearson limit or p-value\n"
        "hypotheses [text] what the statement supposes and how this run stands to it\n"
        "says [text] the statement in a few words\n"
        "source [text] file in which hypothesis and observation stand\n"
        "anchor [text] the statement's place in doc/mathematics.md\n"
        "command [text] computes this row again",
        17);
    if (!t) { return FAILED; }
    if (notes) { notes(t, context); }
    for (size_t i = 0; i < count; i++) { add_row(t, &rows[i]); }
    status s = table_write(t, path);
    table_free(t);
    return s;
}

/* One row of a table that was read, all of whose columns are there. */
typedef struct {
    const char *path;
    const table_data *data;
    size_t row;
} reader;

static size_t field_of(const reader *r, const char *name) {
    return r->row * r->data->columns + (size_t)table_column(r->data, name);
}

static status reject(const reader *r, const char *name, const char *what) {
    return fail(BAD_INPUT, "%s: row %zu: '%s' %s; write the table anew", r->path, r->row + 1, name,
                what);
}

static status read_text(const reader *r, const char *name, char *text, size_t size) {
    bool absent = table_column(r->data, name) < 0; /* one of OPTIONAL */
    const char *c = absent ? "-" : r->data->text[field_of(r, name)];
    size_t length = 0;
    if (strcmp(c, "-") == 0) { c++; }
    for (; *c && length + 1 < size; c++) {
        bool escaped = *c == '\\' && c[1];
        c += escaped;
        text[length++] = *c == '_' && !escaped ? ' ' : *c;
    }
    text[length] = '\0';
    return *c ? reject(r, name, "is too long") : OK;
}

/* NaN if the table has no such column (one of OPTIONAL). */
static double read_number(const reader *r, const char *name) {
    return table_column(r->data, name) < 0 ? NAN : r->data->values[field_of(r, name)];
}

static status read_count(const reader *r, const char *name, bool may_lack, size_t *count) {
    double value = read_number(r, name);
    if (isnan(value) && may_lack) {
        *count = 0;
        return OK;
    }
    if (!(value >= 0 && value < 0x1p53 && value == floor(value))) {
        return reject(r, name, "is not a count");
    }
    *count = (size_t)value;
    return OK;
}

static status read_word(const reader *r, const char *name, const char *const *words, int count,
                        int *index) {
    char word[32];
    status s = read_text(r, name, word, sizeof word);
    for (*index = 0; s == OK && *index < count; ++*index) {
        if (strcmp(word, words[*index]) == 0) { return OK; }
    }
    return s == OK ? reject(r, name, "is an unknown word") : s;
}

static status read_row(const reader *r, statement_row *row) {
    int kind, word, sense;
    status s = read_text(r, "statement", row->statement, sizeof row->statement);
    s = s != OK ? s : read_word(r, "kind", KINDS, KIND_COUNT, &kind);
    s = s != OK ? s : read_word(r, "verdict", VERDICTS, VERDICT_COUNT, &word);
    s = s != OK ? s : read_count(r, "trials", false, &row->trials);
    s = s != OK ? s : read_count(r, "rows", true, &row->rows);
    s = s != OK ? s : read_count(r, "of", true, &row->of);
    s = s != OK ? s : read_text(r, "hypotheses", row->hypotheses, sizeof row->hypotheses);
    s = s != OK ? s : read_text(r, "says", row->says, sizeof row->says);
    s = s != OK ? s : read_word(r, "sense", SENSES, SENSE_COUNT, &sense);
    s = s != OK ? s : read_text(r, "source", row->source, sizeof row->source);
    s = s != OK ? s : read_text(r, "anchor", row->anchor, sizeof row->anchor);
    s = s != OK ? s : read_text(r, "command", row->command, sizeof row->command);
    if (s != OK) { return s; }
    row->sense = (verdict_sense)sense;
    row->kind = (statement_kind)kind;
    row->verdict = (verdict)word;
    row->bound = read_number(r, "bound");
    row->observed = read_number(r, "observed");
    row->slack = read_number(r, "slack");
    row->limit = read_number(r, "limit");
    return OK;
}

static status check_columns(const char *path, const table_data *data) {
    char name[32];
    for (const char *c = NAMES; *c; c += strspn(c, " ")) {
        size_t length = strcspn(c, " ");
        snprintf(name, sizeof name, "%.*s", (int)length, c);
        bool optional = false;
        for (size_t k = 0; k < sizeof OPTIONAL / sizeof *OPTIONAL; k++) {
            optional |= strcmp(name, OPTIONAL[k]) == 0;
        }
        if (!optional && table_column(data, name) < 0) {
            return fail(BAD_INPUT, "%s: column '%s' is missing; give a table of verdicts", path,
                        name);
        }
        c += length;
    }
    return OK;
}

status verdict_read(const char *path, statement_row **rows, size_t *count) {
    table_data data;
    status s = table_read(path, &data);
    if (s != OK) { return s; }
    s = check_columns(path, &data);
    size_t room = *count + data.rows + 1; /* never 0 bytes */
    statement_row *grown = s == OK ? realloc(*rows, room * sizeof *grown) : NULL;
    if (grown) {
        *rows = grown;
    } else if (s == OK) {
        s = fail(FAILED, "%s: no memory for %zu rows; read fewer tables", path, data.rows);
    }
    for (size_t i = 0; i < data.rows && s == OK; i++) {
        s = read_row(&(reader){path, &data, i}, &grown[*count + i]);
    }
    if (s == OK) { *count += data.rows; }
    table_data_free(&data);
    return s;
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

void verdict_print(const statement_row *rows, size_t count, FILE *stream, bool colour) {
    int room = statement_room(rows, count);
    fprintf(stream, "%-*s %-*s %-*s", VERDICT_ROOM, "verdict", KIND_ROOM, "kind", room,
            "statement");
    fprintf(stream, " %*s %*s %*s", NUMBER_ROOM, "bound", NUMBER_ROOM, "observed", NUMBER_ROOM,
            "slack");
    fprintf(stream, " %*s %*s\n", TRIALS_ROOM, "trials", NUMBER_ROOM, "limit");
    size_t seen[VERDICT_COUNT] = {0};
    for (size_t i = 0; i < count; i++) {
        print_row(&rows[i], room, stream, colour);
        seen[rows[i].verdict]++;
    }
    fprintf(stream, "%zu statement%s:", count, count == 1 ? "" : "s");
    for (int v = 0; v < VERDICT_COUNT; v++) {
        fprintf(stream, "%s %zu %s", v ? "," : "", seen[v], VERDICTS[v]);
    }
    fputc('\n', stream);
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
