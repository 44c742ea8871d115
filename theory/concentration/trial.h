/* concentration_trial: what one W_0 shows of Theorem 2 at initialisation, at every width and for every kind of masks.
 *
 * A trial is one stream (concentration_stream); a statement about K p masks is scored by the worst of them. */
#ifndef THEORY_CONCENTRATION_TRIAL_H
#define THEORY_CONCENTRATION_TRIAL_H

#include <stddef.h>
#include "theory/concentration/stream.h"

/* Of D = H_m - xi Hinf, the worst mask's: */
typedef enum {
    MEASURE_NORM,      /* ||D|| */
    MEASURE_FROBENIUS, /* ||D||_F */
    MEASURE_ENTRY,     /* max_ij |D_ij| */
    MEASURE_RATIO,     /* lambda_min(H_m)/(xi lambda_0), the least */
    MEASURE_SQUARE,    /* ||D||_F^2, mean over the masks: its expectation is known */
    MEASURES
} concentration_measure;

/* What trials look at. */
typedef struct {
    const concentration_design *designs; /* (design_count) not owned */
    size_t design_count;
    const double *widths; /* (width_count) whole, ascending; not owned */
    size_t width_count;
    size_t n;
    const double *Hinf; /* (n, n) not owned */
    double lambda0;     /* lambda_min(Hinf) */
} concentration_plan;

/* Widths and designs as a text that differs where trials do. text: the caller's, 4096 bytes suffice. */
void concentration_describe(const concentration_plan *plan, char *text, size_t size);

/* Doubles that one trial yields, and where a measure and the probes of a design lie in them. */
size_t concentration_values(const concentration_plan *plan);
size_t concentration_index(const concentration_plan *plan, size_t design, size_t width, concentration_measure measure);
size_t concentration_probe_index(const concentration_plan *plan, size_t design);

/* Linear functions of a kernel, by which its expectation is checked: every entry of the leading block of 24 rows, the
 * trace and the sum of all entries. */
size_t concentration_probes(size_t n);
void concentration_probe(const double *H, size_t n, double *probes);

/* One trial on a stream that was just restarted and whose designs are the plan's. values (concentration_values): the
 * measures at every width, and at the last one the probes of each design's first mask. */
status concentration_trial(const concentration_plan *plan, concentration_stream *s, double *values);

/* Seconds that one trial is expected to take on one thread, measured on a stream just restarted. 0: not known. */
double concentration_pace(const concentration_plan *plan, concentration_stream *s);

/* V with E||H_m - xi Hinf||_F^2 = V/m [exact]. H_m is the mean of m independent D_r G D_r with probability xi each,
 * else 0. An entry G_ij 1{both active} has second moment xi G_ij Hinf_ij and mean xi Hinf_ij: V = sum_ij (xi G_ij
 * Hinf_ij - xi^2 Hinf_ij^2). */
double concentration_variance(const double *G, const double *Hinf, size_t n, double xi);

#endif
