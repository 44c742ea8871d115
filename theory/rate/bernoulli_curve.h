/* bernoulli_curve: the mean of y - u_k over the masks of one start W_0, a, beside the curve predicted for it (paper.md
 * section 6).
 *
 * Predicted: e_k = sum_i (1 - theta (1 - (1 - eta lambda_i)^tau))^k <v_i, y - u_0> v_i, from the eigenpairs of H(0) of
 * this start or of xi Hinf. While activations stay put the mean follows the first up to O(1/m). They do not quite:
 * about sqrt(m)/kappa neurons flip on a sample. Flips in either direction would cancel but for m^(1/4), were the
 * movement of a neuron the same on both sides; but one that is active on x_i is moved on x_i by the residual there too,
 * one that is not is not. So the difference is of the order sqrt(m), H moves by O(m^(-1/2)), and the mean with it. Hinf
 * is as far from H(0)/xi from the start. */
#ifndef THEORY_BERNOULLI_CURVE_H
#define THEORY_BERNOULLI_CURVE_H

#include <stddef.h>
#include <stdint.h>
#include "model/gram.h"
#include "model/network.h"
#include "model/train.h"
#include "run/error.h"

/* Eigenpairs of a symmetric matrix. */
typedef struct {
    size_t n;
    double *values;  /* (n) ascending; owned */
    double *vectors; /* (n, n) row k is the unit eigenvector of values[k]; owned */
} eigenpairs;

/* Of factor * A; A: (n, n). */
status eigenpairs_new(const double *A, size_t n, double factor, eigenpairs *pairs);
/* Of H(0) = (xi/m) G o C at the whole network's present pre-activations. G: (n, n). */
status eigenpairs_of_network(const network *whole, const gram *g, const double *G, double xi,
                             eigenpairs *pairs);
void eigenpairs_free(eigenpairs *pairs); /* safe on a zeroed one */

/* What the mean is multiplied by along an eigenvector, in a round. */
typedef struct {
    double theta, eta;
    unsigned tau;
} mean_rule;

mean_rule mean_rule_of(const train_settings *s);

/* e (rounds + 1, n): e[0] is given, the following are filled in. */
status mean_curve(const eigenpairs *pairs, mean_rule rule, size_t rounds, double *e);

/* Rounds 0..window over which contraction is fitted: as many as the fastest direction, eigenvalue xi lambda_max, takes
 * to fall by a factor e, at least 4. */
size_t mean_window(mean_rule rule, double xi, double lambda_max);

/* Slope of log curve[k * stride], k = 0..window, per round; NaN unless all are positive. */
double log_slope(const double *curve, size_t stride, size_t window);

/* One start: many runs that differ in their masks alone. */
typedef struct {
    const gram *g;
    const double *G; /* (n, n) */
    train_settings s;
    size_t rounds, masks;       /* rounds of a run; runs, >= 2 */
    const eigenpairs *infinite; /* of xi Hinf, or of what is to be tested in its place */
    const eigenpairs *finite;   /* of what is to be tested in place of H(0); NULL: H(0) */
    mean_rule rule;             /* of the prediction; mean_rule_of(&s) */
} curve_setting;

/* Per round. Squared norms of means are unbiased: (||sum_j x_j||^2 - sum_j ||x_j||^2) / (M (M-1)) over the runs j. */
enum {
    CURVE_ERROR,         /* mean over runs of ||y - u_k||^2 */
    CURVE_MEAN_PLAIN,    /* squared norm of the mean of y - u_k */
    CURVE_MEAN,          /* the same with the control variate below */
    CURVE_FINITE,        /* ||e_k||^2 from H(0) */
    CURVE_INFINITE,      /* ||e_k||^2 from xi Hinf */
    CURVE_MISS_FINITE,   /* squared distance of the mean from e_k of H(0) */
    CURVE_MISS_INFINITE, /* and of xi Hinf */
    CURVE_COLUMNS
};

/* Control variate: c_{k+1} = P c_k + (theta/p) B sum_l (u_{k,0}^l - u_k), c_0 = 0, B = 1 - (1 - eta H(0))^tau, P = 1 -
 * theta B. Each sum has mean 0 given the past (E8: a mask is drawn after w_k), so c_k has mean 0 whatever P and B are,
 * and y - u_k - c_k has the mean of y - u_k with a small part of its variance. */

/* values: (rounds + 1, CURVE_COLUMNS), then the share of activations (neuron and sample) that differ from the start's
 * after the last round. Streams of (seed, cell, repetition). FAILED after divergence. */
status curve_unit(const curve_setting *c, uint64_t seed, size_t cell, size_t repetition,
                  double *values);
size_t curve_unit_values(size_t rounds);

/* sum_k miss_k / sum_k predicted_k over the rounds: the relative squared distance of the mean from a curve, unbiased
 * above; below 0 where noise is larger than the distance. miss, predicted: columns of values. */
double curve_distance(const double *values, size_t rounds, int miss, int predicted);

#endif
