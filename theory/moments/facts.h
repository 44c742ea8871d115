/* moments_facts: what paper.md section 5 says the means over masks are, quantity by quantity, from the closed forms of
 * bounds.h.
 *
 * A quantity is a random vector that one draw of the round's masks decides; "picked" neurons and samples are those of
 * the state. */
#ifndef THEORY_MOMENTS_FACTS_H
#define THEORY_MOMENTS_FACTS_H

#include <stdbool.h>
#include "theory/moments/state.h"

typedef enum {
    MOMENT_TAKEN,      /* E1: b_r of every neuron (m) */
    MOMENT_SHARE,      /* E2: eta_r m_r^l of every neuron and subnetwork (m, p) */
    MOMENT_RECIPROCAL, /* E2: b_r/c_r of every neuron, mean phi (m) */
    MOMENT_NU_SAME,    /* E3: nu_{r,r} of the picked neurons (neurons) */
    MOMENT_NU_OTHER,   /* E3: nu_{r,r'}, r picked, r' != r (neurons, m-1) */
    MOMENT_NU_SAME2,   /* E4: nu_{r,r}^2, mean Var + mean^2 */
    MOMENT_NU_OTHER2,  /* E4: nu_{r,r'}^2, likewise */
    MOMENT_MIXING,     /* E5: ut_r(x_i) of the picked neurons (neurons, n) */
    MOMENT_SPREAD,     /* E6: sum_i (ut_r(x_i) - b_r u(x_i))^2 (neurons) */
    MOMENT_GRADIENT,   /* E7: <x_i, g_r> of the picked neurons (neurons, n) */
    MOMENT_KERNEL,     /* E8: (H_m)_ij of every mask, picked samples j <= i (p, pairs) */
    MOMENT_JUMP,       /* E9: ||u - u^l||^2 of every subnetwork (p) */
    MOMENT_CHANGE,     /* E12: (u_{k+1} - u_k)(x_i)/eta, tau = 1 (n) */
    MOMENT_RESIDUAL,   /* Lemma 4: ||ut_r - b_r y||^2 (neurons) */
    MOMENTS
} moment;

/* Where each quantity stands in a vector of all of them: [first[f], first[f + 1]). */
typedef struct {
    size_t first[MOMENTS + 1];
} moments_layout;

moments_layout moments_layout_of(const moments_state *s);
size_t moments_count(const moments_layout *at, moment f);

/* The numbers that the closed forms take. */
typedef struct {
    double theta, phi, xi, p;
} moments_constants;

/* Of Bernoulli masks; of categorical ones theta = phi = 1 and xi = 1/p. */
moments_constants moments_constants_of(const train_settings *s);

/* expected: the means (all quantities). minor: that part of them which comes from the second term of E5, E6, E7, E12
 * and Lemma 4 (what a neuron's own activation adds), 0 elsewhere. Both the caller's, of size first[MOMENTS]. */
status moments_expected(const moments_state *s, const moments_constants *c, double *expected,
                        double *minor);

/* Rounding that a mean of quantity f may have although what is expected is near 0, absolute: where it is read off a
 * difference over a step of size eta, or is a sum of squared differences. 0 for the others. */
double moments_rounding(const moments_state *s, moment f);

/* Are `trials` draws enough for Student intervals of the means (CRITERION_EVENTS)? The rare events: a subnetwork takes
 * a neuron or does not, some subnetwork does or none. */
bool moments_draws_suffice(const moments_state *s, double trials);

#endif
