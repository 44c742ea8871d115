/* Masks: the neurons that each of the p subnetworks of a round takes. The one place that knows the
 * families:
 *     bernoulli    Assumption 2: m_{k,r}^l independent Bernoulli(xi)
 *     categorical  Assumption 4: for each r one l uniform on [p]; the subnetworks part the neurons
 *     fixed        every subnetwork takes round(xi m) neurons, all such sets alike, independent over l
 *     partition    the subnetworks part the neurons, sizes differing by at most one, all such
 *                  partitions alike
 * (masks of a given size: sized-masks in doc/mathematics.md).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_MASK_H
#define MODEL_MASK_H

#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"
#include "stats/rng.h"

typedef enum { MASK_BERNOULLI, MASK_CATEGORICAL, MASK_FIXED, MASK_PARTITION, MASK_KINDS } mask_kind;

/* Their names in the enum's order, NULL-terminated: the words of options and tables. */
extern const char *const mask_words[];

/* Whether every neuron is in exactly one subnetwork; xi is then 1/p. */
static inline bool mask_parts(mask_kind kind) {
    return kind == MASK_CATEGORICAL || kind == MASK_PARTITION;
}
/* Whether the sizes of subnetworks are given, not left to chance. */
static inline bool mask_sized(mask_kind kind) {
    return kind == MASK_FIXED || kind == MASK_PARTITION;
}

/* Draws one round. mask: (p, m), 0 or 1, caller's. xi in (0, 1]; not read where the masks part the
 * neurons. */
void mask_draw(mask_kind kind, size_t p, size_t m, double xi, rng *r, unsigned char *mask);

/* taken (m): c_{k,r} = sum_l m_{k,r}^l, how many subnetworks take neuron r. */
void mask_count(const unsigned char *mask, size_t p, size_t m, unsigned *taken);

/* --- the law of one round --- */

/* Neurons of a fixed mask: round(xi m). */
size_t mask_size(size_t m, double xi);

/* BAD_INPUT where a fixed mask would take no neuron, in a line about --xi. */
status mask_check(mask_kind kind, size_t m, double xi);

/* BAD_INPUT: xi was given for masks (`word`) that part the neurons, whose xi is 1/p. */
status mask_refuse_xi(const char *word);

/* P(m_r^l = 1): xi, or round(xi m)/m, or 1/p. */
double mask_share(mask_kind kind, size_t p, size_t m, double xi);

/* theta = P(c_r >= 1): 1 where the masks part the neurons, else 1 - (1 - xi)^p, xi the share (Lemma
 * 18). */
double mask_theta(mask_kind kind, size_t p, double xi);
/* phi = E[b_r/c_r], xi the share (Lemma 18). */
double mask_phi(mask_kind kind, size_t p, double xi);

/* P(m_r'^l = 1 | m_r^l = 1) and P(m_r'^l = m_r''^l = 1 | m_r^l = 1) for distinct neurons: xi and
 * xi^2 where neurons are independent, less where sizes are given. m >= 2, and m >= 3; 0 below. */
double mask_pair(mask_kind kind, size_t p, size_t m, double xi);
double mask_triple(mask_kind kind, size_t p, size_t m, double xi);

/* --- every mask of a small network --- */

/* How many masks a round can have: 2^(p m), p^m, C(m, k)^p, and the ordered partitions. BAD_INPUT
 * beyond 2^20. */
status mask_number(mask_kind kind, size_t p, size_t m, double xi, size_t *count);

/* mask (p, m), caller's: number `code` of them, code < mask_number. Returns its probability. */
double mask_decode(mask_kind kind, size_t p, size_t m, double xi, size_t code, unsigned char *mask);

#endif
