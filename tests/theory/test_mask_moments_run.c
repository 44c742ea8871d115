/* mask-moments: the rows about the rounds of runs, honest and with deliberate errors. Theory is
 * double precision alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/real.h"

#ifdef REAL_DOUBLE
#include "tests/support/moments_study.h"

enum { WIDTH = 80, SUBNETS = 4, SAMPLES = 20, ROUNDS = 4, D = 64 };
static const double RADIUS = 0.3;

static const moments_settings SETTINGS = {.width = WIDTH,
                                          .subnets = SUBNETS,
                                          .xi = 0.35,
                                          .kappa = 1,
                                          .delta = CRITERION_DELTA,
                                          .step = 0.4,
                                          .local_steps = 3,
                                          .rounds = ROUNDS,
                                          .trials = 80};

TestSuite(mask_moments_run, .init = quiet, .timeout = 60);

/* Lemmas 13 and 14 over all masks of the small network of a kind. */
static void combine_small(const study_run *r, mask_kind kind) {
    moments_context *c = r->context;
    moments_kind *k = &c->kind[kind];
    train_settings s = k->small.settings;
    s.local_steps = 2, s.lr = 0.3;
    cr_assert(eq(int,
                 moments_combine_all(&c->few, &s, k->small.W, k->small.A, &c->combined, &k->masks),
                 OK));
}

static const char *const NAMES[] = {"Lemma 13, categorical", "Lemma 14, categorical",
                                    "Split (Lemmas 5-12, 15, 19)", "Split, |I2_i|",
                                    "Lemma 16, flips"};
enum { LEMMA13, LEMMA14, SPLIT, PART, FLIPS, ROWS };

static verdict verdict_on(const study_run *r, int which) {
    return moments_verdict(r, NAMES[which]);
}

Test(mask_moments_run, honest_rows_hold) {
    study_run r;
    moments_context *c = moments_open(&r, SAMPLES, &SETTINGS);
    cr_assert(eq(sz, c->kind[MASK_CATEGORICAL].masks, 81));
    for (int k = 0; k < ROWS; k++) {
        cr_expect(eq(int, verdict_on(&r, k), NOT_REFUTED), "%s", NAMES[k]);
    }
    for (size_t k = 0; k < ROUNDS; k++) {
        const moments_round *round = moments_round_of(&r, MASK_BERNOULLI, 0, k);
        cr_expect(lt(dbl, 0, round->flips), "a run in which nothing flips says nothing");
        cr_expect(lt(dbl, round->near, 0));
        cr_expect(lt(dbl, round->drift_after, c->starts.radius));
    }
    study_close(&r);
}

/* Masks that are no partition: Lemmas 13 and 14 fails, in the small network and in the run. */
Test(mask_moments_run, bernoulli_masks_do_not_combine) {
    study_run r;
    moments_context *c = moments_open(&r, SAMPLES, &SETTINGS);
    moments_combined honest = c->combined;
    combine_small(&r, MASK_CATEGORICAL);
    cr_expect(eq(dbl, c->combined.lemma13, honest.lemma13));
    combine_small(&r, MASK_BERNOULLI);
    cr_expect(eq(int, verdict_on(&r, LEMMA13), STATEMENT_REFUTED));
    cr_expect(eq(int, verdict_on(&r, LEMMA14), STATEMENT_REFUTED));
    c->combined = honest;
    cr_expect(eq(int, verdict_on(&r, LEMMA13), NOT_REFUTED));
    *moments_round_of(&r, MASK_CATEGORICAL, 0, 0) = *moments_round_of(&r, MASK_BERNOULLI, 0, 0);
    cr_expect(eq(int, verdict_on(&r, LEMMA13), STATEMENT_REFUTED));
    cr_expect(eq(int, verdict_on(&r, LEMMA14), STATEMENT_REFUTED));
    study_close(&r);
}

/* Each identity by itself on random outputs: pairs counted twice, a subnetwork left out, the whole
 * network not their mean. */
Test(mask_moments_run, combined_identities) {
    enum { P = 3, N = 5 };
    double local[P * N], twice[(P + 1) * N], u[N] = {0}, y[N];
    rng *r = rng_new(7, 0, 0, RNG_PILOT);
    rng_normal_double(r, 1, P * N, local);
    rng_normal_double(r, 1, N, y);
    for (size_t k = 0; k < P * N; k++) { u[k % N] += local[k] / P; }
    moments_combined c = moments_combine(local, u, y, P, N);
    cr_expect(le(dbl, c.mean, 1e-14));
    cr_expect(le(dbl, c.lemma13, 1e-14));
    cr_expect(le(dbl, c.lemma14, 1e-14));
    memcpy(twice, local, sizeof local);
    memcpy(twice + P * N, local, N * sizeof *local); /* subnetwork 0 counted twice */
    c = moments_combine(twice, u, y, P + 1, N);
    cr_expect(lt(dbl, 1e-3, fmin(c.mean, fmin(c.lemma13, c.lemma14))));
    c = moments_combine(local, u, y, P - 1, N);
    cr_expect(lt(dbl, 1e-3, fmin(c.mean, fmin(c.lemma13, c.lemma14))));
    u[2] = NAN;
    c = moments_combine(local, u, y, P, N);
    cr_expect(isnan(c.mean) && isnan(c.lemma13) && isnan(c.lemma14));
    rng_free(r);
}

Test(mask_moments_run, wrong_identities_are_refuted) {
    study_run r;
    moments_context *c = moments_open(&r, SAMPLES, &SETTINGS);
    moments_combined *run = &moments_round_of(&r, MASK_CATEGORICAL, 1, 1)->combined;
    run->lemma13 = 1e-11;
    cr_expect(eq(int, verdict_on(&r, LEMMA13), STATEMENT_REFUTED));
    run->lemma13 = 0, run->mean = NAN;
    cr_expect(eq(int, verdict_on(&r, LEMMA13), STATEMENT_REFUTED));
    cr_expect(eq(int, verdict_on(&r, LEMMA14), NOT_REFUTED));
    c->combined.lemma14 = NAN;
    cr_expect(eq(int, verdict_on(&r, LEMMA14), STATEMENT_REFUTED));
    study_close(&r);
}

/* --- the split by itself: a network that moves as a gradient step on sample 0 does, after moving
 * at random --- */

typedef struct {
    size_t m, n;
    double start[WIDTH * SAMPLES], before[WIDTH * SAMPLES], after[WIDTH * SAMPLES], A[WIDTH],
        y[SAMPLES], u_before[SAMPLES], u_after[SAMPLES], drift[WIDTH];
    double movement;
    moments_split split;
} mover;

static double length_of(const double *w, const double *from) {
    double sum = 0;
    for (size_t j = 0; j < D; j++) { sum += (w[j] - from[j]) * (w[j] - from[j]); }
    return sqrt(sum);
}

static void project(const gram *g, const double *w, double *z) {
    for (size_t i = 0; i < SAMPLES; i++) {
        z[i] = 0;
        for (size_t j = 0; j < D; j++) { z[i] += g->X[i * D + j] * w[j]; }
    }
}

static mover *mover_new(const gram *g, double xi) {
    mover *v = calloc(1, sizeof *v);
    rng *r = rng_new(13, 0, 0, RNG_PILOT);
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

/* The verdict on a row when the first round of the study is this one. */
static verdict verdict_of_split(const study_run *r, const moments_split *split, int which) {
    moments_round *round = moments_round_of(r, MASK_BERNOULLI, 0, 0), kept = *round;
    moments_measure_split(split, round);
    verdict v = verdict_on(r, which);
    *round = kept;
    return v;
}

Test(mask_moments_run, split_mutants) {
    study_run r;
    moments_context *c = moments_open(&r, SAMPLES, &SETTINGS);
    mover *v = mover_new(&c->g, 0.35);
    moments_split honest = v->split, wrong = honest;
    for (int which = SPLIT; which < ROWS; which++) {
        cr_expect(eq(int, verdict_of_split(&r, &honest, which), NOT_REFUTED), "%s", NAMES[which]);
    }
    wrong.xi = 1; /* xi forgotten */
    cr_expect(eq(int, verdict_of_split(&r, &wrong, SPLIT), STATEMENT_REFUTED));
    wrong = honest, wrong.m = WIDTH - 1; /* a neuron left out (and 1/sqrt m) */
    cr_expect(eq(int, verdict_of_split(&r, &wrong, SPLIT), STATEMENT_REFUTED));
    wrong = honest, wrong.u_before = v->u_after;
    cr_expect(eq(int, verdict_of_split(&r, &wrong, SPLIT), STATEMENT_REFUTED));
    wrong = honest, wrong.movement = v->movement / sqrt(WIDTH); /* 1/m for 1/sqrt m in the bound */
    cr_expect(eq(int, verdict_of_split(&r, &wrong, PART), STATEMENT_REFUTED));
    wrong.movement = NAN;
    cr_expect(eq(int, verdict_of_split(&r, &wrong, PART), STATEMENT_REFUTED));
    free(v);
    study_close(&r);
}

/* Drift since the last round for drift since the start; the set of a smaller radius; a run outside
 * the ball. */
Test(mask_moments_run, flip_mutants) {
    study_run r;
    moments_context *c = moments_open(&r, SAMPLES, &SETTINGS);
    mover *v = mover_new(&c->g, 0.35);
    moments_split wrong = v->split;
    double still[WIDTH] = {0};
    wrong.drift = still;
    cr_expect(eq(int, verdict_of_split(&r, &wrong, FLIPS), STATEMENT_REFUTED));
    wrong = v->split, wrong.radius = RADIUS / 1000;
    cr_expect(eq(int, verdict_of_split(&r, &wrong, FLIPS), STATEMENT_REFUTED));
    c->starts.radius = 1e-9;
    cr_expect(eq(int, verdict_on(&r, FLIPS), HYPOTHESIS_NOT_MET));
    free(v);
    study_close(&r);
}

/* A second run with other streams is another run; the same streams give the same numbers. */
Test(mask_moments_run, runs_depend_on_their_streams) {
    study_run r;
    moments_context *c = moments_open(&r, SAMPLES, &SETTINGS);
    train_settings s = c->kind[MASK_BERNOULLI].run;
    moments_round again[ROUNDS], other[ROUNDS];
    double R = c->starts.radius;
    cr_assert(eq(int, moments_run(&c->g, &s, r.options.seed, CELL_RUNS, 0, R, again, ROUNDS), OK));
    cr_assert(eq(int, moments_run(&c->g, &s, r.options.seed, CELL_RUNS, 1, R, other, ROUNDS), OK));
    cr_expect(eq(int, memcmp(again, moments_round_of(&r, MASK_BERNOULLI, 0, 0), sizeof again), 0));
    cr_expect(eq(int, memcmp(other, moments_round_of(&r, MASK_BERNOULLI, 1, 0), sizeof other), 0));
    cr_expect(ne(dbl, other[0].before, again[0].before));
    s.lr = 1e6;
    cr_expect(
        eq(int, moments_run(&c->g, &s, r.options.seed, CELL_RUNS, 0, R, other, ROUNDS), FAILED));
    study_close(&r);
}
#endif
