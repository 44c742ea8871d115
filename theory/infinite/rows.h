/* infinite_rows: what is said about Hinf, a row each: Assumption 1, Theorem 1, and that the numbers are right. Every
 * function takes what it judges as it was found, and appends its row. */
#ifndef THEORY_INFINITE_ROWS_H
#define THEORY_INFINITE_ROWS_H

#include "model/spectrum.h"
#include "theory/infinite/entries.h"
#include "theory/theory.h"

/* The spectrum of Hinf (n, n). */
typedef struct {
    size_t n;
    const double *Hinf;
    const double *values; /* (n) ascending, by divide and conquer */
    const double *second; /* (n) by reduction in two stages */
    spectrum_interval interval;
} infinite_spectrum;

/* H(0) of random networks, xi = 1, averaged: widths (count) m, of `networks` networks each; means (count, entries). */
typedef struct {
    const double *widths;
    size_t count, networks;
    const double *means;
} infinite_simulation;

/* ||x_i|| = 1 and |y_i| <= C - 1, C = 2 [exact, by scaling]; no two inputs parallel (met). */
status infinite_row_scaling(const dataset *data, theory_rows *list);
status infinite_row_parallel(const dataset *data, bool met, theory_rows *list);

/* Theorem 1: no two inputs parallel (met) => lambda_min(Hinf) > 0. Decided by the certified interval; not checked where
 * 0 lies in it. */
status infinite_row_theorem(const infinite_spectrum *s, bool met, theory_rows *list);
/* [derived] With e_i - e_j in the Rayleigh quotient: lambda_min(Hinf) <= 1/2 - cos t (pi - t)/(2 pi) for inputs at an
 * angle t. Here: the closest pair. */
status infinite_row_cap(const infinite_spectrum *s, const dataset *data, theory_rows *list);

/* [exact] Two LAPACK drivers give the same eigenvalues; these have the sum tr Hinf = n/2 and the square sum
 * ||Hinf||_F^2; both smallest lie in the certified interval. */
status infinite_row_drivers(const infinite_spectrum *s, theory_rows *list);
status infinite_row_sums(const infinite_spectrum *s, theory_rows *list);
status infinite_row_interval(const infinite_spectrum *s, theory_rows *list);

/* [exact] The closed form is the defining expectation: by quadrature, and by random neurons. */
status infinite_row_quadrature(const infinite_entry *entries, size_t count, theory_rows *list);
status infinite_row_simulation(const infinite_entry *entries, size_t count, const infinite_simulation *seen,
                               theory_rows *list);

#endif
