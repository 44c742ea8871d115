/* The programs of theory/ are double precision alone. */
#include "run/real.h"
#ifdef REAL_DOUBLE

#include "theory/rate/categorical_checks.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_errno.h>

#include "model/bounds.h"
#include "tests/rate_ground.h"

static void setup(void)
{
    gsl_set_error_handler_off();
}

TestSuite(categorical_rate, .init = setup);

/* n orthonormal inputs, labels of alternating sign: the largest R* there is. */
static ground orthonormal(size_t n)
{
    dataset data = {.n = n, .d = n, .q = 1, .X = calloc(n * n, sizeof(double)), .Y = calloc(n, sizeof(double))};
    cr_assert(data.X && data.Y);
    for (size_t i = 0; i < n; i++) {
        data.X[i * n + i] = 1;
        data.Y[i] = i % 2 ? -0.9 : 0.9;
    }
    return ground_of(data);
}

/* Trials of a cell; free values. first: their cell number for the random streams. */
static categorical_trials try_cell(const categorical_cell *c, size_t trials, size_t first)
{
    size_t stride = categorical_values(c->rounds);
    double *values = malloc(trials * stride * sizeof *values);
    cr_assert(values != NULL);
    for (size_t j = 0; j < trials; j++)
        cr_assert(eq(int, categorical_unit(c, rate_run.seed, first, j, values + j * stride), OK));
    return (categorical_trials){c, trials, values, stride};
}

/* The same trials with one column, of which f is told row and trial, replaced. Free values. */
static categorical_trials changed(const categorical_trials *t, int column, double (*f)(const double *row))
{
    size_t size = t->trials * t->stride;
    double *values = malloc(size * sizeof *values);
    cr_assert(values != NULL);
    memcpy(values, t->values, size * sizeof *values);
    for (size_t j = 0; j < t->trials; j++)
        for (size_t k = 0; k < t->cell->rounds; k++) {
            double *row = values + j * t->stride + k * CAT_COLUMNS;
            row[column] = f(row);
        }
    return (categorical_trials){t->cell, t->trials, values, t->stride};
}

static void release(categorical_trials *t)
{
    free((void *)(uintptr_t)t->values);
}

/* --- the trial --- */

/* ||y - u_0||^2 and V_0 by sums over the weights themselves. */
Test(categorical_rate, start_of_a_trial)
{
    ground a = ground_of(fixture_one_output(6));
    categorical_cell c = categorical_cell_of(&a.d, &a.g, 40, 4, 2, 0.5, 1.5, 3);
    categorical_trials t = try_cell(&c, 1, 7);
    trainer drawn;
    cr_assert(eq(int, trainer_new(&a.g, &c.s, false, &drawn), OK));
    real *W = malloc(40 * a.d.data.d * sizeof *W), A[40];
    rng *source = rng_new(rate_run.seed, 7, 0, RNG_WEIGHTS);
    train_draw_start(&drawn, source, W, A);
    double error = 0, squares = 0;
    for (size_t i = 0; i < a.d.data.n; i++) {
        double u = 0;
        for (size_t r = 0; r < 40; r++) {
            double z = 0;
            for (size_t k = 0; k < a.d.data.d; k++)
                z += W[r * a.d.data.d + k] * a.d.data.X[i * a.d.data.d + k];
            u += z > 0 ? A[r] * z / 4 / sqrt(40) : 0;
            squares += z > 0 ? z * z : 0;
        }
        error += (a.d.data.Y[i] - u) * (a.d.data.Y[i] - u);
    }
    cr_assert(epsilon_eq(dbl, categorical_value(&t, 0, 0, CAT_WHOLE), error, 1e-12 * error));
    cr_assert(epsilon_eq(dbl, categorical_value(&t, 0, 0, CAT_JUMP), 0.25 * 0.75 / 40 * squares, 1e-12 * squares));
    rng_free(source);
    free(W);
    trainer_free(&drawn);
    release(&t);
    ground_leave(&a);
}

/* radius and contraction are those of sections 3 and 4, xi = 1/p. */
Test(categorical_rate, cell_and_claim)
{
    ground a = orthonormal(3);
    categorical_cell c = categorical_cell_of(&a.d, &a.g, 100, 5, 2, 0.5, 2, 3);
    cr_assert(epsilon_eq(dbl, a.d.lambda0, 0.5, 1e-12));
    cr_assert(epsilon_eq(dbl, bounds_near_probability(c.radius, 2), 0.5 / 16, 1e-10)); /* row_sum = 1 */
    cr_assert(epsilon_eq(dbl, c.contraction, 1 - 0.5 * 0.2 * 0.5 / 2, 1e-12));
    categorical_claim claim = categorical_claim_of(&c);
    cr_assert(epsilon_eq(dbl, claim.rho, c.contraction, 1e-12));
    cr_assert(epsilon_eq(dbl, claim.jump_bound, 0.2 * 0.8 * 3 * pow(sqrt(2) * 2 + c.radius, 2), 1e-10));
    cr_assert(not(claim.wide_enough));
    ground_leave(&a);
}

/* Fewer dimensions, the same inner products. */
Test(categorical_rate, first_rows)
{
    ground a = ground_of(fixture_one_output(6));
    dataset few;
    cr_assert(eq(int, categorical_rows(&a.d.data, 4, &few), OK));
    cr_assert(eq(sz, few.d, 4));
    for (size_t i = 0; i < 4; i++) {
        cr_assert(eq(dbl, few.Y[i], a.d.data.Y[i]));
        for (size_t j = 0; j < 4; j++) {
            double product = 0;
            for (size_t k = 0; k < few.d; k++)
                product += few.X[i * few.d + k] * few.X[j * few.d + k];
            cr_assert(epsilon_eq(dbl, product, a.d.G[i * 6 + j], 1e-14));
        }
    }
    dataset_free(&few);
    ground_leave(&a);
}

/* --- exact rows --- */

Test(categorical_rate, jump_enumerated)
{
    theory_rows list = {.command = "test"};
    enum { N = 3, M = 6, P = 3 };
    double Z[N * M], a[M], y[N] = {0.3, -0.7, 0.5}, sampled, whole, jump;
    for (int k = 0; k < N * M; k++)
        Z[k] = sin(3.7 * k + 1);
    for (int k = 0; k < M; k++)
        a[k] = k % 3 ? -1 : 1;
    cr_assert(eq(int, categorical_enumerate(N, M, P, Z, a, y, &sampled, &whole, &jump), OK));
    cr_assert(eq(int, last_verdict(&list, check_jump_enumerated(&list, sampled, whole, jump)), NOT_REFUTED));
    double without = jump / (1 - 1.0 / P); /* the factor 1 - xi forgotten, then xi */
    cr_assert(eq(int, last_verdict(&list, check_jump_enumerated(&list, sampled, whole, without)), STATEMENT_REFUTED));
    cr_assert(eq(int, last_verdict(&list, check_jump_enumerated(&list, sampled, whole, jump * P)), STATEMENT_REFUTED));
    cr_assert(eq(int, categorical_enumerate(N, 100, P, Z, a, y, &sampled, &whole, &jump), BAD_INPUT));
    theory_rows_free(&list);
}

/* Errors of the identities with a wrong factor, from the columns beside them. */
static double pairs_twice(const double *row)
{
    return fabs(row[CAT_WHOLE + CAT_COLUMNS] - (row[CAT_DESCENDED] - 2 * row[CAT_DROP])) / row[CAT_DESCENDED];
}

static double sum_for_mean(const double *row)
{
    return fabs(row[CAT_SAMPLED] - row[CAT_WHOLE] - 4 * (row[CAT_SAMPLED] - row[CAT_WHOLE])) / row[CAT_SAMPLED];
}

static double none(const double *row)
{
    (void)row;
    return NAN;
}

Test(categorical_rate, identities)
{
    ground a = ground_of(fixture_one_output(6));
    categorical_cell c = categorical_cell_of(&a.d, &a.g, 64, 4, 3, 1, 1, 5);
    categorical_trials t = try_cell(&c, 3, 0);
    theory_rows rows = {.command = "test"};
    cr_assert(eq(int, check_identities(&rows, &t, 1), OK));
    cr_assert(eq(sz, rows.count, 3));
    for (size_t k = 0; k < 3; k++)
        cr_assert(eq(int, (int)rows.rows[k].verdict, NOT_REFUTED));
    theory_rows_free(&rows);
    static const struct {
        int column;
        double (*error)(const double *row);
        size_t row;
    } mutants[] = {{CAT_IDENTITY, pairs_twice, 0},
                   {CAT_SPREAD, sum_for_mean, 1},
                   {CAT_MEAN, sum_for_mean, 2},
                   {CAT_IDENTITY, none, 0}};
    for (size_t k = 0; k < sizeof mutants / sizeof *mutants; k++) {
        categorical_trials wrong = changed(&t, mutants[k].column, mutants[k].error);
        cr_assert(eq(int, check_identities(&rows, &wrong, 1), OK));
        for (size_t i = 0; i < 3; i++)
            cr_assert(eq(int, (int)rows.rows[i].verdict, i == mutants[k].row ? STATEMENT_REFUTED : NOT_REFUTED));
        theory_rows_free(&rows);
        release(&wrong);
    }
    release(&t);
    ground_leave(&a);
}

Test(categorical_rate, jump_simulated)
{
    theory_rows list = {.command = "test"};
    ground a = ground_of(fixture_one_output(6));
    categorical_cell c[] = {categorical_cell_of(&a.d, &a.g, 64, 1, 2, 1, 1, 8),
                            categorical_cell_of(&a.d, &a.g, 64, 3, 2, 1, 1, 8)};
    categorical_trials t[] = {try_cell(&c[0], 60, 0), try_cell(&c[1], 60, 1)};
    cr_assert(eq(int, last_verdict(&list, check_jump_simulated(&list, t, 2, 1)), NOT_REFUTED));
    cr_assert(eq(int, last_verdict(&list, check_jump_simulated(&list, t, 2, 2)), STATEMENT_REFUTED));
    cr_assert(eq(int, last_verdict(&list, check_jump_simulated(&list, t, 2, 1.5)), STATEMENT_REFUTED)); /* no 1 - xi */
    cr_assert(eq(int, last_verdict(&list, check_jump_simulated(&list, t, 1, 1)), NOT_CHECKED)); /* p = 1 alone */
    release(&t[0]);
    release(&t[1]);
    ground_leave(&a);
    theory_rows_free(&list);
}

/* --- Theorem 4 --- */

enum { TRIALS = 60, WIDE = 4096, ROUNDS = 3 };

/* A cell of a regime in which Omega_k holds. */
static categorical_cell event_cell(const ground *a, size_t p, double kappa)
{
    return categorical_cell_of(&a->d, &a->g, WIDE, p, 2, 0.25, kappa, ROUNDS);
}

Test(categorical_rate, event)
{
    theory_rows list = {.command = "test"};
    ground a = orthonormal(3);
    categorical_cell c = event_cell(&a, 2, 1);
    categorical_trials t = try_cell(&c, TRIALS, 0);
    categorical_claim claim = categorical_claim_of(&c);
    cr_assert(eq(int, last_verdict(&list, check_event(&list, &t, &claim)), NOT_REFUTED));
    categorical_trials few = t;
    few.trials = 10;
    cr_assert(eq(int, last_verdict(&list, check_event(&list, &few, &claim)), NOT_CHECKED));
    claim.wide_enough = false;
    cr_assert(eq(int, last_verdict(&list, check_event(&list, &t, &claim)), HYPOTHESIS_NOT_MET));
    release(&t);
    c.contraction = 1 - 8 * (1 - c.contraction); /* xi forgotten, and lambda0/2 read as 2 lambda0 */
    t = try_cell(&c, TRIALS, 0);
    claim = categorical_claim_of(&c);
    cr_assert(eq(int, last_verdict(&list, check_event(&list, &t, &claim)), STATEMENT_REFUTED));
    release(&t);
    ground_leave(&a);
    theory_rows_free(&list);
}

static double no_jump(const double *row)
{
    (void)row;
    return 0;
}

Test(categorical_rate, one_round)
{
    theory_rows list = {.command = "test"};
    ground a = orthonormal(3);
    categorical_cell c = event_cell(&a, 2, 3);
    categorical_trials t = try_cell(&c, TRIALS, 0);
    categorical_claim claim = categorical_claim_of(&c);
    cr_assert(eq(int, last_verdict(&list, check_round(&list, &t, &claim)), NOT_REFUTED));
    categorical_trials wrong = changed(&t, CAT_JUMP, no_jump);
    cr_assert(eq(int, last_verdict(&list, check_round(&list, &wrong, &claim)), STATEMENT_REFUTED));
    release(&wrong);
    wrong = changed(&t, CAT_DROP, none);
    cr_assert(eq(int, last_verdict(&list, check_round(&list, &wrong, &claim)), STATEMENT_REFUTED));
    release(&wrong);
    claim.rho = 1 - 8 * (1 - claim.rho);
    cr_assert(eq(int, last_verdict(&list, check_round(&list, &t, &claim)), STATEMENT_REFUTED));
    release(&t);
    ground_leave(&a);
    theory_rows_free(&list);
}

/* With the factor of p = 1 and no error term, p = 8 subnetworks are too slow for the bound. */
Test(categorical_rate, bound)
{
    theory_rows list = {.command = "test"};
    ground a = orthonormal(3);
    categorical_cell c = event_cell(&a, 8, 1);
    categorical_trials t = try_cell(&c, TRIALS, 0);
    categorical_claim claim = categorical_claim_of(&c);
    cr_assert(eq(int, last_verdict(&list, check_bound(&list, &t, &claim)), NOT_REFUTED));
    claim.rho = bounds_categorical_contraction(c.s.lr, a.d.lambda0, 1);
    claim.jump_bound = 0;
    cr_assert(eq(int, last_verdict(&list, check_bound(&list, &t, &claim)), STATEMENT_REFUTED));
    claim.rho = NAN;
    cr_assert(eq(int, last_verdict(&list, check_bound(&list, &t, &claim)), STATEMENT_REFUTED));
    release(&t);
    ground_leave(&a);
    theory_rows_free(&list);
}

Test(categorical_rate, single_subnetwork)
{
    theory_rows list = {.command = "test"};
    ground a = orthonormal(3);
    categorical_cell c = event_cell(&a, 1, 1);
    categorical_trials t = try_cell(&c, TRIALS, 0);
    categorical_claim claim = categorical_claim_of(&c);
    cr_assert(eq(int, last_verdict(&list, check_single(&list, &t, &claim)), NOT_REFUTED));
    claim.rho = 1 - 8 * (1 - claim.rho);
    cr_assert(eq(int, last_verdict(&list, check_single(&list, &t, &claim)), STATEMENT_REFUTED));
    release(&t);
    ground_leave(&a);
    theory_rows_free(&list);
}

/* A narrow network leaves the ball at once: the bound says nothing, and what happened is shown without the indicator.
 */
Test(categorical_rate, outside_the_ball)
{
    theory_rows list = {.command = "test"};
    ground a = ground_of(fixture_one_output(6));
    categorical_cell c = categorical_cell_of(&a.d, &a.g, 64, 2, 2, 1, 1, 4);
    categorical_trials t = try_cell(&c, 4, 0);
    categorical_claim claim = categorical_claim_of(&c);
    theory_rows rows = {.command = "test"};
    cr_assert(eq(int, check_bound(&rows, &t, &claim), OK));
    cr_assert(eq(int, (int)rows.rows[0].verdict, HYPOTHESIS_NOT_MET));
    cr_assert(gt(dbl, rows.rows[0].observed, 0));
    theory_rows_free(&rows);
    cr_assert(eq(int, last_verdict(&list, check_round(&list, &t, &claim)), HYPOTHESIS_NOT_MET));
    for (size_t j = 0; j < t.trials; j++) {
        cr_assert(eq(dbl, categorical_value(&t, j, 0, CAT_OMEGA), 1));
        cr_assert(eq(dbl, categorical_value(&t, j, 4, CAT_OMEGA), 0));
    }
    release(&t);
    ground_leave(&a);
    theory_rows_free(&list);
}

/* --- [paper] rows --- */

Test(categorical_rate, paper_rows)
{
    theory_rows list = {.command = "test"};
    ground a = ground_of(fixture_one_output(6));
    categorical_cell c[3];
    categorical_trials t[3];
    for (size_t k = 0; k < 3; k++) {
        c[k] = categorical_cell_of(&a.d, &a.g, 64, (size_t)1 << k, 2, 1, 1, 60);
        t[k] = try_cell(&c[k], 12, k);
    }
    cr_assert(eq(int, last_verdict(&list, check_no_error_term(&list, &t[0])), NOT_REFUTED));
    cr_assert(
        eq(int, last_verdict(&list, check_no_error_term(&list, &t[2])), STATEMENT_REFUTED)); /* p = 4 taken for p = 1 */
    cr_assert(eq(int, last_verdict(&list, check_contraction_grows(&list, t, 3)), NOT_REFUTED));
    categorical_trials reversed[] = {t[2], t[1], t[0]};
    cr_assert(eq(int, last_verdict(&list, check_contraction_grows(&list, reversed, 3)), STATEMENT_REFUTED));
    cr_assert(eq(int, last_verdict(&list, check_contraction_grows(&list, t, 2)), NOT_CHECKED));
    for (size_t k = 0; k < 3; k++)
        release(&t[k]);
    ground_leave(&a);
    theory_rows_free(&list);
}

/* One seed, one result; a step that diverges is a failure, not a number. */
Test(categorical_rate, unit)
{
    ground a = ground_of(fixture_one_output(6));
    categorical_cell c = categorical_cell_of(&a.d, &a.g, 32, 2, 2, 1, 1, 3);
    categorical_trials one = try_cell(&c, 2, 4), same = try_cell(&c, 2, 4), other = try_cell(&c, 2, 5);
    cr_assert(eq(int, memcmp(one.values, same.values, 2 * one.stride * sizeof *one.values), 0));
    cr_assert(ne(dbl, one.values[0], other.values[0]));
    c.s.lr *= 1e4;
    cr_assert(eq(int, categorical_unit(&c, rate_run.seed, 0, 0, (double *)(uintptr_t)one.values), FAILED));
    release(&one);
    release(&same);
    release(&other);
    ground_leave(&a);
}

#endif
