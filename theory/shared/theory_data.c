#include "theory/shared/theory_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/ntk.h"
#include "model/spectrum.h"
#include "run/machine.h"
#include "run/memory.h"

enum {
    MATRICES = 6
}; /* n x n doubles held at once at most: G, Hinf, a kernel, copies for LAPACK */

static status check_memory(size_t n)
{
    double needed = (double)n * (double)n * sizeof(double) * MATRICES,
           free_now = memory_available();
    if (free_now == 0 || needed <= free_now) { return OK; }
    return fail(BAD_INPUT,
                "n = %zu needs %.1f GB of memory, %.1f GB are free; take fewer --samples", n,
                needed / 1e9, free_now / 1e9);
}

static status keep_label(dataset *data, size_t label)
{
    if (label == THEORY_ALL_LABELS) { return OK; }
    if (label >= data->q) {
        return fail(BAD_INPUT, "--label: %s has label columns 0 to %zu; give one of them",
                    data->path, data->q - 1);
    }
    for (size_t i = 0; i < data->n; i++) { data->Y[i] = data->Y[i * data->q + label]; }
    data->q = 1;
    return OK;
}

static double largest_row_sum(const double *G, size_t n)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < n; j++) { sum += fabs(G[i * n + j]); }
        largest = fmax(largest, sum);
    }
    return largest;
}

static status compute(theory_data *d)
{
    size_t n = d->data.n;
    d->G = allocate(n * n, sizeof *d->G, "Gram matrix");
    d->Hinf = allocate(n * n, sizeof *d->Hinf, "Hinf");
    if (!d->G || !d->Hinf) { return FAILED; }
    dataset_gram(&d->data, d->G);
    ntk_infinite(&d->data, d->run->threads, d->Hinf);
    d->row_sum = largest_row_sum(d->G, n);
    d->assumption1 = !d->data.opposite;
    status s = spectrum_norm(d->G, n, &d->gram_norm);
    if (s == OK) { s = spectrum_smallest(d->Hinf, n, &d->lambda0, NULL); }
    if (s == OK) { s = spectrum_largest(d->Hinf, n, &d->lambda_max, NULL); }
    return s;
}

status theory_open_data(const program_options *run, dataset data, theory_data *d)
{
    *d = (theory_data){.run = run, .data = data};
    status s = check_memory(data.n);
    if (s == OK) { s = compute(d); }
    if (s != OK) { theory_close(d); }
    return s;
}

status theory_open(const program_options *run, size_t samples, size_t label, theory_data *d)
{
    dataset data = {.n = 0};
    *d = (theory_data){.run = run};
    status s = machine_start(run->threads);
    if (s == OK) { s = dataset_load(run->data, run->samples ? run->samples : samples, &data); }
    if (s == OK && (s = keep_label(&data, label)) != OK) { dataset_free(&data); }
    if (s == OK) { s = theory_open_data(run, data, d); }
    if (s != OK) { return s; }
    d->label = label;
    if (data.opposite) {
        program_say(run,
                    "warning: rows %zu and %zu are opposite: Assumption 1 does not hold (the "
                    "kernel stays regular)",
                    data.opposite_rows[0], data.opposite_rows[1]);
    }
    char column[32] = "all labels";
    if (label != THEORY_ALL_LABELS) { snprintf(column, sizeof column, "label %zu", label); }
    program_say(run, "%s: n=%zu d=%zu, %s; lambda_min(Hinf)=%.8g lambda_max(Hinf)=%.8g ||G||=%.8g",
                data.path, data.n, data.d, column, d->lambda0, d->lambda_max, d->gram_norm);
    return OK;
}

void theory_close(theory_data *d)
{
    dataset_free(&d->data);
    free(d->G);
    free(d->Hinf);
    *d = (theory_data){0};
}

bounds_setting theory_bounds(const theory_data *d, double masks, double xi, double delta)
{
    return (bounds_setting){.n = (double)d->data.n,
                            .masks = masks,
                            .xi = xi,
                            .delta = delta,
                            .lambda0 = d->lambda0,
                            .lambda_max = d->lambda_max,
                            .gram_norm = d->gram_norm,
                            .row_sum = d->row_sum};
}

void theory_data_note(const theory_data *d, table *t)
{
    if (d->label == THEORY_ALL_LABELS) {
        table_note(t, "label column", "all");
    } else {
        table_note(t, "label column", "%zu", d->label);
    }
    table_note(t, "lambda_min(Hinf)", "%.17g", d->lambda0);
    table_note(t, "lambda_max(Hinf)", "%.17g", d->lambda_max);
    table_note(t, "||G||", "%.17g", d->gram_norm);
    table_note(t, "max_i sum_j |G_ij|", "%.17g", d->row_sum);
}
