/* Effective dynamics: a prediction from its start, round by round, by either order.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/effective_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- settings --- */

effective_setting effective_setting_of(const train_settings *s, const double *G, size_t n, size_t q,
                                       unsigned order) {
    return (effective_setting){.n = n,
                               .q = q,
                               .m = s->width,
                               .G = G,
                               .tau = s->local_steps,
                               .p = (double)s->subnets,
                               .xi = s->xi,
                               .theta = mask_theta(s->mask, s->subnets, s->xi),
                               .phi = mask_phi(s->mask, s->subnets, s->xi),
                               .parts = mask_parts(s->mask),
                               .pair = mask_pair(s->mask, s->subnets, s->width, s->xi),
                               .scales = train_scales_of(s, n, q),
                               .order = order,
                               .stale = EFFECTIVE_STALE,
                               .outside = EFFECTIVE_OUTSIDE,
                               .serves = EFFECTIVE_NOISE_SERVES};
}

/* --- the state --- */

static void take(effective *f) {
    size_t n = f->s.n, m = f->s.m, q = f->s.q, columns = q * f->s.paths;
    f->Y = effective_array(f, n * q);
    f->e = effective_array(f, n * q);
    f->e_basis = effective_array(f, n * q);
    f->A = effective_array(f, q * m);
    f->Z = effective_array(f, n * m);
    f->D = effective_array(f, n * m);
    f->active = effective_array(f, n * m);
    f->frozen = effective_array(f, n * m);
    f->work_m = effective_array(f, n * m);
    f->work_m2 = effective_array(f, n * m);
    f->work_n = effective_array(f, n * n);
    f->K = effective_array(f, n * n);
    f->Sigma = effective_array(f, n * n);
    f->deviation = effective_array(f, n * columns + 1);
    f->kick = effective_array(f, n * columns + 1);
    if (f->s.order == 1) {
        effective_first_take(f);
    } else {
        effective_second_take(f);
    }
}

/* D, sigma(Z) and e = Y - s_w sigma(Z) A^T of the mean network. */
static void look(effective *f) {
    size_t n = f->s.n, m = f->s.m;
    for (size_t k = 0; k < n * m; k++) {
        f->D[k] = f->Z[k] > 0;
        f->active[k] = f->D[k] * f->Z[k];
    }
    memcpy(f->e, f->Y, n * f->s.q * sizeof *f->e);
    effective_to_outputs(f, -f->s.scales.whole, f->active, f->e);
}

/* e as the paths' deviations are written. */
static void turn(effective *f) {
    if (f->s.order == 1) {
        effective_first_turn(f);
    } else {
        memcpy(f->e_basis, f->e, f->s.n * f->s.q * sizeof *f->e);
    }
}

/* The operator follows the activations: anew where more than the stale share has changed. */
static status refresh(effective *f) {
    size_t n = f->s.n, count = n * f->s.m;
    double changed = 0;
    for (size_t k = 0; k < count; k++) { changed += f->D[k] != f->frozen[k]; }
    if (f->refreshed && changed <= f->s.stale * (double)count) { return OK; }
    memcpy(f->frozen, f->D, count * sizeof *f->D);
    effective_outer(n, f->s.m, 1, f->D, f->D, 0, f->K);
    for (size_t k = 0; k < n * n; k++) { f->K[k] *= f->s.G[k]; }
    status st = OK;
    if (f->s.order == 1) {
        st = effective_first_refresh(f);
    } else {
        effective_second_refresh(f);
    }
    f->refreshed++;
    return st;
}

static status begin(effective *f, const gram *g, const network *start) {
    size_t n = f->s.n, m = f->s.m, q = f->s.q;
    for (size_t o = 0; o < q; o++) {
        for (size_t i = 0; i < n; i++) { f->Y[o * n + i] = (double)g->Y[o * g->ld + i]; }
    }
    for (size_t r = 0; r < m; r++) {
        for (size_t i = 0; i < n; i++) { f->Z[r * n + i] = (double)start->Z[r * g->ld + i]; }
    }
    for (size_t k = 0; k < m * q; k++) { f->A[k] = (double)start->A[k]; }
    look(f);
    status st = refresh(f);
    turn(f);
    return st;
}

effective *effective_new(const effective_setting *s, const gram *g, const network *start,
                         rng *draws) {
    effective *f = allocate(1, sizeof *f, "effective dynamics");
    if (!f) { return NULL; }
    *f = (effective){.s = *s, .g = g, .rank = s->n, .draws = draws};
    f->c = s->scales.step * s->scales.subnet * s->scales.subnet;
    take(f);
    if (!f->owned.failed && begin(f, g, start) == OK) { return f; }
    effective_free(f);
    return NULL;
}

void effective_free(effective *f) {
    if (!f) { return; }
    scratch_free(&f->owned);
    free(f);
}

status effective_round(effective *f) {
    status st = OK;
    if (f->s.order == 1) {
        effective_first_round(f);
    } else {
        st = effective_second_round(f);
    }
    look(f);
    if (st == OK) { st = refresh(f); }
    turn(f);
    return st;
}

/* --- what is seen --- */

double effective_path_error(const effective *f, size_t path) {
    size_t count = f->rank * f->s.q;
    const double *deviation = f->deviation + path * count;
    double sum = f->beyond;
    for (size_t k = 0; k < count; k++) {
        double residual = f->e_basis[k] + deviation[k];
        sum += residual * residual;
    }
    return sum;
}

size_t effective_refreshed(const effective *f) { return f->refreshed; }

const double *effective_preactivations(const effective *f) { return f->Z; }

void effective_covariance(const effective *f, double *Sigma) {
    size_t n = f->s.n;
    if (f->s.order == 1) {
        effective_product(false, false, n, f->rank, f->rank, 1, f->o1.V, f->Sigma, 0, f->work_n);
        effective_product(false, true, n, n, f->rank, 1, f->work_n, f->o1.V, 0, Sigma);
    } else {
        memcpy(Sigma, f->Sigma, n * n * sizeof *Sigma);
    }
}
