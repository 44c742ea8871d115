/* The numbers of the statements about drift and local steps (drift-section and local in
 * doc/mathematics.md), and what is measured against them on one subnetwork. Plain numbers, so that
 * a test can spoil any one of them. */
#ifndef THEORY_LOCAL_MODEL_H
#define THEORY_LOCAL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include "model/network.h"
#include "model/ntk.h"
#include "study/record.h"
#include "theory/local/regime.h"

typedef struct {
    const double *G; /* (n, n) */
    size_t n;
    double samples; /* n, where it stands for the largest row sum of a matrix with entries in [-1,
                       1] */
    double m;       /* width of the whole network */
    double xi, masks, delta;
    double gram_norm, row_sum;
    double width;              /* that Together asks for */
    double radius;             /* R* of the ball around w_0 */
    double boundary_radius;    /* near_i counts |<w_0, x_i>| <= boundary_radius, = R* */
    double near_most;          /* 2 m xi p_R */
    double whole_near_most;    /* 2 m p_R: Lemma 16, the whole network */
    double whole_near_failure; /* the probability that it is exceeded is at most this */
    double
        paper_width; /* n^2 log(K p n/delta)/(xi lambda0^2): Theorem 2's, its constant read as 1 */
    double start_least;  /* (3/4) xi lambda0: with near_most, section 3's event for one mask */
    double along_least;  /* xi lambda0/2: lambda_min(H_m(k,t)) within R* */
    double drift_most;   /* xi lambda0/4: ||H_m(k,t) - H_m(0)|| within R* */
    double rate;         /* xi lambda0/2: (4) promises 1 - eta rate */
    bool assumption1;    /* of the data */
    double paper_step;   /* lambda0/n^2 */
    double paper_radius; /* kappa lambda0/n */
} local_model;

local_model local_model_of(const local_regime *regime, const train_settings *s);

/* --- measured on a subnetwork; m neurons, columns of ld --- */

/* Largest ||w_r - w_r(0)||. */
double local_moved(const gram *g, const network *net, const real *Z0);

/* near (n): near_i, neurons of net with |<w_{0,r}, x_i>| <= boundary_radius. Returns the largest.
 */
size_t local_near(const gram *g, const network *net, const real *Z0, double boundary_radius,
                  unsigned *near);

/* flips (n): neurons of net whose activation on x_i is not that in `from`, whose columns are the
 * whole network's (by neuron number) or, with same_columns, net's own. Returns the largest. */
size_t local_flips(const gram *g, const network *net, const real *from, bool same_columns,
                   unsigned *flips);

/* H (n, n) <- (1/m) G o (common activations) of `count` neurons Z (Definition 1); mask (count),
 * NULL: all. */
status local_kernel(const local_model *model, ntk_masked *counts, const real *Z, size_t ld,
                    size_t count, const unsigned char *mask, double *H);

/* H <- H_m(0): the kernel of net's neurons at the start. taken (m), scratch: its mask. */
status local_start_kernel(const local_model *model, ntk_masked *counts, const gram *g,
                          const network *net, const real *Z0, unsigned char *taken, double *H);

#endif
