/* Hypothesis 1 and its checks. Theory is double precision alone: in single there is nothing to test. */
#ifdef REAL_DOUBLE

#include "theory/local/descent_watch.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/fixture.h"
#include "tests/local_small.h"
#include "theory/local/descent_rows.h"
#include "theory/local/descent_table.h"

TestSuite(local_descent, .timeout = 60);

/* Something that spoils the numbers that runs are held against. */
typedef void spoiler(local_model *model);

enum { STEPS = 2, RECORDS = 200 };

static const char *const statements[] = {"Hypothesis 1 (4), wide",
                                         "Hypothesis 1, largest step, wide",
                                         "Hypothesis 1 (4) w.p. 1-2delta, wide",
                                         "Hypothesis 1, recursion",
                                         "Hypothesis 1, ||E||_F",
                                         "Hypothesis 1, ||E||",
                                         "Hypothesis 1, norm of a step",
                                         "Hypothesis 1, near neurons",
                                         "Hypothesis 1 (5), first form",
                                         "Hypothesis 1 (5), second form",
                                         "Hypothesis 1 (5), jump",
                                         "Hypothesis 1 (4) at lambda0/n^2, usual",
                                         "Hypothesis 1, eta lambda0/n^2, usual"};
enum { STATEMENTS = sizeof statements / sizeof *statements };

/* The runs of a small plan, watched with spoilt numbers, and their rows. */
static theory_rows judged(spoiler *spoil, size_t trials)
{
    static descent_run runs[RECORDS];
    static descent_record records[RECORDS];
    local_plan plan;
    local_small_open("build/test-tmp/none.dat", 1, &plan);
    size_t count = 0, steps = descent_steps(&plan);
    double *numbers = malloc(2 * steps * sizeof *numbers);
    for (size_t regime = 0; regime < REGIMES; regime++)
        for (size_t mask = 0; mask < MASKS; mask++) {
            local_model *model = &plan.models[regime][mask];
            if (spoil)
                spoil(model);
            const local_regime *r = &plan.regimes[regime];
            train_settings settings = local_settings(r, (mask_kind)mask);
            descent_watch *w = descent_watch_new(&r->g, settings.width, steps);
            for (size_t trial = 0; trial < trials; trial++) {
                local_trial run;
                cr_assert(local_trial_open(&r->g, &settings, 5, regime * MASKS + mask, trial, &run) == OK);
                for (size_t step = 0; step < STEPS; step++, count++) {
                    double eta = local_step(r, plan.options, step);
                    cr_assert(descent_watch_run(w, &run, model, eta, r->rounds, &runs[count], numbers,
                                                numbers + steps) == OK);
                    records[count] = (descent_record){regime, step, eta, model, &runs[count]};
                }
                local_trial_close(&run);
            }
            descent_watch_free(w);
        }
    theory_rows list = {.command = "again"};
    cr_assert(descent_rows(&list, records, count) == OK);
    local_plan_close(&plan);
    free(numbers);
    return list;
}

static verdict verdict_on(const char *statement, spoiler *spoil, size_t trials)
{
    theory_rows list = judged(spoil, trials);
    verdict v = local_small_row(&list, statement)->verdict;
    theory_rows_free(&list);
    return v;
}

Test(local_descent, honest_runs_refute_nothing)
{
    theory_rows list = judged(NULL, 6);
    for (size_t k = 0; k < STATEMENTS; k++) {
        const statement_row *row = local_small_row(&list, statements[k]);
        cr_log_info("%s: bound %g observed %g trials %zu (%s)", row->statement, row->bound, row->observed, row->trials,
                    row->hypotheses);
        cr_expect(eq(int, row->verdict, NOT_REFUTED), "%s: %g against %g (%s)", row->statement, row->observed,
                  row->bound, row->hypotheses);
    }
    cr_expect(eq(int, local_small_row(&list, "Hypothesis 1 (4) w.p. 1-2delta, usual")->verdict, HYPOTHESIS_NOT_MET));
    theory_rows_free(&list);
}

/* --- one deliberate error for every row --- */

static void lose_xi(local_model *model)
{
    model->rate /= model->xi;
}

Test(local_descent, mutant_contraction_without_xi)
{
    theory_rows list = judged(lose_xi, 6);
    for (size_t k = 0; k < 3; k++)
        cr_expect(eq(int, local_small_row(&list, statements[k])->verdict, STATEMENT_REFUTED), "%s", statements[k]);
    theory_rows_free(&list);
}

static void count_active_alone(local_model *model)
{
    model->m *= model->xi;
}

Test(local_descent, mutant_kernel_divided_by_the_active_neurons)
{
    cr_expect(eq(int, verdict_on("Hypothesis 1, recursion", count_active_alone, 1), STATEMENT_REFUTED));
}

static void norm_is_entry(local_model *model)
{
    model->samples = 1;
}

Test(local_descent, mutant_largest_entry_for_frobenius_norm)
{
    cr_expect(eq(int, verdict_on("Hypothesis 1, ||E||_F", norm_is_entry, 2), STATEMENT_REFUTED));
}

static void row_sum_is_diagonal(local_model *model)
{
    model->row_sum = 1;
}

Test(local_descent, mutant_diagonal_for_row_sum)
{
    cr_expect(eq(int, verdict_on("Hypothesis 1, ||E||", row_sum_is_diagonal, 2), STATEMENT_REFUTED));
}

static void rows_of_norm_sqrt2(local_model *model)
{
    static double G[MASKS * REGIMES][12 * 12];
    static size_t used;
    double *twice = G[used++];
    for (size_t k = 0; k < model->n * model->n; k++)
        twice[k] = 2 * model->G[k];
    model->G = twice;
}

Test(local_descent, mutant_rows_not_normalised)
{
    theory_rows list = judged(rows_of_norm_sqrt2, 1);
    cr_expect(eq(int, local_small_row(&list, "Hypothesis 1, norm of a step")->verdict, STATEMENT_REFUTED));
    cr_expect(eq(int, local_small_row(&list, "Hypothesis 1, recursion")->verdict, STATEMENT_REFUTED));
    theory_rows_free(&list);
}

static void strip_too_thin(local_model *model)
{
    model->strip /= 10;
}

Test(local_descent, mutant_near_neurons_within_a_tenth)
{
    cr_expect(eq(int, verdict_on("Hypothesis 1, near neurons", strip_too_thin, 2), STATEMENT_REFUTED));
}

static void half_gram(local_model *model)
{
    model->gram_norm /= 2;
}

Test(local_descent, mutant_half_the_norm_of_G)
{
    theory_rows list = judged(half_gram, 2);
    cr_expect(eq(int, local_small_row(&list, "Hypothesis 1 (5), first form")->verdict, STATEMENT_REFUTED));
    cr_expect(eq(int, local_small_row(&list, "Hypothesis 1 (5), second form")->verdict, STATEMENT_REFUTED));
    theory_rows_free(&list);
}

static void width_squared(local_model *model)
{
    model->m *= model->m;
}

Test(local_descent, mutant_jump_divided_by_m_twice)
{
    cr_expect(eq(int, verdict_on("Hypothesis 1 (5), jump", width_squared, 6), STATEMENT_REFUTED));
}

static void step_times_n_squared(local_model *model)
{
    model->paper_step *= (double)(model->n * model->n * model->n * model->n);
}

Test(local_descent, mutant_paper_without_xi_or_with_n_squared_multiplied)
{
    cr_expect(eq(int, verdict_on("Hypothesis 1 (4) at lambda0/n^2, usual", lose_xi, 6), STATEMENT_REFUTED));
    cr_expect(eq(int, verdict_on("Hypothesis 1, eta lambda0/n^2, usual", step_times_n_squared, 1), STATEMENT_REFUTED));
}

/* A number that is none refutes; too few trials check nothing. */
Test(local_descent, nan_refutes_and_few_trials_do_not_check)
{
    local_model model = {.m = 10, .width = 5, .delta = 0.25, .gram_norm = 1, .assumption1 = true};
    descent_run bad = descent_run_empty();
    bad.steps = bad.ball = bad.proven = 3;
    bad.gain_least = bad.gain_ball = bad.gain_proven = bad.largest_proven = bad.identity = bad.secant =
        bad.secant_norm = NAN;
    bad.recursion = bad.flips_near = bad.moved = bad.moved_held = bad.jump = bad.largest_least = NAN;
    bad.held = 1;
    descent_record records[40];
    for (size_t k = 0; k < 40; k++)
        records[k] = (descent_record){k < 20 ? REGIME_WIDE : REGIME_USUAL, 0, 0.5, &model, &bad};
    theory_rows list = {.command = ""};
    cr_assert(eq(int, descent_rows(&list, records, 40), OK));
    for (size_t k = 0; k < STATEMENTS; k++)
        cr_expect(eq(int, local_small_row(&list, statements[k])->verdict, STATEMENT_REFUTED), "%s", statements[k]);
    theory_rows_free(&list);
    list = (theory_rows){.command = ""};
    cr_assert(eq(int, descent_rows(&list, records, 5), OK));
    cr_expect(eq(int, local_small_row(&list, "Hypothesis 1 (4) w.p. 1-2delta, wide")->verdict, NOT_CHECKED));
    theory_rows_free(&list);
}

/* The sweep: the same bytes on one thread and on two. */
Test(local_descent, same_table_for_one_and_two_threads)
{
    char path[2][256];
    const char *folder = fixture_folder("local_descent");
    for (int k = 0; k < 2; k++) {
        local_plan plan;
        snprintf(path[k], sizeof path[k], "%s/%d.dat", folder, k + 1);
        local_small_open(path[k], k + 1, &plan);
        plan.regimes[REGIME_WIDE].trials = 2;
        cr_assert(
            eq(int, local_plan_run(&plan, &(local_program){descent_unit_values, descent_unit_run, descent_judge}), OK),
            "%s", error_text());
        local_plan_close(&plan);
    }
    cr_expect(fixture_same_rows(path[0], path[1]));
    table_data rows;
    cr_assert(eq(int, table_read(path[0], &rows), OK), "%s", error_text());
    cr_expect(eq(sz, rows.rows, REGIMES * MASKS * STEPS));
    table_data_free(&rows);
}

#endif
