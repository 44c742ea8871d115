/* infinite-ntk: Theorem 1. Hinf of the data, its spectrum by two LAPACK drivers, lambda_min in a
 * certified interval, and its closed form against quadrature and random networks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef THEORY_INFINITE_NTK_INFINITE_NTK_H
#define THEORY_INFINITE_NTK_INFINITE_NTK_H

#include "model/spectrum.h"
#include "study/study.h"
#include "study/kernel_data.h"

typedef struct {
    const char *matrix; /* --matrix: where to keep Hinf; NULL: nowhere */
    size_t entries, networks;
    option_list widths; /* m of the random networks, ascending */
} infinite_settings;

/* --- entries of Hinf found again in two other ways than by the closed form:
 *     Hinf_ij = <x_i, x_j> P(<w, x_i> >= 0, <w, x_j> >= 0),   w ~ N(0, I),
 * the probability by Gauss quadrature, and as the share of random neurons (kernel-infinite) --- */

typedef struct {
    size_t i, j;       /* j <= i */
    double product;    /* <x_i, x_j> */
    double closed;     /* Hinf_ij as computed */
    double quadrature; /* as the expectation; NaN before infinite_entries_integrate */
} infinite_entry;

/* How many entries with j <= i there are to look at if `wanted` are asked for. */
size_t infinite_entries_count(size_t n, size_t wanted);

/* Of entries evenly spread over the lower triangle, diagonal included, the last gives its place to
 * the closest pair of inputs. entries (count): the caller's, count from infinite_entries_count. */
void infinite_entries_pick(const dataset *data, const double *G, const double *Hinf, size_t count,
                           infinite_entry *entries);

/* P(<w, x> >= 0, <w, y> >= 0) for unit x, y at an angle t in [0, pi], to 1e-15; NaN if there is
 * no memory. */
double infinite_both_active(double t);

/* Fills `quadrature`. */
status infinite_entries_integrate(const dataset *data, infinite_entry *entries, size_t count);

/* max |closed - quadrature| over the entries, relative to 1/2, the largest that an entry can be. */
double infinite_entries_off(const infinite_entry *entries, size_t count);

/* What `neurons` random neurons say: of the entries' counts, each binomial, the two-sided p-value
 * that is smallest. means (count): means of H_ij over these neurons. NaN if a mean is. worst: which
 * entry. */
double infinite_entries_chance(const infinite_entry *entries, size_t count, const double *means,
                               double neurons, size_t *worst);

/* --- the study --- */

/* The units: the spectrum of Hinf and of G by divide and conquer; the one of Hinf by two stages
 * with the interval; then a random network each. */
enum { SPECTRUM_UNIT, INTERVAL_UNIT, FIRST_NETWORK };

typedef struct {
    kernel_data data;
    infinite_entry *entries; /* (entry_count) entries of Hinf that are found again; owned */
    size_t entry_count;
    double *means;   /* (widths, entry_count) means over the networks of H(0)_ij; owned */
    double *squares; /* (widths) mean of ||H(0) - Hinf||_F^2; owned */
} infinite_context;

/* What the first two units found. */
typedef struct {
    size_t n;
    const double *values, *second; /* (n) eigenvalues of Hinf, ascending: dsyevd, dsyevd_2stage */
    const double *gram;            /* (n) of G, ascending */
    spectrum_interval interval;    /* lambda_min of Hinf as stored lies in it */
} infinite_spectrum;

/* Picks the entries and sets the units, of data that are there already. */
status infinite_plan(study_run *r);

infinite_spectrum infinite_spectrum_of(const study_run *r);

/* BAD_INPUT if the networks do not fit into memory. */
status infinite_network_fits(const study_run *r);
status infinite_measure(const study_run *r, size_t cell, size_t repetition, double *values);
double infinite_cost(const study_run *r, size_t cell);
double infinite_calibrate(const study_run *r);

extern const claim_group infinite_claims[];
extern const study infinite_study;

#endif
