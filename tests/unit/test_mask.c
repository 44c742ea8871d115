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

/* --- sizes that are given --- */

/* Draws of a small network counted by the number of the mask; p-value of "all alike". */
static double all_alike(mask_kind kind, mask_kind drawn, size_t p, size_t m, double xi) {
    enum { MOST = 1000, EACH = 100 };
    rng *r = rng_new(5, (size_t)kind, 0, RNG_PILOT);
    unsigned char mask[64], other[64];
    static double observed[MOST], expected[MOST];
    size_t count;
    cr_assert(eq(int, mask_number(kind, p, m, xi, &count), OK));
    cr_assert(le(sz, count, MOST));
    for (size_t code = 0; code < count; code++) { observed[code] = 0, expected[code] = EACH; }
    for (size_t k = 0; k < EACH * count; k++) {
        mask_draw(drawn, p, m, xi, r, mask);
        for (size_t code = 0; code < count; code++) {
            mask_decode(kind, p, m, xi, code, other);
            if (memcmp(mask, other, p * m) == 0) { observed[code]++; }
        }
    }
    rng_free(r);
    return chi_square_p(observed, expected, count);
}

/* Of 5 neurons 2, of two subnetworks (100 masks); 5 neurons in two parts of 3 and 2, the larger
 * either one (20); 4 neurons in three parts (36). Another family is seen. */
Test(mask, sized_masks_are_all_alike) {
    cr_expect(lt(dbl, 1e-4, all_alike(MASK_FIXED, MASK_FIXED, 2, 5, 0.4)));
    cr_expect(lt(dbl, 1e-4, all_alike(MASK_PARTITION, MASK_PARTITION, 2, 5, 0.5)));
    cr_expect(lt(dbl, 1e-4, all_alike(MASK_PARTITION, MASK_PARTITION, 3, 4, 1.0 / 3)));
    cr_expect(lt(dbl, all_alike(MASK_FIXED, MASK_BERNOULLI, 2, 5, 0.4), 1e-4));
    cr_expect(lt(dbl, all_alike(MASK_PARTITION, MASK_CATEGORICAL, 2, 5, 0.5), 1e-4));
}

Test(mask, sizes_are_what_is_given) {
    rng *r = rng_new(6, 0, 0, RNG_PILOT);
    unsigned char mask[7 * M];
    unsigned taken[M];
    for (size_t p = 1; p <= 7; p++) {
        for (int k = 0; k < 50; k++) {
            for (int kind = MASK_FIXED; kind <= MASK_PARTITION; kind++) {
                mask_draw((mask_kind)kind, p, M, 0.33, r, mask);
                mask_count(mask, p, M, taken);
                for (size_t l = 0; l < p; l++) {
                    size_t size = 0;
                    for (size_t j = 0; j < M; j++) { size += mask[l * M + j]; }
                    if (kind == MASK_FIXED) { cr_expect(eq(sz, size, 17)); } /* 16.5 */
                    if (kind == MASK_FIXED) { continue; }
                    cr_expect(le(sz, M / p, size));
                    cr_expect(le(sz, size, M / p + 1));
                }
                for (size_t j = 0; kind == MASK_PARTITION && j < M; j++) {
                    cr_expect(eq(uint, taken[j], 1));
                }
            }
        }
    }
    rng_free(r);
}

/* share, pair and triple against their definitions over every mask, of all families. */
Test(mask, laws_by_enumeration) {
    const struct {
        mask_kind kind;
        size_t p, m;
        double xi;
    } cases[] = {{MASK_BERNOULLI, 2, 4, 0.3},     {MASK_CATEGORICAL, 3, 4, 1.0 / 3},
                 {MASK_FIXED, 2, 5, 0.6},         {MASK_FIXED, 3, 4, 0.25},
                 {MASK_FIXED, 2, 4, 0.6},         {MASK_PARTITION, 3, 9, 1.0 / 3},
                 {MASK_PARTITION, 3, 7, 1.0 / 3}, {MASK_PARTITION, 5, 4, 0.2}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        mask_kind kind = cases[c].kind;
        size_t p = cases[c].p, m = cases[c].m, count;
        double xi = cases[c].xi, share = mask_share(kind, p, m, xi);
        cr_assert(eq(int, mask_number(kind, p, m, xi, &count), OK));
        for (size_t l = 0; l < p; l++) {
            unsigned char mask[64];
            double total = 0, one = 0, two = 0, three = 0;
            for (size_t code = 0; code < count; code++) {
                double weight = mask_decode(kind, p, m, xi, code, mask);
                const unsigned char *row = mask + l * m;
                total += weight;
                one += row[1] ? weight : 0;
                two += row[1] && row[3] ? weight : 0;
                three += row[1] && row[3] && row[0] ? weight : 0;
            }
            cr_expect(le(dbl, fabs(total - 1), 1e-12), "case %zu", c);
            cr_expect(le(dbl, fabs(one - share), 1e-12), "case %zu", c);
            cr_expect(le(dbl, fabs(two - share * mask_pair(kind, p, m, xi)), 1e-12), "case %zu", c);
            cr_expect(le(dbl, fabs(three - share * mask_triple(kind, p, m, xi)), 1e-12), "case %zu",
                      c);
        }
    }
    cr_expect(eq(int, mask_check(MASK_FIXED, 4, 0.1), BAD_INPUT));
    cr_expect(eq(int, mask_check(MASK_FIXED, 5, 0.1), OK));
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
        cr_assert(eq(int, mask_number(kinds[kind], 3, 2, xi, &count), OK));
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
    cr_expect(eq(int, mask_number(MASK_BERNOULLI, 3, 7, xi, &count), BAD_INPUT));
}
