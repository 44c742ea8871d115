/* error-heatmap: Figure 2b. The error level over the number of subnetworks p and the probability
 * xi; the paper's claim is that it falls along both axes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/plateau_sweep.h"

static const experiment_settings defaults = {
    .width = {{500}, 1},
    .subnets = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 10},
    .xi = {{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0}, 10},
    .lr = {{0.1}, 1},
    .local_steps = 5,
    .rounds = 1000,
    .repeats = 10,
    .kappa = 1,
    .stops = true,
    .patience = 0};

int main(int argc, char **argv) {
    return plateau_sweep_main("Figure 2b: error level over the number of subnetworks and xi",
                              "Figure 2b: the error level falls with xi at fixed p and with p at "
                              "fixed xi",
                              &defaults, argc, argv);
}
