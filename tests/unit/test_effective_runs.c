/* The effective dynamics against runs with masks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/effective_state.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>

#include "stats/stats.h"
#include "tests/support/effective_ground.h"

TestSuite(effective_runs);

enum { RUNS = 150, ROUNDS = 45, EARLY = 4 };
static const size_t ROWS = 12;

/* Mean over the last third, and ||Y - U||^2 after EARLY rounds. */
typedef struct {
    double floor, early;
} outcome;

static outcome outcome_of(const double curve[ROUNDS + 1]) {
    return (outcome){stats_summarise(curve + 2 * ROUNDS / 3, ROUNDS / 3 + 1).mean, curve[EARLY]};
}

/* A prediction from the start, with draws of its own. */
static effective *begin(const ground *x, effective_setting s, rng *draws) {
    effective *f = effective_new(&s, &x->g, &x->t.whole, draws);
    cr_assert(ne(ptr, f, NULL));
    return f;
}

static outcome predict(const ground *x, effective_setting s) {
    double curve[ROUNDS + 1];
    rng *draws = rng_new(6, 0, 0, RNG_PILOT);
    effective *f = begin(x, s, draws);
    for (size_t k = 0; k <= ROUNDS; k++) {
        cr_assert(k == 0 || effective_round(f) == OK);
        curve[k] = effective_bias(f) + effective_variance(f);
    }
    effective_free(f), rng_free(draws);
    return outcome_of(curve);
}

typedef struct {
    stats_interval floor, early;
} seen_outcome;

static void masked_round(ground *x, rng *masks, unsigned char *mask) {
    mask_draw(x->s.mask, x->s.subnets, x->s.width, x->s.xi, masks, mask);
    trainer_round(&x->t, mask, NULL, NULL);
}

/* Student intervals of the means of runs from one start. */
static seen_outcome simulate(ground *x) {
    double floors[RUNS], early[RUNS], curve[ROUNDS + 1];
    unsigned char *mask = malloc(x->s.subnets * x->s.width);
    rng *masks = rng_new(7, 0, 0, RNG_PILOT);
    for (size_t k = 0; k < RUNS; k++) {
        back_to_start(x);
        for (size_t round = 0; round <= ROUNDS; round++) {
            if (round > 0) { masked_round(x, masks, mask); }
            curve[round] = 2 * (double)x->g.n * x->t.error;
        }
        outcome one = outcome_of(curve);
        floors[k] = one.floor, early[k] = one.early;
    }
    back_to_start(x);
    rng_free(masks), free(mask);
    return (seen_outcome){stats_mean_interval(floors, RUNS, 0.999),
                          stats_mean_interval(early, RUNS, 0.999)};
}

/* What the prediction may be off by beside the interval of the runs: terms of the next order. */
static const double OFF = 0.05;

static bool within(double predicted, stats_interval seen) {
    return predicted >= (1 - OFF) * seen.low && predicted <= (1 + OFF) * seen.high;
}

static bool agrees(outcome predicted, seen_outcome seen) {
    return within(predicted.floor, seen.floor) && within(predicted.early, seen.early);
}

Test(effective_runs, floors_are_those_of_runs_and_wrong_theories_are_refused) {
    train_settings s = {.width = 256,
                        .subnets = 2,
                        .xi = 0.5,
                        .lr = 0.45,
                        .local_steps = 4,
                        .kappa = 1,
                        .scaling = SCALING_THEORY};
    ground x;
    open_ground(&x, ROWS, 1, s, 1);
    seen_outcome seen = simulate(&x);
    for (unsigned order = 1; order <= 2; order++) {
        effective_setting right = x.setting;
        right.order = order;
        effective_setting theta = right, linear = right, one = right;
        theta.theta = 1;
        linear.tau = 1, linear.scales.step *= (double)s.local_steps;
        one.p = 1;
        cr_expect(agrees(predict(&x, right), seen), "order %u", order);
        cr_expect(not(agrees(predict(&x, theta), seen)), "theta = 1, order %u", order);
        cr_expect(not(agrees(predict(&x, linear), seen)), "linear in tau, order %u", order);
        cr_expect(not(agrees(predict(&x, one), seen)), "noise without 1/p, order %u", order);
    }
    close_ground(&x);
}

/* Predicted floors of masks of given sizes at order 2 beside those of runs, which theories that
 * take their neurons for independent miss by more than `least` times. */
static void expect_floors_of_sizes(mask_kind mask, double xi, double least) {
    train_settings s = {.width = 96,
                        .subnets = 2,
                        .xi = xi,
                        .lr = 0.45,
                        .local_steps = 2,
                        .kappa = 1,
                        .mask = mask,
                        .scaling = SCALING_THEORY};
    ground x;
    open_ground(&x, ROWS, 1, s, 2);
    seen_outcome seen = simulate(&x);
    effective_setting independent = x.setting;
    independent.pair = independent.xi;
    outcome right = predict(&x, x.setting), wrong = predict(&x, independent);
    cr_log_info("%s: predicted %g, independent %g, seen %g to %g", mask_words[mask], right.floor,
                wrong.floor, seen.floor.low, seen.floor.high);
    cr_expect(lt(dbl, 0.8 * seen.floor.low, right.floor));
    cr_expect(lt(dbl, right.floor, 1.1 * seen.floor.high));
    cr_expect(lt(dbl, least * seen.floor.high, wrong.floor));
    close_ground(&x);
}

/* Partitions: their noise cancels at order 1, and that of independent neurons is twice as large. */
Test(effective_runs, floors_of_partitions) { expect_floors_of_sizes(MASK_PARTITION, 0.5, 1.3); }

Test(effective_runs, floors_of_fixed_masks) { expect_floors_of_sizes(MASK_FIXED, 0.25, 1.05); }

/* Where labels rule, the start's error falls by e^-2 within the early rounds: a step that is 5 %
 * too large makes a tenth of it. */
Test(effective_runs, a_step_that_is_5_percent_too_large_is_refused) {
    train_settings s = {.width = 512,
                        .subnets = 4,
                        .xi = 0.95,
                        .lr = 0.3,
                        .local_steps = 4,
                        .kappa = 0.1,
                        .scaling = SCALING_THEORY};
    ground x;
    open_ground(&x, ROWS, 1, s, 1);
    seen_outcome seen = simulate(&x);
    for (unsigned order = 1; order <= 2; order++) {
        effective_setting step = x.setting;
        step.order = order;
        outcome right = predict(&x, step);
        step.scales.step *= 1.05;
        outcome larger = predict(&x, step);
        cr_expect(within(right.early, seen.early), "order %u", order);
        cr_expect(not(within(larger.early, seen.early)), "order %u", order);
    }
    close_ground(&x);
}

/* --- a neuron's own state --- */

/* sum_r ||sigma(z_r)||^2 after the rounds, mean over runs. */
static stats_interval squares_seen(ground *x) {
    double squares[RUNS];
    size_t m = x->s.width;
    unsigned char *mask = malloc(x->s.subnets * m);
    rng *masks = rng_new(8, 0, 0, RNG_PILOT);
    for (size_t k = 0; k < RUNS; k++) {
        back_to_start(x);
        for (size_t round = 0; round < ROUNDS; round++) { masked_round(x, masks, mask); }
        squares[k] = 0;
        for (size_t i = 0; i < m * x->g.ld; i++) {
            double z = i % x->g.ld < x->g.n ? (double)x->t.whole.Z[i] : 0;
            squares[k] += z > 0 ? z * z : 0;
        }
    }
    back_to_start(x);
    rng_free(masks), free(mask);
    return stats_mean_interval(squares, RUNS, 0.999);
}

/* The same predicted, of the mean network and what its neurons deviate from it. */
typedef struct {
    double mean, own;
} squares_told;

static squares_told squares_of(ground *x, size_t stream) {
    rng *draws = rng_new(9, 0, stream, RNG_PILOT);
    effective *f = begin(x, x->setting, draws);
    for (size_t k = 0; k < ROUNDS; k++) { cr_assert(eq(int, effective_round(f), OK)); }
    squares_told told = {0};
    for (size_t i = 0; i < x->s.width * x->g.n; i++) {
        double own = f->D[i] * f->o2.own.zeta[i];
        told.mean += f->active[i] * f->active[i], told.own += own * own;
    }
    effective_free(f), rng_free(draws);
    return told;
}

/* What the masks of a round do to the neurons stays in them: without it the squares, on which the
 * noise of all later rounds depends, are too small. */
static void expect_squares(mask_kind mask, size_t subnets) {
    enum { STREAMS = 6 };
    train_settings s = {.width = 96,
                        .subnets = subnets,
                        .xi = 0.5,
                        .lr = 0.45,
                        .local_steps = 4,
                        .kappa = 1,
                        .mask = mask,
                        .scaling = SCALING_THEORY};
    ground x;
    open_ground(&x, ROWS, 2, s, 2);
    stats_interval seen = squares_seen(&x);
    squares_told told = {0};
    for (size_t k = 0; k < STREAMS; k++) {
        squares_told one = squares_of(&x, k);
        told.mean += one.mean / STREAMS, told.own += one.own / STREAMS;
    }
    cr_log_info("%s: %g, of the mean network %g, seen %g to %g", mask_words[mask],
                told.mean + told.own, told.mean, seen.low, seen.high);
    cr_expect(lt(dbl, 0.985 * seen.low, told.mean + told.own));
    cr_expect(lt(dbl, told.mean + told.own, 1.015 * seen.high));
    cr_expect(lt(dbl, told.mean, 0.98 * seen.low));
    close_ground(&x);
}

Test(effective_runs, squares_of_bernoulli_masks) { expect_squares(MASK_BERNOULLI, 1); }

Test(effective_runs, squares_of_categorical_masks) { expect_squares(MASK_CATEGORICAL, 2); }

Test(effective_runs, squares_of_partitions) { expect_squares(MASK_PARTITION, 2); }

Test(effective_runs, squares_of_fixed_masks) { expect_squares(MASK_FIXED, 2); }

/* --- how often the noise of a round is computed --- */

/* Mean of the predicted error over the last third of 90 rounds, from what is drawn of a stream. */
static double floor_of(ground *x, size_t serves, size_t stream) {
    rng *draws = rng_new(6, 0, stream, RNG_PILOT);
    x->setting.serves = serves;
    effective *f = begin(x, x->setting, draws);
    double sum = 0;
    for (size_t k = 1; k <= 90; k++) {
        cr_assert(eq(int, effective_round(f), OK));
        if (k > 60) { sum += (effective_bias(f) + effective_variance(f)) / 30; }
    }
    effective_free(f), rng_free(draws);
    return sum;
}

Test(effective_runs, noise_that_serves_some_rounds_leaves_the_floor_where_it_is) {
    enum { STREAMS = 12 };
    train_settings s = {.width = 60,
                        .subnets = 3,
                        .xi = 0.5,
                        .lr = 0.2,
                        .local_steps = 3,
                        .kappa = 1,
                        .scaling = SCALING_THEORY};
    ground x;
    double every = 0, some = 0;
    open_ground(&x, 8, 1, s, 2);
    for (size_t k = 0; k < STREAMS; k++) {
        every += floor_of(&x, 1, k) / STREAMS;
        some += floor_of(&x, EFFECTIVE_NOISE_SERVES, k) / STREAMS;
    }
    close_ground(&x);
    cr_log_info("floor %g with noise of every round, %g with that of some", every, some);
    cr_expect(ne(dbl, every, some));
    cr_expect(lt(dbl, fabs(some / every - 1), 0.05));
}

/* Few directions of many rows, which turn with the activations, give what all of them give. */
Test(effective_runs, a_basis_of_few_directions_gives_the_curve_of_all) {
    train_settings s = {.width = 96,
                        .subnets = 2,
                        .xi = 0.7,
                        .lr = 0.1,
                        .local_steps = 1,
                        .kappa = 1,
                        .scaling = SCALING_THEORY};
    ground x;
    open_ground(&x, 160, 2, s, 1);
    outcome few, all, none;
    x.setting.outside = 0;
    all = predict(&x, x.setting);
    x.setting.outside = 0.01;
    few = predict(&x, x.setting);
    x.setting.outside = 0.5;
    none = predict(&x, x.setting);
    cr_log_info("floor %.6g, of all %.6g, of too few %.6g", few.floor, all.floor, none.floor);
    cr_expect(ne(dbl, few.floor, all.floor), "few directions were not fewer");
    cr_expect(lt(dbl, fabs(few.floor / all.floor - 1), 0.005));
    cr_expect(lt(dbl, fabs(few.early / all.early - 1), 0.005));
    cr_expect(gt(dbl, fabs(none.floor / all.floor - 1), 0.01));
    close_ground(&x);
}
