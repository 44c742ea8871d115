/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/ntk.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/bounds.h"
#include "stats/rng.h"

#include "tests/support/random_rows.h"

static double *square_matrix(size_t n) {
    double *A = calloc(n * n, sizeof *A);
    cr_assert(A != NULL);
    return A;
}

/* sum_r m_r 1{z_ri >= 0, z_rj >= 0} of Definition 1, as it is written. */
static double common_active(const real *Z, size_t ld, const unsigned char *mask, size_t m, size_t i,
                            size_t j) {
    double count = 0;
    for (size_t r = 0; r < m; r++) {
        count += (!mask || mask[r]) && Z[r * ld + i] >= 0 && Z[r * ld + j] >= 0;
    }
    return count;
}

static void check_masked(const ntk_masked *s, const real *Z, size_t ld, const unsigned char *mask,
                         size_t l, size_t n, size_t m, const double *G) {
    double *H = square_matrix(n);
    ntk_masked_kernel(s, l, 1.0 / (double)m, G, H);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            double expected = G[i * n + j] * common_active(Z, ld, mask, m, i, j) / (double)m;
            cr_assert(le(dbl, fabs(H[i * n + j] - expected), 1e-15), "mask %zu, entry %zu %zu", l,
                      i, j);
        }
    }
    free(H);
}

/* Neurons in blocks of many sizes, a padded Z, exact zeros of both signs, sparse and empty masks.
 */
Test(ntk_masked, masked_is_the_definition) {
    enum { ROWS = 37, LD = 40, WIDTH = 9001, MASKS = 4 };
    dataset data = random_rows(ROWS, 6, 0);
    real *Z = malloc(WIDTH * LD * sizeof *Z);
    unsigned char *mask = calloc(MASKS * WIDTH, 1);
    double *G = square_matrix(ROWS);
    rng *r = rng_new(1, 0, 1, RNG_PILOT);
    cr_assert(Z != NULL && mask != NULL && r != NULL);
    rng_normal(r, 1, WIDTH * LD, Z);
    for (size_t k = 0; k < WIDTH * LD; k++) {
        if (k % LD >= ROWS) {
            Z[k] = (real)NAN; /* padding: never read */
        } else if (k % 17 == 0) {
            Z[k] = k % 2 ? (real)0.0 : (real)-0.0;
        }
    }
    for (size_t k = 0; k < WIDTH; k++) {
        mask[k] = rng_uniform(r) < 0.5;
        mask[WIDTH + k] = k % 1000 == 3;
        mask[2 * WIDTH + k] = 1; /* and the last takes none */
    }
    dataset_gram(&data, G);
    ntk_masked *s = ntk_masked_new(ROWS, MASKS);
    cr_assert(s != NULL);
    for (int threads = 1; threads <= 3; threads += 2) {
        const size_t blocks[] = {1, 63, 64, 65, 700, 4096, 4012};
        size_t first = 0;
        ntk_masked_clear(s);
        for (size_t b = 0; b < sizeof blocks / sizeof *blocks; first += blocks[b++]) {
            cr_assert(eq(
                int, ntk_masked_add(s, Z + first * LD, LD, blocks[b], mask + first, WIDTH, threads),
                OK));
        }
        cr_assert(eq(sz, first, WIDTH));
        for (size_t l = 0; l < MASKS; l++) {
            check_masked(s, Z, LD, mask + l * WIDTH, l, ROWS, WIDTH, G);
        }
    }
    ntk_masked_free(s);
    s = ntk_masked_new(ROWS, 1);
    cr_assert(s != NULL);
    cr_assert(eq(int, ntk_masked_add(s, Z, LD, WIDTH, NULL, 0, 2), OK));
    check_masked(s, Z, LD, NULL, 0, ROWS, WIDTH, G);
    ntk_masked_free(s);
    rng_free(r);
    free(Z), free(mask), free(G), free(data.X);
}

/* E8: sum over all masks of P(mask) H_m = H = xi times the kernel of the mask of ones. */
Test(ntk_masked, mean_over_masks) {
    enum { ROWS = 5, WIDTH = 8, MASKS = 1 << WIDTH };
    const double xi = 0.3;
    dataset data = random_rows(ROWS, 4, 2);
    real Z[WIDTH * ROWS];
    unsigned char mask[MASKS * WIDTH];
    double G[ROWS * ROWS], H[ROWS * ROWS], H_m[ROWS * ROWS], mean[ROWS * ROWS] = {0};
    rng *r = rng_new(1, 0, 5, RNG_PILOT);
    ntk_masked *s = ntk_masked_new(ROWS, MASKS), *whole = ntk_masked_new(ROWS, 1);
    cr_assert(r != NULL && s != NULL && whole != NULL);
    rng_normal(r, 1, WIDTH * ROWS, Z);
    for (size_t k = 0; k < MASKS * WIDTH; k++) { mask[k] = k / WIDTH >> k % WIDTH & 1; }
    dataset_gram(&data, G);
    cr_assert(eq(int, ntk_masked_add(s, Z, ROWS, WIDTH, mask, WIDTH, 1), OK));
    cr_assert(eq(int, ntk_masked_add(whole, Z, ROWS, WIDTH, NULL, 0, 1), OK));
    for (size_t l = 0; l < MASKS; l++) {
        double active = __builtin_popcountll(l),
               weight = pow(xi, active) * pow(1 - xi, WIDTH - active);
        ntk_masked_kernel(s, l, 1.0 / WIDTH, G, H_m);
        for (size_t k = 0; k < ROWS * ROWS; k++) { mean[k] += weight * H_m[k]; }
    }
    ntk_masked_kernel(whole, 0, xi / WIDTH, G, H);
    for (size_t k = 0; k < ROWS * ROWS; k++) { cr_assert(le(dbl, fabs(mean[k] - H[k]), 1e-14)); }
    ntk_masked_free(s), ntk_masked_free(whole), rng_free(r), free(data.X);
}

/* E_{W_0}[H(0)] = xi Hinf: at random weights every entry within (a)'s deviation for a failure
 * probability of 1e-9. */
Test(ntk_masked, finite_approaches_infinite) {
    enum { ROWS = 12, INPUT = 3, WIDTH = 20000 };
    dataset data = random_rows(ROWS, INPUT, 7);
    real *Z = malloc(WIDTH * ROWS * sizeof *Z);
    double W[INPUT], G[ROWS * ROWS], H[ROWS * ROWS], limit[ROWS * ROWS], worst = 0;
    rng *r = rng_new(1, 0, 8, RNG_PILOT);
    ntk_masked *s = ntk_masked_new(ROWS, 1);
    cr_assert(Z != NULL && r != NULL && s != NULL);
    for (size_t neuron = 0; neuron < WIDTH; neuron++) {
        rng_normal_double(r, 1, INPUT, W);
        for (size_t i = 0; i < ROWS; i++) {
            double z = 0;
            for (size_t k = 0; k < INPUT; k++) { z += data.X[i * INPUT + k] * W[k]; }
            Z[neuron * ROWS + i] = (real)z;
        }
    }
    dataset_gram(&data, G);
    cr_assert(eq(int, ntk_masked_add(s, Z, ROWS, WIDTH, NULL, 0, 1), OK));
    ntk_masked_kernel(s, 0, 1.0 / WIDTH, G, H);
    ntk_infinite(&data, 1, limit);
    for (size_t k = 0; k < ROWS * ROWS; k++) { worst = fmax(worst, fabs(H[k] - limit[k])); }
    bounds_setting setting = {.n = ROWS,
                              .masks = 1,
                              .xi = 1,
                              .delta = 1e-9,
                              .lambda0 = 0.01,
                              .lambda_max = 6,
                              .gram_norm = ROWS,
                              .row_sum = ROWS};
    double allowed = bounds_deviation_hoeffding(&setting, WIDTH);
    cr_assert(le(dbl, worst, allowed));
    cr_assert(lt(dbl, allowed / 50, worst), "a finite width should show");
    ntk_masked_free(s), rng_free(r), free(Z), free(data.X);
}

/* A pre-activation that is not finite is an error where a mask takes the neuron, and only there. */
Test(ntk_masked, pre_activations_must_be_finite) {
    const real bad[] = {(real)NAN, (real)INFINITY, (real)-INFINITY};
    for (size_t k = 0; k < 3; k++) {
        real Z[6] = {1, -1, 1, 1, bad[k], 1};
        const unsigned char without[3] = {1, 1, 0}, with[3] = {0, 0, 1};
        ntk_masked *s = ntk_masked_new(2, 1);
        cr_assert(s != NULL);
        cr_assert(eq(int, ntk_masked_add(s, Z, 2, 3, without, 3, 1), OK));
        cr_assert(eq(int, ntk_masked_add(s, Z, 2, 3, with, 3, 1), FAILED));
        cr_assert(strstr(error_text(), "not finite") != NULL, "%s", error_text());
        ntk_masked_free(s);
    }
    ntk_masked_free(NULL);
}

Test(ntk_masked, memory_is_foretold) {
    double few = ntk_masked_bytes(1000, 1), many = ntk_masked_bytes(1000, 201);
    cr_assert(eq(dbl, many - few, 200 * 4 * 500500.0));
    cr_assert(lt(dbl, few, 8.0 * 1000 * 1000));
}
