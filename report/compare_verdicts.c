#include <math.h>
#include <string.h>

#include "report/compare_kinds.h"
#include "stats/twosample.h"
#include "study/verdict.h"

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

static status compare_row(const table_data *a, size_t i, const table_data *b, size_t j,
                          compare_family *family) {
    const char *left = word(a, i, "verdict"), *right = word(b, j, "verdict");
    bool turned = strcmp(left, right) != 0;
    double p = twosample_evidence_p(trend_p(a, i), trend_p(b, j));
    if (turned && !of_the_paper(a, i) && (is_refuted(left) || is_refuted(right))) { p = 0; }
    if (!turned && isnan(p)) { return OK; }
    return compare_add(family, p, NAN, NAN, "%s: %s%s%s", word(a, i, "statement"), left,
                       turned ? ", " : "", turned ? right : "");
}

status compare_verdicts(const table_data *a, const table_data *b, compare_family *family) {
    if (table_column(a, "statement") < 0) {
        return fail(BAD_INPUT, "a table has verdicts but no column 'statement'; give a table of "
                               "verdicts");
    }
    status st = OK;
    for (size_t i = 0; st == OK && i < a->rows; i++) {
        size_t j = find(a, i, b);
        family->compared++;
        st = j < b->rows ? compare_row(a, i, b, j, family)
                         : compare_add(family, 0, NAN, NAN, "%s: %s, missing",
                                       word(a, i, "statement"), word(a, i, "verdict"));
    }
    for (size_t j = 0; st == OK && j < b->rows; j++) {
        if (find(b, j, a) < a->rows) { continue; }
        st = compare_add(family, 0, NAN, NAN, "%s: missing, %s", word(b, j, "statement"),
                         word(b, j, "verdict"));
    }
    return st;
}
