/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/verdict.h"

#include "tests/support/fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One row of every verdict and kind; texts with all that a field of a table may not hold. */
static const statement_row ROWS[] = {
    {.statement = "Theorem 2 (d)",
     .kind = DERIVED,
     .says = "lambda_min(H_m) >= (1-eps) xi lambda_0",
     .hypotheses = "Assumption 1: met",
     .bound = 0.1,
     .observed = 1.0 / 3,
     .slack = 0.3,
     .rows = 24,
     .of = 1000,
     .trials = 300,
     .limit = 0.0099,
     .verdict = NOT_REFUTED,
     .command = "build/bin/ntk-concentration --out results/a_b.dat"},
    {.statement = "E5",
     .kind = EXACT,
     .says = "two  blanks, a # and a \\ and_ _an underscore",
     .hypotheses = "",
     .bound = 1e-300,
     .observed = NAN,
     .slack = INFINITY,
     .trials = 1,
     .limit = NAN,
     .verdict = STATEMENT_REFUTED,
     .command = "make x"},
    {.statement = "# 1",
     .kind = PAPER,
     .says = "-",
     .hypotheses = "_",
     .bound = NAN,
     .observed = -0.5,
     .slack = NAN,
     .trials = 0,
     .limit = 1,
     .verdict = HYPOTHESIS_NOT_MET,
     .command = "\\"},
    {.statement = "Figure 2b along xi (keep)",
     .kind = PAPER,
     .bound = NAN,
     .observed = NAN,
     .slack = NAN,
     .limit = NAN,
     .verdict = NOT_CHECKED},
};
enum { COUNT = sizeof ROWS / sizeof *ROWS };

Test(verdict, words) {
    cr_assert(eq(str, (char *)verdict_word(NOT_REFUTED), "not refuted"));
    cr_assert(eq(str, (char *)verdict_word(STATEMENT_REFUTED), "refuted"));
    cr_assert(eq(str, (char *)verdict_word(HYPOTHESIS_NOT_MET), "hypothesis not met"));
    cr_assert(eq(str, (char *)verdict_word(NOT_CHECKED), "not checked"));
    cr_assert(eq(str, (char *)statement_kind_word(EXACT), "exact"));
    cr_assert(eq(str, (char *)statement_kind_word(DERIVED), "derived"));
    cr_assert(eq(str, (char *)statement_kind_word(PAPER), "paper"));
}

static bool same_number(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

static bool same_row(const statement_row *a, const statement_row *b) {
    return strcmp(a->statement, b->statement) == 0 && strcmp(a->says, b->says) == 0 &&
           strcmp(a->hypotheses, b->hypotheses) == 0 && strcmp(a->command, b->command) == 0 &&
           a->kind == b->kind && a->verdict == b->verdict && a->trials == b->trials &&
           a->rows == b->rows && a->of == b->of && same_number(a->bound, b->bound) &&
           same_number(a->observed, b->observed) && same_number(a->slack, b->slack) &&
           same_number(a->limit, b->limit);
}

static void note_seed(table *t, void *context) { table_note(t, "seed", "%d", *(int *)context); }

/* Written and read: the same rows, twice over after a second reading; the note stands in the file.
 */
Test(verdict, rows_survive_a_table) {
    const char *path = "build/test-tmp/verdict/rows.dat";
    int seed = 4711;
    cr_assert(eq(int, verdict_write(ROWS, COUNT, path, note_seed, &seed), OK), "%s", error_text());
    statement_row *rows = NULL;
    size_t count = 0;
    cr_assert(eq(int, verdict_read(path, &rows, &count), OK), "%s", error_text());
    cr_assert(eq(int, verdict_read(path, &rows, &count), OK), "%s", error_text());
    cr_assert(eq(sz, count, 2 * COUNT));
    for (size_t i = 0; i < count; i++) {
        cr_assert(same_row(&rows[i], &ROWS[i % COUNT]), "row %zu: '%s' '%s'", i, rows[i].statement,
                  rows[i].says);
    }
    free(rows);
    table_data data;
    char seed_text[16];
    cr_assert(eq(int, table_read(path, &data), OK));
    cr_assert(table_note_of(&data, "seed", seed_text, sizeof seed_text));
    cr_assert(eq(str, seed_text, "4711"));
    table_data_free(&data);
}

Test(verdict, no_rows_survive_a_table) {
    const char *path = "build/test-tmp/verdict/none.dat";
    statement_row *rows = NULL;
    size_t count = 0;
    cr_assert(eq(int, verdict_write(NULL, 0, path, NULL, NULL), OK), "%s", error_text());
    cr_assert(eq(int, verdict_read(path, &rows, &count), OK), "%s", error_text());
    cr_assert(eq(sz, count, 0));
    free(rows);
}

/* A table of verdicts with one thing wrong in its only row, or without its last column. */
static status read_spoilt(const char *kind, const char *word, const char *trials,
                          const char *statement, bool whole) {
    char path[200];
    snprintf(path, sizeof path, "%s/spoilt.dat", fixture_folder("verdict"));
    FILE *stream = fopen(path, "w");
    cr_assert(ne(ptr, stream, NULL));
    fprintf(stream, "statement kind verdict bound observed slack trials limit hypotheses says%s\n",
            whole ? " command" : "");
    fprintf(stream, "%s %s %s 1 1 1 %s nan - -%s\n", statement, kind, word, trials,
            whole ? " -" : "");
    cr_assert(eq(int, fclose(stream), 0));
    statement_row *rows = NULL;
    size_t count = 0;
    status s = verdict_read(path, &rows, &count);
    cr_assert(eq(sz, count, s == OK ? 1 : 0));
    free(rows);
    return s;
}

static void assert_told(const char *what) {
    cr_assert(ne(ptr, strstr(error_text(), what), NULL), "'%s' does not name %s", error_text(),
              what);
    cr_assert(ne(ptr, strstr(error_text(), "spoilt.dat"), NULL), "'%s' does not name the file",
              error_text());
}

Test(verdict, spoilt_tables_are_refused) {
    char lengthy[100];
    memset(lengthy, 'x', sizeof lengthy - 1);
    lengthy[sizeof lengthy - 1] = '\0';
    cr_assert(eq(int, read_spoilt("exact", "not_refuted", "3", "E1", true), OK), "%s",
              error_text());
    cr_assert(eq(int, read_spoilt("exact", "not_refuted", "3", "E1", false), BAD_INPUT));
    assert_told("'command'");
    cr_assert(eq(int, read_spoilt("exakt", "not_refuted", "3", "E1", true), BAD_INPUT));
    assert_told("'kind'");
    cr_assert(eq(int, read_spoilt("exact", "perhaps", "3", "E1", true), BAD_INPUT));
    assert_told("'verdict'");
    cr_assert(eq(int, read_spoilt("exact", "not_refuted", "nan", "E1", true), BAD_INPUT));
    assert_told("'trials'");
    cr_assert(eq(int, read_spoilt("exact", "not_refuted", "2.5", "E1", true), BAD_INPUT));
    assert_told("'trials'");
    cr_assert(eq(int, read_spoilt("exact", "not_refuted", "-1", "E1", true), BAD_INPUT));
    assert_told("'trials'");
    cr_assert(eq(int, read_spoilt("exact", "not_refuted", "3", lengthy, true), BAD_INPUT));
    assert_told("'statement'");
    statement_row *rows = NULL;
    size_t count = 0;
    cr_assert(ne(int, verdict_read("build/test-tmp/verdict/absent.dat", &rows, &count), OK));
}

/* What verdict_print writes; the caller frees it. */
static char *printed(const statement_row *rows, size_t count, bool colour) {
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    cr_assert(ne(ptr, stream, NULL));
    verdict_print(rows, count, stream, colour);
    cr_assert(eq(int, fclose(stream), 0));
    return text;
}

static const char *last_line(const char *text) {
    const char *end = strrchr(text, '\n');
    while (end > text && end[-1] != '\n') { end--; }
    return end;
}

Test(verdict, print_counts_every_verdict) {
    const statement_row rows[] = {ROWS[0], ROWS[1], ROWS[2], ROWS[3], ROWS[3], ROWS[0], ROWS[0]};
    char *text = printed(rows, 7, false);
    cr_assert(eq(str, (char *)last_line(text),
                 "7 statements: 3 not refuted, 1 refuted, 1 hypothesis not met, 2 not checked\n"));
    cr_assert(eq(ptr, strchr(text, '\033'), NULL), "no colour was asked for");
    free(text);
    text = printed(rows, 1, true);
    cr_assert(ne(ptr, strchr(text, '\033'), NULL));
    cr_assert(eq(str, (char *)last_line(text),
                 "1 statement: 1 not refuted, 0 refuted, 0 hypothesis not met, 0 not checked\n"));
    free(text);
    text = printed(NULL, 0, false);
    cr_assert(eq(str, (char *)last_line(text),
                 "0 statements: 0 not refuted, 0 refuted, 0 hypothesis not met, 0 not checked\n"));
    free(text);
}

/* Who asks whether all is well sees the rows that say no, and how many say yes. */
Test(verdict, print_of_the_others_counts_all) {
    const statement_row rows[] = {ROWS[0], ROWS[1], ROWS[2]};
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    cr_assert(ne(ptr, stream, NULL));
    verdict_print_others(rows, 3, stream, false);
    cr_assert(eq(int, fclose(stream), 0));
    cr_expect(eq(ptr, strstr(text, ROWS[0].statement), NULL));
    cr_expect(ne(ptr, strstr(text, ROWS[1].statement), NULL));
    cr_expect(ne(ptr, strstr(text, ROWS[2].statement), NULL));
    cr_expect(eq(str, (char *)last_line(text),
                 "3 statements: 1 not refuted, 1 refuted, 1 hypothesis not met, 0 not checked\n"));
    free(text);
}

/* Texts of the greatest length and numbers of the greatest width stay within 120 columns, and no
 * word is lost. */
Test(verdict, print_fits_a_terminal) {
    statement_row row = ROWS[1];
    memset(row.statement, 'S', sizeof row.statement - 1);
    for (size_t i = 0; i + 1 < sizeof row.says; i++) {
        row.says[i] = row.hypotheses[i] = i % 7 == 6 ? ' ' : 'w';
    }
    row.observed = -1.23456e-77;
    row.trials = 12345678;
    row.rows = row.of = 12345678;
    char *text = printed(&row, 1, false);
    size_t words = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        cr_assert(le(sz, strlen(line), 120), "%zu columns: %s", strlen(line), line);
        for (const char *word = strstr(line, "wwwwww"); word; word = strstr(word + 6, "wwwwww")) {
            words++;
        }
    }
    cr_assert(eq(sz, words, 2 * ((sizeof row.says - 1) / 7)));
    free(text);
}

Test(verdict, print_aligns_columns) {
    char *text = printed(ROWS, COUNT, false);
    const char *heading = strstr(text, "bound"), *row = strstr(text, "  0.1 ");
    cr_assert(heading && row);
    const char *second = strchr(text, '\n') + 1;
    cr_assert(eq(sz, (size_t)(heading + 5 - text), (size_t)(row + 5 - second)));
    cr_assert(ne(ptr, strstr(text, "again: make x\n"), NULL),
              "a refuted row says how it is computed again");
    cr_assert(eq(ptr, strstr(text, "nan"), NULL), "what has no number has a dash");
    free(text);
}

/* Only what is proved here may not be refuted. */
Test(verdict, status_of_rows) {
    statement_row rows[COUNT];
    memcpy(rows, ROWS, sizeof rows);
    cr_assert(eq(int, verdict_status(rows, COUNT), REFUTED));
    cr_assert(ne(ptr, strstr(error_text(), "E5"), NULL));
    rows[1].kind = DERIVED;
    cr_assert(eq(int, verdict_status(rows, COUNT), REFUTED));
    rows[1].kind = PAPER;
    cr_assert(eq(int, verdict_status(rows, COUNT), OK));
    cr_assert(eq(int, verdict_status(rows, 0), OK));
}
