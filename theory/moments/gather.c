#include "theory/moments/gather.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run/blas.h"

/* --- masks --- */

static status gather_masks(const moments_study *study, mask_kind kind, const sweep *s,
                           const sweep_result *result, theory_rows *rows, table *t,
                           moments_closest *steepest, size_t *draws)
{
    const moments_kind_study *k = &study->kind[kind];
    size_t cell = kind == MASK_CATEGORICAL ? CELL_CATEGORICAL : CELL_BERNOULLI;
    moments_sample all, unit;
    memcpy(&all, sweep_values(s, result, cell, 0), sizeof all);
    for (size_t i = 1; i < MOMENT_UNITS; i++) {
        memcpy(&unit, sweep_values(s, result, cell, i), sizeof unit);
        moments_merge(&all, &unit);
    }
    moments_closest_keep(steepest, k->steepest.value, k->steepest.bound);
    moments_closest_keep(steepest, all.steepest.value, all.steepest.bound);
    *draws += k->masks + (size_t)all.trials;
    moments_evidence evidence = {&k->small, k->expected, k->mean, k->masks,
                                 &k->large, k->seen,     &all};
    return moments_rows_facts(&evidence, rows, t);
}

/* --- starts --- */

static moments_starts merge_starts(const sweep *s, const sweep_result *result, size_t cell)
{
    moments_starts all, unit;
    memcpy(&all, sweep_values(s, result, cell, 0), sizeof all);
    for (size_t i = 1; i < MOMENT_UNITS; i++) {
        memcpy(&unit, sweep_values(s, result, cell, i), sizeof unit);
        moments_starts_merge(&all, &unit);
    }
    return all;
}

/* E11 of the first rows and three neurons. */
static status integrate(const moments_study *study, moments_start_evidence *e)
{
    enum { NEURONS = 3 };
    const gram *few = &study->few;
    double *norms = allocate(few->n, sizeof *norms, "row norms");
    if (!norms) { return FAILED; }
    for (size_t i = 0; i < few->n; i++) {
        norms[i] = cblas_dnrm2((int)few->d, few->X + i * few->d, 1);
        e->quadrature_inputs += norms[i] * norms[i];
        e->quadrature_labels += few->Y[i] * few->Y[i];
    }
    status done = moments_start_expectation(norms, few->Y, few->n, NEURONS, e->real->xi,
                                            e->real->kappa, &e->quadrature);
    free(norms);
    return done;
}

static status gather_starts(const moments_study *study, const sweep *s, const sweep_result *result,
                            theory_rows *rows, table *t)
{
    moments_starts whole = merge_starts(s, result, CELL_STARTS),
                   tail = merge_starts(s, result, CELL_TAILS);
    moments_start_evidence e = {.real = &study->starts,
                                .real_seen = &whole,
                                .tail = &study->tails,
                                .tail_seen = &tail,
                                .near_share = study->near_share,
                                .C = 1};
    for (size_t i = 0; i < study->g.n; i++) {
        e.labels += study->g.Y[i] * study->g.Y[i];
        e.C = fmax(e.C, 1 + fabs(study->g.Y[i]));
    }
    status done = integrate(study, &e);
    return done == OK ? moments_claims_start(&e, rows, t) : done;
}

/* --- runs --- */

table *moments_rounds_table_new(void)
{
    return table_new(
        "mask run round before far near moved after split_error part part_bound drift_before "
        "drift_after "
        "radius flips set",
        "mask [text] bernoulli or categorical\n"
        "run [1] counted from 0\n"
        "round [1] k\n"
        "before [squared labels] ||y - u_k||^2\n"
        "far [squared labels] -2 <y - u_k, I1>, I1 from neurons not in S_i\n"
        "near [squared labels] -2 <y - u_k, I2>, I2 from neurons of S_i = {r: |<w_0r, x_i>| <= R}\n"
        "moved [squared labels] ||u_{k+1} - u_k||^2\n"
        "after [squared labels] ||y - u_{k+1}||^2\n"
        "split_error [1] |after - (before + far + near + moved)| over the largest of these\n"
        "part [labels] |I2_i| of the sample where it is closest to its bound\n"
        "part_bound [labels] (xi/sqrt m) |S_i| max_r ||w_{k+1,r} - w_{k,r}||\n"
        "drift_before [weights] max_r ||w_{k,r} - w_{0,r}||\n"
        "drift_after [weights] max_r ||w_{k+1,r} - w_{0,r}||\n"
        "radius [weights] R\n"
        "flips [neurons] whose activation on a sample differs from the start's; of the sample with "
        "most\n"
        "set [neurons] |S_i| of that sample",
        17);
}

static void put_round(table *t, const moments_study *study, mask_kind kind, size_t run, size_t k,
                      const moments_round *round)
{
    const double numbers[] = {(double)run,          (double)k,           round->before,
                              round->far,           round->near,         round->moved,
                              round->after,         round->split_error,  round->part.value,
                              round->part.bound,    round->drift_before, round->drift_after,
                              study->starts.radius, round->flips,        round->set};
    table_row(t);
    table_text(t, moments_kind(kind));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) { table_number(t, numbers[i]); }
}

/* All rounds of the runs of one kind, run after run. */
static void take_rounds(const moments_study *study, mask_kind kind, const sweep *s,
                        const sweep_result *result, table *t, moments_round *rounds)
{
    size_t cell = kind == MASK_CATEGORICAL ? CELL_RUN_CATEGORICAL : CELL_RUN_BERNOULLI,
           count = study->options->rounds;
    for (size_t run = 0; run < MOMENT_UNITS; run++) {
        memcpy(rounds + run * count, sweep_values(s, result, cell, run), count * sizeof *rounds);
        for (size_t k = 0; k < count; k++) {
            put_round(t, study, kind, run, k, &rounds[run * count + k]);
        }
        table_gap(t);
    }
}

static status gather_runs(const moments_study *study, const sweep *s, const sweep_result *result,
                          theory_rows *rows, table *t, table *of_rounds)
{
    size_t count = MOMENT_UNITS * study->options->rounds;
    moments_round *rounds = allocate(2 * count, sizeof *rounds, "rounds of all runs");
    if (!rounds) { return FAILED; }
    take_rounds(study, MASK_BERNOULLI, s, result, of_rounds, rounds);
    take_rounds(study, MASK_CATEGORICAL, s, result, of_rounds, rounds + count);
    moments_run_evidence e = {rounds,          rounds + count,
                              count,           study->starts.radius,
                              study->combined, study->kind[MASK_CATEGORICAL].masks};
    status done = moments_claims_runs(&e, rows, t);
    free(rounds);
    return done;
}

status moments_gather(const moments_study *study, const sweep *s, const sweep_result *result,
                      theory_rows *rows, table *t, table *rounds)
{
    moments_closest steepest = {0, 0};
    size_t draws = 0;
    status done = OK;
    for (int kind = 0; done == OK && kind < 2; kind++) {
        done = gather_masks(study, (mask_kind)kind, s, result, rows, t, &steepest, &draws);
    }
    if (done == OK) { done = moments_rows_steepest(steepest, draws, rows, t); }
    if (done == OK) {
        done = moments_rows_phis((unsigned)study->options->subnets, study->options->xi, rows, t);
    }
    if (done == OK) { done = gather_starts(study, s, result, rows, t); }
    return done == OK ? gather_runs(study, s, result, rows, t, rounds) : done;
}
