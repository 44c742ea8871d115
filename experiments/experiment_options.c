#include "experiments/experiment.h"

#include <errno.h>
#include <math.h>

enum {
    KEY_WIDTH = PROGRAM_OWN_KEY,
    KEY_SUBNETS,
    KEY_XI,
    KEY_LR,
    KEY_LOCAL_STEPS,
    KEY_ROUNDS,
    KEY_REPEATS,
    KEY_MASK,
    KEY_UNSELECTED,
    KEY_SCALING,
    KEY_KAPPA
};

enum { MAX_WIDTH = 10000000, MAX_SUBNETS = 10000, MAX_STEPS = 1000000 };

static const struct argp_option options[] = {
    {0, 0, 0, 0, "The experiment (LIST: values separated by commas):", 1},
    {"width", KEY_WIDTH, "LIST", 0, "hidden neurons m", 1},
    {"subnets", KEY_SUBNETS, "LIST", 0, "subnetworks per round p", 1},
    {"xi", KEY_XI, "LIST", 0, "probability that a subnetwork takes a neuron, in (0, 1]", 1},
    {"lr", KEY_LR, "LIST", 0,
     "learning rate (with --scaling theory: eta); one value, or one for each xi; default: the "
     "panel's for its xi",
     1},
    {"local-steps", KEY_LOCAL_STEPS, "N", 0, "gradient steps tau of a subnetwork in a round", 1},
    {"rounds", KEY_ROUNDS, "N", 0, "rounds K (with a stop rule: at most)", 1},
    {"repeats", KEY_REPEATS, "N", 0, "repetitions of every cell", 1},
    {"mask", KEY_MASK, "KIND", 0, "bernoulli or categorical (xi = 1/p)", 1},
    {"unselected", KEY_UNSELECTED, "RULE", 0,
     "a neuron no subnetwork took: keep its weights (Algorithm 1) or zero them (released program)",
     1},
    {"scaling", KEY_SCALING, "KIND", 0,
     "released (the authors' program) or theory (the paper's text)", 1},
    {"kappa", KEY_KAPPA, "X", 0, "factor of the initial weights", 1},
    {0}};

static const char *const mask_words[] = {"bernoulli", "categorical", NULL};
static const char *const unselected_words[] = {"keep", "zero", NULL};
static const char *const scaling_words[] = {"released", "theory", NULL};

static status parse_count(const char *name, const char *text, size_t high, size_t *value)
{
    uint64_t x;
    status s = option_count(name, text, 1, high, &x);
    if (s == OK)
        *value = x;
    return s;
}

/* The panel's rate of xi; 0 if it has none. */
static double paired_rate(const experiment_options *o, double xi)
{
    for (size_t k = 0; k < o->paired_xi.count && k < o->paired_lr.count; k++) {
        if (fabs(o->paired_xi.values[k] - xi) <= 1e-12) { return o->paired_lr.values[k]; }
    }
    return 0;
}

/* Where the panel has a rate for each of its xi and --lr is not given, the rates are those of the
 * xi that are asked for (with categorical masks of 1/p): it is xi that the user chose. A xi without
 * one leaves lr empty. */
static void pair_rates(experiment_options *o)
{
    if (o->lr_given || o->lr.count == 1 || o->paired_lr.count < 2) { return; }
    option_list xi = o->xi;
    if (o->mask == MASK_CATEGORICAL) {
        xi = (option_list){{1 / o->subnets.values[0]}, o->subnets.count == 1};
    }
    o->lr.count = xi.count;
    for (size_t k = 0; k < xi.count && o->lr.count > 0; k++) {
        o->lr.values[k] = paired_rate(o, xi.values[k]);
        o->lr.count = o->lr.values[k] > 0 ? xi.count : 0;
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    experiment_options *o = state->input;
    status s = OK;
    switch (key) {
    case ARGP_KEY_INIT:
        if (o->paired_xi.count ==
            0) { /* read again with --init, what the file says has taken the panel's place */
            o->paired_xi = o->xi;
            o->paired_lr = o->lr;
        }
        return 0;
    case ARGP_KEY_END:
        pair_rates(o);
        return 0;
    case KEY_WIDTH:
        s = option_counts("width", text, 1, MAX_WIDTH, &o->width);
        break;
    case KEY_SUBNETS:
        s = option_counts("subnets", text, 1, MAX_SUBNETS, &o->subnets);
        break;
    case KEY_XI:
        o->xi_given = true;
        s = option_numbers("xi", text, 0, 1, 1, 1, &o->xi);
        break;
    case KEY_LR:
        o->lr_given = true;
        s = option_numbers("lr", text, 0, 1e9, 1, 0, &o->lr);
        break;
    case KEY_LOCAL_STEPS:
        s = parse_count("local-steps", text, MAX_STEPS, &o->local_steps);
        break;
    case KEY_ROUNDS:
        s = parse_count("rounds", text, MAX_STEPS, &o->rounds);
        break;
    case KEY_REPEATS:
        s = parse_count("repeats", text, RNG_MAX_REPEATS - 1, &o->repeats);
        break;
    case KEY_MASK:
        s = option_word("mask", text, mask_words, &o->mask);
        break;
    case KEY_UNSELECTED:
        s = option_word("unselected", text, unselected_words, &o->unselected);
        break;
    case KEY_SCALING:
        s = option_word("scaling", text, scaling_words, &o->scaling);
        break;
    case KEY_KAPPA:
        s = option_number("kappa", text, 0, 1e6, 1, &o->kappa);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return s == OK ? 0 : EINVAL;
}

const struct argp experiment_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};
