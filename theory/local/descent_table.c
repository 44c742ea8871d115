#include "theory/local/descent_table.h"

#include <math.h>
#include <stdlib.h>

#include "run/stats.h"
#include "theory/local/descent_rows.h"

static const char names[] = "regime mask samples width xi step multiple eta runs steps skipped held contracting bound "
                            "worst q95 median q05 gain ball proven "
                            "gain_proven largest largest_median from_start lambda moved moved_held jump diverged";
static const char legend[] =
    "regime wide (few rows, the width of Together) or usual\n"
    "mask bernoulli or categorical\n"
    "samples n\n"
    "width m\n"
    "xi probability that a mask takes a neuron\n"
    "step the step size in words\n"
    "multiple eta ||G||\n"
    "eta step size\n"
    "runs starts W_0 with their K p masks\n"
    "steps local steps looked at\n"
    "skipped of these, residual at rounding level\n"
    "held share of the others that obeys (4)\n"
    "contracting share with ||e_{t+1}|| < ||e_t||\n"
    "bound 1 - eta xi lambda0/2, of ||e_{t+1}||^2/||e_t||^2\n"
    "worst largest ||e_{t+1}||^2/||e_t||^2\n"
    "q95 its 0.95-quantile over steps\n"
    "median its median\n"
    "q05 its 0.05-quantile\n"
    "gain least (1 - ||e_{t+1}||^2/||e_t||^2)/(eta xi lambda0/2); at least 1 is (4)\n"
    "ball share of steps with all weights within R* at both ends\n"
    "proven share of steps that are also on section 3's event: (4) is proved there for eta <= 1/||G||\n"
    "gain_proven gain over those; inf: there are none\n"
    "largest [1/||G||] the largest step size that obeys (4) in the direction of a step, least over steps\n"
    "largest_median [1/||G||] its median over steps\n"
    "from_start [R*] largest ||w_{k,t,r} - w_{0,r}|| of a masked neuron\n"
    "lambda [xi lambda0/2] smallest lambda_min(H_m(k,t))\n"
    "moved largest ||w_{k,t,r} - w_{k,r}|| over the first bound of (5)\n"
    "moved_held the same over its second bound, where (4) held before\n"
    "jump largest ||u_k - u_{k,0}||^2 over K p V_k/delta\n"
    "diverged runs that diverged and were not followed to their end";

/* The runs of one row. */
typedef struct {
    size_t regime, step;
    mask_kind mask;
    descent_run all;
    double *ratios, *largest; /* those that are numbers */
    size_t count;
} pool;

static void collect(const local_plan *plan, const sweep *s, const sweep_result *result, pool *p)
{
    size_t steps = descent_steps(plan);
    p->all = descent_run_empty();
    p->count = 0;
    for (size_t trial = 0; trial < plan->regimes[p->regime].trials; trial++) {
        const double *values = local_plan_values(plan, s, result, p->regime, p->mask, trial);
        const double *ratios = descent_unit_ratios(plan, values, p->step),
                     *largest = descent_unit_largest(plan, values, p->step);
        descent_run_add(&p->all, descent_unit_of(plan, values, p->step));
        for (size_t k = 0; k < steps; k++)
            if (!isnan(ratios[k])) {
                p->ratios[p->count] = ratios[k];
                p->largest[p->count++] = largest[k];
            }
    }
}

static void put_numbers(table *t, const double *numbers, size_t count)
{
    for (size_t k = 0; k < count; k++)
        table_number(t, numbers[k]);
}

static void put_row(const local_plan *plan, const pool *p, table *t)
{
    const local_regime *regime = &plan->regimes[p->regime];
    const local_model *model = &plan->models[p->regime][p->mask];
    const descent_run *all = &p->all;
    double eta = local_step(regime, plan->options, p->step), looked = all->steps - all->skipped;
    char step[32];
    local_step_name(plan->options, p->step, step);
    table_row(t);
    table_text(t, local_regime_names[p->regime]);
    table_text(t, local_mask_names[p->mask]);
    put_numbers(t, (double[]){(double)model->n, model->m, model->xi}, 3);
    table_text(t, step);
    const double numbers[] = {eta * model->gram_norm,
                              eta,
                              (double)regime->trials,
                              all->steps,
                              all->skipped,
                              all->held / looked,
                              all->fell / looked,
                              1 - eta * model->rate,
                              all->ratio_most,
                              stats_quantile(p->ratios, p->count, 0.95),
                              stats_quantile(p->ratios, p->count, 0.5),
                              stats_quantile(p->ratios, p->count, 0.05),
                              all->gain_least,
                              all->ball / looked,
                              all->proven / looked,
                              all->gain_proven,
                              all->largest_least,
                              stats_quantile(p->largest, p->count, 0.5),
                              all->from_start / model->radius,
                              all->lambda_least / model->along_least,
                              all->moved,
                              all->moved_held,
                              all->jump,
                              all->stopped};
    put_numbers(t, numbers, sizeof numbers / sizeof *numbers);
}

static status write_table(const local_plan *plan, const sweep *s, const sweep_result *result)
{
    table *t = table_new(names, legend, 17);
    size_t most = 0;
    for (size_t k = 0; k < REGIMES; k++)
        most = plan->regimes[k].trials > most ? plan->regimes[k].trials : most;
    pool p = {.ratios = allocate(most * descent_steps(plan), sizeof *p.ratios, "ratios of all steps"),
              .largest = allocate(most * descent_steps(plan), sizeof *p.largest, "step sizes of all steps")};
    status done = t && p.ratios && p.largest ? OK : FAILED;
    if (done == OK) {
        table_note(t, "statement",
                   "Hypothesis 1: ||y - u_{t+1}||^2 <= (1 - eta xi lambda0/2) ||y - u_t||^2 (4), and (5)");
        local_note(plan->regimes, plan->options, result, t);
    }
    for (p.regime = 0; p.regime < REGIMES && done == OK; p.regime++)
        for (size_t mask = 0; mask < MASKS; mask++) {
            p.mask = (mask_kind)mask;
            if (p.regime + mask > 0)
                table_gap(t);
            for (p.step = 0; p.step < local_step_count(plan->options); p.step++) {
                collect(plan, s, result, &p);
                put_row(plan, &p, t);
            }
        }
    if (done == OK)
        done = table_write(t, plan->regimes[REGIME_USUAL].run.out);
    table_free(t);
    free(p.ratios);
    free(p.largest);
    return done;
}

/* One record for each run and step size; returns how many. */
static size_t list_records(const local_plan *plan, const sweep *s, const sweep_result *result, descent_record *records)
{
    size_t count = 0;
    for (size_t regime = 0; regime < REGIMES; regime++)
        for (size_t mask = 0; mask < MASKS; mask++)
            for (size_t trial = 0; trial < plan->regimes[regime].trials; trial++) {
                const double *values = local_plan_values(plan, s, result, regime, (mask_kind)mask, trial);
                for (size_t step = 0; step < local_step_count(plan->options); step++)
                    records[count++] = (descent_record){.regime = regime,
                                                        .step = step,
                                                        .eta = local_step(&plan->regimes[regime], plan->options, step),
                                                        .model = &plan->models[regime][mask],
                                                        .run = descent_unit_of(plan, values, step)};
            }
    return count;
}

status descent_judge(const local_plan *plan, const sweep *s, const sweep_result *result)
{
    const program_options *run = &plan->regimes[REGIME_USUAL].run;
    descent_record *records =
        allocate(s->cells * s->repeats * local_step_count(plan->options), sizeof *records, "records of runs");
    theory_rows list = {.command = run->redo};
    status done = records ? descent_rows(&list, records, list_records(plan, s, result, records)) : FAILED;
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
