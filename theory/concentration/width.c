#include "theory/concentration/width.h"

#include <math.h>
#include <stdlib.h>

#include "model/spectrum.h"
#include "run/stats.h"

void width_grid_around(size_t middle, size_t limit, width_grid *grid)
{
    grid->count = 0;
    size_t last = 0;
    for (int k = 0; k < WIDTH_GRID; k++) {
        double exact = (double)middle * exp2((double)k / WIDTHS_PER_OCTAVE - WIDTH_OCTAVES / 2);
        size_t width = (size_t)fmax(1, round(exact));
        if (width > last && width <= limit)
            grid->widths[grid->count++] = last = width;
    }
}

status width_holds(const concentration_stream *s, double floor, double *H, bool *holds)
{
    status done = OK;
    *holds = true;
    for (size_t l = 0; done == OK && *holds && l < s->designs[0].masks; l++) {
        concentration_kernel(s, 0, l, H);
        done = spectrum_at_least(H, s->n, floor, holds);
    }
    return done;
}

status width_first(concentration_stream *s, double floor, size_t limit, size_t *first)
{
    double *H = allocate(s->n, s->n * sizeof *H, "masked kernel");
    status done = H ? OK : FAILED;
    bool holds = false;
    for (*first = 1; done == OK && *first < limit; *first *= 2) {
        done = concentration_advance(s, *first);
        if (done == OK)
            done = width_holds(s, floor, H, &holds);
        if (holds)
            break;
    }
    if (*first > limit)
        *first = limit;
    free(H);
    return done;
}

status width_trial(concentration_stream *s, double floor, const width_grid *grid, double *holds)
{
    double *H = allocate(s->n, s->n * sizeof *H, "masked kernel");
    status done = H ? OK : FAILED;
    for (size_t k = 0; done == OK && k < WIDTH_GRID; k++) {
        bool here = false;
        holds[k] = NAN;
        if (k >= grid->count)
            continue;
        done = concentration_advance(s, grid->widths[k]);
        if (done == OK)
            done = width_holds(s, floor, H, &here);
        holds[k] = here;
    }
    free(H);
    return done;
}

width_found width_search(const width_grid *grid, const size_t *failures, size_t trials, double delta, double confidence)
{
    width_found found = {NAN, 0, INFINITY};
    bool passes = true, certain = true;
    for (size_t k = grid->count; k-- > 0;) {
        double width = (double)grid->widths[k];
        passes = passes && (double)failures[k] <= delta * (double)trials;
        certain = certain && stats_clopper_pearson_upper(failures[k], trials, confidence) <= delta;
        if (passes)
            found.width = width;
        if (certain)
            found.high = width;
        if (found.low == 0 && !(stats_clopper_pearson_lower(failures[k], trials, confidence) <= delta))
            found.low = width;
    }
    return found;
}
