/* The predicted mean curve, what is read off it, and the floor of a measured one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/mean_curve.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "model/ntk.h"
#include "tests/support/fixture.h"

enum { N = 6 };

/* e_{k+1} = e_k - theta (e_k - (1 - eta H)^tau e_k) by products with the matrix H = Hinf/2. */
Test(mean_curve, by_eigenpairs_and_by_products) {
    enum { ROUNDS = 5 };
    dataset data = fixture_one_output(N);
    double Hinf[N * N], e[(ROUNDS + 1) * N], direct[N];
    eigenpairs pairs;
    mean_rule rule = {0.7, 1.3, 3};
    ntk_infinite(&data, 1, Hinf);
    cr_assert(eq(int, eigenpairs_new(Hinf, N, 0.5, &pairs), OK));
    for (int i = 0; i < N; i++) { e[i] = direct[i] = cos(i); }
    cr_assert(eq(int, mean_curve(&pairs, rule, ROUNDS, e), OK));
    for (int k = 1; k <= ROUNDS; k++) {
        double x[N], y[N];
        memcpy(x, direct, sizeof x);
        for (unsigned t = 0; t < rule.tau; t++) {
            for (int i = 0; i < N; i++) {
                y[i] = x[i];
                for (int j = 0; j < N; j++) { y[i] -= rule.eta * 0.5 * Hinf[i * N + j] * x[j]; }
            }
            memcpy(x, y, sizeof x);
        }
        for (int i = 0; i < N; i++) {
            direct[i] -= rule.theta * (direct[i] - x[i]);
            cr_assert(epsilon_eq(dbl, e[k * N + i], direct[i], 1e-13));
        }
    }
    eigenpairs_free(&pairs);
    dataset_free(&data);
}

/* H(0) = (xi/m) G o C put together again from its eigenpairs, against counts of active pairs. */
Test(mean_curve, eigenpairs_of_a_network) {
    enum { M = 30 };
    dataset data = fixture_one_output(N);
    double G[N * N];
    gram g;
    trainer t;
    eigenpairs pairs;
    train_settings s = {.width = M,
                        .subnets = 1,
                        .xi = 0.5,
                        .lr = 0.1,
                        .local_steps = 1,
                        .kappa = 1,
                        .scaling = SCALING_THEORY};
    dataset_gram(&data, G);
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    cr_assert(eq(int, trainer_new(&g, &s, false, &t), OK));
    rng *source = rng_new(1, 0, 0, RNG_PILOT);
    cr_assert(eq(int, trainer_start_random(&t, source), OK));
    cr_assert(eq(int, eigenpairs_of_network(&t.whole, &g, G, s.xi, &pairs), OK));
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < N; j++) {
            double together = 0, active = 0;
            for (size_t k = 0; k < N; k++) {
                const double *v = pairs.vectors + k * N;
                together += pairs.factor * pairs.values[k] * v[i] * v[j];
            }
            for (size_t r = 0; r < M; r++) {
                active += t.whole.Z[r * g.ld + i] >= 0 && t.whole.Z[r * g.ld + j] >= 0;
            }
            cr_assert(epsilon_eq(dbl, together, s.xi / M * active * G[i * N + j], 1e-13));
        }
    }
    rng_free(source);
    eigenpairs_free(&pairs);
    trainer_free(&t);
    gram_free(&g);
    dataset_free(&data);
}

/* A kernel that is not a number leaves nothing to be used. */
Test(mean_curve, no_eigenpairs_of_nan) {
    double A[] = {1, NAN, NAN, 1};
    eigenpairs pairs;
    cr_assert(eq(int, eigenpairs_new(A, 2, 1, &pairs), FAILED));
    cr_assert(eq(ptr, pairs.vectors, NULL));
}

Test(mean_curve, slopes) {
    double curve[20];
    for (int k = 0; k < 10; k++) {
        curve[2 * k] = 3 * pow(0.8, k);
        curve[2 * k + 1] = -1;
    }
    cr_assert(epsilon_eq(dbl, log_slope(curve, 2, 9), log(0.8), 1e-14));
    cr_assert(eq(int, isnan(log_slope(curve, 1, 9)), 1));
}

/* 1 - factor = 0.005 along the direction asked for. */
Test(mean_curve, windows_and_rounds) {
    mean_rule rule = {0.5, 0.1, 1};
    cr_assert(eq(sz, mean_window(rule, 0.1), 200));
    cr_assert(eq(sz, mean_window(rule, 500), 4)); /* at least 4 */
    cr_assert(eq(sz, mean_window(rule, 0), 1000000));
    cr_assert(eq(sz, mean_window(rule, -1e-9), 1000000));
    cr_assert(eq(sz, mean_rounds(rule, 0.1, 6), (size_t)ceil(6 / -log(1 - 0.005))));
    cr_assert(eq(sz, mean_rounds(rule, 0, 6), 1000000)); /* it never falls */
}

Test(mean_curve, floor_of_a_curve) {
    double curve[31], level, change;
    for (int k = 0; k <= 30; k++) { curve[k] = k < 20 ? 100 - k : 4 + 0.1 * (k - 25); }
    curve_floor(curve, 30, &level, &change);
    cr_assert(epsilon_eq(dbl, level, 4, 1e-12));
    cr_assert(epsilon_eq(dbl, change, 0.25, 1e-12)); /* from 3.5 to 4.5 */
    curve[30] = NAN;
    curve_floor(curve, 30, &level, &change);
    cr_assert(eq(int, isnan(level) && isnan(change), 1));
}
