/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/run_map.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One run and its place. */
typedef struct {
    double fixed, along, repetition, value;
    size_t row;
    bool capped;
} one_run;

static int compare(double a, double b) { return (a > b) - (a < b); }

static int compare_runs(const void *a, const void *b) {
    const one_run *x = a;
    const one_run *y = b;
    int order = compare(x->fixed, y->fixed);
    if (order == 0) { order = compare(x->along, y->along); }
    if (order == 0) { order = compare(x->repetition, y->repetition); }
    return order ? order : compare((double)x->row, (double)y->row);
}

/* --- reading --- */

static status check_columns(const run_table *t, const run_axes *axes) {
    const char *const names[] = {axes->fixed, axes->along, "repetition", axes->value, axes->state};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i] && table_column(&t->data, names[i]) < 0) {
            return fail(BAD_INPUT,
                        "%s: column '%s' is missing; give a table of single runs (.runs.dat)",
                        t->path, names[i]);
        }
    }
    return OK;
}

static status reject(const run_table *t, size_t row, const char *column, const char *wanted) {
    return fail(BAD_INPUT, "%s: row %zu: %s '%.40s' is not %s; write the table anew", t->path,
                row + 1, column, table_field(&t->data, row, table_column(&t->data, column)),
                wanted);
}

/* A field as a finite number. nan_allowed: NaN where it is not finite, but for a text other than
 * nan, which is refused. */
static status read_number(const run_table *t, size_t row, const char *column, bool nan_allowed,
                          double *value) {
    int index = table_column(&t->data, column);
    const char *written = table_field(&t->data, row, index);
    double number = table_value(&t->data, row, index);
    bool is_nan = strcasecmp(written, "nan") == 0 || strcasecmp(written, "-nan") == 0;
    *value = isfinite(number) ? number : NAN;
    bool taken = isfinite(number) || (nan_allowed && (isinf(number) || is_nan));
    return taken ? OK : reject(t, row, column, "a number");
}

static status read_run(const run_table *t, const run_axes *axes, size_t row, one_run *run) {
    run->row = row;
    status st = read_number(t, row, axes->fixed, false, &run->fixed);
    if (st == OK) { st = read_number(t, row, axes->along, false, &run->along); }
    if (st == OK) { st = read_number(t, row, "repetition", false, &run->repetition); }
    if (st == OK) { st = read_number(t, row, axes->value, true, &run->value); }
    if (st != OK || !axes->state) { return st; }
    const char *state = table_field(&t->data, row, table_column(&t->data, axes->state));
    run->capped = strcmp(state, "capped") == 0;
    if (strcmp(state, "diverged") == 0) {
        run->value = NAN; /* whatever stands there */
    } else if (!run->capped && strcmp(state, "stalled") != 0 && strcmp(state, "converged") != 0 &&
               strcmp(state, "finished") != 0) {
        return reject(t, row, axes->state, "stalled, converged, capped, finished or diverged");
    }
    return OK;
}

/* --- arranging --- */

/* Lays sorted runs out as lines and cells. */
static void lay_out(const one_run *runs, size_t count, run_map *map) {
    size_t cells = 0;
    map->count = count;
    for (size_t i = 0; i < count; i++) {
        bool new_line = i == 0 || runs[i].fixed != runs[i - 1].fixed;
        if (new_line) {
            map->fixed[map->lines] = runs[i].fixed;
            map->line[map->lines++] =
                (trend_stratum){.x = map->values + i, .sizes = map->sizes + cells};
        }
        if (new_line || runs[i].along != runs[i - 1].along) {
            map->line[map->lines - 1].groups++;
            map->along[cells++] = runs[i].along;
        }
        map->sizes[cells - 1]++;
        map->values[i] = runs[i].value;
        map->capped[map->lines - 1] += runs[i].capped;
    }
}

status run_map_build(const run_table *t, const run_axes *axes, scratch *work, run_map *map) {
    *map = (run_map){0};
    if (t->data.columns == 0) { return OK; }
    size_t count = t->data.rows; /* there are at most as many lines and cells */
    one_run *runs = scratch_take(work, count, sizeof *runs, "runs of a table");
    map->fixed = scratch_take(work, count, sizeof *map->fixed, "lines of a table");
    map->line = scratch_take(work, count, sizeof *map->line, "lines of a table");
    map->capped = scratch_take(work, count, sizeof *map->capped, "lines of a table");
    map->values = scratch_take(work, count, sizeof *map->values, "runs of a table");
    map->sizes = scratch_take(work, count, sizeof *map->sizes, "cells of a table");
    map->along = scratch_take(work, count, sizeof *map->along, "cells of a table");
    if (work->failed) { return FAILED; }
    status st = check_columns(t, axes);
    for (size_t row = 0; st == OK && row < count; row++) {
        st = read_run(t, axes, row, &runs[row]);
    }
    if (st != OK) { return st; }
    map->paired = table_note_is(&t->data, "--starts", "same");
    qsort(runs, count, sizeof *runs, compare_runs);
    lay_out(runs, count, map);
    return OK;
}

size_t run_map_lines(const run_table *t, const run_axes *axes) {
    scratch work = {0};
    run_map map;
    status st = run_map_build(t, axes, &work, &map);
    scratch_free(&work);
    return st == OK ? map.lines : 0;
}

/* --- trends --- */

trend_result run_map_trend(const run_map *map, size_t line, size_t first, size_t groups) {
    const trend_stratum *s = &map->line[line];
    const size_t *sizes = s->sizes + first;
    size_t before = 0, repeats = groups ? sizes[0] : 0;
    bool paired = map->paired;
    for (size_t g = 0; g < first; g++) { before += s->sizes[g]; }
    for (size_t g = 0; g < groups; g++) { paired = paired && sizes[g] == repeats; }
    trend_stratum whole = {.x = s->x + before, .sizes = sizes, .groups = groups};
    if (!paired) { return trend_jonckheere(&whole, 1); }
    scratch work = {0};
    trend_result trend = {NAN, NAN, NAN, NAN, 0, 0};
    trend_paired(whole.x, groups, repeats, &work, &trend); /* without memory it stays NaN */
    scratch_free(&work);
    return trend;
}

/* --- counting --- */

static void count_line(const trend_stratum *line, run_count *count) {
    const double *x = line->x;
    for (size_t g = 0; g < line->groups; x += line->sizes[g], g++) {
        size_t diverged = 0;
        for (size_t i = 0; i < line->sizes[g]; i++) { diverged += isnan(x[i]); }
        count->runs += line->sizes[g];
        count->diverged += diverged;
        count->diverged_cells += diverged > 0;
    }
}

run_count run_map_count(const run_map *map, size_t first, size_t lines) {
    run_count count = {0};
    for (size_t l = first; l < first + lines; l++) {
        count.capped += map->capped[l];
        count_line(&map->line[l], &count);
    }
    return count;
}
