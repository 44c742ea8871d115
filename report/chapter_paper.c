/* The first page: the paper, its algorithm, data and settings, how many tests of what kind.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <string.h>

#include "report/document.h"
#include "study/confidence.h"

/* --- what came out, in a few lines --- */

static void name_refuted(document *d, const statement_row *rows, size_t count) {
    const char *between = " Refuted here: ";
    for (size_t k = 0; k < count; k++) {
        if (rows[k].verdict != STATEMENT_REFUTED) { continue; }
        text_add(&d->out, "%s%s", between, document_cell(d, rows[k].statement));
        between = ", ";
    }
    if (*between == ',') { text_add(&d->out, "."); }
}

/* Refuted rows for which only our own mathematics or code can be to blame. */
static void own_failures(document *d) {
    size_t own = 0;
    for (size_t k = 0; k < d->statement_count; k++) {
        const statement_row *row = &d->statements[k];
        own += row->kind != PAPER && row->verdict == STATEMENT_REFUTED;
    }
    if (own == 0) {
        text_add(&d->out, " No exact or derived statement is refuted.");
    } else {
        text_add(&d->out,
                 " **%zu exact or derived statements are refuted: the mathematics or the code of "
                 "this project is wrong.**",
                 own);
    }
}

/* Data, lambda_min, verdicts. */
static void tell_found(document *d) {
    table_data t;
    if (document_table(d, "infinite-ntk", &t)) {
        const char *name = document_note(d, &t, "data");
        const char *least = document_note(d, &t, "lambda_min(Hinf)");
        text_add(&d->out, "On %s: lambda_min(Hinf) = %s.\n\n", name ? name : "these data",
                 least ? least : "-");
    }
    table_data_free(&t);
    text_add(&d->out, "Of %zu claims about Figure 2: %s.", d->claim_count,
             document_counts(d, d->claims, d->claim_count, NULL, NULL));
    name_refuted(d, d->claims, d->claim_count);
    text_add(&d->out, "\n\n");
    if (d->statement_count) {
        text_add(&d->out, "Of %zu statements of the paper and facts under them: %s.",
                 d->statement_count,
                 document_counts(d, d->statements, d->statement_count, NULL, NULL));
        name_refuted(d, d->statements, d->statement_count);
        own_failures(d);
        text_add(&d->out, "\n\n");
    }
}

/* The algorithm, in the paper's order. */
static void put_algorithm(document *d) {
    text_add(&d->out,
             "**Algorithm 1**, of a network with one hidden layer of m neurons and a fixed second "
             "layer:\n\n"
             "1. In round k draw p masks; each takes every neuron with probability xi "
             "(Bernoulli), or they share the neurons out among them (categorical, xi = 1/p).\n"
             "2. Each mask makes a %s, which starts from the weights of its neurons as they are.\n",
             document_term(d, "subnetwork", "subnetwork"));
    text_add(&d->out,
             "3. Each subnetwork takes tau gradient steps on its own error, apart from the others: "
             "%s.\n",
             document_term(d, "local steps", "local step"));
    text_add(&d->out,
             "4. %s: every neuron gets the mean of its weights over the subnetworks that took it; "
             "one that none took keeps its weights.\n",
             document_term(d, "Aggregation", "aggregation"));
    text_add(&d->out,
             "5. The error that is followed is that of the %s, all m neurons, after each "
             "round.\n\n",
             document_term(d, "whole network", "whole network"));
}

void chapter_paper(document *d) {
    text_add(&d->out,
             "The paper's Figure 2 drawn from real data, with error bars, and each of its "
             "numbered statements held against what was observed: what does not hold, what "
             "holds, how sure, and how to redo each line.\n\n");
    tell_found(d);
    put_algorithm(d);
}

/* --- data and settings --- */

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
    table_data t;
    if (document_table(d, "infinite-ntk", &t)) {
        for (size_t k = 0; k < sizeof notes / sizeof *notes; k++) {
            const char *written = document_note(d, &t, notes[k].key);
            if (written) { text_add(&d->out, "%s%s", notes[k].says, written); }
        }
        text_add(&d->out, ".\n");
    }
    table_data_free(&t);
    text_add(&d->out, "- Settings: %s%s.\n",
             *d->make ? document_code(d, d->make) : "those of `make report`",
             *d->make ? " after each `make`" : ", the default profile");
}

/* How many of the user's rows were looked at. */
static void rows_line(document *d) {
    size_t least = SIZE_MAX, most = 0, of = 0;
    table_data t;
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
    if (document_table(d, "loss-dynamics", &t)) {
        const char *written = document_note(d, &t, "rows");
        if (written) { text_add(&d->out, "- Rows of Figure 2a: %s.\n", written); }
    }
    table_data_free(&t);
    text_add(&d->out, "\n");
}

/* --- how many tests at which level --- */

/* One line of the table of levels: rows of one kind, or of all kinds (-1). */
static void put_level(document *d, const char *name, const statement_row *rows, size_t count,
                      int kind) {
    size_t verdicts[NOT_CHECKED + 1] = {0}, tests = 0, chance = 0;
    for (size_t k = 0; k < count; k++) {
        if (kind >= 0 && rows[k].kind != (statement_kind)kind) { continue; }
        tests++;
        verdicts[rows[k].verdict]++;
        chance += rows[k].limit == rows[k].limit;
    }
    if (tests == 0) { return; }
    text_add(&d->out, "| %s | %zu | %zu | %zu | %zu | %zu | %zu |\n", name, tests,
             verdicts[NOT_REFUTED], verdicts[STATEMENT_REFUTED], verdicts[HYPOTHESIS_NOT_MET],
             verdicts[NOT_CHECKED], chance);
}

/* By what the claims were judged, in the words of their table. */
static const char *claims_criteria(document *d) {
    table_data t;
    const char *written = document_table(d, "claims", &t) ? document_note(d, &t, "criteria") : NULL;
    table_data_free(&t);
    return written ? written : "not tested yet";
}

static const char *const COLUMNS[] = {"not refuted", "refuted", "hypothesis not met",
                                      "not checked"};

static void put_levels(document *d) {
    text_add(&d->out, "| tests | number |");
    for (size_t k = 0; k < sizeof COLUMNS / sizeof *COLUMNS; k++) {
        text_add(&d->out, " %s |", document_term(d, COLUMNS[k], COLUMNS[k]));
    }
    text_add(&d->out, " with a p-value or limit |\n|---|---|---|---|---|---|---|\n");
    put_level(d, "statements, *exact*", d->statements, d->statement_count, EXACT);
    put_level(d, "statements, *derived*", d->statements, d->statement_count, DERIVED);
    put_level(d, "statements, *paper*", d->statements, d->statement_count, PAPER);
    put_level(d, "claims about Figure 2", d->claims, d->claim_count, -1);
    text_add(&d->out, "\n*%s* is an identity, ", document_term(d, "Exact", "exact"));
    text_add(&d->out, "*%s* a bound with explicit constants proved along the paper's lines, ",
             document_term(d, "derived", "derived"));
    text_add(&d->out,
             "*%s* what the paper itself says: only the last can be refuted and be a finding "
             "about these data. Where chance plays a part, a true row of a statement is refuted "
             "with probability at most %.3g. Claims about Figure 2: %s.\n\n",
             document_term(d, "paper", "paper"), 1 - CLAIM_CONFIDENCE, claims_criteria(d));
}

void chapter_summary(document *d) {
    text_add(&d->out, "# Data, settings, tests\n\n");
    data_lines(d);
    rows_line(d);
    put_levels(d);
}
