/* claims: what the paper claims of Figure 2 (paper.md section 8), judged on the tables of single runs that the four
 * experiments write. */
#include "experiments/claim_rows.h"

#include "run/machine.h"
#include "run/options.h"
#include "run/program.h"

#include <errno.h>
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LOSS, HEATMAP, HEATMAP_ZERO, WIDTH, SUBNET, SOURCES };

typedef struct {
    const char *option;
    claim_table table;
    bool given; /* by the user: then it has to be there */
} claim_source;

typedef struct {
    claim_source sources[SOURCES];
    const char *print; /* a table of verdicts to be shown; NULL: judge */
} claim_settings;

typedef struct {
    const program_options *options;
    const claim_source *sources; /* (SOURCES) */
} provenance;

enum { KEY_SOURCE = PROGRAM_OWN_KEY, KEY_PRINT = KEY_SOURCE + SOURCES };

static const struct argp_option own_options[] = {
    {"loss", KEY_SOURCE + LOSS, "FILE", 0, "runs of loss-dynamics (results/loss-dynamics.runs.dat)", 1},
    {"heatmap", KEY_SOURCE + HEATMAP, "FILE", 0, "runs of error-heatmap (results/error-heatmap.runs.dat)", 1},
    {"heatmap-zero", KEY_SOURCE + HEATMAP_ZERO, "FILE", 0,
     "runs of error-heatmap --unselected zero (results/error-heatmap-zero.runs.dat)", 1},
    {"width", KEY_SOURCE + WIDTH, "FILE", 0, "runs of width-sweep (results/width-sweep.runs.dat)", 1},
    {"subnet", KEY_SOURCE + SUBNET, "FILE", 0, "runs of subnet-sweep (results/subnet-sweep.runs.dat)", 1},
    {"print", KEY_PRINT, "FILE", 0, "only show a table of verdicts, on standard output", 2},
    {0}};

static error_t parse(int key, char *text, struct argp_state *state)
{
    claim_settings *settings = state->input;
    if (key == KEY_PRINT)
        return option_path("print", text, &settings->print) == OK ? 0 : EINVAL;
    if (key < KEY_SOURCE || key >= KEY_SOURCE + SOURCES)
        return ARGP_ERR_UNKNOWN;
    claim_source *source = &settings->sources[key - KEY_SOURCE];
    source->given = true;
    return option_path(source->option, text, &source->table.path) == OK ? 0 : EINVAL;
}

/* A table at its usual place that is not there stays without columns. */
static status load(const program_options *options, claim_source *source)
{
    const char *path = source->table.path;
    if (!source->given && access(path, F_OK) != 0 && errno == ENOENT)
        return OK;
    status s = program_apart(options, source->option, path);
    return s == OK ? table_read(path, &source->table.data) : s;
}

static status judge_sources(claim_source *sources, const program_options *options, claim_list *list)
{
    const char *redo = options->redo;
    status s = OK;
    for (int i = 0; i < SOURCES && s == OK; i++)
        s = load(options, &sources[i]);
    if (s == OK)
        s = claim_loss(&sources[LOSS].table, redo, list);
    if (s == OK)
        s = claim_heatmap(&sources[HEATMAP].table, "keep", redo, list);
    if (s == OK)
        s = claim_heatmap(&sources[HEATMAP_ZERO].table, "zero", redo, list);
    if (s == OK)
        s = claim_width(&sources[WIDTH].table, redo, list);
    if (s == OK)
        s = claim_subnet(&sources[SUBNET].table, redo, list);
    return s;
}

static void note(table *t, void *context)
{
    const provenance *p = context;
    program_note(p->options, t);
    table_note(t, "statement", "the claims on Figure 2, paper.md section 8");
    for (int i = 0; i < SOURCES; i++)
        table_note(t, p->sources[i].option, "%s%s", p->sources[i].table.path,
                   p->sources[i].table.data.columns ? "" : " (not there)");
    table_note(t, "criteria", "trends seen at p < %g; sign intervals %g together", CLAIM_LEVEL, CLAIM_CONFIDENCE);
    machine_note(t);
}

static status judge(claim_source *sources, const program_options *options, claim_list *list)
{
    status s = judge_sources(sources, options, list);
    if (s == OK)
        s = verdict_write(list->rows, list->count, options->out, note, &(provenance){options, sources});
    if (s == OK && !options->quiet)
        verdict_print(list->rows, list->count, stderr, isatty(STDERR_FILENO));
    for (int i = 0; i < SOURCES; i++)
        table_data_free(&sources[i].table.data);
    return s;
}

static status show(const char *path, claim_list *list)
{
    status s = verdict_read(path, &list->rows, &list->count);
    if (s != OK)
        return s;
    verdict_print(list->rows, list->count, stdout, isatty(STDOUT_FILENO));
    return fflush(stdout) == 0 && !ferror(stdout) ? OK : fail(FAILED, "standard output cannot be written");
}

int main(int argc, char **argv)
{
    claim_settings settings = {.sources = {
        [LOSS] = {.option = "loss", .table.path = "results/loss-dynamics.runs.dat"},
        [HEATMAP] = {.option = "heatmap", .table.path = "results/error-heatmap.runs.dat"},
        [HEATMAP_ZERO] = {.option = "heatmap-zero", .table.path = "results/error-heatmap-zero.runs.dat"},
        [WIDTH] = {.option = "width", .table.path = "results/width-sweep.runs.dat"},
        [SUBNET] = {.option = "subnet", .table.path = "results/subnet-sweep.runs.dat"},
    }};
    static const char about[] = "Judges the paper's claims on Figure 2 by the tables of single runs.";
    struct argp own = {own_options, parse, NULL, NULL, NULL, NULL, NULL};
    program_options options;
    claim_list list = {0};
    gsl_set_error_handler_off();
    status s = program_parse(argc, argv, about, &own, &settings, &options);
    if (s == OK)
        s = settings.print ? show(settings.print, &list) : judge(settings.sources, &options, &list);
    if (s == OK)
        s = verdict_status(list.rows, list.count);
    free(list.rows);
    return program_exit(&options, s);
}
