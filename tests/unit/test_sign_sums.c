/* Sums with signs from their tables against the sums written out, for every pattern of signs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/sign_sums.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "model/vec.h"
#include "stats/rng.h"

enum { MOST = 13, LENGTH = 4 * LANES, TABLES = (MOST / SIGN_GROUP + 1) * SIGN_TABLE };

#ifdef REAL_DOUBLE
static const double SAME = 1e-14;
#else
static const double SAME = 5e-6;
#endif

static _Alignas(64) real F[MOST * LENGTH], table[TABLES * LENGTH];

/* The tables of F, register by register. */
static void write_tables(size_t q) {
    for (size_t g = 0; g < sign_groups(q); g++) {
        const sign_group group = sign_group_at(g, q);
        for (size_t i = 0; i < LENGTH; i += LANES) {
            vec f[SIGN_GROUP] = {{0}}, sums[SIGN_TABLE];
            for (size_t k = 0; k < group.size; k++) {
                f[k] = vec_load(F + (group.first + k) * LENGTH + i);
            }
            sign_sums_of(f, group.size, sums);
            for (size_t c = 0; c < (size_t)1 << (group.size - 1); c++) {
                vec_store(table + (group.table + c) * LENGTH + i, sums[c]);
            }
        }
    }
}

/* sum_o a_o F_o, written out; bit o of `minus`: a_o = -1. */
static double written_out(size_t q, unsigned minus, size_t i) {
    double sum = 0;
    for (size_t o = 0; o < q; o++) { sum += (minus >> o & 1 ? -1 : 1) * (double)F[o * LENGTH + i]; }
    return sum;
}

static double from_tables(size_t q, unsigned minus, size_t i) {
    real a[MOST];
    sign_place places[MOST];
    for (size_t o = 0; o < q; o++) { a[o] = minus >> o & 1 ? -1 : 1; }
    sign_sums_find(a, 1, q, places);
    double sum = 0;
    for (size_t g = 0; g < sign_groups(q); g++) {
        sum += (double)places[g].sign * (double)table[places[g].column * LENGTH + i];
    }
    return sum;
}

Test(sign_sums, every_pattern_is_the_sum_written_out) {
    rng *r = rng_new(1, 0, 0, RNG_PILOT);
    rng_normal(r, 1, MOST * LENGTH, F);
    rng_free(r);
    for (size_t q = 1; q <= MOST; q++) {
        write_tables(q);
        const size_t step = q > 6 ? LENGTH : 1; /* every entry, or one a pattern */
        double worst = 0;
        for (unsigned minus = 0; minus < 1U << q; minus++) {
            for (size_t i = minus % LENGTH; i < LENGTH; i += step) {
                double difference = fabs(from_tables(q, minus, i) - written_out(q, minus, i));
                worst = difference <= worst ? worst : difference; /* a NaN stays */
            }
        }
        cr_expect(le(dbl, worst, SAME * (double)q), "q = %zu", q);
    }
}

Test(sign_sums, ten_outputs_are_three_groups) {
    cr_expect(eq(sz, sign_groups(1), 1));
    cr_expect(eq(sz, sign_groups(4), 1));
    cr_expect(eq(sz, sign_groups(10), 3));
    const sign_group last = sign_group_at(2, 10);
    cr_expect(eq(sz, last.first, 6));
    cr_expect(eq(sz, last.size, 4));
    cr_expect(eq(sz, last.table, 8), "behind two tables of four sums");
}
