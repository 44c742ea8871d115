/* The terms that active finds for a panel of neurons, and their sums: for active*.c alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_ACTIVE_WORK_H
#define MODEL_ACTIVE_WORK_H

#include <stdbool.h>
#include <stdint.h>
#include "model/active.h"
#include "model/sign_sums.h"
#include "model/vec.h"

enum {
    /* registers that hold a neuron's sums over a block of rows, at most; one more where there are 32
     * of 64 bytes and a large first-level cache, since a tile of a block grows with them */
    SMALL_SUMS = 8,
    SUMS = VEC_BYTES == 64 ? 9 : SMALL_SUMS,
    LARGE_CACHE = 48 << 10, /* bytes: that tile has 36 KiB, and sums and factors pass by */
    /* and those of each of two neurons that share what is loaded: of 16 they leave four */
    SHARED_SUMS = VEC_BYTES == 64 ? SUMS : 6,
    /* rows of V from which on neurons share what is loaded (measured: fewer do not repay it) */
    SHARED_ROWS = VEC_BYTES == 64 ? 96 : 768,
    TURN_SUMS = 4, /* those of each of two that take turns: alone, so few wait for themselves */
    BLOCK = SUMS * LANES, /* rows of V in a block, at most */
    /* inputs in a tile at most: a bit of a word for each, and 32 KiB of V or less in SMALL_SUMS
     * registers, of a first-level cache of 32 KiB or more. Not by the cache that is met: the order of
     * sums, and with it the bytes of a result, hangs on it. */
    TILE = 64,
    /* products computed together, those of a run of tiles: second-level cache holds most */
    RUN_PRODUCTS = (5 << 18) / (int)sizeof(real),
    PAIR = 2 /* neurons that share what is loaded of V */
};

/* For what is only fast where its arguments are constants. */
#define INLINED inline __attribute__((always_inline))

/* Some inputs of a tile: a bit for each. */
typedef uint64_t input_set;

/* Of a tile: those that both neurons of a pair sum, those of one alone. */
typedef struct {
    input_set both, first, second;
} pair_inputs;

/* Workspace of active_add. */
typedef struct {
    input_set *inputs; /* (tiles, ACTIVE_PANEL) which inputs are summed for each neuron */
    real *products;    /* (tiles of a run, count, TILE) +-factor <R_j, a_r> of the tiles in work, of
                          all their inputs; unused where columns are given */
    unsigned char
        *use_complement;     /* (tiles, ACTIVE_PANEL) is it the inactive inputs that are summed? */
    bool *full_sum_needed;   /* (tiles) is it so for any neuron? */
    real *scaled;            /* (tiles, q, TILE) factor * R of those that need it */
    real *signed_sums;       /* the sums with signs of a tile's factor * V R, table after table */
    sign_place *sign_places; /* (ACTIVE_PANEL, groups) of a neuron's there */
    real *sums;              /* (ACTIVE_PANEL, BLOCK) of all neurons, side by side */
} active_work;

/* A column for each neuron, `stride` numbers apart. */
typedef struct {
    real *first;
    size_t stride;
} neuron_columns;

/* What columns of V are multiplied by, for each neuron `stride` numbers apart. */
typedef struct {
    const real *first;
    size_t stride;
} neuron_products;

/* A tile of a block of V. */
typedef struct {
    const real *columns;
    uintptr_t ahead;          /* address of the next tile of the block, which need not be there */
    size_t number, width;     /* which tile, and how many inputs it has */
    neuron_products products; /* of it */
    const real *scaled;       /* (q, TILE) of it, if its full sum is needed */
    neuron_columns from, to;  /* the neurons' sums before it, and after it */
} tile_of_block;

/* Finds the inputs of all neurons in all tiles; is a full sum needed in any? */
bool active_inputs(const packed_columns *c, const relu_sum *s, const active_work *w);

/* Computes products and scaled R of tiles `first` to `last` - 1; not of given columns. */
void active_products(const packed_columns *c, const relu_sum *s, const active_work *w, size_t first,
                     size_t last);

/* Adds the sums over a tile of c. */
void active_sum(const packed_columns *c, const tile_of_block *tile, const relu_sum *s,
                const active_work *w);

/* Which inputs of tile t are summed for each neuron. */
static inline input_set *inputs_of(const active_work *w, size_t t) {
    return w->inputs + t * ACTIVE_PANEL;
}

/* Of the pair whose inputs these are. */
static inline pair_inputs pair_inputs_of(const input_set *inputs) {
    const input_set both = inputs[0] & inputs[1];
    return (pair_inputs){.both = both, .first = inputs[0] ^ both, .second = inputs[1] ^ both};
}

static inline size_t set_count(input_set set) { return (size_t)__builtin_popcountll(set); }

/* Into how many shares of at most `most` x is divided. */
static inline size_t shares(size_t x, size_t most) { return (x + most - 1) / most; }

static inline size_t active_tiles(const packed_columns *c) { return shares(c->n, c->tile); }

#endif
