/* The single runs of a table, arranged to be judged: lines at a fixed setting, on each the cells
 * along another setting in ascending order, in each cell its runs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EXPERIMENTS_RUN_MAP_H
#define EXPERIMENTS_RUN_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"
#include "base/scratch.h"
#include "io/table.h"
#include "stats/trend.h"

/* A table of single runs. A table that is not there has no columns. */
typedef struct {
    const char *path;
    table_data data;
} run_table;

/* Names of columns. */
typedef struct {
    const char *fixed; /* one value a line */
    const char *along; /* one value a cell of a line */
    const char *value; /* what is measured */
    const char *state; /* stalled, converged, capped or diverged; NULL: the table does not say */
} run_axes;

typedef struct {
    size_t lines, count; /* of lines, of runs */
    double *fixed;       /* (lines) ascending */
    trend_stratum *line; /* (lines) cells and runs of each; views of values and sizes */
    size_t *capped;      /* (lines) runs that --rounds stopped before their level */
    double *values;      /* (count) line after line, cell after cell; NaN: the run diverged */
    size_t *sizes;       /* (cells of all lines) runs in each */
    double *along;       /* (cells of all lines) ascending within a line */
    bool paired;         /* run j of all cells belongs together: --starts same */
} run_map;

/* Fills the map with arrays of `work`; no lines if the table is not there or has no rows. BAD_INPUT
 * if a column is missing or a field is not what it should be. */
status run_map_build(const run_table *t, const run_axes *axes, scratch *work, run_map *map);
/* How many lines that would be; 0 if it cannot be built. */
size_t run_map_lines(const run_table *t, const run_axes *axes);

/* Number of the map's line: cells first .. first + groups - 1 of it as a line of their own. Where
 * runs are paired and no cell lacks one, each repetition is compared with itself alone. All NaN
 * without memory. */
trend_result run_map_trend(const run_map *map, size_t line, size_t first, size_t groups);

/* What is counted on lines first .. first + lines - 1. */
typedef struct {
    size_t runs, capped;
    size_t diverged, diverged_cells; /* runs without a value; cells with such a run */
} run_count;

run_count run_map_count(const run_map *map, size_t first, size_t lines);

#endif
