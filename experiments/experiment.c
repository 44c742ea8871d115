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
#include "study/spared.h"

static const double THROUGHPUT_SECONDS = 0.15; /* for measuring the machine's speed */

enum { NAMED_CELLS = 4 }; /* that diverged, in the line that tells of them */
enum { MAX_WIDTH = 10000000, MAX_SUBNETS = 10000, MAX_STEPS = 1000000 };

/* --- options --- */

static const char *const mask_words[] = {"bernoulli", "categorical", NULL};
static const char *const unselected_words[] = {"keep", "zero", NULL};
static const char *const scaling_words[] = {"released", "theory", NULL};
static const char *const stop_words[] = {"rule", "no", NULL};
static const char *const unstable_words[] = {"keep", "auto", NULL};

#define FIELD(member) offsetof(experiment_settings, member)

/* Of every panel. A table in a macro is beyond clang-format. */
/* clang-format off */
#define PANEL_ROWS                                                                                \
    {"", OPTION_HEADING, .help = "The experiment (LIST: values separated by commas):"},           \
    {"width", OPTION_COUNTS, FIELD(width), 1, MAX_WIDTH, "hidden neurons m"},                     \
    {"subnets", OPTION_COUNTS, FIELD(subnets), 1, MAX_SUBNETS, "subnetworks per round p"},        \
    {"xi", OPTION_NUMBERS, FIELD(xi), 0, 1,                                                       \
     "probability that a subnetwork takes a neuron, in (0, 1]", OPTION_ABOVE_LOW,                 \
     .given = FIELD(xi_given)},                                                                   \
    {"lr", OPTION_NUMBERS, FIELD(lr), 0, 1e9,                                                     \
     "learning rate (with --scaling theory: eta); one value, or one for each xi; several of the " \
     "panel's own belong to its own xi; auto: for each xi half the largest stable step of its "   \
     "subnetworks, the same for all p and m",                                                     \
     OPTION_ABOVE_LOW | OPTION_REPEATED | OPTION_AUTO, .given = FIELD(lr_given)},                 \
    {"unstable", OPTION_WORD, FIELD(unstable),                                                    \
     .help = "a learning rate whose step is not stable: keep it, or take that of --lr auto there",\
     .words = unstable_words},                                                                    \
    {"local-steps", OPTION_COUNT, FIELD(local_steps), 1, MAX_STEPS,                               \
     "gradient steps tau of a subnetwork in a round"},                                            \
    {"rounds", OPTION_COUNT, FIELD(rounds), 1, MAX_STEPS, "rounds K (with a stop rule: at most)"},\
    {"repeats", OPTION_COUNT, FIELD(repeats), 1, RNG_MAX_REPEATS - 1, "repetitions of every cell",\
     OPTION_NO_VALUE},                                                                            \
    {"mask", OPTION_WORD, FIELD(mask), .help = "masks (categorical: xi = 1/p)",                   \
     .words = mask_words},                                                                        \
    {"unselected", OPTION_WORD, FIELD(unselected),                                                \
     .help = "a neuron no subnetwork took: keep its weights (Algorithm 1) or zero them (released "\
             "program)",                                                                          \
     .words = unselected_words},                                                                  \
    {"scaling", OPTION_WORD, FIELD(scaling),                                                      \
     .help = "of the authors' program (released) or of the paper's text (theory)",                \
     .words = scaling_words},                                                                     \
    {"kappa", OPTION_NUMBER, FIELD(kappa), 0, 1e6, "factor of the initial weights",               \
     OPTION_ABOVE_LOW}
/* clang-format on */

const option_row experiment_options[] = {PANEL_ROWS, {NULL}};

const option_row experiment_loss_options[] = {
    {"", OPTION_HEADING, .help = "The start and the end of a run:"},
    {"init", OPTION_PATH, FIELD(init),
     .help = "start from the arrays weights (d, m), signs (m, q) and, if it has them, masks "
             "(K, p, m) of a .npz",
     .flags = OPTION_NO_VALUE},
    {"save-weights", OPTION_PATH, FIELD(save_weights),
     .help = "write weights, signs, masks and settings to a .npz (one xi, one repetition)",
     .flags = OPTION_NO_VALUE},
    {"save-outputs", OPTION_PATH, FIELD(save_outputs),
     .help = "write the whole network's outputs after every round to a .npz (likewise)",
     .flags = OPTION_NO_VALUE},
    {"save-kernel", OPTION_PATH, FIELD(save_kernel),
     .help = "write the masked kernels of the first and the last round to a .npz (likewise)",
     .flags = OPTION_NO_VALUE},
    PANEL_ROWS,
    {NULL}};

const option_row experiment_plateau_options[] = {
    {"", OPTION_HEADING, .help = "Where a run ends, and rates along the width:"},
    {"stop", OPTION_WORD, FIELD(stop),
     .help = "by the panel's rule, or after --rounds whatever the errors do", .words = stop_words},
    {"patience", OPTION_COUNT, FIELD(patience), 0, MAX_STEPS,
     "rounds whose mean may fail to improve before the rule ends a run",
     .given = FIELD(patience_given)},
    {"lr-width", OPTION_COUNT, FIELD(lr_width), 1, MAX_WIDTH,
     "learning rates are for this width W: lr W/m at another", OPTION_NO_DEFAULT},
    PANEL_ROWS,
    {NULL}};

status experiment_settle(study_run *r) {
    experiment_settings *o = r->settings;
    if (experiment_is_categorical(o) && o->xi_given) {
        return fail(BAD_INPUT, "--xi: categorical masks have xi = 1/p; leave --xi out or take "
                               "--mask bernoulli");
    }
    if (o->stop == STOP_NO && o->patience_given) {
        return fail(BAD_INPUT, "--patience: --stop no has no rule to be patient in; leave one out");
    }
    status st = rates_settle(r);
    if (experiment_is_categorical(o)) { o->xi.count = 0; }
    return st;
}

/* --- cells and data --- */

static train_settings cell_of(const experiment_settings *o, double width, double subnets,
                              size_t which_xi) {
    double xi = experiment_is_categorical(o) ? 1 / subnets : o->xi.values[which_xi];
    double lr = o->lr.count == 0 ? 0 : o->lr.values[o->lr.count == 1 ? 0 : which_xi];
    if (o->lr_width > 0) { lr *= (double)o->lr_width / width; }
    return (train_settings){.width = (size_t)width,
                            .subnets = (size_t)subnets,
                            .xi = xi,
                            .lr = o->lr_times_xi ? lr * xi : lr,
                            .local_steps = o->local_steps,
                            .kappa = o->kappa,
                            .mask = (mask_kind)o->mask,
                            .scaling = (train_scaling)o->scaling,
                            .unselected = (train_unselected)o->unselected};
}

/* With xi = 1 all subnetworks are the whole network: only the first p is kept. */
static status list_cells(study_run *r) {
    const experiment_settings *o = r->settings;
    experiment *e = r->context;
    size_t xis = experiment_is_categorical(o) ? 1 : o->xi.count;
    size_t cells = o->subnets.count * xis * o->width.count;
    if (cells > RNG_MAX_CELLS) {
        return fail(BAD_INPUT, "%zu cells are more than %u; give shorter lists", cells,
                    RNG_MAX_CELLS);
    }
    e->cells = allocate(cells, sizeof *e->cells, "cells");
    e->diverged = allocate(cells, sizeof *e->diverged, "flags of cells");
    e->found = allocate(cells, sizeof *e->found, "flags of cells");
    e->over_repeats = allocate(o->repeats, sizeof *e->over_repeats, "numbers of a cell");
    if (!e->cells || !e->diverged || !e->found || !e->over_repeats) { return FAILED; }
    for (size_t k = 0; k < cells; k++) {
        size_t p = k / o->width.count / xis, xi = k / o->width.count % xis;
        train_settings cell =
            cell_of(o, o->width.values[k % o->width.count], o->subnets.values[p], xi);
        if (cell.xi < 1 || p == 0) { e->cells[r->cells++] = cell; }
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
    if (!o->init) { return rows_load(&r->options, o->samples, ROWS_FIRST, &e->data, &e->file_row); }
    status st = dataset_load(r->options.data, samples, &e->data);
    if (st != OK) { return st; }
    return rows_in_order(e->data.n, &e->file_row);
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
    status st = load_rows(r, samples, e);
    for (size_t k = 0; st == OK && k < 2; k++) {
        e->closest[k] = e->file_row[data->closest[k]];
        e->opposite[k] = e->file_row[data->opposite_rows[k]];
    }
    if (st == OK) { st = dataset_cluster_rows(data, e->file_row); }
    if (st == OK) { st = list_cells(r); }
    if (st == OK) { st = gram_new(data, GRAM_AUTO, &e->g); }
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
    gram_free(&e->g);
    free(e->file_row);
    free(e->cells);
    free(e->diverged);
    free(e->found);
    free(e->over_repeats);
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
    return throughput_measure(&e->g, &e->cells[r->cells / 2], r->options.threads,
                              THROUGHPUT_SECONDS);
}

void experiment_describe(const study_run *r, text *t) {
    const experiment_settings *o = r->settings;
    text_add(t, " step=%s stop=%d,%zu", o->lr_times_xi ? "lr*xi" : "lr", o->stops, o->patience);
}

stats_summary experiment_summary(const study_run *r, size_t cell,
                                 double (*number)(const double *values, size_t k), size_t k) {
    const experiment *e = r->context;
    for (size_t i = 0; i < r->repeats; i++) {
        e->over_repeats[i] = number(study_values(r, cell, i), k);
    }
    return stats_summarise(e->over_repeats, r->repeats);
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
    table_note(t, "label scale", "%.9g (largest |label| of the file)", e->data.label_scale);
    if (experiment_is_categorical(o)) { table_note(t, "xi", "1/p"); }
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
