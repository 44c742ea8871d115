/* The statements, program by program: pictures, the command, the rows.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "report/document.h"

typedef struct {
    const char *figure, *alternative, *caption;
} picture;

enum { PICTURES = 2 }; /* at most, of one program */

/* What a program's rows are about, in the order of the mathematics, and its pictures. */
static const struct {
    const char *program, *title;
    picture pictures[PICTURES];
} TOPICS[] = {
    {"infinite-ntk",
     "Theorem 1: the infinite-width kernel",
     {{"spectrum", "Eigenvalues of the infinite-width kernel in order",
       "**Eigenvalues** of the infinite-width kernel Hinf and of the Gram matrix G of the inputs, "
       "from the largest, on logarithmic axes. G has as many that are not 0 as the inputs have "
       "dimensions; Hinf has none that is 0, which is Theorem 1. Circles: the same by another "
       "LAPACK driver."}}},
    {"ntk-concentration",
     "Theorem 2 at the start: masked kernels beside their limit",
     {{"deviation", "Deviation of the masked kernel from its limit against width, with every bound",
       "**How far a masked kernel is from its limit** xi Hinf at the start, against the width m, "
       "on logarithmic axes: spectral and Frobenius norm, the 95 % quantile over trials with its "
       "confidence interval, and what each bound allows. Below the dotted line the theorem's "
       "conclusion follows."},
      {"lambda-min",
       "Smallest eigenvalue of the masked kernel, relative to its limit, against width",
       "**Smallest eigenvalue of a masked kernel** over its limit xi lambda_0, against the width "
       "m: the 5 % quantile over trials with its confidence interval, for each xi, and in the "
       "same colour what the matrix Chernoff bound promises. Theorem 2 asks for half, the dotted "
       "line."}}},
    {"required-width",
     "Theorem 2: the width that its conclusion needs",
     {{"required-width", "Width needed against the number of samples, measured and by each bound",
       "**Width needed** for lambda_min(H_m) to be at least xi lambda_0/2 in all but a share "
       "delta of networks, against the number n of samples, on logarithmic axes. Measured, with "
       "its confidence interval, below; above it the width that each bound asks for."}}},
    {"local-descent", "Hypothesis 1: every local step contracts", {{0}}},
    {"drift",
     "Theorem 2 along runs: weights, activations and kernels that drift",
     {{"drift", "Drift of the weights along a run",
       "**Drift along a run**, against the round. Left: the farthest that a weight is from its "
       "start, over the radius R\\* inside which the statements hold. Middle: activations that "
       "have flipped, over the number that is allowed. Right: smallest eigenvalue of a masked "
       "kernel over what Theorem 2 asks for. Dotted: 1, what is allowed. *wide*: as wide as the "
       "bounds ask for; *practical*: as people train."}}},
    {"mask-moments", "Lemmas 1 to 26: facts about masks", {{0}}},
    {"bernoulli-rate",
     "Theorem 3, Corollaries 1 to 3: rates and floors with Bernoulli masks",
     {{"mean-curve", "Predicted mean curve over the measured one",
       "**Mean error along runs**, against the round. Circles: squared norm of the mean residual "
       "over masks. Diamonds: mean of single runs, with standard deviation. Lines: predicted from "
       "the kernel at the start, and from its limit. Dotted: the rate that Theorem 3 promises, "
       "without its floor term."}}},
    {"categorical-rate",
     "Theorem 4: categorical masks",
     {{"movements", "Predicted against measured jumps and drops",
       "**Jumps and drops of the error**, against the round, for several numbers p of "
       "subnetworks. Left: by how much the error rises when masks are drawn, mean and standard "
       "error; right: by how much it falls at aggregation. Lines are predicted, points measured; "
       "logarithmic axes."}}},
    {"error-floor",
     "Floors and curves predicted without drawing a mask",
     {{"predicted-floor", "Floors predicted without a mask against those of runs",
       "**Floors**, predicted from kernels against measured in runs from the same starts, on "
       "logarithmic axes, a point for each setting. On the dotted line both are equal."}}}};
enum { TOPIC_COUNT = sizeof TOPICS / sizeof *TOPICS };

static void put_statement(document *d, const statement_row *row) {
    text_add(&d->out, "| %s | %s | %s | %s | %s | %s | %zu | %zu | %s", document_statement(d, row),
             statement_kind_word(row->kind), document_verdict(d, row->verdict),
             document_number(d, row->bound), document_number(d, row->observed),
             document_number(d, row->slack), row->rows, row->trials, document_cell(d, row->says));
    if (*row->hypotheses) { text_add(&d->out, " (%s)", document_cell(d, row->hypotheses)); }
    text_add(&d->out, " |\n");
}

/* The rows of one command, under it. */
static void put_command(document *d, const char *command) {
    text_add(&d->out, "Again: %s\n\n", document_code(d, command));
    text_add(&d->out,
             "| statement | kind | verdict | bound | observed | %s | rows | %s | in words "
             "|\n|---|---|---|---|---|---|---|---|---|\n",
             document_term(d, "slack", "slack"), document_term(d, "trials", "trial"));
    for (size_t k = 0; k < d->statement_count; k++) {
        if (strcmp(d->statements[k].command, command) == 0) { put_statement(d, &d->statements[k]); }
    }
    text_add(&d->out, "\n");
}

/* Whether row k is the first of its command. */
static bool is_first(const statement_row *rows, size_t k) {
    size_t first = 0;
    while (strcmp(rows[first].command, rows[k].command) != 0) { first++; }
    return first == k;
}

/* A program's rows, folded: command after command. */
static void put_program(document *d, const char *program) {
    document_fold(d, "The rows",
                  document_counts(d, d->statements, d->statement_count, row_of_program, program));
    for (size_t k = 0; k < d->statement_count; k++) {
        const statement_row *row = &d->statements[k];
        if (!row_of_program(row, program) || !is_first(d->statements, k)) { continue; }
        put_command(d, row->command);
    }
    document_unfold(d);
}

static bool is_topic(const char *program) {
    for (size_t k = 0; k < TOPIC_COUNT; k++) {
        if (strcmp(TOPICS[k].program, program) == 0) { return true; }
    }
    return false;
}

/* Whether row k is the first of its program. */
static bool is_new(document *d, const char *program, size_t k) {
    for (size_t j = 0; j < k; j++) {
        if (row_of_program(&d->statements[j], program)) { return false; }
    }
    return true;
}

void chapter_statements(document *d) {
    text_add(&d->out, "# The statements\n\n");
    if (d->statement_count == 0) {
        text_add(&d->out, "No statements were checked: %s does it.\n\n",
                 document_make(d, "theory"));
        return;
    }
    text_add(&d->out, "A statement's name leads to its hypotheses, constants and proof. *Bound* is "
                      "what it allows, *slack* bound over observed, *rows* how many rows of the "
                      "data it was checked on. The command after *Again* makes the same rows; with "
                      "`--fresh` it computes them anew.\n\n");
    for (size_t k = 0; k < TOPIC_COUNT; k++) {
        const char *counts = document_counts(d, d->statements, d->statement_count, row_of_program,
                                             TOPICS[k].program);
        if (!*counts) { continue; }
        text_add(&d->out, "<a id=\"%s\"></a>\n\n## %s\n\n", TOPICS[k].program, TOPICS[k].title);
        for (const picture *p = TOPICS[k].pictures; p < TOPICS[k].pictures + PICTURES && p->figure;
             p++) {
            document_picture(d, p->figure, p->alternative, p->caption);
        }
        put_program(d, TOPICS[k].program);
    }
    for (size_t k = 0; k < d->statement_count; k++) {
        const char *program = document_program(d, d->statements[k].command);
        if (is_topic(program) || !is_new(d, program, k)) { continue; }
        text_add(&d->out, "## %s\n\n", document_cell(d, program));
        put_program(d, program);
    }
}
