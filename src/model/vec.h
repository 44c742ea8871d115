/* SIMD vector: one machine register of numbers, for the kernels of layer, active and sign_sums (the
 * vector extension of GCC and clang). It is as wide as the processor's that the compiler builds for: a wider vector
 * would be passed in another way on every one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_VEC_H
#define MODEL_VEC_H

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
    __attribute__((aligned(sizeof(real)), may_alias)); /* need not be aligned */
typedef double two_in_memory __attribute__((aligned(sizeof(real)), may_alias)); /* floats */
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

/* *a, *b <- x[0] and x[1] in all lanes. x need not be aligned. One load for both where the
 * processor has an instruction for it: loads are what a sum of columns in first-level cache waits
 * for. */
static inline void vec_spread(const real *x, vec *a, vec *b) {
#if defined __AVX512F__ && defined REAL_DOUBLE
    __m512d both = (__m512d)_mm512_broadcast_f32x4((__m128)_mm_loadu_pd(x));
    *a = (vec)_mm512_movedup_pd(both);
    *b = (vec)_mm512_permute_pd(both, 0xff);
#elif defined __AVX512F__
    __m512 both = (__m512)_mm512_set1_pd(*(const two_in_memory *)x);
    *a = (vec)_mm512_moveldup_ps(both);
    *b = (vec)_mm512_movehdup_ps(both);
#elif defined __AVX__ && defined REAL_DOUBLE
    __m256d both = _mm256_broadcast_pd((const __m128d *)(const void *)x);
    *a = (vec)_mm256_movedup_pd(both);
    *b = (vec)_mm256_permute_pd(both, 0xf);
#elif defined __AVX__
    __m256 both = (__m256)_mm256_set1_pd(*(const two_in_memory *)x);
    *a = (vec)_mm256_moveldup_ps(both);
    *b = (vec)_mm256_movehdup_ps(both);
#else
    for (size_t k = 0; k < LANES; k++) {
        (*a)[k] = x[0];
        (*b)[k] = x[1];
    }
#endif
}

static inline size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

#endif
