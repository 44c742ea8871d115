/* The cells of error-floor, its units and its tables.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "model/train.h"
#include "study/own_masks.h"
#include "theory/error_floor/error_floor.h"

enum { MAX_RUNS = 10000, SAMPLES = 24 };

const char *const floor_scaling_words[] = {"released", "theory", NULL};
static const char *const until_words[] = {"rounds", "stopped", NULL};
static const char *const output_words[] = {"one", "all", NULL};

#define FIELD(member) offsetof(floor_settings, member)

static const option_row options[] = {
    {"", OPTION_HEADING,
     .help = "The cells (LIST: values separated by commas; every combination is one):"},
    {"width", OPTION_COUNTS, FIELD(widths), 1, FLOOR_MOST_WIDTH, "hidden neurons m"},
    {"subnets", OPTION_COUNTS, FIELD(subnets), 1, FLOOR_MOST_SUBNETS, "subnetworks per round p"},
    {"xi", OPTION_NUMBERS, FIELD(xi), 0, 1,
     "probability that a subnetwork takes a neuron, in (0, 1]; categorical masks: 1/p",
     OPTION_ABOVE_LOW, .given = FIELD(xi_given)},
    {"local-steps", OPTION_COUNTS, FIELD(local_steps), 1, FLOOR_MOST_STEPS,
     "gradient steps tau of a subnetwork in a round"},
    {"kappa", OPTION_NUMBERS, FIELD(kappas), 0, 1e6, "factor of the initial weights",
     OPTION_ABOVE_LOW},
    {"lr", OPTION_NUMBERS, FIELD(lr), 0, 1e9,
     "learning rate, one or one for each xi; with --scaling theory eta (default: 1/||G||; released "
     "scaling: 0.1)",
     OPTION_ABOVE_LOW | OPTION_REPEATED | OPTION_NO_DEFAULT, .given = FIELD(lr_given)},
    {"mask", OPTION_WORD, FIELD(mask), .help = "masks (xi of categorical and partition is 1/p)",
     .words = mask_words},
    {"scaling", OPTION_WORD, FIELD(scaling), .help = "parametrisation",
     .words = floor_scaling_words},
    {"outputs", OPTION_WORD, FIELD(outputs), .help = "label columns: the one of --label, or all",
     .words = output_words},
    OWN_MASKS_OPTION(floor_settings, "drawn ones, in the runs with masks"),
    KERNEL_LABEL_OPTION(floor_settings),
    {"along-subnets", OPTION_COUNTS, FIELD(along), 1, FLOOR_MOST_SUBNETS,
     "p of further cells with one local step and the first value of every other list (Corollary 2)",
     OPTION_ASCENDING | OPTION_NO_DEFAULT, .given = FIELD(along_given)},
    {"along-samples", OPTION_COUNT, FIELD(along_samples), 2, FLOOR_MOST_ALONG,
     "rows of these cells, the first of those taken", OPTION_NO_VALUE},
    {"cells", OPTION_PATH, FIELD(table),
     .help =
         "a table whose rows are the cells, in place of the "
         "lists: columns width, subnets, xi, local_steps, kappa, lr or eta; what it lacks, and the "
         "rows, its "
         "notes say, or the first values of the lists",
     .flags = OPTION_NO_VALUE},
    {"", OPTION_HEADING, .help = "The prediction:"},
    {"order", OPTION_COUNT, FIELD(order), 1, 2,
     "1: leading order in 1/m; 2: with what happens within a round"},
    {"rounds", OPTION_COUNT, FIELD(rounds), 1, FLOOR_MOST_STEPS,
     "rounds (default: until the slowest direction of the mean has fallen by exp(-6), at most "
     "2000)",
     OPTION_NO_DEFAULT},
    {"repeats", OPTION_COUNT, FIELD(starts), 1, MAX_RUNS, "starts W_0 of every cell"},
    {"paths", OPTION_COUNT, FIELD(paths), 0, MAX_RUNS,
     "Gaussian curves of every start that the stop rule is followed on"},
    {"until", OPTION_WORD, FIELD(until),
     .help = "a start ends after its rounds, or where the stop rule has ended all its curves: then "
             "plateaus alone are told",
     .words = until_words},
    {"patience", OPTION_COUNT, FIELD(patience), 0, FLOOR_MOST_STEPS,
     "failures that the stop rule lets pass: 0 in Figure 2b, 5 in 2c"},
    {"stale", OPTION_NUMBER, FIELD(stale), 0, 1,
     "share of activations that may change before the operator is computed anew"},
    {"runs", OPTION_COUNT, FIELD(runs), 0, MAX_RUNS,
     "runs with masks from every start, to compare; they enter no prediction; beyond 32/N "
     "subnetworks "
     "fewer"},
    {NULL}};

static const floor_settings defaults = {.label = OPTION_IS_AUTO,
                                        .samples = SAMPLES,
                                        .along_samples = 8,
                                        .widths = {{256}, 1},
                                        .subnets = {{1, 4, 16}, 3},
                                        .xi = {{0.5, 0.8}, 2},
                                        .local_steps = {{2}, 1},
                                        .kappas = {{0.1, 1}, 2},
                                        .mask = MASK_BERNOULLI,
                                        .scaling = SCALING_THEORY,
                                        .order = 2,
                                        .starts = 12,
                                        .paths = 8,
                                        .stale = EFFECTIVE_STALE,
                                        .runs = 6};

/* The first rows of all, of --along-subnets. */
static status open_few(study_run *r) {
    floor_context *c = r->context;
    const dataset *all = &c->all.data.data;
    size_t wanted = ((const floor_settings *)r->settings)->along_samples, row[FLOOR_MOST_ALONG];
    dataset some;
    for (size_t k = 0; k < wanted; k++) { row[k] = k; }
    status st = dataset_take(all, row, wanted < all->n ? wanted : all->n, &some);
    if (st == OK) { st = kernel_data_take(&r->options, some, &c->few.data); }
    if (st == OK) { st = gram_new(&c->few.data.data, GRAM_AUTO, &c->few.g); }
    return st;
}

static status prepare(study_run *r) {
    floor_context *c = r->context;
    const floor_settings *o = r->settings;
    if (mask_parts((mask_kind)o->mask) && o->xi_given) {
        return mask_refuse_xi(mask_words[o->mask]);
    }
    status st = own_masks_read(o->masks, &c->sets);
    if (st == OK && o->masks && o->along_given) {
        st = fail(BAD_INPUT,
                  "--along-subnets: the masks of %s are for %zu subnetworks; leave it "
                  "out",
                  o->masks, c->sets.p);
    }
    if (st != OK) { return st; }
    size_t label = o->outputs ? KERNEL_ALL_LABELS : o->label;
    if (o->until == UNTIL_STOPPED && o->paths == 0) {
        return fail(BAD_INPUT, "--until stopped: no curve to follow; give --paths 1 or more");
    }
    st = kernel_data_open(&r->options, o->samples, label, &c->all.data);
    if (st == OK) { st = gram_new(&c->all.data.data, GRAM_AUTO, &c->all.g); }
    if (st == OK && o->along_given) { st = open_few(r); }
    if (st != OK) { return st; }
    r->data = &c->all.data.data;
    r->repeats = o->starts;
    c->all.pace = c->few.pace = (floor_pace){1, 1, 1};
    return floor_list_cells(r);
}

static void close_study(void *context) {
    floor_context *c = context;
    for (int k = 0; k < 2; k++) {
        floor_rows *rows = k ? &c->few : &c->all;
        kernel_data_close(&rows->data);
        gram_free(&rows->g);
    }
    free(c->cells);
    mask_sets_free(&c->sets);
}

/* --- tables --- */

static void put_setting(table *t, const floor_cell *at) {
    table_row(t);
    row_number(t, "width", "m", (double)at->s.width);
    row_number(t, "subnets", "p", (double)at->s.subnets);
    row_number(t, "xi", "probability that a subnetwork takes a neuron", at->s.xi);
    row_number(t, "local_steps", "tau", (double)at->s.local_steps);
    row_number(t, "kappa", "factor of the initial weights", at->s.kappa);
}

static void put_cell(const study_run *r, size_t cell, table *t) {
    const floor_cell *at = floor_cell_of(r, cell);
    stats_summary all[FLOOR_NUMBERS];
    for (size_t k = 0; k < FLOOR_NUMBERS; k++) { all[k] = study_summary(r, cell, k); }
    double floor = all[FLOOR_BIAS].mean + all[FLOOR_VARIANCE].mean;
    put_setting(t, at);
    row_number(t, "rounds", "of the curve", (double)at->rounds);
    row_number(t, "curve_end", "[||Y - U||_F^2] predicted after the last round, mean over starts",
               all[FLOOR_END].mean);
    row_number(t, "floor", "[||Y - U||_F^2] predicted mean over the last third of the rounds",
               floor);
    row_number(t, "bias", "[||Y - U||_F^2] its part ||e||^2", all[FLOOR_BIAS].mean);
    row_number(t, "variance", "[||Y - U||_F^2] its part tr Sigma", all[FLOOR_VARIANCE].mean);
    row_number(t, "level",
               "[(1/2) ||Y - U||_F^2 / n] predicted plateau under the stop rule, within the rounds",
               all[FLOOR_LEVEL].mean);
    row_number(t, "level_rounds", "predicted rounds until it stops", all[FLOOR_LEVEL_ROUNDS].mean);
    row_number(t, "reached", "first round whose predicted error is within a tenth of the floor",
               all[FLOOR_REACHED].mean);
    row_number(t, "stability",
               "of a subnetwork's own kernel by (1 + sqrt(q/(xi m)))^2; from 2 on not predicted",
               at->stability);
    row_number(t, "refreshed", "operators computed", all[FLOOR_REFRESHED].mean);
    row_number(t, "early", "[||Y - U||_F^2] predicted where it has fallen to a twentieth",
               all[FLOOR_EARLY].mean);
    row_number(t, "seen_early", "[||Y - U||_F^2] of runs with masks at the same rounds",
               all[FLOOR_SEEN_EARLY].mean);
    row_number(t, "seen", "[||Y - U||_F^2] floor of runs with masks from the same starts",
               all[FLOOR_SEEN].mean);
    row_number(t, "seen_se", "its standard error over starts",
               all[FLOOR_SEEN].sd / sqrt((double)r->repeats));
    row_number(t, "measured", "floor or mean plateau that the table of --cells has of this cell",
               at->measured);
    row_number(t, "seen_level", "[(1/2) ||Y - U||_F^2 / n] plateau of these runs",
               all[FLOOR_SEEN_LEVEL].mean);
}

static void put_curve(const study_run *r, size_t cell, table *t) {
    const floor_cell *at = floor_cell_of(r, cell);
    table_gap(t);
    for (size_t j = 0; j < floor_points(at->rounds); j++) {
        double bias = study_summary(r, cell, FLOOR_NUMBERS + 2 * j).mean;
        double variance = study_summary(r, cell, FLOOR_NUMBERS + 2 * j + 1).mean;
        if (j > 0 && isnan(bias)) { break; }
        put_setting(t, at);
        row_number(t, "round", "k", (double)floor_point(at->rounds, j));
        row_number(t, "error", "[||Y - U||_F^2] predicted, mean over starts", bias + variance);
        row_number(t, "bias", "[||Y - U||_F^2] ||e_k||^2", bias);
        row_number(t, "variance", "[||Y - U||_F^2] tr Sigma_k", variance);
    }
}

static status finish(const study_run *r) {
    size_t beyond = 0;
    for (size_t k = 0; k < r->cells; k++) {
        beyond += !(floor_cell_of(r, k)->stability < EFFECTIVE_STABILITY_MOST);
    }
    if (beyond > 0) {
        program_say(&r->options,
                    "%zu of %zu cells are not predicted (nan): the stability number of a "
                    "subnetwork is %d or more",
                    beyond, r->cells, EFFECTIVE_STABILITY_MOST);
    }
    return OK;
}

static void note(const study_run *r, table *t) {
    const floor_context *c = r->context;
    kernel_data_note(&c->all.data, t);
    if (c->few.g.n > 0) {
        table_note(t, "rows along p", "the first %zu of them, tau = 1, the last cells", c->few.g.n);
    }
    own_masks_note(&c->sets, t);
    table_note(t, "step", "%.17g", c->cells[0].s.lr);
    table_note(t, "stop rule", "mean of the last %d errors, ends below 5e-4", PLATEAU_WINDOW);
}

static const study_table tables[] = {
    {"", "effective dynamics: floor and plateau of the error, predicted without a mask", 17,
     put_cell},
    {"curves", "effective dynamics: curves of the error, predicted without a mask", 17, put_curve},
    {NULL}};

const study floor_study = {
    .samples = SAMPLES,
    .about = "Effective dynamics: curve, floor and plateau of the error, predicted from H, V and "
             "the start alone",
    STUDY_OF(options, defaults, floor_context),
    .preset = floor_preset,
    .prepare = prepare,
    .close = close_study,
    .measure = floor_measure,
    .describe = floor_describe,
    .cost = floor_cost,
    .calibrate = floor_calibrate,
    .note = note,
    .tables = tables,
    .claims = floor_claims,
    .finish = finish};
