/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/active_work.h"

#include <string.h>

#include "model/layer.h"

enum {
    AHEAD = 8, /* neurons whose columns are fetched before they are looked at */
    WORTH = 2, /* how many times its operations a full sum has to save, as it takes cache, too */
};

/* The inputs of a tile, `width` numbers x, for which x > 0, or, for given columns, x != 0. The
 * padding of x is 0. */
static input_set find(const real *x, size_t width, bool given) {
    input_set set = 0;
    for (size_t j = 0; j < width; j += CHUNK) {
        chunk some = *(const chunk_in_memory *)(x + j);
        set |= (given ? chunk_not_zero(some) : chunk_positive(some)) << j;
    }
    return set;
}

/* The `width` numbers that are `further` on are on their way: rows of a matrix lie too far apart
 * for the processor to guess them. They need not be there. */
static void prefetch(const real *x, size_t further, size_t width) {
    const char *ahead = (const char *)((uintptr_t)x + further * sizeof *x);
    for (size_t at = 0; at < width * sizeof *x; at += 64) { __builtin_prefetch(ahead + at); }
}

/* The first `count` inputs of a tile. */
static input_set first_inputs(size_t count) {
    return count < TILE ? (UINT64_C(1) << count) - 1 : UINT64_MAX;
}

/* Finds the inputs of a tile that are listed for each neuron: the active ones, or, marked in
 * use_complement, the inactive ones, where these and a product for each group of outputs are
 * fewer, if together they save more than V R of the tile and its sums with signs cost. Given
 * columns have no such sum. */
static bool choose(const relu_sum *s, size_t begin, size_t width, input_set *inputs,
                   unsigned char *use_complement) {
    const real *x = (s->S ? s->S : s->Z) + begin;
    const size_t groups = sign_groups(s->q);
    size_t saved = 0;
    for (size_t r = 0; r < s->count; r++) {
        prefetch(x + r * s->ld, AHEAD * s->ld, width);
        inputs[r] = find(x + r * s->ld, width, s->S);
        size_t active = set_count(inputs[r]), other = width - active + groups;
        use_complement[r] = !s->S && other < active;
        saved += use_complement[r] ? active - other : 0;
    }
    if (saved <= WORTH * (s->q * width + groups * SIGN_COST)) {
        memset(use_complement, 0, s->count);
        return false;
    }
    for (size_t r = 0; r < s->count; r++) {
        if (use_complement[r]) { inputs[r] ^= first_inputs(width); }
    }
    return true;
}

/* Writes the products of the inputs of a set, one after the other, without a branch; returns how
 * many. Whole chunks are written. */
static INLINED size_t append(const packed_columns *c, input_set set, const real *products,
                             real sign, size_t width, real *values) {
    size_t next = 0;
    for (size_t j = 0; j < width; j += CHUNK) {
        input_set some = set >> j & first_inputs(CHUNK);
        chunk taken = chunk_take(c->selected, some, *(const chunk_in_memory *)(products + j));
        *(chunk_in_memory *)(values + next) = sign * taken;
        next += set_count(some);
    }
    return next;
}

/* The same of one neuron alone, with a 0 if their number is odd: the sum that it is added to keeps
 * its value. */
static INLINED size_t append_alone(const packed_columns *c, input_set set, const real *products,
                                   real sign, size_t width, real *values) {
    const size_t count = append(c, set, products, sign, width, values);
    values[count] = 0;
    return even_count(count);
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

/* The terms of all neurons in a tile from `next` on, neuron after neuron; returns where they end. */
static size_t list_each(const packed_columns *c, const relu_sum *s, const active_work *w,
                        size_t begin, size_t width, const input_set *inputs,
                        const unsigned char *use_complement, size_t next) {
    for (size_t r = 0; r < s->count; r++) {
        const real *products = products_of(s, w, begin, width, r);
        next += append_alone(c, inputs[r], products, use_complement[r] ? -1 : 1, width,
                             w->values + next);
    }
    return next;
}

/* The same pair after pair: those of both neurons, of the first alone, of the second. */
static size_t list_pairs(const packed_columns *c, const relu_sum *s, const active_work *w,
                         size_t begin, size_t width, const input_set *inputs,
                         const unsigned char *use_complement, size_t next) {
    for (size_t r = 0; r < s->count; r += PAIR) {
        const bool paired = r + 1 < s->count;
        const pair_inputs in = pair_inputs_of(inputs + r);
        const real *products = products_of(s, w, begin, width, r);
        const real *others = paired ? products_of(s, w, begin, width, r + 1) : products;
        const real sign = use_complement[r] ? -1 : 1,
                   other_sign = paired && use_complement[r + 1] ? -1 : 1;
        append(c, in.both, others, other_sign, width, w->others + next);
        next += append(c, in.both, products, sign, width, w->values + next);
        next += append_alone(c, in.first, products, sign, width, w->values + next);
        next += append_alone(c, in.second, others, other_sign, width, w->values + next);
    }
    return next;
}

bool active_list(const packed_columns *c, const relu_sum *s, const active_work *w) {
    size_t next = 0;
    bool any = false;
    for (size_t t = 0; t < active_tiles(c); t++) {
        const size_t begin = t * c->tile, width = smaller(c->n - begin, c->tile);
        unsigned char *use_complement = w->use_complement + t * ACTIVE_PANEL;
        input_set *inputs = active_inputs(w, t);
        w->full_sum_needed[t] = choose(s, begin, width, inputs, use_complement);
        any |= w->full_sum_needed[t];
        if (s->count % PAIR) { inputs[s->count] = 0; }
        w->first[t] = next;
        next = (c->shared ? list_pairs : list_each)(c, s, w, begin, width, inputs, use_complement,
                                                    next);
    }
    return any;
}
