/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/residual.h"

#include <float.h>
#include <math.h>

#include <cblas.h>

#include "base/scratch.h"
#include "stats/extreme.h"

static const double UNIT = DBL_EPSILON / 2; /* unit roundoff */

/* L = H + T. Row i of H is a multiple of 2^(e_i - bits), |L_ik| < 2^e_i, so that an entry of H H^T
 * is a sum of n integers of at most 2 bits digits, times 2^(e_i + e_j - 2 bits): exact in whatever
 * order, with or without fused operations, while n 2^(2 bits) <= 2^53. T is what is left, |T_ik| <=
 * 2^(e_i - bits - 1), exact too. Then
 *     L L^T = H H^T + T M^T + M T^T,   M = H + T/2. */
static int high_bits(size_t n) {
    int digits = 0;
    while (((size_t)1 << digits) < n) { digits++; }
    return (DBL_MANT_DIG - digits) / 2;
}

/* H <- the high part of L, L <- T; the halves above the diagonal become 0. cut (n): scratch. */
static void split(double *L, size_t n, double *cut, double *H) {
    int bits = high_bits(n);
    for (size_t i = 0; i < n; i++) { cut[i] = 0; }
    for (size_t k = 0; k < n; k++) {
        for (size_t i = k; i < n; i++) { cut[i] = fmax(cut[i], fabs(L[k * n + i])); }
    }
    /* Adding and taking off 1.5 2^52 times the unit rounds to a multiple of it. */
    for (size_t i = 0; i < n; i++) {
        cut[i] = cut[i] > 0 ? 0x1.8p52 * scalbn(1, ilogb(cut[i]) + 1 - bits) : 0;
    }
    for (size_t k = 0; k < n; k++) {
        for (size_t i = 0; i < n; i++) {
            double entry = i < k ? 0 : L[k * n + i];
            H[k * n + i] = i < k ? 0 : (entry + cut[i]) - cut[i];
            L[k * n + i] = entry - H[k * n + i];
        }
    }
}

/* Largest row sum of |R|, R symmetric, lower half column by column. sums (n): scratch. */
static double row_sum_norm(const double *R, size_t n, double *sums) {
    for (size_t i = 0; i < n; i++) { sums[i] = 0; }
    for (size_t j = 0; j < n; j++) {
        for (size_t i = j; i < n; i++) {
            double size = fabs(R[j * n + i]);
            sums[i] += size;
            if (i != j) { sums[j] += size; }
        }
    }
    return extreme_largest(sums, n);
}

/* Largest row sum of |T| |M^T| + |M| |T^T|. sums (3 n): scratch. */
static double product_norm(const double *T, const double *M, size_t n, double *sums) {
    double *t = sums;
    double *m = sums + n;
    double *rows = sums + 2 * n;
    for (size_t k = 0; k < n; k++) {
        t[k] = m[k] = rows[k] = 0;
        for (size_t i = k; i < n; i++) {
            t[k] += fabs(T[k * n + i]);
            m[k] += fabs(M[k * n + i]);
        }
    }
    for (size_t k = 0; k < n; k++) {
        for (size_t i = k; i < n; i++) {
            rows[i] += fabs(T[k * n + i]) * m[k] + fabs(M[k * n + i]) * t[k];
        }
    }
    return extreme_largest(rows, n);
}

/* R, lower half <- fl(A - shift I - H H^T), where R comes in as H H^T; returns the largest |A_ii -
 * shift|. */
static double subtract(const double *A, size_t n, double shift, double *R) {
    double largest = 0;
    for (size_t j = 0; j < n; j++) {
        for (size_t i = j; i < n; i++) {
            double entry = A[j * n + i];
            if (i == j) {
                entry -= shift;
                extreme_raise(&largest, fabs(entry));
            }
            R[j * n + i] = entry - R[j * n + i];
        }
    }
    return largest;
}

/* A product of lower triangles in slabs of so many columns: what stands above the diagonal is 0, a
 * slab's product needs only the rows from its first column on. */
enum { SLAB = 1024 };

static int slab_width(size_t n, size_t first) { return (int)(n - first < SLAB ? n - first : SLAB); }

/* R, lower half <- H H^T */
static void square(const double *H, size_t n, double *R) {
    int order = (int)n;
    for (size_t k = 0; k < n; k += SLAB) {
        const size_t corner = k * n + k;
        cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, order - (int)k, slab_width(n, k), 1,
                    H + corner, order, k > 0, R + corner, order);
    }
}

/* R, lower half -= T M^T + M T^T */
static void subtract_products(const double *T, const double *M, size_t n, double *R) {
    int order = (int)n;
    for (size_t k = 0; k < n; k += SLAB) {
        const size_t corner = k * n + k;
        cblas_dsyr2k(CblasColMajor, CblasLower, CblasNoTrans, order - (int)k, slab_width(n, k), -1,
                     T + corner, order, M + corner, order, 1, R + corner, order);
    }
}

/* Roundings, u the unit roundoff, R = A - shift I - H H^T as computed, R' = R - T M^T - M T^T as
 * computed:
 *     of the diagonal and of R:   u |A_ii - shift| (1 + u) + u |R_ij|
 *     of M, of 2 n products and their sum with R_ij:   gamma_{2n+3} (|R| + |T| |M^T| + |M|
 *         |T^T|)_ij
 * so that
 *     || A - shift I - L L^T || <= || R' || + u max |A_ii - shift|
 *                                  + gamma_{2n+5} (|| R || + || |T| |M^T| + |M| |T^T| ||),
 * every norm on the right taken as a largest row sum. Three more for the roundings of these sums
 * themselves, by the factor at the end. Products that underflow add at most 2^-1074 each, 3 n^2
 * 2^-1074 < DBL_MIN to the norm. */
static double bound_of(const double *A, size_t n, double shift, double *T, double *H, double *R,
                       double *sums) {
    double k = 2 * (double)n + 8, gamma = k * UNIT / (1 - k * UNIT);
    square(H, n, R);
    double diagonal = subtract(A, n, shift, R), first = row_sum_norm(R, n, sums);
    for (size_t e = 0; e < n * n; e++) { H[e] += T[e] / 2; /* M */ }
    subtract_products(T, H, n, R);
    double rounded = UNIT * diagonal + gamma * (first + product_norm(T, H, n, sums));
    return (row_sum_norm(R, n, sums) + rounded) * (1 + 2 * gamma) + DBL_MIN;
}

status residual_bound(const double *A, size_t n, double shift, double *L, double *bound) {
    *bound = NAN;
    scratch work = {0};
    double *H = scratch_take(&work, n, n * sizeof *H, "high part of a Cholesky factor");
    double *R = scratch_take(&work, n, n * sizeof *R, "residual of a Cholesky factor");
    double *sums = scratch_take(&work, n, 3 * sizeof *sums, "row sums");
    status st = work.failed ? FAILED : OK;
    if (st == OK) {
        split(L, n, sums, H);
        *bound = bound_of(A, n, shift, L, H, R, sums);
    }
    scratch_free(&work);
    return st;
}
