/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/experiment.h"

#include <gsl/gsl_sort_ulong.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "experiments/rates.h"
#include "model/dataset.h"
#include "model/plateau.h"
#include "model/ntk.h"
#include "model/rows.h"
#include "model/train.h"
#include "model/spectrum.h"
#include "base/clock.h"
#include "stats/rng.h"
#include "study/own_masks.h"
#include "study/spared.h"

enum { NAMED_CELLS = 4 }; /* that diverged, in the line that tells of them */

/* --- cells and data --- */

static train_settings cell_of(const experiment_settings *o, const mask_sets *sets, mask_kind mask,
                              double width, double subnets, size_t which_xi) {
    double asked = experiment_parts(o) ? 1 / subnets : o->xi.values[which_xi];
    double xi = mask_share(mask, (size_t)subnets, (size_t)width, asked);
    double lr = o->lr.count == 0 ? 0 : o->lr.values[o->lr.count == 1 ? 0 : which_xi];
    if (o->lr_width > 0) { lr *= (double)o->lr_width / width; }
    return (train_settings){.width = (size_t)width,
                            .subnets = (size_t)subnets,
                            .xi = xi,
                            .lr = o->lr_times_xi ? lr * xi : lr,
                            .local_steps = o->local_steps,
                            .batch = o->batch,
                            .kappa = o->kappa,
                            .mask = mask,
                            .sets = sets->mask ? sets : NULL,
                            .scaling = (train_scaling)o->scaling,
                            .unselected = (train_unselected)o->unselected};
}

/* Masks that were given fit the cell; those of --init have no xi of their own. */
static status check_sets(const experiment_settings *o, const mask_sets *sets,
                         const train_settings *cell) {
    if (o->masks) { return own_masks_fit(sets, cell->subnets, cell->width, cell->xi); }
    return sets->mask ? mask_sets_fit(sets, cell->subnets, cell->width) : OK;
}

/* With xi = 1 all subnetworks are the whole network: only the first p is kept. */
static status list_cells(study_run *r) {
    const experiment_settings *o = r->settings;
    experiment *e = r->context;
    size_t xis = experiment_parts(o) ? 1 : o->xi.count;
    size_t kinds = experiment_kinds(o), cells = o->subnets.count * xis * o->width.count * kinds;
    if (cells > RNG_MAX_CELLS) {
        return fail(BAD_INPUT, "%zu cells are more than %u; give shorter lists", cells,
                    RNG_MAX_CELLS);
    }
    e->cells = allocate(cells, sizeof *e->cells, "cells");
    e->diverged = allocate(cells, sizeof *e->diverged, "flags of cells");
    e->found = allocate(cells, sizeof *e->found, "flags of cells");
    if (!e->cells || !e->diverged || !e->found) { return FAILED; }
    for (size_t k = 0; k < cells; k++) {
        size_t width = k / kinds % o->width.count, xi = k / kinds / o->width.count % xis,
               p = k / kinds / o->width.count / xis;
        mask_kind mask = (mask_kind)(kinds > 1 ? k % kinds : (size_t)o->mask);
        train_settings cell =
            cell_of(o, &e->sets, mask, o->width.values[width], o->subnets.values[p], xi);
        if (cell.xi < 1 || p == 0) { e->cells[r->cells++] = cell; }
        if (mask_check(mask, cell.width, cell.xi) != OK) { return BAD_INPUT; }
        if (check_sets(o, &e->sets, &cell) != OK) { return BAD_INPUT; }
    }
    r->repeats = o->repeats;
    return OK;
}

static status find_lambda_max(const study_run *r, experiment *e) {
    size_t n = e->data.n;
    dataset seen = e->data; /* borrowed */
    seen.n = spared_rows(&r->options, n);
    double *H = allocate(seen.n * seen.n, sizeof *H, "Hinf"), begin = clock_thread();
    if (!H) { return FAILED; }
    ntk_infinite(&seen, r->options.threads, H);
    status st = spectrum_largest(H, seen.n, &e->lambda_max, NULL);
    e->lambda_max *= (double)n / (double)seen.n; /* for a prediction of time: about that of all */
    spared_add(&r->options, n, seen.n, clock_thread() - begin);
    free(H);
    return st;
}

static status load_rows(const study_run *r, size_t samples, experiment *e) {
    const experiment_settings *o = r->settings;
    if (o->holdout > 0) {
        return rows_hold_out(&r->options, o->samples, o->holdout, &e->data, &e->file_row, &e->held);
    }
    if (!o->init) { return rows_load(&r->options, o->samples, ROWS_FIRST, &e->data, &e->file_row); }
    status st = dataset_load(r->options.data, samples, &e->data);
    if (st != OK) { return st; }
    return rows_in_order(e->data.n, &e->file_row);
}

/* A step on few rows is cheaper by the matrix: n B operations a neuron, against 2 n d + B d. */
static gram_method method_of(const experiment_settings *o, const dataset *data) {
    enum { MOST_ROWS = 8192 }; /* half a gigabyte */
    double n = (double)data->n, d = (double)data->d, batch = (double)o->batch;
    bool cheaper = n * batch < (2 * n + batch) * d && data->n <= MOST_ROWS;
    return o->batch > 0 && o->batch < data->n && cheaper ? GRAM_MATRIX : GRAM_AUTO;
}

status experiment_prepare(study_run *r) {
    const experiment_settings *o = r->settings;
    experiment *e = r->context;
    dataset *data = &e->data;
    size_t samples = r->options.samples ? r->options.samples : o->samples;
    if (o->init && r->options.rows == ROWS_SPREAD) {
        return fail(BAD_INPUT, "--rows: a start given by --init is of the first rows; leave --rows "
                               "out");
    }
    e->sets.stride = o->rounds;
    status st = load_rows(r, samples, e);
    if (st == OK && o->test) { st = rows_test(o->test, data, &e->held); }
    for (size_t k = 0; st == OK && k < 2; k++) {
        e->closest[k] = e->file_row[data->closest[k]];
        e->opposite[k] = e->file_row[data->opposite_rows[k]];
    }
    if (st == OK) { st = dataset_cluster_rows(data, e->file_row); }
    if (st == OK && o->batch > data->n) {
        st = fail(BAD_INPUT, "--batch: %zu of %zu rows; give at most these", o->batch, data->n);
    }
    if (st == OK) { st = list_cells(r); }
    if (st == OK) { st = gram_new_beside(data, &e->held, method_of(o, data), &e->g); }
    if (st == OK) { st = find_lambda_max(r, e); }
    if (st != OK) { return st; }
    rates_choose(r);
    r->data = data;
    program_say(&r->options,
                "%s: n=%zu d=%zu q=%zu, lambda_max(Hinf)=%.6g, smallest angle %.3g between rows "
                "%zu and %zu",
                data->path, data->n, data->d, data->q, e->lambda_max, data->smallest_angle,
                e->closest[0], e->closest[1]);
    if (data->opposite) {
        program_say(&r->options,
                    "warning: rows %zu and %zu are opposite: Assumption 1 does not hold (the "
                    "kernel stays regular)",
                    e->opposite[0], e->opposite[1]);
    }
    rates_say(r);
    return OK;
}

void experiment_close(void *context) {
    experiment *e = context;
    dataset_free(&e->data);
    dataset_free(&e->held);
    gram_free(&e->g);
    mask_sets_free(&e->sets);
    free(e->file_row);
    free(e->cells);
    free(e->diverged);
    free(e->found);
}

/* --- units --- */

double experiment_cost(const study_run *r, size_t cell) {
    const experiment_settings *o = r->settings;
    const experiment *e = r->context;
    const train_settings *c = &e->cells[cell];
    bool rule = o->stops && o->stop == STOP_RULE;
    double rounds = rule ? plateau_rounds_expected(c, e->g.n, e->g.q, o->patience) : INFINITY;
    return fmin(rounds, (double)o->rounds) * train_round_cost(&e->g, c);
}

double experiment_calibrate(const study_run *r) {
    const experiment *e = r->context;
    return study_pace(r, &e->g, &e->cells[r->cells / 2]);
}

void experiment_describe_files(const study_run *r, text *t) {
    const mask_sets *sets = &((const experiment *)r->context)->sets;
    const dataset *held = &((const experiment *)r->context)->held;
    const experiment_settings *o = r->settings;
    if (o->test) { text_add(t, " test=%s", held->sha256); }
    own_masks_describe(sets, t);
}

void experiment_describe(const study_run *r, text *t) {
    const experiment_settings *o = r->settings;
    text_add(t, " step=%s stop=%d,%zu", o->lr_times_xi ? "lr*xi" : "lr", o->stops, o->patience);
    experiment_describe_files(r, t);
}

stats_summary experiment_summary_of(const study_run *r, size_t cell,
                                    double (*number)(const double *values, size_t k), size_t k) {
    for (size_t i = 0; i < r->repeats; i++) {
        r->over_repeats[i] = number(study_values(r, cell, i), k);
    }
    return stats_summarise(r->over_repeats, r->repeats);
}

/* --- divergence --- */

static bool has_diverged(const study_run *r, size_t cell) {
    for (size_t k = 0; k < r->repeats * r->values; k++) {
        if (!isfinite(study_values(r, cell, k / r->values)[k % r->values])) { return true; }
    }
    return false;
}

/* The line that names the first cells and says what to do. */
static void name_diverged(const study_run *r, size_t count, text *line) {
    const experiment *e = r->context;
    size_t named = 0;
    text_add(line, "diverged: %zu of %zu cells: ", count, r->cells);
    for (size_t k = 0; k < r->cells && named < NAMED_CELLS; k++) {
        const train_settings *c = &e->cells[k];
        if (!e->diverged[k]) { continue; }
        text_add(line, "%sp=%zu xi=%g m=%zu lr=%g (stability %.3g)", named++ ? ", " : "",
                 c->subnets, c->xi, c->width, c->lr, rates_stability(r, k));
    }
    text_add(line, "%s; --lr auto takes a stable step", count > NAMED_CELLS ? ", ..." : "");
}

status experiment_gather(study_run *r) {
    experiment *e = r->context;
    size_t count = 0;
    for (size_t k = 0; k < r->cells; k++) {
        e->diverged[k] = has_diverged(r, k);
        count += e->diverged[k];
    }
    if (count == 0) { return OK; }
    text line = {0};
    name_diverged(r, count, &line);
    const char *said = text_bytes(&line);
    if (said && count == r->cells) {
        fprintf(stderr, "%s: %s\n", r->options.name, said); /* also under --quiet */
    } else if (said) {
        program_say(&r->options, "%s", said);
    }
    text_free(&line);
    return said ? OK : FAILED;
}

/* --- provenance and columns --- */

void experiment_file_order(const experiment *e, size_t *order) {
    gsl_sort_ulong_index(order, e->file_row, 1, e->data.n);
}

/* Which rows of the file a choice took, ascending. */
static void note_file_rows(const experiment *e, table *t) {
    text rows = {0};
    size_t *order = allocate(e->data.n, sizeof *order, "order of samples");
    if (order) { experiment_file_order(e, order); }
    for (size_t i = 0; order && i < e->data.n; i++) {
        text_add(&rows, "%s%zu", rows.used ? " " : "", e->file_row[order[i]]);
    }
    free(order);
    table_note(t, "file rows", "%s", rows.bytes ? rows.bytes : "");
    text_free(&rows);
}

void experiment_note(const study_run *r, table *t) {
    const experiment_settings *o = r->settings;
    const experiment *e = r->context;
    char rows[128];
    rows_describe(&e->data, rows, sizeof rows);
    table_note(t, "rows", "%s", rows);
    if (e->data.spread) { note_file_rows(e, t); }
    if (e->held.n > 0) {
        table_note(t, "held out", "%zu rows of %s", e->held.n,
                   o->test ? o->test : "the file, its last");
    }
    table_note(t, "label scale", "%.9g (largest |label| of the file)", e->data.label_scale);
    if (experiment_parts(o)) { table_note(t, "xi", "1/p"); }
    own_masks_note(&e->sets, t);
    if (o->lr_times_xi) { table_note(t, "step", "lr xi"); }
    if (o->stops && o->stop == STOP_NO) {
        table_note(t, "stop rule", "none: %zu rounds", o->rounds);
    } else if (o->stops) {
        table_note(t, "stop rule",
                   "mean of the last %d errors below 5e-4, or %zu rounds in which it does not "
                   "improve",
                   PLATEAU_WINDOW, o->patience + 1);
    }
    table_note(t, "gradient step by", "%s", e->g.method == GRAM_MATRIX ? "G S" : "X (X^T S)");
    table_note(t, "error", "(1/2) ||U - Y||_F^2 / n");
    rates_note(r, t);
}

void experiment_put_xi(const study_run *r, size_t cell, table *t) {
    const experiment *e = r->context;
    row_number(t, "xi", "probability that a subnetwork takes a neuron", e->cells[cell].xi);
}

void experiment_put_subnets(const study_run *r, size_t cell, table *t) {
    const experiment *e = r->context;
    row_number(t, "subnets", "p, subnetworks per round", (double)e->cells[cell].subnets);
}

void experiment_put_repetition(size_t repetition, table *t) {
    row_number(t, "repetition", "counted from 0", (double)repetition);
}

void experiment_put_lr(const study_run *r, size_t cell, table *t) {
    const experiment *e = r->context;
    row_number(t, "lr", "learning rate taken (--lr; --scaling theory: eta)", e->cells[cell].lr);
}

void experiment_put_held(const study_run *r, size_t cell, size_t k, table *t) {
    if (!experiment_holds_out(r)) { return; }
    stats_summary held = study_summary(r, cell, k);
    row_number(t, "held", "error of the rows that are held out, mean over repetitions", held.mean);
    row_number(t, "held_sd", "standard deviation over repetitions (n-1)", held.sd);
}
