/* One local step of a subnetwork, before and after (hypothesis-1 in doc/mathematics.md). */
#ifndef THEORY_LOCAL_DESCENT_STEP_H
#define THEORY_LOCAL_DESCENT_STEP_H

#include <stdbool.h>
#include "theory/local/model.h"

typedef struct {
    double square; /* ||e_t||^2 */
    double ratio;  /* ||e_{t+1}||^2/||e_t||^2 */
    double gain;   /* (1 - ratio)/promise: at least 1 is (4) */
    bool skip;     /* rounding of the outputs could decide (4) */
} descent_pair;

/* promise: eta rate, the least that (4) lets 1 - ratio be. */
descent_pair descent_compare(const gram *g, const double *e, const double *next, double promise);

/* Largest ||w_r - w_{k,r}||, from Z and C at t = 0: (c_r - c_{k,r})^T (z_r - z_{k,r}). */
double descent_moved(const gram *g, const network *net, const real *Zk, const real *Ck);

/* E (n, n), from the pre-activations before the step and net after it. Returns ||E||_F. */
double descent_secant_kernel(const local_model *model, const gram *g, const network *net,
                             const real *before, double *E);

/* ||E|| of a matrix that need not be symmetric, relative error at most 1e-8. */
status descent_norm(const double *E, size_t n, double *norm);

/* Largest |u_{t+1} - u_t - eta (H + E) e_t|_i over the largest |u_t|, |u_{t+1}|, |y|; next:
 * e_{t+1}. */
double descent_identity(const gram *g, const double *H, const double *E, double eta,
                        const double *u, const double *e, const double *next);

/* A step taken, and the steps of other sizes in its direction. */
typedef struct {
    const gram *g;
    const network *net; /* after it */
    const real *before; /* (m, ld): pre-activations before it */
    double scale;       /* of the subnetwork's output */
    double promise;     /* eta rate */
    double square;      /* ||e_t||^2 */
    double *outputs;    /* (n): scratch */
} descent_ray;

/* The largest step that obeys (4), as a multiple of the one taken: doubled as long as (4) holds, or
 * halved until it does, then halved between to about 2 %. 0: none above 2^-30. */
double descent_largest_part(const descent_ray *ray);

#endif
