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
    f->U = effective_array(f, n * f->s.q);
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

/* What a neuron's own mask adds to the covariance of zbar, summed over outputs: (q/p) s_s^2 xi
 * (1-pair). Masks that part the neurons: the noise of this order cancels. */
static double jump_of(const effective_setting *s) {
    double scale = s->scales.subnet;
    return s->parts ? 0 : (double)s->q * scale * scale * s->xi * (1 - s->pair) / s->p;
}

/* What two neurons take from it where sizes are given: this times U U^T, U = s_s xi sum_r s_r a_r^T
 * the output of the whole network. 0 for independent neurons. */
static double joint_of(const effective_setting *s) {
    return s->parts ? 0 : (s->xi - s->pair) / (s->xi * s->p);
}

/* Whether the neurons of a mask are dependent. */
static bool is_sized(const effective_setting *s) { return s->pair != s->xi; }

/* U (n, q) in the basis of the paths. */
static void rotated_output(effective *f, const double *rotated, double *U) {
    memset(U, 0, f->s.n * f->s.q * sizeof *U);
    effective_to_outputs(f, f->s.scales.whole, rotated, U);
}

/* In the eigenbasis of B on the diagonal: theta B_i Gamma_ii / (p (2 - theta B_i)). */
double effective_settled_variance(effective *f) {
    size_t n = f->s.n, m = f->s.m;
    if (f->s.order != 1) { return NAN; }
    double sum = 0;
    effective_apply_back(n, m, 1, f->V, f->active, 0, f->work_m);
    for (size_t k = 0; k < n * m; k++) {
        double b = f->s.theta * f->B[k % n];
        sum += jump_of(&f->s) * f->work_m[k] * f->work_m[k] * b / (2 - b);
    }
    if (!is_sized(&f->s)) { return sum; }
    rotated_output(f, f->work_m, f->U);
    for (size_t k = 0; k < n * f->s.q; k++) {
        double b = f->s.theta * f->B[k % n];
        sum -= joint_of(&f->s) * f->U[k] * f->U[k] * b / (2 - b);
    }
    return sum;
}

/* Sigma <- (I - theta B) Sigma (I - theta B) + (theta^2/p) B Gamma B, summed over outputs, with
 * Gamma = s_s^2 xi (1-xi) sum_r s_r s_r^T for independent neurons. rotated (n, m): V^T s_r. */
static void add_noise(effective *f, const double *rotated) {
    const effective_setting *s = &f->s;
    size_t n = s->n;
    effective_outer(n, s->m, jump_of(s), rotated, rotated, 0, f->work_n);
    if (is_sized(s)) { effective_outer(n, s->q, -joint_of(s), f->U, f->U, 1, f->work_n); }
    for (size_t j = 0; j < n; j++) {
        double b_j = s->theta * f->B[j];
        for (size_t i = 0; i < n; i++) {
            double b_i = s->theta * f->B[i];
            f->Sigma[j * n + i] =
                (1 - b_i) * (1 - b_j) * f->Sigma[j * n + i] + b_i * b_j * f->work_n[j * n + i];
        }
    }
}

/* Where a mask takes a given number of neurons its noise sums to 0. */
static void centre(const effective *f, size_t columns) {
    size_t m = f->s.m, q = f->s.q;
    for (size_t k = 0; k < columns; k++) {
        double *x = f->normal + k * m, mean = 0;
        const double *a = f->A + k % q;
        for (size_t r = 0; r < m; r++) { mean += a[r * q] * x[r] / (double)m; }
        for (size_t r = 0; r < m; r++) { x[r] -= a[r * q] * mean; }
    }
}

/* The same noise on every path: s_s sqrt(xi (1-xi)/p) sum_r s_r times a normal number takes the
 * place of what the masks of a round add. */
static void move_paths(effective *f, const double *rotated) {
    const effective_setting *s = &f->s;
    size_t n = s->n, columns = s->q * s->paths;
    if (columns == 0) { return; }
    rng_normal_double(f->draws, sqrt(jump_of(s) / (double)s->q), s->m * columns, f->normal);
    if (is_sized(s)) { centre(f, columns); }
    effective_panel(f, columns, rotated, f->normal, f->kick);
    for (size_t k = 0; k < columns; k++) {
        double *x = f->deviation + k * n;
        const double *kick = f->kick + k * n;
        for (size_t i = 0; i < n; i++) { x[i] += s->theta * f->B[i] * (kick[i] - x[i]); }
    }
}

/* z_r <- z_r + theta h s_s G D_r S [(e + (1 - pair/xi) U) a_r - s_s q (1-pair) s_r]; tau = 1:
 * mean-of-a-step, sized-step. */
void effective_first_round(effective *f) {
    const effective_setting *s = &f->s;
    size_t n = s->n, m = s->m;
    double own = s->scales.subnet * (double)s->q * (1 - s->pair);
    double *rotated = f->work_m, *force = f->work_m2;
    effective_apply_back(n, m, 1, f->V, f->active, 0, rotated);
    if (is_sized(s)) { rotated_output(f, rotated, f->U); }
    add_noise(f, rotated);
    move_paths(f, rotated);
    effective_to_neurons(f, f->e_basis, force);
    if (is_sized(s)) { effective_add_to_neurons(f, 1 - s->pair / s->xi, f->U, force); }
    for (size_t r = 0; r < m; r++) {
        double *x = rotated + r * n;
        for (size_t i = 0; i < n; i++) { x[i] = f->S[i] * (force[r * n + i] - own * x[i]); }
    }
    effective_apply(n, m, 1, f->V, rotated, 0, force);
    effective_move(f, force);
}
