/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/plateau.h"

#include <math.h>
#include <stdlib.h>

#include "model/trajectory.h"

const char *plateau_state_word(plateau_state s) {
    static const char *const words[] = {"stalled", "converged", "capped", "diverged", "finished"};
    return words[s];
}

void plateau_begin(plateau_watch *w, stop_rule rule) {
    *w = (plateau_watch){.rule = rule, .best = INFINITY};
}

static double mean_of_last(const plateau_watch *w) {
    size_t count = w->seen < PLATEAU_WINDOW ? w->seen : PLATEAU_WINDOW;
    double sum = 0;
    for (size_t k = 0; k < count; k++) { sum += w->last[k]; }
    return sum / (double)count;
}

int plateau_add(plateau_watch *w, double error, plateau_state *state) {
    w->last[w->seen++ % PLATEAU_WINDOW] = error;
    if (w->seen == 1) { return 0; }
    double mean = mean_of_last(w);
    if (!(mean < w->best)) {
        *state = PLATEAU_STALLED;
        return ++w->failures > w->rule.patience;
    }
    w->best = mean;
    *state = PLATEAU_CONVERGED;
    return mean < w->rule.target;
}

/* In a round the error along a mode of Hinf falls by theta (1 - (1 - s)^tau), s the mode's
 * stability number (train.h); TYPICAL is the eigenvalue of most modes (the trace of Hinf is n/2, a
 * good part of it in the largest one). Without masks (xi = 1) a run goes on until the modes have
 * converged. With them it ends when a window's fall drowns in the noise of the masks: later where
 * the modes are slow, and where more neurons are taken in a round, since that is less noise. Where
 * neurons nobody took are zeroed, a run ends a window after its network died. */
double plateau_rounds_expected(const train_settings *s, size_t n, size_t q, size_t patience) {
    static const double TYPICAL = 0.4;
    double left = fmax(1 - train_stability(s, n, q, TYPICAL), 0);
    double fall = mask_theta(s->mask, s->subnets, s->xi) * (1 - pow(left, (double)s->local_steps));
    double rounds =
        s->xi == 1 ? 8 / fall : 10 + 9 * pow((double)s->subnets * s->xi, 0.4) / sqrt(fall);
    if (s->unselected == UNSELECTED_ZERO) {
        double alive = pow(mask_theta(s->mask, s->subnets, s->xi), 2 * PLATEAU_WINDOW);
        rounds = PLATEAU_WINDOW + alive * fmax(rounds - PLATEAU_WINDOW, 0);
    }
    return rounds + 2 * (double)patience;
}

static double mean_of(const double *x, size_t count) {
    double sum = 0;
    for (size_t k = 0; k < count; k++) { sum += x[k]; }
    return sum / (double)count;
}

bool plateau_settled(const double *errors, size_t count) {
    size_t quarter = count / 4;
    if (quarter == 0) { return false; }
    const double *last = errors + count - quarter;
    return mean_of(last, quarter) >= PLATEAU_SETTLED * mean_of(last - quarter, quarter);
}

/* errors, held (rule.max_rounds + 1): scratch. */
static plateau_result follow_rule(trajectory *run, stop_rule rule, double *errors, double *held) {
    plateau_watch watch;
    plateau_begin(&watch, rule);
    plateau_result result = {.state = PLATEAU_CAPPED};
    size_t best = 1; /* errors seen when the best mean was */
    errors[0] = run->t.error;
    held[0] = run->t.held;
    int stop = plateau_add(&watch, run->t.error, &result.state) && !rule.none;
    while (!stop && result.rounds < rule.max_rounds) {
        bool whole = trajectory_round(run, NULL, NULL);
        result.rounds++;
        if (!whole) {
            return (plateau_result){
                .level = NAN, .held = NAN, .rounds = result.rounds, .state = PLATEAU_DIVERGED};
        }
        errors[result.rounds] = run->t.error;
        held[result.rounds] = run->t.held;
        double before = watch.best;
        stop = plateau_add(&watch, run->t.error, &result.state) && !rule.none;
        if (watch.best < before) { best = watch.seen; }
    }
    size_t count = result.rounds + 1, quarter = count < 4 ? 1 : count / 4;
    if (!stop) { result.state = rule.none ? PLATEAU_FINISHED : PLATEAU_CAPPED; }
    result.level = rule.none ? mean_of(errors + count - quarter, quarter) : watch.best;
    size_t window = best < PLATEAU_WINDOW ? best : PLATEAU_WINDOW;
    result.held = rule.none ? mean_of(held + count - quarter, quarter)
                            : mean_of(held + best - window, window);
    result.settled = plateau_settled(errors, count);
    return result;
}

status plateau_run(const gram *g, const train_settings *s, stop_rule rule, uint64_t seed,
                   size_t cell, size_t repetition, plateau_result *result) {
    trajectory run;
    double *errors = allocate(2 * (rule.max_rounds + 1), sizeof *errors, "errors of a run");
    if (!errors) { return FAILED; }
    status opened = trajectory_open(g, s, false, seed, cell, repetition, &run);
    if (opened == OK) { *result = follow_rule(&run, rule, errors, errors + rule.max_rounds + 1); }
    trajectory_close(&run);
    free(errors);
    return opened;
}
