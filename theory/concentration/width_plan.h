/* concentration_width_plan: the cells of required-width, n by xi, their data, pilots and trials. */
#ifndef THEORY_CONCENTRATION_WIDTH_PLAN_H
#define THEORY_CONCENTRATION_WIDTH_PLAN_H

#include <stdint.h>
#include "run/options.h"
#include "theory/concentration/width.h"
#include "theory/theory.h"

typedef struct {
    option_list sizes, xi;
    uint64_t masks, trials, limit; /* K p; W_0s of a cell; largest width tried */
    double delta;
} width_options;

/* How many pilots bracket a cell's grid: their largest. */
enum { WIDTH_PILOTS = 8 };

typedef struct {
    const theory_data *data;
    concentration_design design;
    width_grid grid; /* width_plan_bracket */
} width_setup;

typedef struct {
    const program_options *run;
    const width_options *options; /* sizes ascending */
    theory_data *data;            /* (sizes) of the first n rows each; owned */
    width_setup *setups;          /* (count) sizes within xi; owned */
    size_t count;
} width_plan;

/* Loads the first rows, as many as the largest size, and computes Hinf and its numbers for every size. BAD_INPUT if the
 * file has fewer. */
status width_plan_open(const program_options *run, const width_options *options, width_plan *plan);
void width_plan_close(width_plan *plan); /* safe on a zeroed one */

/* Runs the pilots (a sweep of their own) and sets the grids. */
status width_plan_bracket(width_plan *plan);

/* The trials: unit (cell, repetition) yields WIDTH_GRID values, width_trial's. result: as sweep_run leaves it. */
status width_plan_run(const width_plan *plan, sweep_result *result);

#endif
