/* mask-moments: the rows about the rounds of runs, honest and with deliberate errors. Theory is double precision alone.
 */
#include "run/real.h"

#ifdef REAL_DOUBLE
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fixture.h"
#include "theory/shared/criteria.h"
#include "theory/moments/claims.h"

enum { WIDTH = 80, SUBNETS = 4, SAMPLES = 20, ROUNDS = 4, D = 64 };
static const double RADIUS = 0.3;

static void quiet(void) { gsl_set_error_handler_off(); }

TestSuite(mask_moments_run, .init = quiet, .timeout = 60);

typedef struct {
    dataset data;
    gram g;
    moments_round bernoulli[ROUNDS], categorical[ROUNDS];
    moments_run_evidence e;
} study;

static train_settings settings_of(mask_kind kind)
{
    return (train_settings){.width = WIDTH,
                            .subnets = SUBNETS,
                            .xi = kind == MASK_CATEGORICAL ? 1.0 / SUBNETS : 0.35,
                            .kappa = 1,
                            .lr = 0.05,
                            .local_steps = 3,
                            .mask = kind,
                            .scaling = SCALING_THEORY};
}

/* E10 over all masks of four neurons in three subnetworks. */
static void combine_small(const study *s, train_settings settings, moments_combined *worst, size_t *masks)
{
    double W[4 * D], A[4];
    rng *r = rng_new(6, 0, 0, RNG_TEST);
    settings.width = 4, settings.subnets = 3, settings.lr = 0.3;
    settings.xi = settings.mask == MASK_CATEGORICAL ? 1.0 / 3 : settings.xi;
    rng_normal_double(r, 1, 4 * D, W);
    rng_signs(r, 4, A);
    cr_assert(eq(int, moments_combine_all(&s->g, &settings, W, A, worst, masks), OK), "%s", error_text());
    rng_free(r);
}

static study *study_open(void)
{
    study *s = calloc(1, sizeof *s);
    train_settings b = settings_of(MASK_BERNOULLI), c = settings_of(MASK_CATEGORICAL);
    s->data = fixture_one_output(SAMPLES);
    cr_assert(eq(int, gram_new(&s->data, GRAM_AUTO, &s->g), OK));
    cr_assert(eq(int, moments_run(&s->g, &b, 8, 0, 0, RADIUS, s->bernoulli, ROUNDS), OK));
    cr_assert(eq(int, moments_run(&s->g, &c, 8, 1, 0, RADIUS, s->categorical, ROUNDS), OK));
    s->e = (moments_run_evidence){
        .bernoulli = s->bernoulli, .categorical = s->categorical, .count = ROUNDS, .radius = RADIUS};
    combine_small(s, c, &s->e.small, &s->e.masks);
    return s;
}

static void study_close(study *s)
{
    gram_free(&s->g), dataset_free(&s->data);
    free(s);
}

static const char *const NAMES[] = {"E10 (Lemma 13), categorical", "E10 (Lemma 14), categorical",
                                    "Split (Lemmas 5-12, 15, 19)", "Split, |I2_i|", "Lemma 16, flips"};
enum { LEMMA13, LEMMA14, SPLIT, PART, FLIPS, ROWS };

static verdict verdict_on(const study *s, int which)
{
    theory_rows rows = {.command = "again"};
    cr_assert(eq(int, moments_claims_runs(&s->e, &rows, NULL), OK));
    cr_assert(eq(sz, rows.count, ROWS));
    verdict v = rows.rows[which].verdict;
    cr_assert(eq(str, rows.rows[which].statement, (char *)NAMES[which]));
    theory_rows_free(&rows);
    return v;
}

Test(mask_moments_run, honest_rows_hold)
{
    study *s = study_open();
    cr_assert(eq(sz, s->e.masks, 81));
    for (int k = 0; k < ROWS; k++)
        cr_expect(eq(int, verdict_on(s, k), NOT_REFUTED), "%s", NAMES[k]);
    for (size_t k = 0; k < ROUNDS; k++) {
        cr_expect(lt(dbl, 0, s->bernoulli[k].flips), "a run in which nothing flips says nothing");
        cr_expect(lt(dbl, s->bernoulli[k].near, 0));
        cr_expect(lt(dbl, s->bernoulli[k].drift_after, RADIUS));
    }
    study_close(s);
}

/* Masks that are no partition: E10 fails, in the small network and in the run. */
Test(mask_moments_run, bernoulli_masks_do_not_combine)
{
    study *s = study_open();
    moments_combined honest = s->e.small;
    train_settings b = settings_of(MASK_BERNOULLI);
    combine_small(s, b, &s->e.small, &s->e.masks);
    cr_expect(eq(int, verdict_on(s, LEMMA13), STATEMENT_REFUTED));
    cr_expect(eq(int, verdict_on(s, LEMMA14), STATEMENT_REFUTED));
    s->e.small = honest, s->e.categorical = s->bernoulli;
    cr_expect(eq(int, verdict_on(s, LEMMA13), STATEMENT_REFUTED));
    cr_expect(eq(int, verdict_on(s, LEMMA14), STATEMENT_REFUTED));
    study_close(s);
}

/* Each identity by itself on random outputs: pairs counted twice, a subnetwork left out, the whole network not their
 * mean. */
Test(mask_moments_run, combined_identities)
{
    enum { P = 3, N = 5 };
    double local[P * N], twice[(P + 1) * N], u[N] = {0}, y[N];
    rng *r = rng_new(7, 0, 0, RNG_TEST);
    rng_normal_double(r, 1, P * N, local);
    rng_normal_double(r, 1, N, y);
    for (size_t k = 0; k < P * N; k++)
        u[k % N] += local[k] / P;
    moments_combined c = moments_combine(local, u, y, P, N);
    cr_expect(le(dbl, c.mean_error, 1e-14));
    cr_expect(le(dbl, c.lemma13_error, 1e-14));
    cr_expect(le(dbl, c.lemma14_error, 1e-14));
    memcpy(twice, local, sizeof local);
    memcpy(twice + P * N, local, N * sizeof *local); /* subnetwork 0 counted twice */
    c = moments_combine(twice, u, y, P + 1, N);
    cr_expect(lt(dbl, 1e-3, fmin(c.mean_error, fmin(c.lemma13_error, c.lemma14_error))));
    c = moments_combine(local, u, y, P - 1, N);
    cr_expect(lt(dbl, 1e-3, fmin(c.mean_error, fmin(c.lemma13_error, c.lemma14_error))));
    u[2] = NAN;
    c = moments_combine(local, u, y, P, N);
    cr_expect(isnan(c.mean_error) && isnan(c.lemma13_error) && isnan(c.lemma14_error));
    rng_free(r);
}

Test(mask_moments_run, wrong_identities_are_refuted)
{
    study *s = study_open();
    s->categorical[1].lemma13_error = 1e-11;
    cr_expect(eq(int, verdict_on(s, LEMMA13), STATEMENT_REFUTED));
    s->categorical[1].lemma13_error = 0, s->categorical[2].mean_error = NAN;
    cr_expect(eq(int, verdict_on(s, LEMMA13), STATEMENT_REFUTED));
    cr_expect(eq(int, verdict_on(s, LEMMA14), NOT_REFUTED));
    s->e.small.lemma14_error = NAN;
    cr_expect(eq(int, verdict_on(s, LEMMA14), STATEMENT_REFUTED));
    study_close(s);
}

/* --- the split by itself: a network that moves as a gradient step on sample 0 does, after moving at random --- */

typedef struct {
    size_t m, n;
    double start[WIDTH * SAMPLES], before[WIDTH * SAMPLES], after[WIDTH * SAMPLES], A[WIDTH], y[SAMPLES],
        u_before[SAMPLES], u_after[SAMPLES], drift[WIDTH];
    double movement;
    moments_split split;
} mover;

static double length_of(const double *w, const double *from)
{
    double sum = 0;
    for (size_t j = 0; j < D; j++)
        sum += (w[j] - from[j]) * (w[j] - from[j]);
    return sqrt(sum);
}

static void project(const gram *g, const double *w, double *z)
{
    for (size_t i = 0; i < SAMPLES; i++) {
        z[i] = 0;
        for (size_t j = 0; j < D; j++)
            z[i] += g->X[i * D + j] * w[j];
    }
}

static mover *mover_new(const gram *g, double xi)
{
    mover *v = calloc(1, sizeof *v);
    rng *r = rng_new(13, 0, 0, RNG_TEST);
    double w0[D], w1[D], w2[D], step = 0.1;
    rng_signs(r, WIDTH, v->A);
    for (size_t k = 0; k < WIDTH; k++) {
        rng_normal_double(r, 1, D, w0);
        rng_normal_double(r, 0.02, D, w1);
        for (size_t j = 0; j < D; j++) {
            w1[j] += w0[j];
            w2[j] = w1[j] + step * v->A[k] * g->X[j];
        }
        project(g, w0, v->start + k * SAMPLES), project(g, w1, v->before + k * SAMPLES),
            project(g, w2, v->after + k * SAMPLES);
        v->drift[k] = length_of(w2, w0);
        v->movement = fmax(v->movement, length_of(w2, w1));
    }
    for (size_t i = 0; i < SAMPLES; i++) {
        v->y[i] = g->Y[i];
        for (size_t k = 0; k < WIDTH; k++) {
            v->u_before[i] += xi / sqrt(WIDTH) * v->A[k] * fmax(v->before[k * SAMPLES + i], 0);
            v->u_after[i] += xi / sqrt(WIDTH) * v->A[k] * fmax(v->after[k * SAMPLES + i], 0);
        }
    }
    v->split = (moments_split){.n = SAMPLES,
                               .m = WIDTH,
                               .ld = SAMPLES,
                               .xi = xi,
                               .radius = RADIUS,
                               .A = v->A,
                               .y = v->y,
                               .start = v->start,
                               .before = v->before,
                               .after = v->after,
                               .u_before = v->u_before,
                               .u_after = v->u_after,
                               .drift = v->drift,
                               .movement = v->movement};
    rng_free(r);
    return v;
}

/* The verdict on a row when all rounds of the study are this one. */
static verdict verdict_of_split(study *s, const moments_split *split, int which)
{
    moments_round round = s->bernoulli[0], kept[ROUNDS];
    memcpy(kept, s->bernoulli, sizeof kept);
    moments_split_look(split, &round);
    for (size_t k = 0; k < ROUNDS; k++)
        s->bernoulli[k] = round;
    verdict v = verdict_on(s, which);
    memcpy(s->bernoulli, kept, sizeof kept);
    return v;
}

Test(mask_moments_run, split_mutants)
{
    study *s = study_open();
    mover *v = mover_new(&s->g, 0.35);
    moments_split honest = v->split, wrong = honest;
    for (int which = SPLIT; which < ROWS; which++)
        cr_expect(eq(int, verdict_of_split(s, &honest, which), NOT_REFUTED), "%s", NAMES[which]);
    wrong.xi = 1; /* xi forgotten */
    cr_expect(eq(int, verdict_of_split(s, &wrong, SPLIT), STATEMENT_REFUTED));
    wrong = honest, wrong.m = WIDTH - 1; /* a neuron left out (and 1/sqrt m) */
    cr_expect(eq(int, verdict_of_split(s, &wrong, SPLIT), STATEMENT_REFUTED));
    wrong = honest, wrong.u_before = v->u_after;
    cr_expect(eq(int, verdict_of_split(s, &wrong, SPLIT), STATEMENT_REFUTED));
    wrong = honest, wrong.movement = v->movement / sqrt(WIDTH); /* 1/m for 1/sqrt m in the bound */
    cr_expect(eq(int, verdict_of_split(s, &wrong, PART), STATEMENT_REFUTED));
    wrong.movement = NAN;
    cr_expect(eq(int, verdict_of_split(s, &wrong, PART), STATEMENT_REFUTED));
    free(v);
    study_close(s);
}

/* Drift since the last round for drift since the start; the set of a smaller radius; a run outside the ball. */
Test(mask_moments_run, flip_mutants)
{
    study *s = study_open();
    mover *v = mover_new(&s->g, 0.35);
    moments_split wrong = v->split;
    double still[WIDTH] = {0};
    wrong.drift = still;
    cr_expect(eq(int, verdict_of_split(s, &wrong, FLIPS), STATEMENT_REFUTED));
    wrong = v->split, wrong.radius = RADIUS / 1000;
    cr_expect(eq(int, verdict_of_split(s, &wrong, FLIPS), STATEMENT_REFUTED));
    s->e.radius = 1e-9;
    cr_expect(eq(int, verdict_on(s, FLIPS), HYPOTHESIS_NOT_MET));
    free(v);
    study_close(s);
}

/* A second run with other streams is another run; the same streams give the same numbers. */
Test(mask_moments_run, runs_depend_on_their_streams)
{
    study *s = study_open();
    train_settings b = settings_of(MASK_BERNOULLI);
    moments_round again[ROUNDS], other[ROUNDS];
    cr_assert(eq(int, moments_run(&s->g, &b, 8, 0, 0, RADIUS, again, ROUNDS), OK));
    cr_assert(eq(int, moments_run(&s->g, &b, 8, 0, 1, RADIUS, other, ROUNDS), OK));
    cr_expect(eq(int, memcmp(again, s->bernoulli, sizeof again), 0));
    cr_expect(ne(dbl, other[0].before, again[0].before));
    b.lr = 1e6;
    cr_expect(eq(int, moments_run(&s->g, &b, 8, 0, 0, RADIUS, other, ROUNDS), FAILED));
    study_close(s);
}
#endif
