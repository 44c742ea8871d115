/* Sums of columns with signs, all of them at once.
 *
 * A neuron weighs q columns F_o by its signs a_ro = +-1. Written out that is q products an entry;
 * but of a group of four columns there are no more than eight sums +-F_1 +- F_2 +- F_3 +- F_4 that
 * are not each other's negatives, whatever the number of neurons. With a table of them a neuron
 * takes one product for each group: three for ten outputs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_SIGN_SUMS_H
#define MODEL_SIGN_SUMS_H

#include <stddef.h>
#include "base/real.h"
#include "model/vec.h"

enum {
    SIGN_GROUP = 4,                     /* columns of a group, at most */
    SIGN_TABLE = 1 << (SIGN_GROUP - 1), /* columns of its table, at most */
    SIGN_COST = 2 * SIGN_TABLE          /* additions of columns for it, at most */
};

/* A group of the q columns, and where its table begins among the columns of all tables. */
typedef struct {
    size_t first, size, table;
} sign_group;

/* Where a neuron finds its sum of a group: the column of the tables, and its sign, 1 or -1. */
typedef struct {
    unsigned column;
    real sign;
} sign_place;

/* Groups of q columns, whose sizes differ by one at most. */
size_t sign_groups(size_t q);

/* Group g of them. */
sign_group sign_group_at(size_t g, size_t q);

/* places (count, sign_groups(q)) of the neurons. A: (count, q) of 1 and -1. */
void sign_sums_find(const real *A, size_t count, size_t q, sign_place *places);

/* To `columns` sums the same with another column f, added and taken off. */
static inline __attribute__((always_inline)) void sign_sums_extend(size_t columns, vec f,
                                                                   vec *sums) {
    for (size_t c = 0; c < columns; c++) {
        sums[c + columns] = sums[c] - f;
        sums[c] += f;
    }
}

/* sums <- the table of a group, one register of it: 2^(size-1) sums of its columns f. Written out,
 * so that they stay in registers. */
static inline __attribute__((always_inline)) void sign_sums_of(const vec *f, size_t size,
                                                               vec *sums) {
    _Static_assert(SIGN_GROUP == 4, "sign_sums_of is written out for groups of at most four");
    sums[0] = f[0];
    if (size > 1) { sign_sums_extend(1, f[1], sums); }
    if (size > 2) { sign_sums_extend(2, f[2], sums); }
    if (size > 3) { sign_sums_extend(4, f[3], sums); }
}

#endif
