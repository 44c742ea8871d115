/* SIMD vector: one machine register of numbers, for the kernels of layer and active (the vector extension
 * of GCC and clang). It is as wide as the processor's that the compiler builds for: a wider vector
 * would be passed in another way on every one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_VEC_H
#define MODEL_VEC_H

#include <stddef.h>
#include <stdint.h>
#include "base/real.h"

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

static inline void vec_store(real *to, vec x) { *(vec_in_memory *)to = x; }

static inline vec vec_where_positive(vec z, vec x) { return (vec)((vec_mask)x & (z > 0)); }

static inline size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

#endif
