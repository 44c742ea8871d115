/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/mask.h"

#include <math.h>
#include <string.h>

#include "model/bounds.h"

const char *const mask_words[] = {"bernoulli", "categorical", "fixed", "partition", NULL};

/* --- drawing --- */

static void draw_bernoulli(size_t p, size_t m, double xi, rng *r, unsigned char *mask) {
    for (size_t k = 0; k < p * m; k++) { mask[k] = rng_uniform(r) < xi; }
}

static void draw_categorical(size_t p, size_t m, rng *r, unsigned char *mask) {
    memset(mask, 0, p * m);
    for (size_t neuron = 0; neuron < m; neuron++) { mask[rng_index(r, p) * m + neuron] = 1; }
}

/* mask (m) <- `size` of the `left` neurons that are free, all such sets alike: each in turn is taken
 * with probability missing/left. free (m): NULL, all of them are. */
static void take_some(size_t m, size_t left, size_t size, rng *r, const unsigned char *free,
                      unsigned char *mask) {
    for (size_t neuron = 0; neuron < m; neuron++) {
        bool taken = (!free || free[neuron]) && rng_index(r, left--) < size;
        mask[neuron] = taken;
        size -= taken;
    }
}

static void draw_fixed(size_t p, size_t m, double xi, rng *r, unsigned char *mask) {
    for (size_t l = 0; l < p; l++) { take_some(m, m, mask_size(m, xi), r, NULL, mask + l * m); }
}

/* Which subnetworks have the neuron more is left to chance, so that P(m_r^l = 1) = 1/p. The last row
 * marks the neurons not yet taken, and keeps the rest. */
static void draw_partition(size_t p, size_t m, rng *r, unsigned char *mask) {
    size_t left = m, more = m % p;
    unsigned char *rest = mask + (p - 1) * m;
    memset(rest, 1, m);
    for (size_t l = 0; l + 1 < p; l++) {
        size_t larger = more > 0 && rng_index(r, p - l) < more, size = m / p + larger;
        take_some(m, left, size, r, rest, mask + l * m);
        for (size_t neuron = 0; neuron < m; neuron++) { rest[neuron] &= !mask[l * m + neuron]; }
        more -= larger;
        left -= size;
    }
}

void mask_draw(mask_kind kind, size_t p, size_t m, double xi, rng *r, unsigned char *mask) {
    switch (kind) {
    case MASK_CATEGORICAL: draw_categorical(p, m, r, mask); break;
    case MASK_FIXED: draw_fixed(p, m, xi, r, mask); break;
    case MASK_PARTITION: draw_partition(p, m, r, mask); break;
    default: draw_bernoulli(p, m, xi, r, mask); break;
    }
}

void mask_count(const unsigned char *mask, size_t p, size_t m, unsigned *taken) {
    memset(taken, 0, m * sizeof *taken);
    for (size_t l = 0; l < p; l++) {
        for (size_t neuron = 0; neuron < m; neuron++) { taken[neuron] += mask[l * m + neuron]; }
    }
}

/* --- the law --- */

size_t mask_size(size_t m, double xi) { return (size_t)lround(xi * (double)m); }

status mask_check(mask_kind kind, size_t m, double xi) {
    if (kind != MASK_FIXED || mask_size(m, xi) > 0) { return OK; }
    return fail(BAD_INPUT,
                "--xi: fixed masks take round(xi m) neurons, none of m = %zu; give a larger one",
                m);
}

status mask_refuse_xi(const char *word) {
    return fail(BAD_INPUT, "--xi: %s masks have xi = 1/p; leave --xi out or take --mask bernoulli",
                word);
}

double mask_share(mask_kind kind, size_t p, size_t m, double xi) {
    if (mask_parts(kind)) { return 1 / (double)p; }
    return kind == MASK_FIXED ? (double)mask_size(m, xi) / (double)m : xi;
}

double mask_theta(mask_kind kind, size_t p, double xi) {
    return mask_parts(kind) ? 1 : -expm1((double)p * log1p(-xi));
}

double mask_phi(mask_kind kind, size_t p, double xi) {
    return mask_parts(kind) ? 1 : bounds_phi((unsigned)p, xi);
}

/* E[s (s-1) ..] over the sizes s of a subnetwork, `factors` factors, over (m-1) .. and E[s]. */
static double size_moment(mask_kind kind, size_t p, size_t m, double xi, size_t factors) {
    size_t small = kind == MASK_FIXED ? mask_size(m, xi) : m / p;
    double larger = kind == MASK_FIXED ? 0 : (double)(m % p) / (double)p, low = 1, high = 1;
    for (size_t k = 0; k <= factors; k++) {
        low *= (double)small - (double)k;
        high *= (double)small + 1 - (double)k;
        if (k > 0) { low /= (double)m - (double)k, high /= (double)m - (double)k; }
    }
    return ((1 - larger) * low + larger * high) / ((double)small + larger);
}

double mask_pair(mask_kind kind, size_t p, size_t m, double xi) {
    if (mask_sized(kind)) { return m < 2 ? 0 : size_moment(kind, p, m, xi, 1); }
    return mask_share(kind, p, m, xi);
}

double mask_triple(mask_kind kind, size_t p, size_t m, double xi) {
    if (mask_sized(kind)) { return m < 3 ? 0 : size_moment(kind, p, m, xi, 2); }
    return mask_share(kind, p, m, xi) * mask_share(kind, p, m, xi);
}
