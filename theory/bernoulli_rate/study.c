/* What bernoulli-rate runs: a base setting, the axes along which one number of it changes, and the
 * widths of the mean curve; and its two tables.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/own_masks.h"
#include "theory/bernoulli_rate/bernoulli_rate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/bounds.h"
#include "model/mask.h"
#include "model/train.h"
#include "theory/criteria.h"

enum { MAX_WIDTH = 10000000, MAX_SUBNETS = 10000, MAX_STEPS = 1000000 };
static const double XI_MOST = 0.999; /* at xi = 1 there is no floor */

const char *const rate_axis_words[AXES] = {
    "width",   "width-large-kappa", "kappa",        "subnets", "local-steps", "xi",
    "dropout", "small-xi",          "multi-sample", "curve",   "bottom"};

/* --- options --- */

static const bernoulli_settings defaults = {
    .label = OPTION_IS_AUTO,
    .width = 256,
    .subnets = 4,
    .local_steps = 2,
    .repeats = 12,
    .masks = 16,
    .curve_rounds = 12,
    .xi = 0.5,
    .kappa = 0.1,
    .large_kappa = 1,
    .curve_kappa = 1,
    .step = 1,
    .folds = 6,
    .along = {[AXIS_WIDTH] = {{64, 128, 256, 512, 1024, 2048}, 6},
              [AXIS_KAPPA] = {{0.03, 0.1, 0.3, 1, 3}, 5},
              [AXIS_SUBNETS] = {{1, 2, 4, 8, 16, 32}, 6},
              [AXIS_LOCAL_STEPS] = {{1, 2, 4, 8}, 4},
              [AXIS_XI] = {{0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98}, 7},
              [AXIS_DROPOUT] = {{0.7, 0.8, 0.9, 0.95, 0.98}, 5},
              [AXIS_SMALL_XI] = {{0.1, 0.2, 0.4, 0.8}, 4},
              [AXIS_CURVE] = {{128, 256, 512, 1024, 2048}, 5},
              [AXIS_BOTTOM] = {{0.05, 0.1}, 2}}};

#define FIELD(member) offsetof(bernoulli_settings, member)
enum { ASCENDING = OPTION_ASCENDING, ABOVE = OPTION_ABOVE_LOW, BOTH = ASCENDING | ABOVE };

static const option_row options[] = {
    {"", OPTION_HEADING, .help = "The setting that every axis goes out from:"},
    {"width", OPTION_COUNT, FIELD(width), 1, MAX_WIDTH, "hidden neurons m"},
    {"subnets", OPTION_COUNT, FIELD(subnets), 1, MAX_SUBNETS, "subnetworks per round p"},
    {"local-steps", OPTION_COUNT, FIELD(local_steps), 1, MAX_STEPS,
     "gradient steps tau of a subnetwork in a round"},
    {"xi", OPTION_NUMBER, FIELD(xi), 0, XI_MOST, "probability that a subnetwork takes a neuron",
     ABOVE},
    {"kappa", OPTION_NUMBER, FIELD(kappa), 0, 1e6, "standard deviation of the initial weights",
     ABOVE},
    {"step", OPTION_NUMBER, FIELD(step), 0, 1e6, "eta ||G||", ABOVE},
    {"repeats", OPTION_COUNT, FIELD(repeats), 2, RNG_MAX_REPEATS - 1,
     "repetitions of every cell, starts W_0 of a mean curve", OPTION_NO_VALUE},
    {"folds", OPTION_NUMBER, FIELD(folds), 0, 1e3,
     "rounds to the floor: the slowest direction falls by exp(-X)", ABOVE},
    KERNEL_LABEL_OPTION(bernoulli_settings),
    {"", OPTION_HEADING, .help = "The axes (LIST: values separated by commas):"},
    {"along-width", OPTION_COUNTS, FIELD(along[AXIS_WIDTH]), 1, MAX_WIDTH,
     "m, also at --large-kappa", ASCENDING},
    {"large-kappa", OPTION_NUMBER, FIELD(large_kappa), 0, 1e6, "kappa of the second axis of widths",
     ABOVE},
    {"along-kappa", OPTION_NUMBERS, FIELD(along[AXIS_KAPPA]), 0, 1e6, "kappa", BOTH},
    {"along-subnets", OPTION_COUNTS, FIELD(along[AXIS_SUBNETS]), 1, MAX_SUBNETS,
     "p, also with tau = 1 (Corollary 2)", ASCENDING},
    {"along-local-steps", OPTION_COUNTS, FIELD(along[AXIS_LOCAL_STEPS]), 1, MAX_STEPS, "tau",
     ASCENDING},
    {"along-xi", OPTION_NUMBERS, FIELD(along[AXIS_XI]), 0, XI_MOST, "xi", BOTH},
    {"along-dropout", OPTION_NUMBERS, FIELD(along[AXIS_DROPOUT]), 0, XI_MOST,
     "xi with p = tau = 1, to the floor (Corollary 1)", BOTH},
    {"along-small-xi", OPTION_NUMBERS, FIELD(along[AXIS_SMALL_XI]), 0, XI_MOST,
     "xi with p = tau = 1, first rounds alone (Corollary 1)", BOTH},
    {"along-bottom", OPTION_NUMBERS, FIELD(along[AXIS_BOTTOM]), 0, XI_MOST,
     "xi with labels along the eigenvector of lambda_0, at --curve-kappa, until it has fallen",
     BOTH},
    {"", OPTION_HEADING, .help = "The mean curve:"},
    {"curve-widths", OPTION_COUNTS, FIELD(along[AXIS_CURVE]), 1, MAX_WIDTH, "m", ASCENDING},
    {"curve-kappa", OPTION_NUMBER, FIELD(curve_kappa), 0, 1e6, "kappa", ABOVE},
    {"curve-rounds", OPTION_COUNT, FIELD(curve_rounds), 4, MAX_STEPS, "rounds"},
    {"masks", OPTION_COUNT, FIELD(masks), 2, MAX_STEPS,
     "runs with masks of their own from every start W_0", .file = FIELD(own)},
    {NULL}};

/* --- cells --- */

/* The base setting with one number changed, and what the axis changes for all its values. */
static train_settings settings_at(const bernoulli_settings *o, double gram_norm, rate_axis axis,
                                  double value) {
    train_settings s = {.width = o->width,
                        .subnets = o->subnets,
                        .xi = o->xi,
                        .lr = o->step / gram_norm,
                        .local_steps = o->local_steps,
                        .kappa = o->kappa,
                        .mask = MASK_BERNOULLI,
                        .scaling = SCALING_THEORY,
                        .unselected = UNSELECTED_KEEP};
    bool dropout = axis == AXIS_DROPOUT || axis == AXIS_SMALL_XI;
    bool subnets = axis == AXIS_SUBNETS || axis == AXIS_MULTI_SAMPLE;
    bool width = axis == AXIS_WIDTH || axis == AXIS_WIDTH_NOISY || axis == AXIS_CURVE;
    if (width) { s.width = (size_t)value; }
    if (axis == AXIS_WIDTH_NOISY) { s.kappa = o->large_kappa; }
    if (axis == AXIS_CURVE || axis == AXIS_BOTTOM) { s.kappa = o->curve_kappa; }
    if (axis == AXIS_KAPPA) { s.kappa = value; }
    if (subnets) { s.subnets = (size_t)value; }
    if (axis == AXIS_LOCAL_STEPS) { s.local_steps = (size_t)value; }
    if (axis == AXIS_MULTI_SAMPLE) { s.local_steps = 1; }
    if (dropout) { s.subnets = s.local_steps = 1; }
    if (dropout || axis == AXIS_XI || axis == AXIS_BOTTOM) { s.xi = value; }
    return s;
}

static bernoulli_cell cell_at(const bernoulli_settings *o, const kernel_data *data, rate_axis axis,
                              double value) {
    bernoulli_cell cell = {
        .axis = axis, .value = value, .s = settings_at(o, data->gram_norm, axis, value)};
    mean_rule rule = mean_rule_of(&cell.s);
    cell.paper_factor =
        bounds_paper_contraction(cell.s.lr * cell.s.xi, rule.theta, rule.tau, data->lambda0);
    cell.written_factor = bounds_paper_contraction(cell.s.lr, rule.theta, rule.tau, data->lambda0);
    bernoulli_set_rounds(&cell, o, data);
    return cell;
}

static void list_cells(const bernoulli_settings *o, bernoulli_context *c) {
    size_t count = 0;
    for (size_t axis = 0; axis < AXES; axis++) {
        size_t source = axis == AXIS_WIDTH_NOISY ? AXIS_WIDTH : axis;
        const option_list *list = &o->along[axis == AXIS_MULTI_SAMPLE ? AXIS_SUBNETS : source];
        c->first[axis] = count;
        for (size_t k = 0; k < list->count; k++) {
            c->cells[count++] = cell_at(o, &c->data, (rate_axis)axis, list->values[k]);
        }
    }
    c->first[AXES] = count;
}

size_t bernoulli_widest(const study_run *r) {
    return ((const bernoulli_context *)r->context)->first[AXIS_CURVE + 1] - 1;
}

/* --- the sweep --- */

/* The same rows with labels along the eigenvector of lambda_0, the largest of them 1 in size. */
static status open_bottom(bernoulli_context *c) {
    dataset rows = c->data.data;
    double largest = 0;
    rows.Y = allocate(rows.n, sizeof *rows.Y, "labels along an eigenvector");
    if (!rows.Y) { return FAILED; }
    for (size_t i = 0; i < rows.n; i++) { largest = fmax(largest, fabs(c->infinite.vectors[i])); }
    for (size_t i = 0; i < rows.n; i++) { rows.Y[i] = c->infinite.vectors[i] / largest; }
    status st = gram_new(&rows, GRAM_AUTO, &c->bottom);
    free(rows.Y);
    return st;
}

static status prepare(study_run *r) {
    bernoulli_context *c = r->context;
    const bernoulli_settings *o = r->settings;
    status st = own_masks_refuse(o->own, "Theorem 3 is about Bernoulli masks, drawn for every m, p "
                                         "and xi of the axes");
    if (st == OK) { st = kernel_data_open(&r->options, r->study->samples, o->label, &c->data); }
    if (st == OK) { st = gram_new(&c->data.data, GRAM_AUTO, &c->g); }
    if (st == OK) { st = eigenpairs_new(c->data.Hinf, c->data.data.n, 1, &c->infinite); }
    if (st == OK) { st = open_bottom(c); }
    if (st != OK) { return st; }
    list_cells(o, c);
    char beyond[BERNOULLI_WORDS];
    bernoulli_beyond(c, 0, c->first[AXES], beyond);
    if (*beyond) { program_say(&r->options, "slow cells have their first rounds alone%s", beyond); }
    size_t values = curve_values(o->curve_rounds);
    r->data = &c->data.data;
    r->repeats = o->repeats;
    r->cells = c->first[AXES];
    r->values = values > FLOOR_VALUES ? values : FLOOR_VALUES;
    return OK;
}

static void close_context(void *context) {
    bernoulli_context *c = context;
    eigenpairs_free(&c->infinite);
    gram_free(&c->g);
    gram_free(&c->bottom);
    kernel_data_close(&c->data);
}

static double cost(const study_run *r, size_t k) {
    const bernoulli_context *c = r->context;
    const bernoulli_settings *o = r->settings;
    const bernoulli_cell *cell = &c->cells[k];
    double rounds = (double)cell->rounds * (cell->axis == AXIS_CURVE ? (double)o->masks : 1);
    return rounds * train_round_cost(&c->g, &cell->s);
}

static double calibrate(const study_run *r) {
    const bernoulli_context *c = r->context;
    return study_pace(r, &c->g, &c->cells[study_costliest(r)].s);
}

void bernoulli_curve_slopes(const study_run *r, size_t cell, int column, double *x) {
    size_t window = bernoulli_cell_of(r, cell)->window;
    for (size_t j = 0; j < r->repeats; j++) {
        x[j] = log_slope(study_values(r, cell, j) + column, CURVE_COLUMNS, window);
    }
}

/* --- the table of the mean curves: a row for each width and round --- */

static const struct {
    const char *name, *meaning;
} curve_columns[CURVE_COLUMNS] = {
    [CURVE_ERROR] = {"measured", "||y - u_k||^2, mean over masks and starts"},
    [CURVE_MEAN_PLAIN] = {"mean_plain",
                          "squared norm of the mean over masks of y - u_k, less its variance over "
                          "masks / runs; mean over starts"},
    [CURVE_MEAN] = {"mean", "the same with a control variate of mean 0, far less noise"},
    [CURVE_FINITE] = {"finite", "predicted ||e_k||^2 from the eigenpairs of H(0) of each start; "
                                "mean over starts"},
    [CURVE_INFINITE] = {"infinite", "predicted ||e_k||^2 from the eigenpairs of xi Hinf"},
    [CURVE_MISS_FINITE] = {"miss_finite", "squared distance of the mean over masks from e_k of "
                                          "H(0), unbiased, so that it may fall below 0"},
    [CURVE_MISS_INFINITE] = {"miss_infinite", "and of xi Hinf"}};

/* Contraction over the first rounds of columns of the mean curve, with its interval over starts. */
static void note_contraction(const study_run *r, size_t k, table *t) {
    double *x = r->over_repeats;
    static const int shown[] = {CURVE_ERROR, CURVE_MEAN, CURVE_FINITE, CURVE_INFINITE};
    const bernoulli_cell *cell = bernoulli_cell_of(r, k);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        bernoulli_curve_slopes(r, k, shown[i], x);
        stats_interval over = stats_mean_interval(x, r->repeats, CRITERION_SHOWN_CONFIDENCE);
        table_note(t, "contraction", "m=%zu, rounds 0-%zu, %s: %.6g in [%.6g, %.6g]", cell->s.width,
                   cell->window, curve_columns[shown[i]].name,
                   exp(stats_summarise(x, r->repeats).mean), exp(over.low), exp(over.high));
    }
    table_note(t, "contraction", "m=%zu, paper: %.6g", cell->s.width, cell->paper_factor);
}

static void put_curve(const study_run *r, size_t k, table *t) {
    const bernoulli_cell *cell = bernoulli_cell_of(r, k);
    double paper = 0;
    if (cell->axis != AXIS_CURVE) { return; }
    table_gap(t);
    note_contraction(r, k, t);
    for (size_t round = 0; round <= cell->rounds; round++) {
        table_row(t);
        row_number(t, "width", "m, hidden neurons", cell->value);
        row_number(t, "round", "k", (double)round);
        for (size_t column = 0; column < CURVE_COLUMNS; column++) {
            stats_summary over = study_summary(r, k, round * CURVE_COLUMNS + column);
            row_number(t, curve_columns[column].name, curve_columns[column].meaning, over.mean);
            if (column == CURVE_ERROR) {
                row_number(t, "sd", "standard deviation over starts (n-1) of the mean over masks",
                           over.sd);
                paper = round == 0 ? over.mean : paper * cell->paper_factor;
            }
        }
        row_number(t, "paper",
                   "(1 - eta xi theta tau lambda0/4)^k ||y - u_0||^2, Theorem 3 without its error "
                   "term",
                   paper);
    }
}

/* --- the table of the axes: a row for each cell --- */

static void put_factor(const study_run *r, size_t cell, size_t which, const char *name,
                       const char *meaning, table *t) {
    char low[32], high[32];
    snprintf(low, sizeof low, "%s_low", name);
    snprintf(high, sizeof high, "%s_high", name);
    row_number(t, name, meaning, exp(study_summary(r, cell, which).mean));
    stats_interval over =
        stats_mean_interval(r->over_repeats, r->repeats, CRITERION_SHOWN_CONFIDENCE);
    row_number(t, low, "its 95 % interval over repetitions", exp(over.low));
    row_number(t, high, "upper end", exp(over.high));
}

static void put_cell(const study_run *r, size_t k, table *t) {
    const bernoulli_context *c = r->context;
    const bernoulli_cell *cell = &c->cells[k];
    const train_settings *s = &cell->s;
    if (cell->axis == AXIS_CURVE) { return; }
    if (k > 0 && cell->axis != bernoulli_cell_of(r, k - 1)->axis) { table_gap(t); }
    table_row(t);
    row_text(t, "axis", "which number changes", rate_axis_words[cell->axis]);
    row_number(t, "value", "its value", cell->value);
    row_number(t, "width", "m", (double)s->width);
    row_number(t, "subnets", "p", (double)s->subnets);
    row_number(t, "xi", "probability that a subnetwork takes a neuron", s->xi);
    row_number(t, "local_steps", "tau", (double)s->local_steps);
    row_number(t, "kappa", "standard deviation of the initial weights", s->kappa);
    row_number(t, "eta", "step size", s->lr);
    row_number(t, "theta", "probability that some subnetwork takes a neuron",
               mask_theta(s->mask, s->subnets, s->xi));
    row_number(t, "stability", "eta xi lambda_max(Hinf), stable below 2",
               train_stability(s, c->data.data.n, 1, c->data.lambda_max));
    row_number(t, "rounds", "of a run", (double)cell->rounds);
    stats_summary level = study_summary(r, k, FLOOR_LEVEL);
    row_number(t, "floor",
               "mean of ||y - u_k||^2 over the last third of the rounds, mean over repetitions",
               level.mean);
    row_number(t, "floor_sd", "standard deviation over repetitions (n-1)", level.sd);
    study_numbers(r, k, FLOOR_CHANGE, r->over_repeats);
    row_number(t, "settled",
               "1 if the slope over that third is indistinguishable from 0, else 0; nan: first "
               "rounds alone",
               cell->to_floor ? bernoulli_settled(r->over_repeats, r->repeats) : NAN);
    row_number(t, "window", "first rounds 0..window that contraction is fitted over, log-linear",
               (double)cell->window);
    put_factor(r, k, FLOOR_SLOPE, "contraction",
               "factor of ||y - u_k||^2 per round, geometric mean over repetitions", t);
    put_factor(r, k, FLOOR_SLOPE_FINITE, "finite",
               "factor of the predicted ||e_k||^2 over the same rounds, from H(0) of each start",
               t);
    row_number(t, "infinite", "the same from xi Hinf",
               exp(study_summary(r, k, FLOOR_SLOPE_INFINITE).mean));
    row_number(t, "paper", "1 - eta xi theta tau lambda0/4", cell->paper_factor);
}

/* --- the study --- */

static void note(const study_run *r, table *t) {
    const bernoulli_context *c = r->context;
    char beyond[BERNOULLI_WORDS];
    kernel_data_note(&c->data, t);
    bernoulli_beyond(c, 0, c->first[AXES], beyond);
    if (*beyond) { table_note(t, "slow cells", "their first rounds alone%s", beyond); }
    table_note(t, "first rounds",
               "as many as the mean's fastest direction takes to fall by a factor e, at least 4");
    table_note(t, "floor", "mean of ||y - u_k||^2 over the last third of the rounds");
    table_note(t, "mask", "bernoulli, a neuron that none took keeps its weights");
}

static const study_table tables[] = {
    {"",
     "Theorem 3: the mean over masks follows e_k = sum_i (1 - theta (1 - (1 - eta xi "
     "lambda_i)^tau))^k <v_i, y - u_0> v_i",
     17, put_curve},
    {"floors",
     "Theorem 3 and Corollaries 1 to 3: contraction and floor, one setting changed at a time", 17,
     put_cell},
    {NULL}};

const study bernoulli_study = {
    .samples = 24,
    .about = "Theorem 3 and Corollaries 1 to 3: convergence under Bernoulli masks, predicted and "
             "measured",
    STUDY_OF(options, defaults, bernoulli_context),
    .prepare = prepare,
    .close = close_context,
    .measure = bernoulli_measure,
    .cost = cost,
    .calibrate = calibrate,
    .note = note,
    .tables = tables,
    .claims = bernoulli_claims};
