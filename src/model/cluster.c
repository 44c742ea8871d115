#include "model/cluster.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "model/active.h"

enum { REFINEMENTS = 3 };

typedef struct {
    double likeness;
    size_t row;
} candidate;

/* The most alike first; of equals the first row, so that the order is one. */
static int more_alike(const void *a, const void *b) {
    const candidate *x = a, *y = b;
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

/* A copy of the rows of a matrix in the new order. */
static double *reordered(const double *rows, size_t columns, const candidate *order, size_t n) {
    double *copy = allocate(n * columns, sizeof *copy, "inputs in order");
    for (size_t i = 0; copy && i < n; i++) {
        memcpy(copy + i * columns, rows + order[i].row * columns, columns * sizeof *copy);
    }
    return copy;
}

status dataset_cluster_rows(dataset *data) {
    candidate *order = allocate(data->n, sizeof *order, "order of the inputs");
    double *centre = allocate(data->d, sizeof *centre, "order of the inputs"), *X = NULL, *Y = NULL;
    if (order && centre) {
        for (size_t i = 0; i < data->n; i++) { order[i].row = i; }
        order_rows(data, order, centre);
        X = reordered(data->X, data->d, order, data->n);
        Y = reordered(data->Y, data->q, order, data->n);
    }
    bool done = X && Y;
    if (done) {
        free(data->X);
        free(data->Y);
        data->X = X;
        data->Y = Y;
    } else {
        free(X);
        free(Y);
    }
    free(order);
    free(centre);
    return done ? OK : FAILED;
}
