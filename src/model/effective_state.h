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

/* A neuron's own state (own-state in doc/mathematics.md), one draw of it for every neuron. */
typedef struct {
    double *zeta;     /* (n, m) deviation of its pre-activation from the mean network's */
    double *together; /* (n, m) L^g: what all others do about the fields of the masks */
    double *all;      /* (n, m) U of the mean and the response to the whole network's deviation */
    double *masks;    /* (n, m) U of the response to the masks */
    double *path;     /* (n, m) U of the response to the whole network's deviation, this round */
    double *root;     /* (n, n) of the noise that no neuron's own draw is in */
    double *draws;    /* (3 m) */
} effective_own;

/* What order 2 holds (second-order in doc/mathematics.md). */
typedef struct {
    double **P;            /* (tau + 1) of (n, n): propagators of t local steps */
    double **KK;           /* (tau) of (n, n): K_k */
    double **reach;        /* (tau) of (n, n): sum_{k < tau - s} K_k, s = 0..tau-1 */
    size_t sampled;        /* neurons that K_1, .. are summed over */
    double **again;        /* (sampled tau) of (n, n): G_r chi_k^r of neuron after neuron */
    double **d[FIELDS];    /* (tau) of (n, m): what a neuron's presence takes from a residual */
    double **pull[FIELDS]; /* (tau) of (n, m): G_r rho_r(t) */
    double *rho;           /* (n, m): the force */
    double *sum[FIELDS];   /* (n, m): its parts summed over t */
    double *felt, *Omega;  /* (n, m) of the whole network's deviation; (m, m) standard normal */
    double *alpha, *f;     /* (n, m) */
    double *l, *l_masks;   /* (n, m): lbar and l^g */
    double *C, *factor;    /* (n, n): noise of a round, summed over outputs; its factor */
    double *m_t;           /* (n, q) */
    double *force;         /* (n, q): m_t, and where sizes are given delta_t */
    double *less, *before, *change; /* (n, q): delta_t, m_{t-1}, room */
    size_t served;                  /* rounds that C has served beside its own */
    double error;                   /* the error where C was computed */
    effective_own own;
} effective_second;

/* What order 1 holds, in a basis V of `rank` eigenvectors of K. */
typedef struct {
    double *V, *old;                /* (n, rank); the one before */
    double *lambda, *B, *S;         /* (rank) eigenvalues, 1 - M_i^tau, sum_t M_i^t */
    double *held;                   /* (n, m) the sigma(Z) that the next three belong to */
    double *rotated, *pull, *Gamma; /* (rank, m) V^T s_r; (n, m) S s_r; (rank, rank) noise */
    double b_beyond;                /* theta B_i beyond the basis, their mean */
    double *force;                  /* (n, q) S e */
    double *felt, *output;      /* (n, q) where sizes are given: of e and U; of U in the basis */
    double *normal;             /* (m, q paths) draws */
    real *column, *move, *work; /* of gram_step */
} effective_first;

struct effective {
    effective_setting s;
    const gram *g;
    size_t rank; /* directions of the basis of Sigma and the paths; order 2: the n inputs */
    rng *draws;
    double c;                          /* h s_s^2 */
    double *Y, *e;                     /* (n, q) */
    double *A;                         /* (q, m) signs */
    double *Z, *D;                     /* (n, m) pre-activations, activations 0 or 1 */
    double *active;                    /* (n, m) sigma(Z) */
    double *frozen;                    /* (n, m) the activations that the operator belongs to */
    size_t refreshed;                  /* operators computed so far */
    double *K;                         /* (n, n) sum_r G_r */
    double *Sigma;                     /* (rank, rank) summed over outputs */
    double *deviation;                 /* (rank, q paths) of the random paths */
    double *kick;                      /* (rank, q paths) */
    double *work_n, *work_m, *work_m2; /* (n, n), (n, m), (n, m) */
    double *e_basis;                   /* (rank, q) e in the basis of the paths */
    double beyond, variance_beyond;    /* what of ||e||^2 and of tr Sigma is not in it */
    effective_first o1;
    effective_second o2;
    scratch owned;
};

/* out <- a op(x) op(y) + b out, (rows, columns), without gaps; `inner` is summed over; a true
 * x_back or y_back transposes. */
void effective_product(bool x_back, bool y_back, size_t rows, size_t columns, size_t inner,
                       double a, const double *x, const double *y, double b, double *out);
/* y <- a Q x + b y for Q (n, n); x, y (n, columns). */
void effective_apply(size_t n, size_t columns, double a, const double *Q, const double *x, double b,
                     double *y);
/* C <- a x y^T + b C for x, y (n, columns). */
void effective_outer(size_t n, size_t columns, double a, const double *x, const double *y, double b,
                     double *C);
/* y (n, q) <- y + a x A^T: a sum over neurons, weighted by their signs. */
void effective_to_outputs(const effective *f, double a, const double *x, double *y);
/* x (n, m) <- e A: what outputs e (n, q) are to every neuron. */
void effective_to_neurons(const effective *f, const double *e, double *x);
/* y <- D o (G (D o x)), G_r x_r of every neuron. Overwrites work_m. */
void effective_pull(effective *f, const double *x, double *y);
/* y <- factor G (D o x) + b y. Overwrites work_m. */
void effective_push(effective *f, double factor, const double *x, double b, double *y);
/* Z <- Z + theta h s_s G (D o x). Overwrites work_m. */
void effective_move(effective *f, const double *x);
/* x (n, columns) <- draws of covariance C (n, n), which is overwritten. */
status effective_draw(effective *f, double *C, size_t columns, double *x);

double *effective_array(effective *f, size_t count);
double **effective_arrays(effective *f, size_t arrays, size_t count);

void effective_first_take(effective *f);
status effective_first_refresh(effective *f);
void effective_first_round(effective *f);
/* e in the basis, and what follows sigma(Z). */
void effective_first_turn(effective *f);

void effective_second_take(effective *f);
void effective_second_refresh(effective *f);
status effective_second_round(effective *f);
/* x <- (I - theta B) x + y, B = I - P_tau, for x (n, columns); y is overwritten. */
void effective_contract(effective *f, size_t columns, double *x, double *y);
/* C of a round, from the fields. */
void effective_noise(effective *f);
void effective_own_take(effective *f);
/* Field g of the masks at step t joins what all others do about it. */
void effective_own_join(effective *f, size_t t, const double *g);
/* A round of the states, and of what every neuron feels of the whole network's deviation; noisy: its
 * fields of the masks are new. */
status effective_own_round(effective *f, bool noisy);

/* Whether the neurons of a mask are dependent. */
static inline bool effective_is_sized(const effective_setting *s) { return s->pair != s->xi; }
/* q times the variance of the others' masks in a subnetwork that takes a neuron; where sizes are given
 * from their mean, by which they are centred: one other neuron has no deviation left. */
static inline double effective_others(const effective_setting *s) {
    double q = (double)s->q, m = (double)s->m;
    if (!effective_is_sized(s)) { return q * s->xi * (1 - s->xi); }
    if (m < 3) { return 0; }
    return q * s->pair * (1 - s->pair) * (m - 1) / (m - 2);
}
/* x (m, columns): where a mask takes a given number of neurons its noise sums to 0, in column k along
 * the signs of output k modulo q. */
void effective_centre(const effective *f, size_t columns, double *x);

#endif
