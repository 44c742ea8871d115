/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/ntk.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* --- infinite width --- */

#define INFINITE_TILE 128 /* rows of X on either side of a tile of H */

/* cos_ij (pi - angle_ij) / (2 pi). The derivative of arccos grows without bound near +-1; there the
 * angle comes first and the cosine from it. At 0.99 arccos still loses less than one digit. */
static double infinite_entry(const dataset *data, size_t i, size_t j, double cosine) {
    if (fabs(cosine) <= 0.99) { return cosine * (M_PI - acos(cosine)) / (2 * M_PI); }
    double angle = dataset_angle(data, i, j);
    return cos(angle) * (M_PI - angle) / (2 * M_PI);
}

/* Rows i0.. against rows j0.. <= i0..: the tile and its mirror image. */
static void infinite_tile(const dataset *data, size_t i0, size_t j0, double *H) {
    size_t n = data->n, d = data->d, i1 = smaller(i0 + INFINITE_TILE, n),
           j1 = smaller(j0 + INFINITE_TILE, n);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)(i1 - i0), (int)(j1 - j0), (int)d, 1,
                data->X + i0 * d, (int)d, data->X + j0 * d, (int)d, 0, H + i0 * n + j0, (int)n);
    for (size_t i = i0; i < i1; i++) {
        for (size_t j = j0; j < smaller(i, j1); j++) {
            H[i * n + j] = infinite_entry(data, i, j, H[i * n + j]);
            H[j * n + i] = H[i * n + j];
        }
        if (i0 == j0) { H[i * n + i] = 0.5; }
    }
}

void ntk_infinite(const dataset *data, int threads, double *H) {
    size_t tiles = (data->n + INFINITE_TILE - 1) / INFINITE_TILE;
#pragma omp parallel for schedule(dynamic) num_threads(threads) collapse(2)
    for (size_t ti = 0; ti < tiles; ti++) {
        for (size_t tj = 0; tj < tiles; tj++) {
            if (tj <= ti) { infinite_tile(data, ti * INFINITE_TILE, tj * INFINITE_TILE, H); }
        }
    }
}

/* --- masked --- */

/* The active neurons of a mask are gathered into rows of bits, one row a sample, BLOCK neurons at a
 * time; C_ij grows by the number of common bits of rows i and j. That is the product of a 0/1
 * matrix with its transpose, at one bit an entry instead of a floating-point number, and in
 * integers. A mask costs in proportion to the neurons it takes. */
#define WORD 64  /* neurons in a word */
#define GROUP 8  /* words in a group: 512 bits, one vector register where there is such */
#define WORDS 64 /* words in a row of bits */
#define BLOCK (WORDS * WORD) /* neurons in a row of bits */
#define COUNT_TILE 16        /* rows of bits (8 KB) that stay in the first-level cache */
#define PACK_TILE 128 /* samples packed at a time: a run of memory in Z, few enough rows of bits */

struct ntk_masked {
    size_t n, masks;
    uint64_t neurons; /* added so far */
    uint64_t *bits;   /* (n, WORDS): of the block and mask in work */
    size_t *active;   /* (BLOCK): its neurons, numbered within the block added */
    /* (masks, n (n+1)/2): C_ij, j <= i, of mask l at l n (n+1)/2 + i (i+1)/2 + j */
    uint32_t *counts;
};

static size_t triangle(size_t n) { return n * (n + 1) / 2; }

double ntk_masked_bytes(size_t n, size_t masks) {
    double rows = (double)n, counts = (double)masks * rows * (rows + 1) / 2;
    return counts * sizeof(uint32_t) + rows * WORDS * sizeof(uint64_t) + BLOCK * sizeof(size_t);
}

ntk_masked *ntk_masked_new(size_t n, size_t masks) {
    ntk_masked *s = allocate(1, sizeof *s, "masked kernel");
    if (!s) { return NULL; }
    s->n = n;
    s->masks = masks;
    s->bits = allocate(n, WORDS * sizeof *s->bits, "activation bits");
    s->active = allocate(BLOCK, sizeof *s->active, "active neurons");
    s->counts = allocate(masks, triangle(n) * sizeof *s->counts, "activation counts");
    if (s->bits && s->active && s->counts) { return s; }
    ntk_masked_free(s);
    return NULL;
}

void ntk_masked_free(ntk_masked *s) {
    if (!s) { return; }
    free(s->bits);
    free(s->active);
    free(s->counts);
    free(s);
}

void ntk_masked_clear(ntk_masked *s) {
    s->neurons = 0;
    memset(s->counts, 0, s->masks * triangle(s->n) * sizeof *s->counts);
}

/* word_i <- bit k: 1{z_ri >= 0}, r = active[k], for samples i0 <= i < i1 and k < count <= WORD.
 * Returns whether all these pre-activations are finite. */
static bool pack_word(const real *Z, size_t ld, const size_t *active, size_t count, size_t i0,
                      size_t i1, uint64_t *word) {
    int finite = 1;
    memset(word, 0, (i1 - i0) * sizeof *word);
    for (size_t k = 0; k < count; k++) {
        const real *z = Z + active[k] * ld + i0;
        for (size_t i = 0; i < i1 - i0; i++) {
            finite &= isfinite(z[i]) != 0;
            word[i] |= (uint64_t)(z[i] >= 0) << k;
        }
    }
    return finite;
}

/* Rows of bits of samples i0 <= i < i1 over the `count` neurons in s->active, `words` words each.
 */
static bool pack_rows(ntk_masked *s, const real *Z, size_t ld, size_t count, size_t words,
                      size_t i0, size_t i1) {
    uint64_t word[PACK_TILE];
    bool finite = true;
    for (size_t w = 0; w < words; w++) {
        size_t first = smaller(w * WORD, count);
        finite &= pack_word(Z, ld, s->active + first, smaller(WORD, count - first), i0, i1, word);
        for (size_t i = i0; i < i1; i++) { s->bits[i * WORDS + w] = word[i - i0]; }
    }
    return finite;
}

/* Number of common bits of two rows; `words` is a multiple of GROUP. Not to be inlined into the
 * parallel region, where it would run out of registers and take twice as long. */
__attribute__((noinline)) static uint32_t common_bits(const uint64_t *a, const uint64_t *b,
                                                      size_t words) {
    uint64_t count = 0;
    for (size_t w = 0; w < words; w += GROUP)
#pragma GCC unroll 8
        for (size_t k = 0; k < GROUP; k++) {
            count += (uint64_t)__builtin_popcountll(a[w + k] & b[w + k]);
        }
    return (uint32_t)count;
}

static void count_rows(const ntk_masked *s, size_t l, size_t words, size_t i0, size_t i1) {
    uint32_t *counts = s->counts + l * triangle(s->n);
    const uint64_t *bits = s->bits;
    for (size_t j = 0; j < i1; j++) {
        for (size_t i = i0 > j ? i0 : j; i < i1; i++) {
            counts[triangle(i) + j] += common_bits(bits + i * WORDS, bits + j * WORDS, words);
        }
    }
}

/* The `count` neurons in s->active belong to mask l. */
static bool add_active(ntk_masked *s, const real *Z, size_t ld, size_t l, size_t count,
                       int threads) {
    size_t n = s->n, words = (count + GROUP * WORD - 1) / (GROUP * WORD) * GROUP;
    int finite = 1;
#pragma omp parallel num_threads(threads) reduction(& : finite)
    {
#pragma omp for schedule(static)
        for (size_t i = 0; i < n; i += PACK_TILE) {
            finite &= pack_rows(s, Z, ld, count, words, i, smaller(i + PACK_TILE, n));
        }
#pragma omp for schedule(dynamic)
        for (size_t i = 0; i < n; i += COUNT_TILE) {
            count_rows(s, l, words, i, smaller(i + COUNT_TILE, n));
        }
    }
    return finite;
}

status ntk_masked_add(ntk_masked *s, const real *Z, size_t ld, size_t count,
                      const unsigned char *mask, size_t stride, int threads) {
    s->neurons += count;
    if (s->neurons > UINT32_MAX) {
        return fail(FAILED,
                    "masked kernel: %llu neurons overflow its 32-bit counts; take a smaller width",
                    (unsigned long long)s->neurons);
    }
    for (size_t l = 0; l < s->masks; l++) {
        const unsigned char *takes = mask ? mask + l * stride : NULL;
        size_t active = 0;
        for (size_t r = 0; r < count; r++) {
            if (!takes || takes[r]) { s->active[active++] = r; }
            if (active == BLOCK || (active > 0 && r + 1 == count)) {
                if (!add_active(s, Z, ld, l, active, threads)) {
                    return fail(
                        FAILED,
                        "masked kernel: a pre-activation is not finite; take a smaller step size");
                }
                active = 0;
            }
        }
    }
    return OK;
}

void ntk_masked_kernel(const ntk_masked *s, size_t l, double factor, const double *G, double *H) {
    size_t n = s->n;
    const uint32_t *counts = s->counts + l * triangle(n);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            H[i * n + j] = factor * (double)counts[triangle(i) + j] * G[i * n + j];
            H[j * n + i] = H[i * n + j];
        }
    }
}
