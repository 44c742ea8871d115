/* The runs of local-descent and drift, and their options. Theory is double precision alone: in single there is nothing
 * to test. */
#ifdef REAL_DOUBLE

#include "theory/local/local_plan.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/local_small.h"

/* A restarted run is the run itself. */
Test(local_plan, restart_gives_the_same_run)
{
    local_plan plan;
    local_small_open("build/test-tmp/none.dat", 1, &plan);
    const local_regime *r = &plan.regimes[REGIME_USUAL];
    train_settings settings = local_settings(r, MASK_CATEGORICAL);
    local_trial run;
    cr_assert(eq(int, local_trial_open(&r->g, &settings, 1, 2, 3, &run), OK));
    double errors[2];
    for (int k = 0; k < 2; k++) {
        cr_assert(eq(int, local_trial_restart(&run, 0.2), OK));
        local_trial_round(&run, NULL, NULL);
        local_trial_round(&run, NULL, NULL);
        errors[k] = run.t.error;
        cr_assert(eq(int, local_trial_restart(&run, 0.4), OK));
        local_trial_round(&run, NULL, NULL);
        cr_expect(ne(dbl, errors[k], run.t.error));
    }
    cr_expect(eq(dbl, errors[0], errors[1]));
    local_trial_close(&run), local_plan_close(&plan);
}

/* Numbers of the model against their definitions, and the width that is chosen where none is given. */
Test(local_plan, model_and_width)
{
    local_options options = local_small_options;
    options.wide_width = 0;
    program_options run = {.name = "test", .data = "data/digits.npz", .threads = 1, .quiet = true};
    local_plan plan;
    cr_assert(eq(int, local_plan_open(&run, &options, &plan), OK));
    const local_regime *r = &plan.regimes[REGIME_WIDE];
    const local_model *model = &plan.models[REGIME_WIDE][MASK_CATEGORICAL];
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
    local_plan_close(&plan);
}

/* Rows in coordinates of their span: the same Gram matrix in fewer dimensions. */
Test(local_plan, span_keeps_the_gram_matrix)
{
    local_plan plan;
    local_small_open("build/test-tmp/none.dat", 1, &plan);
    const local_regime *r = &plan.regimes[REGIME_USUAL];
    size_t n = r->g.n;
    cr_expect(eq(sz, r->data.data.d, 64));
    cr_expect(eq(sz, r->g.d, n));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double product = 0;
            for (size_t k = 0; k < n; k++)
                product += r->g.X[i * n + k] * r->g.X[j * n + k];
            cr_expect(le(dbl, fabs(product - r->data.G[i * n + j]), 1e-14));
        }
    local_plan_close(&plan);
}

static status parsed(const char *option, const char *value, local_options *options)
{
    char text[2][40] = {"program", ""};
    snprintf(text[1], sizeof text[1], "--%s=%s", option, value);
    char *arguments[] = {text[0], text[1], NULL};
    program_options run;
    *options = local_small_options;
    return program_parse(2, arguments, "test", &local_argp, options, &run);
}

Test(local_plan, options)
{
    const char *const refused[][2] = {
        {"xi", "0"},          {"xi", "1.5"},         {"xi", "nan"},          {"width", "0"},
        {"subnets", "-1"},    {"local-steps", "0"},  {"rounds", "x"},        {"repeats", "0"},
        {"kappa", "0"},       {"delta", "0.6"},      {"delta", "0"},         {"multiples", "0"},
        {"multiples", "1,1"}, {"wide-samples", "1"}, {"wide-width", "-5"},   {"wide-subnets", "0"},
        {"wide-trials", "0"}, {"label", "-1"},       {"wide-trials", "1e9"}, {"multiples", "1,,2"}};
    local_options o;
    for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
        cr_expect(eq(int, parsed(refused[k][0], refused[k][1], &o), BAD_INPUT), "--%s %s", refused[k][0],
                  refused[k][1]);
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
