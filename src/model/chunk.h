/* Chunk: numbers that are looked at together, of which some are taken, one after the other: those
 * that are positive, say. With 64-byte registers the processor has an
 * instruction for it (AVX-512's compress); elsewhere a table holds the order of every selection of
 * 32 bytes, 16 where registers are no wider.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_CHUNK_H
#define MODEL_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include "base/error.h"
#include "base/real.h"

#ifdef __AVX__
#include <immintrin.h>
#endif

#if defined __AVX512F__
enum { CHUNK_BYTES = 64 };
#elif defined __AVX__
enum { CHUNK_BYTES = 32 };
#else
enum { CHUNK_BYTES = 16 };
#endif
enum { CHUNK = CHUNK_BYTES / sizeof(real) };

/* Which number of a chunk; as wide as the number. */
#ifdef REAL_DOUBLE
typedef int64_t chunk_lane;
#else
typedef int32_t chunk_lane;
#endif
typedef real chunk __attribute__((vector_size(CHUNK_BYTES)));
typedef chunk_lane chunk_lanes __attribute__((vector_size(CHUNK_BYTES)));
typedef chunk chunk_in_memory __attribute__((aligned(sizeof(real)), may_alias));

#ifdef __AVX512F__

/* One bit a number: is it above 0? not 0? A NaN is not above 0, and not 0. */
#ifdef REAL_DOUBLE
static inline uint64_t chunk_positive(chunk x) {
    return _cvtmask8_u32(_mm512_cmp_pd_mask((__m512d)x, _mm512_setzero_pd(), _CMP_GT_OQ));
}

static inline uint64_t chunk_not_zero(chunk x) {
    return _cvtmask8_u32(_mm512_cmp_pd_mask((__m512d)x, _mm512_setzero_pd(), _CMP_NEQ_UQ));
}
#else
static inline uint64_t chunk_positive(chunk x) {
    return _cvtmask16_u32(_mm512_cmp_ps_mask((__m512)x, _mm512_setzero_ps(), _CMP_GT_OQ));
}

static inline uint64_t chunk_not_zero(chunk x) {
    return _cvtmask16_u32(_mm512_cmp_ps_mask((__m512)x, _mm512_setzero_ps(), _CMP_NEQ_UQ));
}
#endif

#else

static inline uint64_t chunk_bits(chunk_lanes mask) {
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

static inline uint64_t chunk_positive(chunk x) { return chunk_bits(x > 0); }

static inline uint64_t chunk_not_zero(chunk x) { return chunk_bits(x != 0); }

#endif

#ifdef __AVX512F__

/* No table is needed; there is one, so that all processors have the same calls. */
static inline chunk_lanes *chunk_table(void) {
    return allocate(1, sizeof(chunk_lanes), "table of selections");
}

/* The numbers of x whose bit is set, one after the other; what follows them is of no account. */
static inline chunk chunk_take(const chunk_lanes *order, uint64_t bits, chunk x) {
    (void)order;
#ifdef REAL_DOUBLE
    return (chunk)_mm512_maskz_compress_pd((__mmask8)bits, (__m512d)x);
#else
    return (chunk)_mm512_maskz_compress_ps((__mmask16)bits, (__m512)x);
#endif
}

#else

/* For every set of bits its lanes in order; owned by the caller. NULL: no memory. */
static inline chunk_lanes *chunk_table(void) {
    chunk_lanes *order = allocate(1 << CHUNK, sizeof *order, "table of selections");
    for (size_t bits = 0; order && bits < 1 << CHUNK; bits++) {
        chunk_lanes lanes = {0};
        for (int lane = 0, count = 0; lane < CHUNK; lane++) {
            if (bits >> lane & 1) { lanes[count++] = lane; }
        }
        order[bits] = lanes;
    }
    return order;
}

/* The numbers of x whose bit is set, one after the other; what follows them is of no account. */
static inline chunk chunk_take(const chunk_lanes *order, uint64_t bits, chunk x) {
#ifdef __clang__ /* it has no shuffle by a variable */
    chunk y;
    for (size_t k = 0; k < CHUNK; k++) { y[k] = x[order[bits][k]]; }
    return y;
#else
    return __builtin_shuffle(x, order[bits]);
#endif
}

#endif

#endif
