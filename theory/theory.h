/* theory: what the programs of this folder share: data with one label column, Hinf and its numbers, statement rows, the end of a
 * program. Everything is double precision (libmntk-double). */
#ifndef THEORY_THEORY_H
#define THEORY_THEORY_H

#include <stdbool.h>
#include <stddef.h>
#include "model/bounds.h"
#include "model/dataset.h"
#include "run/program.h"
#include "run/sweep.h"
#include "run/table.h"
#include "run/verdict.h"

#include "theory/shared/theory_data.h"

/* Statement rows of a program. */
typedef struct {
    statement_row *rows; /* (count) owned; theory_rows_free */
    size_t count, capacity;
    const char *command; /* redoes them: program_options.redo */
} theory_rows;

/* Appends a row and returns it for more to be filled in; the command is set, limit and slack are NaN (slack: bound / observed where both are given).
 * says: the statement in a few words; hypotheses: what it supposes and how this run stands to it. NULL: no memory. */
statement_row *theory_row(theory_rows *list, const char *statement, statement_kind kind, const char *says);
/* Fills the check: observed <= bound (or >= for a lower bound) decides, so that NaN refutes. met: the hypotheses hold in this run. */
void theory_check_at_most(statement_row *row, bool met, double bound, double observed, size_t trials);
void theory_check_at_least(statement_row *row, bool met, double bound, double observed, size_t trials);
void theory_rows_free(theory_rows *list);

/* Provenance lines of the data and the machine; rows of settings are the program's. result may be NULL (no sweep). */
void theory_note(const theory_data *d, const sweep_result *result, table *t);

/* Ends a program: writes `list` to OUT with .dat replaced by .statements.dat, prints it to stderr unless quiet; REFUTED if an [exact] or [derived] row is refuted. */
status theory_finish(const theory_data *d, const theory_rows *list);

#endif
