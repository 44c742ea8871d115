/* moments_study: a small network with all its masks and a larger one with draws, for the tests of mask-moments. */
#ifndef TESTS_MOMENTS_STUDY_H
#define TESTS_MOMENTS_STUDY_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/bounds.h"
#include "model/spectrum.h"
#include "tests/fixture.h"
#include "theory/shared/criteria.h"
#include "theory/moments/rows.h"

enum { TRIALS = 400, WIDTH = 60, SUBNETS = 4, SAMPLES = 20, D = 64 };

static inline void quiet(void) { gsl_set_error_handler_off(); }

/* Everything about one mask kind: a small network with all its masks, a larger one with draws. */
typedef struct {
    dataset data;
    gram few, g;
    moments_state small, large;
    double *expected, *minor, *mean; /* of small */
    double *large_expected, *large_minor;
    double seen[MOMENT_VIEWS];
    moments_views views;
    size_t masks;
    moments_closest steepest;
    moments_sample sample;
} study;

typedef struct {
    const train_settings *s;
    rng *r;
} source;

static inline void draw(void *context, unsigned char *mask)
{
    const source *from = context;
    mask_draw(from->s->mask, from->s->subnets, from->s->width, from->s->xi, from->r, mask);
}

static inline double norm_of(const dataset *data, size_t n)
{
    dataset few = *data;
    few.n = n;
    double *G = malloc(n * n * sizeof *G), norm;
    dataset_gram(&few, G);
    cr_assert(eq(int, spectrum_norm(G, n, &norm), OK));
    free(G);
    return norm;
}

static inline void open_small(study *s, train_settings settings, rng *r)
{
    dataset few = s->data;
    few.n = 4;
    cr_assert(eq(int, gram_new(&few, GRAM_AUTO, &s->few), OK));
    settings.width = 4;
    settings.subnets = 3;
    settings.xi = settings.mask == MASK_CATEGORICAL ? 1.0 / 3 : settings.xi;
    double W[4 * D], A[4];
    cr_assert(eq(int, moments_draw_apart(&s->few, &settings, r, W, A), OK));
    cr_assert(eq(
        int, moments_state_new(&s->few, &settings, W, A, norm_of(&s->data, 4), (moments_picks){4, 4}, &s->small), OK));
}

static inline void open_large(study *s, train_settings settings)
{
    double *W = malloc(WIDTH * D * sizeof *W), A[WIDTH];
    cr_assert(eq(int, gram_new(&s->data, GRAM_AUTO, &s->g), OK));
    cr_assert(eq(int, moments_draw_trained(&s->g, &settings, 5, 0, 2, W, A), OK), "%s", error_text());
    cr_assert(eq(
        int, moments_state_new(&s->g, &settings, W, A, norm_of(&s->data, SAMPLES), (moments_picks){12, 8}, &s->large),
        OK));
    free(W);
}

static inline double *doubles(const moments_state *s)
{
    return calloc(moments_layout_of(s).first[MOMENTS], sizeof(double));
}

static inline study *study_open(mask_kind kind)
{
    study *s = calloc(1, sizeof *s);
    train_settings settings = {.width = WIDTH,
                               .subnets = SUBNETS,
                               .xi = kind == MASK_CATEGORICAL ? 1.0 / SUBNETS : 0.2,
                               .kappa = 1,
                               .lr = 0.1,
                               .local_steps = 2,
                               .mask = kind,
                               .scaling = SCALING_THEORY};
    rng *r = rng_new(3, kind, 0, RNG_TEST);
    s->data = fixture_one_output(SAMPLES);
    open_small(s, settings, r);
    open_large(s, settings);
    s->expected = doubles(&s->small), s->minor = doubles(&s->small), s->mean = doubles(&s->small);
    s->large_expected = doubles(&s->large), s->large_minor = doubles(&s->large);
    moments_constants c = moments_constants_of(&s->small.settings), b = moments_constants_of(&s->large.settings);
    cr_assert(eq(int, moments_expected(&s->small, &c, s->expected, s->minor), OK));
    cr_assert(eq(int, moments_expected(&s->large, &b, s->large_expected, s->large_minor), OK));
    cr_assert(eq(int, moments_enumerate(&s->small, s->mean, &s->masks, &s->steepest), OK), "%s", error_text());
    cr_assert(eq(int, moments_views_new(&s->large, s->large_expected, s->large_minor, r, &s->views), OK));
    moments_look(&s->views, s->large_expected, s->seen);
    source from = {&s->large.settings, r};
    cr_assert(eq(int, moments_simulate(&s->large, &s->views, draw, &from, TRIALS, &s->sample), OK));
    rng_free(r);
    return s;
}

static inline void study_close(study *s)
{
    moments_state_free(&s->small), moments_state_free(&s->large), moments_views_free(&s->views);
    gram_free(&s->few), gram_free(&s->g), dataset_free(&s->data);
    free(s->expected), free(s->minor), free(s->mean), free(s->large_expected), free(s->large_minor), free(s);
}

#endif
