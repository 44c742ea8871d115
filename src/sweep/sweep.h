/* A list of independent units of work (cell x repetition), computed in any order on any
 * number of threads, shards and starts, always to the same bytes.
 *
 * A finished unit is one small file, written to a temporary name and renamed, in the folder
 * OUT.units/<fingerprint>/. The fingerprint (SHA-256) is over program, executable, settings and
 * data: units of other settings are never mixed in. A run that was killed resumes: units whose file
 * is whole are read, not computed. Each file bears a checksum; one that does not match is named and
 * computed again.
 *
 * Processes that run the same sweep in one folder at once share its units: each is computed by one
 * of them and read by the others, which wait for it at the end.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SWEEP_SWEEP_H
#define SWEEP_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"

typedef struct {
    const char *program;  /* name of the program, e.g. "error-heatmap" */
    const char *settings; /* canonical text of all that decides a unit's values, data checksum and
                              seed included; without repeats, threads, shard, out */
    size_t cells;         /* number of cells, >= 1 */
    size_t repeats;       /* repetitions of each cell, >= 1 */
    size_t values;        /* doubles that one unit yields, >= 1 */
    /* Work of one unit of `cell` in any unit of its own (flops): orders units, longest first, and
     * weighs progress. */
    double (*cost)(size_t cell, const void *context);
    /* Seconds for one unit of cost on one thread, measured by the caller just before; 0: not known.
     */
    double seconds_per_cost;
    /* Fills values (sweep.values). Called from several threads at once; may depend on cell and
     * repetition alone. NaN is a value like another. A status other than OK ends the sweep with
     * that thread's line. */
    status (*run)(size_t cell, size_t repetition, double *values, const void *context);
    const void *context;
} sweep;

typedef struct {
    const char *out; /* the table's path; units go to OUT.units/ */
    int threads;     /* OpenMP threads, >= 1; BLAS runs on one thread inside */
    bool fresh;      /* forget finished units of these settings first */
    size_t shard;    /* 1..shards: units whose index is congruent to shard-1 modulo shards */
    size_t shards;   /* 0: no shard given: read what is there, compute the rest */
    bool quiet;      /* nothing is said */
    /* no progress and no counts: a small sweep on the way to another; what is wrong is said */
    bool brief;
    bool predict; /* compute nothing: result.predicted alone is wanted */
} sweep_options;

typedef struct {
    /* (cells, repeats, values) in unit order; owned, sweep_result_free. NULL after a shard */
    double *values;
    bool complete; /* false after a shard: its share is on disk, nothing is gathered */
    size_t computed, reused,
        repaired;     /* units computed now, read from files, found damaged and redone */
    double seconds;   /* wall time */
    double predicted; /* seconds predicted at the start; 0: not known */
    char fingerprint[65];
    char cores[256]; /* OpenBLAS core names of the machines whose units are gathered,
                        "Haswell,SkylakeX" */
} sweep_result;

/* Runs the sweep. FAILED / BAD_INPUT with a line; INTERRUPTED after SIGINT, TERMINATED after
 * SIGTERM, FAILED at the limit of processor time: units in work are finished, and the line says how
 * to resume; a second signal of the same kind ends the process at once. On any status but OK values
 * is NULL. */
status sweep_run(const sweep *s, const sweep_options *options, sweep_result *result);
void sweep_result_free(sweep_result *result);

/* values of unit (cell, repetition) inside result->values. */
const double *sweep_values(const sweep *s, const sweep_result *result, size_t cell,
                           size_t repetition);

#endif
