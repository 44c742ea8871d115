/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/active_work.h"

#include <string.h>

#include "model/layer.h"

enum {
    AHEAD = 8, /* neurons whose columns are fetched before they are looked at */
    WORTH = 2, /* how many times its operations a full sum has to save, as it takes cache, too */
};

/* bits <- is x > 0, or, for given columns, x != 0? for `width` inputs of a tile; returns how many
 * are. The padding of x is 0. */
static size_t find(const real *x, size_t width, bool given, uint64_t *bits) {
    memset(bits, 0, WORDS * sizeof *bits);
    for (size_t j = 0; j < width; j += CHUNK) {
        chunk some = *(const chunk_in_memory *)(x + j);
        bits[j / 64] |= (given ? chunk_not_zero(some) : chunk_positive(some)) << j % 64;
    }
    return (size_t)(__builtin_popcountll(bits[0]) + __builtin_popcountll(bits[1]));
}

/* The `width` numbers that are `further` on are on their way: rows of a matrix lie too far apart
 * for the processor to guess them. They need not be there. */
static void prefetch(const real *x, size_t further, size_t width) {
    const char *ahead = (const char *)((uintptr_t)x + further * sizeof *x);
    for (size_t at = 0; at < width * sizeof *x; at += 64) { __builtin_prefetch(ahead + at); }
}

/* The bits of `count` inputs, from the first on. */
static uint64_t ones(size_t count) { return count < 64 ? (UINT64_C(1) << count) - 1 : UINT64_MAX; }

/* Finds the inputs of a tile that are listed for each neuron: the active ones, or, marked in
 * use_complement, the inactive ones, where these and a product for each group of outputs are
 * fewer, if together they save more than V R of the tile and its sums with signs cost. Given
 * columns have no such sum. */
static bool choose(const relu_sum *s, size_t begin, size_t width, uint64_t *bits,
                   unsigned char *use_complement) {
    const real *x = (s->S ? s->S : s->Z) + begin;
    const size_t groups = sign_groups(s->q);
    size_t saved = 0;
    for (size_t r = 0; r < s->count; r++) {
        prefetch(x + r * s->ld, AHEAD * s->ld, width);
        size_t active = find(x + r * s->ld, width, s->S, bits + r * WORDS),
               other = width - active + groups;
        use_complement[r] = !s->S && other < active;
        saved += use_complement[r] ? active - other : 0;
    }
    if (saved <= WORTH * (s->q * width + groups * SIGN_COST)) {
        memset(use_complement, 0, s->count);
        return false;
    }
    for (size_t r = 0; r < s->count; r++) {
        if (!use_complement[r]) { continue; }
        bits[r * WORDS] ^= ones(width);
        bits[r * WORDS + 1] ^= ones(width - smaller(width, 64));
    }
    return true;
}

/* Writes the products of the inputs whose bit is set, one after the other, without a branch, and,
 * unless places is NULL, where their columns of `block` rows are; returns how many. Whole chunks
 * are written. */
static INLINED size_t append(const packed_columns *c, const uint64_t *set, const real *products,
                             real sign, size_t width, real *values, chunk_lane *places) {
    const chunk_lane block = (chunk_lane)(c->sums * LANES);
    size_t next = 0;
    for (size_t j = 0; j < width; j += CHUNK) {
        uint64_t some = set[j / 64] >> j % 64 & ones(CHUNK);
        chunk_lanes lanes;
        chunk taken =
            chunk_take(c->selected, some, *(const chunk_in_memory *)(products + j), &lanes);
        *(chunk_in_memory *)(values + next) = sign * taken;
        if (places) { *(lanes_in_memory *)(places + next) = (lanes + (chunk_lane)j) * block; }
        next += (size_t)__builtin_popcountll(some);
    }
    return next;
}

/* <R_j, a_r> of neuron r on a tile; a group of neurons is computed with its first. */
static inline const real *products_of(const relu_sum *s, const active_work *w, size_t begin,
                                      size_t width, size_t r) {
    if (s->S) { return s->S + r * s->ld + begin; }
    if (r % GROUP == 0) {
        layer_products(s->A + r * s->q, s->R + begin, smaller(s->count - r, GROUP), s->q, s->ld,
                       width, s->factor, w->products, TILE);
    }
    return w->products + r % GROUP * TILE;
}

/* The terms of one neuron alone from `next` on; returns where they end. */
static INLINED size_t append_alone(const packed_columns *c, const uint64_t *set,
                                   const real *products, real sign, size_t width,
                                   const active_work *w, size_t next) {
    size_t end = next + append(c, set, products, sign, width, w->values + next, w->places + next);
    w->values[end] = 0; /* makes their number even: the sum that it is added to keeps its value */
    w->places[end] = 0;
    return end + (end - next) % 2;
}

/* The terms of all neurons in a tile from `next` on, neuron after neuron. */
static size_t list_each(const packed_columns *c, const relu_sum *s, const active_work *w,
                        size_t begin, size_t width, const unsigned char *use_complement,
                        size_t next, size_t *first) {
    for (size_t r = 0; r < s->count; r++) {
        const real *products = products_of(s, w, begin, width, r);
        first[r] = next;
        next = append_alone(c, w->bits + r * WORDS, products, use_complement[r] ? -1 : 1, width, w,
                            next);
    }
    first[s->count] = next;
    return next;
}

/* The same pair after pair: those of both neurons, of the first alone, of the second. */
static size_t list_pairs(const packed_columns *c, const relu_sum *s, const active_work *w,
                         size_t begin, size_t width, const unsigned char *use_complement,
                         size_t next, size_t *first) {
    for (size_t r = 0; r < s->count; r += PAIR, first += TERMS_PARTS) {
        const bool paired = r + 1 < s->count;
        uint64_t *one = w->bits + r * WORDS, *other = one + WORDS, both[WORDS];
        const real *products = products_of(s, w, begin, width, r);
        const real *others = paired ? products_of(s, w, begin, width, r + 1) : products;
        const real sign = use_complement[r] ? -1 : 1,
                   other_sign = paired && use_complement[r + 1] ? -1 : 1;
        for (size_t k = 0; k < WORDS; k++) {
            other[k] = paired ? other[k] : 0;
            both[k] = one[k] & other[k];
            one[k] ^= both[k];
            other[k] ^= both[k];
        }
        first[TERMS_BOTH] = next;
        append(c, both, others, other_sign, width, w->others + next, NULL);
        next += append(c, both, products, sign, width, w->values + next, w->places + next);
        first[TERMS_FIRST] = next;
        next = append_alone(c, one, products, sign, width, w, next);
        first[TERMS_SECOND] = next;
        next = append_alone(c, other, others, other_sign, width, w, next);
    }
    *first = next;
    return next;
}

bool active_list(const packed_columns *c, const relu_sum *s, const active_work *w) {
    size_t next = 0;
    bool any = false;
    for (size_t t = 0; t < active_tiles(c); t++) {
        const size_t begin = t * c->tile, width = smaller(c->n - begin, c->tile);
        unsigned char *use_complement = w->use_complement + t * ACTIVE_PANEL;
        w->full_sum_needed[t] = choose(s, begin, width, w->bits, use_complement);
        any |= w->full_sum_needed[t];
        next = (c->shared ? list_pairs : list_each)(c, s, w, begin, width, use_complement, next,
                                                    active_first(w, t));
    }
    return any;
}
