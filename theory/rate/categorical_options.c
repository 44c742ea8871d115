#include "theory/rate/categorical_options.h"

#include <errno.h>
#include <stdio.h>

#include <gsl/gsl_sort.h>

#include "run/program.h"
#include "run/rng.h"

const categorical_options categorical_defaults = {.run = {.width = 256,
                                                          .local_steps = 4,
                                                          .rounds = 30,
                                                          .subnets = {{1, 2, 4, 8}, 4},
                                                          .step = 1,
                                                          .kappa = 1},
                                                  .event = {.width = 32768,
                                                            .local_steps = 2,
                                                            .rounds = 4,
                                                            .subnets = {{1, 2, 4}, 3},
                                                            .step = 0.25,
                                                            .kappa = 1},
                                                  .event_samples = 4,
                                                  .trials = 64};

enum {
    KEY_TRIALS = PROGRAM_OWN_KEY,
    KEY_EVENT_SAMPLES,
    KEY_LABEL,
    KEY_REGIME, /* + REGIME_KEYS for the event regime */
    REGIME_KEYS = 16
};
enum { REGIME_WIDTH, REGIME_SUBNETS, REGIME_LOCAL_STEPS, REGIME_ROUNDS, REGIME_STEP, REGIME_KAPPA };

enum {
    MAX_WIDTH = 10000000,
    MAX_SUBNETS = 10000,
    MAX_STEPS = 1000000,
    MAX_SAMPLES = 1000000,
    MAX_LABEL = 1000000
};

static const struct argp_option options[] = {
    {0, 0, 0, 0,
     "The usual setting (LIST: values separated by commas; 24 rows unless --samples says so):", 1},
    {"width", KEY_REGIME + REGIME_WIDTH, "N", 0, "hidden neurons m (default 256)", 1},
    {"subnets", KEY_REGIME + REGIME_SUBNETS, "LIST", 0, "subnetworks per round p (default 1,2,4,8)",
     1},
    {"local-steps", KEY_REGIME + REGIME_LOCAL_STEPS, "N", 0,
     "gradient steps tau of a subnetwork in a round (default 4)", 1},
    {"rounds", KEY_REGIME + REGIME_ROUNDS, "N", 0, "rounds K (default 30)", 1},
    {"step", KEY_REGIME + REGIME_STEP, "X", 0, "eta ||G|| (default 1)", 1},
    {"kappa", KEY_REGIME + REGIME_KAPPA, "X", 0,
     "standard deviation of the initial weights (default 1)", 1},
    {"trials", KEY_TRIALS, "N", 0, "trials of every cell, a start and masks each (default 64)", 1},
    {"label", KEY_LABEL, "N", 0, "label column, counted from 0 (default 0)", 1},
    {0, 0, 0, 0, "The setting in which weights stay within R* (few rows, wide, short steps):", 2},
    {"event-samples", KEY_EVENT_SAMPLES, "N", 0, "rows, the first of --samples (default 4)", 2},
    {"event-width", KEY_REGIME + REGIME_KEYS + REGIME_WIDTH, "N", 0, "m (default 32768)", 2},
    {"event-subnets", KEY_REGIME + REGIME_KEYS + REGIME_SUBNETS, "LIST", 0, "p (default 1,2,4)", 2},
    {"event-local-steps", KEY_REGIME + REGIME_KEYS + REGIME_LOCAL_STEPS, "N", 0, "tau (default 2)",
     2},
    {"event-rounds", KEY_REGIME + REGIME_KEYS + REGIME_ROUNDS, "N", 0, "K (default 4)", 2},
    {"event-step", KEY_REGIME + REGIME_KEYS + REGIME_STEP, "X", 0, "eta ||G|| (default 0.25)", 2},
    {"event-kappa", KEY_REGIME + REGIME_KEYS + REGIME_KAPPA, "X", 0,
     "standard deviation (default 1)", 2},
    {0}};

static status parse_regime(int key, const char *prefix, const char *text, categorical_regime *r)
{
    static const char *const words[] = {"width",  "subnets", "local-steps",
                                        "rounds", "step",    "kappa"};
    char name[32];
    snprintf(name, sizeof name, "%s%s", prefix, words[key]);
    switch (key) {
    case REGIME_WIDTH:
        return option_count(name, text, 1, MAX_WIDTH, &r->width);
    case REGIME_SUBNETS: {
        status s = option_counts(name, text, 1, MAX_SUBNETS, &r->subnets);
        if (s == OK) { gsl_sort(r->subnets.values, 1, r->subnets.count); }
        return s;
    }
    case REGIME_LOCAL_STEPS:
        return option_count(name, text, 1, MAX_STEPS, &r->local_steps);
    case REGIME_ROUNDS:
        return option_count(name, text, 1, MAX_STEPS, &r->rounds);
    case REGIME_STEP:
        return option_number(name, text, 0, 1e6, 1, &r->step);
    default:
        return option_number(name, text, 0, 1e6, 1, &r->kappa);
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    categorical_options *o = state->input;
    int regime = key - KEY_REGIME;
    status s;
    if (key == KEY_TRIALS) {
        s = option_count("trials", text, 2, RNG_MAX_REPEATS - 1, &o->trials);
    } else if (key == KEY_LABEL) {
        s = option_count("label", text, 0, MAX_LABEL, &o->label);
    } else if (key == KEY_EVENT_SAMPLES) {
        s = option_count("event-samples", text, 1, MAX_SAMPLES, &o->event_samples);
    } else if (regime >= REGIME_WIDTH && regime <= REGIME_KAPPA) {
        s = parse_regime(regime, "", text, &o->run);
    } else if (regime >= REGIME_KEYS && regime <= REGIME_KEYS + REGIME_KAPPA) {
        s = parse_regime(regime - REGIME_KEYS, "event-", text, &o->event);
    } else {
        return ARGP_ERR_UNKNOWN;
    }
    return s == OK ? 0 : EINVAL;
}

const struct argp categorical_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};

static size_t regime_text(const categorical_regime *r, const char *name, char *text, size_t size)
{
    size_t used =
        (size_t)snprintf(text, size, "%s m=%zu tau=%zu K=%zu eta||G||=%.17g kappa=%.17g p=", name,
                         r->width, r->local_steps, r->rounds, r->step, r->kappa);
    for (size_t k = 0; k < r->subnets.count && used < size; k++) {
        used +=
            (size_t)snprintf(text + used, size - used, "%s%g", k ? "," : "", r->subnets.values[k]);
    }
    return used < size ? used : size - 1;
}

void categorical_text(const categorical_options *o, char *text, size_t size)
{
    size_t used = regime_text(&o->run, "run:", text, size);
    used += regime_text(&o->event, "; event:", text + used, size - used);
    snprintf(text + used, size - used, " n=%zu", o->event_samples);
}
