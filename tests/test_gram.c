#include "model/gram.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>

#include "run/rng.h"

#ifdef REAL_DOUBLE
static const double SAME = 1e-13;
#else
static const double SAME = 1e-5;
#endif

/* G S as a matrix, as X (X^T S), and written out. */
Test(gram, both_ways_apply_the_same_matrix)
{
    enum { N = 37, COUNT = 5 };
    dataset data;
    cr_assert(eq(int, dataset_load("data/digits.npz", N, &data), OK));
    rng *r = rng_new(1, 0, 0, RNG_TEST);
    for (int way = GRAM_MATRIX; way <= GRAM_FACTOR; way++) {
        gram g;
        cr_assert(eq(int, gram_new(&data, (gram_way)way, &g), OK));
        real *S = calloc(COUNT * g.ld, sizeof *S), *Z = calloc(COUNT * g.ld, sizeof *Z), *work = calloc(gram_workspace(&g), sizeof *work);
        for (size_t k = 0; k < COUNT; k++)
            rng_normal(r, 1, N, S + k * g.ld);
        gram_apply(&g, S, COUNT, Z, work);
        for (size_t k = 0; k < COUNT; k++)
            for (size_t i = 0; i < g.ld; i++) {
                double expected = 0;
                for (size_t l = 0; i < N && l < N; l++)
                    for (size_t j = 0; j < data.d; j++)
                        expected -= data.X[i * data.d + j] * data.X[l * data.d + j] * (double)S[k * g.ld + l];
                cr_expect(le(dbl, fabs((double)Z[k * g.ld + i] - expected), SAME * 20), "way %d", way);
            }
        gram_free(&g), free(S), free(Z), free(work);
    }
    rng_free(r), dataset_free(&data);
}

Test(gram, the_cheaper_way_is_chosen)
{
    dataset data;
    gram g;
    cr_assert(eq(int, dataset_load("data/digits.npz", 128, &data), OK)); /* 2 n^2 = 4 n d: equal cost, the matrix */
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    cr_expect(eq(int, g.way, GRAM_MATRIX));
    cr_expect(eq(dbl, gram_cost(&g), 2 * 128.0 * 128));
    gram_free(&g), dataset_free(&data);
    cr_assert(eq(int, dataset_load("data/digits.npz", 129, &data), OK));
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    cr_expect(eq(int, g.way, GRAM_FACTOR));
    cr_expect(eq(dbl, gram_cost(&g), 4 * 129.0 * 64));
    gram_free(&g), dataset_free(&data);
}

Test(gram, projection_is_x_times_w)
{
    enum { N = 20, M = 3 };
    dataset data;
    gram g;
    cr_assert(eq(int, dataset_load("data/digits.npz", N, &data), OK));
    cr_assert(eq(int, gram_new(&data, GRAM_AUTO, &g), OK));
    real *W = malloc(M * g.d * sizeof *W), *Z = malloc(M * g.ld * sizeof *Z);
    rng *r = rng_new(1, 0, 0, RNG_TEST);
    rng_normal(r, 1, M * g.d, W);
    gram_project(&g, W, M, Z);
    for (size_t k = 0; k < M; k++)
        for (size_t i = 0; i < g.ld; i++) {
            double z = 0;
            for (size_t j = 0; i < N && j < g.d; j++)
                z += data.X[i * g.d + j] * (double)W[k * g.d + j];
            cr_expect(le(dbl, fabs((double)Z[k * g.ld + i] - z), SAME * 10));
        }
    rng_free(r), gram_free(&g), dataset_free(&data), free(W), free(Z);
}
