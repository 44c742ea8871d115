#include "report/document.h"

#include <string.h>

static const char *const tables[] = {"loss-dynamics", "error-heatmap", "error-heatmap-zero", "width-sweep", "subnet-sweep", "claims",
                                     "infinite-ntk", "ntk-concentration", "required-width", "local-descent", "drift", "mask-moments",
                                     "bernoulli-rate", "categorical-rate", "error-floor"};

static void note_row(const document *d, const table_data *t, const char *key)
{
    char text[1024];
    if (!document_note(t, key, text, sizeof text))
        return;
    fputs("| ", d->out);
    document_cell(d, key);
    fputs(" | ", d->out);
    document_cell(d, text);
    fputs(" |\n", d->out);
}

/* The notes that are the same for all tables, from the first one that is there. */
static void common_notes(const document *d)
{
    static const char *const keys[] = {"data", "data sha256", "data shape", "label scale", "lambda_min(Hinf)", "lambda_max(Hinf)", "||G||", "smallest angle",
                                       "seed", "threads", "version", "compiler", "flags", "gsl", "openblas", "openblas core", "lapack",
                                       "precision", "date", "host"};
    fputs("| | |\n|---|---|\n", d->out);
    table_data figures, theory;
    document_table(d, "loss-dynamics", &figures);
    document_table(d, "infinite-ntk", &theory);
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        char text[1024];
        bool first = document_note(&figures, keys[k], text, sizeof text);
        note_row(d, first ? &figures : &theory, keys[k]);
    }
    fputs("\n", d->out);
    table_data_free(&figures);
    table_data_free(&theory);
}

void chapter_provenance(const document *d)
{
    fputs("# Data, machine, time\n\n", d->out);
    common_notes(d);
    fputs("| table | seconds | command |\n|---|---|---|\n", d->out);
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
        table_data t;
        char seconds[256] = "-", command[VERDICT_COMMAND] = "";
        if (document_table(d, tables[k], &t)) {
            document_note(&t, "seconds", seconds, sizeof seconds);
            document_note(&t, "command", command, sizeof command);
            fprintf(d->out, "| %s | %s | ", tables[k], seconds);
            document_code(d, command);
            fputs(" |\n", d->out);
        }
        table_data_free(&t);
    }
    fputs("\n", d->out);
}
