/* Hypothesis 1 and its checks. Theory is double precision alone: in single there is nothing to
 * test.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifdef REAL_DOUBLE

#include "theory/local_descent/local_descent.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "tests/support/fixture.h"
#include "tests/support/local_small.h"

TestSuite(local_descent, .timeout = 60);

enum { STEPS = 2 }; /* step sizes of local_small */

static const char *const statements[] = {"Hypothesis 1, contraction, wide",
                                         "Hypothesis 1, largest step, wide",
                                         "Hypothesis 1, contraction w.p. 1-2delta, wide",
                                         "Hypothesis 1, recursion",
                                         "Hypothesis 1, ||E||_F",
                                         "Hypothesis 1, ||E||",
                                         "Hypothesis 1, norm of a step",
                                         "Hypothesis 1, near neurons",
                                         "Hypothesis 1, movement, first form",
                                         "Hypothesis 1, movement, second form",
                                         "Hypothesis 1, jump",
                                         "Hypothesis 1, contraction at lambda0/n^2, practical",
                                         "Hypothesis 1, step lambda0/n^2, practical"};
enum { STATEMENTS = sizeof statements / sizeof *statements };

static claim_rows judged(spoiler *spoil, size_t trials) {
    return local_judged(&descent_study, spoil, trials);
}

static verdict verdict_on(const char *statement, spoiler *spoil, size_t trials) {
    return local_verdict(&descent_study, statement, spoil, trials);
}

Test(local_descent, honest_runs_refute_nothing) {
    claim_rows list = judged(NULL, 6);
    for (size_t k = 0; k < STATEMENTS; k++) {
        const statement_row *row = study_fixture_row(&list, statements[k]);
        cr_log_info("%s: bound %g observed %g trials %zu (%s)", row->statement, row->bound,
                    row->observed, row->trials, row->hypotheses);
        cr_expect(eq(int, row->verdict, NOT_REFUTED), "%s: %g against %g (%s)", row->statement,
                  row->observed, row->bound, row->hypotheses);
    }
    cr_expect(
        eq(int,
           study_fixture_row(&list, "Hypothesis 1, contraction w.p. 1-2delta, practical")->verdict,
           HYPOTHESIS_NOT_MET));
    claim_rows_free(&list);
}

/* --- one deliberate error for every row --- */

static void lose_xi(local_model *model) { model->rate /= model->xi; }

Test(local_descent, mutant_contraction_without_xi) {
    claim_rows list = judged(lose_xi, 6);
    for (size_t k = 0; k < 3; k++) {
        cr_expect(eq(int, study_fixture_row(&list, statements[k])->verdict, STATEMENT_REFUTED),
                  "%s", statements[k]);
    }
    claim_rows_free(&list);
}

static void count_active_alone(local_model *model) { model->m *= model->xi; }

Test(local_descent, mutant_kernel_divided_by_the_active_neurons) {
    cr_expect(
        eq(int, verdict_on("Hypothesis 1, recursion", count_active_alone, 1), STATEMENT_REFUTED));
}

static void norm_is_entry(local_model *model) { model->samples = 1; }

Test(local_descent, mutant_largest_entry_for_frobenius_norm) {
    cr_expect(eq(int, verdict_on("Hypothesis 1, ||E||_F", norm_is_entry, 2), STATEMENT_REFUTED));
}

static void row_sum_is_diagonal(local_model *model) { model->row_sum = 1; }

Test(local_descent, mutant_diagonal_for_row_sum) {
    cr_expect(
        eq(int, verdict_on("Hypothesis 1, ||E||", row_sum_is_diagonal, 2), STATEMENT_REFUTED));
}

static void rows_of_norm_sqrt2(local_model *model) {
    static double G[MASKS * REGIMES][12 * 12];
    static size_t used;
    double *twice = G[used++];
    for (size_t k = 0; k < model->n * model->n; k++) { twice[k] = 2 * model->G[k]; }
    model->G = twice;
}

Test(local_descent, mutant_rows_not_normalised) {
    claim_rows list = judged(rows_of_norm_sqrt2, 1);
    cr_expect(eq(int, study_fixture_row(&list, "Hypothesis 1, norm of a step")->verdict,
                 STATEMENT_REFUTED));
    cr_expect(
        eq(int, study_fixture_row(&list, "Hypothesis 1, recursion")->verdict, STATEMENT_REFUTED));
    claim_rows_free(&list);
}

static void boundary_too_thin(local_model *model) { model->boundary_radius /= 10; }

Test(local_descent, mutant_near_neurons_within_a_tenth) {
    cr_expect(
        eq(int, verdict_on("Hypothesis 1, near neurons", boundary_too_thin, 2), STATEMENT_REFUTED));
}

static void half_gram(local_model *model) { model->gram_norm /= 2; }

Test(local_descent, mutant_half_the_norm_of_G) {
    claim_rows list = judged(half_gram, 2);
    cr_expect(eq(int, study_fixture_row(&list, "Hypothesis 1, movement, first form")->verdict,
                 STATEMENT_REFUTED));
    cr_expect(eq(int, study_fixture_row(&list, "Hypothesis 1, movement, second form")->verdict,
                 STATEMENT_REFUTED));
    claim_rows_free(&list);
}

static void width_squared(local_model *model) { model->m *= model->m; }

Test(local_descent, mutant_jump_divided_by_m_twice) {
    cr_expect(eq(int, verdict_on("Hypothesis 1, jump", width_squared, 6), STATEMENT_REFUTED));
}

static void step_times_n_squared(local_model *model) {
    model->paper_step *= (double)(model->n * model->n * model->n * model->n);
}

Test(local_descent, mutant_paper_without_xi_or_with_n_squared_multiplied) {
    cr_expect(eq(int, verdict_on("Hypothesis 1, contraction at lambda0/n^2, practical", lose_xi, 6),
                 STATEMENT_REFUTED));
    cr_expect(eq(int,
                 verdict_on("Hypothesis 1, step lambda0/n^2, practical", step_times_n_squared, 1),
                 STATEMENT_REFUTED));
}

/* A number that is none refutes; too few trials check nothing. */
Test(local_descent, nan_refutes_and_few_trials_do_not_check) {
    const local_number given[] = {
        {CLAIM_NUMBER(descent_run, steps), 3},   {CLAIM_NUMBER(descent_run, ball), 3},
        {CLAIM_NUMBER(descent_run, proven), 3},  {CLAIM_NUMBER(descent_run, held), 1},
        {CLAIM_NUMBER(descent_run, skipped), 0}, {CLAIM_NUMBER(descent_run, from_start), 0}};
    claim_rows list = local_judged_nan(&descent_study, 10, given, sizeof given / sizeof *given);
    for (size_t k = 0; k < STATEMENTS; k++) {
        cr_expect(eq(int, study_fixture_verdict(&list, statements[k]), STATEMENT_REFUTED), "%s",
                  statements[k]);
    }
    claim_rows_free(&list);
    list = local_judged_nan(&descent_study, 2, given, sizeof given / sizeof *given);
    cr_expect(eq(int, study_fixture_verdict(&list, "Hypothesis 1, contraction w.p. 1-2delta, wide"),
                 NOT_CHECKED));
    claim_rows_free(&list);
}

/* The sweep: the same bytes on one thread and on two. */
Test(local_descent, same_table_for_one_and_two_threads) {
    char path[2][256];
    const char *folder = fixture_folder("local_descent");
    local_settings settings = local_small(2);
    study few_rows = descent_study;
    few_rows.samples = LOCAL_ROWS;
    for (int k = 0; k < 2; k++) {
        snprintf(path[k], sizeof path[k], "%s/%d.dat", folder, k + 1);
        study_fixture_perform(&few_rows, &settings, path[k], k + 1);
    }
    cr_expect(fixture_same_rows(path[0], path[1]));
    table_data rows;
    cr_assert(eq(int, table_read(path[0], &rows), OK), "%s", error_text());
    cr_expect(eq(sz, rows.rows, REGIMES * MASKS * STEPS));
    table_data_free(&rows);
}

#endif
