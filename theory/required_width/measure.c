/* One stream of neurons along a grid of widths, and the least width at which the conclusion holds.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "model/spectrum.h"
#include "theory/required_width/required_width.h"
#include "theory/criteria.h"

void width_grid_around(size_t middle, size_t limit, width_grid *grid) {
    size_t last = 0;
    grid->count = 0;
    for (int k = 0; k < WIDTH_GRID; k++) {
        double exact = (double)middle * exp2((double)k / WIDTHS_PER_OCTAVE - WIDTH_OCTAVES / 2);
        size_t width = (size_t)fmax(1, round(exact));
        if (width > last && width <= limit) {
            last = width;
            grid->widths[grid->count++] = width;
        }
    }
}

status width_holds(masked_stream *s, size_t width, double floor, bool *holds) {
    status st = masked_stream_advance(s, width);
    *holds = true;
    for (size_t l = 0; st == OK && *holds && l < s->designs[0].masks; l++) {
        st = spectrum_at_least(masked_stream_kernel(s, 0, l), s->n, floor, holds);
    }
    return st;
}

status width_first(masked_stream *s, double floor, size_t limit, size_t *first) {
    bool holds = false;
    for (*first = 1; *first < limit; *first *= 2) {
        status st = width_holds(s, *first, floor, &holds);
        if (st != OK || holds) { return st; }
    }
    *first = limit;
    return OK;
}

status width_trial(masked_stream *s, double floor, const width_grid *grid, double *holds) {
    for (size_t k = 0; k < WIDTH_GRID; k++) { holds[k] = NAN; }
    for (size_t k = 0; k < grid->count; k++) {
        bool here = false;
        status st = width_holds(s, grid->widths[k], floor, &here);
        if (st != OK) { return st; }
        holds[k] = here;
    }
    return OK;
}

width_found width_search(const width_cell *cell, double confidence) {
    width_found found = {NAN, 0, INFINITY};
    bool passes = true, certain = true;
    double delta = cell->bounds.delta;
    for (size_t k = cell->grid.count; k-- > 0;) {
        size_t failures = cell->failures[k], trials = cell->trials;
        double width = (double)cell->grid.widths[k];
        double low = stats_clopper_pearson_lower(failures, trials, confidence);
        passes = passes && (double)failures <= delta * (double)trials;
        certain = certain && stats_clopper_pearson_upper(failures, trials, confidence) <= delta;
        if (passes) { found.width = width; }
        if (certain) { found.high = width; }
        if (found.low == 0 && !(low <= delta)) { found.low = width; }
    }
    return found;
}

double width_measured(const width_cell *cell) {
    return width_search(cell, CRITERION_SHOWN_CONFIDENCE).width;
}
