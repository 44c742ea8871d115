/* What local-descent measures along a run, local step by local step.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/local_descent/local_descent.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/jump.h"
#include "model/spectrum.h"
#include "stats/extreme.h"

struct descent_watch {
    const gram *g;
    size_t capacity;          /* steps */
    const local_model *model; /* of the run in work, as are those below */
    const real *Z0;
    double eta, scale;
    descent_run *kept;
    double *ratio, *largest;
    size_t seen; /* steps reached */
    status code;
    double *whole;            /* (n) u_k */
    double whole_residual;    /* ||y - u_k|| */
    double jump_mean;         /* V_k */
    real *U;                  /* (ld) */
    real *Zk, *Ck;            /* (m, ld): of the subnetwork in work at t = 0 */
    real *Zt;                 /* (m, ld): before the step in work */
    double *u, *e, *next;     /* (n): output and e_t before the step, e_{t+1} after it */
    double first_residual;    /* ||y - u_k|| + ||u_k - u_{k,0}|| */
    double residual_sum;      /* sum_{s<=t} ||e_s|| */
    bool event, held, inside; /* section 3's event for its mask; (4) at all its steps so far; within
                                 R* before the step */
    unsigned *near, *flips;   /* (n) */
    unsigned char *taken;     /* (m): its mask */
    ntk_masked *counts;
    double *H, *E, *values; /* (n, n), (n, n), (n): the last is work */
    scratch owned;
};

RECORD_DEFINE(descent_run, DESCENT_RUN);

descent_watch *descent_watch_new(const gram *g, size_t m, size_t steps) {
    size_t n = g->n, ld = g->ld;
    descent_watch *w = allocate(1, sizeof *w, "watch of local steps");
    if (!w) { return NULL; }
    *w = (descent_watch){.g = g, .capacity = steps, .counts = ntk_masked_new(n, 1)};
    double **vectors[] = {&w->whole, &w->u, &w->e, &w->next, &w->values};
    for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++) {
        *vectors[k] = scratch_take(&w->owned, n, sizeof(double), "outputs");
    }
    real **columns[] = {&w->Zk, &w->Ck, &w->Zt};
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++) {
        *columns[k] = scratch_take(&w->owned, m * ld, sizeof(real), "copy of a subnetwork");
    }
    w->U = scratch_take(&w->owned, ld, sizeof *w->U, "outputs");
    w->near = scratch_take(&w->owned, n, sizeof *w->near, "counts");
    w->flips = scratch_take(&w->owned, n, sizeof *w->flips, "counts");
    w->taken = scratch_take(&w->owned, m, sizeof *w->taken, "mask");
    w->H = scratch_take(&w->owned, n * n, sizeof *w->H, "masked kernel");
    w->E = scratch_take(&w->owned, n * n, sizeof *w->E, "secant kernel");
    if (w->counts && !w->owned.failed) { return w; }
    descent_watch_free(w);
    return NULL;
}

void descent_watch_free(descent_watch *w) {
    if (!w) { return; }
    ntk_masked_free(w->counts);
    scratch_free(&w->owned);
    free(w);
}

/* Before a round: u_k, ||y - u_k|| and V_k = (xi (1 - xi)/m) sum_i sum_r sigma_ri^2. */
static void measure_whole(descent_watch *w, trainer *t) {
    const gram *g = w->g;
    double residual = 0;
    trainer_output(t, w->U);
    for (size_t i = 0; i < g->n; i++) {
        w->whole[i] = (double)w->U[i];
        residual += (g->Y[i] - w->U[i]) * (g->Y[i] - w->U[i]);
    }
    w->whole_residual = sqrt(residual);
    w->jump_mean =
        bounds_jump(w->model->xi, w->model->m, jump_activation_squares(&t->whole, g->n, g->ld));
}

/* Section 3's event for this mask: lambda_min(H_m(0)) >= (3/4) xi lambda0 and near_i <= 2 m xi p_R.
 */
static status find_event(descent_watch *w, const network *net) {
    status st = local_start_kernel(w->model, w->counts, w->g, net, w->Z0, w->taken, w->H);
    if (st == OK) { st = spectrum_at_least(w->H, w->g->n, w->model->start_least, &w->event); }
    size_t near = local_near(w->g, net, w->Z0, w->model->boundary_radius, w->near);
    w->event = w->event && (double)near <= w->model->near_most;
    return st;
}

static void begin_subnet(descent_watch *w, const step_event *event) {
    const network *net = event->net;
    size_t elements = net->m * w->g->ld;
    memcpy(w->Zk, net->Z, elements * sizeof *w->Zk);
    memcpy(w->Ck, net->C, elements * sizeof *w->Ck);
    double jump = 0;
    for (size_t i = 0; i < w->g->n; i++) {
        jump += (w->whole[i] - (double)event->U[i]) * (w->whole[i] - (double)event->U[i]);
    }
    w->first_residual = w->whole_residual + sqrt(jump);
    w->residual_sum = 0;
    w->held = true;
    descent_run *kept = w->kept;
    extreme_raise(&kept->jump, safe_ratio(jump, bounds_jump_tail(w->model->masks, w->jump_mean,
                                                                 w->model->delta)));
    w->code = find_event(w, net);
}

/* Both sides of (5) at w_{k,t+1}; `steps` = t + 1. */
static void measure_movement(descent_watch *w, const network *net, size_t steps) {
    const local_model *model = w->model;
    double moved = sqrt(network_movement_squared_most(w->g, net, w->Zk, w->Ck));
    double first = bounds_local_drift(w->eta, model->gram_norm, model->m, w->residual_sum);
    double second =
        bounds_local_drift(w->eta, model->gram_norm, model->m, (double)steps * w->first_residual);
    extreme_raise(&w->kept->moved, safe_ratio(moved, first));
    if (w->held) { extreme_raise(&w->kept->moved_held, safe_ratio(moved, second)); }
}

/* The recursion of the proof: H_m and E at the step, u_{t+1} - u_t, and the norm of what multiplies
 * e_t. */
static status measure_recursion(descent_watch *w, const network *net, const descent_pair *pair) {
    size_t n = w->g->n;
    descent_run *kept = w->kept;
    const local_model *model = w->model;
    double secant_norm = 0;
    status st = local_kernel(model, w->counts, w->Zt, w->g->ld, net->m, NULL, w->H);
    if (st == OK) { st = spectrum_all(w->H, n, w->values); }
    double frobenius = descent_secant_kernel(model, w->g, net, w->Zt, w->E);
    if (st == OK) { st = spectrum_norm_general(w->E, n, &secant_norm); }
    if (st != OK) { return st; }
    size_t flips = local_flips(w->g, net, w->Zt, true, w->flips);
    double changed = (double)flips / model->m;
    extreme_raise(&kept->secant, safe_ratio(frobenius, model->samples * changed));
    extreme_raise(&kept->secant_norm, safe_ratio(secant_norm, model->row_sum * changed));
    extreme_raise(&kept->identity, descent_identity(w->g, w->H, w->E, w->eta, w->u, w->e, w->next));
    extreme_lower(&kept->lambda_least, w->values[0]);
    double step = fmax(fabs(1 - w->eta * w->values[0]), fabs(1 - w->eta * w->values[n - 1]));
    if (!pair->skip) {
        extreme_lower(&kept->recursion, (step + w->eta * frobenius - sqrt(pair->ratio)) /
                                            (w->eta * model->gram_norm));
    }
    return OK;
}

/* (4) at this step, among all, in the ball, and where it is proved. */
static void measure_contraction(descent_watch *w, const network *net, const descent_pair *pair,
                                bool inside) {
    descent_run *kept = w->kept;
    bool ball = inside && w->inside, proven = ball && w->event;
    if (ball) { extreme_raise(&kept->flips_near, local_flips_of_near(w->flips, w->near, w->g->n)); }
    if (pair->skip) {
        kept->skipped++;
        return;
    }
    double promise = w->eta * w->model->rate;
    double largest = descent_largest_part(
        &(descent_ray){w->g, net, w->Zt, w->scale, promise, pair->square, w->values});
    w->ratio[w->seen] = pair->ratio;
    w->largest[w->seen] = largest * w->eta * w->model->gram_norm;
    kept->held += pair->gain >= 1;
    kept->fell += pair->ratio < 1;
    kept->ball += ball;
    kept->proven += proven;
    extreme_raise(&kept->ratio_most, pair->ratio);
    extreme_lower(&kept->gain_least, pair->gain);
    extreme_lower(&kept->largest_least, w->largest[w->seen]);
    if (ball) { extreme_lower(&kept->gain_ball, pair->gain); }
    if (proven) {
        extreme_lower(&kept->gain_proven, pair->gain);
        extreme_lower(&kept->largest_proven, largest);
    }
}

static void measure_step(descent_watch *w, const step_event *event, bool inside) {
    for (size_t i = 0; i < w->g->n; i++) { w->next[i] = (double)w->g->Y[i] - (double)event->U[i]; }
    descent_pair pair = descent_compare(w->g, w->e, w->next, w->eta * w->model->rate);
    w->kept->steps++;
    w->residual_sum += sqrt(pair.square);
    w->held = w->held && pair.gain >= 1;
    measure_movement(w, event->net, event->step);
    w->code = measure_recursion(w, event->net, &pair);
    if (w->code == OK) { measure_contraction(w, event->net, &pair, inside); }
    w->seen++;
}

/* The trainer's observer. */
static void observe(const step_event *event, void *context) {
    descent_watch *w = context;
    if (w->code != OK || w->kept->stopped != 0) { return; }
    if (!isfinite(event->error)) {
        w->kept->stopped = 1;
        return;
    }
    double from_start = sqrt(network_drift_squared_most(w->g, event->net, w->Z0));
    bool inside = from_start <= w->model->radius;
    extreme_raise(&w->kept->from_start, from_start);
    if (event->step == 0) {
        begin_subnet(w, event);
    } else {
        measure_step(w, event, inside);
    }
    memcpy(w->Zt, event->net->Z, event->net->m * w->g->ld * sizeof *w->Zt);
    for (size_t i = 0; i < w->g->n; i++) {
        w->u[i] = (double)event->U[i];
        w->e[i] = (double)w->g->Y[i] - w->u[i];
    }
    w->inside = inside;
}

status descent_watch_run(descent_watch *w, trajectory *run, const local_model *model, size_t rounds,
                         descent_run *kept, double *ratio, double *largest) {
    record_clear(&descent_run_kind, kept);
    w->model = model;
    w->eta = run->t.settings.lr;
    w->scale = run->t.scales.subnet;
    w->kept = kept;
    w->ratio = ratio;
    w->largest = largest;
    w->Z0 = run->Z0;
    w->seen = 0;
    for (size_t k = 0; k < w->capacity; k++) { ratio[k] = largest[k] = NAN; }
    w->code = OK;
    bool going = true;
    for (size_t k = 0; k < rounds && going; k++) {
        measure_whole(w, &run->t);
        going = trajectory_round(run, observe, w) && w->code == OK;
    }
    kept->stopped = run->t.diverged || kept->stopped != 0;
    return w->code;
}
