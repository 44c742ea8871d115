/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/program.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/machine.h"
#include "cli/command_line.h"
#include "cli/provenance.h"
#include "cli/options.h"
#include "base/share.h"

enum {
    KEY_DATA = 500,
    KEY_SAMPLES,
    KEY_AT_MOST,
    KEY_ROWS,
    KEY_SEED,
    KEY_THREADS,
    KEY_OUT,
    KEY_QUIET,
    KEY_FRESH,
    KEY_PREDICT,
    KEY_SHARD
};

/* Threads: Debian's OpenBLAS is built for 64 (openblas_get_config()); calls by more than twice as
 * many at once crash. */
enum { MAX_SAMPLES = 1000000, MAX_THREADS = 64, MOST_THREADS_ASKED = 1000000, MAX_SHARDS = 100000 };

static const struct argp_option common_options[] = {
    {0, 0, 0, 0, "Common options:", 10},
    {"data", KEY_DATA, "FILE", 0, "features and labels, .npz (default data/digits.npz)", 10},
    {"samples", KEY_SAMPLES, "N", 0, "take N rows", 10},
    {"at-most", KEY_AT_MOST, "N", 0,
     "the same, but of a file with fewer rows all, as where neither is given", 10},
    {"rows", KEY_ROWS, "WORD", 0,
     "which rows: first, in the file's order, or spread, a choice by the seed over the labels that "
     "has the closest pair in it",
     10},
    {"seed", KEY_SEED, "N", 0, "seed of all random streams (default 1)", 10},
    {"threads", KEY_THREADS, "N", 0,
     "threads, at most 64 (default: OMP_NUM_THREADS or all processors at hand)", 10},
    {"out", KEY_OUT, "FILE", 0, "table to write", 10},
    {"quiet", KEY_QUIET, 0, 0, "no progress, no summary", 10},
    {"fresh", KEY_FRESH, 0, 0, "start over: forget finished units of these settings", 10},
    {"predict", KEY_PREDICT, 0, 0, "print the seconds that the run would take, and stop", 10},
    {"shard", KEY_SHARD, "I/N", 0,
     "compute the I-th of N shares and write no table; 1/1: all, and the table", 10},
    {0}};

static status parse_shard(const char *option, const char *text, program_options *o) {
    const char *slash = strchr(text, '/');
    char share[32] = "";
    uint64_t shard, shards;
    if (slash) { snprintf(share, sizeof share, "%.*s", (int)(slash - text), text); }
    if (!slash || option_count(option, slash + 1, 1, MAX_SHARDS, &shards) != OK ||
        option_count(option, share, 1, shards, &shard) != OK) {
        return fail(BAD_INPUT, "%s: '%.60s' is not a share; give I/N with 1 <= I <= N, such as 2/8",
                    option, text);
    }
    o->shard = shards > 1 ? shard : 0; /* the only share is the whole */
    o->shards = shards > 1 ? shards : 0;
    return OK;
}

/* --samples and --at-most, of which one may be given. */
static status parse_samples(bool at_most, const char *text, program_options *o) {
    uint64_t value;
    if (o->samples && o->at_most != at_most) {
        return fail(BAD_INPUT, "--at-most: --samples says how many rows; give one of them");
    }
    status st = option_count(at_most ? "at-most" : "samples", text, 1, MAX_SAMPLES, &value);
    if (st != OK) { return st; }
    o->samples = value;
    o->at_most = at_most;
    return OK;
}

static status parse_rows(const char *text, program_options *o) {
    static const char *const words[] = {"first", "spread", NULL};
    int word = 0;
    status st = option_word("rows", text, words, &word);
    if (st == OK) { o->rows = word == 0 ? ROWS_FIRST : ROWS_SPREAD; }
    return st;
}

static void threads_set(program_options *o, int threads, bool given) {
    o->threads = threads < MAX_THREADS ? threads : MAX_THREADS;
    o->threads_left = threads - o->threads;
    o->threads_given = given;
}

static status parse_common(int key, const char *text, program_options *o) {
    uint64_t value;
    status s = OK;
    switch (key) {
    case KEY_DATA: s = option_path("data", text, &o->data); break;
    case KEY_SAMPLES: s = parse_samples(false, text, o); break;
    case KEY_AT_MOST: s = parse_samples(true, text, o); break;
    case KEY_ROWS: s = parse_rows(text, o); break;
    case KEY_SEED: s = option_count("seed", text, 0, UINT64_MAX, &o->seed); break;
    case KEY_THREADS:
        if ((s = option_count("threads", text, 1, MOST_THREADS_ASKED, &value)) == OK) {
            threads_set(o, (int)value, true);
        }
        break;
    case KEY_OUT: s = option_path("out", text, &o->out); break;
    case KEY_QUIET: o->quiet = true; break;
    case KEY_FRESH: o->fresh = true; break;
    case KEY_PREDICT: o->predict = o->quiet = true; break;
    case KEY_SHARD: s = parse_shard("--shard", text, o); break;
    }
    return s;
}

/* What argp hands to a parser: the common options' own and the program's. */
typedef struct {
    program_options *options;
    const program_about *about;
    void *own_input;
    bool has_own, takes_arguments;
} parse_state;

static error_t parse_key(int key, char *text, struct argp_state *state) {
    parse_state *parse = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->err_stream = NULL; /* refusals are ours to print: one line, exit 2 */
        if (parse->has_own) { state->child_inputs[0] = parse->own_input; }
        return 0;
    case ARGP_KEY_ARG:
        if (parse->takes_arguments) {
            return ARGP_ERR_UNKNOWN; /* the program's own parser has them */
        }
        fail(BAD_INPUT, "'%.60s' is not an option; options begin with --, see --help", text);
        return EINVAL;
    default:
        if (key < KEY_DATA || key > KEY_SHARD) { return ARGP_ERR_UNKNOWN; }
        return parse_common(key, text, parse->options) == OK ? 0 : EINVAL;
    }
}

/* The common options' defaults that differ from program to program; argp frees what is new. */
static char *help_filter(int key, const char *text, void *input) {
    const parse_state *parse = input;
    const char *value = NULL;
    char *whole = NULL;
    if (!parse) { return (char *)(uintptr_t)text; }
    if (key == KEY_SAMPLES) { value = parse->about->samples; }
    if (key == KEY_OUT) { value = parse->options->default_out; }
    if (key == KEY_ROWS && parse->about->samples) {
        value = parse->about->rows == ROWS_FIRST ? "first" : "spread";
    }
    if (!value || asprintf(&whole, "%s (default %s)", text, value) < 0) {
        return (char *)(uintptr_t)text;
    }
    return whole;
}

static bool same_file(const char *a, const char *b) {
    struct stat left, right;
    return strcmp(a, b) == 0 || (stat(a, &left) == 0 && stat(b, &right) == 0 &&
                                 left.st_dev == right.st_dev && left.st_ino == right.st_ino);
}

/* What is there under the name is overwritten: only a regular file. */
static status check_written(const char *option, const char *path) {
    struct stat found;
    size_t length = strlen(path);
    bool taken = path[length - 1] == '/' || (stat(path, &found) == 0 && !S_ISREG(found.st_mode));
    return taken
               ? fail(BAD_INPUT, "--%s: %s is not a regular file; give the name of a file to write",
                      option, path)
               : OK;
}

static status check_out(const program_options *o) {
    status s = check_written("out", o->out);
    return s == OK ? require_distinct_paths(o, "data", o->data) : s;
}

status require_distinct_paths(const program_options *o, const char *option, const char *path) {
    return same_file(path, o->out)
               ? fail(BAD_INPUT, "--out: %s is the file of --%s; give another name", o->out, option)
               : OK;
}

status program_writes(const program_options *o, const char *option, const char *path) {
    status s = check_written(option, path);
    if (s == OK && same_file(path, o->data)) {
        s = fail(BAD_INPUT, "--%s: %s is the file of --data; give another name", option, path);
    }
    return s == OK ? require_distinct_paths(o, option, path) : s;
}

static void print_version(FILE *stream, struct argp_state *state) {
    char version[128];
    provenance_version(version, sizeof version);
    fprintf(stream, "%s (Masked NTK) %s\n", state->name, version);
}

/* Options that say how a run is done, not what it computes nor where it goes. */
static bool is_execution_option(const struct argp_option *option) {
    const int keys[] = {KEY_THREADS, KEY_QUIET, KEY_FRESH, KEY_PREDICT, KEY_SHARD};
    for (size_t k = 0; option && k < sizeof keys / sizeof *keys; k++) {
        if (option->key == keys[k]) { return true; }
    }
    return false;
}

/* The command line, from which rows and tables name what redoes them: refused if it has no room
 * there. */
static status keep_command(const struct argp *argp, int argc, char **argv, program_options *o) {
    size_t used = 0, kept = 0;
    for (int i = 0; i < argc; i++) {
        const struct argp_option *option = command_line_option(argp, argv[i]);
        bool skipped = is_execution_option(option);
        bool has_value = skipped && option->arg && !strchr(argv[i], '=') && i + 1 < argc;
        used = option_quote(o->command, sizeof o->command, used, argv[i]);
        if (!skipped) {
            kept = option_quote(o->reproduce_command, sizeof o->reproduce_command, kept, argv[i]);
        }
        if (has_value) { used = option_quote(o->command, sizeof o->command, used, argv[++i]); }
    }
    if (used >= sizeof o->command) {
        return fail(
            BAD_INPUT,
            "the command line has %zu bytes, results keep %zu of it; give shorter paths or lists",
            used, sizeof o->command - 1);
    }
    return OK;
}

/* A standard stream that is closed would be the next file that is opened, and what is said would
 * end in it. In its place comes one that cannot be used, so that writing to it fails as before. */
static void occupy_streams(void) {
    for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++) {
        if (fcntl(file, F_GETFD) < 0) {
            open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

status program_parse(int argc, char **argv, const program_about *about, const struct argp *own,
                     void *input, program_options *options) {
    const char *slash = strrchr(argv[0], '/');
    occupy_streams();
    signal(SIGXFSZ,
           SIG_IGN); /* a file beyond its limit is a failed write (EFBIG), which has its line */
    *options = (program_options){.name = slash ? slash + 1 : argv[0],
                                 .called = argv[0],
                                 .data = "data/digits.npz",
                                 .seed = 1};
    if (access(options->data, F_OK) != 0 &&
        share_find(options->data, options->default_data, sizeof options->default_data)) {
        options->data = options->default_data;
    }
    threads_set(options, machine_threads(), false);
    snprintf(options->default_out, sizeof options->default_out, "results/%.100s.dat",
             options->name);
    options->out = options->default_out;
    argp_program_version_hook = print_version;
    struct argp_child children[] = {{own, 0, NULL, 0}, {0}};
    struct argp argp = {common_options,        parse_key,   NULL, about->sentence,
                        own ? children : NULL, help_filter, NULL};
    parse_state parse = {options, about, input, own != NULL, own && own->args_doc};
    status s = command_line_once(&argp, argc, argv);
    if (s == OK) { s = command_line_parse(&argp, argc, argv, options->name, &parse); }
    if (s == OK) { s = keep_command(&argp, argc, argv, options); }
    return s == OK ? check_out(options) : s;
}

status program_start(const program_options *o) {
    if (o->threads_left > 0 && (o->threads_given || !o->quiet)) {
        fprintf(stderr, "%s: %d threads are more than OpenBLAS serves: %d are taken\n", o->name,
                o->threads + o->threads_left, o->threads);
    }
    if (o->shards) {
        fprintf(stderr,
                "%s: share %zu of %zu: no table is written; the same command without --shard "
                "writes it\n",
                o->name, o->shard, o->shards);
    }
    return machine_start(o->threads);
}

int program_exit(const program_options *options, status s) {
    if (s == OK) { s = command_line_output(); }
    if (s != OK && s != REFUTED) { fprintf(stderr, "%s: %s\n", options->name, error_text()); }
    return (int)s;
}
