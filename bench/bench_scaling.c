/* bench-scaling: seconds of a round of Algorithm 1 against n, m, p and the threads that train at
 * once.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/bench.h"

#include <omp.h>
#include <stdlib.h>

#include "model/train.h"
#include "stats/rng.h"

enum { OUTPUTS = 10, MAX_TEAM = 64 };

typedef struct {
    gram g;
    train_settings settings;
    int threads;
    trainer team[MAX_TEAM]; /* one run for each thread */
    unsigned char *mask;    /* (p, m), the same for all */
} scaling_bench;

static void rounds(void *context) {
    scaling_bench *b = context;
#pragma omp parallel for num_threads(b->threads) schedule(static, 1)
    for (int k = 0; k < b->threads; k++) { trainer_round(&b->team[k], b->mask, NULL, NULL); }
}

static status prepare(scaling_bench *b) {
    const train_settings *s = &b->settings;
    rng *r = rng_new(1, 0, 0, RNG_MASKS);
    b->mask = allocate(s->subnets, s->width, "masks");
    status done = r && b->mask ? OK : FAILED;
    if (done == OK) { mask_draw(s->mask, s->subnets, s->width, s->xi, r, b->mask); }
    for (int k = 0; k < b->threads && done == OK; k++) {
        done = trainer_new(&b->g, s, false, &b->team[k]);
        if (done == OK) { done = trainer_start_random(&b->team[k], r); }
    }
    rng_free(r);
    return done;
}

/* Rounds of `threads` runs at once; the row's time is that of one of them, divided by the threads.
 */
static status measure(const char *name, size_t n, size_t m, size_t p, int threads,
                      const bench_options *o, table *t) {
    static scaling_bench b;
    b = (scaling_bench){
        .threads = threads,
        .settings = {
            .width = m, .subnets = p, .xi = 0.5, .lr = 0.01, .local_steps = 2, .kappa = 1}};
    bench_row row = {.bench = name, .n = n, .d = 2048, .m = m, .p = p, .threads = threads};
    dataset data;
    status s = bench_data(n, row.d, OUTPUTS, &data);
    if (s == OK) { s = gram_new(&data, GRAM_MATRIX, &b.g); }
    dataset_free(&data);
    if (s == OK) { s = prepare(&b); }
    if (s == OK) { s = bench_measure(rounds, NULL, &b, o->seconds, &row); }
    if (s == OK) {
        row.seconds /= threads;
        row.low /= threads;
        row.high /= threads;
        bench_report(t, &row);
    }
    for (int k = 0; k < threads; k++) { trainer_free(&b.team[k]); }
    gram_free(&b.g);
    free(b.mask);
    return s;
}

int main(int argc, char **argv) {
    bench_options o;
    table *t = NULL;
    const char *about = "Seconds of a round against samples, neurons, subnetworks and threads";
    status s = bench_start(argc, argv, about, NULL, &o);
    if (s == OK) { s = (t = bench_table("bench-scaling", o.threads)) ? OK : FAILED; }
    for (size_t n = 250; n <= 2000 && s == OK; n *= 2) {
        s = measure("scaling-n", n, 500, 4, 1, &o, t);
    }
    for (size_t m = 250; m <= 2000 && s == OK; m *= 2) {
        s = measure("scaling-m", 1000, m, 4, 1, &o, t);
    }
    for (size_t p = 1; p <= 8 && s == OK; p *= 2) {
        s = measure("scaling-p", 1000, 500, p, 1, &o, t);
    }
    for (int threads = 1; threads <= o.threads && s == OK; threads++) {
        s = measure("scaling-threads", 1000, 500, 4, threads, &o, t);
    }
    if (s == OK) { s = table_write(t, o.out); }
    table_free(t);
    return bench_exit("bench-scaling", s);
}
