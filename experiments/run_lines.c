/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/run_lines.h"

#include <math.h>

#include "stats/twosample.h"

/* --- all lines of a map --- */

status line_verdicts_of(const run_map *map, double level, scratch *work, line_verdicts *found) {
    size_t lines = map->lines;
    double *falls = scratch_take(work, lines, sizeof *falls, "p-values of lines");
    double *rises = scratch_take(work, lines, sizeof *rises, "p-values of lines");
    unsigned char *seen = scratch_take(work, lines, sizeof *seen, "lines");
    *found = (line_verdicts){.least = {.effect = NAN, .p_falls = NAN, .p_rises = NAN}};
    if (work->failed) { return FAILED; }
    for (size_t l = 0; l < lines; l++) {
        trend_result trend = run_map_trend(map, l, 0, map->line[l].groups);
        falls[l] = trend.p_falls;
        rises[l] = trend.p_rises;
        if (trend.pairs == 0) { continue; }
        found->compared++;
        bool tied = isnan(trend.p_falls); /* all values alike */
        if (found->compared == 1 || tied || trend.p_falls > found->least.p_falls) {
            found->least = trend;
            found->least_line = l;
        }
    }
    found->falling = twosample_holm(falls, lines, level, seen);
    found->rising = twosample_holm(rises, lines, level, seen);
    return OK;
}

/* --- the shape of one --- */

/* Mean of the runs of a cell that have a value; NaN if none has. */
static double mean_of(const double *x, size_t size) {
    double sum = 0;
    size_t kept = 0;
    for (size_t i = 0; i < size; i++) {
        if (isnan(x[i])) { continue; }
        sum += x[i];
        kept++;
    }
    return kept ? sum / (double)kept : NAN;
}

static void set_ends(const run_map *map, size_t line, line_shape *shape) {
    const trend_stratum *s = &map->line[line];
    const double *x = s->x, *along = map->along + (s->sizes - map->sizes);
    shape->first = shape->least = along[0];
    shape->last = along[s->groups - 1];
    shape->first_mean = shape->least_mean = mean_of(x, s->sizes[0]);
    for (size_t g = 0; g < s->groups; x += s->sizes[g], g++) {
        double mean = shape->last_mean = mean_of(x, s->sizes[g]);
        if (mean < shape->least_mean || isnan(shape->least_mean)) {
            shape->least_mean = mean;
            shape->least = along[g];
        }
    }
}

status line_shape_of(const run_map *map, size_t line, double level, scratch *work,
                     line_shape *shape) {
    const trend_stratum *s = &map->line[line];
    size_t parts = s->groups - 1; /* with two cells at least */
    double *rises = scratch_take(work, s->groups, sizeof *rises, "p-values of a line");
    double *falls = scratch_take(work, s->groups, sizeof *falls, "p-values of a line");
    unsigned char *seen = scratch_take(work, s->groups, sizeof *seen, "parts of a line");
    if (work->failed) { return FAILED; }
    *shape = (line_shape){.whole = run_map_trend(map, line, 0, s->groups)};
    for (size_t g = 0; g < parts; g++) {
        rises[g] = run_map_trend(map, line, g, s->groups - g).p_rises;
        falls[g] = run_map_trend(map, line, 0, g + 2).p_falls;
    }
    shape->rises = twosample_holm(rises, parts, level, seen) > 0;
    shape->falls = twosample_holm(falls, parts, level, seen) > 0;
    set_ends(map, line, shape);
    return OK;
}

const char *line_shape_words(const line_shape *shape) {
    if (shape->falls) { return shape->rises ? "falls, then rises" : "falls"; }
    return shape->rises ? "rises" : "neither falls nor rises visibly";
}
