/* mask-moments where sizes are given: the rows about fixed masks and equal partitions, honest and
 * with deliberate errors. Theory is double precision alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/real.h"

#ifdef REAL_DOUBLE
#include "tests/support/moments_study.h"

TestSuite(mask_moments_sized, .init = quiet, .timeout = 60);

enum { TRIALS = 400, WIDTH = 40, SUBNETS = 4, SAMPLES = 20 };

static const moments_settings SETTINGS = {.width = WIDTH,
                                          .subnets = SUBNETS,
                                          .xi = 0.2,
                                          .kappa = 1,
                                          .delta = 0.05,
                                          .step = 0.4,
                                          .local_steps = 2,
                                          .rounds = 1,
                                          .trials = TRIALS,
                                          .mask = MASK_FIXED};

static verdict verdict_on(const study_run *r, const char *label, size_t kind) {
    char row[120];
    snprintf(row, sizeof row, "%s, %s", label, mask_words[MASK_FIXED + kind]);
    return moments_verdict(r, row);
}

Test(mask_moments_sized, honest_rows_hold) {
    study_run r;
    moments_context *c = moments_open(&r, SAMPLES, &SETTINGS);
    cr_expect(eq(sz, c->kind[0].masks, 1000)); /* 3 of 5 neurons, three times */
    cr_expect(eq(sz, c->kind[1].masks, 1680)); /* 9 neurons in three parts */
    claim_rows rows = study_fixture_judge(&r);
    size_t judged = 0;
    for (size_t k = 0; k < rows.count; k++) {
        const statement_row *row = &rows.rows[k];
        cr_expect(eq(int, row->verdict, NOT_REFUTED), "%s: %g, p = %g", row->statement,
                  row->observed, row->limit);
        if (strncmp(row->statement, "Sized masks", 11) != 0) { continue; }
        judged++;
        cr_expect(le(dbl, row->observed, CRITERION_EXACT), "%s", row->statement);
        cr_expect(le(dbl, 1 - CLAIM_CONFIDENCE, row->limit), "%s", row->statement);
    }
    cr_expect(eq(sz, judged, KINDS * MOMENTS_MASK_CLAIMS));
    claim_rows_free(&rows);
    study_close(&r);
}

/* --- errors in the closed forms --- */

static void independent(moments_constants *c) /* neurons taken for independent */
{
    c->pair = c->xi;
    c->excess = 0;
}
static void no_excess(moments_constants *c) { c->excess = 0; }
static void theta_forgotten(moments_constants *c) { c->theta = 1; }
static void union_of_independent(moments_constants *c) /* of a partition */
{
    c->theta = 1 - pow(1 - c->xi, c->p);
}
static void phi_of_mean(moments_constants *c) { c->phi = 1 / (c->p * c->xi) - 0.01; }
static void xi_halved(moments_constants *c) { c->xi /= 2; }
static void factor_two(moments_constants *c) { c->p *= 2; }

typedef void spoil(moments_constants *c);

static const struct {
    const char *row;
    spoil *error[KINDS];
} MUTANTS[] = {{"Sized masks, neurons taken", {theta_forgotten, union_of_independent}},
               {"Sized masks, shares", {factor_two, phi_of_mean}},
               {"Sized masks, mean of nu", {independent, independent}},
               {"Sized masks, variance of nu", {independent, independent}},
               {"Sized masks, mean of the mixing function", {independent, independent}},
               {"Sized masks, spread of the mixing function", {independent, independent}},
               {"Sized masks, spread of the mixing function", {no_excess, no_excess}},
               {"Sized masks, mean of the mixing gradient", {independent, independent}},
               {"Sized masks, mean of the masked kernel", {xi_halved, xi_halved}},
               {"Sized masks, mean of the jump", {independent, independent}},
               {"Sized masks, mean of a step", {independent, independent}},
               {"Sized masks, mean of Lemma 4", {independent, independent}}};

Test(mask_moments_sized, wrong_constants_are_refuted) {
    study_run r;
    moments_context *c = moments_open(&r, SAMPLES, &SETTINGS);
    for (size_t k = 0; k < KINDS * sizeof MUTANTS / sizeof *MUTANTS; k++) {
        size_t kind = k % KINDS;
        moments_state *small = &c->kind[kind].small;
        double *honest = small->expected;
        double *spoilt = calloc(small->first[MOMENTS], sizeof *spoilt);
        double *minor = calloc(small->first[MOMENTS], sizeof *minor);
        moments_constants constants = moments_constants_of(&small->settings);
        MUTANTS[k / KINDS].error[kind](&constants);
        cr_assert(eq(int, moments_expected(small, &constants, spoilt, minor), OK));
        small->expected = spoilt;
        cr_expect(eq(int, verdict_on(&r, MUTANTS[k / KINDS].row, kind), STATEMENT_REFUTED),
                  "%s, kind %zu, mutant %zu", MUTANTS[k / KINDS].row, kind, k);
        small->expected = honest;
        cr_expect(eq(int, verdict_on(&r, MUTANTS[k / KINDS].row, kind), NOT_REFUTED));
        free(spoilt), free(minor);
    }
    study_close(&r);
}

/* --- errors in the masks --- */

static void draw_free(const train_settings *s, rng *r, unsigned char *mask) {
    mask_kind kind = s->mask == MASK_FIXED ? MASK_BERNOULLI : MASK_CATEGORICAL;
    mask_draw(kind, s->subnets, s->width, s->xi, r, mask);
}

/* Independent neurons in place of given sizes: the mean of nu is another one. */
Test(mask_moments_sized, draws_of_another_family_are_refuted) {
    study_run r;
    moments_context *c = moments_open(&r, SAMPLES, &SETTINGS);
    for (size_t kind = 0; kind < KINDS; kind++) {
        moments_kind *k = &c->kind[kind];
        rng *random = rng_new(9, 0, 0, RNG_PILOT);
        cr_assert(eq(
            int, moments_simulate(&k->large, &k->views, draw_free, random, 8 * TRIALS, &k->sample),
            OK));
        cr_expect(eq(int, verdict_on(&r, "Sized masks, mean of nu", kind), STATEMENT_REFUTED));
        rng_free(random);
    }
    study_close(&r);
}

/* Masks that do not part the neurons break both identities. */
Test(mask_moments_sized, parts_are_needed) {
    study_run r;
    moments_context *c = moments_open(&r, SAMPLES, &SETTINGS);
    cr_expect(eq(int, moments_verdict(&r, "Lemma 13, partition"), NOT_REFUTED));
    cr_expect(eq(int, moments_verdict(&r, "Lemma 14, partition"), NOT_REFUTED));
    train_settings s = c->kind[0].small.settings;
    size_t masks;
    cr_assert(eq(int,
                 moments_combine_all(&c->few, &s, c->kind[0].small.W, c->kind[0].small.A,
                                     &c->combined, &masks),
                 OK));
    cr_expect(eq(int, moments_verdict(&r, "Lemma 13, partition"), STATEMENT_REFUTED));
    cr_expect(eq(int, moments_verdict(&r, "Lemma 14, partition"), STATEMENT_REFUTED));
    study_close(&r);
}
#endif
