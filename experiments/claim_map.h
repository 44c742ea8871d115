/* claim_map: the single runs of a table, arranged to be judged: lines at a fixed setting, on each the cells along
 * another setting in ascending order, in each cell its runs. */
#ifndef EXPERIMENTS_CLAIM_MAP_H
#define EXPERIMENTS_CLAIM_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include "run/error.h"
#include "run/table.h"
#include "run/trend.h"

/* A table of single runs. A table that is not there has no columns. */
typedef struct {
    const char *path;
    table_data data;
} claim_table;

/* Names of columns. */
typedef struct {
    const char *fixed; /* one value a line */
    const char *along; /* one value a cell of a line */
    const char *value; /* what is measured */
    const char *state; /* how the run ended: stalled, converged, capped, diverged; NULL if the table does not say */
} claim_axes;

typedef struct {
    size_t lines, count;   /* of lines, of runs */
    double *fixed;         /* (lines) ascending */
    trend_stratum *line;   /* (lines) cells and runs of each; views of values and sizes */
    size_t *capped;        /* (lines) runs that --rounds stopped before their level */
    double *values;        /* (count) line after line, cell after cell; NaN: the run diverged */
    size_t *sizes;         /* (cells of all lines) runs in each */
} claim_map;

/* Fills the map; no lines if the table is not there or has no rows. BAD_INPUT if a column is missing or a field
 * is not what it should be. */
status claim_map_build(const claim_table *t, const claim_axes *axes, claim_map *map);
void claim_map_free(claim_map *map);

/* What is counted on lines first .. first + lines - 1. */
typedef struct {
    size_t runs, capped;
    size_t diverged, diverged_cells; /* runs without a value; cells with such a run */
    size_t compared, falling;        /* lines with at least two cells that have a mean; those whose means never rise */
} claim_count;

claim_count claim_map_count(const claim_map *map, size_t first, size_t lines);

#endif
