/* Pairs of inputs, by blocks of G = X X^T: the closest one, and rows of one direction.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/dataset.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Angle between x_i and sign * x_j: 2 atan2(||x_i - sign x_j||, ||x_i + sign x_j||) (paper section
 * 2). */
static double angle_between(const dataset *data, size_t i, size_t j, double sign) {
    const double *x = data->X + i * data->d;
    const double *y = data->X + j * data->d;
    double difference = 0, sum = 0;
    for (size_t k = 0; k < data->d; k++) {
        double minus = x[k] - sign * y[k], plus = x[k] + sign * y[k];
        difference += minus * minus;
        sum += plus * plus;
    }
    return 2 * atan2(sqrt(difference), sqrt(sum));
}

double dataset_angle(const dataset *data, size_t i, size_t j) {
    return angle_between(data, i, j, 1);
}

/* The pair of rows with the smallest angle between x_i and sign * x_j, so far. */
typedef struct {
    double sign;
    double cosine; /* largest sign * <x_i, x_j> seen */
    double angle;
    size_t i, j;
} pair;

/* Looks at rows i, j of inner product `product`. A product is off by (d + 8) epsilon/2 at most, so
 * a pair whose cosine lies `margin` = 2 (d + 8) epsilon below the largest cannot have the smallest
 * angle; the others get the accurate one. */
static void pair_consider(pair *best, const dataset *data, size_t i, size_t j, double product) {
    double margin = 2 * (double)(data->d + 8) * DBL_EPSILON, cosine = best->sign * product;
    if (cosine < best->cosine - margin) { return; }
    best->cosine = fmax(best->cosine, cosine);
    double angle = angle_between(data, i, j, best->sign);
    if (angle < best->angle) {
        best->angle = angle;
        best->i = i;
        best->j = j;
    }
}

enum { PAIRS_SHOWN = 4 };

/* The pairs of one direction, i < j: how many, and those whose second row comes first in the file.
 */
typedef struct {
    double tolerance;
    size_t count;
    size_t i[PAIRS_SHOWN], j[PAIRS_SHOWN];
    bool *later; /* (n) rows that have an earlier one of their direction */
} same_pairs;

static void same_add(same_pairs *same, size_t i, size_t j) {
    size_t place = same->count < PAIRS_SHOWN ? same->count : PAIRS_SHOWN;
    same->count++;
    same->later[j] = true;
    for (; place > 0 &&
           (j < same->j[place - 1] || (j == same->j[place - 1] && i < same->i[place - 1]));
         place--) {
        if (place < PAIRS_SHOWN) {
            same->i[place] = same->i[place - 1];
            same->j[place] = same->j[place - 1];
        }
    }
    if (place < PAIRS_SHOWN) {
        same->i[place] = i;
        same->j[place] = j;
    }
}

/* Counts rows i, j if they are of one direction. Only for products that may be of such a pair is
 * the angle computed: cos(t) > 1 - t^2/2, and the product is off as above. */
static bool same_consider(same_pairs *same, const dataset *data, size_t i, size_t j,
                          double product) {
    const double t = same->tolerance, margin = 2 * (double)(data->d + 8) * DBL_EPSILON;
    if (!(product >= 1 - t * t / 2 - margin) || !(dataset_angle(data, i, j) <= t)) { return false; }
    same_add(same, i, j);
    return true;
}

/* All pairs i < j, by blocks of G = X X^T so that no n x n memory is needed. */
static status measure_pairs(const dataset *data, same_pairs *same, pair *nearest, pair *farthest) {
    enum { BLOCK = 256 };
    const size_t n = data->n, d = data->d;
    double *products = allocate(BLOCK * BLOCK, sizeof *products, "inner products of the inputs");
    if (!products) { return FAILED; }
    for (size_t row = 0; row < n; row += BLOCK) {
        for (size_t column = row; column < n; column += BLOCK) {
            size_t rows = n - row < BLOCK ? n - row : BLOCK,
                   columns = n - column < BLOCK ? n - column : BLOCK;
            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, (int)columns, (int)d, 1,
                        data->X + row * d, (int)d, data->X + column * d, (int)d, 0, products,
                        BLOCK);
            for (size_t i = row; i < row + rows; i++) {
                for (size_t j = column > i ? column : i + 1; j < column + columns; j++) {
                    double product = products[(i - row) * BLOCK + (j - column)];
                    if (same_consider(same, data, i, j, product)) {
                        continue; /* the data are refused, whichever rows are closest */
                    }
                    pair_consider(nearest, data, i, j, product);
                    pair_consider(farthest, data, i, j, product);
                }
            }
        }
    }
    free(products);
    return OK;
}

/* The line for rows of one direction: all pairs counted, the first ones named. */
static status refuse_same(const dataset *data, const same_pairs *same) {
    char pairs[PAIRS_SHOWN * 48] = "";
    size_t used = 0, later = 0;
    for (size_t i = 0; i < data->n; i++) { later += same->later[i]; }
    if (same->count == 1) {
        return fail(
            BAD_INPUT,
            "%s: array 'features', rows %zu and %zu (counted from 0) have the same direction, "
            "which makes Hinf singular; remove one of them or take --rows first --samples %zu or "
            "fewer",
            data->path, same->i[0], same->j[0], same->j[0]);
    }
    for (size_t k = 0; k < same->count && k < PAIRS_SHOWN; k++) {
        used += (size_t)snprintf(pairs + used, sizeof pairs - used, "%s%zu and %zu", k ? ", " : "",
                                 same->i[k], same->j[k]);
    }
    return fail(BAD_INPUT,
                "%s: array 'features' has %zu pairs of rows of the same direction, which makes "
                "Hinf singular: "
                "rows %s%s (counted from 0); remove the later row of each pair (%zu rows) or take "
                "--rows first --samples %zu or fewer",
                data->path, same->count, pairs, same->count > PAIRS_SHOWN ? ", ..." : "", later,
                same->j[0]);
}

status dataset_check_pairs(dataset *data) {
    double tolerance = data->same_angle;
    pair nearest = {.sign = 1, .cosine = -INFINITY, .angle = INFINITY};
    pair farthest = {.sign = -1, .cosine = -INFINITY, .angle = INFINITY};
    same_pairs same = {.tolerance = tolerance};
    data->smallest_angle = NAN;
    data->opposite = false;
    if (data->n < 2) { return OK; }
    same.later = allocate(data->n, sizeof *same.later, "rows of one direction");
    status st = same.later ? measure_pairs(data, &same, &nearest, &farthest) : FAILED;
    if (st == OK && same.count > 0) { st = refuse_same(data, &same); }
    free(same.later);
    if (st != OK) { return st; }
    data->smallest_angle = nearest.angle;
    data->closest[0] = nearest.i;
    data->closest[1] = nearest.j;
    data->opposite = farthest.angle <= tolerance;
    if (data->opposite) {
        data->opposite_rows[0] = farthest.i;
        data->opposite_rows[1] = farthest.j;
    }
    return OK;
}

/* Without cancellation: 1 - cos t = 2 sin^2(t/2). */
double dataset_pair_cap(double angle) {
    double half = sin(angle / 2);
    return (angle * cos(angle) + 2 * M_PI * half * half) / (2 * M_PI);
}
