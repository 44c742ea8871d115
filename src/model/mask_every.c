/* Every mask of a small network, by number.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/mask.h"

#include <math.h>
#include <string.h>

enum { MOST_SUBNETS = 64 }; /* of a partition that is enumerated */

/* C(n, k), exact while below 2^53. */
static double choose(size_t n, size_t k) {
    double ways = 1;
    for (size_t j = 0; j < k; j++) { ways = ways * (double)(n - j) / (double)(j + 1); }
    return ways;
}

static double power(double base, size_t exponent) {
    double product = 1;
    while (exponent-- > 0) { product *= base; }
    return product;
}

/* Which subnetworks have the neuron more, then the neurons of one after the other. */
static double ordered_partitions(size_t p, size_t m) {
    if (p > MOST_SUBNETS) { return INFINITY; }
    double ways = choose(p, m % p);
    size_t left = m;
    for (size_t l = 0; l < p; l++) {
        size_t size = m / p + (l < m % p);
        ways *= choose(left, size);
        left -= size;
    }
    return ways;
}

static double number_of(mask_kind kind, size_t p, size_t m, double xi) {
    switch (kind) {
    case MASK_CATEGORICAL: return power((double)p, m);
    case MASK_FIXED: return power(choose(m, mask_size(m, xi)), p);
    case MASK_PARTITION: return ordered_partitions(p, m);
    default: return power(2, p * m);
    }
}

status mask_number(mask_kind kind, size_t p, size_t m, double xi, size_t *count) {
    enum { MOST = 1 << 20 };
    double number = number_of(kind, p, m, xi);
    if (!(number <= MOST)) {
        return fail(BAD_INPUT,
                    "m = %zu, p = %zu: more than %d masks to enumerate; take fewer neurons", m, p,
                    MOST);
    }
    *count = (size_t)number;
    return OK;
}

/* Takes number `*code` of the sets of `size` among the `left` entries that are free, and *code on to
 * what is left of it. free: (m); NULL: all are. */
static void decode_set(size_t m, size_t left, size_t size, const unsigned char *free, size_t *code,
                       unsigned char *mask) {
    size_t sets = (size_t)choose(left, size), number = *code % sets;
    *code /= sets;
    for (size_t k = 0; k < m; k++) {
        mask[k] = 0;
        if (free && !free[k]) { continue; }
        left--;
        if (size == 0) { continue; }
        size_t with = (size_t)choose(left, size - 1); /* sets that have entry k */
        mask[k] = number < with;
        if (mask[k]) {
            size--;
        } else {
            number -= with;
        }
    }
}

/* Which subnetworks are larger, then the set of one after the other; the last has the rest. */
static void decode_partition(size_t p, size_t m, size_t code, unsigned char *mask) {
    unsigned char larger[MOST_SUBNETS] = {0}, *rest = mask + (p - 1) * m;
    size_t left = m;
    decode_set(p, p, m % p, NULL, &code, larger);
    memset(rest, 1, m);
    for (size_t l = 0; l + 1 < p; l++) {
        size_t size = m / p + larger[l];
        decode_set(m, left, size, rest, &code, mask + l * m);
        for (size_t r = 0; r < m; r++) { rest[r] &= !mask[l * m + r]; }
        left -= size;
    }
}

double mask_decode(mask_kind kind, size_t p, size_t m, double xi, size_t code,
                   unsigned char *mask) {
    double probability = 1;
    memset(mask, 0, p * m);
    switch (kind) {
    case MASK_CATEGORICAL:
        for (size_t r = 0; r < m; r++, code /= p, probability /= (double)p) {
            mask[code % p * m + r] = 1;
        }
        return probability;
    case MASK_FIXED:
        for (size_t l = 0; l < p; l++) {
            decode_set(m, m, mask_size(m, xi), NULL, &code, mask + l * m);
        }
        return 1 / number_of(kind, p, m, xi);
    case MASK_PARTITION: decode_partition(p, m, code, mask); return 1 / number_of(kind, p, m, xi);
    default:
        for (size_t k = 0; k < p * m; k++) {
            mask[k] = code >> k & 1;
            probability *= mask[k] ? xi : 1 - xi;
        }
        return probability;
    }
}
