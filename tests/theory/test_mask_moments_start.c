/* mask-moments: the rows about the random start, honest and with deliberate errors. Theory is
 * double precision alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/real.h"

#ifdef REAL_DOUBLE
#include "model/bounds.h"
#include "tests/support/moments_study.h"

enum { TRIALS = 200, WIDTH = 120, SAMPLES = 30 };

static const moments_settings SETTINGS = {.width = WIDTH,
                                          .subnets = 4,
                                          .xi = 0.4,
                                          .kappa = 1.3,
                                          .delta = CRITERION_DELTA,
                                          .step = 0.1,
                                          .local_steps = 1,
                                          .rounds = 1,
                                          .trials = TRIALS};

TestSuite(mask_moments_start, .init = quiet, .timeout = 60);

/* Draws starts again, as spoilt by the test. */
static void simulate(const study_run *r, const moments_start *start, const moments_limits *limits,
                     moments_starts *seen) {
    moments_context *c = r->context;
    rng *random = rng_new(11, seen == &c->tails_drawn, 0, RNG_PILOT);
    const double *G = seen == &c->starts_drawn ? c->data.G : NULL;
    cr_assert(eq(int, moments_starts_simulate(start, limits, G, random, TRIALS, seen), OK), "%s",
              error_text());
    rng_free(random);
}

static const char *const NAMES[] = {"Lemma 26, mean initial error",
                                    "Lemma 26, bound C^2 n",
                                    "Lemma 16",
                                    "Lemma 17",
                                    "Lemma 22",
                                    "Lemma 23"};

Test(mask_moments_start, honest_rows_hold) {
    study_run r;
    moments_open(&r, SAMPLES, &SETTINGS);
    for (size_t k = 0; k < 6; k++) {
        cr_expect(eq(int, moments_verdict(&r, NAMES[k]), NOT_REFUTED), "%s", NAMES[k]);
    }
    study_close(&r);
}

/* xi read as 1, kappa doubled, a factor 2 in the inputs' term: in the closed form of what was
 * integrated and of what was drawn. */
Test(mask_moments_start, initial_error_mutants) {
    study_run r;
    moments_context *c = moments_open(&r, SAMPLES, &SETTINGS);
    const moments_start honest = c->starts;
    c->starts.xi = 1;
    cr_expect(eq(int, moments_verdict(&r, NAMES[0]), STATEMENT_REFUTED));
    c->starts.xi = honest.xi, c->starts.kappa *= 2;
    cr_expect(eq(int, moments_verdict(&r, NAMES[0]), STATEMENT_REFUTED));
    c->starts.kappa = honest.kappa, c->quadrature_inputs *= 2;
    cr_expect(eq(int, moments_verdict(&r, NAMES[0]), STATEMENT_REFUTED));
    c->quadrature_inputs /= 2;
    cr_expect(eq(int, moments_verdict(&r, NAMES[0]), NOT_REFUTED));
    c->labels *= 2;
    cr_expect(eq(int, moments_verdict(&r, NAMES[0]), STATEMENT_REFUTED),
              "found by the draws alone");
    c->labels = NAN;
    cr_expect(eq(int, moments_verdict(&r, NAMES[0]), STATEMENT_REFUTED));
    study_close(&r);
}

/* C read off |y_i| <= C; labels that break Assumption 1; beyond the largest kappa the hypothesis is
 * not met. */
Test(mask_moments_start, initial_bound_mutants) {
    study_run r;
    moments_context *c = moments_open(&r, SAMPLES, &SETTINGS);
    double C = c->C;
    c->C = C - 1;
    cr_expect(eq(int, moments_verdict(&r, NAMES[1]), STATEMENT_REFUTED));
    c->C = C, c->labels = 4 * SAMPLES * C * C;
    cr_expect(eq(int, moments_verdict(&r, NAMES[1]), STATEMENT_REFUTED));
    c->starts.kappa = 100, c->labels = SAMPLES / 2.0;
    cr_expect(eq(int, moments_verdict(&r, NAMES[1]), HYPOTHESIS_NOT_MET));
    study_close(&r);
}

/* Twice the radius in S_i; half the share; kappa forgotten. Fewer trials than 3/delta check
 * nothing. */
Test(mask_moments_start, near_mutants) {
    study_run r;
    moments_context *c = moments_open(&r, SAMPLES, &SETTINGS);
    moments_limits limits = moments_limits_of(&c->starts);
    moments_start wrong = c->starts;
    wrong.radius *= 2.5;
    simulate(&r, &wrong, &limits, &c->starts_drawn);
    cr_expect(eq(int, moments_verdict(&r, "Lemma 16"), STATEMENT_REFUTED));
    wrong = c->starts, wrong.kappa = 0.5;
    simulate(&r, &wrong, &limits, &c->starts_drawn);
    cr_expect(eq(int, moments_verdict(&r, "Lemma 16"), STATEMENT_REFUTED));
    limits.near /= 2;
    simulate(&r, &c->starts, &limits, &c->starts_drawn);
    cr_expect(eq(int, moments_verdict(&r, "Lemma 16"), STATEMENT_REFUTED));
    c->starts_drawn.near = 0, c->starts_drawn.error.count = 59;
    cr_expect(eq(int, moments_verdict(&r, "Lemma 16"), NOT_CHECKED));
    study_close(&r);
}

/* The factor 1/m of H' forgotten; rows of norm 30; NaN. */
Test(mask_moments_start, tangent_mutants) {
    study_run r;
    moments_context *c = moments_open(&r, SAMPLES, &SETTINGS);
    cr_assert(eq(dbl, c->starts_drawn.tangents, MOMENT_UNITS));
    c->starts_drawn.tangent.value *= WIDTH;
    cr_expect(eq(int, moments_verdict(&r, "Lemma 17"), STATEMENT_REFUTED));
    for (size_t k = 0; k < SAMPLES * SAMPLES; k++) { c->data.G[k] *= 900; }
    moments_limits limits = moments_limits_of(&c->starts);
    simulate(&r, &c->starts, &limits, &c->starts_drawn);
    cr_expect(eq(int, moments_verdict(&r, "Lemma 17"), STATEMENT_REFUTED));
    c->starts_drawn.tangent.value = NAN;
    cr_expect(eq(int, moments_verdict(&r, "Lemma 17"), STATEMENT_REFUTED));
    study_close(&r);
}

/* The factor 2 forgotten, in the small W_0 and in the whole; kappa taken for its square root. */
Test(mask_moments_start, frobenius_mutants) {
    study_run r;
    moments_context *c = moments_open(&r, SAMPLES, &SETTINGS);
    moments_limits limits = moments_limits_of(&c->tails);
    limits.part /= 2;
    simulate(&r, &c->tails, &limits, &c->tails_drawn);
    cr_expect(eq(int, moments_verdict(&r, "Lemma 22"), STATEMENT_REFUTED));
    c->tails_drawn.part = 0;
    cr_expect(eq(int, moments_verdict(&r, "Lemma 22"), NOT_REFUTED));
    limits = moments_limits_of(&c->starts), limits.frobenius /= 2;
    simulate(&r, &c->starts, &limits, &c->starts_drawn);
    cr_expect(eq(int, moments_verdict(&r, "Lemma 22"), STATEMENT_REFUTED));
    moments_start wrong = c->tails;
    limits = moments_limits_of(&c->tails), wrong.kappa *= wrong.kappa * 1.3;
    c->starts_drawn.frobenius = 0;
    simulate(&r, &wrong, &limits, &c->tails_drawn);
    cr_expect(eq(int, moments_verdict(&r, "Lemma 22"), STATEMENT_REFUTED));
    study_close(&r);
}

/* The factor 2 forgotten; rows that are not normalised. */
Test(mask_moments_start, squares_mutants) {
    study_run r;
    moments_context *c = moments_open(&r, SAMPLES, &SETTINGS);
    moments_limits limits = moments_limits_of(&c->tails);
    limits.squares /= 2;
    simulate(&r, &c->tails, &limits, &c->tails_drawn);
    cr_expect(eq(int, moments_verdict(&r, "Lemma 23"), STATEMENT_REFUTED));
    limits.squares *= 2;
    for (size_t k = 0; k < c->g.n * c->g.d; k++) { c->g.X[k] *= 1.5; }
    simulate(&r, &c->tails, &limits, &c->tails_drawn);
    cr_expect(eq(int, moments_verdict(&r, "Lemma 23"), STATEMENT_REFUTED));
    c->tails_drawn.squares = 0;
    limits = moments_limits_of(&c->starts);
    for (size_t k = 0; k < c->g.n * c->g.d; k++) { c->g.X[k] *= 2; }
    simulate(&r, &c->starts, &limits, &c->starts_drawn);
    cr_expect(eq(int, moments_verdict(&r, "Lemma 23"), STATEMENT_REFUTED),
              "found at the width of the run");
    study_close(&r);
}

/* ||H'|| by power steps on H'^T H' from the definition. */
static double near_norm(const moments_start *s, const double *G, const double *Z) {
    double H[SAMPLES][SAMPLES] = {{0}}, v[SAMPLES], stretch = 0;
    for (size_t i = 0; i < SAMPLES; i++) {
        v[i] = 1;
        for (size_t k = 0; k < WIDTH; k++) {
            double z = Z[k * s->g->ld + i];
            for (size_t j = 0; j < SAMPLES; j++) {
                H[i][j] += G[i * SAMPLES + j] / WIDTH *
                           (z >= 0 && z <= s->radius && Z[k * s->g->ld + j] >= 0);
            }
        }
    }
    for (int step = 0; step < 2000; step++) {
        double Hv[SAMPLES] = {0}, next[SAMPLES] = {0}, length = 0;
        for (size_t k = 0; k < SAMPLES * SAMPLES; k++) {
            Hv[k / SAMPLES] += H[k / SAMPLES][k % SAMPLES] * v[k % SAMPLES];
        }
        for (size_t k = 0; k < SAMPLES * SAMPLES; k++) {
            next[k % SAMPLES] += H[k / SAMPLES][k % SAMPLES] * Hv[k / SAMPLES];
        }
        for (size_t j = 0; j < SAMPLES; j++) { length += next[j] * next[j]; }
        stretch = sqrt(sqrt(length));
        for (size_t j = 0; j < SAMPLES; j++) { v[j] = next[j] / sqrt(length); }
    }
    return stretch;
}

/* What one start must show, neuron by neuron from the same stream. */
typedef struct {
    double error, frobenius, part, squares, near;
} shown;

static shown by_definition(const moments_start *s, const double *W, const double *A,
                           const double *Z) {
    shown all = {0};
    for (size_t k = 0; k < WIDTH * s->g->d; k++) {
        all.frobenius += W[k] * W[k];
        all.part += k < s->part ? W[k] * W[k] : 0;
    }
    for (size_t i = 0; i < SAMPLES; i++) {
        double u = 0, near = 0, squares = 0;
        for (size_t k = 0; k < WIDTH; k++) {
            double z = Z[k * s->g->ld + i];
            u += s->xi / sqrt(WIDTH) * A[k] * fmax(z, 0);
            near += fabs(z) <= s->radius;
            squares += z * z;
        }
        all.error += (s->g->Y[i] - u) * (s->g->Y[i] - u);
        all.near = fmax(all.near, near);
        all.squares = fmax(all.squares, squares);
    }
    return all;
}

/* One start by its definition: at limits just above what it shows nothing fails, just below
 * everything does. */
Test(mask_moments_start, start_by_definition) {
    study_run r;
    moments_context *c = moments_open(&r, SAMPLES, &SETTINGS);
    c->starts.part = 7;
    const moments_start *s = &c->starts;
    double *W = malloc(WIDTH * s->g->d * sizeof *W), *Z = malloc(WIDTH * s->g->ld * sizeof *Z),
           A[WIDTH];
    rng *random = rng_new(12, 0, 0, RNG_PILOT);
    rng_normal_double(random, s->kappa, WIDTH * s->g->d, W);
    rng_signs(random, WIDTH, A);
    gram_project(s->g, W, WIDTH, Z);
    rng_free(random);
    shown all = by_definition(s, W, A, Z);
    for (int above = 0; above < 2; above++) {
        double factor = above ? 1 + 1e-12 : 1 - 1e-12;
        moments_limits limits = {all.frobenius * factor, all.part * factor, all.squares * factor,
                                 all.near * factor};
        moments_starts seen;
        random = rng_new(12, 0, 0, RNG_PILOT);
        cr_assert(eq(int, moments_starts_simulate(s, &limits, c->data.G, random, 1, &seen), OK));
        rng_free(random);
        cr_expect(eq(dbl, seen.frobenius + seen.part + seen.squares + seen.near, above ? 0 : 4));
        cr_expect(eq(dbl, seen.largest_near, all.near));
        cr_expect(le(dbl, fabs(seen.error.mean - all.error), 1e-12 * all.error));
        double norm = near_norm(s, c->data.G, Z);
        cr_expect(le(dbl, fabs(seen.tangent.value - norm), 1e-6 * norm), "%.17g, %.17g",
                  seen.tangent.value, norm);
        cr_expect(eq(dbl, seen.tangent.bound, bounds_lemma17(SAMPLES, WIDTH, all.near)));
    }
    free(W), free(Z);
    study_close(&r);
}
#endif
