#include "report/document.h"

#include <string.h>

static void claim_row(const document *d, const statement_row *row)
{
    char number[32];
    fputs("| ", d->out);
    document_cell(d, row->statement);
    fputs(" | ", d->out);
    document_verdict(d, row->verdict);
    fprintf(d->out, " | %s", document_number(row->observed, number, sizeof number));
    fprintf(d->out, " | %s | ", document_number(row->limit, number, sizeof number));
    document_cell(d, row->says);
    fputs(" |\n", d->out);
}

/* The claims whose statement begins with `panel`. */
static void claims_of(const document *d, const char *panel, const char *observed, const char *limit)
{
    fprintf(d->out, "| claim | verdict | %s | %s | in words |\n|---|---|---|---|---|\n", observed, limit);
    for (size_t k = 0; k < d->claim_count; k++)
        if (strncmp(d->claims[k].statement, panel, strlen(panel)) == 0)
            claim_row(d, &d->claims[k]);
    fputs("\nThese rows again: ", d->out);
    document_make(d, "claims");
    fputs("\n\n", d->out);
}

void chapter_figure2(const document *d)
{
    fputs("# Figure 2\n\n## (a) Error along a run\n\n", d->out);
    document_picture(d, "loss-dynamics",
                     "Error against iteration for three values of xi: it falls along local steps, drops at aggregation and jumps when masks are drawn");
    claims_of(d, "Figure 2a", "share with the sign", "at least");
    fputs("## (b) Error level over p and xi\n\n", d->out);
    document_picture(d, "error-heatmap", "Two heat maps of the error level over the number of subnetworks p and the probability xi: Algorithm 1 and the released program");
    claims_of(d, "Figure 2b", "Somers' D", "p of a fall");
    fputs("## (c) Error level against width\n\n", d->out);
    document_picture(d, "width-sweep", "Error level with error bars against width m for three values of xi");
    claims_of(d, "Figure 2c", "Somers' D", "p of a fall");
    fputs("## (d) Improvement in the first global steps\n\n", d->out);
    document_picture(d, "subnet-sweep", "Relative improvement of the error in global steps 1, 2 and 3 against the number of subnetworks");
    claims_of(d, "Figure 2d", "Somers' D", "p of a fall");
}
