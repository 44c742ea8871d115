/* The runs of local-descent, what is kept of them, and its table.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "theory/local_descent/local_descent.h"

static const local_settings defaults = {LOCAL_DEFAULTS, .rounds = 2,
                                        .multiples = {{0.1, 1, 4, 8, 16}, 5}};

/* --- units: for each step size a descent_run, then the ratio and the largest step size of every
 * local step --- */

/* Local steps of a run, of the regime that has more of them. */
static size_t steps_of(const study_run *r) {
    const local_settings *o = r->settings;
    size_t subnets = o->subnets > o->wide_subnets ? o->subnets : o->wide_subnets;
    return o->rounds * subnets * o->local_steps;
}

static size_t numbers_of(const study_run *r) { return DESCENT_NUMBERS + 2 * steps_of(r); }

/* descent_run is doubles alone. */
descent_run *descent_run_of(const study_run *r, const double *values, size_t step) {
    return (descent_run *)(uintptr_t)(values + step * numbers_of(r));
}

static double *ratios_of(const study_run *r, const double *values, size_t step) {
    return (double *)(uintptr_t)values + step * numbers_of(r) + DESCENT_NUMBERS;
}

static double *largest_of(const study_run *r, const double *values, size_t step) {
    return ratios_of(r, values, step) + steps_of(r);
}

static status prepare(study_run *r) {
    r->values = local_step_count(r->settings) * numbers_of(r);
    return local_prepare(r);
}

static status measure(const study_run *r, size_t cell, size_t repetition, double *values) {
    local_place at = local_place_of(r, cell, repetition);
    const local_regime *regime = local_regime_of(r, at.regime);
    descent_watch *w = descent_watch_new(&regime->g, regime->settings.width, steps_of(r));
    status st = w ? OK : FAILED;
    for (size_t k = 0; st == OK && k < local_step_count(r->settings); k++) {
        trajectory run;
        st = local_open_run(r, at, k, &run);
        if (st == OK) {
            st = descent_watch_run(w, &run, local_model_at(r, at), regime->rounds,
                                   descent_run_of(r, values, k), ratios_of(r, values, k),
                                   largest_of(r, values, k));
        }
        trajectory_close(&run);
    }
    descent_watch_free(w);
    return st;
}

/* --- the table: a row for each regime, mask kind and step size --- */

/* The runs of one row as one; ratios and largest steps that are numbers. */
typedef struct {
    descent_run all;
    double *ratios, *largest;
    size_t count;
} pool;

static void collect(const study_run *r, local_place at, size_t step, pool *p) {
    record_clear(&descent_run_kind, &p->all);
    p->count = 0;
    for (at.trial = 0; at.trial < local_regime_of(r, at.regime)->trials; at.trial++) {
        const double *values = local_values(r, at), *ratios = ratios_of(r, values, step);
        record_add(&descent_run_kind, &p->all, descent_run_of(r, values, step));
        for (size_t k = 0; k < steps_of(r); k++) {
            if (isnan(ratios[k])) { continue; }
            p->ratios[p->count] = ratios[k];
            p->largest[p->count++] = largest_of(r, values, step)[k];
        }
    }
}

static void put_row(const study_run *r, local_place at, size_t step, pool *p, table *t) {
    const local_regime *regime = local_regime_of(r, at.regime);
    const local_model *model = local_model_at(r, at);
    const descent_run *all = &p->all;
    collect(r, at, step, p);
    double eta = local_step(regime, r->settings, step), looked = all->steps - all->skipped;
    char name[32];
    local_step_name(r->settings, step, name);
    table_row(t);
    local_put_place(r, at, t);
    row_number(t, "samples", "n", (double)model->n);
    row_number(t, "width", "m", model->m);
    row_number(t, "xi", "probability that a mask takes a neuron", model->xi);
    row_text(t, "step", "the step size in words", name);
    row_number(t, "multiple", "eta ||G||", eta * model->gram_norm);
    row_number(t, "eta", "step size", eta);
    row_number(t, "runs", "starts W_0 with their K p masks", (double)regime->trials);
    row_number(t, "steps", "local steps looked at", all->steps);
    row_number(t, "skipped", "of these, residual at rounding level", all->skipped);
    row_number(t, "held", "share of the others that contracts by bound", all->held / looked);
    row_number(t, "contracting", "share with ||e_{t+1}|| < ||e_t||", all->fell / looked);
    row_number(t, "bound", "1 - eta xi lambda0/2, of ||e_{t+1}||^2/||e_t||^2",
               1 - eta * model->rate);
    row_number(t, "worst", "largest ||e_{t+1}||^2/||e_t||^2", all->ratio_most);
    row_number(t, "q95", "its 0.95-quantile over steps", stats_quantile(p->ratios, p->count, 0.95));
    row_number(t, "median", "its median", stats_quantile(p->ratios, p->count, 0.5));
    row_number(t, "q05", "its 0.05-quantile", stats_quantile(p->ratios, p->count, 0.05));
    row_number(
        t, "gain",
        "least (1 - ||e_{t+1}||^2/||e_t||^2)/(eta xi lambda0/2); at least 1: all contract so",
        all->gain_least);
    row_number(t, "ball", "share of steps with all weights within R* at both ends",
               all->ball / looked);
    row_number(t, "proven",
               "share of steps where contraction is proved for eta <= 1/||G||: also "
               "lambda_min(H_m(0)) and near_i within their bounds",
               all->proven / looked);
    row_number(t, "gain_proven", "gain over those; inf: there are none", all->gain_proven);
    row_number(
        t, "largest",
        "[1/||G||] the largest step size that contracts so in the direction of a step, least "
        "over steps",
        all->largest_least);
    row_number(t, "largest_median", "[1/||G||] its median over steps",
               stats_quantile(p->largest, p->count, 0.5));
    row_number(t, "from_start", "[R*] largest ||w_{k,t,r} - w_{0,r}|| of a masked neuron",
               all->from_start / model->radius);
    row_number(t, "lambda", "[xi lambda0/2] smallest lambda_min(H_m(k,t))",
               all->lambda_least / model->along_least);
    row_number(t, "moved", "largest ||w_{k,t,r} - w_{k,r}|| over its first bound", all->moved);
    row_number(t, "moved_held", "the same over its second bound, where steps before contracted",
               all->moved_held);
    row_number(t, "jump", "largest ||u_k - u_{k,0}||^2 over K p V_k/delta", all->jump);
    row_number(t, "diverged", "runs that diverged and were not followed to their end",
               all->stopped);
}

static void fill_rows(const study_run *r, pool *p, table *t) {
    for (size_t regime = 0; regime < REGIMES; regime++) {
        for (size_t mask = 0; mask < MASKS; mask++) {
            if (regime + mask > 0) { table_gap(t); }
            for (size_t step = 0; step < local_step_count(r->settings); step++) {
                put_row(r, (local_place){regime, (mask_kind)mask, 0}, step, p, t);
            }
        }
    }
}

static status fill(const study_run *r, table *t) {
    size_t room = r->cells * r->repeats * steps_of(r);
    scratch work = {0};
    pool p = {.ratios = scratch_take(&work, room, sizeof *p.ratios, "ratios of all steps"),
              .largest = scratch_take(&work, room, sizeof *p.largest, "step sizes of all steps")};
    status st = work.failed ? FAILED : OK;
    if (st == OK) { fill_rows(r, &p, t); }
    scratch_free(&work);
    return st;
}

static const study_table tables[] = {
    {"", "Hypothesis 1: ||y - u_{t+1}||^2 <= (1 - eta xi lambda0/2) ||y - u_t||^2, and movement",
     17, .fill = fill},
    {NULL}};

const study descent_study = {
    .about = "Hypothesis 1: every subnetwork descends locally, step by step, against its bounds",
    .defaults = &defaults,
    .prepare = prepare,
    .measure = measure,
    .tables = tables,
    .claims = descent_claims,
    LOCAL_HOOKS};
