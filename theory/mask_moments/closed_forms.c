/* Means over the masks of a round, in closed form (masks in doc/mathematics.md). */
#include "theory/mask_moments/mask_moments.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/blas.h"
#include "theory/shared/criteria.h"

moments_layout moments_layout_of(const moments_state *s) {
    size_t m = s->settings.width, p = s->settings.subnets, n = s->g->n, picked = s->neuron_count;
    size_t pairs = s->sample_count * (s->sample_count + 1) / 2;
    const size_t count[MOMENTS] = {[MOMENT_TAKEN] = m,
                                   [MOMENT_SHARE] = m * p,
                                   [MOMENT_RECIPROCAL] = m,
                                   [MOMENT_NU_SAME] = picked,
                                   [MOMENT_NU_OTHER] = picked * (m - 1),
                                   [MOMENT_NU_SAME2] = picked,
                                   [MOMENT_NU_OTHER2] = picked * (m - 1),
                                   [MOMENT_MIXING] = picked * n,
                                   [MOMENT_SPREAD] = picked,
                                   [MOMENT_GRADIENT] = picked * n,
                                   [MOMENT_KERNEL] = p * pairs,
                                   [MOMENT_JUMP] = p,
                                   [MOMENT_CHANGE] = n,
                                   [MOMENT_RESIDUAL] = picked};
    moments_layout at = {{0}};
    for (int f = 0; f < MOMENTS; f++) { at.first[f + 1] = at.first[f] + count[f]; }
    return at;
}

size_t moments_count(const moments_layout *at, moment f) { return at->first[f + 1] - at->first[f]; }

moments_constants moments_constants_of(const train_settings *s) {
    bool categorical = s->mask == MASK_CATEGORICAL;
    return (moments_constants){.theta = mask_theta(s->mask, s->subnets, s->xi),
                               .phi = categorical ? 1 : bounds_phi((unsigned)s->subnets, s->xi),
                               .xi = categorical ? 1 / (double)s->subnets : s->xi,
                               .p = (double)s->subnets};
}

/* What the closed forms know of the state. */
typedef struct {
    const moments_state *s;
    const moments_constants *c;
    moments_layout at;
    size_t m, n;
    double width;   /* m */
    double squares; /* sum_i sum_r sigma_ri^2 */
    double error;   /* ||u - y||^2 */
} facts;

static double sigma(const facts *f, size_t r, size_t i) {
    return fmax(f->s->Z[r * f->s->g->ld + i], 0);
}

static int is_active(const facts *f, size_t r, size_t i) {
    return f->s->Z[r * f->s->g->ld + i] >= 0;
}

static double own_squares(const facts *f, size_t r) {
    double sum = 0;
    for (size_t i = 0; i < f->n; i++) { sum += sigma(f, r, i) * sigma(f, r, i); }
    return sum;
}

static facts facts_of(const moments_state *s, const moments_constants *c) {
    facts f = {.s = s,
               .c = c,
               .at = moments_layout_of(s),
               .m = s->settings.width,
               .n = s->g->n,
               .width = (double)s->settings.width};
    for (size_t r = 0; r < f.m; r++) { f.squares += own_squares(&f, r); }
    for (size_t i = 0; i < f.n; i++) { f.error += (s->u[i] - s->g->Y[i]) * (s->u[i] - s->g->Y[i]); }
    return f;
}

/* Every entry of a quantity has this mean. */
static void fill(const facts *f, moment quantity, double mean, double *x) {
    for (size_t k = f->at.first[quantity]; k < f->at.first[quantity + 1]; k++) { x[k] = mean; }
}

/* V <- V G, row by row. V: (rows, n). */
static status apply_gram(const gram *g, size_t rows, double *V) {
    int n = (int)g->n, d = (int)g->d, count = (int)rows;
    double *work = allocate(rows * g->d, sizeof *work, "products with the inputs");
    if (!work) { return FAILED; }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, count, d, n, 1, V, n, g->X, d, 0, work,
                d);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, count, n, d, 1, work, d, g->X, d, 0, V, n);
    free(work);
    return OK;
}

/* E1-E4. */
static void fill_counts(const facts *f, double *x) {
    const moments_constants *c = f->c;
    double same = bounds_nu_mean_same(c->theta), other = bounds_nu_mean_other(c->theta, c->xi);
    fill(f, MOMENT_TAKEN, c->theta, x);
    fill(f, MOMENT_SHARE, bounds_share(c->theta, c->p), x);
    fill(f, MOMENT_RECIPROCAL, c->phi, x);
    fill(f, MOMENT_NU_SAME, same, x);
    fill(f, MOMENT_NU_OTHER, other, x);
    fill(f, MOMENT_NU_SAME2, bounds_nu_variance_same(c->theta) + same * same, x);
    fill(f, MOMENT_NU_OTHER2, bounds_nu_variance_other(c->theta, c->phi, c->xi) + other * other, x);
}

/* E5, E6, E9 and Lemma 4. */
static void fill_functions(const facts *f, double *x, double *minor) {
    const moments_state *s = f->s;
    const moments_constants *c = f->c;
    for (size_t k = 0; k < s->neuron_count; k++) {
        size_t r = s->neurons[k], mixing = f->at.first[MOMENT_MIXING] + k * f->n;
        size_t spreads = f->at.first[MOMENT_SPREAD] + k;
        size_t residual = f->at.first[MOMENT_RESIDUAL] + k;
        double own = own_squares(f, r), cross = 0;
        for (size_t i = 0; i < f->n; i++) {
            double self = s->A[r] * sigma(f, r, i);
            x[mixing + i] = bounds_mixing_mean(c->theta, c->xi, f->width, s->u[i], self);
            minor[mixing + i] = bounds_mixing_mean(c->theta, c->xi, f->width, 0, self);
            cross += self * (s->u[i] - s->g->Y[i]);
        }
        x[spreads] = bounds_mixing_spread(c->theta, c->phi, c->xi, f->width, f->squares - own, own);
        minor[spreads] = bounds_mixing_spread(c->theta, c->phi, c->xi, f->width, 0, own);
        x[residual] =
            bounds_mixing_residual(c->theta, c->xi, f->width, x[spreads], cross, f->error);
        minor[residual] = bounds_mixing_residual(c->theta, c->xi, f->width, 0, cross, 0);
    }
    fill(f, MOMENT_JUMP, bounds_jump(c->xi, f->width, f->squares), x);
}

/* E7 times X: <x_i, dL/dw_r> = (xi/sqrt m) a_r sum_j G_ij (u_j - y_j) 1_rj; xi here is the state's,
 * as in u. */
static status fill_gradient(const facts *f, double *x, double *minor) {
    const moments_state *s = f->s;
    double *slope = x + f->at.first[MOMENT_GRADIENT], *own = minor + f->at.first[MOMENT_GRADIENT];
    double outer =
        bounds_mixing_gradient_factor(f->c->theta, f->c->xi) * s->settings.xi / sqrt(f->width);
    double inner = bounds_mixing_activation_factor(f->c->theta, f->c->xi, f->width);
    for (size_t k = 0; k < s->neuron_count; k++) {
        for (size_t i = 0; i < f->n; i++) {
            size_t r = s->neurons[k];
            slope[k * f->n + i] = outer * s->A[r] * (s->u[i] - s->g->Y[i]) * is_active(f, r, i);
            own[k * f->n + i] = inner * sigma(f, r, i);
        }
    }
    status st = apply_gram(s->g, s->neuron_count, slope);
    if (st == OK) { st = apply_gram(s->g, s->neuron_count, own); }
    for (size_t k = 0; k < s->neuron_count * f->n; k++) { slope[k] += own[k]; }
    return st;
}

/* E8: H_ij = (xi/m) <x_i,x_j> sum_r 1_ri 1_rj, the same for every subnetwork. */
static void fill_kernel(const facts *f, double *x) {
    const moments_state *s = f->s;
    const gram *g = s->g;
    double *H = x + f->at.first[MOMENT_KERNEL];
    size_t pairs = 0, all = moments_count(&f->at, MOMENT_KERNEL);
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

/* E12 over eta: theta [H (y - u) - factor sum_r a_r D_r G s_r], H = (xi/m) sum_r D_r G D_r. V, S
 * (m, n): room. */
static status fill_change(const facts *f, double *V, double *S, double *x, double *minor) {
    const moments_state *s = f->s;
    for (size_t k = 0; k < f->m * f->n; k++) {
        V[k] = is_active(f, k / f->n, k % f->n) * (s->g->Y[k % f->n] - s->u[k % f->n]);
        S[k] = sigma(f, k / f->n, k % f->n);
    }
    status st = apply_gram(s->g, f->m, V);
    if (st == OK) { st = apply_gram(s->g, f->m, S); }
    if (st != OK) { return st; }
    double outer = f->c->theta * f->c->xi / f->width;
    double inner = f->c->theta * bounds_bias_factor(f->c->xi, f->width);
    double *change = x + f->at.first[MOMENT_CHANGE], *bias = minor + f->at.first[MOMENT_CHANGE];
    for (size_t k = 0; k < f->m * f->n; k++) {
        size_t r = k / f->n, i = k % f->n;
        bias[i] -= inner * s->A[r] * is_active(f, r, i) * S[k];
        change[i] += outer * is_active(f, r, i) * V[k];
    }
    for (size_t i = 0; i < f->n; i++) { change[i] += bias[i]; }
    return OK;
}

status moments_expected(const moments_state *s, const moments_constants *c, double *expected,
                        double *minor) {
    moments_constants own = moments_constants_of(&s->settings);
    facts f = facts_of(s, c ? c : &own);
    scratch work = {0};
    double *V = scratch_take(&work, f.m * f.n, sizeof *V, "gradients of all neurons");
    double *S = scratch_take(&work, f.m * f.n, sizeof *S, "activations of all neurons");
    memset(expected, 0, f.at.first[MOMENTS] * sizeof *expected);
    memset(minor, 0, f.at.first[MOMENTS] * sizeof *minor);
    fill_counts(&f, expected);
    fill_functions(&f, expected, minor);
    fill_kernel(&f, expected);
    status st = work.failed ? FAILED : fill_gradient(&f, expected, minor);
    if (st == OK) { st = fill_change(&f, V, S, expected, minor); }
    scratch_free(&work);
    return st;
}

double moments_rounding(const moments_state *s, moment f) {
    double step = s->settings.lr, root = sqrt((double)s->settings.width);
    double unit = CRITERION_ROUNDINGS * DBL_EPSILON * s->largest;
    switch (f) {
    case MOMENT_GRADIENT: return unit / step;
    case MOMENT_CHANGE: return s->settings.xi * root * unit / step; /* (xi/sqrt m) sum_r */
    case MOMENT_SPREAD:
    case MOMENT_JUMP: return (double)s->g->n * root * unit * root * unit;
    default: return 0;
    }
}

bool moments_draws_suffice(const moments_state *s, double trials) {
    moments_constants c = moments_constants_of(&s->settings);
    const double chances[] = {c.xi, 1 - c.xi, c.theta, 1 - c.theta};
    double rarest = 1;
    for (int k = 0; k < 4; k++) { rarest = chances[k] > 0 ? fmin(rarest, chances[k]) : rarest; }
    return trials * (double)s->neuron_count * rarest >= CRITERION_EVENTS;
}

/* --- phi = E[b_r/c_r] --- */

/* phi = sum_{x=1}^p C(p,x) xi^x (1-xi)^{p-x} / x */
double moments_phi(unsigned p, double xi) {
    double sum = 0;
    for (unsigned x = 1; x <= p; x++) { /* in logs, or it overflows */
        double choose = lgamma(p + 1.0) - lgamma(x + 1.0) - lgamma(p - x + 1.0);
        double none = x < p ? (p - x) * log1p(-xi) : 0;
        sum += exp(choose + x * log(xi) + none) / x;
    }
    return sum;
}

bool moments_phi_holds(double (*above)(unsigned p, double xi), bool equal_for_all_xi,
                       double *worst) {
    bool holds = true;
    *worst = 0;
    for (unsigned p = 1; p <= MOMENT_PHI_SUBNETS; p++) {
        for (int k = 1; k <= MOMENT_PHI_GRID; k++) {
            double xi = (double)k / MOMENT_PHI_GRID, ratio = moments_phi(p, xi) / above(p, xi);
            bool equal = p == 1 && (equal_for_all_xi || k == MOMENT_PHI_GRID);
            bool keeps = equal ? fabs(ratio - 1) <= CRITERION_EXACT : ratio < 1 - CRITERION_EXACT;
            *worst = record_larger(*worst, ratio);
            holds = holds && keeps;
        }
    }
    return holds;
}
