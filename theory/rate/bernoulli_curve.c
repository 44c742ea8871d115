#include "theory/rate/bernoulli_curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

#include "model/bounds.h"
#include "model/mask.h"
#include "model/ntk.h"
#include "model/spectrum.h"
#include "run/stats.h"

enum { WINDOW_LEAST = 4 };

/* --- eigenpairs --- */

status eigenpairs_new(const double *A, size_t n, double factor, eigenpairs *pairs)
{
    *pairs = (eigenpairs){.n = n};
    pairs->values = allocate(n, sizeof *pairs->values, "eigenvalues");
    pairs->vectors = allocate(n * n, sizeof *pairs->vectors, "eigenvectors");
    status s = pairs->values && pairs->vectors
                   ? spectrum_vectors(A, n, pairs->values, pairs->vectors)
                   : FAILED;
    if (s != OK) {
        eigenpairs_free(pairs);
        return s;
    }
    for (size_t k = 0; k < n; k++) { pairs->values[k] *= factor; }
    return OK;
}

status eigenpairs_of_network(const network *whole, const gram *g, const double *G, double xi,
                             eigenpairs *pairs)
{
    *pairs = (eigenpairs){0};
    ntk_masked *counts = ntk_masked_new(g->n, 1);
    double *H = allocate(g->n * g->n, sizeof *H, "kernel at the start");
    status s = counts && H ? ntk_masked_add(counts, whole->Z, g->ld, whole->m, NULL, 0, 1) : FAILED;
    if (s == OK) {
        ntk_masked_kernel(counts, 0, xi / (double)whole->m, G, H);
        s = eigenpairs_new(H, g->n, 1, pairs);
    }
    ntk_masked_free(counts);
    free(H);
    return s;
}

void eigenpairs_free(eigenpairs *pairs)
{
    free(pairs->values);
    free(pairs->vectors);
    *pairs = (eigenpairs){0};
}

/* coordinates <- V x, or x <- V^T coordinates. */
static void rotate(const eigenpairs *pairs, bool back, const double *from, double *to)
{
    int n = (int)pairs->n;
    cblas_dgemv(CblasRowMajor, back ? CblasTrans : CblasNoTrans, n, n, 1, pairs->vectors, n, from,
                1, 0, to, 1);
}

/* --- the predicted curve --- */

mean_rule mean_rule_of(const train_settings *s)
{
    return (mean_rule){mask_theta(s->mask, s->subnets, s->xi), s->lr, (unsigned)s->local_steps};
}

static double multiplier(mean_rule rule, double lambda)
{
    return bounds_mean_multiplier(rule.theta, rule.eta, lambda, rule.tau);
}

status mean_curve(const eigenpairs *pairs, mean_rule rule, size_t rounds, double *e)
{
    size_t n = pairs->n;
    double *coordinates = allocate(n, sizeof *coordinates, "eigencoordinates");
    if (!coordinates) { return FAILED; }
    rotate(pairs, false, e, coordinates);
    for (size_t k = 1; k <= rounds; k++) {
        for (size_t i = 0; i < n; i++) { coordinates[i] *= multiplier(rule, pairs->values[i]); }
        rotate(pairs, true, coordinates, e + k * n);
    }
    free(coordinates);
    return OK;
}

size_t mean_window(mean_rule rule, double xi, double lambda_max)
{
    double rounds = ceil(1 / (1 - multiplier(rule, xi * lambda_max)));
    return rounds > WINDOW_LEAST ? (size_t)rounds : WINDOW_LEAST;
}

double log_slope(const double *curve, size_t stride, size_t window)
{
    double *x = allocate(window + 1, sizeof *x, "rounds"),
           *y = allocate(window + 1, sizeof *y, "logarithms");
    double slope = NAN;
    if (x && y) {
        for (size_t k = 0; k <= window; k++) {
            x[k] = (double)k;
            y[k] = log(curve[k * stride]);
        }
        slope = stats_fit_line(x, y, window + 1, 0.5)
                    .slope; /* its interval would take rounds for independent */
    }
    free(x);
    free(y);
    return slope;
}

/* --- one start --- */

/* Sums over the runs of one start. */
typedef struct {
    const curve_setting *c;
    trainer t;
    eigenpairs own;   /* of H(0) */
    mean_rule honest; /* of the control variate */
    real *W, *A, *u;  /* start; output of the whole network */
    rng *masks;
    unsigned char *mask;
    double *finite, *infinite;     /* (rounds + 1, n) predicted curves */
    double *sum, *sum_plain;       /* (rounds + 1, n) sums of y - u_k - c_k and of y - u_k */
    double *squares;               /* (rounds + 1, CURVE_COLUMNS) sums of squared norms */
    double *control, *jump, *work; /* (n) c_k; sum_l (u_{k,0}^l - u_k); one more */
    double flipped;
} curve_sums;

static void add_jump(const train_sight *sight, void *context)
{
    curve_sums *b = context;
    for (size_t i = 0; sight->step == 0 && i < b->c->g->n; i++) {
        b->jump[i] += sight->U[i] - b->u[i];
    }
}

/* c <- P c + ((1 - P)/p) jump, in the eigenvectors of H(0): (theta/p) B = (1 - P)/p. */
static void move_control(curve_sums *b)
{
    size_t n = b->c->g->n;
    rotate(&b->own, false, b->control, b->work);
    rotate(&b->own, false, b->jump, b->control);
    for (size_t i = 0; i < n; i++) {
        double P = multiplier(b->honest, b->own.values[i]);
        b->work[i] = P * b->work[i] + (1 - P) / (double)b->c->s.subnets * b->control[i];
    }
    rotate(&b->own, true, b->work, b->control);
}

/* Adds round k of a run. */
static void add_round(curve_sums *b, size_t k)
{
    size_t n = b->c->g->n;
    const real *y = b->c->g->Y;
    double *squares = b->squares + k * CURVE_COLUMNS;
    for (size_t i = 0; i < n; i++) {
        double plain = y[i] - b->u[i], x = plain - b->control[i];
        double finite = x - b->finite[k * n + i], infinite = x - b->infinite[k * n + i];
        b->sum_plain[k * n + i] += plain;
        b->sum[k * n + i] += x;
        squares[CURVE_ERROR] += plain * plain;
        squares[CURVE_MEAN] += x * x;
        squares[CURVE_MISS_FINITE] += finite * finite;
        squares[CURVE_MISS_INFINITE] += infinite * infinite;
    }
}

/* Activations that differ from those of the start; Z0 is projected anew into the trainer's sums, which are scratch now.
 */
static double flipped_share(const curve_sums *b)
{
    const gram *g = b->c->g;
    size_t m = b->c->s.width, count = 0;
    real *start = b->t.sum.Z;
    gram_project(g, b->W, m, start);
    for (size_t r = 0; r < m; r++) {
        for (size_t i = 0; i < g->n; i++) {
            count += (start[r * g->ld + i] >= 0) != (b->t.whole.Z[r * g->ld + i] >= 0);
        }
    }
    return (double)count / ((double)m * (double)g->n);
}

static bool run_once(curve_sums *b)
{
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
        if (b->t.diverged) { return false; }
        move_control(b);
    }
    b->flipped += flipped_share(b) / (double)c->masks;
    return true;
}

/* (||sum||^2 - squares) / (M (M - 1)): unbiased for the squared norm of the mean. */
static double squared_mean(const double *sum, const double *less, double times, double squares,
                           size_t n, double runs)
{
    double norm = 0;
    for (size_t i = 0; i < n; i++) {
        double x = less ? sum[i] - times * less[i] : sum[i];
        norm += x * x;
    }
    return (norm - squares) / (runs * (runs - 1));
}

static double squared_norm(const double *x, size_t n)
{
    return cblas_ddot((int)n, x, 1, x, 1);
}

static void summarise(const curve_sums *b, double *values)
{
    size_t n = b->c->g->n, rounds = b->c->rounds;
    double runs = (double)b->c->masks;
    for (size_t k = 0; k <= rounds; k++, values += CURVE_COLUMNS) {
        const double *squares = b->squares + k * CURVE_COLUMNS, *sum = b->sum + k * n;
        const double *finite = b->finite + k * n, *infinite = b->infinite + k * n;
        values[CURVE_ERROR] = squares[CURVE_ERROR] / runs;
        values[CURVE_MEAN_PLAIN] =
            squared_mean(b->sum_plain + k * n, NULL, 0, squares[CURVE_ERROR], n, runs);
        values[CURVE_MEAN] = squared_mean(sum, NULL, 0, squares[CURVE_MEAN], n, runs);
        values[CURVE_FINITE] = squared_norm(finite, n);
        values[CURVE_INFINITE] = squared_norm(infinite, n);
        values[CURVE_MISS_FINITE] =
            squared_mean(sum, finite, runs, squares[CURVE_MISS_FINITE], n, runs);
        values[CURVE_MISS_INFINITE] =
            squared_mean(sum, infinite, runs, squares[CURVE_MISS_INFINITE], n, runs);
    }
    *values = b->flipped;
}

/* Start, eigenpairs and predicted curves. */
static status prepare(curve_sums *b, uint64_t seed, size_t cell, size_t repetition)
{
    const curve_setting *c = b->c;
    size_t n = c->g->n;
    rng *start = rng_new(seed, cell, repetition, RNG_WEIGHTS);
    b->masks = rng_new(seed, cell, repetition, RNG_MASKS);
    if (start && b->masks) {
        train_draw_start(&b->t, start, b->W, b->A);
        trainer_start(&b->t, b->W, b->A);
    }
    rng_free(start);
    if (!start || !b->masks) { return fail(FAILED, "no memory for the random streams"); }
    status s = eigenpairs_of_network(&b->t.whole, c->g, c->G, c->s.xi, &b->own);
    if (s != OK) { return s; }
    trainer_output(&b->t, b->u);
    for (size_t i = 0; i < n; i++) { b->finite[i] = b->infinite[i] = c->g->Y[i] - b->u[i]; }
    s = mean_curve(c->finite ? c->finite : &b->own, c->rule, c->rounds, b->finite);
    return s == OK ? mean_curve(c->infinite, c->rule, c->rounds, b->infinite) : s;
}

static status take_memory(curve_sums *b)
{
    const curve_setting *c = b->c;
    const train_settings *s = &c->s;
    size_t n = c->g->n, curve = (c->rounds + 1) * n;
    if (trainer_new(c->g, s, false, &b->t) != OK) { return FAILED; }
    b->W = allocate(s->width * c->g->d, sizeof *b->W, "initial weights");
    b->A = allocate(s->width, sizeof *b->A, "signs");
    b->u = allocate(c->g->ld, sizeof *b->u, "output");
    b->mask = allocate(s->subnets, s->width, "masks");
    b->finite = allocate(curve, sizeof *b->finite, "predicted curve");
    b->infinite = allocate(curve, sizeof *b->infinite, "predicted curve");
    b->sum = allocate(curve, sizeof *b->sum, "sums over masks");
    b->sum_plain = allocate(curve, sizeof *b->sum_plain, "sums over masks");
    b->squares = allocate(c->rounds + 1, CURVE_COLUMNS * sizeof *b->squares, "sums over masks");
    b->control = allocate(n, sizeof *b->control, "control variate");
    b->jump = allocate(n, sizeof *b->jump, "jump");
    b->work = allocate(n, sizeof *b->work, "eigencoordinates");
    bool all = b->W && b->A && b->u && b->mask && b->finite && b->infinite && b->sum &&
               b->sum_plain && b->squares && b->control && b->jump && b->work;
    return all ? OK : FAILED;
}

static void give_back(curve_sums *b)
{
    void *const owned[] = {b->W,   b->A,         b->u,       b->mask,    b->finite, b->infinite,
                           b->sum, b->sum_plain, b->squares, b->control, b->jump,   b->work};
    for (size_t k = 0; k < sizeof owned / sizeof *owned; k++) { free(owned[k]); }
    trainer_free(&b->t);
    eigenpairs_free(&b->own);
    rng_free(b->masks);
}

size_t curve_unit_values(size_t rounds)
{
    return (rounds + 1) * CURVE_COLUMNS + 1;
}

status curve_unit(const curve_setting *c, uint64_t seed, size_t cell, size_t repetition,
                  double *values)
{
    curve_sums b = {.c = c, .honest = mean_rule_of(&c->s)};
    status s = take_memory(&b);
    if (s == OK) { s = prepare(&b, seed, cell, repetition); }
    bool whole = true;
    for (size_t j = 0; s == OK && whole && j < c->masks; j++) { whole = run_once(&b); }
    if (s == OK && whole) { summarise(&b, values); }
    if (s == OK && !whole) {
        s = fail(FAILED, "mean curve, m=%zu: a run diverged; take a smaller --step", c->s.width);
    }
    give_back(&b);
    return s;
}

double curve_distance(const double *values, size_t rounds, int miss, int predicted)
{
    double missed = 0, whole = 0;
    for (size_t k = 0; k <= rounds; k++) {
        missed += values[k * CURVE_COLUMNS + miss];
        whole += values[k * CURVE_COLUMNS + predicted];
    }
    return missed / whole;
}
