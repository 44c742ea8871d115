/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/dataset.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <float.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_rng.h>
#include <lapacke.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/npy.h"

#include "tests/support/dataset_file.h"
#include "tests/support/npz_archive.h"

#define FOLDER "build/test-tmp/dataset/"
#define DIGITS "data/digits.npz"

static void prepare(void) {
    gsl_set_error_handler_off();
    make_folder("dataset");
}

TestSuite(dataset, .init = prepare);

/* count numbers in (-1, 1), to be freed. */
static double *numbers(size_t count, unsigned long seed) {
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double *values = malloc(count * sizeof *values);
    cr_assert(rng != NULL && values != NULL);
    gsl_rng_set(rng, seed);
    for (size_t k = 0; k < count; k++) { values[k] = 2 * gsl_rng_uniform(rng) - 1; }
    gsl_rng_free(rng);
    return values;
}

/* to = cos(angle) from + sin(angle) v, a row at `angle` from row `from` (d entries), as long as it.
 */
static void rotate(const double *from, size_t d, double angle, double *to) {
    double square = 0, product = 0, length = 0;
    for (size_t k = 0; k < d; k++) {
        square += from[k] * from[k];
        product += from[k] * (k == 0);
    }
    for (size_t k = 0; k < d; k++) { /* v: the first axis, less its part along `from` */
        to[k] = (k == 0) - product / square * from[k];
        length += to[k] * to[k];
    }
    for (size_t k = 0; k < d; k++) {
        to[k] = cos(angle) * from[k] + sin(angle) * sqrt(square / length) * to[k];
    }
}

/* --- the embedded data --- */

Test(dataset, digits) {
    dataset data;
    npy_array features, labels;
    cr_assert(eq(int, dataset_load(DIGITS, 0, &data), OK), "%s", error_text());
    cr_assert(eq(int, npz_read(DIGITS, "features", &features), OK), "%s", error_text());
    cr_assert(eq(int, npz_read(DIGITS, "labels", &labels), OK), "%s", error_text());
    cr_assert(eq(sz, data.n, 1000));
    cr_assert(eq(sz, data.d, 64));
    cr_assert(eq(sz, data.q, 10));
    cr_assert(eq(str, data.path, DIGITS));
    cr_assert(
        eq(str, data.sha256, "70ae562d5ef2769fff96caff033d698d431e4b9387645e183605fb44b47218cd"));

    double scale = 0;
    for (size_t k = 0; k < labels.count; k++) {
        scale = fabs(labels.values[k]) > scale ? fabs(labels.values[k]) : scale;
    }
    cr_assert(eq(dbl, data.label_scale, scale));
    for (size_t k = 0; k < labels.count; k++) {
        cr_assert(le(dbl, fabs(data.Y[k] * scale - labels.values[k]), 2 * DBL_EPSILON * scale));
    }

    for (size_t i = 0; i < data.n; i++) {
        long double norm = 0, raw = 0;
        for (size_t k = 0; k < data.d; k++) {
            norm += (long double)data.X[i * 64 + k] * data.X[i * 64 + k];
            raw += (long double)features.values[i * 64 + k] * features.values[i * 64 + k];
        }
        cr_assert(le(dbl, fabs((double)(sqrtl(norm) - 1)), 1e-15), "row %zu", i);
        for (size_t k = 0; k < data.d; k++) {
            cr_assert(le(
                dbl, fabs(data.X[i * 64 + k] - (double)(features.values[i * 64 + k] / sqrtl(raw))),
                3e-16));
        }
    }
    npy_free(&features);
    npy_free(&labels);
    dataset_free(&data);
    dataset_free(&data);
    cr_assert(data.X == NULL && data.Y == NULL);
}

/* The smallest angle of the data's description, and of a plain search by arccos. */
Test(dataset, digits_smallest_angle) {
    dataset data;
    cr_assert(eq(int, dataset_load(DIGITS, 0, &data), OK), "%s", error_text());
    cr_assert(le(dbl, fabs(data.smallest_angle - 0.241359184), 5e-10));
    cr_assert(eq(sz, data.closest[0], 982));
    cr_assert(eq(sz, data.closest[1], 991));
    cr_assert(not(data.opposite));
    double cosine = -1;
    for (size_t i = 0; i < data.n; i++) {
        for (size_t j = 0; j < i; j++) {
            double product = 0;
            for (size_t k = 0; k < data.d; k++) {
                product += data.X[i * data.d + k] * data.X[j * data.d + k];
            }
            cosine = fmax(cosine, product);
        }
    }
    cr_assert(le(dbl, fabs(data.smallest_angle - acos(cosine)), 1e-13));
    cr_assert(eq(dbl, data.smallest_angle, dataset_angle(&data, 982, 991)));
    cr_assert(eq(dbl, data.smallest_angle, dataset_angle(&data, 991, 982)));
    dataset_free(&data);
}

/* G against plain sums; ||G|| = 141.05529 (the data's description) as its largest eigenvalue. */
Test(dataset, digits_gram) {
    dataset data;
    cr_assert(eq(int, dataset_load(DIGITS, 0, &data), OK), "%s", error_text());
    const size_t n = data.n;
    double *G = malloc(n * n * sizeof *G), *values = malloc(n * sizeof *values), vectors;
    cr_assert(G != NULL && values != NULL);
    for (size_t k = 0; k < n * n; k++) { G[k] = NAN; /* nothing of what was there may stay */ }
    dataset_gram(&data, G);
    for (size_t i = 0; i < n; i++) {
        cr_assert(eq(dbl, G[i * n + i], 1.0));
        for (size_t j = 0; j < i; j++) {
            cr_assert(eq(dbl, G[i * n + j], G[j * n + i]), "G is not symmetric at %zu, %zu", i, j);
        }
        double product = 0;
        size_t j = (i * 37 + 11) % n;
        for (size_t k = 0; k < data.d; k++) {
            product += data.X[i * data.d + k] * data.X[j * data.d + k];
        }
        cr_assert(le(dbl, fabs(G[i * n + j] - product), 1e-14));
    }
    lapack_int found, support[2], last = (lapack_int)n;
    lapack_int info = LAPACKE_dsyevr(LAPACK_COL_MAJOR, 'N', 'I', 'U', last, G, last, 0, 0, last,
                                     last, 0, &found, values, &vectors, 1, support);
    cr_assert(eq(int, info, 0));
    cr_assert(le(dbl, fabs(values[0] - 141.05529), 5e-6), "%.9g", values[0]);
    free(values);
    free(G);
    dataset_free(&data);
}

/* The first rows are those of the whole file, and the labels' scale stays the file's. */
Test(dataset, samples) {
    dataset whole, part;
    cr_assert(eq(int, dataset_load(DIGITS, 0, &whole), OK), "%s", error_text());
    cr_assert(eq(int, dataset_load(DIGITS, 37, &part), OK), "%s", error_text());
    cr_assert(eq(sz, part.n, 37));
    cr_assert(eq(int, memcmp(part.X, whole.X, 37 * 64 * sizeof *part.X), 0));
    cr_assert(eq(int, memcmp(part.Y, whole.Y, 37 * 10 * sizeof *part.Y), 0));
    cr_assert(eq(dbl, part.label_scale, whole.label_scale));
    double largest = 0;
    for (size_t k = 0; k < 37 * 10; k++) { largest = fmax(largest, fabs(part.Y[k])); }
    cr_assert(lt(dbl, largest, 1.0)); /* the largest label is in a later row */
    cr_assert(lt(dbl, whole.smallest_angle, part.smallest_angle));
    cr_assert(lt(sz, part.closest[1], 37));
    dataset_free(&whole);
    cr_assert(eq(int, dataset_load(DIGITS, 1000, &whole), OK), "%s", error_text());
    cr_assert(eq(sz, whole.n, 1000));
    dataset_free(&whole);
    dataset_free(&part);
    cr_assert(eq(int, dataset_load(DIGITS, 1, &part), OK), "%s", error_text());
    cr_assert(not(part.smallest_angle == part.smallest_angle)); /* NaN: there is no pair */
    dataset_free(&part);
    check_refused(DIGITS, 1001,
                  "'features' has 1000 rows, fewer than --samples 1001; take 1000 or fewer");
    check_refused(DIGITS, SIZE_MAX, "take 1000 or fewer");
}

/* --- forms of the file --- */

/* The same numbers as f4 or f8, C or Fortran order, labels (n,) or (n, 1), stored or deflated: the
 * same data. */
Test(dataset, forms) {
    enum { N = 5, D = 3 };
    const double X[N * D] = {1, 2, 3, -4, 5, 6, 7, 8, -9, 0, 0, 1, 2, 0, 0},
                       Y[N] = {1, -2, 4, -8, 2};
    float turned[D * N], labels[N];
    for (size_t i = 0; i < N; i++) {
        labels[i] = (float)Y[i];
        for (size_t k = 0; k < D; k++) { turned[k * N + i] = (float)X[i * D + k]; }
    }
    dataset wide, narrow;
    write_data(FOLDER "f8.npz", "f8", N, D, X, 1, Y);
    const char *labels_dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }";
    const char *features_dict = "{'descr': '<f4', 'fortran_order': True, 'shape': (5, 3), }";
    unsigned char features_npy[512], labels_npy[512];
    const raw_member members[] = {
        {"labels.npy", labels_npy, npy_bytes(1, labels_dict, labels, sizeof labels, labels_npy)},
        {"features.npy", features_npy,
         npy_bytes(2, features_dict, turned, sizeof turned, features_npy)},
    };
    archive_write(FOLDER "f4.npz", members, 2, ZIP_CM_DEFLATE);
    cr_assert(eq(int, dataset_load(FOLDER "f8.npz", 0, &wide), OK), "%s", error_text());
    cr_assert(eq(int, dataset_load(FOLDER "f4.npz", 0, &narrow), OK), "%s", error_text());
    cr_assert(eq(sz, narrow.n, N));
    cr_assert(eq(sz, narrow.d, D));
    cr_assert(eq(sz, narrow.q, 1));
    cr_assert(eq(dbl, narrow.label_scale, 8.0));
    cr_assert(eq(int, memcmp(narrow.X, wide.X, sizeof X), 0));
    cr_assert(eq(int, memcmp(narrow.Y, wide.Y, sizeof Y), 0));
    for (size_t i = 0; i < N; i++) { cr_assert(eq(dbl, narrow.Y[i], Y[i] / 8)); }
    cr_assert(ne(str, narrow.sha256, wide.sha256));
    dataset_free(&wide);
    dataset_free(&narrow);
}

/* Rows whose squares over- or underflow have a direction like any other. */
Test(dataset, extreme_rows) {
    const double X[4 * 2] = {3e200, 4e200, -3e-200, 4e-200, DBL_MAX, -DBL_MAX, 0, DBL_TRUE_MIN};
    const double wanted[4 * 2] = {0.6, 0.8, -0.6, 0.8, sqrt(0.5), -sqrt(0.5), 0, 1};
    const double Y[4] = {DBL_MAX, 1, 0, -DBL_MAX};
    dataset data;
    write_data(FOLDER "extreme.npz", "f8", 4, 2, X, 1, Y);
    cr_assert(eq(int, dataset_load(FOLDER "extreme.npz", 0, &data), OK), "%s", error_text());
    for (size_t k = 0; k < 8; k++) {
        cr_assert(le(dbl, fabs(data.X[k] - wanted[k]), 2 * DBL_EPSILON), "entry %zu: %.17g", k,
                  data.X[k]);
    }
    cr_assert(eq(dbl, data.Y[0], 1.0));
    cr_assert(eq(dbl, data.Y[3], -1.0));
    dataset_free(&data);
}

/* The norm is exact to rounding in long rows too, where a sum in double would be off by 1e-12. */
Test(dataset, long_rows) {
    enum { D = 20000 };
    const double Y[2] = {1, 2};
    double *X = numbers((size_t)2 * D, 7);
    dataset data;
    for (size_t k = 0; k < D; k++) { X[k] = 1.1; }
    write_data(FOLDER "long.npz", "f8", 2, D, X, 1, Y);
    cr_assert(eq(int, dataset_load(FOLDER "long.npz", 0, &data), OK), "%s", error_text());
    for (size_t i = 0; i < 2; i++) {
        long double square = 0;
        for (size_t k = 0; k < D; k++) {
            square += (long double)data.X[i * D + k] * data.X[i * D + k];
        }
        cr_assert(le(dbl, fabs((double)(sqrtl(square) - 1)), 1e-15));
    }
    dataset_free(&data);
    free(X);
}

/* --- directions --- */

/* Planted pairs, on both sides of the search's block borders: found at their angle down to 1e-14 in
 * f8. */
Test(dataset, planted_pairs_in_double) {
    enum { N = 520, D = 6 };
    static const struct {
        size_t i, j;
        double angle;
    } cases[] = {
        {3, 7, 1e-3}, {255, 256, 1e-5}, {0, 519, 1e-8}, {300, 301, 1e-11}, {511, 512, 1e-14}};
    double *X = numbers((size_t)N * D, 1), *Y = numbers(N, 2);
    for (size_t c = 0; c < 5; c++) { /* each pair closer than those before it, which stay */
        dataset data;
        rotate(X + cases[c].i * D, D, cases[c].angle, X + cases[c].j * D);
        write_data(FOLDER "planted8.npz", "f8", N, D, X, 1, Y);
        cr_assert(eq(int, dataset_load(FOLDER "planted8.npz", 0, &data), OK), "%s", error_text());
        cr_assert(eq(sz, data.closest[0], cases[c].i), "angle %g", cases[c].angle);
        cr_assert(eq(sz, data.closest[1], cases[c].j), "angle %g", cases[c].angle);
        cr_assert(
            le(dbl, fabs(data.smallest_angle - cases[c].angle), 5e-16 + 1e-12 * cases[c].angle),
            "%.17g", data.smallest_angle);
        cr_assert(not(data.opposite));
        dataset_free(&data);
    }
    free(X);
    free(Y);
}

/* In a file of precision f4 an angle below 2.4e-7 is rounding, one above is not. */
Test(dataset, planted_pairs_in_single) {
    enum { N = 20, D = 6 };
    double *X = numbers((size_t)N * D, 3), *Y = numbers(N, 4);
    dataset data;
    rotate(X + 2 * D, D, 1e-5, X + 9 * D);
    write_data(FOLDER "planted4.npz", "f4", N, D, X, 1, Y);
    cr_assert(eq(int, dataset_load(FOLDER "planted4.npz", 0, &data), OK), "%s", error_text());
    cr_assert(eq(sz, data.closest[0], 2));
    cr_assert(eq(sz, data.closest[1], 9));
    cr_assert(le(dbl, fabs(data.smallest_angle - 1e-5), 1.2e-7));
    dataset_free(&data);
    rotate(X + 2 * D, D, 1e-8, X + 9 * D);
    write_data(FOLDER "planted4.npz", "f4", N, D, X, 1, Y);
    check_refused(FOLDER "planted4.npz", 0,
                  "rows 2 and 9 (counted from 0) have the same direction");
    free(X);
    free(Y);
}

/* Row j = c row i up to rounding, in either precision, for many c and directions: always refused,
 * by name; with fewer samples the rest is taken. Row j = -c row i: taken, and told. */
Test(dataset, same_and_opposite_directions) {
    enum { N = 12, D = 50 };
    const char *path = FOLDER "parallel.npz";
    for (unsigned long trial = 0; trial < 40; trial++) {
        const char *type = trial % 2 ? "f8" : "f4";
        double *X = numbers((size_t)N * D, 100 + trial), *Y = numbers(N, trial),
               factor = 0.1 + 0.37 * (double)trial;
        dataset data;
        for (size_t k = 0; k < D; k++) { X[9 * D + k] = factor * X[4 * D + k]; }
        write_data(path, type, N, D, X, 1, Y);
        check_refused(path, 0, "rows 4 and 9 (counted from 0) have the same direction");
        cr_assert(strstr(error_text(), "--samples 9 or fewer") != NULL, "%s", error_text());
        cr_assert(eq(int, dataset_load(path, 9, &data), OK), "%s", error_text());
        double alone = data.smallest_angle;
        dataset_free(&data);

        for (size_t k = 0; k < D; k++) { X[9 * D + k] *= -1; }
        write_data(path, type, N, D, X, 1, Y);
        cr_assert(eq(int, dataset_load(path, 0, &data), OK), "%s", error_text());
        cr_assert(data.opposite, "trial %lu", trial);
        cr_assert(eq(sz, data.opposite_rows[0], 4));
        cr_assert(eq(sz, data.opposite_rows[1], 9));
        cr_assert(lt(dbl, 0.5, data.smallest_angle));
        cr_assert(le(dbl, data.smallest_angle, alone));
        cr_assert(le(dbl, 3.14159265358979 - 2.4e-7, dataset_angle(&data, 4, 9)));
        dataset_free(&data);
        free(X);
        free(Y);
    }
}

/* Opposite up to an angle above rounding is not opposite. */
Test(dataset, nearly_opposite) {
    enum { N = 8, D = 5 };
    double *X = numbers((size_t)N * D, 5), *Y = numbers(N, 6);
    dataset data;
    rotate(X + 1 * D, D, 1e-8, X + 6 * D);
    for (size_t k = 0; k < D; k++) { X[6 * D + k] *= -2; }
    write_data(FOLDER "nearly.npz", "f8", N, D, X, 1, Y);
    cr_assert(eq(int, dataset_load(FOLDER "nearly.npz", 0, &data), OK), "%s", error_text());
    cr_assert(not(data.opposite));
    dataset_free(&data);
    free(X);
    free(Y);
}

/* A right angle and a known one: 2 atan2 against exact values. */
Test(dataset, angles) {
    const double X[3 * 2] = {1, 0, 0, 5, 1, 1}, Y[3] = {1, 1, 1}, pi = 3.14159265358979323846;
    dataset data;
    write_data(FOLDER "angles.npz", "f8", 3, 2, X, 1, Y);
    cr_assert(eq(int, dataset_load(FOLDER "angles.npz", 0, &data), OK), "%s", error_text());
    cr_assert(le(dbl, fabs(dataset_angle(&data, 0, 1) - pi / 2), 4 * DBL_EPSILON));
    cr_assert(le(dbl, fabs(dataset_angle(&data, 0, 2) - pi / 4), 4 * DBL_EPSILON));
    cr_assert(eq(dbl, dataset_angle(&data, 2, 2), 0.0));
    dataset_free(&data);
}
