/* How long units of error-floor take, told by short ones.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "model/stability.h"
#include "theory/error_floor/error_floor.h"

static const double THROUGHPUT_SECONDS = 0.1;

/* Operators that a start computes, by scaling: 3 to 20 and 15 to 39 were seen within 40 to 1100
 * rounds, with the steps that these take; at first order 2 to 23 within 1 to 100 rounds. */
static const double operators[] = {[SCALING_THEORY] = 12, [SCALING_RELEASED] = 30};
/* Rounds at the start in which the error falls so fast that the noise of each is computed. */
static const double FALLING = 15;

/* Numbers that a round draws and adds for every input of a neuron, in operations. */
static const double DRAWN = 100;

/* Operations of a round that takes the noise of a round before, and of one whose noise is computed
 * (second-order in doc/mathematics.md). */
static double plain_round(const train_settings *s, double n) {
    double m = (double)s->width, tau = (double)s->local_steps;
    return 2 * (tau * (tau + 4) + 4) * n * n * m + (DRAWN + 10 * tau) * n * m;
}

static double noisy_round(const train_settings *s, double n) {
    double m = (double)s->width, tau = (double)s->local_steps;
    return plain_round(s, n) + tau * (tau + 18) * n * n * m + 2 * tau * n * m * m + 30 * m * m;
}

/* Of a round once the error falls slowly. */
static double round_operations(const floor_settings *o, const floor_cell *at) {
    const double serves = EFFECTIVE_NOISE_SERVES, n = (double)at->on->g.n;
    const train_settings *s = &at->s;
    return o->order == 1 ? 2 * network_step_cost(&at->on->g, (double)s->width)
                         : (noisy_round(s, n) + (serves - 1) * plain_round(s, n)) / serves;
}

/* Of an operator: the kernel, and its eigenpairs or what sampled neurons do when they occur again.
 * At first order those of all directions, and then mostly of few that follow. */
static double refresh_operations(const floor_settings *o, const floor_cell *at, bool first) {
    const train_settings *s = &at->s;
    double n = (double)at->on->g.n, square = n * n, m = (double)s->width;
    double tau = (double)s->local_steps;
    double again =
        (double)effective_sampled_neurons(at->on->g.n, s->width, s->local_steps) * tau * (tau + 1);
    if (o->order == 2) { return 2 * square * m + again * square * n; }
    return first ? square * (8 * m + 10 * n) : square * (5 * m + n / 2);
}

static double prediction_cost(const floor_settings *o, const floor_cell *at, double rounds) {
    const floor_pace *pace = &at->on->pace;
    double each = round_operations(o, at), falling = fmin(rounds, FALLING);
    double more = o->order == 1 ? 0 : noisy_round(&at->s, (double)at->on->g.n) - each;
    double most = o->order == 1 ? 2 * sqrt(rounds) : rounds;
    double later = fmax(fmin(most, operators[o->scaling]) - 1, 0);
    return pace->round * (rounds * each + falling * more) +
           pace->refresh *
               (refresh_operations(o, at, true) + later * refresh_operations(o, at, false));
}

static bool is_predicted(const floor_cell *at) { return at->stability < EFFECTIVE_STABILITY_MOST; }

double floor_cost(const study_run *r, size_t cell) {
    const floor_settings *o = r->settings;
    const floor_cell *at = floor_cell_of(r, cell);
    const gram *g = &at->on->g;
    double rounds = (double)at->rounds;
    if (o->until == UNTIL_STOPPED) {
        rounds = fmin(rounds, plateau_rounds_expected(&at->s, g->n, g->q, o->patience));
    }
    double trained = (double)at->runs * rounds * train_round_cost(g, &at->s);
    /* A unit that neither predicts nor trains still is one. */
    return 1e-9 + at->on->pace.run * trained +
           (is_predicted(at) ? prediction_cost(o, at, rounds) : 0);
}

/* Seconds of a start that is only predicted, for that many rounds on one operator: its steps are so
 * small that nothing moves. */
static double time_rounds(const study_run *r, size_t cell, size_t rounds) {
    floor_context context = *(const floor_context *)r->context;
    floor_settings settings = *(const floor_settings *)r->settings;
    floor_cell only = context.cells[cell];
    study_run small = *r;
    only.rounds = rounds, only.runs = 0;
    only.s.lr *= 1e-9;
    context.cells = &only;
    settings.until = UNTIL_ROUNDS;
    small.context = &context;
    small.settings = &settings;
    small.cells = 1;
    small.values = FLOOR_NUMBERS + 2 * FLOOR_POINTS;
    return study_time_unit(&small, 0);
}

/* r->cells: none is on these rows. */
static size_t costliest_on(const study_run *r, const floor_rows *rows) {
    size_t costliest = r->cells;
    for (size_t k = 0; k < r->cells; k++) {
        if (floor_cell_of(r, k)->on != rows) { continue; }
        if (costliest == r->cells || floor_cost(r, k) > floor_cost(r, costliest)) { costliest = k; }
    }
    return costliest;
}

/* Of the costliest cell on these rows. Where even a short prediction would take long, the pace of
 * training serves: large matrices are multiplied alike. */
static void calibrate_on(const study_run *r, floor_rows *rows) {
    enum { SHORT = EFFECTIVE_NOISE_SERVES, LONG = 3 * SHORT };
    static const double most = 4e9;
    const floor_settings *o = r->settings;
    size_t costliest = costliest_on(r, rows);
    if (costliest == r->cells) { return; }
    const floor_cell *at = floor_cell_of(r, costliest);
    double round = round_operations(o, at), refresh = refresh_operations(o, at, true);
    bool small = is_predicted(at) && LONG * round + refresh <= most;
    if (!small || at->runs > 0) {
        double pace = throughput_measure(&rows->g, &at->s, r->options.threads, THROUGHPUT_SECONDS);
        rows->pace = (floor_pace){pace, pace, pace};
    }
    if (!small) { return; }
    double few = time_rounds(r, costliest, SHORT), more = time_rounds(r, costliest, LONG);
    rows->pace.round = fmax(more - few, few / LONG) / ((LONG - SHORT) * round);
    rows->pace.refresh = fmax(few - SHORT * round * rows->pace.round, 0) / refresh;
}

double floor_calibrate(const study_run *r) {
    floor_context *c = r->context;
    calibrate_on(r, &c->all);
    calibrate_on(r, &c->few);
    return 1;
}
