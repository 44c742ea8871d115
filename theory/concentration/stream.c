#include "theory/concentration/stream.h"

#include <stdlib.h>

#include "run/blas.h"
#include "run/memory.h"

enum { BLOCK = 2048, BLOCK_NUMBERS = 1 << 20 }; /* neurons at a time, at most; numbers in a block of W or Z (8 MB) */

/* Many neurons serve the product and the counting, but a short stream should not pay for a long one's memory. */
static size_t block_of(size_t n, size_t d)
{
    size_t neurons = BLOCK_NUMBERS / (n > d ? n : d);
    return neurons < 1 ? 1 : neurons < BLOCK ? neurons : BLOCK;
}

const char *concentration_kind(const concentration_design *design)
{
    return design->kind == MASK_CATEGORICAL ? "categorical" : "bernoulli";
}

static size_t most_masks(const concentration_design *designs, size_t count)
{
    size_t most = 1;
    for (size_t k = 0; k < count; k++)
        most = designs[k].masks > most ? designs[k].masks : most;
    return most;
}

status concentration_open(const dataset *data, const double *G, const concentration_design *designs, size_t count,
                          concentration_stream *s)
{
    *s = (concentration_stream){.n = data->n, .d = data->d, .X = data->X, .G = G, .designs = designs, .count = count};
    s->block = block_of(data->n, data->d);
    s->active = allocate(count, sizeof *s->active, "kernels of a stream");
    s->W = allocate(s->block, data->d * sizeof *s->W, "block of neurons");
    s->Z = allocate(s->block, data->n * sizeof *s->Z, "block of pre-activations");
    s->mask = allocate(s->block, most_masks(designs, count), "masks of a block");
    status done = s->active && s->W && s->Z && s->mask ? OK : FAILED;
    for (size_t k = 0; done == OK && k < count; k++) {
        s->active[k] = ntk_masked_new(data->n, designs[k].masks);
        done = s->active[k] ? OK : FAILED;
    }
    if (done != OK)
        concentration_close(s);
    return done;
}

status concentration_fits(const dataset *data, const concentration_design *designs, size_t count, int threads)
{
    double n = (double)data->n, block = (double)block_of(data->n, data->d), matrices = 4 * n * n; /* LAPACK's copies */
    double bytes = (matrices + block * (n + (double)data->d)) * sizeof(double);
    bytes += block * (double)most_masks(designs, count);
    for (size_t k = 0; k < count; k++)
        bytes += ntk_masked_bytes(data->n, designs[k].masks);
    double free_now = memory_available();
    if (free_now == 0 || bytes * threads <= free_now)
        return OK;
    return fail(
        BAD_INPUT,
        "%d threads need %.3g GB of memory for n = %zu, %.3g GB are free; take fewer masks, --threads or --samples",
        threads, bytes * threads / 1e9, data->n, free_now / 1e9);
}

void concentration_close(concentration_stream *s)
{
    for (size_t k = 0; s->active && k < s->count; k++)
        ntk_masked_free(s->active[k]);
    free(s->active);
    free(s->W);
    free(s->Z);
    free(s->mask);
    *s = (concentration_stream){0};
}

void concentration_restart(concentration_stream *s, rng *weights, rng *masks)
{
    s->weights = weights;
    s->masks = masks;
    s->width = 0;
    for (size_t k = 0; k < s->count; k++)
        ntk_masked_clear(s->active[k]);
}

/* `count` more neurons: Z = W X^T, and for every design who is active. */
static status add_block(concentration_stream *s, size_t count)
{
    int n = (int)s->n, d = (int)s->d;
    status done = OK;
    rng_normal_double(s->weights, 1, count * s->d, s->W);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, n, d, 1, s->W, d, s->X, d, 0, s->Z, n);
    for (size_t k = 0; done == OK && k < s->count; k++) {
        const concentration_design *design = &s->designs[k];
        mask_draw(design->kind, design->masks, count, design->xi, s->masks, s->mask);
        done = ntk_masked_add(s->active[k], s->Z, s->n, count, s->mask, count, 1);
    }
    s->width += count;
    return done;
}

status concentration_advance(concentration_stream *s, size_t width)
{
    status done = OK;
    while (done == OK && s->width < width)
        done = add_block(s, width - s->width < s->block ? width - s->width : s->block);
    return done;
}

void concentration_kernel(const concentration_stream *s, size_t design, size_t l, double *H)
{
    ntk_masked_kernel(s->active[design], l, 1 / (double)s->width, s->G, H);
}
