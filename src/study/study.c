/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/study.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/machine.h"
#include "cli/provenance.h"

/* --- opening and closing --- */

static status begin(const study *s, const void *settings, study_run *r) {
    *r = (study_run){.study = s, .repeats = 1, .begun = clock_thread()};
    r->settings = allocate(s->settings_size + 1, 1, "settings");
    r->context = allocate(s->context_size + 1, 1, "context of the study");
    if (!r->settings || !r->context) { return FAILED; }
    memcpy(r->settings, settings, s->settings_size);
    return OK;
}

static status prepare(const program_options *options, study_run *r) {
    const study *s = r->study;
    r->options = *options;
    if (options->out == options->default_out) { r->options.out = r->options.default_out; }
    r->options.spared = &r->spared;
    status st = s->settle ? s->settle(r) : OK;
    if (st == OK) { st = program_start(options); }
    if (st == OK) { st = s->prepare(r); }
    if (st != OK) { return st; }
    r->over_repeats = allocate(r->repeats, sizeof *r->over_repeats, "numbers of a cell");
    return r->over_repeats ? OK : FAILED;
}

status study_open(const study *s, const program_options *options, const void *settings,
                  study_run *r) {
    status st = begin(s, settings, r);
    return st == OK ? prepare(options, r) : st;
}

void study_close(study_run *r) {
    sweep_result_free(&r->result);
    if (r->study && r->study->close && r->context) { r->study->close(r->context); }
    free(r->settings);
    free(r->context);
    free(r->over_repeats);
    *r = (study_run){.study = NULL};
}

/* --- the sweep --- */

static status measure_unit(size_t cell, size_t repetition, double *values, const void *context) {
    const study_run *r = context;
    return r->study->measure(r, cell, repetition, values);
}

static double cost_of(size_t cell, const void *context) {
    const study_run *r = context;
    return r->study->cost ? r->study->cost(r, cell) : 1;
}

size_t study_cell_count(const study_run *r) { return r->cells; }

size_t study_costliest(const study_run *r) {
    size_t costliest = 0;
    for (size_t k = 1; k < r->cells; k++) {
        costliest = cost_of(k, r) > cost_of(costliest, r) ? k : costliest;
    }
    return costliest;
}

double study_pace(const study_run *r, const gram *g, const train_settings *s) {
    static const double look = 0.02, measurement = 0.15, little = 1; /* seconds */
    double operations = 0, pace = throughput_measure(g, s, r->options.threads, look);
    for (size_t k = 0; k < r->cells; k++) { operations += cost_of(k, r) * (double)r->repeats; }
    return pace * operations < little * r->options.threads
               ? pace
               : throughput_measure(g, s, r->options.threads, measurement);
}

/* All that decides the values of a unit. */
static void describe(const study_run *r, const char *kind, text *t) {
    text_add(t, "%s data=%s rows=%zu seed=%llu", kind, r->data->sha256, r->data->n,
             (unsigned long long)r->options.seed);
    if (r->data->spread) { text_add(t, " spread"); }
    option_table_describe(r->study->options, r->settings, t);
    if (r->study->describe) { r->study->describe(r, t); }
}

status study_sweep(study_run *r, const char *kind, const sweep_options *how) {
    text settings = {0};
    describe(r, kind, &settings);
    const char *bytes = text_bytes(&settings);
    status st = bytes ? OK : FAILED;
    if (st == OK) {
        r->sweep = (sweep){.program = r->options.name,
                           .settings = bytes,
                           .cells = r->cells,
                           .repeats = r->repeats,
                           .values = r->values,
                           .cost = cost_of,
                           .seconds_per_cost = r->study->calibrate ? r->study->calibrate(r) : 0,
                           .run = measure_unit,
                           .context = r};
        sweep_result_free(&r->result);
        st = sweep_run(&r->sweep, how, &r->result);
    }
    r->sweep.settings = NULL;
    text_free(&settings);
    return st;
}

status study_pilot(study_run *r, const sweep_options *how) {
    const study *s = r->study->pilot;
    if (!s) { return OK; }
    study_run pilot = *r; /* borrows settings, data and context */
    sweep_options whole = *how;
    pilot.study = s;
    pilot.result = (sweep_result){.values = NULL};
    pilot.over_repeats = NULL; /* it has repetitions of its own */
    whole.shards = 0;
    whole.predict = false;
    whole.brief = true;
    status st = s->prepare(&pilot);
    if (st == OK) { st = study_sweep(&pilot, "pilot", &whole); }
    if (st == OK) { st = s->gather(&pilot); }
    sweep_result_free(&pilot.result);
    return st;
}

/* The least of some measurements after one that warms caches, until they have taken `enough`
 * seconds. */
static double time_on_this_thread(const study_run *r, size_t cell, double *values) {
    enum { MOST = 4 };
    const double enough = 0.1;
    double least = 0, all = 0;
    for (int k = 0; k < MOST && (k < 2 || all < enough); k++) {
        double start = clock_thread();
        if (r->study->measure(r, cell, 0, values) != OK) { return 0; }
        double seconds = clock_thread() - start;
        all += seconds;
        least = k < 2 ? seconds : fmin(least, seconds);
    }
    return least;
}

/* On all threads at once, as units run: they share caches and memory. */
double study_time_unit(const study_run *r, size_t cell) {
    const int threads = r->options.threads > 0 ? r->options.threads : 1;
    double sum = 0;
    int measured = 0;
#pragma omp parallel for num_threads(threads) schedule(static, 1) reduction(+ : sum, measured)
    for (int k = 0; k < threads; k++) {
        double *values = allocate(r->values, sizeof *values, "values of a unit");
        double seconds = values ? time_on_this_thread(r, cell, values) : 0;
        sum += seconds;
        measured += seconds > 0;
        free(values);
    }
    return measured ? sum / measured : 0;
}

const double *study_values(const study_run *r, size_t cell, size_t repetition) {
    return sweep_values(&r->sweep, &r->result, cell, repetition);
}

void study_numbers(const study_run *r, size_t cell, size_t which, double *x) {
    for (size_t j = 0; j < r->repeats; j++) { x[j] = study_values(r, cell, j)[which]; }
}

stats_summary study_summary(const study_run *r, size_t cell, size_t which) {
    study_numbers(r, cell, which, r->over_repeats);
    return stats_summarise(r->over_repeats, r->repeats);
}

/* --- tables and statements --- */

void study_path(const study_run *r, const char *suffix, char *path, size_t size) {
    const char *out = r->options.out;
    size_t length = strlen(out);
    bool dat = length > 4 && strcmp(out + length - 4, ".dat") == 0;
    if (*suffix) {
        snprintf(path, size, "%.*s.%s.dat", (int)(dat ? length - 4 : length), out, suffix);
    } else {
        snprintf(path, size, "%s", out);
    }
}

/* The most memory that this process had so far. */
static double peak_mebibytes(void) {
    struct rusage used;
    return getrusage(RUSAGE_SELF, &used) == 0 ? (double)used.ru_maxrss / 1024 : NAN;
}

/* Where the numbers come from: command, data, options, machine. */
static void note_origin(const study_run *r, table *t) {
    const sweep_result *result = &r->result;
    program_note(&r->options, t);
    table_note(t, "data", "%s", r->data->path);
    table_note(t, "data sha256", "%s", r->data->sha256);
    table_note(t, "data shape", "n=%zu d=%zu q=%zu", r->data->n, dataset_file_d(r->data),
               r->data->q);
    option_table_note(r->study->options, r->settings, t);
    if (r->study->note) { r->study->note(r, t); }
    table_note(t, "fingerprint", "%s", result->fingerprint);
    table_note(t, "units", "%zu computed, %zu read, %zu repaired", result->computed, result->reused,
               result->repaired);
    table_note(t, "seconds", "%.3g (predicted %.3g)", result->seconds, result->predicted);
    table_note(t, "memory", "%.3g MiB at most", peak_mebibytes());
    table_note(t, "processors that computed units", "%s", result->cores);
    provenance_note(t);
}

static status write_table(const study_run *r, const study_table *s) {
    char path[PATH_MAX];
    study_path(r, s->suffix, path, sizeof path);
    table *t = table_new(s->digits);
    if (!t) { return FAILED; }
    table_note(t, "statement", "%s", s->statement);
    note_origin(r, t);
    for (size_t k = 0; s->rows && k < r->cells; k++) { s->rows(r, k, t); }
    status st = s->fill ? s->fill(r, t) : OK;
    if (st == OK) { st = table_write(t, path); }
    if (st == OK) { program_say(&r->options, "wrote %s", path); }
    table_free(t);
    return st;
}

static void note_rows(table *t, void *context) { note_origin(context, t); }

static status judge(const study_run *r) {
    char path[PATH_MAX];
    const study *s = r->study;
    claim_rows rows = {.command = r->options.reproduce_command};
    study_path(r, "statements", path, sizeof path);
    status st = claim_judge(s->claims, r, &rows);
    if (st == OK) {
        st = verdict_write(rows.rows, rows.count, path, note_rows, (void *)(uintptr_t)r);
    }
    if (st == OK && !r->options.quiet && !r->options.brief) {
        verdict_print(rows.rows, rows.count, stderr, isatty(STDERR_FILENO));
    }
    if (st == OK) {
        program_say(&r->options, "wrote %s", path);
        st = verdict_status(rows.rows, rows.count);
    }
    claim_rows_free(&rows);
    return st;
}

static status write_results(study_run *r) {
    const study *s = r->study;
    status st = s->gather ? s->gather(r) : OK;
    for (const study_table *t = s->tables; st == OK && t->suffix; t++) { st = write_table(r, t); }
    if (st == OK && s->finish) { st = s->finish(r); }
    return st == OK && s->claims ? judge(r) : st;
}

/* --- running --- */

sweep_options study_sweep_options(const program_options *options) {
    return (sweep_options){.out = options->out,
                           .threads = options->threads,
                           .fresh = options->fresh,
                           .shard = options->shard,
                           .shards = options->shards,
                           .quiet = options->quiet,
                           .brief = options->brief,
                           .predict = options->predict};
}

status study_predict(study_run *r, double *seconds) {
    sweep_options how = study_sweep_options(&r->options);
    status st = study_pilot(r, &how);
    if (st == OK) { st = study_sweep(r, "units", &how); }
    *seconds = clock_thread() - r->begun + r->spared + r->result.predicted;
    return st == OK && r->study->predict ? r->study->predict(r, seconds) : st;
}

static status print_seconds(study_run *r) {
    double seconds;
    status st = study_predict(r, &seconds);
    if (st == OK) { printf("%.3g\n", seconds); }
    return st;
}

status study_perform(study_run *r) {
    if (r->options.predict) { return print_seconds(r); }
    sweep_options how = study_sweep_options(&r->options);
    status st = study_pilot(r, &how);
    if (st == OK) { st = study_sweep(r, "units", &how); }
    return st == OK && r->result.complete ? write_results(r) : st;
}

static status parse(study_run *r, int argc, char **argv, program_options *options) {
    const study *s = r->study;
    const char *words = s->samples_help ? s->samples_help : "";
    char samples[80];
    if (s->samples) {
        snprintf(samples, sizeof samples, "%zu%s", s->samples, words);
    } else {
        snprintf(samples, sizeof samples, "%s", *words ? words : "all");
    }
    const program_about about = {.sentence = s->about,
                                 .samples = samples,
                                 .rows = s->rows ? s->rows : PROGRAM_ROWS_OF_THEORY};
    return option_table_parse(argc, argv, &about, s->options, r->settings, options);
}

int study_main(const study *s, int argc, char **argv) {
    program_options options = {.name = argv[0]};
    study_run r;
    status st = begin(s, s->defaults, &r);
    if (st == OK) { st = parse(&r, argc, argv, &options); }
    if (st == OK && s->preset) {
        st = s->preset(&r);
        if (st == OK) { st = parse(&r, argc, argv, &options); }
    }
    if (st == OK) { st = prepare(&options, &r); }
    if (st == OK) { st = study_perform(&r); }
    study_close(&r);
    return program_exit(&options, st);
}
