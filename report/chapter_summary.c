#include "report/document.h"

#include <string.h>

/* Refuted rows that only our own mathematics or code can be blamed for. */
static size_t own_failures(const document *d)
{
    size_t count = 0;
    for (size_t k = 0; k < d->statement_count; k++)
        count += d->statements[k].kind != PAPER && d->statements[k].verdict == STATEMENT_REFUTED;
    return count;
}

static void name_refuted(const document *d, const statement_row *rows, size_t count)
{
    const char *between = " Refuted here: ";
    for (size_t k = 0; k < count; k++)
        if (rows[k].verdict == STATEMENT_REFUTED) {
            fputs(between, d->out);
            document_cell(d, rows[k].statement);
            between = ", ";
        }
    if (*between == ',')
        fputs(".", d->out);
}

/* What the run is of, in its own numbers. */
static void data_sentence(const document *d)
{
    static const struct { const char *key, *says; } notes[] = {{"data", "Data "}, {"data shape", ", "}, {"lambda_min(Hinf)", "; lambda_min(Hinf) = "},
                                                               {"smallest angle", ", smallest angle "}, {"seed", "; seed "}, {"version", ", version "}};
    table_data t;
    char text[256];
    if (document_table(d, "infinite-ntk", &t)) {
        for (size_t k = 0; k < sizeof notes / sizeof *notes; k++)
            if (document_note(&t, notes[k].key, text, sizeof text)) {
                fputs(notes[k].says, d->out);
                document_cell(d, text);
            }
        fputs(".\n", d->out);
    }
    table_data_free(&t);
}

void chapter_summary(const document *d)
{
    data_sentence(d);
    fprintf(d->out, "Of %zu claims about Figure 2: ", d->claim_count);
    document_counts(d, d->claims, d->claim_count);
    fputs(".", d->out);
    name_refuted(d, d->claims, d->claim_count);
    if (d->statement_count) {
        fprintf(d->out, "\nOf %zu statements of the paper and facts under them: ", d->statement_count);
        document_counts(d, d->statements, d->statement_count);
        fputs(".", d->out);
        name_refuted(d, d->statements, d->statement_count);
        size_t own = own_failures(d);
        if (own)
            fprintf(d->out, " **%zu exact or derived statements are refuted: the mathematics or the code of this project is wrong.**", own);
        else
            fputs(" No exact or derived statement is refuted.", d->out);
    }
    fputs("\n\nA claim or statement marked *paper* that is refuted is a finding about these data. *Exact* is an identity, *derived* a bound with explicit constants "
          "proved along the paper's lines. *Slack* is bound over observed: how loose the bound is.\n\n", d->out);
}
