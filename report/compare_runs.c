#include "report/compare_tables.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/twosample.h"

/* Columns that say what was run, and those that say where in a run a row was taken: rows of one run
 * are not independent. */
static const char *const UNIT_KEYS[] = {"xi", "subnets", "width"};
static const char *const INNER_KEYS[] = {"round", "step"};
enum {
    UNIT_COUNT = sizeof UNIT_KEYS / sizeof *UNIT_KEYS,
    INNER_COUNT = sizeof INNER_KEYS / sizeof *INNER_KEYS
};

/* Rows of both tables by groups of the same keys. */
typedef struct {
    size_t count;
    size_t *of[2]; /* (rows) group of each row */
    struct group_row {
        int table;
        size_t row;
    } *first; /* (count) a row of the group */
} groups;

typedef struct {
    const table_data *t[2];
    int repetition[2]; /* its column */
    bool paired;
    groups cells, units;
    double *x[2];     /* (rows) scratch */
    twosample *parts; /* (units) scratch */
    compare_family *family;
    size_t *compared;
} runs;

/* How the values of a column are compared. */
typedef struct {
    size_t column;
    bool whole, logs;
} value_column;

static bool is_one_of(const char *name, const char *const *names, int count)
{
    for (int k = 0; k < count; k++) {
        if (strcmp(name, names[k]) == 0) { return true; }
    }
    return false;
}

static bool is_key(const char *name, bool inner)
{
    return is_one_of(name, UNIT_KEYS, UNIT_COUNT) ||
           (inner && is_one_of(name, INNER_KEYS, INNER_COUNT));
}

static bool same_group(const table_data *a, size_t i, const table_data *b, size_t j, bool inner)
{
    for (size_t c = 0; c < a->columns; c++) {
        if (is_key(a->names[c], inner) &&
            strcmp(compare_field(a, i, c), compare_field(b, j, c)) != 0) {
            return false;
        }
    }
    return true;
}

static status group_rows(const table_data *const t[2], bool inner, groups *g)
{
    g->first = allocate(t[0]->rows + t[1]->rows, sizeof *g->first, "cells of a table");
    for (int k = 0; k < 2; k++) {
        g->of[k] = allocate(t[k]->rows, sizeof *g->of[k], "cells of rows");
        if (!g->first || !g->of[k]) { return FAILED; }
        for (size_t row = 0; row < t[k]->rows; row++) {
            size_t found = 0;
            while (found < g->count &&
                   !same_group(t[g->first[found].table], g->first[found].row, t[k], row, inner)) {
                found++;
            }
            if (found == g->count) { g->first[g->count++] = (struct group_row){k, row}; }
            g->of[k][row] = found;
        }
    }
    return OK;
}

static void groups_free(groups *g)
{
    free(g->first), free(g->of[0]), free(g->of[1]);
}

static void name_cell(const runs *r, size_t cell, char *text, size_t size)
{
    const table_data *t = r->t[r->cells.first[cell].table];
    size_t used = 0;
    *text = '\0';
    for (size_t c = 0; c < t->columns && used < size; c++) {
        if (is_key(t->names[c], true)) {
            used += (size_t)snprintf(text + used, size - used, " %s=%s", t->names[c],
                                     compare_field(t, r->cells.first[cell].row, c));
        }
    }
}

/* NaN of a run that diverged. */
static double value_of(const runs *r, int k, size_t row, const value_column *v)
{
    int state = table_column(r->t[k], "state");
    double value = r->t[k]->values[row * r->t[k]->columns + v->column];
    if (!isfinite(value) ||
        (state >= 0 && strcmp(compare_field(r->t[k], row, (size_t)state), "diverged") == 0)) {
        return NAN;
    }
    return v->logs ? log(fabs(value)) : value;
}

/* False of a column of keys or texts. */
static bool value_column_of(const runs *r, size_t column, value_column *v)
{
    *v = (value_column){column, true, false};
    const char *name = r->t[0]->names[column];
    size_t positive = 0, negative = 0, zero = 0;
    for (int k = 0; k < 2; k++) {
        for (size_t row = 0; row < r->t[k]->rows; row++) {
            double value = value_of(r, k, row, v);
            if (isnan(value)) { continue; }
            v->whole = v->whole && value == floor(value);
            positive += value > 0, negative += value < 0, zero += value == 0;
        }
    }
    v->logs = !v->whole && zero == 0 && (positive == 0 || negative == 0);
    return !is_key(name, true) && strcmp(name, "repetition") != 0 && positive + negative + zero > 0;
}

/* Values of a cell in table k, without those that diverged, of which there are *lost. */
static size_t take_cell(const runs *r, int k, size_t cell, const value_column *v, size_t *lost)
{
    size_t count = 0;
    *lost = 0;
    for (size_t row = 0; row < r->t[k]->rows; row++) {
        if (r->cells.of[k][row] != cell) { continue; }
        r->x[k][count] = value_of(r, k, row, v);
        if (isnan(r->x[k][count])) {
            ++*lost;
        } else {
            count++;
        }
    }
    return count;
}

/* Means of a unit's rows, one a repetition that did not diverge, in table k. Repetitions need not
 * be in order. */
static size_t take_unit(const runs *r, int k, size_t unit, const value_column *v, bool *whole)
{
    const table_data *t = r->t[k];
    size_t count = 0;
    *whole = true;
    for (size_t row = 0; row < t->rows; row++) {
        const char *repetition = compare_field(t, row, (size_t)r->repetition[k]);
        bool begun = r->units.of[k][row] != unit;
        for (size_t before = 0; !begun && before < row; before++) {
            begun = r->units.of[k][before] == unit &&
                    strcmp(compare_field(t, before, (size_t)r->repetition[k]), repetition) == 0;
        }
        if (begun) { continue; }
        double sum = 0;
        size_t terms = 0;
        for (size_t other = row; other < t->rows; other++) {
            if (r->units.of[k][other] == unit &&
                strcmp(compare_field(t, other, (size_t)r->repetition[k]), repetition) == 0) {
                sum += value_of(r, k, other, v);
                terms++;
            }
        }
        r->x[k][count] = sum / (double)terms;
        if (isnan(sum)) {
            *whole = false;
        } else {
            count++;
        }
    }
    return count;
}

static double mean_of(const double *x, size_t n)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++) { sum += x[k]; }
    return sum / (double)n;
}

/* Of what stands in the scratch: n and m values. tolerance: the difference that counts as none. */
static twosample difference(const runs *r, size_t n, size_t m, bool paired, const value_column *v,
                            double *tolerance)
{
    twosample t = paired && n == m ? twosample_paired(r->x[0], r->x[1], n)
                                   : twosample_welch(r->x[0], n, r->x[1], m);
    if (v->whole) { t.variance += (1 / (double)n + 1 / (double)m) / 12; }
    *tolerance = COMPARE_RUN_TOLERANCE *
                 (v->logs ? 1 : fmax(fabs(mean_of(r->x[0], n)), fabs(mean_of(r->x[1], m))));
    return t;
}

static status ask(runs *r, double p, double a, double b, const char *what, const char *where)
{
    if (isnan(p)) { return OK; }
    ++*r->compared;
    return compare_add(r->family, p, a, b, "%s%s", what, where);
}

static double shown(double mean, const value_column *v)
{
    return v->logs ? exp(mean) : mean;
}

static status ask_cell(runs *r, size_t cell, const value_column *v, size_t lost[2], size_t all[2])
{
    char where[100], what[60];
    size_t gone[2], n = take_cell(r, 0, cell, v, &gone[0]), m = take_cell(r, 1, cell, v, &gone[1]);
    name_cell(r, cell, where, sizeof where);
    snprintf(what, sizeof what, "%.40s at", r->t[0]->names[v->column]);
    for (int k = 0; k < 2; k++) { lost[k] += gone[k], all[k] += gone[k]; }
    all[0] += n, all[1] += m;
    if (n + gone[0] == 0 || m + gone[1] == 0) {
        return ask(r, 0, (double)n, (double)m, "runs at", where);
    }
    double tolerance;
    twosample t = difference(r, n, m, r->paired && gone[0] + gone[1] == 0, v, &tolerance);
    status s = ask(r, twosample_p(t, tolerance), shown(mean_of(r->x[0], n), v),
                   shown(mean_of(r->x[1], m), v), what, where);
    if (s == OK && gone[0] + gone[1] > 0) {
        s = ask(r, twosample_fisher_p(gone[0], gone[0] + n, gone[1], gone[1] + m), (double)gone[0],
                (double)gone[1], "diverged runs at", where);
    }
    return s;
}

/* One test of all units together. */
static status ask_all(runs *r, const value_column *v)
{
    size_t count = 0;
    double allowed = 0, means[2] = {0, 0};
    for (size_t unit = 0; unit < r->units.count; unit++) {
        bool whole[2];
        double tolerance;
        size_t n = take_unit(r, 0, unit, v, &whole[0]), m = take_unit(r, 1, unit, v, &whole[1]);
        twosample t = n >= 2 && m >= 2
                          ? difference(r, n, m, r->paired && whole[0] && whole[1], v, &tolerance)
                          : (twosample){NAN, NAN, NAN};
        if (isnan(t.difference)) { continue; }
        r->parts[count++] = t;
        allowed += tolerance;
        means[0] += mean_of(r->x[0], n), means[1] += mean_of(r->x[1], m);
    }
    double p = twosample_p(twosample_pool(r->parts, count), allowed), units = (double)count;
    return ask(r, p, shown(means[0] / units, v), shown(means[1] / units, v),
               r->t[0]->names[v->column], " over all cells");
}

static status ask_column(runs *r, size_t column)
{
    value_column v;
    size_t lost[2] = {0, 0}, all[2] = {0, 0};
    if (!value_column_of(r, column, &v)) { return OK; }
    status s = OK;
    for (size_t cell = 0; s == OK && cell < r->cells.count; cell++) {
        s = ask_cell(r, cell, &v, lost, all);
    }
    if (s == OK) { s = ask_all(r, &v); }
    if (s == OK && lost[0] + lost[1] > 0) {
        s = ask(r, twosample_fisher_p(lost[0], all[0], lost[1], all[1]), (double)lost[0],
                (double)lost[1], "diverged runs", " over all cells");
    }
    return s;
}

/* The row of the other table that is the same run as this row of the first; its number of rows:
 * there is none. */
static size_t same_run(const runs *r, size_t row)
{
    const char *repetition = compare_field(r->t[0], row, (size_t)r->repetition[0]);
    size_t j = 0;
    while (j < r->t[1]->rows &&
           !(r->cells.of[1][j] == r->cells.of[0][row] &&
             strcmp(compare_field(r->t[1], j, (size_t)r->repetition[1]), repetition) == 0)) {
        j++;
    }
    return j;
}

/* Tells of runs of one seed that ended in another round, one by one if they are few. Until the
 * earlier end they were the same but for rounding: it decided whether a mean that hardly moved
 * still fell. The tests above judge what came of it. */
static status tell_stops(runs *r)
{
    enum { FEW = 5 };
    int column = table_column(r->t[0], "rounds");
    size_t turned = 0;
    for (size_t row = 0; column >= 0 && row < r->t[0]->rows; row++) {
        size_t other = same_run(r, row);
        if (other == r->t[1]->rows) { continue; }
        value_column v = {(size_t)column, true, false};
        double a = value_of(r, 0, row, &v), b = value_of(r, 1, other, &v);
        if (isnan(a) || isnan(b) || a == b || ++turned > FEW) { continue; }
        char where[100];
        name_cell(r, r->cells.of[0][row], where, sizeof where);
        const char *repetition = compare_field(r->t[0], row, (size_t)r->repetition[0]);
        status s =
            compare_add(r->family, NAN, a, b, "stop hangs on rounding:%s repetition=%s, rounds",
                        where, repetition);
        if (s != OK) { return s; }
    }
    if (turned <= FEW) { return OK; }
    return compare_add(r->family, NAN, (double)turned, (double)r->t[0]->rows,
                       "runs that stop in another round (%d named), of all", FEW);
}

status compare_runs(const table_data *a, const table_data *b, compare_family *family,
                    size_t *compared)
{
    runs r = {
        .t = {a, b}, .paired = compare_same_seed(a, b), .family = family, .compared = compared};
    status s = OK;
    for (int k = 0; k < 2; k++) {
        r.repetition[k] = table_column(r.t[k], "repetition");
        r.x[k] = allocate(r.t[k]->rows, sizeof *r.x[k], "values of a cell");
        s = r.x[k] ? s : FAILED;
    }
    s = s == OK ? group_rows(r.t, true, &r.cells) : s;
    s = s == OK ? group_rows(r.t, false, &r.units) : s;
    if (s == OK && !(r.parts = allocate(r.units.count, sizeof *r.parts, "differences of units"))) {
        s = FAILED;
    }
    for (size_t c = 0; s == OK && c < a->columns; c++) { s = ask_column(&r, c); }
    if (s == OK && r.paired) { s = tell_stops(&r); }
    groups_free(&r.cells), groups_free(&r.units);
    free(r.x[0]), free(r.x[1]), free(r.parts);
    return s;
}
