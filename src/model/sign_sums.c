/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/sign_sums.h"

size_t sign_groups(size_t q) { return (q + SIGN_GROUP - 1) / SIGN_GROUP; }

sign_group sign_group_at(size_t g, size_t q) {
    const size_t groups = sign_groups(q);
    sign_group at = {0};
    for (size_t k = 0; k <= g; k++) {
        at.table += at.size ? (size_t)1 << (at.size - 1) : 0;
        at.first = k * q / groups;
        at.size = (k + 1) * q / groups - at.first;
    }
    return at;
}

/* The column of a table is the binary number of the signs that differ from the first: with
 * x = sum_k a_k 2^(k-1) over the others, k = 1, 2, .., it is (2^(size-1) - 1 - a_0 x) / 2. */
void sign_sums_find(const real *A, size_t count, size_t q, sign_place *places) {
    const size_t groups = sign_groups(q);
    for (size_t g = 0; g < groups; g++) {
        const sign_group group = sign_group_at(g, q);
        const real most = (real)((1 << (group.size - 1)) - 1);
        for (size_t r = 0; r < count; r++) {
            const real *a = A + r * q + group.first;
            real x = 0;
            for (size_t k = group.size - 1; k > 0; k--) { x = 2 * x + a[k]; }
            places[r * groups + g] = (sign_place){
                .column = (unsigned)group.table + (unsigned)((most - a[0] * x) / 2), .sign = a[0]};
        }
    }
}
