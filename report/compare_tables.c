/* The questions that two tables ask, by their kind.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "stats/twosample.h"
#include "study/verdict.h"

/* --- numbers without repetitions --- */

/* Columns that are differences of two others. Most digits of these may have cancelled: their
 * rounding is that of the others. */
static const struct {
    const char *name, *of[2];
} DIFFERENCES[] = {{"error", {"observed", "expected"}}};
enum { DIFFERENCE_COUNT = sizeof DIFFERENCES / sizeof *DIFFERENCES };

/* What rounding of a number is relative to: its size, or the largest number that it is a difference
 * of. */
static double scale_of(const table_data *t, size_t row, int column) {
    double scale = fabs(table_value(t, row, column));
    for (int d = 0; d < DIFFERENCE_COUNT; d++) {
        int left = table_column(t, DIFFERENCES[d].of[0]);
        int right = table_column(t, DIFFERENCES[d].of[1]);
        if (left < 0 || right < 0 || strcmp(t->names[column], DIFFERENCES[d].name) != 0) {
            continue;
        }
        double parts = fmax(fabs(table_value(t, row, left)), fabs(table_value(t, row, right)));
        scale = fmax(scale, parts);
    }
    return scale;
}

/* What is not finite agrees with nothing else. */
static bool agree(const table_data *a, const table_data *b, size_t row, int column) {
    double difference = fabs(table_value(a, row, column) - table_value(b, row, column));
    double scale = fmax(scale_of(a, row, column), scale_of(b, row, column));
    return isfinite(scale) && difference <= COMPARE_TOLERANCE * scale + COMPARE_ROUNDING;
}

/* What a table says of the runs of another, whose precision it has: they are compared there. */
static bool of_another_table(const table_data *t, int column) {
    char cells[256];
    return strcmp(t->names[column], "measured") == 0 &&
           table_note_of(t, "--cells", cells, sizeof cells);
}

static void compare_numbers(const table_data *a, const table_data *b, compare_family *family) {
    size_t rows = a->rows < b->rows ? a->rows : b->rows;
    for (size_t k = 0; k < rows * a->columns; k++) {
        size_t row = k / a->columns;
        int column = (int)(k % a->columns);
        const char *left = table_field(a, row, column);
        const char *right = table_field(b, row, column);
        if (of_another_table(a, column)) { continue; }
        family->compared++;
        if (strcmp(left, right) == 0 || agree(a, b, row, column)) { continue; }
        compare_add(family, 0, table_value(a, row, column), table_value(b, row, column),
                    "%s in row %zu: %s, %s", a->names[column], row + 1, left, right);
    }
    if (a->rows != b->rows) {
        compare_add(family, 0, (double)a->rows, (double)b->rows, "rows: %zu, %zu", a->rows,
                    b->rows);
    }
}

/* --- verdicts --- */

static const char *word(const table_data *t, size_t row, const char *column) {
    return table_field(t, row, table_column(t, column));
}

static bool same_statement(const table_data *a, size_t i, const table_data *b, size_t j) {
    return strcmp(word(a, i, "statement"), word(b, j, "statement")) == 0;
}

/* Which row of b has the statement of row i of a: the same name, counted alike where a name comes
 * several times. b's rows: none. */
static size_t find(const table_data *a, size_t i, const table_data *b) {
    size_t before = 0, j = 0;
    for (size_t k = 0; k < i; k++) { before += same_statement(a, k, a, i); }
    while (j < b->rows && !(same_statement(a, i, b, j) && before-- == 0)) { j++; }
    return j;
}

static bool of_the_paper(const table_data *t, size_t row) {
    return strcmp(word(t, row, "kind"), statement_kind_word(PAPER)) == 0;
}

static bool is_refuted(const char *verdict_written) {
    return strcmp(verdict_written, verdict_word(STATEMENT_REFUTED)) == 0;
}

/* A trend is judged against 0, and its limit is a p-value. */
static double trend_p(const table_data *t, size_t row) {
    bool trend = of_the_paper(t, row) && table_value(t, row, table_column(t, "bound")) == 0;
    return trend ? table_value(t, row, table_column(t, "limit")) : NAN;
}

static void compare_row(const table_data *a, size_t i, const table_data *b, size_t j,
                        compare_family *family) {
    const char *left = word(a, i, "verdict");
    const char *right = word(b, j, "verdict");
    bool turned = strcmp(left, right) != 0;
    double p = twosample_evidence_p(trend_p(a, i), trend_p(b, j));
    if (turned && !of_the_paper(a, i) && (is_refuted(left) || is_refuted(right))) { p = 0; }
    if (!turned && isnan(p)) { return; }
    compare_add(family, p, NAN, NAN, "%s: %s%s%s", word(a, i, "statement"), left,
                turned ? ", " : "", turned ? right : "");
}

static void compare_verdicts(const table_data *a, const table_data *b, compare_family *family) {
    for (size_t i = 0; i < a->rows; i++) {
        size_t j = find(a, i, b);
        family->compared++;
        if (j < b->rows) {
            compare_row(a, i, b, j, family);
        } else {
            compare_add(family, 0, NAN, NAN, "%s: %s, missing", word(a, i, "statement"),
                        word(a, i, "verdict"));
        }
    }
    for (size_t j = 0; j < b->rows; j++) {
        if (find(b, j, a) < a->rows) { continue; }
        compare_add(family, 0, NAN, NAN, "%s: missing, %s", word(b, j, "statement"),
                    word(b, j, "verdict"));
    }
}

/* --- by kind --- */

static bool same_columns(const table_data *a, const table_data *b) {
    if (a->columns != b->columns) { return false; }
    for (size_t c = 0; c < a->columns; c++) {
        if (strcmp(a->names[c], b->names[c]) != 0) { return false; }
    }
    return true;
}

static bool same_rows(const table_data *a, const table_data *b) {
    if (a->rows != b->rows) { return false; }
    for (size_t k = 0; k < a->rows * a->columns; k++) {
        if (strcmp(a->text[k], b->text[k]) != 0) { return false; }
    }
    return true;
}

/* One of the tables lacks the note, or both have the same. */
static bool note_agrees(const table_data *a, const table_data *b, const char *key) {
    char left[256], right[256];
    return !table_note_of(a, key, left, sizeof left) ||
           !table_note_of(b, key, right, sizeof right) || strcmp(left, right) == 0;
}

static bool same_seed(const table_data *a, const table_data *b) {
    char seed[64];
    return table_note_of(a, "seed", seed, sizeof seed) &&
           table_note_of(b, "seed", seed, sizeof seed) && note_agrees(a, b, "seed");
}

/* What depends on the data alone has no seed to differ by, unless its rows were drawn. */
static bool of_data_alone(const table_data *t) {
    char program[64], rows[256];
    return table_note_of(t, "program", program, sizeof program) &&
           strcmp(program, "infinite-ntk") == 0 &&
           !(table_note_of(t, "rows", rows, sizeof rows) && strstr(rows, "spread"));
}

/* Options (notes that begin with --) and what else decides numbers. */
static void name_settings(const table_data *a, const table_data *b, char *names, size_t size) {
    size_t used = 0;
    *names = '\0';
    for (const char *line = a->notes; *line && used < size; line = strchr(line, '\n') + 1) {
        char key[80];
        snprintf(key, sizeof key, "%.*s", (int)strcspn(line + 2, ":\n"), line + 2);
        bool decides = strncmp(key, "--", 2) == 0 || strcmp(key, "data shape") == 0 ||
                       strcmp(key, "precision") == 0 || strcmp(key, "seed") == 0;
        if (!decides || note_agrees(a, b, key)) { continue; }
        used += (size_t)snprintf(names + used, size - used, "%s%s", used ? ", " : "", key);
    }
}

status compare_tables(const compare_table *left, const compare_table *right, compare_family *family,
                      compare_result *result) {
    const table_data *a = left->data;
    const table_data *b = right->data;
    *result = (compare_result){.kind = COMPARE_NUMBERS};
    if (!same_columns(a, b)) {
        return fail(BAD_INPUT, "%s and %s have different columns; compare tables of one program",
                    left->path, right->path);
    }
    if (!note_agrees(a, b, "data sha256")) {
        return fail(BAD_INPUT, "%s and %s are of different data; compare runs on one data set",
                    left->path, right->path);
    }
    name_settings(a, b, result->settings, sizeof result->settings);
    size_t before = family->compared;
    if (same_rows(a, b)) {
        result->kind = COMPARE_IDENTICAL;
        family->compared += a->rows;
    } else if (table_column(a, "verdict") >= 0) {
        if (table_column(a, "statement") < 0) {
            return fail(BAD_INPUT,
                        "a table has verdicts but no column 'statement'; give a table of "
                        "verdicts");
        }
        compare_verdicts(a, b, family);
    } else if (table_column(a, "repetition") >= 0) {
        compare_runs(a, b, same_seed(a, b), family);
    } else if (same_seed(a, b) || of_data_alone(a)) {
        compare_numbers(a, b, family);
    } else {
        result->kind = COMPARE_UNSEEN;
    }
    result->compared = family->compared - before;
    return OK;
}
