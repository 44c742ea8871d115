#include "model/layer.h"

#include <stdint.h>

/* One machine register of numbers (GCC's vector extension), and of the masks that comparing them yields. */
#ifdef __AVX512F__
enum { REGISTER = 64 };
#else
enum { REGISTER = 32 };
#endif
#ifdef REAL_DOUBLE
typedef int64_t lane_mask;
#else
typedef int32_t lane_mask;
#endif
typedef real strip __attribute__((vector_size(REGISTER)));
typedef strip strip_in_memory __attribute__((aligned(sizeof(real)), may_alias)); /* need not be aligned */
typedef lane_mask strip_mask __attribute__((vector_size(REGISTER)));

enum {
    LANES = REGISTER / sizeof(real),
    OUTPUTS = 10, /* sums kept in registers at once */
    GROUP = 32    /* neurons that pass by before the next strip: their columns lie on as many pages, which the translation buffer holds */
};

static inline strip load(const real *x)
{
    return *(const strip_in_memory *)x;
}

static inline strip where_positive(strip z, strip x)
{
    return (strip)((strip_mask)x & (z > 0));
}

/* Sums of `q` outputs (a constant where this is inlined) over `count` neurons for one strip of inputs. */
static inline __attribute__((always_inline)) void output_strip(const real *Z, const real *A, size_t count, size_t q, size_t stride,
                                                               size_t ld, real scale, real *U)
{
    strip sum[OUTPUTS];
    for (size_t o = 0; o < q; o++)
        sum[o] = (strip){0};
    for (size_t r = 0; r < count; r++) {
        strip z = load(Z + r * ld);
        z = where_positive(z, z);
        for (size_t o = 0; o < q; o++)
            sum[o] += z * A[r * stride + o];
    }
    for (size_t o = 0; o < q; o++)
        *(strip_in_memory *)(U + o * ld) += scale * sum[o];
}

/* As output_strip: S of `count` neurons; added to what is there if `more`. */
static inline __attribute__((always_inline)) void gradient_strip(const real *Z, const real *A, const real *R, size_t count, size_t q,
                                                                 size_t stride, size_t ld, real factor, int more, real *S)
{
    strip residual[OUTPUTS];
    for (size_t o = 0; o < q; o++)
        residual[o] = factor * load(R + o * ld);
    for (size_t r = 0; r < count; r++) {
        strip sum = more ? load(S + r * ld) : (strip){0};
        for (size_t o = 0; o < q; o++)
            sum += residual[o] * A[r * stride + o];
        *(strip_in_memory *)(S + r * ld) = where_positive(load(Z + r * ld), sum);
    }
}

static size_t at_most(size_t left, size_t limit)
{
    return left < limit ? left : limit;
}

/* A register's worth of outputs whose number is known to the compiler for the common cases: one output, and ten. */
static void output_group(const real *Z, const real *A, size_t count, size_t q, size_t stride, size_t ld, real scale, real *U)
{
    for (size_t i = 0; i < ld; i += LANES) {
        if (q == OUTPUTS)
            output_strip(Z + i, A, count, OUTPUTS, stride, ld, scale, U + i);
        else if (q == 1)
            output_strip(Z + i, A, count, 1, stride, ld, scale, U + i);
        else
            output_strip(Z + i, A, count, q, stride, ld, scale, U + i);
    }
}

static void gradient_group(const real *Z, const real *A, const real *R, size_t count, size_t q, size_t stride, size_t ld,
                           real factor, int more, real *S)
{
    for (size_t i = 0; i < ld; i += LANES) {
        if (q == OUTPUTS && !more)
            gradient_strip(Z + i, A, R + i, count, OUTPUTS, stride, ld, factor, 0, S + i);
        else if (q == 1 && !more)
            gradient_strip(Z + i, A, R + i, count, 1, stride, ld, factor, 0, S + i);
        else
            gradient_strip(Z + i, A, R + i, count, q, stride, ld, factor, more, S + i);
    }
}

void layer_output(const real *Z, const real *A, size_t count, size_t q, size_t ld, real scale, real *U)
{
    for (size_t r = 0; r < count; r += GROUP)
        for (size_t o = 0; o < q; o += OUTPUTS)
            output_group(Z + r * ld, A + r * q + o, at_most(count - r, GROUP), at_most(q - o, OUTPUTS), q, ld, scale, U + o * ld);
}

void layer_gradient(const real *Z, const real *A, const real *R, size_t count, size_t q, size_t ld, real factor, real *S)
{
    for (size_t r = 0; r < count; r += GROUP)
        for (size_t o = 0; o < q; o += OUTPUTS)
            gradient_group(Z + r * ld, A + r * q + o, R + o * ld, at_most(count - r, GROUP), at_most(q - o, OUTPUTS), q, ld, factor,
                           o > 0, S + r * ld);
}
