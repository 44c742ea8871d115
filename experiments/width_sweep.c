/* width-sweep: Figure 2c. The error level against the width m; the paper's claim is that it falls. In the released
 * scaling the initial weights have standard deviation kappa / sqrt(m). */
#include "experiments/level_sweep.h"

static double width_of(const train_settings *cell)
{
    return (double)cell->width;
}

static double xi_of(const train_settings *cell)
{
    return cell->xi;
}

int main(int argc, char **argv)
{
    const level_sweep panel = {.about = "Figure 2c: error level against the width",
                               .statement = "Figure 2c: the error level falls with the width m",
                               .patience = 5,
                               .axes = {"width", "xi"},
                               .legend = {"m, hidden neurons", "probability that a subnetwork takes a neuron"},
                               .axis = {width_of, xi_of},
                               .block = 1};
    const experiment_options defaults = {.width = {{250, 500, 750, 1000, 1250, 1500}, 6},
                                         .subnets = {{10}, 1},
                                         .xi = {{0.8, 0.5, 0.3}, 3},
                                         .lr = {{0.16, 0.1, 0.06}, 3},
                                         .local_steps = 3,
                                         .rounds = 1000,
                                         .repeats = 10,
                                         .kappa = 1,
                                         .samples = 100};
    return level_sweep_main(&panel, &defaults, argc, argv);
}
