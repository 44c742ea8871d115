/* loss_tables: what loss-dynamics writes: the drawn points of Figure 2a and the three movements of every round. */
#ifndef EXPERIMENTS_LOSS_TABLES_H
#define EXPERIMENTS_LOSS_TABLES_H

#include "experiments/experiment.h"

/* --out: `xi round step phase mean sd min max`, a block for each xi; its table of single runs: `xi repetition round jump descent
 * drop`. A unit's values: the whole network's error, then for every round after sampling, after each local step, after
 * aggregation; NaN after divergence. init: path of the given start, NULL without. */
status loss_tables_write(const experiment *e, const sweep *s, const sweep_result *result, const char *init);

#endif
