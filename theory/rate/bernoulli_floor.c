#include "theory/rate/bernoulli_floor.h"

#include <math.h>
#include <stdlib.h>

#include "model/bounds.h"
#include "model/trajectory.h"
#include "theory/shared/criteria.h"

enum { ROUNDS_MOST = 1000000 };

void floor_of(const double *curve, size_t rounds, double *level, double *change)
{
    size_t count = rounds / 3 + 1, first = rounds + 1 - count;
    double *x = allocate(count, sizeof *x, "rounds");
    *level = stats_summarise(curve + first, count).mean;
    *change = NAN;
    if (!x) { return; }
    for (size_t k = 0; k < count; k++) { x[k] = (double)k; }
    *change = stats_fit_line(x, curve + first, count, CRITERION_SHOWN_CONFIDENCE).slope *
              (double)(count - 1) / *level;
    free(x);
}

bool floor_settled(const double *change, size_t repeats)
{
    stats_interval mean = stats_mean_interval(change, repeats, CRITERION_CONFIDENCE);
    return mean.low <= 0 && mean.high >= 0;
}

size_t floor_rounds(mean_rule rule, double lambda, double folds)
{
    double multiplier = bounds_mean_multiplier(rule.theta, rule.eta, lambda, rule.tau);
    double rounds = ceil(folds / -log(fabs(multiplier)));
    return rounds >= 1 && rounds <= ROUNDS_MOST ? (size_t)rounds : ROUNDS_MOST;
}

/* Slopes of ||e_k||^2 over the first rounds, from H(0) and from xi Hinf; e (window + 1, n) and squares are work. */
static status predicted_slopes(const floor_setting *f, trajectory *run, double *e, double *squares,
                               double *values)
{
    size_t n = f->g->n;
    eigenpairs own = {0};
    status s = eigenpairs_of_network(&run->t.whole, f->g, f->G, f->s.xi, &own);
    trainer_output(&run->t, run->t.U);
    for (int k = 0; s == OK && k < 2; k++) {
        for (size_t i = 0; i < n; i++) { e[i] = f->g->Y[i] - run->t.U[i]; }
        s = mean_curve(k ? f->infinite : &own, mean_rule_of(&f->s), f->window, e);
        for (size_t j = 0; j <= f->window; j++) {
            squares[j] = 0;
            for (size_t i = 0; i < n; i++) { squares[j] += e[j * n + i] * e[j * n + i]; }
        }
        values[k ? FLOOR_SLOPE_INFINITE : FLOOR_SLOPE_FINITE] = log_slope(squares, 1, f->window);
    }
    eigenpairs_free(&own);
    return s;
}

/* curve (rounds + 1): ||y - u_k||^2, NaN from the round on in which the run diverged. */
static void follow(trajectory *run, size_t rounds, double *curve)
{
    double scale = 2 * (double)run->t.g->n;
    bool whole = !run->t.diverged;
    curve[0] = scale * run->t.error;
    for (size_t k = 1; k <= rounds; k++) {
        whole = whole && trajectory_round(run, NULL, NULL);
        curve[k] = whole ? scale * run->t.error : NAN;
    }
}

status floor_unit(const floor_setting *f, uint64_t seed, size_t cell, size_t repetition,
                  double *values)
{
    size_t rounds = f->level ? f->rounds : f->window;
    double *curve = allocate(rounds + 1, sizeof *curve, "curve");
    double *e = allocate((f->window + 1) * f->g->n, sizeof *e, "predicted curve");
    double *squares = allocate(f->window + 1, sizeof *squares, "predicted curve");
    trajectory run = {.mask = NULL};
    status s = curve && e && squares
                   ? trajectory_open(f->g, &f->s, false, seed, cell, repetition, &run)
                   : FAILED;
    if (s == OK) { s = predicted_slopes(f, &run, e, squares, values); }
    if (s == OK) {
        follow(&run, rounds, curve);
        values[FLOOR_SLOPE] = log_slope(curve, 1, f->window);
        values[FLOOR_LEVEL] = values[FLOOR_CHANGE] = NAN;
        if (f->level) { floor_of(curve, rounds, &values[FLOOR_LEVEL], &values[FLOOR_CHANGE]); }
    }
    trajectory_close(&run);
    free(curve);
    free(e);
    free(squares);
    return s;
}
