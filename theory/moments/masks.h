/* moments_masks: every mask that a round of a small network can have, one after another. */
#ifndef THEORY_MOMENTS_MASKS_H
#define THEORY_MOMENTS_MASKS_H

#include <stddef.h>
#include "model/train.h"
#include "run/error.h"

/* How many masks of s->width neurons and s->subnets subnetworks there are: 2^(p m) Bernoulli ones, p^m categorical
 * ones. BAD_INPUT beyond 2^20. */
status moments_masks_count(const train_settings *s, size_t *count);

/* Mask (p, m) number `code`; returns its probability. */
double moments_masks_decode(const train_settings *s, size_t code, unsigned char *mask);

#endif
