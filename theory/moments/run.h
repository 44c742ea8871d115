/* moments_run: what paper.md section 5 says about a round of a run: E10 (Lemmas 13, 14), the split of the loss that
 * stands for Lemmas 5-12, 15, 19, and which neurons flip (Lemma 16). */
#ifndef THEORY_MOMENTS_RUN_H
#define THEORY_MOMENTS_RUN_H

#include <stdint.h>
#include "model/trajectory.h"
#include "theory/moments/compare.h"

/* One round, numbers alone. */
typedef struct {
    double before, after; /* ||y - u_k||^2, ||y - u_{k+1}||^2 */
    double far, near;     /* -2 <y - u_k, I1>, -2 <y - u_k, I2> */
    double moved;         /* ||u_{k+1} - u_k||^2 */
    double split_error;   /* |after - (before + far + near + moved)| over the largest of these */
    moments_closest
        part; /* |I2_i| and (xi/sqrt m) |S_i| max_r ||w_{k+1,r} - w_{k,r}|| over the samples */
    double drift_before, drift_after; /* max_r ||w_r - w_{0,r}|| at w_k and w_{k+1} */
    double flips;  /* neurons whose activation on x_i differs from that at w_0, of the worst x_i */
    double set;    /* |S_i| of that x_i */
    double strays; /* flips with |<w_{0,r}, x_i>| > ||w_{k+1,r} - w_{0,r}||: none may be */
    double mean_error; /* of E10, moments_combined, the worse of start and end of the round */
    double lemma13_error, lemma14_error;
} moments_round;

enum { ROUND_VALUES = sizeof(moments_round) / sizeof(double) };

/* What the split of a round is read off. Pre-activations (m, ld). */
typedef struct {
    size_t n, m, ld;
    double xi, radius;                /* R of S_i = {r : |<w_{0,r}, x_i>| <= R} */
    const double *A, *y;              /* (m), (n) */
    const double *start;              /* at w_0 */
    const double *before, *after;     /* at w_k, w_{k+1} */
    const double *u_before, *u_after; /* (n) outputs of the whole network */
    const double *drift;              /* (m) ||w_{k+1,r} - w_{0,r}|| */
    double movement;                  /* max_r ||w_{k+1,r} - w_{k,r}|| */
} moments_split;

/* Fills before ... part, flips and strays. */
void moments_split_look(const moments_split *s, moments_round *round);

/* E10 of one moment of a round: errors of u = (1/p) sum_l u^l, relative to the largest output, and of Lemmas 13 and 14,
 * relative to the larger side. local (p, n): outputs of the subnetworks; u (n): of the whole network. */
typedef struct {
    double mean_error, lemma13_error, lemma14_error;
} moments_combined;

moments_combined moments_combine(const double *local, const double *u, const double *y, size_t p,
                                 size_t n);

/* A run of s (q = 1) with start and masks of (seed, cell, repetition), R = radius; rounds (count). FAILED if it
 * diverges. */
status moments_run(const gram *g, const train_settings *s, uint64_t seed, size_t cell,
                   size_t repetition, double radius, moments_round *rounds, size_t count);

/* E10 for every mask of a small network (categorical ones, or it does not hold): one round with s->local_steps from
 * weights W (m, d), signs A (m) each; the worst errors; masks: how many there were. */
status moments_combine_all(const gram *g, const train_settings *s, const double *W, const double *A,
                           moments_combined *worst, size_t *masks);

#endif
