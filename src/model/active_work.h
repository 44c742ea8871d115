/* What active lists for a panel of neurons, and the sums over it: for active*.c alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_ACTIVE_WORK_H
#define MODEL_ACTIVE_WORK_H

#include <stdbool.h>
#include <stdint.h>
#include "model/active.h"
#include "model/sign_sums.h"
#include "model/vec.h"

enum {
    SUMS = 8, /* registers that hold a neuron's sums over a block of rows, at most */
    /* and those of each of two neurons that share what is loaded: of 16 they leave four */
    SHARED_SUMS = VEC_BYTES == 64 ? 8 : 6,
    /* rows of V from which on neurons go in pairs: to list a pair takes longer, which only many
     * rows repay (measured) */
    SHARED_ROWS = VEC_BYTES == 64 ? 96 : 768,
    BLOCK = SUMS * LANES, /* rows of V in a block, at most */
    /* inputs in a tile at most: 32 KiB of V or less, of a first-level cache of 32 KiB or more that
     * holds sums and terms besides. By the width of registers, not by the cache that is met: the
     * order of sums, and with it the bytes of a result, hangs on it. */
    TILE = VEC_BYTES == 64 ? 64 : 96,
    WORDS = 2,  /* of 64 bits that hold a bit for each of them */
    GROUP = 32, /* neurons whose <R_j, a_r> are computed together */
    PAIR = 2,   /* neurons, or outputs, that share what is loaded of V */
    PAIRS = ACTIVE_PANEL / PAIR
};

/* For what is only fast where its arguments are constants. */
#define INLINED inline __attribute__((always_inline))

/* Parts of a pair's terms: of both neurons, of the first alone, of the second alone. */
enum { TERMS_BOTH, TERMS_FIRST, TERMS_SECOND, TERMS_PARTS };

/* Both neurons of a pair are in one group; beginnings neuron after neuron fit, too. */
_Static_assert(GROUP % PAIR == 0 && PAIRS * TERMS_PARTS >= ACTIVE_PANEL, "room of active_work");

/* Workspace of active_add. */
typedef struct {
    /* terms, tile after tile, neuron after neuron, or pair after pair and part after part:
     * +-factor <R_j, a_r>. Those of one neuron alone are an even number, with a 0 if there is one
     * too many */
    real *values;
    real *others; /* beside the terms of both: the second neuron's; where neurons go in pairs */
    chunk_lane *places; /* of their V_j in the packed tile; of a 0 the first */
    size_t *first;      /* (tiles, PAIRS * TERMS_PARTS + 1) where they begin: active_first */
    unsigned char
        *use_complement;     /* (tiles, ACTIVE_PANEL) is it the inactive inputs that are listed? */
    bool *full_sum_needed;   /* (tiles) is it so for any neuron? */
    real *full_sum;          /* (q, BLOCK) factor * V R of a tile */
    real *signed_sums;       /* its sums with signs */
    sign_place *sign_places; /* (ACTIVE_PANEL, groups) of a neuron's there */
    real *sums;              /* (ACTIVE_PANEL, BLOCK) of all neurons, side by side */
    real *nobody;            /* (BLOCK) beside the last of an odd number */
    real *products;          /* (GROUP, TILE) factor <R_j, a_r> */
    /* (ACTIVE_PANEL, WORDS) of the tile in work: which inputs are listed? */
    uint64_t *bits;
} active_work;

/* A column for each neuron, `stride` numbers apart. */
typedef struct {
    real *first;
    size_t stride;
} neuron_columns;

/* A tile of a block of V. */
typedef struct {
    const real *columns;
    uintptr_t ahead; /* address of the next tile of the block, which need not be there */
    size_t number, begin, width; /* which tile, its first input, and how many */
    neuron_columns from, to;     /* the neurons' sums before it, and after it */
} tile_of_block;

/* Lists the terms of all neurons in all tiles; is a full sum needed in any? */
bool active_list(const packed_columns *c, const relu_sum *s, const active_work *w);

/* Adds the sums over a tile of c. */
void active_sum(const packed_columns *c, const tile_of_block *tile, const relu_sum *s,
                const active_work *w);

/* Beginnings of the terms of tile t, and the end of the last: part after part of each pair where
 * terms are shared, else neuron after neuron. */
static inline size_t *active_first(const active_work *w, size_t t) {
    return w->first + t * (PAIRS * TERMS_PARTS + 1);
}

static inline size_t active_tiles(const packed_columns *c) {
    return (c->n + c->tile - 1) / c->tile;
}

#endif
