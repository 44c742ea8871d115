/* Masks of a user's own, read from a .npz: the array `masks` (K, p, m) of 0 and 1, K rounds of a
 * family that this program does not know.
 *
 * Repetition j of a run takes them in their order from set number j stride on, and begins again
 * after the last: with stride rounds a repetition and K large enough no set is taken twice.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_MASK_SETS_H
#define MODEL_MASK_SETS_H

#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"
#include "io/npy.h"

typedef struct mask_sets {
    const char *path;     /* borrowed */
    size_t rounds, p, m;  /* K, subnetworks, neurons */
    unsigned char *mask;  /* (K, p, m); NULL: none; owned */
    size_t stride;        /* >= 1 */
    double share, allows; /* of the ones, and how far from xi it may be */
    double xi;            /* the file's scalar `xi`; NAN without */
    char sha256[65];      /* of the file; "" without */
} mask_sets;

/* BAD_INPUT with path, array and cure. path is borrowed. */
status mask_sets_read(const char *path, mask_sets *sets);
/* The same from an array that is there: (K, p, m), each 0 or 1. FAILED: no memory. */
status mask_sets_take(const char *path, const npy_array *masks, mask_sets *sets);
void mask_sets_free(mask_sets *sets); /* safe on a zeroed one */

/* BAD_INPUT unless the masks are for p subnetworks of m neurons. */
status mask_sets_fit(const mask_sets *sets, size_t p, size_t m);
/* BAD_INPUT unless they take a share xi of the neurons: the training divides by it. `allows` is half
 * a neuron and five standard errors, from the spread of the masks' sizes. */
status mask_sets_fit_xi(const mask_sets *sets, double xi);

/* Whether every neuron is in one subnetwork of every set, and xi is 1/p. */
bool mask_sets_part(const mask_sets *sets, double xi);

/* The masks (p, m) of a round, counted from 0. */
const unsigned char *mask_sets_of(const mask_sets *sets, size_t repetition, size_t round);

#endif
