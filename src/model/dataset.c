#include "model/dataset.h"

#include <cblas.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/fingerprint.h"
#include "run/npy.h"

/* Angle (radians) up to which two rows count as of one direction, that is as the same up to rounding. With u the unit
 * roundoff, rows x and c x end up within 2 u(f4) = 1.2e-7 when stored as f4; as f8 within 6 u = 6.7e-16, two for
 * storing them, two for their norms and two for the quotients. */
static const double SAME_F4 = 2.4e-7, SAME_F8 = 1e-15;

/* --- what the arrays may be --- */

static status check_type(const char *path, const char *name, const npy_array *array)
{
    if (array->type[0] == 'f')
        return OK;
    return fail(BAD_INPUT, "%s: array '%s' has dtype %s, not float32 or float64; convert it with .astype('float32')",
                path, name, array->type);
}

static status check_shapes(const char *path, const npy_array *features, const npy_array *labels, size_t samples)
{
    status s = check_type(path, "features", features);
    if (s == OK)
        s = check_type(path, "labels", labels);
    if (s != OK)
        return s;
    if (features->rank != 2)
        return fail(BAD_INPUT, "%s: array 'features' has rank %d; reshape it to (samples, input dimension)", path,
                    features->rank);
    if (labels->rank != 1 && labels->rank != 2)
        return fail(BAD_INPUT, "%s: array 'labels' has rank %d; reshape it to (samples, outputs) or (samples,)", path,
                    labels->rank);
    if (features->count == 0 || labels->count == 0)
        return fail(BAD_INPUT, "%s: array '%s' has no entries; write at least one row and column", path,
                    features->count == 0 ? "features" : "labels");
    if (labels->shape[0] != features->shape[0])
        return fail(BAD_INPUT, "%s: array 'labels' has %zu rows, array 'features' %zu; write one label row a sample",
                    path, labels->shape[0], features->shape[0]);
    if (samples > features->shape[0])
        return fail(BAD_INPUT, "%s: array 'features' has %zu rows, fewer than --samples %zu; take %zu or fewer", path,
                    features->shape[0], samples, features->shape[0]);
    if (features->shape[0] > INT_MAX || features->shape[1] > INT_MAX || labels->shape[1] > INT_MAX)
        return fail(BAD_INPUT, "%s: more than %d rows or columns, which BLAS cannot index; write fewer", path, INT_MAX);
    return OK;
}

/* The first `rows` rows of `columns` entries must be finite. */
static status check_finite(const char *path, const char *name, const double *values, size_t rows, size_t columns)
{
    for (size_t k = 0; k < rows * columns; k++)
        if (!isfinite(values[k]))
            return fail(BAD_INPUT, "%s: array '%s', row %zu, column %zu (counted from 0) is %g; "
                        "remove the row or mend the value", path, name, k / columns, k % columns, values[k]);
    return OK;
}

/* --- Assumption 1: unit rows, bounded labels --- */

/* y = x / ||x||, d entries; false if x = 0. Exact scaling by a power of 2 first keeps the squares from over- and
 * underflow; the sum is in extended precision so that the norm of y is 1 to the rounding of its entries. */
static bool normalise(const double *x, size_t d, double *y)
{
    double largest = 0;
    for (size_t k = 0; k < d; k++)
        largest = fmax(largest, fabs(x[k]));
    if (!(largest > 0))
        return false;
    int exponent = -ilogb(largest);
    long double square = 0;
    for (size_t k = 0; k < d; k++) {
        y[k] = scalbn(x[k], exponent);
        square += (long double)y[k] * y[k];
    }
    double norm = (double)sqrtl(square);
    for (size_t k = 0; k < d; k++)
        y[k] /= norm;
    return true;
}

static status scale_rows(const npy_array *features, dataset *data)
{
    data->X = allocate(data->n * data->d, sizeof *data->X, "inputs");
    if (!data->X)
        return FAILED;
    for (size_t i = 0; i < data->n; i++)
        if (!normalise(features->values + i * data->d, data->d, data->X + i * data->d))
            return fail(BAD_INPUT, "%s: array 'features', row %zu (counted from 0) is all zeros and has no direction; "
                        "remove it", data->path, i);
    return OK;
}

/* Y / max |Y|, the maximum over the whole file (paper section 8). */
static status scale_labels(const npy_array *labels, dataset *data)
{
    for (size_t k = 0; k < labels->count; k++)
        data->label_scale = fmax(data->label_scale, fabs(labels->values[k]));
    if (!(data->label_scale > 0))
        return fail(BAD_INPUT, "%s: array 'labels' is all zeros, there is nothing to learn; write other labels",
                    data->path);
    data->Y = allocate(data->n * data->q, sizeof *data->Y, "labels");
    if (!data->Y)
        return FAILED;
    for (size_t k = 0; k < data->n * data->q; k++)
        data->Y[k] = labels->values[k] / data->label_scale;
    return OK;
}

/* --- Assumption 1: no two inputs parallel --- */

/* Angle between x_i and sign * x_j: 2 atan2(||x_i - sign x_j||, ||x_i + sign x_j||) (paper section 2). */
static double angle_between(const dataset *data, size_t i, size_t j, double sign)
{
    const double *x = data->X + i * data->d, *y = data->X + j * data->d;
    double difference = 0, sum = 0;
    for (size_t k = 0; k < data->d; k++) {
        double minus = x[k] - sign * y[k], plus = x[k] + sign * y[k];
        difference += minus * minus;
        sum += plus * plus;
    }
    return 2 * atan2(sqrt(difference), sqrt(sum));
}

double dataset_angle(const dataset *data, size_t i, size_t j)
{
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
static void pair_consider(pair *best, const dataset *data, size_t i, size_t j, double product)
{
    double margin = 2 * (double)(data->d + 8) * DBL_EPSILON, cosine = best->sign * product;
    if (cosine < best->cosine - margin)
        return;
    best->cosine = fmax(best->cosine, cosine);
    double angle = angle_between(data, i, j, best->sign);
    if (angle < best->angle) {
        best->angle = angle;
        best->i = i;
        best->j = j;
    }
}

/* All pairs i < j, by blocks of G = X X^T so that no n x n memory is needed. Ends early at a pair of one direction. */
static status closest_pairs(const dataset *data, double tolerance, pair *nearest, pair *farthest)
{
    enum { BLOCK = 256 };
    const size_t n = data->n, d = data->d;
    double *products = allocate(BLOCK * BLOCK, sizeof *products, "inner products of the inputs");
    if (!products)
        return FAILED;
    for (size_t row = 0; row < n && !(nearest->angle <= tolerance); row += BLOCK)
        for (size_t column = row; column < n && !(nearest->angle <= tolerance); column += BLOCK) {
            size_t rows = n - row < BLOCK ? n - row : BLOCK, columns = n - column < BLOCK ? n - column : BLOCK;
            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, (int)columns, (int)d, 1, data->X + row * d,
                        (int)d, data->X + column * d, (int)d, 0, products, BLOCK);
            for (size_t i = row; i < row + rows; i++)
                for (size_t j = column > i ? column : i + 1; j < column + columns; j++) {
                    double product = products[(i - row) * BLOCK + (j - column)];
                    pair_consider(nearest, data, i, j, product);
                    pair_consider(farthest, data, i, j, product);
                }
        }
    free(products);
    return OK;
}

static status check_directions(double tolerance, dataset *data)
{
    pair nearest = {.sign = 1, .cosine = -INFINITY, .angle = INFINITY};
    pair farthest = {.sign = -1, .cosine = -INFINITY, .angle = INFINITY};
    data->smallest_angle = NAN;
    if (data->n < 2)
        return OK;
    status s = closest_pairs(data, tolerance, &nearest, &farthest);
    if (s != OK)
        return s;
    if (!(nearest.angle > tolerance))
        return fail(BAD_INPUT, "%s: array 'features', rows %zu and %zu (counted from 0) have the same direction, "
                    "which makes Hinf singular; remove one of them or take --samples %zu or fewer", data->path,
                    nearest.i, nearest.j, nearest.j);
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

static status fill(const npy_array *features, const npy_array *labels, size_t samples, dataset *data)
{
    status s = check_shapes(data->path, features, labels, samples);
    if (s != OK)
        return s;
    data->n = samples > 0 ? samples : features->shape[0];
    data->d = features->shape[1];
    data->q = labels->shape[1];
    s = check_finite(data->path, "features", features->values, data->n, data->d);
    if (s == OK)
        s = check_finite(data->path, "labels", labels->values, labels->shape[0], data->q);
    if (s == OK)
        s = scale_rows(features, data);
    if (s == OK)
        s = scale_labels(labels, data);
    if (s == OK)
        s = check_directions(strcmp(features->type, "f4") == 0 ? SAME_F4 : SAME_F8, data);
    return s;
}

status dataset_load(const char *path, size_t samples, dataset *data)
{
    npy_array features = {.values = NULL}, labels = {.values = NULL};
    *data = (dataset){.X = NULL};
    int length = snprintf(data->path, sizeof data->path, "%s", path);
    if (length < 0 || (size_t)length >= sizeof data->path)
        return fail(BAD_INPUT, "%.200s...: path of %d bytes is too long; take a shorter one", path, length);
    const file_mark mark = fingerprint_mark(path);
    status s = npz_read(path, "features", &features);
    if (s == OK)
        s = npz_read(path, "labels", &labels);
    if (s == OK)
        s = fill(&features, &labels, samples, data);
    if (s == OK)
        s = fingerprint_file(path, &mark, data->sha256);
    npy_free(&features);
    npy_free(&labels);
    if (s != OK)
        dataset_free(data);
    return s;
}

void dataset_free(dataset *data)
{
    free(data->X);
    free(data->Y);
    *data = (dataset){.X = NULL};
}

/* G = X X^T; the diagonal is ||x_i||^2 = 1 by construction. */
void dataset_gram(const dataset *data, double *G)
{
    const size_t n = data->n;
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, (int)n, (int)data->d, 1, data->X, (int)data->d, 0, G, (int)n);
    for (size_t i = 0; i < n; i++) {
        G[i * n + i] = 1;
        for (size_t j = 0; j < i; j++)
            G[i * n + j] = G[j * n + i];
    }
}
