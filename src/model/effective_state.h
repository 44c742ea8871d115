/* What the parts of the effective dynamics share. Matrices are column-major, (n, m) with a column
 * for each neuron.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MODEL_EFFECTIVE_STATE_H
#define MODEL_EFFECTIVE_STATE_H

#include "model/effective.h"
#include "base/scratch.h"

/* A part of the force rho_r(t) on the neurons of a subnetwork, t = 0..tau-1: the mean, the response
 * to the deviation of the whole network, the response to the masks of the others. */
typedef enum { FIELD_MEAN, FIELD_PATH, FIELD_MASKS, FIELDS } effective_field;

/* Share by which the error may move while one covariance of a round's noise serves. */
#define EFFECTIVE_NOISE_STALE 0.1

/* What order 2 holds (second-order in doc/mathematics.md). */
typedef struct {
    double **P;            /* (tau + 1) of (n, n): propagators of t local steps */
    double **KK;           /* (tau) of (n, n): K_k */
    double **reach;        /* (tau) of (n, n): sum_{k < tau - s} K_k, s = 0..tau-1 */
    size_t sampled;        /* neurons that K_1, .. are summed over */
    double **again;        /* (sampled tau) of (n, n): G_r chi_k^r of neuron after neuron */
    double **d[FIELDS];    /* (tau) of (n, m): what a neuron's presence takes from a residual */
    double **pull[FIELDS]; /* (tau) of (n, m): G_r rho_r(t) */
    double *rho, *sum;     /* (n, m): the force; the mean's, summed over t */
    double *felt, *Omega;  /* (n, m) of the whole network's deviation; (m, m) standard normal */
    double *alpha, *f;     /* (n, m) */
    double *l, *l_masks;   /* (n, m): lbar and l^g */
    double *C, *factor;    /* (n, n): noise of a round, summed over outputs; its factor */
    double *m_t;           /* (n, q) */
    size_t served;         /* rounds that C has served beside its own */
    double error;          /* the error where C was computed */
} effective_second;

struct effective {
    effective_setting s;
    rng *draws;
    double c;          /* h s_s^2 */
    double *Y, *e;     /* (n, q) */
    double *A;         /* (q, m) signs */
    double *Z, *D;     /* (n, m) pre-activations, activations 0 or 1 */
    double *active;    /* (n, m) sigma(Z) */
    double *frozen;    /* (n, m) the activations that the operator belongs to */
    size_t refreshed;  /* operators computed so far */
    double *K;         /* (n, n) sum_r G_r */
    double *Sigma;     /* (n, n) summed over outputs; order 1: in the basis V */
    double *deviation; /* (n, q paths) of the random paths; order 1: in the basis V */
    double *normal;    /* (n or m, q paths) draws */
    double *kick;      /* (n, q paths) */
    double *work_n, *work_m, *work_m2; /* (n, n), (n, m), (n, m) */
    double *V, *old;                   /* order 1: (n, n) eigenvectors of K; those before */
    double *B, *S;                     /* order 1: (n) B_i = 1 - M_i^tau and S_i = sum_t M_i^t */
    double *U;                         /* order 1: (n, q) output of the whole network, in V */
    double *e_basis;                   /* (n, q) e in the basis of the paths */
    effective_second o2;
    scratch owned;
};

/* y <- a Q x + b y for Q (n, n); x, y (n, columns). */
void effective_apply(size_t n, size_t columns, double a, const double *Q, const double *x, double b,
                     double *y);
/* y <- a Q^T x + b y. */
void effective_apply_back(size_t n, size_t columns, double a, const double *Q, const double *x,
                          double b, double *y);
/* C <- a x y^T + b C for x, y (n, columns). */
void effective_outer(size_t n, size_t columns, double a, const double *x, const double *y, double b,
                     double *C);
/* y (n, columns) <- x w for x (n, m), w (m, columns). */
void effective_panel(const effective *f, size_t columns, const double *x, const double *w,
                     double *y);
/* y (n, q) <- y + a x A^T: a sum over neurons, weighted by their signs. */
void effective_to_outputs(const effective *f, double a, const double *x, double *y);
/* x (n, m) <- e A: what outputs e (n, q) are to every neuron. */
void effective_to_neurons(const effective *f, const double *e, double *x);
/* x (n, m) <- x + a e A. */
void effective_add_to_neurons(const effective *f, double a, const double *e, double *x);
/* y <- D o (G (D o x)), G_r x_r of every neuron. Overwrites work_m. */
void effective_pull(effective *f, const double *x, double *y);
/* Z <- Z + theta h s_s G (D o x). Overwrites work_m. */
void effective_move(effective *f, const double *x);
/* x (n, columns) <- draws of covariance C (n, n), which is overwritten. */
status effective_draw(effective *f, double *C, size_t columns, double *x);

double *effective_array(effective *f, size_t count);
double **effective_arrays(effective *f, size_t arrays, size_t count);

void effective_first_take(effective *f);
status effective_first_refresh(effective *f);
void effective_first_round(effective *f);

void effective_second_take(effective *f);
void effective_second_refresh(effective *f);
status effective_second_round(effective *f);
/* C of a round, from the fields. */
void effective_noise(effective *f);

#endif
