/* Masked kernels of a stream of neurons, against the sums that they are.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/masked_stream.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/random_rows.h"

static void begin(void) { gsl_set_error_handler_off(); }

TestSuite(masked_stream, .init = begin);

/* H_m of Definition 1 as the sum it is: W (m, d), mask (m). */
static void kernel_by_sums(const dataset *data, const real *W, const unsigned char *mask, size_t m,
                           double *H) {
    size_t n = data->n, d = data->d;
    double *z = malloc(n * sizeof *z);
    memset(H, 0, n * n * sizeof *H);
    for (size_t r = 0; r < m; r++) {
        if (!mask[r]) { continue; }
        for (size_t i = 0; i < n; i++) {
            z[i] = 0;
            for (size_t k = 0; k < d; k++) { z[i] += (double)W[r * d + k] * data->X[i * d + k]; }
        }
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++) {
                for (size_t k = 0; z[i] >= 0 && z[j] >= 0 && k < d; k++) {
                    H[i * n + j] += data->X[i * d + k] * data->X[j * d + k] / (double)m;
                }
            }
        }
    }
    free(z);
}

/* Across the border of a block of 2048 neurons; the same draws, block by block. */
Test(masked_stream, stream_is_definition_1) {
    enum { N = 5, D = 4, FIRST = 2048, M = 2100, P = 3 };
    dataset data = random_rows(N, D, 0);
    double G[N * N], expected[N * N];
    real *W = malloc(M * D * sizeof *W);
    unsigned char *mask = malloc(P * M), part[P * FIRST];
    dataset_gram(&data, G);
    rng *weights = rng_new(3, 0, 0, RNG_WEIGHTS), *masks = rng_new(3, 0, 0, RNG_MASKS);
    rng_normal(weights, 1, M * D, W);
    for (size_t at = 0, count = FIRST; at < M; at += count, count = M - FIRST) {
        mask_draw(MASK_CATEGORICAL, P, count, 0, masks, part);
        for (size_t l = 0; l < P; l++) { memcpy(mask + l * M + at, part + l * count, count); }
    }
    const mask_design design = {MASK_CATEGORICAL, P, 1.0 / P};
    cr_assert(eq(str, (char *)mask_design_kind(&design), "categorical"));
    masked_stream s;
    cr_assert(eq(int,
                 masked_stream_open(&data, G, &design, 1, rng_new(3, 0, 0, RNG_WEIGHTS),
                                    rng_new(3, 0, 0, RNG_MASKS), &s),
                 OK));
    cr_assert(eq(int, masked_stream_advance(&s, M), OK));
    cr_assert(eq(sz, s.width, M));
    for (size_t l = 0; l < P; l++) {
        const double *H = masked_stream_kernel(&s, 0, l);
        kernel_by_sums(&data, W, mask + l * M, M, expected);
        for (size_t k = 0; k < N * N; k++) { cr_assert(le(dbl, fabs(H[k] - expected[k]), 1e-13)); }
    }
    masked_stream_close(&s);
    rng_free(weights);
    rng_free(masks);
    free(data.X);
    free(W);
    free(mask);
}

/* Stopping on the way changes nothing but the order in which several masks are drawn. */
Test(masked_stream, stream_is_nested) {
    enum { N = 6 };
    dataset data = random_rows(N, 3, 1);
    double G[N * N];
    const mask_design design = {MASK_BERNOULLI, 1, 0.4};
    masked_stream s[2];
    dataset_gram(&data, G);
    for (int way = 0; way < 2; way++) {
        cr_assert(eq(int,
                     masked_stream_open(&data, G, &design, 1, rng_new(5, 0, 0, RNG_WEIGHTS),
                                        rng_new(5, 0, 0, RNG_MASKS), &s[way]),
                     OK));
        for (size_t width = way ? 7 : 777; width <= 777; width += 77) {
            cr_assert(eq(int, masked_stream_advance(&s[way], width), OK));
        }
    }
    const double *whole = masked_stream_kernel(&s[0], 0, 0),
                 *pieces = masked_stream_kernel(&s[1], 0, 0);
    for (size_t k = 0; k < N * N; k++) { cr_assert(eq(dbl, whole[k], pieces[k])); }
    masked_stream_close(&s[0]);
    masked_stream_close(&s[1]);
    free(data.X);
}

/* A generator that could not be had leaves nothing open. */
Test(masked_stream, needs_both_generators) {
    dataset data = random_rows(3, 2, 0);
    double G[9];
    const mask_design design = {MASK_BERNOULLI, 1, 0.4};
    masked_stream s;
    dataset_gram(&data, G);
    cr_assert(eq(int,
                 masked_stream_open(&data, G, &design, 1, rng_new(5, 0, 0, RNG_WEIGHTS), NULL, &s),
                 FAILED));
    cr_assert(ne(ptr, strstr(error_text(), "random streams"), NULL));
    masked_stream_close(&s);
    free(data.X);
}

Test(masked_stream, too_little_memory_is_said_before) {
    const dataset data = {.n = 1000, .d = 10};
    const mask_design one = {MASK_BERNOULLI, 1, 0.5}, many = {MASK_BERNOULLI, 1000000000, 0.5};
    cr_assert(eq(int, masked_stream_fits(&data, &one, 1, 1), OK), "%s", error_text());
    cr_assert(eq(int, masked_stream_fits(&data, &many, 1, 1), BAD_INPUT));
    cr_assert(ne(ptr, strstr(error_text(), "fewer masks"), NULL));
}

/* V of one neuron over all its masks and activation patterns, for two rows at angle t: both active
 * with probability (pi - t)/(2 pi), each alone with t/(2 pi). */
Test(masked_stream, variance_by_enumeration) {
    const double t = 1.1, xi = 0.3, c = cos(t), both = (M_PI - t) / (2 * M_PI);
    const double G[4] = {1, c, c, 1}, Hinf[4] = {0.5, c * both, c * both, 0.5};
    const struct {
        double chance, entry[4];
    } cases[] = {{xi * both, {1, c, c, 1}},
                 {xi * t / (2 * M_PI), {1, 0, 0, 0}},
                 {xi * t / (2 * M_PI), {0, 0, 0, 1}},
                 {1 - xi + xi * both, {0, 0, 0, 0}}};
    double V = 0, total = 0;
    for (size_t k = 0; k < 4; k++) {
        total += cases[k].chance;
        for (size_t e = 0; e < 4; e++) {
            V += cases[k].chance * pow(cases[k].entry[e] - xi * Hinf[e], 2);
        }
    }
    cr_assert(le(dbl, fabs(total - 1), 1e-15));
    cr_assert(le(dbl, fabs(masked_kernel_variance(G, Hinf, 2, xi, false) - V), 1e-15));
}

/* A neuron is active on one of two opposite inputs: the trace counts those of a mask. Sizes are what
 * is given at every width, and the parts of a partition are all neurons. */
Test(masked_stream, sizes_are_given_at_every_width) {
    double X[4] = {1, 0, -1, 0}, G[4] = {1, -1, -1, 1};
    const dataset data = {.n = 2, .d = 2, .X = X};
    const mask_design designs[] = {{MASK_FIXED, 3, 0.4}, {MASK_PARTITION, 3, 1.0 / 3}};
    masked_stream s;
    cr_assert(eq(int,
                 masked_stream_open(&data, G, designs, 2, rng_new(1, 0, 0, RNG_WEIGHTS),
                                    rng_new(1, 0, 0, RNG_MASKS), &s),
                 OK));
    for (size_t m = 15; m <= 6000; m *= 20) {
        cr_assert(eq(int, masked_stream_advance(&s, m), OK));
        for (size_t k = 0; k < 2 * 3; k++) {
            const double *H = masked_stream_kernel(&s, k / 3, k % 3);
            double neurons = (H[0] + H[3]) * (double)m, wanted = (double)m * designs[k / 3].xi;
            cr_expect(le(dbl, fabs(neurons - wanted), 1e-9 * (double)m), "m=%zu: %g", m, neurons);
        }
    }
    masked_stream_close(&s);
}
