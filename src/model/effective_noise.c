/* Covariance of the noise that the masks of one round add to the whole network (second-order in
 * doc/mathematics.md, (N)).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/effective_state.h"

#include <string.h>

/* x <- c1 sum_t fields[t]; adds where `more`. */
static void sum_fields(const effective *f, double *const *fields, int more, double *x) {
    double c1 = f->c * f->s.xi;
    size_t count = f->s.n * f->s.m;
    if (!more) { memset(x, 0, count * sizeof *x); }
    for (size_t t = 0; t < f->s.tau; t++) {
        for (size_t k = 0; k < count; k++) { x[k] += c1 * fields[t][k]; }
    }
}

/* x <- c1 sum_s reach_s d(s), what a neuron's presence does to the output through all others. */
static void reach_others(const effective *f, double *const *d, int more, double *x) {
    double c1 = f->c * f->s.xi;
    for (size_t s = 0; s < f->s.tau; s++) {
        effective_apply(f->s.n, f->s.m, c1, f->o2.reach[s], d[s], more || s > 0, x);
    }
}

/* C <- C + a (x y^T + y x^T), summed over neurons. */
static void add_both(effective *f, double a, const double *x, const double *y) {
    effective_outer(f->s.n, f->s.m, a, x, y, 1, f->o2.C);
    effective_outer(f->s.n, f->s.m, a, y, x, 1, f->o2.C);
}

static void add_square(effective *f, double a, const double *x) {
    effective_outer(f->s.n, f->s.m, a, x, x, 1, f->o2.C);
}

/* Bernoulli: the coefficients are Var b, sum_l Var (theta/p) m^l, Cov(b, (theta/p) c_r),
 * sum_l E(omega^l - theta/p)^2 and (theta/p) sum_l E omega^l (m^l - xi). */
static void bernoulli_noise(effective *f) {
    const effective_second *o = &f->o2;
    double q = (double)f->s.q, xi = f->s.xi, theta = f->s.theta, share = theta * theta / f->s.p;
    add_square(f, q * theta * (1 - theta), o->alpha);
    add_square(f, q * share * xi * (1 - xi), o->l);
    add_square(f, q * share * xi * (1 - xi), o->l_masks);
    add_both(f, -q * theta * xi * (1 - theta), o->alpha, o->l);
    add_square(f, q * (f->s.phi - share), o->f);
    add_both(f, -q * share * (1 - xi), o->f, o->l_masks);
}

/* Categorical: sum_l (m^l - 1/p) = 0 leaves f - l^g/p alone. */
static void categorical_noise(effective *f) {
    const effective_second *o = &f->o2;
    for (size_t k = 0; k < f->s.n * f->s.m; k++) { o->f[k] -= o->l_masks[k] / f->s.p; }
    add_square(f, (double)f->s.q, o->f);
}

/* o->l <- what a neuron's presence does through all others together, but for what these then take
 * from each other: l - (1/p) c1 sum_s reach_s D(s), D(s) = c sum_{t<s} P_{s-1-t} sum_{k<=t} K_k
 * d(t-k). Overwrites the fields of the masks. */
static void act_together(effective *f) {
    effective_second *o = &f->o2;
    size_t n = f->s.n, m = f->s.m;
    for (size_t t = 0; t < f->s.tau; t++) {
        double *pull = o->pull[FIELD_MASKS][t], *D = o->d[FIELD_MASKS][t];
        for (size_t k = 0; k <= t; k++) {
            effective_apply(n, m, 1, o->KK[k], o->d[FIELD_MEAN][t - k], k > 0, pull);
            effective_apply(n, m, 1, o->KK[k], o->d[FIELD_PATH][t - k], 1, pull);
        }
        memset(D, 0, n * m * sizeof *D);
        for (size_t s = 0; s < t; s++) {
            effective_apply(n, m, f->c, o->P[t - 1 - s], o->pull[FIELD_MASKS][s], 1, D);
        }
    }
    reach_others(f, o->d[FIELD_MASKS], 0, o->l_masks);
    for (size_t k = 0; k < n * m; k++) { o->l[k] -= o->l_masks[k] / f->s.p; }
}

/* Equal parts: sum_l (m_r^l - 1/p)(m_r'^l - 1/p) sums to 0 over the neurons r that move, too: that takes
 * away what they do together, (1/m) sum_r' l_r' l_r'^T, centred as r' is. */
static void take_together(effective *f) {
    effective_second *o = &f->o2;
    size_t n = f->s.n, q = f->s.q;
    double m = (double)f->s.m, share = effective_others(&f->s) / m;
    act_together(f);
    add_square(f, -share, o->l);
    memset(o->change, 0, n * q * sizeof *o->change);
    effective_to_outputs(f, 1, o->l, o->change);
    effective_outer(n, q, share / (m * (double)q), o->change, o->change, 1, o->C);
}

void effective_noise(effective *f) {
    effective_second *o = &f->o2;
    memset(o->C, 0, f->s.n * f->s.n * sizeof *o->C);
    sum_fields(f, o->pull[FIELD_MEAN], 0, o->alpha);
    sum_fields(f, o->pull[FIELD_PATH], 1, o->alpha);
    sum_fields(f, o->pull[FIELD_MASKS], 0, o->f);
    reach_others(f, o->d[FIELD_MEAN], 0, o->l);
    reach_others(f, o->d[FIELD_PATH], 1, o->l);
    reach_others(f, o->d[FIELD_MASKS], 0, o->l_masks);
    if (f->s.parts) {
        categorical_noise(f);
        if (effective_is_sized(&f->s)) { take_together(f); }
    } else {
        bernoulli_noise(f);
    }
}
