/* moments_means: the quantities of moments_facts averaged over masks, over every one of a small network or over random
 * draws. */
#ifndef THEORY_MOMENTS_MEANS_H
#define THEORY_MOMENTS_MEANS_H

#include "theory/moments/observe.h"

/* Draws the masks (p, m) of one round. */
typedef void moments_draw(void *context, unsigned char *mask);

/* The weighted mean over all masks (moments_masks.h). mean (first[MOMENTS]): the caller's. count: how many masks there
 * were. steepest: Lemma 4 over all of them. */
status moments_enumerate(const moments_state *s, double *mean, size_t *count,
                         moments_closest *steepest);

/* Random draws are not looked at entry by entry but along weighted means of the entries of a quantity (absolute weights
 * sum to 1): every one is a sum over many neurons or samples, near a normal distribution where a single entry may be a
 * rare event. Along: all entries alike; the expected mean; its minor part; random signs. */
enum {
    MOMENT_SIGNS = 3,
    MOMENT_DIRECTIONS = 3 + MOMENT_SIGNS,
    MOMENT_VIEWS = MOMENTS * MOMENT_DIRECTIONS
};

/* How many means of samples one run of mask-moments compares: all views of both mask kinds, and E11. The interval of
 * each is as wide as the family of all asks for, so that a whole run refutes a true statement by chance with
 * probability 1 - CRITERION_CONFIDENCE at most. */
enum { MOMENT_FAMILY = 2 * MOMENT_VIEWS + 1 };

typedef struct {
    moments_layout at;
    double *weights; /* (MOMENT_DIRECTIONS, first[MOMENTS]); owned */
} moments_views;

/* expected, minor: moments_expected's. r: for the signs. */
status moments_views_new(const moments_state *s, const double *expected, const double *minor,
                         rng *r, moments_views *v);
void moments_views_free(moments_views *v);

/* seen (MOMENT_VIEWS): quantity f along direction k stands at f * MOMENT_DIRECTIONS + k. */
void moments_look(const moments_views *v, const double *x, double *seen);

/* Mean and sum of squared deviations of what was looked at, over draws. */
typedef struct {
    double trials;
    double mean[MOMENT_VIEWS], squares[MOMENT_VIEWS];
    moments_closest steepest;
} moments_sample;

/* The sample of `trials` draws. A struct of doubles alone. */
status moments_simulate(const moments_state *s, const moments_views *v, moments_draw *draw,
                        void *context, size_t trials, moments_sample *sample);

/* Adds the draws of `more` to `sample`; both were drawn from the same state with the same views. */
void moments_merge(moments_sample *sample, const moments_sample *more);

#endif
