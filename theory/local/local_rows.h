/* local_rows: what the statement rows of local-descent and drift share. */
#ifndef THEORY_LOCAL_ROWS_H
#define THEORY_LOCAL_ROWS_H

#include <stdbool.h>
#include "theory/theory.h"

/* "name, regime" as a row's statement. NULL: no memory. */
statement_row *local_row(theory_rows *list, const char *name, size_t regime, statement_kind kind, const char *says);

/* Fills in what the row supposes. */
void local_suppose(statement_row *row, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A claim that fails with probability at most `allowed`: `failures` of `trials` independent ones failed. Refuted if the
 * Clopper-Pearson lower limit exceeds `allowed`; not checked with fewer than CRITERION_TRIALS_PER_DELTA/allowed trials.
 * bound: allowed; observed: the frequency; limit: the lower limit; the upper one is added to what the row says. */
void local_check_probability(statement_row *row, bool met, double allowed, size_t failures, size_t trials);

#endif
