#include <criterion/criterion.h>

/* The programs of theory/ are built in double precision alone. */
#ifdef REAL_DOUBLE

#include <criterion/new/assert.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/spectrum.h"
#include "tests/concentration_fixture.h"
#include "tests/random_rows.h"
#include "theory/concentration/options.h"
#include "theory/concentration/rows.h"

static void begin(void)
{
    gsl_set_error_handler_off();
}

TestSuite(concentration, .init = begin);

/* --- streams and measures, by another way --- */

/* H_m of Definition 1 as the sum it is: W (m, d), mask (m). */
static void kernel_by_sums(const dataset *data, const double *W, const unsigned char *mask, size_t m, double *H)
{
    size_t n = data->n, d = data->d;
    double *z = malloc(n * sizeof *z);
    memset(H, 0, n * n * sizeof *H);
    for (size_t r = 0; r < m; r++) {
        if (!mask[r])
            continue;
        for (size_t i = 0; i < n; i++) {
            z[i] = 0;
            for (size_t k = 0; k < d; k++)
                z[i] += W[r * d + k] * data->X[i * d + k];
        }
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                for (size_t k = 0; z[i] >= 0 && z[j] >= 0 && k < d; k++)
                    H[i * n + j] += data->X[i * d + k] * data->X[j * d + k] / (double)m;
    }
    free(z);
}

/* Across the border of a block of 2048 neurons; the same draws, block by block. */
Test(concentration, stream_is_definition_1)
{
    enum { N = 5, D = 4, FIRST = 2048, M = 2100, P = 3 };
    dataset data = random_rows(N, D, 0);
    double G[N * N], H[N * N], expected[N * N], *W = malloc(M * D * sizeof *W);
    unsigned char *mask = malloc(P * M), part[P * FIRST];
    dataset_gram(&data, G);
    rng *weights = rng_new(3, 0, 0, RNG_WEIGHTS), *masks = rng_new(3, 0, 0, RNG_MASKS);
    rng_normal_double(weights, 1, M * D, W);
    for (size_t at = 0, count = FIRST; at < M; at += count, count = M - FIRST) {
        mask_draw(MASK_CATEGORICAL, P, count, 0, masks, part);
        for (size_t l = 0; l < P; l++)
            memcpy(mask + l * M + at, part + l * count, count);
    }
    rng *again = rng_new(3, 0, 0, RNG_WEIGHTS), *masks_again = rng_new(3, 0, 0, RNG_MASKS);
    const concentration_design design = {MASK_CATEGORICAL, P, 1.0 / P};
    concentration_stream s;
    cr_assert(eq(int, concentration_open(&data, G, &design, 1, &s), OK));
    concentration_restart(&s, again, masks_again);
    cr_assert(eq(int, concentration_advance(&s, M), OK));
    cr_assert(eq(sz, s.width, M));
    for (size_t l = 0; l < P; l++) {
        concentration_kernel(&s, 0, l, H);
        kernel_by_sums(&data, W, mask + l * M, M, expected);
        for (size_t k = 0; k < N * N; k++)
            cr_assert(le(dbl, fabs(H[k] - expected[k]), 1e-13));
    }
    concentration_close(&s);
    rng_free(weights), rng_free(masks), rng_free(again), rng_free(masks_again);
    free(data.X), free(W), free(mask);
}

/* Stopping on the way changes nothing but the order in which several masks are drawn. */
Test(concentration, stream_is_nested)
{
    enum { N = 6 };
    theory_data d = digits(N);
    const concentration_design design = {MASK_BERNOULLI, 1, 0.4};
    double H[2][N * N];
    for (int way = 0; way < 2; way++) {
        concentration_stream s;
        rng *weights = rng_new(5, 0, 0, RNG_WEIGHTS), *masks = rng_new(5, 0, 0, RNG_MASKS);
        cr_assert(eq(int, concentration_open(&d.data, d.G, &design, 1, &s), OK));
        concentration_restart(&s, weights, masks);
        for (size_t width = way ? 7 : 777; width <= 777; width += 77)
            cr_assert(eq(int, concentration_advance(&s, width), OK));
        concentration_kernel(&s, 0, 0, H[way]);
        concentration_close(&s);
        rng_free(weights), rng_free(masks);
    }
    for (size_t k = 0; k < N * N; k++)
        cr_assert(eq(dbl, H[0][k], H[1][k]));
    theory_close(&d);
}

/* The worst of the masks, each measured from the definition: norms by the whole spectrum. */
Test(concentration, measures_are_the_worst_masks)
{
    enum { N = 7, P = 4 };
    theory_data d = digits(N);
    const concentration_design design = {MASK_BERNOULLI, P, 0.3};
    const double widths[] = {50};
    const concentration_plan plan = {&design, 1, widths, 1, N, d.Hinf, d.lambda0};
    double *values = malloc(concentration_values(&plan) * sizeof *values), H[N * N], all[N];
    double worst[MEASURES] = {0, 0, 0, INFINITY, 0};
    rng *weights = rng_new(6, 0, 0, RNG_WEIGHTS), *masks = rng_new(6, 0, 0, RNG_MASKS);
    concentration_stream s;
    cr_assert(eq(int, concentration_open(&d.data, d.G, &design, 1, &s), OK));
    concentration_restart(&s, weights, masks);
    cr_assert(eq(int, concentration_trial(&plan, &s, values), OK), "%s", error_text());
    for (size_t l = 0; l < P; l++) {
        concentration_kernel(&s, 0, l, H);
        spectrum_all(H, N, all);
        worst[MEASURE_RATIO] = fmin(worst[MEASURE_RATIO], all[0] / (0.3 * d.lambda0));
        double square = 0;
        for (size_t k = 0; k < N * N; k++) {
            H[k] -= 0.3 * d.Hinf[k];
            square += H[k] * H[k] / P;
            worst[MEASURE_ENTRY] = fmax(worst[MEASURE_ENTRY], fabs(H[k]));
        }
        spectrum_all(H, N, all);
        worst[MEASURE_NORM] = fmax(worst[MEASURE_NORM], fmax(-all[0], all[N - 1]));
        worst[MEASURE_FROBENIUS] = fmax(worst[MEASURE_FROBENIUS], sqrt(square * P));
        worst[MEASURE_SQUARE] += square;
    }
    for (size_t k = 0; k < MEASURES; k++)
        cr_assert(le(dbl, fabs(values[concentration_index(&plan, 0, 0, k)] - worst[k]), 1e-12 * (1 + fabs(worst[k]))));
    cr_assert(gt(dbl, worst[MEASURE_FROBENIUS], worst[MEASURE_NORM]));
    concentration_kernel(&s, 0, 0, H);
    cr_assert(eq(dbl, values[concentration_probe_index(&plan, 0)], H[0]));
    concentration_close(&s);
    rng_free(weights), rng_free(masks);
    free(values);
    theory_close(&d);
}

Test(concentration, probes)
{
    enum { N = 30 }; /* more than the leading block */
    double H[N * N], probes[24 * 25 / 2 + 2], trace = 0, sum = 0;
    for (size_t k = 0; k < N * N; k++) {
        H[k] = (double)((k / N + 1) * (k % N + 1));
        sum += H[k];
        trace += k / N == k % N ? H[k] : 0;
    }
    cr_assert(eq(sz, concentration_probes(N), 302));
    concentration_probe(H, N, probes);
    cr_assert(eq(dbl, probes[299], 24 * 24));
    cr_assert(eq(dbl, probes[298], 24 * 23));
    cr_assert(eq(dbl, probes[300], trace));
    cr_assert(eq(dbl, probes[301], sum));
    cr_assert(eq(sz, concentration_probes(3), 8));
}

/* V of one neuron over all its masks and activation patterns, for two rows at angle t: both active with probability
 * (pi - t)/(2 pi), each alone with t/(2 pi). */
Test(concentration, variance_by_enumeration)
{
    const double t = 1.1, xi = 0.3, c = cos(t), both = (M_PI - t) / (2 * M_PI);
    const double G[4] = {1, c, c, 1}, Hinf[4] = {0.5, c * both, c * both, 0.5};
    const struct {
        double chance, entry[4];
    } cases[] = {{xi * both, {1, c, c, 1}},
                 {xi * t / (2 * M_PI), {1, 0, 0, 0}},
                 {xi * t / (2 * M_PI), {0, 0, 0, 1}},
                 {1 - xi + xi * both, {0, 0, 0, 0}}};
    double V = 0, total = 0;
    for (size_t k = 0; k < 4; k++) {
        total += cases[k].chance;
        for (size_t e = 0; e < 4; e++)
            V += cases[k].chance * pow(cases[k].entry[e] - xi * Hinf[e], 2);
    }
    cr_assert(le(dbl, fabs(total - 1), 1e-15));
    cr_assert(le(dbl, fabs(concentration_variance(G, Hinf, 2, xi) - V), 1e-15));
}

/* --- the program --- */

Test(concentration, options)
{
    concentration_options o = concentration_defaults();
    program_options run;
    cr_assert(ge(dbl, o.widths.values[o.widths.count - 1], 131072));
    char *right[] = {"ntk-concentration", "--widths", "512,64,128", "--xi", "0.25", "--trials", "60", NULL};
    cr_assert(eq(int, program_parse(7, right, "about", &concentration_argp, &o, &run), OK), "%s", error_text());
    cr_assert(eq(sz, o.widths.count, 3));
    cr_assert(eq(dbl, o.widths.values[0], 64));
    cr_assert(eq(dbl, o.widths.values[2], 512));
    char *wrong[][3] = {{"ntk-concentration", "--xi", "0"},
                        {"ntk-concentration", "--trials", "1"},
                        {"ntk-concentration", "--widths", "8,8"}};
    for (size_t k = 0; k < 3; k++)
        cr_assert(eq(int,
                     program_parse(3, (char *[]){wrong[k][0], wrong[k][1], wrong[k][2], NULL}, "about",
                                   &concentration_argp, &o, &run),
                     BAD_INPUT));
}

Test(concentration, too_little_memory_is_said_before)
{
    const dataset data = {.n = 1000, .d = 10};
    const concentration_design one = {MASK_BERNOULLI, 1, 0.5}, many = {MASK_BERNOULLI, 1000000000, 0.5};
    cr_assert(eq(int, concentration_fits(&data, &one, 1, 1), OK), "%s", error_text());
    cr_assert(eq(int, concentration_fits(&data, &many, 1, 1), BAD_INPUT));
    cr_assert(ne(ptr, strstr(error_text(), "fewer masks"), NULL));
}

Test(concentration, singular_kernel_is_refused)
{
    theory_data d = {.lambda0 = 1e-9};
    cr_assert(eq(int, concentration_supposes(&d), OK));
    for (int k = 0; k < 3; k++) {
        d.lambda0 = (double[]){0, -1e-17, NAN}[k];
        cr_assert(eq(int, concentration_supposes(&d), BAD_INPUT));
    }
}

/* The same bytes on one thread and on two, and in two shares. */
Test(concentration, program_gives_the_same_bytes)
{
    const char *folder = fixture_folder("concentration-program");
    char command[1200], said[4096];
    const char *small =
        "BIN/../ntk-concentration --quiet --fresh --samples 12 --widths 16,64 --xi 0.5 --subnets 2 --trials 6";
    snprintf(command, sizeof command, "%s --threads 1 --out %s/a.dat && %s --threads 2 --out %s/b.dat", small, folder,
             small, folder);
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    snprintf(command, sizeof command,
             "rm -rf %1$s/c.dat* && %2$s --shard 1/2 --out %1$s/c.dat && %2$s --shard 2/2 --out %1$s/c.dat && %3$s "
             "--out %1$s/c.dat",
             folder, small,
             "BIN/../ntk-concentration --quiet --samples 12 --widths 16,64 --xi 0.5 --subnets 2 --trials 6");
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    char a[300], other[300];
    snprintf(a, sizeof a, "%s/a.dat", folder);
    for (const char *name = "bc"; *name; name++) {
        snprintf(other, sizeof other, "%s/%c.dat", folder, *name);
        cr_assert(fixture_same_rows(a, other), "%s", other);
    }
}

#endif
