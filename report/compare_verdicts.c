#include "report/compare_tables.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "run/twosample.h"
#include "run/verdict.h"

typedef struct {
    const table_data *data;
    int statement, kind, verdict, bound, limit;
} verdicts;

static verdicts verdicts_of(const table_data *t)
{
    return (verdicts){t,
                      table_column(t, "statement"),
                      table_column(t, "kind"),
                      table_column(t, "verdict"),
                      table_column(t, "bound"),
                      table_column(t, "limit")};
}

static const char *word(const verdicts *v, size_t row, int column)
{
    return column < 0 ? "" : compare_field(v->data, row, (size_t)column);
}

static double number(const verdicts *v, size_t row, int column)
{
    return column < 0 ? NAN : v->data->values[row * v->data->columns + (size_t)column];
}

/* Which row of b has the statement of row i of a: the same name, counted alike where a name comes
 * several times. b's rows: none. */
static size_t find(const verdicts *a, size_t i, const verdicts *b)
{
    size_t before = 0;
    for (size_t k = 0; k < i; k++) {
        before += strcmp(word(a, k, a->statement), word(a, i, a->statement)) == 0;
    }
    for (size_t j = 0; j < b->data->rows; j++) {
        if (strcmp(word(b, j, b->statement), word(a, i, a->statement)) == 0 && before-- == 0) {
            return j;
        }
    }
    return b->data->rows;
}

static bool of_the_paper(const verdicts *v, size_t row)
{
    return strcmp(word(v, row, v->kind), statement_kind_word(PAPER)) == 0;
}

static bool is_refuted(const char *text)
{
    return strcmp(text, verdict_word(STATEMENT_REFUTED)) == 0;
}

/* A trend is judged against 0, and its limit is a p-value. */
static double trend_p(const verdicts *v, size_t row)
{
    return of_the_paper(v, row) && number(v, row, v->bound) == 0 ? number(v, row, v->limit) : NAN;
}

static status compare_row(const verdicts *a, size_t i, const verdicts *b, size_t j,
                          compare_family *family)
{
    const char *name = word(a, i, a->statement), *left = word(a, i, a->verdict),
               *right = word(b, j, b->verdict);
    bool turned = strcmp(left, right) != 0;
    double p = twosample_evidence_p(trend_p(a, i), trend_p(b, j));
    if (turned && !of_the_paper(a, i) && (is_refuted(left) || is_refuted(right))) { p = 0; }
    if (turned || !isnan(p)) {
        return compare_add(family, p, NAN, NAN, "%s: %s%s%s", name, left, turned ? ", " : "",
                           turned ? right : "");
    }
    return OK;
}

/* Rows of b that a lacks. */
static status find_new(const verdicts *a, const verdicts *b, compare_family *family)
{
    status s = OK;
    for (size_t j = 0; s == OK && j < b->data->rows; j++) {
        if (find(b, j, a) == a->data->rows) {
            s = compare_add(family, 0, NAN, NAN, "%s: missing, %s", word(b, j, b->statement),
                            word(b, j, b->verdict));
        }
    }
    return s;
}

status compare_verdicts(const table_data *left, const table_data *right, compare_family *family,
                        size_t *compared)
{
    verdicts a = verdicts_of(left), b = verdicts_of(right);
    if (a.statement < 0) {
        return fail(BAD_INPUT,
                    "a table has verdicts but no column 'statement'; give a table of verdicts");
    }
    status s = OK;
    for (size_t i = 0; s == OK && i < left->rows; i++) {
        size_t j = find(&a, i, &b);
        ++*compared;
        if (j < right->rows) {
            s = compare_row(&a, i, &b, j, family);
        } else {
            s = compare_add(family, 0, NAN, NAN, "%s: %s, missing", word(&a, i, a.statement),
                            word(&a, i, a.verdict));
        }
    }
    return s == OK ? find_new(&a, &b, family) : s;
}
