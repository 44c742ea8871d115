/* The sentences of advise and their numbers: kernel, width, steps.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/spectrum.h"
#include "model/stability.h"
#include "cli/options.h"
#include "theory/advise/advise.h"
#include "theory/required_width/required_width.h"

static advise_estimate exactly(double value) { return (advise_estimate){value, NAN, NAN}; }

/* --- lambda_min and its rows --- */

enum { HEAVIEST = 4 };

/* heavy (HEAVIEST) <- the rows on which the unit vector v is heaviest. */
static void find_heaviest(const double *v, size_t n, size_t *heavy, size_t *count) {
    *count = n < HEAVIEST ? n : HEAVIEST;
    for (size_t k = 0; k < *count; k++) {
        size_t best = n;
        for (size_t i = 0; i < n; i++) {
            bool taken = false;
            for (size_t j = 0; j < k; j++) { taken |= heavy[j] == i; }
            if (!taken && (best == n || fabs(v[i]) > fabs(v[best]))) { best = i; }
        }
        heavy[k] = best;
    }
}

static void more_kernel(const study_run *r, advise_finding *f) {
    const advise_context *c = r->context;
    advise_more(r, f, "infinite-ntk", " --samples %zu", c->whole.data.n);
}

static void say_pair(const study_run *r, const double *v, double lambda0) {
    const kernel_data *d = &((const advise_context *)r->context)->whole;
    size_t i = d->data.closest[0], j = d->data.closest[1];
    double cap = dataset_pair_cap(d->data.smallest_angle), share = v[i] * v[i] + v[j] * v[j];
    advise_finding *f = advise_add(r, "closest_pair_cap", "1", exactly(cap));
    advise_say(f,
               "The closest pair, rows %zu and %zu at an angle of %.3g, caps lambda_min at %.4g "
               "and carries "
               "%.0f %% of its eigenvector: %s; lambda_min is %.0f %% of the cap.",
               kernel_data_file_row(d, i), kernel_data_file_row(d, j), d->data.smallest_angle, cap,
               100 * share,
               share > 0.5 ? "it is most of what makes lambda_min small"
                           : "it does not explain lambda_min, other rows do",
               100 * lambda0 / cap);
    more_kernel(r, f);
    f = advise_add(r, "closest_pair_share", "1", exactly(share));
    more_kernel(r, f);
}

static status say_kernel(const study_run *r) {
    const kernel_data *d = &((const advise_context *)r->context)->whole;
    size_t n = d->data.n, heavy[HEAVIEST], count;
    spectrum_interval in;
    char rows[160] = "";
    double value, weight = 0, *v = allocate(n, sizeof *v, "an eigenvector");
    status st = v ? spectrum_smallest(d->Hinf, n, &value, v) : FAILED;
    if (st == OK) { st = spectrum_lambda_min(d->Hinf, n, &in); }
    if (st != OK) {
        free(v);
        return st;
    }
    find_heaviest(v, n, heavy, &count);
    for (size_t k = 0, used = 0; k < count; k++) {
        weight += v[heavy[k]] * v[heavy[k]];
        used += (size_t)snprintf(rows + used, sizeof rows - used, "%s%zu", k ? ", " : "",
                                 kernel_data_file_row(d, heavy[k]));
    }
    advise_finding *f =
        advise_add(r, "lambda_min", "1", (advise_estimate){d->lambda0, in.low, in.high});
    advise_say(
        f,
        "lambda_min(Hinf) = %.6g (certainly in [%.9g, %.9g]) on %zu of %zu rows, lambda_max %.4g; "
        "its eigenvector is heaviest on rows %s, which carry %.0f %% of it.",
        d->lambda0, in.low, in.high, n, d->data.file_rows, d->lambda_max, rows, 100 * weight);
    more_kernel(r, f);
    if (n > 1) { say_pair(r, v, d->lambda0); }
    free(v);
    return OK;
}

/* --- the width needed --- */

static void more_width(const study_run *r, advise_finding *f) {
    const advise_context *c = r->context;
    const advise_settings *o = r->settings;
    advise_more(r, f, "required-width", " --sizes %zu --xi %g --trials %zu --delta %g", c->few.n,
                c->runs[GIVEN].settings.xi, o->trials, o->delta);
}

static void say_width(const study_run *r, const study_run *width) {
    const width_cell *cell = ((const width_context *)width->context)->cells;
    const advise_settings *o = r->settings;
    width_found w = width_search(cell, 0.95);
    char asked[320] = "";
    size_t used = 0;
    for (size_t k = 0; k < WIDTH_BOUNDS; k++) {
        used += (size_t)snprintf(asked + used, sizeof asked - used, "%s%.3g %s", k ? ", " : "",
                                 width_bounds[k].width(&cell->bounds), width_bounds[k].means);
    }
    advise_finding *f =
        advise_add(r, "width_needed", "neurons", (advise_estimate){w.width, w.low, w.high});
    advise_say(
        f,
        "With xi = %g and %g rows, a masked kernel keeps lambda_min >= xi lambda_0/2 in %g of 100 "
        "networks from m = %g on (%g to %g); m = %zu is %s. The bounds ask for %s.",
        cell->bounds.xi, cell->bounds.n, 100 * (1 - cell->bounds.delta), w.width, w.low, w.high,
        o->width, (double)o->width >= w.width ? "enough" : "not enough", asked);
    more_width(r, f);
    for (size_t k = 0; k < WIDTH_BOUNDS; k++) {
        char name[40];
        snprintf(name, sizeof name, "width_%s", width_bounds[k].name);
        more_width(r,
                   advise_add(r, name, "neurons", exactly(width_bounds[k].width(&cell->bounds))));
    }
}

/* The whole program required-width for one size and xi: said, or its seconds. */
static status run_width(const study_run *r, double *seconds) {
    const advise_context *c = r->context;
    const advise_settings *o = r->settings;
    width_settings settings = {.sizes = {{(double)c->few.n}, 1},
                               .sizes_given = true,
                               .xi = {{c->runs[GIVEN].settings.xi}, 1},
                               .masks = 1,
                               .trials = o->trials,
                               .limit = 1 << 20,
                               .delta = o->delta};
    advise_inner width = {&required_width_study, "width", &settings, .say = say_width};
    return advise_run_inner(r, &width, seconds);
}

/* The spectra of the page are about those of the start and half as much. */
status advise_predict_theory(const study_run *r, double *seconds) {
    *seconds += 1.5 * ((const advise_context *)r->context)->whole.seconds;
    return run_width(r, seconds);
}

/* --- steps --- */

/* lr <- the largest stable one, of drawn subnetworks. */
static status drawn_steps(const study_run *r, const train_settings *s, advise_estimate *lr) {
    const advise_context *c = r->context;
    dataset all = c->whole.data;
    all.q = c->whole.labels;
    double *largest = r->over_repeats;
    status st = OK;
    for (size_t k = 0; st == OK && k < r->repeats; k++) {
        rng *draw = rng_new(r->options.seed, GIVEN, k, RNG_TRIAL);
        double number = 0;
        st = draw ? stability_drawn(&all, s, draw, &number) : FAILED;
        largest[k] = STABILITY_LIMIT * s->lr / number;
        rng_free(draw);
    }
    *lr = advise_estimate_of(largest, r->repeats);
    return st;
}

static void more_step(const study_run *r, advise_finding *f) {
    const advise_context *c = r->context;
    const train_settings *s = &c->runs[GIVEN].settings;
    advise_more(r, f, "loss-dynamics",
                " --samples %zu --width %zu --subnets %zu%s --lr auto --rounds 1 --repeats 1",
                c->whole.data.n, s->width, s->subnets, advise_masks_of(s, (char[40]){""}));
}

static void say_proved(const study_run *r) {
    const advise_context *c = r->context;
    const train_settings *s = &c->runs[GIVEN].settings;
    double eta = 1 / c->whole.gram_norm;
    advise_finding *f = advise_add(r, "proved_eta", "1", exactly(eta));
    advise_say(f, "Steps up to eta = 1/||G|| = %.4g are proved to contract, for one output.", eta);
    advise_more(
        r, f, "local-descent",
        " --samples %zu --width %zu --xi %g --multiples 1 --subnets 1 --rounds 1 --repeats 1",
        c->whole.data.n, s->width, s->xi);
}

static status say_steps(const study_run *r) {
    const advise_context *c = r->context;
    const train_settings *s = &c->runs[GIVEN].settings;
    double to_eta = (double)s->width / ((double)c->whole.data.n * s->xi * s->xi);
    advise_estimate lr;
    status st = drawn_steps(r, s, &lr);
    if (st != OK) { return st; }
    double by_factor =
        stability_largest_lr(s, c->whole.data.n, c->whole.labels, c->whole.lambda_max);
    advise_finding *f = advise_add(r, "largest_lr", "1", lr);
    advise_say(
        f,
        "The largest step that contracts, m = %zu, xi = %g, %zu outputs: lr = %.4g (%.4g to %.4g) "
        "in the released scaling, eta = %.4g in the theory's, of %zu drawn subnetworks; the factor "
        "for few neurons says lr = %.4g, of which --lr auto takes %g.",
        s->width, s->xi, c->whole.labels, lr.value, lr.low, lr.high, lr.value * to_eta, r->repeats,
        by_factor, STABILITY_AUTO_SHARE);
    more_step(r, f);
    advise_finding *eta =
        advise_add(r, "largest_eta", "1",
                   (advise_estimate){lr.value * to_eta, lr.low * to_eta, lr.high * to_eta});
    more_step(r, eta);
    more_step(r, advise_add(r, "largest_lr_by_factor", "1", exactly(by_factor)));
    say_proved(r);
    return OK;
}

status advise_say_theory(const study_run *r) {
    status st = say_kernel(r);
    if (st == OK) { st = run_width(r, NULL); }
    if (st == OK) { st = say_steps(r); }
    return st;
}
