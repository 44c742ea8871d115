/* How long a run of Algorithm 1 is, its floor, and the contraction of its first rounds.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/bernoulli_rate/bernoulli_rate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/trajectory.h"

/* --- how many rounds, and cells whose contraction is too slow to be followed --- */

bool bernoulli_is_beyond(const bernoulli_cell *cell) {
    return cell->needed > BERNOULLI_ROUNDS_MOST;
}

void bernoulli_set_rounds(bernoulli_cell *cell, const bernoulli_settings *o,
                          const kernel_data *data) {
    mean_rule rule = mean_rule_of(&cell->s);
    double slowest = cell->s.xi * data->lambda0;
    bool curve = cell->axis == AXIS_CURVE, bottom = cell->axis == AXIS_BOTTOM;
    cell->window = mean_window(rule, cell->s.xi * data->lambda_max);
    if (curve) {
        cell->rounds = o->curve_rounds;
        cell->window = cell->window < cell->rounds ? cell->window : cell->rounds;
        return;
    }
    bool floor = !bottom && cell->axis != AXIS_SMALL_XI;
    if (floor) { cell->needed = mean_rounds(rule, slowest, o->folds); }
    if (bottom) { cell->needed = mean_window(rule, slowest); }
    bool within = !bernoulli_is_beyond(cell);
    cell->to_floor = floor && within;
    if (bottom && within) { cell->window = cell->needed; }
    cell->rounds = cell->to_floor && cell->needed > cell->window ? cell->needed : cell->window;
}

void bernoulli_beyond(const bernoulli_context *c, size_t first, size_t last,
                      char words[BERNOULLI_WORDS]) {
    size_t count = 0, fewest = 0;
    for (size_t k = first; k < last; k++) {
        const bernoulli_cell *cell = &c->cells[k];
        if (!bernoulli_is_beyond(cell)) { continue; }
        if (count++ == 0 || cell->needed < fewest) { fewest = cell->needed; }
    }
    *words = 0;
    if (count == 0) { return; }
    snprintf(words, BERNOULLI_WORDS,
             "; %zu of %zu cells need %zu rounds or more, at most %d are run", count, last - first,
             fewest, BERNOULLI_ROUNDS_MOST);
}

/* --- a run to the floor --- */

bool bernoulli_settled(const double *change, size_t repeats) {
    stats_interval mean = stats_mean_interval(change, repeats, CLAIM_CONFIDENCE);
    return mean.low <= 0 && mean.high >= 0;
}

/* Slope of log ||e_k||^2, k = 0..window, from pairs; the run's output is in run->t.U. */
static status predict_slope(const bernoulli_cell *cell, const trajectory *run,
                            const eigenpairs *pairs, double *slope) {
    size_t n = pairs->n, window = cell->window;
    scratch work = {0};
    double *e = scratch_take(&work, (window + 1) * n, sizeof *e, "predicted curve");
    double *squares = scratch_take(&work, window + 1, sizeof *squares, "predicted curve");
    status st = FAILED;
    if (!work.failed) {
        for (size_t i = 0; i < n; i++) { e[i] = run->t.g->Y[i] - run->t.U[i]; }
        st = mean_curve(pairs, mean_rule_of(&cell->s), window, e);
        for (size_t k = 0; k <= window; k++) {
            for (size_t i = 0; i < n; i++) { squares[k] += e[k * n + i] * e[k * n + i]; }
        }
        *slope = log_slope(squares, 1, window);
    }
    scratch_free(&work);
    return st;
}

static status predict_slopes(const bernoulli_context *c, const bernoulli_cell *cell,
                             trajectory *run, double *values) {
    eigenpairs own, infinite = c->infinite;
    infinite.factor = cell->s.xi;
    status st = eigenpairs_of_network(&run->t.whole, &c->g, c->data.G, cell->s.xi, &own);
    if (st != OK) { return st; }
    trainer_output(&run->t, run->t.U);
    st = predict_slope(cell, run, &own, &values[FLOOR_SLOPE_FINITE]);
    if (st == OK) { st = predict_slope(cell, run, &infinite, &values[FLOOR_SLOPE_INFINITE]); }
    eigenpairs_free(&own);
    return st;
}

/* curve (rounds + 1): ||y - u_k||^2, NaN from the round on in which the run diverged. */
static void follow(trajectory *run, size_t rounds, double *curve) {
    double scale = 2 * (double)run->t.g->n;
    bool whole = !run->t.diverged;
    curve[0] = scale * run->t.error;
    for (size_t k = 1; k <= rounds; k++) {
        whole = whole && trajectory_round(run, NULL, NULL);
        curve[k] = whole ? scale * run->t.error : NAN;
    }
}

/* Along p the repetitions of all cells have one start each, so that trends are paired. */
static status share_start(const study_run *r, size_t k, size_t repetition, trajectory *run) {
    const bernoulli_context *c = r->context;
    rate_axis axis = c->cells[k].axis;
    if (axis != AXIS_SUBNETS && axis != AXIS_MULTI_SAMPLE) { return OK; }
    rng *start = rng_new(r->options.seed, c->first[axis], repetition, RNG_WEIGHTS);
    if (!start) { return fail(FAILED, "no memory for the random streams"); }
    status st = trainer_start_random(&run->t, start);
    rng_free(start);
    return st;
}

static status measure_floor(const study_run *r, size_t k, size_t repetition, double *values) {
    const bernoulli_context *c = r->context;
    const bernoulli_cell *cell = bernoulli_cell_of(r, k);
    size_t rounds = cell->to_floor ? cell->rounds : cell->window;
    double *curve = allocate(rounds + 1, sizeof *curve, "curve");
    if (!curve) { return FAILED; }
    trajectory run = {.mask = NULL};
    const gram *g = cell->axis == AXIS_BOTTOM ? &c->bottom : &c->g;
    status st = trajectory_open(g, &cell->s, false, r->options.seed, k, repetition, &run);
    if (st == OK) { st = share_start(r, k, repetition, &run); }
    if (st == OK) { st = predict_slopes(c, cell, &run, values); }
    if (st == OK) {
        follow(&run, rounds, curve);
        values[FLOOR_SLOPE] = log_slope(curve, 1, cell->window);
        values[FLOOR_LEVEL] = values[FLOOR_CHANGE] = NAN;
        if (cell->to_floor) {
            curve_floor(curve, rounds, &values[FLOOR_LEVEL], &values[FLOOR_CHANGE]);
        }
    }
    trajectory_close(&run);
    free(curve);
    return st;
}

status bernoulli_measure(const study_run *r, size_t k, size_t repetition, double *values) {
    const bernoulli_context *c = r->context;
    const bernoulli_cell *cell = bernoulli_cell_of(r, k);
    if (cell->axis != AXIS_CURVE) { return measure_floor(r, k, repetition, values); }
    eigenpairs infinite = c->infinite;
    infinite.factor = cell->s.xi;
    curve_setting curve = {.g = &c->g,
                           .G = c->data.G,
                           .s = cell->s,
                           .rounds = cell->rounds,
                           .masks = ((const bernoulli_settings *)r->settings)->masks,
                           .kernels = {NULL, &infinite},
                           .rule = mean_rule_of(&cell->s)};
    return curve_measure(&curve, r->options.seed, k, repetition, values);
}
