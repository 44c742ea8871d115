/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/loss_start.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sweep/fingerprint.h"
#include "io/npy.h"

/* --- reading --- */

typedef struct {
    const char *name, *shape;
    int rank, neurons; /* indices of the shape, and which of them runs over neurons */
    bool two_values;   /* only these; otherwise all finite numbers */
    double values[2];
    const char *allowed;
} array_kind;

enum { WEIGHTS, SIGNS, MASKS, ARRAYS };

static const array_kind kinds[ARRAYS] = {
    [WEIGHTS] = {"weights", "(d, m)", 2, 1, false, {0}, "finite numbers"},
    [SIGNS] = {"signs", "(m, q)", 2, 0, true, {-1, 1}, "-1 or +1"},
    [MASKS] = {"masks", "(K, p, m)", 3, 2, true, {0, 1}, "0 or 1"}};

/* m: neurons that the array has to be for. */
static status check_array(const char *path, const array_kind *kind, size_t m, const npy_array *a) {
    if (a->rank != kind->rank || a->count == 0) {
        return fail(BAD_INPUT, "%s: '%s' has rank %d; write it with shape %s", path, kind->name,
                    a->rank, kind->shape);
    }
    if (a->shape[kind->neurons] != m) {
        return fail(BAD_INPUT,
                    "%s: '%s' is for %zu neurons, 'weights' has %zu; write it with shape %s", path,
                    kind->name, a->shape[kind->neurons], m, kind->shape);
    }
    for (size_t k = 0; k < a->count; k++) {
        double x = a->values[k];
        bool allowed =
            kind->two_values ? x == kind->values[0] || x == kind->values[1] : isfinite(x);
        if (allowed) { continue; }
        return fail(BAD_INPUT, "%s: '%s' has %g in row %zu; write %s", path, kind->name, x,
                    k / (a->count / a->shape[0]), kind->allowed);
    }
    return OK;
}

/* The arrays of the file as a start. */
static status take_arrays(const npy_array *weights, const npy_array *signs, loss_start *start) {
    *start = (loss_start){.d = weights->shape[0], .m = weights->shape[1], .q = signs->shape[1]};
    start->W = allocate(weights->count, sizeof *start->W, "initial weights");
    start->A = allocate(signs->count, sizeof *start->A, "output signs");
    if (!start->W || !start->A) { return FAILED; }
    for (size_t k = 0; k < weights->count; k++) {
        start->W[k % start->m * start->d + k / start->m] = (real)weights->values[k];
    }
    for (size_t k = 0; k < signs->count; k++) { start->A[k] = (real)signs->values[k]; }
    return OK;
}

/* Masks of a file with `rounds_done` led to its weights: they are not those of the rounds to come.
 */
static bool has_masks_to_come(const char *path) {
    return npz_has(path, kinds[MASKS].name) && !npz_has(path, "rounds_done");
}

static status read_arrays(const char *path, bool masks, loss_start *start, mask_sets *sets) {
    npy_array a[ARRAYS] = {{.values = NULL}};
    status st = OK;
    for (int k = 0; st == OK && k < ARRAYS; k++) {
        if (k == MASKS && !(masks && has_masks_to_come(path))) { continue; }
        st = npz_read(path, kinds[k].name, &a[k]);
        if (st == OK) { st = check_array(path, &kinds[k], a[WEIGHTS].shape[1], &a[k]); }
    }
    if (st == OK) { st = take_arrays(&a[WEIGHTS], &a[SIGNS], start); }
    if (st == OK && a[MASKS].values) { st = mask_sets_take(path, &a[MASKS], sets); }
    for (int k = 0; k < ARRAYS; k++) { npy_free(&a[k]); }
    return st;
}

static status read_settings(const char *path, experiment_settings *o) {
    static const double MOST = 1e6;
    static const char counts[] = "[1, 1e+06]";
    double samples = (double)o->samples, steps = (double)o->local_steps, xi = 0, lr = 0;
    status st = npz_scalar(path, "samples", 1, MOST, counts, &samples);
    if (st == OK) { st = npz_scalar(path, "local_steps", 1, MOST, counts, &steps); }
    if (st == OK) { st = npz_scalar(path, "xi", 1e-9, 1, "[1e-09, 1]", &xi); }
    if (st == OK) { st = npz_scalar(path, "lr", 1e-300, 1e9, "[1e-300, 1e+09]", &lr); }
    if (st != OK) { return st; }
    o->samples = (size_t)samples;
    o->local_steps = (size_t)steps;
    if (xi > 0) { o->xi = (option_list){{xi}, 1}; }
    if (lr > 0) { o->lr = (option_list){{lr}, 1}; }
    return OK;
}

status loss_start_read(const char *path, experiment_settings *o, loss_start *start,
                       mask_sets *sets) {
    const file_mark mark = fingerprint_mark(path);
    status st = read_arrays(path, !o->masks, start, sets);
    if (st == OK) { st = read_settings(path, o); }
    if (st == OK) { st = fingerprint_file(path, &mark, start->sha256); }
    if (st != OK) { return st; }
    o->width = (option_list){{(double)start->m}, 1};
    o->repeats = 1;
    if (sets->mask) {
        o->subnets = (option_list){{(double)sets->p}, 1};
        o->rounds = sets->rounds;
    }
    return OK;
}

status loss_start_check(const loss_start *start, const mask_sets *sets,
                        const experiment_settings *o, const dataset *data) {
    const char *path = o->init;
    if (!start->W) { return OK; }
    if (start->d != data->d || start->q != data->q) {
        return fail(BAD_INPUT,
                    "%s: weights and signs are for d=%zu q=%zu, the data have d=%zu q=%zu; give "
                    "the --data they belong to",
                    path, start->d, start->q, data->d, data->q);
    }
    if ((size_t)o->width.values[0] != start->m) {
        return fail(BAD_INPUT, "--width: %s has %zu neurons; leave --width out", path, start->m);
    }
    if (o->xi.count > 1) {
        return fail(BAD_INPUT,
                    "--init: a start is trained at one xi, not at %zu; give --xi one value",
                    o->xi.count);
    }
    if (!sets->mask || o->masks) { return OK; }
    if (o->rounds > sets->rounds) {
        return fail(BAD_INPUT, "--rounds: %s has masks for %zu rounds; give at most that", path,
                    sets->rounds);
    }
    if (o->repeats > 1) {
        return fail(BAD_INPUT,
                    "--repeats: %s fixes weights and masks, so every repetition is the same; give "
                    "1",
                    path);
    }
    return OK;
}

void loss_start_free(loss_start *start) {
    free(start->W);
    free(start->A);
    *start = (loss_start){0};
}
