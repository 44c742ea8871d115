/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/trajectory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "model/train.h"

/* A trajectory is the trainer with the streams of its unit: followed by hand it gives the same
 * errors, bit by bit. */
Test(trajectory, depends_on_seed_cell_and_repetition_alone) {
    dataset data;
    gram g;
    cr_assert(eq(int, dataset_load("data/digits.npz", 50, &data), OK));
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    train_settings s = {
        .width = 30, .subnets = 3, .xi = 0.4, .lr = 0.2, .local_steps = 2, .kappa = 1};
    trajectory run, other;
    cr_assert(eq(int, trajectory_open(&g, &s, false, 9, 1, 2, &run), OK));
    cr_assert(eq(int, trajectory_open(&g, &s, false, 9, 1, 3, &other), OK));
    trainer t;
    cr_assert(eq(int, trainer_new(&g, &s, false, &t), OK));
    rng *start = rng_new(9, 1, 2, RNG_WEIGHTS), *masks = rng_new(9, 1, 2, RNG_MASKS);
    unsigned char mask[90];
    cr_assert(eq(int, trainer_start_random(&t, start), OK));
    for (int k = 0; k < 4; k++) {
        cr_expect(eq(dbl, t.error, run.t.error), "round %d", k);
        cr_expect(ne(dbl, t.error, other.t.error), "round %d", k);
        mask_draw(s.mask, s.subnets, s.width, s.xi, masks, mask);
        trainer_round(&t, mask, NULL, NULL);
        cr_expect(trajectory_round(&run, NULL, NULL));
        cr_expect(trajectory_round(&other, NULL, NULL));
    }
    trajectory_close(&run), trajectory_close(&other), trainer_free(&t), rng_free(start),
        rng_free(masks);
    gram_free(&g), dataset_free(&data);
}

Test(trajectory, throughput_is_a_plausible_time_per_operation) {
    dataset data;
    gram g;
    cr_assert(eq(int, dataset_load("data/digits.npz", 100, &data), OK));
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    train_settings s = {
        .width = 100, .subnets = 2, .xi = 0.5, .lr = 0.05, .local_steps = 2, .kappa = 1};
    double pace = throughput_measure(&g, &s, 2, 0.02);
    cr_expect(lt(dbl, 1e-13, pace)); /* 10 TFlop/s */
    cr_expect(lt(dbl, pace, 1e-6));  /* 1 MFlop/s */
    gram_free(&g), dataset_free(&data);
}
