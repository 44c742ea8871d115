/* The facts about masks, starts and rounds, statement by statement. What an observer compares is
 * also put in the table of comparisons while that is being filled.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>

#include "model/phi.h"
#include "theory/mask_moments/mask_moments.h"
#include "theory/criteria.h"
#include "stats/extreme.h"

static void put_bound(const study_run *r, const evidence *e, moments_subject about, double bound,
                      double observed) {
    moments_put(r, e, about, compare_at_most(bound, observed, 1));
}

/* observed <= bound, in the row and as a line of the table. */
static status saw(const study_run *r, evidence *e, moments_subject about, double bound,
                  double observed) {
    put_bound(r, e, about, bound, observed);
    return claim_saw(e, bound, observed, about.trials);
}

/* --- masks --- */

static status steepest_gradient(const study_run *r, evidence *e) {
    tightest worst = {0, 0};
    double draws = 0;
    for (size_t kind = 0; kind < KINDS; kind++) {
        const moments_kind *k = moments_kind_of(r, kind);
        tightest_keep(&worst, k->lemma4);
        tightest_keep(&worst, k->sample.lemma4);
        draws += (double)k->masks + k->sample.views[0].count;
    }
    moments_subject about = {"simulated", "||g_r||", draws};
    return saw(r, e, about, worst.bound, worst.value);
}

typedef struct {
    const char *quantity;
    double (*above)(unsigned p, double xi);
    bool equal_for_all_xi; /* at p = 1; or for xi = 1 alone */
} phi_bound;

static const phi_bound plain = {"phi over 2/((p+1) xi)", bounds_phi_above, false};
static const phi_bound sharp = {"phi over the sharp bound", bounds_phi_above_sharp, true};

static status phi(const study_run *r, evidence *e) {
    enum { CHECKED = PHI_SUBNETS * PHI_GRID };
    const phi_bound *b = e->claim->subject;
    const moments_settings *o = r->settings;
    unsigned p = (unsigned)o->subnets;
    double worst;
    claim_refute_unless(e, phi_keeps_to(b->above, b->equal_for_all_xi, CRITERION_EXACT, &worst));
    claim_supposes(e, true,
                   "Assumption 2; p = 1..%d, xi = 1/%d..1: largest phi/bound %.6g; shown at p = "
                   "%u, xi = %g",
                   PHI_SUBNETS, PHI_GRID, worst, p, o->xi);
    moments_put(r, e, (moments_subject){"computed", b->quantity, CHECKED, "bernoulli"},
                compare_at_most(1 + CRITERION_EXACT, worst, CHECKED));
    return claim_saw(e, b->above(p, o->xi) * (1 + CRITERION_EXACT), phi_by_sum(p, o->xi), CHECKED);
}

/* --- the start --- */

static status initial_error(const study_run *r, evidence *e) {
    const moments_context *c = r->context;
    const moments_start *s = &c->starts;
    const stats_running *seen = &c->starts_drawn.error;
    double closed =
        bounds_initial_error(s->xi, s->kappa, c->quadrature_labels, c->quadrature_inputs);
    double expected = bounds_initial_error(s->xi, s->kappa, c->labels, (double)s->g->n);
    comparison exact = compare_exact(&closed, &c->quadrature, 1, CRITERION_EXACT);
    comparison drawn = moments_compare_drawn(expected, seen, 0, expected);
    moments_subject about = {"enumerated", "||y-u_0||^2", 1, .relation = "="};
    moments_put(r, e, about, exact);
    about.way = "simulated";
    about.trials = seen->count;
    moments_put(r, e, about, drawn);
    claim_supposes(e, true,
                   "W_0 normal, a uniform: all signs and a Gauss rule for 3 neurons; %.0f starts "
                   "at m=%zu n=%zu (limit: p-value)",
                   seen->count, s->width, s->g->n);
    claim_refute_unless(e, drawn.p >= 1 - CLAIM_CONFIDENCE);
    e->row.limit = drawn.p;
    return claim_saw(e, CRITERION_EXACT, exact.relative, seen->count);
}

static status initial_error_bound(const study_run *r, evidence *e) {
    const moments_context *c = r->context;
    const moments_start *s = &c->starts;
    const stats_running *seen = &c->starts_drawn.error;
    double n = (double)s->g->n, bound = c->C * c->C * n, most = bounds_initial_kappa(s->xi, c->C);
    double edge = bounds_initial_error(s->xi, most, c->labels, n);
    bool met = !(s->kappa > most); /* no bound: refuted */
    moments_subject about = {"simulated", "||y-u_0||^2 against C^2 n", seen->count};
    if (met) { put_bound(r, e, about, bound, seen->mean); }
    put_bound(r, e, (moments_subject){"computed", "the same at the largest kappa", 1}, bound, edge);
    claim_supposes(e, met,
                   "|y_i| <= C - 1 with C = %.4g; kappa = %g, at most %.4g; at that kappa the mean "
                   "is %.6g",
                   c->C, s->kappa, most, edge);
    claim_refute_unless(e, edge <= bound * (1 + CRITERION_EXACT));
    return claim_saw(e, bound, seen->mean, seen->count);
}

/* A statement "with probability at least 1 - allowed": so many failures of about.trials. */
static status count(const study_run *r, evidence *e, moments_subject about, double allowed,
                    double failures) {
    e->allowed = allowed;
    e->failures = (size_t)failures;
    return saw(r, e, about, allowed, failures / about.trials);
}

static status near_neurons(const study_run *r, evidence *e) {
    const moments_context *c = r->context;
    const moments_start *s = &c->starts;
    const moments_starts *seen = &c->starts_drawn;
    double n = (double)s->g->n, m = (double)s->width;
    claim_supposes(e, true,
                   "W_0 normal; n=%zu m=%zu, R = %.4g (p_R = %.4g): 2 m p_R = %.4g, largest |S_i| "
                   "seen %g; observed: share of starts",
                   s->g->n, s->width, s->radius, c->near_share,
                   bounds_near_count(m, 1, c->near_share), seen->largest_near);
    moments_subject about = {"simulated", "P(max_i |S_i| > 2 m p_R)", seen->error.count};
    return count(r, e, about, bounds_lemma16_failure(n, m, c->near_share), seen->near);
}

static status near_kernel(const study_run *r, evidence *e) {
    const moments_context *c = r->context;
    moments_subject about = {"simulated", "||H'||", c->starts_drawn.tangents};
    claim_supposes(e, true, "unit rows; n=%zu m=%zu, R = %.4g; the first start of every unit",
                   c->starts.g->n, c->starts.width, c->starts.radius);
    return saw(r, e, about, c->starts_drawn.tangent.bound, c->starts_drawn.tangent.value);
}

/* P(chi^2_k >= 2k), which Lemmas 22 and 23 bound by exp(-k (1 - ln 2)/2), at every k up to where
 * double ends. */
static bool tails_hold(void) {
    enum { MOST = 4000 };
    bool hold = true;
    for (int k = 1; k <= MOST; k++) {
        hold = hold && gsl_cdf_chisq_Q(2.0 * k, k) <= bounds_lemma22_failure(k, 1);
    }
    return hold;
}

/* Lemmas 22 and 23: where their bound is just below delta (0), and at the width of the runs, where
 * no failure is to be expected (1). size: of which the least is taken. */
static status tail(const study_run *r, evidence *e, const char *quantity, const char *size,
                   const double allowed[2], const double failures[2]) {
    const moments_context *c = r->context;
    char least[100];
    snprintf(least, sizeof least, "%s, least %s", quantity, size);
    moments_subject about = {"simulated", least, c->tails_drawn.error.count};
    status st = count(r, e, about, allowed[0], failures[0]);
    double trials = c->starts_drawn.error.count;
    put_bound(r, e, (moments_subject){"simulated", quantity, trials}, allowed[1],
              failures[1] / trials);
    double limit = stats_clopper_pearson_lower((size_t)failures[1], (size_t)trials, e->confidence);
    claim_refute_unless(e, limit <= allowed[1] && tails_hold());
    return st;
}

static status frobenius_norm(const study_run *r, evidence *e) {
    const moments_context *c = r->context;
    const moments_starts *seen = &c->starts_drawn;
    double md = (double)(c->starts.width * c->starts.g->d), part = (double)c->tails.part;
    const double allowed[] = {bounds_lemma22_failure(part, 1), bounds_lemma22_failure(md, 1)};
    const double failures[] = {c->tails_drawn.part, seen->frobenius};
    status st = tail(r, e, "P(||W_0||_F^2 > 2 kappa^2 m d)", "m d", allowed, failures);
    put_bound(r, e, (moments_subject){"computed", "P(chi^2_{md} >= 2 m d), least m d", 1},
              allowed[0], gsl_cdf_chisq_Q(2 * part, part));
    claim_supposes(e, true,
                   "W_0 normal; shown at m d = %g, the least with a bound below delta; at m d = "
                   "%g: %g of %g; chi^2 tails to 4000 degrees",
                   part, md, seen->frobenius, seen->error.count);
    return st;
}

static status sums_of_squares(const study_run *r, evidence *e) {
    const moments_context *c = r->context;
    const moments_starts *seen = &c->starts_drawn;
    double n = (double)c->starts.g->n, m = (double)c->starts.width, least = (double)c->tails.width;
    const double allowed[] = {bounds_lemma23_failure(n, least), bounds_lemma23_failure(n, m)};
    const double failures[] = {c->tails_drawn.squares, seen->squares};
    claim_supposes(e, true,
                   "W_0 normal, unit rows; n=%zu, shown at m = %g, the least with a bound below "
                   "delta; at m = %g: %g of %g",
                   c->starts.g->n, least, m, seen->squares, seen->error.count);
    return tail(r, e, "P(max_i sum_r <w_0r,x_i>^2 > 2 m kappa^2)", "m", allowed, failures);
}

/* --- the rounds of runs --- */

/* What the rounds of all runs add up to. */
typedef struct {
    double rounds;             /* of both mask kinds, half each */
    moments_combined combined; /* of the categorical ones and of every mask of the small network */
    moments_combined own;      /* of the first kind, of which masks of the user's own are */
    double split_error, strays, inside, flips;
    tightest part, flips_inside, flips_anywhere; /* inside: within the R-ball */
    double radius;
} run_sums;

static run_sums sums_of(const study_run *r) {
    const moments_context *c = r->context;
    size_t rounds = ((const moments_settings *)r->settings)->rounds, runs = KINDS * r->repeats;
    run_sums sum = {(double)(runs * rounds), c->combined, .radius = c->starts.radius};
    for (size_t k = 0; k < runs * rounds; k++) {
        size_t run = k / rounds, kind = run / r->repeats;
        const moments_round *round = moments_round_of(r, kind, run % r->repeats, k % rounds);
        tightest flips = {round->flips, round->set};
        sum.split_error = extreme_larger(sum.split_error, round->split_error);
        sum.strays += round->strays;
        sum.flips = extreme_larger(sum.flips, round->flips);
        tightest_keep(&sum.part, (tightest){round->part, round->part_bound});
        tightest_keep(&sum.flips_anywhere, flips);
        if (round->drift_before <= sum.radius && round->drift_after <= sum.radius) {
            sum.inside++;
            tightest_keep(&sum.flips_inside, flips);
        }
        if (kind == KIND_PARTS) {
            record_add(&moments_combined_kind, &sum.combined, &round->combined);
        } else {
            record_add(&moments_combined_kind, &sum.own, &round->combined);
        }
    }
    return sum;
}

static const char of_lemma_13[] = "Lemma 13 and u = mean of u^l, relative error",
                  of_lemma_14[] = "Lemma 14, relative error";

static status combined(const study_run *r, evidence *e) {
    run_sums sum = sums_of(r);
    double masks = (double)moments_kind_of(r, KIND_PARTS)->masks, rounds = sum.rounds / KINDS;
    mask_kind family = moments_family(r, KIND_PARTS);
    moments_subject about = {"trained", e->claim->subject, rounds + masks, mask_words[family]};
    claim_supposes(e, true,
                   "%s: a round from every one of %.0f masks of a small network, %.0f rounds of "
                   "runs; relative error",
                   mask_sized(family) ? "equal partitions" : "Assumption 4", masks, rounds);
    return saw(r, e, about, CRITERION_EXACT,
               e->claim->subject == of_lemma_14
                   ? sum.combined.lemma14
                   : extreme_larger(sum.combined.mean, sum.combined.lemma13));
}

static status combined_own(const study_run *r, evidence *e) {
    const moments_context *c = r->context;
    run_sums sum = sums_of(r);
    bool part = mask_sets_part(&c->sets, c->kind[0].run.xi);
    moments_subject about = {"trained", e->claim->subject, sum.rounds / KINDS, "own"};
    claim_supposes(e, part,
                   "every neuron in one subnetwork of every set, xi = 1/p: %s; %.0f rounds",
                   part ? "so it is" : "it is not so", sum.rounds / KINDS);
    return saw(r, e, about, CRITERION_EXACT,
               e->claim->subject == of_lemma_14 ? sum.own.lemma14
                                                : extreme_larger(sum.own.mean, sum.own.lemma13));
}

static status split(const study_run *r, evidence *e) {
    run_sums sum = sums_of(r);
    moments_subject about = {"trained", "both sides, relative error", sum.rounds};
    claim_supposes(e, true, "both mask kinds, %.0f rounds, R = %.4g; relative to the largest term",
                   sum.rounds, sum.radius);
    return saw(r, e, about, CRITERION_EXACT, sum.split_error);
}

static status split_part(const study_run *r, evidence *e) {
    run_sums sum = sums_of(r);
    moments_subject about = {"trained", "|I2_i|", sum.rounds};
    claim_supposes(e, true,
                   "unit rows; %.0f rounds, %.0f of them inside the R-ball (the bound holds "
                   "outside too); closest of all samples",
                   sum.rounds, sum.inside);
    return saw(r, e, about, sum.part.bound, sum.part.value);
}

static status flips(const study_run *r, evidence *e) {
    run_sums sum = sums_of(r);
    bool met = sum.inside > 0;
    tightest shown = met ? sum.flips_inside : sum.flips_anywhere;
    moments_subject about = {"trained", "flips on a sample, inside the R-ball", sum.inside};
    moments_subject still = {"trained", "flips of neurons that moved too little", sum.rounds};
    claim_supposes(e, met,
                   "%.0f of %.0f rounds inside the ball R = %.4g, shown: the one closest to |S_i|; "
                   "most flips in all rounds: %g",
                   sum.inside, sum.rounds, sum.radius, sum.flips);
    if (met) { put_bound(r, e, about, shown.bound, shown.value); }
    put_bound(r, e, still, 0, sum.strays);
    claim_refute_unless(e, sum.strays == 0);
    return claim_saw(e, shown.bound, shown.value, sum.inside);
}

/* --- the statements --- */

static const claim of_starts[] = {
    {"Lemma 4, inequality", "lemma-4", DERIVED, TEST_AT_MOST,
     "||g_r|| <= sqrt(||G||/m) ||ut_r - b_r y||", steepest_gradient,
     "every draw of both mask kinds, every neuron looked at; the closest is shown"},
    {"Lemma 18, bound of phi", "phi-bound", DERIVED, TEST_AT_MOST,
     "phi <= 2/((p+1) xi); equal only for p = xi = 1", phi, .subject = &plain},
    {"Lemma 18, sharp bound of phi", "phi-bound", DERIVED, TEST_AT_MOST,
     "phi <= 2 (1 - (1-xi)^(p+1))/((p+1) xi) - 2 (1-xi)^p; equal only for p = 1", phi,
     .subject = &sharp},
    {"Lemma 26, mean initial error", "lemma-26", EXACT, TEST_AT_MOST,
     "E_{W_0,a}||y - u_0||^2 = ||y||^2 + xi^2 kappa^2 sum_i ||x_i||^2/2", initial_error},
    {"Lemma 26, bound C^2 n", "lemma-26-bound", DERIVED, TEST_AT_MOST,
     "E||y - u_0||^2 <= C^2 n if xi^2 kappa^2 <= 2(2C - 1)", initial_error_bound},
    {"Lemma 16", "lemma-16", DERIVED, TEST_PROBABILITY,
     "|S_i| <= 2 m p_R for all i with probability 1 - n exp(-m p_R/3), S_i = {r: |<w_0r,x_i>| <= "
     "R}",
     near_neurons},
    {"Lemma 17", "lemma-17", DERIVED, TEST_AT_MOST,
     "||H'|| <= n max_i |S_i|/m, H'_ij = (1/m) <x_i,x_j> sum_{r in S_i} 1_ri 1_rj", near_kernel},
    {"Lemma 22", "lemma-22", DERIVED, TEST_PROBABILITY,
     "||W_0||_F^2 <= 2 kappa^2 m d with probability 1 - exp(-0.153 m d)", frobenius_norm},
    {"Lemma 23", "lemma-23", DERIVED, TEST_PROBABILITY,
     "sum_r <w_0r,x_i>^2 <= 2 m kappa^2 for all i with probability 1 - n exp(-0.153 m)",
     sums_of_squares}};

static const char lemma_13[] = "u = (1/p) sum u^l; ||y - u_{k+1}||^2 = (1/p) sum ||y - u^l_tau||^2 "
                               "- (1/p^2) sum_{l<l'} ||u^l_tau - u^l'_tau||^2",
                  lemma_14[] = "(1/p) sum_l ||u^l - u||^2 = (1/p^2) sum_{l<l'} ||u^l - u^l'||^2";

static const claim of_categorical[] = {{"Lemma 13, categorical", "lemma-13", EXACT, TEST_AT_MOST,
                                        lemma_13, combined, .subject = of_lemma_13},
                                       {"Lemma 14, categorical", "lemma-14", EXACT, TEST_AT_MOST,
                                        lemma_14, combined, .subject = of_lemma_14}};

/* As they stand: masks that part the neurons are all that they need. */
static const claim of_partition[] = {{"Lemma 13, partition", "sized-parts", EXACT, TEST_AT_MOST,
                                      lemma_13, combined, .subject = of_lemma_13},
                                     {"Lemma 14, partition", "sized-parts", EXACT, TEST_AT_MOST,
                                      lemma_14, combined, .subject = of_lemma_14}};

static const claim of_own[] = {
    {"Lemma 13, own", "lemma-13", EXACT, TEST_AT_MOST,
     "u = (1/p) sum u^l, and the loss of the average, where the masks part the neurons",
     combined_own, .subject = of_lemma_13},
    {"Lemma 14, own", "lemma-14", EXACT, TEST_AT_MOST,
     "(1/p) sum_l ||u^l - u||^2 = (1/p^2) sum_{l<l'} ||u^l - u^l'||^2, where they do", combined_own,
     .subject = of_lemma_14}};

static const claim of_rounds[] = {
    {"Split (Lemmas 5-12, 15, 19)", "split", EXACT, TEST_AT_MOST,
     "||y-u_{k+1}||^2 = ||y-u_k||^2 - 2<y-u_k,I1> - 2<y-u_k,I2> + ||u_{k+1}-u_k||^2", split},
    {"Split, |I2_i|", "split-bound", DERIVED, TEST_AT_MOST,
     "|I2_i| <= (xi/sqrt m) |S_i| max_r ||w_{k+1,r} - w_{k,r}||", split_part},
    {"Lemma 16, flips", "lemma-16-flips", DERIVED, TEST_AT_MOST,
     "inside the R-ball only neurons of S_i flip on x_i: flips <= |S_i|; none flips that moved "
     "less than |<w_0r,x_i>|",
     flips}};

static bool sized(const study_run *r) { return mask_sized(moments_family(r, KIND_PARTS)); }
static size_t own_kinds(const study_run *r) { return moments_is_own(r, 0); }
static size_t free_kinds(const study_run *r) { return sized(r) ? 0 : KINDS; }
static size_t sized_kinds(const study_run *r) { return sized(r) ? KINDS : 0; }
static size_t free_once(const study_run *r) { return !sized(r); }
static size_t sized_once(const study_run *r) { return sized(r); }

static const char *kind_name(const study_run *r, size_t which, char *name, size_t size) {
    (void)name, (void)size;
    return moments_word(r, which);
}

#define MASK_CLAIMS(list) \
    .source = "theory/mask_moments/mask_claims.c", .claims = list, .count = MOMENTS_MASK_CLAIMS

const claim_group moments_claims[] = {{MASK_CLAIMS(moments_of_free_masks), free_kinds, kind_name},
                                      {MASK_CLAIMS(moments_of_sized_masks), sized_kinds, kind_name},
                                      {MASK_CLAIMS(moments_of_own_masks), own_kinds},
                                      {CLAIMS(of_starts)},
                                      {CLAIMS(of_categorical), free_once},
                                      {CLAIMS(of_partition), sized_once},
                                      {CLAIMS(of_own), own_kinds},
                                      {CLAIMS(of_rounds)},
                                      {NULL}};
