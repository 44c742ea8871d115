/* The last local step of all subnetworks taken together, against the same step taken by each: an
 * observer makes the difference.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/train.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>

#ifdef REAL_DOUBLE
static const double SAME = 1e-13;
#else
static const double SAME = 1e-5;
#endif

enum { M = 90, ROUNDS = 3 };

static void look_away(const step_event *event, void *context) { (void)event, (void)context; }

static void open_trainer(const gram *g, const train_settings *s, trainer *t) {
    cr_assert(eq(int, trainer_new(g, s, true, t), OK));
    rng *r = rng_new(6, 0, 0, RNG_PILOT);
    cr_assert(eq(int, trainer_start_random(t, r), OK));
    rng_free(r);
}

/* Largest difference over the largest entry. */
static double difference(const real *a, const real *b, size_t count) {
    double worst = 0, largest = 0;
    for (size_t k = 0; k < count; k++) {
        double apart = fabs((double)a[k] - (double)b[k]);
        worst = apart <= worst ? worst : apart; /* a NaN stays */
        largest = fmax(largest, fabs((double)a[k]));
    }
    return worst / largest;
}

static void check_both(size_t samples, train_settings s) {
    dataset data;
    gram g;
    trainer together, each;
    cr_assert(eq(int, dataset_load("data/digits.npz", samples, &data), OK));
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    open_trainer(&g, &s, &together), open_trainer(&g, &s, &each);
    cr_assert(ne(ptr, together.S, NULL), "these settings join the steps");
    unsigned char *mask = malloc(s.subnets * M);
    rng *r = rng_new(7, 0, 0, RNG_PILOT);
    for (int k = 0; k < ROUNDS; k++) {
        mask_draw(s.mask, s.subnets, M, s.xi, r, mask);
        trainer_round(&together, mask, NULL, NULL);
        trainer_round(&each, mask, look_away, NULL);
        cr_expect(le(dbl, fabs(together.error / each.error - 1), SAME));
        cr_expect(le(dbl, difference(together.whole.Z, each.whole.Z, M * g.ld), SAME));
        cr_expect(le(dbl, difference(together.whole.C, each.whole.C, M * g.ld), SAME));
    }
    rng_free(r), free(mask), trainer_free(&together), trainer_free(&each), gram_free(&g),
        dataset_free(&data);
}

Test(joined_step, is_the_step_of_every_subnetwork) {
    check_both(150,
               (train_settings){
                   .width = M, .subnets = 4, .xi = 0.7, .lr = 0.05, .local_steps = 3, .kappa = 1});
    check_both(300,
               (train_settings){
                   .width = M, .subnets = 4, .xi = 0.7, .lr = 0.05, .local_steps = 3, .kappa = 1});
    check_both(150,
               (train_settings){
                   .width = M, .subnets = 9, .xi = 0.3, .lr = 0.05, .local_steps = 1, .kappa = 1});
    check_both(150, (train_settings){.width = M,
                                     .subnets = 5,
                                     .xi = 0.4,
                                     .lr = 0.05,
                                     .local_steps = 2,
                                     .kappa = 1,
                                     .unselected = UNSELECTED_ZERO,
                                     .scaling = SCALING_THEORY});
}

/* One subnetwork, and subnetworks that share no neuron, have nothing to join. */
Test(joined_step, is_not_taken_where_it_saves_nothing) {
    dataset data;
    gram g;
    trainer t;
    cr_assert(eq(int, dataset_load("data/digits.npz", 30, &data), OK));
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    train_settings one = {.width = M,
                          .subnets = 1,
                          .xi = 0.7,
                          .lr = 0.05,
                          .local_steps = 3,
                          .kappa = 1},
                   apart = one;
    apart.subnets = 4, apart.xi = 0.25, apart.mask = MASK_CATEGORICAL;
    open_trainer(&g, &one, &t);
    cr_expect(eq(ptr, t.S, NULL));
    trainer_free(&t);
    open_trainer(&g, &apart, &t);
    cr_expect(eq(ptr, t.S, NULL));
    trainer_free(&t), gram_free(&g), dataset_free(&data);
}
