/* ntk-concentration: D = H_m - xi Hinf of random networks, over widths and kinds of masks, beside
 * every bound that holds at initialisation (initialisation in doc/mathematics.md).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef THEORY_NTK_CONCENTRATION_NTK_CONCENTRATION_H
#define THEORY_NTK_CONCENTRATION_NTK_CONCENTRATION_H

#include <stddef.h>
#include "model/masked_stream.h"
#include "study/record.h"
#include "study/study.h"
#include "study/kernel_data.h"

typedef struct {
    option_list widths;   /* m, ascending */
    option_list xi;       /* of Bernoulli, or fixed, masks */
    option_list subnets;  /* p of categorical masks, or of partitions */
    size_t masks, trials; /* Bernoulli masks of one W_0; W_0s */
    const char *own; /* masks of the user's own, .npz, in place of Bernoulli ones; NULL: drawn */
    double delta;
    int mask; /* mask_kind: one of those of the lists: bernoulli and categorical, or the others */
} concentration_settings;

typedef struct {
    kernel_data data;
    mask_sets sets; /* of --masks FILE; empty without */
    mask_design designs[2 * OPTION_LIST_MAX];
    bounds_setting bounds[2 * OPTION_LIST_MAX]; /* of every design */
    size_t design_count;
} concentration_context;

static inline const concentration_context *concentration_of(const study_run *r) {
    return r->context;
}

/* D of all masks of a design at one width; the worst of them counts. */
/* clang-format off */
#define DEVIATION(number)                                                                         \
    number(norm, MAX, "||D||")                                                                    \
    number(frobenius, MAX, "||D||_F")                                                             \
    number(entry, MAX, "max_ij |D_ij|")                                                           \
    number(ratio, MIN, "lambda_min(H_m)/(xi lambda0)")                                           \
    number(square, SUM, "||D||_F^2, mean over the masks")
/* clang-format on */

RECORD_DECLARE(deviation, DEVIATION);

/* From settings and data: designs, bounds, and the units, one for each W_0. */
void concentration_set_up(study_run *r);

const option_list *concentration_widths(const study_run *r);

/* Where a unit's values hold the deviation of a design at a width, and the probes of its first
 * mask's kernel at the largest width. */
deviation *concentration_at(const study_run *r, const double *values, size_t design, size_t width);
double *concentration_probes_at(const study_run *r, const double *values, size_t design);

/* Linear functions of a kernel, by which its expectation is checked: every entry of the leading
 * block of 24 rows, the trace and the sum of all entries. probes (concentration_probe_count). */
size_t concentration_probe_count(size_t n);
void concentration_probe(const double *H, size_t n, double *probes);

/* One unit, and the same on an empty stream whose designs are the run's. */
status concentration_trial(const study_run *r, masked_stream *s, double *values);
status concentration_measure(const study_run *r, size_t cell, size_t repetition, double *values);
/* Seconds that a unit is expected to take on one thread, measured; 0: not known. */
double concentration_calibrate(const study_run *r);

/* x (trials) <- one number (CLAIM_NUMBER) of the deviation in every trial. */
void concentration_column(const study_run *r, size_t design, size_t width, size_t number,
                          double *x);

/* The slope of log ||D|| in log m over the widths with m xi >= CRITERION_SLOPE_ACTIVE. */
typedef struct {
    size_t first, count; /* those widths, from number `first` on; count 0, all else NaN, if there
                            are fewer than three or a deviation is exactly 0: no logarithm */
    double mean;         /* over trials, of the slope of one trial */
    stats_interval interval; /* t interval of the mean: trials are independent, the widths of a
                                trial need not be */
    double of_medians;       /* slope of the medians */
} concentration_slope;

/* x (trials): scratch. */
concentration_slope concentration_fit_slope(const study_run *r, size_t design, double confidence,
                                            double *x);

extern const claim_group concentration_claims[];
extern const study concentration_study;

#endif
