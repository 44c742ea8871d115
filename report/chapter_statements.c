#include "report/document.h"

#include <string.h>

static void statement_line(const document *d, size_t k)
{
    const statement_row *row = &d->statements[k];
    char number[32];
    fputs("| ", d->out);
    document_cell(d, row->statement);
    fprintf(d->out, " | %s | ", statement_kind_word(row->kind));
    document_verdict(d, row->verdict);
    fprintf(d->out, " | %s", document_number(row->bound, number, sizeof number));
    fprintf(d->out, " | %s", document_number(row->observed, number, sizeof number));
    fprintf(d->out, " | %s", document_number(row->slack, number, sizeof number));
    size_t command = document_command(d->statements, k) + 1;
    fprintf(d->out, " | %zu | [c%zu](#c%zu) | ", row->trials, command, command);
    document_cell(d, row->says);
    if (row->hypotheses[0]) {
        fputs(" (", d->out);
        document_cell(d, row->hypotheses);
        fputs(")", d->out);
    }
    fputs(" |\n", d->out);
}

static void pictures(const document *d)
{
    static const struct { const char *figure, *alternative; } theory[] = {
        {"spectrum", "Eigenvalues of the infinite-width kernel in order"},
        {"deviation", "Deviation of the masked kernel from its limit against width, with every bound"},
        {"lambda-min", "Smallest eigenvalue of the masked kernel, relative to its limit, against width"},
        {"required-width", "Width needed against the number of samples, measured and by each bound"},
        {"movements", "Predicted against measured jumps and drops"},
        {"mean-curve", "Predicted mean curve over the measured one"},
        {"drift", "Drift of the weights along a run"},
        {"predicted-floor", "Floors predicted without a mask against those of runs"}};
    for (size_t k = 0; k < sizeof theory / sizeof *theory; k++)
        document_picture(d, theory[k].figure, theory[k].alternative);
}

void chapter_statements(const document *d)
{
    fputs("# The statements\n\n", d->out);
    if (d->statement_count == 0) {
        fputs("No statements were checked: ", d->out);
        document_make(d, "theory");
        fputs(" does it.\n\n", d->out);
        return;
    }
    fputs("| statement | kind | verdict | bound | observed | slack | trials | again | in words |\n|---|---|---|---|---|---|---|---|---|\n", d->out);
    for (size_t k = 0; k < d->statement_count; k++)
        statement_line(d, k);
    fputs("\n", d->out);
    fputs("The commands that compute these rows again, from the project's folder:\n\n", d->out);
    document_commands(d, d->statements, d->statement_count);
    pictures(d);
}

static void unchecked_of(const document *d, const statement_row *rows, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        const statement_row *row = &rows[k];
        if (row->verdict != NOT_CHECKED && row->verdict != HYPOTHESIS_NOT_MET)
            continue;
        fputs("- ", d->out);
        document_cell(d, row->statement);
        fputs(" - ", d->out);
        document_verdict(d, row->verdict);
        fputs(": ", d->out);
        document_cell(d, row->verdict == NOT_CHECKED || !row->hypotheses[0] ? row->says : row->hypotheses);
        fputs("\n", d->out);
    }
}

void chapter_unchecked(const document *d)
{
    fputs("# What was not checked, and why\n\n", d->out);
    unchecked_of(d, d->claims, d->claim_count);
    unchecked_of(d, d->statements, d->statement_count);
    fputs("\n", d->out);
}
