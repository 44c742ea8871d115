/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/active_work.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t round_up(size_t x, size_t multiple) { return shares(x, multiple) * multiple; }

/* The size of equal shares of at most `most`, so that the last is not a scrap. */
static size_t equal_share(size_t x, size_t most) { return shares(x, shares(x, most)); }

size_t active_tile(size_t n) { return round_up(equal_share(n, TILE), LANES); }

static size_t blocks_of(const packed_columns *c) { return shares(c->length, c->sums * LANES); }

/* Registers of a block of rows, at most. Which rows are summed side by side changes none of their
 * sums, so that this may hang on the cache that is met. */
static size_t most_sums(bool shared) {
    const size_t most = shared ? SHARED_SUMS : SUMS;
#ifdef _SC_LEVEL1_DCACHE_SIZE
    if (sysconf(_SC_LEVEL1_DCACHE_SIZE) >= LARGE_CACHE) { return most; }
#endif
    return smaller(most, SMALL_SUMS);
}

/* c with room for its columns. */
static status make_room(size_t n, size_t length, packed_columns *c) {
    *c = (packed_columns){
        .n = n, .length = length, .shared = length >= SHARED_ROWS, .tile = active_tile(n)};
    /* blocks of as many rows as there are registers for, or a few less */
    c->sums = shares(equal_share(length, most_sums(c->shared) * LANES), LANES);
    c->packed = allocate(blocks_of(c) * n, c->sums * LANES * sizeof *c->packed, "packed matrix");
    if (c->packed) { return OK; }
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
    size_t tiles = active_tiles(c);
    active_work w;
    w.inputs = arena_alloc(at, tiles * ACTIVE_PANEL, sizeof *w.inputs);
    w.products =
        arena_alloc(at, smaller(tiles * ACTIVE_PANEL * TILE, RUN_PRODUCTS), sizeof *w.products);
    w.use_complement = arena_alloc(at, tiles * ACTIVE_PANEL, sizeof *w.use_complement);
    w.full_sum_needed = arena_alloc(at, tiles, sizeof *w.full_sum_needed);
    w.scaled = arena_alloc(at, tiles * q * TILE, sizeof *w.scaled);
    const size_t groups = sign_groups(q);
    w.signed_sums = arena_alloc(at, groups * SIGN_TABLE * BLOCK, sizeof *w.signed_sums);
    w.sign_places = arena_alloc(at, ACTIVE_PANEL * groups, sizeof *w.sign_places);
    w.sums = arena_alloc(at, ACTIVE_PANEL * BLOCK, sizeof *w.sums);
    return w;
}

size_t active_workspace(const packed_columns *c, size_t q) {
    uintptr_t at = 0;
    lay_out(c, q, &at);
    return at / sizeof(real);
}

/* Can columns of a block be read and written where they are? Whole registers of them; rows that are
 * too many have a 0 added to. */
static bool in_place(neuron_columns T, size_t block, size_t room) {
    return block <= room && T.stride % LANES == 0 && (uintptr_t)T.first % VEC_BYTES == 0;
}

/* Tile t of the block of V from row b on, of a run of tiles that begins with `first`. */
static tile_of_block tile_of(const packed_columns *c, const relu_sum *s, const active_work *w,
                             size_t b, size_t first, size_t t) {
    const size_t block = c->sums * LANES, begin = t * c->tile;
    const real *columns = c->packed + b * c->n + begin * block;
    tile_of_block tile = {.columns = columns,
                          .ahead = (uintptr_t)columns + c->tile * block * sizeof *columns,
                          .number = t,
                          .width = smaller(c->n - begin, c->tile)};
    if (s->S) {
        tile.products = (neuron_products){.first = s->S + begin, .stride = s->ld};
    } else {
        tile.products =
            (neuron_products){.first = w->products + (t - first) * s->count * TILE, .stride = TILE};
        tile.scaled = w->scaled + t * s->q * TILE;
    }
    return tile;
}

/* T <- T + the block of V from row b on times s, over tiles `first` to `last` - 1. Sums go from T to
 * T; between tiles they are side by side, or in T if one block is all its rows. */
static void add_block(const packed_columns *c, const relu_sum *s, const active_work *w, size_t b,
                      size_t first, size_t last, real *T, size_t stride) {
    const size_t block = c->sums * LANES, rows = smaller(c->length - b, block);
    const neuron_columns own = {.first = T + b, .stride = stride};
    const neuron_columns beside = {.first = w->sums, .stride = block};
    const bool direct = in_place(own, block, stride - b);
    const neuron_columns ends = direct ? own : beside, between = blocks_of(c) == 1 ? ends : beside;
    for (size_t r = 0; !direct && r < s->count; r++) {
        real *sum = beside.first + r * block;
        memcpy(sum, own.first + r * stride, rows * sizeof *sum);
        memset(sum + rows, 0, (block - rows) * sizeof *sum);
    }
    for (size_t t = first; t < last; t++) {
        tile_of_block tile = tile_of(c, s, w, b, first, t);
        tile.from = t == first ? ends : between;
        tile.to = t + 1 == last ? ends : between;
        active_sum(c, &tile, s, w);
    }
    for (size_t r = 0; !direct && r < s->count; r++) {
        memcpy(own.first + r * stride, beside.first + r * block, rows * sizeof *T);
    }
}

/* Tiles of a run, in equal shares: as many as there is room for their products; all, if columns are
 * given. Between runs sums are in T, far apart. */
static size_t run_of(const packed_columns *c, const relu_sum *s) {
    const size_t tiles = active_tiles(c);
    return s->S ? tiles : equal_share(tiles, RUN_PRODUCTS / (s->count * TILE));
}

void active_add(const packed_columns *c, const relu_sum *s, real *T, size_t stride, real *work) {
    const size_t block = c->sums * LANES, tiles = active_tiles(c), run = run_of(c, s);
    uintptr_t at = (uintptr_t)work;
    active_work w = lay_out(c, s->q, &at);
    if (active_inputs(c, s, &w)) { sign_sums_find(s->A, s->count, s->q, w.sign_places); }
    for (size_t first = 0; first < tiles; first += run) {
        const size_t last = smaller(tiles, first + run);
        if (!s->S) { active_products(c, s, &w, first, last); }
        for (size_t b = 0; b < c->length; b += block) {
            add_block(c, s, &w, b, first, last, T, stride);
        }
    }
}
