/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/local/local.h"

#include <math.h>

#include "study/own_masks.h"

enum { MAX_WIDTH = 10000000, MAX_SUBNETS = 1000, MAX_STEPS = 100000, MAX_RUNS = 10000 };

#define FIELD(member) offsetof(local_settings, member)

const option_row local_options[] = {
    {"", OPTION_HEADING, .help = "The runs (LIST: values separated by commas):"},
    KERNEL_LABEL_OPTION(local_settings),
    {"width", OPTION_COUNT, FIELD(width), 1, MAX_WIDTH, "hidden neurons m of the practical regime"},
    {"subnets", OPTION_COUNT, FIELD(subnets), 1, MAX_SUBNETS,
     "subnetworks per round p of the practical regime"},
    {"local-steps", OPTION_COUNT, FIELD(local_steps), 1, MAX_STEPS,
     "gradient steps tau of a subnetwork in a round"},
    {"rounds", OPTION_COUNT, FIELD(rounds), 1, MAX_STEPS, "rounds K"},
    {"repeats", OPTION_COUNT, FIELD(repeats), 1, MAX_RUNS,
     "runs of the practical regime, for either mask kind"},
    {"xi", OPTION_NUMBER, FIELD(xi), 0, 1,
     "probability that a Bernoulli mask takes a neuron, in (0, 1]; categorical masks: 1/p",
     OPTION_ABOVE_LOW},
    {"kappa", OPTION_NUMBER, FIELD(kappa), 0, 1e6, "standard deviation of an initial weight",
     OPTION_ABOVE_LOW},
    {"delta", OPTION_NUMBER, FIELD(delta), 0, 0.5, "failure probability of the statements",
     OPTION_ABOVE_LOW},
    {"multiples", OPTION_NUMBERS, FIELD(multiples), 0, 1e6,
     "step sizes in units of 1/||G||; lambda0/n^2 is always among them", OPTION_ABOVE_LOW},
    {"wide-samples", OPTION_COUNT, FIELD(wide_samples), 2, MAX_WIDTH,
     "rows of the wide regime, few"},
    {"wide-width", OPTION_COUNT, FIELD(wide_width), 1, MAX_WIDTH,
     "its m (default: the least power of two that is three times the width combined with drift, at "
     "most 65536)",
     OPTION_NO_DEFAULT},
    {"wide-subnets", OPTION_COUNT, FIELD(wide_subnets), 1, MAX_SUBNETS, "its p"},
    {"wide-trials", OPTION_COUNT, FIELD(wide_trials), 1, MAX_RUNS,
     "its runs, for either mask kind; rounded up to a multiple of --repeats"},
    OWN_MASKS_OPTION(local_settings, "the practical regime's Bernoulli ones"),
    {NULL}};

static size_t cells_of(const study_run *r, size_t regime) {
    return MASKS * (local_regime_of(r, regime)->trials / r->repeats);
}

status local_preset(study_run *r) {
    local_settings *o = r->settings;
    mask_sets *sets = &((local_context *)r->context)->sets;
    status st = own_masks_read(o->masks, sets);
    if (st != OK || !sets->mask) { return st; }
    o->width = sets->m;
    o->subnets = sets->p;
    o->xi = own_masks_xi(sets);
    return OK;
}

void local_describe(const study_run *r, text *t) {
    own_masks_describe(&((const local_context *)r->context)->sets, t);
}

status local_prepare(study_run *r) {
    local_context *c = r->context;
    const local_settings *o = r->settings;
    status st = own_masks_read(o->masks, &c->sets);
    if (st == OK) { st = own_masks_fit(&c->sets, o->subnets, o->width, o->xi); }
    c->sets.stride = o->rounds;
    if (st == OK) { st = local_regimes_open(r, &c->sets, c->regimes); }
    if (st != OK) { return st; }
    for (size_t k = 0; k < REGIMES; k++) {
        for (size_t mask = 0; mask < MASKS; mask++) {
            train_settings settings = local_train_settings(&c->regimes[k], (mask_kind)mask);
            c->models[k][mask] = local_model_of(&c->regimes[k], &settings);
        }
    }
    r->data = &c->regimes[REGIME_PRACTICAL].data.data;
    r->repeats = o->repeats;
    r->cells = cells_of(r, REGIME_WIDE) + cells_of(r, REGIME_PRACTICAL);
    return OK;
}

void local_close(void *context) {
    local_context *c = context;
    local_regimes_close(c->regimes);
    mask_sets_free(&c->sets);
}

/* --- units: cell = regime, then batch of repetitions, then mask kind --- */

local_place local_place_of(const study_run *r, size_t cell, size_t repetition) {
    size_t wide = cells_of(r, REGIME_WIDE), regime = cell < wide ? REGIME_WIDE : REGIME_PRACTICAL;
    size_t within = cell < wide ? cell : cell - wide;
    return (local_place){.regime = regime,
                         .mask = (mask_kind)(within % MASKS),
                         .trial = within / MASKS * r->repeats + repetition};
}

const double *local_values(const study_run *r, local_place at) {
    size_t before = at.regime == REGIME_WIDE ? 0 : cells_of(r, REGIME_WIDE);
    size_t cell = before + at.trial / r->repeats * MASKS + (size_t)at.mask;
    return study_values(r, cell, at.trial % r->repeats);
}

bool local_next(const study_run *r, local_place *at) {
    at->trial++;
    if (at->trial < local_regime_of(r, at->regime)->trials) { return true; }
    at->trial = 0;
    at->mask++;
    return (size_t)at->mask < MASKS;
}

status local_open_run(const study_run *r, local_place at, size_t step, trajectory *run) {
    const local_regime *regime = local_regime_of(r, at.regime);
    train_settings settings = local_train_settings(regime, at.mask);
    size_t stream = at.regime * MASKS + (size_t)at.mask;
    settings.lr = local_step(regime, r->settings, step);
    return trajectory_open(&regime->g, &settings, true, r->options.seed, stream, at.trial, run);
}

/* --- time --- */

double local_cost(const study_run *r, size_t cell) {
    const local_context *c = r->context;
    double seconds = c->seconds[local_place_of(r, cell, 0).regime];
    return seconds > 0 ? seconds : 1;
}

/* Seconds of a unit with one round of that many subnetworks and one step size; 0: it failed. */
static double time_small(const study_run *r, size_t which, size_t subnets) {
    local_settings few = *(const local_settings *)r->settings;
    local_context context = *(const local_context *)r->context;
    study_run small = *r;
    few.multiples.count = 0;
    for (size_t k = 0; k < REGIMES; k++) {
        context.regimes[k].rounds = context.regimes[k].settings.subnets = 1;
        context.regimes[k].sets = NULL;
    }
    context.regimes[which].settings.subnets = subnets;
    small.settings = &few;
    small.context = &context;
    small.options.seed = 0;
    return study_time_unit(&small, which == REGIME_WIDE ? 0 : cells_of(r, REGIME_WIDE));
}

/* For every step size a unit takes the time of its start and that of its subnetworks: one and two
 * of them tell both. */
double local_calibrate(const study_run *r) {
    local_context *c = r->context;
    for (size_t k = 0; k < REGIMES; k++) {
        double one = time_small(r, k, 1), more = fmax(time_small(r, k, 2) - one, one / 20);
        c->seconds[k] = (double)local_step_count(r->settings) *
                        (one + (local_masks(&c->regimes[k]) - 1) * more);
    }
    return 1;
}

/* --- provenance and columns --- */

void local_put_place(const study_run *r, local_place at, table *t) {
    row_text(t, "regime",
             "wide (few rows, a width as the bound combined with drift asks for) or practical",
             local_regime_names[at.regime]);
    row_text(t, "mask", "bernoulli, categorical, or own (--masks)",
             local_mask_name(local_regime_of(r, at.regime), at.mask));
}

void local_note(const study_run *r, table *t) {
    const local_context *c = r->context;
    kernel_data_note(&c->regimes[REGIME_PRACTICAL].data, t);
    for (size_t k = 0; k < REGIMES; k++) {
        local_regime_note(&c->regimes[k], local_regime_names[k], t);
    }
    own_masks_note(&c->sets, t);
    table_note(t, "xi", "as given with Bernoulli masks, 1/p with categorical ones");
    table_note(
        t, "step sizes",
        "lambda0/n^2 and multiples of 1/||G||; all of one run share its start and its masks");
}

const local_model *local_hardest(const study_run *r, size_t regime) {
    const local_context *c = r->context;
    const local_model *models = c->models[regime];
    return models[1].width > models[0].width ? &models[1] : &models[0];
}

void local_suppose_drawn(const study_run *r, size_t regime, evidence *e) {
    own_masks_suppose_drawn(local_regime_of(r, regime)->sets, e);
}

size_t local_regime_count(const study_run *r) {
    (void)r;
    return REGIMES;
}

const char *local_regime_name(const study_run *r, size_t which, char *name, size_t size) {
    (void)r, (void)name, (void)size;
    return local_regime_names[which];
}

const dataset *local_regime_data(const study_run *r, size_t which) {
    return &local_regime_of(r, which)->data.data;
}
