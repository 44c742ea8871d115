/* The one shape of every program: options, units of work, what a unit measures, tables, statements.
 *
 * A program is a `static const study` and a main of one line. What happens, in this order:
 *     options   the table of options is parsed into a copy of `defaults`
 *     preset    what a file among the options says becomes their default; they are parsed again
 *     settle    what options mean together, before anything starts
 *     prepare   loads the data, lists cells, sets cells, repetitions and values of a unit
 *     pilot     a smaller study before the units, where there is one
 *     measure   cell by cell and repetition by repetition, on all threads, resumable (sweep.h)
 *     gather    folds the units into what tables and statements look at
 *     tables    OUT, and for a table with a suffix OUT with .suffix.dat in place of .dat
 *     finish    what else is kept or said
 *     claims    OUT with .statements.dat in place of .dat; exit 3 if one of ours is refuted
 *     close     always
 * The numbers of a unit depend on the text that study makes of data, options and `describe` alone.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STUDY_STUDY_H
#define STUDY_STUDY_H

#include <stddef.h>
#include "model/dataset.h"
#include "model/train.h"
#include "stats/stats.h"
#include "cli/option_table.h"
#include "cli/program.h"
#include "sweep/sweep.h"
#include "io/table.h"
#include "base/text.h"
#include "study/claim.h"

typedef struct study study;

/* A study under way. */
typedef struct study_run {
    const study *study;
    program_options options;       /* the common ones */
    void *settings;                /* the study's own options, parsed; owned */
    void *context;                 /* (study->context_size) zeroed before prepare; owned */
    const dataset *data;           /* set by prepare: its checksum and rows enter the fingerprint */
    size_t cells, repeats, values; /* set by prepare */
    sweep sweep;                   /* as run */
    sweep_result result;           /* after the units */
    /* (repeats) scratch of the one thread that writes tables: a number of every repetition of a
     * cell; study_summary overwrites it; NULL in a pilot */
    double *over_repeats;
    double begun;  /* clock_thread() at the start, of the thread that opens it and predicts */
    double spared; /* seconds that a prediction has left out of prepare (options.spared) */
} study_run;

typedef struct {
    const char *suffix;    /* "": the table of --out itself */
    const char *statement; /* provenance: what it shows */
    int digits;            /* 9 (single precision) or 17 */
    /* Row by row: table_row, then row_text and row_number (table.h) for every column. One of the two:
     * the rows of a cell, called cell after cell; or all rows, where they go by something else. */
    void (*rows)(const study_run *r, size_t cell, table *t);
    status (*fill)(const study_run *r, table *t);
} study_table;

struct study {
    const char *about;         /* one sentence for --help */
    size_t samples;            /* rows taken where --samples does not say; 0: all */
    const char *samples_help;  /* words after that number, or in place of "all"; NULL: none */
    program_rows rows;         /* what --rows is by default; ROWS_USUAL: PROGRAM_ROWS_OF_THEORY */
    const option_row *options; /* ended by one without a name */
    const void *defaults;      /* (settings_size) */
    size_t settings_size, context_size;

    /* Between two parses of the command line: sets defaults that the options then override, from a
     * file that one of them names. NULL: the command line is parsed once. */
    status (*preset)(study_run *r);
    /* BAD_INPUT for options that do not go together; fills settings that depend on several. NULL:
     * nothing to do. */
    status (*settle)(study_run *r);
    status (*prepare)(study_run *r);
    void (*close)(void *context); /* safe on a zeroed context; NULL: nothing to close */

    /* One unit: fills values (r->values), which are NaN before. From several threads at once. */
    status (*measure)(const study_run *r, size_t cell, size_t repetition, double *values);
    double (*cost)(const study_run *r, size_t cell); /* work of a unit, any unit; NULL: all alike */
    /* Seconds on one thread for one unit of cost, measured now; NULL or 0: not known. */
    double (*calibrate)(const study_run *r);
    /* Adds what decides values beside data, seed and options; NULL: nothing. */
    void (*describe)(const study_run *r, text *t);

    /* A smaller sweep before this one, on the same settings, data and context, which sets what the
     * units depend on: its prepare sets cells, repetitions and values, its gather reads them. It
     * has the same options; every shard and a prediction run it whole. NULL: none. */
    const study *pilot;

    status (*gather)(study_run *r); /* NULL: nothing to do */
    /* *seconds += what gather will take, where that is much; NULL: little. */
    status (*predict)(const study_run *r, double *seconds);
    void (*note)(const study_run *r, table *t); /* provenance beside the standard; may be NULL */
    const study_table *tables;                  /* ended by one without suffix */
    const claim_group *claims;                  /* ended by one without claims; NULL: none */
    status (*finish)(const study_run *r);       /* NULL: nothing more */
};

/* The members of a study that say what its options fill: its option rows, its defaults (an object of
 * its settings' type), the type of its context. */
#define STUDY_OF(rows, standard, room)                                             \
    .options = (rows), .defaults = &(standard), .settings_size = sizeof(standard), \
    .context_size = sizeof(room)

/* Parses, runs, and returns the exit code of main. */
int study_main(const study *s, int argc, char **argv);

/* The same in two steps, for tests: settings (settings_size) are copied. study_close always. */
status study_open(const study *s, const program_options *options, const void *settings,
                  study_run *r);
status study_perform(study_run *r);
/* In place of study_perform with options.predict: seconds of the whole run, from study_open on. */
status study_predict(study_run *r, double *seconds);
void study_close(study_run *r); /* safe on a zeroed one */

/* For claim groups: one case a cell. */
size_t study_cell_count(const study_run *r);

/* The cell whose units cost most: what a calibration times. */
size_t study_costliest(const study_run *r);
/* For calibrate, where a cell's cost is in operations of training: seconds for one of them with
 * settings s on g (throughput_measure); over 0.15 s, or a short look where the sweep takes no second. */
double study_pace(const study_run *r, const gram *g, const train_settings *s);

/* The part of the common options that a sweep needs. */
sweep_options study_sweep_options(const program_options *options);

/* Values of a unit, after the sweep. */
const double *study_values(const study_run *r, size_t cell, size_t repetition);
/* x (r->repeats) <- value number `which` of every unit of a cell. */
void study_numbers(const study_run *r, size_t cell, size_t which, double *x);
/* Over the repetitions of a cell, of value number `which`; r->over_repeats then has the numbers. */
stats_summary study_summary(const study_run *r, size_t cell, size_t which);

/* Runs the study's pilot, if it has one, with `how`; before study_sweep. */
status study_pilot(study_run *r, const sweep_options *how);

/* Sets up the sweep over the units and runs it with `how`. kind: added to the text of the settings.
 */
status study_sweep(study_run *r, const char *kind, const sweep_options *how);

/* For calibrate: seconds that a unit of the cell computes while every thread has one, the least of
 * some after a first that warms caches and clocks; 0: it failed. */
double study_time_unit(const study_run *r, size_t cell);

/* path (size bytes) <- OUT with .suffix.dat in place of .dat; OUT itself if suffix is "". */
void study_path(const study_run *r, const char *suffix, char *path, size_t size);

#endif
