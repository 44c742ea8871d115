/* The network seen on the data: output, step and costs against sums written out.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/network.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>

#include "stats/rng.h"

#ifdef REAL_DOUBLE
static const double SAME = 1e-13;
#else
static const double SAME = 1e-5;
#endif

enum { N = 21, M = ACTIVE_PANEL + 88 }; /* more neurons than one panel */

static void random_network(const gram *g, network *net, bool follow) {
    rng *r = rng_new(8, 0, 0, RNG_PILOT);
    cr_assert(eq(int, network_new(g, M, follow, net), OK));
    net->m = M;
    for (size_t k = 0; k < M; k++) { rng_normal(r, 1, g->n, net->Z + k * g->ld); }
    rng_signs(r, M * g->q, net->A);
    rng_free(r);
}

static double output(const gram *g, const real *Z, const real *A, double scale, size_t i,
                     size_t o) {
    double u = 0;
    for (size_t r = 0; r < M; r++) {
        u += scale * (double)A[r * g->q + o] * fmax((double)Z[r * g->ld + i], 0);
    }
    return u;
}

Test(network, output_residual_and_step) {
    dataset data;
    gram g;
    network net;
    cr_assert(eq(int, dataset_load("data/digits.npz", N, &data), OK));
    cr_assert(eq(int, gram_new(&data, GRAM_FACTOR, &g), OK));
    random_network(&g, &net, true);
    size_t size = g.q * g.ld;
    real *U = calloc(size, sizeof *U), *R = calloc(size, sizeof *R),
         *after = calloc(size, sizeof *after);
    real *before = malloc(M * g.ld * sizeof *before),
         *work = allocate(gram_workspace(&g), sizeof *work, "workspace");
    const double scale = 0.1, step = 0.05;
    double squares = 0;
    network_output(&g, &net, scale, U);
    for (size_t o = 0; o < g.q; o++) {
        for (size_t i = 0; i < N; i++) {
            double u = output(&g, net.Z, net.A, scale, i, o);
            cr_expect(le(dbl, fabs((double)U[o * g.ld + i] - u), SAME * 10));
            squares += (u - data.Y[i * g.q + o]) * (u - data.Y[i * g.q + o]);
        }
    }
    cr_expect(le(dbl, fabs(network_residual(&g, U, R) - squares / 2 / N), SAME * squares));
    for (size_t k = 0; k < M * g.ld; k++) { before[k] = net.Z[k]; }
    network_step(&g, &net, scale, step, R, after, work);
    for (size_t r = 0; r < M; r += 17) {
        for (size_t i = 0; i < N; i++) { /* z_i -= h s_s sum_j G_ij (R A^T)_j 1{z_j > 0} */
            double moved = 0;
            for (size_t j = 0; j < N; j++) {
                double gram_ij = 0, s = 0;
                for (size_t k = 0; k < g.d; k++) {
                    gram_ij += data.X[i * g.d + k] * data.X[j * g.d + k];
                }
                for (size_t o = 0; o < g.q; o++) {
                    s += (double)R[o * g.ld + j] * (double)net.A[r * g.q + o];
                }
                moved += before[r * g.ld + j] > 0 ? step * scale * gram_ij * s : 0;
            }
            cr_expect(le(dbl, fabs((double)(before[r * g.ld + i] - net.Z[r * g.ld + i]) - moved),
                         SAME * 10));
        }
    }
    for (size_t i = 0; i < N; i++) { /* the output after the step comes with it */
        cr_expect(
            le(dbl, fabs((double)after[i] - output(&g, net.Z, net.A, scale, i, 0)), SAME * 10));
    }
    network_free(&net), gram_free(&g), dataset_free(&data);
    free(U), free(R), free(after), free(before), free(work);
}

/* U is an extra: the step itself is the same without it. */
Test(network, a_step_without_output_is_the_same_step) {
    dataset data;
    gram g;
    network a, b;
    cr_assert(eq(int, dataset_load("data/digits.npz", N, &data), OK));
    cr_assert(eq(int, gram_new(&data, GRAM_MATRIX, &g), OK));
    random_network(&g, &a, false);
    random_network(&g, &b, false);
    real *U = calloc(g.q * g.ld, sizeof *U), *R = calloc(g.q * g.ld, sizeof *R),
         *work = allocate(gram_workspace(&g), sizeof *work, "workspace");
    network_output(&g, &a, 0.1, R);
    network_residual(&g, R, R);
    network_step(&g, &a, 0.1, 0.1, R, U, work);
    network_step(&g, &b, 0.1, 0.1, R, NULL, work);
    for (size_t k = 0; k < M * g.ld; k++) { cr_assert(eq(dbl, (double)a.Z[k], (double)b.Z[k])); }
    network_free(&a), network_free(&b), gram_free(&g), dataset_free(&data);
    free(U), free(R), free(work);
}

/* A drift that is not a number must not pass for none. */
Test(network, a_drift_that_is_nan_stays_nan) {
    dataset data;
    gram g;
    network net;
    cr_assert(eq(int, dataset_load("data/digits.npz", N, &data), OK));
    cr_assert(eq(int, gram_new(&data, GRAM_MATRIX, &g), OK));
    random_network(&g, &net, true);
    real *Z0 = calloc(M * g.ld, sizeof *Z0);
    for (size_t r = 0; r < M; r++) {
        net.neuron[r] = r;
        net.C[r * g.ld] = (real)(net.Z[r * g.ld] < 0 ? -1 : 1);
    }
    cr_expect(gt(dbl, network_drift_squared_most(&g, &net, Z0), 0));
    net.C[1] = -net.C[0]; /* rounding may make the sum negative: counted as 0 */
    net.Z[1] = 2 * net.Z[0];
    cr_expect(eq(dbl, network_drift_squared(&g, &net, Z0, 0), 0));
    net.Z[5 * g.ld] = NAN;
    cr_expect(isnan(network_drift_squared(&g, &net, Z0, 5)));
    cr_expect(isnan(network_drift_squared_most(&g, &net, Z0)));
    cr_expect(isnan(network_movement_squared_most(&g, &net, Z0, Z0)));
    network_free(&net), gram_free(&g), dataset_free(&data);
    free(Z0);
}
