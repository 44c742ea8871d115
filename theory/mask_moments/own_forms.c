/* Means over the sets of masks that a user gave, each as likely as another, by the first and second
 * moments of the masks (own-facts in doc/mathematics.md).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/mask_moments/mask_moments.h"

#include <math.h>
#include <string.h>

#include "base/blas.h"

/* Moments of the masks; what they are multiplied with. */
typedef struct {
    const moments_state *s;
    const mask_sets *sets;
    size_t p, m, n, K;
    double *expected;             /* (first[MOMENTS]) */
    unsigned *taken;              /* (m) c_r of a set */
    double *theta, *reciprocal;   /* (m) P(c_r >= 1), E[b_r/c_r] */
    double *share;                /* (p, m) P(m_r^l = 1) */
    double *nu;                   /* (m, m) E[nu_rr'] */
    double *outputs;              /* (m, m) sum_i a_r sigma_ri a_r' sigma_r'i / m */
    double *deviation, *products; /* (K, m); (m, m) their mean products */
    double *mixing, *work;        /* (m, n) E[ut_r(x_i)]; (m, d) */
} own_moments;

static status open_moments(const moments_state *s, const mask_sets *sets, scratch *room,
                           own_moments *o) {
    size_t m = sets->m, n = s->g->n, p = sets->p, K = sets->rounds;
    *o = (own_moments){.s = s, .sets = sets, .p = p, .m = m, .n = n, .K = K};
    o->taken = scratch_take(room, m, sizeof *o->taken, "mask counts");
    o->theta = take(room, m), o->reciprocal = take(room, m);
    o->share = take(room, p * m);
    o->nu = take(room, m * m), o->outputs = take(room, m * m);
    o->deviation = take(room, K * m), o->products = take(room, m * m);
    o->mixing = take(room, m * n), o->work = take(room, m * s->g->d);
    return room->failed ? FAILED : OK;
}

/* The masks (p, m) of a set. */
static const unsigned char *set_of(const own_moments *o, size_t k) {
    return o->sets->mask + k * o->p * o->m;
}

/* eta_r = b_r/c_r of the set counted last. */
static double reciprocal(const own_moments *o, size_t r) {
    return o->taken[r] ? 1 / (double)o->taken[r] : 0;
}

static double *of(const own_moments *o, moment q) { return o->expected + o->s->first[q]; }

/* Neurons taken, shares, and E[nu] of all pairs. */
static void add_counts(own_moments *o) {
    double *portion = of(o, MOMENT_SHARE), one = 1 / (double)o->K;
    for (size_t k = 0; k < o->K; k++) {
        const unsigned char *mask = set_of(o, k);
        mask_count(mask, o->p, o->m, o->taken);
        for (size_t r = 0; r < o->m; r++) {
            double eta = one * reciprocal(o, r);
            o->theta[r] += o->taken[r] ? one : 0;
            o->reciprocal[r] += eta;
            for (size_t l = 0; l < o->p; l++) {
                if (!mask[l * o->m + r]) { continue; }
                o->share[l * o->m + r] += one;
                portion[r * o->p + l] += eta;
                for (size_t other = 0; other < o->m; other++) {
                    o->nu[r * o->m + other] += eta * mask[l * o->m + other];
                }
            }
        }
    }
    memcpy(of(o, MOMENT_TAKEN), o->theta, o->m * sizeof *o->theta);
    memcpy(of(o, MOMENT_RECIPROCAL), o->reciprocal, o->m * sizeof *o->reciprocal);
}

/* products <- mean over the sets of deviation deviation^T. Returns its sum with the outputs'. */
static double quadratic_form(own_moments *o) {
    int m = (int)o->m, K = (int)o->K;
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, m, m, K, 1 / (double)o->K, o->deviation, m,
                o->deviation, m, 0, o->products, m);
    double sum = 0;
    for (size_t k = 0; k < o->m * o->m; k++) { sum += o->products[k] * o->outputs[k]; }
    return sum;
}

/* nu_{r,r'} of picked neuron number j: mean and mean square, and the spread of ut_r, by
 * E[(nu_rr' - xi b_r)(nu_rr'' - xi b_r)]. */
static void add_nu(own_moments *o, size_t j) {
    size_t m = o->m, r = o->s->neurons[j], others = j * (m - 1);
    double xi = o->s->settings.xi, one = 1 / (double)o->K;
    for (size_t k = 0; k < o->K; k++) {
        const unsigned char *mask = set_of(o, k);
        mask_count(mask, o->p, m, o->taken);
        double eta = reciprocal(o, r), b = o->taken[r] > 0;
        for (size_t other = 0, entry = others; other < m; other++) {
            double nu = 0;
            for (size_t l = 0; l < o->p; l++) { nu += mask[l * m + r] & mask[l * m + other]; }
            nu *= eta;
            o->deviation[k * m + other] = nu - xi * b;
            of(o, other == r ? MOMENT_NU_SAME2 : MOMENT_NU_OTHER2)[other == r ? j : entry] +=
                one * nu * nu;
            entry += other != r;
        }
    }
    for (size_t other = 0, entry = others; other < m; other++) {
        of(o, other == r ? MOMENT_NU_SAME : MOMENT_NU_OTHER)[other == r ? j : entry] =
            o->nu[r * m + other];
        entry += other != r;
    }
    of(o, MOMENT_SPREAD)[j] = quadratic_form(o);
}

/* E||u - u^l||^2 by E[(m_r - xi)(m_r' - xi)]. */
static void add_jump(own_moments *o, size_t l) {
    for (size_t k = 0; k < o->K; k++) {
        for (size_t r = 0; r < o->m; r++) {
            o->deviation[k * o->m + r] = set_of(o, k)[l * o->m + r] - o->s->settings.xi;
        }
    }
    of(o, MOMENT_JUMP)[l] = quadratic_form(o);
}

/* E[ut_r] of all neurons, and Lemma 4's mean of those picked. */
static void add_mixing(own_moments *o) {
    const moments_state *s = o->s;
    int m = (int)o->m, n = (int)o->n;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, m, 1, o->nu, m, s->signed_output,
                n, 0, o->mixing, n);
    for (size_t j = 0; j < s->neuron_count; j++) {
        size_t r = s->neurons[j];
        double *residual = &of(o, MOMENT_RESIDUAL)[j];
        *residual = of(o, MOMENT_SPREAD)[j];
        for (size_t i = 0; i < o->n; i++) {
            double mixed = o->mixing[r * o->n + i], u = s->u[i], error = u - s->g->Y[i];
            of(o, MOMENT_MIXING)[j * o->n + i] = mixed;
            *residual += 2 * (mixed - o->theta[r] * u) * error + o->theta[r] * error * error;
        }
    }
}

/* <x_i, E[g_r]> of all neurons in place of the mixing functions, and what a step changes. */
static void add_gradient(own_moments *o) {
    const moments_state *s = o->s;
    double root = sqrt((double)o->m), *change = of(o, MOMENT_CHANGE);
    for (size_t k = 0; k < o->m * o->n; k++) {
        size_t r = k / o->n, i = k % o->n;
        bool active = s->Z[r * s->g->ld + i] >= 0;
        o->mixing[k] = active ? s->A[r] / root * (o->mixing[k] - o->theta[r] * s->g->Y[i]) : 0;
    }
    moments_apply_gram(s->g, o->m, o->work, o->mixing);
    for (size_t j = 0; j < s->neuron_count; j++) {
        memcpy(of(o, MOMENT_GRADIENT) + j * o->n, o->mixing + s->neurons[j] * o->n,
               o->n * sizeof *o->mixing);
    }
    for (size_t k = 0; k < o->m * o->n; k++) {
        size_t r = k / o->n, i = k % o->n;
        bool active = s->Z[r * s->g->ld + i] >= 0;
        change[i] -= active ? s->settings.xi / root * s->A[r] * o->mixing[k] : 0;
    }
}

/* E[H_m] of subnetwork l: (1/m) sum_r P(m_r^l = 1) D_r G D_r. */
static void add_kernel(own_moments *o, size_t l) {
    const moments_state *s = o->s;
    const gram *g = s->g;
    double *H = of(o, MOMENT_KERNEL) + l * s->sample_count * (s->sample_count + 1) / 2;
    for (size_t k = 0; k < s->sample_count * s->sample_count; k++) {
        size_t a = k / s->sample_count, b = k % s->sample_count;
        if (b > a) { continue; }
        size_t i = s->samples[a], j = s->samples[b];
        double both = 0;
        for (size_t r = 0; r < o->m; r++) {
            bool active = s->Z[r * g->ld + i] >= 0 && s->Z[r * g->ld + j] >= 0;
            both += active ? o->share[l * o->m + r] : 0;
        }
        *H++ = cblas_ddot((int)g->d, g->X + i * g->d, 1, g->X + j * g->d, 1) * both / (double)o->m;
    }
}

status moments_expected_own(const moments_state *s, const mask_sets *sets, double *expected) {
    scratch room = {0};
    own_moments o;
    status st = open_moments(s, sets, &room, &o);
    memset(expected, 0, s->first[MOMENTS] * sizeof *expected);
    if (st == OK) {
        int m = (int)o.m, n = (int)o.n;
        o.expected = expected;
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, m, n, 1, s->signed_output, n,
                    s->signed_output, n, 0, o.outputs, m);
        add_counts(&o);
        for (size_t j = 0; j < s->neuron_count; j++) { add_nu(&o, j); }
        for (size_t l = 0; l < o.p; l++) { add_jump(&o, l), add_kernel(&o, l); }
        add_mixing(&o);
        add_gradient(&o);
    }
    scratch_free(&room);
    return st;
}
