#include "model/active.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "model/layer.h"
#include "model/strip.h"

enum {
    SUMS = 8,               /* registers that hold a neuron's sums over a tile */
    BLOCK = SUMS * LANES,   /* rows of V in a block */
    TILE = 96,              /* inputs in a tile at most: 24 KiB of V */
    WORDS = 2,              /* of 64 bits that hold a bit for each of them */
    GROUP = 32              /* neurons whose <R_j, a_r> are computed together */
};

/* One term of a neuron's sum over a tile. */
typedef struct {
    real value;      /* +-factor <R_j, a_r> */
    uint32_t place;  /* of V_j in the packed tile */
} term;

/* Workspace of active_add. */
typedef struct {
    term *terms;           /* tile after tile, neuron after neuron */
    size_t *first;         /* (tiles, ACTIVE_PANEL + 1) their beginnings */
    unsigned char *rest;   /* (tiles, ACTIVE_PANEL) is it the inactive inputs that are listed? */
    bool *whole_needed;    /* (tiles) is it so for any neuron? */
    real *whole;           /* (q, BLOCK) factor * V R of a tile */
    real *sums;            /* (ACTIVE_PANEL, BLOCK) of all neurons, side by side */
    real *products;        /* (GROUP, TILE) factor <R_j, a_r> */
    uint64_t *bits;        /* (ACTIVE_PANEL, WORDS) of the tile in work: is the neuron active on its inputs? */
} active_work;

static size_t round_up(size_t x, size_t multiple)
{
    return (x + multiple - 1) / multiple * multiple;
}

static size_t tiles_of(const active_columns *c)
{
    return (c->n + c->tile - 1) / c->tile;
}

/* Equal shares, so that the last is not a scrap; whole registers. */
size_t active_tile(size_t n)
{
    size_t tiles = (n + TILE - 1) / TILE;
    return round_up((n + tiles - 1) / tiles, LANES);
}

status active_new(const double *V, size_t n, size_t length, active_columns *c)
{
    size_t blocks = (length + BLOCK - 1) / BLOCK;
    *c = (active_columns){.n = n, .length = length, .tile = active_tile(n)};
    c->packed = allocate(blocks * n, BLOCK * sizeof *c->packed, "packed matrix");
    if (!c->packed)
        return FAILED;
    for (size_t b = 0; b < blocks; b++)
        for (size_t j = 0; j < n; j++)
            for (size_t i = 0; i < BLOCK; i++)
                c->packed[(b * n + j) * BLOCK + i] = b * BLOCK + i < length ? (real)V[j * length + b * BLOCK + i] : 0;
    return OK;
}

void active_free(active_columns *c)
{
    free(c->packed);
    *c = (active_columns){0};
}

/* The next piece of a workspace; whole cache lines. */
static void *take(uintptr_t *at, size_t count, size_t size)
{
    uintptr_t piece = *at;
    *at += round_up(count * size, 64);
    return (void *)piece;
}

/* Lays the workspace out from address *at on, and moves *at behind it. */
static active_work lay_out(const active_columns *c, size_t q, uintptr_t *at)
{
    size_t tiles = tiles_of(c);
    active_work w;
    w.terms = take(at, ACTIVE_PANEL * c->n, sizeof *w.terms);
    w.first = take(at, tiles * (ACTIVE_PANEL + 1), sizeof *w.first);
    w.rest = take(at, tiles * ACTIVE_PANEL, sizeof *w.rest);
    w.whole_needed = take(at, tiles, sizeof *w.whole_needed);
    w.whole = take(at, q * BLOCK, sizeof *w.whole);
    w.sums = take(at, ACTIVE_PANEL * BLOCK, sizeof *w.sums);
    w.products = take(at, GROUP * TILE, sizeof *w.products);
    w.bits = take(at, ACTIVE_PANEL * WORDS, sizeof *w.bits);
    return w;
}

size_t active_workspace(const active_columns *c, size_t q)
{
    uintptr_t at = 0;
    lay_out(c, q, &at);
    return at / sizeof(real);
}

/* --- which inputs a neuron's sum runs over --- */

/* bits <- is z > 0? for `width` inputs of a tile; returns how many are. The padding of z is 0. */
static size_t find_positive(const real *z, size_t width, uint64_t *bits)
{
    memset(bits, 0, WORDS * sizeof *bits);
    for (size_t j = 0; j < width; j += LANES)
        bits[j / 64] |= strip_positive(strip_load(z + j)) << j % 64;
    return (size_t)(__builtin_popcountll(bits[0]) + __builtin_popcountll(bits[1]));
}

/* Marks the neurons for which the inactive inputs of the tile and q products are fewer than the active inputs, if together
 * they save more than V R of the tile costs. */
static bool choose(const active_step *s, size_t begin, size_t width, uint64_t *bits, unsigned char *rest)
{
    size_t saved = 0;
    for (size_t r = 0; r < s->count; r++) {
        size_t active = find_positive(s->Z + r * s->ld + begin, width, bits + r * WORDS), other = width - active + s->q;
        rest[r] = other < active;
        saved += rest[r] ? active - other : 0;
    }
    bool worth = saved > s->q * width;
    if (!worth)
        memset(rest, 0, s->count);
    return worth;
}

/* Appends the inputs whose bit is set, or, for the rest, is not. */
static term *append(const uint64_t *bits, const real *products, size_t width, bool rest, term *next)
{
    for (size_t word = 0; word * 64 < width; word++) {
        size_t left = width - word * 64;
        uint64_t all = left < 64 ? (UINT64_C(1) << left) - 1 : UINT64_MAX, set = rest ? all & ~bits[word] : bits[word];
        for (; set; set &= set - 1) {
            size_t j = word * 64 + (size_t)__builtin_ctzll(set);
            *next++ = (term){.value = rest ? -products[j] : products[j], .place = (uint32_t)(j * BLOCK)};
        }
    }
    return next;
}

static void list_terms(const active_columns *c, const active_step *s, const active_work *w)
{
    term *next = w->terms;
    for (size_t t = 0; t < tiles_of(c); t++) {
        size_t begin = t * c->tile, width = smaller(c->n - begin, c->tile);
        size_t *first = w->first + t * (ACTIVE_PANEL + 1);
        unsigned char *rest = w->rest + t * ACTIVE_PANEL;
        w->whole_needed[t] = choose(s, begin, width, w->bits, rest);
        for (size_t r = 0; r < s->count; r++) {
            if (r % GROUP == 0)
                layer_products(s->A + r * s->q, s->R + begin, smaller(s->count - r, GROUP), s->q, s->ld, width, s->factor,
                               w->products, TILE);
            first[r] = (size_t)(next - w->terms);
            next = append(w->bits + r * WORDS, w->products + r % GROUP * TILE, width, rest[r], next);
        }
        first[s->count] = (size_t)(next - w->terms);
    }
}

/* --- the sums --- */

/* whole <- factor * V R over a tile of a block. */
static void whole_tile(const active_step *s, const real *tile, size_t begin, size_t width, real *whole)
{
    for (size_t o = 0; o < s->q; o++) {
        strip sum[SUMS];
        for (size_t k = 0; k < SUMS; k++)
            sum[k] = (strip){0};
        for (size_t j = 0; j < width; j++)
            for (size_t k = 0; k < SUMS; k++)
                sum[k] += s->factor * s->R[o * s->ld + begin + j] * *(const strip *)(tile + j * BLOCK + k * LANES);
        for (size_t k = 0; k < SUMS; k++)
            *(strip *)(whole + o * BLOCK + k * LANES) = sum[k];
    }
}

/* A neuron's sums over a tile of a block; the sums stay in registers. */
static void add_terms(const real *tile, const term *next, const term *end, const real *whole, const real *a, size_t q, real *sums)
{
    strip sum[SUMS];
    for (size_t k = 0; k < SUMS; k++)
        sum[k] = *(const strip *)(sums + k * LANES);
    for (size_t o = 0; o < q; o++)
        for (size_t k = 0; k < SUMS; k++)
            sum[k] += a[o] * *(const strip *)(whole + o * BLOCK + k * LANES);
    for (; next < end; next++)
        for (size_t k = 0; k < SUMS; k++)
            sum[k] += next->value * *(const strip *)(tile + next->place + k * LANES);
    for (size_t k = 0; k < SUMS; k++)
        *(strip *)(sums + k * LANES) = sum[k];
}

static void add_block(const active_columns *c, const active_step *s, const active_work *w, const real *packed)
{
    for (size_t t = 0; t < tiles_of(c); t++) {
        size_t begin = t * c->tile, width = smaller(c->n - begin, c->tile);
        const real *tile = packed + begin * BLOCK;
        const size_t *first = w->first + t * (ACTIVE_PANEL + 1);
        const unsigned char *rest = w->rest + t * ACTIVE_PANEL;
        if (w->whole_needed[t])
            whole_tile(s, tile, begin, width, w->whole);
        for (size_t r = 0; r < s->count; r++) {
            const char *ahead = (const char *)(tile + c->tile * BLOCK) + 128 * r; /* the next tile, two lines a neuron */
            __builtin_prefetch(ahead);
            __builtin_prefetch(ahead + 64);
            add_terms(tile, w->terms + first[r], w->terms + first[r + 1], w->whole, s->A + r * s->q, rest[r] ? s->q : 0,
                      w->sums + r * BLOCK);
        }
    }
}

void active_add(const active_columns *c, const active_step *s, real *T, size_t stride, real *work)
{
    uintptr_t at = (uintptr_t)work;
    active_work w = lay_out(c, s->q, &at);
    list_terms(c, s, &w);
    memset(w.sums, 0, s->count * BLOCK * sizeof *w.sums);
    for (size_t b = 0; b < c->length; b += BLOCK) {
        size_t rows = smaller(c->length - b, BLOCK);
        for (size_t r = 0; r < s->count; r++)
            memcpy(w.sums + r * BLOCK, T + r * stride + b, rows * sizeof *T);
        add_block(c, s, &w, c->packed + b * c->n);
        for (size_t r = 0; r < s->count; r++)
            memcpy(T + r * stride + b, w.sums + r * BLOCK, rows * sizeof *T);
    }
}
