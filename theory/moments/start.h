/* moments_start: facts about the random start (W_0, a) of paper.md section 5: E11 and Lemmas 16, 17, 22, 23. */
#ifndef THEORY_MOMENTS_START_H
#define THEORY_MOMENTS_START_H

#include <stddef.h>
#include "model/gram.h"
#include "run/error.h"
#include "run/rng.h"
#include "theory/moments/compare.h"

/* How starts are drawn and looked at. */
typedef struct {
    const gram *g; /* the data, q = 1; borrowed */
    size_t width;  /* m */
    double xi, kappa;
    double radius; /* R of S_i = {r : |<w_{0,r}, x_i>| <= R} */
    size_t
        part; /* how many entries of W_0 Lemma 22 is looked at for besides all of them, at most m d */
} moments_start;

/* What one start shows. */
typedef struct {
    double error;     /* ||y - u_0||^2 */
    double frobenius; /* ||W_0||_F^2 */
    double part;      /* the same of the first entries alone, a smaller W_0 */
    double squares;   /* max_i sum_r <w_{0,r}, x_i>^2 */
    double near;      /* max_i |S_i| */
} moments_start_seen;

/* Memory for starts. */
typedef struct {
    double *W, *A, *Z;          /* (m, d), (m), (m, ld) of the last start; owned */
    double *u, *near, *squares; /* (n); owned */
} moments_start_work;

status moments_start_work_new(const moments_start *s, moments_start_work *work);
void moments_start_work_free(moments_start_work *work); /* safe on a zeroed one */

/* Draws W_0 with entries N(0, kappa^2) and signs a. */
void moments_start_draw(const moments_start *s, rng *r, moments_start_work *work);
moments_start_seen moments_start_look(const moments_start *s, moments_start_work *work);

/* What the lemmas allow: more is a failure. */
typedef struct {
    double frobenius, part, squares, near;
} moments_limits;

/* 2 kappa^2 m d and 2 kappa^2 part (Lemma 22), 2 m kappa^2 (Lemma 23), 2 m p_R (Lemma 16). */
moments_limits moments_limits_of(const moments_start *s);

/* Many starts. A struct of doubles alone. */
typedef struct {
    double trials;
    double mean, deviations; /* of ||y - u_0||^2: mean, sum of squared deviations from it */
    double frobenius, part, squares, near; /* failures */
    double largest_near;                   /* the largest max_i |S_i| */
    double tangents;                       /* starts that Lemma 17 was looked at for: the first */
    moments_closest tangent;               /* ||H'|| and n max_i |S_i|/m of these */
} moments_starts;

/* G: (n, n), for Lemma 17; NULL: not looked at. */
status moments_starts_simulate(const moments_start *s, const moments_limits *limits,
                               const double *G, rng *r, size_t trials, moments_starts *starts);
void moments_starts_merge(moments_starts *starts, const moments_starts *more);

/* Lemma 17: ||H'||, H'_ij = (1/m) G_ij sum_{r in S_i} 1_ri 1_rj, of the start in `work`. G: (n, n). */
status moments_near_norm(const moments_start *s, const double *G, const moments_start_work *work,
                         double *norm);

/* E11 without a formula: E_{W_0,a}||y - u_0||^2 over all 2^m signs and over the pre-activations of m neurons by
 * quadrature, exact for squares of ReLUs: half-line Gauss rules in z^2, and z < 0, where sigma is 0. norms (n):
 * ||x_i||, y (n). m <= 6. */
status moments_start_expectation(const double *norms, const double *y, size_t n, size_t m,
                                 double xi, double kappa, double *mean);

/* The radius R at which p_R = P(|N(0, kappa^2)| <= R) is `probability`. */
double moments_radius(double probability, double kappa);

/* Lemma 16 with failure probability delta: the least p_R with n exp(-m p_R/3) <= delta, at most 1/2. */
double moments_near_share(double n, double m, double delta);

/* Least k at which exp(-k (1 - ln 2)/2) is at most delta/n: Lemmas 22 (n = 1, k = m d) and 23 (k = m) say something
 * from here on. */
double moments_tail_size(double n, double delta);

#endif
