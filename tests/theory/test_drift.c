/* The drift along runs and its checks. Theory is double precision alone: in single there is nothing
 * to test.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifdef REAL_DOUBLE

#include "theory/drift/drift.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>

#include "model/spectrum.h"
#include "tests/support/fixture.h"
#include "tests/support/local_small.h"

TestSuite(drift, .timeout = 60);

enum { STEPS = 2 }; /* step sizes of local_small */

static const char *const statements[] = {"Number of near neurons, wide",
                                         "Lemma 16 along runs, wide",
                                         "Theorem 2 along runs, combined with drift, wide",
                                         "Drift of the kernel, wide",
                                         "Theorem 2 along runs, wide",
                                         "Drift of the kernel by flips",
                                         "Only near neurons flip within R*"};
enum { STATEMENTS = sizeof statements / sizeof *statements };

static claim_rows judged(spoiler *spoil, size_t trials) {
    return local_judged(&drift_study, spoil, trials);
}

static verdict verdict_on(const char *statement, spoiler *spoil, size_t trials) {
    return local_verdict(&drift_study, statement, spoil, trials);
}

Test(drift, honest_runs_refute_nothing) {
    claim_rows list = judged(NULL, 6);
    for (size_t k = 0; k < STATEMENTS; k++) {
        const statement_row *row = study_fixture_row(&list, statements[k]);
        cr_log_info("%s: bound %g observed %g trials %zu (%s)", row->statement, row->bound,
                    row->observed, row->trials, row->hypotheses);
        cr_expect(eq(int, row->verdict, NOT_REFUTED), "%s: %g against %g (%s)", row->statement,
                  row->observed, row->bound, row->hypotheses);
    }
    const char *const practical[] = {
        "Number of near neurons, practical", "Lemma 16 along runs, practical",
        "Theorem 2 along runs, combined with drift, practical", "Theorem 2 along runs, practical"};
    for (size_t k = 0; k < 4; k++) {
        cr_expect(eq(int, study_fixture_row(&list, practical[k])->verdict, HYPOTHESIS_NOT_MET),
                  "%s", practical[k]);
    }
    size_t wide = study_fixture_row(&list, statements[0])->rows,
           all = study_fixture_row(&list, practical[0])->rows;
    cr_expect(gt(sz, wide, 0));
    cr_expect(lt(sz, wide, all)); /* every row says how many rows it is about */
    cr_expect(eq(sz, study_fixture_row(&list, statements[0])->of, 1000));
    claim_rows_free(&list);
}

/* --- one deliberate error for every row --- */

static void lose_factor_2(local_model *model) {
    model->near_most /= 2;
    model->whole_near_most /= 2;
}

Test(drift, mutant_near_counts_without_factor_2) {
    claim_rows list = judged(lose_factor_2, 6);
    cr_expect(eq(int, study_fixture_row(&list, "Number of near neurons, wide")->verdict,
                 STATEMENT_REFUTED));
    cr_expect(
        eq(int, study_fixture_row(&list, "Lemma 16 along runs, wide")->verdict, STATEMENT_REFUTED));
    claim_rows_free(&list);
}

static void lose_xi(local_model *model) { model->along_least /= model->xi; }

Test(drift, mutant_lambda_min_without_xi) {
    claim_rows list = judged(lose_xi, 6);
    cr_expect(eq(
        int, study_fixture_row(&list, "Theorem 2 along runs, combined with drift, wide")->verdict,
        STATEMENT_REFUTED));
    cr_expect(eq(int, study_fixture_row(&list, "Theorem 2 along runs, wide")->verdict,
                 STATEMENT_REFUTED));
    claim_rows_free(&list);
}

/* 4 row_sum xi p_R = 2 row_sum (2 m xi p_R)/m, with one neuron in place of 2 m xi p_R. */
static void one_neuron_alone(local_model *model) { model->drift_most /= model->near_most; }

Test(drift, mutant_drift_of_one_neuron) {
    cr_expect(
        eq(int, verdict_on("Drift of the kernel, wide", one_neuron_alone, 2), STATEMENT_REFUTED));
}

static void row_sum_is_mean_entry(local_model *model) { model->row_sum /= (double)model->n; }

Test(drift, mutant_mean_entry_for_row_sum) {
    cr_expect(eq(int, verdict_on("Drift of the kernel by flips", row_sum_is_mean_entry, 1),
                 STATEMENT_REFUTED));
}

static void boundary_too_thin(local_model *model) { model->boundary_radius /= 10; }

Test(drift, mutant_near_neurons_within_a_tenth) {
    cr_expect(eq(int, verdict_on("Only near neurons flip within R*", boundary_too_thin, 2),
                 STATEMENT_REFUTED));
}

/* A number that is none refutes; too few trials check nothing. */
Test(drift, nan_refutes_and_few_trials_do_not_check) {
    const local_number given[] = {{CLAIM_NUMBER(drift_round, states), 3},
                                  {CLAIM_NUMBER(drift_round, ball), 3},
                                  {CLAIM_NUMBER(drift_round, bounded), 3},
                                  {CLAIM_NUMBER(drift_round, from_start), 0}};
    claim_rows list = local_judged_nan(&drift_study, 10, given, sizeof given / sizeof *given);
    for (size_t k = 0; k < STATEMENTS; k++) {
        cr_expect(eq(int, study_fixture_verdict(&list, statements[k]), STATEMENT_REFUTED), "%s",
                  statements[k]);
    }
    claim_rows_free(&list);
    list = local_judged_nan(&drift_study, 2, given, sizeof given / sizeof *given);
    cr_expect(eq(int, study_fixture_verdict(&list, "Number of near neurons, wide"), NOT_CHECKED));
    claim_rows_free(&list);
}

/* --- what is measured, another way --- */

/* Sees the subnetworks of one round through weights: W = W_0 + X^T C, activations and kernel from X
 * W. */
typedef struct {
    const real *W; /* of the start */
    const local_model *model;
    const gram *g;
    double from_start, flips, near, lambda;
} witness;

static void neuron_weights(const witness *w, const network *net, size_t k, real *weights) {
    const real *start = w->W + net->neuron[k] * w->g->d;
    for (size_t j = 0; j < w->g->d; j++) {
        weights[j] = start[j];
        for (size_t i = 0; i < w->g->n; i++) {
            weights[j] += w->g->X[i * w->g->d + j] * net->C[k * w->g->ld + i];
        }
    }
}

static double product(const witness *w, size_t i, const real *weights) {
    double sum = 0;
    for (size_t j = 0; j < w->g->d; j++) { sum += w->g->X[i * w->g->d + j] * weights[j]; }
    return sum;
}

static void see(const step_event *event, void *context) {
    enum { N = 12, D = 64 };
    witness *w = context;
    double H[N * N] = {0}, flips[N] = {0}, near[N] = {0}, lambda;
    for (size_t k = 0; k < event->net->m; k++) {
        real weights[D];
        bool active[N];
        const real *start = w->W + event->net->neuron[k] * w->g->d;
        neuron_weights(w, event->net, k, weights);
        double square = 0;
        for (size_t j = 0; j < w->g->d; j++) {
            square += (weights[j] - start[j]) * (weights[j] - start[j]);
        }
        w->from_start = fmax(w->from_start, sqrt(square));
        for (size_t i = 0; i < N; i++) {
            double before = product(w, i, start);
            active[i] = product(w, i, weights) >= 0;
            flips[i] += active[i] != (before >= 0);
            near[i] += fabs(before) <= w->model->boundary_radius;
        }
        for (size_t i = 0; i < N; i++) {
            for (size_t j = 0; j < N; j++) {
                H[i * N + j] += active[i] && active[j] ? w->model->G[i * N + j] / w->model->m : 0;
            }
        }
    }
    cr_assert(eq(int, spectrum_smallest(H, N, &lambda, NULL), OK));
    w->lambda = fmin(w->lambda, lambda);
    for (size_t i = 0; i < N; i++) {
        w->flips = fmax(w->flips, flips[i]);
        w->near = fmax(w->near, near[i]);
    }
}

Test(drift, a_round_seen_through_weights) {
    local_settings small = local_small(1);
    study_run under_way;
    local_open(&drift_study, &small, &under_way);
    const local_context *c = under_way.context;
    const local_regime *r = &c->regimes[REGIME_PRACTICAL];
    train_settings settings = local_train_settings(r, MASK_BERNOULLI);
    local_model model = c->models[REGIME_PRACTICAL][MASK_BERNOULLI];
    model.boundary_radius = 0.3; /* so that some neurons are near */
    settings.lr = 8 / r->data.gram_norm;
    trajectory run;
    drift_round kept;
    cr_assert(eq(int, trajectory_open(&r->g, &settings, true, 1, 0, 0, &run), OK));
    drift_watch *w = drift_watch_new(&r->g, settings.width);
    cr_assert(eq(int, drift_watch_run(w, &run, &model, 1, &kept), OK));
    double error = run.t.error;
    trajectory_close(&run);
    real W[80 * 12], A[80];
    rng *start = rng_new(1, 0, 0, RNG_WEIGHTS);
    cr_assert(settings.width == 80 && r->g.d == 12);
    cr_assert(eq(int, trajectory_open(&r->g, &settings, true, 1, 0, 0, &run), OK));
    train_draw_start(&run.t, start, W, A);
    witness seen = {W, &model, &r->g, 0, 0, 0, INFINITY};
    cr_assert(trajectory_round(&run, see, &seen));
    cr_expect(le(dbl, fabs(kept.from_start - seen.from_start), 1e-12 * seen.from_start));
    cr_expect(eq(dbl, kept.flips, seen.flips));
    cr_expect(eq(dbl, kept.near, seen.near));
    cr_expect(gt(dbl, seen.flips, 0));
    cr_expect(gt(dbl, seen.near, 0));
    cr_expect(le(dbl, fabs(kept.lambda - seen.lambda), 1e-13));
    cr_expect(eq(dbl, kept.error, error));
    cr_expect(eq(dbl, kept.states, (double)(settings.subnets * (settings.local_steps + 1))));
    drift_watch_free(w), trajectory_close(&run), rng_free(start), study_close(&under_way);
}

/* The sweep: the same bytes on one thread and on two. */
Test(drift, same_table_for_one_and_two_threads) {
    char path[2][256];
    const char *folder = fixture_folder("drift");
    local_settings settings = local_small(2);
    study few_rows = drift_study;
    few_rows.samples = LOCAL_ROWS;
    for (int k = 0; k < 2; k++) {
        snprintf(path[k], sizeof path[k], "%s/%d.dat", folder, k + 1);
        study_fixture_perform(&few_rows, &settings, path[k], k + 1);
    }
    cr_expect(fixture_same_rows(path[0], path[1]));
    table_data rows;
    cr_assert(eq(int, table_read(path[0], &rows), OK), "%s", error_text());
    cr_expect(eq(sz, rows.rows, REGIMES * MASKS * STEPS * settings.rounds));
    table_data_free(&rows);
}

#endif
