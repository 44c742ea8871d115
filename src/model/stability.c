/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/stability.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#include "base/scratch.h"

double stability_factor(const train_settings *s, size_t q) {
    double edge = 1 + sqrt((double)q / (s->xi * (double)s->width));
    return edge * edge;
}

double stability_subnet(const train_settings *s, size_t n, size_t q, double lambda_max) {
    return train_stability(s, n, q, lambda_max) * stability_factor(s, q);
}

double stability_largest_lr(const train_settings *s, size_t n, size_t q, double lambda_max) {
    train_settings unit = *s;
    unit.lr = 1; /* the number is proportional to it */
    return STABILITY_LIMIT / stability_subnet(&unit, n, q, lambda_max);
}

double stability_auto_lr(const train_settings *s, size_t n, size_t q, double lambda_max) {
    return STABILITY_AUTO_SHARE * stability_largest_lr(s, n, q, lambda_max);
}

/* --- the eigenvalue itself --- */

enum { MOST_ITERATIONS = 300 };

/* A drawn subnetwork of k neurons, and room to apply its kernel. */
typedef struct {
    const dataset *data;
    size_t k;
    double *G;        /* (n, n) of wide data, n < d; else NULL */
    double *Z, *A;    /* (n, k) pre-activations; (k, q) signs */
    double *P, *T;    /* (n, k), (min(n, d), k) in work */
    double *V, *next; /* (n, q) */
} drawn;

/* P <- G P: as X (X^T P) or, of wide data, by G. */
static void apply_gram(const drawn *s) {
    int n = (int)s->data->n, d = (int)s->data->d, k = (int)s->k;
    if (s->G) {
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, k, n, 1, s->G, n, s->P, k, 0,
                    s->T, k);
        memcpy(s->P, s->T, s->data->n * s->k * sizeof *s->P);
        return;
    }
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, d, k, n, 1, s->data->X, d, s->P, k, 0,
                s->T, k);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, k, d, 1, s->data->X, d, s->T, k, 0,
                s->P, k);
}

static void leave_active(const drawn *s) {
    for (size_t e = 0; e < s->data->n * s->k; e++) { s->P[e] = s->Z[e] > 0 ? s->P[e] : 0; }
}

/* next <- K V = sum_r D_r G D_r V a_r a_r^T, the neurons side by side. */
static void apply(const drawn *s) {
    int n = (int)s->data->n, q = (int)s->data->q, k = (int)s->k;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, k, q, 1, s->V, q, s->A, q, 0, s->P, k);
    leave_active(s);
    apply_gram(s);
    leave_active(s);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, q, k, 1, s->P, k, s->A, q, 0, s->next,
                q);
}

/* The largest eigenvalue of K, from a random V. */
static double iterate(drawn *s) {
    int size = (int)(s->data->n * s->data->q);
    double value = 0, before = INFINITY;
    for (int step = 0; step < MOST_ITERATIONS && !(fabs(value - before) <= 1e-6 * value); step++) {
        double norm = cblas_dnrm2(size, s->V, 1), *swap = s->V;
        cblas_dscal(size, 1 / norm, s->V, 1);
        apply(s);
        before = value;
        value = cblas_ddot(size, s->V, 1, s->next, 1);
        s->V = s->next;
        s->next = swap;
    }
    return value;
}

/* W (k, d) the weights, signs (k q) and V of a draw: Z <- X W^T. */
static void draw(drawn *s, rng *r, real *signs, double *W) {
    size_t n = s->data->n, d = s->data->d, q = s->data->q;
    rng_normal_double(r, 1, s->k * d, W);
    rng_signs(r, s->k * q, signs);
    for (size_t e = 0; e < s->k * q; e++) { s->A[e] = (double)signs[e]; }
    rng_normal_double(r, 1, n * q, s->V);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n, (int)s->k, (int)d, 1, s->data->X,
                (int)d, W, (int)d, 0, s->Z, (int)s->k);
}

status stability_drawn(const dataset *data, const train_settings *s, rng *r, double *number) {
    drawn sub = {.data = data};
    train_scales scales = train_scales_of(s, data->n, data->q);
    scratch work = {0};
    for (size_t m = 0; m < s->width; m++) { sub.k += rng_uniform(r) < s->xi; }
    *number = 0;
    if (sub.k == 0) { return OK; }
    size_t n = data->n, d = data->d, q = data->q;
    sub.Z = scratch_take(&work, n * sub.k, sizeof *sub.Z, "pre-activations");
    sub.P = scratch_take(&work, n * sub.k, sizeof *sub.P, "a kernel's product");
    sub.T = scratch_take(&work, (n < d ? n : d) * sub.k, sizeof *sub.T, "a kernel's product");
    sub.A = scratch_take(&work, sub.k * q, sizeof *sub.A, "signs");
    sub.V = scratch_take(&work, n * q, sizeof *sub.V, "a vector");
    sub.next = scratch_take(&work, n * q, sizeof *sub.next, "a vector");
    real *signs = scratch_take(&work, sub.k * q, sizeof *signs, "signs");
    double *W = scratch_take(&work, sub.k * d, sizeof *W, "weights");
    if (n < d) { sub.G = scratch_take(&work, n * n, sizeof *sub.G, "Gram matrix"); }
    if (!work.failed) {
        if (sub.G) { dataset_gram(data, sub.G); }
        draw(&sub, r, signs, W);
        *number = scales.step * scales.subnet * scales.subnet * iterate(&sub);
    }
    status st = work.failed ? FAILED : OK;
    scratch_free(&work);
    return st;
}
