/* The spectrum of Hinf by either driver, and random networks whose kernels
 *     H(0) = (1/m) sum_r D_r G D_r   (xi = 1)
 * have the mean Hinf (kernel-infinite in doc/mathematics.md).
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "model/masked_stream.h"
#include "model/spectrum.h"
#include "theory/infinite_ntk/infinite_ntk.h"

/* Every neuron in one mask: H_m is H(0) with xi = 1. */
static const mask_design whole = {MASK_BERNOULLI, 1, 1};

/* From so many inputs on the interval comes without a reduction to tridiagonal form. */
enum { LARGE = 5000 };

status infinite_network_fits(const study_run *r) {
    const infinite_context *c = r->context;
    return masked_stream_fits(&c->data.data, &whole, 1, r->options.threads);
}

static status measure_spectrum(const kernel_data *d, double *values) {
    status st = spectrum_all(d->Hinf, d->data.n, values);
    return st == OK ? spectrum_all(d->G, d->data.n, values + d->data.n) : st;
}

static status measure_interval(const kernel_data *d, double *values) {
    size_t n = d->data.n;
    spectrum_interval interval;
    status st = spectrum_all_second(d->Hinf, n, values);
    if (st == OK) {
        st = (n > LARGE ? spectrum_lambda_min_large : spectrum_lambda_min)(d->Hinf, n, &interval);
    }
    if (st != OK) { return st; }
    values[n] = interval.low;
    values[n + 1] = interval.high;
    values[n + 2] = interval.value;
    return OK;
}

/* ||H(0) - Hinf||_F^2, then the entries of H(0) that are found again. */
static void measure_kernel(const infinite_context *c, const double *H, double *values) {
    size_t n = c->data.data.n;
    values[0] = 0;
    for (size_t e = 0; e < n * n; e++) {
        values[0] += (H[e] - c->data.Hinf[e]) * (H[e] - c->data.Hinf[e]);
    }
    for (size_t e = 0; e < c->entry_count; e++) {
        values[1 + e] = H[c->entries[e].i * n + c->entries[e].j];
    }
}

/* One network, its kernel measured while it grows from width to width. */
static status measure_network(const study_run *r, size_t cell, double *values) {
    const infinite_context *c = r->context;
    const option_list *widths = &((const infinite_settings *)r->settings)->widths;
    masked_stream s = {.n = 0};
    status st = masked_stream_open(&c->data.data, c->data.G, &whole, 1,
                                   rng_new(r->options.seed, cell, 0, RNG_WEIGHTS),
                                   rng_new(r->options.seed, cell, 0, RNG_MASKS), &s);
    for (size_t w = 0; st == OK && w < widths->count; w++) {
        st = masked_stream_advance(&s, (size_t)widths->values[w]);
        if (st != OK) { break; }
        measure_kernel(c, masked_stream_kernel(&s, 0, 0), values + w * (c->entry_count + 1));
    }
    masked_stream_close(&s);
    return st;
}

status infinite_measure(const study_run *r, size_t cell, size_t repetition, double *values) {
    const infinite_context *c = r->context;
    (void)repetition;
    memset(values, 0, r->values * sizeof *values);
    if (cell == SPECTRUM_UNIT) { return measure_spectrum(&c->data, values); }
    return cell == INTERVAL_UNIT ? measure_interval(&c->data, values)
                                 : measure_network(r, cell, values);
}

/* Operations, weighed by how fast they run. The spectrum: a reduction to tridiagonal form, bound by
 * memory; either unit has two matrices to reduce or to factor. A neuron: a product with the inputs,
 * a count of common bits, d random numbers. */
double infinite_cost(const study_run *r, size_t cell) {
    const option_list *widths = &((const infinite_settings *)r->settings)->widths;
    double n = (double)r->data->n, d = (double)r->data->d, m = widths->values[widths->count - 1];
    if (cell == SPECTRUM_UNIT) { return 4 * n * n * n; }
    if (cell == INTERVAL_UNIT) { return 6 * n * n * n; }
    return m * (2 * n * d + n * n / 8 + 500 * d) + 30 * n * n * (double)widths->count;
}

/* From some neurons of a network. */
double infinite_calibrate(const study_run *r) {
    infinite_settings few = *(const infinite_settings *)r->settings;
    study_run part = *r;
    few.widths = (option_list){{512}, 1};
    part.settings = &few;
    return study_time_unit(&part, FIRST_NETWORK) / infinite_cost(&part, FIRST_NETWORK);
}
