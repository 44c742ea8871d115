/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/rng.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>

#include "tests/support/chi_square.h"

Test(rng, a_stream_depends_on_seed_cell_repetition_and_purpose_alone) {
    double first[3];
    rng *r = rng_new(11, 2, 3, RNG_MASKS);
    for (int k = 0; k < 3; k++) { first[k] = rng_uniform(r); }
    rng_free(r);
    const struct {
        unsigned long seed;
        size_t cell, repetition;
        rng_purpose purpose;
    } other[] = {{12, 2, 3, RNG_MASKS},
                 {11, 3, 3, RNG_MASKS},
                 {11, 2, 4, RNG_MASKS},
                 {11, 2, 3, RNG_WEIGHTS},
                 {11 + (1UL << 32), 2, 3, RNG_MASKS}};
    r = rng_new(11, 2, 3, RNG_MASKS);
    for (int k = 0; k < 3; k++) { cr_expect(eq(dbl, rng_uniform(r), first[k])); }
    rng_free(r);
    for (size_t k = 0; k < sizeof other / sizeof *other; k++) {
        r = rng_new(other[k].seed, other[k].cell, other[k].repetition, other[k].purpose);
        cr_expect(ne(dbl, rng_uniform(r), first[0]), "stream %zu", k);
        rng_free(r);
    }
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Distinct units get distinct streams: no two first pairs of draws agree among 4,000 units. */
Test(rng, units_never_share_a_stream) {
    enum { UNITS = 4000 };
    static double key[UNITS];
    for (size_t k = 0; k < UNITS; k++) {
        rng *r = rng_new(1, k / 40, k % 40 / 2, (rng_purpose)(k % 2));
        key[k] = rng_uniform(r) + rng_uniform(r) * 0x1p-32;
        rng_free(r);
    }
    qsort(key, UNITS, sizeof *key, ascending);
    for (size_t k = 1; k < UNITS; k++) { cr_expect(lt(dbl, key[k - 1], key[k])); }
}

Test(rng, cells_and_repetitions_beyond_the_limit_are_refused) {
    cr_expect(eq(ptr, rng_new(1, RNG_MAX_CELLS, 0, RNG_MASKS), NULL));
    cr_expect(eq(ptr, rng_new(1, 0, RNG_MAX_REPEATS, RNG_MASKS), NULL));
}

/* Mean, variance and fourth moment of N(0, 4) within 5 standard errors. */
Test(rng, normal_moments) {
    enum { N = 200000 };
    rng *r = rng_new(5, 0, 0, RNG_PILOT);
    double *x = malloc(N * sizeof *x), first = 0, second = 0, fourth = 0;
    rng_normal_double(r, 2, N, x);
    for (int k = 0; k < N; k++) {
        first += x[k] / N;
        second += x[k] * x[k] / N;
        fourth += pow(x[k], 4) / N;
    }
    cr_expect(le(dbl, fabs(first), 5 * 2 / sqrt(N)));
    cr_expect(le(dbl, fabs(second - 4), 5 * 4 * sqrt(2.0 / N)));
    cr_expect(le(dbl, fabs(fourth - 48), 5 * 16 * sqrt(96.0 / N)));
    rng_free(r), free(x);
}

Test(rng, indices_and_signs_are_uniform) {
    enum { N = 60000, CELLS = 7 };
    double observed[CELLS] = {0}, expected[CELLS], positive[2] = {0}, half[2] = {N / 2.0, N / 2.0};
    rng *r = rng_new(6, 0, 0, RNG_PILOT);
    for (int k = 0; k < N; k++) {
        real sign;
        observed[rng_index(r, CELLS)]++;
        rng_signs(r, 1, &sign);
        cr_assert(eq(dbl, fabs((double)sign), 1));
        positive[sign > 0]++;
    }
    for (int k = 0; k < CELLS; k++) { expected[k] = N / (double)CELLS; }
    cr_expect(lt(dbl, 1e-4, chi_square_p(observed, expected, CELLS)));
    cr_expect(lt(dbl, 1e-4, chi_square_p(positive, half, 2)));
    rng_free(r);
}
