/* infinite_units: the work of infinite-ntk as units of a sweep: the spectrum of Hinf by either driver, and random
 * networks whose kernels H(0) = (1/m) sum_r D_r G D_r (xi = 1) have the mean Hinf. */
#ifndef THEORY_INFINITE_UNITS_H
#define THEORY_INFINITE_UNITS_H

#include "run/sweep.h"
#include "theory/infinite/rows.h"
#include "theory/theory.h"

typedef struct {
    const theory_data *data;
    infinite_entry *entries; /* (entry_count) that are looked at; owned */
    size_t entry_count;
    const double *widths; /* (width_count) whole, ascending; borrowed */
    size_t width_count, networks;
} infinite_plan;

/* widths: borrowed. BAD_INPUT if the units do not fit into memory. */
status infinite_plan_new(const theory_data *data, size_t entries, const double *widths, size_t width_count,
                         size_t networks, infinite_plan *plan);
void infinite_plan_free(infinite_plan *plan);

/* All that decides the units' values, as a text. */
void infinite_describe(const infinite_plan *plan, char *text, size_t size);

/* The sweep of the plan: unit 0 is the spectrum by divide and conquer and that of G, unit 1 the one by two stages and
 * the interval, the others are a random network each. settings: infinite_describe's text, borrowed. */
sweep infinite_sweep(const infinite_plan *plan, const char *settings);

/* What the units found. */
typedef struct {
    const infinite_plan *plan;
    infinite_spectrum spectrum;
    const double *gram; /* (n) eigenvalues of G, ascending */
    infinite_simulation simulation;
    double *means;   /* (width_count, entry_count): the simulation's; owned */
    double *squares; /* (width_count) mean of ||H(0) - Hinf||_F^2; owned */
} infinite_result;

/* values: sweep_result's, borrowed by the result. */
status infinite_gather(const infinite_plan *plan, const double *values, infinite_result *r);
void infinite_result_free(infinite_result *r);

#endif
