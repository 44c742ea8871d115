/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/sweep.h"

#include "base/blas.h"
#include "io/file.h"
#include "sweep/fingerprint.h"
#include "sweep/lock.h"
#include "sweep/progress.h"
#include "sweep/stop.h"
#include "sweep/unit.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <omp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef struct {
    double cost;
    size_t index; /* of the unit: cell * repeats + repetition */
    double since; /* clock when another process was first seen to have it in work; 0: not yet */
} task;

/* A unit that another process has in work is tried again after a pause, and computed here all the
 * same when it takes so long that the other one must have been suspended or cut off: this many
 * seconds and three times what was predicted. */
static const struct timespec PAUSE = {0, 50000000};
static const double PATIENCE_S = 10.0;

/* A sweep under way. */
typedef struct {
    const sweep *s;
    const sweep_options *options;
    sweep_result *result;
    char *folder;         /* OUT.units/<16 digits of the fingerprint> */
    size_t total;         /* units of the sweep */
    size_t first, stride; /* this process's share: first, first + stride, ... */
    size_t share;         /* its number of units */
    task *tasks;          /* (share) what is to be computed, in order of dispatch; then a ring */
    size_t missing;       /* tasks there were at the start */
    size_t head, waiting; /* the ring: its first task, and how many it holds */
    int locks;            /* of the folder: lock_open() */
    size_t received;      /* tasks that another process did meanwhile */
    bool terse;           /* quiet or brief */
    double work;          /* sum of their costs */
    progress *shown;
    atomic_bool stopped; /* a unit failed: take no more */
    status st;           /* of the first unit that failed, and its line */
    char line[1024];
} run_state;

/* ---------------- what is there ---------------- */

static status arguments_check(const sweep *s, const sweep_options *o) {
    size_t units, values;
    if (s->cells < 1 || s->repeats < 1 || s->values < 1 ||
        __builtin_mul_overflow(s->cells, s->repeats, &units) ||
        __builtin_mul_overflow(units, s->values, &values)) {
        return fail(BAD_INPUT, "%s: %zu cells of %zu repetitions with %zu values cannot be swept",
                    s->program, s->cells, s->repeats, s->values);
    }
    if (o->threads < 1) {
        return fail(BAD_INPUT, "%s: %d threads; give at least 1", s->program, o->threads);
    }
    if (o->shards > 0 && (o->shard < 1 || o->shard > o->shards)) {
        return fail(BAD_INPUT, "%s: shard %zu of %zu; give 1 to %zu", s->program, o->shard,
                    o->shards, o->shards);
    }
    return OK;
}

static unit_key key_of(const run_state *r, size_t index) {
    return (unit_key){.fingerprint = r->result->fingerprint,
                      .cell = index / r->s->repeats,
                      .repetition = index % r->s->repeats,
                      .count = r->s->values};
}

/* True if the file's name is that of a unit in this process's share; without shards of any unit. */
static bool name_is_ours(const run_state *r, const char *name) {
    size_t cell, repetition;
    if (!unit_name_read(name, &cell, &repetition)) { return false; }
    return r->options->shards == 0 || (repetition < r->s->repeats && cell < r->s->cells &&
                                       (cell * r->s->repeats + repetition) % r->stride == r->first);
}

/* --fresh: removes the finished units of these settings. */
static status units_forget(const run_state *r) {
    DIR *folder = opendir(r->folder);
    if (!folder) {
        return errno == ENOENT ? OK
                               : fail(FAILED, "%s: cannot be read: %s", r->folder, strerror(errno));
    }
    status st = OK;
    for (struct dirent *entry = readdir(folder); entry && st == OK; entry = readdir(folder)) {
        if (name_is_ours(r, entry->d_name) && unlinkat(dirfd(folder), entry->d_name, 0) != 0 &&
            errno != ENOENT) {
            st = fail(FAILED, "%s/%s: cannot be removed: %s", r->folder, entry->d_name,
                      strerror(errno));
        }
    }
    closedir(folder);
    return st;
}

/* Reads the units of this share that are there; the others become tasks. */
static status units_scan(run_state *r) {
    for (size_t index = r->first; index < r->total; index += r->stride) {
        const unit_key key = key_of(r, index);
        char core[UNIT_CORE_SIZE], *path = unit_path(r->folder, &key);
        if (!path) { return FAILED; }
        const unit_state state =
            unit_read(path, &key, r->result->values + index * r->s->values, core);
        free(path);
        if (state == UNIT_WHOLE) {
            r->result->reused++;
            unit_core_add(r->result->cores, sizeof r->result->cores, core);
            continue;
        }
        if (state == UNIT_DAMAGED) {
            r->result->repaired++;
            progress_say(r->s->program, r->options->quiet, "%s; it is computed again",
                         error_text());
        }
        const double cost = r->s->cost(key.cell, r->s->context);
        if (!(cost > 0.0 && isfinite(cost))) {
            return fail(FAILED, "%s: cell %zu has cost %g, not a positive number", r->s->program,
                        key.cell, cost);
        }
        r->tasks[r->missing++] = (task){.cost = cost, .index = index};
        r->work += cost;
    }
    return OK;
}

/* Longest first: the last units to finish are then short, and the threads end together. */
static int task_compare(const void *left, const void *right) {
    const task *a = left;
    const task *b = right;
    if (a->cost != b->cost) { return a->cost > b->cost ? -1 : 1; }
    return (a->index > b->index) - (a->index < b->index);
}

/* ---------------- computing ---------------- */

/* Computes one unit and writes its file. */
static status unit_compute(const run_state *r, size_t index, const char *path) {
    const unit_key key = key_of(r, index);
    double *values = r->result->values + index * r->s->values;
    for (size_t i = 0; i < key.count; i++) {
        values[i] = NAN; /* not what a damaged file left, nor 0 where nothing was computed */
    }
    fail(OK, "%s", ""); /* no line of an earlier unit on this thread */
    status st = r->s->run(key.cell, key.repetition, values, r->s->context);
    if (st != OK) {
        return *error_text()
                   ? st
                   : fail(st, "cell %zu, repetition %zu failed", key.cell, key.repetition);
    }
    for (size_t i = 0; i < key.count; i++) {
        values[i] = isnan(values[i]) ? NAN : values[i]; /* as it reads back */
    }
    return unit_write(path, &key, openblas_get_corename(), values);
}

/* True once a unit has failed or a signal came: no more tasks are begun. */
static bool is_stopped(const run_state *r) {
    return atomic_load(&r->stopped) || stop_signal() != 0;
}

/* Takes the first task off the ring; false if there is none. */
static bool task_pop(run_state *r, task *t) {
    bool found;
#pragma omp critical(sweep_tasks)
    {
        found = r->waiting > 0;
        if (found) {
            *t = r->tasks[r->head];
            r->head = (r->head + 1) % r->missing;
            r->waiting--;
        }
    }
    return found;
}

/* Puts back at the end a task that another process has in work. */
static void task_push(run_state *r, const task *t) {
#pragma omp critical(sweep_tasks)
    r->tasks[(r->head + r->waiting++) % r->missing] = *t;
}

/* True if the task may be done here: its lock is taken, or another process has had it for too long.
 */
static bool task_begin(const run_state *r, task *t) {
    const unit_key key = key_of(r, t->index);
    if (t->since > 0.0) { nanosleep(&PAUSE, NULL); }
    if (lock_take(r->locks, key.cell, key.repetition)) { return true; }
    const double now = omp_get_wtime();
    t->since = t->since > 0.0 ? t->since : now;
    return now - t->since > PATIENCE_S + 3.0 * t->cost * r->s->seconds_per_cost;
}

/* Reads the task's unit if another process has written it since the scan, else computes it; gives
 * its lock back. */
static void task_finish(run_state *r, const task *t) {
    const unit_key key = key_of(r, t->index);
    char core[UNIT_CORE_SIZE], *path = unit_path(r->folder, &key);
    const bool there = path && unit_read(path, &key, r->result->values + t->index * r->s->values,
                                         core) == UNIT_WHOLE;
    status st = path ? OK : FAILED;
    if (path && !there) { st = unit_compute(r, t->index, path); }
    free(path);
    lock_drop(r->locks, key.cell, key.repetition);
    if (st == OK) { progress_step(r->shown, t->cost); }
#pragma omp critical(sweep_result)
    {
        if (st == OK) {
            unit_core_add(r->result->cores, sizeof r->result->cores,
                          there ? core : openblas_get_corename());
            r->result->computed += !there;
            r->received += there;
        } else if (r->st == OK) {
            r->st = st;
            snprintf(r->line, sizeof r->line, "%s", error_text());
            atomic_store(&r->stopped, true);
        }
    }
}

/* Takes tasks, one at a time, until there are none or the sweep is to stop. */
static void tasks_work(run_state *r) {
    task t;
    while (!is_stopped(r) && task_pop(r, &t)) {
        if (task_begin(r, &t)) {
            task_finish(r, &t);
        } else {
            task_push(r, &t);
        }
    }
}

/* Threads that have something to do. */
static int team_of(const run_state *r) {
    return r->missing < (size_t)r->options->threads ? (int)r->missing : r->options->threads;
}

/* Seconds that the tasks will take: no schedule is shorter than its longest unit. */
static double seconds_predict(const run_state *r) {
    if (r->missing == 0 || !(r->s->seconds_per_cost > 0.0)) { return 0.0; }
    return r->s->seconds_per_cost * fmax(r->work / team_of(r), r->tasks[0].cost);
}

/* Computes all tasks on the threads, with BLAS on one thread in each. */
static status tasks_run(run_state *r) {
    status st = folder_make(r->folder);
    if (st != OK) { return st; }
    if (access(r->folder, W_OK | X_OK) != 0) {
        return fail(FAILED, "%s: cannot be written: %s; choose another place with --out", r->folder,
                    strerror(errno));
    }
    r->locks = lock_open(r->folder);
    if (lock_others(r->locks)) {
        progress_say(r->s->program, r->terse, "another process computes units of this sweep too");
    }
    const int team = team_of(r);
    r->waiting = r->missing;
    r->shown =
        progress_start(r->s->program, r->work, r->missing, team, r->result->predicted, r->terse);
    if (!r->shown) {
        lock_close(r->locks);
        return FAILED;
    }
    const int blas_threads = openblas_get_num_threads();
    openblas_set_num_threads(1);
#pragma omp parallel num_threads(team)
    tasks_work(r);
    openblas_set_num_threads(blas_threads);
    progress_end(r->shown);
    lock_close(r->locks);
    if (r->received > 0) {
        r->result->reused += r->received;
        progress_say(r->s->program, r->terse, "%zu of these units were computed by another process",
                     r->received);
    }
    return r->st == OK ? OK : fail(r->st, "%s", r->line);
}

static status status_of(int caught) {
    if (caught == SIGINT) { return INTERRUPTED; }
    return caught == SIGTERM ? TERMINATED : FAILED;
}

/* Reads what is there and computes the rest. */
static status units_gather(run_state *r) {
    status st = r->options->fresh && !r->options->predict ? units_forget(r) : OK;
    st = st != OK ? st : units_scan(r);
    if (st != OK) { return st; }
    if (r->result->reused > 0) {
        progress_say(r->s->program, r->terse, "%zu of %zu units are there already",
                     r->result->reused, r->share);
    }
    qsort(r->tasks, r->missing, sizeof *r->tasks, task_compare);
    r->result->predicted = seconds_predict(r);
    if (r->options->predict) { return OK; }
    if (r->missing > 0 && stop_signal() == 0) { st = tasks_run(r); }
    const int caught = stop_signal();
    if (st == OK && caught) {
        st = fail(status_of(caught),
                  "stopped by %s after %zu of %zu units; run the same command again%s to resume",
                  stop_name(caught), r->result->reused + r->result->computed, r->share,
                  r->options->fresh ? " without --fresh" : "");
    }
    return st;
}

/* What computed nothing leaves no folder; rmdir keeps those that hold something. */
static void folders_drop(const run_state *r) {
    if (r->result->reused == 0) { lock_forget(r->folder); }
    rmdir(r->folder);
    *strrchr(r->folder, '/') = '\0';
    rmdir(r->folder);
}

status sweep_run(const sweep *s, const sweep_options *options, sweep_result *result) {
    *result = (sweep_result){0};
    const double start = omp_get_wtime();
    status st = arguments_check(s, options);
    st = st != OK ? st : fingerprint_of(s->program, s->settings, result->fingerprint);
    if (st != OK) { return st; }
    run_state r = {
        .s = s, .options = options, .result = result, .total = s->cells * s->repeats, .stride = 1};
    r.terse = options->quiet || options->brief;
    if (options->shards > 0) {
        r.first = options->shard - 1;
        r.stride = options->shards;
    }
    r.share = r.first < r.total ? (r.total - r.first - 1) / r.stride + 1 : 0;
    if (asprintf(&r.folder, "%s.units/%.16s", options->out, result->fingerprint) < 0) {
        return fail(FAILED, "%s: no memory for the name of its units' folder", options->out);
    }
    r.tasks = allocate(r.share, sizeof *r.tasks, "list of units");
    result->values = allocate(r.total * s->values, sizeof *result->values, "values of all units");
    if (r.tasks && result->values) {
        stop_handlers before;
        stop_watch(s->program, options->quiet, &before);
        st = units_gather(&r);
        stop_unwatch(&before);
    } else {
        st = FAILED;
    }
    if (st != OK && result->computed == 0) { folders_drop(&r); }
    free(r.folder);
    free(r.tasks);
    if (st != OK || options->shards > 0 || options->predict) {
        sweep_result_free(result); /* what is not whole cannot be taken for a result */
    } else {
        result->complete = true;
    }
    result->seconds = omp_get_wtime() - start;
    return st;
}

void sweep_result_free(sweep_result *result) {
    free(result->values);
    result->values = NULL;
}

const double *sweep_values(const sweep *s, const sweep_result *result, size_t cell,
                           size_t repetition) {
    return result->values + (cell * s->repeats + repetition) * s->values;
}
