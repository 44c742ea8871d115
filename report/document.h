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

/* Footnotes that one report can have. */
enum { DOCUMENT_TERMS = 40 };

/* What a report is made from: tables of `results`, pictures of `plots`, words of `glossary`. */
typedef struct {
    text out;              /* as far as it is written; owned */
    scratch strings;       /* what the pieces return; owned */
    const char *results;   /* folder of the tables */
    const char *plots;     /* folder of the pictures, as the report's place sees it */
    const char *make;      /* settings of make that this run is of ("PROFILE=quick"), or "" */
    char *glossary;        /* the whole file, NULL: no footnotes; owned */
    statement_row *claims; /* (claim_count) of claims.dat; owned by the main program */
    size_t claim_count;
    statement_row *statements; /* (statement_count) of statements.dat; likewise */
    size_t statement_count;
    const char *terms[DOCUMENT_TERMS]; /* entries that have a footnote */
    size_t term_count;
} document;

/* Frees text, strings and glossary. */
void document_free(document *d);

/* Opens NAME.dat of the results; false (and an empty table) if it is not there or cannot be read.
 */
bool document_table(const document *d, const char *name, table_data *t);

/* --- pieces: strings that live as long as the document; "" and d->strings.failed without memory */

/* A number as people read it: 3 significant digits; "-" for NaN. */
const char *document_number(document *d, double value);
/* A note of NAME.dat of the results rounded to 4 digits where it begins with a number, safe in a
 * cell; NULL if there is no such table or note. */
const char *document_note(document *d, const char *name, const char *key);
/* Text of a table cell: '|' and line ends cannot break the table. */
const char *document_cell(document *d, const char *written);
/* Text as code, whatever it has in it. */
const char *document_code(document *d, const char *written);
/* A make target with the settings of make that this run is of, as code. */
const char *document_make(document *d, const char *target);
/* A verdict as a word with its colour's class. */
const char *document_verdict(document *d, verdict v);
/* A statement's name, a link to its place in the mathematics where it has one. */
const char *document_statement(document *d, const statement_row *row);
/* "3 not refuted, 1 refuted, ..." of the rows that `chosen` takes (NULL: all); what has count 0 is
 * left out; "" if it takes none. */
const char *document_counts(document *d, const statement_row *rows, size_t count,
                            bool (*chosen)(const statement_row *row, const char *key),
                            const char *key);
/* For document_counts: the statement's name begins with `key`. */
bool row_begins(const statement_row *row, const char *key);
/* For document_counts: the row's command is of the program `key`. */
bool row_of_program(const statement_row *row, const char *key);
/* The program that a command calls, without its folder. */
const char *document_program(document *d, const char *command);
/* The word, a footnote at its first use if the glossary has the entry `entry`. */
const char *document_term(document *d, const char *word, const char *entry);

/* Adds a picture, its alternative text, a caption (Markdown), and the command that makes it. */
void document_picture(document *d, const char *figure, const char *alternative,
                      const char *caption);
/* Between these two the report is folded on a phone; the title (Markdown) stays, with counts of
 * document_counts behind it or NULL. */
void document_fold(document *d, const char *title, const char *counts);
void document_unfold(document *d);

/* Adds a folded table of the claims whose names begin with `panel`; observed, limit: the heads of
 * these columns. */
void document_claims(document *d, const char *panel, const char *observed, const char *limit);

/* --- the chapters, in order; each adds itself --- */
void chapter_paper(document *d);    /* what came out, the algorithm */
void chapter_settings(document *d); /* data, settings, how many tests at which level */
void chapter_advise(document *d);   /* the page of advise, in full */
void chapter_unheld(document *d);   /* refuted, hypothesis not met, not checked, and why */
void chapter_figure2(document *d);
void chapter_released(document *d); /* where the released program departs from Algorithm 1 */
void chapter_masks(document *d);    /* beyond the paper: laws of masks, rows held out */
void chapter_statements(document *d);
void chapter_artifact(document *d);   /* claim, command, time, memory, expected, found */
void chapter_provenance(document *d); /* data, machine, versions, seeds */
void chapter_terms(document *d);      /* the footnotes */

#endif
