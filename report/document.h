/* A Markdown report that grows, its pieces, and its chapters.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef REPORT_DOCUMENT_H
#define REPORT_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include "base/scratch.h"
#include "io/table.h"
#include "base/text.h"
#include "study/verdict.h"

/* What a report is made from: tables of `results`, pictures of `plots`. */
typedef struct {
    text out;              /* as far as it is written; owned */
    scratch strings;       /* what the pieces return; owned */
    const char *results;   /* folder of the tables */
    const char *plots;     /* folder of the pictures, as the report's place sees it */
    const char *make;      /* settings of make that this run is of ("PROFILE=quick"), or "" */
    statement_row *claims; /* (claim_count) of claims.dat; owned by the main program */
    size_t claim_count;
    statement_row *statements; /* (statement_count) of statements.dat; likewise */
    size_t statement_count;
} document;

/* Frees text and strings. */
void document_free(document *d);

/* Opens NAME.dat of the results; false (and an empty table) if it is not there or cannot be read.
 */
bool document_table(const document *d, const char *name, table_data *t);

/* --- pieces: strings that live as long as the document; "" and d->strings.failed without memory */

/* A number as people read it: 3 significant digits; "-" for NaN. */
const char *document_number(document *d, double value);
/* Text of a table cell: '|' and line ends cannot break the table. */
const char *document_cell(document *d, const char *written);
/* Text as code, whatever it has in it. */
const char *document_code(document *d, const char *written);
/* A make target with the settings of make that this run is of, as code. */
const char *document_make(document *d, const char *target);
/* A verdict as a word with its colour's class. */
const char *document_verdict(document *d, verdict v);
/* "3 not refuted, 1 refuted, ..." of rows; what has count 0 is left out. */
const char *document_counts(document *d, const statement_row *rows, size_t count);

/* Adds a picture with its alternative text and the command that makes it and what it needs. */
void document_picture(document *d, const char *figure, const char *alternative);

/* --- the chapters, in order; each adds itself --- */
void chapter_summary(document *d);
void chapter_advise(document *d); /* the page of advise, in full */
void chapter_figure2(document *d);
void chapter_released(document *d); /* where the released program departs from Algorithm 1 */
void chapter_statements(document *d);
void chapter_unchecked(document *d);
void chapter_provenance(document *d); /* data, machine, versions, seeds, times */

#endif
