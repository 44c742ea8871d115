/* Masks: the neurons that each of the p subnetworks of a round takes.
 *
 * Assumption 2 (Bernoulli): m_{k,r}^l independent Bernoulli(xi). Assumption 4 (categorical): for
 * each r one l uniform on [p]; xi = 1/p; the subnetworks partition the neurons.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_MASK_H
#define MODEL_MASK_H

#include <stddef.h>
#include "base/error.h"
#include "stats/rng.h"

typedef enum { MASK_BERNOULLI, MASK_CATEGORICAL } mask_kind;

/* Draws one round. mask: (p, m), 0 or 1, caller's. xi in (0, 1]; with MASK_CATEGORICAL it is not
 * read. */
void mask_draw(mask_kind kind, size_t p, size_t m, double xi, rng *r, unsigned char *mask);

/* taken (m): c_{k,r} = sum_l m_{k,r}^l, how many subnetworks take neuron r. */
void mask_count(const unsigned char *mask, size_t p, size_t m, unsigned *taken);

/* theta = P(c_r >= 1) = 1 - (1 - xi)^p for Bernoulli masks, 1 for categorical ones (Lemma 18). */
double mask_theta(mask_kind kind, size_t p, double xi);

/* How many masks a round can have: 2^(p m) Bernoulli ones, p^m categorical ones. BAD_INPUT beyond
 * 2^20. */
status mask_number(mask_kind kind, size_t p, size_t m, size_t *count);

/* mask (p, m), caller's: number `code` of them, code < mask_number. Returns its probability. */
double mask_decode(mask_kind kind, size_t p, size_t m, double xi, size_t code, unsigned char *mask);

#endif
