/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/masked_stream.h"

#include "base/blas.h"
#include "base/memory.h"

/* Neurons at a time, at most; numbers in a block of W or Z (8 MB in double precision). */
enum { BLOCK = 2048, BLOCK_NUMBERS = 1 << 20 };

/* Many neurons serve the product and the counting, but a short stream should not pay for a long
 * one's memory. */
static size_t block_of(size_t n, size_t d) {
    size_t neurons = BLOCK_NUMBERS / (n > d ? n : d);
    if (neurons < 1) { return 1; }
    return neurons < BLOCK ? neurons : BLOCK;
}

const char *mask_design_kind(const mask_design *design) {
    return design->sets ? "own" : mask_words[design->kind];
}

static size_t most_masks(const mask_design *designs, size_t count) {
    size_t most = 1;
    for (size_t k = 0; k < count; k++) { most = designs[k].masks > most ? designs[k].masks : most; }
    return most;
}

/* False: no memory for some of it. */
static bool allocate_parts(masked_stream *s) {
    scratch *own = &s->owned;
    s->active = scratch_take(own, s->count, sizeof *s->active, "kernels of a stream");
    s->X = scratch_take(own, s->n, s->d * sizeof *s->X, "rows of a stream");
    s->W = scratch_take(own, s->block, s->d * sizeof *s->W, "block of neurons");
    s->Z = scratch_take(own, s->block, s->n * sizeof *s->Z, "block of pre-activations");
    s->mask = scratch_take(own, s->block, most_masks(s->designs, s->count), "masks of a block");
    s->H = scratch_take(own, s->n, s->n * sizeof *s->H, "masked kernel");
    bool whole = !own->failed;
    for (size_t k = 0; whole && k < s->count; k++) {
        s->active[k] = ntk_masked_new(s->n, s->designs[k].masks);
        whole = s->active[k] != NULL;
    }
    return whole;
}

status masked_stream_open(const dataset *data, const double *G, const mask_design *designs,
                          size_t count, rng *weights, rng *masks, masked_stream *s) {
    *s = (masked_stream){.n = data->n,
                         .d = data->d,
                         .G = G,
                         .designs = designs,
                         .count = count,
                         .weights = weights,
                         .masks = masks,
                         .block = block_of(data->n, data->d)};
    status st = weights && masks ? OK : fail(FAILED, "no memory for random streams");
    if (st != OK || !allocate_parts(s)) {
        masked_stream_close(s);
        return FAILED;
    }
    for (size_t k = 0; k < s->n * s->d; k++) { s->X[k] = (real)data->X[k]; }
    return OK;
}

void masked_stream_close(masked_stream *s) {
    for (size_t k = 0; s->active && k < s->count; k++) { ntk_masked_free(s->active[k]); }
    rng_free(s->weights);
    rng_free(s->masks);
    scratch_free(&s->owned);
    *s = (masked_stream){.n = 0};
}

status masked_stream_fits(const dataset *data, const mask_design *designs, size_t count,
                          int threads) {
    double n = (double)data->n, d = (double)data->d, block = (double)block_of(data->n, data->d);
    double bytes = 4 * n * n * sizeof(double); /* LAPACK's copies */
    bytes += (n * d + block * (n + d)) * sizeof(real) + block * (double)most_masks(designs, count);
    for (size_t k = 0; k < count; k++) { bytes += ntk_masked_bytes(data->n, designs[k].masks); }
    double free_now = memory_available();
    if (free_now == 0 || bytes * threads <= free_now) { return OK; }
    return fail(BAD_INPUT,
                "%d threads need %.3g GB of memory for n = %zu, %.3g GB are free; take fewer "
                "masks, --threads or --samples",
                threads, bytes * threads / 1e9, data->n, free_now / 1e9);
}

/* Masks of the neurons s->width - count .. s->width - 1. */
static void draw_block(masked_stream *s, const mask_design *design, size_t count) {
    size_t p = design->masks, before = s->width - count;
    double share = design->xi;
    if (design->sets) { /* again from their first neuron where the stream is longer than they are */
        size_t m = design->sets->m;
        for (size_t k = 0; k < p * count; k++) {
            s->mask[k] = design->sets->mask[k / count * m + (before + k % count) % m];
        }
        return;
    }
    if (design->kind == MASK_PARTITION) {
        for (size_t k = 0; k < p * count; k++) {
            s->mask[k] = (before + k % count) % p == k / count;
        }
        return;
    }
    if (design->kind == MASK_FIXED) {
        size_t size = mask_size(s->width, design->xi) - mask_size(before, design->xi);
        share = (double)size / (double)count;
    }
    mask_draw(design->kind, p, count, share, s->masks, s->mask);
}

/* `count` more neurons: Z = W X^T, and for every design who is active. */
static status add_block(masked_stream *s, size_t count) {
    int n = (int)s->n, d = (int)s->d;
    rng_normal(s->weights, 1, count * s->d, s->W);
    real_gemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, n, d, 1, s->W, d, s->X, d, 0,
              s->Z, n);
    s->width += count;
    for (size_t k = 0; k < s->count; k++) {
        const mask_design *design = &s->designs[k];
        draw_block(s, design, count);
        status st = ntk_masked_add(s->active[k], s->Z, s->n, count, s->mask, count, 1);
        if (st != OK) { return st; }
    }
    return OK;
}

status masked_stream_advance(masked_stream *s, size_t width) {
    while (s->width < width) {
        size_t missing = width - s->width;
        status st = add_block(s, missing < s->block ? missing : s->block);
        if (st != OK) { return st; }
    }
    return OK;
}

double *masked_stream_kernel(masked_stream *s, size_t design, size_t l) {
    ntk_masked_kernel(s->active[design], l, 1 / (double)s->width, s->G, s->H);
    return s->H;
}

double masked_kernel_variance(const double *G, const double *Hinf, size_t n, double xi,
                              bool sized) {
    double sum = 0, left = sized ? 1 : xi;
    for (size_t k = 0; k < n * n; k++) { sum += xi * Hinf[k] * (G[k] - left * Hinf[k]); }
    return sum;
}
