/* Neural tangent kernels of the two-layer ReLU network: infinite width, finite width, masked
 * (kernels in doc/mathematics.md).
 *
 * Shapes: n samples, a kernel is (n, n) symmetric in double, both halves filled, owned by the
 * caller. An activation pattern is all that a finite kernel knows of its weights, so that neurons
 * are counted, not multiplied:
 *     H_m = (1/m) G o C,   C_ij = sum_r m_r 1{z_ri >= 0} 1{z_rj >= 0},   z_ri = <w_r, x_i>.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_NTK_H
#define MODEL_NTK_H

#include <stddef.h>
#include "model/dataset.h"
#include "base/error.h"
#include "base/real.h"

/* Hinf_ij = <x_i, x_j> (pi - angle_ij) / (2 pi); the diagonal is exactly 1/2. Where |cos| > 0.99
 * angle and cosine come from dataset_angle, so that a pair at angle t keeps the digits of
 * lambda_min ~ t/(2 pi). data: unit rows. threads >= 1: the result does not depend on it. H: (n,
 * n). A NaN in X makes NaN entries. */
void ntk_infinite(const dataset *data, int threads, double *H);

/* The counts C of several masks over the neurons added so far. Needs 2 n^2 bytes a mask and never
 * an array of n x m. */
typedef struct ntk_masked ntk_masked;

/* Empty counts of `masks` >= 1 masks on n >= 1 samples. NULL: no memory, with a line. Owner: the
 * caller, ntk_masked_free. */
ntk_masked *ntk_masked_new(size_t n, size_t masks);
void ntk_masked_free(ntk_masked *s); /* NULL-safe */

/* Bytes that ntk_masked_new takes. */
double ntk_masked_bytes(size_t n, size_t masks);

/* Forgets all neurons. */
void ntk_masked_clear(ntk_masked *s);

/* Adds `count` neurons. Z: (count, ld) pre-activations, neuron after neuron, ld >= n, only the
 * first n of each are read. mask: (masks, stride) 0 or 1, of which the first `count` of each row
 * are these neurons' (to add neurons r0, r0 + 1, ... of masks (masks, m), pass mask + r0 and stride
 * m). NULL: every mask takes every one. Blocks of some thousand neurons are fastest. threads >= 1:
 * counts are integers, the result does not depend on it. FAILED, with the counts spoilt, if a
 * pre-activation that is used is not finite or 2^32 neurons are reached. */
status ntk_masked_add(ntk_masked *s, const real *Z, size_t ld, size_t count,
                      const unsigned char *mask, size_t stride, int threads);

/* H <- factor * G o C of mask l < masks. G: (n, n) Gram matrix of the data. More neurons may be
 * added afterwards. factor = 1/m: the masked kernel H_m of Definition 1, m the width of the whole
 * network, not the number of its active neurons. factor = xi/m with a mask of ones: the finite
 * kernel H(k). */
void ntk_masked_kernel(const ntk_masked *s, size_t l, double factor, const double *G, double *H);

#endif
