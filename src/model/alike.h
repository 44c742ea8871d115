/* Neurons that are active on the same inputs, side by side.
 *
 * Neurons go through a step two and two, and what both of a pair need of the Gram matrix is loaded
 * once (active.h). In the order of their numbers that is a fifth of their terms; of neurons that
 * are alike, three tenths (CIFAR features, xi = 0.5, the mean of twenty rounds). Which inputs a
 * neuron is active on changes little within a round: it is looked at once a round.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_ALIKE_H
#define MODEL_ALIKE_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "base/real.h"
#include "base/scratch.h"

typedef struct {
    size_t n;         /* inputs */
    size_t words;     /* that hold a bit for each */
    uint64_t *active; /* (capacity, words): is the neuron active on the input? owned */
    size_t *total;    /* (capacity) on how many; owned */
    size_t *sorted;   /* (capacity) work; owned */
    size_t *begin;    /* (n + 2) work; owned */
    scratch owned;
} alike_neurons;

/* Room for `capacity` neurons on n inputs. */
status alike_new(size_t n, size_t capacity, alike_neurons *a);
void alike_free(alike_neurons *a); /* safe on a zeroed one */

/* On which inputs are `count` neurons active? Z: (count, ld), z_r on the n inputs first; what pads
 * them to whole registers is not above 0. */
void alike_look(alike_neurons *a, const real *Z, size_t count, size_t ld);

/* Puts `count` numbers of neurons, ascending, in an order in which the first and the second are
 * alike, the third and the fourth, and so on. A function of these and of Z alone. */
void alike_order(alike_neurons *a, size_t *neuron, size_t count);

#endif
