/* The runs of advise: which settings, and what one run shows.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/ntk.h"
#include "model/rows.h"
#include "model/spectrum.h"
#include "model/stability.h"
#include "base/scratch.h"
#include "theory/advise/advise.h"

RECORD_DEFINE(advise_seen, ADVISE_SEEN);

double advise_lr(const study_run *r, const train_settings *s) {
    const advise_context *c = r->context;
    const advise_settings *o = r->settings;
    if (o->lr.count) { return o->lr.values[0]; }
    char digits[32];
    snprintf(digits, sizeof digits, "%.4g",
             stability_auto_lr(s, c->few.n, c->few.q, c->few_lambda_max));
    return strtod(digits, NULL);
}

/* --- which settings --- */

static bool same_run(const train_settings *a, const train_settings *b) {
    return a->subnets == b->subnets && a->xi == b->xi && a->local_steps == b->local_steps;
}

static double work_of_a_round(const train_settings *s) {
    return (double)s->subnets * s->xi * (double)s->local_steps;
}

/* A run of s with the work of the given one. */
static advise_run with_its_work(const advise_run *given, const train_settings *s, bool law) {
    double work = work_of_a_round(&given->settings) * (double)given->rounds;
    return (advise_run){*s, (size_t)fmax(1, round(work / work_of_a_round(s))), law};
}

/* A setting with rounds for the work of the given one; left out if it is there already. */
static void add_other(study_run *r, train_settings s) {
    advise_context *c = r->context;
    if (s.xi >= 1) { s.xi = 1, s.subnets = 1; } /* all subnetworks are the whole network */
    for (size_t k = 0; k < r->cells; k++) {
        if (k != WHOLE && same_run(&s, &c->runs[k].settings)) { return; }
    }
    s.lr = advise_lr(r, &s);
    c->runs[r->cells++] = with_its_work(&c->runs[GIVEN], &s, false);
}

/* Every law of masks at xi = 1/p. One subnetwork has no laws, nor have fewer neurons than p. */
static void list_laws(study_run *r) {
    advise_context *c = r->context;
    const advise_run *given = &c->runs[GIVEN];
    train_settings s = given->settings;
    if (s.subnets < 2 || s.width < s.subnets) { return; }
    s.mask = MASK_BERNOULLI;
    s.xi = 1 / (double)s.subnets;
    s.lr = advise_lr(r, &s);
    for (int kind = 0; kind < MASK_KINDS; kind++) {
        s.mask = (mask_kind)kind;
        s.xi = mask_share(s.mask, s.subnets, s.width, 1 / (double)s.subnets);
        c->runs[r->cells++] = with_its_work(given, &s, true);
    }
}

/* p, xi and tau halved and doubled, and no masks at all. Categorical masks have xi = 1/p. */
static void list_runs(study_run *r) {
    const advise_settings *o = r->settings;
    advise_context *c = r->context;
    bool categorical = o->mask == MASK_CATEGORICAL;
    train_settings given = {.width = o->width,
                            .subnets = o->subnets,
                            .xi = categorical ? 1 / (double)o->subnets : o->xi,
                            .local_steps = o->local_steps,
                            .kappa = o->kappa,
                            .mask = (mask_kind)o->mask,
                            .unselected = (train_unselected)o->unselected};
    train_settings whole = given;
    whole.subnets = 1, whole.xi = 1;
    given.lr = advise_lr(r, &given), whole.lr = advise_lr(r, &whole);
    c->runs[GIVEN] = (advise_run){given, o->rounds, false};
    c->runs[WHOLE] = (advise_run){whole, o->rounds, false};
    r->cells = FIRST_OTHER;
    for (int k = 0; k < 6; k++) {
        train_settings s = given;
        double factor = k % 2 ? 2 : 0.5;
        if (k / 2 == 0) { s.subnets = (size_t)fmax(1, round(factor * (double)s.subnets)); }
        if (k / 2 == 1 && !categorical) { s.xi = fmin(1, factor * s.xi); }
        if (k / 2 == 2) { s.local_steps = (size_t)fmax(1, round(factor * (double)s.local_steps)); }
        if (categorical) { s.xi = 1 / (double)s.subnets; }
        add_other(r, s);
    }
    add_other(r, whole);
    list_laws(r);
}

static status open_few(study_run *r) {
    const advise_settings *o = r->settings;
    advise_context *c = r->context;
    program_options few = r->options;
    few.quiet = true;
    if (few.samples > o->run_samples) { few.samples = o->run_samples; }
    status st = rows_load(&few, o->run_samples, ROWS_SPREAD, &c->few, NULL);
    if (st != OK) { return st; }
    double *H = allocate(c->few.n, c->few.n * sizeof *H, "Hinf");
    st = H ? gram_new(&c->few, GRAM_AUTO, &c->g) : FAILED;
    if (st == OK) {
        ntk_infinite(&c->few, r->options.threads, H);
        st = spectrum_largest(H, c->few.n, &c->few_lambda_max, NULL);
        if (st == OK) { st = spectrum_smallest(H, c->few.n, &c->few_lambda_min, NULL); }
    }
    free(H);
    return st;
}

status advise_plan(study_run *r) {
    const advise_settings *o = r->settings;
    status st = open_few(r);
    if (st != OK) { return st; }
    list_runs(r);
    r->repeats = o->repeats;
    r->values = advise_seen_kind.count;
    return OK;
}

/* --- a run --- */

static double mean_of(const double *error, size_t from, size_t to) {
    double sum = 0;
    for (size_t k = from; k < to; k++) { sum += error[k]; }
    return sum / (double)(to - from);
}

/* error (rounds + 1) after every round. */
static void look(const double *error, size_t rounds, bool diverged, advise_seen *seen) {
    size_t early = rounds < EARLY_ROUNDS ? rounds : EARLY_ROUNDS, third = rounds / 3 + 1;
    seen->start = error[0];
    seen->early = log(error[early] / error[0]) / (double)early;
    seen->last = error[rounds];
    seen->level = mean_of(error, rounds + 1 - third, rounds + 1);
    seen->before =
        rounds + 1 >= 2 * third ? mean_of(error, rounds + 1 - 2 * third, rounds + 1 - third) : NAN;
    size_t first = 0;
    while (first < rounds && !(error[first] <= 1.1 * seen->level)) { first++; }
    seen->reached = (double)first;
    seen->diverged = diverged;
}

/* Runs of one repetition start from the same weights and signs, and their masks are those of
 * loss-dynamics with this setting alone. */
status advise_measure(const study_run *r, size_t cell, size_t repetition, double *values) {
    const advise_context *c = r->context;
    const advise_run *run = &c->runs[cell];
    const train_settings *s = &run->settings;
    trainer t = {0};
    scratch work = {0};
    double *error = scratch_take(&work, run->rounds + 1, sizeof *error, "errors of a run");
    unsigned char *mask = scratch_take(&work, s->subnets * s->width, 1, "masks");
    rng *weights = rng_new(r->options.seed, 0, repetition, RNG_WEIGHTS),
        *masks = rng_new(r->options.seed, 0, repetition, RNG_MASKS);
    status st = !work.failed && weights && masks ? trainer_new(&c->g, s, false, &t) : FAILED;
    if (st == OK) { st = trainer_start_random(&t, weights); }
    if (st == OK) {
        error[0] = t.error;
        for (size_t k = 1; k <= run->rounds; k++) {
            mask_draw(s->mask, s->subnets, s->width, s->xi, masks, mask);
            trainer_round(&t, mask, NULL, NULL);
            error[k] = t.error;
        }
        look(error, run->rounds, t.diverged, (advise_seen *)values);
    }
    trainer_free(&t);
    rng_free(weights);
    rng_free(masks);
    scratch_free(&work);
    return st;
}

/* --- over the repetitions --- */

advise_estimate advise_estimate_of(const double *x, size_t count) {
    stats_interval i = stats_mean_interval(x, count, 0.95);
    return (advise_estimate){stats_summarise(x, count).mean, i.low, i.high};
}

advise_estimate advise_exp(advise_estimate e) {
    return (advise_estimate){exp(e.value), exp(e.low), exp(e.high)};
}

advise_estimate advise_mean(const study_run *r, size_t cell, size_t number) {
    study_numbers(r, cell, number, r->over_repeats);
    return advise_estimate_of(r->over_repeats, r->repeats);
}

advise_estimate advise_ratio(const study_run *r, size_t cell, size_t other, size_t number) {
    double *x = r->over_repeats;
    for (size_t k = 0; k < r->repeats; k++) {
        x[k] = log(study_values(r, cell, k)[number] / study_values(r, other, k)[number]);
    }
    return advise_exp(advise_estimate_of(x, r->repeats));
}
