/* What the notes of a table of --cells say of the runs behind it: defaults of the own options.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/options.h"
#include "study/own_masks.h"
#include "theory/error_floor/error_floor.h"

enum { NOTE = 1024 };

/* The option of a note "# --name: value" parsed into the settings; nothing where there is none. */
static status take_counts(const table_data *t, const char *name, option_list *list) {
    char value[NOTE];
    if (!table_note_of(t, name, value, sizeof value)) { return OK; }
    return option_counts(name, value, 1, FLOOR_MOST_WIDTH, list);
}

static status take_numbers(const table_data *t, const char *name, option_list *list, bool *given) {
    char value[NOTE];
    if (!table_note_of(t, name, value, sizeof value)) { return OK; }
    *given = true;
    return option_numbers(name, value, 0, 1e9, 1, 0, list);
}

static status take_word(const table_data *t, const char *name, const char *const *words,
                        int *which) {
    char value[NOTE];
    if (!table_note_of(t, name, value, sizeof value)) { return OK; }
    return option_word(name, value, words, which);
}

/* Rows, label columns and failures let pass, where the table tells them. */
static void take_runs(const table_data *t, floor_settings *o) {
    char value[NOTE];
    size_t n, d, q, failures;
    if (table_note_of(t, "data shape", value, sizeof value) &&
        sscanf(value, "n=%zu d=%zu q=%zu", &n, &d, &q) == 3) {
        o->samples = n;
        o->outputs = q > 1;
    }
    const char * or = table_note_of(t, "stop rule", value, sizeof value) ? strstr(value, " or ")
                                                                         : NULL;
    if (or &&sscanf(or, " or %zu rounds", &failures) == 1 && failures > 0) {
        o->patience = failures - 1;
    }
}

static status refuse_zero(const table_data *t, const char *path) {
    char value[NOTE];
    if (!table_note_of(t, "--unselected", value, sizeof value) || strcmp(value, "keep") == 0) {
        return OK;
    }
    return fail(BAD_INPUT,
                "--cells: %s is of runs with --unselected %s; a prediction is of --unselected keep",
                path, value);
}

/* One cell, of the masks' p, m and xi; the prediction is that of --mask. */
static status take_masks(study_run *r) {
    floor_settings *o = r->settings;
    mask_sets *sets = &((floor_context *)r->context)->sets;
    status st = own_masks_read(o->masks, sets);
    if (st != OK) { return st; }
    o->widths = (option_list){{(double)sets->m}, 1};
    o->subnets = (option_list){{(double)sets->p}, 1};
    o->xi = (option_list){{own_masks_xi(sets)}, 1};
    return OK;
}

status floor_preset(study_run *r) {
    floor_settings *o = r->settings;
    table_data t;
    if (o->masks && o->table) {
        return fail(BAD_INPUT, "--masks: they are for one m, p and xi, not for the cells of a "
                               "table; leave --cells or --masks out");
    }
    if (o->masks) { return take_masks(r); }
    if (!o->table) { return OK; }
    status st = table_read(o->table, &t);
    if (st != OK) { return st; }
    bool ignored;
    st = refuse_zero(&t, o->table);
    if (st == OK) { st = take_counts(&t, "--width", &o->widths); }
    if (st == OK) { st = take_counts(&t, "--subnets", &o->subnets); }
    if (st == OK) { st = take_counts(&t, "--local-steps", &o->local_steps); }
    if (st == OK) { st = take_numbers(&t, "--xi", &o->xi, &ignored); }
    if (st == OK) { st = take_numbers(&t, "--kappa", &o->kappas, &ignored); }
    if (st == OK) { st = take_numbers(&t, "--lr", &o->lr, &o->lr_given); }
    if (st == OK) { st = take_word(&t, "--scaling", floor_scaling_words, &o->scaling); }
    if (st == OK) { st = take_word(&t, "--mask", mask_words, &o->mask); }
    take_runs(&t, o);
    table_data_free(&t);
    return st;
}
