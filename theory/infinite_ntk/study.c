/* What infinite-ntk computes, its table, and what it says at the end.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "model/masked_stream.h"
#include "io/npy.h"
#include "theory/infinite_ntk/infinite_ntk.h"

static const infinite_settings defaults = {
    .entries = 2000, .networks = 10, .widths = {{256, 1024, 4096, 16384}, 4}};

#define FIELD(member) offsetof(infinite_settings, member)

static const option_row options[] = {
    {"matrix", OPTION_PATH, FIELD(matrix),
     .help = "keep Hinf in it, .npy, (n, n) float64, all rows in the file's order",
     .flags = OPTION_NO_VALUE},
    {"entries", OPTION_COUNT, FIELD(entries), 1, 1000000,
     "entries that are found again by quadrature and random networks"},
    {"widths", OPTION_COUNTS, FIELD(widths), 1, 1 << 24, "widths m of the random networks",
     OPTION_ASCENDING},
    {"networks", OPTION_COUNT, FIELD(networks), 1, 10000, "how many random networks of every width",
     OPTION_NO_VALUE},
    {NULL}};

status infinite_plan(study_run *r) {
    infinite_context *c = r->context;
    const infinite_settings *o = r->settings;
    const dataset *data = r->data = &c->data.data;
    status st = infinite_network_fits(r);
    if (st != OK) { return st; }
    c->entry_count = infinite_entries_count(data->n, o->entries);
    c->entries = allocate(c->entry_count, sizeof *c->entries, "entries of Hinf");
    if (!c->entries) { return FAILED; }
    infinite_entries_pick(data, c->data.G, c->data.Hinf, c->entry_count, c->entries);
    size_t spectrum = 2 * data->n + 3, of_network = o->widths.count * (c->entry_count + 1);
    r->cells = FIRST_NETWORK + o->networks;
    r->values = spectrum > of_network ? spectrum : of_network;
    return OK;
}

static status prepare(study_run *r) {
    infinite_context *c = r->context;
    const char *matrix = ((const infinite_settings *)r->settings)->matrix;
    status st = matrix ? program_writes(&r->options, "matrix", matrix) : OK;
    if (r->options.samples == 0 && r->options.rows == ROWS_USUAL) {
        r->options.rows = ROWS_FIRST; /* all rows need no choice: --matrix has the file's order */
    }
    if (st == OK) { st = kernel_data_open(&r->options, 0, KERNEL_ALL_LABELS, &c->data); }
    return st == OK ? infinite_plan(r) : st;
}

static void close(void *context) {
    infinite_context *c = context;
    free(c->entries);
    free(c->means);
    free(c->squares);
    kernel_data_close(&c->data);
}

/* --- what the units found --- */

infinite_spectrum infinite_spectrum_of(const study_run *r) {
    size_t n = r->data->n;
    const double *first = study_values(r, SPECTRUM_UNIT, 0),
                 *second = study_values(r, INTERVAL_UNIT, 0);
    return (infinite_spectrum){
        n, first, second, first + n, {second[n], second[n + 1], second[n + 2]}};
}

/* Means over the networks, and the quadrature of the entries. */
static status gather(study_run *r) {
    infinite_context *c = r->context;
    const infinite_settings *o = r->settings;
    size_t entries = c->entry_count, widths = o->widths.count;
    c->means = allocate(widths, entries * sizeof *c->means, "means of entries");
    c->squares = allocate(widths, sizeof *c->squares, "mean squares");
    if (!c->means || !c->squares) { return FAILED; }
    for (size_t k = 0; k < o->networks; k++) {
        const double *unit = study_values(r, FIRST_NETWORK + k, 0);
        for (size_t w = 0; w < widths; w++, unit += entries + 1) {
            c->squares[w] += unit[0] / (double)o->networks;
            for (size_t e = 0; e < entries; e++) {
                c->means[w * entries + e] += unit[1 + e] / (double)o->networks;
            }
        }
    }
    return infinite_entries_integrate(r->data, c->entries, entries);
}

static void note(const study_run *r, table *t) {
    const infinite_context *c = r->context;
    const infinite_settings *o = r->settings;
    infinite_spectrum s = infinite_spectrum_of(r);
    double low = s.interval.low, high = s.interval.high;
    kernel_data_note(&c->data, t);
    table_note(t, "lambda_min certainly in", "[%.17g, %.17g], relative width %.3g", low, high,
               (high - low) / high);
    table_note(t, "condition", "%.17g", s.values[s.n - 1] / s.values[0]);
    if (s.n > 1) {
        table_note(t, "smallest angle", "%.17g, rows %zu and %zu", r->data->smallest_angle,
                   kernel_data_file_row(&c->data, r->data->closest[0]),
                   kernel_data_file_row(&c->data, r->data->closest[1]));
    }
    /* E||H(0) - Hinf||_F^2 = V/m */
    double V = masked_kernel_variance(c->data.G, c->data.Hinf, s.n, 1, false);
    for (size_t w = 0; w < o->widths.count; w++) {
        table_note(t, "networks",
                   "width %g: root mean square of ||H(0) - Hinf||_F: %.6g, expected %.6g",
                   o->widths.values[w], sqrt(c->squares[w]), sqrt(V / o->widths.values[w]));
    }
}

static status fill(const study_run *r, table *t) {
    infinite_spectrum s = infinite_spectrum_of(r);
    for (size_t k = 1; k <= s.n; k++) {
        table_row(t);
        row_number(t, "index", "[count] k, from the largest", (double)k);
        row_number(t, "eigenvalue",
                   "[1] k-th largest eigenvalue of Hinf, by divide and conquer (dsyevd)",
                   s.values[s.n - k]);
        row_number(t, "second", "[1] the same by reduction in two stages (dsyevd_2stage)",
                   s.second[s.n - k]);
        row_number(t, "gram",
                   "[1] k-th largest eigenvalue of G = X X^T, 0 up to rounding beyond its rank",
                   s.gram[s.n - k]);
    }
    return OK;
}

static status finish(const study_run *r) {
    const infinite_context *c = r->context;
    const char *path = ((const infinite_settings *)r->settings)->matrix;
    infinite_spectrum s = infinite_spectrum_of(r);
    double low = s.interval.low, high = s.interval.high, largest = s.values[s.n - 1];
    npy_output array = {"Hinf", "f8", 2, {s.n, s.n}, c->data.Hinf};
    status st = path ? npy_write(path, &array) : OK;
    if (st != OK) { return st; }
    if (path) { program_say(&r->options, "wrote %s", path); }
    program_say(&r->options,
                "lambda_min(Hinf) = %.12g, of the matrix as stored certainly in [%.15g, %.15g], "
                "relative width %.1e",
                s.values[0], low, high, (high - low) / high);
    program_say(&r->options, "lambda_max(Hinf) = %.12g, condition %.6g", largest,
                largest / s.values[0]);
    if (s.n > 1) {
        program_say(&r->options, "smallest angle between two inputs: %.9g, rows %zu and %zu",
                    r->data->smallest_angle, kernel_data_file_row(&c->data, r->data->closest[0]),
                    kernel_data_file_row(&c->data, r->data->closest[1]));
    }
    return OK;
}

static const study_table tables[] = {
    {"", "Theorem 1: lambda_min(Hinf) > 0 if no two inputs are parallel", 17, .fill = fill},
    {NULL}};

const study infinite_study = {
    .about = "Theorem 1: the infinite-width kernel Hinf of the data and its smallest eigenvalue",
    STUDY_OF(options, defaults, infinite_context),
    .prepare = prepare,
    .close = close,
    .measure = infinite_measure,
    .cost = infinite_cost,
    .calibrate = infinite_calibrate,
    .gather = gather,
    .note = note,
    .tables = tables,
    .claims = infinite_claims,
    .finish = finish};
