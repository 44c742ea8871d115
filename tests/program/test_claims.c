/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/figure_claims.h"

#include "stats/stats.h"
#include "study/study.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/fixture.h"

/* Tables with planted trends. Each test is a process of its own and has one list, one generator. */
static claim_rows list = {.command = "make claims"};
static gsl_rng *generator;
static bool alone; /* every row is judged alone, not as one of a family */

static void begin(void) {
    gsl_set_error_handler_off();
    generator = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(generator, 2112);
}

static void end(void) {
    gsl_rng_free(generator);
    claim_rows_free(&list);
}

TestSuite(claims, .init = begin, .fini = end);

/* Uniform on (-size, size). */
static double noise(double size) { return size * (2 * gsl_rng_uniform(generator) - 1); }

/* Writes the table, frees it and reads it back, as the program does. Tests run side by side: a file
 * each. */
static run_table written(table *t) {
    static char path[64];
    snprintf(path, sizeof path, "build/test-tmp/claims/%d.dat", (int)getpid());
    run_table read = {.path = path};
    cr_assert(eq(int, table_write(t, path), OK), "%s", error_text());
    table_free(t);
    cr_assert(eq(int, table_read(path, &read.data), OK), "%s", error_text());
    cr_assert(eq(int, remove(path), 0));
    return read;
}

/* Judges claims on one table, the others not there. */
static status judge(const claim_group *claims, int which, const run_table *t) {
    figure_tables tables = {.tables = {{.path = "none"},
                                       {.path = "none"},
                                       {.path = "none"},
                                       {.path = "none"},
                                       {.path = "none"}}};
    tables.tables[which] = *t;
    study_run r = {.context = &tables};
    tables.rows = alone ? 0 : figure_rows(&r);
    return claim_judge(claims, &r, &list);
}

static const statement_row *row_of(const char *statement) {
    for (size_t i = 0; i < list.count; i++) {
        if (strcmp(list.rows[i].statement, statement) == 0) { return &list.rows[i]; }
    }
    cr_fatal("no row '%s'", statement);
}

static void assert_verdict(const char *statement, verdict expected) {
    const statement_row *row = row_of(statement);
    cr_assert(eq(int, row->verdict, expected), "%s: %s, '%s', observed %.17g, limit %.17g",
              statement, verdict_word(row->verdict), row->says, row->observed, row->limit);
    cr_assert(eq(int, row->kind, PAPER));
    cr_assert(eq(str, (char *)row->command, "make claims"));
}

static void assert_text(const char *whole, const char *part) {
    cr_assert(ne(ptr, (void *)strstr(whole, part), NULL), "'%s' lacks '%s'", whole, part);
}

/* --- Figure 2b --- */

/* Levels 1 + by_xi xi + by_p p and noise, on the panel's 91 cells; runs with xi <= diverge
 * diverged. */
typedef struct {
    double by_xi, by_p, noise, diverge;
    size_t repetitions;
    const char *unselected;
    double odd; /* by_xi of the line p = 2 instead, unless 0 */
} plan;

static void judge_heatmap(plan h) {
    table *t = fixture_table("subnets xi repetition level rounds state", 9);
    table_note(t, "--unselected", "%s", h.unselected ? h.unselected : "keep");
    for (int p = 1; p <= 10; p++) {
        for (int tenths = 1; tenths <= (p == 1 ? 10 : 9); tenths++) {
            for (size_t k = 0; k < h.repetitions; k++) {
                bool diverged = tenths <= 10 * h.diverge;
                double by_xi = h.odd != 0 && p == 2 ? h.odd : h.by_xi;
                table_row(t);
                table_number(t, p);
                table_number(t, tenths / 10.0);
                table_number(t, (double)k);
                table_number(t, diverged ? 1e9
                                         : 1 + by_xi * tenths / 10 + h.by_p * p + noise(h.noise));
                table_number(t, 40);
                table_text(t, diverged ? "diverged" : tenths == 9 ? "capped" : "stalled");
            }
        }
    }
    run_table read = written(t);
    status s = judge(figure_b_claims, FIGURE_HEATMAP, &read);
    cr_assert(eq(int, s, h.unselected ? BAD_INPUT : OK), "%s", error_text());
    table_data_free(&read.data);
}

static const char ALONG_XI[] = "Figure 2b along xi (keep)", ALONG_P[] = "Figure 2b along p (keep)";

Test(claims, heatmap_that_falls) {
    judge_heatmap((plan){.by_xi = -0.5, .by_p = -0.05, .noise = 1e-3, .repetitions = 3});
    cr_assert(eq(sz, list.count, 2 + 2), "those of the other rule not checked");
    assert_verdict(ALONG_XI, NOT_REFUTED);
    assert_verdict(ALONG_P, NOT_REFUTED);
    cr_assert(eq(dbl, row_of(ALONG_XI)->observed, -1));
    cr_assert(eq(dbl, row_of(ALONG_P)->observed, -1));
    cr_assert(lt(dbl, row_of(ALONG_XI)->limit, 1e-6));
    cr_assert(eq(sz, row_of(ALONG_XI)->trials, 91 * 3));
    assert_text(row_of(ALONG_XI)->says, "of 10 lines 10 fall, 0 rise");
    assert_text(row_of(ALONG_P)->says, "of 9 lines 9 fall, 0 rise"); /* xi = 1 is one cell */
    assert_text(row_of(ALONG_P)->hypotheses, "30 of 273 were stopped before");
}

/* Mutant: the sign of the error turned. */
Test(claims, heatmap_with_a_sign_error) {
    judge_heatmap((plan){.by_xi = 0.5, .by_p = 0.05, .noise = 1e-3, .repetitions = 3});
    assert_verdict(ALONG_XI, STATEMENT_REFUTED);
    assert_verdict(ALONG_P, STATEMENT_REFUTED);
    assert_text(row_of(ALONG_P)->says, "of 9 lines 0 fall, 9 rise");
}

/* Lines are compared within themselves: a rise with p ten times as steep does not hide the fall
 * with xi, and the axes are not taken for each other. */
Test(claims, heatmap_with_opposite_trends) {
    judge_heatmap((plan){.by_xi = -0.1, .by_p = 1, .repetitions = 2});
    assert_verdict(ALONG_XI, NOT_REFUTED);
    assert_verdict(ALONG_P, STATEMENT_REFUTED);
    cr_assert(eq(dbl, row_of(ALONG_XI)->observed, -1));
    cr_assert(eq(dbl, row_of(ALONG_P)->observed, 1));
}

Test(claims, heatmap_without_a_trend) {
    judge_heatmap((plan){.noise = 0.1, .repetitions = 2});
    assert_verdict(ALONG_XI, NOT_CHECKED);
    assert_verdict(ALONG_P, NOT_CHECKED);
    assert_text(row_of(ALONG_XI)->says, "of 10 lines 0 fall, 0 rise; least at");
    judge_heatmap((plan){.repetitions = 2}); /* all levels equal: no variance either */
    cr_assert(eq(int, list.rows[4].verdict, NOT_CHECKED));
    cr_assert(eq(dbl, list.rows[4].observed, 0));
}

/* Diverged runs are left out, whatever stands as their level, and counted; the text still fits. */
Test(claims, heatmap_with_diverged_runs) {
    judge_heatmap((plan){.by_xi = 0.5, .noise = 1e-3, .diverge = 0.2, .repetitions = 12});
    assert_verdict(ALONG_XI, STATEMENT_REFUTED); /* 1e9 at small xi would make it fall */
    cr_assert(eq(dbl, row_of(ALONG_XI)->observed, 1));
    cr_assert(eq(sz, row_of(ALONG_XI)->trials, 71 * 12));
    assert_text(row_of(ALONG_XI)->says, "diverged runs left out: 240 (cells: 20)");
    assert_verdict(ALONG_P, NOT_CHECKED);
    assert_text(row_of(ALONG_P)->says, "of 7 lines 0 fall, 0 rise");
    judge_heatmap((plan){.diverge = 1, .repetitions = 1});
    cr_assert(eq(int, list.rows[4].verdict, NOT_CHECKED));
    assert_text(list.rows[4].says, "of 0 lines 0 fall");
    assert_text(list.rows[4].hypotheses, "runs that do not diverge: all 91 did");
}

/* One line of ten that rises refutes the claim, and one that does nothing keeps it from being seen:
 * the other nine, pooled with it, hide neither. */
Test(claims, heatmap_with_one_line_that_does_not_fall) {
    judge_heatmap((plan){.by_xi = -0.5, .noise = 1e-3, .repetitions = 3, .odd = 1});
    assert_verdict(ALONG_XI, STATEMENT_REFUTED);
    assert_text(row_of(ALONG_XI)->says, "of 10 lines 9 fall, 1 rise; least at 2");
    cr_assert(eq(dbl, row_of(ALONG_XI)->observed, 1));
    list.count = 0;
    judge_heatmap((plan){.by_xi = -0.5, .noise = 1e-3, .repetitions = 3, .odd = 1e-9});
    assert_verdict(ALONG_XI, NOT_CHECKED);
    assert_text(row_of(ALONG_XI)->says, "of 10 lines 9 fall, 0 rise; least at 2");
}

Test(claims, heatmap_of_the_other_rule_is_refused) {
    judge_heatmap((plan){.repetitions = 1, .unselected = "zero"});
    assert_text(error_text(), "--unselected zero");
    cr_assert(eq(sz, list.count, 0));
}

/* --- Figures 2c and 2d --- */

/* Levels of the panel's widths with 1 % of noise: at xi = 0.3 those given, at 0.8 fallen. */
static void judge_widths(const double level[6], int repetitions) {
    table *t = fixture_table("width xi repetition level rounds state", 9);
    for (int g = 5; g >= 0; g--) { /* the order of rows does not matter */
        for (int k = 0; k < 2 * repetitions; k++) {
            double mean = k % 2 ? 10.0 / (g + 1) : level[g];
            table_row(t);
            table_number(t, 250 * (g + 1));
            table_number(t, k % 2 ? 0.8 : 0.3);
            table_number(t, k / 2);
            table_number(t, mean * (1 + noise(0.01)));
            table_number(t, 40);
            table_text(t, "converged");
        }
    }
    run_table read = written(t);
    cr_assert(eq(int, judge(figure_c_claims, FIGURE_WIDTH, &read), OK), "%s", error_text());
    table_data_free(&read.data);
    cr_assert(eq(sz, list.count, 2), "a row for each xi, none of both together");
}

static const char AT_3[] = "Figure 2c along m xi=0.3", AT_8[] = "Figure 2c along m xi=0.8";

Test(claims, width_that_falls_or_rises) {
    judge_widths((double[]){6, 5, 4, 3, 2, 1}, 3);
    assert_verdict(AT_3, NOT_REFUTED);
    cr_assert(lt(dbl, row_of(AT_3)->observed, -0.99));
    assert_text(row_of(AT_3)->says, "falls; ");
    cr_assert(eq(str, (char *)row_of(AT_3)->hypotheses, ""));
    list.count = 0;
    judge_widths((double[]){1, 2, 3, 4, 5, 6}, 3);
    assert_verdict(AT_3, STATEMENT_REFUTED);
    assert_verdict(AT_8, NOT_REFUTED);
    assert_text(row_of(AT_3)->says, "rises; ");
    list.count = 0;
    judge_widths((double[]){1, 1, 1, 1, 1, 1}, 3);
    assert_verdict(AT_3, NOT_CHECKED);
    assert_text(row_of(AT_3)->says, "neither falls nor rises visibly");
}

/* A curve that falls and then rises refutes, though from end to end it falls: with the test of the
 * whole line it passed. */
Test(claims, width_judged_by_shape) {
    judge_widths((double[]){9, 6, 1, 2, 3, 4}, 10);
    assert_verdict(AT_3, STATEMENT_REFUTED);
    assert_text(row_of(AT_3)->says, "falls, then rises; ");
    assert_text(row_of(AT_3)->says, " at m = 250, least ");
    assert_text(row_of(AT_3)->says, " at 750, ");
    cr_assert(lt(dbl, row_of(AT_3)->observed, 0));
    cr_assert(lt(dbl, row_of(AT_3)->limit, 0.05));
}

/* Improvements fall at step 1, rise at 2, the absolute ones the other way round; step 3 is missing,
 * step 4 no claim. A row for either reading of the lost formula. */
Test(claims, subnets_by_step) {
    const double slopes[] = {-1, 1, 0, 1};
    table *t = fixture_table("subnets repetition step absolute relative", 9);
    for (int p = 1; p <= 10; p++) {
        for (int k = 0; k < 2; k++) {
            for (int step = 1; step <= 4; step++) {
                if (step == 3) { continue; }
                table_row(t);
                table_number(t, p);
                table_number(t, k);
                table_number(t, step);
                table_number(t, -slopes[step - 1] * p);
                table_number(t, p == 4 && k == 1 ? NAN : slopes[step - 1] * p);
            }
        }
    }
    run_table read = written(t);
    cr_assert(eq(int, judge(figure_d_claims, FIGURE_SUBNET, &read), OK), "%s", error_text());
    table_data_free(&read.data);
    cr_assert(eq(sz, list.count, 6));
    assert_verdict("Figure 2d step 1, relative", NOT_REFUTED);
    assert_verdict("Figure 2d step 2, relative", STATEMENT_REFUTED);
    assert_verdict("Figure 2d step 3, relative", NOT_CHECKED);
    assert_verdict("Figure 2d step 1, absolute", STATEMENT_REFUTED);
    assert_verdict("Figure 2d step 2, absolute", NOT_REFUTED);
    assert_verdict("Figure 2d step 3, absolute", NOT_CHECKED);
    assert_text(row_of("Figure 2d step 1, relative")->says, "diverged runs left out: 1 (cells: 1)");
    assert_text(row_of("Figure 2d step 3, relative")->hypotheses, read.path);
}

/* Six rows without a trend are one family: what one row alone would call a trend in one of twenty
 * is none. */
Test(claims, rows_are_one_family) {
    size_t refuted[2] = {0};
    for (int family = 0; family < 2; family++) {
        alone = !family;
        for (int trial = 0; trial < 40; trial++) {
            table *t = fixture_table("subnets repetition step absolute relative", 9);
            for (int k = 0; k < 90; k++) {
                table_row(t);
                table_number(t, 1 + k % 10);
                table_number(t, k / 30);
                table_number(t, 1 + k / 10 % 3);
                table_number(t, noise(1));
                table_number(t, noise(1));
            }
            run_table read = written(t);
            list.count = 0;
            cr_assert(eq(int, judge(figure_d_claims, FIGURE_SUBNET, &read), OK));
            table_data_free(&read.data);
            for (size_t i = 0; i < list.count; i++) {
                refuted[family] += list.rows[i].verdict == STATEMENT_REFUTED;
            }
        }
    }
    cr_assert(gt(sz, refuted[0], 4), "of 240, each alone at 5 %%: %zu", refuted[0]);
    cr_assert(lt(sz, refuted[1], 4), "of 240, in a family: %zu", refuted[1]);
}

/* --- Figure 2a --- */

enum { ROUNDS = 20 };

/* Errors of a run about a round: whole before, subnetworks after sampling, after the last local
 * step, whole after. */
typedef struct {
    double before, sampled, local, aggregated;
} errors;

static errors usual_errors(double spread) {
    return (errors){2 + noise(spread), 2.3 + noise(spread), 1.9 + noise(spread),
                    1.7 + noise(spread)};
}

static table *new_loss(void) { return fixture_table("xi repetition round jump descent drop", 9); }

/* sign = -1 is the mutant that takes every difference the wrong way round. */
static void add_round(table *t, double xi, size_t repetition, int round, errors e, double sign) {
    table_row(t);
    table_number(t, xi);
    table_number(t, (double)repetition);
    table_number(t, round);
    table_number(t, sign * (e.sampled - e.before));
    table_number(t, sign * (e.local - e.sampled));
    table_number(t, sign * (e.aggregated - e.local));
}

static void judge_loss(table *t) {
    run_table read = written(t);
    cr_assert(eq(int, judge(figure_a_claims, FIGURE_LOSS, &read), OK), "%s", error_text());
    table_data_free(&read.data);
}

static void judge_usual(size_t repetitions, double spread, double sign) {
    table *t = new_loss();
    for (size_t k = 0; k < repetitions; k++) {
        for (int round = 1; round <= ROUNDS; round++) {
            add_round(t, 0.5, k, round, usual_errors(spread), sign);
            add_round(t, 0.8, k, round, usual_errors(spread), sign);
        }
    }
    judge_loss(t);
}

static const char *const LOSS_ROWS[] = {"Figure 2a jump xi=0.5",    "Figure 2a jump xi=0.8",
                                        "Figure 2a descent xi=0.5", "Figure 2a descent xi=0.8",
                                        "Figure 2a drop xi=0.5",    "Figure 2a drop xi=0.8"};

Test(claims, movements_with_their_signs) {
    judge_usual(10, 0.01, 1);
    cr_assert(eq(sz, list.count, 6));
    for (size_t i = 0; i < 6; i++) {
        const statement_row *row = row_of(LOSS_ROWS[i]);
        assert_verdict(LOSS_ROWS[i], NOT_REFUTED);
        assert_text(
            row->says,
            "certain in 20 of 20 rounds, on the mean only in 0, wrong in 0 (certainly in 0)");
        cr_assert(eq(dbl, row->observed, 1));
        cr_assert(eq(sz, row->trials, 200));
        cr_assert(le(dbl, fabs(row->limit - pow(0.05, 1.0 / 200)), 1e-12));
    }
}

Test(claims, movements_with_a_sign_error) {
    judge_usual(10, 0.01, -1);
    for (size_t i = 0; i < 6; i++) {
        assert_verdict(LOSS_ROWS[i], STATEMENT_REFUTED);
        assert_text(row_of(LOSS_ROWS[i])->says, "wrong in 20 (certainly in 20)");
        cr_assert(eq(dbl, row_of(LOSS_ROWS[i])->observed, 0));
        cr_assert(eq(dbl, row_of(LOSS_ROWS[i])->limit, 0));
    }
}

/* A single repetition has no interval: neither the claim nor its opposite is judged. */
Test(claims, movements_of_one_repetition) {
    for (int sign = -1; sign <= 1; sign += 2) { judge_usual(1, 0.01, sign); }
    cr_assert(eq(sz, list.count, 12));
    for (size_t i = 0; i < list.count; i++) {
        cr_assert(eq(int, list.rows[i].verdict, NOT_CHECKED), "%s", list.rows[i].says);
    }
    assert_text(list.rows[0].hypotheses, "no round's sign is certain");
}

/* Rounds with three repetitions; the last has jumps of mean `mean` and t = mean / 0.05. */
static void judge_last_round(int rounds, double mean) {
    const double half_width = 0.05 * sqrt(3); /* of three points: their standard deviation */
    table *t = new_loss();
    for (int k = 0; k < 3; k++) {
        for (int round = 1; round <= rounds; round++) {
            double jump = round < rounds ? 1 + 1e-3 * k : mean + (k - 1) * half_width;
            add_round(t, 0.5, (size_t)k, round, (errors){0, jump, -5, -6}, 1);
        }
    }
    judge_loss(t);
}

/* t = -6 at two degrees of freedom is beyond 4.30 (one round at 95 %) and within 28.3 (20 rounds
 * together). */
Test(claims, rounds_are_judged_together) {
    alone = true;
    judge_last_round(1, -0.3);
    assert_verdict("Figure 2a jump xi=0.5", STATEMENT_REFUTED);
    list.count = 0;
    judge_last_round(ROUNDS, -0.3);
    assert_verdict("Figure 2a jump xi=0.5", NOT_REFUTED);
    const statement_row *row = row_of("Figure 2a jump xi=0.5");
    assert_text(row->says,
                "certain in 19 of 20 rounds, on the mean only in 0, wrong in 1 (certainly in 0)");
    cr_assert(eq(dbl, row->observed, 57.0 / 60));
    cr_assert(eq(dbl, row->limit, stats_clopper_pearson_lower(57, 60, 0.95)));
    list.count = 0;
    judge_last_round(ROUNDS, -1.5); /* t = -30 */
    assert_verdict("Figure 2a jump xi=0.5", STATEMENT_REFUTED);
    assert_text(row_of("Figure 2a jump xi=0.5")->says, "wrong in 1 (certainly in 1)");
    list.count = 0;
    judge_last_round(ROUNDS, 0.3);
    assert_text(row_of("Figure 2a jump xi=0.5")->says,
                "certain in 19 of 20 rounds, on the mean only in 1, wrong in 0");
}

/* A run that diverged leaves rounds unknown: what is right elsewhere does not stand for them. */
Test(claims, movements_of_a_diverged_run) {
    judge_last_round(ROUNDS, NAN);
    assert_verdict("Figure 2a jump xi=0.5", NOT_CHECKED);
    assert_text(row_of("Figure 2a jump xi=0.5")->hypotheses, "rounds concerned: 1");
    assert_text(row_of("Figure 2a jump xi=0.5")->says, "certain in 19 of 20 rounds");
    cr_assert(eq(dbl, row_of("Figure 2a jump xi=0.5")->observed, 57.0 / 60));
}

/* Every claim has its row, though there is nothing to judge it by. */
Test(claims, tables_that_are_not_there) {
    run_table none = {.path = "results/none.runs.dat"};
    figure_tables tables = {.tables = {none, none, none, none, none}};
    study_run r = {.context = &tables};
    for (size_t k = 0; k < FIGURE_PANELS; k++) {
        cr_assert(eq(int, claim_judge(figure_panels[k], &r, &list), OK));
    }
    cr_assert(eq(sz, list.count, 3 + 2 + 2 + 1 + 6));
    cr_assert(eq(sz, figure_rows(&r), list.count));
    for (size_t i = 0; i < list.count; i++) {
        assert_verdict(list.rows[i].statement, NOT_CHECKED);
        assert_text(list.rows[i].hypotheses, none.path);
        cr_assert(ne(str, list.rows[i].says, ""));
    }
    judge_loss(new_loss()); /* columns, no rows */
    cr_assert(eq(int, list.rows[list.count - 1].verdict, NOT_CHECKED));
}
