/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/bench.h"

#include <argp.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/machine.h"
#include "cli/provenance.h"
#include "cli/options.h"
#include "base/real.h"
#include "stats/rng.h"
#include "stats/stats.h"

enum { LEAST = 3, MOST = 1000, MAX_THREADS = 64 };

/* --- command line --- */

static const struct argp_option option_list_of_all[] = {
    {"out", 'o', "FILE", 0, "table to write", 0},
    {"threads", 't', "N", 0, "threads (default: all processors)", 0},
    {"seconds", 's', "T", 0, "seconds for each row (default 2)", 0},
    {"large", 'l', 0, 0, "also what takes minutes and gigabytes", 0},
    {0}};

static error_t parse(int key, char *text, struct argp_state *state) {
    bench_options *o = state->input;
    uint64_t count = 0;
    status s = OK;
    switch (key) {
    case 'o': s = option_path("out", text, &o->out); break;
    case 't':
        s = option_count("threads", text, 1, MAX_THREADS, &count);
        o->threads = (int)count;
        break;
    case 's': s = option_number("seconds", text, 0, 3600, 1, &o->seconds); break;
    case 'l': o->large = true; break;
    case ARGP_KEY_ARGS: o->rest = state->argv + state->next; break;
    default: return ARGP_ERR_UNKNOWN;
    }
    if (s != OK) { argp_error(state, "%s", error_text()); }
    return 0;
}

status bench_start(int argc, char **argv, const char *about, const char *rest,
                   bench_options *options) {
    static char *nothing[] = {NULL};
    const int threads = machine_threads() < MAX_THREADS ? machine_threads() : MAX_THREADS;
    *options = (bench_options){.threads = threads, .seconds = 2, .rest = nothing};
    struct argp argp = {option_list_of_all, parse, rest, about, NULL, NULL, NULL};
    argp_err_exit_status = BAD_INPUT;
    argp_parse(&argp, argc, argv, 0, NULL, options);
    if (!options->out) { return fail(BAD_INPUT, "--out is missing; give the table to write"); }
    if (!rest && *options->rest) {
        return fail(BAD_INPUT, "'%.60s' is not an option; see --help", *options->rest);
    }
    return machine_start(options->threads);
}

int bench_exit(const char *name, status s) {
    if (s != OK) { fprintf(stderr, "%s: %s\n", name, error_text()); }
    return (int)s;
}

/* --- time --- */

static double now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double time_of(bench_work *work, void *context, clockid_t clock) {
    double begin = now(clock);
    work(context);
    return now(clock) - begin;
}

/* Median and quartiles. */
static void quartiles(const double *x, size_t n, double *low, double *median, double *high) {
    *low = stats_quantile(x, n, 0.25);
    *median = stats_quantile(x, n, 0.5);
    *high = stats_quantile(x, n, 0.75);
}

status bench_measure(bench_work *work, bench_work *product, void *context, double seconds,
                     bench_row *row) {
    double *time = allocate(MOST, sizeof *time, "times"),
           *plain = allocate(MOST, sizeof *plain, "times");
    double *ratio = allocate(MOST, sizeof *ratio, "ratios"), unused;
    status s = time && plain && ratio ? OK : FAILED;
    clockid_t clock = row->threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
    size_t count = 0;
    if (s == OK) {
        work(context);
        if (product) { product(context); }
        double begin = now(CLOCK_MONOTONIC);
        for (; count < MOST && (count < LEAST || now(CLOCK_MONOTONIC) - begin < seconds); count++) {
            plain[count] = product ? time_of(product, context, clock) : NAN;
            time[count] = time_of(work, context, clock);
            ratio[count] = plain[count] / time[count];
        }
        row->repeats = count;
        row->mib = NAN;
        quartiles(time, count, &row->low, &row->seconds, &row->high);
        quartiles(plain, count, &unused, &row->product, &unused);
        quartiles(ratio, count, &row->fraction_low, &row->fraction, &row->fraction_high);
    }
    free(time);
    free(plain);
    free(ratio);
    return s;
}

void bench_once(bench_work *work, void *context, bench_row *row) {
    row->repeats = 1;
    row->seconds = row->low = row->high = time_of(work, context, CLOCK_MONOTONIC);
    row->product = row->fraction = row->fraction_low = row->fraction_high = row->mib = NAN;
}

/* --- tables --- */

void bench_processor(char *text, size_t size) {
    char line[256];
    snprintf(text, size, "unknown");
    FILE *f = fopen("/proc/cpuinfo", "r");
    while (f && fgets(line, sizeof line, f)) {
        if (strncmp(line, "model name", 10) != 0) { continue; }
        const char *name = line + strcspn(line, ":");
        name += strspn(name, ": \t");
        snprintf(text, size, "%.*s", (int)strcspn(name, "\n"), name);
        break;
    }
    if (f) { fclose(f); }
}

table *bench_table(const char *program, int threads) {
    static const char *const columns[][2] = {
        {"bench", "what is measured"},
        {"precision", "single or double"},
        {"n", "samples"},
        {"d", "input dimension"},
        {"m", "neurons: of the subnetwork for local-step, of the network elsewhere"},
        {"p", "subnetworks per round"},
        {"threads", "at work"},
        {"repeats", "timings of each"},
        {"seconds", "[s] median; processor time for one thread, the clock's for several"},
        {"low", "[s] lower quartile"},
        {"high", "[s] upper quartile"},
        {"product", "[s] plain product of the same size in the same run, median"},
        {"fraction", "product over seconds, pair by pair: median"},
        {"fraction_low", "lower quartile"},
        {"fraction_high", "upper quartile"},
        {"mib", "[MiB] peak memory of the process"}};
    table *t = table_new(9);
    if (!t) { return NULL; }
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++) {
        table_add_column(t, columns[k][0], columns[k][1]);
    }
    char processor[128];
    bench_processor(processor, sizeof processor);
    table_note(t, "program", "%s", program);
    table_note(t, "processor", "%s", processor);
    table_note(t, "threads", "%d", threads);
    provenance_note(t);
    return t;
}

void bench_add(table *t, const bench_row *row) {
    const size_t sizes[] = {row->n, row->d, row->m, row->p, (size_t)row->threads, row->repeats};
    const double values[] = {row->seconds,  row->low,          row->high,          row->product,
                             row->fraction, row->fraction_low, row->fraction_high, row->mib};
    table_row(t);
    table_text(t, row->bench);
    table_text(t, REAL_NAME);
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) { table_number(t, (double)sizes[k]); }
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) { table_number(t, values[k]); }
}

void bench_report(table *t, const bench_row *row) {
    bench_add(t, row);
    fprintf(stderr, "%-16s ", row->bench);
    if (row->n) {
        fprintf(stderr, "%s n=%zu d=%zu m=%zu p=%zu threads=%d: ", REAL_NAME, row->n, row->d,
                row->m, row->p, row->threads);
    }
    if (!isnan(row->mib)) {
        fprintf(stderr, "%.1f MiB with %zu repetitions\n", row->mib, row->repeats);
    } else if (isnan(row->fraction)) {
        fprintf(stderr, "%.3g s (%.3g to %.3g), %zu times\n", row->seconds, row->low, row->high,
                row->repeats);
    } else {
        fprintf(stderr,
                "%.3g s (%.3g to %.3g), %.3g of the product's speed (%.3g to %.3g), %zu times\n",
                row->seconds, row->low, row->high, row->fraction, row->fraction_low,
                row->fraction_high, row->repeats);
    }
}

/* --- data --- */

status bench_data(size_t n, size_t d, size_t q, dataset *data) {
    *data = (dataset){.n = n, .d = d, .q = q, .label_scale = 1, .smallest_angle = NAN};
    data->X = allocate(n, d * sizeof *data->X, "random inputs");
    data->Y = allocate(n, q * sizeof *data->Y, "random labels");
    rng *r = rng_new(1, 0, 0, RNG_PILOT);
    if (!data->X || !data->Y || !r) {
        rng_free(r);
        dataset_free(data);
        return FAILED;
    }
    rng_normal_double(r, 1, n * d, data->X);
    for (size_t k = 0; k < n * q; k++) { data->Y[k] = 2 * rng_uniform(r) - 1; }
    rng_free(r);
    for (size_t i = 0; i < n; i++) {
        double square = 0;
        for (size_t k = 0; k < d; k++) { square += data->X[i * d + k] * data->X[i * d + k]; }
        for (size_t k = 0; k < d; k++) { data->X[i * d + k] /= sqrt(square); }
    }
    return OK;
}
