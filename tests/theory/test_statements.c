/* The table of all statements. Theory is double precision alone: in single there is nothing to
 * test.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifdef REAL_DOUBLE

#include "theory/statements/statements.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/fixture.h"

TestSuite(statements, .timeout = 60);

enum { PROGRAMS_MAX = 16 };

static const program_options built = {.called = "build/bin/statements"},
                             installed = {.called = "statements"};

/* A label is found as a whole: no longer number, no longer word. */
Test(statements, a_row_is_about_a_label) {
    const struct {
        const char *statement, *label;
        int about;
    } cases[] = {
        {"Lemma 1", "Lemma 1", 1},
        {"Lemma 1, mean of the mixing function, bernoulli", "Lemma 1", 1},
        {"Lemma 16", "Lemma 1", 0},
        {"Lemma 16, Lemma 1", "Lemma 1", 1},
        {"Lemmas 1, 2", "Lemma 1", 0},
        {"Theorem 2, Hoeffding", "Theorem 2", 1},
        {"Theorem 2", "Theorem 2, Hoeffding", 0},
        {"Lemmas 24, 25, mean of the jump, categorical", "Lemmas 24, 25", 1},
        {"Hypothesis 1, contraction, wide", "Hypothesis 1, contraction", 1},
        {"FE12", "E12", 0},
        {"", "E12", 0},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        cr_expect(eq(int, statement_about(cases[k].statement, cases[k].label), cases[k].about),
                  "%s, %s", cases[k].statement, cases[k].label);
    }
}

/* What the table has to have: theorems, hypothesis, corollaries, definition, assumption, lemmas 1
 * to 26. */
Test(statements, everything_is_promised) {
    const char *const needed[] = {"Theorem 1",    "Theorem 2",    "Theorem 3",   "Theorem 4",
                                  "Definition 1", "Hypothesis 1", "Corollary 1", "Corollary 2",
                                  "Corollary 3",  "Assumption 1"};
    bool lemma[27] = {false};
    for (size_t k = 0; k < statement_promise_count; k++) {
        const char *label = statement_promises[k].label;
        unsigned first, second = 0, other, last;
        if (sscanf(label, "Lemmas %u-%u, %u, %u", &first, &second, &other, &last) == 4) {
            lemma[other] = lemma[last] = true;
        } else if (sscanf(label, "Lemmas %u, %u", &first, &second) != 2 &&
                   sscanf(label, "Lemma %u", &first) == 1) {
            second = first;
        }
        for (unsigned l = first; second > 0 && l <= second; l++) { lemma[l] = true; }
        cr_expect(lt(sz, strlen(label), sizeof((statement_row *)NULL)->statement));
        bool known = false;
        for (size_t p = 0; p < statement_program_count; p++) {
            known |= strcmp(statement_programs[p], statement_promises[k].program) == 0;
        }
        cr_expect(known, "%s: no program %s", label, statement_promises[k].program);
    }
    for (unsigned l = 1; l <= 26; l++) {
        cr_expect(lemma[l], "Lemma %u is promised by no program", l);
    }
    for (size_t k = 0; k < sizeof needed / sizeof *needed; k++) {
        bool found = false;
        for (size_t p = 0; p < statement_promise_count; p++) {
            found |= strcmp(statement_promises[p].label, needed[k]) == 0;
        }
        cr_expect(found, "%s", needed[k]);
    }
    cr_expect(le(sz, statement_program_count, PROGRAMS_MAX));
}

static size_t promises_of(const char *program) {
    size_t count = 0;
    for (size_t k = 0; k < statement_promise_count; k++) {
        count += strcmp(statement_promises[k].program, program) == 0;
    }
    return count;
}

static void note_source(table *t, void *context) {
    table_note(t, "data sha256", "%s", (const char *)context);
    table_note(t, "seed", "1");
}

static const char *fresh_folder(const char *name) {
    char command[512], said[256];
    const char *folder = fixture_folder(name);
    snprintf(command, sizeof command, "rm -rf %s/*", folder);
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0));
    return folder;
}

static statement_row *add_row(claim_rows *list, const char *statement, statement_kind kind) {
    statement_row *row = claim_rows_append(list);
    cr_assert(row != NULL);
    row->kind = kind;
    snprintf(row->statement, sizeof row->statement, "%s", statement);
    snprintf(row->says, sizeof row->says, "says");
    snprintf(row->command, sizeof row->command, "%s", list->command);
    return row;
}

/* A part with one row for each promise of the program but number `without`. */
static void write_part(const char *folder, const char *program, size_t without, verdict given,
                       statement_kind kind, const char *sha) {
    claim_rows list = {.command = "again"};
    size_t number = 0;
    for (size_t k = 0; k < statement_promise_count; k++) {
        if (strcmp(statement_promises[k].program, program) != 0 || number++ == without) {
            continue;
        }
        statement_row *row = add_row(&list, statement_promises[k].label, kind);
        row->verdict = given;
    }
    char path[512];
    snprintf(path, sizeof path, "%s/%s.statements.dat", folder, program);
    cr_assert(verdict_write(list.rows, list.count, path, note_source, (void *)(uintptr_t)sha) == OK,
              "%s", error_text());
    claim_rows_free(&list);
}

static size_t count_of(const claim_rows *list, verdict v) {
    size_t count = 0;
    for (size_t k = 0; k < list->count; k++) { count += list->rows[k].verdict == v; }
    return count;
}

/* Nothing there: every promise is not checked and names the command that would. All there: nothing
 * is added. */
Test(statements, what_is_missing_is_not_checked) {
    const char *folder = fresh_folder("statements-missing");
    static statement_part parts[PROGRAMS_MAX];
    claim_rows list = {0};
    cr_assert(eq(int, statement_gather(&built, folder, parts, &list), OK), "%s", error_text());
    cr_expect(eq(sz, list.count, statement_promise_count));
    cr_expect(eq(sz, count_of(&list, NOT_CHECKED), list.count));
    for (size_t k = 0; k < list.count; k++) {
        cr_expect(eq(ptr, strstr(list.rows[k].command, "build/bin/"), list.rows[k].command));
        cr_expect(ne(ptr, strstr(list.rows[k].hypotheses, "run build/bin/"), NULL));
    }
    cr_expect(eq(int, verdict_status(list.rows, list.count), OK));
    claim_rows_free(&list);
    cr_assert(eq(int, statement_gather(&installed, folder, parts, &list), OK), "%s", error_text());
    for (size_t k = 0; k < list.count; k++) {
        const char *command = list.rows[k].command;
        cr_expect(gt(sz, strcspn(command, "/"), strcspn(command, " ")), "%s", command);
    }
    claim_rows_free(&list);
    for (size_t p = 0; p < statement_program_count; p++) {
        write_part(folder, statement_programs[p], SIZE_MAX, NOT_REFUTED, EXACT, "a");
    }
    cr_assert(eq(int, statement_gather(&built, folder, parts, &list), OK), "%s", error_text());
    cr_expect(eq(sz, list.count, statement_promise_count));
    cr_expect(eq(sz, count_of(&list, NOT_REFUTED), list.count));
    cr_expect(statement_parts_agree(parts));
    claim_rows_free(&list);
}

/* A program that forgets one of its statements, whichever: that one is not checked, unless another
 * row stands for it. */
Test(statements, a_forgotten_statement_shows) {
    const char *folder = fresh_folder("statements-forgotten");
    static statement_part parts[PROGRAMS_MAX];
    const char *program = "mask-moments";
    for (size_t without = 0; without < promises_of(program); without++) {
        for (size_t p = 0; p < statement_program_count; p++) {
            write_part(folder, statement_programs[p],
                       strcmp(statement_programs[p], program) == 0 ? without : SIZE_MAX,
                       NOT_REFUTED, EXACT, "a");
        }
        claim_rows list = {0};
        cr_assert(eq(int, statement_gather(&built, folder, parts, &list), OK), "%s", error_text());
        cr_expect(eq(sz, list.count, statement_promise_count), "%zu", without);
        cr_expect(eq(sz, count_of(&list, NOT_CHECKED), 1), "%zu", without);
        claim_rows_free(&list);
    }
}

/* What redoes a row is in it whole, or refused: a part of it would redo something else. */
Test(statements, commands_are_whole) {
    static char again[PROGRAM_COMMAND], folder[PROGRAM_COMMAND + 1];
    static statement_part parts[PROGRAMS_MAX];
    memset(again, 'x', sizeof again - 1);
    claim_rows list = {.command = again};
    statement_row *row = add_row(&list, "E1", EXACT);
    cr_assert(row != NULL);
    cr_expect(eq(str, row->command, again));
    claim_rows_free(&list);
    list = (claim_rows){0};
    for (size_t k = 0; k + 1 < sizeof folder; k += 2) { memcpy(folder + k, "a/", 2); }
    cr_expect(eq(int, statement_gather(&built, folder, parts, &list), BAD_INPUT));
    cr_expect(ne(ptr, strstr(error_text(), "--results"), NULL), "%s", error_text());
    claim_rows_free(&list);
    memcpy(folder, "nowhere of ours", sizeof "nowhere of ours");
    cr_assert(eq(int, statement_gather(&built, folder, parts, &list), OK), "%s", error_text());
    cr_expect(ne(ptr, strstr(list.rows[0].command, " --out 'nowhere of ours/"), NULL), "%s",
              list.rows[0].command);
    claim_rows_free(&list);
}

/* Refuted: exact and derived rows decide, paper rows do not. Other data: said. A broken part:
 * refused. */
Test(statements, verdicts_and_provenance) {
    const char *folder = fresh_folder("statements-verdicts");
    static statement_part parts[PROGRAMS_MAX];
    const statement_kind kinds[] = {EXACT, DERIVED, PAPER};
    char path[512];
    for (size_t k = 0; k < 3; k++) {
        claim_rows list = {0};
        write_part(folder, "drift", SIZE_MAX, STATEMENT_REFUTED, kinds[k], "a");
        cr_assert(eq(int, statement_gather(&built, folder, parts, &list), OK));
        cr_expect(eq(int, verdict_status(list.rows, list.count), kinds[k] == PAPER ? OK : REFUTED));
        claim_rows_free(&list);
    }
    claim_rows list = {0};
    write_part(folder, "required-width", SIZE_MAX, NOT_REFUTED, EXACT, "b");
    cr_assert(eq(int, statement_gather(&built, folder, parts, &list), OK));
    cr_expect(not(statement_parts_agree(parts)));
    claim_rows_free(&list);
    snprintf(path, sizeof path, "%s/drift.statements.dat", folder);
    FILE *f = fopen(path, "w");
    cr_assert(f != NULL);
    fputs("statement kind\nx exact\n", f);
    cr_assert(fclose(f) == 0);
    list = (claim_rows){0};
    cr_expect(eq(int, statement_gather(&built, folder, parts, &list), BAD_INPUT));
    cr_expect(ne(ptr, strstr(error_text(), "drift.statements.dat"), NULL));
    claim_rows_free(&list);
}

#endif
