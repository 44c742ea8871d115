/* Algorithm 1 against the trajectories of the released program.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/train.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>

#include "io/npy.h"
#include "tests/support/fixture.h"
#include "tests/support/fixture_reals.h"

#ifdef REAL_DOUBLE
static const double REPLAY_LOSS = 1e-6; /* relative; the reference itself is single precision */
#else
static const double REPLAY_LOSS = 5e-6;
#endif
static const double REPLAY_WEIGHTS = 1e-5; /* of the largest entry */

TestSuite(replay);

typedef struct {
    npy_array weights, signs, masks, loss, local_loss, final_weights, samples, xi, lr, local_steps;
} reference;

static void read_reference(const char *path, reference *r) {
    struct {
        const char *name;
        npy_array *array;
    } all[] = {{"weights", &r->weights},
               {"signs", &r->signs},
               {"masks", &r->masks},
               {"loss", &r->loss},
               {"local_loss", &r->local_loss},
               {"final_weights", &r->final_weights},
               {"samples", &r->samples},
               {"xi", &r->xi},
               {"lr", &r->lr},
               {"local_steps", &r->local_steps}};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        cr_assert(eq(int, npz_read(path, all[k].name, all[k].array), OK), "%s", error_text());
    }
}

static void free_reference(reference *r) {
    npy_array *all[] = {&r->weights,       &r->signs,   &r->masks, &r->loss, &r->local_loss,
                        &r->final_weights, &r->samples, &r->xi,    &r->lr,   &r->local_steps};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) { npy_free(all[k]); }
}

typedef struct {
    const double *expected; /* (p, tau) of this round */
    size_t tau;
    double worst; /* largest relative difference */
} local_check;

static void compare_local(const step_event *event, void *context) {
    local_check *check = context;
    if (event->step == check->tau) { return; }
    double expected = check->expected[event->subnet * check->tau + event->step];
    check->worst = fmax(check->worst, fabs(event->error - expected) / expected);
}

typedef struct {
    double loss, local, weights;
    size_t zeroed;
} replay_result;

static double relative(double got, double expected) {
    return isfinite(got) ? fabs(got - expected) / fabs(expected) : INFINITY;
}

/* Largest differences between our run and the released program's. */
static replay_result replay(const char *path, train_unselected unselected, gram_method way) {
    reference r = {0};
    read_reference(path, &r);
    dataset data;
    cr_assert(eq(int, dataset_load("data/digits.npz", (size_t)r.samples.values[0], &data), OK),
              "%s", error_text());
    gram g;
    cr_assert(eq(int, gram_new(&data, way, &g), OK));
    size_t m = r.signs.shape[0], p = r.masks.shape[1], rounds = r.masks.shape[0],
           tau = (size_t)r.local_steps.values[0];
    train_settings s = {.width = m,
                        .subnets = p,
                        .xi = r.xi.values[0],
                        .lr = r.lr.values[0],
                        .local_steps = tau,
                        .kappa = 1,
                        .unselected = unselected};
    trainer t;
    cr_assert(eq(int, trainer_new(&g, &s, true, &t), OK));
    real *W = fixture_neurons(&r.weights), *A = fixture_reals(&r.signs),
         *final = malloc(m * g.d * sizeof *final);
    unsigned char *masks = malloc(r.masks.count);
    for (size_t k = 0; k < r.masks.count; k++) { masks[k] = r.masks.values[k] == 1; }
    trainer_start(&t, W, A);
    replay_result result = {.loss = relative(t.error, r.loss.values[0])};
    for (size_t k = 0; k < rounds; k++) {
        local_check check = {r.local_loss.values + k * p * tau, tau, 0};
        trainer_round(&t, masks + k * p * m, compare_local, &check);
        result.local = fmax(result.local, check.worst);
        result.loss = fmax(result.loss, relative(t.error, r.loss.values[k + 1]));
    }
    trainer_weights(&t, W, final);
    double largest = 0, worst = 0;
    for (size_t k = 0; k < r.final_weights.count; k++) {
        double expected = r.final_weights.values[k], got = (double) final[k % m * g.d + k / m];
        largest = fmax(largest, fabs(expected));
        worst = isfinite(got) ? fmax(worst, fabs(got - expected)) : INFINITY;
    }
    result.weights = worst / largest;
    for (size_t k = 0; k < m; k++) { result.zeroed += t.zeroed[k]; }
    trainer_free(&t);
    gram_free(&g);
    dataset_free(&data);
    free_reference(&r);
    free(W), free(A), free(final), free(masks);
    return result;
}

static const char *const references[] = {"tests/reference/replay-bernoulli.npz",
                                         "tests/reference/replay-bernoulli-unselected.npz",
                                         "tests/reference/replay-categorical.npz"};

Test(replay, replays_the_released_program) {
    for (int way = GRAM_AUTO; way <= GRAM_FACTOR; way++) {
        for (size_t k = 0; k < 3; k++) {
            replay_result r = replay(references[k], UNSELECTED_ZERO, (gram_method)way);
            cr_log_info("%s: loss %.2g local %.2g weights %.2g, %zu zeroed", references[k], r.loss,
                        r.local, r.weights, r.zeroed);
            cr_expect(le(dbl, r.loss, REPLAY_LOSS), "%s: whole-network loss", references[k]);
            cr_expect(le(dbl, r.local, REPLAY_LOSS), "%s: local loss", references[k]);
            cr_expect(le(dbl, r.weights, REPLAY_WEIGHTS), "%s: final weights", references[k]);
        }
    }
}

Test(replay, keeping_unselected_neurons_is_another_algorithm) {
    for (size_t k = 0; k < 2; k++) {
        cr_expect(le(dbl, 0.2, replay(references[k], UNSELECTED_KEEP, GRAM_AUTO).loss), "%s",
                  references[k]);
    }
    cr_expect(le(dbl, replay(references[2], UNSELECTED_KEEP, GRAM_AUTO).loss, REPLAY_LOSS),
              "categorical masks take every neuron");
}

Test(replay, unselected_neurons_get_weight_zero) {
    cr_expect(lt(sz, 0, replay(references[1], UNSELECTED_ZERO, GRAM_AUTO).zeroed));
    cr_expect(eq(sz, replay(references[1], UNSELECTED_KEEP, GRAM_AUTO).zeroed, 0));
}
