/* Covariance of the noise that the masks of one round add to the whole network (second-order in
 * doc/mathematics.md, (N)).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/effective_state.h"

#include <string.h>

#include "model/sized.h"

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

/* A quadratic form of two numbers of a neuron. */
typedef struct {
    double xx, xy, yy;
} form;

static form times(double a, form x) { return (form){a * x.xx, a * x.xy, a * x.yy}; }

static form minus(form x, form y) { return (form){x.xx - y.xx, x.xy - y.xy, x.yy - y.yy}; }

/* C <- C + a.xx x x^T - a.xy (x y^T + y x^T) + a.yy y y^T for x, y (n, columns). */
static void add_form(effective *f, size_t columns, form a, const double *x, const double *y) {
    double *C = f->o2.C;
    effective_outer(f->s.n, columns, a.xx, x, x, 1, C);
    effective_outer(f->s.n, columns, a.yy, y, y, 1, C);
    effective_outer(f->s.n, columns, -a.xy, x, y, 1, C);
    effective_outer(f->s.n, columns, -a.xy, y, x, 1, C);
}

/* The same of sum_r x_r a_r^T and sum_r y_r a_r^T. */
static void add_form_of_sums(effective *f, form a, const double *x, const double *y) {
    effective_second *o = &f->o2;
    size_t count = f->s.n * f->s.q;
    memset(o->change, 0, count * sizeof *o->change);
    memset(o->before, 0, count * sizeof *o->before);
    effective_to_outputs(f, 1, x, o->change);
    effective_to_outputs(f, 1, y, o->before);
    add_form(f, f->s.q, a, o->change, o->before);
}

/* Of one neuron, independent masks over l: of b and (theta/p) c, and, summed over l, of omega^l -
 * theta/p and (theta/p)(m^l - xi). */
static form of_neuron(const effective_setting *s) {
    double share = s->theta * s->theta / s->p;
    return (form){s->theta * (1 - s->theta), s->theta * s->xi * (1 - s->theta),
                  share * s->xi * (1 - s->xi)};
}

static form of_neuron_in_each(const effective_setting *s) {
    double share = s->theta * s->theta / s->p;
    return (form){s->phi - share, share * (1 - s->xi), share * s->xi * (1 - s->xi)};
}

static void bernoulli_noise(effective *f) {
    const effective_second *o = &f->o2;
    double q = (double)f->s.q;
    add_form(f, f->s.m, times(q, of_neuron(&f->s)), o->alpha, o->l);
    add_form(f, f->s.m, times(q, of_neuron_in_each(&f->s)), o->f, o->l_masks);
}

/* Categorical: sum_l (m^l - 1/p) = 0 leaves f - l^g/p alone. */
static void categorical_noise(effective *f) {
    const effective_second *o = &f->o2;
    for (size_t k = 0; k < f->s.n * f->s.m; k++) { o->f[k] -= o->l_masks[k] / f->s.p; }
    effective_outer(f->s.n, f->s.m, (double)f->s.q, o->f, o->f, 1, o->C);
}

/* o->l_masks <- what the others, whom a neuron's presence moves together, then take from each
 * other: c1 sum_s reach_s D(s), D(s) = c sum_{t<s} P_{s-1-t} sum_{k<=t} K_k d(t-k). Overwrites the
 * fields of the masks. */
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
}

/* C <- C + the form of x_r a_r^T and y_r a_r^T, centred over neurons. */
static void add_form_centred(effective *f, form a, const double *x, const double *y) {
    double count = (double)f->s.m * (double)f->s.q;
    add_form(f, f->s.m, a, x, y);
    add_form_of_sums(f, times(-1 / count, a), x, y);
}

/* Equal parts: sum_l (m_r^l - 1/p)(m_r'^l - 1/p) sums to 0 over the neurons r that move, too: that takes
 * away what they do together, (1/m) sum_r' l_r' l_r'^T, centred as r' is. */
static void take_together(effective *f) {
    double a = -effective_others(&f->s) / (double)f->s.m;
    act_together(f);
    add_form_centred(f, (form){a, a / f->s.p, a / (f->s.p * f->s.p)}, f->o2.l, f->o2.l_masks);
}

/* Fixed masks: what two neurons have in common is taken from each by itself and given to their sum.
 * Of omega^l and m^l - xi it is a response to the others' masks, in which all that move have a part.
 */
static void fixed_noise(effective *f) {
    const effective_second *o = &f->o2;
    const effective_setting *s = &f->s;
    double q = (double)s->q, share = s->theta * s->theta / s->p;
    sized_between between = sized_between_fixed(s->p, s->xi, s->pair);
    form two = {between.taken, s->theta / s->p * between.count, share * s->xi * (s->pair - s->xi)};
    form in_each = {between.share, share * (s->pair - s->xi), two.yy};
    add_form(f, s->m, times(q, minus(of_neuron(s), two)), o->alpha, o->l);
    add_form_of_sums(f, two, o->alpha, o->l);
    add_form(f, s->m, times(q, minus(of_neuron_in_each(s), in_each)), o->f, o->l_masks);
    act_together(f);
    add_form_centred(f, times(effective_others(s), in_each), o->l, o->l_masks);
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
    } else if (effective_is_sized(&f->s)) {
        fixed_noise(f);
    } else {
        bernoulli_noise(f);
    }
}
