#include "theory/local/drift_table.h"

#include <stdlib.h>

#include "theory/local/drift_rows.h"

static const char names[] = "regime mask step multiple round runs moved moved_mean flips flips_mean flips_bound near "
                            "whole_flips whole_near whole_bound "
                            "lambda lambda_mean ball error diverged";
static const char legend[] =
    "regime wide (few rows, the width of Together) or usual\n"
    "mask bernoulli or categorical\n"
    "step step size in words\n"
    "multiple eta ||G||\n"
    "round k, from 1\n"
    "runs starts W_0 with their masks; worst and mean below are over those that have not diverged\n"
    "moved [R*] largest ||w_{k,t,r} - w_{0,r}|| of a masked neuron in the round\n"
    "moved_mean [R*] the same, mean over runs\n"
    "flips [neurons] most masked neurons whose activation on one sample is not that at w_0\n"
    "flips_mean [neurons] the same, mean over runs\n"
    "flips_bound [neurons] 2 m xi p_R, within R*\n"
    "near [neurons] most masked neurons with |<w_0, x_i>| <= R* on one sample\n"
    "whole_flips [neurons] most neurons of the whole network, after the round, whose activation on one sample is not "
    "that at w_0\n"
    "whole_near [neurons] most neurons of the whole network with |<w_0, x_i>| <= R* on one sample\n"
    "whole_bound [neurons] 2 m p_R (Lemma 16), within R*\n"
    "lambda [xi lambda0/2] smallest lambda_min(H_m(k,t)) in the round\n"
    "lambda_mean [xi lambda0/2] the same, mean over runs\n"
    "ball share of states (subnetwork, t) with all weights within R*\n"
    "error error of the whole network after the round, (1/2) ||y - u||^2/n, mean over runs\n"
    "diverged runs that have diverged";

/* One row of the table. */
typedef struct {
    size_t regime, step, round;
    mask_kind mask;
} place;

/* Worst over runs, and the sums that the means need. */
typedef struct {
    drift_round all;
    double runs, moved, flips, lambda;
} pool;

static pool collect(const local_plan *plan, const sweep *s, const sweep_result *result, place at)
{
    pool p = {.all = drift_round_empty()};
    double stopped = 0;
    for (size_t trial = 0; trial < plan->regimes[at.regime].trials; trial++) {
        const double *values = local_plan_values(plan, s, result, at.regime, at.mask, trial);
        const drift_round *rounds = drift_unit_of(plan, values, at.step);
        if (rounds[at.round].stopped > 0 || rounds[at.round].states == 0) {
            stopped++;
            continue;
        }
        drift_round_add(&p.all, &rounds[at.round]);
        p.runs++;
        p.moved += rounds[at.round].from_start;
        p.flips += rounds[at.round].flips;
        p.lambda += rounds[at.round].lambda;
    }
    p.all.stopped = stopped;
    return p;
}

static void put_row(const local_plan *plan, const pool *p, place at, table *t)
{
    const local_regime *regime = &plan->regimes[at.regime];
    const local_model *model = &plan->models[at.regime][at.mask];
    const drift_round *all = &p->all;
    char step[32];
    local_step_name(plan->options, at.step, step);
    table_row(t);
    table_text(t, local_regime_names[at.regime]);
    table_text(t, local_mask_names[at.mask]);
    table_text(t, step);
    const double numbers[] = {local_step(regime, plan->options, at.step) * model->gram_norm,
                              (double)at.round + 1,
                              p->runs,
                              all->from_start / model->radius,
                              p->moved / p->runs / model->radius,
                              all->flips,
                              p->flips / p->runs,
                              model->near_most,
                              all->near,
                              all->whole_flips,
                              all->whole_near,
                              model->whole_near_most,
                              all->lambda / model->along_least,
                              p->lambda / p->runs / model->along_least,
                              all->ball / all->states,
                              all->error / p->runs,
                              all->stopped};
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
        table_number(t, numbers[k]);
}

static status write_table(const local_plan *plan, const sweep *s, const sweep_result *result)
{
    table *t = table_new(names, legend, 17);
    if (!t)
        return FAILED;
    table_note(t, "statement", "section 3, drift: weights, activations and lambda_min(H_m(k,t)) along runs");
    local_note(plan->regimes, plan->options, result, t);
    for (size_t regime = 0; regime < REGIMES; regime++)
        for (size_t mask = 0; mask < MASKS; mask++)
            for (size_t step = 0; step < local_step_count(plan->options); step++) {
                if (regime + mask + step > 0)
                    table_gap(t);
                for (size_t round = 0; round < plan->options->rounds; round++) {
                    place at = {.regime = regime, .step = step, .round = round, .mask = (mask_kind)mask};
                    pool p = collect(plan, s, result, at);
                    put_row(plan, &p, at, t);
                }
            }
    status done = table_write(t, plan->regimes[REGIME_USUAL].run.out);
    table_free(t);
    return done;
}

/* One record for each run and step size, its rounds as one; returns how many. */
static size_t list_records(const local_plan *plan, const sweep *s, const sweep_result *result, drift_record *records)
{
    size_t count = 0;
    for (size_t regime = 0; regime < REGIMES; regime++)
        for (size_t mask = 0; mask < MASKS; mask++)
            for (size_t trial = 0; trial < plan->regimes[regime].trials; trial++) {
                const double *values = local_plan_values(plan, s, result, regime, (mask_kind)mask, trial);
                for (size_t step = 0; step < local_step_count(plan->options); step++) {
                    drift_record *r = &records[count++];
                    *r = (drift_record){regime, step, &plan->models[regime][mask], drift_round_empty()};
                    for (size_t round = 0; round < plan->options->rounds; round++)
                        drift_round_add(&r->run, &drift_unit_of(plan, values, step)[round]);
                }
            }
    return count;
}

status drift_judge(const local_plan *plan, const sweep *s, const sweep_result *result)
{
    const program_options *run = &plan->regimes[REGIME_USUAL].run;
    drift_record *records =
        allocate(s->cells * s->repeats * local_step_count(plan->options), sizeof *records, "records of runs");
    theory_rows list = {.command = run->redo};
    status done = records ? drift_rows(&list, records, list_records(plan, s, result, records)) : FAILED;
    if (done == OK)
        done = write_table(plan, s, result);
    if (done == OK) {
        program_say(run, "wrote %s", run->out);
        done = theory_finish(&plan->regimes[REGIME_USUAL].data, &list);
    }
    theory_rows_free(&list);
    free(records);
    return done;
}
