/* required-width: the least width at which lambda_min(H_m) >= xi lambda0/2 for all K p masks holds
 * with probability 1 - delta, over n and xi, beside the width that every bound asks for
 * (initialisation in doc/mathematics.md).
 *
 * The widths tried are a geometric grid, eight to the octave. A trial is one stream of neurons
 * (model/masked_stream.h) that passes through all of them, so that the grid costs no more neurons
 * than its widest member; where a bisection would look, the answer is there already. A pilot
 * brackets the grid by doubling.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef THEORY_REQUIRED_WIDTH_REQUIRED_WIDTH_H
#define THEORY_REQUIRED_WIDTH_REQUIRED_WIDTH_H

#include <stddef.h>
#include "model/masked_stream.h"
#include "study/study.h"
#include "study/kernel_data.h"

enum { WIDTHS_PER_OCTAVE = 8, WIDTH_OCTAVES = 4 };
enum { WIDTH_GRID = WIDTH_OCTAVES * WIDTHS_PER_OCTAVE + 1 };

typedef struct {
    size_t count;              /* <= WIDTH_GRID */
    size_t widths[WIDTH_GRID]; /* ascending */
} width_grid;

typedef struct {
    option_list sizes, xi;       /* n, ascending, and xi */
    size_t masks, trials, limit; /* K p; W_0s of a cell; largest width tried */
    const char *own;             /* masks of the user's own, which are refused; NULL: none */
    double delta;
    bool sizes_given;
} width_settings;

/* One n and xi. */
typedef struct {
    const kernel_data *data;
    mask_design design;
    bounds_setting bounds;
    double floor;                        /* xi lambda0/2 */
    width_grid grid;                     /* set by the pilot */
    size_t trials, failures[WIDTH_GRID]; /* failures at every width of the grid, gathered */
} width_cell;

typedef struct {
    kernel_data *data; /* (sizes) of n rows each; owned */
    size_t sizes;
    width_cell *cells; /* (r->cells) sizes within xi; owned */
} width_context;

/* Whole widths around `middle`: from a quarter of it to four times it, none above `limit`. */
void width_grid_around(size_t middle, size_t limit, width_grid *grid);

/* Does lambda_min(H_m) >= floor hold for every mask of design 0 at `width`? */
status width_holds(masked_stream *s, size_t width, double floor, bool *holds);

/* The first power of two at which it holds; `limit` if none below does. The stream is empty. */
status width_first(masked_stream *s, double floor, size_t limit, size_t *first);

/* A trial: holds (WIDTH_GRID) <- 1 or 0 for each width of the grid, NaN beyond it. The stream is
 * empty. */
status width_trial(masked_stream *s, double floor, const width_grid *grid, double *holds);

/* What trials say: `width` is the least of the grid such that there and at all wider ones at most a
 * share delta fails, NaN if none; `low` the widest at which more than delta fail, Clopper-Pearson,
 * 0 if none; `high` the least such that there and at all wider ones fewer than delta fail,
 * Clopper-Pearson, +inf if none. confidence: of the two one-sided limits, each. */
typedef struct {
    double width, low, high;
} width_found;

width_found width_search(const width_cell *cell, double confidence);
double width_measured(const width_cell *cell);

/* Bounds on the width, in the order of table and statements. */
enum { HOEFFDING, BERNSTEIN, MATRIX_BERNSTEIN, CHERNOFF, CHERNOFF_HALF, COMBINED, WIDTH_BOUNDS };

typedef double width_asked(const bounds_setting *s);

typedef struct {
    const char *name, *means; /* of its column */
    width_asked *width;
} width_bound;

extern const width_bound width_bounds[WIDTH_BOUNDS];
double width_by_chernoff(const bounds_setting *s); /* at eps = 1/4 */

/* A bound's own conclusion: lambda_min(H_m) >= (1 - below) xi lambda0; two-sided ||H_m - xi Hinf|| <=
 * below xi lambda0; of_entries every |H_m - xi Hinf|_ij <= below xi lambda0/n. On orthonormal rows:
 * entries of H_m are at least 1 - below of those of xi Hinf, and at most 1 + below where two-sided;
 * of_entries: below/n in place of it. */
typedef struct {
    width_asked *width;
    double below;
    bool two_sided, of_entries;
} own_conclusion;

/* P(some of the n entries of H_m at width m is less than 1 - below, or more than 1 + above, times
 * xi/2) on orthonormal rows, for a Bernoulli mask. Whole m. */
double orthonormal_failure(double n, double m, double xi, double below, double above);
status orthonormal_conclusion(const study_run *r, evidence *e);

/* Two or three rows, on which every width can be had: a kernel is the number of neurons that are
 * active on each set of rows, whose probabilities are known (few-rows in doc/mathematics.md). */
enum { COUNTED_LEAST = 2, COUNTED_MOST = 3, COUNTED_SETS = 1 << COUNTED_MOST };

typedef struct {
    size_t n;
    double G[COUNTED_MOST * COUNTED_MOST], Hinf[COUNTED_MOST * COUNTED_MOST]; /* (n, n) */
    double chance[COUNTED_SETS]; /* (2^n) bit i: active on row i */
    bounds_setting bounds;       /* at xi = 1; one mask */
} counted_rows;

/* The first n rows, COUNTED_LEAST <= n <= COUNTED_MOST, of d. */
status counted_rows_open(const kernel_data *d, size_t n, counted_rows *f);
/* H (n, n) <- the kernel of m neurons under a Bernoulli mask. m below 2^32. */
void counted_rows_draw(const counted_rows *f, double m, double xi, rng *draws, double *H);
status counted_conclusion(const study_run *r, evidence *e);

/* Exponent of a width (NULL: the measured one) in n at fixed xi, or in 1/xi at fixed n, over the
 * cells whose measured width is known. */
typedef enum { EXPONENT_OF_N, EXPONENT_OF_XI } width_axis;
stats_line width_exponent(const width_cell *cells, size_t count, width_asked *width,
                          width_axis axis, double confidence);

extern const claim_group required_width_claims[];
extern const study required_width_study;

#endif
