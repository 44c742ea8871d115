/* Means over the masks of a round, in closed form (masks in doc/mathematics.md).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/mask_moments/mask_moments.h"

#include <math.h>
#include <string.h>

#include "base/blas.h"
#include "theory/criteria.h"

moments_constants moments_constants_of(const train_settings *s) {
    size_t p = s->subnets, m = s->width;
    double xi = mask_share(s->mask, p, m, s->xi), pair = mask_pair(s->mask, p, m, s->xi);
    return (moments_constants){.theta = mask_theta(s->mask, p, xi),
                               .phi = mask_phi(s->mask, p, xi),
                               .xi = xi,
                               .p = (double)p,
                               .sized = mask_sized(s->mask),
                               .pair = pair,
                               .excess = mask_triple(s->mask, p, m, s->xi) - pair * pair};
}

/* What the closed forms know of the state, and where they put the means. */
typedef struct {
    const moments_state *s;
    const moments_constants *c;
    double *expected, *minor; /* (first[MOMENTS]) */
    size_t m, n;
    double width; /* m */
    sized_law law;
} forms;

static double sigma(const forms *f, size_t r, size_t i) {
    return fmax(f->s->Z[r * f->s->g->ld + i], 0);
}

static int is_active(const forms *f, size_t r, size_t i) {
    return f->s->Z[r * f->s->g->ld + i] >= 0;
}

static double own_squares(const forms *f, size_t r) {
    double sum = 0;
    for (size_t i = 0; i < f->n; i++) { sum += sigma(f, r, i) * sigma(f, r, i); }
    return sum;
}

/* The entries of a quantity in f->expected or f->minor. */
static double *of(const forms *f, double *x, moment q) { return x + f->s->first[q]; }

/* Every entry of a quantity has this mean. */
static void fill(const forms *f, moment quantity, double mean) {
    double *x = of(f, f->expected, quantity);
    for (size_t k = 0; k < moments_count(f->s, quantity); k++) { x[k] = mean; }
}

void moments_apply_gram(const gram *g, size_t rows, double *work, double *V) {
    int n = (int)g->n, d = (int)g->d, count = (int)rows;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, count, d, n, 1, V, n, g->X, d, 0, work,
                d);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, count, n, d, 1, work, d, g->X, d, 0, V, n);
}

/* Lemmas 18, 20 and 21. */
static void fill_counts(const forms *f) {
    const moments_constants *c = f->c;
    double same = bounds_nu_mean_same(c->theta),
           other = c->sized ? sized_nu_mean(&f->law) : bounds_nu_mean_other(c->theta, c->xi);
    double spread =
        c->sized ? sized_nu_variance(&f->law) : bounds_nu_variance_other(c->theta, c->phi, c->xi);
    fill(f, MOMENT_TAKEN, c->theta);
    fill(f, MOMENT_SHARE, bounds_share(c->theta, c->p));
    fill(f, MOMENT_RECIPROCAL, c->phi);
    fill(f, MOMENT_NU_SAME, same);
    fill(f, MOMENT_NU_OTHER, other);
    fill(f, MOMENT_NU_SAME2, bounds_nu_variance_same(c->theta) + same * same);
    fill(f, MOMENT_NU_OTHER2, spread + other * other);
}

/* sum_r a_r sigma_ri */
static double signed_sum(const forms *f, size_t i) {
    return f->s->u[i] * sqrt(f->width) / f->s->settings.xi;
}

/* Lemmas 1, 3, 4, 24 and 25 where sizes are given. */
static void fill_sized_functions(const forms *f) {
    const moments_state *s = f->s;
    const sized_law *law = &f->law;
    double squares = 0, sums = 0, theta = law->theta;
    for (size_t i = 0; i < f->n; i++) {
        double all = 0, sum = signed_sum(f, i), u = s->u[i], error = u - s->g->Y[i];
        for (size_t r = 0; r < f->m; r++) { all += sigma(f, r, i) * sigma(f, r, i); }
        squares += all;
        sums += sum * sum;
        for (size_t k = 0; k < s->neuron_count; k++) {
            double own = s->A[s->neurons[k]] * sigma(f, s->neurons[k], i), rest = sum - own;
            double spread = sized_mixing_spread(law, all - own * own, rest, own);
            double spread_minor = spread - sized_mixing_spread(law, all - own * own, rest, 0);
            double mixed = sized_mixing_mean(law, u, own), part = sized_mixing_mean(law, 0, own);
            of(f, f->expected, MOMENT_MIXING)[k * f->n + i] = mixed;
            of(f, f->minor, MOMENT_MIXING)[k * f->n + i] = part;
            of(f, f->expected, MOMENT_SPREAD)[k] += spread;
            of(f, f->minor, MOMENT_SPREAD)[k] += spread_minor;
            of(f, f->expected, MOMENT_RESIDUAL)[k] +=
                spread + 2 * (mixed - theta * u) * error + theta * error * error;
            of(f, f->minor, MOMENT_RESIDUAL)[k] += 2 * part * error;
        }
    }
    fill(f, MOMENT_JUMP, sized_jump(law, squares, sums));
}

/* Lemmas 1, 3, 4, 24 and 25. */
static void fill_functions(const forms *f) {
    const moments_state *s = f->s;
    double theta = f->c->theta, phi = f->c->phi, xi = f->c->xi, m = f->width;
    double squares = 0, error = distance_squared(s->u, s->g->Y, f->n);
    for (size_t r = 0; r < f->m; r++) { squares += own_squares(f, r); }
    for (size_t k = 0; k < s->neuron_count; k++) {
        size_t r = s->neurons[k];
        double *spread = &of(f, f->expected, MOMENT_SPREAD)[k], own = own_squares(f, r), cross = 0;
        for (size_t i = 0; i < f->n; i++) {
            size_t at = k * f->n + i;
            double self = s->A[r] * sigma(f, r, i);
            of(f, f->expected, MOMENT_MIXING)[at] = bounds_mixing_mean(theta, xi, m, s->u[i], self);
            of(f, f->minor, MOMENT_MIXING)[at] = bounds_mixing_mean(theta, xi, m, 0, self);
            cross += self * (s->u[i] - s->g->Y[i]);
        }
        *spread = bounds_mixing_spread(theta, phi, xi, m, squares - own, own);
        of(f, f->minor, MOMENT_SPREAD)[k] = bounds_mixing_spread(theta, phi, xi, m, 0, own);
        of(f, f->expected, MOMENT_RESIDUAL)[k] =
            bounds_mixing_residual(theta, xi, m, *spread, cross, error);
        of(f, f->minor, MOMENT_RESIDUAL)[k] = bounds_mixing_residual(theta, xi, m, 0, cross, 0);
    }
    fill(f, MOMENT_JUMP, bounds_jump(xi, m, squares));
}

/* Lemma 2 times X: <x_i, dL/dw_r> = (xi/sqrt m) a_r sum_j G_ij (u_j - y_j) 1_rj; xi here is the
 * state's, as in u. work: (neurons, d), room. */
static void fill_gradient(const forms *f, double *work) {
    const moments_state *s = f->s;
    double *slope = of(f, f->expected, MOMENT_GRADIENT), *own = of(f, f->minor, MOMENT_GRADIENT);
    double outer =
        bounds_mixing_gradient_factor(f->c->theta, f->c->xi) * s->settings.xi / sqrt(f->width);
    double inner = f->c->sized ? f->c->theta * (1 - f->c->pair) / f->width
                               : bounds_mixing_activation_factor(f->c->theta, f->c->xi, f->width);
    double together = f->c->sized ? f->c->pair / f->c->xi : 1;
    for (size_t k = 0; k < s->neuron_count * f->n; k++) {
        size_t r = s->neurons[k / f->n], i = k % f->n;
        slope[k] = outer * s->A[r] * (together * s->u[i] - s->g->Y[i]) * is_active(f, r, i);
        own[k] = inner * sigma(f, r, i);
    }
    moments_apply_gram(s->g, s->neuron_count, work, slope);
    moments_apply_gram(s->g, s->neuron_count, work, own);
    for (size_t k = 0; k < s->neuron_count * f->n; k++) { slope[k] += own[k]; }
}

/* Definition 1: H_ij = (xi/m) <x_i,x_j> sum_r 1_ri 1_rj, the same for every subnetwork. */
static void fill_kernel(const forms *f) {
    const moments_state *s = f->s;
    const gram *g = s->g;
    double *H = of(f, f->expected, MOMENT_KERNEL);
    size_t pairs = 0, all = moments_count(s, MOMENT_KERNEL);
    for (size_t a = 0; a < s->sample_count; a++) {
        for (size_t b = 0; b <= a; b++) {
            size_t i = s->samples[a], j = s->samples[b], both = 0;
            for (size_t r = 0; r < f->m; r++) {
                both += (size_t)(is_active(f, r, i) && is_active(f, r, j));
            }
            double product = cblas_ddot((int)g->d, g->X + i * g->d, 1, g->X + j * g->d, 1);
            H[pairs++] = f->c->xi / f->width * product * (double)both;
        }
    }
    for (size_t k = pairs; k < all; k++) { H[k] = H[k - pairs]; }
}

/* The mean of a step over eta: theta [H (y - u) - factor sum_r a_r D_r G s_r],
 * H = (xi/m) sum_r D_r G D_r. work:
 * (m, d), V, S: (m, n), room. */
static void fill_change(const forms *f, double *work, double *V, double *S) {
    const moments_state *s = f->s;
    double together = f->c->sized ? f->c->pair / f->c->xi : 1;
    for (size_t k = 0; k < f->m * f->n; k++) {
        size_t i = k % f->n;
        V[k] = is_active(f, k / f->n, i) * (s->g->Y[i] - together * s->u[i]);
        S[k] = sigma(f, k / f->n, k % f->n);
    }
    moments_apply_gram(s->g, f->m, work, V);
    moments_apply_gram(s->g, f->m, work, S);
    double outer = f->c->theta * f->c->xi / f->width;
    double inner = f->c->theta * (f->c->sized ? sized_bias_factor(&f->law)
                                              : bounds_bias_factor(f->c->xi, f->width));
    double *change = of(f, f->expected, MOMENT_CHANGE), *bias = of(f, f->minor, MOMENT_CHANGE);
    for (size_t k = 0; k < f->m * f->n; k++) {
        size_t r = k / f->n, i = k % f->n;
        bias[i] -= inner * s->A[r] * is_active(f, r, i) * S[k];
        change[i] += outer * is_active(f, r, i) * V[k];
    }
    for (size_t i = 0; i < f->n; i++) { change[i] += bias[i]; }
}

status moments_expected(const moments_state *s, const moments_constants *c, double *expected,
                        double *minor) {
    size_t m = s->settings.width, n = s->g->n;
    sized_law law = {c->theta, c->phi, c->xi, c->pair, c->excess, (double)m};
    forms f = {s, c, expected, minor, m, n, (double)m, law};
    scratch room = {0};
    double *work = scratch_take(&room, m * s->g->d, sizeof *work, "products with the inputs");
    double *V = scratch_take(&room, m * n, sizeof *V, "gradients of all neurons");
    double *S = scratch_take(&room, m * n, sizeof *S, "activations of all neurons");
    status st = room.failed ? FAILED : OK;
    memset(expected, 0, s->first[MOMENTS] * sizeof *expected);
    memset(minor, 0, s->first[MOMENTS] * sizeof *minor);
    if (st == OK) {
        fill_counts(&f);
        if (c->sized) {
            fill_sized_functions(&f);
        } else {
            fill_functions(&f);
        }
        fill_gradient(&f, work);
        fill_kernel(&f);
        fill_change(&f, work, V, S);
    }
    scratch_free(&room);
    return st;
}

bool moments_draws_suffice(const moments_state *s, double trials) {
    moments_constants c = moments_constants_of(&s->settings);
    const double chances[] = {c.xi, 1 - c.xi, c.theta, 1 - c.theta};
    double rarest = 1;
    for (int k = 0; k < 4; k++) { rarest = chances[k] > 0 ? fmin(rarest, chances[k]) : rarest; }
    return trials * (double)s->neuron_count * rarest >= CRITERION_EVENTS;
}
