/* What advise computes, its table, and the page.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "theory/advise/advise.h"
#include "theory/criteria.h"

static const advise_settings defaults = {.label = OPTION_IS_AUTO,
                                         .width = 500,
                                         .subnets = 10,
                                         .xi = 0.5,
                                         .local_steps = 5,
                                         .rounds = 100,
                                         .repeats = 4,
                                         .kappa = 1,
                                         .run_samples = 200,
                                         .trials = 60,
                                         .delta = CRITERION_DELTA};

#define FIELD(member) offsetof(advise_settings, member)

static const char *const masks[] = {"bernoulli", "categorical", NULL};
static const char *const rules[] = {"keep", "zero", NULL};

static const option_row options[] = {
    {"", OPTION_HEADING, .help = "The setting that is asked about:"},
    {"width", OPTION_COUNT, FIELD(width), 1, 10000000, "hidden neurons m"},
    {"subnets", OPTION_COUNT, FIELD(subnets), 1, 1000, "subnetworks per round p"},
    {"xi", OPTION_NUMBER, FIELD(xi), 0, 1,
     "probability that a subnetwork takes a neuron, in (0, 1]; categorical masks: 1/p",
     OPTION_ABOVE_LOW},
    {"lr", OPTION_NUMBERS, FIELD(lr), 0, 1e9,
     "learning rate of every run, or auto: of each the largest stable one times a half",
     OPTION_ABOVE_LOW | OPTION_AUTO},
    {"local-steps", OPTION_COUNT, FIELD(local_steps), 1, 100000,
     "gradient steps tau of a subnetwork in a round"},
    {"rounds", OPTION_COUNT, FIELD(rounds), 1, 1000000, "rounds K of its runs"},
    {"repeats", OPTION_COUNT, FIELD(repeats), 2, RNG_MAX_REPEATS - 1, "runs of every setting",
     OPTION_NO_VALUE},
    {"mask", OPTION_WORD, FIELD(mask), .help = "kind of masks", .words = masks},
    {"unselected", OPTION_WORD, FIELD(unselected), .help = "a neuron that no subnetwork took",
     .words = rules},
    {"kappa", OPTION_NUMBER, FIELD(kappa), 0, 1e6, "factor of the initial weights",
     OPTION_ABOVE_LOW},
    {"", OPTION_HEADING, .help = "How it is answered:"},
    KERNEL_LABEL_OPTION(advise_settings),
    {"run-samples", OPTION_COUNT, FIELD(run_samples), 2, 1000000,
     "rows of the runs and of the width needed, at most"},
    {"trials", OPTION_COUNT, FIELD(trials), 2, RNG_MAX_REPEATS, "networks of the width needed",
     OPTION_NO_VALUE},
    {"delta", OPTION_NUMBER, FIELD(delta), 1e-9, 0.5, "its failure probability", OPTION_NO_VALUE},
    {NULL}};

static status prepare(study_run *r) {
    advise_context *c = r->context;
    const advise_settings *o = r->settings;
    if (o->lr.count > 1) { return fail(BAD_INPUT, "--lr: give one value, or auto"); }
    if (r->options.rows == ROWS_USUAL) { r->options.rows = ROWS_SPREAD; }
    status st = kernel_data_open(&r->options, 0, o->label, &c->whole);
    r->data = &c->whole.data;
    return st == OK ? advise_plan(r) : st;
}

static void close(void *context) {
    advise_context *c = context;
    kernel_data_close(&c->whole);
    dataset_free(&c->few);
    gram_free(&c->g);
}

static double cost(const study_run *r, size_t cell) {
    const advise_context *c = r->context;
    return train_round_cost(&c->g, &c->runs[cell].settings) * (double)c->runs[cell].rounds;
}

/* From one run of the cheapest setting. */
static double calibrate(const study_run *r) {
    size_t cheapest = 0;
    for (size_t k = 1; k < r->cells; k++) {
        if (cost(r, k) < cost(r, cheapest)) { cheapest = k; }
    }
    return study_time_unit(r, cheapest) / cost(r, cheapest);
}

static status gather(study_run *r) {
    ((advise_context *)r->context)->count = 0;
    status st = advise_say_theory(r);
    if (st != OK) { return st; }
    return advise_say_runs(r);
}

static status predict(const study_run *r, double *seconds) {
    status st = advise_predict_theory(r, seconds);
    return st == OK ? advise_predict_runs(r, seconds) : st;
}

static void note(const study_run *r, table *t) {
    const advise_context *c = r->context;
    kernel_data_note(&c->whole, t);
    table_note(t, "rows of the runs", "%zu", c->few.n);
    for (size_t k = 0; k < r->cells; k++) {
        const train_settings *s = &c->runs[k].settings;
        table_note(t, "run", "p=%zu xi=%g tau=%zu lr=%g %s: %zu rounds", s->subnets, s->xi,
                   s->local_steps, s->lr, mask_words[s->mask], c->runs[k].rounds);
    }
}

static status fill(const study_run *r, table *t) {
    const advise_context *c = r->context;
    for (size_t k = 0; k < c->count; k++) {
        const advise_finding *f = &c->findings[k];
        table_row(t);
        row_text(t, "name", "what", f->name);
        row_number(t, "value", "the number", f->value);
        row_number(t, "low", "lower end of its interval; nan: none", f->low);
        row_number(t, "high", "upper end", f->high);
        row_text(t, "unit", "1: a plain number", f->unit);
        row_text(t, "command", "shows more", f->command);
    }
    return OK;
}

/* The page: the sentences, each group with the command that shows more. */
static status finish(const study_run *r) {
    const advise_context *c = r->context;
    const advise_finding *said = NULL;
    for (size_t k = 0; !r->options.quiet && k < c->count; k++) {
        const advise_finding *f = &c->findings[k];
        if (!*f->sentence) { continue; }
        if (said && strcmp(said->command, f->command) != 0) {
            printf("    more: %s\n\n", said->command);
        }
        printf("%s\n", f->sentence);
        said = f;
    }
    if (said) { printf("    more: %s\n", said->command); }
    return OK;
}

static const study_table tables[] = {
    {"", "what the theory says about these data, number by number", 17, .fill = fill}, {NULL}};

const study advise_study = {.about =
                                "One page on the data: lambda_min and its rows, widths, steps, "
                                "rates, floors",
                            STUDY_OF(options, defaults, advise_context),
                            .prepare = prepare,
                            .close = close,
                            .measure = advise_measure,
                            .cost = cost,
                            .calibrate = calibrate,
                            .gather = gather,
                            .predict = predict,
                            .note = note,
                            .tables = tables,
                            .finish = finish};
