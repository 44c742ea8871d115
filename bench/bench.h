/* bench: what the programs that measure speed share: work timed in turns with the plain product of
 * its size, and the rows they write.
 *
 * Machines are noisy: a time alone says little. Work and product run alternately, and what counts
 * is the median of the ratio pair by pair.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include "model/dataset.h"
#include "base/error.h"
#include "io/table.h"

typedef struct {
    const char *out; /* --out */
    int threads;     /* --threads, default all processors */
    double seconds;  /* --seconds for each row */
    bool large;      /* --large */
    char **rest;     /* what is no option; NULL-terminated */
} bench_options;

/* Reads the command line and checks BLAS. `rest` names the arguments in --help; NULL: there may be
 * none. */
status bench_start(int argc, char **argv, const char *about, const char *rest,
                   bench_options *options);

/* Prints "NAME: line" unless s is OK; returns the exit code. */
int bench_exit(const char *name, status s);

typedef struct {
    const char *bench; /* what is measured, one word */
    size_t n, d, m, p; /* samples, inputs, neurons, subnetworks; 0: does not apply */
    int threads;
    size_t repeats;
    double seconds, low, high; /* of the work: median and quartiles */
    double product;            /* seconds of the plain product, median */
    double fraction, fraction_low,
        fraction_high; /* product / work, pair by pair: median and quartiles */
    double mib;        /* peak memory; NaN: not measured */
} bench_row;

typedef void bench_work(void *context);

/* Times work and product in turns for about `seconds`, three times at least, once before for
 * warmth. One thread: processor time of this thread; several: the clock's. product may be NULL.
 * Fills what row has from `repeats` on; row->threads is read. */
status bench_measure(bench_work *work, bench_work *product, void *context, double seconds,
                     bench_row *row);

/* Times work once, cold; there is no product. */
void bench_once(bench_work *work, void *context, bench_row *row);

/* A table of rows, with the machine in its notes. NULL: no memory. */
table *bench_table(const char *program, int threads);
void bench_add(table *t, const bench_row *row);

/* As bench_add, and a line on stderr. */
void bench_report(table *t, const bench_row *row);

/* n random unit rows of d entries with q random labels in [-1, 1]. Free with dataset_free. */
status bench_data(size_t n, size_t d, size_t q, dataset *data);

/* Model name of the processor, "unknown" if the system does not say. */
void bench_processor(char *text, size_t size);

#endif
