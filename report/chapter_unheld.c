/* What does not hold, and why: refuted, hypothesis not met, not checked, each in a sentence.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "report/document.h"

static const char *sense_words(verdict_sense sense) {
    static const char *const words[] = {"", "at most", "at least", "equal to"};
    return words[sense];
}

/* Observed, bound and limit, as far as there are such. */
static void put_numbers(document *d, const statement_row *row) {
    if (isnan(row->observed)) {
        text_add(&d->out, row->trials ? "" : " Not tried with these settings.");
        return;
    }
    text_add(&d->out, " Observed: %s", document_number(d, row->observed));
    if (!isnan(row->bound) && row->sense != SENSE_NONE) {
        text_add(&d->out, ", to be %s %s", sense_words(row->sense), document_number(d, row->bound));
    }
    if (!isnan(row->limit) && row->verdict == NOT_CHECKED) {
        text_add(&d->out, ", p-value or limit %s", document_number(d, row->limit));
    }
    text_add(&d->out, ".");
}

/* Whether two rows are of one statement at other settings. */
static bool alike(const statement_row *one, const statement_row *other) {
    return one->verdict == other->verdict && one->verdict != STATEMENT_REFUTED &&
           strcmp(one->says, other->says) == 0 && strcmp(one->anchor, other->anchor) == 0;
}

/* The other settings at which the statement of row k stands: what follows the last comma, or the
 * whole name. */
static void put_likewise(document *d, const statement_row *rows, size_t count, size_t k) {
    const char *between = " Likewise: ";
    for (size_t j = k + 1; j < count; j++) {
        if (!alike(&rows[k], &rows[j])) { continue; }
        const char *comma = strrchr(rows[j].statement, ',');
        const bool given = comma && comma[1] == ' ' && strchr(comma, '=');
        const char *settings = given ? comma + 2 : rows[j].statement;
        text_add(&d->out, "%s%s", between, document_cell(d, settings));
        between = "; ";
    }
    if (*between == ';') { text_add(&d->out, "."); }
}

/* A sentence on a row: what it says, the reason, what was seen. */
static void put_row(document *d, const statement_row *row) {
    text_add(&d->out, "- %s: ", document_statement(d, row));
    if (row->verdict == HYPOTHESIS_NOT_MET && *row->hypotheses) {
        text_add(&d->out, "supposed: %s. Said: %s.", document_cell(d, row->hypotheses),
                 document_cell(d, row->says));
    } else if (*row->hypotheses) {
        text_add(&d->out, "%s (%s).", document_cell(d, row->says),
                 document_cell(d, row->hypotheses));
    } else {
        text_add(&d->out, "%s.", document_cell(d, row->says));
    }
    put_numbers(d, row);
}

static bool told_before(const statement_row *rows, size_t k) {
    size_t first = 0;
    while (!alike(&rows[first], &rows[k]) && first < k) { first++; }
    return first < k;
}

static size_t put_rows(document *d, const statement_row *rows, size_t count, verdict v) {
    size_t found = 0;
    for (size_t k = 0; k < count; k++) {
        if (rows[k].verdict != v || told_before(rows, k)) { continue; }
        put_row(d, &rows[k]);
        put_likewise(d, rows, count, k);
        text_add(&d->out, "\n");
        found++;
    }
    return found;
}

/* Claims, then statements with this verdict. */
static void put_verdict(document *d, verdict v, const char *title, const char *means) {
    text_add(&d->out, "## %s\n\n%s\n\n", title, means);
    size_t found = put_rows(d, d->claims, d->claim_count, v);
    found += put_rows(d, d->statements, d->statement_count, v);
    text_add(&d->out, found ? "\n" : "None.\n\n");
}

void chapter_unheld(document *d) {
    text_add(&d->out, "# What does not hold, and why\n\n");
    put_verdict(d, STATEMENT_REFUTED, "Refuted",
                "All that the statement supposes is met, and what was observed contradicts it "
                "beyond tolerance and chance.");
    put_verdict(d, HYPOTHESIS_NOT_MET, "Hypothesis not met",
                "These data or settings are not what the statement is about, so that nothing "
                "observed speaks for or against it; what was observed stands beside it.");
    put_verdict(d, NOT_CHECKED, "Not checked",
                "The evidence tells neither way: too few trials, too few settings, or a p-value "
                "between both sides.");
}
