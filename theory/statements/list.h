/* Which statements of the paper the programs of this folder have to answer for, and which program
 * owes which. A statement that no row answers is not checked, and the table says so. */
#ifndef THEORY_STATEMENTS_LIST_H
#define THEORY_STATEMENTS_LIST_H

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

/* Appends a row `not checked` for every promise of the program that no row from number `first` on
 * is about. why: what is missing; command: computes it. */
status statement_complete(const char *program, size_t first, const char *why, const char *command,
                          claim_rows *list);

#endif
