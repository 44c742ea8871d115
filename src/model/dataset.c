/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/dataset.h"

#include <cblas.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sweep/fingerprint.h"
#include "io/npy.h"

/* Angle (radians) up to which two rows count as of one direction, that is as the same up to
 * rounding. With u the unit roundoff, rows x and c x end up within 2 u(f4) = 1.2e-7 when stored as
 * f4; as f8 within 6 u = 6.7e-16, two for storing them, two for their norms and two for the
 * quotients. */
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
    status st = check_type(path, "features", features);
    if (st == OK) { st = check_label_type(path, labels); }
    if (st != OK) { return st; }
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

/* y = x / ||x||, d entries; false if x = 0. Exact scaling by a power of 2 first keeps the squares
 * from over- and underflow; the sum is in extended precision so that the norm of y is 1 to the
 * rounding of its entries. */
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

/* Y / max |Y|, the maximum over the whole file (figure-2 in doc/mathematics.md). */
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

/* --- the whole --- */

static status fill(const npy_array *features, const npy_array *labels, size_t samples, bool pairs,
                   dataset *data) {
    status st = check_shapes(data->path, features, labels, samples);
    if (st != OK) { return st; }
    data->file_rows = features->shape[0];
    data->file_angle = NAN;
    data->n = samples > 0 ? samples : data->file_rows;
    data->same_angle = strcmp(features->type, "f4") == 0 ? SAME_F4 : SAME_F8;
    data->d = features->shape[1];
    data->q = labels->shape[1];
    st = check_finite(data->path, "features", features->values, data->n, data->d);
    if (st == OK) {
        st = check_finite(data->path, "labels", labels->values, labels->shape[0], data->q);
    }
    if (st == OK) { st = scale_rows(features, data); }
    if (st == OK) { st = scale_labels(labels, data); }
    if (st == OK && pairs) { st = dataset_check_pairs(data); }
    if (st == OK && data->n == data->file_rows) { data->file_angle = data->smallest_angle; }
    return st;
}

static status load(const char *path, size_t samples, bool fewer, bool pairs, dataset *data) {
    npy_array features = {.values = NULL}, labels = {.values = NULL};
    *data = (dataset){.X = NULL};
    int length = snprintf(data->path, sizeof data->path, "%s", path);
    if (length < 0 || (size_t)length >= sizeof data->path) {
        return fail(BAD_INPUT, "%.200s...: path of %d bytes is too long; take a shorter one", path,
                    length);
    }
    const file_mark mark = fingerprint_mark(path);
    status st = npz_read(path, "features", &features);
    if (st == OK) { st = npz_read(path, "labels", &labels); }
    if (st == OK && fewer && features.rank > 0 && features.shape[0] < samples) { samples = 0; }
    if (st == OK) { st = fill(&features, &labels, samples, pairs, data); }
    if (st == OK) { st = fingerprint_file(path, &mark, data->sha256); }
    npy_free(&features);
    npy_free(&labels);
    if (st != OK) { dataset_free(data); }
    return st;
}

status dataset_load(const char *path, size_t samples, dataset *data) {
    return load(path, samples, false, true, data);
}

status dataset_load_most(const char *path, size_t samples, dataset *data) {
    return load(path, samples, true, true, data);
}

status dataset_load_looked_at(const char *path, dataset *data) {
    return load(path, 0, false, false, data);
}

status dataset_take(const dataset *whole, const size_t *row, size_t count, dataset *part) {
    size_t d = whole->d, q = whole->q;
    double *X = allocate(count, d * sizeof *X, "inputs"),
           *Y = allocate(count, q * sizeof *Y, "labels");
    *part = *whole;
    part->n = count;
    part->X = X;
    part->Y = Y;
    status st = X && Y ? OK : FAILED;
    for (size_t i = 0; st == OK && i < count; i++) {
        memcpy(X + i * d, whole->X + row[i] * d, d * sizeof *X);
        memcpy(Y + i * q, whole->Y + row[i] * q, q * sizeof *Y);
    }
    if (st == OK) { st = dataset_check_pairs(part); }
    if (st != OK) { dataset_free(part); }
    return st;
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
