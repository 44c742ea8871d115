#include "theory/rate/bernoulli_cells.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_sort.h>

#include "run/program.h"
#include "theory/rate/bernoulli_floor.h"

const rate_options rate_defaults = {
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
              [AXIS_CURVE] = {{128, 256, 512, 1024, 2048}, 5}}};

static const char *const axis_words[AXES] = {
    "width", "width-large-kappa", "kappa",    "subnets",      "local-steps",
    "xi",    "dropout",           "small-xi", "multi-sample", "curve"};

const char *rate_axis_word(rate_axis axis)
{
    return axis_words[axis];
}

/* --- options --- */

enum {
    KEY_WIDTH = PROGRAM_OWN_KEY,
    KEY_SUBNETS,
    KEY_LOCAL_STEPS,
    KEY_XI,
    KEY_KAPPA,
    KEY_STEP,
    KEY_REPEATS,
    KEY_FOLDS,
    KEY_LARGE_KAPPA,
    KEY_CURVE_KAPPA,
    KEY_CURVE_ROUNDS,
    KEY_MASKS,
    KEY_LABEL,
    KEY_ALONG /* + axis */
};

enum { MAX_WIDTH = 10000000, MAX_SUBNETS = 10000, MAX_STEPS = 1000000, MAX_LABEL = 1000000 };
static const double XI_MOST = 0.999; /* at xi = 1 there is no floor */

static const struct argp_option options[] = {
    {0, 0, 0, 0,
     "The setting that every axis goes out from (24 rows unless --samples says so):", 1},
    {"width", KEY_WIDTH, "N", 0, "hidden neurons m (default 256)", 1},
    {"subnets", KEY_SUBNETS, "N", 0, "subnetworks per round p (default 4)", 1},
    {"local-steps", KEY_LOCAL_STEPS, "N", 0,
     "gradient steps tau of a subnetwork in a round (default 2)", 1},
    {"xi", KEY_XI, "X", 0, "probability that a subnetwork takes a neuron (default 0.5)", 1},
    {"kappa", KEY_KAPPA, "X", 0, "standard deviation of the initial weights (default 0.1)", 1},
    {"step", KEY_STEP, "X", 0, "eta ||G|| (default 1)", 1},
    {"repeats", KEY_REPEATS, "N", 0,
     "repetitions of every cell, starts W_0 of a mean curve (default 12)", 1},
    {"folds", KEY_FOLDS, "X", 0,
     "rounds to the floor: the slowest direction falls by exp(-X) (default 6)", 1},
    {"label", KEY_LABEL, "N", 0, "label column, counted from 0 (default 0)", 1},
    {0, 0, 0, 0, "The axes (LIST: values separated by commas):", 2},
    {"along-width", KEY_ALONG + AXIS_WIDTH, "LIST", 0, "m, also at --large-kappa", 2},
    {"large-kappa", KEY_LARGE_KAPPA, "X", 0, "kappa of the second axis of widths (default 1)", 2},
    {"along-kappa", KEY_ALONG + AXIS_KAPPA, "LIST", 0, "kappa", 2},
    {"along-subnets", KEY_ALONG + AXIS_SUBNETS, "LIST", 0, "p, also with tau = 1 (Corollary 2)", 2},
    {"along-local-steps", KEY_ALONG + AXIS_LOCAL_STEPS, "LIST", 0, "tau", 2},
    {"along-xi", KEY_ALONG + AXIS_XI, "LIST", 0, "xi", 2},
    {"along-dropout", KEY_ALONG + AXIS_DROPOUT, "LIST", 0,
     "xi with p = tau = 1, to the floor (Corollary 1)", 2},
    {"along-small-xi", KEY_ALONG + AXIS_SMALL_XI, "LIST", 0,
     "xi with p = tau = 1, first rounds alone (Corollary 1)", 2},
    {0, 0, 0, 0, "The mean curve:", 3},
    {"curve-widths", KEY_ALONG + AXIS_CURVE, "LIST", 0, "m", 3},
    {"curve-kappa", KEY_CURVE_KAPPA, "X", 0, "kappa (default 1)", 3},
    {"curve-rounds", KEY_CURVE_ROUNDS, "N", 0, "rounds (default 12)", 3},
    {"masks", KEY_MASKS, "N", 0, "runs with masks of their own from every start W_0 (default 16)",
     3},
    {0}};

static status parse_list(rate_axis axis, const char *text, rate_options *o)
{
    char name[32];
    snprintf(name, sizeof name, axis == AXIS_CURVE ? "curve-widths" : "along-%s", axis_words[axis]);
    switch (axis) {
    case AXIS_WIDTH:
    case AXIS_CURVE:
        return option_counts(name, text, 1, MAX_WIDTH, &o->along[axis]);
    case AXIS_SUBNETS:
        return option_counts(name, text, 1, MAX_SUBNETS, &o->along[axis]);
    case AXIS_LOCAL_STEPS:
        return option_counts(name, text, 1, MAX_STEPS, &o->along[axis]);
    case AXIS_KAPPA:
        return option_numbers(name, text, 0, 1e6, 1, 1, &o->along[axis]);
    default:
        return option_numbers(name, text, 0, XI_MOST, 1, 1, &o->along[axis]);
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    rate_options *o = state->input;
    status s;
    if (key == KEY_WIDTH) {
        s = option_count("width", text, 1, MAX_WIDTH, &o->width);
    } else if (key == KEY_SUBNETS) {
        s = option_count("subnets", text, 1, MAX_SUBNETS, &o->subnets);
    } else if (key == KEY_LOCAL_STEPS) {
        s = option_count("local-steps", text, 1, MAX_STEPS, &o->local_steps);
    } else if (key == KEY_XI) {
        s = option_number("xi", text, 0, XI_MOST, 1, &o->xi);
    } else if (key == KEY_KAPPA) {
        s = option_number("kappa", text, 0, 1e6, 1, &o->kappa);
    } else if (key == KEY_STEP) {
        s = option_number("step", text, 0, 1e6, 1, &o->step);
    } else if (key == KEY_REPEATS) {
        s = option_count("repeats", text, 2, RNG_MAX_REPEATS - 1, &o->repeats);
    } else if (key == KEY_FOLDS) {
        s = option_number("folds", text, 0, 1e3, 1, &o->folds);
    } else if (key == KEY_LARGE_KAPPA) {
        s = option_number("large-kappa", text, 0, 1e6, 1, &o->large_kappa);
    } else if (key == KEY_CURVE_KAPPA) {
        s = option_number("curve-kappa", text, 0, 1e6, 1, &o->curve_kappa);
    } else if (key == KEY_CURVE_ROUNDS) {
        s = option_count("curve-rounds", text, 4, MAX_STEPS, &o->curve_rounds);
    } else if (key == KEY_MASKS) {
        s = option_count("masks", text, 2, MAX_STEPS, &o->masks);
    } else if (key == KEY_LABEL) {
        s = option_count("label", text, 0, MAX_LABEL, &o->label);
    } else if (key >= KEY_ALONG && key < KEY_ALONG + AXES) {
        s = parse_list((rate_axis)(key - KEY_ALONG), text, o);
    } else {
        return ARGP_ERR_UNKNOWN;
    }
    return s == OK ? 0 : EINVAL;
}

const struct argp rate_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};

/* --- cells --- */

/* The list of values that an axis takes. */
static const option_list *list_of(const rate_options *o, rate_axis axis)
{
    rate_axis source = axis == AXIS_WIDTH_NOISY    ? AXIS_WIDTH
                       : axis == AXIS_MULTI_SAMPLE ? AXIS_SUBNETS
                                                   : axis;
    return &o->along[source];
}

static train_settings settings_at(const rate_options *o, double gram_norm, rate_axis axis,
                                  double value)
{
    train_settings s = {.width = o->width,
                        .subnets = o->subnets,
                        .xi = o->xi,
                        .lr = o->step / gram_norm,
                        .local_steps = o->local_steps,
                        .kappa = o->kappa,
                        .mask = MASK_BERNOULLI,
                        .scaling = SCALING_THEORY,
                        .unselected = UNSELECTED_KEEP};
    switch (axis) {
    case AXIS_WIDTH:
        s.width = (size_t)value;
        break;
    case AXIS_WIDTH_NOISY:
    case AXIS_CURVE:
        s.width = (size_t)value;
        s.kappa = axis == AXIS_CURVE ? o->curve_kappa : o->large_kappa;
        break;
    case AXIS_KAPPA:
        s.kappa = value;
        break;
    case AXIS_SUBNETS:
        s.subnets = (size_t)value;
        break;
    case AXIS_MULTI_SAMPLE:
        s.subnets = (size_t)value;
        s.local_steps = 1;
        break;
    case AXIS_LOCAL_STEPS:
        s.local_steps = (size_t)value;
        break;
    case AXIS_XI:
        s.xi = value;
        break;
    default:
        s.xi = value;
        s.subnets = s.local_steps = 1;
    }
    return s;
}

static rate_cell cell_at(const rate_options *o, double gram_norm, double lambda0, double lambda_max,
                         rate_axis axis, double value)
{
    rate_cell cell = {.axis = axis, .value = value, .s = settings_at(o, gram_norm, axis, value)};
    mean_rule rule = mean_rule_of(&cell.s);
    cell.level = axis != AXIS_SMALL_XI && axis != AXIS_CURVE;
    cell.window = mean_window(rule, cell.s.xi, lambda_max);
    if (axis == AXIS_CURVE) {
        cell.rounds = o->curve_rounds;
        cell.window = cell.window < cell.rounds ? cell.window : cell.rounds;
        return cell;
    }
    cell.rounds = cell.level ? floor_rounds(rule, cell.s.xi * lambda0, o->folds) : cell.window;
    cell.rounds = cell.rounds > cell.window ? cell.rounds : cell.window;
    return cell;
}

status rate_cells_list(const rate_options *o, double gram_norm, double lambda0, double lambda_max,
                       rate_cells *list)
{
    *list = (rate_cells){0};
    size_t room = 0;
    for (int axis = 0; axis < AXES; axis++) { room += list_of(o, (rate_axis)axis)->count; }
    list->cells = allocate(room, sizeof *list->cells, "cells");
    if (!list->cells) { return FAILED; }
    for (int axis = 0; axis < AXES; axis++) {
        option_list values = *list_of(o, (rate_axis)axis);
        gsl_sort(values.values, 1, values.count);
        list->first[axis] = list->count;
        for (size_t k = 0; k < values.count; k++) {
            list->cells[list->count++] =
                cell_at(o, gram_norm, lambda0, lambda_max, (rate_axis)axis, values.values[k]);
        }
    }
    list->first[AXES] = list->count;
    return OK;
}

void rate_cells_free(rate_cells *list)
{
    free(list->cells);
    *list = (rate_cells){0};
}

char *rate_cells_text(const rate_cells *list, const rate_options *o, const char *data, size_t rows,
                      unsigned long long seed)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    if (!f) { return NULL; }
    fprintf(f, "data %s rows %zu label %zu seed %llu masks %zu\n", data, rows, o->label, seed,
            o->masks);
    for (size_t k = 0; k < list->count; k++) {
        const rate_cell *c = &list->cells[k];
        const train_settings *s = &c->s;
        fprintf(f,
                "cell %zu axis %s m %zu p %zu xi %.17g eta %.17g tau %zu kappa %.17g rounds %zu "
                "window %zu\n",
                k, axis_words[c->axis], s->width, s->subnets, s->xi, s->lr, s->local_steps,
                s->kappa, c->rounds, c->window);
    }
    fclose(f);
    return text;
}

void rate_options_note(const rate_options *o, table *t)
{
    table_note(t, "base setting", "m=%zu p=%zu tau=%zu xi=%g kappa=%g", o->width, o->subnets,
               o->local_steps, o->xi, o->kappa);
    table_note(t, "eta ||G||", "%g", o->step);
    table_note(t, "mean curve", "kappa=%g, %zu starts, %zu runs from each with masks of their own",
               o->curve_kappa, o->repeats, o->masks);
    table_note(
        t, "first rounds",
        "as many as the fastest direction of the mean takes to fall by a factor e, at least 4");
    table_note(t, "floor",
               "mean of ||y - u_k||^2 over the last third of the rounds; the slowest direction of "
               "the mean falls by exp(-%g)",
               o->folds);
    table_note(t, "repeats", "%zu", o->repeats);
    table_note(t, "mask", "bernoulli, a neuron that none took keeps its weights");
    table_note(t, "scaling", "theory");
}
