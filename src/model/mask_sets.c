/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/mask_sets.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "stats/stats.h"
#include "sweep/fingerprint.h"

static const double STANDARD_ERRORS = 5;

/* The mean size of a mask over m, and what it is known to. */
static void measure_share(mask_sets *sets) {
    stats_running shares = {0};
    for (size_t l = 0; l < sets->rounds * sets->p; l++) {
        double size = 0;
        for (size_t r = 0; r < sets->m; r++) { size += sets->mask[l * sets->m + r]; }
        stats_running_add(&shares, size / (double)sets->m);
    }
    double spread = shares.count > 1 ? sqrt(shares.squares / (shares.count - 1)) : 0;
    sets->share = shares.mean;
    sets->allows = 0.5 / (double)sets->m + STANDARD_ERRORS * spread / sqrt(shares.count);
}

status mask_sets_take(const char *path, const npy_array *masks, mask_sets *sets) {
    *sets = (mask_sets){.path = path,
                        .rounds = masks->shape[0],
                        .p = masks->shape[1],
                        .m = masks->shape[2],
                        .stride = 1,
                        .xi = NAN,
                        .mask = allocate(masks->count, 1, "masks")};
    if (!sets->mask) { return FAILED; }
    for (size_t k = 0; k < masks->count; k++) { sets->mask[k] = masks->values[k] == 1; }
    measure_share(sets);
    return OK;
}

static status check(const char *path, const npy_array *masks) {
    if (masks->rank != 3 || masks->count == 0) {
        return fail(BAD_INPUT, "%s: 'masks' has rank %d; write it with shape (K, p, m)", path,
                    masks->rank);
    }
    for (size_t k = 0; k < masks->count; k++) {
        double x = masks->values[k];
        if (x == 0 || x == 1) { continue; }
        return fail(BAD_INPUT, "%s: 'masks' has %g in round %zu; write 0 or 1", path, x,
                    k / (masks->count / masks->shape[0]));
    }
    return OK;
}

status mask_sets_read(const char *path, mask_sets *sets) {
    npy_array masks = {.values = NULL};
    const file_mark mark = fingerprint_mark(path);
    status st = npz_read(path, "masks", &masks);
    if (st == OK) { st = check(path, &masks); }
    if (st == OK) { st = mask_sets_take(path, &masks, sets); }
    if (st == OK) { st = npz_scalar(path, "xi", DBL_TRUE_MIN, 1, "(0, 1]", &sets->xi); }
    if (st == OK) { st = fingerprint_file(path, &mark, sets->sha256); }
    npy_free(&masks);
    return st;
}

void mask_sets_free(mask_sets *sets) {
    free(sets->mask);
    *sets = (mask_sets){.mask = NULL};
}

status mask_sets_fit(const mask_sets *sets, size_t p, size_t m) {
    if (sets->p != p) {
        return fail(BAD_INPUT,
                    "--subnets: the masks of %s are for %zu subnetworks; leave --subnets out",
                    sets->path, sets->p);
    }
    if (sets->m == m) { return OK; }
    return fail(BAD_INPUT, "--width: the masks of %s are for %zu neurons; leave --width out",
                sets->path, sets->m);
}

status mask_sets_fit_xi(const mask_sets *sets, double xi) {
    if (fabs(sets->share - xi) <= sets->allows) { return OK; }
    return fail(BAD_INPUT,
                "--masks: those of %s take %.4g of the neurons, not xi = %.4g; give --xi %.4g, or "
                "masks that fit",
                sets->path, sets->share, xi, sets->share);
}

bool mask_sets_part(const mask_sets *sets, double xi) {
    size_t size = sets->p * sets->m;
    if (!(fabs(xi * (double)sets->p - 1) <= 1e-12)) { return false; }
    for (size_t k = 0; k < sets->rounds * sets->m; k++) {
        unsigned taken = 0;
        for (size_t l = 0; l < sets->p; l++) {
            taken += sets->mask[k / sets->m * size + l * sets->m + k % sets->m];
        }
        if (taken != 1) { return false; }
    }
    return true;
}

const unsigned char *mask_sets_of(const mask_sets *sets, size_t repetition, size_t round) {
    size_t set = (repetition % sets->rounds * sets->stride + round) % sets->rounds;
    return sets->mask + set * sets->p * sets->m;
}
