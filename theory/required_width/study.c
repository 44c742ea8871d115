/* The cells of required-width, their pilots and trials, and its table.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "study/own_masks.h"
#include "theory/required_width/required_width.h"
#include "theory/criteria.h"

enum { MAX_SIZE = 1000000, MAX_MASKS = 100000, MAX_LIMIT = 1 << 30 };
enum { PILOTS = 8 }; /* bracket a cell's grid: their largest */

static const width_settings defaults = {.sizes = {{25, 50, 100, 200, 400}, 5},
                                        .xi = {{0.1, 0.2, 0.5, 1}, 4},
                                        .masks = 1,
                                        .trials = 200,
                                        .limit = 1 << 20,
                                        .delta = CRITERION_DELTA};

#define FIELD(member) offsetof(width_settings, member)

static const option_row options[] = {
    {"", OPTION_HEADING, .help = "The networks (LIST: values separated by commas):"},
    {"sizes", OPTION_COUNTS, FIELD(sizes), 1, MAX_SIZE, "numbers n of rows", OPTION_ASCENDING,
     .given = FIELD(sizes_given)},
    {"xi", OPTION_NUMBERS, FIELD(xi), 0, 1, "Bernoulli masks with these xi", OPTION_ABOVE_LOW},
    {"masks", OPTION_COUNT, FIELD(masks), 1, MAX_MASKS,
     "masks of one W_0, K p; all must satisfy the conclusion", .file = FIELD(own)},
    {"trials", OPTION_COUNT, FIELD(trials), 2, RNG_MAX_REPEATS,
     "independent W_0 of each n and xi; at least 3/delta", OPTION_NO_VALUE},
    {"delta", OPTION_NUMBER, FIELD(delta), 1e-9, 0.5, "failure probability", OPTION_NO_VALUE},
    {"limit", OPTION_COUNT, FIELD(limit), 1, MAX_LIMIT, "largest width tried"},
    {NULL}};

static const width_settings *settings_of(const study_run *r) { return r->settings; }

static width_cell *cell_of(const study_run *r, size_t cell) {
    return &((const width_context *)r->context)->cells[cell];
}

/* --- data and cells --- */

/* Hinf and its numbers for every size. */
static status open_sizes(study_run *r) {
    width_settings *o = r->settings;
    option_list *sizes = &o->sizes;
    width_context *c = r->context;
    status st = kernel_data_fit_sizes(&r->options, o->sizes_given, sizes);
    if (st != OK) { return st; }
    r->options.samples = 0; /* every size says its own */
    c->data = allocate(sizes->count, sizeof *c->data, "data of every size");
    if (!c->data) { return FAILED; }
    c->sizes = sizes->count;
    for (size_t k = sizes->count; k-- > 0;) {
        st =
            kernel_data_open(&r->options, (size_t)sizes->values[k], KERNEL_ALL_LABELS, &c->data[k]);
        if (st == OK) { st = kernel_data_require_regular(&c->data[k]); }
        if (st != OK) { return st; }
    }
    return OK;
}

static status prepare(study_run *r) {
    const width_settings *o = r->settings;
    width_context *c = r->context;
    status st =
        own_masks_refuse(o->own, "the width is sought among masks that are drawn for every width");
    if (st == OK) { st = open_sizes(r); }
    if (st != OK) { return st; }
    r->data = &c->data[c->sizes - 1].data;
    r->cells = o->sizes.count * o->xi.count;
    r->repeats = o->trials;
    r->values = WIDTH_GRID;
    c->cells = allocate(r->cells, sizeof *c->cells, "cells");
    if (!c->cells) { return FAILED; }
    for (size_t k = 0; k < r->cells; k++) {
        const kernel_data *data = &c->data[k % o->sizes.count];
        double xi = o->xi.values[k / o->sizes.count];
        c->cells[k] =
            (width_cell){.data = data,
                         .design = {MASK_BERNOULLI, o->masks, xi},
                         .bounds = kernel_data_bounds(data, (double)o->masks, xi, o->delta),
                         .floor = xi * data->lambda0 / 2,
                         .trials = o->trials};
    }
    return masked_stream_fits(r->data, &c->cells[0].design, 1, r->options.threads);
}

static void close_context(void *context) {
    width_context *c = context;
    for (size_t k = 0; k < c->sizes; k++) { kernel_data_close(&c->data[k]); }
    free(c->data);
    free(c->cells);
}

/* --- pilots and trials --- */

static status open_stream(const study_run *r, size_t cell, rng *weights, rng *masks,
                          masked_stream *s) {
    const width_cell *c = cell_of(r, cell);
    return masked_stream_open(&c->data->data, c->data->G, &c->design, 1, weights, masks, s);
}

/* Its generators are not those of any trial. */
static status measure_pilot(const study_run *r, size_t cell, size_t repetition, double *first) {
    masked_stream s;
    size_t width = 0;
    status st = open_stream(r, cell, rng_new(r->options.seed, cell, repetition, RNG_TRIAL),
                            rng_new(r->options.seed, cell, repetition, RNG_PILOT), &s);
    if (st == OK) { st = width_first(&s, cell_of(r, cell)->floor, settings_of(r)->limit, &width); }
    *first = (double)width;
    masked_stream_close(&s);
    return st;
}

static status measure(const study_run *r, size_t cell, size_t repetition, double *holds) {
    const width_cell *c = cell_of(r, cell);
    masked_stream s;
    status st = open_stream(r, cell, rng_new(r->options.seed, cell, repetition, RNG_WEIGHTS),
                            rng_new(r->options.seed, cell, repetition, RNG_MASKS), &s);
    if (st == OK) { st = width_trial(&s, c->floor, &c->grid, holds); }
    masked_stream_close(&s);
    return st;
}

/* Operations, roughly: a normal deviate and a product per weight, a Cholesky factor and some passes
 * over the matrix per width. */
static double cost_of(const study_run *r, size_t cell) {
    const width_cell *c = cell_of(r, cell);
    double n = c->bounds.n, d = (double)c->data->data.d, widths = (double)c->grid.count;
    double m = (double)c->grid.widths[c->grid.count - 1];
    return m * d * (2 * n + 150) + widths * c->bounds.masks * n * n * (n / 3 + 30);
}

/* Seconds per operation of the costliest trial that is done in a moment. */
static double calibrate(const study_run *r) {
    const double moment = 3e8; /* operations */
    size_t chosen = 0;
    for (size_t k = 1; k < r->cells; k++) {
        double cost = cost_of(r, k), best = cost_of(r, chosen);
        if (cost < best ? best > moment : cost <= moment) { chosen = k; }
    }
    return study_time_unit(r, chosen) / cost_of(r, chosen);
}

static status prepare_pilot(study_run *r) {
    r->repeats = PILOTS;
    r->values = 1;
    return OK;
}

static status set_grids(study_run *r) {
    for (size_t k = 0; k < r->cells; k++) {
        double largest = 1;
        for (size_t j = 0; j < r->repeats; j++) { largest = fmax(largest, *study_values(r, k, j)); }
        width_grid_around((size_t)largest, settings_of(r)->limit, &cell_of(r, k)->grid);
    }
    return OK;
}

static const study pilot = {
    .options = options, .prepare = prepare_pilot, .measure = measure_pilot, .gather = set_grids};

static status gather(study_run *r) {
    for (size_t k = 0; k < r->cells; k++) {
        width_cell *cell = cell_of(r, k);
        for (size_t t = 0; t < r->repeats; t++) {
            const double *holds = study_values(r, k, t);
            for (size_t w = 0; w < cell->grid.count; w++) { cell->failures[w] += holds[w] != 1; }
        }
        if (isnan(width_measured(cell))) {
            program_say(&r->options,
                        "n=%g xi=%g: more than delta fail up to m=%zu; a larger --limit may help",
                        cell->bounds.n, cell->bounds.xi, cell->grid.widths[cell->grid.count - 1]);
        }
    }
    return OK;
}

/* --- the table: a row for each cell --- */

double width_by_chernoff(const bounds_setting *s) { return bounds_width_chernoff(s, 0.25); }

static double chernoff_half(const bounds_setting *s) { return bounds_width_chernoff(s, 0.5); }

const width_bound width_bounds[WIDTH_BOUNDS] = {
    [HOEFFDING] = {"hoeffding", "by Hoeffding", bounds_width_hoeffding},
    [BERNSTEIN] = {"bernstein", "by Bernstein", bounds_width_bernstein},
    [MATRIX_BERNSTEIN] = {"matrix_bernstein", "by matrix Bernstein", bounds_width_matrix_bernstein},
    [CHERNOFF] = {"chernoff", "by matrix Chernoff, eps = 1/4", width_by_chernoff},
    [CHERNOFF_HALF] = {"chernoff_half", "by matrix Chernoff, eps = 1/2", chernoff_half},
    [COMBINED] = {"combined", "by matrix Chernoff combined with drift, for training",
                  bounds_width_combined}};

static void put_row(const width_cell *cell, table *t) {
    const bounds_setting *s = &cell->bounds;
    const width_found found = width_search(cell, CRITERION_SHOWN_CONFIDENCE);
    table_row(t);
    row_number(t, "xi", "probability that a Bernoulli mask takes a neuron", s->xi);
    row_number(t, "samples", "n, rows taken", s->n);
    row_number(t, "masks", "masks of one W_0, K p", s->masks);
    row_number(t, "trials", "independent W_0", (double)cell->trials);
    row_number(t, "lambda_min", "lambda0 of Hinf", s->lambda0);
    row_number(t, "lambda_max", "of Hinf", s->lambda_max);
    row_number(t, "gram_norm", "||G||", s->gram_norm);
    row_number(t, "width",
               "least tried (2^(1/8) apart) from which on at most a share delta fails; nan: none",
               found.width);
    row_number(t, "width_low", "widest at which clearly more fail, at 95 %; 0: none", found.low);
    row_number(t, "width_high", "from there on clearly fewer fail, at 95 %; inf: none", found.high);
    for (size_t k = 0; k < WIDTH_BOUNDS; k++) {
        row_number(t, width_bounds[k].name, width_bounds[k].means, width_bounds[k].width(s));
    }
    row_number(t, "drift", "by the drift condition alone, for training", bounds_width_drift(s));
    row_number(t, "theorem", "of Theorem 2 with the constant 1", bounds_width_theorem(s));
    for (size_t k = 0; k < WIDTH_BOUNDS; k++) {
        char name[64];
        snprintf(name, sizeof name, "%s_over", width_bounds[k].name);
        row_number(t, name, "that bound over width: how many times too wide",
                   width_bounds[k].width(s) / found.width);
    }
}

static void note_exponents(const study_run *r, const char *name, width_asked *width, table *t) {
    const width_context *c = r->context;
    double confidence = CRITERION_SHOWN_CONFIDENCE;
    stats_line n = width_exponent(c->cells, r->cells, width, EXPONENT_OF_N, confidence),
               xi = width_exponent(c->cells, r->cells, width, EXPONENT_OF_XI, confidence);
    char key[64];
    snprintf(key, sizeof key, "exponents of %s", name);
    table_note(t, key, "in n %.4g, in (%.4g, %.4g); in 1/xi %.4g, in (%.4g, %.4g); %g %%", n.slope,
               n.slope_interval.low, n.slope_interval.high, xi.slope, xi.slope_interval.low,
               xi.slope_interval.high, 100 * confidence);
}

static status fill(const study_run *r, table *t) {
    const width_context *c = r->context;
    note_exponents(r, "width", NULL, t);
    for (size_t k = 0; k < WIDTH_BOUNDS; k++) {
        note_exponents(r, width_bounds[k].name, width_bounds[k].width, t);
    }
    for (size_t k = 0; k < r->cells; k++) {
        if (k > 0 && c->cells[k].bounds.xi != c->cells[k - 1].bounds.xi) { table_gap(t); }
        put_row(&c->cells[k], t);
    }
    return OK;
}

static void note(const study_run *r, table *t) {
    kernel_data_note(cell_of(r, settings_of(r)->sizes.count - 1)->data, t);
}

static const study_table tables[] = {
    {"", "Least width with lambda_min(H_m) >= xi lambda0/2 for K p masks w.p. 1 - delta", 17,
     .fill = fill},
    {NULL}};

const study required_width_study = {
    .samples_help = "those of --sizes; N bounds them, and ends the usual ones",
    .about = "Theorem 2: the width really needed, beside what every bound asks for",
    STUDY_OF(options, defaults, width_context),
    .prepare = prepare,
    .close = close_context,
    .pilot = &pilot,
    .measure = measure,
    .cost = cost_of,
    .calibrate = calibrate,
    .gather = gather,
    .note = note,
    .tables = tables,
    .claims = required_width_claims};
