/* strip: one machine register of numbers, for the kernels of layer and active (the vector extension of GCC and clang). It is
 * as wide as the processor's that the compiler builds for: a wider vector would be passed in another way on every one. */
#ifndef MODEL_STRIP_H
#define MODEL_STRIP_H

#include <stddef.h>
#include <stdint.h>
#include "base/real.h"

#if defined __AVX512F__
enum { STRIP_BYTES = 64 };
#elif defined __AVX__
enum { STRIP_BYTES = 32 };
#else
enum { STRIP_BYTES = 16 };
#endif
#ifdef REAL_DOUBLE
typedef int64_t lane_mask;
#else
typedef int32_t lane_mask;
#endif
typedef real strip __attribute__((vector_size(STRIP_BYTES)));
typedef strip strip_in_memory
    __attribute__((aligned(sizeof(real)), may_alias)); /* need not be aligned */
typedef lane_mask strip_mask
    __attribute__((vector_size(STRIP_BYTES))); /* what comparing strips yields */

enum { LANES = STRIP_BYTES / sizeof(real) };

static inline strip strip_load(const real *x) { return *(const strip_in_memory *)x; }

static inline void strip_store(real *to, strip x) { *(strip_in_memory *)to = x; }

static inline strip strip_where_positive(strip z, strip x) {
    return (strip)((strip_mask)x & (z > 0));
}

static inline size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

#endif
