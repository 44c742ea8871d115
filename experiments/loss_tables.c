#include "experiments/loss_tables.h"

#include <math.h>
#include <stdlib.h>

#include "run/stats.h"

typedef struct {
    const experiment *e;
    const sweep *s;
    const sweep_result *result;
    double *over_repeats; /* (repeats) */
    bool *diverged;       /* (cells) */
} loss_view;

/* One drawn point: mean, sd, min, max over repetitions. */
static void put_point(const loss_view *v, size_t cell, size_t round, size_t step, const char *phase, table *t)
{
    for (size_t k = 0; k < v->s->repeats; k++)
        v->over_repeats[k] = sweep_values(v->s, v->result, cell, k)[step];
    stats_summary summary = stats_summarise(v->over_repeats, v->s->repeats);
    v->diverged[cell] |= !isfinite(summary.mean);
    table_row(t);
    table_number(t, v->e->cells[cell].xi);
    table_number(t, (double)round);
    table_number(t, (double)step);
    table_text(t, phase);
    table_number(t, summary.mean);
    table_number(t, summary.sd);
    table_number(t, summary.min);
    table_number(t, summary.max);
}

static void fill_points(const loss_view *v, table *t)
{
    size_t tau = v->e->options->local_steps;
    for (size_t cell = 0; cell < v->e->count; cell++) {
        size_t step = 0;
        if (cell > 0)
            table_gap(t);
        put_point(v, cell, 0, step++, "whole", t);
        for (size_t round = 1; round <= v->e->options->rounds; round++) {
            put_point(v, cell, round, step++, "sampled", t);
            for (size_t j = 0; j < tau; j++)
                put_point(v, cell, round, step++, "local", t);
            put_point(v, cell, round, step++, "aggregated", t);
        }
    }
}

static void fill_movements(const loss_view *v, table *t)
{
    size_t tau = v->e->options->local_steps;
    for (size_t cell = 0; cell < v->e->count; cell++)
        for (size_t k = 0; k < v->s->repeats; k++)
            for (size_t round = 1; round <= v->e->options->rounds; round++) {
                const double *before = sweep_values(v->s, v->result, cell, k) + (round - 1) * (tau + 2);
                double sampled = before[1], last = before[1 + tau], aggregated = before[2 + tau];
                table_row(t);
                table_number(t, v->e->cells[cell].xi);
                table_number(t, (double)k);
                table_number(t, (double)round);
                table_number(t, sampled - before[0]);
                table_number(t, last - sampled);
                table_number(t, aggregated - last);
            }
}

static void say_course(const loss_view *v)
{
    const experiment *e = v->e;
    size_t last = e->options->rounds * (e->options->local_steps + 2);
    for (size_t cell = 0; cell < e->count; cell++) {
        double first = 0, final = 0;
        for (size_t k = 0; k < v->s->repeats; k++) {
            first += sweep_values(v->s, v->result, cell, k)[0] / (double)v->s->repeats;
            final += sweep_values(v->s, v->result, cell, k)[last] / (double)v->s->repeats;
        }
        program_say(e->run, "xi=%g lr=%g: whole network's error %.4g -> %.4g in %zu rounds, stability number %.3g", e->cells[cell].xi,
                    e->cells[cell].lr, first, final, e->options->rounds, experiment_stability(e, cell));
    }
}

static status write_both(const loss_view *v, const char *init, table *points, table *movements)
{
    table_note(points, "statement", "Figure 2a: error along a run; local descent, drop at aggregation, jump at resampling");
    if (init) {
        table_note(points, "init", "%s", init);
        table_note(movements, "init", "%s", init);
    }
    experiment_note(v->e, v->result, points);
    experiment_note(v->e, v->result, movements);
    fill_points(v, points);
    fill_movements(v, movements);
    status s = experiment_report_diverged(v->e, v->diverged, points);
    if (s == OK)
        s = experiment_write(v->e, points, movements);
    if (s == OK)
        say_course(v);
    return s;
}

status loss_tables_write(const experiment *e, const sweep *s, const sweep_result *result, const char *init)
{
    table *points = table_new("xi round step phase mean sd min max",
                              "xi probability that a subnetwork takes a neuron\nround k, counted from 1; 0 before training\n"
                              "step count of drawn points\nphase whole, sampled, local (subnetworks' mean), aggregated (whole network)\n"
                              "mean error, mean over repetitions\nsd standard deviation over repetitions (n-1)\n"
                              "min smallest over repetitions\nmax largest over repetitions", 9);
    table *movements = table_new("xi repetition round jump descent drop",
                                 "xi probability that a subnetwork takes a neuron\nrepetition counted from 0\nround k, counted from 1\n"
                                 "jump error after sampling (subnetworks' mean) minus whole network's before\n"
                                 "descent after the last local step minus after sampling\n"
                                 "drop whole network's after aggregation minus subnetworks' mean after the last local step", 9);
    loss_view v = {e, s, result, allocate(s->repeats, sizeof(double), "errors"), allocate(e->count, sizeof(bool), "flags of cells")};
    status done = points && movements && v.over_repeats && v.diverged ? write_both(&v, init, points, movements)
                                                                      : fail(FAILED, "no memory for the tables");
    table_free(points);
    table_free(movements);
    free(v.over_repeats);
    free(v.diverged);
    return done;
}
