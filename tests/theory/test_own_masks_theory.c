/* --masks in the programs of theory: masks that would have been drawn, given by a file, are the same
 * run; and what supposes random masks is not met. Theory is double precision alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/real.h"

#ifdef REAL_DOUBLE
#include <stdio.h>
#include <string.h>

#include "tests/support/fixture.h"
#include "tests/support/local_small.h"
#include "tests/support/own_masks.h"
#include "theory/drift/drift.h"
#include "theory/error_floor/error_floor.h"
#include "theory/local_descent/local_descent.h"
#include "theory/ntk_concentration/ntk_concentration.h"

TestSuite(own_masks_theory, .timeout = 120);

enum { SEED = 5 }; /* of the study fixture */

static const char *path_of(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/masks.npz", fixture_folder(name));
    return path;
}

/* Masks of `rounds` rounds for each of `trials` repetitions of a stream, as they are drawn. turned:
 * the first entry is the other one. */
static void write_drawn(const char *path, const train_settings *s, size_t stream, size_t trials,
                        size_t rounds, bool turned) {
    size_t size = s->subnets * s->width;
    unsigned char *masks = malloc(trials * rounds * size);
    for (size_t k = 0; k < trials; k++) {
        rng *r = rng_new(SEED, stream, k, RNG_MASKS);
        for (size_t i = 0; i < rounds; i++) {
            mask_draw(s->mask, s->subnets, s->width, s->xi, r, masks + (k * rounds + i) * size);
        }
        rng_free(r);
    }
    masks[0] ^= turned;
    own_masks_write(path, trials * rounds, s->subnets, s->width, masks, s->xi);
    free(masks);
}

/* Whether both runs have the same values, NaN for NaN. */
static bool same_values(const study_run *a, const study_run *b) {
    size_t count = a->cells * a->repeats * a->values;
    return b->cells * b->repeats * b->values == count &&
           memcmp(a->result.values, b->result.values, count * sizeof(double)) == 0;
}

static void measured(const study *s, const void *settings, study_run *r) {
    study_fixture_open(s, settings, r);
    study_fixture_measure(r);
}

/* --- drift, local-descent --- */

static void expect_same_local(const study *s, const char *name) {
    enum { TRIALS = 2, ROUNDS = 2 };
    local_settings settings = local_small(TRIALS);
    settings.rounds = ROUNDS;
    train_settings masks = {
        .width = settings.width, .subnets = settings.subnets, .xi = settings.xi};
    study_run drawn, own;
    measured(s, &settings, &drawn);
    for (int turned = 0; turned < 2; turned++) {
        settings.masks = path_of(name);
        write_drawn(settings.masks, &masks, REGIME_PRACTICAL * MASKS, TRIALS, ROUNDS, turned);
        measured(s, &settings, &own);
        cr_expect(eq(int, same_values(&drawn, &own), !turned), "%s, turned %d", name, turned);
        study_close(&own);
    }
    study_close(&drawn);
}

Test(own_masks_theory, drift_is_the_run_of_drawn_masks) {
    expect_same_local(&drift_study, "own-drift");
}
Test(own_masks_theory, descent_is_the_run_of_drawn_masks) {
    expect_same_local(&descent_study, "own-descent");
}

static verdict verdict_of(const study_run *r, const char *statement) {
    return (verdict)study_fixture_verdict_of(r, statement);
}

/* In the practical regime alone; what holds for any masks is judged as ever. */
Test(own_masks_theory, random_masks_are_supposed) {
    local_settings settings = local_small(1);
    train_settings masks = {
        .width = settings.width, .subnets = settings.subnets, .xi = settings.xi};
    study_run r;
    settings.masks = path_of("own-drift-rows");
    write_drawn(settings.masks, &masks, REGIME_PRACTICAL * MASKS, 1, 1, false);
    measured(&drift_study, &settings, &r);
    local_context *c = r.context;
    for (size_t k = 0; k < REGIMES * MASKS; k++) { c->models[k / MASKS][k % MASKS].width = 1; }
    cr_expect(eq(int, verdict_of(&r, "Number of near neurons, practical"), HYPOTHESIS_NOT_MET));
    cr_expect(ne(int, verdict_of(&r, "Number of near neurons, wide"), HYPOTHESIS_NOT_MET));
    cr_expect(eq(int, verdict_of(&r, "Drift of the kernel by flips"), NOT_REFUTED));
    cr_expect(
        eq(str, (char *)local_mask_name(&c->regimes[REGIME_PRACTICAL], MASK_BERNOULLI), "own"));
    study_close(&r);
}

/* --- error-floor: the runs of a start draw on --- */

Test(own_masks_theory, floors_are_those_of_drawn_masks) {
    enum { STARTS = 2, RUNS = 2, ROUNDS = 12 };
    floor_settings s = *(const floor_settings *)floor_study.defaults;
    s.widths = (option_list){{40}, 1};
    s.subnets = (option_list){{4}, 1};
    s.xi = (option_list){{0.5}, 1};
    s.kappas = (option_list){{0.1}, 1};
    s.order = 1;
    s.paths = 0;
    s.rounds = ROUNDS;
    s.starts = STARTS;
    s.runs = RUNS;
    const train_settings masks = {.width = 40, .subnets = 4, .xi = 0.5};
    study_run drawn, own;
    measured(&floor_study, &s, &drawn);
    for (int turned = 0; turned < 2; turned++) {
        s.masks = path_of("own-floor");
        write_drawn(s.masks, &masks, 0, STARTS, RUNS * ROUNDS, turned);
        measured(&floor_study, &s, &own);
        cr_expect(eq(int, same_values(&drawn, &own), !turned), "turned %d", turned);
        cr_expect(eq(int,
                     verdict_of(&own, "Effective dynamics, floor, m=40 p=4 xi=0.5 tau=2 kappa=0.1"),
                     HYPOTHESIS_NOT_MET));
        study_close(&own);
    }
    study_close(&drawn);
}

/* --- ntk-concentration --- */

/* Across the border of a block of neurons. */
Test(own_masks_theory, kernels_are_those_of_drawn_masks) {
    enum { FIRST = 2048, M = 2100, P = 3, N = 5 };
    dataset data = fixture_one_output(N);
    double G[N * N];
    unsigned char *mask = malloc(P * M), part[P * FIRST];
    rng *draws = rng_new(3, 0, 0, RNG_MASKS);
    for (size_t at = 0, count = FIRST; at < M; at += count, count = M - FIRST) {
        mask_draw(MASK_BERNOULLI, P, count, 0.3, draws, part);
        for (size_t l = 0; l < P; l++) { memcpy(mask + l * M + at, part + l * count, count); }
    }
    rng_free(draws);
    dataset_gram(&data, G);
    const mask_sets sets = {.rounds = 1, .p = P, .m = M, .mask = mask};
    const mask_design designs[] = {{.kind = MASK_BERNOULLI, .masks = P, .xi = 0.3},
                                   {.kind = MASK_BERNOULLI, .masks = P, .xi = 0.3, .sets = &sets}};
    masked_stream s;
    cr_assert(eq(int,
                 masked_stream_open(&data, G, designs, 2, rng_new(3, 0, 0, RNG_WEIGHTS),
                                    rng_new(3, 0, 0, RNG_MASKS), &s),
                 OK));
    cr_assert(eq(int, masked_stream_advance(&s, M), OK));
    for (size_t l = 0; l < P; l++) {
        double drawn[N * N];
        memcpy(drawn, masked_stream_kernel(&s, 0, l), sizeof drawn);
        const double *own = masked_stream_kernel(&s, 1, l);
        cr_expect(eq(int, memcmp(drawn, own, sizeof drawn), 0), "mask %zu", l);
    }
    masked_stream_close(&s);
    dataset_free(&data);
    free(mask);
}

Test(own_masks_theory, bounds_suppose_random_masks) {
    concentration_settings s = *(const concentration_settings *)concentration_study.defaults;
    const train_settings masks = {.width = 30, .subnets = 2, .xi = 0.5};
    study_run r;
    s.own = path_of("own-concentration");
    write_drawn(s.own, &masks, 0, 1, 2, false);
    s.widths = (option_list){{30}, 1};
    s.xi = (option_list){{0.5}, 1};
    s.subnets.count = 0;
    s.trials = 20;
    study_fixture_open_on("data/digits.npz", 6, &concentration_study, &s, &r);
    study_fixture_measure(&r);
    const concentration_context *c = r.context;
    cr_expect(eq(sz, c->designs[0].masks, 4)); /* K p */
    claim_rows rows = study_fixture_judge(&r);
    for (size_t k = 0; k < rows.count; k++) {
        cr_expect(eq(int, rows.rows[k].verdict, HYPOTHESIS_NOT_MET), "%s", rows.rows[k].statement);
    }
    claim_rows_free(&rows);
    study_close(&r);
}
#endif
