/* The jump when categorical masks are drawn, and the drop when subnetworks are combined.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/jump.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

enum { N = 3, M = 6, P = 3 };

/* E9: the mean of the sampled loss is the loss before it and V. */
Test(jump, mean_over_all_masks) {
    double Z[N * M], a[M], y[N] = {0.3, -0.7, 0.5};
    jump_means mean;
    for (int k = 0; k < N * M; k++) { Z[k] = sin(3.7 * k + 1); }
    for (int k = 0; k < M; k++) { a[k] = k % 3 ? -1 : 1; }
    cr_assert(eq(int, jump_enumerate(N, M, P, Z, a, y, &mean), OK));
    cr_assert(epsilon_eq(dbl, mean.sampled, mean.whole + mean.jump, 1e-13 * mean.sampled));
    cr_assert(gt(dbl, mean.jump, 0.01 * mean.sampled));
    cr_assert(eq(int, jump_enumerate(N, 100, P, Z, a, y, &mean), BAD_INPUT));
}

/* sum_{l<l'} ||u^l - u^l'||^2 = p sum_l ||u^l||^2 - ||sum_l u^l||^2. */
Test(jump, pair_spread) {
    double u[P * N], squares = 0, norm = 0;
    for (int k = 0; k < P * N; k++) {
        u[k] = cos(k);
        squares += u[k] * u[k];
    }
    for (int i = 0; i < N; i++) {
        double sum = 0;
        for (int l = 0; l < P; l++) { sum += u[l * N + i]; }
        norm += sum * sum;
    }
    cr_assert(epsilon_eq(dbl, jump_pair_spread(u, P, N), (P * squares - norm) / (P * P), 1e-14));
}

/* Beside the mean of the outputs the two spreads are one (Lemma 14); off it they are not. */
Test(jump, spread_about_the_mean) {
    double outputs[P * N];
    real u[N] = {0};
    for (int k = 0; k < P * N; k++) {
        outputs[k] = k % 4 - 1.5;
        u[k % N] += (real)(outputs[k] / P);
    }
    double tiny = sizeof(real) == sizeof(float) ? 1e-6 : 1e-14,
           pairs = jump_pair_spread(outputs, P, N);
    cr_assert(epsilon_eq(dbl, jump_spread(outputs, u, P, N), pairs, tiny));
    cr_assert(le(dbl, jump_mean_error(outputs, u, P, N), tiny));
    u[1] += 0.75f;
    cr_assert(epsilon_eq(dbl, jump_mean_error(outputs, u, P, N), 0.5, tiny));
    cr_assert(epsilon_eq(dbl, jump_spread(outputs, u, P, N), pairs + 0.75 * 0.75, tiny));
}

/* Only what is active, and nothing of the padding. */
Test(jump, activation_squares) {
    real Z[] = {1, -2, 9, 3, 0.5, 9};
    network net = {.m = 2, .Z = Z};
    cr_assert(eq(dbl, jump_activation_squares(&net, 2, 3), 1 + 9 + 0.25));
}
