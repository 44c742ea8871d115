#include "model/dataset.h"

#include <cblas.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sweep/fingerprint.h"
#include "io/npy.h"

/* Angle (radians) up to which two rows count as of one direction, that is as the same up to rounding. With u the unit
 * roundoff, rows x and c x end up within 2 u(f4) = 1.2e-7 when stored as f4; as f8 within 6 u = 6.7e-16, two for
 * storing them, two for their norms and two for the quotients. */
static const double SAME_F4 = 2.4e-7, SAME_F8 = 1e-15;

/* --- what the arrays may be --- */

static status check_type(const char *path, const char *name, const npy_array *array) {
    if (array->type[0] == 'f') { return OK; }
    return fail(
        BAD_INPUT,
        "%s: array '%s' has dtype %s, not float32 or float64; convert it with .astype('float32')",
        path, name, array->type);
}

/* Whole numbers in one column are most often the numbers of classes. */
static status check_label_type(const char *path, const npy_array *labels) {
    const bool column = labels->rank == 1 || (labels->rank == 2 && labels->shape[1] == 1);
    if (labels->type[0] == 'f' || !column) { return check_type(path, "labels", labels); }
    return fail(
        BAD_INPUT,
        "%s: array 'labels' has dtype %s, not float32 or float64; if it numbers k classes from 0, "
        "write one column a class: numpy.eye(k, dtype='float32')[labels%s], else convert it with "
        ".astype('float32')",
        path, labels->type, labels->rank == 2 ? "[:, 0]" : "");
}

static status check_shapes(const char *path, const npy_array *features, const npy_array *labels,
                           size_t samples) {
    status s = check_type(path, "features", features);
    if (s == OK) { s = check_label_type(path, labels); }
    if (s != OK) { return s; }
    if (features->rank != 2) {
        return fail(BAD_INPUT,
                    "%s: array 'features' has rank %d; reshape it to (samples, input dimension)",
                    path, features->rank);
    }
    if (labels->rank != 1 && labels->rank != 2) {
        return fail(
            BAD_INPUT,
            "%s: array 'labels' has rank %d; reshape it to (samples, outputs) or (samples,)", path,
            labels->rank);
    }
    if (features->count == 0 || labels->count == 0) {
        return fail(BAD_INPUT, "%s: array '%s' has no entries; write at least one row and column",
                    path, features->count == 0 ? "features" : "labels");
    }
    if (labels->shape[0] != features->shape[0]) {
        return fail(
            BAD_INPUT,
            "%s: array 'labels' has %zu rows, array 'features' %zu; write one label row a sample",
            path, labels->shape[0], features->shape[0]);
    }
    if (samples > features->shape[0]) {
        return fail(
            BAD_INPUT,
            "%s: array 'features' has %zu rows, fewer than --samples %zu; take %zu or fewer", path,
            features->shape[0], samples, features->shape[0]);
    }
    if (features->shape[0] > INT_MAX || features->shape[1] > INT_MAX ||
        labels->shape[1] > INT_MAX) {
        return fail(BAD_INPUT,
                    "%s: more than %d rows or columns, which BLAS cannot index; write fewer", path,
                    INT_MAX);
    }
    return OK;
}

/* The first `rows` rows of `columns` entries must be finite. */
static status check_finite(const char *path, const char *name, const double *values, size_t rows,
                           size_t columns) {
    size_t count = 0, at = 0;
    for (size_t k = rows * columns; k-- > 0;) {
        if (!isfinite(values[k])) {
            count++;
            at = k;
        }
    }
    char others[64] = "";
    if (count > 1) { snprintf(others, sizeof others, " (%zu entries are not finite)", count); }
    return count == 0 ? OK
                      : fail(BAD_INPUT,
                             "%s: array '%s', row %zu, column %zu (counted from 0) is %g%s; "
                             "remove the row or mend the value",
                             path, name, at / columns, at % columns, values[at], others);
}

/* --- Assumption 1: unit rows, bounded labels --- */

/* y = x / ||x||, d entries; false if x = 0. Exact scaling by a power of 2 first keeps the squares from over- and
 * underflow; the sum is in extended precision so that the norm of y is 1 to the rounding of its entries. */
static bool normalise(const double *x, size_t d, double *y) {
    double largest = 0;
    for (size_t k = 0; k < d; k++) { largest = fmax(largest, fabs(x[k])); }
    if (!(largest > 0)) { return false; }
    int exponent = -ilogb(largest);
    long double square = 0;
    for (size_t k = 0; k < d; k++) {
        y[k] = scalbn(x[k], exponent);
        square += (long double)y[k] * y[k];
    }
    double norm = (double)sqrtl(square);
    for (size_t k = 0; k < d; k++) { y[k] /= norm; }
    return true;
}

static status scale_rows(const npy_array *features, dataset *data) {
    data->X = allocate(data->n * data->d, sizeof *data->X, "inputs");
    if (!data->X) { return FAILED; }
    size_t zeros = 0, first = 0;
    for (size_t i = data->n; i-- > 0;) {
        if (!normalise(features->values + i * data->d, data->d, data->X + i * data->d)) {
            zeros++;
            first = i;
        }
    }
    char others[64] = "";
    if (zeros > 1) { snprintf(others, sizeof others, " (%zu rows are)", zeros); }
    return zeros == 0
               ? OK
               : fail(BAD_INPUT,
                      "%s: array 'features', row %zu (counted from 0) is all zeros%s and has no "
                      "direction; remove it",
                      data->path, first, others);
}

/* Y / max |Y|, the maximum over the whole file (paper section 8). */
static status scale_labels(const npy_array *labels, dataset *data) {
    for (size_t k = 0; k < labels->count; k++) {
        data->label_scale = fmax(data->label_scale, fabs(labels->values[k]));
    }
    if (!(data->label_scale > 0)) {
        return fail(
            BAD_INPUT,
            "%s: array 'labels' is all zeros, there is nothing to learn; write other labels",
            data->path);
    }
    data->Y = allocate(data->n * data->q, sizeof *data->Y, "labels");
    if (!data->Y) { return FAILED; }
    for (size_t k = 0; k < data->n * data->q; k++) {
        data->Y[k] = labels->values[k] / data->label_scale;
    }
    return OK;
}

/* --- Assumption 1: no two inputs parallel --- */

/* Angle between x_i and sign * x_j: 2 atan2(||x_i - sign x_j||, ||x_i + sign x_j||) (paper section 2). */
static double angle_between(const dataset *data, size_t i, size_t j, double sign) {
    const double *x = data->X + i * data->d, *y = data->X + j * data->d;
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

/* Looks at rows i, j of inner product `product`. A product is off by (d + 8) epsilon/2 at most, so a pair whose cosine
 * lies `margin` = 2 (d + 8) epsilon below the largest cannot have the smallest angle; the others get the accurate
 * one. */
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
static status look_at_pairs(const dataset *data, same_pairs *same, pair *nearest, pair *farthest) {
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
            "which makes Hinf singular; remove one of them or take --samples %zu or fewer",
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
                "--samples %zu or "
                "fewer",
                data->path, same->count, pairs, same->count > PAIRS_SHOWN ? ", ..." : "", later,
                same->j[0]);
}

static status check_directions(double tolerance, dataset *data) {
    pair nearest = {.sign = 1, .cosine = -INFINITY, .angle = INFINITY};
    pair farthest = {.sign = -1, .cosine = -INFINITY, .angle = INFINITY};
    same_pairs same = {.tolerance = tolerance};
    data->smallest_angle = NAN;
    if (data->n < 2) { return OK; }
    same.later = allocate(data->n, sizeof *same.later, "rows of one direction");
    status st = same.later ? look_at_pairs(data, &same, &nearest, &farthest) : FAILED;
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

/* --- the whole --- */

static status fill(const npy_array *features, const npy_array *labels, size_t samples,
                   dataset *data) {
    status s = check_shapes(data->path, features, labels, samples);
    if (s != OK) { return s; }
    data->n = samples > 0 ? samples : features->shape[0];
    data->d = features->shape[1];
    data->q = labels->shape[1];
    s = check_finite(data->path, "features", features->values, data->n, data->d);
    if (s == OK) {
        s = check_finite(data->path, "labels", labels->values, labels->shape[0], data->q);
    }
    if (s == OK) { s = scale_rows(features, data); }
    if (s == OK) { s = scale_labels(labels, data); }
    if (s == OK) {
        s = check_directions(strcmp(features->type, "f4") == 0 ? SAME_F4 : SAME_F8, data);
    }
    return s;
}

status dataset_load(const char *path, size_t samples, dataset *data) {
    npy_array features = {.values = NULL}, labels = {.values = NULL};
    *data = (dataset){.X = NULL};
    int length = snprintf(data->path, sizeof data->path, "%s", path);
    if (length < 0 || (size_t)length >= sizeof data->path) {
        return fail(BAD_INPUT, "%.200s...: path of %d bytes is too long; take a shorter one", path,
                    length);
    }
    const file_mark mark = fingerprint_mark(path);
    status s = npz_read(path, "features", &features);
    if (s == OK) { s = npz_read(path, "labels", &labels); }
    if (s == OK) { s = fill(&features, &labels, samples, data); }
    if (s == OK) { s = fingerprint_file(path, &mark, data->sha256); }
    npy_free(&features);
    npy_free(&labels);
    if (s != OK) { dataset_free(data); }
    return s;
}

void dataset_free(dataset *data) {
    free(data->X);
    free(data->Y);
    *data = (dataset){.X = NULL};
}

/* G = X X^T; the diagonal is ||x_i||^2 = 1 by construction. */
void dataset_gram(const dataset *data, double *G) {
    const size_t n = data->n;
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, (int)n, (int)data->d, 1, data->X,
                (int)data->d, 0, G, (int)n);
    for (size_t i = 0; i < n; i++) {
        G[i * n + i] = 1;
        for (size_t j = 0; j < i; j++) { G[i * n + j] = G[j * n + i]; }
    }
}
