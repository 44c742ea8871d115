/* concentration_stream: one random network W_0 whose neurons arrive in blocks, with masks of several kinds on them, and
 * the masked kernels H_m (Definition 1) of the neurons so far.
 *
 * Neurons are independent, so that the first m of a longer stream are a network of width m: kernels are read off at
 * growing widths, and no array of n x m is ever held. Widths of one stream share neurons; streams do not. */
#ifndef THEORY_CONCENTRATION_STREAM_H
#define THEORY_CONCENTRATION_STREAM_H

#include <stddef.h>
#include "model/dataset.h"
#include "model/mask.h"
#include "model/ntk.h"
#include "run/error.h"
#include "run/rng.h"

/* The masks that one W_0 gets. */
typedef struct {
    mask_kind kind;
    size_t masks; /* K p; categorical: the p masks of one draw */
    double xi;    /* 1/p if categorical */
} concentration_design;

/* "bernoulli" or "categorical" */
const char *concentration_kind(const concentration_design *design);

typedef struct {
    size_t n, d;
    const double *X;                     /* (n, d) the data's rows; not owned */
    const double *G;                     /* (n, n) X X^T; not owned */
    const concentration_design *designs; /* (count) not owned */
    size_t count;
    rng *weights, *masks; /* where neurons and their masks come from; the caller's */
    size_t block;         /* neurons at a time, at most */
    size_t width;         /* m, neurons so far */
    ntk_masked **active;  /* (count) who is active with whom, for every design; owned */
    double *W, *Z;        /* (block, d) and (block, n): the block in work; owned */
    unsigned char *mask;  /* (masks of the largest design, block); owned */
} concentration_stream;

/* An empty stream of data's n rows. FAILED: no memory, nothing is left to free. */
status concentration_open(const dataset *data, const double *G, const concentration_design *designs, size_t count,
                          concentration_stream *s);
void concentration_close(concentration_stream *s); /* safe on a zeroed one */

/* Whether `threads` streams and what LAPACK needs to look at their kernels fit into memory; BAD_INPUT with what to do.
 */
status concentration_fits(const dataset *data, const concentration_design *designs, size_t count, int threads);

/* Forgets all neurons; the next come from these. w_r ~ N(0, I): kernels do not depend on kappa. */
void concentration_restart(concentration_stream *s, rng *weights, rng *masks);

/* Adds neurons up to `width` >= s->width. */
status concentration_advance(concentration_stream *s, size_t width);

/* H (n, n) <- H_m of mask l of a design, at the width reached. */
void concentration_kernel(const concentration_stream *s, size_t design, size_t l, double *H);

#endif
