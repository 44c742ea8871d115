/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/measured_curve.h"

#include <string.h>

#include <cblas.h>

#include "model/mask.h"
#include "base/scratch.h"

/* Sums over the runs of one start. */
typedef struct {
    const curve_setting *c;
    trainer t;
    eigenpairs own;   /* of H(0) */
    mean_rule honest; /* of the control variate */
    real *W, *A, *u;  /* start; output of the whole network */
    rng *masks;
    unsigned char *mask;
    double *predicted[CURVE_KERNELS]; /* (rounds + 1, n) e_k */
    double *sum, *sum_plain;          /* (rounds + 1, n) sums of y - u_k - c_k and of y - u_k */
    double *squares;                  /* (rounds + 1, CURVE_COLUMNS) sums of squared norms */
    double *control, *jump, *work;    /* (n) c_k; sum_l (u_{k,0}^l - u_k); one more */
    double flipped;
    scratch owned;
} curve_sums;

/* The trainer's observer. */
static void add_jump(const step_event *event, void *context) {
    curve_sums *b = context;
    if (event->step > 0) { return; }
    for (size_t i = 0; i < b->c->g->n; i++) { b->jump[i] += event->U[i] - b->u[i]; }
}

/* c <- P c + ((1 - P)/p) jump, in the eigenvectors of H(0): (theta/p) B = (1 - P)/p. */
static void move_control(curve_sums *b) {
    size_t n = b->c->g->n;
    eigenpairs_rotate(&b->own, false, b->control, b->work);
    eigenpairs_rotate(&b->own, false, b->jump, b->control);
    for (size_t i = 0; i < n; i++) {
        double P = mean_multiplier(b->honest, &b->own, i);
        b->work[i] = P * b->work[i] + (1 - P) / (double)b->c->s.subnets * b->control[i];
    }
    eigenpairs_rotate(&b->own, true, b->work, b->control);
}

/* Adds round k of a run. */
static void add_round(curve_sums *b, size_t k) {
    size_t n = b->c->g->n;
    const real *y = b->c->g->Y;
    double *squares = b->squares + k * CURVE_COLUMNS;
    for (size_t i = 0; i < n; i++) {
        double plain = y[i] - b->u[i], x = plain - b->control[i];
        b->sum_plain[k * n + i] += plain;
        b->sum[k * n + i] += x;
        squares[CURVE_ERROR] += plain * plain;
        squares[CURVE_MEAN] += x * x;
        for (size_t h = 0; h < CURVE_KERNELS; h++) {
            double miss = x - b->predicted[h][k * n + i];
            squares[CURVE_MISS_FINITE + h] += miss * miss;
        }
    }
}

/* Activations that differ from those of the start; Z0 is projected anew into the trainer's sums,
 * which are scratch now. */
static double flipped_share(const curve_sums *b) {
    const gram *g = b->c->g;
    size_t m = b->c->s.width, count = 0;
    real *start = b->t.sum.Z;
    gram_project(g, b->W, m, start);
    for (size_t r = 0; r < m; r++) {
        const real *before = start + r * g->ld;
        const real *after = b->t.whole.Z + r * g->ld;
        for (size_t i = 0; i < g->n; i++) { count += (before[i] >= 0) != (after[i] >= 0); }
    }
    return (double)count / ((double)m * (double)g->n);
}

/* One run from the start with masks of its own. */
static status add_run(curve_sums *b) {
    const curve_setting *c = b->c;
    const train_settings *s = &c->s;
    size_t n = c->g->n;
    trainer_start(&b->t, b->W, b->A);
    memset(b->control, 0, n * sizeof *b->control);
    for (size_t k = 0;; k++) {
        trainer_output(&b->t, b->u);
        add_round(b, k);
        if (k == c->rounds) { break; }
        memset(b->jump, 0, n * sizeof *b->jump);
        mask_draw(s->mask, s->subnets, s->width, s->xi, b->masks, b->mask);
        trainer_round(&b->t, b->mask, add_jump, b);
        if (b->t.diverged) {
            return fail(FAILED, "mean curve, m=%zu: a run diverged; take a smaller --step",
                        s->width);
        }
        move_control(b);
    }
    b->flipped += flipped_share(b) / (double)c->masks;
    return OK;
}

/* (||sum - runs less||^2 - squares)/(M (M - 1)): unbiased for the squared norm of the mean. */
static double squared_mean(const double *sum, const double *less, double squares, size_t n,
                           double runs) {
    double norm = 0;
    for (size_t i = 0; i < n; i++) {
        double x = less ? sum[i] - runs * less[i] : sum[i];
        norm += x * x;
    }
    return (norm - squares) / (runs * (runs - 1));
}

static void summarise(const curve_sums *b, double *values) {
    size_t n = b->c->g->n, rounds = b->c->rounds;
    double runs = (double)b->c->masks;
    for (size_t k = 0; k <= rounds; k++, values += CURVE_COLUMNS) {
        const double *squares = b->squares + k * CURVE_COLUMNS;
        const double *sum = b->sum + k * n;
        values[CURVE_ERROR] = squares[CURVE_ERROR] / runs;
        values[CURVE_MEAN_PLAIN] =
            squared_mean(b->sum_plain + k * n, NULL, squares[CURVE_ERROR], n, runs);
        values[CURVE_MEAN] = squared_mean(sum, NULL, squares[CURVE_MEAN], n, runs);
        for (size_t h = 0; h < CURVE_KERNELS; h++) {
            const double *e = b->predicted[h] + k * n;
            size_t miss = CURVE_MISS_FINITE + h;
            values[CURVE_FINITE + h] = cblas_ddot((int)n, e, 1, e, 1);
            values[miss] = squared_mean(sum, e, squares[miss], n, runs);
        }
    }
    *values = b->flipped;
}

/* Start, eigenpairs and predicted curves. */
static status start(curve_sums *b, uint64_t seed, size_t cell, size_t repetition) {
    const curve_setting *c = b->c;
    rng *source = rng_new(seed, cell, repetition, RNG_WEIGHTS);
    b->masks = rng_new(seed, cell, repetition, RNG_MASKS);
    if (!source || !b->masks) {
        rng_free(source);
        return fail(FAILED, "no memory for the random streams");
    }
    train_draw_start(&b->t, source, b->W, b->A);
    trainer_start(&b->t, b->W, b->A);
    rng_free(source);
    status st = eigenpairs_of_network(&b->t.whole, c->g, c->G, c->s.xi, &b->own);
    if (st != OK) { return st; }
    trainer_output(&b->t, b->u);
    for (size_t h = 0; st == OK && h < CURVE_KERNELS; h++) {
        double *e = b->predicted[h];
        for (size_t i = 0; i < c->g->n; i++) { e[i] = c->g->Y[i] - b->u[i]; }
        st = mean_curve(c->kernels[h] ? c->kernels[h] : &b->own, c->rule, c->rounds, e);
    }
    return st;
}

static status open_sums(curve_sums *b) {
    const curve_setting *c = b->c;
    const train_settings *s = &c->s;
    size_t n = c->g->n, curve = (c->rounds + 1) * n;
    scratch *own = &b->owned;
    if (trainer_new(c->g, s, false, &b->t) != OK) { return FAILED; }
    b->W = scratch_take(own, s->width * c->g->d, sizeof *b->W, "initial weights");
    b->A = scratch_take(own, s->width, sizeof *b->A, "signs");
    b->u = scratch_take(own, c->g->ld, sizeof *b->u, "output");
    b->mask = scratch_take(own, s->subnets, s->width, "masks");
    for (size_t h = 0; h < CURVE_KERNELS; h++) {
        b->predicted[h] = scratch_take(own, curve, sizeof *b->sum, "predicted curve");
    }
    b->sum = scratch_take(own, curve, sizeof *b->sum, "sums over masks");
    b->sum_plain = scratch_take(own, curve, sizeof *b->sum_plain, "sums over masks");
    b->squares =
        scratch_take(own, (c->rounds + 1) * CURVE_COLUMNS, sizeof *b->squares, "sums over masks");
    b->control = scratch_take(own, n, sizeof *b->control, "control variate");
    b->jump = scratch_take(own, n, sizeof *b->jump, "jump");
    b->work = scratch_take(own, n, sizeof *b->work, "eigencoordinates");
    return own->failed ? FAILED : OK;
}

static void close_sums(curve_sums *b) {
    trainer_free(&b->t);
    eigenpairs_free(&b->own);
    rng_free(b->masks);
    scratch_free(&b->owned);
}

size_t curve_values(size_t rounds) { return (rounds + 1) * CURVE_COLUMNS + 1; }

status curve_measure(const curve_setting *c, uint64_t seed, size_t cell, size_t repetition,
                     double *values) {
    curve_sums b = {.c = c, .honest = mean_rule_of(&c->s)};
    status st = open_sums(&b);
    if (st == OK) { st = start(&b, seed, cell, repetition); }
    for (size_t j = 0; st == OK && j < c->masks; j++) { st = add_run(&b); }
    if (st == OK) { summarise(&b, values); }
    close_sums(&b);
    return st;
}

double curve_distance(const double *values, size_t rounds, size_t kernel) {
    double missed = 0, whole = 0;
    for (size_t k = 0; k <= rounds; k++) {
        missed += values[k * CURVE_COLUMNS + CURVE_MISS_FINITE + kernel];
        whole += values[k * CURVE_COLUMNS + CURVE_FINITE + kernel];
    }
    return missed / whole;
}
