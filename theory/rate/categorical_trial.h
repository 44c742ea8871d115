/* categorical_trial: one run of Algorithm 1 with categorical masks, its three movements and the event Omega_k (paper.md
 * sections 5 and 7).
 *
 * A round takes ||y - u_k||^2 up by a jump when masks are drawn (mean V_k given the past, E9), down by local descent,
 * down by the drop A_k when the subnetworks are combined (E10). */
#ifndef THEORY_CATEGORICAL_TRIAL_H
#define THEORY_CATEGORICAL_TRIAL_H

#include <stddef.h>
#include <stdint.h>
#include "model/gram.h"
#include "model/train.h"
#include "run/error.h"
#include "theory/theory.h"

/* The first n <= data->n rows with their labels (q = 1), in at most n dimensions: training sees inputs through G = X
 * X^T alone, so that the Cholesky factor of G stands for X, and a start takes n normal numbers a neuron instead of d.
 * Owner: the caller, dataset_free. */
status categorical_rows(const dataset *data, size_t n, dataset *few);

/* A setting that is run several times. */
typedef struct {
    const theory_data *data;
    const gram *g;      /* of data */
    train_settings s;   /* categorical, xi = 1/p */
    size_t rounds;      /* K */
    double radius;      /* R*; not read off the run */
    double contraction; /* what a local step has to satisfy, (4): 1 - eta xi lambda0/2 */
} categorical_cell;

/* radius and contraction from the data. step: eta ||G||. */
categorical_cell categorical_cell_of(const theory_data *data, const gram *g, size_t width,
                                     size_t subnets, size_t local_steps, double step, double kappa,
                                     size_t rounds);

/* Per round k = 0..K; of row K only CAT_WHOLE and CAT_OMEGA are there, the others are NaN. */
enum {
    CAT_WHOLE,     /* ||y - u_k||^2 */
    CAT_SAMPLED,   /* (1/p) sum_l ||y - u^l_{k,0}||^2 */
    CAT_JUMP,      /* V_k = (xi (1 - xi)/m) sum_i sum_r sigma_ri^2 (E9) */
    CAT_DESCENDED, /* (1/p) sum_l ||y - u^l_{k,tau}||^2 */
    CAT_DROP,      /* A_k = (1/p^2) sum_{l<l'} ||u^l_{k,tau} - u^l'_{k,tau}||^2 (E10) */
    CAT_OMEGA, /* 1 on Omega_k: Lemma 23's bound, all weights so far within R*, all local steps so far satisfied (4) */
    CAT_IDENTITY, /* relative error of E10: ||y - u_{k+1}||^2 = CAT_DESCENDED - CAT_DROP */
    CAT_SPREAD, /* of Lemma 14: (1/p) sum_l ||u^l_{k,0} - u_k||^2 = (1/p^2) sum_{l<l'} ||u^l_{k,0} - u^l'_{k,0}||^2 */
    CAT_MEAN,   /* of u_k = (1/p) sum_l u^l_{k,0}, largest entry over largest |u^l_{k,0}| */
    CAT_COLUMNS
};

/* After the rows. */
enum {
    CAT_LEMMA23, /* 1: sum_r <w_{0,r},x_i>^2 <= 2 m kappa^2 for all i */
    CAT_LEFT,    /* 1: some weight has left the ball */
    CAT_FAILED,  /* 1: a local step inside the ball, at both ends, did not satisfy (4) */
    CAT_DRIFT,   /* largest ||w - w_0|| / R* */
    CAT_SINGLE_VALUES
};

size_t categorical_values(size_t rounds);

/* values: (rounds + 1, CAT_COLUMNS), then CAT_SINGLE_VALUES. Streams of (seed, cell, repetition). FAILED after
 * divergence. */
status categorical_unit(const categorical_cell *c, uint64_t seed, size_t cell, size_t repetition,
                        double *values);

/* E9 exactly, for given pre-activations Z (m, n), signs a (m), labels y (n): sampled, the mean of (1/p) sum_l ||y -
 * u^l||^2 over all p^m categorical masks; whole, ||y - u||^2; jump, V. p^m <= 2^20. */
status categorical_enumerate(size_t n, size_t m, size_t p, const double *Z, const double *a,
                             const double *y, double *sampled, double *whole, double *jump);

#endif
