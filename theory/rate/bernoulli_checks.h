/* bernoulli_checks: the rows of Theorem 3 and Corollaries 1 to 3, from plain arrays of what was measured. */
#ifndef THEORY_BERNOULLI_CHECKS_H
#define THEORY_BERNOULLI_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include "theory/rate/bernoulli_cells.h"
#include "theory/theory.h"
#include "theory/rate/trend_row.h"

/* --- the mean curve [derived] --- */

/* Of every width, ascending, and start. */
typedef struct {
    size_t widths, starts;
    const double *width;        /* (widths) */
    const double *finite;       /* (widths, starts) curve_distance from e_k of H(0) */
    const double *infinite;     /* (widths, starts) and of xi Hinf */
    const double *flipped;      /* (widths) share of activations that changed, mean over starts */
    size_t window;              /* first rounds of the fit, at the largest width */
    const double *slope;        /* (starts) at the largest width: slope of log ||mean||^2 */
    const double *slope_finite; /* (starts) and of log ||e_k||^2, H(0) */
} curve_evidence;

/* At the largest width the root mean square of the distance over starts is at most CRITERION_FLIP_FACTOR times the
 * share of activations that changed, plus 1/m. */
status check_curve_level(theory_rows *list, const curve_evidence *e);
/* The distance falls at least like m^(-1/2), from H(0)'s curve and from Hinf's: refuted if the interval of the fitted
 * exponent lies above that by more than CRITERION_EXPONENT_MARGIN, not checked if it holds 0 as well. */
status check_curve_exponent(theory_rows *list, const curve_evidence *e, bool infinite);
/* Measured and predicted slope of log ||.||^2 over the first rounds differ by no more than that distance allows: twice
 * it, relative to the last e_k of the window, over the window. */
status check_initial_rate(theory_rows *list, const curve_evidence *e);

/* --- contraction and floor [paper] --- */

/* Of every cell and repetition. */
typedef struct {
    const rate_cells *list;
    size_t repeats;
    const double *level; /* (cells, repeats) floors */
    const bool *
        settled; /* (cells) whether the curve has stopped falling; other cells are left out of trends */
    const double *slope; /* (cells, repeats) of log ||y - u_k||^2, first rounds */
    double lambda0;      /* of Hinf */
    bool step_met;       /* eta <= 1/||G||, the largest step that section 4 covers */
} floor_evidence;

/* [paper] factor of a cell: 1 - eta xi theta tau lambda0/4 (eta of section 1, which the paper's is to be read as). */
double paper_factor(const train_settings *s, double lambda0);

/* Each cell of [first, last) with p > 1 and tau > 1 if `workers`: measured contraction at most paper_factor. The row
 * shows the cell with the largest measured / allowed; refuted if some cell's interval (all at once) lies above. */
status check_paper_rate(theory_rows *list, const floor_evidence *e, const char *statement,
                        size_t first, size_t last, bool workers);

/* Trend of the floor along an axis. away: the law is fitted in 1 - value. */
status check_floor(theory_rows *list, const floor_evidence *e, const char *statement,
                   const char *what, rate_axis axis, trend_sense sense, bool away);

/* Trend along an axis of the contraction factor of the first rounds (falls), or of 1 - factor (rises). */
status check_contraction(theory_rows *list, const floor_evidence *e, const char *statement,
                         const char *what, rate_axis axis, trend_sense sense);

/* The floor against m where kappa is large: shown, as the term of B_1 that falls with m is not what is seen there. */
status check_large_kappa(theory_rows *list, const floor_evidence *e);

/* Corollary 2: once theta >= 0.99 more subnetworks do not lower the floor further; refuted if it still falls. */
status check_floor_stops(theory_rows *list, const floor_evidence *e);

/* All rows. */
status check_floors(theory_rows *list, const floor_evidence *e);
status check_curves(theory_rows *list, const curve_evidence *e);

#endif
