/* Effective dynamics at leading order: the mean of a round and its noise, in the eigenbasis of the
 * kernel (predicted-mean and predicted-noise in doc/mathematics.md).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/effective_state.h"

#include <lapacke.h>
#include <math.h>
#include <string.h>

void effective_first_take(effective *f) {
    size_t n = f->s.n;
    f->V = effective_array(f, n * n);
    f->old = effective_array(f, n * n);
    f->B = effective_array(f, n);
    f->S = effective_array(f, n);
    f->normal = effective_array(f, f->s.m * f->s.q * f->s.paths + 1);
}

/* Sigma and the paths from the basis before to the new one. */
static void change_basis(effective *f) {
    size_t n = f->s.n, columns = f->s.q * f->s.paths;
    double *turned = f->work_n, *half = f->K;
    effective_apply_back(n, n, 1, f->V, f->old, 0, turned);
    effective_apply(n, n, 1, turned, f->Sigma, 0, half);
    effective_outer(n, n, 1, half, turned, 0, f->Sigma);
    if (columns > 0) {
        effective_apply(n, columns, 1, turned, f->deviation, 0, f->kick);
        memcpy(f->deviation, f->kick, n * columns * sizeof *f->kick);
    }
}

/* M = I - c xi K by its eigenpairs: M_i^tau and S_i = 1 + M_i + .. + M_i^(tau-1). */
status effective_first_refresh(effective *f) {
    size_t n = f->s.n;
    memcpy(f->old, f->V, n * n * sizeof *f->V);
    memcpy(f->V, f->K, n * n * sizeof *f->V);
    if (LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', (int)n, f->V, (int)n, f->B) != 0) {
        return fail(FAILED, "the eigenvalues of the kernel could not be computed");
    }
    for (size_t i = 0; i < n; i++) {
        double multiplier = 1 - f->c * f->s.xi * f->B[i], power = 1, sum = 0;
        for (size_t t = 0; t < f->s.tau; t++) {
            sum += power;
            power *= multiplier;
        }
        f->B[i] = 1 - power;
        f->S[i] = sum;
    }
    if (f->refreshed) { change_basis(f); }
    return OK;
}

/* What masks add to the covariance of zbar, summed over outputs: (q/p) s_s^2 xi (1-xi). Categorical
 * masks: the noise of this order cancels. */
static double jump_of(const effective_setting *s) {
    double scale = s->scales.subnet;
    return s->categorical ? 0 : (double)s->q * scale * scale * s->xi * (1 - s->xi) / s->p;
}

/* In the eigenbasis of B on the diagonal: theta B_i Gamma_ii / (p (2 - theta B_i)). */
double effective_settled_variance(const effective *f) {
    size_t n = f->s.n, m = f->s.m;
    if (f->s.order != 1) { return NAN; }
    double sum = 0;
    effective_apply_back(n, m, 1, f->V, f->active, 0, f->work_m);
    for (size_t k = 0; k < n * m; k++) {
        double b = f->s.theta * f->B[k % n];
        sum += jump_of(&f->s) * f->work_m[k] * f->work_m[k] * b / (2 - b);
    }
    return sum;
}

/* Sigma <- (I - theta B) Sigma (I - theta B) + (theta^2/p) B Gamma B, summed over outputs, with
 * Gamma = s_s^2 xi (1-xi) sum_r s_r s_r^T. rotated (n, m): V^T s_r. */
static void add_noise(effective *f, const double *rotated) {
    const effective_setting *s = &f->s;
    size_t n = s->n;
    effective_outer(n, s->m, jump_of(s), rotated, rotated, 0, f->work_n);
    for (size_t j = 0; j < n; j++) {
        double b_j = s->theta * f->B[j];
        for (size_t i = 0; i < n; i++) {
            double b_i = s->theta * f->B[i];
            f->Sigma[j * n + i] =
                (1 - b_i) * (1 - b_j) * f->Sigma[j * n + i] + b_i * b_j * f->work_n[j * n + i];
        }
    }
}

/* The same noise on every path: s_s sqrt(xi (1-xi)/p) sum_r s_r times a normal number takes the
 * place of what the masks of a round add. */
static void move_paths(effective *f, const double *rotated) {
    const effective_setting *s = &f->s;
    size_t n = s->n, columns = s->q * s->paths;
    if (columns == 0) { return; }
    rng_normal_double(f->draws, sqrt(jump_of(s) / (double)s->q), s->m * columns, f->normal);
    effective_panel(f, columns, rotated, f->normal, f->kick);
    for (size_t k = 0; k < columns; k++) {
        double *x = f->deviation + k * n;
        const double *kick = f->kick + k * n;
        for (size_t i = 0; i < n; i++) { x[i] += s->theta * f->B[i] * (kick[i] - x[i]); }
    }
}

/* z_r <- z_r + theta h s_s G D_r S [e a_r - s_s q (1-xi) s_r]; tau = 1: mean-of-a-step. */
void effective_first_round(effective *f) {
    const effective_setting *s = &f->s;
    size_t n = s->n, m = s->m;
    double own = s->scales.subnet * (double)s->q * (1 - s->xi);
    double *rotated = f->work_m, *force = f->work_m2;
    effective_apply_back(n, m, 1, f->V, f->active, 0, rotated);
    add_noise(f, rotated);
    move_paths(f, rotated);
    effective_to_neurons(f, f->e_basis, force);
    for (size_t r = 0; r < m; r++) {
        double *x = rotated + r * n;
        for (size_t i = 0; i < n; i++) { x[i] = f->S[i] * (force[r * n + i] - own * x[i]); }
    }
    effective_apply(n, m, 1, f->V, rotated, 0, force);
    effective_move(f, force);
}
