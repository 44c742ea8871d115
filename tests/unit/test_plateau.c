/* The stop rule of Figures 2b and 2c on sequences whose end is known by hand.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/plateau.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "model/trajectory.h"

/* Errors taken until the rule stops (0: never within count). */
static size_t stops_after(stop_rule rule, const double *errors, size_t count, double *best,
                          plateau_state *state) {
    plateau_watch w;
    plateau_begin(&w, rule);
    for (size_t k = 0; k < count; k++) {
        if (plateau_add(&w, errors[k], state)) {
            *best = w.best;
            return k + 1;
        }
    }
    *best = w.best;
    return 0;
}

Test(plateau, stops_where_the_mean_of_the_window_does_not_improve) {
    double errors[30], best;
    plateau_state state;
    for (int k = 0; k < 30; k++) {
        errors[k] =
            k < 10 ? 20 - k : 10; /* the mean falls until only tens are left: errors 10 to 20 */
    }
    cr_expect(eq(sz, stops_after((stop_rule){0, 100, 1e-9}, errors, 30, &best, &state), 22));
    cr_expect(eq(dbl, best, 10));
    cr_expect(eq(int, state, PLATEAU_STALLED));
    cr_expect(eq(sz, stops_after((stop_rule){3, 100, 1e-9}, errors, 30, &best, &state), 25),
              "three failures pass");
}

Test(plateau, failures_count_in_any_order) {
    const double errors[] = {1,   1, 2,
                             0.1, 2, 0.1}; /* means 1 (best), 4/3 fails, 1.025 fails, ... */
    double best;
    plateau_state state;
    cr_expect(eq(sz, stops_after((stop_rule){1, 100, 1e-9}, errors, 6, &best, &state), 4));
    cr_expect(eq(dbl, best, 1));
}

Test(plateau, stops_below_the_target) {
    const double errors[] = {0.2, 0.1, 0.0, 0.0, 0.0001};
    double best;
    plateau_state state;
    cr_expect(eq(sz, stops_after((stop_rule){0, 100, 0.11}, errors, 5, &best, &state),
                 3)); /* means 0.15, 0.1 */
    cr_expect(epsilon_eq(dbl, best, 0.1, 1e-15));
    cr_expect(eq(int, state, PLATEAU_CONVERGED));
}

Test(plateau, the_initial_error_alone_does_not_stop) {
    const double errors[] = {0};
    double best;
    plateau_state state;
    cr_expect(eq(sz, stops_after((stop_rule){0, 100, 0.01}, errors, 1, &best, &state), 0));
    cr_expect(eq(dbl, best, INFINITY));
}

/* plateau_run against the same run followed by hand. */
Test(plateau, a_run_gives_the_best_mean_of_its_window) {
    dataset data;
    gram g;
    cr_assert(eq(int, dataset_load("data/digits.npz", 60, &data), OK));
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    train_settings s = {
        .width = 40, .subnets = 2, .xi = 0.5, .lr = 0.3, .local_steps = 2, .kappa = 1};
    plateau_result result;
    cr_assert(eq(int, plateau_run(&g, &s, (stop_rule){2, 200, 5e-4}, 1, 4, 5, &result), OK));
    trajectory run;
    cr_assert(eq(int, trajectory_open(&g, &s, false, 1, 4, 5, &run), OK));
    double errors[256] = {run.t.error}, best = INFINITY;
    for (size_t k = 1; k <= result.rounds; k++) {
        cr_assert(trajectory_round(&run, NULL, NULL));
        errors[k] = run.t.error;
        double sum = 0;
        size_t from = k < 10 ? 0 : k - 10;
        for (size_t j = from; j <= k; j++) { sum += errors[j]; }
        best = fmin(best, sum / (double)(k - from + 1));
    }
    cr_expect(le(dbl, fabs(result.level - best), 1e-15));
    trajectory_close(&run), gram_free(&g), dataset_free(&data);
}

Test(plateau, caps_and_divergence_are_told_apart) {
    dataset data;
    gram g;
    cr_assert(eq(int, dataset_load("data/digits.npz", 60, &data), OK));
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    train_settings s = {
        .width = 40, .subnets = 2, .xi = 0.5, .lr = 0.01, .local_steps = 2, .kappa = 1};
    plateau_result result;
    cr_assert(eq(int, plateau_run(&g, &s, (stop_rule){10, 4, 5e-4}, 1, 0, 0, &result), OK));
    cr_expect(eq(int, result.state, PLATEAU_CAPPED));
    cr_expect(eq(sz, result.rounds, 4));
    cr_expect(lt(dbl, 0, result.level));
    s.lr = 1e5;
    cr_assert(eq(int, plateau_run(&g, &s, (stop_rule){10, 100, 5e-4}, 1, 0, 0, &result), OK));
    cr_expect(eq(int, result.state, PLATEAU_DIVERGED));
    cr_expect(isnan(result.level));
    gram_free(&g), dataset_free(&data);
}

/* An error that decays towards a floor has settled once a quarter of the rounds no longer lowers it
 * by 5 %. */
Test(level, settled) {
    double errors[400];
    for (size_t k = 0; k < 400; k++) { errors[k] = 1 + exp(-(double)k / 20); }
    cr_expect(not(plateau_settled(errors, 40)));
    cr_expect(plateau_settled(errors, 400));
    cr_expect(not(plateau_settled(errors, 3)), "too few to tell");
    for (size_t k = 0; k < 400; k++) { errors[k] = exp(-(double)k / 200); } /* no floor */
    cr_expect(not(plateau_settled(errors, 400)));
    errors[399] = NAN;
    cr_expect(not(plateau_settled(errors, 400)));
}

/* Without a rule all rounds are done, and the level is the mean of their last quarter. */
Test(level, without_a_rule) {
    dataset data;
    gram g;
    cr_assert(eq(int, dataset_load("data/digits.npz", 40, &data), OK));
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    train_settings s = {
        .width = 40, .subnets = 2, .xi = 0.5, .lr = 0.3, .local_steps = 2, .kappa = 1};
    plateau_result result;
    stop_rule none = {.max_rounds = 103, .target = 1e9, .none = true};
    cr_assert(eq(int, plateau_run(&g, &s, none, 1, 4, 5, &result), OK));
    cr_expect(eq(int, result.state, PLATEAU_FINISHED));
    cr_expect(eq(sz, result.rounds, 103));
    trajectory run;
    cr_assert(eq(int, trajectory_open(&g, &s, false, 1, 4, 5, &run), OK));
    double sum = 0;
    for (size_t k = 1; k <= 103; k++) {
        cr_assert(trajectory_round(&run, NULL, NULL));
        sum += k >= 78 ? run.t.error : 0;
    }
    cr_expect(epsilon_eq(dbl, result.level, sum / 26, 1e-12));
    trajectory_close(&run), gram_free(&g), dataset_free(&data);
}
