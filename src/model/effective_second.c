/* Effective dynamics to second order: what happens to the mean within a round, and how residuals
 * propagate when neurons occur again (second-order in doc/mathematics.md, (R) and (D)).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/effective_state.h"

#include <math.h>
#include <string.h>

/* Room for the matrices of sampled neurons, in doubles, and how many neurons are enough: K_1, ..
 * are corrections, known to 1/sqrt(sampled) of their spread. */
enum { SAMPLED_ROOM = 1 << 25, SAMPLED_LEAST = 8, SAMPLED_MOST = 48 };

size_t effective_sampled_neurons(size_t n, size_t m, size_t tau) {
    size_t fit = SAMPLED_ROOM / (n * n * tau);
    size_t count = fit < SAMPLED_LEAST ? SAMPLED_LEAST : fit > SAMPLED_MOST ? SAMPLED_MOST : fit;
    return count < m ? count : m;
}

void effective_second_take(effective *f) {
    effective_second *o = &f->o2;
    size_t n = f->s.n, m = f->s.m, tau = f->s.tau;
    o->sampled = effective_sampled_neurons(n, m, tau);
    o->P = effective_arrays(f, tau + 1, n * n);
    o->KK = effective_arrays(f, tau, n * n);
    o->reach = effective_arrays(f, tau, n * n);
    o->again = effective_arrays(f, o->sampled * tau, n * n);
    for (size_t k = 0; k < FIELDS; k++) {
        o->d[k] = effective_arrays(f, tau, n * m);
        o->pull[k] = effective_arrays(f, tau, n * m);
        o->sum[k] = effective_array(f, n * m);
    }
    double **panels[] = {&o->rho, &o->felt, &o->alpha, &o->f, &o->l, &o->l_masks};
    for (size_t k = 0; k < sizeof panels / sizeof *panels; k++) {
        *panels[k] = effective_array(f, n * m);
    }
    o->Omega = effective_array(f, m * m);
    o->C = effective_array(f, n * n);
    o->factor = effective_array(f, n * n);
    double **outputs[] = {&o->m_t, &o->force, &o->less, &o->before, &o->change};
    for (size_t k = 0; k < sizeof outputs / sizeof *outputs; k++) {
        *outputs[k] = effective_array(f, n * f->s.q);
    }
    effective_own_take(f);
}

/* --- (D), the propagator --- */

static void identity(double *Q, size_t n) {
    memset(Q, 0, n * n * sizeof *Q);
    for (size_t i = 0; i < n; i++) { Q[i * n + i] = 1; }
}

/* again_k <- G_r chi_k with chi_0 = I, chi_k = -c (q - xi) sum_{j<k} P_{k-1-j} again_j. */
static void occur_again(effective *f, size_t neuron, double *const *again, size_t k) {
    size_t n = f->s.n;
    const double *D = f->D + neuron * n;
    double *chi = f->work_n, factor = -f->c * ((double)f->s.q - f->s.xi);
    identity(chi, n);
    for (size_t j = 0; j < k; j++) {
        effective_apply(n, n, factor, f->o2.P[k - 1 - j], again[j], j > 0, chi);
    }
    for (size_t j = 0; j < n; j++) {
        for (size_t i = 0; i < n; i++) { chi[j * n + i] *= D[i]; }
    }
    effective_apply(n, n, 1, f->s.G, chi, 0, again[k]);
    for (size_t j = 0; j < n; j++) {
        for (size_t i = 0; i < n; i++) { again[k][j * n + i] *= D[i]; }
    }
}

/* K_k <- sum_r G_r chi_k^r; K_0 = K over all neurons, the others from every (m/sampled)-th one. */
static void sum_again(effective *f, size_t k) {
    effective_second *o = &f->o2;
    size_t count = f->s.n * f->s.n;
    double weight = (double)f->s.m / (double)o->sampled;
    memset(o->KK[k], 0, count * sizeof **o->KK);
    for (size_t j = 0; j < o->sampled; j++) {
        double *const *again = o->again + j * f->s.tau;
        occur_again(f, j * f->s.m / o->sampled, again, k);
        for (size_t i = 0; i < count; i++) { o->KK[k][i] += weight * again[k][i]; }
    }
    if (k == 0) { memcpy(o->KK[0], f->K, count * sizeof *f->K); }
}

/* P_0 = I, P_{t+1} = P_t - c xi sum_{s<=t} K_{t-s} P_s. */
void effective_second_refresh(effective *f) {
    effective_second *o = &f->o2;
    size_t n = f->s.n, tau = f->s.tau;
    identity(o->P[0], n);
    for (size_t t = 0; t < tau; t++) {
        sum_again(f, t);
        memcpy(o->P[t + 1], o->P[t], n * n * sizeof **o->P);
        for (size_t s = 0; s <= t; s++) {
            effective_apply(n, n, -f->c * f->s.xi, o->KK[t - s], o->P[s], 1, o->P[t + 1]);
        }
        for (size_t s = 0; s < tau; s++) {
            double *reach = o->reach[s];
            for (size_t i = 0; i < n * n && t < tau - s; i++) {
                reach[i] = (t > 0 ? reach[i] : 0) + o->KK[t][i];
            }
        }
    }
}

/* --- (R), the fields of a round --- */

/* d(t) <- d(t) + c sum_{s<t} P_{t-1-s} G_r rho_r(s); rho <- rho - (1-pair) q d(t); G_r rho_r(t) and
 * the sum of rho_r over t. */
static void react(effective *f, effective_field kind, size_t t) {
    effective_second *o = &f->o2;
    size_t n = f->s.n, m = f->s.m;
    double own = (1 - f->s.pair) * (double)f->s.q, *d = o->d[kind][t], *sum = o->sum[kind];
    for (size_t s = 0; s < t; s++) {
        effective_apply(n, m, f->c, o->P[t - 1 - s], o->pull[kind][s], 1, d);
    }
    for (size_t k = 0; k < n * m; k++) {
        o->rho[k] -= own * d[k];
        sum[k] = (t > 0 ? sum[k] : 0) + o->rho[k];
    }
    effective_pull(f, o->rho, o->pull[kind][t]);
}

/* force <- m_t + delta_t: where sizes are given, a subnetwork that takes a neuron takes less of the
 * others, delta_0 = (1 - pair/xi) U, delta_{t+1} = (I - c xi K) delta_t + (1 - pair/xi) (m_t -
 * m_{t+1}). */
static void set_force(effective *f, size_t t) {
    effective_second *o = &f->o2;
    size_t n = f->s.n, q = f->s.q;
    double less = 1 - f->s.pair / f->s.xi;
    memcpy(o->force, o->m_t, n * q * sizeof *o->m_t);
    if (!effective_is_sized(&f->s)) { return; }
    if (t == 0) {
        for (size_t k = 0; k < n * q; k++) { o->less[k] = less * (f->Y[k] - f->e[k]); }
    } else {
        effective_apply(n, q, -f->c * f->s.xi, f->K, o->less, 0, o->change);
        for (size_t k = 0; k < n * q; k++) {
            o->less[k] += o->change[k] + less * (o->before[k] - o->m_t[k]);
        }
    }
    memcpy(o->before, o->m_t, n * q * sizeof *o->m_t);
    for (size_t k = 0; k < n * q; k++) { o->force[k] += o->less[k]; }
}

/* The mean: rho = (m_t + delta_t) a_r - (1-pair) q d(t), d(t) = s_s P_t s_r + ..;
 * m_{t+1} = m_t - c xi sum_r G_r rho_r(t) a_r^T. */
static void mean_step(effective *f, size_t t) {
    effective_second *o = &f->o2;
    effective_apply(f->s.n, f->s.m, f->s.scales.subnet, o->P[t], f->active, 0, o->d[FIELD_MEAN][t]);
    set_force(f, t);
    effective_to_neurons(f, o->force, o->rho);
    react(f, FIELD_MEAN, t);
    effective_to_outputs(f, -f->c * f->s.xi, o->pull[FIELD_MEAN][t], o->m_t);
}

/* The response to the whole network's deviation, which a neuron feels as `felt`, and to its own:
 * d(t) = s_s P_t D zeta + .. */
static void path_step(effective *f, size_t t) {
    effective_second *o = &f->o2;
    size_t n = f->s.n, m = f->s.m;
    for (size_t k = 0; k < n * m; k++) { f->work_m[k] = f->D[k] * o->own.zeta[k]; }
    effective_apply(n, m, f->s.scales.subnet, o->P[t], f->work_m, 0, o->d[FIELD_PATH][t]);
    effective_apply(n, m, 1, o->P[t], o->felt, 0, o->rho);
    react(f, FIELD_PATH, t);
}

/* The response to the other neurons' masks, a field of covariance
 * q xi (1-xi) sum_r d_r(t) d_r(t')^T: sqrt(q xi (1-xi)) d(t) Omega, d over all fields; sizes that
 * are given: effective_others. */
static void masks_step(effective *f, size_t t) {
    effective_second *o = &f->o2;
    size_t n = f->s.n, count = n * f->s.m;
    double scale = sqrt(effective_others(&f->s));
    double *d = o->d[FIELD_MASKS][t], *all = f->work_m2;
    memset(d, 0, count * sizeof *d);
    for (size_t s = 0; s < t; s++) {
        effective_apply(n, f->s.m, f->c, o->P[t - 1 - s], o->pull[FIELD_MASKS][s], 1, d);
    }
    for (size_t k = 0; k < count; k++) {
        all[k] = scale * (o->d[FIELD_MEAN][t][k] + o->d[FIELD_PATH][t][k] + d[k]);
    }
    effective_product(false, false, f->s.n, f->s.m, f->s.m, 1, all, o->Omega, 0, o->rho);
    effective_own_join(f, t, o->rho);
    memset(d, 0, count * sizeof *d);
    react(f, FIELD_MASKS, t);
}

/* Whether the noise of a round has to be computed anew: it has served its rounds, or the error that
 * drives it has moved by more than the stale share. */
static bool noise_due(effective *f) {
    effective_second *o = &f->o2;
    double error = effective_bias(f) + effective_variance(f);
    bool near = fabs(error - o->error) <= EFFECTIVE_NOISE_STALE * o->error;
    if (near && ++o->served < f->s.serves) { return false; }
    o->served = 0;
    o->error = error;
    return true;
}

/* The fields of a round; with `noisy` those of the masks too. */
static void follow_fields(effective *f, bool noisy) {
    effective_second *o = &f->o2;
    size_t m = f->s.m;
    memcpy(o->m_t, f->e, f->s.n * f->s.q * sizeof *f->e);
    if (noisy) {
        rng_normal_double(f->draws, 1, m * m, o->Omega);
        if (effective_is_sized(&f->s)) { effective_centre(f, m, o->Omega); }
    }
    for (size_t t = 0; t < f->s.tau; t++) {
        mean_step(f, t);
        path_step(f, t);
        if (noisy) { masks_step(f, t); }
    }
}

/* Sigma <- (I - theta B) Sigma (I - theta B)^T + C. */
static void add_noise(effective *f) {
    size_t n = f->s.n;
    double theta = f->s.theta, *half = f->work_n;
    effective_apply(n, n, theta, f->o2.P[f->s.tau], f->Sigma, 0, half);
    for (size_t k = 0; k < n * n; k++) { half[k] += (1 - theta) * f->Sigma[k]; }
    effective_outer(n, n, theta, half, f->o2.P[f->s.tau], 0, f->Sigma);
    for (size_t k = 0; k < n * n; k++) { f->Sigma[k] += (1 - theta) * half[k] + f->o2.C[k]; }
}

status effective_second_round(effective *f) {
    effective_second *o = &f->o2;
    size_t n = f->s.n, columns = f->s.q * f->s.paths;
    bool noisy = noise_due(f);
    follow_fields(f, noisy);
    if (noisy) { effective_noise(f); }
    add_noise(f);
    status st = effective_own_round(f, noisy);
    if (st == OK && columns > 0) {
        for (size_t k = 0; k < n * n; k++) { o->factor[k] = o->C[k] / (double)f->s.q; }
        st = effective_draw(f, o->factor, columns, f->kick);
        effective_contract(f, columns, f->deviation, f->kick);
    }
    effective_move(f, o->sum[FIELD_MEAN]);
    return st;
}
