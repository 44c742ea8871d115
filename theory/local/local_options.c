#include "theory/local/local_regime.h"

#include <errno.h>

enum {
    KEY_LABEL = PROGRAM_OWN_KEY,
    KEY_WIDTH,
    KEY_SUBNETS,
    KEY_LOCAL_STEPS,
    KEY_ROUNDS,
    KEY_REPEATS,
    KEY_XI,
    KEY_KAPPA,
    KEY_DELTA,
    KEY_MULTIPLES,
    KEY_WIDE_SAMPLES,
    KEY_WIDE_WIDTH,
    KEY_WIDE_SUBNETS,
    KEY_WIDE_TRIALS
};

enum { MAX_WIDTH = 10000000, MAX_SUBNETS = 1000, MAX_STEPS = 100000, MAX_RUNS = 10000, MAX_LABEL = 100000 };

static const struct argp_option options[] = {
    {0, 0, 0, 0, "The runs (LIST: values separated by commas):", 1},
    {"label", KEY_LABEL, "N", 0, "label column, from 0", 1},
    {"width", KEY_WIDTH, "N", 0, "hidden neurons m of the usual regime", 1},
    {"subnets", KEY_SUBNETS, "N", 0, "subnetworks per round p of the usual regime", 1},
    {"local-steps", KEY_LOCAL_STEPS, "N", 0, "gradient steps tau of a subnetwork in a round", 1},
    {"rounds", KEY_ROUNDS, "N", 0, "rounds K", 1},
    {"repeats", KEY_REPEATS, "N", 0, "runs of the usual regime, for either mask kind", 1},
    {"xi", KEY_XI, "X", 0, "probability that a Bernoulli mask takes a neuron, in (0, 1]; categorical masks: 1/p", 1},
    {"kappa", KEY_KAPPA, "X", 0, "standard deviation of an initial weight", 1},
    {"delta", KEY_DELTA, "X", 0, "failure probability of the statements", 1},
    {"multiples", KEY_MULTIPLES, "LIST", 0, "step sizes in units of 1/||G||; lambda0/n^2 is always among them", 1},
    {"wide-samples", KEY_WIDE_SAMPLES, "N", 0, "rows of the wide regime, few", 1},
    {"wide-width", KEY_WIDE_WIDTH, "N", 0,
     "its m (default: the least power of two that is three times Together's width)", 1},
    {"wide-subnets", KEY_WIDE_SUBNETS, "N", 0, "its p", 1},
    {"wide-trials", KEY_WIDE_TRIALS, "N", 0, "its runs, for either mask kind; rounded up to a multiple of --repeats",
     1},
    {0}};

static status parse_count(const char *name, const char *text, size_t low, size_t high, size_t *value)
{
    uint64_t x;
    status s = option_count(name, text, low, high, &x);
    if (s == OK)
        *value = x;
    return s;
}

static status parse_shape(int key, const char *text, local_options *o)
{
    switch (key) {
    case KEY_LABEL:
        return parse_count("label", text, 0, MAX_LABEL, &o->label);
    case KEY_WIDTH:
        return parse_count("width", text, 1, MAX_WIDTH, &o->width);
    case KEY_SUBNETS:
        return parse_count("subnets", text, 1, MAX_SUBNETS, &o->subnets);
    case KEY_LOCAL_STEPS:
        return parse_count("local-steps", text, 1, MAX_STEPS, &o->local_steps);
    case KEY_ROUNDS:
        return parse_count("rounds", text, 1, MAX_STEPS, &o->rounds);
    default:
        return parse_count("repeats", text, 1, MAX_RUNS, &o->repeats);
    }
}

static status parse_wide(int key, const char *text, local_options *o)
{
    switch (key) {
    case KEY_WIDE_SAMPLES:
        return parse_count("wide-samples", text, 2, MAX_WIDTH, &o->wide_samples);
    case KEY_WIDE_WIDTH:
        return parse_count("wide-width", text, 1, MAX_WIDTH, &o->wide_width);
    case KEY_WIDE_SUBNETS:
        return parse_count("wide-subnets", text, 1, MAX_SUBNETS, &o->wide_subnets);
    default:
        return parse_count("wide-trials", text, 1, MAX_RUNS, &o->wide_trials);
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    local_options *o = state->input;
    status s;
    if (key >= KEY_LABEL && key <= KEY_REPEATS)
        s = parse_shape(key, text, o);
    else if (key >= KEY_WIDE_SAMPLES && key <= KEY_WIDE_TRIALS)
        s = parse_wide(key, text, o);
    else if (key == KEY_XI)
        s = option_number("xi", text, 0, 1, 1, &o->xi);
    else if (key == KEY_KAPPA)
        s = option_number("kappa", text, 0, 1e6, 1, &o->kappa);
    else if (key == KEY_DELTA)
        s = option_number("delta", text, 0, 0.5, 1, &o->delta);
    else if (key == KEY_MULTIPLES)
        s = option_numbers("multiples", text, 0, 1e6, 1, 1, &o->multiples);
    else
        return ARGP_ERR_UNKNOWN;
    return s == OK ? 0 : EINVAL;
}

const struct argp local_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};
