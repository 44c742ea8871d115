/* Single runs of two tables: tests cell by cell and of all cells together.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/scratch.h"
#include "stats/twosample.h"

/* Columns by what they say: what was run; where in a run a row was taken (rows of one run are not
 * independent); which run. */
typedef enum { KEY_UNIT = 1, KEY_INNER = 2, KEY_REPETITION = 4 } key;

/* Rows of both tables by groups that have the same keys. */
typedef struct {
    size_t count;
    size_t *of[2]; /* (rows) group of each row */
    struct group_row {
        int t;
        size_t row;
    } *first; /* (count) a row of the group */
} groups;

typedef struct {
    const table_data *t[2];
    bool paired;
    bool shared;               /* all cells have the same starts: a repetition is one run */
    groups cells, units, runs; /* by unit and inner keys; by unit; by unit and repetition */
    double *x[2];              /* (rows) values that are compared */
    twosample *parts;          /* (units) */
    compare_family *family;
    scratch work;
} run_tables;

/* How the values of a column are compared. */
typedef struct {
    int column;
    bool whole, logs;
} value_column;

/* --- groups --- */

/* 0: no key. Kinds of masks beside each other have the same starts. */
static unsigned key_of(const run_tables *c, const char *name) {
    static const struct {
        const char *name;
        key key;
    } keys[] = {{"xi", KEY_UNIT},
                {"subnets", KEY_UNIT},
                {"width", KEY_UNIT},
                {"mask", KEY_INNER},
                {"round", KEY_INNER},
                {"step", KEY_INNER},
                {"repetition", KEY_REPETITION}};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        if (strcmp(name, keys[k].name) != 0) { continue; }
        return c->shared && keys[k].key == KEY_UNIT ? KEY_INNER : keys[k].key;
    }
    return 0;
}

static bool same_keys(const run_tables *c, struct group_row a, struct group_row b, unsigned keys) {
    for (int k = 0; k < (int)c->t[0]->columns; k++) {
        if ((key_of(c, c->t[0]->names[k]) & keys) == 0) { continue; }
        if (strcmp(table_field(c->t[a.t], a.row, k), table_field(c->t[b.t], b.row, k)) != 0) {
            return false;
        }
    }
    return true;
}

static void group_rows(run_tables *c, unsigned keys, groups *g) {
    size_t rows = c->t[0]->rows + c->t[1]->rows;
    g->first = scratch_take(&c->work, rows, sizeof *g->first, "groups of rows");
    for (int t = 0; t < 2; t++) {
        g->of[t] = scratch_take(&c->work, c->t[t]->rows, sizeof *g->of[t], "groups of rows");
    }
    if (c->work.failed) { return; }
    for (int t = 0; t < 2; t++) {
        for (size_t row = 0; row < c->t[t]->rows; row++) {
            struct group_row here = {t, row};
            size_t found = 0;
            while (found < g->count && !same_keys(c, g->first[found], here, keys)) { found++; }
            if (found == g->count) { g->first[g->count++] = here; }
            g->of[t][row] = found;
        }
    }
}

static void name_cell(const run_tables *c, size_t cell, char *name, size_t size) {
    struct group_row first = c->cells.first[cell];
    const table_data *t = c->t[first.t];
    size_t used = 0;
    *name = '\0';
    for (int k = 0; k < (int)t->columns && used < size; k++) {
        if ((key_of(c, t->names[k]) & (KEY_UNIT | KEY_INNER)) == 0) { continue; }
        used += (size_t)snprintf(name + used, size - used, " %s=%s", t->names[k],
                                 table_field(t, first.row, k));
    }
}

/* --- values --- */

/* NaN of a run that diverged. */
static double value_of(const run_tables *c, int t, size_t row, const value_column *v) {
    const char *state = table_field(c->t[t], row, table_column(c->t[t], "state"));
    double value = table_value(c->t[t], row, v->column);
    if (!isfinite(value) || strcmp(state, "diverged") == 0) { return NAN; }
    return v->logs ? log(fabs(value)) : value;
}

/* False of a column of keys or texts. */
static bool value_column_of(const run_tables *c, int column, value_column *v) {
    *v = (value_column){column, true, false};
    size_t positive = 0, negative = 0, zero = 0;
    for (int t = 0; t < 2; t++) {
        for (size_t row = 0; row < c->t[t]->rows; row++) {
            double value = value_of(c, t, row, v);
            if (isnan(value)) { continue; }
            v->whole = v->whole && value == floor(value);
            positive += value > 0;
            negative += value < 0;
            zero += value == 0;
        }
    }
    v->logs = !v->whole && zero == 0 && (positive == 0 || negative == 0);
    return key_of(c, c->t[0]->names[column]) == 0 && positive + negative + zero > 0;
}

/* Values of a cell in table t, without those that diverged, of which there are *lost. */
static size_t values_of_cell(const run_tables *c, int t, size_t cell, const value_column *v,
                             size_t *lost) {
    size_t count = 0;
    *lost = 0;
    for (size_t row = 0; row < c->t[t]->rows; row++) {
        if (c->cells.of[t][row] != cell) { continue; }
        c->x[t][count] = value_of(c, t, row, v);
        bool diverged = isnan(c->x[t][count]);
        *lost += diverged;
        count += !diverged;
    }
    return count;
}

/* Means over the rows of each run of a unit, without runs that diverged: then *whole is false. */
static size_t means_of_unit(const run_tables *c, int t, size_t unit, const value_column *v,
                            bool *whole) {
    size_t count = 0;
    for (size_t run = 0; run < c->runs.count; run++) {
        struct group_row first = c->runs.first[run];
        if (c->units.of[first.t][first.row] != unit) { continue; }
        double sum = 0;
        size_t terms = 0;
        for (size_t row = 0; row < c->t[t]->rows; row++) {
            if (c->runs.of[t][row] != run) { continue; }
            sum += value_of(c, t, row, v);
            terms++;
        }
        if (terms == 0) { continue; }
        c->x[t][count] = sum / (double)terms;
        *whole = *whole && !isnan(sum);
        count += !isnan(sum);
    }
    return count;
}

static double mean_of(const double *x, size_t n) {
    double sum = 0;
    for (size_t k = 0; k < n; k++) { sum += x[k]; }
    return sum / (double)n;
}

/* Of n and m values in c->x. tolerance: the difference that counts as none. */
static twosample difference(const run_tables *c, size_t n, size_t m, bool paired,
                            const value_column *v, double *tolerance) {
    const double *x = c->x[0];
    const double *y = c->x[1];
    twosample t = paired && n == m ? twosample_paired(x, y, n) : twosample_welch(x, n, y, m);
    if (v->whole) { t.variance += (1 / (double)n + 1 / (double)m) / 12; }
    double scale = v->logs ? 1 : fmax(fabs(mean_of(x, n)), fabs(mean_of(y, m)));
    *tolerance = COMPARE_RUN_TOLERANCE * scale;
    return t;
}

/* --- questions --- */

static void ask(run_tables *c, double p, double a, double b, const char *what, const char *where) {
    if (isnan(p)) { return; }
    c->family->compared++;
    compare_add(c->family, p, a, b, "%s%s", what, where);
}

/* Of `lost` runs in `all`, on either side. */
static void ask_diverged(run_tables *c, const size_t lost[2], const size_t all[2], const char *what,
                         const char *where) {
    if (lost[0] + lost[1] == 0) { return; }
    double p = twosample_fisher_p(lost[0], all[0], lost[1], all[1]);
    ask(c, p, (double)lost[0], (double)lost[1], what, where);
}

static double shown(double mean, const value_column *v) { return v->logs ? exp(mean) : mean; }

static void ask_cell(run_tables *c, size_t cell, const value_column *v, size_t lost[2],
                     size_t all[2]) {
    char where[100], what[60];
    size_t gone[2], kept[2], here[2];
    name_cell(c, cell, where, sizeof where);
    snprintf(what, sizeof what, "%.40s at", c->t[0]->names[v->column]);
    for (int t = 0; t < 2; t++) {
        kept[t] = values_of_cell(c, t, cell, v, &gone[t]);
        here[t] = kept[t] + gone[t];
        lost[t] += gone[t];
        all[t] += here[t];
    }
    if (here[0] == 0 || here[1] == 0) {
        ask(c, 0, (double)kept[0], (double)kept[1], "runs at", where);
        return;
    }
    double tolerance;
    bool paired = c->paired && gone[0] + gone[1] == 0;
    twosample t = difference(c, kept[0], kept[1], paired, v, &tolerance);
    ask(c, twosample_p(t, tolerance), shown(mean_of(c->x[0], kept[0]), v),
        shown(mean_of(c->x[1], kept[1]), v), what, where);
    ask_diverged(c, gone, here, "diverged runs at", where);
}

/* One test of all units together. */
static void ask_all(run_tables *c, const value_column *v) {
    size_t count = 0;
    double allowed = 0, means[2] = {0, 0};
    for (size_t unit = 0; unit < c->units.count; unit++) {
        bool whole = true;
        double tolerance;
        size_t n = means_of_unit(c, 0, unit, v, &whole), m = means_of_unit(c, 1, unit, v, &whole);
        if (n < 2 || m < 2) { continue; }
        twosample t = difference(c, n, m, c->paired && whole, v, &tolerance);
        if (isnan(t.difference)) { continue; }
        c->parts[count++] = t;
        allowed += tolerance;
        means[0] += mean_of(c->x[0], n);
        means[1] += mean_of(c->x[1], m);
    }
    double p = twosample_p(twosample_pool(c->parts, count), allowed), units = (double)count;
    ask(c, p, shown(means[0] / units, v), shown(means[1] / units, v), c->t[0]->names[v->column],
        " over all cells");
}

static void ask_column(run_tables *c, int column) {
    value_column v;
    size_t lost[2] = {0, 0}, all[2] = {0, 0};
    if (!value_column_of(c, column, &v)) { return; }
    for (size_t cell = 0; cell < c->cells.count; cell++) { ask_cell(c, cell, &v, lost, all); }
    ask_all(c, &v);
    ask_diverged(c, lost, all, "diverged runs", " over all cells");
}

/* The row of the second table that is the same run and place as this row of the first; its number
 * of rows: there is none. */
static size_t same_row(const run_tables *c, size_t row) {
    size_t j = 0;
    while (j < c->t[1]->rows &&
           !(c->cells.of[1][j] == c->cells.of[0][row] && c->runs.of[1][j] == c->runs.of[0][row])) {
        j++;
    }
    return j;
}

/* Tells of runs of one seed that ended in another round, one by one if they are few. Until the
 * earlier end they were the same but for rounding: it decided whether a mean that hardly moved
 * still fell. The tests above judge what came of it. */
static void tell_stops(run_tables *c) {
    enum { FEW = 5 };
    const value_column v = {table_column(c->t[0], "rounds"), true, false};
    size_t turned = 0;
    for (size_t row = 0; v.column >= 0 && row < c->t[0]->rows; row++) {
        size_t other = same_row(c, row);
        if (other == c->t[1]->rows) { continue; }
        double a = value_of(c, 0, row, &v), b = value_of(c, 1, other, &v);
        if (isnan(a) || isnan(b) || a == b || ++turned > FEW) { continue; }
        char where[100];
        name_cell(c, c->cells.of[0][row], where, sizeof where);
        compare_add(c->family, NAN, a, b, "stop hangs on rounding:%s repetition=%s, rounds", where,
                    table_field(c->t[0], row, table_column(c->t[0], "repetition")));
    }
    if (turned > FEW) {
        compare_add(c->family, NAN, (double)turned, (double)c->t[0]->rows,
                    "runs that stop in another round (%d named), of all", FEW);
    }
}

void compare_runs(const table_data *a, const table_data *b, bool same_seed,
                  compare_family *family) {
    run_tables c = {.t = {a, b},
                    .paired = same_seed,
                    .shared = table_note_is(a, "--starts", "same") ||
                              table_note_is(b, "--starts", "same"),
                    .family = family};
    for (int t = 0; t < 2; t++) {
        c.x[t] = scratch_take(&c.work, c.t[t]->rows, sizeof *c.x[t], "values of a cell");
    }
    group_rows(&c, KEY_UNIT | KEY_INNER, &c.cells);
    group_rows(&c, KEY_UNIT, &c.units);
    group_rows(&c, KEY_UNIT | KEY_REPETITION, &c.runs);
    c.parts = scratch_take(&c.work, c.units.count, sizeof *c.parts, "differences of units");
    if (c.work.failed) {
        family->failed = true;
        goto end;
    }
    for (int k = 0; k < (int)a->columns; k++) { ask_column(&c, k); }
    if (c.paired) { tell_stops(&c); }
end:
    scratch_free(&c.work);
}
