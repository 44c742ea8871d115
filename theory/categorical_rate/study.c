/* What categorical-rate runs in either regime, and its table.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/categorical_rate/categorical_rate.h"

#include <math.h>

#include "model/dataset.h"
#include "model/train.h"
#include "theory/criteria.h"

enum { MAX_WIDTH = 10000000, MAX_SUBNETS = 10000, MAX_STEPS = 1000000 };
enum { ABOVE = OPTION_ABOVE_LOW };

/* --- options --- */

/* Of a regime: m, tau, K, p, eta ||G||, kappa. */
static const categorical_settings defaults = {.run = {256, 4, 30, {{1, 2, 4, 8}, 4}, 1, 1},
                                              .event = {32768, 2, 4, {{1, 2, 4}, 3}, 0.25, 1},
                                              .event_samples = 4,
                                              .label = OPTION_IS_AUTO,
                                              .trials = 64};

#define FIELD(member) offsetof(categorical_settings, member)

static const option_row options[] = {
    {"", OPTION_HEADING, .help = "The practical setting (LIST: commas between values):"},
    {"width", OPTION_COUNT, FIELD(run.width), 1, MAX_WIDTH, "hidden neurons m"},
    {"subnets", OPTION_COUNTS, FIELD(run.subnets), 1, MAX_SUBNETS, "subnetworks per round p",
     OPTION_ASCENDING},
    {"local-steps", OPTION_COUNT, FIELD(run.local_steps), 1, MAX_STEPS,
     "gradient steps tau of a subnetwork in a round"},
    {"rounds", OPTION_COUNT, FIELD(run.rounds), 1, MAX_STEPS, "rounds K"},
    {"step", OPTION_NUMBER, FIELD(run.step), 0, 1e6, "eta ||G||", ABOVE},
    {"kappa", OPTION_NUMBER, FIELD(run.kappa), 0, 1e6, "standard deviation of the initial weights",
     ABOVE},
    {"trials", OPTION_COUNT, FIELD(trials), 2, RNG_MAX_REPEATS - 1,
     "trials of every cell, a start and masks each", OPTION_NO_VALUE},
    KERNEL_LABEL_OPTION(categorical_settings),
    {"", OPTION_HEADING,
     .help = "The setting in which weights stay within R* (few rows, wide, short steps):"},
    {"event-samples", OPTION_COUNT, FIELD(event_samples), 1, 1000000,
     "rows, the first of --samples"},
    {"event-width", OPTION_COUNT, FIELD(event.width), 1, MAX_WIDTH, "m"},
    {"event-subnets", OPTION_COUNTS, FIELD(event.subnets), 1, MAX_SUBNETS, "p", OPTION_ASCENDING},
    {"event-local-steps", OPTION_COUNT, FIELD(event.local_steps), 1, MAX_STEPS, "tau"},
    {"event-rounds", OPTION_COUNT, FIELD(event.rounds), 1, MAX_STEPS, "K"},
    {"event-step", OPTION_NUMBER, FIELD(event.step), 0, 1e6, "eta ||G||", ABOVE},
    {"event-kappa", OPTION_NUMBER, FIELD(event.kappa), 0, 1e6, "standard deviation", ABOVE},
    {NULL}};

static categorical_cell cell_at(const categorical_regime *o, const kernel_data *data, const gram *g,
                                double p) {
    double xi = 1 / p, eta = o->step / data->gram_norm, n = (double)data->data.n;
    double m = (double)o->width;
    bounds_setting bounds = kernel_data_bounds(data, (double)o->rounds * p, xi, CRITERION_DELTA);
    categorical_cell c = {.data = data,
                          .g = g,
                          .s = {.width = o->width,
                                .subnets = (size_t)p,
                                .xi = xi,
                                .lr = eta,
                                .local_steps = o->local_steps,
                                .kappa = o->kappa,
                                .mask = MASK_CATEGORICAL,
                                .scaling = SCALING_THEORY,
                                .unselected = UNSELECTED_KEEP},
                          .rounds = o->rounds,
                          .radius = bounds_radius(&bounds, o->kappa),
                          .rho = bounds_categorical_contraction(eta, data->lambda0, p),
                          .failure = 2 * CRITERION_DELTA + bounds_lemma23_failure(n, m),
                          .wide_enough = m >= bounds_width_combined(&bounds),
                          .step_met = eta * data->gram_norm <= 1 + CRITERION_EXACT};
    c.jump_bound = bounds_categorical_jump(xi, n, o->kappa, c.radius);
    c.uncancelled = (double)o->local_steps * eta * bounds_step_spread(&bounds, m);
    return c;
}

static void add_cells(study_run *r, const categorical_regime *o, const kernel_data *data,
                      const gram *g) {
    categorical_context *c = r->context;
    size_t values = CAT_ROW(o->rounds + 1);
    for (size_t k = 0; k < o->subnets.count; k++) {
        c->cells[r->cells++] = cell_at(o, data, g, o->subnets.values[k]);
    }
    r->values = values > r->values ? values : r->values;
}

/* --- the sweep --- */

/* The rows of the event regime, --event-samples of those of the run, or all where there are fewer.
 * The closest pair, which leads a spread choice, is left out if there are enough others: it would
 * ask for widths that nobody can train. */
static status event_rows(const study_run *r, dataset *few) {
    const dataset *data = &((const categorical_context *)r->context)->data.data;
    size_t wanted = ((const categorical_settings *)r->settings)->event_samples;
    size_t n = wanted < data->n ? wanted : data->n,
           first = data->spread && n + 2 <= data->n ? 2 : 0;
    if (n < wanted) {
        program_say(&r->options, "--event-samples: there are %zu rows, all are taken", n);
    }
    return few_rows(data, first, n, few);
}

static status prepare(study_run *r) {
    categorical_context *c = r->context;
    const categorical_settings *o = r->settings;
    dataset few;
    status st = kernel_data_open(&r->options, r->study->samples, o->label, &c->data);
    if (st != OK) { return st; }
    st = event_rows(r, &few);
    if (st == OK) { st = kernel_data_take(&r->options, few, &c->few); }
    if (st == OK) { st = gram_new(&c->data.data, GRAM_AUTO, &c->g); }
    if (st == OK) { st = gram_new(&c->few.data, GRAM_AUTO, &c->few_g); }
    if (st != OK) { return st; }
    add_cells(r, &o->run, &c->data, &c->g);
    c->first_event = r->cells;
    add_cells(r, &o->event, &c->few, &c->few_g);
    c->seconds[0] = c->seconds[1] = 1;
    r->data = &c->data.data;
    r->repeats = o->trials;
    return OK;
}

static void close_context(void *context) {
    categorical_context *c = context;
    kernel_data_close(&c->data);
    kernel_data_close(&c->few);
    gram_free(&c->g);
    gram_free(&c->few_g);
}

/* Operations of training, and as many as the rest takes the time of: a column of few rows some 1500
 * a step however short it is (calls, distances, copies), a normal deviate some 150. */
static double cost(const study_run *r, size_t k) {
    const categorical_context *all = r->context;
    const categorical_cell *c = &all->cells[k];
    double m = (double)c->s.width, steps = (double)(c->rounds * c->s.local_steps);
    return all->seconds[k >= all->first_event] *
           ((double)c->rounds * train_round_cost(c->g, &c->s) + 1500 * m * steps +
            150 * m * (double)c->g->d);
}

/* Of an operation, from a unit of few rounds. */
static double seconds_of(const study_run *r, size_t cell) {
    enum { FEW = 4 };
    categorical_context context = *(const categorical_context *)r->context;
    study_run small = *r;
    size_t *rounds = &context.cells[cell].rounds;
    *rounds = *rounds < FEW ? *rounds : FEW;
    context.seconds[0] = context.seconds[1] = 1;
    small.context = &context;
    return study_time_unit(&small, cell) / cost(&small, cell);
}

static double calibrate(const study_run *r) {
    categorical_context *c = r->context;
    double run = seconds_of(r, 0), event = seconds_of(r, c->first_event);
    c->seconds[0] = run;
    c->seconds[1] = event;
    return 1;
}

/* All masks of a small network with normal pre-activations and labels. */
static status gather(study_run *r) {
    enum { N = 4, M = 7, P = 3 }; /* 3^7 masks */
    double Z[M * N], a[M], y[N];
    rng *source = rng_new(r->options.seed, r->cells, 0, RNG_TRIAL);
    if (!source) { return fail(FAILED, "no memory for the random streams"); }
    rng_normal_double(source, 1, M * N, Z);
    rng_normal_double(source, 1, N, y);
    for (size_t k = 0; k < M; k++) { a[k] = rng_uniform(source) < 0.5 ? -1 : 1; }
    rng_free(source);
    return jump_enumerate(N, M, P, Z, a, y, &((categorical_context *)r->context)->enumerated);
}

/* --- the table: a row for each cell and round, means over trials --- */

/* Of number `which` of a cell's units less number `less`. */
static stats_summary difference(const study_run *r, size_t cell, size_t which, size_t less) {
    double *x = r->over_repeats;
    study_numbers(r, cell, which, x);
    for (size_t j = 0; j < r->repeats; j++) { x[j] -= study_values(r, cell, j)[less]; }
    return stats_summarise(x, r->repeats);
}

static double mean_indicated(const study_run *r, size_t cell, size_t k) {
    for (size_t j = 0; j < r->repeats; j++) {
        const double *row = categorical_row(r, cell, j, k);
        r->over_repeats[j] = categorical_indicated(row, row[CAT_WHOLE]);
    }
    return stats_summarise(r->over_repeats, r->repeats).mean;
}

/* Round k of a cell; NaN where there is nothing after the last round. */
static void put_row(const study_run *r, size_t cell, size_t k, table *t) {
    const categorical_context *context = r->context;
    const categorical_cell *c = &context->cells[cell];
    size_t row = CAT_ROW(k), next = k < c->rounds ? CAT_ROW(k + 1) : row;
    double tau = (double)c->s.local_steps;
    double sampled = study_summary(r, cell, row + CAT_SAMPLED).mean;
    stats_summary jump = difference(r, cell, row + CAT_SAMPLED, row + CAT_WHOLE);
    table_row(t);
    row_text(t, "regime", "run: a practical setting; event: one in which Omega_k holds",
             cell < context->first_event ? "run" : "event");
    row_number(t, "samples", "n", (double)c->data->data.n);
    row_number(t, "width", "m", (double)c->s.width);
    row_number(t, "subnets", "p", (double)c->s.subnets);
    row_number(t, "local_steps", "tau", tau);
    row_number(t, "eta", "step size", c->s.lr);
    row_number(t, "round", "k", (double)k);
    row_number(t, "whole", "||y - u_k||^2, mean over trials, as all that follows",
               study_summary(r, cell, row + CAT_WHOLE).mean);
    row_number(t, "sampled", "(1/p) sum_l ||y - u^l_{k,0}||^2 after masks are drawn", sampled);
    row_number(t, "jump", "sampled - whole, measured", jump.mean);
    row_number(t, "jump_sd", "standard deviation of the jump over trials (n-1)", jump.sd);
    row_number(t, "jump_predicted", "V_k", study_summary(r, cell, row + CAT_JUMP).mean);
    row_number(t, "descended", "(1/p) sum_l ||y - u^l_{k,tau}||^2 after local descent",
               study_summary(r, cell, row + CAT_DESCENDED).mean);
    row_number(t, "descent_bound",
               "rho^tau * sampled, at least descended where every local step contracts as asserted",
               pow(c->rho, tau) * sampled);
    row_number(t, "drop", "descended - ||y - u_{k+1}||^2, measured",
               difference(r, cell, row + CAT_DESCENDED, next + CAT_WHOLE).mean);
    row_number(t, "drop_predicted", "A_k", study_summary(r, cell, row + CAT_DROP).mean);
    row_number(t, "omega", "share of trials in Omega_k",
               study_summary(r, cell, row + CAT_OMEGA).mean);
    row_number(t, "indicated",
               "mean of ||y - u_k||^2 over all trials, those outside Omega_k count 0",
               mean_indicated(r, cell, k));
    row_number(t, "bound",
               "rho^(tau k) ||y - u_0||^2 + Vbar rho^tau/(1 - rho^tau), at least indicated",
               bounds_categorical_error(c->rho, tau, (double)k,
                                        study_summary(r, cell, CAT_ROW(0) + CAT_WHOLE).mean,
                                        c->jump_bound));
}

static void put_cell(const study_run *r, size_t cell, table *t) {
    table_gap(t);
    for (size_t k = 0; k <= categorical_cell_of(r, cell)->rounds; k++) { put_row(r, cell, k, t); }
}

static const study_table tables[] = {
    {"",
     "Theorem 4: E[1_Omega_k ||y - u_k||^2] <= rho^(tau k) ||y - u_0||^2 + Vbar rho^tau/(1 - "
     "rho^tau)",
     17, put_cell},
    {NULL}};

const study categorical_study = {
    .samples = 24,
    .about = "Theorem 4: convergence under categorical masks, its bound and its three movements",
    STUDY_OF(options, defaults, categorical_context),
    .prepare = prepare,
    .close = close_context,
    .measure = categorical_measure,
    .cost = cost,
    .calibrate = calibrate,
    .gather = gather,
    .note = kernel_data_note_of,
    .tables = tables,
    .claims = categorical_claims};
