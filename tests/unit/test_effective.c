/* The effective dynamics against enumeration of all masks, against its own recursion iterated, and
 * against runs with masks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/effective.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/trajectory.h"
#include "stats/stats.h"
#include "tests/support/fixture.h"

#ifdef REAL_DOUBLE
static const double SAME = 1e-12; /* relative agreement of two ways to one number */
#else
static const double SAME = 2e-5;
#endif

TestSuite(effective);

/* --- a small network and its start --- */

typedef struct {
    dataset data;
    gram g;
    double *G;
    train_settings s;
    trainer t;
    real *Z; /* (m, ld) of the start */
    effective_setting setting;
} ground;

static void keep_outputs(dataset *data, size_t q) {
    for (size_t i = 0; i < data->n; i++) {
        for (size_t o = 0; o < q; o++) { data->Y[i * q + o] = data->Y[i * data->q + o]; }
    }
    data->q = q;
}

static void open_ground(ground *x, size_t n, size_t q, train_settings s, unsigned order) {
    *x = (ground){.s = s};
    cr_assert(eq(int, dataset_load("data/digits.npz", n, &x->data), OK), "%s", error_text());
    keep_outputs(&x->data, q);
    x->G = malloc(n * n * sizeof *x->G);
    dataset_gram(&x->data, x->G);
    cr_assert(eq(int, gram_new(&x->data, GRAM_MATRIX, &x->g), OK));
    cr_assert(eq(int, trainer_new(&x->g, &x->s, false, &x->t), OK));
    rng *start = rng_new(3, n, q, RNG_PILOT);
    cr_assert(eq(int, trainer_start_random(&x->t, start), OK));
    rng_free(start);
    size_t bytes = s.width * x->g.ld * sizeof *x->Z;
    x->Z = malloc(bytes);
    memcpy(x->Z, x->t.whole.Z, bytes);
    x->setting = effective_setting_of(&x->s, x->G, n, q, order);
}

static void close_ground(ground *x) {
    trainer_free(&x->t), gram_free(&x->g), dataset_free(&x->data);
    free(x->G), free(x->Z);
}

static void back_to_start(ground *x) {
    memcpy(x->t.whole.Z, x->Z, x->s.width * x->g.ld * sizeof *x->Z);
    x->t.error = network_residual(&x->g, x->t.U, x->t.R);
    trainer_output(&x->t, x->t.U);
    x->t.error = network_residual(&x->g, x->t.U, x->t.R);
    trainer_output(&x->t, x->t.U);
}

/* --- one round against all masks --- */

/* The same of a mask where sizes are given; 0 for other sizes. */
static double sized_chance(const train_settings *s, const unsigned char *mask) {
    size_t m = s->width, masks;
    for (size_t l = 0; l < s->subnets; l++) {
        size_t size = 0;
        for (size_t r = 0; r < m; r++) { size += mask[l * m + r]; }
        if (size != mask_size(m, s->xi)) { return 0; }
    }
    cr_assert(eq(int, mask_number(s->mask, s->subnets, m, s->xi, &masks), OK));
    return 1 / (double)masks;
}

/* Probability of mask number `number`, which is written out; 0: no mask of this kind. */
static double decode_with_chance(const train_settings *s, size_t number, unsigned char *mask) {
    size_t m = s->width, p = s->subnets;
    double probability = 1;
    for (size_t r = 0; r < m; r++) {
        size_t taken = 0;
        for (size_t l = 0; l < p; l++) {
            mask[l * m + r] = number >> (l * m + r) & 1;
            taken += mask[l * m + r];
            probability *= mask[l * m + r] ? s->xi : 1 - s->xi;
        }
        if (mask_parts(s->mask) && taken != 1) { return 0; }
    }
    if (mask_sized(s->mask)) { return sized_chance(s, mask); }
    return s->mask == MASK_CATEGORICAL ? pow(1 / (double)p, (double)m) : probability;
}

/* mean (m, n): E over all masks of the pre-activations after one round; returns the probability of
 * all of them. */
static double enumerate(ground *x, double *mean) {
    size_t n = x->g.n, m = x->s.width, bits = m * x->s.subnets;
    unsigned char mask[64];
    double total = 0;
    memset(mean, 0, m * n * sizeof *mean);
    for (size_t number = 0; number < (size_t)1 << bits; number++) {
        double probability = decode_with_chance(&x->s, number, mask);
        if (probability == 0) { continue; }
        back_to_start(x);
        trainer_round(&x->t, mask, NULL, NULL);
        for (size_t k = 0; k < m * n; k++) {
            mean[k] += probability * (double)x->t.whole.Z[k / n * x->g.ld + k % n];
        }
        total += probability;
    }
    back_to_start(x);
    return total;
}

/* ||predicted - enumerated|| over ||enumerated - start||, of the mean of one round. */
static double mean_off(ground *x, unsigned order) {
    size_t n = x->g.n, m = x->s.width;
    double *mean = malloc(m * n * sizeof *mean), off = 0, moved = 0;
    cr_expect(lt(dbl, fabs(enumerate(x, mean) - 1), 1e-12));
    rng *draws = rng_new(4, 0, 0, RNG_PILOT);
    x->setting.order = order;
    effective *f = effective_new(&x->setting, &x->g, &x->t.whole, draws);
    cr_assert(ne(ptr, f, NULL));
    cr_expect(eq(int, effective_round(f), OK));
    const double *Z = effective_preactivations(f);
    for (size_t k = 0; k < m * n; k++) {
        double start = (double)x->Z[k / n * x->g.ld + k % n];
        off += (Z[k] - mean[k]) * (Z[k] - mean[k]);
        moved += (mean[k] - start) * (mean[k] - start);
    }
    effective_free(f), rng_free(draws), free(mean);
    return sqrt(off / moved);
}

static const train_settings small = {.width = 6,
                                     .subnets = 2,
                                     .xi = 0.4,
                                     .lr = 0.2,
                                     .local_steps = 1,
                                     .kappa = 1,
                                     .scaling = SCALING_THEORY};

Test(effective, mean_of_one_local_step_is_that_of_all_masks) {
    for (size_t q = 1; q <= 2; q++) {
        for (int kind = MASK_BERNOULLI; kind < MASK_KINDS; kind++) {
            train_settings s = small;
            s.mask = (mask_kind)kind;
            s.xi = kind == MASK_BERNOULLI ? s.xi : 0.5;
            ground x;
            open_ground(&x, 5, q, s, 1);
            for (unsigned order = 1; order <= (mask_sized(s.mask) ? 1 : 2); order++) {
                cr_expect(lt(dbl, mean_off(&x, order), SAME), "q=%zu kind=%d order=%u", q, kind,
                          order);
            }
            close_ground(&x);
        }
    }
}

/* Whether some activation is another one after the round of some mask. */
static bool flips(ground *x) {
    size_t bits = x->s.width * x->s.subnets;
    unsigned char mask[64];
    bool some = false;
    for (size_t number = 0; number < (size_t)1 << bits; number++) {
        decode_with_chance(&x->s, number, mask);
        back_to_start(x);
        trainer_round(&x->t, mask, NULL, NULL);
        for (size_t k = 0; k < x->s.width * x->g.ld; k++) {
            some = some || (x->Z[k] > 0) != (x->t.whole.Z[k] > 0);
        }
    }
    back_to_start(x);
    return some;
}

Test(effective, second_order_is_nearer_to_all_masks_over_several_local_steps) {
    for (size_t q = 1; q <= 2; q++) {
        train_settings s = small;
        s.local_steps = 3;
        s.lr = q == 1 ? 0.005 : 0.1;
        ground x;
        open_ground(&x, 4, q, s, 1);
        cr_assert(not(flips(&x)), "q=%zu: activations are to stay", q);
        double first = mean_off(&x, 1), second = mean_off(&x, 2);
        cr_log_info("q=%zu: order 1 off by %.2g, order 2 by %.2g", q, first, second);
        cr_expect(lt(dbl, second, 0.6 * first), "q=%zu", q);
        close_ground(&x);
    }
}

Test(effective, a_mean_with_another_theta_is_not_that_of_all_masks) {
    ground x;
    open_ground(&x, 5, 1, small, 1);
    x.setting.theta = 1;
    cr_expect(gt(dbl, mean_off(&x, 1), 0.1));
    close_ground(&x);
}

/* --- the recursion of Sigma --- */

/* C <- A B for (n, n), B transposed if `back`. */
static void times(size_t n, const double *A, const double *B, bool back, double *C) {
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            C[i * n + j] = 0;
            for (size_t k = 0; k < n; k++) {
                C[i * n + j] += A[i * n + k] * (back ? B[j * n + k] : B[k * n + j]);
            }
        }
    }
}

enum { N = 5 };

/* theta B and (theta^2/p) B Gamma B, summed over outputs, at the start's activations, from the
 * definitions. */
static void plain_recursion(const ground *x, double B[N * N], double noise[N * N]) {
    const effective_setting *s = &x->setting;
    double M[N * N], power[N * N], Gamma[N * N], half[N * N];
    double jump = (double)s->q * s->scales.subnet * s->scales.subnet * s->xi * (1 - s->xi) / s->p;
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < N; j++) {
            double active = 0, product = 0;
            for (size_t r = 0; r < s->m; r++) {
                double a = (double)x->Z[r * x->g.ld + i], b = (double)x->Z[r * x->g.ld + j];
                active += a > 0 && b > 0;
                product += fmax(a, 0) * fmax(b, 0);
            }
            M[i * N + j] = (i == j) - s->scales.step * s->scales.subnet * s->scales.whole *
                                          x->G[i * N + j] * active;
            power[i * N + j] = i == j;
            Gamma[i * N + j] = jump * product;
        }
    }
    for (size_t t = 0; t < s->tau; t++) {
        times(N, power, M, false, half);
        memcpy(power, half, sizeof half);
    }
    for (size_t k = 0; k < N * N; k++) { B[k] = s->theta * ((k % (N + 1) == 0) - power[k]); }
    times(N, B, Gamma, false, half);
    times(N, half, B, true, noise);
}

/* Sigma <- (I - theta B) Sigma (I - theta B)^T + noise. */
static void plain_step(const double B[N * N], const double noise[N * N], double Sigma[N * N]) {
    double F[N * N], half[N * N];
    for (size_t k = 0; k < N * N; k++) { F[k] = (k % (N + 1) == 0) - B[k]; }
    times(N, F, Sigma, false, half);
    times(N, half, F, true, Sigma);
    for (size_t k = 0; k < N * N; k++) { Sigma[k] += noise[k]; }
}

static double trace_of(const double Sigma[N * N]) {
    double sum = 0;
    for (size_t i = 0; i < N; i++) { sum += Sigma[i * N + i]; }
    return sum;
}

static const train_settings wide = {.width = 60,
                                    .subnets = 3,
                                    .xi = 0.5,
                                    .lr = 0.7,
                                    .local_steps = 3,
                                    .kappa = 1,
                                    .scaling = SCALING_THEORY};

Test(effective, covariance_after_a_round_and_its_fixed_point_are_those_of_the_recursion) {
    for (size_t q = 1; q <= 2; q++) {
        ground x;
        open_ground(&x, N, q, wide, 1);
        double B[N * N], noise[N * N], Sigma[N * N] = {0}, got[N * N], largest = 0;
        plain_recursion(&x, B, noise);
        effective *f = effective_new(&x.setting, &x.g, &x.t.whole, NULL);
        cr_assert(ne(ptr, f, NULL));
        double settled = effective_settled_variance(f);
        cr_expect(eq(int, effective_round(f), OK));
        effective_covariance(f, got);
        plain_step(B, noise, Sigma);
        for (size_t k = 0; k < N * N; k++) {
            largest = fmax(largest, fabs(got[k] - Sigma[k]) / trace_of(Sigma));
        }
        cr_expect(lt(dbl, largest, SAME), "q=%zu, one round", q);
        for (size_t k = 0; k < 3000; k++) { plain_step(B, noise, Sigma); }
        cr_expect(lt(dbl, fabs(settled / trace_of(Sigma) - 1), SAME), "q=%zu, fixed point", q);
        effective_free(f);
        close_ground(&x);
    }
}

Test(effective, random_paths_have_the_variance_of_the_recursion) {
    enum { PATHS = 4000 };
    for (unsigned order = 1; order <= 2; order++) {
        ground x;
        open_ground(&x, N, 2, wide, order);
        x.setting.paths = PATHS;
        rng *draws = rng_new(5, 0, 0, RNG_PILOT);
        effective *f = effective_new(&x.setting, &x.g, &x.t.whole, draws);
        double error[PATHS];
        for (size_t k = 0; k < 12; k++) { cr_assert(eq(int, effective_round(f), OK)); }
        for (size_t k = 0; k < PATHS; k++) { error[k] = effective_path_error(f, k); }
        stats_interval seen = stats_mean_interval(error, PATHS, 1 - 1e-5);
        double predicted = effective_bias(f) + effective_variance(f);
        cr_expect(le(dbl, seen.low, predicted), "order %u", order);
        cr_expect(ge(dbl, seen.high, predicted), "order %u", order);
        cr_expect(lt(dbl, seen.high - seen.low, 0.1 * predicted));
        effective_free(f), rng_free(draws);
        close_ground(&x);
    }
}

/* --- against runs with masks --- */

enum { RUNS = 150, ROUNDS = 45, EARLY = 4 };
static const size_t ROWS = 12;

/* Mean over the last third, and ||Y - U||^2 after EARLY rounds. */
typedef struct {
    double floor, early;
} outcome;

static outcome outcome_of(const double curve[ROUNDS + 1]) {
    return (outcome){stats_summarise(curve + 2 * ROUNDS / 3, ROUNDS / 3 + 1).mean, curve[EARLY]};
}

static outcome predict(const ground *x, effective_setting s) {
    double curve[ROUNDS + 1];
    rng *draws = rng_new(6, 0, 0, RNG_PILOT);
    effective *f = effective_new(&s, &x->g, &x->t.whole, draws);
    cr_assert(ne(ptr, f, NULL));
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

/* Student intervals of the means of runs from one start. */
static seen_outcome simulate(ground *x) {
    double floors[RUNS], early[RUNS], curve[ROUNDS + 1];
    unsigned char *mask = malloc(x->s.subnets * x->s.width);
    rng *masks = rng_new(7, 0, 0, RNG_PILOT);
    for (size_t k = 0; k < RUNS; k++) {
        back_to_start(x);
        for (size_t round = 0; round <= ROUNDS; round++) {
            if (round > 0) {
                mask_draw(x->s.mask, x->s.subnets, x->s.width, x->s.xi, masks, mask);
                trainer_round(&x->t, mask, NULL, NULL);
            }
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

Test(effective, floors_are_those_of_runs_and_wrong_theories_are_refused) {
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

/* Where labels rule, the start's error falls by e^-2 within the early rounds: a step that is 5 %
 * too large makes a tenth of it. */
Test(effective, a_step_that_is_5_percent_too_large_is_refused) {
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

/* --- how often the noise of a round is computed --- */

/* Mean of the predicted error over the last third of 90 rounds. */
static double floor_of(size_t serves) {
    train_settings s = wide;
    s.lr = 0.2;
    ground x;
    open_ground(&x, 8, 1, s, 2);
    x.setting.serves = serves;
    rng *draws = rng_new(6, 0, 0, RNG_PILOT);
    effective *f = effective_new(&x.setting, &x.g, &x.t.whole, draws);
    cr_assert(ne(ptr, f, NULL));
    double sum = 0;
    for (size_t k = 1; k <= 90; k++) {
        cr_assert(eq(int, effective_round(f), OK));
        if (k > 60) { sum += (effective_bias(f) + effective_variance(f)) / 30; }
    }
    effective_free(f), rng_free(draws);
    close_ground(&x);
    return sum;
}

Test(effective, noise_that_serves_some_rounds_leaves_the_floor_where_it_is) {
    double every = floor_of(1), some = floor_of(EFFECTIVE_NOISE_SERVES);
    cr_log_info("floor %g with noise of every round, %g with that of some", every, some);
    cr_expect(ne(dbl, every, some));
    cr_expect(lt(dbl, fabs(some / every - 1), 0.05));
}
