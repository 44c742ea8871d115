/* moments_gather: the units of mask-moments put together: statement rows, the table of compared quantities, the table
 * of rounds. */
#ifndef THEORY_MOMENTS_GATHER_H
#define THEORY_MOMENTS_GATHER_H

#include "theory/moments/units.h"

/* The table of rounds: every term of the split, drifts and flips, of every run. */
table *moments_rounds_table_new(void);

/* All rows; the lines of t (moments_table_new) and of `rounds`. */
status moments_gather(const moments_study *study, const sweep *s, const sweep_result *result,
                      theory_rows *rows, table *t, table *rounds);

#endif
