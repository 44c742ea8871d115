/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/active.h"

#ifdef __AVX__
#include <immintrin.h>
#endif
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "model/layer.h"
#include "model/vec.h"

enum {
    SUMS = 8,             /* registers that hold a neuron's sums over a tile */
    BLOCK = SUMS * LANES, /* rows of V in a block */
    TILE = 96,            /* inputs in a tile at most: 24 KiB of V */
    WORDS = 2,            /* of 64 bits that hold a bit for each of them */
    GROUP = 32            /* neurons whose <R_j, a_r> are computed together */
};

typedef real chunk __attribute__((vector_size(ACTIVE_CHUNK_BYTES)));
typedef chunk chunk_in_memory __attribute__((aligned(sizeof(real)), may_alias));
typedef active_lanes lanes_in_memory __attribute__((aligned(sizeof(active_lane)), may_alias));
enum { CHUNK = ACTIVE_CHUNK_BYTES / sizeof(real), SELECTIONS = 1 << CHUNK };

/* Workspace of active_add. */
typedef struct {
    real *values;        /* terms, tile after tile, neuron after neuron: +-factor <R_j, a_r> */
    active_lane *places; /* of their V_j in the packed tile */
    size_t *first;       /* (tiles, ACTIVE_PANEL + 1) beginnings of the neurons' terms */
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

/* The lanes whose bit is set, in order; what follows them is of no account. */
static active_lanes selected_lanes(size_t bits) {
    active_lanes lanes = {0};
    for (int lane = 0, count = 0; lane < CHUNK; lane++) {
        if (bits >> lane & 1) { lanes[count++] = lane; }
    }
    return lanes;
}

static size_t blocks_of(const packed_columns *c) { return (c->length + BLOCK - 1) / BLOCK; }

/* c with room for its columns. */
static status make_room(size_t n, size_t length, packed_columns *c) {
    *c = (packed_columns){.n = n, .length = length, .tile = active_tile(n)};
    c->packed = allocate(blocks_of(c) * n, BLOCK * sizeof *c->packed, "packed matrix");
    c->selected = allocate(SELECTIONS, sizeof *c->selected, "table of selections");
    if (!c->packed || !c->selected) {
        active_free(c);
        return FAILED;
    }
    for (size_t bits = 0; bits < SELECTIONS; bits++) { c->selected[bits] = selected_lanes(bits); }
    return OK;
}

status active_room(const packed_columns *c, size_t n, packed_columns *part) {
    return make_room(n, c->length, part);
}

void active_take(const packed_columns *c, const size_t *inputs, packed_columns *part) {
    for (size_t b = 0; b < blocks_of(c); b++) {
        for (size_t j = 0; j < part->n; j++) {
            memcpy(part->packed + (b * part->n + j) * BLOCK,
                   c->packed + (b * c->n + inputs[j]) * BLOCK, BLOCK * sizeof *c->packed);
        }
    }
}

status active_new(const double *V, size_t n, size_t length, packed_columns *c) {
    if (make_room(n, length, c) != OK) { return FAILED; }
    size_t blocks = blocks_of(c);
    for (size_t b = 0; b < blocks; b++) {
        for (size_t j = 0; j < n; j++) {
            for (size_t i = 0; i < BLOCK; i++) {
                c->packed[(b * n + j) * BLOCK + i] =
                    b * BLOCK + i < length ? (real)V[j * length + b * BLOCK + i] : 0;
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
    w.values = arena_alloc(at, ACTIVE_PANEL * c->n + CHUNK,
                           sizeof *w.values); /* whole chunks are written */
    w.places = arena_alloc(at, ACTIVE_PANEL * c->n + CHUNK, sizeof *w.places);
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

/* One bit a number: is its mask set? */
static uint64_t bits_of(active_lanes mask) {
#if defined __AVX__ && defined REAL_DOUBLE
    return (uint64_t)_mm256_movemask_pd((__m256d)mask);
#elif defined __AVX__
    return (uint64_t)_mm256_movemask_ps((__m256)mask);
#else
    uint64_t bits = 0;
    for (size_t k = 0; k < CHUNK; k++) { bits |= (uint64_t)(mask[k] & 1) << k; }
    return bits;
#endif
}

/* bits <- is x > 0, or, for given columns, x != 0? for `width` inputs of a tile; returns how many
 * are. The padding of x is 0. */
static size_t find(const real *x, size_t width, bool given, uint64_t *bits) {
    memset(bits, 0, WORDS * sizeof *bits);
    for (size_t j = 0; j < width; j += CHUNK) {
        chunk some = *(const chunk_in_memory *)(x + j);
        bits[j / 64] |= bits_of(given ? some != 0 : some > 0) << j % 64;
    }
    return (size_t)(__builtin_popcountll(bits[0]) + __builtin_popcountll(bits[1]));
}

/* Finds the active inputs of a tile, and marks the neurons for which the inactive ones and q
 * products are fewer, if together they save more than V R of the tile costs. Given columns have no
 * such sum. */
static bool choose(const relu_sum *s, size_t begin, size_t width, uint64_t *bits,
                   unsigned char *use_complement) {
    size_t saved = 0;
    for (size_t r = 0; r < s->count; r++) {
        size_t active =
                   find((s->S ? s->S : s->Z) + r * s->ld + begin, width, s->S, bits + r * WORDS),
               other = width - active + s->q;
        use_complement[r] = !s->S && other < active;
        saved += use_complement[r] ? active - other : 0;
    }
    bool worth = saved > s->q * width;
    if (!worth) { memset(use_complement, 0, s->count); }
    return worth;
}

/* The numbers in the given lanes, one after the other. */
static chunk take_lanes(chunk x, active_lanes lanes) {
#ifdef __clang__ /* of the fuzzers and the race detector: it has no shuffle by a variable */
    chunk y;
    for (size_t k = 0; k < CHUNK; k++) { y[k] = x[lanes[k]]; }
    return y;
#else
    return __builtin_shuffle(x, lanes);
#endif
}

/* Writes the terms of the inputs whose bit is set, or, with use_complement, is not, from `next` on,
 * without a branch; returns where they end. */
static size_t append(const active_lanes *selected, const uint64_t *bits, const real *products,
                     size_t width, bool use_complement, const active_work *w, size_t next) {
    for (size_t j = 0; j < width; j += CHUNK) {
        uint64_t inside = width - j < CHUNK ? (UINT64_C(1) << (width - j)) - 1 : SELECTIONS - 1;
        uint64_t set = (bits[j / 64] >> j % 64 ^ (use_complement ? UINT64_MAX : 0)) & inside;
        chunk value = take_lanes(*(const chunk_in_memory *)(products + j), selected[set]);
        *(chunk_in_memory *)(w->values + next) = use_complement ? -value : value;
        *(lanes_in_memory *)(w->places + next) = (selected[set] + (active_lane)j) * BLOCK;
        next += (size_t)__builtin_popcountll(set);
    }
    return next;
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
            next = append(c->selected, w->bits + r * WORDS, products, width, use_complement[r], w,
                          next);
        }
        first[s->count] = next;
    }
}

/* --- the sums --- */

/* full_sum <- factor * V R over a tile of a block. */
static void full_sum_tile(const relu_sum *s, const real *tile, size_t begin, size_t width,
                          real *full_sum) {
    for (size_t o = 0; o < s->q; o++) {
        vec sum[SUMS];
        for (size_t k = 0; k < SUMS; k++) { sum[k] = (vec){0}; }
        for (size_t j = 0; j < width; j++) {
            for (size_t k = 0; k < SUMS; k++) {
                sum[k] += s->factor * s->R[o * s->ld + begin + j] *
                          *(const vec *)(tile + j * BLOCK + k * LANES);
            }
        }
        for (size_t k = 0; k < SUMS; k++) { *(vec *)(full_sum + o * BLOCK + k * LANES) = sum[k]; }
    }
}

/* A neuron's sums over a tile of a block: q products with full_sum, then `count` terms; the sums stay
 * in registers. */
static void add_terms(const real *tile, const real *values, const active_lane *places, size_t count,
                      const real *full_sum, const real *a, size_t q, real *sums) {
    vec sum[SUMS];
    for (size_t k = 0; k < SUMS; k++) { sum[k] = *(const vec *)(sums + k * LANES); }
    for (size_t o = 0; o < q; o++) {
        for (size_t k = 0; k < SUMS; k++) {
            sum[k] += a[o] * *(const vec *)(full_sum + o * BLOCK + k * LANES);
        }
    }
    for (size_t e = 0; e < count; e++) {
        for (size_t k = 0; k < SUMS; k++) {
            sum[k] += values[e] * *(const vec *)(tile + places[e] + k * LANES);
        }
    }
    for (size_t k = 0; k < SUMS; k++) { *(vec *)(sums + k * LANES) = sum[k]; }
}

static void add_block(const packed_columns *c, const relu_sum *s, const active_work *w,
                      const real *packed) {
    for (size_t t = 0; t < tiles_of(c); t++) {
        size_t begin = t * c->tile, width = smaller(c->n - begin, c->tile);
        const real *tile = packed + begin * BLOCK;
        const size_t *first = w->first + t * (ACTIVE_PANEL + 1);
        const unsigned char *use_complement = w->use_complement + t * ACTIVE_PANEL;
        if (w->full_sum_needed[t]) { full_sum_tile(s, tile, begin, width, w->full_sum); }
        for (size_t r = 0; r < s->count; r++) {
            /* the next tile, two lines a neuron */
            const char *ahead = (const char *)(tile + c->tile * BLOCK) + 128 * r;
            __builtin_prefetch(ahead);
            __builtin_prefetch(ahead + 64);
            add_terms(tile, w->values + first[r], w->places + first[r], first[r + 1] - first[r],
                      w->full_sum, s->A + r * s->q, use_complement[r] ? s->q : 0,
                      w->sums + r * BLOCK);
        }
    }
}

void active_add(const packed_columns *c, const relu_sum *s, real *T, size_t stride, real *work) {
    uintptr_t at = (uintptr_t)work;
    active_work w = lay_out(c, s->q, &at);
    list_terms(c, s, &w);
    memset(w.sums, 0, s->count * BLOCK * sizeof *w.sums);
    for (size_t b = 0; b < c->length; b += BLOCK) {
        size_t rows = smaller(c->length - b, BLOCK);
        for (size_t r = 0; r < s->count; r++) {
            memcpy(w.sums + r * BLOCK, T + r * stride + b, rows * sizeof *T);
        }
        add_block(c, s, &w, c->packed + b * c->n);
        for (size_t r = 0; r < s->count; r++) {
            memcpy(T + r * stride + b, w.sums + r * BLOCK, rows * sizeof *T);
        }
    }
}
