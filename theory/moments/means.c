#include "theory/moments/means.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run/blas.h"
#include "theory/moments/masks.h"

/* --- every mask --- */

status moments_enumerate(const moments_state *s, double *mean, size_t *count,
                         moments_closest *steepest)
{
    moments_worker w = {0};
    size_t entries = moments_layout_of(s).first[MOMENTS];
    unsigned char *mask = allocate(s->settings.subnets, s->settings.width, "masks");
    double *x = allocate(entries, sizeof *x, "quantities of a mask");
    long double *sum =
        allocate(entries, sizeof *sum,
                 "sums over masks"); /* thousands of terms to 1e-12 with digits to spare */
    status done = mask && x && sum ? moments_masks_count(&s->settings, count) : FAILED;
    if (done == OK) { done = moments_worker_new(s, &w); }
    for (size_t code = 0; done == OK && code < *count; code++) {
        double weight = moments_masks_decode(&s->settings, code, mask);
        done = moments_observe(&w, mask, x);
        for (size_t k = 0; k < entries; k++) { sum[k] += (long double)weight * x[k]; }
    }
    for (size_t k = 0; done == OK && k < entries; k++) { mean[k] = (double)sum[k]; }
    *steepest = w.steepest;
    moments_worker_free(&w);
    free(mask);
    free(x);
    free(sum);
    return done;
}

/* --- random draws --- */

/* Absolute weights that sum to 1; none if all are 0. */
static void normalise(double *weights, size_t count)
{
    double sum = 0;
    for (size_t k = 0; k < count; k++) { sum += fabs(weights[k]); }
    for (size_t k = 0; k < count && sum > 0; k++) { weights[k] /= sum; }
}

status moments_views_new(const moments_state *s, const double *expected, const double *minor,
                         rng *r, moments_views *v)
{
    *v = (moments_views){.at = moments_layout_of(s)};
    size_t entries = v->at.first[MOMENTS];
    v->weights = allocate(MOMENT_DIRECTIONS * entries, sizeof *v->weights, "directions");
    if (!v->weights) { return FAILED; }
    for (size_t k = 0; k < entries; k++) { v->weights[k] = 1; }
    memcpy(v->weights + entries, expected, entries * sizeof *expected);
    memcpy(v->weights + 2 * entries, minor, entries * sizeof *minor);
    rng_signs(r, MOMENT_SIGNS * entries, v->weights + 3 * entries);
    for (size_t k = 0; k < MOMENT_DIRECTIONS; k++) {
        for (int f = 0; f < MOMENTS; f++) {
            normalise(v->weights + k * entries + v->at.first[f], moments_count(&v->at, (moment)f));
        }
    }
    return OK;
}

void moments_views_free(moments_views *v)
{
    free(v->weights);
    *v = (moments_views){.weights = NULL};
}

void moments_look(const moments_views *v, const double *x, double *seen)
{
    size_t entries = v->at.first[MOMENTS];
    for (size_t f = 0; f < MOMENTS; f++) {
        for (size_t k = 0; k < MOMENT_DIRECTIONS; k++) {
            size_t first = v->at.first[f];
            seen[f * MOMENT_DIRECTIONS + k] =
                cblas_ddot((int)moments_count(&v->at, (moment)f), v->weights + k * entries + first,
                           1, x + first, 1);
        }
    }
}

/* One more observation (Welford). */
static void add(moments_sample *sample, const double *seen)
{
    sample->trials++;
    for (size_t k = 0; k < MOMENT_VIEWS; k++) {
        double before = seen[k] - sample->mean[k];
        sample->mean[k] += before / sample->trials;
        sample->squares[k] += before * (seen[k] - sample->mean[k]);
    }
}

status moments_simulate(const moments_state *s, const moments_views *v, moments_draw *draw,
                        void *context, size_t trials, moments_sample *sample)
{
    *sample = (moments_sample){.trials = 0};
    moments_worker w = {0};
    double seen[MOMENT_VIEWS];
    unsigned char *mask = allocate(s->settings.subnets, s->settings.width, "masks");
    double *x = allocate(v->at.first[MOMENTS], sizeof *x, "quantities of a mask");
    status done = mask && x ? moments_worker_new(s, &w) : FAILED;
    for (size_t k = 0; done == OK && k < trials; k++) {
        draw(context, mask);
        done = moments_observe(&w, mask, x);
        moments_look(v, x, seen);
        add(sample, seen);
    }
    sample->steepest = w.steepest;
    moments_worker_free(&w);
    free(mask);
    free(x);
    return done;
}

/* T. F. Chan, G. H. Golub, R. J. LeVeque, Algorithms for computing the sample variance, 1983. */
void moments_merge(moments_sample *sample, const moments_sample *more)
{
    double all = sample->trials + more->trials, share = more->trials / all;
    for (size_t k = 0; k < MOMENT_VIEWS; k++) {
        double apart = more->mean[k] - sample->mean[k];
        sample->mean[k] += share * apart;
        sample->squares[k] += more->squares[k] + apart * apart * sample->trials * share;
    }
    sample->trials = all;
    moments_closest_keep(&sample->steepest, more->steepest.value, more->steepest.bound);
}
