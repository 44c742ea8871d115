/* The two products of a network with its second layer, over a panel of neurons.
 *
 * They are thin (q columns), so that the matrix product of a BLAS spends its time packing. Here a
 * vec of inputs keeps its q sums in registers while the neurons pass by, and ReLU, its derivative
 * and the products are one sweep.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_LAYER_H
#define MODEL_LAYER_H

#include <stddef.h>
#include "base/real.h"

/* Columns of Z, C, U, R have length ld, a multiple of 64 bytes; aligned to 64 bytes they are
 * fastest. */

/* U <- U + scale * sigma(Z) A^T. Z: (count, ld); A: (count, q); U: (q, ld). A pre-activation that
 * is not above 0 (also NaN) counts as 0. */
void layer_output(const real *Z, const real *A, size_t count, size_t q, size_t ld, real scale,
                  real *U);

/* P_r <- factor * <R_j, a_r> for `width` inputs j. A: (count, q); R: (q, ld), from the first of
 * them on; P: (count, step). Reads and writes whole registers: up to width rounded up to 64 bytes.
 */
void layer_products(const real *A, const real *R, size_t count, size_t q, size_t ld, size_t width,
                    real factor, real *P, size_t step);

/* C <- C + factor * (R A^T) o 1{Z > 0}. R: (q, ld); Z: (count, ld). place: (count) the columns of C
 * that they go to, none of them twice; NULL: the first `count`. */
void layer_gradient(const real *Z, const real *A, const real *R, size_t count, size_t q, size_t ld,
                    real factor, const size_t *place, real *C);

#endif
