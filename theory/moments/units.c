#include "theory/moments/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/pace.h"
#include "model/spectrum.h"
#include "run/memory.h"
#include "theory/criteria.h"

/* The small networks, and how far from the start the large ones are. */
enum { SMALL_WIDTH = 4, SMALL_SUBNETS = 3, SMALL_SAMPLES = 4, SMALL_LOCAL_STEPS = 2, TRAINED_ROUNDS = 2 };
enum { PICKED_NEURONS = 16, PICKED_SAMPLES = 12 };
static const double SMALL_STEP = 0.3; /* of E10's rounds; any will do */

/* Streams beside those of the cells. */
enum { STREAM_STATE = CELLS, STREAM_SMALL = STREAM_STATE + 2, STREAM_SIGNS = STREAM_SMALL + 2 };

static train_settings settings_of(const moments_study *study, mask_kind kind)
{
    const moments_options *o = study->options;
    return (train_settings){.width = o->width,
                            .subnets = o->subnets,
                            .xi = kind == MASK_CATEGORICAL ? 1 / (double)o->subnets : o->xi,
                            .lr = o->step / study->data->gram_norm,
                            .local_steps = o->local_steps,
                            .kappa = o->kappa,
                            .mask = kind,
                            .scaling = SCALING_THEORY};
}

/* --- the small network of one kind and all its masks --- */

static status small_gram_norm(const moments_study *study, double *norm)
{
    double G[SMALL_SAMPLES * SMALL_SAMPLES];
    size_t n = study->few.n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            G[i * n + j] = study->data->G[i * study->data->data.n + j];
    return spectrum_norm(G, n, norm);
}

static status open_small(moments_study *study, mask_kind kind)
{
    moments_kind_study *k = &study->kind[kind];
    train_settings s = settings_of(study, kind);
    s.width = SMALL_WIDTH;
    s.subnets = SMALL_SUBNETS;
    s.local_steps = SMALL_LOCAL_STEPS;
    s.xi = kind == MASK_CATEGORICAL ? 1 / (double)SMALL_SUBNETS : s.xi;
    s.lr = SMALL_STEP;
    double *W = allocate(SMALL_WIDTH * study->few.d, sizeof *W, "weights"), A[SMALL_WIDTH], norm;
    rng *r = rng_new(study->data->run->seed, STREAM_SMALL + kind, 0, RNG_TRIAL);
    status done = W && r ? moments_draw_apart(&study->few, &s, r, W, A) : fail(FAILED, "no memory for a small network");
    if (done == OK)
        done = small_gram_norm(study, &norm);
    if (done == OK)
        done = moments_state_new(&study->few, &s, W, A, norm, (moments_picks){SMALL_WIDTH, SMALL_SAMPLES}, &k->small);
    if (done == OK && kind == MASK_CATEGORICAL)
        done = moments_combine_all(&study->few, &s, W, A, &study->combined, &k->masks);
    rng_free(r);
    free(W);
    return done;
}

static status look_at_all_masks(moments_kind_study *k)
{
    size_t entries = moments_layout_of(&k->small).first[MOMENTS];
    moments_constants c = moments_constants_of(&k->small.settings);
    double *minor = allocate(entries, sizeof *minor, "expected means");
    k->expected = allocate(entries, sizeof *k->expected, "expected means");
    k->mean = allocate(entries, sizeof *k->mean, "means");
    status done = minor && k->expected && k->mean ? moments_expected(&k->small, &c, k->expected, minor) : FAILED;
    if (done == OK)
        done = moments_enumerate(&k->small, k->mean, &k->masks, &k->steepest);
    free(minor);
    return done;
}

/* --- the network of one kind at real size --- */

static status set_views(moments_study *study, mask_kind kind)
{
    moments_kind_study *k = &study->kind[kind];
    size_t entries = moments_layout_of(&k->large).first[MOMENTS];
    moments_constants c = moments_constants_of(&k->large.settings);
    double *expected = allocate(entries, sizeof *expected, "expected means"),
           *minor = allocate(entries, sizeof *minor, "expected means");
    rng *r = rng_new(study->data->run->seed, STREAM_SIGNS + kind, 0, RNG_TRIAL);
    status done = expected && minor && r ? moments_expected(&k->large, &c, expected, minor)
                                         : fail(FAILED, "no memory for the closed forms");
    if (done == OK)
        done = moments_views_new(&k->large, expected, minor, r, &k->views);
    if (done == OK)
        moments_look(&k->views, expected, k->seen);
    rng_free(r);
    free(expected);
    free(minor);
    return done;
}

static status open_large(moments_study *study, mask_kind kind)
{
    moments_kind_study *k = &study->kind[kind];
    k->run = settings_of(study, kind);
    double *W = allocate(k->run.width * study->g.d, sizeof *W, "weights"),
           *A = allocate(k->run.width, sizeof *A, "output signs");
    status done = W && A ? moments_draw_trained(&study->g, &k->run, study->data->run->seed, STREAM_STATE + kind,
                                                TRAINED_ROUNDS, W, A)
                         : FAILED;
    if (done == OK)
        done = moments_state_new(&study->g, &k->run, W, A, study->data->gram_norm,
                                 (moments_picks){PICKED_NEURONS, PICKED_SAMPLES}, &k->large);
    if (done == OK)
        done = set_views(study, kind);
    free(W);
    free(A);
    return done;
}

/* --- the starts --- */

static void set_starts(moments_study *study)
{
    const moments_options *o = study->options;
    double n = (double)study->g.n;
    study->near_share = moments_near_share(n, (double)o->width, o->delta);
    study->starts = (moments_start){.g = &study->g,
                                    .width = o->width,
                                    .xi = o->xi,
                                    .kappa = o->kappa,
                                    .radius = moments_radius(study->near_share, o->kappa)};
    study->tails = study->starts;
    study->tails.width = (size_t)moments_tail_size(n, o->delta);
    study->tails.part = (size_t)moments_tail_size(1, o->delta);
}

static status open_grams(moments_study *study)
{
    dataset few = study->data->data; /* borrowed: gram_new copies */
    few.n = few.n < SMALL_SAMPLES ? few.n : SMALL_SAMPLES;
    status done = gram_new(&study->data->data, GRAM_AUTO, &study->g);
    return done == OK ? gram_new(&few, GRAM_AUTO, &study->few) : done;
}

/* What the states and views take, and in every thread the most that a unit does: a run, or a start with Lemma 17. */
static status check_memory(const moments_study *study)
{
    const moments_options *o = study->options;
    double n = (double)study->g.n, d = (double)study->g.d, m = (double)o->width, p = (double)o->subnets;
    double state = m * d + 4 * m * n + MOMENT_DIRECTIONS * (m * (p + 2 * PICKED_NEURONS + 2) + 2 * PICKED_NEURONS * n);
    double thread = m * d + 9 * m * n + 4 * n * n + m * p;
    double bytes = (2 * state + study->data->run->threads * thread) * sizeof(double), available = memory_available();
    if (available == 0 || bytes <= available)
        return OK;
    return fail(BAD_INPUT, "m = %zu, n = %zu need %.3g GB of memory, %.3g GB are free; take less --width or --samples",
                o->width, study->g.n, bytes / 1e9, available / 1e9);
}

status moments_study_open(const theory_data *data, const moments_options *options, moments_study *study)
{
    *study = (moments_study){
        .data = data, .options = options, .trials = (options->trials + MOMENT_UNITS - 1) / MOMENT_UNITS};
    status done = open_grams(study);
    if (done == OK)
        done = check_memory(study);
    for (int kind = 0; done == OK && kind < 2; kind++) {
        done = open_small(study, (mask_kind)kind);
        if (done == OK)
            done = look_at_all_masks(&study->kind[kind]);
        if (done == OK)
            done = open_large(study, (mask_kind)kind);
    }
    set_starts(study);
    if (done != OK)
        moments_study_close(study);
    return done;
}

void moments_study_close(moments_study *study)
{
    for (int kind = 0; kind < 2; kind++) {
        moments_state_free(&study->kind[kind].small);
        moments_state_free(&study->kind[kind].large);
        moments_views_free(&study->kind[kind].views);
        free(study->kind[kind].expected);
        free(study->kind[kind].mean);
    }
    gram_free(&study->g);
    gram_free(&study->few);
    *study = (moments_study){.data = NULL};
}

/* --- units --- */

size_t moments_unit_values(const moments_options *options)
{
    size_t values = sizeof(moments_sample) / sizeof(double), starts = sizeof(moments_starts) / sizeof(double);
    size_t rounds = options->rounds * ROUND_VALUES;
    values = values > starts ? values : starts;
    return values > rounds ? values : rounds;
}

typedef struct {
    const train_settings *s;
    rng *r;
} mask_source;

static void draw_mask(void *context, unsigned char *mask)
{
    const mask_source *source = context;
    mask_draw(source->s->mask, source->s->subnets, source->s->width, source->s->xi, source->r, mask);
}

static status masks_unit(const moments_study *study, mask_kind kind, rng *r, double *values)
{
    const moments_kind_study *k = &study->kind[kind];
    moments_sample sample;
    mask_source source = {&k->large.settings, r};
    status done = moments_simulate(&k->large, &k->views, draw_mask, &source, study->trials, &sample);
    if (done == OK)
        memcpy(values, &sample, sizeof sample);
    return done;
}

static status starts_unit(const moments_study *study, const moments_start *s, rng *r, double *values)
{
    moments_starts starts;
    moments_limits limits = moments_limits_of(s);
    const double *G = s == &study->starts ? study->data->G : NULL;
    status done = moments_starts_simulate(s, &limits, G, r, study->trials, &starts);
    if (done == OK)
        memcpy(values, &starts, sizeof starts);
    return done;
}

static status run_unit(const moments_study *study, size_t cell, size_t repetition, double *values)
{
    size_t count = study->options->rounds;
    mask_kind kind = cell == CELL_RUN_BERNOULLI ? MASK_BERNOULLI : MASK_CATEGORICAL;
    moments_round *rounds = allocate(count, sizeof *rounds, "rounds");
    if (!rounds)
        return FAILED;
    status done = moments_run(&study->g, &study->kind[kind].run, study->data->run->seed, cell, repetition,
                              study->starts.radius, rounds, count);
    memcpy(values, rounds, count * sizeof *rounds);
    free(rounds);
    return done;
}

status moments_unit(size_t cell, size_t repetition, double *values, const void *context)
{
    const moments_study *study = context;
    memset(values, 0, moments_unit_values(study->options) * sizeof *values);
    if (cell == CELL_RUN_BERNOULLI || cell == CELL_RUN_CATEGORICAL)
        return run_unit(study, cell, repetition, values);
    bool starts = cell == CELL_STARTS || cell == CELL_TAILS;
    rng *r = rng_new(study->data->run->seed, cell, repetition, starts ? RNG_TRIAL : RNG_MASKS);
    if (!r)
        return fail(FAILED, "no memory for a random stream");
    status done = starts ? starts_unit(study, cell == CELL_STARTS ? &study->starts : &study->tails, r, values)
                         : masks_unit(study, cell == CELL_BERNOULLI ? MASK_BERNOULLI : MASK_CATEGORICAL, r, values);
    rng_free(r);
    return done;
}

/* Operations; drawing and reading a normal number or a pre-activation counts as some. */
double moments_unit_cost(size_t cell, const void *context)
{
    const moments_study *study = context;
    double trials = (double)study->trials, n = (double)study->g.n, d = (double)study->g.d,
           m = (double)study->options->width;
    if (cell == CELL_BERNOULLI || cell == CELL_CATEGORICAL)
        return trials * moments_observe_cost(&study->kind[cell == CELL_CATEGORICAL].large);
    if (cell == CELL_STARTS)
        return trials * m * (2 * n * d + 100 * n + 200 * d) + 2 * n * n * m + 4 * n * n * n;
    if (cell == CELL_TAILS)
        return trials * (double)study->tails.width * (2 * n * d + 100 * n + 200 * d);
    return (double)study->options->rounds *
           (train_round_cost(&study->g, &study->kind[cell == CELL_RUN_CATEGORICAL].run) + 500 * n * m);
}

double moments_pace(const moments_study *study)
{
    const double seconds = 0.1;
    return pace_measure(&study->g, &study->kind[MASK_BERNOULLI].large.settings, study->data->run->threads, seconds);
}

void moments_settings_text(const moments_study *study, char *text, size_t size)
{
    const moments_options *o = study->options;
    snprintf(text, size,
             "data %s rows %zu label %zu seed %llu m %zu p %zu xi %.17g kappa %.17g delta %.17g step %.17g tau %zu "
             "rounds %zu trials %zu",
             study->data->data.sha256, study->g.n, o->label, (unsigned long long)study->data->run->seed, o->width,
             o->subnets, o->xi, o->kappa, o->delta, o->step, o->local_steps, o->rounds, study->trials);
}
