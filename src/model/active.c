/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/active.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "model/layer.h"
#include "model/vec.h"

enum {
    SUMS = 8,             /* registers that hold a neuron's sums over a tile, at most */
    BLOCK = SUMS * LANES, /* rows of V in a block, at most */
    /* inputs in a tile at most: 32 KiB of V or less, of a first-level cache of 32 KiB or more that
     * holds sums and terms besides. By the width of registers, not by the cache that is met: the
     * order of sums, and with it the bytes of a result, hangs on it. */
    TILE = VEC_BYTES == 64 ? 64 : 96,
    WORDS = 2, /* of 64 bits that hold a bit for each of them */
    AHEAD = 8, /* neurons whose columns are fetched before they are looked at */
    GROUP = 32 /* neurons whose <R_j, a_r> are computed together */
};

/* Workspace of active_add. */
typedef struct {
    /* terms, tile after tile, neuron after neuron, of each an even number: +-factor <R_j, a_r>, 0
     * the one too many */
    real *values;
    chunk_lane *places; /* of their V_j in the packed tile; of a 0 the first */
    size_t *first;      /* (tiles, ACTIVE_PANEL + 1) beginnings of the neurons' terms */
    unsigned char
        *use_complement;   /* (tiles, ACTIVE_PANEL) is it the inactive inputs that are listed? */
    bool *full_sum_needed; /* (tiles) is it so for any neuron? */
    real *full_sum;        /* (q, BLOCK) factor * V R of a tile */
    real *sums;            /* (ACTIVE_PANEL, BLOCK) of all neurons, side by side */
    real *products;        /* (GROUP, TILE) factor <R_j, a_r> */
    /* (ACTIVE_PANEL, WORDS) of the tile in work: is the neuron active on its inputs? */
    uint64_t *bits;
} active_work;

static size_t round_up(size_t x, size_t multiple) {
    return (x + multiple - 1) / multiple * multiple;
}

static size_t tiles_of(const packed_columns *c) { return (c->n + c->tile - 1) / c->tile; }

/* Equal shares, so that the last is not a scrap; whole registers. */
size_t active_tile(size_t n) {
    size_t tiles = (n + TILE - 1) / TILE;
    return round_up((n + tiles - 1) / tiles, LANES);
}

static size_t blocks_of(const packed_columns *c) { return (c->length + BLOCK - 1) / BLOCK; }

/* c with room for its columns. */
static status make_room(size_t n, size_t length, packed_columns *c) {
    *c = (packed_columns){.n = n, .length = length, .tile = active_tile(n)};
    const size_t blocks = blocks_of(c);
    c->sums = ((length + blocks - 1) / blocks + LANES - 1) / LANES;
    c->packed = allocate(blocks * n, c->sums * LANES * sizeof *c->packed, "packed matrix");
    c->selected = chunk_table();
    if (c->packed && c->selected) { return OK; }
    active_free(c);
    return FAILED;
}

status active_room(const packed_columns *c, size_t n, packed_columns *part) {
    return make_room(n, c->length, part);
}

void active_take(const packed_columns *c, const size_t *inputs, packed_columns *part) {
    const size_t block = c->sums * LANES;
    for (size_t b = 0; b < blocks_of(c); b++) {
        for (size_t j = 0; j < part->n; j++) {
            memcpy(part->packed + (b * part->n + j) * block,
                   c->packed + (b * c->n + inputs[j]) * block, block * sizeof *c->packed);
        }
    }
}

status active_new(const double *V, size_t n, size_t length, packed_columns *c) {
    if (make_room(n, length, c) != OK) { return FAILED; }
    const size_t blocks = blocks_of(c), block = c->sums * LANES;
    for (size_t b = 0; b < blocks; b++) {
        for (size_t j = 0; j < n; j++) {
            for (size_t i = 0; i < block; i++) {
                c->packed[(b * n + j) * block + i] =
                    b * block + i < length ? (real)V[j * length + b * block + i] : 0;
            }
        }
    }
    return OK;
}

void active_free(packed_columns *c) {
    free(c->packed);
    free(c->selected);
    *c = (packed_columns){0};
}

/* The next piece of a workspace; whole cache lines. */
static void *arena_alloc(uintptr_t *at, size_t count, size_t size) {
    uintptr_t piece = *at;
    *at += round_up(count * size, 64);
    return (void *)piece;
}

/* Lays the workspace out from address *at on, and moves *at behind it. */
static active_work lay_out(const packed_columns *c, size_t q, uintptr_t *at) {
    size_t tiles = tiles_of(c);
    active_work w;
    /* whole chunks are written, and tiles of an odd width are one wider */
    size_t terms = ACTIVE_PANEL * (c->n + tiles) + CHUNK;
    w.values = arena_alloc(at, terms, sizeof *w.values);
    w.places = arena_alloc(at, terms, sizeof *w.places);
    w.first = arena_alloc(at, tiles * (ACTIVE_PANEL + 1), sizeof *w.first);
    w.use_complement = arena_alloc(at, tiles * ACTIVE_PANEL, sizeof *w.use_complement);
    w.full_sum_needed = arena_alloc(at, tiles, sizeof *w.full_sum_needed);
    w.full_sum = arena_alloc(at, q * BLOCK, sizeof *w.full_sum);
    w.sums = arena_alloc(at, ACTIVE_PANEL * BLOCK, sizeof *w.sums);
    w.products = arena_alloc(at, GROUP * TILE, sizeof *w.products);
    w.bits = arena_alloc(at, ACTIVE_PANEL * WORDS, sizeof *w.bits);
    return w;
}

size_t active_workspace(const packed_columns *c, size_t q) {
    uintptr_t at = 0;
    lay_out(c, q, &at);
    return at / sizeof(real);
}

/* --- which inputs a neuron's sum runs over --- */

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

/* The `width` numbers that are `further` on are on their way: rows of a matrix lie too far apart for
 * the processor to guess them. They need not be there. */
static void prefetch(const real *x, size_t further, size_t width) {
    const char *ahead = (const char *)((uintptr_t)x + further * sizeof *x);
    for (size_t at = 0; at < width * sizeof *x; at += 64) { __builtin_prefetch(ahead + at); }
}

/* Finds the active inputs of a tile, and marks the neurons for which the inactive ones and q
 * products are fewer, if together they save more than V R of the tile costs. Given columns have no
 * such sum. */
static bool choose(const relu_sum *s, size_t begin, size_t width, uint64_t *bits,
                   unsigned char *use_complement) {
    const real *x = (s->S ? s->S : s->Z) + begin;
    size_t saved = 0;
    for (size_t r = 0; r < s->count; r++) {
        prefetch(x + r * s->ld, AHEAD * s->ld, width);
        size_t active = find(x + r * s->ld, width, s->S, bits + r * WORDS),
               other = width - active + s->q;
        use_complement[r] = !s->S && other < active;
        saved += use_complement[r] ? active - other : 0;
    }
    bool worth = saved > s->q * width;
    if (!worth) { memset(use_complement, 0, s->count); }
    return worth;
}

/* Writes the terms of the inputs whose bit is set, or, with use_complement, is not, from `next` on,
 * without a branch; returns where they end. A term of 0 makes their number even: the sum that it is
 * added to keeps its value. */
static size_t append(const packed_columns *c, const uint64_t *bits, const real *products,
                     size_t width, bool use_complement, const active_work *w, size_t next) {
    const chunk_lane block = (chunk_lane)(c->sums * LANES);
    const real sign = use_complement ? -1 : 1;
    for (size_t j = 0; j < width; j += CHUNK) {
        uint64_t inside = (UINT64_C(1) << smaller(width - j, CHUNK)) - 1;
        uint64_t set = (bits[j / 64] >> j % 64 ^ (use_complement ? UINT64_MAX : 0)) & inside;
        chunk_lanes lanes;
        chunk values =
            chunk_take(c->selected, set, *(const chunk_in_memory *)(products + j), &lanes);
        *(chunk_in_memory *)(w->values + next) = sign * values;
        *(lanes_in_memory *)(w->places + next) = (lanes + (chunk_lane)j) * block;
        next += (size_t)__builtin_popcountll(set);
    }
    w->values[next] = 0;
    w->places[next] = 0;
    return next + next % 2;
}

static void list_terms(const packed_columns *c, const relu_sum *s, const active_work *w) {
    size_t next = 0;
    for (size_t t = 0; t < tiles_of(c); t++) {
        size_t begin = t * c->tile, width = smaller(c->n - begin, c->tile);
        size_t *first = w->first + t * (ACTIVE_PANEL + 1);
        unsigned char *use_complement = w->use_complement + t * ACTIVE_PANEL;
        w->full_sum_needed[t] = choose(s, begin, width, w->bits, use_complement);
        for (size_t r = 0; r < s->count; r++) {
            const real *products = s->S ? s->S + r * s->ld + begin : w->products + r % GROUP * TILE;
            if (!s->S && r % GROUP == 0) {
                layer_products(s->A + r * s->q, s->R + begin, smaller(s->count - r, GROUP), s->q,
                               s->ld, width, s->factor, w->products, TILE);
            }
            first[r] = next;
            next = append(c, w->bits + r * WORDS, products, width, use_complement[r], w, next);
        }
        first[s->count] = next;
    }
}

/* --- the sums --- */

/* full_sum <- factor * V R over a tile of a block. */
static void full_sum_tile(const relu_sum *s, const real *tile, size_t begin, size_t width,
                          size_t sums, real *full_sum) {
    const size_t block = sums * LANES;
    for (size_t o = 0; o < s->q; o++) {
        vec sum[SUMS];
        for (size_t k = 0; k < sums; k++) { sum[k] = (vec){0}; }
        for (size_t j = 0; j < width; j++) {
            for (size_t k = 0; k < sums; k++) {
                sum[k] += s->factor * s->R[o * s->ld + begin + j] *
                          *(const vec *)(tile + j * block + k * LANES);
            }
        }
        for (size_t k = 0; k < sums; k++) { *(vec *)(full_sum + o * block + k * LANES) = sum[k]; }
    }
}

/* What a tile of a block adds to the sums of all neurons. */
typedef struct {
    const real *tile, *ahead; /* ahead: the next tile of the block */
    const real *values;
    const chunk_lane *places;
    const size_t *first;
    const unsigned char *use_complement;
    const real *full_sum, *A;
    real *total; /* (count, stride) */
    size_t count, q, stride;
} tile_work;

/* For every neuron, q products with full_sum, then its terms; the `sums` registers (a constant where
 * this is inlined) stay registers. */
static inline __attribute__((always_inline)) void add_tile(const tile_work *t, size_t sums) {
    const size_t block = sums * LANES;
    for (size_t r = 0; r < t->count; r++) {
        real *total = t->total + r * t->stride;
        const char *ahead = (const char *)t->ahead + 128 * r; /* two lines a neuron */
        __builtin_prefetch(ahead);
        __builtin_prefetch(ahead + 64);
        vec sum[SUMS];
        for (size_t k = 0; k < sums; k++) { sum[k] = *(const vec *)(total + k * LANES); }
        for (size_t o = 0; t->use_complement[r] && o < t->q; o++) {
            for (size_t k = 0; k < sums; k++) {
                sum[k] += t->A[r * t->q + o] * *(const vec *)(t->full_sum + o * block + k * LANES);
            }
        }
        for (size_t e = t->first[r]; e < t->first[r + 1]; e += 2) {
            const real *column = t->tile + t->places[e];
            const real *other = t->tile + t->places[e + 1];
            vec value, other_value;
            vec_spread(t->values + e, &value, &other_value);
            for (size_t k = 0; k < sums; k++) {
                sum[k] += value * *(const vec *)(column + k * LANES);
            }
            for (size_t k = 0; k < sums; k++) {
                sum[k] += other_value * *(const vec *)(other + k * LANES);
            }
        }
        for (size_t k = 0; k < sums; k++) { *(vec *)(total + k * LANES) = sum[k]; }
    }
}

/* total (count, stride) <- total + a block of V times s; aligned to 64 bytes. */
static void add_block(const packed_columns *c, const relu_sum *s, const active_work *w,
                      const real *packed, real *total, size_t stride) {
    const size_t block = c->sums * LANES;
    for (size_t t = 0; t < tiles_of(c); t++) {
        size_t begin = t * c->tile, width = smaller(c->n - begin, c->tile);
        const real *tile = packed + begin * block;
        if (w->full_sum_needed[t]) { full_sum_tile(s, tile, begin, width, c->sums, w->full_sum); }
        const tile_work work = {.tile = tile,
                                .ahead = tile + c->tile * block,
                                .values = w->values,
                                .places = w->places,
                                .first = w->first + t * (ACTIVE_PANEL + 1),
                                .use_complement = w->use_complement + t * ACTIVE_PANEL,
                                .full_sum = w->full_sum,
                                .A = s->A,
                                .total = total,
                                .count = s->count,
                                .q = s->q,
                                .stride = stride};
        switch (c->sums) {
        case 1: add_tile(&work, 1); break;
        case 2: add_tile(&work, 2); break;
        case 3: add_tile(&work, 3); break;
        case 4: add_tile(&work, 4); break;
        case 5: add_tile(&work, 5); break;
        case 6: add_tile(&work, 6); break;
        case 7: add_tile(&work, 7); break;
        default: add_tile(&work, SUMS);
        }
    }
}

/* Can T itself be summed in? One block is all its rows, whole registers of them; those that are too
 * many have a 0 added to. */
static bool in_place(const packed_columns *c, const real *T, size_t stride) {
    return blocks_of(c) == 1 && c->sums * LANES <= stride && stride % LANES == 0 &&
           (uintptr_t)T % VEC_BYTES == 0;
}

void active_add(const packed_columns *c, const relu_sum *s, real *T, size_t stride, real *work) {
    const size_t block = c->sums * LANES;
    uintptr_t at = (uintptr_t)work;
    active_work w = lay_out(c, s->q, &at);
    list_terms(c, s, &w);
    if (in_place(c, T, stride)) {
        add_block(c, s, &w, c->packed, T, stride);
        return;
    }
    memset(w.sums, 0, s->count * block * sizeof *w.sums);
    for (size_t b = 0; b < c->length; b += block) {
        size_t rows = smaller(c->length - b, block);
        for (size_t r = 0; r < s->count; r++) {
            memcpy(w.sums + r * block, T + r * stride + b, rows * sizeof *T);
        }
        add_block(c, s, &w, c->packed + b * c->n, w.sums, block);
        for (size_t r = 0; r < s->count; r++) {
            memcpy(T + r * stride + b, w.sums + r * block, rows * sizeof *T);
        }
    }
}
