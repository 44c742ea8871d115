/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/sign_sums.h"

#include "model/vec.h"

size_t sign_groups(size_t q) { return (q + SIGN_GROUP - 1) / SIGN_GROUP; }

/* The first column of group g. */
static size_t first_of(size_t g, size_t q) { return g * q / sign_groups(q); }

/* The column of a table is the binary number of the signs that differ from the first: with
 * x = sum_k a_k 2^(k-1) over the others, k = 1, 2, .., it is (2^(size-1) - 1 - a_0 x) / 2. */
void sign_sums_find(const real *A, size_t count, size_t q, sign_place *places) {
    const size_t groups = sign_groups(q);
    for (size_t g = 0; g < groups; g++) {
        const size_t begin = first_of(g, q), size = first_of(g + 1, q) - begin;
        const real most = (real)((1 << (size - 1)) - 1);
        for (size_t r = 0; r < count; r++) {
            const real *a = A + r * q + begin;
            real x = 0;
            for (size_t k = size - 1; k > 0; k--) { x = 2 * x + a[k]; }
            places[r * groups + g] = (sign_place){.column = (unsigned)(g * SIGN_TABLE) +
                                                            (unsigned)((most - a[0] * x) / 2),
                                                  .sign = a[0]};
        }
    }
}

void sign_sums_write(const real *F, size_t q, size_t length, real *table) {
    for (size_t g = 0; g < sign_groups(q); g++) {
        const real *f = F + first_of(g, q) * length;
        size_t size = first_of(g + 1, q) - first_of(g, q);
        for (size_t i = 0; i < length; i += LANES) {
            vec sum[SIGN_TABLE] = {*(const vec *)(f + i)};
            size_t columns = 1;
            for (size_t k = 1; k < size; k++, columns *= 2) {
                const vec next = *(const vec *)(f + k * length + i);
                for (size_t c = 0; c < columns; c++) {
                    sum[c + columns] = sum[c] - next;
                    sum[c] += next;
                }
            }
            for (size_t c = 0; c < columns; c++) {
                *(vec *)(table + (g * SIGN_TABLE + c) * length + i) = sum[c];
            }
        }
    }
}
