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

static double mean_of_last(const level_watch *w)
{
    size_t count = w->seen < LEVEL_WINDOW ? w->seen : LEVEL_WINDOW;
    double sum = 0;
    for (size_t k = 0; k < count; k++)
        sum += w->last[k];
    return sum / (double)count;
}

int level_add(level_watch *w, double error, level_state *state)
{
    w->last[w->seen++ % LEVEL_WINDOW] = error;
    if (w->seen == 1)
        return 0;
    double mean = mean_of_last(w);
    if (!(mean < w->best)) {
        *state = LEVEL_STALLED;
        return ++w->failures > w->rule.patience;
    }
    w->best = mean;
    *state = LEVEL_CONVERGED;
    return mean < w->rule.target;
}

/* Without masks (xi = 1) a run goes on for hundreds of rounds; with them it stalls the earlier the more they disturb it, and, where
 * neurons nobody took are zeroed, once the network is dead: a window after the start. */
double level_rounds_expected(const train_settings *s, size_t patience)
{
    double rounds = s->xi == 1 ? 275 : 10 + 12 * sqrt((double)s->subnets * s->xi / (1 - s->xi));
    if (s->unselected == UNSELECTED_ZERO) {
        double alive = pow(mask_theta(s->mask, s->subnets, s->xi), LEVEL_WINDOW);
        rounds = LEVEL_WINDOW + alive * fmax(rounds - LEVEL_WINDOW, 0);
    }
    return rounds + 2 * (double)patience;
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
    result.level = watch.best;
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
