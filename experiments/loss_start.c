#include "experiments/loss_start.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/fingerprint.h"
#include "run/npy.h"

/* Takes a scalar of the file as an option's default. */
static status read_scalar(const char *path, const char *name, double low, double high, double *value)
{
    if (!npz_has(path, name))
        return OK;
    npy_array array = {0};
    status s = npz_read(path, name, &array);
    if (s == OK && !(array.count == 1 && array.values[0] >= low && array.values[0] <= high))
        s = fail(BAD_INPUT, "%s: '%s' is not one number in [%g, %g]; write it as a scalar or leave it out", path, name, low, high);
    if (s == OK)
        *value = array.values[0];
    npy_free(&array);
    return s;
}

static status read_array(const char *path, const char *name, int rank, const char *shape, npy_array *array)
{
    status s = npz_read(path, name, array);
    if (s == OK && (array->rank != rank || array->count == 0))
        s = fail(BAD_INPUT, "%s: '%s' has rank %d; write it with shape %s", path, name, array->rank, shape);
    return s;
}

static status take_weights(const char *path, const npy_array *weights, loss_start *start)
{
    start->d = weights->shape[0];
    start->m = weights->shape[1];
    start->W = allocate(weights->count, sizeof *start->W, "initial weights");
    if (!start->W)
        return FAILED;
    for (size_t k = 0; k < weights->count; k++) {
        double w = weights->values[k];
        if (!(w - w == 0))
            return fail(BAD_INPUT, "%s: 'weights' has NaN or Inf in row %zu; write finite numbers", path, k / start->m);
        start->W[k % start->m * start->d + k / start->m] = (real)w;
    }
    return OK;
}

static status take_signs(const char *path, const npy_array *signs, loss_start *start)
{
    start->q = signs->shape[1];
    if (signs->shape[0] != start->m)
        return fail(BAD_INPUT, "%s: 'signs' has %zu rows for %zu neurons; write it with shape (m, q)", path, signs->shape[0], start->m);
    start->A = allocate(signs->count, sizeof *start->A, "output signs");
    if (!start->A)
        return FAILED;
    for (size_t k = 0; k < signs->count; k++) {
        if (!(signs->values[k] == 1 || signs->values[k] == -1))
            return fail(BAD_INPUT, "%s: 'signs' has %g in row %zu; write -1 or +1", path, signs->values[k], k / start->q);
        start->A[k] = (real)signs->values[k];
    }
    return OK;
}

static status take_masks(const char *path, const npy_array *masks, loss_start *start)
{
    start->rounds = masks->shape[0];
    start->subnets = masks->shape[1];
    if (masks->shape[2] != start->m)
        return fail(BAD_INPUT, "%s: 'masks' is for %zu neurons, 'weights' has %zu; write shape (K, p, m)", path, masks->shape[2], start->m);
    start->masks = allocate(masks->count, 1, "masks");
    if (!start->masks)
        return FAILED;
    for (size_t k = 0; k < masks->count; k++) {
        if (!(masks->values[k] == 0 || masks->values[k] == 1))
            return fail(BAD_INPUT, "%s: 'masks' has %g in round %zu; write 0 or 1", path, masks->values[k], k / (start->subnets * start->m));
        start->masks[k] = masks->values[k] == 1;
    }
    return OK;
}

static status read_arrays(const char *path, loss_start *start)
{
    npy_array weights = {0}, signs = {0}, masks = {0};
    status s = read_array(path, "weights", 2, "(d, m)", &weights);
    if (s == OK)
        s = take_weights(path, &weights, start);
    if (s == OK)
        s = read_array(path, "signs", 2, "(m, q)", &signs);
    if (s == OK)
        s = take_signs(path, &signs, start);
    if (s == OK && npz_has(path, "masks")) {
        s = read_array(path, "masks", 3, "(K, p, m)", &masks);
        if (s == OK)
            s = take_masks(path, &masks, start);
    }
    npy_free(&weights);
    npy_free(&signs);
    npy_free(&masks);
    return s;
}

static status read_settings(const char *path, experiment_options *o)
{
    enum { MAX = 1000000 };
    double samples = (double)o->samples, steps = (double)o->local_steps, xi = 0, lr = 0;
    status s = read_scalar(path, "samples", 1, MAX, &samples);
    if (s == OK)
        s = read_scalar(path, "local_steps", 1, MAX, &steps);
    if (s == OK)
        s = read_scalar(path, "xi", 1e-9, 1, &xi);
    if (s == OK)
        s = read_scalar(path, "lr", 1e-300, 1e9, &lr);
    if (s != OK)
        return s;
    o->samples = (size_t)samples;
    o->local_steps = (size_t)steps;
    if (xi > 0)
        o->xi = (option_list){{xi}, 1};
    if (lr > 0)
        o->lr = (option_list){{lr}, 1};
    return OK;
}

status loss_start_read(const char *path, experiment_options *o, loss_start *start)
{
    char sha256[65];
    const file_mark mark = fingerprint_mark(path);
    status s = read_arrays(path, start);
    if (s == OK)
        s = read_settings(path, o);
    if (s == OK)
        s = fingerprint_file(path, &mark, sha256);
    if (s != OK)
        return s;
    snprintf(start->text, sizeof start->text, "start %s", sha256);
    o->width = (option_list){{(double)start->m}, 1};
    o->repeats = 1;
    if (start->masks) {
        o->subnets = (option_list){{(double)start->subnets}, 1};
        o->rounds = start->rounds;
    }
    return OK;
}

status loss_start_check(const loss_start *start, const experiment *e, const char *path)
{
    const experiment_options *o = e->options;
    if (!start->W)
        return OK;
    if (start->d != e->data.d || start->q != e->data.q)
        return fail(BAD_INPUT, "%s: weights and signs are for d=%zu q=%zu, the data have d=%zu q=%zu; give the --data they belong to",
                    path, start->d, start->q, e->data.d, e->data.q);
    if ((size_t)o->width.values[0] != start->m)
        return fail(BAD_INPUT, "--width: %s has %zu neurons; leave --width out", path, start->m);
    if (start->masks && (size_t)o->subnets.values[0] != start->subnets)
        return fail(BAD_INPUT, "--subnets: the masks of %s are for %zu subnetworks; leave --subnets out", path, start->subnets);
    if (start->masks && o->rounds > start->rounds)
        return fail(BAD_INPUT, "--rounds: %s has masks for %zu rounds; give at most that", path, start->rounds);
    if (start->masks && o->repeats > 1)
        return fail(BAD_INPUT, "--repeats: %s fixes weights and masks, so every repetition is the same; give 1", path);
    return OK;
}

void loss_start_free(loss_start *start)
{
    free(start->W);
    free(start->A);
    free(start->masks);
    *start = (loss_start){0};
}

status loss_start_apply(const loss_start *start, trajectory *run, uint64_t seed, size_t cell, size_t repetition, real *W0)
{
    const trainer *t = &run->t;
    if (start->W) {
        memcpy(W0, start->W, start->m * start->d * sizeof *W0);
        trainer_start(&run->t, W0, start->A);
        return OK;
    }
    real *A = allocate(t->settings.width * t->g->q, sizeof *A, "initial signs");
    rng *r = rng_new(seed, cell, repetition, RNG_WEIGHTS); /* the stream that the run started from, once more */
    status s = A && r ? OK : FAILED;
    if (s == OK)
        train_draw_start(t, r, W0, A);
    rng_free(r);
    free(A);
    return s;
}

const char *loss_start_text(loss_start *start, bool keep_weights)
{
    size_t used = strlen(start->text);
    snprintf(start->text + used, sizeof start->text - used, "%s", keep_weights ? " with weights" : "");
    return start->text;
}

status loss_start_finish(const trainer *t, const real *W0, double *values)
{
    size_t weights = t->settings.width * t->g->d, signs = t->settings.width * t->g->q;
    real *W = allocate(weights, sizeof *W, "final weights");
    if (!W)
        return FAILED;
    trainer_weights(t, W0, W);
    for (size_t k = 0; k < weights; k++)
        values[k] = (double)W[k];
    for (size_t k = 0; k < signs; k++)
        values[weights + k] = (double)t->whole.A[k];
    free(W);
    return OK;
}

status loss_start_save(const char *path, const double *values, size_t m, size_t d, size_t q)
{
    const char *type = sizeof(real) == sizeof(float) ? "f4" : "f8";
    double *weights = allocate(d * m, sizeof *weights, "final weights");
    if (!weights)
        return FAILED;
    for (size_t r = 0; r < m; r++)
        for (size_t j = 0; j < d; j++)
            weights[j * m + r] = values[r * d + j];
    const npy_output arrays[] = {{.name = "weights", .type = type, .rank = 2, .shape = {d, m}, .values = weights},
                                 {.name = "signs", .type = type, .rank = 2, .shape = {m, q}, .values = values + m * d}};
    status s = npz_write(path, arrays, 2);
    free(weights);
    return s;
}
