/* One checked statement, its row, and the table of all rows.
 * "The program failed" is a status (error.h); "the statement does not hold" is a verdict.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STUDY_VERDICT_H
#define STUDY_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "base/error.h"
#include "cli/program.h"
#include "io/table.h"

typedef enum { NOT_REFUTED, STATEMENT_REFUTED, HYPOTHESIS_NOT_MET, NOT_CHECKED } verdict;

/* [exact] an identity, [derived] a bound with explicit constants proved here, [paper] what the
 * paper says. */
typedef enum { EXACT, DERIVED, PAPER } statement_kind;

/* On which side of its bound the observation has to lie. */
typedef enum { SENSE_NONE, SENSE_AT_MOST, SENSE_AT_LEAST, SENSE_EQUAL } verdict_sense;

typedef struct {
    char statement[64]; /* "Theorem 2, matrix Chernoff", "Lemma 16", "Figure 2b along xi" */
    statement_kind kind;
    char says[256];       /* the statement in a few words */
    char hypotheses[256]; /* what it supposes and how this run stands to it; "" if nothing */
    double bound;         /* what the statement allows; NaN if it has none */
    double observed;      /* worst or quantile seen; NaN if none */
    verdict_sense sense;  /* observed is to be <=, >= or = bound */
    double slack;    /* >= 1 where the statement held: how far from its bound; NaN if meaningless */
    size_t rows, of; /* n, and how many rows the file has; 0: not of rows of one file */
    size_t trials;
    double limit; /* Clopper-Pearson limit or p-value; NaN if none */
    verdict verdict;
    char source[64]; /* file in which hypothesis and observation stand; "" if not said */
    char anchor[48]; /* of the statement in doc/mathematics.md; "" if not said */
    char command[PROGRAM_COMMAND]; /* computes this row again */
} statement_row;

/* The word: "not refuted", "refuted", "hypothesis not met", "not checked". */
const char *verdict_word(verdict v);
const char *statement_kind_word(statement_kind k); /* "exact", "derived", "paper" */

/* Writes rows as a table (columns: statement kind verdict bound sense
 * observed slack rows of trials limit hypotheses says source anchor command).
 * `notes` adds provenance lines to the table before it is written; may be NULL. */
status verdict_write(const statement_row *rows, size_t count, const char *path,
                     void (*notes)(table *t, void *context), void *context);

/* Reads rows back and appends them to *rows (reallocated; owned by the caller). Tables without the
 * columns sense, rows, of, source and anchor have none. */
status verdict_read(const char *path, statement_row **rows, size_t *count);

/* Prints rows aligned, and the count of each verdict, to `stream`. Colour only if `colour`. */
void verdict_print(const statement_row *rows, size_t count, FILE *stream, bool colour);
/* The same without the rows that are not refuted, which are counted alone. */
void verdict_print_others(const statement_row *rows, size_t count, FILE *stream, bool colour);

/* REFUTED if an [exact] or [derived] row is refuted, else OK. */
status verdict_status(const statement_row *rows, size_t count);

#endif
