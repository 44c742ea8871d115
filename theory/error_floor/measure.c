/* One start of one cell: its prediction, and runs with masks beside it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "model/trajectory.h"
#include "theory/error_floor/error_floor.h"

static const double TARGET = 5e-4;    /* of the stop rule */
static const double NEAR_FLOOR = 1.1; /* the floor is reached within a tenth */
static const double EARLY = 20;       /* the error has fallen by this factor */

size_t floor_points(size_t rounds) { return rounds + 1 < FLOOR_POINTS ? rounds + 1 : FLOOR_POINTS; }

size_t floor_point(size_t rounds, size_t k) {
    size_t last = floor_points(rounds) - 1;
    double ratio = (double)k / (double)last;
    size_t spread = (size_t)lround(pow((double)rounds + 1, ratio)) - 1;
    return spread > k ? spread : k;
}

/* The mean over the last third of the rounds 0..K. */
static double mean_of_end(const double *curve, size_t rounds) {
    size_t count = rounds / 3 + 1;
    return stats_summarise(curve + rounds + 1 - count, count).mean;
}

/* --- plateaus: the stop rule on several curves at once --- */

typedef struct {
    plateau_watch *watch; /* (count) */
    plateau_state *state;
    bool *stopped;
    double *rounds;
    size_t count;
} level_family;

static void family_begin(level_family *l, size_t count, stop_rule rule, scratch *owned) {
    *l = (level_family){.watch = scratch_take(owned, count + 1, sizeof *l->watch, "stop rule"),
                        .state = scratch_take(owned, count + 1, sizeof *l->state, "stop rule"),
                        .stopped = scratch_take(owned, count + 1, sizeof *l->stopped, "stop rule"),
                        .rounds = scratch_take(owned, count + 1, sizeof *l->rounds, "stop rule"),
                        .count = count};
    for (size_t k = 0; !owned->failed && k < count; k++) { plateau_begin(&l->watch[k], rule); }
}

static void family_add(level_family *l, size_t k, size_t round, double error) {
    if (l->stopped[k]) { return; }
    l->stopped[k] = plateau_add(&l->watch[k], error, &l->state[k]);
    l->rounds[k] = (double)round;
}

/* Mean of the best means, and of the rounds. NaN without curves. */
static void family_mean(const level_family *l, double *level, double *rounds) {
    double sum = 0, all = 0;
    for (size_t k = 0; k < l->count; k++) {
        sum += l->watch[k].best;
        all += l->rounds[k];
    }
    *level = l->count ? sum / (double)l->count : NAN;
    *rounds = l->count ? all / (double)l->count : NAN;
}

/* --- the prediction --- */

typedef struct {
    double *bias, *variance, *error; /* (rounds + 1) */
    level_family levels;
} prediction;

static void keep_round(const effective *f, const effective_setting *s, size_t k, prediction *p) {
    p->bias[k] = effective_bias(f);
    p->variance[k] = effective_variance(f);
    p->error[k] = p->bias[k] + p->variance[k];
    for (size_t path = 0; path < s->paths; path++) {
        family_add(&p->levels, path, k, effective_path_error(f, path) / (2 * (double)s->n));
    }
}

/* First round whose error is at most `error`; the last one if there is none. */
static size_t first_below(const double *curve, size_t rounds, double error) {
    size_t k = 0;
    while (k < rounds && !(curve[k] <= error)) { k++; }
    return k;
}

static void keep_curve(const prediction *p, size_t rounds, double *values) {
    double floor = mean_of_end(p->error, rounds);
    size_t early = first_below(p->error, rounds, p->error[0] / EARLY);
    values[FLOOR_END] = p->error[rounds];
    values[FLOOR_BIAS] = mean_of_end(p->bias, rounds);
    values[FLOOR_VARIANCE] = mean_of_end(p->variance, rounds);
    values[FLOOR_REACHED] = (double)first_below(p->error, rounds, NEAR_FLOOR * floor);
    values[FLOOR_EARLY_ROUND] = (double)early;
    values[FLOOR_EARLY] = p->error[early];
    for (size_t k = 0; k < floor_points(rounds); k++) {
        size_t round = floor_point(rounds, k);
        values[FLOOR_NUMBERS + 2 * k] = p->bias[round];
        values[FLOOR_NUMBERS + 2 * k + 1] = p->variance[round];
    }
}

/* Whether no round is left that somebody looks at. */
static bool ended(const floor_settings *o, const level_family *l) {
    for (size_t k = 0; k < l->count; k++) {
        if (!l->stopped[k]) { return false; }
    }
    return o->until == UNTIL_STOPPED;
}

static status predict(const floor_settings *o, const floor_cell *c, const effective_setting *s,
                      stop_rule rule, effective *f, double *values) {
    scratch owned = {0};
    prediction p = {.bias = scratch_take(&owned, c->rounds + 1, sizeof(double), "curve"),
                    .variance = scratch_take(&owned, c->rounds + 1, sizeof(double), "curve"),
                    .error = scratch_take(&owned, c->rounds + 1, sizeof(double), "curve")};
    family_begin(&p.levels, s->paths, rule, &owned);
    status st = owned.failed ? FAILED : OK;
    if (st == OK) { keep_round(f, s, 0, &p); }
    for (size_t k = 1; st == OK && k <= c->rounds && !ended(o, &p.levels); k++) {
        st = effective_round(f);
        if (st == OK) { keep_round(f, s, k, &p); }
    }
    if (st == OK) {
        values[FLOOR_REFRESHED] = (double)effective_refreshed(f);
        family_mean(&p.levels, &values[FLOOR_LEVEL], &values[FLOOR_LEVEL_ROUNDS]);
    }
    if (st == OK && o->until == UNTIL_ROUNDS) { keep_curve(&p, c->rounds, values); }
    scratch_free(&owned);
    return st;
}

/* --- runs with masks --- */

/* One run from the start of (seed, cell, repetition); masks: drawn on from one run to the next. */
static status train(const study_run *r, size_t cell, size_t repetition, rng **masks, double *curve,
                    level_family *levels, size_t which) {
    const floor_settings *o = r->settings;
    const floor_cell *at = floor_cell_of(r, cell);
    trajectory run;
    status st =
        trajectory_open(&at->on->g, &at->s, false, r->options.seed, at->stream, repetition, &run);
    if (st != OK) { return st; }
    run.repetition = repetition * at->runs + which; /* of masks of the user's own */
    if (*masks) {
        rng_free(run.masks);
        run.masks = *masks;
    }
    double scale = 2 * (double)at->on->g.n;
    bool whole = true;
    for (size_t k = 0; k <= at->rounds; k++) {
        whole = whole && !(levels->stopped[which] && o->until == UNTIL_STOPPED) &&
                (k == 0 || trajectory_round(&run, NULL, NULL));
        curve[k] = whole ? scale * run.t.error : NAN;
        if (whole) { family_add(levels, which, k, run.t.error); }
    }
    *masks = run.masks;
    run.masks = NULL;
    trajectory_close(&run);
    return OK;
}

static status train_all(const study_run *r, size_t cell, size_t repetition, stop_rule rule,
                        double *values) {
    const floor_cell *at = floor_cell_of(r, cell);
    size_t rounds = at->rounds, runs = at->runs;
    double early = values[FLOOR_EARLY_ROUND], seen = 0, seen_early = 0, ignored;
    scratch owned = {0};
    level_family levels;
    double *curve = scratch_take(&owned, rounds + 1, sizeof *curve, "curve");
    rng *masks = NULL;
    family_begin(&levels, runs, rule, &owned);
    status st = owned.failed ? FAILED : OK;
    for (size_t k = 0; st == OK && k < runs; k++) {
        st = train(r, cell, repetition, &masks, curve, &levels, k);
        seen += mean_of_end(curve, rounds) / (double)runs;
        seen_early += early >= 0 ? curve[(size_t)early] / (double)runs : NAN;
    }
    values[FLOOR_SEEN] = seen;
    values[FLOOR_SEEN_EARLY] = seen_early;
    family_mean(&levels, &values[FLOOR_SEEN_LEVEL], &ignored);
    rng_free(masks);
    scratch_free(&owned);
    return st;
}

static status predict_unit(const study_run *r, size_t cell, size_t repetition, stop_rule rule,
                           double *values) {
    const floor_settings *o = r->settings;
    const floor_cell *at = floor_cell_of(r, cell);
    const floor_rows *on = at->on;
    uint64_t seed = r->options.seed;
    effective_setting s =
        effective_setting_of(&at->s, on->data.G, on->g.n, on->g.q, (unsigned)o->order);
    s.paths = o->paths;
    s.stale = o->stale;
    trajectory start = {.mask = NULL};
    effective *f = NULL;
    rng *draws = rng_new(seed, cell, repetition, RNG_TRIAL);
    status st = draws ? trajectory_open(&on->g, &at->s, false, seed, at->stream, repetition, &start)
                      : fail(FAILED, "no memory for the random streams");
    if (st == OK) { f = effective_new(&s, &on->g, &start.t.whole, draws); }
    trajectory_close(&start);
    if (st == OK) { st = f ? predict(o, at, &s, rule, f, values) : FAILED; }
    effective_free(f);
    rng_free(draws);
    return st;
}

status floor_measure(const study_run *r, size_t cell, size_t repetition, double *values) {
    const floor_settings *o = r->settings;
    const floor_cell *at = floor_cell_of(r, cell);
    stop_rule rule = {.patience = o->patience, .max_rounds = at->rounds, .target = TARGET};
    status st = at->stability < EFFECTIVE_STABILITY_MOST
                    ? predict_unit(r, cell, repetition, rule, values)
                    : OK;
    if (st != OK || at->runs == 0) { return st; }
    return train_all(r, cell, repetition, rule, values);
}
