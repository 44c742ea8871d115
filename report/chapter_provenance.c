/* Data, machine and versions, in full.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/document.h"

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
    text_add(&d->out, "# Data and machine\n\n");
    document_fold(d, "Data, seed, versions, processor", NULL);
    common_notes(d);
    document_unfold(d);
}
