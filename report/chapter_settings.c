/* Data, settings, and how many tests of which kind came out how.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdint.h>

#include "report/document.h"
#include "study/confidence.h"

static void data_lines(document *d) {
    static const struct {
        const char *key, *says;
    } notes[] = {{"data", "- Data: "},
                 {"data shape", ", "},
                 {"lambda_min(Hinf)", ".\n- Eigenvalues of the infinite-width kernel: smallest, "
                                      "lambda_min(Hinf), "},
                 {"lambda_max(Hinf)", ", largest "},
                 {"smallest angle", "; smallest angle between two inputs "},
                 {"seed", ".\n- Seed "},
                 {"version", ", version "}};
    size_t before = d->out.used;
    for (size_t k = 0; k < sizeof notes / sizeof *notes; k++) {
        const char *written = document_note(d, "infinite-ntk", notes[k].key);
        if (written) { text_add(&d->out, "%s%s", notes[k].says, written); }
    }
    if (d->out.used > before) { text_add(&d->out, ".\n"); }
    text_add(&d->out, "- Settings: %s%s.\n",
             *d->make ? document_code(d, d->make) : "those of `make report`",
             *d->make ? " after each `make`" : ", the default profile");
}

/* How many of the user's rows were looked at. */
static void rows_line(document *d) {
    size_t least = SIZE_MAX, most = 0, of = 0;
    for (size_t k = 0; k < d->statement_count; k++) {
        const statement_row *row = &d->statements[k];
        if (row->rows == 0) { continue; }
        least = row->rows < least ? row->rows : least;
        most = row->rows > most ? row->rows : most;
        of = row->of > of ? row->of : of;
    }
    if (most > 0 && least == most) {
        text_add(&d->out, "- Statements were checked on %zu of your %zu rows.\n", most, of);
    } else if (most > 0) {
        text_add(&d->out,
                 "- Statements were checked on %zu to %zu of your %zu rows; each says on how "
                 "many.\n",
                 least, most, of);
    }
    const char *rows = document_note(d, "loss-dynamics", "rows");
    if (rows) { text_add(&d->out, "- Rows of Figure 2a: %s.\n", rows); }
    text_add(&d->out, "\n");
}

/* One line of the table of levels: rows of one kind, or of all kinds (-1). */
static void put_level(document *d, const char *name, const statement_row *rows, size_t count,
                      int kind) {
    size_t verdicts[NOT_CHECKED + 1] = {0}, tests = 0, chance = 0;
    for (size_t k = 0; k < count; k++) {
        if (kind >= 0 && rows[k].kind != (statement_kind)kind) { continue; }
        tests++;
        verdicts[rows[k].verdict]++;
        chance += !isnan(rows[k].limit);
    }
    if (tests == 0) { return; }
    text_add(&d->out, "| %s | %zu | %zu | %zu | %zu | %zu | %zu |\n", name, tests,
             verdicts[NOT_REFUTED], verdicts[STATEMENT_REFUTED], verdicts[HYPOTHESIS_NOT_MET],
             verdicts[NOT_CHECKED], chance);
}

static void put_levels(document *d) {
    const char *criteria = document_note(d, "claims", "criteria");
    text_add(&d->out, "| tests | number |");
    for (int v = NOT_REFUTED; v <= NOT_CHECKED; v++) {
        const char *word = verdict_word((verdict)v);
        text_add(&d->out, " %s |", document_term(d, word, word));
    }
    text_add(&d->out, " with a p-value or limit |\n|---|---|---|---|---|---|---|\n");
    put_level(d, "statements, *exact*", d->statements, d->statement_count, EXACT);
    put_level(d, "statements, *derived*", d->statements, d->statement_count, DERIVED);
    put_level(d, "statements, *paper*", d->statements, d->statement_count, PAPER);
    put_level(d, "claims about Figure 2", d->claims, d->claim_count, -1);
    text_add(
        &d->out,
        "\n*%s* is an identity, *%s* a bound with explicit constants proved along the paper's "
        "lines, *%s* what the paper itself says: only the last can be refuted and be a "
        "finding about these data. Where chance plays a part, a true row of a statement is refuted "
        "with probability at most %.3g. Claims about Figure 2: %s.\n\n",
        document_term(d, "Exact", "exact"), document_term(d, "derived", "derived"),
        document_term(d, "paper", "paper"), 1 - CLAIM_CONFIDENCE,
        criteria ? criteria : "not tested yet");
}

void chapter_settings(document *d) {
    text_add(&d->out, "# Data, settings, tests\n\n");
    data_lines(d);
    rows_line(d);
    put_levels(d);
}
