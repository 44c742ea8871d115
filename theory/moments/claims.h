/* moments_claims: the statements of paper.md section 5 about the random start and about the rounds of a run, one row
 * each. */
#ifndef THEORY_MOMENTS_CLAIMS_H
#define THEORY_MOMENTS_CLAIMS_H

#include "theory/moments/run.h"
#include "theory/moments/start.h"
#include "theory/theory.h"

/* What was found about starts. */
typedef struct {
    const moments_start *real; /* at the width of the run */
    const moments_starts *real_seen;
    const moments_start *
        tail; /* at the least width where Lemma 23 says something at delta; Lemma 22 at tail->part entries */
    const moments_starts *tail_seen;
    double near_share;        /* p_R at real->radius */
    double labels;            /* ||y||^2 */
    double C;                 /* Assumption 1: |y_i| <= C - 1 */
    double quadrature_labels; /* ||y||^2 of the rows that E11 was integrated for */
    double quadrature_inputs; /* their sum_i ||x_i||^2 */
    double
        quadrature; /* E||y - u_0||^2 of these, moments_start_expectation with real->xi, real->kappa */
} moments_start_evidence;

/* Rows E11 and its bound C^2 n, Lemmas 16 (how many are near), 17, 22, 23. */
status moments_claims_start(const moments_start_evidence *e, theory_rows *rows, table *t);

/* What was found along runs. */
typedef struct {
    const moments_round *bernoulli, *categorical; /* (count) each, all rounds of all runs */
    size_t count;
    double radius;          /* R */
    moments_combined small; /* E10 over every categorical mask of a small network */
    size_t masks;
} moments_run_evidence;

/* Rows E10 (Lemmas 13, 14), the split of the loss and its bound, Lemma 16 (who flips). */
status moments_claims_runs(const moments_run_evidence *e, theory_rows *rows, table *t);

#endif
