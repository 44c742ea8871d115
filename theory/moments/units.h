/* moments_units: what mask-moments computes: its settings, the networks it looks at, and its units of work. */
#ifndef THEORY_MOMENTS_UNITS_H
#define THEORY_MOMENTS_UNITS_H

#include "theory/moments/claims.h"
#include "theory/moments/rows.h"

typedef struct {
    size_t width, subnets; /* m, p at real size */
    double xi, kappa;      /* xi of the Bernoulli masks; categorical ones have 1/p */
    double delta;
    double step; /* eta ||G|| along runs */
    size_t local_steps, rounds;
    size_t trials; /* draws of each mask kind, and starts: at least 2, rounded up to whole units */
    size_t label;
} moments_options;

/* Cells of the sweep; every cell has MOMENT_UNITS repetitions. */
enum {
    CELL_BERNOULLI,
    CELL_CATEGORICAL,
    CELL_STARTS,
    CELL_TAILS,
    CELL_RUN_BERNOULLI,
    CELL_RUN_CATEGORICAL,
    CELLS
};
enum { MOMENT_UNITS = 8 };

/* One mask kind: the small network with all its masks and the network at real size. */
typedef struct {
    moments_state small, large;
    double *expected, *mean; /* (first[MOMENTS]) of small; owned */
    size_t masks;
    moments_closest steepest;  /* Lemma 4 over them */
    moments_views views;       /* of large */
    double seen[MOMENT_VIEWS]; /* closed forms at large */
    train_settings run;        /* of the runs */
} moments_kind_study;

typedef struct {
    const theory_data *data;
    const moments_options *options;
    gram g, few;                /* all rows; the first rows, of the small networks */
    moments_kind_study kind[2]; /* by mask_kind */
    moments_combined combined;  /* E10 over every mask of the small categorical network */
    double near_share;          /* p_R */
    moments_start starts, tails;
    size_t trials; /* of one unit */
} moments_study;

/* Takes what is needed and looks at every mask of the small networks. */
status moments_study_open(const theory_data *data, const moments_options *options,
                          moments_study *study);
void moments_study_close(moments_study *study); /* safe on a zeroed one */

size_t moments_unit_values(const moments_options *options);
status moments_unit(size_t cell, size_t repetition, double *values, const void *study);
double moments_unit_cost(size_t cell, const void *study);
/* Seconds for a unit of cost, measured. */
double moments_pace(const moments_study *study);

/* Everything that decides the units' values, as text; size bytes. */
void moments_settings_text(const moments_study *study, char *text, size_t size);

#endif
