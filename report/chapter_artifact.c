/* For artifact evaluation: claim by claim the command, its cost, what to expect, what was found.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "report/document.h"

/* A line of the table: the claim about the table of one program; `rows` begins the names of its
 * claims ("Figure 2a") or is a program whose statements are meant. */
typedef struct {
    const char *table, *claim, *expected, *rows, *place;
} artifact;

static const artifact ARTIFACTS[] = {
    {"loss-dynamics", "Figure 2a: how the error moves within a round",
     "falls along local steps, drops at aggregation, jumps at new masks, in every round",
     "Figure 2a", "figure-2a"},
    {"error-heatmap", "Figure 2b: error level over p and xi",
     "falls with xi at fixed p, with p at fixed xi", "Figure 2b", "figure-2b"},
    {"error-heatmap-zero", "Figure 2b of the released program", "as above, and far larger errors",
     "", "figure-2b"},
    {"error-floor-heatmap", "Figure 2b predicted without a mask", "near the measured map", "",
     "figure-2b"},
    {"width-sweep", "Figure 2c: error level against width m", "falls with m", "Figure 2c along",
     "figure-2c"},
    {"width-rounds", "Why 2c rises: the same rounds for all", "less of the rise is left",
     "Figure 2c control, same rounds", "figure-2c"},
    {"width-rate", "Why 2c rises: lr W/m", "less of the rise is left", "Figure 2c control, lr W/m",
     "figure-2c"},
    {"width-theory", "Why 2c rises: theory scaling", "less of the rise is left",
     "Figure 2c control, theory scaling", "figure-2c"},
    {"error-floor-width", "Figure 2c predicted without a mask", "near the measured levels", "",
     "figure-2c"},
    {"subnet-sweep", "Figure 2d: improvement in the first global steps", "falls with p",
     "Figure 2d", "figure-2d"},
    {"mask-laws", "Beyond the paper: other laws of masks, equal work",
     "parts of equal size leave the least error", "", "masks"},
    {"held-out", "Beyond the paper: rows never trained on", "no claim either way: the data decide",
     "Held-out error", "masks"},
    {"infinite-ntk", "Assumption 1, Theorem 1", "lambda_min(Hinf) is above 0", NULL, NULL},
    {"ntk-concentration", "Theorem 2 at the start", "no bound is exceeded", NULL, NULL},
    {"required-width", "Theorem 2, width needed",
     "every bound asks for at least the measured width", NULL, NULL},
    {"local-descent", "Hypothesis 1", "each local step contracts at the promised rate", NULL, NULL},
    {"drift", "Theorem 2 along runs", "weights stay in the ball where the width is reached", NULL,
     NULL},
    {"mask-moments", "Lemmas 1 to 26", "identities hold to rounding", NULL, NULL},
    {"bernoulli-rate", "Theorem 3, Corollaries 1 to 3",
     "rates at least as promised; floors move as stated", NULL, NULL},
    {"categorical-rate", "Theorem 4", "the error stays below the bound", NULL, NULL},
    {"error-floor", "Floors and curves predicted", "near those of runs", NULL, NULL}};

/* What was found: verdicts of the line's rows. */
static const char *found(document *d, const artifact *a) {
    if (a->rows && !*a->rows) { return "see the figure"; }
    return a->rows
               ? document_counts(d, d->claims, d->claim_count, row_begins, a->rows)
               : document_counts(d, d->statements, d->statement_count, row_of_program, a->table);
}

/* The number that a note begins with; "-" if there is none. */
static const char *number_of(document *d, const table_data *t, const char *key) {
    char written[256], *end = written;
    const bool noted = table_note_of(t, key, written, sizeof written);
    const double value = noted ? strtod(written, &end) : NAN;
    return document_number(d, end > written ? value : NAN);
}

static void put_artifact(document *d, const artifact *a) {
    table_data t;
    char command[PROGRAM_COMMAND] = "";
    if (document_table(d, a->table, &t)) {
        const char *place = a->place ? a->place : a->table;
        table_note_of(&t, "command", command, sizeof command);
        text_add(&d->out, "| %s | %s | %s | %s | %s | [%s.dat](#%s) | %s |\n", a->claim,
                 document_cell(d, a->expected), found(d, a), number_of(d, &t, "seconds"),
                 number_of(d, &t, "memory"), a->table, place, document_code(d, command));
    }
    table_data_free(&t);
}

void chapter_artifact(document *d) {
    text_add(&d->out,
             "# Claims, for artifact evaluation\n\n"
             "Commands are typed in the project's folder. One whose units are in the folder beside "
             "its table reads them and takes no time; with `--fresh` after it they are computed "
             "again, to the same bytes. Seconds and the peak of memory are those of this "
             "run.\n\n"
             "| claim | expected | found | seconds | MiB | where to look | command |\n"
             "|---|---|---|---|---|---|---|\n");
    for (size_t k = 0; k < sizeof ARTIFACTS / sizeof *ARTIFACTS; k++) {
        put_artifact(d, &ARTIFACTS[k]);
    }
    text_add(&d->out, "\nAll of it: %s", document_make(d, "report"));
    text_add(&d->out, "; the claims from the tables alone: %s; against published results: %s.\n\n",
             document_make(d, "claims"), document_make(d, "verify"));
}
