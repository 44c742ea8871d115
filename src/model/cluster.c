/* Rows of a data set in an order that puts inputs side by side that are alike.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/dataset.h"

#include <stdlib.h>
#include <string.h>

#include "base/scratch.h"
#include "model/active.h"

enum { REFINEMENTS = 3 };

typedef struct {
    double likeness;
    size_t row;
} candidate;

/* The most alike first; of equals the first row, so that the order is one. */
static int more_alike(const void *a, const void *b) {
    const candidate *x = a;
    const candidate *y = b;
    if (x->likeness != y->likeness) { return x->likeness > y->likeness ? -1 : 1; }
    return x->row < y->row ? -1 : x->row > y->row;
}

/* likeness <- <x_i, centre> of every candidate. */
static void compare(const dataset *data, const double *centre, candidate *left, size_t count) {
    for (size_t k = 0; k < count; k++) {
        const double *x = data->X + left[k].row * data->d;
        double sum = 0;
#pragma omp simd reduction(+ : sum)
        for (size_t c = 0; c < data->d; c++) { sum += x[c] * centre[c]; }
        left[k].likeness = sum;
    }
}

/* centre <- the sum of the first `count` candidates' inputs. */
static void centre_of(const dataset *data, const candidate *first, size_t count, double *centre) {
    memset(centre, 0, data->d * sizeof *centre);
    for (size_t k = 0; k < count; k++) {
        for (size_t c = 0; c < data->d; c++) { centre[c] += data->X[first[k].row * data->d + c]; }
    }
}

/* Orders the candidates, tile after tile: each begins at the input that is least like the mean of
 * all, takes those most like it, and then a few times those most like the mean of what it holds. */
static void order_rows(const dataset *data, candidate *rows, double *centre) {
    size_t tile = active_tile(data->n);
    centre_of(data, rows, data->n, centre);
    compare(data, centre, rows, data->n);
    qsort(rows, data->n, sizeof *rows, more_alike);
    for (size_t begin = 0; begin + tile < data->n; begin += tile) {
        candidate *left = rows + begin;
        size_t count = data->n - begin;
        centre_of(data, left + count - 1, 1, centre);
        for (int k = 0; k <= REFINEMENTS; k++) {
            compare(data, centre, left, count);
            qsort(left, count, sizeof *left, more_alike);
            centre_of(data, left, tile, centre);
        }
    }
}

/* The rows of a matrix in the new order; copy: scratch of its size. */
static void reorder(double *rows, size_t columns, const candidate *order, size_t n, double *copy) {
    for (size_t i = 0; i < n; i++) {
        memcpy(copy + i * columns, rows + order[i].row * columns, columns * sizeof *copy);
    }
    memcpy(rows, copy, n * columns * sizeof *copy);
}

status dataset_cluster_rows(dataset *data) {
    scratch work = {0};
    candidate *order = scratch_take(&work, data->n, sizeof *order, "order of the inputs");
    double *centre = scratch_take(&work, data->d, sizeof *centre, "order of the inputs");
    double *X = scratch_take(&work, data->n * data->d, sizeof *X, "inputs in order");
    double *Y = scratch_take(&work, data->n * data->q, sizeof *Y, "labels in order");
    const status st = work.failed ? FAILED : OK;
    if (st == OK) {
        for (size_t i = 0; i < data->n; i++) { order[i].row = i; }
        order_rows(data, order, centre);
        reorder(data->X, data->d, order, data->n, X);
        reorder(data->Y, data->q, order, data->n, Y);
    }
    scratch_free(&work);
    return st;
}
