/* infinite-ntk: Theorem 1. Hinf of the data, its spectrum by two LAPACK drivers, lambda_min in a
 * certified interval, and its closed form against quadrature and random networks. */
#ifndef THEORY_INFINITE_NTK_INFINITE_NTK_H
#define THEORY_INFINITE_NTK_INFINITE_NTK_H

#include "model/spectrum.h"
#include "study/study.h"
#include "theory/infinite_ntk/entries.h"
#include "study/kernel_data.h"

typedef struct {
    const char *matrix; /* --matrix: where to keep Hinf; NULL: nowhere */
    size_t entries, networks;
    option_list widths; /* m of the random networks, ascending */
} infinite_settings;

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

extern const claim_group infinite_claims[];
extern const study infinite_study;

#endif
