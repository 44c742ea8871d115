/* claims: what the paper claims of Figure 2, judged on the tables of single runs that the four
 * experiments write.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <unistd.h>

#include "experiments/figure_claims.h"
#include "base/machine.h"
#include "cli/provenance.h"
#include "study/study.h"

typedef struct {
    const char *paths[FIGURE_TABLES];
    bool given[FIGURE_TABLES]; /* by the user: then it has to be there */
    const char *print;         /* a table of verdicts to be shown; NULL: judge */
} claims_settings;

#define SOURCE(name, which, what)                                                     \
    {                                                                                 \
        name, OPTION_PATH, offsetof(claims_settings, paths[which]),                   \
            .help = "runs of " what, .given = offsetof(claims_settings, given[which]) \
    }

/* The first FIGURE_TABLES rows in the tables' order. */
static const option_row rows[] = {
    SOURCE("loss", FIGURE_LOSS, "loss-dynamics"),
    SOURCE("heatmap", FIGURE_HEATMAP, "error-heatmap"),
    SOURCE("heatmap-zero", FIGURE_HEATMAP_ZERO, "error-heatmap --unselected zero"),
    SOURCE("width", FIGURE_WIDTH, "width-sweep"),
    SOURCE("subnet", FIGURE_SUBNET, "subnet-sweep"),
    SOURCE("held", FIGURE_HELD, "error-heatmap --holdout (or --test); none by default"),
    SOURCE("width-rounds", FIGURE_CONTROLS, "width-sweep --stop no"),
    SOURCE("width-rate", FIGURE_CONTROLS + 1, "width-sweep --lr-width"),
    SOURCE("width-theory", FIGURE_CONTROLS + 2, "width-sweep --scaling theory"),
    {"print", OPTION_PATH, offsetof(claims_settings, print),
     .help = "only show a table of verdicts, on standard output"},
    {NULL}};

/* A table at its usual place that is not there stays without columns. */
static status load(const program_options *options, const claims_settings *o, int which,
                   run_table *t) {
    t->path = o->paths[which];
    if (t->path[0] == 0) { return OK; }
    if (!o->given[which] && access(t->path, F_OK) != 0 && errno == ENOENT) { return OK; }
    status st = require_distinct_paths(options, rows[which].name, t->path);
    return st == OK ? table_read(t->path, &t->data) : st;
}

typedef struct {
    const program_options *options;
    figure_tables figure;
} judged;

static void note(table *t, void *context) {
    const judged *j = context;
    program_note(j->options, t);
    table_note(t, "statement", "the claims on Figure 2");
    for (int k = 0; k < FIGURE_TABLES; k++) {
        const run_table *source = &j->figure.tables[k];
        if (source->path[0] == 0) { continue; }
        table_note(t, rows[k].name, "%s%s", source->path,
                   source->data.columns ? "" : " (not there)");
    }
    table_note(t, "criteria", "%zu rows are one family: confidence %g of all together",
               j->figure.rows, FIGURE_CONFIDENCE);
    provenance_note(t);
}

static status judge(const program_options *options, const claims_settings *o, claim_rows *list) {
    judged j = {.options = options};
    const study_run r = {.context = &j.figure};
    status st = OK;
    for (int k = 0; st == OK && k < FIGURE_TABLES; k++) {
        st = load(options, o, k, &j.figure.tables[k]);
    }
    if (st == OK) { j.figure.rows = figure_rows(&r); }
    for (int k = 0; st == OK && k < FIGURE_PANELS; k++) {
        st = claim_judge(figure_panels[k], &r, list);
    }
    if (st == OK) { st = verdict_write(list->rows, list->count, options->out, note, &j); }
    if (st == OK && !options->quiet) {
        verdict_print(list->rows, list->count, stderr, isatty(STDERR_FILENO));
    }
    for (int k = 0; k < FIGURE_TABLES; k++) { table_data_free(&j.figure.tables[k].data); }
    return st;
}

static status show(const char *path, claim_rows *list) {
    status st = verdict_read(path, &list->rows, &list->count);
    if (st != OK) { return st; }
    verdict_print(list->rows, list->count, stdout, isatty(STDOUT_FILENO));
    bool shown = fflush(stdout) == 0 && !ferror(stdout);
    return shown ? OK : fail(FAILED, "standard output cannot be written");
}

int main(int argc, char **argv) {
    const program_about about = {
        .sentence = "Judges the paper's claims on Figure 2 by the tables of single runs."};
    claims_settings o = {
        .paths = {"results/loss-dynamics.runs.dat", "results/error-heatmap.runs.dat",
                  "results/error-heatmap-zero.runs.dat", "results/width-sweep.runs.dat",
                  "results/subnet-sweep.runs.dat", "", "results/width-rounds.runs.dat",
                  "results/width-rate.runs.dat", "results/width-theory.runs.dat"}};
    program_options options = {.name = argv[0]};
    claim_rows list = {.command = options.reproduce_command};
    gsl_set_error_handler_off();
    status st = option_table_parse(argc, argv, &about, rows, &o, &options);
    if (st == OK) { st = o.print ? show(o.print, &list) : judge(&options, &o, &list); }
    if (st == OK) { st = verdict_status(list.rows, list.count); }
    claim_rows_free(&list);
    return program_exit(&options, st);
}
