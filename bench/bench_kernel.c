/* bench-kernel: kernels and spectra beside the plain matrix product of their size. --large adds
 * lambda_min at n = 10,000.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/bench.h"

#include <stdlib.h>

#include "model/ntk.h"
#include "model/spectrum.h"
#include "base/blas.h"
#include "base/machine.h"
#include "stats/rng.h"

enum { INPUTS = 2048, LARGE = 10000, LARGE_INPUTS = 64, BLOCK = 4096 };

typedef struct {
    dataset data;
    int threads;
    double *H, *P, *values; /* (n, n) kernel, (n, n) product, (n) */
    spectrum_interval interval;
    status failed; /* of a work that can fail */
} kernel_bench;

static void close_bench(kernel_bench *b) {
    dataset_free(&b->data);
    free(b->H);
    free(b->P);
    free(b->values);
    openblas_set_num_threads(1);
}

static status open_bench(size_t n, size_t d, int threads, kernel_bench *b) {
    *b = (kernel_bench){.threads = threads};
    status s = bench_data(n, d, 1, &b->data);
    if (s != OK) { return s; }
    b->H = allocate(n, n * sizeof *b->H, "Hinf");
    b->P = allocate(n, n * sizeof *b->P, "product");
    b->values = allocate(n, sizeof *b->values, "eigenvalues");
    if (!b->H || !b->P || !b->values) { return FAILED; }
    ntk_infinite(&b->data, threads, b->H);
    openblas_set_num_threads(threads);
    return OK;
}

/* X X^T, one half: what the infinite kernel needs besides its arc cosines. */
static void gram_product(void *context) {
    kernel_bench *b = context;
    int n = (int)b->data.n, d = (int)b->data.d;
    cblas_dsyrk(CblasColMajor, CblasLower, CblasTrans, n, d, 1, b->data.X, d, 0, b->P, n);
}

/* H H, n by n. */
static void square_product(void *context) {
    kernel_bench *b = context;
    int n = (int)b->data.n;
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, b->H, n, b->H, n, 0, b->P,
                n);
}

static void infinite(void *context) {
    kernel_bench *b = context;
    openblas_set_num_threads(1);
    ntk_infinite(&b->data, b->threads, b->H);
    openblas_set_num_threads(b->threads);
}

static void keep(kernel_bench *b, status s) { b->failed = s != OK ? s : b->failed; }

static void spectrum(void *context) {
    kernel_bench *b = context;
    keep(b, spectrum_all(b->H, b->data.n, b->values));
}

static void lambda_min(void *context) {
    kernel_bench *b = context;
    keep(b, spectrum_lambda_min(b->H, b->data.n, &b->interval));
}

static void lambda_min_large(void *context) {
    kernel_bench *b = context;
    keep(b, spectrum_lambda_min_large(b->H, b->data.n, &b->interval));
}

static void one_factorisation(void *context) {
    kernel_bench *b = context;
    bool holds;
    keep(b, spectrum_at_least(b->H, b->data.n, 0, &holds));
}

static status bench_kernels(size_t n, const bench_options *o, table *t) {
    static const struct {
        const char *name;
        bench_work *work, *product;
    } works[] = {{"hinf", infinite, gram_product},
                 {"spectrum", spectrum, square_product},
                 {"lambda-min", lambda_min, square_product},
                 {"lambda-min-large", lambda_min_large, square_product},
                 {"at-least", one_factorisation, square_product}};
    kernel_bench b;
    status s = open_bench(n, INPUTS, o->threads, &b);
    for (size_t k = 0; k < sizeof works / sizeof *works && s == OK; k++) {
        bench_row row = {.bench = works[k].name, .n = n, .d = INPUTS, .threads = o->threads};
        s = bench_measure(works[k].work, works[k].product, &b, o->seconds, &row);
        s = s == OK ? b.failed : s;
        if (s == OK) { bench_report(t, &row); }
    }
    close_bench(&b);
    return s;
}

/* Once: the matrix and one copy of it is all the memory it takes. */
static status bench_large(const bench_options *o, table *t) {
    kernel_bench b = {.threads = o->threads};
    bench_row row = {
        .bench = "lambda-min-large", .n = LARGE, .d = LARGE_INPUTS, .threads = o->threads};
    status s = bench_data(LARGE, LARGE_INPUTS, 1, &b.data);
    if (s == OK) { s = (b.H = allocate(LARGE, LARGE * sizeof *b.H, "Hinf")) ? OK : FAILED; }
    if (s == OK) {
        ntk_infinite(&b.data, o->threads, b.H);
        openblas_set_num_threads(o->threads);
        bench_once(lambda_min_large, &b, &row);
        s = b.failed;
    }
    if (s == OK) { bench_report(t, &row); }
    close_bench(&b);
    return s;
}

/* --- masked kernel --- */

typedef struct {
    ntk_masked *counts;
    real *Z;             /* (BLOCK, n) pre-activations */
    double *ones, *P;    /* (BLOCK / 2, n) factor and (n, n) result of the product */
    unsigned char *mask; /* (BLOCK) */
    size_t n, blocks;
    int threads;
    status failed;
} masked_bench;

static void masked(void *context) {
    masked_bench *b = context;
    openblas_set_num_threads(1);
    ntk_masked_clear(b->counts);
    for (size_t k = 0; k < b->blocks && b->failed == OK; k++) {
        b->failed = ntk_masked_add(b->counts, b->Z, b->n, BLOCK, b->mask, BLOCK, b->threads);
    }
    openblas_set_num_threads(b->threads);
}

/* The same counts as a product of matrices of 0 and 1: as many neurons as the mask takes, one half.
 */
static void masked_product(void *context) {
    masked_bench *b = context;
    int n = (int)b->n;
    for (size_t k = 0; k < b->blocks; k++) {
        cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, n, BLOCK / 2, 1, b->ones, n, 0, b->P,
                    n);
    }
}

static status bench_masked(size_t n, size_t m, const bench_options *o, table *t) {
    masked_bench b = {.n = n, .blocks = (m + BLOCK - 1) / BLOCK, .threads = o->threads};
    bench_row row = {
        .bench = "masked-ntk", .n = n, .m = b.blocks * BLOCK, .p = 1, .threads = o->threads};
    b.counts = ntk_masked_new(n, 1);
    b.Z = allocate(BLOCK, n * sizeof *b.Z, "pre-activations");
    b.ones = allocate(BLOCK / 2, n * sizeof *b.ones, "activations");
    b.P = allocate(n, n * sizeof *b.P, "product");
    b.mask = allocate(BLOCK, sizeof *b.mask, "mask");
    rng *r = rng_new(1, 0, 0, RNG_PILOT);
    status s = b.counts && b.Z && b.ones && b.P && b.mask && r ? OK : FAILED;
    if (s == OK) {
        rng_normal(r, 1, BLOCK * n, b.Z);
        for (size_t k = 0; k < BLOCK / 2 * n; k++) { b.ones[k] = b.Z[k] >= 0; }
        for (size_t k = 0; k < BLOCK; k++) { b.mask[k] = rng_uniform(r) < 0.5; }
        openblas_set_num_threads(o->threads);
        s = bench_measure(masked, masked_product, &b, o->seconds, &row);
        s = s == OK ? b.failed : s;
    }
    if (s == OK) { bench_report(t, &row); }
    openblas_set_num_threads(1);
    ntk_masked_free(b.counts);
    free(b.Z);
    free(b.ones);
    free(b.P);
    free(b.mask);
    rng_free(r);
    return s;
}

int main(int argc, char **argv) {
    bench_options o;
    table *t = NULL;
    status s = bench_start(
        argc, argv, "Speed of kernels and spectra beside the plain matrix product", NULL, &o);
    if (s == OK) { s = (t = bench_table("bench-kernel", o.threads)) ? OK : FAILED; }
    for (size_t n = 1000; n <= 4000 && s == OK; n *= 2) { s = bench_kernels(n, &o, t); }
    if (s == OK) { s = bench_masked(1000, 100000, &o, t); }
    if (s == OK && o.large) { s = bench_large(&o, t); }
    if (s == OK) { s = table_write(t, o.out); }
    table_free(t);
    return bench_exit("bench-kernel", s);
}
