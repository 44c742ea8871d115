/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/active_work.h"

#include <string.h>

#include "model/layer.h"

enum {
    AHEAD = 24, /* neurons whose columns are fetched before they are looked at */
    PLACE = 2   /* terms that a neuron's sum with signs costs: its tables take cache, too */
};

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

/* Finds the inputs of a tile that are summed for each neuron: the active ones, or, marked in
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
        inputs[r] = vec_bits_set(x + r * s->ld, width, s->S != NULL);
        size_t active = set_count(inputs[r]), other = width - active + PLACE * groups;
        use_complement[r] = !s->S && other < active;
        saved += use_complement[r] ? active - other : 0;
    }
    if (saved <= s->q * width + groups * SIGN_COST) {
        memset(use_complement, 0, s->count);
        return false;
    }
    for (size_t r = 0; r < s->count; r++) {
        if (use_complement[r]) { inputs[r] ^= first_inputs(width); }
    }
    return true;
}

static void negate(real *x) {
    for (size_t k = 0; k < TILE; k += LANES) { vec_store(x + k, -vec_load(x + k)); }
}

bool active_inputs(const packed_columns *c, const relu_sum *s, const active_work *w) {
    bool any = false;
    for (size_t t = 0; t < active_tiles(c); t++) {
        const size_t begin = t * c->tile;
        input_set *inputs = inputs_of(w, t);
        w->full_sum_needed[t] = choose(s, begin, smaller(c->n - begin, c->tile), inputs,
                                       w->use_complement + t * ACTIVE_PANEL);
        any |= w->full_sum_needed[t];
    }
    return any;
}

/* scaled (q, TILE) <- factor * R of the `width` inputs from `begin` on. */
static void scale(const relu_sum *s, size_t begin, size_t width, real *scaled) {
    for (size_t o = 0; o < s->q; o++) {
        const real *R = s->R + o * s->ld + begin;
        for (size_t j = 0; j < width; j++) { scaled[o * TILE + j] = s->factor * R[j]; }
    }
}

void active_products(const packed_columns *c, const relu_sum *s, const active_work *w, size_t first,
                     size_t last) {
    for (size_t t = first; t < last; t++) {
        const size_t begin = t * c->tile, width = smaller(c->n - begin, c->tile);
        real *products = w->products + (t - first) * s->count * TILE;
        layer_products(s->A, s->R + begin, s->count, s->q, s->ld, width, s->factor, products, TILE);
        if (!w->full_sum_needed[t]) { continue; }
        scale(s, begin, width, w->scaled + t * s->q * TILE);
        for (size_t r = 0; r < s->count; r++) {
            if (w->use_complement[t * ACTIVE_PANEL + r]) { negate(products + r * TILE); }
        }
    }
}
