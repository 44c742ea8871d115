#include "theory/concentration/trial.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/spectrum.h"

enum { PROBE_ROWS = 24, PACE_NEURONS = 2048 };

void concentration_describe(const concentration_plan *plan, char *text, size_t size)
{
    int used = snprintf(text, size, "widths=");
    for (size_t w = 0; w < plan->width_count; w++)
        used += snprintf(text + used, size - (size_t)used, "%.0f,", plan->widths[w]);
    for (size_t k = 0; k < plan->design_count; k++)
        used += snprintf(text + used, size - (size_t)used, " %s,%zu,%.17g", concentration_kind(&plan->designs[k]),
                         plan->designs[k].masks, plan->designs[k].xi);
}

size_t concentration_index(const concentration_plan *plan, size_t design, size_t width, concentration_measure measure)
{
    return (design * plan->width_count + width) * MEASURES + measure;
}

size_t concentration_probe_index(const concentration_plan *plan, size_t design)
{
    return plan->design_count * plan->width_count * MEASURES + design * concentration_probes(plan->n);
}

size_t concentration_values(const concentration_plan *plan)
{
    return concentration_probe_index(plan, plan->design_count);
}

static size_t probe_rows(size_t n)
{
    return n < PROBE_ROWS ? n : PROBE_ROWS;
}

size_t concentration_probes(size_t n)
{
    return probe_rows(n) * (probe_rows(n) + 1) / 2 + 2;
}

void concentration_probe(const double *H, size_t n, double *probes)
{
    size_t rows = probe_rows(n);
    double trace = 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
        trace += H[i * n + i];
        for (size_t j = 0; j < n; j++)
            sum += H[i * n + j];
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j <= i; j++)
            *probes++ = H[i * n + j];
    *probes++ = trace;
    *probes = sum;
}

/* H <- H - xi Hinf; returns ||.||_F^2 and the largest entry. */
static double subtract(const concentration_plan *plan, double xi, double *H, double *largest)
{
    double square = 0;
    *largest = 0;
    for (size_t k = 0; k < plan->n * plan->n; k++) {
        H[k] -= xi * plan->Hinf[k];
        square += H[k] * H[k];
        if (!(fabs(H[k]) <= *largest)) /* a NaN stays */
            *largest = fabs(H[k]);
    }
    return square;
}

/* Takes the worse of what is known and `value`; a NaN is the worst. */
static void keep_worst(double *known, double value, int sign)
{
    if (!(sign * value <= sign * *known) && !isnan(*known))
        *known = value;
}

/* Mask l joins the measures; H is scratch. */
static status measure_mask(const concentration_plan *plan, const concentration_stream *s, size_t design, size_t l,
                           double *H, double *measures)
{
    double xi = s->designs[design].xi, smallest, norm, largest;
    concentration_kernel(s, design, l, H);
    status done = spectrum_smallest(H, plan->n, &smallest, NULL);
    double square = subtract(plan, xi, H, &largest);
    if (done == OK)
        done = spectrum_norm(H, plan->n, &norm);
    if (done != OK)
        return done;
    keep_worst(&measures[MEASURE_NORM], norm, 1);
    keep_worst(&measures[MEASURE_FROBENIUS], sqrt(square), 1);
    keep_worst(&measures[MEASURE_ENTRY], largest, 1);
    keep_worst(&measures[MEASURE_RATIO], smallest / (xi * plan->lambda0), -1);
    measures[MEASURE_SQUARE] += square / (double)s->designs[design].masks;
    return OK;
}

static status measure_design(const concentration_plan *plan, const concentration_stream *s, size_t design, double *H,
                             double *measures)
{
    measures[MEASURE_NORM] = measures[MEASURE_FROBENIUS] = measures[MEASURE_ENTRY] = measures[MEASURE_SQUARE] = 0;
    measures[MEASURE_RATIO] = INFINITY;
    status done = OK;
    for (size_t l = 0; done == OK && l < s->designs[design].masks; l++)
        done = measure_mask(plan, s, design, l, H, measures);
    return done;
}

status concentration_trial(const concentration_plan *plan, concentration_stream *s, double *values)
{
    double *H = allocate(plan->n, plan->n * sizeof *H, "masked kernel");
    status done = H ? OK : FAILED;
    for (size_t w = 0; done == OK && w < plan->width_count; w++) {
        done = concentration_advance(s, (size_t)plan->widths[w]);
        for (size_t k = 0; done == OK && k < plan->design_count; k++)
            done = measure_design(plan, s, k, H, values + concentration_index(plan, k, w, 0));
    }
    for (size_t k = 0; done == OK && k < plan->design_count; k++) {
        concentration_kernel(s, k, 0, H);
        concentration_probe(H, plan->n, values + concentration_probe_index(plan, k));
    }
    free(H);
    return done;
}

double concentration_pace(const concentration_plan *plan, concentration_stream *s)
{
    double *H = allocate(plan->n, plan->n * sizeof *H, "masked kernel"), measures[MEASURES] = {0}, masks = 0, times[3];
    status done = H ? concentration_advance(s, PACE_NEURONS) : FAILED; /* warms caches and clocks */
    times[0] = omp_get_wtime();
    if (done == OK)
        done = concentration_advance(s, 2 * PACE_NEURONS);
    times[1] = omp_get_wtime();
    if (done == OK)
        done = measure_mask(plan, s, 0, 0, H, measures);
    times[2] = omp_get_wtime();
    free(H);
    for (size_t k = 0; k < plan->design_count; k++)
        masks += (double)plan->designs[k].masks;
    double neurons = plan->widths[plan->width_count - 1] / PACE_NEURONS;
    double seconds = neurons * (times[1] - times[0]) + masks * (double)plan->width_count * (times[2] - times[1]);
    return done == OK ? seconds : 0;
}

double concentration_variance(const double *G, const double *Hinf, size_t n, double xi)
{
    double sum = 0;
    for (size_t k = 0; k < n * n; k++)
        sum += xi * Hinf[k] * (G[k] - xi * Hinf[k]);
    return sum;
}
