/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/loss_save.h"

#include <stdlib.h>
#include <string.h>

#include "io/npy.h"
#include "model/ntk.h"
#include "model/trajectory.h"
#include "base/scratch.h"

bool loss_save_asked(const experiment_settings *o) {
    return o->save_weights || o->save_outputs || o->save_kernel;
}

/* --- whether it can be --- */

static status check_file(const program_options *options, const experiment_settings *o,
                         const char *option, const char *path) {
    if (!path) { return OK; }
    if (o->repeats != 1 || (o->xi.count != 1 && !experiment_parts(o))) {
        return fail(BAD_INPUT, "--%s: keeps one run; add --repeats 1 and one value of --xi",
                    option);
    }
    if (options->shards) {
        return fail(BAD_INPUT, "--%s: not with --shard; run without it", option);
    }
    status st = program_writes(options, option, path);
    return st == OK && o->init && strcmp(path, o->init) == 0
               ? fail(BAD_INPUT, "--%s: %s is the file of --init; give another name", option, path)
               : st;
}

status loss_save_check(const program_options *options, const experiment_settings *o) {
    status st = check_file(options, o, "save-weights", o->save_weights);
    if (st == OK) { st = check_file(options, o, "save-outputs", o->save_outputs); }
    if (st == OK) { st = check_file(options, o, "save-kernel", o->save_kernel); }
    return st;
}

/* --- the run --- */

/* One run, and all that may be written of it; arrays in `work`. */
struct loss_kept {
    const program_options *options;
    const experiment_settings *o;
    const experiment *e;
    const loss_start *start;
    trajectory run;
    scratch work;
    size_t n, d, m, q, p, rounds;
    size_t *place;        /* (n) where sample i of the file's order stands in the data */
    double *rows;         /* (n) its row of the file */
    real *W0, *W, *A, *U; /* (m, d) twice, (m, q), (q, ld) */
    double *errors;       /* (rounds + 1) */
    double *outputs;      /* (rounds + 1, n, q) */
    double *masks;        /* (rounds, p, m) */
    double *G, *kernel; /* (n, n); (2, p, n, n), at the start and at the end; NULL: not asked for */
};

static status take(loss_kept *k) {
    scratch *s = &k->work;
    k->place = scratch_take(s, k->n, sizeof *k->place, "order of samples");
    k->rows = scratch_take(s, k->n, sizeof *k->rows, "rows of the file");
    k->W0 = scratch_take(s, k->m * k->d, sizeof *k->W0, "initial weights");
    k->W = scratch_take(s, k->m * k->d, sizeof *k->W, "final weights");
    k->A = scratch_take(s, k->m * k->q, sizeof *k->A, "signs");
    k->U = scratch_take(s, k->q * k->e->g.ld, sizeof *k->U, "outputs");
    k->errors = scratch_take(s, k->rounds + 1, sizeof *k->errors, "errors");
    k->masks = scratch_take(s, k->rounds * k->p * k->m, sizeof *k->masks, "masks");
    k->outputs = scratch_take(s, k->o->save_outputs ? (k->rounds + 1) * k->n * k->q : 1,
                              sizeof *k->outputs, "outputs of a run");
    if (k->o->save_kernel) {
        k->G = scratch_take(s, k->n * k->n, sizeof *k->G, "Gram matrix");
        k->kernel = scratch_take(s, 2 * k->p * k->n * k->n, sizeof *k->kernel, "masked kernels");
    }
    return s->failed ? FAILED : OK;
}

/* place <- the samples by their rows of the file. */
static void order_samples(loss_kept *k) {
    experiment_file_order(k->e, k->place);
    for (size_t i = 0; i < k->n; i++) { k->rows[i] = (double)k->e->file_row[k->place[i]]; }
}

void loss_kept_state(loss_kept *k, size_t round) {
    k->errors[round] = k->run.t.error;
    if (!k->o->save_outputs) { return; }
    trainer_output(&k->run.t, k->U);
    for (size_t i = 0; i < k->n; i++) {
        for (size_t c = 0; c < k->q; c++) {
            k->outputs[(round * k->n + i) * k->q + c] = (double)k->U[c * k->e->g.ld + k->place[i]];
        }
    }
}

/* kernel (p, n, n), samples in the file's order <- of the masks of a round at the weights now. */
static status masked_kernel(const loss_kept *k, double *kernel) {
    const network *net = &k->run.t.whole;
    scratch s = {0};
    double *H = scratch_take(&s, k->n * k->n, sizeof *H, "a kernel");
    ntk_masked *counts = s.failed ? NULL : ntk_masked_new(k->n, k->p);
    status st = counts ? ntk_masked_add(counts, net->Z, k->e->g.ld, k->m, k->run.mask, k->m,
                                        k->options->threads)
                       : FAILED;
    for (size_t l = 0; st == OK && l < k->p; l++, kernel += k->n * k->n) {
        ntk_masked_kernel(counts, l, 1 / (double)k->m, k->G, H);
        for (size_t i = 0; i < k->n * k->n; i++) {
            kernel[i] = H[k->place[i / k->n] * k->n + k->place[i % k->n]];
        }
    }
    ntk_masked_free(counts);
    scratch_free(&s);
    return st;
}

status loss_kept_masks(loss_kept *k, size_t round) {
    size_t size = k->p * k->m;
    for (size_t j = 0; j < size; j++) { k->masks[round * size + j] = k->run.mask[j]; }
    return k->kernel && round == 0 ? masked_kernel(k, k->kernel) : OK;
}

/* --- files --- */

/* values (d, m) <- W (m, d). */
static double *turned(loss_kept *k, const real *W) {
    double *values = scratch_take(&k->work, k->d * k->m, sizeof *values, "weights");
    for (size_t j = 0; values && j < k->d * k->m; j++) {
        values[j % k->d * k->m + j / k->d] = (double)W[j];
    }
    return values;
}

static status write_weights(loss_kept *k) {
    const char *type = sizeof(real) == sizeof(float) ? "f4" : "f8";
    const train_settings *s = &k->e->cells[0];
    const train_scales *by = &k->run.t.scales;
    trainer_weights(&k->run.t, k->W0, k->W);
    double *W = turned(k, k->W), *W0 = turned(k, k->W0);
    double *A = scratch_take(&k->work, k->m * k->q, sizeof *A, "signs");
    if (k->work.failed) { return FAILED; }
    for (size_t j = 0; j < k->m * k->q; j++) { A[j] = (double)k->A[j]; }
    const double tau = (double)s->local_steps, n = (double)k->n, p = (double)k->p,
                 done = (double)k->rounds, scaling = s->scaling;
#define SCALAR(word, at) \
    { .name = word, .type = "f8", .rank = 0, .values = at }
    const npy_output arrays[] = {
        {.name = "weights", .type = type, .rank = 2, .shape = {k->d, k->m}, .values = W},
        {.name = "initial_weights", .type = type, .rank = 2, .shape = {k->d, k->m}, .values = W0},
        {.name = "signs", .type = type, .rank = 2, .shape = {k->m, k->q}, .values = A},
        {.name = "masks",
         .type = "u1",
         .rank = 3,
         .shape = {k->rounds, k->p, k->m},
         .values = k->masks},
        {.name = "rows", .type = "i8", .rank = 1, .shape = {k->n}, .values = k->rows},
        {.name = "errors", .type = "f8", .rank = 1, .shape = {k->rounds + 1}, .values = k->errors},
        SCALAR("xi", &s->xi),
        SCALAR("lr", &s->lr),
        SCALAR("local_steps", &tau),
        SCALAR("samples", &n),
        SCALAR("subnets", &p),
        SCALAR("rounds_done", &done),
        SCALAR("kappa", &s->kappa),
        SCALAR("scaling", &scaling),
        SCALAR("scale_whole", &by->whole),
        SCALAR("scale_subnet", &by->subnet),
        SCALAR("step", &by->step),
        SCALAR("label_scale", &k->e->data.label_scale)};
#undef SCALAR
    return npz_write(k->o->save_weights, arrays, sizeof arrays / sizeof *arrays);
}

static status write_outputs(const loss_kept *k) {
    const npy_output arrays[] = {
        {.name = "outputs",
         .type = "f8",
         .rank = 3,
         .shape = {k->rounds + 1, k->n, k->q},
         .values = k->outputs},
        {.name = "rows", .type = "i8", .rank = 1, .shape = {k->n}, .values = k->rows},
        {.name = "errors", .type = "f8", .rank = 1, .shape = {k->rounds + 1}, .values = k->errors},
        {.name = "label_scale", .type = "f8", .values = &k->e->data.label_scale}};
    return npz_write(k->o->save_outputs, arrays, sizeof arrays / sizeof *arrays);
}

static status write_kernel(const loss_kept *k) {
    const double *kernel = k->kernel;
    const npy_output arrays[] = {
        {.name = "kernel_start",
         .type = "f8",
         .rank = 3,
         .shape = {k->p, k->n, k->n},
         .values = kernel},
        {.name = "kernel_end",
         .type = "f8",
         .rank = 3,
         .shape = {k->p, k->n, k->n},
         .values = kernel + k->p * k->n * k->n},
        {.name = "rows", .type = "i8", .rank = 1, .shape = {k->n}, .values = k->rows},
        {.name = "errors", .type = "f8", .rank = 1, .shape = {k->rounds + 1}, .values = k->errors}};
    return npz_write(k->o->save_kernel, arrays, sizeof arrays / sizeof *arrays);
}

/* The start of any unit: given, or from its stream. */
static status begin(loss_kept *k) {
    uint64_t seed = k->options->seed;
    status st = trajectory_open(&k->e->g, &k->e->cells[0], true, seed, 0, 0, &k->run);
    rng *r = st == OK ? rng_new(seed, 0, 0, RNG_WEIGHTS) : NULL;
    if (st != OK || !r) { return FAILED; }
    if (k->start->W) {
        memcpy(k->W0, k->start->W, k->m * k->d * sizeof *k->W0);
        memcpy(k->A, k->start->A, k->m * k->q * sizeof *k->A);
        trainer_start(&k->run.t, k->W0, k->A);
    } else {
        train_draw_start(&k->run.t, r, k->W0, k->A);
    }
    rng_free(r);
    return OK;
}

status loss_kept_new(const program_options *options, const experiment_settings *o,
                     const experiment *common, const loss_start *start, loss_kept **kept) {
    loss_kept *k = *kept = allocate(1, sizeof *k, "a run that is kept");
    if (!k) { return FAILED; }
    *k = (loss_kept){.options = options,
                     .o = o,
                     .e = common,
                     .start = start,
                     .n = common->data.n,
                     .d = common->data.d,
                     .m = common->cells[0].width,
                     .q = common->data.q,
                     .p = common->cells[0].subnets,
                     .rounds = o->rounds};
    status st = take(k);
    if (st == OK) { st = begin(k); }
    if (st != OK) { return st; }
    if (k->G) { dataset_gram(&common->data, k->G); }
    order_samples(k);
    loss_kept_state(k, 0);
    return OK;
}

trajectory *loss_kept_run(loss_kept *k) { return &k->run; }

status loss_kept_write(loss_kept *k) {
    if (k->run.t.diverged) {
        return fail(FAILED, "the run diverged: there is nothing to save; take a smaller --lr");
    }
    status st = k->kernel ? masked_kernel(k, k->kernel + k->p * k->n * k->n) : OK;
    if (st == OK && k->o->save_weights) { st = write_weights(k); }
    if (st == OK && k->o->save_outputs) { st = write_outputs(k); }
    return st == OK && k->kernel ? write_kernel(k) : st;
}

void loss_kept_free(loss_kept *k) {
    if (!k) { return; }
    trajectory_close(&k->run);
    scratch_free(&k->work);
    free(k);
}
