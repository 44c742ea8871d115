/* concentration_width: the least width at which Theorem 2's conclusion, lambda_min(H_m) >= xi lambda_0/2 for K p masks,
 * holds with probability 1 - delta.
 *
 * The widths tried are a geometric grid, eight to the octave. A trial is one stream of neurons (concentration_stream)
 * that passes through all of them, so that the grid costs no more neurons than its widest member; where a bisection
 * would look, the answer is there already. A pilot brackets the grid by doubling. */
#ifndef THEORY_CONCENTRATION_WIDTH_H
#define THEORY_CONCENTRATION_WIDTH_H

#include <stddef.h>
#include "theory/concentration/stream.h"

enum { WIDTHS_PER_OCTAVE = 8, WIDTH_OCTAVES = 4, WIDTH_GRID = WIDTH_OCTAVES * WIDTHS_PER_OCTAVE + 1 };

typedef struct {
    size_t count;              /* <= WIDTH_GRID */
    size_t widths[WIDTH_GRID]; /* ascending */
} width_grid;

/* Whole widths around `middle`: from a quarter of it to four times it, none above `limit`. */
void width_grid_around(size_t middle, size_t limit, width_grid *grid);

/* Does lambda_min(H_m) >= floor hold for every mask of design 0 at the width reached? H (n, n): scratch. */
status width_holds(const concentration_stream *s, double floor, double *H, bool *holds);

/* The pilot: the first power of two at which it holds; `limit` if none below does. The stream was just restarted. */
status width_first(concentration_stream *s, double floor, size_t limit, size_t *first);

/* A trial: holds (WIDTH_GRID) <- 1 or 0 for each width of the grid, NaN beyond it. The stream was just restarted. */
status width_trial(concentration_stream *s, double floor, const width_grid *grid, double *holds);

/* What trials say. */
typedef struct {
    double width; /* least of the grid such that there and at all wider ones at most a share delta fails; NaN: none */
    double low;   /* widest of the grid at which more than delta fail, Clopper-Pearson; 0: none */
    double high;  /* least such that there and at all wider ones fewer than delta fail, Clopper-Pearson; +inf: none */
} width_found;

/* failures (grid->count) of `trials`. confidence: of the two one-sided limits, each. */
width_found width_search(const width_grid *grid, const size_t *failures, size_t trials, double delta,
                         double confidence);

#endif
