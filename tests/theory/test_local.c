/* The runs of local-descent and drift, and their options. Theory is double precision alone: in
 * single there is nothing to test.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifdef REAL_DOUBLE

#include "theory/local/local.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/local_small.h"
#include "theory/drift/drift.h"

/* Runs of one unit with other step sizes have the same start, and one opened again is itself. */
Test(local, step_sizes_share_their_start) {
    local_settings small = local_small(1);
    study_run under_way;
    local_open(&drift_study, &small, &under_way);
    const local_place at = {REGIME_PRACTICAL, MASK_CATEGORICAL, 3};
    const size_t steps[] = {0, 1, 0};
    double start[3], after[3];
    for (int k = 0; k < 3; k++) {
        trajectory run;
        cr_assert(eq(int, local_open_run(&under_way, at, steps[k], &run), OK));
        size_t bytes = run.t.settings.width * run.t.g->ld * sizeof *run.Z0;
        start[k] = run.t.error;
        cr_expect(eq(int, memcmp(run.Z0, run.t.whole.Z, bytes), 0));
        trajectory_round(&run, NULL, NULL);
        trajectory_round(&run, NULL, NULL);
        cr_expect(ne(int, memcmp(run.Z0, run.t.whole.Z, bytes), 0));
        after[k] = run.t.error;
        trajectory_close(&run);
    }
    cr_expect(eq(dbl, start[0], start[1]));
    cr_expect(ne(dbl, after[0], after[1]));
    cr_expect(eq(dbl, after[0], after[2]));
    study_close(&under_way);
}

/* Numbers of the model against their definitions, and the width that is chosen where none is given.
 */
Test(local, model_and_width) {
    local_settings options = local_small(1);
    options.wide_width = 0;
    study_run under_way;
    local_open(&drift_study, &options, &under_way);
    const local_regime *r = &((const local_context *)under_way.context)->regimes[REGIME_WIDE];
    const local_model *model =
        &((const local_context *)under_way.context)->models[REGIME_WIDE][MASK_CATEGORICAL];
    double p_R = r->data.lambda0 / (16 * r->data.row_sum);
    cr_expect(eq(sz, r->data.data.n, 4));
    cr_expect(eq(dbl, model->xi, 0.125));
    cr_expect(eq(dbl, model->masks, 8));
    cr_expect(le(dbl, fabs(erf(model->radius / sqrt(2)) - p_R), 1e-14));
    cr_expect(le(dbl, fabs(model->near_most - 2 * model->m * 0.125 * p_R), 1e-10));
    cr_expect(le(dbl, fabs(model->drift_most - 0.125 * r->data.lambda0 / 4), 1e-14));
    cr_expect(le(dbl, fabs(model->rate - 0.125 * r->data.lambda0 / 2), 1e-14));
    double required = 48 * r->data.row_sum / (0.125 * r->data.lambda0) * log(8 * 4 / options.delta);
    cr_expect(le(dbl, fabs(model->width - required), 1e-9 * required));
    double chosen = (double)r->settings.width;
    cr_expect(le(dbl, 3 * required, chosen));
    cr_expect(le(dbl, chosen / 2, 3 * required));
    study_close(&under_way);
}

/* A width that nobody can train is not chosen: what supposes it is not met. */
Test(local, width_at_most) {
    local_settings options = local_small(1);
    options.wide_width = 0;
    options.xi = 1e-4;
    study_run under_way;
    local_open(&drift_study, &options, &under_way);
    cr_expect(gt(dbl, local_hardest(&under_way, REGIME_WIDE)->width, 65536));
    cr_expect(eq(dbl, local_hardest(&under_way, REGIME_WIDE)->m, 65536));
    study_close(&under_way);
}

/* Rows in coordinates of their span: the same Gram matrix in fewer dimensions. */
Test(local, span_keeps_the_gram_matrix) {
    local_settings small = local_small(1);
    study_run under_way;
    local_open(&drift_study, &small, &under_way);
    const local_regime *r = &((const local_context *)under_way.context)->regimes[REGIME_PRACTICAL];
    size_t n = r->g.n;
    cr_expect(eq(sz, r->data.data.d, 64));
    cr_expect(eq(sz, r->g.d, n));
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            double product = 0;
            for (size_t k = 0; k < n; k++) { product += r->g.X[i * n + k] * r->g.X[j * n + k]; }
            cr_expect(le(dbl, fabs(product - r->data.G[i * n + j]), 1e-14));
        }
    }
    study_close(&under_way);
}

static status parsed(const char *option, const char *value, local_settings *settings) {
    char words[2][40] = {"program", ""};
    snprintf(words[1], sizeof words[1], "--%s=%s", option, value);
    char *arguments[] = {words[0], words[1], NULL};
    program_options run;
    *settings = local_small(2);
    return option_table_parse(2, arguments, &(program_about){.sentence = "test"}, local_options,
                              settings, &run);
}

Test(local, options) {
    const char *const refused[][2] = {
        {"xi", "0"},          {"xi", "1.5"},         {"xi", "nan"},          {"width", "0"},
        {"subnets", "-1"},    {"local-steps", "0"},  {"rounds", "x"},        {"repeats", "0"},
        {"kappa", "0"},       {"delta", "0.6"},      {"delta", "0"},         {"multiples", "0"},
        {"multiples", "1,1"}, {"wide-samples", "1"}, {"wide-width", "-5"},   {"wide-subnets", "0"},
        {"wide-trials", "0"}, {"label", "-1"},       {"wide-trials", "1e9"}, {"multiples", "1,,2"}};
    local_settings o;
    for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
        cr_expect(eq(int, parsed(refused[k][0], refused[k][1], &o), BAD_INPUT), "--%s %s",
                  refused[k][0], refused[k][1]);
        cr_expect(ne(ptr, strstr(error_text(), refused[k][0]), NULL), "%s", error_text());
    }
    cr_expect(eq(int, parsed("multiples", "0.5,2,8", &o), OK));
    cr_expect(eq(sz, local_step_count(&o), 4));
    char name[32];
    local_step_name(&o, 2, name);
    cr_expect(eq(str, name, "2/||G||"));
    local_step_name(&o, 0, name);
    cr_expect(eq(str, name, "lambda0/n^2"));
    cr_expect(eq(int, parsed("wide-trials", "7", &o), OK));
    cr_expect(eq(sz, o.wide_trials, 7));
    cr_expect(eq(int, parsed("label", "3", &o), OK));
    cr_expect(eq(sz, o.label, 3));
}

#endif
