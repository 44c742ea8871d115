/* The sweep behind Figures 2b and 2c: the error level of every cell under the stop rule.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EXPERIMENTS_PLATEAU_SWEEP_H
#define EXPERIMENTS_PLATEAU_SWEEP_H

#include "experiments/experiment.h"

/* The whole program: a panel's about, statement (the claim that its tables serve) and settings. OUT
 * has AXES mean sd rounds settled lr, its table of single runs AXES repetition level rounds state
 * settled. Returns the exit code. */
int plateau_sweep_main(const char *about, const char *statement,
                       const experiment_settings *defaults, int argc, char **argv);

#endif
