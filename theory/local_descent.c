/* local-descent: Hypothesis 1 (paper.md section 4). Real runs of Algorithm 1, watched at every local step: the fall of
 * a subnetwork's error against 1 - eta xi lambda0/2 (4), the largest step size that obeys it, and both sides of (5),
 * with step sizes from lambda0/n^2 to where descent breaks. */
#include "theory/criteria.h"
#include "theory/local/descent_table.h"

int main(int argc, char **argv)
{
    local_options options = {.samples = 100,
                             .width = 1000,
                             .subnets = 4,
                             .local_steps = 5,
                             .rounds = 2,
                             .repeats = 4,
                             .wide_samples = 6,
                             .wide_subnets = 2,
                             .wide_trials = 60,
                             .xi = 0.5,
                             .kappa = 1,
                             .delta = CRITERION_DELTA,
                             .multiples = {{0.1, 1, 4, 8, 16}, 5}};
    program_options run;
    status done =
        program_parse(argc, argv, "Hypothesis 1: every subnetwork descends locally, step by step, against its bounds",
                      &local_argp, &options, &run);
    local_plan plan = {.options = &options};
    if (done == OK)
        done = local_plan_open(&run, &options, &plan);
    if (done == OK)
        done = local_plan_run(&plan, &(local_program){descent_unit_values, descent_unit_run, descent_judge});
    local_plan_close(&plan);
    return program_exit(&run, done);
}
