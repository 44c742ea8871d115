/* Algorithm 1 against weight space, and against itself.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/train.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/fixture.h"

#ifdef REAL_DOUBLE
static const double SAME = 1e-12; /* relative agreement of two ways to one number */
#else
static const double SAME = 2e-5;
#endif

TestSuite(train);

/* One local step in weight space, (released-program in doc/mathematics.md): w_r -= h s_s X^T ((R A^T)_r o 1{X w_r >
 * 0}). */
static void weight_space_step(const dataset *data, const train_scales *c, double *W,
                              const double *A, const unsigned char *mask, size_t m) {
    size_t n = data->n, d = data->d, q = data->q;
    double *Z = calloc(n * m, sizeof *Z), *R = calloc(n * q, sizeof *R);
    for (size_t i = 0; i < n; i++) {
        for (size_t r = 0; r < m; r++) {
            for (size_t j = 0; j < d; j++) { Z[i * m + r] += data->X[i * d + j] * W[r * d + j]; }
            for (size_t o = 0; mask[r] && Z[i * m + r] > 0 && o < q; o++) {
                R[i * q + o] += c->subnet * Z[i * m + r] * A[r * q + o];
            }
        }
        for (size_t o = 0; o < q; o++) { R[i * q + o] -= data->Y[i * q + o]; }
    }
    for (size_t r = 0; r < m; r++) {
        for (size_t i = 0; mask[r] && i < n; i++) {
            double s = 0;
            for (size_t o = 0; o < q; o++) { s += R[i * q + o] * A[r * q + o]; }
            for (size_t j = 0; Z[i * m + r] > 0 && j < d; j++) {
                W[r * d + j] -= c->step * c->subnet * s * data->X[i * d + j];
            }
        }
    }
    free(Z), free(R);
}

/* Algorithm 1 in weight space, one round, mask (p, m). */
static void weight_space_round(const dataset *data, const train_settings *s, const train_scales *c,
                               double *W, const double *A, const unsigned char *mask) {
    size_t m = s->width, d = data->d;
    double *sum = calloc(m * d, sizeof *sum), *local = malloc(m * d * sizeof *local);
    unsigned *taken = calloc(m, sizeof *taken);
    for (size_t l = 0; l < s->subnets; l++) {
        memcpy(local, W, m * d * sizeof *local);
        for (size_t step = 0; step < s->local_steps; step++) {
            weight_space_step(data, c, local, A, mask + l * m, m);
        }
        for (size_t r = 0; r < m; r++) {
            for (size_t j = 0; mask[l * m + r] && j < d; j++) {
                sum[r * d + j] += local[r * d + j];
            }
        }
        for (size_t r = 0; r < m; r++) { taken[r] += mask[l * m + r]; }
    }
    for (size_t r = 0; r < m; r++) {
        for (size_t j = 0; (taken[r] || s->unselected == UNSELECTED_ZERO) && j < d; j++) {
            W[r * d + j] = taken[r] ? sum[r * d + j] / taken[r] : 0;
        }
    }
    free(sum), free(local), free(taken);
}

static void compare_with_weight_space(train_settings s, size_t samples) {
    dataset data;
    cr_assert(eq(int, dataset_load("data/digits.npz", samples, &data), OK));
    gram g;
    cr_assert(eq(int, gram_new(&data, GRAM_MATRIX, &g), OK));
    trainer t;
    cr_assert(eq(int, trainer_new(&g, &s, true, &t), OK));
    rng *r = rng_new(7, 0, 0, RNG_PILOT);
    size_t m = s.width, d = g.d;
    real *W0 = malloc(m * d * sizeof *W0), *A0 = malloc(m * g.q * sizeof *A0),
         *W1 = malloc(m * d * sizeof *W1);
    double *W = malloc(m * d * sizeof *W), *A = malloc(m * g.q * sizeof *A);
    unsigned char *mask = malloc(s.subnets * m);
    train_draw_start(&t, r, W0, A0);
    for (size_t k = 0; k < m * d; k++) { W[k] = (double)W0[k]; }
    for (size_t k = 0; k < m * g.q; k++) { A[k] = (double)A0[k]; }
    trainer_start(&t, W0, A0);
    for (size_t round = 0; round < 3; round++) {
        mask_draw(s.mask, s.subnets, m, s.xi, r, mask);
        trainer_round(&t, mask, NULL, NULL);
        weight_space_round(&data, &s, &t.scales, W, A, mask);
    }
    trainer_weights(&t, W0, W1);
    double worst = 0, largest = 0;
    for (size_t k = 0; k < m * d; k++) {
        worst = isfinite(W1[k]) ? fmax(worst, fabs((double)W1[k] - W[k])) : INFINITY;
        largest = fmax(largest, fabs(W[k]));
    }
    cr_expect(le(dbl, worst / largest, SAME), "weights of mask kind %d, scaling %d", s.mask,
              s.scaling);
    for (size_t k = 0; k < 3; k++) { /* the drift from C and Z against the drift of the weights */
        real *Z0 = malloc(m * g.ld * sizeof *Z0);
        gram_project(&g, W0, m, Z0);
        double drift = 0;
        for (size_t j = 0; j < d; j++) {
            drift += ((double)W1[k * d + j] - (double)W0[k * d + j]) *
                     ((double)W1[k * d + j] - (double)W0[k * d + j]);
        }
        if (!t.zeroed[k]) {
            cr_expect(le(dbl, fabs(network_drift_squared(&g, &t.whole, Z0, k) - drift),
                         100 * SAME * drift + 1e-12));
        }
        free(Z0);
    }
    rng_free(r), trainer_free(&t), gram_free(&g), dataset_free(&data);
    free(W0), free(A0), free(W1), free(W), free(A), free(mask);
}

Test(train, gram_space_equals_weight_space) {
    compare_with_weight_space(
        (train_settings){
            .width = 30, .subnets = 3, .xi = 0.4, .lr = 0.3, .local_steps = 3, .kappa = 1},
        25);
    compare_with_weight_space((train_settings){.width = 30,
                                               .subnets = 2,
                                               .xi = 0.3,
                                               .lr = 0.3,
                                               .local_steps = 2,
                                               .kappa = 1,
                                               .unselected = UNSELECTED_ZERO},
                              25);
    compare_with_weight_space((train_settings){.width = 30,
                                               .subnets = 4,
                                               .xi = 0.25,
                                               .lr = 0.1,
                                               .local_steps = 2,
                                               .kappa = 0.5,
                                               .mask = MASK_CATEGORICAL,
                                               .scaling = SCALING_THEORY},
                              25);
}

/* p = xi = 1, tau = 1 is gradient descent on (1/2)||y - u||^2, written out: w_r -= eta/sqrt m * a_r
 * sum_i (u_i - y_i) x_i 1{.}. */
Test(train, one_full_subnetwork_is_gradient_descent) {
    dataset data = fixture_one_output(20);
    gram g;
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    enum { M = 12 };
    train_settings s = {.width = M,
                        .subnets = 1,
                        .xi = 1,
                        .lr = 0.2,
                        .local_steps = 1,
                        .kappa = 1,
                        .scaling = SCALING_THEORY};
    trainer t;
    cr_assert(eq(int, trainer_new(&g, &s, false, &t), OK));
    rng *r = rng_new(3, 0, 0, RNG_PILOT);
    size_t d = g.d;
    real *W0 = malloc(M * d * sizeof *W0), A[M];
    double *W = malloc(M * d * sizeof *W);
    unsigned char mask[M];
    memset(mask, 1, sizeof mask);
    train_draw_start(&t, r, W0, A);
    for (size_t k = 0; k < M * d; k++) { W[k] = (double)W0[k]; }
    trainer_start(&t, W0, A);
    for (int round = 0; round < 5; round++) {
        double loss = fixture_gradient_descent_step(&data, W, A, M, round == 0 ? 0 : s.lr);
        cr_expect(le(dbl, fabs(loss - t.error), SAME * loss), "round %d", round);
        trainer_round(&t, mask, NULL, NULL);
    }
    rng_free(r), trainer_free(&t), gram_free(&g), dataset_free(&data), free(W0), free(W);
}

/* The mean of subnetworks at every categorical round: (1/p) sum_l ||y - u^l||^2 - (1/p^2) sum_{l<l'} ||u^l - u^l'||^2 =
 * ||y - u_{k+1}||^2. */
typedef struct {
    real *outputs;
    size_t tau, size;
    double mean;
} last_outputs;

static void keep_last(const step_event *sight, void *context) {
    last_outputs *last = context;
    if (sight->step == last->tau) {
        memcpy(last->outputs + sight->subnet * last->size, sight->U, last->size * sizeof *sight->U);
        last->mean += sight->error;
    }
}

Test(train, aggregation_identity_of_categorical_masks) {
    dataset data;
    cr_assert(eq(int, dataset_load("data/digits.npz", 50, &data), OK));
    gram g;
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    enum { P = 4, M = 60 };
    train_settings s = {.width = M,
                        .subnets = P,
                        .xi = 1.0 / P,
                        .lr = 0.1,
                        .local_steps = 3,
                        .kappa = 1,
                        .mask = MASK_CATEGORICAL};
    trainer t;
    cr_assert(eq(int, trainer_new(&g, &s, false, &t), OK));
    rng *r = rng_new(5, 0, 0, RNG_PILOT);
    cr_assert(eq(int, trainer_start_random(&t, r), OK));
    size_t size = g.q * g.ld;
    last_outputs last = {malloc(P * size * sizeof(real)), s.local_steps, size, 0};
    unsigned char mask[P * M];
    for (int round = 0; round < 6; round++) {
        last.mean = 0;
        mask_draw(s.mask, P, M, s.xi, r, mask);
        trainer_round(&t, mask, keep_last, &last);
        double apart = 0;
        for (size_t a = 0; a < P; a++) {
            for (size_t b = 0; b < a; b++) {
                for (size_t k = 0; k < size; k++) {
                    double difference =
                        (double)last.outputs[a * size + k] - (double)last.outputs[b * size + k];
                    apart += difference * difference;
                }
            }
        }
        double predicted = last.mean / P - apart / (P * P) / 2 / (double)g.n;
        cr_expect(le(dbl, fabs(predicted - t.error), SAME * last.mean),
                  "round %d: %.17g against %.17g", round, predicted, t.error);
    }
    free(last.outputs), rng_free(r), trainer_free(&t), gram_free(&g), dataset_free(&data);
}

/* E[u^l] = u over masks: the mean of many subnetworks' outputs, entry by entry within 6 standard
 * errors. */
Test(train, mean_subnetwork_is_the_whole_network) {
    dataset data = fixture_one_output(8);
    gram g;
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    enum { M = 40, DRAWS = 4000 };
    for (int scaling = SCALING_RELEASED; scaling <= SCALING_THEORY; scaling++) {
        train_settings s = {.width = M,
                            .subnets = 1,
                            .xi = 0.3,
                            .lr = 0.1,
                            .local_steps = 1,
                            .kappa = 1,
                            .scaling = (train_scaling)scaling};
        trainer t;
        cr_assert(eq(int, trainer_new(&g, &s, false, &t), OK));
        rng *r = rng_new(9, 0, 0, RNG_PILOT);
        cr_assert(eq(int, trainer_start_random(&t, r), OK));
        double mean[8] = {0}, squares[8] = {0};
        unsigned char mask[M];
        real whole[64];
        for (int k = 0; k < DRAWS; k++) {
            mask_draw(MASK_BERNOULLI, 1, M, s.xi, r, mask);
            for (size_t i = 0; i < g.n; i++) {
                double u = 0;
                for (size_t j = 0; j < M; j++) {
                    u += mask[j] * t.scales.subnet * (double)t.whole.A[j] *
                         fmax((double)t.whole.Z[j * g.ld + i], 0);
                }
                mean[i] += u / DRAWS;
                squares[i] += u * u / DRAWS;
            }
        }
        trainer_output(&t, whole);
        for (size_t i = 0; i < g.n; i++) {
            double error = sqrt((squares[i] - mean[i] * mean[i]) / DRAWS);
            cr_expect(le(dbl, fabs(mean[i] - (double)whole[i]), 6 * error), "input %zu, scaling %d",
                      i, scaling);
        }
        rng_free(r), trainer_free(&t);
    }
    gram_free(&g), dataset_free(&data);
}

Test(train, a_diverging_step_is_noticed) {
    dataset data = fixture_one_output(20);
    gram g;
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    train_settings s = {
        .width = 30, .subnets = 1, .xi = 1, .lr = 1e4, .local_steps = 5, .kappa = 1};
    trainer t;
    cr_assert(eq(int, trainer_new(&g, &s, false, &t), OK));
    rng *r = rng_new(1, 0, 0, RNG_PILOT);
    cr_assert(eq(int, trainer_start_random(&t, r), OK));
    cr_expect(not(t.diverged));
    unsigned char mask[30];
    memset(mask, 1, sizeof mask);
    for (int round = 0; round < 20; round++) { trainer_round(&t, mask, NULL, NULL); }
    cr_expect(t.diverged);
    rng_free(r), trainer_free(&t), gram_free(&g), dataset_free(&data);
}

/* The stability number is where a full gradient step on the linear model stops contracting: lr m
 * lambda_max / (n xi q). */
Test(train, stability_number_of_both_scalings) {
    train_settings s = {
        .width = 500, .subnets = 10, .xi = 0.5, .lr = 0.1, .local_steps = 10, .kappa = 1};
    cr_expect(epsilon_eq(dbl, train_stability(&s, 1000, 10, 38.561337247),
                         0.1 * 500 * 38.561337247 / (1000 * 0.5 * 10), 1e-12));
    train_settings theory = s; /* the same run in the theory's notation: eta = lr m / (n xi^2) */
    theory.scaling = SCALING_THEORY;
    theory.lr = s.lr * 500 / (1000 * 0.5 * 0.5);
    cr_expect(epsilon_eq(dbl, train_stability(&theory, 1000, 10, 38.561337247),
                         train_stability(&s, 1000, 10, 38.561337247), 1e-12));
}

/* The pace of training is that of a living network, also where neurons that nobody took die. */
Test(train, throughput_of_networks_that_die) {
    dataset data;
    gram g;
    cr_assert(eq(int, dataset_load("data/digits.npz", 100, &data), OK));
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    train_settings s = {
        .width = 200, .subnets = 1, .xi = 0.3, .lr = 0.01, .local_steps = 5, .kappa = 1};
    double keep = throughput_measure(&g, &s, 1, 0.05);
    s.unselected = UNSELECTED_ZERO;
    double zero = throughput_measure(&g, &s, 1, 0.05);
    cr_expect(gt(dbl, keep, 0));
    cr_expect(ge(dbl, zero, keep / 1.6), "%g, %g", zero, keep);
    cr_expect(le(dbl, zero, keep * 1.6), "%g, %g", zero, keep);
    gram_free(&g);
    dataset_free(&data);
}
