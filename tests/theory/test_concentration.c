/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>

/* The programs of theory/ are built in double precision alone. */
#ifdef REAL_DOUBLE

#include <criterion/new/assert.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>

#include "model/spectrum.h"
#include "tests/support/concentration_fixture.h"
#include "theory/ntk_concentration/ntk_concentration.h"

static void begin(void) { gsl_set_error_handler_off(); }

TestSuite(concentration, .init = begin);

/* --- measures, by another way --- */

/* The worst of the masks, each measured from the definition: norms by the whole spectrum. */
Test(concentration, measures_are_the_worst_masks) {
    enum { N = 7, P = 4 };
    const concentration_settings o = {
        .widths = {{50}, 1}, .xi = {{0.3}, 1}, .masks = P, .trials = 1, .delta = 0.05};
    study_run r;
    study small = concentration_study;
    small.claims = NULL;
    program_options options = {.name = "test",
                               .data = "data/digits.npz",
                               .samples = N,
                               .seed = 6,
                               .threads = 1,
                               .out = "none",
                               .quiet = true};
    cr_assert(eq(int, study_open(&small, &options, &o, &r), OK), "%s", error_text());
    const kernel_data *d = &((concentration_context *)r.context)->data;
    double *values = malloc(r.values * sizeof *values), all[N];
    deviation worst;
    record_clear(&deviation_kind, &worst);
    cr_assert(eq(int, concentration_measure(&r, 0, 0, values), OK), "%s", error_text());
    const mask_design design = {MASK_BERNOULLI, P, 0.3};
    masked_stream s;
    cr_assert(eq(int,
                 masked_stream_open(&d->data, d->G, &design, 1, rng_new(6, 0, 0, RNG_WEIGHTS),
                                    rng_new(6, 0, 0, RNG_MASKS), &s),
                 OK));
    cr_assert(eq(int, masked_stream_advance(&s, 50), OK));
    for (size_t l = 0; l < P; l++) {
        double *H = masked_stream_kernel(&s, 0, l), square = 0;
        spectrum_all(H, N, all);
        worst.ratio = fmin(worst.ratio, all[0] / (0.3 * d->lambda0));
        for (size_t k = 0; k < N * N; k++) {
            H[k] -= 0.3 * d->Hinf[k];
            square += H[k] * H[k] / P;
            worst.entry = fmax(worst.entry, fabs(H[k]));
        }
        spectrum_all(H, N, all);
        worst.norm = fmax(worst.norm, fmax(-all[0], all[N - 1]));
        worst.frobenius = fmax(worst.frobenius, sqrt(square * P));
        worst.square += square;
    }
    const double *expected = &worst.norm, *found = &concentration_at(&r, values, 0, 0)->norm;
    for (size_t k = 0; k < deviation_kind.count; k++) {
        cr_assert(le(dbl, fabs(found[k] - expected[k]), 1e-12 * (1 + fabs(expected[k]))));
    }
    cr_assert(gt(dbl, worst.frobenius, worst.norm));
    cr_assert(
        eq(dbl, concentration_probes_at(&r, values, 0)[0], masked_stream_kernel(&s, 0, 0)[0]));
    masked_stream_close(&s);
    free(values);
    study_close(&r);
}

Test(concentration, probes) {
    enum { N = 30 }; /* more than the leading block */
    double H[N * N], probes[24 * 25 / 2 + 2], trace = 0, sum = 0;
    for (size_t k = 0; k < N * N; k++) {
        H[k] = (double)((k / N + 1) * (k % N + 1));
        sum += H[k];
        trace += k / N == k % N ? H[k] : 0;
    }
    cr_assert(eq(sz, concentration_probe_count(N), 302));
    concentration_probe(H, N, probes);
    cr_assert(eq(dbl, probes[299], 24 * 24));
    cr_assert(eq(dbl, probes[298], 24 * 23));
    cr_assert(eq(dbl, probes[300], trace));
    cr_assert(eq(dbl, probes[301], sum));
    cr_assert(eq(sz, concentration_probe_count(3), 8));
}

/* --- the program --- */

static status parsed(int count, char **arguments, concentration_settings *o) {
    program_options run;
    *o = *(const concentration_settings *)concentration_study.defaults;
    return option_table_parse(count, arguments, &(program_about){.sentence = "about"},
                              concentration_study.options, o, &run);
}

Test(concentration, options) {
    concentration_settings o;
    char *right[] = {"ntk-concentration", "--widths", "512,64,128", "--xi", "0.25",
                     "--trials",          "60",       NULL};
    cr_assert(eq(int, parsed(7, right, &o), OK), "%s", error_text());
    cr_assert(eq(sz, o.widths.count, 3));
    cr_assert(eq(dbl, o.widths.values[0], 64));
    cr_assert(eq(dbl, o.widths.values[2], 512));
    cr_assert(eq(sz, o.trials, 60));
    cr_assert(eq(sz, o.subnets.count, 2)); /* as by default */
    char *wrong[][3] = {{"ntk-concentration", "--xi", "0"},
                        {"ntk-concentration", "--trials", "1"},
                        {"ntk-concentration", "--widths", "8,8"}};
    for (size_t k = 0; k < 3; k++) {
        cr_assert(eq(int, parsed(3, (char *[]){wrong[k][0], wrong[k][1], wrong[k][2], NULL}, &o),
                     BAD_INPUT));
    }
}

Test(concentration, singular_kernel_is_refused) {
    kernel_data d = {.lambda0 = 1e-9};
    cr_assert(eq(int, kernel_data_require_regular(&d), OK));
    for (int k = 0; k < 3; k++) {
        d.lambda0 = (double[]){0, -1e-17, NAN}[k];
        cr_assert(eq(int, kernel_data_require_regular(&d), BAD_INPUT));
    }
}

/* The same bytes on one thread and on two, and in two shares. */
Test(concentration, program_gives_the_same_bytes) {
    const char *folder = fixture_folder("concentration-program");
    char command[1200], said[4096];
    const char *small = "BIN/../ntk-concentration --quiet --fresh --samples 12 --widths 16,64 --xi "
                        "0.5 --subnets 2 --trials 6";
    snprintf(command, sizeof command,
             "%s --threads 1 --out %s/a.dat && %s --threads 2 --out %s/b.dat", small, folder, small,
             folder);
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    snprintf(command, sizeof command,
             "rm -rf %1$s/c.dat* && %2$s --shard 1/2 --out %1$s/c.dat && %2$s --shard 2/2 --out "
             "%1$s/c.dat && %3$s "
             "--out %1$s/c.dat",
             folder, small,
             "BIN/../ntk-concentration --quiet --samples 12 --widths 16,64 --xi 0.5 --subnets 2 "
             "--trials 6");
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    char a[300], other[300];
    snprintf(a, sizeof a, "%s/a.dat", folder);
    for (const char *name = "bc"; *name; name++) {
        snprintf(other, sizeof other, "%s/%c.dat", folder, *name);
        cr_assert(fixture_same_rows(a, other), "%s", other);
    }
}

#endif
