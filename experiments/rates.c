/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/rates.h"

#include <math.h>

#include "model/stability.h"

/* --- rates that are given --- */

/* The panel's own rate of xi; 0 if it has none. */
static double own_rate(const experiment_settings *own, double xi) {
    for (size_t k = 0; k < own->xi.count; k++) {
        if (fabs(own->xi.values[k] - xi) <= 1e-12) { return own->lr.values[k]; }
    }
    return 0;
}

/* No --lr, and a xi that the panel has no rate for. */
static status ask_for_rate(const experiment_settings *o, const experiment_settings *own) {
    text known = {0};
    for (size_t k = 0; k < own->xi.count; k++) {
        text_add(&known, "%s%g for xi=%g", k ? ", " : "", own->lr.values[k], own->xi.values[k]);
    }
    fail(BAD_INPUT,
         "--%s: add --lr, one value or one for each xi, or auto; the panel has a rate of its own "
         "only for its own xi (%s)",
         experiment_parts(o) ? "mask" : "xi", known.bytes ? known.bytes : "");
    text_free(&known);
    return BAD_INPUT;
}

/* Where the panel has a rate for each of its xi and --lr is not given, the rates are those of the
 * xi that are asked for (with categorical masks of 1/p): it is xi that the user chose. */
static status pair_rates(experiment_settings *o, const experiment_settings *own) {
    if (o->lr_given || o->lr.count == 1 || own->lr.count < 2) { return OK; }
    option_list xi = o->xi;
    if (experiment_parts(o)) { xi = (option_list){{1 / o->subnets.values[0]}, 1}; }
    if (experiment_parts(o) && o->subnets.count > 1) { return ask_for_rate(o, own); }
    o->lr.count = xi.count;
    for (size_t k = 0; k < xi.count; k++) {
        o->lr.values[k] = own_rate(own, xi.values[k]);
        if (o->lr.values[k] == 0) { return ask_for_rate(o, own); }
    }
    return OK;
}

status rates_settle(const study_run *r) {
    experiment_settings *o = r->settings;
    status st = pair_rates(o, r->study->defaults);
    if (st != OK) { return st; }
    size_t rates = experiment_parts(o) ? 1 : o->xi.count, given = o->lr.count; /* 0: auto */
    return given <= 1 || given == rates
               ? OK
               : fail(BAD_INPUT, "--lr: %zu values for %zu values of xi; give one, or one for each",
                      given, rates);
}

/* --- rates that are found --- */

double rates_stability(const study_run *r, size_t cell) {
    const experiment *e = r->context;
    return stability_subnet(&e->cells[cell], e->data.n, e->data.q, e->lambda_max);
}

/* Whether one value of --lr serves both. */
static bool share_rate(const study_run *r, size_t a, size_t b) {
    const experiment *e = r->context;
    return experiment_parts(r->settings) || e->cells[a].xi == e->cells[b].xi;
}

/* W/m with --lr-width W. */
static double width_part(const experiment_settings *o, const train_settings *c) {
    return o->lr_width > 0 ? (double)o->lr_width / (double)c->width : 1;
}

/* The rate of a cell per value of --lr. */
static double unit_of(const experiment_settings *o, const train_settings *c) {
    return (o->lr_times_xi ? c->xi : 1) * width_part(o, c);
}

static double three_digits(double x) {
    double unit = pow(10, floor(log10(x)) - 2);
    return floor(x / unit * (1 + 1e-12)) * unit;
}

/* The value of --lr that auto stands for in this cell. With --lr-width it is stable without too, so
 * that lr W/m and lr begin with the same rate. */
static double auto_rate(const study_run *r, size_t cell) {
    const experiment_settings *o = r->settings;
    const experiment *e = r->context;
    double least = INFINITY;
    for (size_t k = 0; k < r->cells; k++) {
        const train_settings *c = &e->cells[k];
        if (!share_rate(r, cell, k)) { continue; }
        double rate = stability_auto_lr(c, e->data.n, e->data.q, e->lambda_max);
        least = fmin(least, rate / unit_of(o, c) * fmin(1, width_part(o, c)));
    }
    return three_digits(least);
}

/* Whether the given rate is, in a cell that shares it, with or without --lr-width. */
static bool any_unstable(const study_run *r, size_t cell) {
    const experiment *e = r->context;
    for (size_t k = 0; k < r->cells; k++) {
        double number = rates_stability(r, k) / fmin(1, width_part(r->settings, &e->cells[k]));
        if (share_rate(r, cell, k) && !(number < STABILITY_LIMIT)) { return true; }
    }
    return false;
}

void rates_choose(study_run *r) {
    const experiment_settings *o = r->settings;
    experiment *e = r->context;
    for (size_t k = 0; k < r->cells; k++) {
        e->found[k] = o->lr.count == 0 || (o->unstable == UNSTABLE_AUTO && any_unstable(r, k));
    }
    for (size_t k = 0; k < r->cells; k++) {
        if (!e->found[k]) { continue; }
        e->cells[k].lr = auto_rate(r, k) * unit_of(o, &e->cells[k]);
    }
}

/* --- what is said of them --- */

/* "xi=0.1 lr=0.0312, ..." of the rates that were found, each once; "" if none was. */
static void name_found(const study_run *r, text *t) {
    const experiment_settings *o = r->settings;
    const experiment *e = r->context;
    for (size_t k = 0; k < r->cells; k++) {
        size_t before = 0;
        while (before < k && !share_rate(r, before, k)) { before++; }
        if (!e->found[k] || before < k) { continue; }
        const train_settings *c = &e->cells[k];
        if (t->used > 0) { text_add(t, ", "); }
        if (!experiment_parts(o)) { text_add(t, "xi=%g ", c->xi); }
        text_add(t, "lr=%.3g", c->lr / unit_of(o, c));
    }
}

static const char *why_found(const study_run *r) {
    return ((const experiment_settings *)r->settings)->lr.count == 0
               ? "--lr auto"
               : "the given rate is not stable there, --unstable auto";
}

void rates_say(const study_run *r) {
    const experiment *e = r->context;
    size_t worst = 0, beyond = 0;
    text found = {0};
    for (size_t k = 0; k < r->cells; k++) {
        double number = rates_stability(r, k);
        worst = number > rates_stability(r, worst) ? k : worst;
        beyond += !(number < STABILITY_LIMIT);
    }
    const train_settings *w = &e->cells[worst];
    name_found(r, &found);
    if (found.used > 0) {
        program_say(&r->options, "learning rates found (%s), %g of the largest stable: %s",
                    why_found(r), STABILITY_AUTO_SHARE, text_bytes(&found));
    }
    program_say(&r->options,
                "stability number of a subnetwork's local step (stable below %d): largest %.3g at "
                "p=%zu xi=%g m=%zu lr=%g; %zu of %zu cells at it or beyond",
                STABILITY_LIMIT, rates_stability(r, worst), w->subnets, w->xi, w->width, w->lr,
                beyond, r->cells);
    text_free(&found);
}

void rates_note(const study_run *r, table *t) {
    const experiment *e = r->context;
    text found = {0};
    name_found(r, &found);
    const char *names = found.used > 0 ? text_bytes(&found) : NULL;
    table_note(t, "lr taken", "%s%s%s%s", names ? "found: " : "as given", names ? names : "",
               names ? "; " : "", names ? why_found(r) : "");
    for (size_t k = 0; k < r->cells; k++) {
        const train_settings *c = &e->cells[k];
        table_note(t, e->diverged[k] ? "diverged" : "stability", "p=%zu xi=%g m=%zu lr=%g: %.4g",
                   c->subnets, c->xi, c->width, c->lr, rates_stability(r, k));
    }
    text_free(&found);
}
