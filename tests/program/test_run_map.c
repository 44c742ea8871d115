/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/run_map.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/fixture.h"

static const char NAMES[] = "width xi repetition level rounds state";
static const run_axes AXES = {.fixed = "xi", .along = "width", .value = "level", .state = "state"};

/* width, xi, repetition, level, rounds, state */
typedef struct {
    const char *field[6];
} line;

/* The rows as a table that was written and read back, arranged. Tests run side by side: each has a
 * file of its own. */
static scratch work; /* each test is a process of its own */

static status arrange(const char *names, const line *rows, size_t count, run_map *map) {
    char path[64];
    snprintf(path, sizeof path, "build/test-tmp/run_map/%d.dat", (int)getpid());
    run_table read = {.path = path};
    table *t = fixture_table(names, 9);
    for (size_t i = 0; i < count; i++) {
        table_row(t);
        for (size_t k = 0; k < 6; k++) { table_text(t, rows[i].field[k]); }
    }
    cr_assert(eq(int, table_write(t, path), OK), "%s", error_text());
    cr_assert(eq(int, table_read(path, &read.data), OK), "%s", error_text());
    cr_assert(eq(int, remove(path), 0));
    table_free(t);
    status s = run_map_build(&read, &AXES, &work, map);
    table_data_free(&read.data);
    return s;
}

/* Two lines, rows in disorder: xi = 0.3 with cells 250 (two runs) and 500, xi = 0.8 with cells 250,
 * 500 and 1500. */
static const line ROWS[] = {
    {{"500", "0.8", "0", "0.5", "9", "stalled"}},   {{"1500", "0.8", "0", "0.6", "9", "converged"}},
    {{"250", "0.3", "1", "2", "9", "capped"}},      {{"250", "0.8", "0", "7e9", "9", "diverged"}},
    {{"500", "0.3", "0", "inf", "9", "stalled"}},   {{"250", "0.3", "0", "3", "9", "stalled"}},
    {{"500", "0.3", "1", "2.5", "9", "converged"}}, {{"500", "0.8", "1", "nan", "9", "diverged"}},
};
enum { COUNT = sizeof ROWS / sizeof *ROWS };

Test(run_map, lines_cells_and_runs) {
    run_map map;
    cr_assert(eq(int, arrange(NAMES, ROWS, COUNT, &map), OK), "%s", error_text());
    cr_assert(eq(sz, map.lines, 2));
    cr_assert(eq(sz, map.count, COUNT));
    cr_assert(eq(dbl, map.fixed[0], 0.3));
    cr_assert(eq(dbl, map.fixed[1], 0.8));
    cr_assert(eq(sz, map.line[0].groups, 2));
    cr_assert(eq(sz, map.line[1].groups, 3));
    const size_t sizes[] = {2, 2, 1, 2, 1};
    for (size_t cell = 0; cell < 5; cell++) { cr_assert(eq(sz, map.sizes[cell], sizes[cell])); }
    const double values[COUNT] = {3, 2, NAN, 2.5, NAN, 0.5, NAN, 0.6}; /* in a cell by repetition */
    for (size_t i = 0; i < COUNT; i++) {
        cr_assert(map.values[i] == values[i] || (isnan(map.values[i]) && isnan(values[i])),
                  "run %zu", i);
    }
    cr_assert(eq(ptr, (void *)map.line[1].x, map.values + 4));
    cr_assert(eq(ptr, (void *)map.line[1].sizes, map.sizes + 2));
    cr_assert(eq(sz, map.capped[0], 1));
    cr_assert(eq(sz, map.capped[1], 0));
    scratch_free(&work);
}

Test(run_map, counts) {
    run_map map;
    cr_assert(eq(int, arrange(NAMES, ROWS, COUNT, &map), OK), "%s", error_text());
    run_count all = run_map_count(&map, 0, 2);
    run_count second = run_map_count(&map, 1, 1);
    cr_assert(eq(sz, all.runs, COUNT));
    cr_assert(eq(sz, all.capped, 1));
    cr_assert(eq(sz, all.diverged, 3));
    cr_assert(eq(sz, all.diverged_cells, 3));
    cr_assert(eq(sz, second.diverged, 2));
    scratch_free(&work);
}

Test(run_map, of_nothing) {
    run_map map;
    run_table none = {.path = "none.dat"};
    cr_assert(eq(int, run_map_build(&none, &AXES, &work, &map), OK));
    cr_assert(eq(sz, map.lines, 0));
    cr_assert(eq(int, arrange(NAMES, ROWS, 0, &map), OK));
    cr_assert(eq(sz, map.lines, 0));
    scratch_free(&work);
}

/* A table whose second row has one field changed, or other names. */
static void assert_refused(const char *names, size_t field, const char *text, const char *told) {
    line rows[] = {ROWS[0], ROWS[1]};
    rows[1].field[field] = text;
    run_map map;
    cr_assert(eq(int, arrange(names, rows, 2, &map), BAD_INPUT), "%s", told);
    cr_assert(ne(ptr, (void *)strstr(error_text(), told), NULL), "'%s' lacks '%s'", error_text(),
              told);
    cr_assert(ne(ptr, (void *)strstr(error_text(), "test-tmp/run_map/"), NULL),
              "'%s' lacks the path", error_text());
    cr_assert(eq(sz, map.lines, 0));
}

Test(run_map, spoilt_tables_are_refused) {
    assert_refused("width xi repetition niveau rounds state", 0, "250", "'level' is missing");
    assert_refused("width xi run level rounds state", 0, "250", "'repetition' is missing");
    assert_refused("width xi repetition level rounds end", 0, "250", "'state' is missing");
    assert_refused("width zeta repetition level rounds state", 0, "250", "'xi' is missing");
    assert_refused(NAMES, 0, "nan", "row 2: width 'nan' is not a number");
    assert_refused(NAMES, 1, "half", "row 2: xi 'half' is not a number");
    assert_refused(NAMES, 3, "low", "row 2: level 'low' is not a number");
    assert_refused(NAMES, 5, "done", "row 2: state 'done'");
}
