#include "report/compare_tables.h"

#include <stdio.h>
#include <string.h>

#include "report/compare_kinds.h"

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

/* What depends on the data alone has no seed to differ by. */
static bool of_data_alone(const table_data *t) {
    char program[64];
    return table_note_of(t, "program", program, sizeof program) &&
           strcmp(program, "infinite-ntk") == 0;
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
    const table_data *a = left->data, *b = right->data;
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
    status st = OK;
    if (same_rows(a, b)) {
        result->kind = COMPARE_IDENTICAL;
        family->compared += a->rows;
    } else if (table_column(a, "verdict") >= 0) {
        st = compare_verdicts(a, b, family);
    } else if (table_column(a, "repetition") >= 0) {
        st = compare_runs(a, b, same_seed(a, b), family);
    } else if (same_seed(a, b) || of_data_alone(a)) {
        st = compare_numbers(a, b, family);
    } else {
        result->kind = COMPARE_UNSEEN;
    }
    result->compared = family->compared - before;
    return st;
}
