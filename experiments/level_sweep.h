/* level_sweep: the sweep behind Figures 2b and 2c: the error level of every cell under the stop rule. */
#ifndef EXPERIMENTS_LEVEL_SWEEP_H
#define EXPERIMENTS_LEVEL_SWEEP_H

#include "experiments/experiment.h"

typedef struct {
    const char *about;      /* one sentence for --help */
    const char *statement;  /* the claim that the table serves */
    size_t patience;        /* of the stop rule */
    const char *axes[2];    /* names of the two columns before mean: "subnets", "xi" or "width", "xi" */
    const char *legend[2];  /* what they mean */
    double (*axis[2])(const train_settings *cell); /* their values */
    int block;              /* which axis a block of rows shares: an empty line follows each block */
} level_sweep;

/* The whole program: parse, run, write OUT (AXES mean sd rounds) and OUT's table of single runs (AXES repetition level rounds
 * state). Returns the exit code. */
int level_sweep_main(const level_sweep *panel, const experiment_options *defaults, int argc, char **argv);

#endif
