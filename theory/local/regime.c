/* The two regimes: rows, width and runs of each, and its step sizes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/local/local.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/dataset.h"

const char *const local_regime_names[REGIMES] = {"wide", "practical"};
const char *local_mask_name(const local_regime *regime, mask_kind mask) {
    return regime->sets && mask == MASK_BERNOULLI ? "own" : mask_words[mask];
}

/* The largest is a matter of minutes: data that ask for more have hypotheses that are not met. */
enum { WIDTH_FACTOR = 3, WIDTH_LARGEST = 1 << 16 };

double local_masks(const local_regime *regime) {
    return (double)(regime->rounds * regime->settings.subnets);
}

train_settings local_train_settings(const local_regime *regime, mask_kind mask) {
    train_settings s = regime->settings;
    s.mask = mask;
    s.sets = mask == MASK_BERNOULLI ? regime->sets : NULL;
    s.xi = mask == MASK_CATEGORICAL ? 1 / (double)s.subnets : s.xi;
    return s;
}

/* Three times what is asked for (combined with drift), for both mask kinds, so that the weights
 * have room to move within R* as well. */
static size_t width_of(const local_regime *regime) {
    double xi = fmin(regime->settings.xi, 1 / (double)regime->settings.subnets);
    bounds_setting s = kernel_data_bounds(&regime->data, local_masks(regime), xi, regime->delta);
    double asked = bounds_width_combined(&s);
    size_t width = 1;
    while (width < WIDTH_LARGEST && !((double)width >= WIDTH_FACTOR * asked)) { width *= 2; }
    if (!((double)width >= asked)) {
        program_say(
            &regime->run,
            "wide regime: m = %.3g would be asked for, %zu is taken: statements that suppose "
            "the width are not met",
            asked, width);
    }
    return width;
}

/* Runs see rows and weights through X W alone, which is Gaussian with covariance kappa^2 G neuron
 * by neuron, and move weights within the span of the rows: n coordinates in it do for d of them. */
static status open_gram(local_regime *regime) {
    dataset rows = regime->data.data;
    if (rows.n >= rows.d) { return gram_new(&rows, GRAM_AUTO, &regime->g); }
    rows.d = rows.n;
    rows.X = allocate(rows.n, rows.n * sizeof *rows.X, "inputs in their span");
    status st = rows.X ? rows_in_span(&regime->data.data, rows.X) : FAILED;
    if (st == OK) { st = gram_new(&rows, GRAM_AUTO, &regime->g); }
    free(rows.X);
    return st;
}

static status open_one(const study_run *r, size_t which, local_regime *regime) {
    const program_options *run = &r->options;
    const local_settings *o = r->settings;
    bool wide = which == REGIME_WIDE;
    size_t batches = wide ? (o->wide_trials + o->repeats - 1) / o->repeats : 1;
    *regime = (local_regime){
        .run = *run, .rounds = o->rounds, .trials = batches * o->repeats, .delta = o->delta};
    if (wide) {
        regime->run.samples = 0; /* --samples is of the practical regime */
        /* the closest pair would ask for widths that nobody can train */
        if (run->rows != ROWS_FIRST) { regime->run.rows = ROWS_APART; }
    }
    regime->settings = (train_settings){.width = wide ? o->wide_width : o->width,
                                        .subnets = wide ? o->wide_subnets : o->subnets,
                                        .xi = o->xi,
                                        .local_steps = o->local_steps,
                                        .kappa = o->kappa,
                                        .scaling = SCALING_THEORY};
    size_t samples = wide ? o->wide_samples : r->study->samples;
    status st = kernel_data_open(&regime->run, samples, o->label, &regime->data);
    if (st == OK) { st = open_gram(regime); }
    if (st != OK) { return st; }
    if (regime->settings.width == 0) { regime->settings.width = width_of(regime); }
    program_say(run, "%s regime: m=%zu p=%zu tau=%zu, %zu rounds, %zu runs of either mask kind",
                local_regime_names[which], regime->settings.width, regime->settings.subnets,
                o->local_steps, o->rounds, regime->trials);
    return OK;
}

status local_regimes_open(const study_run *r, const mask_sets *sets,
                          local_regime regimes[REGIMES]) {
    status st = OK;
    for (size_t k = 0; k < REGIMES; k++) { regimes[k] = (local_regime){.rounds = 0}; }
    for (size_t k = 0; k < REGIMES && st == OK; k++) { st = open_one(r, k, &regimes[k]); }
    if (sets->mask) { regimes[REGIME_PRACTICAL].sets = sets; }
    return st;
}

void local_regimes_close(local_regime regimes[REGIMES]) {
    for (size_t k = 0; k < REGIMES; k++) {
        kernel_data_close(&regimes[k].data);
        gram_free(&regimes[k].g);
    }
}

size_t local_step_count(const local_settings *o) { return 1 + o->multiples.count; }

double local_step(const local_regime *regime, const local_settings *o, size_t k) {
    double n = (double)regime->data.data.n;
    return k == 0 ? regime->data.lambda0 / (n * n)
                  : o->multiples.values[k - 1] / regime->data.gram_norm;
}

void local_step_name(const local_settings *o, size_t k, char name[32]) {
    if (k == 0) {
        snprintf(name, 32, "lambda0/n^2");
    } else {
        snprintf(name, 32, "%g/||G||", o->multiples.values[k - 1]);
    }
}

void local_regime_note(const local_regime *r, const char *name, table *t) {
    const train_settings *s = &r->settings;
    bounds_setting b = kernel_data_bounds(&r->data, local_masks(r), s->xi, r->delta);
    table_note(t, "regime",
               "%s: n=%zu m=%zu p=%zu tau=%zu rounds=%zu runs=%zu lambda0=%.8g ||G||=%.8g R*=%.6g, "
               "combined with drift m=%.4g is asked for",
               name, r->data.data.n, s->width, s->subnets, s->local_steps, r->rounds, r->trials,
               r->data.lambda0, r->data.gram_norm, bounds_radius(&b, s->kappa),
               bounds_width_combined(&b));
}
