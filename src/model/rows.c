/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stats/rng.h"
#include "base/scratch.h"

/* --- an order that the file's does not decide --- */

static int compare_numbers(const double *a, const double *b, size_t count) {
    for (size_t k = 0; k < count; k++) {
        if (a[k] != b[k]) { return a[k] < b[k] ? -1 : 1; }
    }
    return 0;
}

static int by_content(const void *a, const void *b, void *context) {
    const dataset *data = context;
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    int order = compare_numbers(data->X + i * data->d, data->X + j * data->d, data->d);
    return order ? order : compare_numbers(data->Y + i * data->q, data->Y + j * data->q, data->q);
}

/* order <- the rows by content, then shuffled. */
static status shuffle(const dataset *data, uint64_t seed, size_t *order, size_t *shift) {
    size_t n = data->n;
    rng *r = rng_new(seed, RNG_MAX_CELLS - 1, RNG_MAX_REPEATS - 1, RNG_MASKS);
    if (!r) { return fail(FAILED, "no memory for random streams"); }
    for (size_t i = 0; i < n; i++) { order[i] = i; }
    qsort_r(order, n, sizeof *order, by_content, (void *)(uintptr_t)data);
    for (size_t i = n; i > 1; i--) {
        size_t j = rng_index(r, i), kept = order[i - 1];
        order[i - 1] = order[j];
        order[j] = kept;
    }
    *shift = rng_index(r, n);
    rng_free(r);
    return OK;
}

/* --- spread over the labels --- */

typedef struct {
    double label;
    size_t place; /* in the shuffled order: tells equal labels apart */
} ranked;

static int by_label(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->label != y->label) { return x->label < y->label ? -1 : 1; }
    return x->place < y->place ? -1 : x->place > y->place;
}

static double label_of(const double *y, size_t q) {
    size_t largest = 0;
    for (size_t k = 1; k < q; k++) { largest = y[k] > y[largest] ? k : largest; }
    return q == 1 ? *y : (double)largest;
}

/* taken <- all places 0 .. n-1: 0, then the middle, the quarters, ... (the bits of a counter in
 * reverse), all of them shifted round. */
static void halve_gaps(size_t n, size_t shift, size_t *taken) {
    size_t bits = 0, count = 0;
    while (((size_t)1 << bits) < n) { bits++; }
    for (size_t k = 0; k < (size_t)1 << bits; k++) {
        size_t place = 0;
        for (size_t b = 0; b < bits; b++) { place |= (k >> b & 1) << (bits - 1 - b); }
        if (place < n) { taken[count++] = (place + shift) % n; }
    }
}

/* Puts `row` at `place` of order, those between one further. */
static void bring_forward(size_t *order, size_t place, size_t row) {
    size_t from = place;
    while (order[from] != row) { from++; }
    memmove(order + place + 1, order + place, (from - place) * sizeof *order);
    order[place] = row;
}

status rows_spread(const dataset *whole, uint64_t seed, bool closest, size_t *order) {
    size_t n = whole->n, q = whole->q, shift = 0;
    scratch work = {0};
    size_t *shuffled = scratch_take(&work, n, sizeof *shuffled, "rows in a seeded order"),
           *places = scratch_take(&work, n, sizeof *places, "ranks to take");
    ranked *ranks = scratch_take(&work, n, sizeof *ranks, "rows by label");
    dataset mixed = {.n = 0}; /* in the seeded order: of equally close pairs it decides */
    status st = work.failed ? FAILED : shuffle(whole, seed, shuffled, &shift);
    if (st == OK) { st = dataset_take(whole, shuffled, n, &mixed); }
    for (size_t i = 0; st == OK && i < n; i++) {
        ranks[i] = (ranked){label_of(mixed.Y + i * q, q), i};
    }
    if (st == OK) {
        qsort(ranks, n, sizeof *ranks, by_label);
        halve_gaps(n, shift, places);
        for (size_t i = 0; i < n; i++) { order[i] = shuffled[ranks[places[i]].place]; }
    }
    if (st == OK && closest && n > 1) {
        bring_forward(order, 0, shuffled[mixed.closest[0]]);
        bring_forward(order, 1, shuffled[mixed.closest[1]]);
    }
    dataset_free(&mixed);
    scratch_free(&work);
    return st;
}

/* --- loading --- */

/* data <- `wanted` of its rows, file_row their numbers in the file. */
static status spread(uint64_t seed, bool closest, size_t wanted, dataset *data, size_t **file_row) {
    dataset part = {.n = 0};
    size_t *order = allocate(data->n, sizeof *order, "chosen rows");
    status st = order ? rows_spread(data, seed, closest, order) : FAILED;
    if (st == OK) { st = dataset_take(data, order, wanted, &part); }
    dataset_free(data);
    if (st != OK || !file_row) {
        free(order);
    } else {
        *file_row = order;
    }
    *data = part;
    data->spread = true;
    return st;
}

status rows_in_order(size_t n, size_t **file_row) {
    *file_row = allocate(n, sizeof **file_row, "numbers of the rows");
    for (size_t i = 0; *file_row && i < n; i++) { (*file_row)[i] = i; }
    return *file_row ? OK : FAILED;
}

static void say_rows(const program_options *run, size_t wanted, const dataset *data) {
    if (data->n < wanted) {
        program_say(run, "%s has %zu rows: all are taken, %zu would be", data->path, data->n,
                    wanted);
    } else if (data->n < data->file_rows && data->spread) {
        char rows[160];
        rows_describe(data, rows, sizeof rows);
        program_say(run, "rows: %s", rows);
    }
}

/* The first rows of a file need not have its closest pair: says what that hides. A file that cannot
 * be taken whole has no such pair to tell of. */
static void look_beyond(const program_options *run, dataset *data) {
    dataset whole;
    if (data->n == data->file_rows || dataset_load(run->data, 0, &whole) != OK) { return; }
    data->file_angle = whole.smallest_angle;
    if (!(data->smallest_angle <= whole.smallest_angle)) {
        program_say(run,
                    "the first %zu of %zu rows leave out the closest pair, rows %zu and %zu at an "
                    "angle of %.3g: with it lambda_min(Hinf) is at most %.4g",
                    data->n, data->file_rows, whole.closest[0], whole.closest[1],
                    whole.smallest_angle, dataset_pair_cap(whole.smallest_angle));
    }
    dataset_free(&whole);
}

status rows_load(const program_options *run, size_t wanted, program_rows usual, dataset *data,
                 size_t **file_row) {
    program_rows way = run->rows == ROWS_USUAL ? usual : run->rows;
    size_t asked = run->samples ? run->samples : wanted;
    if (file_row) { *file_row = NULL; }
    if (way == ROWS_FIRST) {
        status st = run->samples && !run->at_most ? dataset_load(run->data, asked, data)
                                                  : dataset_load_most(run->data, asked, data);
        if (st == OK) { say_rows(run, asked, data); }
        if (st == OK && usual == ROWS_SPREAD) { look_beyond(run, data); }
        if (st == OK && file_row && (st = rows_in_order(data->n, file_row)) != OK) {
            dataset_free(data);
        }
        return st;
    }
    status st = dataset_load(run->data, 0, data);
    if (st == OK && run->samples > data->n && !run->at_most) {
        dataset_free(data);
        return dataset_load(run->data, asked, data); /* which has the words of this refusal */
    }
    if (st == OK) {
        st = spread(run->seed, way == ROWS_SPREAD, asked && asked < data->n ? asked : data->n, data,
                    file_row);
    }
    if (st == OK) { say_rows(run, asked, data); }
    return st;
}

/* data <- the first `count` of its rows. */
static status keep_first(size_t count, dataset *data) {
    dataset part = {.n = 0};
    size_t *order = NULL;
    status st = rows_in_order(count, &order);
    if (st == OK) { st = dataset_take(data, order, count, &part); }
    free(order);
    dataset_free(data);
    *data = part;
    return st;
}

/* held <- the last `count` rows, data <- the others. */
static status cut(size_t count, dataset *data, dataset *held) {
    size_t left = data->n - count, *order = allocate(count, sizeof *order, "rows held out");
    for (size_t i = 0; order && i < count; i++) { order[i] = left + i; }
    status st = order ? dataset_take(data, order, count, held) : FAILED;
    free(order);
    return st == OK ? keep_first(left, data) : st;
}

status rows_hold_out(const program_options *run, size_t wanted, size_t count, dataset *data,
                     size_t **file_row, dataset *held) {
    size_t asked = run->samples ? run->samples : wanted;
    *file_row = NULL;
    status st = dataset_load(run->data, 0, data);
    if (st != OK) { return st; }
    if (st == OK && run->at_most && count > data->n / 4) { count = data->n >= 8 ? data->n / 4 : 1; }
    if (count >= data->n || (run->samples > data->n - count && !run->at_most)) {
        st = fail(
            BAD_INPUT,
            "--holdout: without %zu rows %s has %zu to train on; hold out fewer, or give fewer "
            "--samples",
            count, data->path, count < data->n ? data->n - count : 0);
    }
    if (st == OK) { st = cut(count, data, held); }
    if (st == OK && (asked == 0 || asked > data->n)) { asked = data->n; }
    if (st == OK && run->rows == ROWS_SPREAD) {
        st = spread(run->seed, true, asked, data, file_row);
    } else if (st == OK) {
        st = keep_first(asked, data);
        if (st == OK) { st = rows_in_order(asked, file_row); }
    }
    if (st != OK) {
        dataset_free(data);
        dataset_free(held);
    }
    return st;
}

status rows_test(const char *path, const dataset *data, dataset *held) {
    status st = dataset_load_looked_at(path, held);
    if (st != OK) { return st; }
    if (held->d != data->d || held->q != data->q) {
        st = fail(BAD_INPUT,
                  "--test: %s has d=%zu q=%zu, the data have d=%zu q=%zu; give rows of the "
                  "same kind",
                  path, held->d, held->q, data->d, data->q);
    } else if (strcmp(held->sha256, data->sha256) == 0) {
        st = fail(BAD_INPUT,
                  "--test: %s is the file that is trained on; take --holdout for rows of it", path);
    }
    for (size_t k = 0; st == OK && k < held->n * held->q; k++) {
        held->Y[k] *= held->label_scale / data->label_scale;
    }
    if (st != OK) { dataset_free(held); }
    return st;
}

void rows_describe(const dataset *data, char *text, size_t size) {
    bool whole = data->n == data->file_rows,
         pair = data->smallest_angle <= data->file_angle * (1 + 1e-9);
    size_t used = (size_t)snprintf(text, size, "%zu of %zu, %s", data->n, data->file_rows,
                                   data->spread ? "spread over the labels"
                                   : whole      ? "in the file's order"
                                                : "the first of the file");
    if (used >= size) { return; }
    if (pair && !whole) {
        snprintf(text + used, size - used, ", the closest pair of the file among them");
    } else if (!pair && !isnan(data->file_angle)) {
        snprintf(text + used, size - used,
                 ", without the closest pair of the file, which caps lambda_min(Hinf) at %.4g",
                 dataset_pair_cap(data->file_angle));
    }
}
