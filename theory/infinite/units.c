#include "theory/infinite/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/spectrum_large.h"
#include "theory/concentration/stream.h"

enum { SPECTRUM_UNIT, INTERVAL_UNIT, FIRST_NETWORK };

/* Every neuron in one mask: H_m is H(0) with xi = 1. */
static const concentration_design whole = {MASK_BERNOULLI, 1, 1};

status infinite_plan_new(const theory_data *data, size_t entries, const double *widths, size_t width_count,
                         size_t networks, infinite_plan *plan)
{
    size_t count = infinite_entries_count(data->data.n, entries);
    *plan = (infinite_plan){
        .data = data, .entry_count = count, .widths = widths, .width_count = width_count, .networks = networks};
    status s = concentration_fits(&data->data, &whole, 1, data->run->threads);
    if (s != OK)
        return s;
    plan->entries = allocate(count, sizeof *plan->entries, "entries of Hinf");
    if (!plan->entries)
        return FAILED;
    infinite_entries_pick(&data->data, data->G, data->Hinf, count, plan->entries);
    return OK;
}

void infinite_plan_free(infinite_plan *plan)
{
    free(plan->entries);
    *plan = (infinite_plan){0};
}

/* --- what a unit yields --- */

/* Of a network, at each width: ||H(0) - Hinf||_F^2, then the entries of H(0) that are looked at. */
static size_t network_values(const infinite_plan *plan)
{
    return plan->width_count * (plan->entry_count + 1);
}

static size_t unit_values(const infinite_plan *plan)
{
    size_t spectrum = 2 * plan->data->data.n + 3, network = network_values(plan);
    return spectrum > network ? spectrum : network;
}

static status run_spectrum(const theory_data *d, double *values)
{
    status s = spectrum_all(d->Hinf, d->data.n, values);
    return s == OK ? spectrum_all(d->G, d->data.n, values + d->data.n) : s;
}

/* From so many inputs on the interval comes without a reduction to tridiagonal form. */
enum { LARGE = 5000 };

static status run_interval(const theory_data *d, double *values)
{
    spectrum_interval interval;
    status s = spectrum_all_second(d->Hinf, d->data.n, values);
    if (s == OK)
        s = (d->data.n > LARGE ? spectrum_lambda_min_large : spectrum_lambda_min)(d->Hinf, d->data.n, &interval);
    if (s == OK)
        memcpy(values + d->data.n, (double[]){interval.low, interval.high, interval.value}, 3 * sizeof *values);
    return s;
}

static void look_at(const infinite_plan *plan, const double *H, double *values)
{
    size_t n = plan->data->data.n;
    values[0] = 0;
    for (size_t e = 0; e < n * n; e++)
        values[0] += (H[e] - plan->data->Hinf[e]) * (H[e] - plan->data->Hinf[e]);
    for (size_t e = 0; e < plan->entry_count; e++)
        values[1 + e] = H[plan->entries[e].i * n + plan->entries[e].j];
}

/* One network, looked at while it grows from width to width. */
static status run_network(const infinite_plan *plan, size_t cell, double *values)
{
    const theory_data *d = plan->data;
    concentration_stream stream = {0};
    double *H = allocate(d->data.n, d->data.n * sizeof *H, "kernel of a random network");
    status s = H ? concentration_open(&d->data, d->G, &whole, 1, &stream) : FAILED;
    rng *weights = rng_new(d->run->seed, cell, 0, RNG_WEIGHTS), *masks = rng_new(d->run->seed, cell, 0, RNG_MASKS);
    if (s == OK && !(weights && masks))
        s = fail(FAILED, "no memory for random streams");
    if (s == OK)
        concentration_restart(&stream, weights, masks);
    for (size_t w = 0; s == OK && w < plan->width_count; w++) {
        s = concentration_advance(&stream, (size_t)plan->widths[w]);
        if (s != OK)
            break;
        concentration_kernel(&stream, 0, 0, H);
        look_at(plan, H, values + w * (plan->entry_count + 1));
    }
    rng_free(weights);
    rng_free(masks);
    concentration_close(&stream);
    free(H);
    return s;
}

static status run_unit(size_t cell, size_t repetition, double *values, const void *context)
{
    const infinite_plan *plan = context;
    (void)repetition;
    memset(values, 0, unit_values(plan) * sizeof *values);
    if (cell == SPECTRUM_UNIT)
        return run_spectrum(plan->data, values);
    return cell == INTERVAL_UNIT ? run_interval(plan->data, values) : run_network(plan, cell, values);
}

/* --- what a unit costs --- */

/* Operations, weighed by how fast they run. The spectrum: a reduction to tridiagonal form, bound by memory; either unit
 * has two matrices to reduce or to factor. A neuron: a product with the inputs, a count of common bits, d random
 * numbers. */
static double cost(size_t cell, const void *context)
{
    const infinite_plan *plan = context;
    double n = (double)plan->data->data.n, d = (double)plan->data->data.d, m = plan->widths[plan->width_count - 1];
    if (cell == SPECTRUM_UNIT)
        return 4 * n * n * n;
    if (cell == INTERVAL_UNIT)
        return 6 * n * n * n;
    return m * (2 * n * d + n * n / 8 + 500 * d) + 30 * n * n * (double)plan->width_count;
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Seconds of one operation, from some neurons of a network. */
static double pace(const infinite_plan *plan)
{
    double width[1] = {512};
    infinite_plan part = *plan;
    part.widths = width;
    part.width_count = 1;
    double *values = allocate(unit_values(&part), sizeof *values, "values of a unit"), start = seconds_now();
    status s = values ? run_network(&part, FIRST_NETWORK, values) : FAILED;
    free(values);
    return s == OK ? (seconds_now() - start) / cost(FIRST_NETWORK, &part) : 0;
}

void infinite_describe(const infinite_plan *plan, char *text, size_t size)
{
    int used = snprintf(text, size, "data=%s n=%zu seed=%llu entries=%zu widths=", plan->data->data.sha256,
                        plan->data->data.n, (unsigned long long)plan->data->run->seed, plan->entry_count);
    for (size_t w = 0; w < plan->width_count && used >= 0 && (size_t)used < size; w++)
        used += snprintf(text + used, size - (size_t)used, "%.0f,", plan->widths[w]);
}

sweep infinite_sweep(const infinite_plan *plan, const char *settings)
{
    return (sweep){.program = plan->data->run->name,
                   .settings = settings,
                   .cells = FIRST_NETWORK + plan->networks,
                   .repeats = 1,
                   .values = unit_values(plan),
                   .cost = cost,
                   .seconds_per_cost = pace(plan),
                   .run = run_unit,
                   .context = plan};
}

/* --- what they found --- */

static void add_means(const infinite_plan *plan, const double *values, infinite_result *r)
{
    size_t entries = plan->entry_count, widths = plan->width_count;
    for (size_t k = 0; k < plan->networks; k++) {
        const double *unit = values + (FIRST_NETWORK + k) * unit_values(plan);
        for (size_t w = 0; w < widths; w++, unit += entries + 1) {
            r->squares[w] += unit[0] / (double)plan->networks;
            for (size_t e = 0; e < entries; e++)
                r->means[w * entries + e] += unit[1 + e] / (double)plan->networks;
        }
    }
}

status infinite_gather(const infinite_plan *plan, const double *values, infinite_result *r)
{
    size_t n = plan->data->data.n, stride = unit_values(plan);
    const double *second = values + INTERVAL_UNIT * stride, *ends = second + n;
    *r = (infinite_result){.plan = plan, .gram = values + n};
    r->means = allocate(plan->width_count, plan->entry_count * sizeof *r->means, "means of entries");
    r->squares = allocate(plan->width_count, sizeof *r->squares, "mean squares");
    if (!r->means || !r->squares)
        return FAILED;
    add_means(plan, values, r);
    r->spectrum = (infinite_spectrum){n, plan->data->Hinf, values, second, {ends[0], ends[1], ends[2]}};
    r->simulation = (infinite_simulation){plan->widths, plan->width_count, plan->networks, r->means};
    return OK;
}

void infinite_result_free(infinite_result *r)
{
    free(r->means);
    free(r->squares);
    *r = (infinite_result){0};
}
