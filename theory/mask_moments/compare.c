/* The table of comparisons, and the means over masks against their closed forms.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/mask_moments/mask_moments.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "theory/criteria.h"
#include "stats/extreme.h"

/* --- the kinds of masks of a run --- */

bool moments_is_own(const study_run *r, size_t kind) {
    return kind != KIND_PARTS && ((const moments_settings *)r->settings)->masks;
}

mask_kind moments_family(const study_run *r, size_t kind) {
    const moments_settings *o = r->settings;
    if (moments_is_own(r, kind)) { return MASK_BERNOULLI; }
    return (mask_kind)(kind + (mask_sized((mask_kind)o->mask) ? MASK_FIXED : 0));
}

const char *moments_word(const study_run *r, size_t kind) {
    return moments_is_own(r, kind) ? "own" : mask_words[moments_family(r, kind)];
}

/* --- comparisons --- */

comparison moments_compare_drawn(double expected, const stats_running *draws, double rounding,
                                 double size) {
    enum {
        FAMILY = 2 * MOMENT_VIEWS + 1
    }; /* all views of both mask kinds, and the initial error */
    double cancelled = CRITERION_ROUNDINGS * DBL_EPSILON * size;
    double allowed = rounding + fmax(CRITERION_EXACT * fabs(expected), cancelled);
    return compare_sampled(expected, draws, allowed, FAMILY);
}

void moments_put(const study_run *r, const evidence *e, moments_subject about, comparison c) {
    table *t = ((const moments_context *)r->context)->lines;
    if (!t) { return; }
    table_row(t);
    row_text(t, "fact", "statement that it is compared for, as in the table of statements",
             e->claim->label);
    row_text(
        t, "mask",
        "bernoulli, categorical, fixed, partition, own (--masks), or - where no mask is drawn or "
        "both kinds are",
        about.mask ? about.mask : "");
    row_text(t, "way",
             "enumerated (every mask of a small network, or of a file), simulated, trained (rounds "
             "of runs), "
             "computed (closed forms)",
             about.way);
    row_text(t, "quantity", "what is compared", about.quantity);
    row_text(t, "along",
             "entries: each by itself; or a mean of all entries with weights equal, as the "
             "expected values, as their minor terms, or of random signs",
             about.along ? about.along : "");
    row_text(t, "relation", "= or <= between observed and expected",
             about.relation ? about.relation : "<=");
    row_number(
        t, "compared",
        "numbers compared; the line shows the one farthest off, or, where nothing but rounding "
        "parts them, the one that is expected to be the largest",
        (double)c.compared);
    row_number(t, "trials", "masks enumerated, draws, starts or rounds", about.trials);
    row_number(t, "expected", "closed form; the bound where the relation is <=", c.expected);
    row_number(t, "observed", "mean or worst of what was computed", c.observed);
    row_number(t, "error",
               "|observed - expected| of the one farthest off; what observed exceeds the bound by",
               c.error);
    row_number(t, "tolerance",
               "largest error that passes: 1e-12 of the largest number, or half the family-wise "
               "99.9 % interval",
               c.tolerance);
}

/* --- means over masks --- */

static void put_mean(const study_run *r, const evidence *e, const moments_kind *k, moment f,
                     const char *way, const char *along, double trials, comparison compared) {
    const char *mask = k->run.sets ? "own" : mask_words[k->run.mask];
    moments_subject about = {way, moments_quantities[f].name, trials, mask, along, "="};
    moments_put(r, e, about, compared);
}

/* The largest relative error of a quantity over all masks. */
static double enumerated_error(const study_run *r, const evidence *e, const moments_kind *k,
                               moment f) {
    const moments_state *s = &k->small;
    comparison all = compare_exact(s->expected + s->first[f], k->mean + s->first[f],
                                   moments_count(s, f), CRITERION_EXACT);
    put_mean(r, e, k, f, "enumerated", "entries", (double)k->masks, all);
    return all.relative;
}

/* Rounding that a mean of quantity f may have although what is expected is near 0, absolute: where
 * it is a difference over a step of size eta, or a sum of squared differences. 0 for the others. */
static double rounding_of(const moments_state *s, moment f) {
    double step = s->settings.lr, root = sqrt((double)s->settings.width);
    double unit = CRITERION_ROUNDINGS * DBL_EPSILON * s->largest;
    switch (f) {
    case MOMENT_GRADIENT: return unit / step;
    case MOMENT_CHANGE: return s->settings.xi * root * unit / step; /* (xi/sqrt m) sum_r */
    case MOMENT_SPREAD:
    case MOMENT_JUMP: return (double)s->g->n * root * unit * root * unit;
    default: return 0;
    }
}

/* The smallest p-value of a quantity over draws. */
static double simulated_p(const study_run *r, const evidence *e, const moments_kind *k, moment f) {
    static const char *const along[MOMENT_DIRECTIONS] = {"mean",  "expected", "minor",
                                                         "signs", "signs",    "signs"};
    const moments_state *s = &k->large;
    double size = extreme_largest(s->expected + s->first[f], moments_count(s, f)), smallest = 1;
    for (size_t direction = 0; direction < MOMENT_DIRECTIONS; direction++) {
        size_t view = f * MOMENT_DIRECTIONS + direction;
        const stats_running *drawn = &k->sample.views[view];
        comparison one =
            moments_compare_drawn(k->views.expected[view], drawn, rounding_of(s, f), size);
        put_mean(r, e, k, f, "simulated", along[direction], drawn->count, one);
        smallest = extreme_smaller(smallest, one.p);
    }
    return smallest;
}

static bool is_about(const claim *statement, moment f) {
    const char *fact = statement->subject ? statement->subject : statement->label;
    return strcmp(moments_quantities[f].fact, fact) == 0;
}

/* What the masks of a kind are, in words. */
static void name_masks(const study_run *r, size_t kind, char *words, size_t size) {
    static const char *const suppositions[MASK_KINDS] = {
        "Assumption 2", "Assumption 4, theta = phi = 1", "masks of k of m neurons",
        "equal partitions, theta = phi = 1"};
    bool own = moments_is_own(r, kind);
    snprintf(words, size, "%s",
             own ? "each set of the file as likely as another"
                 : suppositions[moments_family(r, kind)]);
}

static status judge_mean(const study_run *r, evidence *e) {
    const moments_kind *k = moments_kind_of(r, e->which);
    const moments_state *small = &k->small, *large = &k->large;
    double draws = k->sample.views[0].count, error = 0, p = 1;
    bool drawn = moments_draws_suffice(large, draws);
    char masks[64];
    for (moment f = 0; f < MOMENTS; f++) {
        if (is_about(e->claim, f)) { error = extreme_larger(error, enumerated_error(r, e, k, f)); }
    }
    for (moment f = 0; drawn && f < MOMENTS; f++) {
        if (is_about(e->claim, f)) { p = extreme_smaller(p, simulated_p(r, e, k, f)); }
    }
    if (drawn) {
        e->row.limit = p;
        claim_refute_unless(e, p >= 1 - CLAIM_CONFIDENCE);
    }
    name_masks(r, e->which, masks, sizeof masks);
    claim_supposes(e, true,
                   "%s: all %zu masks at m=%zu p=%zu n=%zu; draws at m=%zu p=%zu n=%zu (%s)", masks,
                   k->masks, small->settings.width, small->settings.subnets, small->g->n,
                   large->settings.width, large->settings.subnets, large->g->n,
                   drawn ? "limit: p-value" : "too few for an interval");
    return claim_saw(e, CRITERION_EXACT, error, drawn ? draws : (double)k->masks);
}

/* By how much the closed forms for independent neurons miss the means over the sets of a file. */
static status miss_of_free_forms(const study_run *r, evidence *e) {
    const moments_kind *k = moments_kind_of(r, e->which);
    const moments_state *s = &k->small;
    double error = 0;
    for (moment f = 0; f < MOMENTS; f++) {
        if (!is_about(e->claim, f)) { continue; }
        comparison all = compare_exact(k->free + s->first[f], k->mean + s->first[f],
                                       moments_count(s, f), CRITERION_EXACT);
        put_mean(r, e, k, f, "enumerated", "entries", (double)k->masks, all);
        error = extreme_larger(error, all.relative);
    }
    claim_supposes(e, false,
                   "Assumption 2: nothing but the %zu sets of the file is known; observed: by how "
                   "much they miss, relative",
                   k->masks);
    return claim_saw(e, CRITERION_EXACT, error, (double)k->masks);
}

status moments_mean(const study_run *r, evidence *e) {
    if (!moments_is_own(r, e->which)) { return judge_mean(r, e); }
    return e->claim->subject ? claim_absent(e) : miss_of_free_forms(r, e);
}

status moments_mean_own(const study_run *r, evidence *e) { return judge_mean(r, e); }
