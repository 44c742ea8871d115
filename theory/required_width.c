/* required-width: how wide a network must be for the conclusion of Theorem 2 at initialisation, beside the width that
 * every bound of paper.md section 3 asks for, over n and xi. */
#include "theory/theory.h"

#include <errno.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "theory/concentration/width_plan.h"
#include "theory/concentration/width_table.h"
#include "theory/shared/criteria.h"

enum { MAX_SIZE = 1000000, MAX_MASKS = 100000 };
enum { KEY_SIZES = PROGRAM_OWN_KEY, KEY_XI, KEY_MASKS, KEY_TRIALS, KEY_DELTA, KEY_LIMIT };

static const struct argp_option options[] = {
    {"sizes", KEY_SIZES, "LIST", 0, "numbers n of first rows (default 25,50,100,200,400)", 1},
    {"xi", KEY_XI, "LIST", 0, "Bernoulli masks with these xi (default 0.1,0.2,0.5,1)", 1},
    {"masks", KEY_MASKS, "N", 0, "masks of one W_0, K p; all must satisfy the conclusion (default 1)", 1},
    {"trials", KEY_TRIALS, "N", 0, "independent W_0 of each n and xi (default 200; at least 3/delta)", 1},
    {"delta", KEY_DELTA, "D", 0, "failure probability (default 0.05)", 1},
    {"limit", KEY_LIMIT, "M", 0, "largest width tried (default 1048576)", 1},
    {0}};

static error_t parse(int key, char *text, struct argp_state *state)
{
    width_options *o = state->input;
    status s = OK;
    switch (key) {
    case KEY_SIZES:
        s = option_counts("sizes", text, 1, MAX_SIZE, &o->sizes);
        gsl_sort(o->sizes.values, 1, o->sizes.count);
        break;
    case KEY_XI:
        s = option_numbers("xi", text, 0, 1, 1, 1, &o->xi);
        break;
    case KEY_MASKS:
        s = option_count("masks", text, 1, MAX_MASKS, &o->masks);
        break;
    case KEY_TRIALS:
        s = option_count("trials", text, 2, RNG_MAX_REPEATS, &o->trials);
        break;
    case KEY_DELTA:
        s = option_number("delta", text, 1e-9, 0.5, 0, &o->delta);
        break;
    case KEY_LIMIT:
        s = option_count("limit", text, 1, 1 << 30, &o->limit);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return s == OK ? 0 : EINVAL;
}

/* What the trials of each cell found; the caller's, free(). */
static width_cell *gather(const width_plan *plan, const sweep_result *swept)
{
    width_cell *cells = allocate(plan->count, sizeof *cells, "cells of the search");
    size_t trials = plan->options->trials;
    for (size_t k = 0; cells && k < plan->count; k++) {
        const width_setup *setup = &plan->setups[k];
        const double *values = swept->values + k * trials * WIDTH_GRID;
        cells[k] = (width_cell){
            .bounds = theory_bounds(setup->data, (double)setup->design.masks, setup->design.xi, plan->options->delta),
            .grid = setup->grid,
            .trials = trials};
        for (size_t t = 0; t < trials; t++)
            for (size_t w = 0; w < setup->grid.count; w++)
                cells[k].failures[w] += !(values[t * WIDTH_GRID + w] == 1);
        if (isnan(width_measured(&cells[k])))
            program_say(plan->run, "n=%g xi=%g: more than delta fail up to m=%zu; a larger --limit may help",
                        cells[k].bounds.n, cells[k].bounds.xi, setup->grid.widths[setup->grid.count - 1]);
    }
    return cells;
}

static status write_table(const width_plan *plan, const width_cell *cells, const sweep_result *swept)
{
    const theory_data *largest = &plan->data[plan->options->sizes.count - 1];
    table *t;
    status done = width_tabulate(cells, plan->count, &t);
    if (done == OK) {
        table_note(t, "statement",
                   "Theorem 2 at initialisation: least width for lambda_min(H_m) >= xi lambda_0/2 for K p masks w.p. 1 "
                   "- delta");
        table_note(t, "delta", "%g", plan->options->delta);
        theory_note(largest, swept, t);
        done = table_write(t, plan->run->out);
    }
    if (done == OK)
        program_say(plan->run, "wrote %s", plan->run->out);
    table_free(t);
    return done;
}

static status finish(const width_plan *plan, const sweep_result *swept)
{
    theory_rows rows = {.command = plan->run->redo};
    width_cell *cells = gather(plan, swept);
    status done = cells ? write_table(plan, cells, swept) : FAILED;
    if (done == OK)
        done = width_judge(cells, plan->count, &rows);
    if (done == OK)
        done = theory_finish(&plan->data[plan->options->sizes.count - 1], &rows);
    theory_rows_free(&rows);
    free(cells);
    return done;
}

int main(int argc, char **argv)
{
    width_options o = {.sizes = {{25, 50, 100, 200, 400}, 5},
                       .xi = {{0.1, 0.2, 0.5, 1}, 4},
                       .masks = 1,
                       .trials = 200,
                       .limit = 1 << 20,
                       .delta = CRITERION_DELTA};
    const struct argp own = {options, parse, NULL, NULL, NULL, NULL, NULL};
    program_options run;
    width_plan plan = {0};
    sweep_result swept = {0};
    status done = program_parse(argc, argv, "Theorem 2: the width really needed, beside what every bound asks for",
                                &own, &o, &run);
    if (done == OK)
        done = width_plan_open(&run, &o, &plan);
    if (done == OK)
        done = width_plan_bracket(&plan);
    if (done == OK)
        done = width_plan_run(&plan, &swept);
    if (done == OK && run.predict)
        printf("%.3g\n", swept.predicted);
    if (done == OK && swept.complete)
        done = finish(&plan, &swept);
    sweep_result_free(&swept);
    width_plan_close(&plan);
    return program_exit(&run, done);
}
