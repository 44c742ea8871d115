#include "theory/concentration/options.h"

#include <errno.h>
#include <gsl/gsl_sort.h>

#include "run/program.h"
#include "run/rng.h"
#include "theory/shared/criteria.h"

enum { MAX_WIDTH = 1 << 30, MAX_SUBNETS = 1000, MAX_MASKS = 100000 };
enum { KEY_WIDTHS = PROGRAM_OWN_KEY, KEY_XI, KEY_SUBNETS, KEY_MASKS, KEY_TRIALS, KEY_DELTA };

static const struct argp_option options[] = {
    {"widths", KEY_WIDTHS, "LIST", 0, "widths m (default the powers of two from 64 to 131072)", 1},
    {"xi", KEY_XI, "LIST", 0, "Bernoulli masks with these xi (default 0.2,0.5,1)", 1},
    {"subnets", KEY_SUBNETS, "LIST", 0, "categorical masks with these p, xi = 1/p (default 2,5)", 1},
    {"masks", KEY_MASKS, "N", 0, "Bernoulli masks of one W_0, K p; the worst counts (default 1; categorical: p)", 1},
    {"trials", KEY_TRIALS, "N", 0, "independent W_0 (default 100; at least 3/delta to check a bound)", 1},
    {"delta", KEY_DELTA, "D", 0, "failure probability of the bounds (default 0.05)", 1},
    {0}};

static error_t parse(int key, char *text, struct argp_state *state)
{
    concentration_options *o = state->input;
    status s = OK;
    switch (key) {
    case KEY_WIDTHS:
        s = option_counts("widths", text, 1, MAX_WIDTH, &o->widths);
        gsl_sort(o->widths.values, 1, o->widths.count);
        break;
    case KEY_XI:
        s = option_numbers("xi", text, 0, 1, 1, 1, &o->xi);
        break;
    case KEY_SUBNETS:
        s = option_counts("subnets", text, 1, MAX_SUBNETS, &o->subnets);
        break;
    case KEY_MASKS:
        s = option_count("masks", text, 1, MAX_MASKS, &o->masks);
        break;
    case KEY_TRIALS:
        s = option_count("trials", text, 2, RNG_MAX_REPEATS, &o->trials);
        break;
    case KEY_DELTA:
        s = option_number("delta", text, 1e-9, 0.5, 0, &o->delta);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return s == OK ? 0 : EINVAL;
}

const struct argp concentration_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};

concentration_options concentration_defaults(void)
{
    return (concentration_options){
        .widths = {{64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072}, 12},
        .xi = {{0.2, 0.5, 1}, 3},
        .subnets = {{2, 5}, 2},
        .masks = 1,
        .trials = 100,
        .delta = CRITERION_DELTA};
}
