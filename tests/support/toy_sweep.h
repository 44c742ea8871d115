/* toy_sweep: a sweep whose values are known, for the tests of sweep.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_TOY_SWEEP_H
#define TESTS_TOY_SWEEP_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/blas.h"
#include "io/file.h"
#include "sweep/sweep.h"
#include "sweep/unit.h"

enum { CELLS = 5, REPEATS = 4, VALUES = 3, UNITS = CELLS * REPEATS };

static char folder[] = "build/test-tmp/sweep/XXXXXX"; /* of this test alone */
static char out[64];                                  /* the table's path */

static inline void prepare(void) {
    gsl_set_error_handler_off();
    cr_assert(eq(int, folder_make("build/test-tmp/sweep"), OK));
    cr_assert(mkdtemp(folder) != NULL);
    snprintf(out, sizeof out, "%s/table.dat", folder);
}

typedef struct {
    size_t fail_at; /* unit that fails; UNITS: none */
    bool mute;      /* it fails without a line */
    double pause_s; /* each unit takes so long */
} toy;

static const toy plain = {.fail_at = UNITS};
static atomic_size_t calls;
static size_t order[UNITS]; /* of the calls */

/* Values with all digits in use, infinities, and NaN of either sign. */
static inline void toy_values(size_t cell, size_t repetition, double *values) {
    values[0] = sin(1.0 + (double)cell) / 3.0 * pow(10.0, (double)repetition * 20.0 - 30.0);
    values[1] = repetition == 2 ? -INFINITY : (double)cell + 0.1 * (double)repetition;
    values[2] = (cell + repetition) % 3 == 0 ? -NAN : cos((double)(cell * repetition));
}

static inline status toy_run(size_t cell, size_t repetition, double *values, const void *context) {
    const toy *t = context;
    const size_t index = cell * REPEATS + repetition;
    const size_t call = atomic_fetch_add(&calls, 1);
    if (call < UNITS) { order[call] = index; }
    if (t->pause_s > 0.0) {
        const struct timespec pause = {(time_t)t->pause_s,
                                       (long)(1e9 * (t->pause_s - floor(t->pause_s)))};
        nanosleep(&pause, NULL);
    }
    if (index == t->fail_at) {
        return t->mute ? FAILED : fail(BAD_INPUT, "cell %zu diverged; take a smaller step", cell);
    }
    toy_values(cell, repetition, values);
    return OK;
}

/* Cells 1 and 3 are the long ones. */
static inline double toy_cost(size_t cell, const void *context) {
    (void)context;
    return cell % 2 ? 100.0 + (double)cell : 10.0;
}

static inline sweep toy_sweep(const toy *context) {
    return (sweep){.program = "toy",
                   .settings = "width 3\nseed 1\n",
                   .cells = CELLS,
                   .repeats = REPEATS,
                   .values = VALUES,
                   .cost = toy_cost,
                   .run = toy_run,
                   .context = context};
}

static inline sweep_options with_threads(int threads) {
    return (sweep_options){.out = out, .threads = threads, .quiet = true};
}

/* The values to the bit, every NaN being that of <math.h>. */
static inline void values_expect(const sweep *s, const sweep_result *result) {
    cr_assert(result->complete && result->values != NULL);
    for (size_t cell = 0; cell < CELLS; cell++) {
        for (size_t repetition = 0; repetition < REPEATS; repetition++) {
            double expected[VALUES];
            toy_values(cell, repetition, expected);
            expected[2] = isnan(expected[2]) ? NAN : expected[2];
            const double *values = sweep_values(s, result, cell, repetition);
            cr_assert(eq(int, memcmp(values, expected, sizeof expected), 0),
                      "cell %zu repetition %zu", cell, repetition);
        }
    }
}

/* Runs the toy and compares all it gives; returns its fingerprint. */
static inline const char *run_expect(const sweep_options *options, size_t computed, size_t reused,
                                     size_t repaired) {
    static char fingerprint[65];
    const sweep s = toy_sweep(&plain);
    sweep_result result;
    atomic_store(&calls, 0);
    cr_assert(eq(int, sweep_run(&s, options, &result), OK), "%s", error_text());
    cr_assert(eq(sz, result.computed, computed));
    cr_assert(eq(sz, result.reused, reused));
    cr_assert(eq(sz, result.repaired, repaired));
    cr_assert(eq(sz, atomic_load(&calls), computed));
    cr_assert(eq(str, result.cores, openblas_get_corename()));
    values_expect(&s, &result);
    memcpy(fingerprint, result.fingerprint, sizeof fingerprint);
    sweep_result_free(&result);
    cr_assert(result.values == NULL);
    return fingerprint;
}

static inline const char *toy_path(const char *fingerprint, size_t cell, size_t repetition) {
    static char path[256];
    snprintf(path, sizeof path, "%s.units/%.16s/%04zu-%04zu.unit", out, fingerprint, cell,
             repetition);
    return path;
}

/* Number of files in the units' folder whose name ends so. */
static inline size_t files_count(const char *fingerprint, const char *ending) {
    char path[256];
    size_t count = 0;
    snprintf(path, sizeof path, "%s.units/%.16s", out, fingerprint);
    DIR *units = opendir(path);
    if (units) {
        for (struct dirent *entry = readdir(units); entry; entry = readdir(units)) {
            const size_t length = strlen(entry->d_name), end = strlen(ending);
            count += entry->d_name[0] != '.' && length >= end &&
                     strcmp(entry->d_name + length - end, ending) == 0;
        }
        closedir(units);
    }
    return count;
}

#endif
