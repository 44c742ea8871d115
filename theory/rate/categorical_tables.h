/* categorical_tables: the table of categorical-rate. */
#ifndef THEORY_CATEGORICAL_TABLES_H
#define THEORY_CATEGORICAL_TABLES_H

#include "run/sweep.h"
#include "theory/rate/categorical_checks.h"

/* One row a cell and round, means over trials. first_event: cells from there on are of the regime in which Omega_k
 * holds. settings: a line for the provenance. */
status categorical_write(const theory_data *data, const sweep_result *result, const char *settings,
                         const categorical_trials *cells, size_t count, size_t first_event);

#endif
