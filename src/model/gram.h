/* The data as a gradient step sees it: the Gram matrix, or a factor of it.
 *
 * Training looks at a neuron only through its pre-activations z_r = X w_r on the n inputs. A step
 * on the weights by X^T s moves them by G s, G = X X^T, so that weights need not be kept. The sum
 * over a neuron's active inputs is active's; of the n inputs at most half are left in it, so that a
 * neuron costs n^2 operations as a matrix G, and n r + 2 n r as F (F^T s), F of r columns: the
 * cheaper is chosen once, by count.
 *
 * F is X, or, where that has fewer columns, U Sigma of X = U Sigma V^T without the singular values
 * that are zero to rounding: F F^T = X X^T, r = rank(X).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_GRAM_H
#define MODEL_GRAM_H

#include <stddef.h>
#include "model/active.h"
#include "model/dataset.h"
#include "base/error.h"
#include "base/real.h"

/* AUTO chooses by count; the others are for tests and measurements. */
typedef enum { GRAM_AUTO, GRAM_MATRIX, GRAM_FACTOR } gram_method;

typedef struct {
    size_t n, d, q;
    size_t held;            /* rows that are not trained on but followed; 0: none */
    size_t first;           /* the first of them in a column; between n and it there are zeros */
    size_t rows;            /* of a column: n, or first + held */
    size_t ld;              /* distance between columns, in elements: rows rounded up to 64 bytes */
    gram_method method;     /* GRAM_MATRIX: G is kept; GRAM_FACTOR: F (F^T s) */
    real *X;                /* (rows, d) row-major, unit rows; owned */
    packed_columns columns; /* of G, or of F^T; owned */
    size_t rank;            /* columns of F; 0 if method is GRAM_MATRIX */
    real *F;                /* (rows, rank) row-major; NULL if method is GRAM_MATRIX; owned */
    real *Y;                /* (q, ld): label column after label column; owned */
} gram;

/* Takes copies of what it needs; data may be freed afterwards. */
status gram_new(const dataset *data, gram_method method, gram *g);
/* The same beside rows that are held out (same d and q; NULL or n = 0: none): the columns of G that
 * a step takes are those of X times all rows, so that a step moves the pre-activations of these rows
 * too, and nothing of theirs has a part in it. */
status gram_new_beside(const dataset *data, const dataset *held, gram_method method, gram *g);
/* `count` numbers rounded up to whole cache lines: the ld of so many rows. */
size_t gram_whole_lines(size_t count);

void gram_free(gram *g); /* safe on a zeroed one */

/* Elements of workspace that gram_step needs. */
size_t gram_workspace(const gram *g);

/* T <- T + G S for the columns s_r of s, <= ACTIVE_PANEL; s->ld = g->ld. T: (count, ld), may be
 * s->Z. work: gram_workspace elements, aligned to 64 bytes, not shared by threads. */
void gram_step(const gram *g, const relu_sum *s, real *T, real *work);

/* Floating-point operations of gram_step per neuron, if half of its inputs are active. */
double gram_cost(const gram *g);

/* Z <- X W. W: (m, d), neuron after neuron; Z: (m, ld), caller's; the padding of each column
 * becomes 0. */
void gram_project(const gram *g, const real *W, size_t m, real *Z);

#endif
