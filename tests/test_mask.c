#include "model/mask.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "run/stats.h"

enum { P = 3, M = 50, DRAWS = 2000 };

/* Assumption 4: every neuron is in exactly one subnetwork, each equally often. */
Test(mask, categorical_masks_partition_the_neurons)
{
    rng *r = rng_new(2, 0, 0, RNG_TEST);
    unsigned char mask[P * M];
    unsigned taken[M];
    double observed[P] = {0}, expected[P] = {M * DRAWS / (double)P, M * DRAWS / (double)P, M * DRAWS / (double)P};
    for (int k = 0; k < DRAWS; k++) {
        mask_draw(MASK_CATEGORICAL, P, M, 0, r, mask);
        mask_count(mask, P, M, taken);
        for (int j = 0; j < M; j++)
            cr_assert(eq(uint, taken[j], 1));
        for (int j = 0; j < P * M; j++)
            observed[j / M] += mask[j];
    }
    cr_expect(lt(dbl, 1e-4, stats_chi_square_p(observed, expected, P, 1)));
    rng_free(r);
}

/* Assumption 2: the number of subnetworks that take a neuron is Bin(p, xi); a wrong xi is seen. */
Test(mask, bernoulli_frequencies)
{
    const double xi = 0.3, wrong = 0.31;
    rng *r = rng_new(3, 0, 0, RNG_TEST);
    unsigned char mask[P * M];
    unsigned taken[M];
    double observed[P + 1] = {0}, expected[P + 1], mistaken[P + 1];
    const double choose[P + 1] = {1, 3, 3, 1};
    for (int k = 0; k < DRAWS; k++) {
        mask_draw(MASK_BERNOULLI, P, M, xi, r, mask);
        mask_count(mask, P, M, taken);
        for (int j = 0; j < M; j++)
            observed[taken[j]]++;
    }
    for (int c = 0; c <= P; c++) {
        expected[c] = M * DRAWS * choose[c] * pow(xi, c) * pow(1 - xi, P - c);
        mistaken[c] = M * DRAWS * choose[c] * pow(wrong, c) * pow(1 - wrong, P - c);
    }
    cr_expect(lt(dbl, 1e-4, stats_chi_square_p(observed, expected, P + 1, 1)));
    cr_expect(lt(dbl, stats_chi_square_p(observed, mistaken, P + 1, 1), 1e-4));
    cr_expect(le(dbl, fabs(mask_theta(MASK_BERNOULLI, P, xi) - (1 - pow(1 - xi, P))), 1e-15));
    cr_expect(eq(dbl, mask_theta(MASK_CATEGORICAL, P, xi), 1));
    rng_free(r);
}

Test(mask, xi_one_takes_every_neuron)
{
    rng *r = rng_new(4, 0, 0, RNG_TEST);
    unsigned char mask[M], ones[M];
    memset(ones, 1, sizeof ones);
    mask_draw(MASK_BERNOULLI, 1, M, 1, r, mask);
    cr_expect(eq(int, memcmp(mask, ones, M), 0));
    rng_free(r);
}
