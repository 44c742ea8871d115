/* figure_fixture: tables of single runs with planted trends, and the rows that claims say of them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_FIGURE_FIXTURE_H
#define TESTS_FIGURE_FIXTURE_H

#include "experiments/figure_claims.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_rng.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "stats/stats.h"
#include "study/study.h"
#include "tests/support/fixture.h"

/* Tables with planted trends. Each test is a process of its own and has one list, one generator. */
static claim_rows list = {.command = "make claims"};
static gsl_rng *generator;
static bool alone; /* every row is judged alone, not as one of a family */

static inline void begin(void) {
    gsl_set_error_handler_off();
    generator = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(generator, 2112);
}

static inline void end(void) {
    gsl_rng_free(generator);
    claim_rows_free(&list);
}

/* Uniform on (-size, size). */
static inline double noise(double size) { return size * (2 * gsl_rng_uniform(generator) - 1); }

/* Writes the table, frees it and reads it back, as the program does. Tests run side by side: a file
 * each. */
static inline run_table written(table *t) {
    static char path[64];
    snprintf(path, sizeof path, "build/test-tmp/claims/%d.dat", (int)getpid());
    run_table read = {.path = path};
    cr_assert(eq(int, table_write(t, path), OK), "%s", error_text());
    table_free(t);
    cr_assert(eq(int, table_read(path, &read.data), OK), "%s", error_text());
    cr_assert(eq(int, remove(path), 0));
    return read;
}

/* None of the tables is there; every row is judged alone. */
static inline figure_tables no_tables(void) {
    figure_tables tables = {.rows = 0};
    for (int k = 0; k < FIGURE_TABLES; k++) { tables.tables[k] = (run_table){.path = "none"}; }
    return tables;
}

/* Judges claims on one table, the others not there. */
static inline status judge(const claim_group *claims, int which, const run_table *t) {
    figure_tables tables = no_tables();
    tables.tables[which] = *t;
    study_run r = {.context = &tables};
    tables.rows = alone ? 0 : figure_rows(&r);
    return claim_judge(claims, &r, &list);
}

static inline const statement_row *row_of(const char *statement) {
    for (size_t i = 0; i < list.count; i++) {
        if (strcmp(list.rows[i].statement, statement) == 0) { return &list.rows[i]; }
    }
    cr_fatal("no row '%s'", statement);
}

static inline void assert_verdict(const char *statement, verdict expected) {
    const statement_row *row = row_of(statement);
    cr_assert(eq(int, row->verdict, expected), "%s: %s, '%s', observed %.17g, limit %.17g",
              statement, verdict_word(row->verdict), row->says, row->observed, row->limit);
    cr_assert(eq(int, row->kind, PAPER));
    cr_assert(eq(str, (char *)row->command, "make claims"));
}

static inline void assert_text(const char *whole, const char *part) {
    cr_assert(ne(ptr, (void *)strstr(whole, part), NULL), "'%s' lacks '%s'", whole, part);
}

#endif
