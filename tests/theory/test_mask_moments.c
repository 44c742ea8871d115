/* mask-moments: the rows about masks of one round, honest and with deliberate errors. Theory is
 * double precision alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/real.h"

#ifdef REAL_DOUBLE
#include "model/bounds.h"
#include "tests/support/moments_study.h"

TestSuite(mask_moments, .init = quiet, .timeout = 60);

enum { TRIALS = 400, WIDTH = 60, SUBNETS = 4, SAMPLES = 20 };

static const moments_settings SETTINGS = {.width = WIDTH,
                                          .subnets = SUBNETS,
                                          .xi = 0.2,
                                          .kappa = 1,
                                          .delta = 0.05,
                                          .step = 0.4,
                                          .local_steps = 2,
                                          .rounds = 1,
                                          .trials = TRIALS};

/* --- rows --- */

static const char *const NAMES[] = {"Lemma 18, neurons taken",
                                    "Lemma 18, shares",
                                    "Lemma 20, mean of nu",
                                    "Lemma 21, variance of nu",
                                    "Lemma 1, mean of the mixing function",
                                    "Lemma 3, spread of the mixing function",
                                    "Lemma 2, mean of the mixing gradient",
                                    "Definition 1, mean of the masked kernel",
                                    "Lemmas 24, 25, mean of the jump",
                                    "Mean of a step",
                                    "Lemma 4, mean"};
enum { FACTS = sizeof NAMES / sizeof *NAMES };

/* Row "NAME, KIND". */
static const statement_row *find(const claim_rows *rows, const char *name, size_t kind) {
    size_t length = strlen(name);
    for (size_t k = 0; k < rows->count; k++) {
        const char *statement = rows->rows[k].statement, *end = strrchr(statement, ' ');
        if (strncmp(statement, name, length) == 0 && statement + length + 1 == end &&
            strcmp(end + 1, mask_words[kind]) == 0) {
            return &rows->rows[k];
        }
    }
    cr_assert(0, "no row %s", name);
    return NULL;
}

static verdict verdict_on(const study_run *r, const char *name, size_t kind) {
    claim_rows rows = study_fixture_judge(r);
    verdict v = find(&rows, name, kind)->verdict;
    claim_rows_free(&rows);
    return v;
}

static double *doubles(const moments_state *s) { return calloc(s->first[MOMENTS], sizeof(double)); }

Test(mask_moments, honest_rows_hold) {
    study_run r;
    moments_context *c = moments_open(&r, SAMPLES, &SETTINGS);
    claim_rows rows = study_fixture_judge(&r);
    for (size_t kind = 0; kind < KINDS; kind++) {
        cr_expect(eq(sz, c->kind[kind].masks, kind ? 81 : 4096));
        for (size_t k = 0; k < FACTS; k++) {
            const statement_row *row = find(&rows, NAMES[k], kind);
            cr_expect(eq(int, row->verdict, NOT_REFUTED), "%s: %g, p = %g", row->statement,
                      row->observed, row->limit);
            cr_expect(eq(int, row->kind, EXACT));
            cr_expect(le(dbl, row->observed, CRITERION_EXACT), "%s", row->statement);
            cr_expect(le(dbl, 1 - CLAIM_CONFIDENCE, row->limit), "%s", row->statement);
            cr_expect(eq(sz, row->trials, TRIALS));
        }
    }
    claim_rows_free(&rows);
    study_close(&r);
}

/* --- errors in the closed forms --- */

static void sum_for_union(moments_constants *c) /* P(c_r >= 1) read as p xi */
{
    c->theta = c->p * c->xi;
}
static void bernoulli_theta(moments_constants *c) /* for categorical masks */
{
    c->theta = 1 - pow(1 - c->xi, c->p);
}
static void theta_forgotten(moments_constants *c) { c->theta = 1; }
static void factor_two(moments_constants *c) { c->p *= 2; }
static void xi_forgotten(moments_constants *c) { c->xi = 1; }
static void xi_halved(moments_constants *c) { c->xi /= 2; }
static void mean_of_reciprocal(moments_constants *c) /* E[1/c] read as 1/E[c] */
{
    c->phi = c->theta / (c->p * c->xi);
}
static void bernoulli_phi(moments_constants *c) /* for categorical masks */
{
    c->phi = bounds_phi((unsigned)c->p, c->xi);
}
static void bound_for_phi(moments_constants *c) {
    c->phi = fmin(1, bounds_phi_above((unsigned)c->p, c->xi));
}

typedef void spoil(moments_constants *c);
typedef struct {
    const char *row;
    spoil *error[KINDS];
} mutant;

static const mutant MUTANTS[] = {
    {"Lemma 18, neurons taken", {sum_for_union, bernoulli_theta}},
    {"Lemma 18, shares", {factor_two, factor_two}},
    {"Lemma 20, mean of nu", {xi_forgotten, xi_forgotten}},
    {"Lemma 21, variance of nu", {mean_of_reciprocal, bernoulli_phi}},
    {"Lemma 21, variance of nu", {bound_for_phi, xi_halved}},
    {"Lemma 1, mean of the mixing function", {theta_forgotten, bernoulli_theta}},
    {"Lemma 3, spread of the mixing function", {mean_of_reciprocal, bernoulli_phi}},
    {"Lemma 3, spread of the mixing function", {xi_halved, xi_halved}},
    {"Lemma 2, mean of the mixing gradient", {xi_forgotten, xi_forgotten}},
    {"Definition 1, mean of the masked kernel", {xi_forgotten, xi_forgotten}},
    {"Lemmas 24, 25, mean of the jump", {xi_halved, xi_halved}},
    {"Mean of a step", {theta_forgotten, bernoulli_theta}},
    {"Mean of a step", {xi_forgotten, xi_forgotten}},
    {"Lemma 4, mean", {theta_forgotten, bernoulli_theta}},
};

/* Closed forms with the error in their constants. x: doubles(). */
static void spoilt_forms(const moments_state *s, spoil *error, double *x) {
    moments_constants c = moments_constants_of(&s->settings);
    double *minor = doubles(s);
    error(&c);
    cr_assert(eq(int, moments_expected(s, &c, x, minor), OK));
    free(minor);
}

/* The error in the small network alone is found by the enumeration, in the large one alone by the
 * draws. */
static void expect_found(const study_run *r, size_t kind, const char *name, spoil *error) {
    moments_kind *k = &((moments_context *)r->context)->kind[kind];
    double *honest = k->small.expected, *small = doubles(&k->small), *large = doubles(&k->large),
           seen[MOMENT_VIEWS];
    spoilt_forms(&k->small, error, small);
    k->small.expected = small;
    cr_expect(eq(int, verdict_on(r, name, kind), STATEMENT_REFUTED), "%s, kind %zu, enumerated",
              name, kind);
    k->small.expected = honest;
    memcpy(seen, k->views.expected, sizeof seen);
    spoilt_forms(&k->large, error, large);
    moments_view(&k->large, k->views.weights, large, k->views.expected);
    cr_expect(eq(int, verdict_on(r, name, kind), STATEMENT_REFUTED), "%s, kind %zu, simulated",
              name, kind);
    memcpy(k->views.expected, seen, sizeof seen);
    free(small), free(large);
}

Test(mask_moments, wrong_constants_are_refuted) {
    study_run r;
    moments_open(&r, SAMPLES, &SETTINGS);
    for (size_t k = 0; k < KINDS * sizeof MUTANTS / sizeof *MUTANTS; k++) {
        expect_found(&r, k % KINDS, MUTANTS[k / KINDS].row, MUTANTS[k / KINDS].error[k % KINDS]);
    }
    study_close(&r);
}

/* The second term of a mean forgotten: a neuron's own activation in Lemmas 1 to 3, the bias in
 * a step, the cross term in Lemma 4. */
Test(mask_moments, forgotten_terms_are_refuted) {
    static const moment WITH_MINOR[] = {MOMENT_MIXING, MOMENT_SPREAD, MOMENT_GRADIENT,
                                        MOMENT_CHANGE, MOMENT_RESIDUAL};
    static const char *const ROWS[] = {
        "Lemma 1, mean of the mixing function", "Lemma 3, spread of the mixing function",
        "Lemma 2, mean of the mixing gradient", "Mean of a step", "Lemma 4, mean"};
    study_run r;
    moments_context *c = moments_open(&r, SAMPLES, &SETTINGS);
    for (size_t kind = 0; kind < KINDS; kind++) {
        moments_kind *of = &c->kind[kind];
        const moments_state *small = &of->small;
        moments_constants constants = moments_constants_of(&small->settings);
        double *minor = doubles(small);
        for (size_t k = 0; k < 5; k++) {
            cr_assert(eq(int, moments_expected(small, &constants, small->expected, minor), OK));
            for (size_t i = small->first[WITH_MINOR[k]]; i < small->first[WITH_MINOR[k] + 1]; i++) {
                small->expected[i] -= minor[i];
            }
            for (size_t f = 0; f < FACTS; f++) {
                cr_expect(eq(int, verdict_on(&r, NAMES[f], kind),
                             strcmp(NAMES[f], ROWS[k]) ? NOT_REFUTED : STATEMENT_REFUTED),
                          "row %s, error in %s", NAMES[f], ROWS[k]);
            }
        }
        free(minor);
    }
    study_close(&r);
}

/* A number that is none refutes, wherever it stands. */
Test(mask_moments, nan_refutes) {
    study_run r;
    moments_kind *k = &moments_open(&r, SAMPLES, &SETTINGS)->kind[MASK_BERNOULLI];
    double *entry = &k->mean[k->small.first[MOMENT_JUMP] + 1], kept = *entry;
    *entry = NAN;
    cr_expect(eq(int, verdict_on(&r, "Lemmas 24, 25, mean of the jump", MASK_BERNOULLI),
                 STATEMENT_REFUTED));
    *entry = kept;
    k->sample.views[MOMENT_KERNEL * MOMENT_DIRECTIONS + 2].mean = NAN;
    cr_expect(eq(int, verdict_on(&r, "Definition 1, mean of the masked kernel", MASK_BERNOULLI),
                 STATEMENT_REFUTED));
    cr_expect(
        eq(int, verdict_on(&r, "Lemmas 24, 25, mean of the jump", MASK_BERNOULLI), NOT_REFUTED));
    k->sample.views[MOMENT_JUMP * MOMENT_DIRECTIONS].squares = NAN;
    cr_expect(eq(int, verdict_on(&r, "Lemmas 24, 25, mean of the jump", MASK_BERNOULLI),
                 STATEMENT_REFUTED));
    study_close(&r);
}

/* Every neuron is taken: signs that cancel leave a sum of 0 but for its rounding, which is another
 * one where another processor drew the masks. */
Test(mask_moments, rounding_of_another_processor_refutes_nothing) {
    study_run r;
    moments_kind *k = &moments_open(&r, SAMPLES, &SETTINGS)->kind[MASK_CATEGORICAL];
    size_t view = MOMENT_TAKEN * MOMENT_DIRECTIONS + MOMENT_DIRECTIONS - 1;
    cr_assert(eq(dbl, k->large.expected[k->large.first[MOMENT_TAKEN]], 1));
    k->views.expected[view] = 0;
    k->sample.views[view].squares = 0;
    k->sample.views[view].mean = 3e-17;
    cr_expect(eq(int, verdict_on(&r, "Lemma 18, neurons taken", MASK_CATEGORICAL), NOT_REFUTED));
    k->sample.views[view].mean = 1e-14;
    cr_expect(
        eq(int, verdict_on(&r, "Lemma 18, neurons taken", MASK_CATEGORICAL), STATEMENT_REFUTED));
    study_close(&r);
}

/* --- errors in the masks --- */

static void draw(const train_settings *s, rng *r, unsigned char *mask) {
    mask_draw(s->mask, s->subnets, s->width, s->xi, r, mask);
}

static void draw_once(const train_settings *s, rng *r,
                      unsigned char *mask) /* masks reused across trials */
{
    static unsigned char kept[SUBNETS * WIDTH];
    static mask_kind of = -1;
    if (of != s->mask) { draw(s, r, kept); }
    of = s->mask;
    memcpy(mask, kept, sizeof kept);
}

static void draw_groups(const train_settings *s, rng *r,
                        unsigned char *mask) /* neurons four by four alike */
{
    draw(s, r, mask);
    for (size_t k = 0; k < SUBNETS * WIDTH; k++) { mask[k] = mask[k - k % 4]; }
}

static void draw_same(const train_settings *s, rng *r,
                      unsigned char *mask) /* all subnetworks alike */
{
    draw(s, r, mask);
    for (size_t l = 1; l < SUBNETS; l++) { memcpy(mask + l * WIDTH, mask, WIDTH); }
}

static void expect_draws_found(const study_run *r, size_t kind, moments_draw *error,
                               const char *const *names, size_t count) {
    moments_kind *k = &((moments_context *)r->context)->kind[kind];
    rng *random = rng_new(9, 0, 0, RNG_PILOT);
    cr_assert(
        eq(int, moments_simulate(&k->large, &k->views, error, random, TRIALS, &k->sample), OK));
    for (size_t i = 0; i < count; i++) {
        cr_expect(eq(int, verdict_on(r, names[i], kind), STATEMENT_REFUTED), "%s, kind %zu",
                  names[i], kind);
    }
    rng_free(random);
}

Test(mask_moments, wrong_draws_are_refuted) {
    static const char *const GROUPS[] = {"Lemma 20, mean of nu", "Lemma 21, variance of nu"},
                             *const SAME[] = {"Lemma 18, neurons taken",
                                              "Lemma 18, shares",
                                              "Lemma 20, mean of nu",
                                              "Lemma 21, variance of nu",
                                              "Lemma 1, mean of the mixing function",
                                              "Lemma 3, spread of the mixing function"};
    study_run r;
    moments_open(&r, SAMPLES, &SETTINGS);
    expect_draws_found(&r, MASK_BERNOULLI, draw_once, NAMES, FACTS);
    expect_draws_found(&r, MASK_BERNOULLI, draw_groups, GROUPS, 2);
    expect_draws_found(&r, MASK_BERNOULLI, draw_same, SAME, 6);
    expect_draws_found(&r, MASK_CATEGORICAL, draw_once, NAMES + 1, FACTS - 1); /* c_r = 1 always */
    expect_draws_found(&r, MASK_CATEGORICAL, draw_groups, GROUPS, 2);
    study_close(&r);
}

/* A sample in parts is the same sample. */
Test(mask_moments, parts_of_a_sample_merge) {
    study_run r;
    moments_kind *k = &moments_open(&r, SAMPLES, &SETTINGS)->kind[MASK_BERNOULLI];
    rng *once = rng_new(4, 0, 0, RNG_PILOT), *again = rng_new(4, 0, 0, RNG_PILOT);
    moments_sample whole, first, second;
    cr_assert(eq(int, moments_simulate(&k->large, &k->views, draw, once, 30, &whole), OK));
    cr_assert(eq(int, moments_simulate(&k->large, &k->views, draw, again, 11, &first), OK));
    cr_assert(eq(int, moments_simulate(&k->large, &k->views, draw, again, 19, &second), OK));
    moments_merge(&first, &second);
    cr_assert(eq(dbl, first.lemma4.value, whole.lemma4.value));
    for (size_t i = 0; i < MOMENT_VIEWS; i++) {
        const stats_running *a = &first.views[i], *b = &whole.views[i];
        cr_expect(eq(dbl, a->count, 30));
        cr_expect(le(dbl, fabs(a->mean - b->mean), 1e-12 * (1e-9 + fabs(b->mean))));
        cr_expect(le(dbl, fabs(a->squares - b->squares), 1e-9 * b->squares + 1e-20));
    }
    rng_free(once), rng_free(again);
    study_close(&r);
}

/* Eight draws say nothing: the enumeration alone is judged. */
Test(mask_moments, few_draws_are_not_judged) {
    study_run r;
    moments_kind *k = &moments_open(&r, SAMPLES, &SETTINGS)->kind[MASK_BERNOULLI];
    cr_assert(moments_draws_suffice(&k->large, TRIALS));
    cr_assert(not(moments_draws_suffice(&k->large, 8)));
    for (size_t i = 0; i < MOMENT_VIEWS; i++) { k->sample.views[i].count = 8; }
    claim_rows rows = study_fixture_judge(&r);
    const statement_row *row = find(&rows, "Lemma 18, neurons taken", MASK_BERNOULLI);
    cr_expect(eq(sz, row->trials, k->masks));
    cr_expect(isnan(row->limit));
    cr_expect(eq(int, row->verdict, NOT_REFUTED));
    claim_rows_free(&rows);
    study_close(&r);
}
#endif
