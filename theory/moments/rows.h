/* moments_rows: the statements of paper.md section 5 about the masks of one round, one row a fact and mask kind. */
#ifndef THEORY_MOMENTS_ROWS_H
#define THEORY_MOMENTS_ROWS_H

#include "theory/moments/compare.h"
#include "theory/moments/means.h"
#include "theory/theory.h"

/* What was found about the masks of one kind. */
typedef struct {
    const moments_state *small; /* the network whose masks were all looked at */
    const double *expected;     /* (first[MOMENTS]) closed forms at small */
    const double *mean;         /* (first[MOMENTS]) means over all masks */
    size_t masks;               /* how many there are */
    const moments_state *large; /* the network whose masks were drawn; NULL: none were */
    const double *seen;         /* (MOMENT_VIEWS) closed forms at large, looked at */
    const moments_sample *sample;
} moments_evidence;

/* Rows E1-E9, E12 and the mean of Lemma 4 for the evidence's mask kind, [exact]: refuted where the enumeration is off
 * by more than CRITERION_EXACT, or the family-wise p-value of the draws (column limit) is below 1 -
 * CRITERION_CONFIDENCE. Too few draws (moments_draws_suffice) are not judged. */
status moments_rows_facts(const moments_evidence *e, theory_rows *rows, table *t);

/* Lemma 4, [derived]: the inequality at every draw and every picked neuron; worst: the closest. */
status moments_rows_steepest(moments_closest worst, size_t draws, theory_rows *rows, table *t);

/* A bound of phi. */
typedef struct {
    const char *label, *says, *quantity;
    double (*above)(unsigned p, double xi);
    bool
        equal_for_all_xi; /* at p = 1 there is equality for all xi, or for xi = 1 alone; elsewhere there is none */
} moments_phi_claim;

/* [derived] phi, by its sum, against the claim for p = 1, ..., 20 and xi = 1/20, 2/20, ..., 1; the row shows (p, xi).
 */
status moments_rows_phi(const moments_phi_claim *claim, unsigned p, double xi, theory_rows *rows,
                        table *t);
/* E2's bound of phi and the sharp one. */
status moments_rows_phis(unsigned p, double xi, theory_rows *rows, table *t);

const char *moments_kind(mask_kind kind); /* "bernoulli", "categorical" */

#endif
