/* What the paper claims of Figure 2, judged on tables of single runs, each claim a row. The claims
 * are [paper]: a refuted one is a finding. The criteria were fixed before any run.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EXPERIMENTS_FIGURE_CLAIMS_H
#define EXPERIMENTS_FIGURE_CLAIMS_H

#include "experiments/run_map.h"
#include "study/study.h"

/* All rows are one family: none of those whose claim is true is refuted, and no fall is seen where
 * there is none, with this confidence (Bonferroni over the rows). */
#define FIGURE_CONFIDENCE 0.95

/* The claim on Figure 2d speaks of this many global steps. */
#define FIGURE_STEPS 3

enum {
    FIGURE_LOSS,
    FIGURE_HEATMAP,
    FIGURE_HEATMAP_ZERO,
    FIGURE_WIDTH,
    FIGURE_SUBNET,
    FIGURE_HELD,     /* error-heatmap with rows held out */
    FIGURE_CONTROLS, /* three of width-sweep: with the same rounds, rates W/m, theory scaling */
    FIGURE_TABLES = FIGURE_CONTROLS + 3
};

/* The context of a study_run that the claims are judged on. A table that is not there, or empty,
 * gives rows `not checked`. */
typedef struct {
    run_table tables[FIGURE_TABLES];
    size_t rows; /* of the family, figure_rows; 0: a row is judged alone */
} figure_tables;

/* The level of a row: (1 - FIGURE_CONFIDENCE) / rows. */
double figure_level(const study_run *r);

/* Claims on Figures 2a to 2d, for claim_judge; BAD_INPUT if a table is not what it should be.
 *
 * 2a: in every round jump > 0, descent < 0, drop < 0, a row for each movement and xi: t intervals
 * of the mean over repetitions, Bonferroni over rounds; refuted if one lies wholly on the wrong
 * side, not checked if none lies wholly on either or a run diverged. observed: share of
 * (repetition, round) pairs with the sign; limit: its lower Clopper-Pearson limit as if pairs were
 * independent, which those of one run are not.
 *
 * The others are one-sided Jonckheere-Terpstra tests; observed: Somers' D, to be below 0; limit:
 * p-value of a fall. 2b: the level falls with xi at fixed p, and with p at fixed xi, under either
 * rule for neurons that no subnetwork took; a test for each line of the map (run_lines.h), refuted
 * if a line rises, not checked unless all fall; observed and limit: of the line that falls least.
 * 2c: it falls with m, a row for each xi; refuted if it rises from some width on, not checked
 * unless the whole line falls. 2d: the improvement, relative and absolute, falls with p, a row for
 * each of the first steps; not checked if no trend is visible either way. */
extern const claim_group figure_a_claims[], figure_b_claims[], figure_c_claims[], figure_d_claims[];

/* Why 2c rises [derived]: in a control one cause is taken away, and the rise is smaller. observed:
 * by what factor the level at the largest width exceeds that at the width where the figure is
 * least, geometric means of the control; bound: of the figure; limit: Welch's one-sided p-value;
 * refuted if the control's rise is the larger one, not checked if neither is seen. Supposed: the
 * figure's curve rises at the xi of the control. */
extern const claim_group figure_why_claims[];

/* Whether the noise of masks regularises, three statements about the data that say it does not, by
 * the error of rows that are held out (held_claims.c). "Without masks" is xi = 1, where all p are the
 * same run and join every line. rows only where such a table is there.
 *
 * masks or none: no setting with masks has a smaller error than without; observed: the ratio of the
 * setting where it is most surely smaller, limit: the one-sided p-value of that (t test of logarithms,
 * paired under --starts same); refuted if one is smaller, Holm's procedure over the settings, not
 * checked unless all are larger. Along xi: falls with xi at every p; refuted if a line rises from some
 * xi on, not checked unless all fall. Along p: as 2b. */
extern const claim_group figure_held_claims[];

enum { FIGURE_PANELS = 6 };
extern const claim_group *const figure_panels[FIGURE_PANELS];

/* For observers: there are no runs to judge by; diverged and capped runs in words; every line of the
 * map tested by itself, with Holm's procedure over them: a line that rises refutes, that all fall is
 * seen only if each does, and the line that falls least is shown. FAILED: no memory. */
status figure_tell_missing(const run_table *t, evidence *e);
void figure_tell_left_out(run_count count, evidence *e);
status figure_judge_lines(const run_map *map, double level, evidence *e);

/* How many rows these tables give, of all panels. */
size_t figure_rows(const study_run *r);

#endif
