/* The sum over a neuron's active inputs, with fewer operations than the matrix product.
 *
 * A gradient step needs, for every neuron r, V s_r with s_r = (R a_r) o 1{z_r > 0}, where column j
 * of V is G's (pre-activations) or x_j (weights). As a matrix product that is n multiplications an
 * entry. But
 *     sum_{j active} V_j <R_j, a_r>  =  sum_o (V R)_o a_ro  -  sum_{j not active} V_j <R_j, a_r>:
 * the smaller of the two sets is enough, since the first sum on the right costs one multiplication
 * an entry for each four outputs once V R is there (sign_sums). Inputs are taken in tiles, each tile
 * of each neuron in its cheaper way; where inputs that are alike stand side by side
 * (dataset_cluster_rows) they are active together and few entries are left: 0.23 of all on the CIFAR
 * features. Where columns are long, neurons go in pairs: what both of them need of V is loaded once.
 * Both sides are the same sum, rounded like any other order of its terms, which in pairs hangs on
 * the partner (tests/unit/test_active.c).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_ACTIVE_H
#define MODEL_ACTIVE_H

#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"
#include "base/real.h"

/* How many neurons one call takes: V R serves them all, and their sums stay in cache. */
#define ACTIVE_PANEL 512

typedef struct {
    size_t n;      /* inputs */
    size_t length; /* of a column V_j */
    bool shared;   /* do neurons, two and two, share what is loaded of a column? */
    size_t sums;   /* registers that hold a neuron's sums over a block of rows: 1 to 9 */
    /* inputs that are taken together; a tile of a block of V stays in first-level cache */
    size_t tile;
    real *packed; /* V in blocks of rows: block after block, in each input after input; owned */
} packed_columns;

/* What is summed: s_r = factor * (R a_r) o 1{z_r > 0} for `count` neurons, or given columns. All
 * borrowed. */
typedef struct {
    /* (count, ld) the columns s_r, padded by zeros, of which zeros are left out; NULL: from Z, A, R
     * and factor */
    const real *S;
    const real *Z;   /* (count, ld); what pads a column is not above 0 */
    const real *A;   /* (count, q), each -1 or +1 */
    const real *R;   /* (q, ld) */
    size_t count, q; /* count <= ACTIVE_PANEL */
    size_t ld;       /* at least n rounded up to 64 bytes */
    real factor;
} relu_sum;

/* V: (n, length), column V_j after column, rounded to the working precision. */
status active_new(const double *V, size_t n, size_t length, packed_columns *columns);
/* part: room for n of the inputs of c. FAILED: no memory. */
status active_room(const packed_columns *c, size_t n, packed_columns *part);
/* part <- the columns of part->n inputs, each < c->n. */
void active_take(const packed_columns *c, const size_t *inputs, packed_columns *part);
void active_free(packed_columns *columns); /* safe on a zeroed one */

/* Inputs of one tile, of n in all. */
size_t active_tile(size_t n);

/* Elements of workspace that active_add needs for q outputs. */
size_t active_workspace(const packed_columns *columns, size_t q);

/* T_r <- T_r + V s_r for every neuron. T: (count, stride), stride >= length; may be s->Z; what is
 * behind a column has zeros added to it, or nothing. work: aligned to 64 bytes, not shared by threads. */
void active_add(const packed_columns *columns, const relu_sum *s, real *T, size_t stride,
                real *work);

#endif
