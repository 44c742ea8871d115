/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/batch.h"

#include <string.h>

#include "model/layer.h"
#include "model/vec.h"

status batch_new(const gram *g, size_t rows, size_t capacity, row_batch *b) {
    size_t ld = gram_whole_lines(rows);
    *b = (row_batch){
        .part = {.n = rows, .d = g->d, .q = g->q, .ld = ld}, .step = *g, .columns = &g->columns};
    scratch *own = &b->owned;
    b->part.Y = scratch_take(own, g->q * ld, sizeof(real), "labels of a batch");
    b->order = scratch_take(own, g->n, sizeof *b->order, "rows of a batch");
    b->row = scratch_take(own, rows, sizeof *b->row, "rows of a batch");
    b->chosen = scratch_take(own, g->n, 1, "rows of a batch");
    b->Z = scratch_take(own, capacity * ld, sizeof *b->Z, "pre-activations of a batch");
    b->U = scratch_take(own, g->q * ld, sizeof *b->U, "outputs of a batch");
    b->R = scratch_take(own, g->q * ld, sizeof *b->R, "residuals of a batch");
    b->S = scratch_take(own, ACTIVE_PANEL * ld, sizeof *b->S, "step of a batch");
    status st = own->failed ? FAILED : active_room(&g->columns, rows, &b->part.columns);
    b->step.columns = b->part.columns;
    if (st == OK) {
        b->work = scratch_take(own, gram_workspace(&b->step), sizeof *b->work, "batch workspace");
    }
    if (st != OK || !b->work) {
        batch_free(b);
        return FAILED;
    }
    for (size_t i = 0; i < g->n; i++) { b->order[i] = i; }
    return OK;
}

void batch_free(row_batch *b) {
    active_free(&b->part.columns);
    scratch_free(&b->owned);
    *b = (row_batch){.row = NULL};
}

/* The first of `order` are drawn; row <- them as they lie in the data, alike ones side by side. */
static void draw_rows(row_batch *b, rng *r) {
    size_t n = b->step.n, count = b->part.n, next = 0;
    memset(b->chosen, 0, n);
    for (size_t k = 0; k < count; k++) {
        size_t j = k + rng_index(r, n - k), row = b->order[j];
        b->order[j] = b->order[k];
        b->order[k] = row;
        b->chosen[row] = 1;
    }
    for (size_t i = 0; i < n; i++) {
        if (b->chosen[i]) { b->row[next++] = i; }
    }
}

/* to (columns, part.ld) <- the rows of the step of from (columns, ld). */
static void gather(const row_batch *b, const real *from, size_t columns, real *to) {
    for (size_t c = 0; c < columns; c++) {
        for (size_t i = 0; i < b->part.n; i++) {
            to[c * b->part.ld + i] = from[c * b->step.ld + b->row[i]];
        }
    }
}

/* C <- C + S on the rows of the step. */
static void add_coefficients(row_batch *b, const real *Z, const real *A, size_t count, real factor,
                             real *C) {
    size_t ld = b->part.ld;
    memset(b->S, 0, count * ld * sizeof *b->S);
    layer_gradient(Z, A, b->R, count, b->part.q, ld, factor, NULL, b->S);
    for (size_t k = 0; k < count; k++) {
        for (size_t i = 0; i < b->part.n; i++) {
            C[k * b->step.ld + b->row[i]] += b->S[k * ld + i];
        }
    }
}

double batch_step(row_batch *b, rng *r, network *net, double scale, double step) {
    const size_t q = b->part.q, ld = b->part.ld;
    const real factor = (real)(-step * (double)b->step.n / (double)b->part.n * scale);
    const network seen = {.m = net->m, .Z = b->Z, .A = net->A};
    draw_rows(b, r);
    active_take(b->columns, b->row, &b->part.columns);
    gather(b, b->step.Y, q, b->part.Y);
    gather(b, net->Z, net->m, b->Z);
    network_output(&b->part, &seen, scale, b->U);
    double error = network_residual(&b->part, b->U, b->R);
    for (size_t k = 0; k < net->m; k += ACTIVE_PANEL) {
        const real *Z = b->Z + k * ld, *A = net->A + k * q;
        size_t count = smaller(net->m - k, ACTIVE_PANEL);
        relu_sum s = {
            .Z = Z, .A = A, .R = b->R, .count = count, .q = q, .ld = ld, .factor = factor};
        if (net->C) { add_coefficients(b, Z, A, count, factor, net->C + k * b->step.ld); }
        gram_step(&b->step, &s, net->Z + k * b->step.ld, b->work);
    }
    return error;
}

double batch_step_cost(const gram *g, double m, double rows) {
    double share = rows / (double)g->n, all = g->method == GRAM_MATRIX ? share : (2 + share) / 3;
    return m * gram_cost(g) * all + 2 * share * network_output_cost(g, m);
}
