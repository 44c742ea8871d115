/* Which statements of the paper the programs of this folder have to answer for, and which program
 * owes which. A statement that no row answers is not checked, and the table says so.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef THEORY_STATEMENTS_STATEMENTS_H
#define THEORY_STATEMENTS_STATEMENTS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include "study/claim.h"

/* The programs, in the order of the table. */
extern const char *const statement_programs[];
extern const size_t statement_program_count;

typedef struct {
    const char *program;
    const char *label; /* stands in the rows' `statement` */
    statement_kind kind;
    const char *says;
} statement_promise;

extern const statement_promise statement_promises[];
extern const size_t statement_promise_count;

/* Whether a row's statement is about `label`: it has the label in it, not as a part of a longer
 * word or number. */
bool statement_about(const char *statement, const char *label);

/* What a program has left behind. */
typedef struct {
    char path[PATH_MAX]; /* FOLDER/PROGRAM.statements.dat */
    bool there;
    size_t rows;
    char data[80], seed[32]; /* sha256 of its data and seed; "" if it does not say */
} statement_part;

/* Reads the parts of every program from `folder` into list; promises that stay open become rows
 * `not checked`. parts (statement_program_count): the caller's. BAD_INPUT for a part that cannot be
 * read. run: the program's own, beside which those of the parts lie. */
status statement_gather(const program_options *run, const char *folder, statement_part *parts,
                        claim_rows *list);

/* Whether every part that is there is of the same data and seed. */
bool statement_parts_agree(const statement_part *parts);

#endif
