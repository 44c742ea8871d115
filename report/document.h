/* document: the pieces of a Markdown report. */
#ifndef REPORT_DOCUMENT_H
#define REPORT_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "run/table.h"
#include "run/verdict.h"

/* What a report is made from. Everything in it comes from tables of `results`; pictures from `plots`. */
typedef struct {
    FILE *out;
    const char *results;      /* folder of the tables */
    const char *plots;        /* folder of the pictures, as the report's place sees it */
    const char *make;         /* the settings of make that this run is of ("PROFILE=quick"); "" for the usual ones */
    statement_row *claims;    /* (claim_count) of claims.dat; owned by the main program */
    size_t claim_count;
    statement_row *statements; /* (statement_count) of statements.dat */
    size_t statement_count;
} document;

/* Opens NAME.dat of the results; false (and an empty table) if it is not there or cannot be read. */
bool document_table(const document *d, const char *name, table_data *t);

/* The note `key` of a table; false if the table or the note is not there. */
bool document_note(const table_data *t, const char *key, char *text, size_t size);

/* A number as people read it: 3 significant digits; "-" for NaN. text: caller's, size bytes. Returns text. */
const char *document_number(double value, char *text, size_t size);

/* Text of a table cell: '|' and line ends cannot break the table. */
void document_cell(const document *d, const char *text);

/* Text as code, whatever it has in it. */
void document_code(const document *d, const char *text);

/* A make target with the settings of make that this run is of, as code. */
void document_make(const document *d, const char *target);

/* A verdict as a word with its colour's class. */
void document_verdict(const document *d, verdict v);

/* A picture with its alternative text and the command that makes it and what it needs. */
void document_picture(const document *d, const char *figure, const char *alternative);

/* The commands of rows, each once, in the order in which rows first name it: the index in this order of row k's. */
size_t document_command(const statement_row *rows, size_t k);
/* Their list, as targets of links [ck](#ck), k from 1. */
void document_commands(const document *d, const statement_row *rows, size_t count);

/* "3 not refuted, 1 refuted, ..." of rows; what has count 0 is left out. */
void document_counts(const document *d, const statement_row *rows, size_t count);

/* --- the chapters, in order --- */
void chapter_summary(const document *d);
void chapter_figure2(const document *d);
void chapter_released(const document *d);    /* where the released program departs from Algorithm 1 */
void chapter_statements(const document *d);
void chapter_unchecked(const document *d);
void chapter_provenance(const document *d);  /* data, machine, versions, seeds, times */

#endif
