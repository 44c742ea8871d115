/* mask-moments on masks of a user's own: the rows about them, honest and with deliberate errors.
 * Theory is double precision alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/real.h"

#ifdef REAL_DOUBLE
#include "tests/support/fixture.h"
#include "tests/support/moments_study.h"
#include "tests/support/own_masks.h"

TestSuite(mask_moments_own, .init = quiet, .timeout = 60);

enum { TRIALS = 400, SAMPLES = 12 };

/* path <- the masks (K, p, m), entry k of all of them by `entry`. */
static void write_masks(const char *path, size_t K, size_t p, size_t m, double (*entry)(size_t k)) {
    unsigned char *masks = malloc(K * p * m);
    for (size_t k = 0; k < K * p * m; k++) { masks[k] = entry(k) != 0; }
    own_masks_write(path, K, p, m, masks, NAN);
    free(masks);
}

static moments_context *open_own(study_run *r, const char *path, size_t p, size_t m, double xi) {
    moments_settings settings = {.width = m,
                                 .subnets = p,
                                 .xi = xi,
                                 .kappa = 1,
                                 .delta = 0.05,
                                 .step = 0.4,
                                 .local_steps = 2,
                                 .rounds = 2,
                                 .trials = TRIALS,
                                 .masks = path};
    return moments_open(r, SAMPLES, &settings);
}

/* A family of no known law: 24 sets for 3 subnetworks of 10 neurons, unlike neuron by neuron. */
enum { ODD_SETS = 24, ODD_SUBNETS = 3, ODD_WIDTH = 10 };
static double odd_entry(size_t k) {
    size_t neuron = k % ODD_WIDTH, subnet = k / ODD_WIDTH % ODD_SUBNETS;
    return (k * 2654435761u >> 7) % 11 < 3 + neuron % 3 + subnet;
}

static moments_context *open_odd(study_run *r, const char *name) {
    static char path[256];
    mask_sets sets;
    snprintf(path, sizeof path, "%s/odd.npz", fixture_folder(name));
    write_masks(path, ODD_SETS, ODD_SUBNETS, ODD_WIDTH, odd_entry);
    cr_assert(eq(int, mask_sets_read(path, &sets), OK), "%s", error_text());
    double share = sets.share;
    mask_sets_free(&sets);
    return open_own(r, path, ODD_SUBNETS, ODD_WIDTH, share);
}

/* Lemmas 13 and 14, of masks that part the neurons. */
static bool is_identity(const char *statement) {
    return strncmp(statement, "Lemma 13", 8) == 0 || strncmp(statement, "Lemma 14", 8) == 0;
}

Test(mask_moments_own, honest_rows_hold) {
    study_run r;
    moments_context *c = open_odd(&r, "moments-own");
    cr_expect(eq(sz, c->kind[0].masks, ODD_SETS));
    claim_rows rows = study_fixture_judge(&r);
    size_t own = 0, free = 0;
    for (size_t k = 0; k < rows.count; k++) {
        const statement_row *row = &rows.rows[k];
        if (strncmp(row->statement, "Own masks", 9) == 0) {
            own++;
            cr_expect(eq(int, row->verdict, NOT_REFUTED), "%s: %g, p = %g", row->statement,
                      row->observed, row->limit);
            cr_expect(le(dbl, row->observed, CRITERION_EXACT), "%s", row->statement);
            cr_expect(le(dbl, 1 - CLAIM_CONFIDENCE, row->limit), "%s", row->statement);
        } else if (strstr(row->statement, ", own")) {
            free += !is_identity(row->statement);
            cr_expect(eq(int, row->verdict, HYPOTHESIS_NOT_MET), "%s", row->statement);
            cr_expect(lt(dbl, 1e-3, row->observed), "%s: %g", row->statement, row->observed);
        } else {
            cr_expect(ne(int, row->verdict, STATEMENT_REFUTED), "%s", row->statement);
        }
    }
    cr_expect(eq(sz, own, MOMENTS_MASK_CLAIMS));
    cr_expect(eq(sz, free, MOMENTS_MASK_CLAIMS));
    claim_rows_free(&rows);
    study_close(&r);
}

/* --- every mask of a small network, once each: Bernoulli masks with xi = 1/2 --- */

enum { ALL_SUBNETS = 2, ALL_WIDTH = 4, ALL_SETS = 1 << (ALL_SUBNETS * ALL_WIDTH) };
static double all_entry(size_t k) {
    return k / (ALL_SUBNETS * ALL_WIDTH) >> k % (ALL_SUBNETS * ALL_WIDTH) & 1;
}

Test(mask_moments_own, all_masks_are_bernoulli) {
    study_run r;
    char path[256];
    snprintf(path, sizeof path, "%s/all.npz", fixture_folder("moments-own-all"));
    write_masks(path, ALL_SETS, ALL_SUBNETS, ALL_WIDTH, all_entry);
    open_own(&r, path, ALL_SUBNETS, ALL_WIDTH, 0.5);
    claim_rows rows = study_fixture_judge(&r);
    size_t seen = 0;
    for (size_t k = 0; k < rows.count; k++) {
        const statement_row *row = &rows.rows[k];
        bool free = strstr(row->statement, ", own") && !is_identity(row->statement);
        if (!free && strncmp(row->statement, "Own masks", 9) != 0) { continue; }
        seen++;
        cr_expect(le(dbl, row->observed, CRITERION_EXACT), "%s: %g", row->statement, row->observed);
    }
    cr_expect(eq(sz, seen, 2 * MOMENTS_MASK_CLAIMS));
    claim_rows_free(&rows);
    study_close(&r);
}

/* --- masks that part the neurons --- */

enum { PART_SETS = 6, PART_SUBNETS = 3, PART_WIDTH = 9 };
static double part_entry(size_t k) {
    size_t neuron = k % PART_WIDTH, subnet = k / PART_WIDTH % PART_SUBNETS;
    return (neuron * neuron + k / PART_WIDTH / PART_SUBNETS * neuron) % PART_SUBNETS == subnet;
}
/* The first neuron of the first set is in no subnetwork. */
static double spoilt_entry(size_t k) { return k == 0 ? 0 : part_entry(k); }

Test(mask_moments_own, identities_of_parts) {
    static const char *const rows[] = {"Lemma 13, own", "Lemma 14, own"};
    for (int spoilt = 0; spoilt < 2; spoilt++) {
        study_run r;
        char path[256];
        snprintf(path, sizeof path, "%s/parts.npz", fixture_folder("moments-own-parts"));
        write_masks(path, PART_SETS, PART_SUBNETS, PART_WIDTH, spoilt ? spoilt_entry : part_entry);
        open_own(&r, path, PART_SUBNETS, PART_WIDTH, 1.0 / PART_SUBNETS);
        for (size_t k = 0; k < 2; k++) {
            cr_expect(
                eq(int, moments_verdict(&r, rows[k]), spoilt ? HYPOTHESIS_NOT_MET : NOT_REFUTED));
        }
        moments_round *round = moments_round_of(&r, 0, 1, 0);
        round->combined.lemma13 = round->combined.lemma14 = 1e-9;
        for (size_t k = 0; !spoilt && k < 2; k++) {
            cr_expect(eq(int, moments_verdict(&r, rows[k]), STATEMENT_REFUTED));
        }
        study_close(&r);
    }
}

/* --- deliberate errors --- */

static const char *const ROWS[MOMENTS_MASK_CLAIMS] = {"Own masks, neurons taken",
                                                      "Own masks, shares",
                                                      "Own masks, mean of nu",
                                                      "Own masks, variance of nu",
                                                      "Own masks, mean of the mixing function",
                                                      "Own masks, spread of the mixing function",
                                                      "Own masks, mean of the mixing gradient",
                                                      "Own masks, mean of the masked kernel",
                                                      "Own masks, mean of the jump",
                                                      "Own masks, mean of a step",
                                                      "Own masks, mean of Lemma 4"};

/* Every row with the expected means `spoilt`: refuted; with its own: not refuted. */
static void expect_refuted(study_run *r, moments_state *small, double *spoilt, const char *what) {
    double *honest = small->expected;
    for (size_t k = 0; k < MOMENTS_MASK_CLAIMS; k++) {
        small->expected = spoilt;
        cr_expect(eq(int, moments_verdict(r, ROWS[k]), STATEMENT_REFUTED), "%s, %s", ROWS[k], what);
        small->expected = honest;
        cr_expect(eq(int, moments_verdict(r, ROWS[k]), NOT_REFUTED), "%s, %s", ROWS[k], what);
    }
}

/* A neuron of one set left out of all subnetworks, and the neurons taken for independent. */
Test(mask_moments_own, wrong_moments_are_refuted) {
    study_run r;
    moments_context *c = open_odd(&r, "moments-own-wrong");
    moments_state *small = &c->kind[0].small;
    double *spoilt = calloc(small->first[MOMENTS], sizeof *spoilt);
    unsigned char *mask = calloc(ODD_SETS * ODD_SUBNETS * ODD_WIDTH, 1);
    mask_sets other = c->sets;
    memcpy(mask, c->sets.mask, ODD_SETS * ODD_SUBNETS * ODD_WIDTH);
    for (size_t l = 0; l < ODD_SUBNETS; l++) { mask[l * ODD_WIDTH + 5] = 0; }
    other.mask = mask;
    cr_assert(eq(int, moments_expected_own(small, &other, spoilt), OK));
    expect_refuted(&r, small, spoilt, "neuron 5 left out once");
    expect_refuted(&r, small, c->kind[0].free, "independent neurons");
    free(mask), free(spoilt);
    study_close(&r);
}

/* The first set alone in place of all of them. */
static void draw_first(const train_settings *s, rng *r, unsigned char *mask) {
    (void)r;
    memcpy(mask, s->sets->mask, s->subnets * s->width);
}

Test(mask_moments_own, draws_of_one_set_are_refuted) {
    study_run r;
    moments_context *c = open_odd(&r, "moments-own-draws");
    moments_kind *k = &c->kind[0];
    rng *random = rng_new(9, 0, 0, RNG_PILOT);
    cr_assert(eq(int,
                 moments_simulate(&k->large, &k->views, draw_first, random, 8 * TRIALS, &k->sample),
                 OK));
    cr_expect(eq(int, moments_verdict(&r, "Own masks, mean of nu"), STATEMENT_REFUTED));
    rng_free(random);
    study_close(&r);
}
#endif
