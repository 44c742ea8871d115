/* The sentences of advise and their numbers: rates and floors of the runs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "model/mask.h"
#include "theory/advise/advise.h"
#include "theory/error_floor/error_floor.h"

#define NUMBER(name) CLAIM_NUMBER(advise_seen, name)

static const advise_estimate none = {NAN, NAN, NAN};

static void more_run(const study_run *r, advise_finding *f, const advise_run *run) {
    const advise_context *c = r->context;
    const train_settings *s = &run->settings;
    advise_more(r, f, "loss-dynamics",
                " --samples %zu --width %zu --subnets %zu%s --lr %.10g --local-steps %zu "
                "--rounds %zu --repeats %zu --kappa %g --unselected %s",
                c->few.n, s->width, s->subnets, advise_masks_of(s, (char[40]){""}), s->lr,
                s->local_steps, run->rounds, r->repeats, s->kappa,
                s->unselected == UNSELECTED_KEEP ? "keep" : "zero");
}

static bool settled(const study_run *r, size_t cell) {
    advise_estimate level = advise_mean(r, cell, NUMBER(level)),
                    before = advise_mean(r, cell, NUMBER(before));
    return before.value <= 1.05 * level.value;
}

static void say_rate(const study_run *r) {
    const advise_context *c = r->context;
    const advise_run *run = &c->runs[GIVEN];
    const train_settings *s = &run->settings;
    advise_estimate early = advise_mean(r, GIVEN, NUMBER(early)),
                    level = advise_mean(r, GIVEN, NUMBER(level)),
                    reached = advise_mean(r, GIVEN, NUMBER(reached));
    advise_estimate rate = advise_exp(early);
    double theta = mask_theta(s->mask, s->subnets, s->xi), n = (double)c->few.n;
    double step = s->lr * (double)s->width / (n * s->xi * s->xi); /* eta */
    double slowest = bounds_mean_multiplier(
        theta, step, s->xi * c->few_lambda_min / (double)c->few.q, (unsigned)s->local_steps);
    advise_finding *f = advise_add(r, "contraction", "1", rate);
    advise_say(
        f,
        "With p = %zu, xi = %g, tau = %zu, lr = %.4g a round multiplies the error by %.4g (%.4g to "
        "%.4g) at first, on %zu rows; along their slowest direction the theory predicts "
        "%.6g.",
        s->subnets, s->xi, s->local_steps, s->lr, rate.value, rate.low, rate.high, c->few.n,
        slowest * slowest);
    more_run(r, f, run);
    f = advise_add(r, "floor", "error", level);
    if (settled(r, GIVEN)) {
        advise_say(f,
                   "Its floor is %.4g (%.4g to %.4g), the mean of the last third of %zu rounds, "
                   "reached to a tenth after %.3g rounds (measured).",
                   level.value, level.low, level.high, run->rounds, reached.value);
    } else {
        advise_say(f,
                   "It has no floor yet: the mean error of the last third of %zu rounds is %.4g "
                   "(%.4g to %.4g) and still falls; its slowest direction takes %.3g rounds for a "
                   "factor of ten. Take more --rounds.",
                   run->rounds, level.value, level.low, level.high,
                   log(10) / -log(slowest * slowest));
        reached = none;
    }
    more_run(r, f, run);
    more_run(r, advise_add(r, "rounds_to_floor", "rounds", reached), run);
}

/* --- the floor that is predicted --- */

/* Operations that the second order may take; beyond, the first one does. */
static const double MOST_OPERATIONS = 1e12;
enum { MOST_STARTS = 3 };

static floor_settings floor_of(const study_run *r) {
    const advise_context *c = r->context;
    const advise_run *run = &c->runs[GIVEN];
    const train_settings *s = &run->settings;
    double n = (double)c->few.n, tau = (double)s->local_steps;
    double work = (double)run->rounds * 3 * tau * (tau + 6) * n * n * (double)s->width;
    return (floor_settings){.widths = {{(double)s->width}, 1},
                            .subnets = {{(double)s->subnets}, 1},
                            .xi = {{s->xi}, 1},
                            .local_steps = {{tau}, 1},
                            .kappas = {{s->kappa}, 1},
                            .lr = {{s->lr}, 1},
                            .stale = EFFECTIVE_STALE,
                            .mask = s->mask,
                            .scaling = SCALING_RELEASED,
                            .outputs = 1,
                            .label = OPTION_IS_AUTO,
                            .rounds = run->rounds,
                            .starts = r->repeats < MOST_STARTS ? r->repeats : MOST_STARTS,
                            .order = work <= MOST_OPERATIONS ? 2 : 1,
                            .lr_given = true};
}

static void say_predicted(const study_run *r, const study_run *floor) {
    const advise_context *c = r->context;
    const floor_settings *o = floor->settings;
    const train_settings *s = &c->runs[GIVEN].settings;
    double *x = floor->over_repeats, seen = advise_mean(r, GIVEN, NUMBER(level)).value;
    for (size_t k = 0; k < floor->repeats; k++) {
        const double *v = study_values(floor, 0, k);
        x[k] = (v[FLOOR_BIAS] + v[FLOOR_VARIANCE]) / (2 * (double)c->few.n);
    }
    advise_estimate e = advise_estimate_of(x, floor->repeats);
    advise_finding *f = advise_add(r, "floor_predicted", "error", e);
    if (isnan(e.value)) {
        advise_say(f, "No floor is predicted: local steps are too near the edge of stability.");
    } else {
        advise_say(f,
                   "Predicted without drawing a mask, the same mean is %.4g (%.4g to %.4g over %zu "
                   "starts), %.3g times the measured one.",
                   e.value, e.low, e.high, floor->repeats, e.value / seen);
    }
    advise_more(r, f, "error-floor",
                " --samples %zu --scaling released --outputs all --width %zu --subnets %zu%s "
                "--lr %.10g --local-steps %zu --rounds %zu --kappa %g --order %zu --repeats %zu "
                "--paths 0 --runs 0",
                c->few.n, s->width, s->subnets, advise_masks_of(s, (char[40]){""}), s->lr,
                s->local_steps, o->rounds, s->kappa, o->order, o->starts);
}

/* The whole program error-floor for the given setting: said, or its seconds. It is of Algorithm 1:
 * a neuron that no subnetwork took keeps its weights. */
static status run_floor(const study_run *r, double *seconds) {
    const advise_context *c = r->context;
    floor_settings settings = floor_of(r);
    if (c->runs[GIVEN].settings.unselected != UNSELECTED_KEEP) { return OK; }
    advise_inner floor = {&floor_study, "floor", &settings, c->few.n, say_predicted};
    return advise_run_inner(r, &floor, seconds);
}

status advise_predict_runs(const study_run *r, double *seconds) { return run_floor(r, seconds); }

static void say_loss(const study_run *r) {
    const advise_context *c = r->context;
    const train_settings *s = &c->runs[GIVEN].settings;
    advise_estimate ratio = advise_ratio(r, GIVEN, WHOLE, NUMBER(last));
    double *x = r->over_repeats;
    for (size_t k = 0; k < r->repeats; k++) {
        x[k] = study_values(r, GIVEN, k)[NUMBER(early)] - study_values(r, WHOLE, k)[NUMBER(early)];
    }
    advise_estimate slower = advise_exp(advise_estimate_of(x, r->repeats));
    advise_finding *f = advise_add(r, "per_round_against_full", "1", slower);
    advise_say(
        f,
        "Against full training from the same starts (p = xi = 1, same tau, lr = %.4g) IST with %zu "
        "workers loses a factor of %.4g (%.4g to %.4g) a round at first; after %zu rounds its "
        "error is %.4g times (%.4g to %.4g) full training's.",
        c->runs[WHOLE].settings.lr, s->subnets, slower.value, slower.low, slower.high,
        c->runs[GIVEN].rounds, ratio.value, ratio.low, ratio.high);
    more_run(r, f, &c->runs[WHOLE]);
    more_run(r, advise_add(r, "last_against_full", "1", ratio), &c->runs[WHOLE]);
}

/* --- the same work, shared otherwise --- */

/* A run that diverged has no level. */
static double level_of(const study_run *r, size_t cell) {
    bool diverged = false;
    for (size_t k = 0; k < r->repeats; k++) {
        diverged |= study_values(r, cell, k)[NUMBER(diverged)] != 0;
    }
    double level = advise_mean(r, cell, NUMBER(level)).value;
    return diverged || isnan(level) ? INFINITY : level;
}

static void say_others(const study_run *r) {
    const advise_context *c = r->context;
    const advise_run *given = &c->runs[GIVEN];
    size_t best = GIVEN, used = 0;
    double full = NAN;
    char rest[400] = "";
    for (size_t k = 0; k < r->cells; k++) {
        if (k == WHOLE || c->runs[k].law) { continue; }
        if (c->runs[k].settings.xi == 1) { full = level_of(r, k); }
        bool masked = c->runs[k].settings.xi < 1;
        if (masked && level_of(r, k) < level_of(r, best)) { best = k; }
    }
    for (size_t k = 0; k < r->cells; k++) {
        const train_settings *s = &c->runs[k].settings;
        if (k == WHOLE || c->runs[k].law) { continue; }
        advise_estimate ratio = advise_ratio(r, k, best, NUMBER(level));
        char name[40];
        snprintf(name, sizeof name, "level_p%zu_xi%g_tau%zu", s->subnets, s->xi, s->local_steps);
        more_run(r, advise_add(r, name, "error", advise_mean(r, k, NUMBER(level))), &c->runs[k]);
        if (k != best && s->xi < 1 && !(ratio.low > 1) && used < sizeof rest) {
            used += (size_t)snprintf(rest + used, sizeof rest - used, "%s(%zu, %g, %zu)",
                                     used ? ", " : "", s->subnets, s->xi, s->local_steps);
        }
    }
    const train_settings *s = &c->runs[best].settings;
    advise_estimate level = advise_mean(r, best, NUMBER(level));
    advise_finding *f = advise_add(r, "lowest_level", "error", level);
    advise_say(
        f,
        "For the same work, p xi tau K = %g, the lowest level of the masked settings (p, xi, tau) "
        "that were run is that of (%zu, %g, %zu): %.4g (%.4g to %.4g); not told apart from it: %s. "
        "Full training reaches %.4g with this work.",
        (double)given->settings.subnets * given->settings.xi * (double)given->settings.local_steps *
            (double)given->rounds,
        s->subnets, s->xi, s->local_steps, level.value, level.low, level.high, used ? rest : "none",
        full);
    more_run(r, f, &c->runs[best]);
}

/* --- the same work by another law of masks --- */

static void say_laws(const study_run *r) {
    const advise_context *c = r->context;
    const size_t first = r->cells - MASK_KINDS; /* Bernoulli masks */
    if (!c->runs[r->cells - 1].law) { return; }
    const bool some = level_of(r, first) < INFINITY;
    advise_estimate ratio[MASK_KINDS];
    for (size_t k = 0; k < MASK_KINDS; k++) {
        char name[40];
        const advise_run *run = &c->runs[first + k];
        bool both = some && level_of(r, first + k) < INFINITY;
        ratio[k] = both ? advise_ratio(r, first + k, first, NUMBER(level)) : none;
        snprintf(name, sizeof name, "law_%s", mask_words[run->settings.mask]);
        more_run(r, advise_add(r, name, "1", ratio[k]), run);
    }
    const train_settings *s = &c->runs[first].settings;
    advise_estimate level = some ? advise_mean(r, first, NUMBER(level)) : none;
    advise_finding *f = advise_add(r, "law_level", "error", level);
    more_run(r, f, &c->runs[first]);
    if (!some) {
        advise_say(f, "With xi = 1/p, p = %zu, lr = %.4g Bernoulli masks diverge.", s->subnets,
                   s->lr);
        return;
    }
    advise_say(
        f,
        "With xi = 1/p, p = %zu, tau = %zu, lr = %.4g and the same work Bernoulli masks reach %.4g "
        "(%.4g to %.4g); categorical masks %.3g times that (%.3g to %.3g), masks of one size %.3g "
        "(%.3g to %.3g), equal parts, IST's own, %.3g (%.3g to %.3g).",
        s->subnets, s->local_steps, s->lr, level.value, level.low, level.high,
        ratio[MASK_CATEGORICAL].value, ratio[MASK_CATEGORICAL].low, ratio[MASK_CATEGORICAL].high,
        ratio[MASK_FIXED].value, ratio[MASK_FIXED].low, ratio[MASK_FIXED].high,
        ratio[MASK_PARTITION].value, ratio[MASK_PARTITION].low, ratio[MASK_PARTITION].high);
}

status advise_say_runs(const study_run *r) {
    say_rate(r);
    status st = run_floor(r, NULL);
    if (st != OK) { return st; }
    say_loss(r);
    say_others(r);
    say_laws(r);
    return OK;
}
