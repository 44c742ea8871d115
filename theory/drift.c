/* drift: paper.md section 3, "Drift" and "What to check" (iii). Along real runs of Algorithm 1, round by round: how far
 * masked neurons stray from w_0 in units of R*, how many activations flip against 2 m xi p_R, and lambda_min(H_m(k,t))
 * against xi lambda0/2. */
#include "theory/criteria.h"
#include "theory/local/drift_table.h"

int main(int argc, char **argv)
{
    local_options options = {.samples = 100,
                             .width = 1000,
                             .subnets = 4,
                             .local_steps = 5,
                             .rounds = 10,
                             .repeats = 4,
                             .wide_samples = 6,
                             .wide_subnets = 2,
                             .wide_trials = 60,
                             .xi = 0.5,
                             .kappa = 1,
                             .delta = CRITERION_DELTA,
                             .multiples = {{1}, 1}};
    program_options run;
    status done =
        program_parse(argc, argv, "Section 3, drift: how far weights, activations and masked kernels stray along runs",
                      &local_argp, &options, &run);
    local_plan plan = {.options = &options};
    if (done == OK)
        done = local_plan_open(&run, &options, &plan);
    if (done == OK)
        done = local_plan_run(&plan, &(local_program){drift_unit_values, drift_unit_run, drift_judge});
    local_plan_close(&plan);
    return program_exit(&run, done);
}
