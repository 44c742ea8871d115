/* What the lines of a map do, each tested by itself: which fall, which rise, and the shape of one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EXPERIMENTS_RUN_LINES_H
#define EXPERIMENTS_RUN_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include "experiments/run_map.h"

/* Lines whose fall, or rise, is seen: one-sided Jonckheere-Terpstra tests, a line each, with Holm's
 * procedure over the lines of the map: all of them together err with probability `level`. */
typedef struct {
    size_t compared; /* lines with two cells or more that have a value */
    size_t falling, rising;
    size_t least_line;  /* the compared line with the largest p-value of a fall */
    trend_result least; /* of that line; NaN if none is compared */
} line_verdicts;

/* level: in (0, 1). FAILED: no memory. */
status line_verdicts_of(const run_map *map, double level, scratch *work, line_verdicts *found);

/* The shape of one line along its setting: it rises if it does from some cell on to its end, it
 * falls if it does from its beginning to some cell: Holm's procedure over all such ends, and over
 * all such beginnings. Where the grid begins does not matter to the first. */
typedef struct {
    trend_result whole;
    bool falls, rises;
    double first, least, last; /* settings: of the ends, and of the cell with the least mean */
    double first_mean, least_mean, last_mean; /* over the runs that have a value; NaN: no run has */
} line_shape;

/* line: < map->lines. level: in (0, 1), of the ends together and of the beginnings together.
 * FAILED: no memory. */
status line_shape_of(const run_map *map, size_t line, double level, scratch *work,
                     line_shape *shape);

/* "falls", "rises", "falls, then rises", "neither falls nor rises visibly". */
const char *line_shape_words(const line_shape *shape);

#endif
