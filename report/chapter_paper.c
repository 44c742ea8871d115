/* The first page: what the report is, what came out, the algorithm.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/document.h"

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
        return;
    }
    text_add(&d->out,
             " **%zu exact or derived statements are refuted: the mathematics or the code of this "
             "project is wrong.**",
             own);
}

/* Data, lambda_min, verdicts. */
static void tell_found(document *d) {
    const char *data = document_note(d, "infinite-ntk", "data");
    const char *least = document_note(d, "infinite-ntk", "lambda_min(Hinf)");
    if (least) {
        text_add(&d->out, "On %s: lambda_min(Hinf) = %s.\n\n", data ? data : "these data", least);
    }
    text_add(&d->out, "Of %zu claims about Figure 2 and rows held out: %s.", d->claim_count,
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
             "2. Each mask makes a %s, which starts from the weights of its neurons as they are.\n"
             "3. Each subnetwork takes tau gradient steps on its own error, apart from the others: "
             "%s.\n"
             "4. %s: every neuron gets the mean of its weights over the subnetworks that took it; "
             "one that none took keeps its weights.\n"
             "5. The error that is followed is that of the %s, all m neurons, after each "
             "round.\n\n",
             document_term(d, "subnetwork", "subnetwork"),
             document_term(d, "local steps", "local step"),
             document_term(d, "Aggregation", "aggregation"),
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
