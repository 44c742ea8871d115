/* How long units of error-floor take, told by short ones.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "model/stability.h"
#include "theory/error_floor/error_floor.h"

static const double THROUGHPUT_SECONDS = 0.1;

/* Operators that a start computes, by scaling: 3 to 20 and 15 to 39 were seen within 40 to 1100
 * rounds, with the steps that these take. */
static const double operators[] = {[SCALING_THEORY] = 12, [SCALING_RELEASED] = 30};
/* Rounds at the start in which the error falls so fast that the noise of each is computed. */
static const double FALLING = 15;

/* Operations of a round whose noise is computed, and of one that takes that of a round before
 * (second-order in doc/mathematics.md). */
static double noisy_round(const train_settings *s, double n) {
    double m = (double)s->width, tau = (double)s->local_steps;
    return 3 * tau * (tau + 6) * n * n * m + 2 * tau * n * m * m + 30 * m * m;
}

static double plain_round(const train_settings *s, double n) {
    double m = (double)s->width, tau = (double)s->local_steps;
    return tau * (tau + 3) * n * n * m;
}

/* Of a round once the error falls slowly. */
static double round_operations(const floor_settings *o, const train_settings *s, double n) {
    const double serves = EFFECTIVE_NOISE_SERVES;
    return o->order == 1 ? 2 * n * n * (double)s->width
                         : (noisy_round(s, n) + (serves - 1) * plain_round(s, n)) / serves;
}

/* Of an operator: the kernel, and its eigenpairs or what sampled neurons do when they occur again. */
static double refresh_operations(const floor_settings *o, const train_settings *s, size_t n) {
    double rows = (double)n, m = (double)s->width, tau = (double)s->local_steps;
    double again = (double)effective_sampled_neurons(n, s->width, s->local_steps) * tau * (tau + 1);
    return 2 * rows * rows * m + (o->order == 1 ? 20 : again) * rows * rows * rows;
}

static double prediction_cost(const floor_context *c, const floor_settings *o, const floor_cell *at,
                              double rounds) {
    const train_settings *s = &at->s;
    size_t n = at->on->g.n;
    double each = round_operations(o, s, (double)n), falling = fmin(rounds, FALLING);
    double more = o->order == 1 ? 0 : noisy_round(s, (double)n) - each;
    return c->pace.round * (rounds * each + falling * more) +
           c->pace.refresh * fmin(rounds, operators[o->scaling]) * refresh_operations(o, s, n);
}

static bool is_predicted(const floor_cell *at) { return at->stability < EFFECTIVE_STABILITY_MOST; }

double floor_cost(const study_run *r, size_t cell) {
    const floor_context *c = r->context;
    const floor_settings *o = r->settings;
    const floor_cell *at = &c->cells[cell];
    const gram *g = &at->on->g;
    double rounds = (double)at->rounds;
    if (o->until == UNTIL_STOPPED) {
        rounds = fmin(rounds, plateau_rounds_expected(&at->s, g->n, g->q, o->patience));
    }
    double trained = (double)at->runs * rounds * train_round_cost(g, &at->s);
    /* A unit that neither predicts nor trains still is one. */
    return 1e-9 + c->pace.run * trained +
           (is_predicted(at) ? prediction_cost(c, o, at, rounds) : 0);
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

/* Of the costliest cell. Where even a short prediction would take long, the pace of training serves:
 * large matrices are multiplied alike. */
double floor_calibrate(const study_run *r) {
    enum { SHORT = EFFECTIVE_NOISE_SERVES, LONG = 3 * SHORT };
    static const double most = 4e9;
    floor_context *c = r->context;
    const floor_settings *o = r->settings;
    size_t costliest = study_costliest(r);
    const floor_cell *at = &c->cells[costliest];
    const gram *g = &at->on->g;
    double round = round_operations(o, &at->s, (double)g->n);
    double refresh = refresh_operations(o, &at->s, g->n);
    bool small = is_predicted(at) && LONG * round + refresh <= most;
    if (!small || at->runs > 0) {
        double pace = throughput_measure(g, &at->s, r->options.threads, THROUGHPUT_SECONDS);
        c->pace = (floor_pace){pace, pace, pace};
    }
    if (!small) { return 1; }
    double few = time_rounds(r, costliest, SHORT), more = time_rounds(r, costliest, LONG);
    c->pace.round = fmax(more - few, few / LONG) / ((LONG - SHORT) * round);
    c->pace.refresh = fmax(few - SHORT * round * c->pace.round, 0) / refresh;
    return 1;
}
