#include "run/sweep.h"

#include "run/blas.h"
#include "run/progress.h"
#include "run/unit.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <omp.h>
#include <sha2.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    double cost;
    size_t index; /* of the unit: cell * repeats + repetition */
} task;

/* A sweep under way. */
typedef struct {
    const sweep *s;
    const sweep_options *options;
    sweep_result *result;
    char *folder;         /* OUT.units/<16 digits of the fingerprint> */
    size_t total;         /* units of the sweep */
    size_t first, stride; /* this process's share: first, first + stride, ... */
    size_t share;         /* its number of units */
    task *tasks;          /* (share) what is to be computed, in order of dispatch */
    size_t missing;       /* tasks */
    double work;          /* sum of their costs */
    progress *shown;
    atomic_size_t next;   /* task to be taken next */
    atomic_bool stopped;  /* a unit failed: take no more */
    status code;          /* of the first unit that failed, and its line */
    char line[1024];
} run_state;

/* ---------------- signals ---------------- */

static atomic_int signal_caught; /* SIGINT, SIGTERM or 0 */

static void signal_handle(int number)
{
    atomic_store(&signal_caught, number);
}

static const int stop_signals[2] = {SIGINT, SIGTERM};

/* The handler stands for one signal of either kind; the next one meets the system's default. */
static void signals_watch(struct sigaction old[2])
{
    atomic_store(&signal_caught, 0);
    struct sigaction action = {.sa_handler = signal_handle, .sa_flags = SA_RESETHAND | SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < 2; i++) {
        sigaction(stop_signals[i], &action, &old[i]); /* fails on wrong numbers only */
    }
}

static void signals_restore(const struct sigaction old[2])
{
    for (int i = 0; i < 2; i++) {
        sigaction(stop_signals[i], &old[i], NULL);
    }
}

/* ---------------- what is there ---------------- */

static status arguments_check(const sweep *s, const sweep_options *o)
{
    size_t units, values;
    if (s->cells < 1 || s->repeats < 1 || s->values < 1 || __builtin_mul_overflow(s->cells, s->repeats, &units)
        || __builtin_mul_overflow(units, s->values, &values)) {
        return fail(BAD_INPUT, "%s: %zu cells of %zu repetitions with %zu values cannot be swept", s->program, s->cells,
                    s->repeats, s->values);
    }
    if (o->threads < 1) {
        return fail(BAD_INPUT, "%s: %d threads; give at least 1", s->program, o->threads);
    }
    if (o->shards > 0 && (o->shard < 1 || o->shard > o->shards)) {
        return fail(BAD_INPUT, "%s: shard %zu of %zu; give 1 to %zu", s->program, o->shard, o->shards, o->shards);
    }
    return OK;
}

/* SHA-256 over all that decides a unit's bytes: program, its executable, precision, settings. */
static status fingerprint_set(const sweep *s, char fingerprint[SHA256_DIGEST_STRING_LENGTH])
{
    char executable[SHA256_DIGEST_STRING_LENGTH];
    if (!SHA256File("/proc/self/exe", executable)) {
        return fail(FAILED, "/proc/self/exe: cannot be read: %s; mount /proc", strerror(errno));
    }
    const char *parts[] = {s->program, executable, REAL_NAME, s->settings};
    SHA2_CTX sha;
    SHA256Init(&sha);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        SHA256Update(&sha, (const uint8_t *)parts[i], strlen(parts[i]) + 1); /* the 0 byte parts them */
    }
    SHA256End(&sha, fingerprint);
    return OK;
}

static unit_key key_of(const run_state *r, size_t index)
{
    return (unit_key){.fingerprint = r->result->fingerprint,
                      .cell = index / r->s->repeats,
                      .repetition = index % r->s->repeats,
                      .count = r->s->values};
}

/* FOLDER/0003-0007.unit; NULL and a kept line if there is no memory. */
static char *path_of(const run_state *r, size_t index)
{
    char *path;
    const unit_key key = key_of(r, index);
    if (asprintf(&path, "%s/%04zu-%04zu.unit", r->folder, key.cell, key.repetition) < 0) {
        fail(FAILED, "%s: no memory for the name of a unit", r->folder);
        return NULL;
    }
    return path;
}

/* True if the file's name is that of a unit in this process's share; without shards of any unit. */
static bool name_is_ours(const run_state *r, const char *name)
{
    size_t cell, repetition;
    int length = 0;
    if (sscanf(name, "%zu-%zu.unit%n", &cell, &repetition, &length) != 2 || length == 0 || name[length]) {
        return false;
    }
    return r->options->shards == 0
           || (repetition < r->s->repeats && cell < r->s->cells
               && (cell * r->s->repeats + repetition) % r->stride == r->first);
}

/* --fresh: removes the finished units of these settings. */
static status units_forget(const run_state *r)
{
    DIR *folder = opendir(r->folder);
    if (!folder) {
        return errno == ENOENT ? OK : fail(FAILED, "%s: cannot be read: %s", r->folder, strerror(errno));
    }
    status code = OK;
    for (struct dirent *entry = readdir(folder); entry && code == OK; entry = readdir(folder)) {
        if (name_is_ours(r, entry->d_name) && unlinkat(dirfd(folder), entry->d_name, 0) != 0 && errno != ENOENT) {
            code = fail(FAILED, "%s/%s: cannot be removed: %s", r->folder, entry->d_name, strerror(errno));
        }
    }
    closedir(folder);
    return code;
}

/* Adds a core's name to the list of those that computed. */
static void core_note(sweep_result *result, const char *core)
{
    const size_t length = strlen(core), used = strlen(result->cores);
    for (const char *at = result->cores; *at; at += strspn(at, ",")) {
        const size_t here = strcspn(at, ",");
        if (here == length && memcmp(at, core, length) == 0) {
            return;
        }
        at += here;
    }
    snprintf(result->cores + used, sizeof result->cores - used, "%s%s", used ? "," : "", core);
}

/* Reads the units of this share that are there; the others become tasks. */
static status units_scan(run_state *r)
{
    for (size_t index = r->first; index < r->total; index += r->stride) {
        const unit_key key = key_of(r, index);
        char core[UNIT_CORE_SIZE], *path = path_of(r, index);
        if (!path) {
            return FAILED;
        }
        const unit_state state = unit_read(path, &key, r->result->values + index * r->s->values, core);
        free(path);
        if (state == UNIT_WHOLE) {
            r->result->reused++;
            core_note(r->result, core);
            continue;
        }
        if (state == UNIT_DAMAGED) {
            r->result->repaired++;
            progress_say(r->s->program, r->options->quiet, "%s; it is computed again", error_text());
        }
        const double cost = r->s->cost(key.cell, r->s->context);
        if (!(cost > 0.0 && isfinite(cost))) {
            return fail(FAILED, "%s: cell %zu has cost %g, not a positive number", r->s->program, key.cell, cost);
        }
        r->tasks[r->missing++] = (task){cost, index};
        r->work += cost;
    }
    return OK;
}

/* Longest first: the last units to finish are then short, and the threads end together. */
static int task_compare(const void *left, const void *right)
{
    const task *a = left, *b = right;
    if (a->cost != b->cost) {
        return a->cost > b->cost ? -1 : 1;
    }
    return (a->index > b->index) - (a->index < b->index);
}

/* ---------------- computing ---------------- */

/* Computes one unit and writes its file. */
static status unit_compute(const run_state *r, size_t index)
{
    const unit_key key = key_of(r, index);
    double *values = r->result->values + index * r->s->values;
    for (size_t i = 0; i < key.count; i++) {
        values[i] = NAN; /* not what a damaged file left, nor 0 where nothing was computed */
    }
    fail(OK, "%s", ""); /* no line of an earlier unit on this thread */
    status code = r->s->run(key.cell, key.repetition, values, r->s->context);
    if (code != OK) {
        return *error_text() ? code : fail(code, "cell %zu, repetition %zu failed", key.cell, key.repetition);
    }
    for (size_t i = 0; i < key.count; i++) {
        values[i] = isnan(values[i]) ? NAN : values[i]; /* as it reads back */
    }
    char *path = path_of(r, index);
    code = path ? unit_write(path, &key, openblas_get_corename(), values) : FAILED;
    free(path);
    return code;
}

/* Takes tasks, one at a time, until there are none or the sweep is to stop. */
static void tasks_work(run_state *r)
{
    while (!atomic_load(&r->stopped) && atomic_load(&signal_caught) == 0) {
        const size_t k = atomic_fetch_add(&r->next, 1);
        if (k >= r->missing) {
            return;
        }
        const status code = unit_compute(r, r->tasks[k].index);
        if (code == OK) {
            progress_step(r->shown, r->tasks[k].cost);
        }
        #pragma omp critical(sweep_result)
        {
            if (code == OK) {
                r->result->computed++;
            } else if (r->code == OK) {
                r->code = code;
                snprintf(r->line, sizeof r->line, "%s", error_text());
                atomic_store(&r->stopped, true);
            }
        }
    }
}

/* Threads that have something to do. */
static int team_of(const run_state *r)
{
    return r->missing < (size_t)r->options->threads ? (int)r->missing : r->options->threads;
}

/* Seconds that the tasks will take: no schedule is shorter than its longest unit. */
static double seconds_predict(const run_state *r)
{
    if (r->missing == 0 || !(r->s->seconds_per_cost > 0.0)) {
        return 0.0;
    }
    return r->s->seconds_per_cost * fmax(r->work / team_of(r), r->tasks[0].cost);
}

/* Computes all tasks on the threads, with BLAS on one thread in each. */
static status tasks_run(run_state *r)
{
    status code = folder_make(r->folder);
    if (code != OK) {
        return code;
    }
    if (access(r->folder, W_OK | X_OK) != 0) {
        return fail(FAILED, "%s: cannot be written: %s; choose another place with --out", r->folder, strerror(errno));
    }
    const int team = team_of(r);
    r->shown = progress_start(r->s->program, r->work, r->missing, team, r->result->predicted, r->options->quiet);
    if (!r->shown) {
        return FAILED;
    }
    const int blas_threads = openblas_get_num_threads();
    openblas_set_num_threads(1);
    #pragma omp parallel num_threads(team)
    tasks_work(r);
    openblas_set_num_threads(blas_threads);
    progress_end(r->shown);
    if (r->result->computed > 0) {
        core_note(r->result, openblas_get_corename());
    }
    return r->code == OK ? OK : fail(r->code, "%s", r->line);
}

/* Reads what is there and computes the rest. */
static status units_gather(run_state *r)
{
    status code = r->options->fresh && !r->options->predict ? units_forget(r) : OK;
    code = code != OK ? code : units_scan(r);
    if (code != OK) {
        return code;
    }
    if (r->result->reused > 0) {
        progress_say(r->s->program, r->options->quiet, "%zu of %zu units are there already", r->result->reused,
                     r->share);
    }
    qsort(r->tasks, r->missing, sizeof *r->tasks, task_compare);
    r->result->predicted = seconds_predict(r);
    if (r->options->predict) {
        return OK;
    }
    if (r->missing > 0 && atomic_load(&signal_caught) == 0) {
        code = tasks_run(r);
    }
    const int caught = atomic_load(&signal_caught);
    if (code == OK && caught) {
        code = fail(caught == SIGINT ? INTERRUPTED : TERMINATED,
                    "stopped by %s after %zu of %zu units; run the same command again to resume",
                    caught == SIGINT ? "SIGINT" : "SIGTERM", r->result->reused + r->result->computed, r->share);
    }
    return code;
}

status sweep_run(const sweep *s, const sweep_options *options, sweep_result *result)
{
    *result = (sweep_result){0};
    const double start = omp_get_wtime();
    status code = arguments_check(s, options);
    code = code != OK ? code : fingerprint_set(s, result->fingerprint);
    if (code != OK) {
        return code;
    }
    run_state r = {.s = s, .options = options, .result = result, .total = s->cells * s->repeats, .stride = 1};
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
        struct sigaction old[2];
        signals_watch(old);
        code = units_gather(&r);
        signals_restore(old);
    } else {
        code = FAILED;
    }
    free(r.folder);
    free(r.tasks);
    if (code != OK || options->shards > 0 || options->predict) {
        sweep_result_free(result); /* what is not whole cannot be taken for a result */
    } else {
        result->complete = true;
    }
    result->seconds = omp_get_wtime() - start;
    return code;
}

void sweep_result_free(sweep_result *result)
{
    free(result->values);
    result->values = NULL;
}

const double *sweep_values(const sweep *s, const sweep_result *result, size_t cell, size_t repetition)
{
    return result->values + (cell * s->repeats + repetition) * s->values;
}
