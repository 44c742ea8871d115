#include "theory/moments/observe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/bounds.h"
#include "run/blas.h"

static status take_memory(moments_worker *w)
{
    const moments_state *s = w->s;
    size_t m = s->settings.width, n = s->g->n, q = s->sample_count, picked = s->neuron_count;
    w->taken = allocate(m, sizeof *w->taken, "mask counts");
    w->nu = allocate(picked * m, sizeof *w->nu, "nu");
    w->mixing = allocate(picked * n, sizeof *w->mixing, "mixing functions");
    w->sample_Z = allocate(m * q, sizeof *w->sample_Z, "pre-activations");
    w->sample_G = allocate(q * q, sizeof *w->sample_G, "Gram matrix");
    w->kernel = allocate(q * q, sizeof *w->kernel, "masked kernel");
    w->u0 = allocate(s->g->ld, sizeof *w->u0, "outputs");
    w->u1 = allocate(s->g->ld, sizeof *w->u1, "outputs");
    w->residual = allocate(n, sizeof *w->residual, "residuals");
    w->gradient = allocate(s->g->d, sizeof *w->gradient, "gradient");
    w->counts = ntk_masked_new(q, s->settings.subnets);
    bool all = w->taken && w->nu && w->mixing && w->sample_Z && w->sample_G && w->kernel && w->u0 &&
               w->u1 && w->residual && w->gradient && w->counts;
    return all ? trainer_new(s->g, &s->settings, false, &w->t) : FAILED;
}

status moments_worker_new(const moments_state *s, moments_worker *w)
{
    *w = (moments_worker){.s = s, .at = moments_layout_of(s)};
    if (take_memory(w) != OK) {
        moments_worker_free(w);
        return FAILED;
    }
    const gram *g = s->g;
    size_t q = s->sample_count;
    trainer_start(&w->t, s->W, s->A);
    trainer_output(&w->t, w->u0);
    for (size_t a = 0; a < q; a++) {
        for (size_t r = 0; r < s->settings.width; r++) {
            w->sample_Z[r * q + a] = s->Z[r * g->ld + s->samples[a]];
        }
        for (size_t b = 0; b < q; b++) {
            w->sample_G[a * q + b] = cblas_ddot((int)g->d, g->X + s->samples[a] * g->d, 1,
                                                g->X + s->samples[b] * g->d, 1);
        }
    }
    return OK;
}

void moments_worker_free(moments_worker *w)
{
    trainer_free(&w->t);
    ntk_masked_free(w->counts);
    free(w->taken);
    free(w->nu);
    free(w->mixing);
    free(w->sample_Z);
    free(w->sample_G);
    free(w->kernel);
    free(w->u0);
    free(w->u1);
    free(w->residual);
    free(w->gradient);
    *w = (moments_worker){0};
}

/* nu_{r,r'} = eta_r sum_l m_r^l m_{r'}^l of the picked r. */
static void fill_nu(moments_worker *w, const unsigned char *mask)
{
    size_t m = w->s->settings.width, p = w->s->settings.subnets;
    memset(w->nu, 0, w->s->neuron_count * m * sizeof *w->nu);
    for (size_t k = 0; k < w->s->neuron_count; k++) {
        size_t r = w->s->neurons[k];
        double *nu = w->nu + k * m, eta = w->taken[r] ? 1 / (double)w->taken[r] : 0;
        for (size_t l = 0; l < p; l++) {
            for (size_t other = 0; mask[l * m + r] && other < m; other++) {
                nu[other] += mask[l * m + other];
            }
        }
        for (size_t other = 0; other < m; other++) { nu[other] *= eta; }
    }
}

/* E1-E4 */
static void observe_counts(const moments_worker *w, const unsigned char *mask, double *x)
{
    size_t m = w->s->settings.width, p = w->s->settings.subnets;
    const size_t *first = w->at.first;
    for (size_t r = 0; r < m; r++) {
        double eta = w->taken[r] ? 1 / (double)w->taken[r] : 0;
        x[first[MOMENT_TAKEN] + r] = w->taken[r] > 0;
        x[first[MOMENT_RECIPROCAL] + r] = eta;
        for (size_t l = 0; l < p; l++) {
            x[first[MOMENT_SHARE] + r * p + l] = eta * mask[l * m + r];
        }
    }
    size_t others = 0;
    for (size_t k = 0; k < w->s->neuron_count; k++) {
        for (size_t other = 0; other < m; other++) {
            double nu = w->nu[k * m + other];
            bool same = other == w->s->neurons[k];
            size_t place = same ? k : others++;
            x[first[same ? MOMENT_NU_SAME : MOMENT_NU_OTHER] + place] = nu;
            x[first[same ? MOMENT_NU_SAME2 : MOMENT_NU_OTHER2] + place] = nu * nu;
        }
    }
}

static bool active_on(const moments_state *s, size_t r, size_t i)
{
    return s->Z[r * s->g->ld + i] >= 0;
}

/* Lemma 4: g_r = (a_r/sqrt m) X^T v, v_i = (ut_r(x_i) - b_r y_i) 1{<w_r, x_i> >= 0}; squares: ||ut_r - b_r y||^2. */
static void observe_steepness(moments_worker *w, size_t r, double squares)
{
    const gram *g = w->s->g;
    double m = (double)w->s->settings.width;
    for (size_t i = 0; i < g->n; i++) { w->residual[i] *= active_on(w->s, r, i); }
    cblas_dgemv(CblasRowMajor, CblasTrans, (int)g->n, (int)g->d, 1 / sqrt(m), g->X, (int)g->d,
                w->residual, 1, 0, w->gradient, 1);
    double norm = cblas_dnrm2((int)g->d, w->gradient, 1);
    moments_closest_keep(&w->steepest, norm,
                         bounds_mixing_gradient_norm(w->s->gram_norm, m, sqrt(squares)));
}

/* E5, E6 and Lemma 4 */
static void observe_mixing(moments_worker *w, double *x)
{
    const moments_state *s = w->s;
    const gram *g = s->g;
    int m = (int)s->settings.width, n = (int)g->n, picked = (int)s->neuron_count;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, picked, n, m, 1, w->nu, m,
                s->signed_output, n, 0, w->mixing, n);
    memcpy(x + w->at.first[MOMENT_MIXING], w->mixing, s->neuron_count * g->n * sizeof *x);
    for (size_t k = 0; k < s->neuron_count; k++) {
        double b = w->taken[s->neurons[k]] > 0, spread = 0, squares = 0;
        for (size_t i = 0; i < g->n; i++) {
            double mixed = w->mixing[k * g->n + i], from_mean = mixed - b * s->u[i];
            w->residual[i] = mixed - b * g->Y[i];
            spread += from_mean * from_mean;
            squares += w->residual[i] * w->residual[i];
        }
        x[w->at.first[MOMENT_SPREAD] + k] = spread;
        x[w->at.first[MOMENT_RESIDUAL] + k] = squares;
        observe_steepness(w, s->neurons[k], squares);
    }
}

/* E8 */
static status observe_kernels(moments_worker *w, const unsigned char *mask, double *x)
{
    size_t m = w->s->settings.width, p = w->s->settings.subnets, q = w->s->sample_count,
           place = w->at.first[MOMENT_KERNEL];
    ntk_masked_clear(w->counts);
    status done = ntk_masked_add(w->counts, w->sample_Z, q, m, mask, m, 1);
    for (size_t l = 0; done == OK && l < p; l++) {
        ntk_masked_kernel(w->counts, l, 1 / (double)m, w->sample_G, w->kernel);
        for (size_t a = 0; a < q; a++) {
            for (size_t b = 0; b <= a; b++) { x[place++] = w->kernel[a * q + b]; }
        }
    }
    return done;
}

/* What the observer of a round fills. */
typedef struct {
    const double *u;
    double *jump;
    size_t n;
} jumps;

static void see_jump(const train_sight *sight, void *context)
{
    const jumps *seen = context;
    if (sight->step != 0) { return; }
    double sum = 0;
    for (size_t i = 0; i < seen->n; i++) {
        sum += (sight->U[i] - seen->u[i]) * (sight->U[i] - seen->u[i]);
    }
    seen->jump[sight->subnet] = sum;
}

/* E7, E9, E12: one round from w_k with one local step; <x_i, w_{k+1,r} - w_{k,r}> = -eta <x_i, g_r>. */
static void observe_round(moments_worker *w, const unsigned char *mask, double *x)
{
    const moments_state *s = w->s;
    size_t n = s->g->n, ld = s->g->ld;
    jumps seen = {w->u0, x + w->at.first[MOMENT_JUMP], n};
    memcpy(w->t.whole.Z, s->Z, s->settings.width * ld * sizeof *s->Z);
    trainer_round(&w->t, mask, see_jump, &seen);
    trainer_output(&w->t, w->u1);
    for (size_t i = 0; i < n; i++) {
        x[w->at.first[MOMENT_CHANGE] + i] = (w->u1[i] - w->u0[i]) / s->settings.lr;
    }
    for (size_t k = 0; k < s->neuron_count; k++) {
        size_t column = s->neurons[k] * ld;
        for (size_t i = 0; i < n; i++) {
            x[w->at.first[MOMENT_GRADIENT] + k * n + i] =
                (s->Z[column + i] - w->t.whole.Z[column + i]) / s->settings.lr;
        }
    }
}

status moments_observe(moments_worker *w, const unsigned char *mask, double *x)
{
    mask_count(mask, w->s->settings.subnets, w->s->settings.width, w->taken);
    fill_nu(w, mask);
    observe_counts(w, mask, x);
    observe_mixing(w, x);
    observe_round(w, mask, x);
    return observe_kernels(w, mask, x);
}

double moments_observe_cost(const moments_state *s)
{
    double m = (double)s->settings.width, n = (double)s->g->n, picked = (double)s->neuron_count,
           d = (double)s->g->d;
    return train_round_cost(s->g, &s->settings) + 2 * picked * n * (m + d);
}
