/* What one random network shows: its masked kernels at growing widths against xi Hinf; and how the
 * deviations of all of them fall in the width.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "model/spectrum.h"
#include "theory/ntk_concentration/ntk_concentration.h"
#include "theory/criteria.h"
#include "stats/extreme.h"

enum { PROBE_ROWS = 24 };

RECORD_DEFINE(deviation, DEVIATION);

/* --- probes of the expectation --- */

static size_t probe_rows(size_t n) { return n < PROBE_ROWS ? n : PROBE_ROWS; }

size_t concentration_probe_count(size_t n) { return probe_rows(n) * (probe_rows(n) + 1) / 2 + 2; }

void concentration_probe(const double *H, size_t n, double *probes) {
    size_t rows = probe_rows(n);
    double trace = 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
        trace += H[i * n + i];
        for (size_t j = 0; j < n; j++) { sum += H[i * n + j]; }
    }
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j <= i; j++) { *probes++ = H[i * n + j]; }
    }
    *probes++ = trace;
    *probes = sum;
}

/* --- a unit: at every design and width a deviation, then the probes of every design --- */

const option_list *concentration_widths(const study_run *r) {
    return &((const concentration_settings *)r->settings)->widths;
}

/* deviation is doubles alone. */
deviation *concentration_at(const study_run *r, const double *values, size_t design, size_t width) {
    deviation *all = (deviation *)(uintptr_t)values;
    return all + design * concentration_widths(r)->count + width;
}

double *concentration_probes_at(const study_run *r, const double *values, size_t design) {
    size_t designs = concentration_of(r)->design_count;
    double *probes = (double *)concentration_at(r, values, designs, 0);
    return probes + design * concentration_probe_count(r->data->n);
}

void concentration_column(const study_run *r, size_t design, size_t width, size_t number,
                          double *x) {
    for (size_t t = 0; t < r->repeats; t++) {
        const deviation *one = concentration_at(r, study_values(r, 0, t), design, width);
        x[t] = ((const double *)one)[number];
    }
}

/* --- deviations --- */

/* H <- D = H - xi Hinf; returns ||D||_F^2 and its largest entry. */
static double subtract(const kernel_data *data, double xi, double *H, double *largest) {
    size_t n = data->data.n;
    double square = 0;
    *largest = 0;
    for (size_t k = 0; k < n * n; k++) {
        H[k] -= xi * data->Hinf[k];
        square += H[k] * H[k];
        extreme_raise(largest, fabs(H[k]));
    }
    return square;
}

/* Mask l of a design joins `all`. */
static status measure_mask(const kernel_data *data, masked_stream *s, size_t design, size_t l,
                           deviation *all) {
    const mask_design *masks = &s->designs[design];
    double smallest, *H = masked_stream_kernel(s, design, l);
    deviation one;
    status st = spectrum_smallest(H, s->n, &smallest, NULL);
    if (st != OK) { return st; }
    double square = subtract(data, masks->xi, H, &one.entry);
    st = spectrum_norm(H, s->n, &one.norm);
    if (st != OK) { return st; }
    one.frobenius = sqrt(square);
    one.ratio = smallest / (masks->xi * data->lambda0);
    one.square = square / (double)masks->masks;
    record_add(&deviation_kind, all, &one);
    return OK;
}

/* All designs at the width reached, number `width`. */
static status measure_width(const study_run *r, masked_stream *s, size_t width, double *values) {
    for (size_t k = 0; k < s->count; k++) {
        deviation *all = concentration_at(r, values, k, width);
        record_clear(&deviation_kind, all);
        for (size_t l = 0; l < s->designs[k].masks; l++) {
            status st = measure_mask(&concentration_of(r)->data, s, k, l, all);
            if (st != OK) { return st; }
        }
    }
    return OK;
}

status concentration_trial(const study_run *r, masked_stream *s, double *values) {
    const option_list *widths = concentration_widths(r);
    for (size_t w = 0; w < widths->count; w++) {
        status st = masked_stream_advance(s, (size_t)widths->values[w]);
        if (st == OK) { st = measure_width(r, s, w, values); }
        if (st != OK) { return st; }
    }
    for (size_t k = 0; k < s->count; k++) {
        concentration_probe(masked_stream_kernel(s, k, 0), s->n,
                            concentration_probes_at(r, values, k));
    }
    return OK;
}

status concentration_measure(const study_run *r, size_t cell, size_t repetition, double *values) {
    const concentration_context *c = r->context;
    uint64_t seed = r->options.seed;
    masked_stream s;
    status st = masked_stream_open(&c->data.data, c->data.G, c->designs, c->design_count,
                                   rng_new(seed, cell, repetition, RNG_WEIGHTS),
                                   rng_new(seed, cell, repetition, RNG_MASKS), &s);
    if (st == OK) { st = concentration_trial(r, &s, values); }
    masked_stream_close(&s);
    return st;
}

/* --- over the trials: the exponent with which the deviation falls in the width --- */

concentration_slope concentration_fit_slope(const study_run *r, size_t design, double confidence,
                                            double *x) {
    const option_list *widths = concentration_widths(r);
    const mask_design *d = &concentration_of(r)->designs[design];
    concentration_slope slope = {0, 0, NAN, {NAN, NAN}, NAN};
    double log_m[OPTION_LIST_MAX], log_norm[OPTION_LIST_MAX];
    size_t first = 0, count = widths->count;
    while (count > 0 && widths->values[first] * d->xi < CRITERION_SLOPE_ACTIVE) {
        first++;
        count--;
    }
    for (size_t w = 0; w < count; w++) { log_m[w] = log(widths->values[first + w]); }
    for (size_t t = 0; t < r->repeats; t++) {
        const deviation *one = concentration_at(r, study_values(r, 0, t), design, first);
        for (size_t w = 0; w < count; w++) {
            if (one[w].norm == 0) { return slope; }
            log_norm[w] = log(one[w].norm);
        }
        x[t] = stats_fit_line(log_m, log_norm, count, confidence).slope;
    }
    if (count < 3) { return slope; }
    slope = (concentration_slope){first, count, stats_summarise(x, r->repeats).mean,
                                  stats_mean_interval(x, r->repeats, confidence), NAN};
    for (size_t w = 0; w < count; w++) {
        concentration_column(r, design, first + w, CLAIM_NUMBER(deviation, norm), x);
        log_norm[w] = log(stats_quantile(x, r->repeats, 0.5));
    }
    slope.of_medians = stats_fit_line(log_m, log_norm, count, confidence).slope;
    return slope;
}

/* --- time --- */

/* Seconds of a trial with one width. */
static double time_width(const study_run *r, double width) {
    concentration_settings few = *(const concentration_settings *)r->settings;
    study_run part = *r;
    few.widths = (option_list){{width}, 1};
    part.settings = &few;
    return study_time_unit(&part, 0);
}

/* A trial takes the time of its neurons and, at every width, that of its masks: a block of neurons
 * and two of them tell both. */
double concentration_calibrate(const study_run *r) {
    const option_list *widths = concentration_widths(r);
    const double block = 2048, one = time_width(r, block);
    const double more = fmax(0, time_width(r, 2 * block) - one);
    return widths->values[widths->count - 1] / block * more +
           (double)widths->count * fmax(0, one - more);
}
