/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/mask.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "tests/support/chi_square.h"

enum { P = 3, M = 50, DRAWS = 2000 };

/* Assumption 4: every neuron is in exactly one subnetwork, each equally often. */
Test(mask, categorical_masks_partition_the_neurons) {
    rng *r = rng_new(2, 0, 0, RNG_PILOT);
    unsigned char mask[P * M];
    unsigned taken[M];
    double observed[P] = {0},
           expected[P] = {M * DRAWS / (double)P, M * DRAWS / (double)P, M * DRAWS / (double)P};
    for (int k = 0; k < DRAWS; k++) {
        mask_draw(MASK_CATEGORICAL, P, M, 0, r, mask);
        mask_count(mask, P, M, taken);
        for (int j = 0; j < M; j++) { cr_assert(eq(uint, taken[j], 1)); }
        for (int j = 0; j < P * M; j++) { observed[j / M] += mask[j]; }
    }
    cr_expect(lt(dbl, 1e-4, chi_square_p(observed, expected, P)));
    rng_free(r);
}

/* Assumption 2: the number of subnetworks that take a neuron is Bin(p, xi); a wrong xi is seen. */
Test(mask, bernoulli_frequencies) {
    const double xi = 0.3, wrong = 0.31;
    rng *r = rng_new(3, 0, 0, RNG_PILOT);
    unsigned char mask[P * M];
    unsigned taken[M];
    double observed[P + 1] = {0}, expected[P + 1], mistaken[P + 1];
    const double choose[P + 1] = {1, 3, 3, 1};
    for (int k = 0; k < DRAWS; k++) {
        mask_draw(MASK_BERNOULLI, P, M, xi, r, mask);
        mask_count(mask, P, M, taken);
        for (int j = 0; j < M; j++) { observed[taken[j]]++; }
    }
    for (int c = 0; c <= P; c++) {
        expected[c] = M * DRAWS * choose[c] * pow(xi, c) * pow(1 - xi, P - c);
        mistaken[c] = M * DRAWS * choose[c] * pow(wrong, c) * pow(1 - wrong, P - c);
    }
    cr_expect(lt(dbl, 1e-4, chi_square_p(observed, expected, P + 1)));
    cr_expect(lt(dbl, chi_square_p(observed, mistaken, P + 1), 1e-4));
    cr_expect(le(dbl, fabs(mask_theta(MASK_BERNOULLI, P, xi) - (1 - pow(1 - xi, P))), 1e-15));
    cr_expect(eq(dbl, mask_theta(MASK_CATEGORICAL, P, xi), 1));
    rng_free(r);
}

Test(mask, xi_one_takes_every_neuron) {
    rng *r = rng_new(4, 0, 0, RNG_PILOT);
    unsigned char mask[M], ones[M];
    memset(ones, 1, sizeof ones);
    mask_draw(MASK_BERNOULLI, 1, M, 1, r, mask);
    cr_expect(eq(int, memcmp(mask, ones, M), 0));
    rng_free(r);
}

/* All masks of three subnetworks and two neurons: each once, probabilities of sum 1, P(c_r >= 1) =
 * theta. */
Test(mask, every_mask_once) {
    const double xi = 0.3;
    const mask_kind kinds[] = {MASK_BERNOULLI, MASK_CATEGORICAL};
    for (int kind = 0; kind < 2; kind++) {
        unsigned char mask[3 * 2];
        bool seen[1 << 6] = {false};
        unsigned taken[2];
        double total = 0, covered = 0;
        size_t count;
        cr_assert(eq(int, mask_number(kinds[kind], 3, 2, &count), OK));
        cr_assert(eq(sz, count, kind ? 9 : 64));
        for (size_t code = 0; code < count; code++) {
            double weight = mask_decode(kinds[kind], 3, 2, xi, code, mask);
            size_t bits = 0;
            for (size_t k = 0; k < sizeof mask; k++) { bits |= (size_t)mask[k] << k; }
            cr_expect(not(seen[bits]));
            seen[bits] = true;
            mask_count(mask, 3, 2, taken);
            cr_expect(kind == 0 || (taken[0] == 1 && taken[1] == 1));
            total += weight;
            covered += taken[1] ? weight : 0;
        }
        cr_expect(le(dbl, fabs(total - 1), 1e-14));
        cr_expect(le(dbl, fabs(covered - mask_theta(kinds[kind], 3, xi)), 1e-14));
    }
    size_t count;
    cr_expect(eq(int, mask_number(MASK_BERNOULLI, 3, 7, &count), BAD_INPUT));
}
