/* A random network W_0 whose neurons arrive in blocks, with masks of several kinds on them, and the
 * masked kernels H_m (kernel-masked in doc/mathematics.md) of the neurons so far.
 *
 * Neurons are independent, so that the first m of a longer stream are a network of width m: kernels
 * are read off at growing widths, and no array of n x m is ever held. Widths of one stream share
 * neurons; streams do not.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_MASKED_STREAM_H
#define MODEL_MASKED_STREAM_H

#include <stddef.h>
#include "model/dataset.h"
#include "model/mask.h"
#include "model/mask_sets.h"
#include "model/ntk.h"
#include "base/error.h"
#include "base/real.h"
#include "base/scratch.h"
#include "stats/rng.h"

/* The masks that one W_0 gets. Where sizes are given they are so at every width, xi times the width
 * (whole), and neurons arrive without an order: which ones a mask takes of a block is drawn, or, in
 * a partition, goes by turns. That is the law of the kernel of one fixed mask, and of all those of a
 * partition, since neurons are independent and alike. */
typedef struct {
    mask_kind kind;
    size_t masks;          /* K p; categorical: the p masks of one draw */
    double xi;             /* 1/p if they part the neurons */
    const mask_sets *sets; /* masks of a user's own in place of drawn ones, K p of them; NULL: none;
                              borrowed */
} mask_design;

/* Its word, "bernoulli", .., or "own". */
const char *mask_design_kind(const mask_design *design);

typedef struct {
    size_t n, d;
    const double *G;            /* (n, n) X X^T; not owned */
    const mask_design *designs; /* (count) not owned */
    size_t count;
    rng *weights, *masks; /* where neurons and their masks come from; owned */
    size_t block;         /* neurons at a time, at most */
    size_t width;         /* m, neurons so far */
    ntk_masked **active;  /* (count) who is active with whom, for every design; owned */
    real *X;              /* (n, d) the data's rows; owned */
    real *W;              /* (block, d): the block in work; owned */
    real *Z;              /* (block, n): its pre-activations; owned */
    unsigned char *mask;  /* (masks of the largest design, block); owned */
    double *H;            /* (n, n): the kernel in work; owned */
    scratch owned;
} masked_stream;

/* An empty stream of data's n rows. Neurons, w_r ~ N(0, I) since kernels do not depend on kappa,
 * and masks come from the generators, which the stream takes over. FAILED: no memory, or either of
 * them is NULL; nothing is left to free. */
status masked_stream_open(const dataset *data, const double *G, const mask_design *designs,
                          size_t count, rng *weights, rng *masks, masked_stream *s);
void masked_stream_close(masked_stream *s); /* safe on a zeroed one */

/* Whether `threads` streams and what LAPACK needs for the spectra of their kernels fit into memory;
 * BAD_INPUT with what to do. */
status masked_stream_fits(const dataset *data, const mask_design *designs, size_t count,
                          int threads);

/* Adds neurons up to `width` >= s->width. */
status masked_stream_advance(masked_stream *s, size_t width);

/* H_m (n, n) of mask l of a design, at the width reached. It is the stream's, may be overwritten,
 * and lasts until the next call. */
double *masked_stream_kernel(masked_stream *s, size_t design, size_t l);

/* V with E||H_m - xi Hinf||_F^2 = V/m (kernel-variance in doc/mathematics.md). H_m is the mean of m
 * independent D_r G D_r with probability xi each, else 0. An entry G_ij 1{both active} has second
 * moment xi G_ij Hinf_ij and mean xi Hinf_ij: V = sum_ij (xi G_ij Hinf_ij - xi^2 Hinf_ij^2).
 * sized: just xi m neurons count, V = sum_ij xi (G_ij Hinf_ij - Hinf_ij^2). G, Hinf: (n, n). */
double masked_kernel_variance(const double *G, const double *Hinf, size_t n, double xi, bool sized);

#endif
