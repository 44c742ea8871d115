/* Throughput of training on this machine just now.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/train.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"

enum { PARTS = 4 };

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
 * disturbs adds to it. Rounds are of one subnetwork, since one of many may take longer than all the
 * time; its masks Bernoulli's, since one categorical subnetwork would take every neuron. */
static double seconds_per_operation(const gram *g, const train_settings *settings, size_t stream,
                                    double seconds) {
    train_settings s = *settings;
    s.subnets = 1;
    s.mask = MASK_BERNOULLI;
    s.batch = 0;
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
