#include "experiments/claim_map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One run and its place. */
typedef struct {
    double fixed, along, value;
    size_t row;
    bool capped;
} claim_run;

static int compare(double a, double b)
{
    return (a > b) - (a < b);
}

static int compare_runs(const void *a, const void *b)
{
    const claim_run *x = a, *y = b;
    int order = compare(x->fixed, y->fixed);
    order = order ? order : compare(x->along, y->along);
    return order ? order : compare((double)x->row, (double)y->row);
}

static status check_columns(const claim_table *t, const claim_axes *axes)
{
    const char *const names[] = {axes->fixed, axes->along, "repetition", axes->value, axes->state};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i] && table_column(&t->data, names[i]) < 0)
            return fail(BAD_INPUT, "%s: column '%s' is missing; give a table of single runs (.runs.dat)", t->path,
                        names[i]);
    return OK;
}

/* Place in text and values of a field whose column is there. */
static size_t field_of(const claim_table *t, size_t row, const char *column)
{
    return row * t->data.columns + (size_t)table_column(&t->data, column);
}

static status reject(const claim_table *t, size_t row, const char *column, const char *wanted)
{
    return fail(BAD_INPUT, "%s: row %zu: %s '%.40s' is not %s; write the table anew", t->path, row + 1, column,
                t->data.text[field_of(t, row, column)], wanted);
}

static status read_setting(const claim_table *t, size_t row, const char *column, double *value)
{
    *value = t->data.values[field_of(t, row, column)];
    return isfinite(*value) ? OK : reject(t, row, column, "a number");
}

/* What was measured; NaN also where it is infinite. A text other than nan is refused. */
static status read_measurement(const claim_table *t, size_t row, const char *column, double *value)
{
    size_t field = field_of(t, row, column);
    const char *text = t->data.text[field];
    double number = t->data.values[field];
    *value = isfinite(number) ? number : NAN;
    bool as_written = !isnan(number) || strcasecmp(text, "nan") == 0 || strcasecmp(text, "-nan") == 0;
    return as_written ? OK : reject(t, row, column, "a number");
}

/* A run that diverged has no value, whatever stands there. */
static status read_state(const claim_table *t, size_t row, const char *column, claim_run *run)
{
    const char *state = t->data.text[field_of(t, row, column)];
    run->capped = strcmp(state, "capped") == 0;
    if (strcmp(state, "diverged") == 0)
        run->value = NAN;
    else if (!run->capped && strcmp(state, "stalled") != 0 && strcmp(state, "converged") != 0)
        return reject(t, row, column, "stalled, converged, capped or diverged");
    return OK;
}

static status read_runs(const claim_table *t, const claim_axes *axes, claim_run *runs)
{
    status s = check_columns(t, axes);
    for (size_t row = 0; row < t->data.rows && s == OK; row++) {
        claim_run *run = &runs[row];
        run->row = row;
        s = read_setting(t, row, axes->fixed, &run->fixed);
        s = s != OK ? s : read_setting(t, row, axes->along, &run->along);
        s = s != OK ? s : read_measurement(t, row, axes->value, &run->value);
        if (s == OK && axes->state)
            s = read_state(t, row, axes->state, run);
    }
    return s;
}

/* Lays sorted runs out as lines and cells. There are at most as many of either as runs. */
static status lay_out(const claim_run *runs, size_t count, claim_map *map)
{
    map->fixed = allocate(count, sizeof *map->fixed, "lines of a table");
    map->line = allocate(count, sizeof *map->line, "lines of a table");
    map->capped = allocate(count, sizeof *map->capped, "lines of a table");
    map->values = allocate(count, sizeof *map->values, "runs of a table");
    map->sizes = allocate(count, sizeof *map->sizes, "cells of a table");
    if (!map->fixed || !map->line || !map->capped || !map->values || !map->sizes)
        return FAILED;
    map->count = count;
    size_t cells = 0;
    for (size_t i = 0; i < count; i++) {
        bool new_line = i == 0 || runs[i].fixed != runs[i - 1].fixed;
        if (new_line) {
            map->fixed[map->lines] = runs[i].fixed;
            map->line[map->lines++] = (trend_stratum){.x = map->values + i, .sizes = map->sizes + cells};
        }
        if (new_line || runs[i].along != runs[i - 1].along) {
            map->line[map->lines - 1].groups++;
            cells++;
        }
        map->sizes[cells - 1]++;
        map->values[i] = runs[i].value;
        map->capped[map->lines - 1] += runs[i].capped;
    }
    return OK;
}

status claim_map_build(const claim_table *t, const claim_axes *axes, claim_map *map)
{
    *map = (claim_map){0};
    if (t->data.columns == 0)
        return OK;
    claim_run *runs = allocate(t->data.rows, sizeof *runs, t->path);
    if (!runs)
        return FAILED;
    status s = read_runs(t, axes, runs);
    if (s == OK) {
        qsort(runs, t->data.rows, sizeof *runs, compare_runs);
        s = lay_out(runs, t->data.rows, map);
    }
    free(runs);
    if (s != OK)
        claim_map_free(map);
    return s;
}

void claim_map_free(claim_map *map)
{
    free(map->fixed);
    free(map->line);
    free(map->capped);
    free(map->values);
    free(map->sizes);
    *map = (claim_map){0};
}

/* Adds a cell's runs to the count; its mean over the runs that have a value, NaN if none has. */
static double count_cell(const double *x, size_t size, claim_count *count)
{
    size_t kept = 0;
    double sum = 0;
    for (size_t i = 0; i < size; i++) {
        if (isnan(x[i]))
            continue;
        sum += x[i];
        kept++;
    }
    count->runs += size;
    count->diverged += size - kept;
    count->diverged_cells += kept < size;
    return kept ? sum / (double)kept : NAN;
}

static void count_line(const trend_stratum *line, claim_count *count)
{
    size_t means = 0;
    double last = NAN;
    bool falls = true;
    const double *x = line->x;
    for (size_t g = 0; g < line->groups; x += line->sizes[g], g++) {
        double mean = count_cell(x, line->sizes[g], count);
        if (isnan(mean))
            continue;
        falls = falls && (means == 0 || mean <= last);
        last = mean;
        means++;
    }
    count->compared += means > 1;
    count->falling += means > 1 && falls;
}

claim_count claim_map_count(const claim_map *map, size_t first, size_t lines)
{
    claim_count count = {0};
    for (size_t l = first; l < first + lines; l++) {
        count.capped += map->capped[l];
        count_line(&map->line[l], &count);
    }
    return count;
}
