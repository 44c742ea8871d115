/* drift_table: what drift makes of its runs: results/drift.dat, a row for each regime, mask kind, step size and round,
 * and the statements. */
#ifndef THEORY_DRIFT_TABLE_H
#define THEORY_DRIFT_TABLE_H

#include "theory/local/drift_unit.h"

/* Writes the table and the statements. REFUTED as theory_finish. */
status drift_judge(const local_plan *plan, const sweep *s, const sweep_result *result);

#endif
