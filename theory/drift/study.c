/* The runs of drift, what is kept of them, and its table.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/drift/drift.h"

static const local_settings defaults = {LOCAL_DEFAULTS, .rounds = 10, .multiples = {{1}, 1}};

/* --- units: for each step size a drift_round for each round --- */

static size_t numbers_of(const study_run *r) {
    return ((const local_settings *)r->settings)->rounds * DRIFT_NUMBERS;
}

/* drift_round is doubles alone. */
drift_round *drift_rounds_of(const study_run *r, const double *values, size_t step) {
    return (drift_round *)(uintptr_t)(values + step * numbers_of(r));
}

static status prepare(study_run *r) {
    r->values = local_step_count(r->settings) * numbers_of(r);
    return local_prepare(r);
}

static status measure(const study_run *r, size_t cell, size_t repetition, double *values) {
    local_place at = local_place_of(r, cell, repetition);
    const local_regime *regime = local_regime_of(r, at.regime);
    drift_watch *w = drift_watch_new(&regime->g, regime->settings.width);
    status st = w ? OK : FAILED;
    for (size_t k = 0; st == OK && k < local_step_count(r->settings); k++) {
        trajectory run;
        st = local_open_run(r, at, k, &run);
        if (st == OK) {
            st = drift_watch_run(w, &run, local_model_at(r, at), regime->rounds,
                                 drift_rounds_of(r, values, k));
        }
        trajectory_close(&run);
    }
    drift_watch_free(w);
    return st;
}

/* --- the table: a row for each regime, mask kind, step size and round --- */

/* Runs of one row as one, and the sums that the means need. */
typedef struct {
    drift_round all;
    double runs, diverged, moved, flips, lambda;
} pool;

static pool collect(const study_run *r, local_place at, size_t step, size_t round) {
    pool p = {.runs = 0};
    record_clear(&drift_round_kind, &p.all);
    for (at.trial = 0; at.trial < local_regime_of(r, at.regime)->trials; at.trial++) {
        const drift_round *one = &drift_rounds_of(r, local_values(r, at), step)[round];
        if (one->stopped > 0 || one->states == 0) {
            p.diverged++;
            continue;
        }
        record_add(&drift_round_kind, &p.all, one);
        p.runs++;
        p.moved += one->from_start;
        p.flips += one->flips;
        p.lambda += one->lambda;
    }
    return p;
}

static void put_row(const study_run *r, local_place at, size_t step, size_t round, table *t) {
    const local_model *model = local_model_at(r, at);
    const pool p = collect(r, at, step, round);
    const drift_round *all = &p.all;
    double eta = local_step(local_regime_of(r, at.regime), r->settings, step);
    char name[32];
    local_step_name(r->settings, step, name);
    table_row(t);
    local_put_place(r, at, t);
    row_text(t, "step", "step size in words", name);
    row_number(t, "multiple", "eta ||G||", eta * model->gram_norm);
    row_number(t, "round", "k, from 1", (double)round + 1);
    row_number(t, "runs",
               "starts W_0 with their masks that have not diverged; those below are over them",
               p.runs);
    row_number(t, "moved", "[R*] largest ||w_{k,t,r} - w_{0,r}|| of a masked neuron in the round",
               all->from_start / model->radius);
    row_number(t, "moved_mean", "[R*] the same, mean over runs", p.moved / p.runs / model->radius);
    row_number(t, "flips",
               "[neurons] most masked neurons whose activation on one sample is not that at w_0",
               all->flips);
    row_number(t, "flips_mean", "[neurons] the same, mean over runs", p.flips / p.runs);
    row_number(t, "flips_bound", "[neurons] 2 m xi p_R, within R*", model->near_most);
    row_number(t, "near", "[neurons] most masked neurons with |<w_0, x_i>| <= R* on one sample",
               all->near);
    row_number(t, "whole_flips", "[neurons] flips of the whole network, after the round",
               all->whole_flips);
    row_number(t, "whole_near", "[neurons] near of the whole network", all->whole_near);
    row_number(t, "whole_bound", "[neurons] 2 m p_R (Lemma 16), within R*", model->whole_near_most);
    row_number(t, "lambda", "[xi lambda0/2] smallest lambda_min(H_m(k,t)) in the round",
               all->lambda / model->along_least);
    row_number(t, "lambda_mean", "[xi lambda0/2] the same, mean over runs",
               p.lambda / p.runs / model->along_least);
    row_number(t, "ball", "share of states (subnetwork, t) with all weights within R*",
               all->ball / all->states);
    row_number(t, "error",
               "of the whole network after the round, (1/2) ||y - u||^2/n, mean over runs",
               all->error / p.runs);
    row_number(t, "diverged", "runs that have diverged", p.diverged);
}

static status fill(const study_run *r, table *t) {
    for (size_t regime = 0; regime < REGIMES; regime++) {
        for (size_t mask = 0; mask < MASKS; mask++) {
            for (size_t step = 0; step < local_step_count(r->settings); step++) {
                if (regime + mask + step > 0) { table_gap(t); }
                for (size_t round = 0; round < local_regime_of(r, regime)->rounds; round++) {
                    put_row(r, (local_place){regime, (mask_kind)mask, 0}, step, round, t);
                }
            }
        }
    }
    return OK;
}

static const study_table tables[] = {
    {"", "drift of weights, activations and lambda_min(H_m(k,t)) along runs", 17, .fill = fill},
    {NULL}};

const study drift_study = {
    .about = "Drift: how far weights, activations and masked kernels stray along runs",
    .defaults = &defaults,
    .prepare = prepare,
    .measure = measure,
    .tables = tables,
    .claims = drift_claims,
    LOCAL_HOOKS};
