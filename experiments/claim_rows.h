/* claim_rows: what the paper claims of Figure 2 (paper.md section 8, last paragraph), each claim a row with its
 * verdict. The claims are [paper]: a refuted one is a finding. Criteria, fixed before any run: */
#ifndef EXPERIMENTS_CLAIM_ROWS_H
#define EXPERIMENTS_CLAIM_ROWS_H

#include <stddef.h>
#include "experiments/claim_map.h"
#include "run/error.h"
#include "run/verdict.h"

/* A trend counts as seen, either way, if its one-sided p-value is below this: the usual level, each row judged
 * alone. */
#define CLAIM_LEVEL 0.05

/* Confidence that all sign intervals of a row hold at once, and of the lower limit of the share of single signs:
 * the same 5 % of error as CLAIM_LEVEL allows. */
#define CLAIM_CONFIDENCE 0.95

/* The claim on Figure 2d speaks of this many global steps. */
#define CLAIM_STEPS 3

typedef struct {
    statement_row *rows; /* (count) owned; free */
    size_t count;
} claim_list;

/* Each appends its rows; command is what computes them again. A table that is not there or empty gives rows `not
 * checked`. BAD_INPUT if the table is not what it should be. */

/* Figure 2a: in every round jump > 0, descent < 0, drop < 0. A row for each movement and xi: t intervals of the mean
 * over repetitions, Bonferroni over rounds; refuted if one lies wholly on the wrong side, not checked if none lies
 * wholly on either or a run diverged. observed: share of (repetition, round) pairs with the sign; limit: its lower
 * Clopper-Pearson limit as if pairs were independent, which those of one run are not. */
status claim_loss(const claim_table *t, const char *command, claim_list *list);

/* Figure 2b: the level falls with xi at fixed p, and with p at fixed xi. rule: keep or zero (--unselected). This and
 * the next are stratified Jonckheere-Terpstra tests; observed: Somers' D, to be below 0; limit: p-value of a fall; not
 * checked if no trend is visible either way. */
status claim_heatmap(const claim_table *t, const char *rule, const char *command, claim_list *list);

/* Figure 2c: the level falls with m. A row for each xi, one for all together. */
status claim_width(const claim_table *t, const char *command, claim_list *list);

/* Figure 2d: the relative improvement falls with p in each of the first three steps. A row for each step. */
status claim_subnet(const claim_table *t, const char *command, claim_list *list);

#endif
