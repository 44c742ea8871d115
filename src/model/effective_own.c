/* Effective dynamics to second order: what masks do to a neuron's own state, which adds to the noise
 * (own-state in doc/mathematics.md).
 *
 * Of every neuron one deviation zeta from the mean network is followed, drawn, and with it what the
 * neuron feels of the whole network's deviation: sums over neurons are what is used of them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/effective_state.h"

#include <math.h>
#include <string.h>

#include "model/mean_curve.h"

void effective_own_take(effective *f) {
    effective_own *w = &f->o2.own;
    size_t count = f->s.n * f->s.m;
    w->zeta = effective_array(f, count);
    w->together = effective_array(f, count);
    w->all = effective_array(f, count);
    w->masks = effective_array(f, count);
    w->path = effective_array(f, count);
    w->root = effective_array(f, f->s.n * f->s.n);
    w->draws = effective_array(f, 3 * f->s.m);
}

/* theta/sqrt(p), the deviation of a mean over subnetworks; 0 where it cancels. */
static double of_the_mean(const effective_setting *s) {
    return s->parts ? 0 : s->theta / sqrt(s->p);
}

void effective_own_join(effective *f, size_t t, const double *g) {
    double c1 = f->c * f->s.xi;
    if (of_the_mean(&f->s) == 0) { return; } /* together stays 0, as it was taken */
    effective_apply(f->s.n, f->s.m, c1, f->o2.reach[t], g, t > 0, f->o2.own.together);
}

/* path <- U(path), all <- U(mean + path), with new masks' fields masks <- U(masks), where U(x) =
 * c1 G D sum_t x(t) is what a force x does to a neuron that is taken. */
static void push_fields(effective *f, bool noisy) {
    effective_second *o = &f->o2;
    double c1 = f->c * f->s.xi;
    effective_push(f, c1, o->sum[FIELD_PATH], 0, o->own.path);
    memcpy(o->own.all, o->own.path, f->s.n * f->s.m * sizeof *o->own.all);
    effective_push(f, c1, o->sum[FIELD_MEAN], 1, o->own.all);
    if (noisy) { effective_push(f, c1, o->sum[FIELD_MASKS], 0, o->own.masks); }
}

/* root <- the symmetric root of C - (theta^2/p) L^g L^g'/m, what the whole network's deviation
 * gets that no neuron's own draw is in. L^g is of drawn fields: what falls below 0 by that is 0.
 * No other root: signs and order of eigenvectors are the library's, and draws would hang on them.
 */
static status take_root(effective *f) {
    effective_second *o = &f->o2;
    size_t n = f->s.n, m = f->s.m;
    double mean = of_the_mean(&f->s);
    eigenpairs pairs;
    memcpy(o->factor, o->C, n * n * sizeof *o->C);
    if (mean > 0) {
        effective_outer(n, m, -mean * mean / (double)m, o->own.together, o->own.together, 1,
                        o->factor);
    }
    status st = eigenpairs_new(o->factor, n, 1, &pairs);
    for (size_t k = 0; st == OK && k < n; k++) {
        double scale = sqrt(sqrt(fmax(pairs.values[k], 0)));
        for (size_t i = 0; i < n; i++) { o->factor[k * n + i] = scale * pairs.vectors[k * n + i]; }
    }
    if (st == OK) { effective_outer(n, n, 1, o->factor, o->factor, 0, o->own.root); }
    eigenpairs_free(&pairs);
    return st;
}

status effective_own_round(effective *f, bool noisy) {
    effective_second *o = &f->o2;
    effective_own *w = &o->own;
    size_t n = f->s.n, m = f->s.m;
    double mean = of_the_mean(&f->s), theta = f->s.theta, q = (double)f->s.q;
    double taken = sqrt(theta * (1 - theta)), share = sqrt(fmax(f->s.phi - mean * mean, 0));
    double *noise = f->work_m2;
    push_fields(f, noisy);
    status st = noisy ? take_root(f) : OK;
    if (st != OK) { return st; }
    rng_normal_double(f->draws, 1, n * m, f->work_m);
    effective_apply(n, m, 1, w->root, f->work_m, 0, noise);
    rng_normal_double(f->draws, 1, 3 * m, w->draws);
    for (size_t r = 0; r < m; r++) {
        const double *x = w->draws + 3 * r;
        for (size_t k = r * n; k < (r + 1) * n; k++) {
            double jump = taken * x[0] * w->all[k] + share * x[1] * w->masks[k];
            double common = mean * x[2];
            w->zeta[k] += (theta * w->path[k] + jump + common * w->masks[k]) / f->s.scales.whole;
            noise[k] = -noise[k] - common * w->together[k] - q * f->D[k] * jump;
        }
    }
    effective_contract(f, m, o->felt, noise);
    return OK;
}
