#include "experiments/experiment.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/arrange.h"
#include "model/ntk.h"
#include "model/pace.h"
#include "model/spectrum.h"
#include "run/machine.h"
#include "run/provenance.h"

static const double PACE_SECONDS = 0.15; /* for measuring the machine's speed */

status experiment_single(const char *option, const option_list *list)
{
    return list->count == 1 ? OK : fail(BAD_INPUT, "--%s: this program takes one value, not %zu", option, list->count);
}

/* No --lr, and a xi that the panel has no rate for. */
static status ask_for_rate(const experiment_options *o)
{
    char known[OPTION_LIST_MAX * 24] = "";
    for (size_t k = 0, used = 0; k < o->paired_xi.count; k++) {
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%g for xi=%g", k ? ", " : "",
                                 o->paired_lr.values[k], o->paired_xi.values[k]);
    }
    return fail(BAD_INPUT,
                "--%s: add --lr, one value or one for each xi; the panel has a rate of its own "
                "only for its own xi "
                "(%s)",
                o->mask == MASK_CATEGORICAL ? "mask" : "xi", known);
}

static status check_options(const experiment_options *o)
{
    if (o->mask == MASK_CATEGORICAL && o->xi_given)
        return fail(BAD_INPUT, "--xi: categorical masks have xi = 1/p; leave --xi out or take --mask bernoulli");
    if (o->lr.count == 0) { return ask_for_rate(o); }
    if (o->lr.count != 1 && (o->mask == MASK_CATEGORICAL || o->lr.count != o->xi.count))
        return fail(BAD_INPUT, "--lr: %zu values for %zu values of xi; give one, or one for each", o->lr.count,
                    o->mask == MASK_CATEGORICAL ? (size_t)1 : o->xi.count);
    return OK;
}

static train_settings cell_settings(const experiment_options *o, double width, double subnets, double xi, double lr)
{
    return (train_settings){.width = (size_t)width,
                            .subnets = (size_t)subnets,
                            .xi = xi,
                            .lr = o->lr_times_xi ? lr * xi : lr,
                            .local_steps = o->local_steps,
                            .kappa = o->kappa,
                            .mask = (mask_kind)o->mask,
                            .scaling = (train_scaling)o->scaling,
                            .unselected = (train_unselected)o->unselected};
}

/* Subnetworks outermost, then xi, then width. With xi = 1 all subnetworks are the whole network: only the first p is kept. */
static status list_cells(const experiment_options *o, experiment *e)
{
    bool categorical = o->mask == MASK_CATEGORICAL;
    size_t xis = categorical ? 1 : o->xi.count, cells = o->subnets.count * xis * o->width.count;
    e->cells = allocate(cells, sizeof *e->cells, "cells");
    if (!e->cells)
        return FAILED;
    if (cells > RNG_MAX_CELLS)
        return fail(BAD_INPUT, "%zu cells are more than %u; give shorter lists", cells, RNG_MAX_CELLS);
    for (size_t a = 0; a < o->subnets.count; a++)
        for (size_t b = 0; b < xis; b++)
            for (size_t c = 0; c < o->width.count; c++) {
                double p = o->subnets.values[a], xi = categorical ? 1 / p : o->xi.values[b];
                if (xi == 1 && a > 0)
                    continue;
                double lr = o->lr.values[o->lr.count == 1 ? 0 : b];
                e->cells[e->count++] = cell_settings(o, o->width.values[c], p, xi, lr);
            }
    return OK;
}

static status find_lambda_max(experiment *e)
{
    size_t n = e->data.n;
    double *H = allocate(n * n, sizeof *H, "Hinf");
    if (!H)
        return FAILED;
    ntk_infinite(&e->data, e->run->threads, H);
    status s = spectrum_largest(H, n, &e->lambda_max, NULL);
    free(H);
    return s;
}

double experiment_stability(const experiment *e, size_t cell)
{
    return train_stability(&e->cells[cell], e->data.n, e->data.q, e->lambda_max);
}

static void say_stability(const experiment *e)
{
    size_t worst = 0, beyond = 0;
    for (size_t k = 0; k < e->count; k++) {
        double number = experiment_stability(e, k);
        worst = number > experiment_stability(e, worst) ? k : worst;
        beyond += number >= 2;
    }
    const train_settings *w = &e->cells[worst];
    program_say(e->run, "stability number of a local step (stable below 2): largest %.3g at p=%zu xi=%g m=%zu lr=%g; %zu of %zu cells at 2 or beyond",
                experiment_stability(e, worst), w->subnets, w->xi, w->width, w->lr, beyond, e->count);
}

status experiment_open(const program_options *run, const experiment_options *options, experiment *e)
{
    *e = (experiment){.run = run, .options = options};
    status s = check_options(options);
    if (s == OK)
        s = program_start(run);
    if (s == OK)
        s = dataset_load(run->data, run->samples ? run->samples : options->samples, &e->data);
    if (s == OK)
        s = dataset_arrange(&e->data);
    if (s == OK)
        s = list_cells(options, e);
    if (s == OK)
        s = gram_new(&e->data, GRAM_AUTO, &e->g);
    if (s == OK)
        s = find_lambda_max(e);
    if (s != OK) {
        experiment_close(e);
        return s;
    }
    program_say(run, "%s: n=%zu d=%zu q=%zu, lambda_max(Hinf)=%.6g, smallest angle %.3g between rows %zu and %zu", e->data.path,
                e->data.n, e->data.d, e->data.q, e->lambda_max, e->data.smallest_angle, e->data.closest[0], e->data.closest[1]);
    if (e->data.opposite)
        program_say(run, "warning: rows %zu and %zu are opposite: Assumption 1 does not hold (the kernel stays regular)",
                    e->data.opposite_rows[0], e->data.opposite_rows[1]);
    say_stability(e);
    return OK;
}

void experiment_close(experiment *e)
{
    dataset_free(&e->data);
    gram_free(&e->g);
    free(e->cells);
    e->cells = NULL;
}

static double unit_cost(size_t cell, const void *context)
{
    const experiment *e = context;
    double rounds = e->stop_rule ? level_rounds_expected(&e->cells[cell], e->g.n, e->g.q, e->patience) : (double)e->options->rounds;
    return fmin(rounds, (double)e->options->rounds) * train_round_cost(&e->g, &e->cells[cell]);
}

/* All that decides a unit's values, in one text. */
static char *settings_text(const experiment *e, const char *more)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    if (!f)
        return NULL;
    fprintf(f, "data %s rows %zu seed %llu rounds %zu patience %zu %s\n", e->data.sha256, e->data.n,
            (unsigned long long)e->run->seed, e->options->rounds, e->patience, more);
    for (size_t k = 0; k < e->count; k++) {
        const train_settings *s = &e->cells[k];
        fprintf(f, "cell %zu m %zu p %zu xi %.17g lr %.17g tau %zu kappa %.17g mask %d scaling %d unselected %d\n", k, s->width,
                s->subnets, s->xi, s->lr, s->local_steps, s->kappa, (int)s->mask, (int)s->scaling, (int)s->unselected);
    }
    fclose(f);
    return text;
}

status experiment_sweep(const experiment *e, size_t values, const char *more,
                        status (*unit)(size_t cell, size_t repetition, double *values, const void *context), sweep *s,
                        sweep_result *result)
{
    char *settings = settings_text(e, more);
    if (!settings)
        return fail(FAILED, "no memory for the text of the settings");
    *s = (sweep){.program = e->run->name,
                 .settings = settings,
                 .cells = e->count,
                 .repeats = e->options->repeats,
                 .values = values,
                 .cost = unit_cost,
                 .seconds_per_cost = pace_measure(&e->g, &e->cells[e->count / 2], e->run->threads, PACE_SECONDS),
                 .run = unit,
                 .context = e};
    sweep_options how = program_sweep_options(e->run);
    status done = sweep_run(s, &how, result);
    free(settings);
    s->settings = NULL;
    if (done == OK && e->run->predict)
        printf("%.3g\n", result->predicted);
    return done;
}

static void note_list(table *t, const char *key, const option_list *list)
{
    char text[OPTION_LIST_MAX * 24] = "";
    for (size_t k = 0, used = 0; k < list->count; k++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%g", k ? "," : "", list->values[k]);
    table_note(t, key, "%s", text);
}

void experiment_note(const experiment *e, const sweep_result *result, table *t)
{
    const experiment_options *o = e->options;
    program_note(e->run, t);
    table_note(t, "data", "%s", e->data.path);
    table_note(t, "data sha256", "%s", e->data.sha256);
    table_note(t, "data shape", "n=%zu d=%zu q=%zu", e->data.n, e->data.d, e->data.q);
    table_note(t, "label scale", "%.9g (largest |label| of the file)", e->data.label_scale);
    note_list(t, "width m", &o->width);
    note_list(t, "subnets p", &o->subnets);
    if (o->mask == MASK_CATEGORICAL)
        table_note(t, "xi", "1/p");
    else
        note_list(t, "xi", &o->xi);
    note_list(t, o->lr_times_xi ? "lr / xi" : "lr", &o->lr);
    table_note(t, "local steps tau", "%zu", o->local_steps);
    table_note(t, "rounds", e->stop_rule ? "at most %zu" : "%zu", o->rounds);
    if (e->stop_rule)
        table_note(t, "stop rule", "mean of the last %d errors below 5e-4, or %zu rounds in which it does not improve", LEVEL_WINDOW, e->patience + 1);
    table_note(t, "repeats", "%zu", o->repeats);
    table_note(t, "kappa", "%g", o->kappa);
    table_note(t, "mask", "%s", o->mask == MASK_CATEGORICAL ? "categorical" : "bernoulli");
    table_note(t, "unselected", "%s", o->unselected == UNSELECTED_ZERO ? "zero (released program)" : "keep (Algorithm 1)");
    table_note(t, "scaling", "%s", o->scaling == SCALING_THEORY ? "theory" : "released");
    table_note(t, "gradient step by", "%s", e->g.way == GRAM_MATRIX ? "G S" : "X (X^T S)");
    table_note(t, "error", "(1/2) ||U - Y||_F^2 / n");
    for (size_t k = 0; k < e->count; k++)
        table_note(t, "stability", "p=%zu xi=%g m=%zu lr=%g: %.4g", e->cells[k].subnets, e->cells[k].xi, e->cells[k].width,
                   e->cells[k].lr, experiment_stability(e, k));
    table_note(t, "fingerprint", "%s", result->fingerprint);
    table_note(t, "units", "%zu computed, %zu read, %zu repaired", result->computed, result->reused, result->repaired);
    table_note(t, "seconds", "%.3g (predicted %.3g)", result->seconds, result->predicted);
    table_note(t, "processors that computed units", "%s", result->cores);
    provenance_note(t);
}

status experiment_report_diverged(const experiment *e, const bool *diverged, table *t)
{
    char names[400] = "";
    size_t count = 0, used = 0;
    double largest = INFINITY;
    for (size_t k = 0; k < e->count; k++) {
        if (!diverged[k])
            continue;
        const train_settings *c = &e->cells[k];
        if (count++ < 4)
            used += (size_t)snprintf(names + used, sizeof names - used, "%sp=%zu xi=%g m=%zu lr=%g (stability %.3g)",
                                     count > 1 ? ", " : "", c->subnets, c->xi, c->width, c->lr, experiment_stability(e, k));
        largest = fmin(largest, c->lr * 2 / experiment_stability(e, k));
        table_note(t, "diverged", "p=%zu xi=%g m=%zu lr=%g", c->subnets, c->xi, c->width, c->lr);
    }
    if (count == 0)
        return OK;
    fail(FAILED, "diverged: %zu of %zu cells: %s%s; take a smaller --lr (stability asks for less than %.3g)", count, e->count,
         names, count > 4 ? ", ..." : "", largest);
    if (count == e->count)
        return FAILED;
    program_say(e->run, "%s", error_text());
    return OK;
}

status experiment_write(const experiment *e, const table *means, const table *runs)
{
    const char *out = e->run->out;
    char path[PATH_MAX];
    size_t length = strlen(out);
    bool dat = length > 4 && strcmp(out + length - 4, ".dat") == 0;
    snprintf(path, sizeof path, "%.*s.runs.dat", (int)(dat ? length - 4 : length), out);
    status s = table_write(runs, path);
    if (s == OK)
        s = table_write(means, out);
    if (s == OK)
        program_say(e->run, "wrote %s and %s", out, path);
    return s;
}
