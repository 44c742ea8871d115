/* Throughput of training on this machine just now.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/train.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "base/clock.h"

enum { PARTS = 4 };
/* Of a round that is timed with all its subnetworks: some milliseconds. */
static const double MOST_OPERATIONS = 1e7;

/* Seconds that a round takes, over whole rounds until the time is up. */
static double seconds_per_round(trainer *t, const train_settings *s, rng *r, unsigned char *mask,
                                double seconds) {
    double begin = clock_thread(), spent, rounds = 0;
    do {
        mask_draw(s->mask, s->subnets, s->width, s->xi, r, mask);
        trainer_round(t, mask, NULL, NULL);
        rounds++;
        spent = clock_thread() - begin;
    } while (spent < seconds && !t->diverged);
    return spent / rounds;
}

/* Seconds for one operation on one thread: the least of several parts of the time, as whatever
 * disturbs adds to it. Where a round of all subnetworks may take longer than all the time, rounds
 * are of one; its masks Bernoulli's, since one categorical subnetwork would take every neuron; and
 * neurons that it does not take keep their weights, since a network that dies away costs less and
 * less. */
static double seconds_per_operation(const gram *g, const train_settings *settings, size_t stream,
                                    double seconds) {
    train_settings s = *settings;
    if (train_round_cost(g, &s) > MOST_OPERATIONS) { s.subnets = 1; }
    s.mask = MASK_BERNOULLI;
    s.batch = 0;
    s.unselected = UNSELECTED_KEEP;
    trainer t = {0};
    rng *r = rng_new(0, stream, 0, RNG_PILOT);
    unsigned char *mask = allocate(s.subnets, s.width, "masks");
    double each = 0;
    if (r && mask && trainer_new(g, &s, false, &t) == OK && trainer_start_random(&t, r) == OK) {
        mask_draw(s.mask, s.subnets, s.width, s.xi, r, mask);
        trainer_round(&t, mask, NULL, NULL); /* warms caches and clocks */
        double begin = clock_thread(), least = INFINITY;
        for (int k = 0; k < PARTS && (k == 0 || clock_thread() - begin < seconds); k++) {
            least = fmin(least, seconds_per_round(&t, &s, r, mask, seconds / PARTS));
        }
        each = least / train_round_cost(g, &s);
    }
    trainer_free(&t);
    rng_free(r);
    free(mask);
    return each;
}

double throughput_measure(const gram *g, const train_settings *s, int threads, double seconds) {
    /* More threads than processors would only wait for each other, 0.1 s of work each. */
    threads = threads < omp_get_num_procs() ? threads : omp_get_num_procs();
    double sum = 0;
    int measured = 0;
#pragma omp parallel for num_threads(threads) schedule(static, 1) reduction(+ : sum, measured)
    for (int k = 0; k < threads; k++) {
        double each = seconds_per_operation(g, s, (size_t)k, seconds);
        sum += each;
        measured += each > 0;
    }
    return measured ? sum / measured : 0;
}
