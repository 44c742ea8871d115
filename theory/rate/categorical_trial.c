#include "theory/rate/categorical_trial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>
#include <lapacke.h>

#include "model/bounds.h"
#include "model/network.h"
#include "model/trajectory.h"
#include "theory/shared/criteria.h"

/* X (n, n) <- L with L L^T = G; false if G is not positive definite. */
static bool cholesky_rows(const dataset *data, size_t n, double *X)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            X[i * n + j] =
                cblas_ddot((int)data->d, data->X + i * data->d, 1, data->X + j * data->d, 1);
        }
    }
    return LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', (lapack_int)n, X, (lapack_int)n) == 0;
}

status categorical_rows(const dataset *data, size_t n, dataset *few)
{
    *few = *data;
    few->n = n;
    few->opposite = data->opposite && data->opposite_rows[0] < n && data->opposite_rows[1] < n;
    few->X = allocate(n * data->d, sizeof *few->X, "first rows");
    few->Y = allocate(n, sizeof *few->Y, "first labels");
    if (!few->X || !few->Y) {
        dataset_free(few);
        return FAILED;
    }
    memcpy(few->Y, data->Y, n * sizeof *few->Y);
    if (n < data->d && cholesky_rows(data, n, few->X)) {
        few->d = n;
    } else {
        memcpy(few->X, data->X, n * data->d * sizeof *few->X);
    }
    return OK;
}

categorical_cell categorical_cell_of(const theory_data *data, const gram *g, size_t width,
                                     size_t subnets, size_t local_steps, double step, double kappa,
                                     size_t rounds)
{
    double xi = 1 / (double)subnets, eta = step / data->gram_norm;
    bounds_setting bounds = theory_bounds(data, (double)(rounds * subnets), xi, CRITERION_DELTA);
    return (categorical_cell){.data = data,
                              .g = g,
                              .s = {.width = width,
                                    .subnets = subnets,
                                    .xi = xi,
                                    .lr = eta,
                                    .local_steps = local_steps,
                                    .kappa = kappa,
                                    .mask = MASK_CATEGORICAL,
                                    .scaling = SCALING_THEORY,
                                    .unselected = UNSELECTED_KEEP},
                              .rounds = rounds,
                              .radius = bounds_radius(&bounds, kappa),
                              .contraction = bounds_local_contraction(eta, xi, data->lambda0)};
}

size_t categorical_values(size_t rounds)
{
    return (rounds + 1) * CAT_COLUMNS + CAT_SINGLE_VALUES;
}

/* --- one trial --- */

typedef struct {
    const categorical_cell *c;
    trajectory run;
    real *Z0;                     /* (m, ld) initial pre-activations */
    real *u;                      /* (ld) output of the whole network at the round's start */
    double *start, *end;          /* (p, n) outputs of the subnetworks at t = 0 and t = tau */
    double sampled, descended;    /* sums over l of ||y - u^l||^2 */
    double labels;                /* ||y||^2 */
    double before;                /* ||y - u^l_t||^2 of the step before */
    bool inside;                  /* this subnetwork's neurons were in the ball there */
    bool satisfied, left, failed; /* (4) at every step so far; as CAT_LEFT and CAT_FAILED */
    double drift;                 /* largest ||w - w_0||^2 */
} trial;

/* Largest ||w_r - w_{0,r}||^2 over the neurons of a network. */
static double largest_drift(const trial *b, const network *net)
{
    double most = 0;
    for (size_t r = 0; r < net->m; r++) {
        most = fmax(most, network_drift_squared(b->c->g, net, b->Z0, r));
    }
    return most;
}

/* (4), unless ||e_t|| is so small that rounding of outputs moves the ratio. */
static bool descends(const trial *b, double after)
{
    return b->before <= CRITERION_EXACT * b->labels || after <= b->c->contraction * b->before;
}

static void look(const train_sight *sight, void *context)
{
    trial *b = context;
    const categorical_cell *c = b->c;
    size_t n = c->g->n;
    double square = 2 * (double)n * sight->error, drift = largest_drift(b, sight->net);
    bool inside = drift <= c->radius * c->radius;
    b->drift = fmax(b->drift, drift);
    b->left |= !inside;
    if (sight->step > 0 && !descends(b, square)) {
        b->satisfied = false;
        b->failed |= inside && b->inside;
    }
    double *kept = sight->step == 0 ? b->start : sight->step == c->s.local_steps ? b->end : NULL;
    for (size_t i = 0; kept && i < n; i++) { kept[sight->subnet * n + i] = sight->U[i]; }
    b->sampled += sight->step == 0 ? square : 0;
    b->descended += sight->step == c->s.local_steps ? square : 0;
    b->before = square;
    b->inside = inside;
}

/* (1/p^2) sum_{l<l'} ||u^l - u^l'||^2; outputs (p, n). */
static double pair_spread(const double *outputs, size_t p, size_t n)
{
    double sum = 0;
    for (size_t l = 0; l < p; l++) {
        for (size_t k = l + 1; k < p; k++) {
            for (size_t i = 0; i < n; i++) {
                double x = outputs[l * n + i] - outputs[k * n + i];
                sum += x * x;
            }
        }
    }
    return sum / ((double)p * (double)p);
}

static double activation_squares(const network *net, size_t n, size_t ld)
{
    double sum = 0;
    for (size_t r = 0; r < net->m; r++) {
        for (size_t i = 0; i < n; i++) {
            double z = net->Z[r * ld + i];
            sum += z > 0 ? z * z : 0;
        }
    }
    return sum;
}

static double relative(double left, double right, double size)
{
    return left == right ? 0 : fabs(left - right) / size;
}

/* Errors of Lemma 14 and of u = (1/p) sum_l u^l at the start of a round. */
static void compare_start(const trial *b, double *values)
{
    size_t p = b->c->s.subnets, n = b->c->g->n;
    double spread = 0, off = 0, largest = 0;
    for (size_t i = 0; i < n; i++) {
        double mean = 0;
        for (size_t l = 0; l < p; l++) {
            double x = b->start[l * n + i] - b->u[i];
            spread += x * x / (double)p;
            mean += b->start[l * n + i] / (double)p;
            largest = fmax(largest, fabs(b->start[l * n + i]));
        }
        off = fmax(off, fabs(mean - b->u[i]));
    }
    double pairs = pair_spread(b->start, p, n);
    values[CAT_SPREAD] = relative(spread, pairs, b->sampled / (double)p);
    values[CAT_MEAN] = relative(off, 0, largest);
}

/* One round; false after divergence. */
static bool round_of(trial *b, double *values)
{
    const categorical_cell *c = b->c;
    const train_settings *s = &c->s;
    size_t n = c->g->n, p = s->subnets;
    values[CAT_JUMP] =
        bounds_jump(s->xi, (double)s->width, activation_squares(&b->run.t.whole, n, c->g->ld));
    trainer_output(&b->run.t, b->u);
    b->sampled = b->descended = 0;
    if (!trajectory_round(&b->run, look, b)) { return false; }
    values[CAT_SAMPLED] = b->sampled / (double)p;
    values[CAT_DESCENDED] = b->descended / (double)p;
    values[CAT_DROP] = pair_spread(b->end, p, n);
    double after = 2 * (double)n * b->run.t.error;
    values[CAT_IDENTITY] =
        relative(after, values[CAT_DESCENDED] - values[CAT_DROP], values[CAT_DESCENDED]);
    compare_start(b, values);
    return true;
}

/* Lemma 23's bound at the start. */
static bool lemma23(const trial *b)
{
    const categorical_cell *c = b->c;
    bool holds = true;
    for (size_t i = 0; i < c->g->n; i++) {
        double sum = 0;
        for (size_t r = 0; r < c->s.width; r++) {
            sum += b->Z0[r * c->g->ld + i] * b->Z0[r * c->g->ld + i];
        }
        holds &= sum <= 2 * (double)c->s.width * c->s.kappa * c->s.kappa;
    }
    return holds;
}

static status follow(trial *b, double *values)
{
    const categorical_cell *c = b->c;
    double *single = values + (c->rounds + 1) * CAT_COLUMNS;
    bool start = lemma23(b);
    for (size_t k = 0; k < categorical_values(c->rounds); k++) { values[k] = NAN; }
    for (size_t k = 0;; k++, values += CAT_COLUMNS) {
        values[CAT_WHOLE] = 2 * (double)c->g->n * b->run.t.error;
        values[CAT_OMEGA] = start && b->satisfied && !b->left;
        if (k == c->rounds) { break; }
        if (!round_of(b, values)) {
            return fail(FAILED, "p=%zu m=%zu: diverged in round %zu; take a smaller step",
                        c->s.subnets, c->s.width, k + 1);
        }
    }
    single[CAT_LEMMA23] = start;
    single[CAT_LEFT] = b->left;
    single[CAT_FAILED] = b->failed;
    single[CAT_DRIFT] = sqrt(b->drift) / c->radius;
    return OK;
}

status categorical_unit(const categorical_cell *c, uint64_t seed, size_t cell, size_t repetition,
                        double *values)
{
    trial b = {.c = c, .satisfied = true};
    size_t m = c->s.width, p = c->s.subnets, n = c->g->n;
    status s = trajectory_open(c->g, &c->s, true, seed, cell, repetition, &b.run);
    b.Z0 = allocate(m * c->g->ld, sizeof *b.Z0, "initial pre-activations");
    b.u = allocate(c->g->ld, sizeof *b.u, "output");
    b.start = allocate(p * n, sizeof *b.start, "outputs of subnetworks");
    b.end = allocate(p * n, sizeof *b.end, "outputs of subnetworks");
    if (!b.Z0 || !b.u || !b.start || !b.end) { s = FAILED; }
    if (s == OK) {
        memcpy(b.Z0, b.run.t.whole.Z, m * c->g->ld * sizeof *b.Z0);
        for (size_t i = 0; i < n; i++) { b.labels += (double)c->g->Y[i] * (double)c->g->Y[i]; }
        s = follow(&b, values);
    }
    trajectory_close(&b.run);
    free(b.Z0);
    free(b.u);
    free(b.start);
    free(b.end);
    return s;
}

/* --- enumeration --- */

/* sum_i (y_i - scale sum_{r: owner_r = l} a_r sigma_ri)^2; l < 0: all neurons. */
static double squared_error(size_t n, size_t m, const double *Z, const double *a, const double *y,
                            const unsigned char *owner, int l, double scale)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double u = 0;
        for (size_t r = 0; r < m; r++) {
            if ((l < 0 || owner[r] == l) && Z[r * n + i] > 0) { u += a[r] * Z[r * n + i]; }
        }
        sum += (y[i] - scale * u) * (y[i] - scale * u);
    }
    return sum;
}

status categorical_enumerate(size_t n, size_t m, size_t p, const double *Z, const double *a,
                             const double *y, double *sampled, double *whole, double *jump)
{
    static const double MOST = 0x1p20;
    double masks = pow((double)p, (double)m), xi = 1 / (double)p, squares = 0,
           scale = 1 / sqrt((double)m);
    long double sum = 0; /* of so many terms */
    if (!(masks <= MOST) || p > UINT8_MAX) {
        return fail(BAD_INPUT, "%zu^%zu masks are too many to enumerate; take fewer neurons", p, m);
    }
    unsigned char *owner = allocate(m, 1, "owners of neurons");
    if (!owner) { return FAILED; }
    for (size_t k = 0; k < m * n; k++) { squares += Z[k] > 0 ? Z[k] * Z[k] : 0; }
    for (size_t r = 0; r < m;) {
        for (size_t l = 0; l < p; l++) {
            sum += squared_error(n, m, Z, a, y, owner, (int)l, scale);
        }
        for (r = 0; r < m && ++owner[r] == p; r++) { /* the next mask: a counter in base p */
            owner[r] = 0;
        }
    }
    *sampled = (double)(sum / masks) / (double)p;
    *whole = squared_error(n, m, Z, a, y, owner, -1, xi * scale);
    *jump = bounds_jump(xi, (double)m, squares);
    free(owner);
    return OK;
}
