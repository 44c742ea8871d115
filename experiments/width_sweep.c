/* width-sweep: Figure 2c. The error level against the width m; the paper's claim is that it falls.
 * In the released scaling the initial weights have standard deviation kappa / sqrt(m).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/plateau_sweep.h"

static const experiment_settings defaults = {.width = {{250, 500, 750, 1000, 1250, 1500}, 6},
                                             .subnets = {{10}, 1},
                                             .xi = {{0.8, 0.5, 0.3}, 3},
                                             .lr = {{0.16, 0.1, 0.06}, 3},
                                             .local_steps = 3,
                                             .rounds = 1000,
                                             .repeats = 10,
                                             .kappa = 1,
                                             .samples = 100,
                                             .stops = true,
                                             .patience = 5,
                                             .along_width = true};

int main(int argc, char **argv) {
    return plateau_sweep_main("Figure 2c: error level against the width",
                              "Figure 2c: the error level falls with the width m", &defaults, argc,
                              argv);
}
