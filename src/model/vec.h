/* SIMD vector: one machine register of numbers, for the kernels of layer, active and sign_sums (the
 * vector extension of GCC and clang). It is as wide as the processor's that the compiler builds for: a wider vector
 * would be passed in another way on every one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_VEC_H
#define MODEL_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/real.h"

#ifdef __AVX__
#include <immintrin.h>
#endif

#if defined __AVX512F__
enum { VEC_BYTES = 64 };
#elif defined __AVX__
enum { VEC_BYTES = 32 };
#else
enum { VEC_BYTES = 16 };
#endif
#ifdef REAL_DOUBLE
typedef int64_t lane_mask;
#else
typedef int32_t lane_mask;
#endif
typedef real vec __attribute__((vector_size(VEC_BYTES)));
typedef vec vec_in_memory
    __attribute__((aligned(sizeof(real)), may_alias));              /* need not be aligned */
typedef lane_mask vec_mask __attribute__((vector_size(VEC_BYTES))); /* what comparing vecs yields */

enum { LANES = VEC_BYTES / sizeof(real) };

static inline vec vec_load(const real *x) { return *(const vec_in_memory *)x; }

/* A load, at an aligned address, that serves two products: a compiler may fold it into both
 * multiplications, and then it is done twice. */
static inline vec vec_load_once(const real *x) {
    vec loaded = *(const vec *)x;
#if defined __AVX512F__
    __asm__("" : "+v"(loaded));
#elif defined __AVX__
    __asm__("" : "+x"(loaded));
#endif
    return loaded;
}

static inline void vec_store(real *to, vec x) { *(vec_in_memory *)to = x; }

static inline vec vec_where_positive(vec z, vec x) { return (vec)((vec_mask)x & (z > 0)); }

/* One bit a number: is it above 0? not 0? A NaN is not above 0, and not 0. */
#if defined __AVX512F__ && defined REAL_DOUBLE
static inline uint64_t vec_positive(vec x) {
    return _cvtmask8_u32(_mm512_cmp_pd_mask((__m512d)x, _mm512_setzero_pd(), _CMP_GT_OQ));
}

static inline uint64_t vec_not_zero(vec x) {
    return _cvtmask8_u32(_mm512_cmp_pd_mask((__m512d)x, _mm512_setzero_pd(), _CMP_NEQ_UQ));
}
#elif defined __AVX512F__
static inline uint64_t vec_positive(vec x) {
    return _cvtmask16_u32(_mm512_cmp_ps_mask((__m512)x, _mm512_setzero_ps(), _CMP_GT_OQ));
}

static inline uint64_t vec_not_zero(vec x) {
    return _cvtmask16_u32(_mm512_cmp_ps_mask((__m512)x, _mm512_setzero_ps(), _CMP_NEQ_UQ));
}
#else
static inline uint64_t vec_bits(vec_mask mask) {
#if defined __AVX__ && defined REAL_DOUBLE
    return (uint64_t)_mm256_movemask_pd((__m256d)mask);
#elif defined __AVX__
    return (uint64_t)_mm256_movemask_ps((__m256)mask);
#else
    uint64_t bits = 0;
    for (size_t k = 0; k < LANES; k++) { bits |= (uint64_t)(mask[k] & 1) << k; }
    return bits;
#endif
}

static inline uint64_t vec_positive(vec x) { return vec_bits(x > 0); }

static inline uint64_t vec_not_zero(vec x) { return vec_bits(x != 0); }
#endif

/* A bit for each of `count` numbers, 64 at most: is it above 0, or, of `given` ones, not 0? What
 * pads them to whole registers is 0, or not above 0. */
static inline uint64_t vec_bits_set(const real *x, size_t count, bool given) {
    uint64_t bits = 0;
    for (size_t j = 0; j < count; j += LANES) {
        const vec some = vec_load(x + j);
        bits |= (given ? vec_not_zero(some) : vec_positive(some)) << j;
    }
    return bits;
}

static inline size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

#endif
