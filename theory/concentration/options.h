/* concentration_options: what ntk-concentration is asked. */
#ifndef THEORY_CONCENTRATION_OPTIONS_H
#define THEORY_CONCENTRATION_OPTIONS_H

#include <argp.h>
#include <stdint.h>
#include "run/options.h"

typedef struct {
    option_list widths;     /* m, ascending */
    option_list xi;         /* of Bernoulli masks */
    option_list subnets;    /* p of categorical masks */
    uint64_t masks, trials; /* Bernoulli masks of one W_0; W_0s */
    double delta;
} concentration_options;

concentration_options concentration_defaults(void);

/* For program_parse; its input is a concentration_options with defaults. */
extern const struct argp concentration_argp;

#endif
