#include "model/level.h"

#include <math.h>

#include "model/trajectory.h"

const char *level_state_word(level_state s)
{
    static const char *const words[] = {"stalled", "converged", "capped", "diverged"};
    return words[s];
}

void level_begin(level_watch *w, level_rule rule)
{
    *w = (level_watch){.rule = rule, .best = INFINITY};
}

static double mean_of_last(const level_watch *w, size_t count)
{
    double sum = 0;
    for (size_t k = 0; k < count; k++)
        sum += w->last[k];
    return sum / (double)count;
}

int level_add(level_watch *w, double error, level_state *state)
{
    size_t window = w->rule.patience + 1;
    w->last[w->seen++ % window] = error;
    if (w->seen < window)
        return 0;
    double mean = mean_of_last(w, window);
    if (!(mean < w->best)) {
        *state = LEVEL_STALLED;
        return 1;
    }
    w->best = mean;
    *state = LEVEL_CONVERGED;
    return mean < w->rule.target;
}

static level_result follow_rule(trajectory *run, level_rule rule)
{
    level_watch watch;
    level_begin(&watch, rule);
    level_result result = {.state = LEVEL_CAPPED};
    int stop = level_add(&watch, run->t.error, &result.state);
    while (!stop && result.rounds < rule.max_rounds) {
        bool whole = trajectory_round(run, NULL, NULL);
        result.rounds++;
        if (!whole)
            return (level_result){.level = NAN, .rounds = result.rounds, .state = LEVEL_DIVERGED};
        stop = level_add(&watch, run->t.error, &result.state);
    }
    if (!stop)
        result.state = LEVEL_CAPPED;
    result.level = isfinite(watch.best) ? watch.best : mean_of_last(&watch, watch.seen);
    return result;
}

status level_run(const gram *g, const train_settings *s, level_rule rule, uint64_t seed, size_t cell, size_t repetition,
                 level_result *result)
{
    trajectory run;
    status opened = trajectory_open(g, s, false, seed, cell, repetition, &run);
    if (opened == OK)
        *result = follow_rule(&run, rule);
    trajectory_close(&run);
    return opened;
}
