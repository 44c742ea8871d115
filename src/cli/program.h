/* program: what every main() of this project does alike: common options, one line for what went
 * wrong, exit codes.
 *
 * Exit codes: 0 done (also --help and --version), 1 the run failed, 2 wrong use or bad input, 3 an
 * [exact] or [derived] statement was refuted, 130 / 143 stopped by SIGINT / SIGTERM.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CLI_PROGRAM_H
#define CLI_PROGRAM_H

#include <argp.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "io/table.h"

enum { PROGRAM_COMMAND = 1024 }; /* room for a command line, kept to do it again */

/* --rows: which rows of the data are taken; USUAL: it is not given. APART, which no user asks for:
 * as SPREAD, but for the closest pair of the file, which comes in as other rows do. */
typedef enum { ROWS_USUAL, ROWS_FIRST, ROWS_SPREAD, ROWS_APART } program_rows;

/* What the programs of theory take unless --rows says so. (The experiments take the first.) */
#define PROGRAM_ROWS_OF_THEORY ROWS_SPREAD

/* The programs that take a user's own masks, --masks FILE.npz: what the others tell. */
#define PROGRAMS_WITH_MASKS                                                                      \
    "loss-dynamics, error-heatmap, width-sweep, subnet-sweep, mask-moments, ntk-concentration, " \
    "local-descent, drift and error-floor"

/* What --help says of a program. */
typedef struct {
    const char *sentence; /* what it does */
    const char *samples;  /* where --samples is not given: "24"; NULL: the program has no data */
    program_rows rows;    /* the same of --rows: ROWS_FIRST or ROWS_SPREAD */
} program_about;

typedef struct {
    const char *name;     /* of the program; set by program_parse */
    const char *called;   /* argv[0], which outlives it; NULL: as found in PATH */
    const char *data;     /* --data, default data/digits.npz, here or where share_find has it */
    size_t samples;       /* --samples or --at-most, 0: all rows */
    bool at_most;         /* by --at-most: of a file with fewer rows all are taken */
    program_rows rows;    /* --rows, default ROWS_USUAL */
    uint64_t seed;        /* --seed, default 1 */
    int threads;          /* --threads, default machine_threads(); at most what OpenBLAS serves */
    int threads_left;     /* how many more were asked for */
    bool threads_given;   /* by --threads */
    const char *out;      /* --out, default results/NAME.dat */
    bool quiet, fresh;    /* --quiet, --fresh */
    bool brief;           /* a part of another program: only what is wrong is said */
    bool predict;         /* --predict: say how long the run would take, and stop */
    double *spared;       /* += seconds of work that a prediction leaves out; NULL: not counted */
    size_t shard, shards; /* --shard i/N, N > 1; shards 0: none, or 1/1, which is the whole */
    char default_out[128], default_data[PATH_MAX];
    char command[PROGRAM_COMMAND]; /* the command line, for provenance, as a shell takes it */
    /* The same without --threads --quiet --fresh --predict --shard: they decide no value. */
    char reproduce_command[PROGRAM_COMMAND];
} program_options;

/* Parses the common options and those of `own` (may be NULL: none). own->parser gets `input` as its
 * state->input; it returns EINVAL after fail() and ARGP_ERR_UNKNOWN for keys that are not its own;
 * with own->args_doc it also gets the arguments that are not options (ARGP_KEY_ARG), which are
 * refused otherwise. An option given twice is refused, and a command line too long to be kept
 * whole. --help and --version print to stdout and exit 0. BAD_INPUT: error_text() has one line. */
status program_parse(int argc, char **argv, const program_about *about, const struct argp *own,
                     void *input, program_options *options);

/* BAD_INPUT if `path`, given with `option`, is the file of --out, which will be written. (--data is
 * looked at already.) */
status require_distinct_paths(const program_options *options, const char *option, const char *path);

/* The same for a path that will be written: BAD_INPUT also if it is the file of --data, or there
 * and no regular file. */
status program_writes(const program_options *options, const char *option, const char *path);

/* Starts a program that has units: says on stderr if it computes a share alone, which it does under
 * --shard and never otherwise, and if it takes fewer threads than were asked for; then
 * machine_start(), whose status it returns. */
status program_start(const program_options *options);

/* Prints "NAME: line" to stderr unless st is OK or REFUTED; returns the exit code. */
int program_exit(const program_options *options, status st);

/* path (size bytes) <- the word that starts the program `name` from here, which lies where this one
 * does: build/bin/NAME of build/bin/advise, NAME of a program found in PATH. */
void program_beside(const program_options *options, const char *name, char *path, size_t size);

/* Provenance of the command line: program, command, seed, threads. */
void program_note(const program_options *options, table *t);

/* A line for the user on stderr, unless quiet. */
void program_say(const program_options *options, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Keys of the common options, for argp; own options take keys from PROGRAM_OWN_KEY on. */
enum { PROGRAM_OWN_KEY = 1000 };

#endif
