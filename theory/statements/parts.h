/* The rows that the programs of this folder have written, gathered. */
#ifndef THEORY_STATEMENTS_PARTS_H
#define THEORY_STATEMENTS_PARTS_H

#include <limits.h>
#include "theory/statements/list.h"

/* What a program has left behind. */
typedef struct {
    char path[PATH_MAX]; /* FOLDER/PROGRAM.statements.dat */
    bool there;
    size_t rows;
    char data[80], seed[32]; /* sha256 of its data and seed; "" if it does not say */
} statement_part;

/* Reads the parts of every program from `folder` into list; promises that stay open become rows
 * `not checked`. parts (statement_program_count): the caller's. BAD_INPUT for a part that cannot be
 * read. */
status statement_gather(const char *folder, statement_part *parts, claim_rows *list);

/* Whether every part that is there is of the same data and seed. */
bool statement_parts_agree(const statement_part *parts);

#endif
