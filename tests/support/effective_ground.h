/* A small network, its kernel and its start, from which the effective dynamics are predicted and
 * runs begin.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_EFFECTIVE_GROUND_H
#define TESTS_EFFECTIVE_GROUND_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/effective.h"
#include "model/trajectory.h"

typedef struct {
    dataset data;
    gram g;
    double *G;
    train_settings s;
    trainer t;
    real *Z; /* (m, ld) of the start */
    effective_setting setting;
} ground;

static inline void keep_outputs(dataset *data, size_t q) {
    for (size_t i = 0; i < data->n; i++) {
        for (size_t o = 0; o < q; o++) { data->Y[i * q + o] = data->Y[i * data->q + o]; }
    }
    data->q = q;
}

static inline void open_ground(ground *x, size_t n, size_t q, train_settings s, unsigned order) {
    *x = (ground){.s = s};
    cr_assert(eq(int, dataset_load("data/digits.npz", n, &x->data), OK), "%s", error_text());
    keep_outputs(&x->data, q);
    x->G = malloc(n * n * sizeof *x->G);
    dataset_gram(&x->data, x->G);
    cr_assert(eq(int, gram_new(&x->data, GRAM_MATRIX, &x->g), OK));
    cr_assert(eq(int, trainer_new(&x->g, &x->s, false, &x->t), OK));
    rng *start = rng_new(3, n, q, RNG_PILOT);
    cr_assert(eq(int, trainer_start_random(&x->t, start), OK));
    rng_free(start);
    size_t bytes = s.width * x->g.ld * sizeof *x->Z;
    x->Z = malloc(bytes);
    memcpy(x->Z, x->t.whole.Z, bytes);
    x->setting = effective_setting_of(&x->s, x->G, n, q, order);
}

static inline void close_ground(ground *x) {
    trainer_free(&x->t), gram_free(&x->g), dataset_free(&x->data);
    free(x->G), free(x->Z);
}

static inline void back_to_start(ground *x) {
    memcpy(x->t.whole.Z, x->Z, x->s.width * x->g.ld * sizeof *x->Z);
    x->t.error = network_residual(&x->g, x->t.U, x->t.R);
    trainer_output(&x->t, x->t.U);
    x->t.error = network_residual(&x->g, x->t.U, x->t.R);
    trainer_output(&x->t, x->t.U);
}

#endif
