/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "report/document.h"

/* --- summary --- */

static void name_refuted(document *d, const statement_row *rows, size_t count) {
    const char *between = " Refuted here: ";
    for (size_t k = 0; k < count; k++) {
        if (rows[k].verdict != STATEMENT_REFUTED) { continue; }
        text_add(&d->out, "%s%s", between, document_cell(d, rows[k].statement));
        between = ", ";
    }
    if (*between == ',') { text_add(&d->out, "."); }
}

/* What the run is of, in its own numbers. */
static void data_sentence(document *d) {
    static const struct {
        const char *key, *says;
    } notes[] = {{"data", "Data "},
                 {"data shape", ", "},
                 {"lambda_min(Hinf)", "; lambda_min(Hinf) = "},
                 {"smallest angle", ", smallest angle "},
                 {"seed", "; seed "},
                 {"version", ", version "}};
    table_data t;
    char written[256];
    if (document_table(d, "infinite-ntk", &t)) {
        for (size_t k = 0; k < sizeof notes / sizeof *notes; k++) {
            if (!table_note_of(&t, notes[k].key, written, sizeof written)) { continue; }
            text_add(&d->out, "%s%s", notes[k].says, document_cell(d, written));
        }
        text_add(&d->out, ".\n");
    }
    table_data_free(&t);
}

/* How many of the user's rows were looked at. */
static void rows_sentence(document *d) {
    size_t least = SIZE_MAX, most = 0, of = 0;
    table_data t;
    char written[256];
    for (size_t k = 0; k < d->statement_count; k++) {
        const statement_row *row = &d->statements[k];
        if (row->rows == 0) { continue; }
        least = row->rows < least ? row->rows : least;
        most = row->rows > most ? row->rows : most;
        of = row->of > of ? row->of : of;
    }
    if (most > 0 && least == most) {
        text_add(&d->out, "Statements were checked on %zu of your %zu rows.", most, of);
    } else if (most > 0) {
        text_add(&d->out,
                 "Statements were checked on %zu to %zu of your %zu rows, each row says on how "
                 "many.",
                 least, most, of);
    }
    if (document_table(d, "loss-dynamics", &t) &&
        table_note_of(&t, "rows", written, sizeof written)) {
        text_add(&d->out, " Rows of Figure 2a: %s.", document_cell(d, written));
    }
    table_data_free(&t);
    text_add(&d->out, "\n");
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

void chapter_summary(document *d) {
    data_sentence(d);
    rows_sentence(d);
    text_add(&d->out, "Of %zu claims about Figure 2: %s.", d->claim_count,
             document_counts(d, d->claims, d->claim_count));
    name_refuted(d, d->claims, d->claim_count);
    if (d->statement_count) {
        text_add(&d->out, "\nOf %zu statements of the paper and facts under them: %s.",
                 d->statement_count, document_counts(d, d->statements, d->statement_count));
        name_refuted(d, d->statements, d->statement_count);
        own_failures(d);
    }
    text_add(&d->out,
             "\n\nA claim or statement marked *paper* that is refuted is a finding about these "
             "data. *Exact* is an identity, *derived* a bound with explicit constants proved along "
             "the paper's lines. *Slack* is bound over observed: how loose the bound is.\n\n");
}

/* --- Figure 2 --- */

/* The claims whose statement begins with `panel`. */
static void claims_of(document *d, const char *panel, const char *observed, const char *limit) {
    text_add(&d->out, "| claim | verdict | %s | %s | in words |\n|---|---|---|---|---|\n", observed,
             limit);
    for (size_t k = 0; k < d->claim_count; k++) {
        const statement_row *row = &d->claims[k];
        if (strncmp(row->statement, panel, strlen(panel)) != 0) { continue; }
        text_add(&d->out, "| %s | %s | %s | %s | %s |\n", document_cell(d, row->statement),
                 document_verdict(d, row->verdict), document_number(d, row->observed),
                 document_number(d, row->limit), document_cell(d, row->says));
    }
    text_add(&d->out, "\nThese rows again: %s\n\n", document_make(d, "claims"));
}

void chapter_figure2(document *d) {
    static const struct {
        const char *title, *figure, *alternative, *panel, *observed, *limit;
    } panels[] = {
        {"(a) Error along a run", "loss-dynamics",
         "Error against iteration for three values of xi: it falls along local steps, drops at "
         "aggregation and jumps when masks are drawn",
         "Figure 2a", "share with the sign", "at least"},
        {"(b) Error level over p and xi", "error-heatmap",
         "Two heat maps of the error level over the number of subnetworks p and the probability "
         "xi: Algorithm 1 and the released program",
         "Figure 2b", "Somers' D", "p of a fall"},
        {"(c) Error level against width", "width-sweep",
         "Error level with error bars against width m for three values of xi", "Figure 2c",
         "Somers' D", "p of a fall"},
        {"(d) Improvement in the first global steps", "subnet-sweep",
         "Relative improvement of the error in global steps 1, 2 and 3 against the number of "
         "subnetworks",
         "Figure 2d", "Somers' D", "p of a fall"}};
    text_add(&d->out, "# Figure 2\n\n");
    for (size_t k = 0; k < sizeof panels / sizeof *panels; k++) {
        text_add(&d->out, "## %s\n\n", panels[k].title);
        document_picture(d, panels[k].figure, panels[k].alternative);
        claims_of(d, panels[k].panel, panels[k].observed, panels[k].limit);
    }
}

/* --- the released program --- */

typedef struct {
    table_data keep, zero;
    int subnets, xi, mean;
} maps;

/* Error level of the released program over that of Algorithm 1 in the cell of a row of `keep`; NaN
 * if it has no such cell. level: of the released program. */
static double ratio_of(const maps *m, size_t row, double *level) {
    *level = NAN;
    for (size_t k = 0; k < m->zero.rows && isnan(*level); k++) {
        if (table_value(&m->zero, k, m->subnets) == table_value(&m->keep, row, m->subnets) &&
            table_value(&m->zero, k, m->xi) == table_value(&m->keep, row, m->xi)) {
            *level = table_value(&m->zero, k, m->mean);
        }
    }
    return *level / table_value(&m->keep, row, m->mean);
}

static void put_extremes(document *d, const maps *m) {
    double largest = 1, level;
    size_t where = 0, twice = 0, cells = 0;
    for (size_t k = 0; k < m->keep.rows; k++) {
        double ratio = ratio_of(m, k, &level);
        cells += !isnan(ratio);
        twice += ratio > 2;
        if (ratio > largest) {
            largest = ratio;
            where = k;
        }
    }
    text_add(&d->out,
             "In %zu of %zu cells the released behaviour ends at more than twice the error of "
             "Algorithm 1; the largest factor is %.3g, at p = %g, xi = %g.\n\n",
             twice, cells, largest, table_value(&m->keep, where, m->subnets),
             table_value(&m->keep, where, m->xi));
}

/* The cells of the first and the last p. */
static void put_cells(document *d, const maps *m) {
    double first = table_value(&m->keep, 0, m->subnets), level;
    double last = table_value(&m->keep, m->keep.rows - 1, m->subnets);
    text_add(&d->out, "| p | xi | Algorithm 1 (keep) | released (zero) | ratio |\n"
                      "|---|---|---|---|---|\n");
    for (size_t k = 0; k < m->keep.rows; k++) {
        double p = table_value(&m->keep, k, m->subnets), ratio = ratio_of(m, k, &level);
        if (p != first && p != last) { continue; }
        text_add(&d->out, "| %g | %g | %s | %s | %s |\n", p, table_value(&m->keep, k, m->xi),
                 document_number(d, table_value(&m->keep, k, m->mean)), document_number(d, level),
                 document_number(d, ratio));
    }
    text_add(&d->out, "\n");
}

void chapter_released(document *d) {
    maps m;
    text_add(&d->out,
             "# Where the released program departs from Algorithm 1\n\n"
             "A neuron that no subnetwork took in a round keeps its weights in Algorithm 1; in the "
             "released program it gets weight 0, and never comes back.\n\n");
    bool keep = document_table(d, "error-heatmap", &m.keep);
    bool zero = document_table(d, "error-heatmap-zero", &m.zero);
    m.subnets = table_column(&m.keep, "subnets");
    m.xi = table_column(&m.keep, "xi");
    m.mean = table_column(&m.keep, "mean");
    if (keep && zero && m.keep.rows && m.subnets >= 0 && m.xi >= 0 && m.mean >= 0) {
        put_extremes(d, &m);
        put_cells(d, &m);
    } else {
        text_add(&d->out, "The two heat maps are not there: %s makes them.\n\n",
                 document_make(d, "figures"));
    }
    table_data_free(&m.keep);
    table_data_free(&m.zero);
}

/* --- statements --- */

static bool is_first(const statement_row *rows, size_t k) {
    size_t first = 0;
    while (strcmp(rows[first].command, rows[k].command) != 0) { first++; }
    return first == k;
}

/* The number, from 1, of row k's command among the different ones, in the order of the rows. */
static size_t command_of(const statement_row *rows, size_t k) {
    size_t number = 1;
    for (size_t j = 0; strcmp(rows[j].command, rows[k].command) != 0; j++) {
        number += is_first(rows, j);
    }
    return number;
}

static void put_statement(document *d, size_t k) {
    const statement_row *row = &d->statements[k];
    size_t command = command_of(d->statements, k);
    text_add(&d->out, "| %s | %s | %s | %s | %s | %s | %zu | %zu | [c%zu](#c%zu) | %s",
             document_cell(d, row->statement), statement_kind_word(row->kind),
             document_verdict(d, row->verdict), document_number(d, row->bound),
             document_number(d, row->observed), document_number(d, row->slack), row->rows,
             row->trials, command, command, document_cell(d, row->says));
    if (row->hypotheses[0]) { text_add(&d->out, " (%s)", document_cell(d, row->hypotheses)); }
    text_add(&d->out, " |\n");
}

static void put_commands(document *d) {
    text_add(&d->out,
             "\nThe commands that compute these rows again, from the project's folder:\n\n");
    for (size_t k = 0; k < d->statement_count; k++) {
        if (!is_first(d->statements, k)) { continue; }
        size_t command = command_of(d->statements, k);
        text_add(&d->out, "- []{#c%zu}c%zu: %s\n", command, command,
                 document_code(d, d->statements[k].command));
    }
    text_add(&d->out, "\n");
}

void chapter_statements(document *d) {
    static const struct {
        const char *figure, *alternative;
    } theory[] = {
        {"spectrum", "Eigenvalues of the infinite-width kernel in order"},
        {"deviation",
         "Deviation of the masked kernel from its limit against width, with every bound"},
        {"lambda-min",
         "Smallest eigenvalue of the masked kernel, relative to its limit, against width"},
        {"required-width",
         "Width needed against the number of samples, measured and by each bound"},
        {"movements", "Predicted against measured jumps and drops"},
        {"mean-curve", "Predicted mean curve over the measured one"},
        {"drift", "Drift of the weights along a run"},
        {"predicted-floor", "Floors predicted without a mask against those of runs"}};
    text_add(&d->out, "# The statements\n\n");
    if (d->statement_count == 0) {
        text_add(&d->out, "No statements were checked: %s does it.\n\n",
                 document_make(d, "theory"));
        return;
    }
    text_add(&d->out, "| statement | kind | verdict | bound | observed | slack | rows | trials | "
                      "again | in words |\n|---|---|---|---|---|---|---|---|---|---|\n");
    for (size_t k = 0; k < d->statement_count; k++) { put_statement(d, k); }
    put_commands(d);
    for (size_t k = 0; k < sizeof theory / sizeof *theory; k++) {
        document_picture(d, theory[k].figure, theory[k].alternative);
    }
}

static void unchecked_of(document *d, const statement_row *rows, size_t count) {
    for (size_t k = 0; k < count; k++) {
        const statement_row *row = &rows[k];
        bool unmet = row->verdict == HYPOTHESIS_NOT_MET;
        if (row->verdict != NOT_CHECKED && !unmet) { continue; }
        text_add(&d->out, "- %s - %s: %s\n", document_cell(d, row->statement),
                 document_verdict(d, row->verdict),
                 document_cell(d, unmet && row->hypotheses[0] ? row->hypotheses : row->says));
    }
}

void chapter_unchecked(document *d) {
    text_add(&d->out, "# What was not checked, and why\n\n");
    unchecked_of(d, d->claims, d->claim_count);
    unchecked_of(d, d->statements, d->statement_count);
    text_add(&d->out, "\n");
}

/* --- provenance --- */

/* The notes that are the same for all tables, from the first one that is there. */
static void common_notes(document *d) {
    static const char *const keys[] = {"data",
                                       "data sha256",
                                       "data shape",
                                       "label scale",
                                       "lambda_min(Hinf)",
                                       "lambda_max(Hinf)",
                                       "||G||",
                                       "smallest angle",
                                       "seed",
                                       "threads",
                                       "version",
                                       "compiler",
                                       "flags",
                                       "gsl",
                                       "openblas",
                                       "openblas core",
                                       "lapack",
                                       "precision",
                                       "date",
                                       "host"};
    table_data tables[2];
    text_add(&d->out, "| | |\n|---|---|\n");
    bool there[] = {document_table(d, "loss-dynamics", &tables[0]),
                    document_table(d, "infinite-ntk", &tables[1])};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        char written[1024];
        for (int which = 0; which < 2; which++) {
            if (!there[which] || !table_note_of(&tables[which], keys[k], written, sizeof written)) {
                continue;
            }
            text_add(&d->out, "| %s | %s |\n", document_cell(d, keys[k]),
                     document_cell(d, written));
            break;
        }
    }
    text_add(&d->out, "\n");
    for (int which = 0; which < 2; which++) { table_data_free(&tables[which]); }
}

void chapter_provenance(document *d) {
    static const char *const tables[] = {
        "loss-dynamics", "error-heatmap", "error-heatmap-zero", "width-sweep",      "subnet-sweep",
        "claims",        "infinite-ntk",  "ntk-concentration",  "required-width",   "local-descent",
        "drift",         "mask-moments",  "bernoulli-rate",     "categorical-rate", "error-floor"};
    text_add(&d->out, "# Data, machine, time\n\n");
    common_notes(d);
    text_add(&d->out, "| table | seconds | command |\n|---|---|---|\n");
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
        table_data t;
        char seconds[256] = "-", command[PROGRAM_COMMAND] = "";
        if (document_table(d, tables[k], &t)) {
            table_note_of(&t, "seconds", seconds, sizeof seconds);
            table_note_of(&t, "command", command, sizeof command);
            text_add(&d->out, "| %s | %s | %s |\n", tables[k], seconds, document_code(d, command));
        }
        table_data_free(&t);
    }
    text_add(&d->out, "\n");
}
