/* descent_table: what local-descent makes of its runs: results/local-descent.dat, a row for each regime, mask kind and
 * step size, and the statements. */
#ifndef THEORY_DESCENT_TABLE_H
#define THEORY_DESCENT_TABLE_H

#include "theory/local/descent_unit.h"

/* Writes the table and the statements. REFUTED as theory_finish. */
status descent_judge(const local_plan *plan, const sweep *s, const sweep_result *result);

#endif
