/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/ntk.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/spectrum.h"

#include "tests/support/quad.h"
#include "tests/support/random_rows.h"

static void quiet(void) { gsl_set_error_handler_off(); }

TestSuite(ntk, .init = quiet);

/* Row `to` becomes row `from` turned by `angle` towards the direction of row `to`. */
static void plant_angle(dataset *data, size_t from, size_t to, double angle) {
    double *x = data->X + from * data->d, *y = data->X + to * data->d, product = 0, square = 0;
    for (size_t k = 0; k < data->d; k++) { product += x[k] * y[k]; }
    for (size_t k = 0; k < data->d; k++) {
        y[k] -= product * x[k];
        square += y[k] * y[k];
    }
    for (size_t k = 0; k < data->d; k++) {
        y[k] = cos(angle) * x[k] + sin(angle) * y[k] / sqrt(square);
    }
}

static double *square_matrix(size_t n) {
    double *A = calloc(n * n, sizeof *A);
    cr_assert(A != NULL);
    return A;
}

/* --- infinite width: the defining expectation by quadrature --- */

/* Along x: density of <w,x> = u times P(<w,y> >= 0 | u) = Phi(u cot angle). */
static double both_active(double u, void *cotangent) {
    return exp(-u * u / 2) / sqrt(2 * M_PI) * gsl_cdf_ugaussian_P(u * *(double *)cotangent);
}

/* Hinf_ij = <x_i, x_j> P(<w, x_i> >= 0, <w, x_j> >= 0), w standard normal. */
Test(ntk, entries_are_the_expectation) {
    const double angles[] = {0.01, 0.1, 0.14, 0.15, 0.7, 1.5, M_PI / 2, 2.2, 2.99, 3.0, 3.13};
    gsl_integration_workspace *work = gsl_integration_workspace_alloc(1000);
    cr_assert(work != NULL);
    for (size_t t = 0; t < sizeof angles / sizeof *angles; t++) {
        dataset data = random_rows(2, 5, t);
        double H[4], integral, error, cotangent = cos(angles[t]) / sin(angles[t]);
        plant_angle(&data, 0, 1, angles[t]);
        ntk_infinite(&data, 1, H);
        gsl_function f = {both_active, &cotangent};
        cr_assert(
            eq(int, gsl_integration_qagiu(&f, 0, 1e-13, 1e-11, 1000, work, &integral, &error), 0));
        cr_assert(le(dbl, fabs(H[1] - cos(angles[t]) * integral), 1e-11), "angle %g: %.17g, %.17g",
                  angles[t], H[1], cos(angles[t]) * integral);
        cr_assert(eq(dbl, H[0], 0.5));
        cr_assert(eq(dbl, H[3], 0.5));
        cr_assert(eq(dbl, H[1], H[2]));
        free(data.X);
    }
    gsl_integration_workspace_free(work);
}

/* Any number of threads gives the same bytes; symmetric, diagonal exactly 1/2. 300 rows: tiles of
 * three sizes. */
Test(ntk, threads_do_not_matter) {
    dataset data = random_rows(300, 7, 0);
    double *one = square_matrix(300), *three = square_matrix(300);
    ntk_infinite(&data, 1, one);
    ntk_infinite(&data, 3, three);
    cr_assert(eq(int, memcmp(one, three, 300 * 300 * sizeof *one), 0));
    for (size_t i = 0; i < 300; i++) {
        cr_assert(eq(dbl, one[i * 301], 0.5));
        for (size_t j = 0; j < i; j++) { cr_assert(eq(dbl, one[i * 300 + j], one[j * 300 + i])); }
    }
    free(one), free(three), free(data.X);
}

/* An opposite pair: Hinf = I/2. Two equal rows: singular. */
Test(ntk, opposite_and_equal_rows) {
    dataset data = random_rows(2, 9, 0);
    double H[4], values[2];
    for (size_t k = 0; k < 9; k++) { data.X[9 + k] = -data.X[k]; }
    ntk_infinite(&data, 1, H);
    cr_assert(eq(int, spectrum_all(H, 2, values), OK));
    cr_assert(le(dbl, fabs(values[0] - 0.5), 1e-15));
    memcpy(data.X + 9, data.X, 9 * sizeof *data.X);
    ntk_infinite(&data, 1, H);
    cr_assert(eq(int, spectrum_all(H, 2, values), OK));
    cr_assert(le(dbl, fabs(values[0]), 1e-16));
    cr_assert(le(dbl, fabs(values[1] - 1), 1e-15));
    free(data.X);
}

/* --- infinite width against quadruple precision --- */

enum { PLANTED = 24, INPUTS = 16 };

/* Hinf of the rows as stored, normalised and summed in quadruple precision. */
static void infinite_quad(const dataset *data, quad H[PLANTED][PLANTED]) {
    const quad pi = quad_acos(-1);
    for (size_t i = 0; i < PLANTED; i++) {
        for (size_t j = 0; j < PLANTED; j++) {
            const double *x = data->X + i * INPUTS, *y = data->X + j * INPUTS;
            quad product = 0, xx = 0, yy = 0;
            for (size_t k = 0; k < INPUTS; k++) {
                product += (quad)x[k] * y[k];
                xx += (quad)x[k] * x[k];
                yy += (quad)y[k] * y[k];
            }
            quad cosine = i == j ? 1 : product / quad_sqrt(xx * yy);
            H[i][j] = cosine * (pi - quad_acos(cosine)) / (2 * pi);
        }
    }
}

/* One rotation that makes A[p][q] zero (Jacobi). */
static void rotate_quad(quad A[PLANTED][PLANTED], size_t p, size_t q) {
    if (A[p][q] == 0) { return; }
    quad ratio = (A[q][q] - A[p][p]) / (2 * A[p][q]);
    quad t = (ratio >= 0 ? 1 : -1) / (quad_abs(ratio) + quad_sqrt(1 + ratio * ratio));
    quad c = 1 / quad_sqrt(1 + t * t), s = t * c;
    for (size_t k = 0; k < PLANTED; k++) {
        quad u = A[k][p], v = A[k][q];
        A[k][p] = c * u - s * v;
        A[k][q] = s * u + c * v;
    }
    for (size_t k = 0; k < PLANTED; k++) {
        quad u = A[p][k], v = A[q][k];
        A[p][k] = c * u - s * v;
        A[q][k] = s * u + c * v;
    }
}

static double lambda_min_quad(quad A[PLANTED][PLANTED]) {
    for (int sweep = 0; sweep < 12; sweep++) {
        for (size_t p = 0; p < PLANTED; p++) {
            for (size_t q = p + 1; q < PLANTED; q++) { rotate_quad(A, p, q); }
        }
    }
    quad low = A[0][0], off = 0;
    for (size_t p = 0; p < PLANTED; p++) {
        low = A[p][p] < low ? A[p][p] : low;
        for (size_t q = 0; q < p; q++) {
            off = quad_abs(A[p][q]) > off || A[p][q] != A[p][q] ? quad_abs(A[p][q])
                                                                : off; /* a NaN stays */
        }
    }
    cr_assert(le(dbl, (double)off, 1e-30), "Jacobi's rotations did not end");
    return (double)low;
}

/* Pairs at small angles: entries to rounding, lambda_min to 1e-6 of itself although it is near
 * angle/(2 pi), and inside its certified interval; the bare arccos of the dot product would not do.
 */
static void check_planted(double angle) {
    dataset data = random_rows(PLANTED, INPUTS, 3);
    plant_angle(&data, 0, 1, angle);
    plant_angle(&data, 5, 17, 3 * angle);
    double H[PLANTED * PLANTED], naive[PLANTED * PLANTED], rough, entry = 0;
    quad exact[PLANTED][PLANTED];
    ntk_infinite(&data, 2, H);
    dataset_gram(&data, naive);
    infinite_quad(&data, exact);
    for (size_t k = 0; k < PLANTED * PLANTED; k++) {
        entry = fmax(entry, fabs((double)(H[k] - exact[k / PLANTED][k % PLANTED])));
        naive[k] *= (M_PI - acos(fmax(-1, fmin(1, naive[k])))) / (2 * M_PI);
    }
    cr_assert(le(dbl, entry, 4 * DBL_EPSILON));
    spectrum_interval found;
    double reference = lambda_min_quad(exact);
    cr_assert(eq(int, spectrum_lambda_min(H, PLANTED, &found), OK));
    cr_assert(eq(int, spectrum_smallest(naive, PLANTED, &rough, NULL), OK));
    cr_assert(le(dbl, fabs(found.value - reference), 1e-6 * reference), "angle %g: %.17g, %.17g",
              angle, found.value, reference);
    cr_assert(le(dbl, found.low, reference));
    cr_assert(le(dbl, reference * (1 - 1e-6), found.high));
    cr_assert(le(dbl, fabs(found.high - found.low), 1e-13));
    cr_assert(
        lt(dbl, reference, angle / (2 * M_PI) + angle * angle / 4)); /* the pair caps lambda_min */
    if (angle < 1e-7) {
        cr_assert(lt(dbl, 0.01 * reference, fabs(rough - reference)), "the bare arccos is as good");
    }
    free(data.X);
}

Test(ntk, near_duplicates_keep_lambda_min) {
    check_planted(1e-4);
    check_planted(1e-6);
    check_planted(1e-8);
}

/* --- the embedded data --- */

Test(ntk, digits) {
    dataset data;
    cr_assert(eq(int, dataset_load("data/digits.npz", 0, &data), OK), "%s", error_text());
    size_t n = data.n;
    double *H = square_matrix(n), *values = calloc(n, sizeof *values), largest, norm;
    spectrum_interval found;
    ntk_infinite(&data, 2, H);
    cr_assert(eq(int, spectrum_lambda_min(H, n, &found), OK));
    cr_assert(lt(dbl, found.low, 0.034737846260));
    cr_assert(lt(dbl, 0.034737846258, found.high));
    cr_assert(le(dbl, found.high - found.low, 1e-9 * found.high));
    cr_assert(eq(int, spectrum_all_second(H, n, values), OK));
    cr_assert(le(dbl, fabs(values[0] - found.value), 1e-12 * found.value));
    cr_assert(eq(int, spectrum_largest(H, n, &largest, NULL), OK));
    cr_assert(eq(int, spectrum_norm(H, n, &norm), OK));
    cr_assert(le(dbl, fabs(largest - 38.561337247), 5e-10));
    cr_assert(le(dbl, fabs(norm - largest), 1e-8 * largest));
    free(H), free(values);
    dataset_free(&data);
}
