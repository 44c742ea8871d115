/* categorical_options: what categorical-rate is asked to run. */
#ifndef THEORY_CATEGORICAL_OPTIONS_H
#define THEORY_CATEGORICAL_OPTIONS_H

#include <argp.h>
#include <stdint.h>
#include "run/options.h"

/* One regime: a run for every number of subnetworks. */
typedef struct {
    uint64_t width, local_steps, rounds;
    option_list subnets; /* p */
    double step, kappa;  /* eta ||G||; initial standard deviation */
} categorical_regime;

typedef struct {
    categorical_regime run, event; /* a usual setting; one in which Omega_k holds */
    uint64_t event_samples;        /* rows of the event regime: the first ones */
    uint64_t label;                /* column of the labels */
    uint64_t trials;               /* of every cell */
} categorical_options;

extern const categorical_options categorical_defaults;
extern const struct argp categorical_argp; /* its input is a categorical_options */

/* All that decides a unit's values besides data and seed, and for the provenance. */
void categorical_text(const categorical_options *o, char *text, size_t size);

#endif
