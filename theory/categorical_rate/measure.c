/* One run with categorical masks, its three movements and the event Omega_k.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/categorical_rate/categorical_rate.h"

#include <math.h>
#include <string.h>

#include "model/trajectory.h"
#include "study/record.h"
#include "theory/criteria.h"

typedef struct {
    const categorical_cell *c;
    trajectory run;
    real *u;                      /* (ld) output of the whole network at the round's start */
    double *start, *end;          /* (p, n) outputs of the subnetworks at t = 0 and t = tau */
    double sampled, descended;    /* sums over l of ||y - u^l||^2 */
    double labels;                /* ||y||^2 */
    double before;                /* ||y - u^l_t||^2 of the step before */
    bool inside;                  /* this subnetwork's neurons were in the ball there */
    bool satisfied, left, failed; /* every step contracted so far; as CAT_LEFT and CAT_FAILED */
    double drift;                 /* largest ||w - w_0||^2 */
} trial;

/* The trainer's observer. */
static void observe(const step_event *event, void *context) {
    trial *b = context;
    const categorical_cell *c = b->c;
    size_t n = c->g->n;
    bool first = event->step == 0, last = event->step == c->s.local_steps;
    double square = 2 * (double)n * event->error;
    double drift = network_drift_squared_most(c->g, event->net, b->run.Z0);
    bool inside = drift <= c->radius * c->radius;
    b->drift = fmax(b->drift, drift);
    b->left |= !inside;
    /* ||e_t|| may be so small that rounding of outputs moves the ratio */
    bool skip = first || b->before <= CRITERION_EXACT * b->labels;
    if (!(skip || square <= c->rho * b->before)) {
        b->satisfied = false;
        b->failed |= inside && b->inside;
    }
    if (first || last) {
        double *kept = (first ? b->start : b->end) + event->subnet * n;
        for (size_t i = 0; i < n; i++) { kept[i] = event->U[i]; }
    }
    b->sampled += first ? square : 0;
    b->descended += last ? square : 0;
    b->before = square;
    b->inside = inside;
}

/* One round; false after divergence. */
static bool measure_round(trial *b, double *values) {
    const categorical_cell *c = b->c;
    const train_settings *s = &c->s;
    size_t n = c->g->n, p = s->subnets;
    values[CAT_JUMP] =
        bounds_jump(s->xi, (double)s->width, jump_activation_squares(&b->run.t.whole, n, c->g->ld));
    trainer_output(&b->run.t, b->u);
    b->sampled = b->descended = 0;
    if (!trajectory_round(&b->run, observe, b)) { return false; }
    values[CAT_SAMPLED] = b->sampled / (double)p;
    values[CAT_DESCENDED] = b->descended / (double)p;
    values[CAT_DROP] = jump_pair_spread(b->end, p, n);
    double after = 2 * (double)n * b->run.t.error;
    double combined = values[CAT_DESCENDED] - values[CAT_DROP];
    double spread = jump_spread(b->start, b->u, p, n) - jump_pair_spread(b->start, p, n);
    values[CAT_IDENTITY] = after == combined ? 0 : fabs(after - combined) / values[CAT_DESCENDED];
    values[CAT_SPREAD] = safe_ratio(fabs(spread), values[CAT_SAMPLED]);
    values[CAT_MEAN] = jump_mean_error(b->start, b->u, p, n);
    return true;
}

/* Lemma 23's bound at the start. */
static bool lemma23(const trial *b) {
    const categorical_cell *c = b->c;
    bool holds = true;
    for (size_t i = 0; i < c->g->n; i++) {
        double sum = 0;
        for (size_t r = 0; r < c->s.width; r++) {
            sum += b->run.Z0[r * c->g->ld + i] * b->run.Z0[r * c->g->ld + i];
        }
        holds &= sum <= 2 * (double)c->s.width * c->s.kappa * c->s.kappa;
    }
    return holds;
}

static status follow(trial *b, double *values) {
    const categorical_cell *c = b->c;
    bool start = lemma23(b);
    for (size_t k = 0; k < CAT_ROW(c->rounds + 1); k++) { values[k] = NAN; }
    for (size_t k = 0;; k++) {
        double *row = values + CAT_ROW(k);
        row[CAT_WHOLE] = 2 * (double)c->g->n * b->run.t.error;
        row[CAT_OMEGA] = start && b->satisfied && !b->left;
        if (k == c->rounds) { break; }
        if (!measure_round(b, row)) {
            return fail(FAILED, "p=%zu m=%zu: diverged in round %zu; take a smaller step",
                        c->s.subnets, c->s.width, k + 1);
        }
    }
    values[CAT_LEMMA23] = start;
    values[CAT_LEFT] = b->left;
    values[CAT_FAILED] = b->failed;
    values[CAT_DRIFT] = sqrt(b->drift) / c->radius;
    return OK;
}

status categorical_measure(const study_run *r, size_t cell, size_t repetition, double *values) {
    const categorical_cell *c = categorical_cell_of(r, cell);
    trial b = {.c = c, .satisfied = true};
    size_t p = c->s.subnets, n = c->g->n;
    scratch work = {0};
    b.u = scratch_take(&work, c->g->ld, sizeof *b.u, "output");
    b.start = scratch_take(&work, p * n, sizeof *b.start, "outputs of subnetworks");
    b.end = scratch_take(&work, p * n, sizeof *b.end, "outputs of subnetworks");
    status st = work.failed
                    ? FAILED
                    : trajectory_open(c->g, &c->s, true, r->options.seed, cell, repetition, &b.run);
    if (st == OK) {
        for (size_t i = 0; i < n; i++) { b.labels += (double)c->g->Y[i] * (double)c->g->Y[i]; }
        st = follow(&b, values);
    }
    trajectory_close(&b.run);
    scratch_free(&work);
    return st;
}
