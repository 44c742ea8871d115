/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/kernel_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/ntk.h"
#include "model/rows.h"
#include "model/spectrum.h"
#include "base/clock.h"
#include "base/machine.h"
#include "base/memory.h"
#include "study/spared.h"

/* n x n doubles held at once at most: G, Hinf, a kernel, copies for LAPACK. */
enum { MATRICES = 6 };

static status check_memory(size_t n) {
    double needed = (double)n * (double)n * sizeof(double) * MATRICES,
           free_now = memory_available();
    if (free_now == 0 || needed <= free_now) { return OK; }
    return fail(BAD_INPUT,
                "n = %zu needs %.3g GB of memory, %.3g GB are free; take fewer --samples", n,
                needed / 1e9, free_now / 1e9);
}

static bool constant(const dataset *data, size_t label) {
    for (size_t i = 1; i < data->n; i++) {
        if (data->Y[i * data->q + label] != data->Y[label]) { return false; }
    }
    return true;
}

/* The first column that is not constant; 0 if all are. */
static size_t first_varying(const dataset *data) {
    for (size_t label = 0; label < data->q; label++) {
        if (!constant(data, label)) { return label; }
    }
    return 0;
}

static status keep_label(const program_options *run, dataset *data, size_t *label) {
    if (*label == KERNEL_ALL_LABELS) { return OK; }
    if (*label == OPTION_IS_AUTO) { *label = first_varying(data); }
    if (*label >= data->q) {
        return fail(BAD_INPUT, "--label: %s has label columns 0 to %zu; give one of them",
                    data->path, data->q - 1);
    }
    if (data->n > 1 && constant(data, *label)) {
        program_say(run, "warning: label column %zu is constant on the %zu rows taken%s", *label,
                    data->n,
                    constant(data, first_varying(data)) ? "" : "; --label auto takes another");
    }
    for (size_t i = 0; i < data->n; i++) { data->Y[i] = data->Y[i * data->q + *label]; }
    data->q = 1;
    return OK;
}

static double largest_row_sum(const double *G, size_t n) {
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < n; j++) { sum += fabs(G[i * n + j]); }
        largest = fmax(largest, sum);
    }
    return largest;
}

/* (rows, rows) <- the leading block of A (n, n). */
static double *leading_block(const double *A, size_t n, size_t rows) {
    double *block = allocate(rows, rows * sizeof *block, "block of a kernel");
    for (size_t i = 0; block && i < rows; i++) {
        memcpy(block + i * rows, A + i * n, rows * sizeof *block);
    }
    return block;
}

/* Of all rows, or for a prediction of time about as they would be: the largest eigenvalues grow
 * with the number of rows, the smallest does not. */
static status find_spectra(kernel_data *d) {
    size_t n = d->data.n, rows = spared_rows(d->run, n);
    double *some_G = rows < n ? leading_block(d->G, n, rows) : NULL;
    double *some_H = rows < n ? leading_block(d->Hinf, n, rows) : NULL;
    const double *G = rows < n ? some_G : d->G, *Hinf = rows < n ? some_H : d->Hinf;
    double begin = clock_thread(), scale = (double)n / (double)rows;
    status st = G && Hinf ? spectrum_norm(G, rows, &d->gram_norm) : FAILED;
    if (st == OK) { st = spectrum_smallest(Hinf, rows, &d->lambda0, NULL); }
    if (st == OK) { st = spectrum_largest(Hinf, rows, &d->lambda_max, NULL); }
    d->seconds = (clock_thread() - begin) * pow(scale, 3);
    spared_add(d->run, n, rows, clock_thread() - begin);
    d->gram_norm *= scale;
    d->lambda_max *= scale;
    free(some_G);
    free(some_H);
    return st;
}

static status compute(kernel_data *d) {
    size_t n = d->data.n;
    d->G = allocate(n * n, sizeof *d->G, "Gram matrix");
    d->Hinf = allocate(n * n, sizeof *d->Hinf, "Hinf");
    if (!d->G || !d->Hinf) { return FAILED; }
    dataset_gram(&d->data, d->G);
    ntk_infinite(&d->data, d->run->threads, d->Hinf);
    d->row_sum = largest_row_sum(d->G, n);
    d->assumption1 = !d->data.opposite;
    return find_spectra(d);
}

status kernel_data_take(const program_options *run, dataset data, kernel_data *d) {
    *d = (kernel_data){.run = run, .data = data};
    status st = check_memory(data.n);
    if (st == OK) { st = dataset_narrow(&d->data); }
    if (st == OK) { st = compute(d); }
    if (st != OK) { kernel_data_close(d); }
    return st;
}

static void say_data(const kernel_data *d) {
    const dataset *data = &d->data;
    if (data->opposite) {
        program_say(d->run,
                    "warning: rows %zu and %zu are opposite: Assumption 1 does not hold (the "
                    "kernel stays regular)",
                    kernel_data_file_row(d, data->opposite_rows[0]),
                    kernel_data_file_row(d, data->opposite_rows[1]));
    }
    char column[32] = "all labels";
    if (d->label != KERNEL_ALL_LABELS) { snprintf(column, sizeof column, "label %zu", d->label); }
    program_say(
        d->run, "%s: n=%zu d=%zu, %s; lambda_min(Hinf)=%.8g lambda_max(Hinf)=%.8g ||G||=%.8g",
        data->path, data->n, dataset_file_d(data), column, d->lambda0, d->lambda_max, d->gram_norm);
}

status kernel_data_open(const program_options *run, size_t samples, size_t label, kernel_data *d) {
    dataset data = {.n = 0};
    size_t *file_row = NULL, labels = 0;
    *d = (kernel_data){.run = run};
    status st = machine_start(run->threads);
    if (st == OK) { st = rows_load(run, samples, PROGRAM_ROWS_OF_THEORY, &data, &file_row); }
    if (st != OK) { return st; }
    labels = data.q;
    st = keep_label(run, &data, &label);
    if (st == OK) {
        st = kernel_data_take(run, data, d);
    } else {
        dataset_free(&data);
    }
    if (st != OK) {
        free(file_row);
        return st;
    }
    d->file_row = file_row;
    d->label = label;
    d->labels = labels;
    say_data(d);
    return OK;
}

size_t kernel_data_file_row(const kernel_data *d, size_t i) {
    return d->file_row ? d->file_row[i] : i;
}

status kernel_data_fit_sizes(const program_options *run, bool given, option_list *sizes) {
    dataset data;
    status st = run->samples && !run->at_most ? dataset_load(run->data, run->samples, &data)
                                              : dataset_load_most(run->data, 1, &data);
    if (st != OK) { return st; }
    size_t rows = data.file_rows, kept = 0, all = sizes->count;
    if (run->samples > 0 && run->samples < rows) { rows = run->samples; }
    dataset_free(&data);
    while (kept < all && sizes->values[kept] <= (double)rows) { kept++; }
    if (kept < all) {
        program_say(run, "there are %zu rows: sizes beyond that are left out", rows);
    }
    bool asked = run->samples > 0 && !given && kept < OPTION_LIST_MAX;
    if (kept == 0 || (asked && sizes->values[kept - 1] < (double)rows)) {
        sizes->values[kept++] = (double)rows;
    }
    sizes->count = kept;
    return OK;
}

void kernel_data_close(kernel_data *d) {
    dataset_free(&d->data);
    free(d->file_row);
    free(d->G);
    free(d->Hinf);
    *d = (kernel_data){0};
}

status kernel_data_require_regular(const kernel_data *d) {
    if (d->lambda0 > 0) { return OK; }
    return fail(BAD_INPUT,
                "%s: lambda_min(Hinf) is %g with %zu rows, not positive; take fewer --samples or "
                "other data",
                d->data.path, d->lambda0, d->data.n);
}

bounds_setting kernel_data_bounds(const kernel_data *d, double masks, double xi, double delta) {
    return (bounds_setting){.n = (double)d->data.n,
                            .masks = masks,
                            .xi = xi,
                            .delta = delta,
                            .lambda0 = d->lambda0,
                            .lambda_max = d->lambda_max,
                            .gram_norm = d->gram_norm,
                            .row_sum = d->row_sum};
}

void kernel_data_note(const kernel_data *d, table *t) {
    char rows[128];
    rows_describe(&d->data, rows, sizeof rows);
    table_note(t, "rows", "%s", rows);
    if (d->label == KERNEL_ALL_LABELS) {
        table_note(t, "label column", "all");
    } else {
        table_note(t, "label column", "%zu of 0 to %zu", d->label, d->labels ? d->labels - 1 : 0);
    }
    if (d->data.file_d) {
        table_note(t, "inputs", "in %zu coordinates of the span of these rows", d->data.d);
    }
    table_note(t, "lambda_min(Hinf)", "%.17g", d->lambda0);
    table_note(t, "lambda_max(Hinf)", "%.17g", d->lambda_max);
    table_note(t, "||G||", "%.17g", d->gram_norm);
    table_note(t, "max_i sum_j |G_ij|", "%.17g", d->row_sum);
}

void kernel_data_note_of(const study_run *r, table *t) { kernel_data_note(r->context, t); }
