#include "theory/moments/facts.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/bounds.h"
#include "run/blas.h"
#include "theory/shared/criteria.h"

moments_layout moments_layout_of(const moments_state *s)
{
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

size_t moments_count(const moments_layout *at, moment f)
{
    return at->first[f + 1] - at->first[f];
}

moments_constants moments_constants_of(const train_settings *s)
{
    double theta = mask_theta(s->mask, s->subnets, s->xi);
    if (s->mask == MASK_CATEGORICAL) {
        return (moments_constants){
            .theta = theta, .phi = 1, .xi = 1 / (double)s->subnets, .p = (double)s->subnets};
    }
    return (moments_constants){.theta = theta,
                               .phi = bounds_phi((unsigned)s->subnets, s->xi),
                               .xi = s->xi,
                               .p = (double)s->subnets};
}

/* What the closed forms know of the state. */
typedef struct {
    const moments_state *s;
    const moments_constants *c;
    size_t m, n;
    double width;   /* m */
    double squares; /* sum_i sum_r sigma_ri^2 */
    double error;   /* ||u - y||^2 */
} facts;

static double sigma(const facts *f, size_t r, size_t i)
{
    return fmax(f->s->Z[r * f->s->g->ld + i], 0);
}

static int is_active(const facts *f, size_t r, size_t i)
{
    return f->s->Z[r * f->s->g->ld + i] >= 0;
}

static double own_squares(const facts *f, size_t r)
{
    double sum = 0;
    for (size_t i = 0; i < f->n; i++) { sum += sigma(f, r, i) * sigma(f, r, i); }
    return sum;
}

static facts facts_of(const moments_state *s, const moments_constants *c)
{
    facts f = {
        .s = s, .c = c, .m = s->settings.width, .n = s->g->n, .width = (double)s->settings.width};
    for (size_t r = 0; r < f.m; r++) { f.squares += own_squares(&f, r); }
    for (size_t i = 0; i < f.n; i++) { f.error += (s->u[i] - s->g->Y[i]) * (s->u[i] - s->g->Y[i]); }
    return f;
}

static void fill(double *to, size_t count, double value)
{
    for (size_t k = 0; k < count; k++) { to[k] = value; }
}

/* Out <- V G, row by row. V, Out: (rows, n); may be the same. */
static status apply_gram(const gram *g, double *V, size_t rows, double *out)
{
    int n = (int)g->n, d = (int)g->d, count = (int)rows;
    double *work = allocate(rows * g->d, sizeof *work, "products with the inputs");
    if (!work) { return FAILED; }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, count, d, n, 1, V, n, g->X, d, 0, work,
                d);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, count, n, d, 1, work, d, g->X, d, 0, out,
                n);
    free(work);
    return OK;
}

/* E1-E4. */
static void fill_counts(const moments_constants *c, const moments_layout *at, double *x)
{
    double same = bounds_nu_mean_same(c->theta), other = bounds_nu_mean_other(c->theta, c->xi);
    const double mean[] = {[MOMENT_TAKEN] = c->theta,
                           [MOMENT_SHARE] = bounds_share(c->theta, c->p),
                           [MOMENT_RECIPROCAL] = c->phi,
                           [MOMENT_NU_SAME] = same,
                           [MOMENT_NU_OTHER] = other,
                           [MOMENT_NU_SAME2] = bounds_nu_variance_same(c->theta) + same * same,
                           [MOMENT_NU_OTHER2] =
                               bounds_nu_variance_other(c->theta, c->phi, c->xi) + other * other};
    for (int f = MOMENT_TAKEN; f <= MOMENT_NU_OTHER2; f++) {
        fill(x + at->first[f], moments_count(at, (moment)f), mean[f]);
    }
}

/* E5, E6, E9 and Lemma 4. */
static void fill_functions(const facts *f, const moments_layout *at, double *x, double *minor)
{
    const moments_state *s = f->s;
    const moments_constants *c = f->c;
    for (size_t k = 0; k < s->neuron_count; k++) {
        size_t r = s->neurons[k], mixing = at->first[MOMENT_MIXING] + k * f->n;
        double own = own_squares(f, r), cross = 0;
        for (size_t i = 0; i < f->n; i++) {
            double self = s->A[r] * sigma(f, r, i);
            x[mixing + i] = bounds_mixing_mean(c->theta, c->xi, f->width, s->u[i], self);
            minor[mixing + i] = bounds_mixing_mean(c->theta, c->xi, f->width, 0, self);
            cross += self * (s->u[i] - s->g->Y[i]);
        }
        double spread =
            bounds_mixing_spread(c->theta, c->phi, c->xi, f->width, f->squares - own, own);
        size_t spreads = at->first[MOMENT_SPREAD] + k, residual = at->first[MOMENT_RESIDUAL] + k;
        x[spreads] = spread;
        minor[spreads] = bounds_mixing_spread(c->theta, c->phi, c->xi, f->width, 0, own);
        x[residual] = bounds_mixing_residual(c->theta, c->xi, f->width, spread, cross, f->error);
        minor[residual] = bounds_mixing_residual(c->theta, c->xi, f->width, 0, cross, 0);
    }
    fill(x + at->first[MOMENT_JUMP], moments_count(at, MOMENT_JUMP),
         bounds_jump(c->xi, f->width, f->squares));
}

/* E7 times X: <x_i, dL/dw_r> = (xi/sqrt m) a_r sum_j G_ij (u_j - y_j) 1_rj; xi here is the state's, as in u. */
static status fill_gradient(const facts *f, const moments_layout *at, double *x, double *minor)
{
    const moments_state *s = f->s;
    double *slope = x + at->first[MOMENT_GRADIENT], *moved = minor + at->first[MOMENT_GRADIENT];
    double outer =
        bounds_mixing_gradient_factor(f->c->theta, f->c->xi) * s->settings.xi / sqrt(f->width);
    double inner = bounds_mixing_activation_factor(f->c->theta, f->c->xi, f->width);
    for (size_t k = 0; k < s->neuron_count; k++) {
        for (size_t i = 0; i < f->n; i++) {
            size_t r = s->neurons[k];
            slope[k * f->n + i] = outer * s->A[r] * (s->u[i] - s->g->Y[i]) * is_active(f, r, i);
            moved[k * f->n + i] = inner * sigma(f, r, i);
        }
    }
    status done = apply_gram(s->g, slope, s->neuron_count, slope);
    if (done == OK) { done = apply_gram(s->g, moved, s->neuron_count, moved); }
    for (size_t k = 0; k < s->neuron_count * f->n; k++) { slope[k] += moved[k]; }
    return done;
}

/* E8: H_ij = (xi/m) <x_i,x_j> sum_r 1_ri 1_rj, the same for every subnetwork. */
static void fill_kernel(const facts *f, const moments_layout *at, double *x)
{
    const moments_state *s = f->s;
    const gram *g = s->g;
    double *H = x + at->first[MOMENT_KERNEL];
    size_t pairs = 0, all = moments_count(at, MOMENT_KERNEL);
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

/* E12 over eta: theta [H (y - u) - factor sum_r a_r D_r G s_r], H = (xi/m) sum_r D_r G D_r. */
static status fill_change(const facts *f, const moments_layout *at, double *x, double *minor)
{
    const moments_state *s = f->s;
    double *V = allocate(f->m * f->n, sizeof *V, "gradients of all neurons");
    double *S = allocate(f->m * f->n, sizeof *S, "activations of all neurons");
    status done = V && S ? OK : FAILED;
    for (size_t k = 0; done == OK && k < f->m * f->n; k++) {
        V[k] = is_active(f, k / f->n, k % f->n) * (s->g->Y[k % f->n] - s->u[k % f->n]);
        S[k] = sigma(f, k / f->n, k % f->n);
    }
    if (done == OK) { done = apply_gram(s->g, V, f->m, V); }
    if (done == OK) { done = apply_gram(s->g, S, f->m, S); }
    double outer = f->c->theta * f->c->xi / f->width,
           inner = f->c->theta * bounds_bias_factor(f->c->xi, f->width);
    double *change = x + at->first[MOMENT_CHANGE], *bias = minor + at->first[MOMENT_CHANGE];
    for (size_t k = 0; done == OK && k < f->m * f->n; k++) {
        size_t r = k / f->n, i = k % f->n;
        bias[i] -= inner * s->A[r] * is_active(f, r, i) * S[k];
        change[i] += outer * is_active(f, r, i) * V[k];
    }
    for (size_t i = 0; i < f->n; i++) { change[i] += bias[i]; }
    free(V);
    free(S);
    return done;
}

status moments_expected(const moments_state *s, const moments_constants *c, double *expected,
                        double *minor)
{
    moments_layout at = moments_layout_of(s);
    facts f = facts_of(s, c);
    memset(expected, 0, at.first[MOMENTS] * sizeof *expected);
    memset(minor, 0, at.first[MOMENTS] * sizeof *minor);
    fill_counts(c, &at, expected);
    fill_functions(&f, &at, expected, minor);
    fill_kernel(&f, &at, expected);
    status done = fill_gradient(&f, &at, expected, minor);
    return done == OK ? fill_change(&f, &at, expected, minor) : done;
}

double moments_rounding(const moments_state *s, moment f)
{
    double step = s->settings.lr, root = sqrt((double)s->settings.width),
           unit = CRITERION_ROUNDINGS * DBL_EPSILON * s->largest;
    switch (f) {
    case MOMENT_GRADIENT:
        return unit / step;
    case MOMENT_CHANGE:
        return s->settings.xi * root * unit / step; /* (xi/sqrt m) sum_r */
    case MOMENT_SPREAD:
    case MOMENT_JUMP:
        return (double)s->g->n * root * unit * root * unit;
    default:
        return 0;
    }
}

bool moments_draws_suffice(const moments_state *s, double trials)
{
    moments_constants c = moments_constants_of(&s->settings);
    const double chances[] = {c.xi, 1 - c.xi, c.theta, 1 - c.theta};
    double rarest = 1;
    for (int k = 0; k < 4; k++) { rarest = chances[k] > 0 ? fmin(rarest, chances[k]) : rarest; }
    return trials * (double)s->neuron_count * rarest >= CRITERION_EVENTS;
}
