/* Random streams that depend on (seed, cell, repetition, purpose) alone, and
 * what is sampled from them. All of GSL's sampling lives in rng.c, because
 * gsl_randist.h cannot stand beside OpenBLAS's cblas.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STATS_RNG_H
#define STATS_RNG_H

#include <gsl/gsl_rng.h>
#include <stddef.h>
#include <stdint.h>
#include "base/real.h"

typedef gsl_rng rng; /* one stream (mt19937) */

/* What a stream is for: two purposes of one unit never share a stream. A pilot is whatever is tried
 * before the units: a calibration, a bracket of a search. */
typedef enum { RNG_WEIGHTS = 0, RNG_MASKS = 1, RNG_TRIAL = 2, RNG_PILOT = 3 } rng_purpose;

#define RNG_MAX_CELLS 16384u
#define RNG_MAX_REPEATS 65536u

/* The stream of (seed, cell, repetition, purpose): within one seed, distinct triples get distinct
 * generators (a bijection of 32 bits, no hash collision). cell < RNG_MAX_CELLS, repetition <
 * RNG_MAX_REPEATS; NULL beyond these or if there is no memory. Owner: the caller, rng_free. */
rng *rng_new(uint64_t seed, size_t cell, size_t repetition, rng_purpose purpose);
void rng_free(rng *r);

double rng_uniform(rng *r);         /* uniform on [0, 1) */
size_t rng_index(rng *r, size_t n); /* uniform on {0, ..., n-1}, n in [1, 2^32) */
/* out (count): N(0, sigma^2), ziggurat */
void rng_normal(rng *r, double sigma, size_t count, real *out);
void rng_normal_double(rng *r, double sigma, size_t count, double *out);
/* counts (kinds) <- how many of `count` are of each kind, which has probability chance[k]. count
 * below 2^32; the chances sum to 1. */
void rng_multinomial(rng *r, size_t kinds, size_t count, const double *chance, unsigned *counts);
void rng_signs(rng *r, size_t count, real *out); /* out (count): -1 or +1 with equal probability */

#endif
