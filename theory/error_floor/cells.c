/* The cells of error-floor: combinations of the lists, a series along p, or the rows of a table.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "model/bounds.h"
#include "model/stability.h"
#include "study/own_masks.h"
#include "theory/error_floor/error_floor.h"

enum { ROUNDS_MOST = 2000 };
static const double FOLDS = 6;         /* rounds where none are given, as bernoulli-rate's */
static const double RELEASED_LR = 0.1; /* Figure 2b */
/* A run averages its masks: with so many of them in a round one run a start is enough. */
static const double ENOUGH_MASKS = 32;
/* Every cell along p, but the last, trains as many subnetworks a start: each is as sharp. */
static const double ALONG_MASKS = 128;

/* --- one cell --- */

static size_t rounds_of(const floor_rows *on, const floor_settings *o, const train_settings *s) {
    if (o->rounds > 0) { return o->rounds; }
    double slowest = train_stability(s, on->g.n, on->g.q, on->data.lambda0);
    double multiplier = bounds_mean_multiplier(mask_theta(s->mask, s->subnets, s->xi), 1, slowest,
                                               (unsigned)s->local_steps);
    double rounds = ceil(FOLDS / -log(fabs(multiplier)));
    return rounds >= 1 && rounds <= ROUNDS_MOST ? (size_t)rounds : ROUNDS_MOST;
}

/* Runs from a start: --runs, or fewer where every round averages many masks. */
static size_t runs_of(const floor_settings *o, size_t subnets) {
    double enough = ceil(ENOUGH_MASKS / (double)subnets);
    return (double)o->runs < enough ? o->runs : (size_t)enough;
}

/* --lr of a xi: one for all, or the one that stands at the same place as xi. 0: there is none. */
static double rate_of(const floor_rows *on, const floor_settings *o, double xi) {
    if (!o->lr_given) {
        return o->scaling == SCALING_THEORY ? 1 / on->data.gram_norm : RELEASED_LR;
    }
    if (o->lr.count == 1) { return o->lr.values[0]; }
    for (size_t k = 0; k < o->lr.count; k++) {
        if (fabs(o->xi.values[k] - xi) <= 1e-9) { return o->lr.values[k]; }
    }
    return 0;
}

static floor_cell cell_of(const floor_rows *on, const floor_settings *o, const mask_sets *sets,
                          train_settings s) {
    floor_cell cell = {.s = s, .on = on, .measured = NAN};
    cell.s.mask = (mask_kind)o->mask;
    cell.s.scaling = (train_scaling)o->scaling;
    cell.s.unselected = UNSELECTED_KEEP;
    cell.s.sets = sets->mask ? sets : NULL;
    cell.s.xi = mask_share(cell.s.mask, s.subnets, s.width, s.xi);
    if (s.lr == 0) { cell.s.lr = rate_of(on, o, s.xi); }
    cell.rounds = rounds_of(on, o, &cell.s);
    cell.runs = runs_of(o, s.subnets);
    cell.stability = stability_subnet(&cell.s, on->g.n, on->g.q, on->data.lambda_max);
    return cell;
}

static bool same_setting(const train_settings *a, const train_settings *b) {
    return a->width == b->width && a->subnets == b->subnets && a->xi == b->xi && a->lr == b->lr &&
           a->local_steps == b->local_steps && a->kappa == b->kappa;
}

/* Adds the cell behind the last one unless its setting is there already. */
static void keep_if_new(floor_context *c, size_t *count) {
    size_t k = 0;
    while (k < *count && !same_setting(&c->cells[k].s, &c->cells[*count].s)) { k++; }
    c->cells[*count].stream = *count;
    *count += k == *count;
}

/* --- of the lists --- */

/* Cell number `k`: width, subnetworks, xi, local steps and kappa, the last one fastest. */
static floor_cell combination(const floor_context *c, const floor_settings *o, size_t k) {
    const option_list *lists[] = {&o->kappas, &o->local_steps, &o->xi, &o->subnets, &o->widths};
    double value[5];
    for (size_t i = 0; i < 5; i++) {
        size_t count = i == 2 && mask_parts((mask_kind)o->mask) ? 1 : lists[i]->count;
        value[i] = lists[i]->values[k % count];
        k /= count;
    }
    return cell_of(&c->all, o, &c->sets,
                   (train_settings){.width = (size_t)value[4],
                                    .subnets = (size_t)value[3],
                                    .xi = value[2],
                                    .local_steps = (size_t)value[1],
                                    .kappa = value[0]});
}

/* Corollary 2: one local step, the other numbers the first ones of their lists, the starts the
 * same. */
static void add_series(study_run *r) {
    floor_context *c = r->context;
    const floor_settings *o = r->settings;
    size_t first = r->cells;
    for (size_t k = 0; o->along_given && k < o->along.count; k++) {
        floor_cell *cell = &c->cells[r->cells++];
        *cell = cell_of(&c->few, o, &c->sets,
                        (train_settings){.width = (size_t)o->widths.values[0],
                                         .subnets = (size_t)o->along.values[k],
                                         .xi = o->xi.values[0],
                                         .local_steps = 1,
                                         .kappa = o->kappas.values[0]});
        cell->stream = first;
        if (o->runs > 0) { cell->runs = (size_t)ceil(ALONG_MASKS / o->along.values[k]); }
    }
}

static status list_combinations(study_run *r) {
    floor_context *c = r->context;
    const floor_settings *o = r->settings;
    size_t xi = mask_parts((mask_kind)o->mask) ? 1 : o->xi.count;
    r->cells = o->widths.count * o->subnets.count * xi * o->local_steps.count * o->kappas.count;
    c->cells = allocate(r->cells + o->along.count, sizeof *c->cells, "cells");
    if (!c->cells) { return FAILED; }
    for (size_t k = 0; k < r->cells; k++) {
        c->cells[k] = combination(c, o, k);
        c->cells[k].stream = k;
    }
    add_series(r);
    return OK;
}

/* --- of a table --- */

/* The number of a row, or what the options say where the table has no such column. */
static double number_of(const table_data *t, size_t row, const char *name, double otherwise) {
    int column = table_column(t, name);
    return column < 0 ? otherwise : table_value(t, row, column);
}

static bool whole(double x, double most) { return x >= 1 && x <= most && floor(x) == x; }

static status cell_of_row(const study_run *r, const table_data *t, size_t row, floor_cell *cell) {
    const floor_context *c = r->context;
    const floor_settings *o = r->settings;
    double width = number_of(t, row, "width", o->widths.values[0]);
    double subnets = number_of(t, row, "subnets", o->subnets.values[0]);
    double steps = number_of(t, row, "local_steps", o->local_steps.values[0]);
    double xi = number_of(t, row, "xi", o->xi.values[0]);
    double kappa = number_of(t, row, "kappa", o->kappas.values[0]);
    double lr = number_of(t, row, "lr", number_of(t, row, "eta", rate_of(&c->all, o, xi)));
    if (!whole(width, FLOOR_MOST_WIDTH) || !whole(subnets, FLOOR_MOST_SUBNETS) ||
        !whole(steps, FLOOR_MOST_STEPS) || !(xi > 0 && xi <= 1) || !(kappa > 0 && kappa <= 1e6) ||
        !(lr > 0 && lr <= 1e9)) {
        return fail(BAD_INPUT,
                    "--cells: %s, row %zu: width %g, subnets %g, local_steps %g, xi %g, kappa %g, "
                    "step %g are no setting; give --lr one value, or one for each xi",
                    o->table, row + 1, width, subnets, steps, xi, kappa, lr);
    }
    *cell = cell_of(&c->all, o, &c->sets,
                    (train_settings){.width = (size_t)width,
                                     .subnets = (size_t)subnets,
                                     .xi = xi,
                                     .local_steps = (size_t)steps,
                                     .kappa = kappa,
                                     .lr = lr});
    cell->measured = number_of(t, row, "floor", number_of(t, row, "mean", NAN));
    return OK;
}

/* Where floors are predicted, rows that say "settled 0" are no cells; levels under the stop rule
 * need not have settled. */
static bool is_cell(const floor_settings *o, const table_data *t, size_t row) {
    return o->until == UNTIL_STOPPED || number_of(t, row, "settled", 1) == 1;
}

static status list_rows(study_run *r) {
    floor_context *c = r->context;
    const floor_settings *o = r->settings;
    table_data t;
    status st = table_read(o->table, &t);
    if (st != OK) { return st; }
    c->cells = allocate(t.rows + 1 + o->along.count, sizeof *c->cells, "cells");
    st = c->cells ? OK : FAILED;
    for (size_t row = 0; st == OK && row < t.rows; row++) {
        if (!is_cell(o, &t, row)) { continue; }
        st = cell_of_row(r, &t, row, &c->cells[r->cells]);
        if (st == OK) { keep_if_new(c, &r->cells); }
    }
    add_series(r);
    if (st == OK && r->cells == 0) {
        st = fail(BAD_INPUT, "--cells: %s has no rows; give a table of cells", o->table);
    }
    table_data_free(&t);
    return st;
}

/* --- both --- */

status floor_list_cells(study_run *r) {
    floor_context *c = r->context;
    const floor_settings *o = r->settings;
    if (o->lr_given && o->lr.count > 1 && o->lr.count != o->xi.count) {
        return fail(BAD_INPUT, "--lr: %zu values for %zu values of --xi; give one, or one for each",
                    o->lr.count, o->xi.count);
    }
    status st = o->table ? list_rows(r) : list_combinations(r);
    size_t longest = 0;
    c->sets.stride = 1;
    for (size_t k = 0; st == OK && k < r->cells; k++) {
        const train_settings *s = &c->cells[k].s;
        size_t points = floor_points(c->cells[k].rounds);
        st = mask_check(s->mask, s->width, s->xi);
        if (st == OK) { st = own_masks_fit(&c->sets, s->subnets, s->width, s->xi); }
        longest = points > longest ? points : longest;
        if (c->cells[k].rounds > c->sets.stride) { c->sets.stride = c->cells[k].rounds; }
    }
    r->values = FLOOR_NUMBERS + 2 * longest;
    return st;
}

void floor_describe(const study_run *r, text *t) {
    const floor_context *c = r->context;
    for (size_t k = 0; k < r->cells; k++) {
        const train_settings *s = &c->cells[k].s;
        text_add(t, " cell=%zu,%zu,%.17g,%zu,%.17g,%.17g", s->width, s->subnets, s->xi,
                 s->local_steps, s->kappa, s->lr);
    }
    own_masks_describe(&c->sets, t);
}
