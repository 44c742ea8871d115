/* Entries of Hinf found again in two other ways than by the closed form (kernel-infinite in
 * doc/mathematics.md): Hinf_ij = <x_i, x_j> P(<w, x_i> >= 0, <w, x_j> >= 0),   w ~ N(0, I), the
 * probability by Gauss quadrature, and as the share of random neurons. */
#ifndef THEORY_INFINITE_NTK_ENTRIES_H
#define THEORY_INFINITE_NTK_ENTRIES_H

#include <stddef.h>
#include "model/dataset.h"
#include "base/error.h"

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

/* P(<w, x> >= 0, <w, y> >= 0) for unit x, y at an angle in [0, pi], to 1e-15; NaN if there is no
 * memory. */
double infinite_both_active(double angle);

/* Fills `quadrature`. */
status infinite_entries_integrate(const dataset *data, infinite_entry *entries, size_t count);

/* max |closed - quadrature| over the entries, relative to 1/2, the largest that an entry can be. */
double infinite_entries_off(const infinite_entry *entries, size_t count);

/* What `neurons` random neurons say: of the entries' counts, each binomial, the two-sided p-value
 * that is smallest. means (count): means of H_ij over these neurons. NaN if a mean is. worst: which
 * entry. */
double infinite_entries_chance(const infinite_entry *entries, size_t count, const double *means,
                               double neurons, size_t *worst);

#endif
