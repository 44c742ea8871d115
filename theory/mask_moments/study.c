/* The networks, draws and runs of mask-moments, and its tables.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/mask_moments/mask_moments.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/initial_error.h"
#include "model/train.h"
#include "model/spectrum.h"
#include "base/blas.h"
#include "base/memory.h"
#include "study/own_masks.h"
#include "theory/criteria.h"

static const moments_settings defaults = {.label = OPTION_IS_AUTO,
                                          .width = 500,
                                          .subnets = 10,
                                          .xi = 0.3,
                                          .kappa = 1,
                                          .delta = CRITERION_DELTA,
                                          .step = 0.1,
                                          .local_steps = 3,
                                          .rounds = 6,
                                          .trials = 400};

#define FIELD(member) offsetof(moments_settings, member)

static const option_row options[] = {
    {"", OPTION_HEADING, .help = "Masks and runs:"},
    {"width", OPTION_COUNT, FIELD(width), 2, 100000, "hidden neurons m"},
    {"subnets", OPTION_COUNT, FIELD(subnets), 1, 1000, "subnetworks per round p"},
    {"xi", OPTION_NUMBER, FIELD(xi), 0, 1,
     "probability that a Bernoulli mask takes a neuron, in (0, 1]; categorical masks: 1/p",
     OPTION_ABOVE_LOW},
    {"kappa", OPTION_NUMBER, FIELD(kappa), 0, 1e6, "standard deviation of an initial weight",
     OPTION_ABOVE_LOW},
    {"delta", OPTION_NUMBER, FIELD(delta), 0, 0.5, "failure probability of Lemmas 16, 22, 23",
     OPTION_ABOVE_LOW},
    {"trials", OPTION_COUNT, FIELD(trials), 2 * MOMENT_UNITS, 1000000,
     "draws of masks of each kind, and starts; rounded up to a multiple of 8"},
    {"rounds", OPTION_COUNT, FIELD(rounds), 1, 10000, "rounds of a run"},
    {"local-steps", OPTION_COUNT, FIELD(local_steps), 1, 10000,
     "gradient steps tau of a subnetwork in a round"},
    {"step", OPTION_NUMBER, FIELD(step), 0, 1, "step size of the runs times ||G||",
     OPTION_ABOVE_LOW},
    KERNEL_LABEL_OPTION(moments_settings),
    {"mask", OPTION_WORD, FIELD(mask),
     .help = "masks whose facts are checked: bernoulli and categorical ones together, or fixed and "
             "partition ones",
     .words = mask_words, .flags = OPTION_IF_SET | OPTION_NO_DEFAULT},
    OWN_MASKS_OPTION(moments_settings, "Bernoulli (fixed) ones: the sets of the file, all alike"),
    {NULL}};

/* --- the networks --- */

/* The small networks, and how far from the start the large ones are. */
enum { SMALL_SUBNETS = 3, SMALL_SAMPLES = 4, TRAINED_ROUNDS = 2 };

/* Streams beside those of the cells. */
enum {
    STREAM_STATE = CELLS,
    STREAM_SMALL = STREAM_STATE + KINDS,
    STREAM_SIGNS = STREAM_SMALL + KINDS
};

static train_settings settings_of(const study_run *r, size_t kind) {
    const moments_settings *o = r->settings;
    mask_kind family = moments_family(r, kind);
    const moments_context *c = r->context;
    return (train_settings){.width = o->width,
                            .subnets = o->subnets,
                            .xi = mask_share(family, o->subnets, o->width, o->xi),
                            .lr = o->step / c->data.gram_norm,
                            .local_steps = o->local_steps,
                            .kappa = o->kappa,
                            .mask = family,
                            .sets = moments_is_own(r, kind) ? &c->sets : NULL,
                            .scaling = SCALING_THEORY};
}

/* As many neurons as leave some of every set out, and so few that all masks are soon told. Those of
 * a file are told as they are. */
static void make_small(train_settings *s) {
    static const size_t widths[MASK_KINDS] = {4, 4, 5, 9};
    if (s->sets) { return; }
    double xi = s->mask == MASK_FIXED ? 0.6 : s->xi;
    s->width = widths[s->mask];
    s->subnets = SMALL_SUBNETS;
    s->xi = mask_share(s->mask, s->subnets, s->width, xi);
    s->local_steps = 2; /* of the rounds of Lemmas 13 and 14, as is */
    s->lr = 0.3;        /* any step size will do */
}

/* What the means would be were the neurons of masks of the user's own independent. */
static status open_free_forms(moments_context *c, moments_kind *k) {
    size_t entries = k->small.first[MOMENTS];
    moments_constants constants = moments_constants_of(&k->small.settings);
    double *minor = scratch_take(&c->owned, entries, sizeof *minor, "means");
    k->free = scratch_take(&c->owned, entries, sizeof *k->free, "means");
    return minor && k->free ? moments_expected(&k->small, &constants, k->free, minor) : FAILED;
}

/* A network of few neurons and rows, its means over all masks, Lemmas 13 and 14 for all. */
static status open_small(const study_run *r, size_t kind, rng *random) {
    moments_context *c = r->context;
    moments_kind *k = &c->kind[kind];
    train_settings s = settings_of(r, kind);
    double G[SMALL_SAMPLES * SMALL_SAMPLES], norm = NAN;
    size_t n = c->few.n;
    for (size_t i = 0; i < n * n; i++) { G[i] = c->data.G[i / n * c->g.n + i % n]; }
    make_small(&s);
    status st = spectrum_norm(G, n, &norm);
    if (st == OK) { st = moments_state_apart(&c->few, &s, norm, random, &c->owned, &k->small); }
    if (st == OK && kind == KIND_PARTS) {
        st = moments_combine_all(&c->few, &s, k->small.W, k->small.A, &c->combined, &k->masks);
    }
    if (st != OK) { return st; }
    k->mean = scratch_take(&c->owned, k->small.first[MOMENTS], sizeof *k->mean, "means");
    if (!k->mean) { return FAILED; }
    if (s.sets) { st = open_free_forms(c, k); }
    return st == OK ? moments_enumerate(&k->small, k->mean, &k->masks, &k->lemma4) : st;
}

static status open_kind(const study_run *r, size_t kind) {
    moments_context *c = r->context;
    moments_kind *k = &c->kind[kind];
    uint64_t seed = r->options.seed;
    rng *weights = rng_new(seed, STREAM_SMALL + kind, 0, RNG_TRIAL);
    rng *signs = rng_new(seed, STREAM_SIGNS + kind, 0, RNG_TRIAL);
    k->run = settings_of(r, kind);
    status st = weights && signs ? open_small(r, kind, weights)
                                 : fail(FAILED, "no memory for the random streams");
    if (st == OK) {
        st = moments_state_trained(&c->g, &k->run, c->data.gram_norm, seed, STREAM_STATE + kind,
                                   TRAINED_ROUNDS, &c->owned, &k->large);
    }
    if (st == OK) { st = moments_views_new(&k->large, signs, &c->owned, &k->views); }
    rng_free(weights);
    rng_free(signs);
    return st;
}

/* The starts to be drawn, and the mean initial error of the first rows and three
 * neurons by quadrature. */
static status open_starts(const study_run *r) {
    const moments_settings *o = r->settings;
    moments_context *c = r->context;
    const gram *few = &c->few;
    double n = (double)c->g.n, norms[SMALL_SAMPLES];
    c->near_share = bounds_near_share(n, (double)o->width, o->delta);
    c->starts = (moments_start){.g = &c->g,
                                .width = o->width,
                                .xi = o->xi,
                                .kappa = o->kappa,
                                .radius = bounds_near_radius(c->near_share, o->kappa)};
    c->tails = c->starts;
    c->tails.width = (size_t)bounds_tail_size(n, o->delta);
    c->tails.part = (size_t)bounds_tail_size(1, o->delta);
    c->C = 1;
    for (size_t i = 0; i < c->g.n; i++) {
        c->labels += c->g.Y[i] * c->g.Y[i];
        c->C = fmax(c->C, 1 + fabs(c->g.Y[i]));
    }
    for (size_t i = 0; i < few->n; i++) {
        norms[i] = cblas_dnrm2((int)few->d, few->X + i * few->d, 1);
        c->quadrature_inputs += norms[i] * norms[i];
        c->quadrature_labels += few->Y[i] * few->Y[i];
    }
    return initial_error_expected(norms, few->Y, few->n, 3, o->xi, o->kappa, &c->quadrature);
}

/* What the states and views take, and in every thread the most that a unit does: a run, or a start
 * with Lemma 17. */
static status check_memory(const study_run *r) {
    const moments_settings *o = r->settings;
    const moments_context *c = r->context;
    double n = (double)c->g.n, d = (double)c->g.d, m = (double)o->width, p = (double)o->subnets;
    double views = (MOMENT_DIRECTIONS + 2) * (m * (p + 34) + 32 * n);
    double state = m * d + 4 * m * n + views, thread = m * d + 9 * m * n + 4 * n * n + m * p;
    double own = o->masks ? m * (3 * m + (double)c->sets.rounds) : 0; /* own_forms.c */
    double bytes = (2 * state + own + r->options.threads * thread) * sizeof(double);
    double available = memory_available();
    if (available == 0 || bytes <= available) { return OK; }
    return fail(BAD_INPUT,
                "m = %zu, n = %zu need %.3g GB of memory, %.3g GB are free; take less --width or "
                "--samples",
                o->width, c->g.n, bytes / 1e9, available / 1e9);
}

/* --- units --- */

/* Doubles that any unit yields: the sample of a draw, the starts or the rounds of a run. */
static size_t values_of_unit(const moments_settings *o) {
    const size_t bytes[] = {sizeof(moments_sample), sizeof(moments_starts),
                            o->rounds * sizeof(moments_round)};
    size_t most = bytes[0] > bytes[1] ? bytes[0] : bytes[1];
    return (most > bytes[2] ? most : bytes[2]) / sizeof(double);
}

/* Masks of the user's own have the size of the network. */
static status preset(study_run *r) {
    moments_settings *o = r->settings;
    mask_sets *sets = &((moments_context *)r->context)->sets;
    if (!o->masks) { return OK; }
    status st = own_masks_read(o->masks, sets);
    if (st != OK) { return st; }
    o->width = sets->m;
    o->subnets = sets->p;
    o->xi = own_masks_xi(sets);
    if (sets->m >= 2) { return OK; }
    return fail(BAD_INPUT, "%s: masks of one neuron have no pairs; give those of two or more",
                o->masks);
}

static status prepare(study_run *r) {
    const moments_settings *o = r->settings;
    moments_context *c = r->context;
    status st = own_masks_read(o->masks, &c->sets);
    if (st == OK) { st = own_masks_fit(&c->sets, o->subnets, o->width, o->xi); }
    if (st != OK) { return st; }
    c->sets.stride = o->rounds;
    st = kernel_data_open(&r->options, 0, o->label, &c->data);
    if (st != OK) { return st; }
    r->data = &c->data.data;
    r->cells = CELLS;
    r->repeats = MOMENT_UNITS;
    r->values = values_of_unit(o);
    c->trials = (o->trials + MOMENT_UNITS - 1) / MOMENT_UNITS;
    dataset few = c->data.data; /* borrowed: gram_new copies */
    few.n = few.n < SMALL_SAMPLES ? few.n : SMALL_SAMPLES;
    st = gram_new(&c->data.data, GRAM_AUTO, &c->g);
    if (st == OK) { st = gram_new(&few, GRAM_AUTO, &c->few); }
    if (st == OK) { st = check_memory(r); }
    if (st == OK) { st = mask_check(moments_family(r, 0), o->width, o->xi); }
    if (st == OK) { st = open_starts(r); }
    for (size_t kind = 0; st == OK && kind < KINDS; kind++) { st = open_kind(r, kind); }
    return st;
}

static void close(void *context) {
    moments_context *c = context;
    scratch_free(&c->owned);
    mask_sets_free(&c->sets);
    gram_free(&c->g);
    gram_free(&c->few);
    kernel_data_close(&c->data);
}

static void draw_masks(const train_settings *s, rng *r, unsigned char *mask) {
    if (s->sets) {
        const unsigned char *set = mask_sets_of(s->sets, 0, rng_index(r, s->sets->rounds));
        memcpy(mask, set, s->subnets * s->width);
        return;
    }
    mask_draw(s->mask, s->subnets, s->width, s->xi, r, mask);
}

static status measure(const study_run *r, size_t cell, size_t repetition, double *values) {
    const moments_context *c = r->context;
    const moments_settings *o = r->settings;
    if (cell >= CELL_RUNS) {
        return moments_run(&c->g, &c->kind[cell - CELL_RUNS].run, r->options.seed, cell, repetition,
                           c->starts.radius, (moments_round *)values, o->rounds);
    }
    bool masks = cell < CELL_STARTS, whole = cell == CELL_STARTS;
    const moments_start *start = whole ? &c->starts : &c->tails;
    moments_limits limits = moments_limits_of(start);
    rng *random = rng_new(r->options.seed, cell, repetition, masks ? RNG_MASKS : RNG_TRIAL);
    if (!random) { return fail(FAILED, "no memory for a random stream"); }
    status st = masks ? moments_simulate(&c->kind[cell].large, &c->kind[cell].views, draw_masks,
                                         random, c->trials, (moments_sample *)values)
                      : moments_starts_simulate(start, &limits, whole ? c->data.G : NULL, random,
                                                c->trials, (moments_starts *)values);
    rng_free(random);
    return st;
}

moments_round *moments_round_of(const study_run *r, size_t kind, size_t run, size_t k) {
    return (moments_round *)(uintptr_t)study_values(r, CELL_RUNS + kind, run) + k;
}

/* Operations; drawing and reading a normal number or a pre-activation counts as some. */
static double cost(const study_run *r, size_t cell) {
    const moments_settings *o = r->settings;
    const moments_context *c = r->context;
    double trials = (double)c->trials, n = (double)c->g.n, d = (double)c->g.d;
    double m = (double)o->width, start = 2 * n * d + 100 * n + 200 * d; /* of a neuron */
    if (cell < CELL_STARTS) {
        const moments_state *large = &c->kind[cell].large;
        double mixing = 2 * (double)large->neuron_count * n * (m + d);
        return trials * (train_round_cost(large->g, &large->settings) + mixing);
    }
    if (cell == CELL_STARTS) { return trials * m * start + 2 * n * n * m + 4 * n * n * n; }
    if (cell == CELL_TAILS) { return trials * (double)c->tails.width * start; }
    double round = train_round_cost(&c->g, &c->kind[cell - CELL_RUNS].run) + 500 * n * m;
    return (double)o->rounds * round;
}

static double calibrate(const study_run *r) {
    const moments_context *c = r->context;
    return study_pace(r, &c->g, &c->kind[0].large.settings);
}

static status gather(study_run *r) {
    moments_context *c = r->context;
    moments_starts *const starts[] = {&c->starts_drawn, &c->tails_drawn};
    for (size_t k = 0; k < KINDS; k++) {
        c->kind[k].sample = (moments_sample){.lemma4 = {0, 0}};
        *starts[k] = (moments_starts){.tangents = 0};
        for (size_t i = 0; i < r->repeats; i++) {
            const double *of_masks = study_values(r, CELL_MASKS + k, i);
            const double *of_starts = study_values(r, CELL_STARTS + k, i);
            moments_merge(&c->kind[k].sample, (const moments_sample *)of_masks);
            moments_starts_merge(starts[k], (const moments_starts *)of_starts);
        }
    }
    return OK;
}

static void describe(const study_run *r, text *t) {
    own_masks_describe(&((const moments_context *)r->context)->sets, t);
}

/* --- tables --- */

static void note(const study_run *r, table *t) {
    const moments_context *c = r->context;
    kernel_data_note(&c->data, t);
    table_note(t, "masks", "%zu draws of each kind, and as many starts", c->trials * r->repeats);
    table_note(t, "runs", "%zu of each kind", r->repeats);
    own_masks_note(&c->sets, t);
    table_note(t, "xi", "as given with Bernoulli masks, 1/p with categorical ones");
    table_note(t, "R", "%.17g (p_R = %.17g)", c->starts.radius, c->near_share);
}

/* Whatever the statements compare. */
static status fill_comparisons(const study_run *r, table *t) {
    moments_context *c = r->context;
    claim_rows rows = {.rows = NULL};
    c->lines = t;
    status st = claim_judge(moments_claims, r, &rows);
    c->lines = NULL;
    claim_rows_free(&rows);
    return st;
}

#define PUT_NUMBER(name, meaning) row_number(t, #name, meaning, round->name);

static status fill_rounds(const study_run *r, table *t) {
    size_t rounds = ((const moments_settings *)r->settings)->rounds;
    for (size_t k = 0; k < KINDS * r->repeats * rounds; k++) {
        size_t kind = k / rounds / r->repeats, run = k / rounds % r->repeats;
        const moments_round *round = moments_round_of(r, kind, run, k % rounds);
        table_row(t);
        row_text(t, "mask", "bernoulli, categorical, fixed, partition, or own (--masks)",
                 moments_word(r, kind));
        row_number(t, "run", "counted from 0", (double)run);
        row_number(t, "round", "k", (double)(k % rounds));
        MOMENTS_ROUND(PUT_NUMBER)
        if ((k + 1) % rounds == 0) { table_gap(t); }
    }
    return OK;
}

static const study_table tables[] = {
    {"", "Lemmas 1-26 about masks: means and bounds against their closed forms", 17,
     .fill = fill_comparisons},
    {"rounds", "the split of the loss, drifts and flips, round by round", 17, .fill = fill_rounds},
    {NULL}};

const study moments_study = {
    .about = "The facts about masks that the convergence proofs rest on, checked one by one",
    STUDY_OF(options, defaults, moments_context),
    .preset = preset,
    .prepare = prepare,
    .describe = describe,
    .close = close,
    .measure = measure,
    .cost = cost,
    .calibrate = calibrate,
    .gather = gather,
    .note = note,
    .tables = tables,
    .claims = moments_claims};
