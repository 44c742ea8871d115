/* gram: the data as a gradient step sees it.
 *
 * Training looks at a neuron only through its pre-activations z_r = X w_r on the n inputs. A step on the weights by X^T s
 * moves them by G s, G = X X^T (paper.md sections 1 and 9), so that weights need not be kept. Applying G to one neuron costs
 * 2 n^2 operations as a matrix and 4 n d as X (X^T s): the cheaper is chosen once, by count. */
#ifndef MODEL_GRAM_H
#define MODEL_GRAM_H

#include <stdbool.h>
#include <stddef.h>
#include "model/dataset.h"
#include "run/error.h"
#include "run/real.h"

/* How many neurons one panel has: enough that packing G for the product costs little, few enough that S and Z stay in cache. */
#define GRAM_PANEL 512

/* AUTO chooses by count; the others are for tests and measurements. */
typedef enum { GRAM_AUTO, GRAM_MATRIX, GRAM_FACTOR } gram_way;

typedef struct {
    size_t n, d, q;
    size_t ld;       /* distance between columns of length n, in elements: n rounded up to 64 bytes */
    gram_way way;    /* GRAM_MATRIX: G is kept; GRAM_FACTOR: X (X^T s) */
    real *X;         /* (n, d) row-major, unit rows; owned */
    real *G;         /* (n, ld) symmetric; NULL if way is GRAM_FACTOR; owned */
    real *Y;         /* (q, ld): label column after label column; owned */
} gram;

/* Takes copies of what it needs; data may be freed afterwards. */
status gram_new(const dataset *data, gram_way way, gram *g);
void gram_free(gram *g); /* safe on a zeroed one */

/* Elements of workspace that gram_apply needs. */
size_t gram_workspace(const gram *g);

/* Z <- Z - G S for `count` <= GRAM_PANEL neurons. S, Z: (count, ld). work: gram_workspace elements, not shared by threads. */
void gram_apply(const gram *g, const real *S, size_t count, real *Z, real *work);

/* Floating-point operations of gram_apply per neuron. */
double gram_cost(const gram *g);

/* Z <- X W. W: (m, d), neuron after neuron; Z: (m, ld), caller's; the padding of each column becomes 0. */
void gram_project(const gram *g, const real *W, size_t m, real *Z);

#endif
