/* loss-dynamics: Figure 2a. The error along a run: the subnetworks' mean error after sampling and
 * after each local step, the whole network's after aggregation. With --init it replays given
 * weights, signs and masks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "experiments/experiment.h"
#include "experiments/loss_save.h"
#include "experiments/rates.h"
#include "base/scratch.h"

typedef struct {
    experiment common; /* first: the hooks of every panel see this alone */
    loss_start start;  /* of --init; empty without */
    loss_kept *kept;   /* the run that is kept, once it is done; NULL: none */
} loss_context;

static const experiment_settings defaults = {.width = {{500}, 1},
                                             .subnets = {{10}, 1},
                                             .xi = {{0.8, 0.5, 0.3}, 3},
                                             .lr = {{0.16, 0.1, 0.06}, 3},
                                             .local_steps = 10,
                                             .rounds = 20,
                                             .repeats = 10,
                                             .kappa = 1};

/* --- options --- */

static status preset(study_run *r) {
    experiment_settings *o = r->settings;
    loss_context *c = r->context;
    status st = experiment_preset(r);
    return st == OK && o->init ? loss_start_read(o->init, o, &c->start, &c->common.sets) : st;
}

static status require_one(const char *option, const option_list *list) {
    return list->count == 1 ? OK
                            : fail(BAD_INPUT, "--%s: this program takes one value, not %zu", option,
                                   list->count);
}

static status settle(study_run *r) {
    const experiment_settings *o = r->settings;
    status st = require_one("width", &o->width);
    if (st == OK) { st = require_one("subnets", &o->subnets); }
    if (st == OK) { st = loss_save_check(&r->options, o); }
    if (st == OK && o->init) { st = require_distinct_paths(&r->options, "init", o->init); }
    return st == OK ? experiment_settle(r) : st;
}

/* --- units: points_of(o) errors, and as many of the rows that are held out --- */

/* The whole network's error, then for every round after sampling, after each local step, after
 * aggregation. */
static size_t points_of(const experiment_settings *o) {
    return 1 + o->rounds * (o->local_steps + 2);
}

static status prepare(study_run *r) {
    const experiment_settings *o = r->settings;
    loss_context *c = r->context;
    const dataset *data = &c->common.data;
    status st = experiment_prepare(r);
    if (st == OK) { st = loss_start_check(&c->start, &c->common.sets, o, data); }
    if (st != OK) { return st; }
    r->values = points_of(o) * (experiment_holds_out(r) ? 2 : 1);
    return OK;
}

static void close_loss(void *context) {
    loss_context *c = context;
    loss_kept_free(c->kept);
    loss_start_free(&c->start);
    experiment_close(&c->common);
}

static void describe(const study_run *r, text *t) {
    const loss_context *c = r->context;
    text_add(t, " start=%s", c->start.sha256);
    experiment_describe_files(r, t);
}

typedef struct {
    double *points, *held; /* of this round: after sampling, after each local step; held: or NULL */
    size_t subnets;
} round_mean;

static void add_local_error(const step_event *event, void *context) {
    round_mean *mean = context;
    mean->points[event->step] += event->error / (double)mean->subnets;
    if (mean->held) { mean->held[event->step] += event->held / (double)mean->subnets; }
}

/* points: points_of errors, held: NULL, or as many; NaN after divergence. kept: NULL, or notes the
 * run, which is its own. */
static status follow(size_t rounds, trajectory *run, loss_kept *kept, double *points,
                     double *held) {
    size_t tau = run->t.settings.local_steps, at = 1;
    points[0] = run->t.error;
    if (held) { held[0] = run->t.held; }
    for (size_t k = 0; k < rounds && !run->t.diverged; k++, at += tau + 2) {
        round_mean mean = {points + at, held ? held + at : NULL, run->t.settings.subnets};
        for (size_t j = 0; j <= tau; j++) {
            mean.points[j] = 0;
            if (held) { mean.held[j] = 0; }
        }
        trajectory_mask(run);
        status st = kept ? loss_kept_masks(kept, k) : OK;
        if (st != OK) { return st; }
        trainer_round(&run->t, run->mask, add_local_error, &mean);
        if (run->t.diverged) { return OK; }
        if (kept) { loss_kept_state(kept, k + 1); }
        mean.points[tau + 1] = run->t.error;
        if (held) { mean.held[tau + 1] = run->t.held; }
    }
    return OK;
}

/* The same run with its weights followed, which stays in the context. */
static status measure_kept(const study_run *r, double *values, double *held) {
    const experiment_settings *o = r->settings;
    loss_context *c = r->context;
    loss_kept_free(c->kept);
    status st = loss_kept_new(&r->options, o, &c->common, &c->start, &c->kept);
    return st == OK ? follow(o->rounds, loss_kept_run(c->kept), c->kept, values, held) : st;
}

static status measure(const study_run *r, size_t cell, size_t repetition, double *values) {
    const experiment_settings *o = r->settings;
    const loss_context *c = r->context;
    const experiment *e = &c->common;
    double *held = experiment_holds_out(r) ? values + points_of(o) : NULL;
    trajectory run;
    if (loss_save_asked(o)) { return measure_kept(r, values, held); }
    status st =
        trajectory_open(&e->g, &e->cells[cell], false, r->options.seed, cell, repetition, &run);
    if (st != OK) { return st; }
    if (c->start.W) { trainer_start(&run.t, c->start.W, c->start.A); }
    st = follow(o->rounds, &run, NULL, values, held);
    trajectory_close(&run);
    return st;
}

/* --- tables --- */

/* One drawn point: mean, sd, min, max over repetitions. */
static void put_point(const study_run *r, size_t cell, size_t step, table *t) {
    size_t tau = ((const experiment_settings *)r->settings)->local_steps;
    size_t before = step > 0 ? step - 1 : 0, within = before % (tau + 2);
    const char *phase = within == 0 ? "sampled" : within <= tau ? "local" : "aggregated";
    stats_summary error = study_summary(r, cell, step);
    table_row(t);
    experiment_put_xi(r, cell, t);
    row_number(t, "round", "k, counted from 1; 0 before training",
               step > 0 ? (double)(before / (tau + 2) + 1) : 0);
    row_number(t, "step", "count of drawn points", (double)step);
    row_text(t, "phase", "whole, sampled, local (subnetworks' mean), aggregated (whole network)",
             step > 0 ? phase : "whole");
    row_number(t, "mean", "error, mean over repetitions", error.mean);
    row_number(t, "sd", "standard deviation over repetitions (n-1)", error.sd);
    row_number(t, "min", "smallest over repetitions", error.min);
    row_number(t, "max", "largest over repetitions", error.max);
    experiment_put_lr(r, cell, t);
    experiment_put_held(r, cell, points_of(r->settings) + step, t);
}

static void put_cell(const study_run *r, size_t cell, table *t) {
    table_gap(t);
    for (size_t step = 0; step < points_of(r->settings); step++) { put_point(r, cell, step, t); }
}

/* The three movements of every round. */
static status fill_runs(const study_run *r, table *t) {
    const experiment_settings *o = r->settings;
    for (size_t k = 0; k < r->cells * r->repeats; k++) {
        const double *before = study_values(r, k / r->repeats, k % r->repeats);
        for (size_t round = 1; round <= o->rounds; round++, before += o->local_steps + 2) {
            double sampled = before[1], last = before[1 + o->local_steps];
            table_row(t);
            experiment_put_xi(r, k / r->repeats, t);
            experiment_put_repetition(k % r->repeats, t);
            row_number(t, "round", "k, counted from 1", (double)round);
            row_number(t, "jump",
                       "error after sampling (subnetworks' mean) minus whole network's before",
                       sampled - before[0]);
            row_number(t, "descent", "after the last local step minus after sampling",
                       last - sampled);
            row_number(t, "drop",
                       "whole network's after aggregation minus subnetworks' mean after the last "
                       "local step",
                       before[2 + o->local_steps] - last);
            if (experiment_holds_out(r)) {
                row_number(t, "held", "error of the rows that are held out after aggregation",
                           before[points_of(o) + 2 + o->local_steps]);
            }
        }
    }
    return OK;
}

/* A run that is there from before is done once more. */
static status save(const study_run *r) {
    loss_context *c = r->context;
    scratch work = {0};
    double *values = c->kept ? NULL : scratch_take(&work, r->values, sizeof *values, "a run");
    status st = work.failed ? FAILED : OK;
    if (st == OK && values) { st = measure(r, 0, 0, values); }
    if (st == OK) { st = loss_kept_write(c->kept); }
    scratch_free(&work);
    return st;
}

static status finish(const study_run *r) {
    const experiment_settings *o = r->settings;
    const experiment *e = r->context;
    size_t points = points_of(o);
    for (size_t cell = 0; cell < r->cells; cell++) {
        program_say(&r->options,
                    "xi=%g lr=%g: whole network's error %.4g -> %.4g in %zu rounds, stability "
                    "number %.3g",
                    e->cells[cell].xi, e->cells[cell].lr, study_summary(r, cell, 0).mean,
                    study_summary(r, cell, points - 1).mean, o->rounds, rates_stability(r, cell));
    }
    return loss_save_asked(o) ? save(r) : OK;
}

static const char statement[] =
    "Figure 2a: error along a run; local descent, drop at aggregation, jump at resampling";

static const study_table tables[] = {
    {"runs", statement, 9, .fill = fill_runs}, {"", statement, 9, put_cell}, {NULL}};

static const study dynamics = {.rows = ROWS_FIRST,
                               .about = "Figure 2a: the error along a run, step by step",
                               .options = experiment_loss_options,
                               .defaults = &defaults,
                               .context_size = sizeof(loss_context),
                               .preset = preset,
                               .settle = settle,
                               .prepare = prepare,
                               .close = close_loss,
                               .measure = measure,
                               .describe = describe,
                               .tables = tables,
                               .finish = finish,
                               EXPERIMENT_UNITS};

int main(int argc, char **argv) { return study_main(&dynamics, argc, argv); }
