#include "report/compare_tables.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *compare_field(const table_data *t, size_t row, size_t column)
{
    return t->text[row * t->columns + column];
}

static bool same_rows(const table_data *a, const table_data *b)
{
    if (a->rows != b->rows) { return false; }
    for (size_t k = 0; k < a->rows * a->columns; k++) {
        if (strcmp(a->text[k], b->text[k]) != 0) { return false; }
    }
    return true;
}

static bool same_columns(const table_data *a, const table_data *b)
{
    if (a->columns != b->columns) { return false; }
    for (size_t c = 0; c < a->columns; c++) {
        if (strcmp(a->names[c], b->names[c]) != 0) { return false; }
    }
    return true;
}

/* True unless both tables have the note and it differs. */
static bool note_agrees(const table_data *a, const table_data *b, const char *key)
{
    char left[256], right[256];
    return !table_note_of(a, key, left, sizeof left) ||
           !table_note_of(b, key, right, sizeof right) || strcmp(left, right) == 0;
}

bool compare_same_seed(const table_data *a, const table_data *b)
{
    char seed[64];
    return table_note_of(a, "seed", seed, sizeof seed) &&
           table_note_of(b, "seed", seed, sizeof seed) && note_agrees(a, b, "seed");
}

/* What depends on the data alone has no seed to differ by. */
static bool of_data_alone(const table_data *t)
{
    char program[64];
    return table_note_of(t, "program", program, sizeof program) &&
           strcmp(program, "infinite-ntk") == 0;
}

static void name_settings(const table_data *a, const table_data *b, char *text, size_t size)
{
    static const char *const keys[] = {"data shape", "--width",       "--subnets",    "--xi",
                                       "--lr",       "--local-steps", "--rounds",     "--repeats",
                                       "--kappa",    "--mask",        "--unselected", "--scaling",
                                       "precision",  "seed"};
    size_t used = 0;
    *text = '\0';
    for (size_t k = 0; k < sizeof keys / sizeof *keys && used < size; k++) {
        if (!note_agrees(a, b, keys[k])) {
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", keys[k]);
        }
    }
}

status compare_tables(const compare_table *a, const compare_table *b, compare_family *family,
                      compare_result *result)
{
    *result = (compare_result){.kind = COMPARE_NUMBERS};
    if (!same_columns(a->data, b->data)) {
        return fail(BAD_INPUT, "%s and %s have different columns; compare tables of one program",
                    a->path, b->path);
    }
    if (!note_agrees(a->data, b->data, "data sha256")) {
        return fail(BAD_INPUT, "%s and %s are of different data; compare runs on one data set",
                    a->path, b->path);
    }
    name_settings(a->data, b->data, result->settings, sizeof result->settings);
    if (same_rows(a->data, b->data)) {
        result->kind = COMPARE_IDENTICAL;
        result->compared = a->data->rows;
        return OK;
    }
    if (table_column(a->data, "verdict") >= 0) {
        return compare_verdicts(a->data, b->data, family, &result->compared);
    }
    if (table_column(a->data, "repetition") >= 0) {
        return compare_runs(a->data, b->data, family, &result->compared);
    }
    if (compare_same_seed(a->data, b->data) || of_data_alone(a->data)) {
        return compare_numbers(a->data, b->data, family, &result->compared);
    }
    result->kind = COMPARE_UNSEEN;
    return OK;
}
