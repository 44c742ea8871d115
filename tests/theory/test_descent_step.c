/* One local step, measured two ways. Theory is double precision alone: in single there is nothing
 * to test.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifdef REAL_DOUBLE

#include "theory/local_descent/local_descent.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/fixture.h"
#include "model/trajectory.h"

/* A subnetwork of random pre-activations before and after a step that changes many signs. */
typedef struct {
    dataset data;
    gram g;
    double *G, *E;
    network net;
    real *before;
    local_model model;
} scene;

static scene scene_new(size_t n, size_t m) {
    scene s = {.data = fixture_one_output(n),
               .G = malloc(n * n * sizeof(double)),
               .E = malloc(n * n * sizeof(double))};
    cr_assert(gram_new(&s.data, GRAM_AUTO, &s.g) == OK && network_new(&s.g, m, true, &s.net) == OK);
    dataset_gram(&s.data, s.G);
    s.before = calloc(m * s.g.ld, sizeof *s.before);
    rng *r = rng_new(3, 0, 0, RNG_PILOT);
    rng_normal(r, 1, m * s.g.ld, s.before);
    rng_normal(r, 1, m * s.g.ld, s.net.Z);
    rng_signs(r, m, s.net.A);
    rng_free(r);
    s.net.m = m;
    s.model = (local_model){.G = s.G, .n = n, .m = 2 * (double)m};
    return s;
}

static void scene_free(scene *s) {
    dataset_free(&s->data), gram_free(&s->g), network_free(&s->net);
    free(s->before), free(s->G), free(s->E);
}

/* H + E from secant slopes themselves: (G_ij/m) sum_r s_ri 1_rj. */
Test(descent_step, secant_kernel_is_the_kernel_of_slopes) {
    enum { N = 7, M = 20 };
    scene s = scene_new(N, M);
    double H[N * N], norm = descent_secant_kernel(&s.model, &s.g, &s.net, s.before, s.E),
                     squares = 0, flips = 0;
    unsigned count[N];
    ntk_masked *counts = ntk_masked_new(N, 1);
    cr_assert(eq(int, local_kernel(&s.model, counts, s.before, s.g.ld, M, NULL, H), OK));
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < N; j++) {
            double sum = 0;
            for (size_t r = 0; r < M; r++) {
                double z = s.before[r * s.g.ld + i], after = s.net.Z[r * s.g.ld + i];
                sum +=
                    (fmax(after, 0) - fmax(z, 0)) / (after - z) * (s.before[r * s.g.ld + j] >= 0);
                flips += j == 0 && (z >= 0) != (after >= 0);
            }
            double expected = s.G[i * N + j] * sum / s.model.m;
            cr_expect(le(dbl, fabs(H[i * N + j] + s.E[i * N + j] - expected), 1e-14));
            squares += s.E[i * N + j] * s.E[i * N + j];
        }
    }
    cr_expect(le(dbl, fabs(norm - sqrt(squares)), 1e-14));
    size_t most = local_flips(&s.g, &s.net, s.before, true, count), sum = 0;
    for (size_t i = 0; i < N; i++) {
        sum += count[i];
        cr_expect(le(sz, count[i], most));
    }
    cr_expect(eq(dbl, (double)sum, flips));
    cr_expect(gt(sz, sum, N));
    ntk_masked_free(counts), scene_free(&s);
}

Test(descent_step, compare_gives_ratio_gain_and_skips_rounding) {
    scene s = scene_new(3, 2);
    const double e[] = {3, 0, 4}, next[] = {0, 3, 0}, tiny[] = {1e-12, 0, 0};
    descent_pair pair = descent_compare(&s.g, e, next, 0.32);
    cr_expect(le(dbl, fabs(pair.square - 25), 1e-12));
    cr_expect(le(dbl, fabs(pair.ratio - 9.0 / 25), 1e-15));
    cr_expect(le(dbl, fabs(pair.gain - 2), 1e-14));
    cr_expect(not(pair.skip));
    cr_expect(descent_compare(&s.g, tiny, next, 0.32).skip);
    cr_expect(descent_compare(&s.g, e, next, 1e-13).skip, "a promise that rounding hides");
    scene_free(&s);
}

/* One active neuron and one sample: e(x) = (1 - c x) e, so that (4) holds up to x = (2 c -
 * promise)/c^2. */
Test(descent_step, largest_step_of_a_linear_network) {
    scene s = scene_new(1, 1);
    double y = s.g.Y[0], u[1];
    const double factors[] = {0.05, 0.7, 1.9, 40};
    s.net.A[0] = y > 0 ? 1 : -1;
    for (size_t k = 0; k < 4; k++) {
        double c = factors[k], promise = c / 4, e = fabs(y) / 2;
        s.before[0] = fabs(y) - e; /* output y - e, to grow to y */
        s.net.Z[0] = s.before[0] + c * e;
        descent_ray ray = {&s.g, &s.net, s.before, 1, promise, e * e, u};
        double expected = (2 * c - promise) / (c * c), found = descent_largest_part(&ray);
        cr_expect(le(dbl, found, expected * (1 + 1e-9)), "c = %g", c);
        cr_expect(ge(dbl, found, expected * 0.97), "c = %g: %g of %g", c, found, expected);
    }
    scene_free(&s);
}

/* Distances from coefficients against weights themselves. */
static double weight_distance(const real *a, const real *b, size_t d) {
    double square = 0;
    for (size_t j = 0; j < d; j++) { square += (a[j] - b[j]) * (a[j] - b[j]); }
    return sqrt(square);
}

Test(descent_step, distances_are_those_of_the_weights) {
    dataset data = fixture_one_output(9);
    gram g;
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    train_settings settings = {.width = 30,
                               .subnets = 1,
                               .xi = 1,
                               .lr = 0.3,
                               .local_steps = 4,
                               .kappa = 1,
                               .scaling = SCALING_THEORY};
    trajectory run;
    cr_assert(eq(int, trajectory_open(&g, &settings, true, 1, 0, 0, &run), OK));
    size_t size = 30 * g.d;
    real W[30 * 64], A[30];
    rng *start = rng_new(1, 0, 0, RNG_WEIGHTS);
    cr_assert(eq(sz, g.d, 64));
    train_draw_start(&run.t, start, W, A);
    real *middle = malloc(size * sizeof *middle), *end = malloc(size * sizeof *end);
    real *Z = malloc(30 * g.ld * sizeof *Z), *C = malloc(30 * g.ld * sizeof *C);
    trajectory_round(&run, NULL, NULL);
    trainer_weights(&run.t, W, middle);
    memcpy(Z, run.t.whole.Z, 30 * g.ld * sizeof *Z),
        memcpy(C, run.t.whole.C, 30 * g.ld * sizeof *C);
    trajectory_round(&run, NULL, NULL);
    trainer_weights(&run.t, W, end);
    double from_start = 0, from_middle = 0;
    for (size_t r = 0; r < 30; r++) {
        from_start = fmax(from_start, weight_distance(end + r * g.d, W + r * g.d, g.d));
        from_middle = fmax(from_middle, weight_distance(end + r * g.d, middle + r * g.d, g.d));
    }
    cr_expect(le(dbl, fabs(sqrt(network_drift_squared_most(&g, &run.t.whole, run.Z0)) - from_start),
                 1e-12 * from_start));
    double moved = sqrt(network_movement_squared_most(&g, &run.t.whole, Z, C));
    cr_expect(le(dbl, fabs(moved - from_middle), 1e-12 * from_middle));
    cr_expect(lt(dbl, from_middle, from_start));
    free(middle), free(end), free(Z), free(C);
    trajectory_close(&run), rng_free(start), gram_free(&g), dataset_free(&data);
}

#endif
