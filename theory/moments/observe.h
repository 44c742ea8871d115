/* moments_observe: every quantity of moments_facts for one draw of the masks: nu, mixing functions and masked kernels
 * by their definitions, gradients, jumps and changes by one round of Algorithm 1. */
#ifndef THEORY_MOMENTS_OBSERVE_H
#define THEORY_MOMENTS_OBSERVE_H

#include "model/ntk.h"
#include "theory/moments/compare.h"
#include "theory/moments/facts.h"

typedef struct {
    const moments_state *s; /* borrowed */
    moments_layout at;
    trainer t;
    ntk_masked *counts; /* p masks on the picked samples */
    unsigned *taken;    /* (m) c_r */
    double *nu;         /* (neurons, m) */
    double *mixing;     /* (neurons, n) */
    double *sample_Z;   /* (m, samples) pre-activations of the picked samples */
    double *sample_G;   /* (samples, samples) */
    double *kernel;     /* (samples, samples) */
    double *u0, *u1;    /* (ld) output of the whole network before and after the round */
    double *residual;   /* (n) */
    double *gradient;   /* (d) */
    moments_closest
        steepest; /* Lemma 4 over all draws so far: ||g_r|| and sqrt(||G||/m) ||ut_r - b_r y|| */
} moments_worker;

status moments_worker_new(const moments_state *s, moments_worker *w);
void moments_worker_free(moments_worker *w); /* safe on a zeroed one */

/* x (first[MOMENTS]): the quantities at mask (p, m). */
status moments_observe(moments_worker *w, const unsigned char *mask, double *x);

/* Operations of one moments_observe. */
double moments_observe_cost(const moments_state *s);

#endif
