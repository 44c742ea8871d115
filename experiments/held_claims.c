/* Rows that are held out: does the noise of masks regularise?
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "experiments/figure_claims.h"
#include "experiments/run_lines.h"
#include "stats/twosample.h"

static const run_table *table_of(const study_run *r) {
    return &((const figure_tables *)r->context)->tables[FIGURE_HELD];
}

/* --- the map with the runs without masks at the end of every line --- */

static const double NO_MASKS = 1; /* xi */
static const double SHOWN_CONFIDENCE = 0.95;

/* Runs of a cell. */
typedef struct {
    const double *x;
    size_t size;
    double xi, subnets;
} cell_runs;

/* Cell g of a line. */
static cell_runs cell_of(const run_map *map, size_t line, size_t g) {
    const trend_stratum *s = &map->line[line];
    cell_runs cell = {.x = s->x,
                      .size = s->sizes[g],
                      .xi = map->along[(size_t)(s->sizes - map->sizes) + g],
                      .subnets = map->fixed[line]};
    for (size_t k = 0; k < g; k++) { cell.x += s->sizes[k]; }
    return cell;
}

/* The last cell of a line that ends at xi = 1; size 0: there is none. */
static cell_runs without_masks(const run_map *map) {
    for (size_t l = 0; l < map->lines; l++) {
        cell_runs last = cell_of(map, l, map->line[l].groups - 1);
        if (last.xi == NO_MASKS) { return last; }
    }
    return (cell_runs){.size = 0};
}

/* Lines along xi, each with the runs without masks as its last cell, those of `map` copied. */
static status join_lines(const run_map *map, scratch *work, run_map *joined) {
    cell_runs none = without_masks(map);
    size_t count = map->count + map->lines * none.size, cells = 0, runs = 0;
    *joined = *map;
    joined->line = scratch_take(work, map->lines, sizeof *joined->line, "lines");
    joined->values = scratch_take(work, count, sizeof *joined->values, "runs of lines");
    joined->sizes = scratch_take(work, count, sizeof *joined->sizes, "cells of lines");
    joined->along = scratch_take(work, count, sizeof *joined->along, "cells of lines");
    if (work->failed) { return FAILED; }
    for (size_t l = 0; l < map->lines; l++) {
        size_t own = map->line[l].groups;
        bool has = cell_of(map, l, own - 1).xi == NO_MASKS || none.size == 0;
        joined->line[l] = (trend_stratum){
            .x = joined->values + runs, .sizes = joined->sizes + cells, .groups = own + !has};
        for (size_t g = 0; g < own + !has; g++, cells++) {
            cell_runs cell = g < own ? cell_of(map, l, g) : none;
            memcpy(joined->values + runs, cell.x, cell.size * sizeof *cell.x);
            joined->sizes[cells] = cell.size;
            joined->along[cells] = cell.xi;
            runs += cell.size;
        }
    }
    joined->count = runs;
    return OK;
}

static status lines_along_xi(const study_run *r, evidence *e, run_map *map) {
    run_map own;
    status st =
        run_map_build(table_of(r), &(run_axes){"subnets", "xi", "held", "state"}, &e->work, &own);
    return st == OK ? join_lines(&own, &e->work, map) : st;
}

/* --- with masks or without --- */

/* Log of the error of runs with masks over that without, repetition by repetition where runs are
 * paired. */
static twosample log_ratio(const run_map *map, cell_runs with, cell_runs none, double *x,
                           double *y) {
    for (size_t i = 0; i < with.size; i++) { x[i] = log(with.x[i]); }
    for (size_t i = 0; i < none.size; i++) { y[i] = log(none.x[i]); }
    return map->paired && with.size == none.size ? twosample_paired(x, y, with.size)
                                                 : twosample_welch(x, with.size, y, none.size);
}

/* All settings with masks against the runs without. */
typedef struct {
    double *below, *above; /* (cells) p-values */
    unsigned char *seen;   /* (cells) */
    double *x, *y;         /* room for the runs of a cell */
    size_t cells, less, more;
    twosample least;    /* of the setting that is most surely smaller */
    double least_below; /* its p-value */
    cell_runs where;
} settings_seen;

static status compare_settings(const run_map *map, cell_runs none, double level, scratch *work,
                               settings_seen *s) {
    *s = (settings_seen){.least = {NAN, NAN, NAN}, .least_below = NAN};
    s->below = scratch_take(work, map->count, sizeof *s->below, "p-values of settings");
    s->above = scratch_take(work, map->count, sizeof *s->above, "p-values of settings");
    s->seen = scratch_take(work, map->count, sizeof *s->seen, "settings");
    s->x = scratch_take(work, map->count, sizeof *s->x, "runs of a setting");
    s->y = scratch_take(work, map->count, sizeof *s->y, "runs of a setting");
    if (work->failed) { return FAILED; }
    for (size_t l = 0; l < map->lines; l++) {
        for (size_t g = 0; g < map->line[l].groups; g++) {
            cell_runs with = cell_of(map, l, g);
            if (with.xi == NO_MASKS) { continue; }
            twosample t = log_ratio(map, with, none, s->x, s->y);
            double p = twosample_p_below(t);
            s->below[s->cells] = p;
            s->above[s->cells++] = 1 - p;
            if (s->cells > 1 && !(p < s->least_below)) { continue; }
            s->least = t, s->least_below = p, s->where = with;
        }
    }
    s->less = twosample_holm(s->below, s->cells, level, s->seen);
    s->more = twosample_holm(s->above, s->cells, level, s->seen);
    return OK;
}

static status observe_none(const study_run *r, evidence *e) {
    run_map map;
    settings_seen s;
    status st = lines_along_xi(r, e, &map);
    if (st != OK) { return st; }
    if (map.lines == 0) { return figure_tell_missing(table_of(r), e); }
    cell_runs none = without_masks(&map);
    st = compare_settings(&map, none, figure_level(r), &e->work, &s);
    if (st != OK) { return st; }
    run_count count = run_map_count(&map, 0, map.lines);
    double half = twosample_half_width(s.least, SHOWN_CONFIDENCE);
    claim_saw(e, 1, exp(s.least.difference), (double)(count.runs - count.diverged));
    e->row.limit = s.least_below;
    claim_refute_unless(e, s.less == 0);
    claim_check_only_if(e, s.less > 0 || (s.cells > 0 && s.more == s.cells));
    claim_says(e,
               "%s: with masks %zu of %zu settings have certainly less, %zu more; p = %g xi = %g: "
               "%.3g times it (95 %% interval %.3g to %.3g)",
               e->claim->says, s.less, s.cells, s.more, s.where.subnets, s.where.xi,
               exp(s.least.difference), exp(s.least.difference - half),
               exp(s.least.difference + half));
    if (none.size == 0) { claim_supposes(e, true, "runs without masks, --xi 1: none are there"); }
    figure_tell_left_out(count, e);
    return OK;
}

/* --- along xi: the shape of every line --- */

static status observe_along_xi(const study_run *r, evidence *e) {
    run_map map;
    size_t falling = 0, rising = 0, shown = 0;
    line_shape shape, worst = {.whole = {NAN, NAN, NAN, NAN, 0, 0}};
    status st = lines_along_xi(r, e, &map);
    if (st != OK) { return st; }
    if (map.lines == 0) { return figure_tell_missing(table_of(r), e); }
    for (size_t l = 0; l < map.lines; l++) {
        st = line_shape_of(&map, l, figure_level(r) / (double)map.lines, &e->work, &shape);
        if (st != OK) { return st; }
        bool falls = !shape.rises && shape.whole.p_falls <= figure_level(r) / (double)map.lines;
        falling += falls, rising += shape.rises;
        double after = shape.last_mean / shape.least_mean,
               before = worst.last_mean / worst.least_mean;
        if (l == 0 || shape.rises > worst.rises || (shape.rises == worst.rises && after > before)) {
            worst = shape, shown = l;
        }
    }
    run_count count = run_map_count(&map, 0, map.lines);
    claim_saw(e, 0, worst.whole.effect, (double)(count.runs - count.diverged));
    e->row.limit = worst.whole.p_falls;
    claim_refute_unless(e, rising == 0);
    claim_check_only_if(e, rising > 0 || falling == map.lines);
    claim_says(e,
               "%s: of %zu lines %zu fall, %zu rise from some xi on; p = %g %s: %.3g at xi = %g, "
               "least %.3g at %g, %.3g at %g",
               e->claim->says, map.lines, falling, rising, map.fixed[shown],
               line_shape_words(&worst), worst.first_mean, worst.first, worst.least_mean,
               worst.least, worst.last_mean, worst.last);
    figure_tell_left_out(count, e);
    return OK;
}

/* --- along p --- */

static status observe_along_p(const study_run *r, evidence *e) {
    run_map map;
    status st =
        run_map_build(table_of(r), &(run_axes){"xi", "subnets", "held", "state"}, &e->work, &map);
    if (st != OK) { return st; }
    return map.lines == 0 ? figure_tell_missing(table_of(r), e)
                          : figure_judge_lines(&map, figure_level(r), e);
}

static size_t held_cases(const study_run *r) { return table_of(r)->data.columns > 0; }

static const claim held[] = {
    {"Held-out error, masks or none", "masks-regularise", PAPER, TEST_CONDITIONS,
     "masks do not regularise: rows never trained on have the least error without masks (xi = 1)",
     observe_none},
    {"Held-out error along xi", "masks-regularise", PAPER, TEST_CONDITIONS,
     "less noise is better: the error of rows never trained on falls with xi at fixed p",
     observe_along_xi},
    {"Held-out error along p", "masks-regularise", PAPER, TEST_CONDITIONS,
     "less noise is better: the error of rows never trained on falls with p at fixed xi",
     observe_along_p}};

const claim_group figure_held_claims[] = {{CLAIMS(held), .cases = held_cases}, {NULL}};
