/* The mean of y - u_k over the masks of one start, measured by many runs, beside the curves that
 * kernels predict for it (mean_curve.h).
 *
 * Control variate: c_{k+1} = P c_k + (theta/p) B sum_l (u_{k,0}^l - u_k), c_0 = 0, B = 1 - (1 - eta
 * H(0))^tau, P = 1 - theta B. Each sum has mean 0 given the past (a mask is drawn after w_k), so
 * c_k has mean 0 whatever P and B are, and y - u_k - c_k has the mean of y - u_k with a small part
 * of its variance.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_MEASURED_CURVE_H
#define MODEL_MEASURED_CURVE_H

#include <stddef.h>
#include <stdint.h>
#include "model/mean_curve.h"
#include "model/train.h"

enum { CURVE_KERNELS = 2 }; /* H(0), xi Hinf: in this order in the columns below */

/* One start: many runs that differ in their masks alone. */
typedef struct {
    const gram *g;
    const double *G; /* (n, n) */
    train_settings s;
    size_t rounds, masks; /* rounds of a run; runs, >= 2 */
    /* Of the kernels that predict, or of what is to be tested in their place: H(0), where NULL
     * stands for that of the start; xi Hinf. */
    const eigenpairs *kernels[CURVE_KERNELS];
    mean_rule rule; /* of the prediction; mean_rule_of(&s) */
} curve_setting;

/* Per round. Squared norms of means are unbiased: (||sum_j x_j||^2 - sum_j ||x_j||^2)/(M (M-1))
 * over the runs j. */
enum {
    CURVE_ERROR,         /* mean over runs of ||y - u_k||^2 */
    CURVE_MEAN_PLAIN,    /* squared norm of the mean of y - u_k */
    CURVE_MEAN,          /* the same with the control variate */
    CURVE_FINITE,        /* ||e_k||^2 from H(0) */
    CURVE_INFINITE,      /* ||e_k||^2 from xi Hinf */
    CURVE_MISS_FINITE,   /* squared distance of the mean from e_k of H(0) */
    CURVE_MISS_INFINITE, /* and of xi Hinf */
    CURVE_COLUMNS
};

/* values: (rounds + 1, CURVE_COLUMNS), then the share of activations (neuron and sample) that
 * differ from the start's after the last round. Streams of (seed, cell, repetition). FAILED after
 * divergence. */
status curve_measure(const curve_setting *c, uint64_t seed, size_t cell, size_t repetition,
                     double *values);
size_t curve_values(size_t rounds);

/* sum_k miss_k / sum_k predicted_k over the rounds: the relative squared distance of the mean from
 * a kernel's curve, unbiased above; below 0 where noise is larger than the distance. */
double curve_distance(const double *values, size_t rounds, size_t kernel);

#endif
