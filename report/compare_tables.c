#include "report/compare_tables.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/twosample.h"

const char *compare_word(compare_outcome o)
{
    static const char *const words[] = {"identical", "same within noise", "different"};
    return words[o];
}

/* Columns that say which cell a row belongs to; the other numbers are values. */
static bool is_key(const char *name)
{
    static const char *const keys[] = {"xi", "round", "subnets", "width", "step"};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        if (strcmp(name, keys[k]) == 0)
            return true;
    return false;
}

static const char *field(const table_data *t, size_t row, size_t column)
{
    return t->text[row * t->columns + column];
}

static bool same_rows(const table_data *a, const table_data *b)
{
    if (a->rows != b->rows)
        return false;
    for (size_t k = 0; k < a->rows * a->columns; k++)
        if (strcmp(a->text[k], b->text[k]) != 0)
            return false;
    return true;
}

static bool same_cell(const table_data *a, size_t i, const table_data *b, size_t j)
{
    for (size_t c = 0; c < a->columns; c++)
        if (is_key(a->names[c]) && strcmp(field(a, i, c), field(b, j, c)) != 0)
            return false;
    return true;
}

static void name_cell(const table_data *t, size_t row, const char *value, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "%s at", value);
    for (size_t c = 0; c < t->columns && used < size; c++)
        if (is_key(t->names[c]))
            used += (size_t)snprintf(text + used, size - used, " %s=%s", t->names[c], field(t, row, c));
}

/* values (at most rows of t): column c of the rows of t that are of cell `row` of `of`. */
static size_t take_cell(const table_data *of, size_t row, const table_data *t, size_t c, double *values)
{
    size_t count = 0;
    for (size_t j = 0; j < t->rows; j++)
        if (same_cell(of, row, t, j))
            values[count++] = t->values[j * t->columns + c];
    return count;
}

static bool first_of_cell(const table_data *t, size_t row)
{
    for (size_t j = 0; j < row; j++)
        if (same_cell(t, row, t, j))
            return false;
    return true;
}

static bool is_value(const table_data *t, size_t c)
{
    return !is_key(t->names[c]) && strcmp(t->names[c], "repetition") != 0 && t->rows > 0 && !isnan(t->values[c]);
}

/* One test of a family. */
typedef struct { double p; size_t row, column; } cell_test;

static bool all_nan(const double *x, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (!isnan(x[k]))
            return false;
    return true;
}

/* A value that is missing on one side only (a cell that diverged, or is not there) differs for certain. */
static double cell_p(const double *x, size_t n, const double *y, size_t m, bool paired)
{
    if (all_nan(x, n) && all_nan(y, m))
        return NAN;
    double p = paired && n == m ? twosample_paired_p(x, y, n) : twosample_welch_p(x, n, y, m);
    return isnan(p) && n > 1 && m != 1 ? 0 : p;
}

static bool same_seed(const table_data *a, const table_data *b)
{
    char left[64] = "a", right[64] = "b";
    return table_note_of(a, "seed", left, sizeof left) && table_note_of(b, "seed", right, sizeof right) && strcmp(left, right) == 0;
}

static void keep_worst(const table_data *a, const cell_test *tests, size_t count, const unsigned char *rejected, compare_result *result)
{
    bool *told = allocate(count, sizeof *told, "tests told");
    for (size_t w = 0; told && w < sizeof result->worst / sizeof *result->worst; w++) {
        size_t worst = count;
        for (size_t k = 0; k < count; k++)
            if (rejected[k] && !told[k] && (worst == count || tests[k].p < tests[worst].p))
                worst = k;
        if (worst == count)
            break;
        told[worst] = true;
        char cell[100];
        name_cell(a, tests[worst].row, a->names[tests[worst].column], cell, sizeof cell);
        snprintf(result->worst[w], sizeof result->worst[w], "%s (p = %.2g)", cell, tests[worst].p);
    }
    free(told);
}

static status compare_runs(const table_data *a, const table_data *b, compare_result *result)
{
    size_t most = a->rows * a->columns, longest = a->rows > b->rows ? a->rows : b->rows, count = 0;
    cell_test *tests = allocate(most, sizeof *tests, "tests");
    double *x = allocate(longest, sizeof *x, "values"), *y = allocate(longest, sizeof *y, "values"), *p = allocate(most, sizeof *p, "p-values");
    unsigned char *rejected = allocate(most, 1, "rejected tests");
    status s = tests && x && y && p && rejected ? OK : FAILED;
    bool paired = same_seed(a, b);
    for (size_t row = 0; s == OK && row < a->rows; row++) {
        if (!first_of_cell(a, row))
            continue;
        for (size_t c = 0; c < a->columns; c++) {
            if (!is_value(a, c))
                continue;
            size_t n = take_cell(a, row, a, c, x), m = take_cell(a, row, b, c, y);
            tests[count] = (cell_test){cell_p(x, n, y, m, paired), row, c};
            p[count] = tests[count].p;
            count++;
        }
    }
    if (s == OK) {
        result->compared = count;
        result->different = twosample_holm(p, count, COMPARE_FAMILY_ERROR, rejected);
        keep_worst(a, tests, count, rejected, result);
    }
    free(tests), free(x), free(y), free(p), free(rejected);
    return s;
}

static void note_difference(compare_result *result, const char *text)
{
    if (result->different < sizeof result->worst / sizeof *result->worst)
        snprintf(result->worst[result->different], sizeof result->worst[0], "%.150s", text);
    result->different++;
}

/* Which row of b has the statement of row i of a: the same name, counted alike where a name comes several times. b->rows: none. */
static size_t find_statement(const table_data *a, size_t i, const table_data *b, size_t name)
{
    size_t before = 0;
    for (size_t k = 0; k < i; k++)
        before += strcmp(field(a, k, name), field(a, i, name)) == 0;
    for (size_t j = 0; j < b->rows; j++)
        if (strcmp(field(b, j, name), field(a, i, name)) == 0 && before-- == 0)
            return j;
    return b->rows;
}

static void compare_verdicts(const table_data *a, const table_data *b, size_t name, size_t verdict, compare_result *result)
{
    for (size_t i = 0; i < a->rows; i++) {
        size_t j = find_statement(a, i, b, name);
        const char *other = j < b->rows ? field(b, j, verdict) : "missing";
        result->compared++;
        char text[300];
        snprintf(text, sizeof text, "%s: %s, %s", field(a, i, name), field(a, i, verdict), other);
        if (strcmp(field(a, i, verdict), other) != 0)
            note_difference(result, text);
    }
}

static void compare_numbers(const table_data *a, const table_data *b, compare_result *result)
{
    for (size_t i = 0; i < a->rows; i++)
        for (size_t c = 0; c < a->columns; c++) {
            const char *left = field(a, i, c), *right = i < b->rows ? field(b, i, c) : "missing";
            double x = a->values[i * a->columns + c], y = i < b->rows ? b->values[i * b->columns + c] : NAN;
            result->compared++;
            char text[300];
            snprintf(text, sizeof text, "%s in row %zu: %s, %s", a->names[c], i + 1, left, right);
            if (strcmp(left, right) != 0 && !(fabs(x - y) <= COMPARE_TOLERANCE * fmax(fabs(x), fabs(y))))
                note_difference(result, text);
        }
    if (b->rows > a->rows)
        note_difference(result, "the second table has more rows");
}

status compare_tables(const char *path_a, const table_data *a, const char *path_b, const table_data *b, compare_result *result)
{
    *result = (compare_result){.outcome = COMPARE_IDENTICAL};
    bool same_columns = a->columns == b->columns;
    for (size_t c = 0; same_columns && c < a->columns; c++)
        same_columns = strcmp(a->names[c], b->names[c]) == 0;
    if (!same_columns)
        return fail(BAD_INPUT, "%s and %s have different columns; compare tables of one program", path_a, path_b);
    result->compared = a->rows;
    if (same_rows(a, b))
        return OK;
    result->compared = 0;
    int name = table_column(a, "statement"), verdict = table_column(a, "verdict");
    status s = OK;
    if (name >= 0 && verdict >= 0)
        compare_verdicts(a, b, (size_t)name, (size_t)verdict, result);
    else if (table_column(a, "repetition") >= 0)
        s = compare_runs(a, b, result);
    else if (same_seed(a, b))
        compare_numbers(a, b, result);
    else
        result->not_compared = true;
    result->outcome = result->different ? COMPARE_DIFFERENT : COMPARE_WITHIN_NOISE;
    return s;
}
