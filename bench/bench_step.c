/* bench-step: a local step, a round and a cell of the heat map, beside the plain matrix products in
 * them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/bench.h"

#include <math.h>
#include <stdlib.h>

#include "model/dataset.h"
#include "model/plateau.h"
#include "model/network.h"
#include "model/train.h"
#include "base/blas.h"

enum { OUTPUTS = 10 };

typedef struct {
    gram g;
    network net;
    train_settings settings;
    trainer t;
    rng *masks;
    unsigned char *mask;
    real *R, *U, *work;
    real *G;         /* of the plain product: (n, ld), random numbers; NULL if it is X and X^T */
    real *B, *C, *T; /* (columns, ld), (columns, ld), (columns, d) */
    size_t columns;  /* neurons of one product */
    size_t products; /* a work is beside so many of them */
    plateau_result level;
} step_bench;

/* --- the plain product: what a step does with G, or X and X^T, over all its neurons in one call
 * --- */

static void plain_product(void *context) {
    step_bench *b = context;
    int n = (int)b->g.n, d = (int)b->g.d, ld = (int)b->g.ld, k = (int)b->columns;
    for (size_t i = 0; i < b->products; i++) {
        if (b->g.method == GRAM_MATRIX) {
            real_gemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, k, n, -1, b->G, ld, b->B, ld, 1,
                      b->C, ld);
            continue;
        }
        real_gemm(CblasColMajor, CblasNoTrans, CblasNoTrans, d, k, n, 1, b->g.X, d, b->B, ld, 0,
                  b->T, d);
        real_gemm(CblasColMajor, CblasTrans, CblasNoTrans, n, k, d, -1, b->g.X, d, b->T, d, 1, b->C,
                  ld);
    }
}

static void close_bench(step_bench *b) {
    network_free(&b->net);
    trainer_free(&b->t);
    gram_free(&b->g);
    rng_free(b->masks);
    free(b->mask);
    free(b->R);
    free(b->U);
    free(b->work);
    free(b->G);
    free(b->B);
    free(b->C);
    free(b->T);
}

/* Data (of a file, as the experiments take it, or random: inputs that are not alike, the worst case
 * of active), arrays of the product and a random stream; b->columns and b->products are set by the
 * caller. */
static status open_bench(const char *file, size_t n, size_t d, step_bench *b) {
    dataset data;
    status s = file ? dataset_load(file, n, &data) : bench_data(n, d, OUTPUTS, &data);
    if (s == OK && file) { s = dataset_cluster_rows(&data); }
    if (s == OK) { s = gram_new(&data, GRAM_AUTO, &b->g); }
    dataset_free(&data);
    if (s != OK) { return s; }
    b->masks = rng_new(1, 0, 0, RNG_MASKS);
    b->B = allocate(b->columns, b->g.ld * sizeof *b->B, "factor of a product");
    b->C = allocate(b->columns, b->g.ld * sizeof *b->C, "product");
    b->T = allocate(b->columns, d * sizeof *b->T, "product");
    if (!b->masks || !b->B || !b->C || !b->T) { return FAILED; }
    rng_normal(b->masks, 1e-3, b->columns * b->g.ld, b->B);
    if (b->g.method == GRAM_FACTOR) { return OK; }
    b->G = allocate(n, b->g.ld * sizeof *b->G, "matrix of a product");
    if (b->G) { rng_normal(b->masks, 1e-3, n * b->g.ld, b->G); }
    return b->G ? OK : FAILED;
}

/* --- a local step --- */

static void local_step(void *context) {
    step_bench *b = context;
    network_residual(&b->g, b->U, b->R);
    network_step(&b->g, &b->net, 1 / sqrt((double)b->net.m), 1e-3, b->R, b->U, b->work);
}

static status prepare_step(step_bench *b) {
    size_t outputs = b->g.q * b->g.ld;
    b->R = allocate(outputs, sizeof *b->R, "residuals");
    b->U = allocate(outputs, sizeof *b->U, "outputs");
    b->work = allocate(gram_workspace(&b->g), sizeof *b->work, "workspace");
    if (!b->R || !b->U || !b->work || network_new(&b->g, b->columns, false, &b->net) != OK) {
        return FAILED;
    }
    b->net.m = b->columns;
    real *W = allocate(b->net.m, b->g.d * sizeof *W, "weights");
    if (!W) { return FAILED; }
    rng_normal(b->masks, 1, b->net.m * b->g.d, W);
    gram_project(&b->g, W, b->net.m, b->net.Z);
    free(W);
    rng_signs(b->masks, b->net.m * b->g.q, b->net.A);
    return OK;
}

static status bench_step(const char *file, size_t n, size_t d, size_t k, const bench_options *o,
                         table *t) {
    step_bench b = {.columns = k, .products = 1};
    bench_row row = {.bench = file ? "local-step-digits" : "local-step",
                     .n = n,
                     .d = d,
                     .m = k,
                     .p = 1,
                     .threads = 1};
    status s = open_bench(file, n, d, &b);
    if (s == OK) { s = prepare_step(&b); }
    if (s == OK) { s = bench_measure(local_step, plain_product, &b, o->seconds, &row); }
    if (s == OK) { bench_report(t, &row); }
    close_bench(&b);
    return s;
}

/* --- a round, a cell --- */

static void one_round(void *context) {
    step_bench *b = context;
    const train_settings *s = &b->settings;
    mask_draw(s->mask, s->subnets, s->width, s->xi, b->masks, b->mask);
    trainer_round(&b->t, b->mask, NULL, NULL);
}

enum { CELL_ROUNDS = 4 };

/* A run of one cell, start included, stopped after CELL_ROUNDS. */
static void one_cell(void *context) {
    step_bench *b = context;
    stop_rule rule = {.patience = CELL_ROUNDS, .max_rounds = CELL_ROUNDS, .target = 0};
    plateau_run(&b->g, &b->settings, rule, 1, 0, 0, &b->level);
}

static status prepare_round(step_bench *b) {
    const train_settings *s = &b->settings;
    b->mask = allocate(s->subnets, s->width, "masks");
    return b->mask && trainer_new(&b->g, s, false, &b->t) == OK
               ? trainer_start_random(&b->t, b->masks)
               : FAILED;
}

static status bench_round(bench_work *work, size_t rounds, const char *name, const bench_options *o,
                          table *t) {
    step_bench b = {
        .settings = {
            .width = 500, .subnets = 10, .xi = 0.5, .lr = 0.01, .local_steps = 5, .kappa = 1}};
    const train_settings *s = &b.settings;
    bench_row row = {
        .bench = name, .n = 1000, .d = 2048, .m = s->width, .p = s->subnets, .threads = 1};
    b.columns = s->width / 2;
    b.products = rounds * s->subnets * s->local_steps;
    status done = open_bench(NULL, row.n, row.d, &b);
    if (done == OK) { done = prepare_round(&b); }
    if (done == OK) { done = bench_measure(work, plain_product, &b, o->seconds, &row); }
    if (done == OK) { bench_report(t, &row); }
    close_bench(&b);
    return done;
}

int main(int argc, char **argv) {
    bench_options o;
    table *t = NULL;
    status s =
        bench_start(argc, argv, "Speed of training beside the plain matrix product", NULL, &o);
    if (s == OK) { s = (t = bench_table("bench-step", 1)) ? OK : FAILED; }
    static const size_t sizes[][3] = {
        {1000, 2048, 400}, {1000, 64, 400}, {100, 2048, 400}, {4000, 512, 1000}};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes && s == OK; k++) {
        s = bench_step(NULL, sizes[k][0], sizes[k][1], sizes[k][2], &o, t);
    }
    if (s == OK) { s = bench_step("data/digits.npz", 1000, 64, 400, &o, t); }
    if (s == OK) { s = bench_round(one_round, 1, "round", &o, t); }
    if (s == OK) { s = bench_round(one_cell, CELL_ROUNDS, "cell", &o, t); }
    if (s == OK) { s = table_write(t, o.out); }
    table_free(t);
    return bench_exit("bench-step", s);
}
