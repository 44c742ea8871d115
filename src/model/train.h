/* Training by Algorithm 1 of the paper, with Bernoulli or categorical masks.
 *
 * For every round k: draw M_k; every subnetwork l starts from w_k and takes tau gradient steps on
 * its own neurons alone; then w_{k+1,r} is the mean of w^l_{k,tau,r} over the subnetworks that took
 * neuron r. A neuron that none took keeps its weights (Algorithm 1, UNSELECTED_KEEP) or gets weight
 * 0 (the released program, UNSELECTED_ZERO). (released-program in doc/mathematics.md)
 *
 * Special cases are settings: p = xi = 1 gradient descent; p = tau = 1 dropout; tau = 1
 * multi-sample dropout; p, tau >= 1 multi-worker Independent Subnet Training.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_TRAIN_H
#define MODEL_TRAIN_H

#include <stdbool.h>
#include <stddef.h>
#include "model/alike.h"
#include "model/batch.h"
#include "model/gram.h"
#include "model/mask.h"
#include "model/mask_sets.h"
#include "model/network.h"
#include "base/error.h"
#include "stats/rng.h"

typedef enum { SCALING_RELEASED, SCALING_THEORY } train_scaling;
typedef enum { UNSELECTED_KEEP, UNSELECTED_ZERO } train_unselected;

typedef struct {
    size_t width;       /* m, neurons of the whole network, >= 1 */
    size_t subnets;     /* p, >= 1 */
    double xi;          /* P(neuron active in a subnetwork), (0, 1]; 1/p with categorical masks */
    double lr;          /* released scaling: the program's learning rate; theory scaling: eta */
    size_t local_steps; /* tau, >= 1 */
    size_t batch;       /* rows of a local step, drawn without replacement; 0 or n: all */
    double kappa;       /* factor of the initial weights, > 0 */
    mask_kind mask;
    const mask_sets *sets; /* masks of a user's own in place of drawn ones, p and m theirs; NULL:
                              none; borrowed */
    train_scaling scaling;
    train_unselected unselected;
} train_settings;

/* The numbers in which the two scalings differ (released-program in doc/mathematics.md). */
typedef struct {
    double whole;  /* s_w: scale of the whole network's output */
    double subnet; /* s_s: scale of a subnetwork's output */
    double step;   /* h: step size on the pre-activations */
    double sigma;  /* standard deviation of an initial weight */
} train_scales;

train_scales train_scales_of(const train_settings *s, size_t n, size_t q);

/* Stability number of a local step: step size times the largest eigenvalue of its linearisation
 * (stability-number in doc/mathematics.md); below 2 it is stable. lambda_max: largest eigenvalue of
 * Hinf. Released scaling: lr m lambda_max / (n xi q). */
double train_stability(const train_settings *s, size_t n, size_t q, double lambda_max);

/* What an observer sees: subnetwork l after t of its local steps, t = 0..tau. All borrowed for the
 * call. */
typedef struct {
    size_t subnet, step;
    const network *net; /* its neurons alone */
    const real *U;      /* (q, ld) its output */
    double error;       /* (1/2) ||U - Y||_F^2 / n */
    double held;        /* the same of the rows that are held out; NaN without */
} step_event;
typedef void train_observer(const step_event *event, void *context);

/* A run has diverged once an error is not finite, or beyond this many times what it was at the
 * start or what the zero network has. It stays so: after such a step all neurons may be dead and
 * the error small. */
#define TRAIN_DIVERGENCE 1e3

typedef struct {
    const gram *g; /* borrowed */
    train_settings settings;
    train_scales scales;
    network whole;       /* the whole network; whole.neuron[r] = r */
    bool *zeroed;        /* (m) neurons that the released rule set to weight 0 */
    network sub;         /* the subnetwork in work */
    network sum;         /* sums over the subnetworks of this round */
    alike_neurons alike; /* on which inputs the whole network's neurons are active */
    unsigned *taken;     /* (m) c_{k,r} */
    real *S; /* (m, ld) sums of the last local steps, where they are taken together; else NULL */
    rng *batches;   /* where a step takes part of the rows: their stream, not owned; else NULL */
    row_batch part; /* and the steps on them */
    real *U, *R, *work;
    double error;  /* whole network's error (1/2) ||U - Y||_F^2 / n, kept up to date */
    double held;   /* the same of the rows that g holds out; NaN without */
    double limit;  /* an error beyond this, or NaN, counts as divergence */
    bool diverged; /* some error of the whole network or of a subnetwork has left the limit */
    scratch owned;
} trainer;

/* Whether steps take part of n rows. */
static inline bool train_in_batches(const train_settings *s, size_t n) {
    return s->batch > 0 && s->batch < n;
}

/* follow: keep the coefficients C (weights, drift). Everything a run needs is allocated here. */
status trainer_new(const gram *g, const train_settings *s, bool follow, trainer *t);
/* Where steps take part of the rows: the stream that decides which, before the first round;
 * borrowed. Local step by local step, subnetwork after subnetwork, `batch` rows are drawn without
 * replacement, and the step on them is n/batch times as large: its mean over them is that of all
 * (batches in doc/mathematics.md). */
void trainer_set_batches(trainer *t, rng *batches);
void trainer_free(trainer *t); /* safe on a zeroed one */

/* W (m, d) ~ N(0, sigma^2), A (m, q) signs: the random start. Caller's arrays. */
void train_draw_start(const trainer *t, rng *r, real *W, real *A);
/* Starts from given weights W (m, d) and signs A (m, q); sets the error. */
void trainer_start(trainer *t, const real *W, const real *A);
/* Both at once, with a temporary W. */
status trainer_start_random(trainer *t, rng *r);

/* One round of Algorithm 1 with mask (p, m). observer: called for every subnetwork and t = 0..tau, in
 * order; may be NULL.
 *
 * Of the last local step only the mean over the subnetworks is needed, unless someone looks: as
 * sum_l G s^l = G sum_l s^l, one product for a neuron takes the place of one for every subnetwork
 * that has it. Taken where it saves operations. */
void trainer_round(trainer *t, const unsigned char *mask, train_observer *observer, void *context);

/* Output of the whole network: U (q, ld), caller's. */
void trainer_output(trainer *t, real *U);

/* Final weights W (m, d) = W0 + X^T C, 0 for zeroed neurons. Needs follow. */
void trainer_weights(const trainer *t, const real *W0, real *W);

/* Expected operations of one round. */
double train_round_cost(const gram *g, const train_settings *s);
/* Seconds that one of these operations takes on one of `threads` threads that all train at once,
 * measured just now, on no more threads than processors, over about `seconds` with settings s on g,
 * for predicted times; of computing alone, whatever else runs on the machine. 0 if it could not be
 * measured (no memory). */
double throughput_measure(const gram *g, const train_settings *s, int threads, double seconds);

#endif
