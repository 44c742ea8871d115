/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/active_work.h"

/* What is loaded of a tile serves two neurons. `sums`, the registers of a sum, is a constant where
 * these functions are inlined. */
static INLINED void load_sums(const real *from, size_t sums, vec *sum) {
    for (size_t k = 0; k < sums; k++) { sum[k] = *(const vec *)(from + k * LANES); }
}

static INLINED void store_sums(const vec *sum, size_t sums, real *to) {
    for (size_t k = 0; k < sums; k++) { *(vec *)(to + k * LANES) = sum[k]; }
}

static INLINED void add_column(const real *column, real value, size_t sums, vec *sum) {
    for (size_t k = 0; k < sums; k++) { sum[k] += value * *(const vec *)(column + k * LANES); }
}

/* The same column to two sums. */
static INLINED void add_to_both(const real *column, real value, real other, size_t sums, vec *sum,
                                vec *other_sum) {
    for (size_t k = 0; k < sums; k++) {
        const vec x = vec_load_once(column + k * LANES);
        sum[k] += value * x;
        other_sum[k] += other * x;
    }
}

/* Registers of a block whose sums are taken at once, at most: those of a group of outputs, and what
 * is loaded, are nearly all there are. */
enum { PART = VEC_BYTES == 64 ? 5 : 2 };

/* The tables of one group over some registers of a block, of `rows` rows: the columns of factor * V R
 * first, in registers, then their sums with signs. size, part: constants where this is inlined. */
static INLINED void table_part(const tile_of_block *t, const real *R, size_t size, size_t part,
                               const real *columns, size_t rows, real *table) {
    const size_t sums = (size_t)1 << (size - 1);
    vec full[SIGN_GROUP][PART] = {{{0}}};
    for (size_t j = 0; j < t->width; j++) {
        for (size_t k = 0; k < part; k++) {
            const vec x = vec_load_once(columns + j * rows + k * LANES);
            for (size_t o = 0; o < size; o++) { full[o][k] += R[o * TILE + j] * x; }
        }
    }
    for (size_t k = 0; k < part; k++) {
        vec f[SIGN_GROUP], sum[SIGN_TABLE];
        for (size_t o = 0; o < size; o++) { f[o] = full[o][k]; }
        sign_sums_of(f, size, sum);
        for (size_t c = 0; c < sums; c++) { *(vec *)(table + c * rows + k * LANES) = sum[c]; }
    }
}

/* Over all registers of the block, in equal parts: a scrap would wait for its own sums. */
static INLINED void table_parts(const tile_of_block *t, const real *R, size_t size, size_t rows,
                                real *table) {
    const size_t sums = rows / LANES, part = shares(sums, shares(sums, PART));
    size_t at = 0;
    for (; at + part * LANES <= rows; at += part * LANES) {
        table_part(t, R, size, part, t->columns + at, rows, table + at);
    }
    if (sums % part) { table_part(t, R, size, sums % part, t->columns + at, rows, table + at); }
}

/* The tables of all groups over a tile of a block. */
static INLINED void full_sum(const tile_of_block *t, size_t q, const active_work *w, size_t rows) {
    for (size_t g = 0; g < sign_groups(q); g++) {
        const sign_group group = sign_group_at(g, q);
        const real *R = t->scaled + group.first * TILE;
        real *table = w->signed_sums + group.table * rows;
        switch (group.size) {
        case 1: table_parts(t, R, 1, rows, table); break;
        case 2: table_parts(t, R, 2, rows, table); break;
        case 3: table_parts(t, R, 3, rows, table); break;
        default: table_parts(t, R, SIGN_GROUP, rows, table);
        }
    }
}

/* The full sum of neuron r, with its signs. */
static INLINED void add_full_sum(const active_work *w, size_t r, size_t groups, size_t sums,
                                 vec *sum) {
    for (size_t g = r * groups; g < (r + 1) * groups; g++) {
        const sign_place place = w->sign_places[g];
        add_column(w->signed_sums + place.column * sums * LANES, place.sign, sums, sum);
    }
}

/* The first input of a set that is not empty. */
static INLINED size_t first_of(input_set set) { return (size_t)__builtin_ctzll(set); }

/* A set without its first input. */
static INLINED input_set rest_of(input_set set) { return set & (set - 1); }

/* The terms of both neurons of a pair. Sets are gone through bit by bit: a list of inputs would have
 * to be loaded, too. */
static INLINED void add_both(const real *columns, input_set set, const real *products,
                             const real *others, size_t sums, vec *sum, vec *other_sum) {
    for (; set; set = rest_of(set)) {
        const size_t j = first_of(set);
        add_to_both(columns + j * sums * LANES, products[j], others[j], sums, sum, other_sum);
    }
}

/* The first term of one neuron alone. */
static INLINED void add_first(const real *columns, input_set set, const real *products, size_t sums,
                              vec *sum) {
    const size_t j = first_of(set);
    add_column(columns + j * sums * LANES, products[j], sums, sum);
}

static INLINED void add_alone(const real *columns, input_set set, const real *products, size_t sums,
                              vec *sum) {
    for (; set; set = rest_of(set)) { add_first(columns, set, products, sums, sum); }
}

/* Those of the first neuron alone, and of the second, in turns: what is added to a sum waits for
 * what was. */
static INLINED void add_in_turns(const real *columns, pair_inputs in, const real *products,
                                 const real *others, size_t sums, vec *sum, vec *other_sum) {
    for (; in.first && in.second; in.first = rest_of(in.first), in.second = rest_of(in.second)) {
        add_first(columns, in.first, products, sums, sum);
        add_first(columns, in.second, others, sums, other_sum);
    }
    add_alone(columns, in.first, products, sums, sum);
    add_alone(columns, in.second, others, sums, other_sum);
}

/* The next tile is on its way, two lines a neuron; to second-level cache: in the first it would
 * take the place of this one. */
static INLINED void fetch_ahead(const tile_of_block *t, size_t r) {
    const char *ahead = (const char *)(t->ahead + 128 * r);
    __builtin_prefetch(ahead, 0, 2);
    __builtin_prefetch(ahead + 64, 0, 2);
}

/* For neuron r: its full sum, if it wants it, then its terms. */
static INLINED void sum_one(const tile_of_block *t, const active_work *w, size_t r, size_t groups,
                            bool wants_full, input_set inputs, size_t sums) {
    vec sum[SUMS];
    fetch_ahead(t, r);
    load_sums(t->from.first + r * t->from.stride, sums, sum);
    if (wants_full) { add_full_sum(w, r, groups, sums, sum); }
    add_alone(t->columns, inputs, t->products.first + r * t->products.stride, sums, sum);
    store_sums(sum, sums, t->to.first + r * t->to.stride);
}

static INLINED void sum_each(const tile_of_block *t, const relu_sum *s, const active_work *w,
                             size_t sums) {
    const input_set *inputs = inputs_of(w, t->number);
    const unsigned char *use_complement = w->use_complement + t->number * ACTIVE_PANEL;
    const size_t groups = sign_groups(s->q);
    for (size_t r = 0; r < s->count; r++) {
        sum_one(t, w, r, groups, use_complement[r], inputs[r], sums);
    }
}

/* For every pair of neurons: their full sums, if they want them, then their terms: those of both and
 * then those of each, or those of each in turns. The last of an odd number is alone. */
static INLINED void sum_pairs(bool shared, const tile_of_block *t, const relu_sum *s,
                              const active_work *w, size_t sums) {
    const input_set *inputs = inputs_of(w, t->number);
    const neuron_products p = t->products;
    const unsigned char *use_complement = w->use_complement + t->number * ACTIVE_PANEL;
    const size_t groups = sign_groups(s->q), paired = s->count - s->count % PAIR;
    for (size_t r = 0; r < paired; r += PAIR) {
        const pair_inputs in = shared ? pair_inputs_of(inputs + r)
                                      : (pair_inputs){.first = inputs[r], .second = inputs[r + 1]};
        const real *from = t->from.first + r * t->from.stride;
        real *to = t->to.first + r * t->to.stride;
        fetch_ahead(t, r);
        fetch_ahead(t, r + 1);
        vec sum[SUMS], other_sum[SUMS];
        load_sums(from, sums, sum);
        load_sums(from + t->from.stride, sums, other_sum);
        if (use_complement[r]) { add_full_sum(w, r, groups, sums, sum); }
        if (use_complement[r + 1]) { add_full_sum(w, r + 1, groups, sums, other_sum); }
        const real *own = p.first + r * p.stride, *others = own + p.stride;
        add_both(t->columns, in.both, own, others, sums, sum, other_sum);
        if (shared) {
            add_alone(t->columns, in.first, own, sums, sum);
            add_alone(t->columns, in.second, others, sums, other_sum);
        } else {
            add_in_turns(t->columns, in, own, others, sums, sum, other_sum);
        }
        store_sums(sum, sums, to);
        store_sums(other_sum, sums, to + t->to.stride);
    }
    if (paired < s->count) {
        sum_one(t, w, paired, groups, use_complement[paired], inputs[paired], sums);
    }
}

static INLINED void sum_tile(bool shared, const tile_of_block *t, const relu_sum *s,
                             const active_work *w, size_t sums) {
    /* never more than the least of these, but the compiler would make those, too */
    if (shared) {
        sum_pairs(true, t, s, w, smaller(sums, SHARED_SUMS));
    } else if (sums <= TURN_SUMS) {
        sum_pairs(false, t, s, w, sums);
    } else {
        sum_each(t, s, w, smaller(sums, SUMS));
    }
}

/* Functions for each number of registers, and for tables: in one for all the processor's would be
 * too few. */
#define SUM_TILE(sums)                                                                      \
    static __attribute__((noinline)) void full_sum_##sums(const tile_of_block *t, size_t q, \
                                                          const active_work *w) {           \
        full_sum(t, q, w, sums *LANES);                                                     \
    }                                                                                       \
    static __attribute__((noinline)) void sum_tile_##sums(                                  \
        bool shared, const tile_of_block *t, const relu_sum *s, const active_work *w) {     \
        if (w->full_sum_needed[t->number]) { full_sum_##sums(t, s->q, w); }                 \
        sum_tile(shared, t, s, w, sums);                                                    \
    }
SUM_TILE(1)
SUM_TILE(2)
SUM_TILE(3)
SUM_TILE(4)
SUM_TILE(5)
SUM_TILE(6)
SUM_TILE(7)
SUM_TILE(8)
SUM_TILE(9)

void active_sum(const packed_columns *c, const tile_of_block *tile, const relu_sum *s,
                const active_work *w) {
    static void (*const by_registers[])(bool, const tile_of_block *, const relu_sum *,
                                        const active_work *) = {sum_tile_1, sum_tile_2, sum_tile_3,
                                                                sum_tile_4, sum_tile_5, sum_tile_6,
                                                                sum_tile_7, sum_tile_8, sum_tile_9};
    by_registers[c->sums - 1](c->shared, tile, s, w);
}
