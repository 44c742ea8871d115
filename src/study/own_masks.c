/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/own_masks.h"

#include <math.h>

#include "cli/program.h"

status own_masks_read(const char *path, mask_sets *sets) {
    return path && !sets->mask ? mask_sets_read(path, sets) : OK;
}

double own_masks_xi(const mask_sets *sets) { return isnan(sets->xi) ? sets->share : sets->xi; }

status own_masks_fit(const mask_sets *sets, size_t p, size_t m, double xi) {
    if (!sets->mask) { return OK; }
    status st = mask_sets_fit(sets, p, m);
    return st == OK ? mask_sets_fit_xi(sets, xi) : st;
}

status own_masks_refuse(const char *path, const char *why) {
    if (!path) { return OK; }
    return fail(BAD_INPUT, "--masks: %s; masks of your own are taken by " PROGRAMS_WITH_MASKS, why);
}

void own_masks_describe(const mask_sets *sets, text *t) {
    if (sets->sha256[0]) { text_add(t, " masks=%s,%zu", sets->sha256, sets->stride); }
}

void own_masks_note(const mask_sets *sets, table *t) {
    if (!sets->mask) { return; }
    table_note(t, "masks", "%zu sets of %s, repetition j from set %zu j on, share of ones %.9g",
               sets->rounds, sets->path, sets->stride, sets->share);
}

void own_masks_suppose_drawn(const mask_sets *sets, evidence *e) {
    if (!sets || !sets->mask) { return; }
    claim_supposes(e, false, "random masks: nothing is known of those of %s", sets->path);
}
