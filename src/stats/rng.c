/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/rng.h"

#include <gsl/gsl_randist.h>

/* Finaliser of MurmurHash3 (A. Appleby, public domain): a bijection of 32 bits in which every
 * output bit depends on every input bit. */
static uint32_t scramble(uint32_t x) {
    x ^= x >> 16;
    x *= 0x85ebca6bu;
    x ^= x >> 13;
    x *= 0xc2b2ae35u;
    return x ^ (x >> 16);
}

/* (cell, repetition, purpose) packed into 32 bits, then two keyed bijections: distinct units,
 * distinct generator seeds. */
static uint32_t unit_seed(uint64_t seed, size_t cell, size_t repetition, rng_purpose purpose) {
    uint32_t packed = (uint32_t)cell << 18 | (uint32_t)repetition << 2 | (uint32_t)purpose;
    uint32_t low = scramble((uint32_t)seed + 0x9e3779b9u);
    uint32_t high = scramble((uint32_t)(seed >> 32) ^ 0x7f4a7c15u);
    return scramble(scramble(packed ^ low) + high);
}

rng *rng_new(uint64_t seed, size_t cell, size_t repetition, rng_purpose purpose) {
    if (cell >= RNG_MAX_CELLS || repetition >= RNG_MAX_REPEATS) { return NULL; }
    rng *r = gsl_rng_alloc(gsl_rng_mt19937);
    if (r) { gsl_rng_set(r, unit_seed(seed, cell, repetition, purpose)); }
    return r;
}

void rng_free(rng *r) { gsl_rng_free(r); }

double rng_uniform(rng *r) { return gsl_rng_uniform(r); }

size_t rng_index(rng *r, size_t n) { return gsl_rng_uniform_int(r, n); }

void rng_normal(rng *r, double sigma, size_t count, real *out) {
    for (size_t k = 0; k < count; k++) { out[k] = (real)gsl_ran_gaussian_ziggurat(r, sigma); }
}

void rng_normal_double(rng *r, double sigma, size_t count, double *out) {
    for (size_t k = 0; k < count; k++) { out[k] = gsl_ran_gaussian_ziggurat(r, sigma); }
}

void rng_multinomial(rng *r, size_t kinds, size_t count, const double *chance, unsigned *counts) {
    gsl_ran_multinomial(r, kinds, (unsigned)count, chance, counts);
}

void rng_signs(rng *r, size_t count, real *out) {
    for (size_t k = 0; k < count; k++) { out[k] = gsl_rng_uniform(r) < 0.5 ? -1 : 1; }
}
