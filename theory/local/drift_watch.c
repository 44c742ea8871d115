#include "theory/local/drift_watch.h"

#include <math.h>
#include <stdlib.h>

#include "model/spectrum.h"

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
};

drift_round drift_round_empty(void)
{
    return (drift_round){.lambda = INFINITY, .lambda_ball = INFINITY};
}

void drift_round_add(drift_round *all, const drift_round *round)
{
    all->states += round->states;
    all->ball += round->ball;
    all->bounded += round->bounded;
    all->from_start = local_larger(all->from_start, round->from_start);
    all->flips = local_larger(all->flips, round->flips);
    all->near = local_larger(all->near, round->near);
    all->lambda = local_smaller(all->lambda, round->lambda);
    all->lambda_ball = local_smaller(all->lambda_ball, round->lambda_ball);
    all->kernel = local_larger(all->kernel, round->kernel);
    all->drift = local_larger(all->drift, round->drift);
    all->flips_near = local_larger(all->flips_near, round->flips_near);
    all->whole_from_start = local_larger(all->whole_from_start, round->whole_from_start);
    all->whole_flips = local_larger(all->whole_flips, round->whole_flips);
    all->whole_near = local_larger(all->whole_near, round->whole_near);
    all->error += round->error;
    all->stopped += round->stopped;
}

drift_watch *drift_watch_new(const gram *g, size_t m)
{
    size_t n = g->n;
    drift_watch *w = allocate(1, sizeof *w, "watch of the drift");
    if (!w)
        return NULL;
    *w = (drift_watch){.g = g, .counts = ntk_masked_new(n, 1)};
    w->near = allocate(n, sizeof *w->near, "counts");
    w->flips = allocate(n, sizeof *w->flips, "counts");
    w->taken = allocate(m, sizeof *w->taken, "mask");
    w->H0 = allocate(n * n, sizeof *w->H0, "masked kernel");
    w->H = allocate(n * n, sizeof *w->H, "masked kernel");
    if (w->counts && w->near && w->flips && w->taken && w->H0 && w->H)
        return w;
    drift_watch_free(w);
    return NULL;
}

void drift_watch_free(drift_watch *w)
{
    if (!w)
        return;
    ntk_masked_free(w->counts);
    free(w->near);
    free(w->flips);
    free(w->taken);
    free(w->H0);
    free(w->H);
    free(w);
}

static double share_of_near(const drift_watch *w)
{
    double most = 0;
    for (size_t i = 0; i < w->g->n; i++)
        most = local_larger(most, local_share(w->flips[i], w->near[i]));
    return most;
}

/* H_m(0) and near_i of the subnetwork's mask. */
static status begin_subnet(drift_watch *w, const network *net)
{
    w->most_near = local_near(w->g, net, w->Z0, w->model->strip, w->near);
    w->kept->near = local_larger(w->kept->near, (double)w->most_near);
    return local_start_kernel(w->model, w->counts, w->g, net, w->Z0, w->taken, w->H0);
}

/* lambda_min(H_m(k,t)), and ||H_m(k,t) - H_m(0)||: in the end H holds the difference. */
static status look_at_kernel(drift_watch *w, const network *net, double *lambda, double *distance)
{
    size_t n = w->g->n;
    status s = local_kernel(w->model, w->counts, net->Z, w->g->ld, net->m, NULL, w->H);
    if (s == OK)
        s = spectrum_smallest(w->H, n, lambda, NULL);
    if (s != OK)
        return s;
    double largest = 0;
    for (size_t k = 0; k < n * n; k++) {
        w->H[k] -= w->H0[k];
        largest = fmax(largest, fabs(w->H[k]));
    }
    *distance = 0;
    return largest > 0 ? spectrum_norm(w->H, n, distance) : OK;
}

static void look_at_state(drift_watch *w, const network *net)
{
    const local_model *model = w->model;
    drift_round *kept = w->kept;
    double lambda = NAN, distance = NAN, from_start = local_moved(w->g, net, w->Z0);
    double flips = (double)local_flips(w->g, net, w->Z0, false, w->flips);
    w->code = look_at_kernel(w, net, &lambda, &distance);
    if (w->code != OK)
        return;
    bool ball = from_start <= model->radius, bounded = ball && (double)w->most_near <= model->near_most;
    kept->states++;
    kept->ball += ball;
    kept->bounded += bounded;
    kept->from_start = local_larger(kept->from_start, from_start);
    kept->flips = local_larger(kept->flips, flips);
    kept->lambda = local_smaller(kept->lambda, lambda);
    kept->kernel = local_larger(kept->kernel, local_share(distance, 2 * model->row_sum * flips / model->m));
    if (ball) {
        kept->lambda_ball = local_smaller(kept->lambda_ball, lambda);
        kept->flips_near = local_larger(kept->flips_near, share_of_near(w));
    }
    if (bounded)
        kept->drift = local_larger(kept->drift, distance / model->drift_most);
}

/* The trainer's observer. */
static void see(const train_sight *sight, void *context)
{
    drift_watch *w = context;
    if (w->code != OK || w->kept->stopped != 0)
        return;
    if (!isfinite(sight->error)) {
        w->kept->stopped = 1;
        return;
    }
    if (sight->step == 0)
        w->code = begin_subnet(w, sight->net);
    if (w->code == OK)
        look_at_state(w, sight->net);
}

/* The whole network after the round. */
static void look_at_whole(drift_watch *w, const trainer *t)
{
    drift_round *kept = w->kept;
    kept->error = t->error;
    kept->whole_from_start = local_moved(w->g, &t->whole, w->Z0);
    kept->whole_near = (double)local_near(w->g, &t->whole, w->Z0, w->model->strip, w->near);
    kept->whole_flips = (double)local_flips(w->g, &t->whole, w->Z0, false, w->flips);
    if (kept->whole_from_start <= w->model->radius)
        kept->flips_near = local_larger(kept->flips_near, share_of_near(w));
}

status drift_watch_run(drift_watch *w, local_trial *trial, const local_model *model, double eta, size_t rounds,
                       drift_round *kept)
{
    w->model = model;
    w->Z0 = trial->Z0;
    w->code = local_trial_restart(trial, eta);
    bool going = w->code == OK;
    for (size_t k = 0; k < rounds; k++) {
        kept[k] = drift_round_empty();
        if (!going)
            continue;
        w->kept = &kept[k];
        going = local_trial_round(trial, see, w) && w->code == OK;
        if (going)
            look_at_whole(w, &trial->t);
        else
            kept[k].stopped = 1;
    }
    return w->code;
}
