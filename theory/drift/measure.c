/* What drift measures: a subnetwork after each local step, the whole network after each round.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/drift/drift.h"

#include <math.h>
#include <stdlib.h>

#include "model/spectrum.h"
#include "stats/extreme.h"

struct drift_watch {
    const gram *g;
    const local_model *model; /* of the run in work, as are those below */
    const real *Z0;
    drift_round *kept; /* of the round in work */
    status code;
    size_t most_near;       /* max_i near_i of the subnetwork in work */
    unsigned *near, *flips; /* (n) */
    unsigned char *taken;   /* (m): its mask */
    ntk_masked *counts;
    double *H0, *H; /* (n, n): H_m(0), H_m(k,t) */
    scratch owned;
};

RECORD_DEFINE(drift_round, DRIFT_ROUND);

drift_watch *drift_watch_new(const gram *g, size_t m) {
    size_t n = g->n;
    drift_watch *w = allocate(1, sizeof *w, "watch of the drift");
    if (!w) { return NULL; }
    *w = (drift_watch){.g = g, .counts = ntk_masked_new(n, 1)};
    w->near = scratch_take(&w->owned, n, sizeof *w->near, "counts");
    w->flips = scratch_take(&w->owned, n, sizeof *w->flips, "counts");
    w->taken = scratch_take(&w->owned, m, sizeof *w->taken, "mask");
    w->H0 = scratch_take(&w->owned, n * n, sizeof *w->H0, "masked kernel");
    w->H = scratch_take(&w->owned, n * n, sizeof *w->H, "masked kernel");
    if (w->counts && !w->owned.failed) { return w; }
    drift_watch_free(w);
    return NULL;
}

void drift_watch_free(drift_watch *w) {
    if (!w) { return; }
    ntk_masked_free(w->counts);
    scratch_free(&w->owned);
    free(w);
}

/* H_m(0) and near_i of the subnetwork's mask. */
static status begin_subnet(drift_watch *w, const network *net) {
    w->most_near = local_near(w->g, net, w->Z0, w->model->boundary_radius, w->near);
    extreme_raise(&w->kept->near, (double)w->most_near);
    return local_start_kernel(w->model, w->counts, w->g, net, w->Z0, w->taken, w->H0);
}

/* lambda_min(H_m(k,t)), and ||H_m(k,t) - H_m(0)||: in the end H holds the difference. */
static status measure_kernel(drift_watch *w, const network *net, double *lambda, double *distance) {
    size_t n = w->g->n;
    status st = local_kernel(w->model, w->counts, net->Z, w->g->ld, net->m, NULL, w->H);
    if (st == OK) { st = spectrum_smallest(w->H, n, lambda, NULL); }
    if (st != OK) { return st; }
    double largest = 0;
    for (size_t k = 0; k < n * n; k++) {
        w->H[k] -= w->H0[k];
        largest = fmax(largest, fabs(w->H[k]));
    }
    *distance = 0;
    return largest > 0 ? spectrum_norm(w->H, n, distance) : OK;
}

static void measure_state(drift_watch *w, const network *net) {
    const local_model *model = w->model;
    drift_round *kept = w->kept;
    double lambda = NAN, distance = NAN,
           from_start = sqrt(network_drift_squared_most(w->g, net, w->Z0));
    double flips = (double)local_flips(w->g, net, w->Z0, false, w->flips);
    w->code = measure_kernel(w, net, &lambda, &distance);
    if (w->code != OK) { return; }
    bool ball = from_start <= model->radius,
         bounded = ball && (double)w->most_near <= model->near_most;
    kept->states++;
    kept->ball += ball;
    kept->bounded += bounded;
    extreme_raise(&kept->from_start, from_start);
    extreme_raise(&kept->flips, flips);
    extreme_lower(&kept->lambda, lambda);
    extreme_raise(&kept->kernel, safe_ratio(distance, 2 * model->row_sum * flips / model->m));
    if (ball) {
        extreme_lower(&kept->lambda_ball, lambda);
        extreme_raise(&kept->flips_near, local_flips_of_near(w->flips, w->near, w->g->n));
    }
    if (bounded) { extreme_raise(&kept->drift, distance / model->drift_most); }
}

/* The trainer's observer. */
static void observe(const step_event *event, void *context) {
    drift_watch *w = context;
    if (w->code != OK || w->kept->stopped != 0) { return; }
    if (!isfinite(event->error)) {
        w->kept->stopped = 1;
        return;
    }
    if (event->step == 0) { w->code = begin_subnet(w, event->net); }
    if (w->code == OK) { measure_state(w, event->net); }
}

/* The whole network after the round. */
static void measure_whole(drift_watch *w, const trainer *t) {
    drift_round *kept = w->kept;
    kept->error = t->error;
    kept->whole_from_start = sqrt(network_drift_squared_most(w->g, &t->whole, w->Z0));
    kept->whole_near =
        (double)local_near(w->g, &t->whole, w->Z0, w->model->boundary_radius, w->near);
    kept->whole_flips = (double)local_flips(w->g, &t->whole, w->Z0, false, w->flips);
    if (kept->whole_from_start <= w->model->radius) {
        extreme_raise(&kept->flips_near, local_flips_of_near(w->flips, w->near, w->g->n));
    }
}

status drift_watch_run(drift_watch *w, trajectory *run, const local_model *model, size_t rounds,
                       drift_round *kept) {
    bool going = true;
    w->model = model;
    w->Z0 = run->Z0;
    w->code = OK;
    for (size_t k = 0; k < rounds; k++) {
        record_clear(&drift_round_kind, &kept[k]);
        if (!going) { continue; }
        w->kept = &kept[k];
        going = trajectory_round(run, observe, w) && w->code == OK;
        if (going) {
            measure_whole(w, &run->t);
        } else {
            kept[k].stopped = 1;
        }
    }
    return w->code;
}
