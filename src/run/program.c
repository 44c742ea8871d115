#include "run/program.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/machine.h"
#include "run/options.h"

enum { KEY_DATA = 500, KEY_SAMPLES, KEY_SEED, KEY_THREADS, KEY_OUT, KEY_QUIET, KEY_FRESH, KEY_PREDICT, KEY_SHARD };

enum { MAX_SAMPLES = 1000000, MAX_THREADS = 1024, MAX_SHARDS = 100000 };

static const struct argp_option common_options[] = {
    {0, 0, 0, 0, "Common options:", 10},
    {"data", KEY_DATA, "FILE", 0, "features and labels, .npz (default data/digits.npz)", 10},
    {"samples", KEY_SAMPLES, "N", 0, "take the first N rows (default: all)", 10},
    {"seed", KEY_SEED, "N", 0, "seed of all random streams (default 1)", 10},
    {"threads", KEY_THREADS, "N", 0, "threads (default: all processors)", 10},
    {"out", KEY_OUT, "FILE", 0, "table to write (default results/PROGRAM.dat)", 10},
    {"quiet", KEY_QUIET, 0, 0, "no progress, no summary", 10},
    {"fresh", KEY_FRESH, 0, 0, "start over: forget finished units of these settings", 10},
    {"predict", KEY_PREDICT, 0, 0, "print the seconds that the run would take, and stop", 10},
    {"shard", KEY_SHARD, "I/N", 0, "compute the I-th of N shares (default from SLURM_ARRAY_TASK_ID)", 10},
    {0}};

static status parse_shard(const char *option, const char *text, program_options *o)
{
    unsigned long shard, shards;
    char rest;
    if (sscanf(text, "%lu/%lu%c", &shard, &shards, &rest) != 2 || text[0] == '-' || strchr(text, '/')[1] == '-' || shard < 1 ||
        shard > shards || shards > MAX_SHARDS)
        return fail(BAD_INPUT, "%s: '%.60s' is not a share; give I/N with 1 <= I <= N, such as 2/8", option, text);
    o->shard = shard;
    o->shards = shards;
    return OK;
}

static status parse_common(int key, const char *text, program_options *o)
{
    uint64_t value;
    status s = OK;
    switch (key) {
    case KEY_DATA:
        o->data = text;
        break;
    case KEY_SAMPLES:
        if ((s = option_count("samples", text, 1, MAX_SAMPLES, &value)) == OK)
            o->samples = value;
        break;
    case KEY_SEED:
        s = option_count("seed", text, 0, UINT64_MAX, &o->seed);
        break;
    case KEY_THREADS:
        if ((s = option_count("threads", text, 1, MAX_THREADS, &value)) == OK)
            o->threads = (int)value;
        break;
    case KEY_OUT:
        o->out = text;
        if (!*text)
            s = fail(BAD_INPUT, "--out: the name is empty; give a file to write");
        break;
    case KEY_QUIET:
        o->quiet = true;
        break;
    case KEY_FRESH:
        o->fresh = true;
        break;
    case KEY_PREDICT:
        o->predict = o->quiet = true;
        break;
    case KEY_SHARD:
        s = parse_shard("--shard", text, o);
        break;
    }
    return s;
}

/* What argp hands to a parser: the common options' own and the program's. */
typedef struct {
    program_options *options;
    void *own_input;
    bool has_own;
} parse_state;

static error_t parse_key(int key, char *text, struct argp_state *state)
{
    parse_state *parse = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->err_stream = NULL; /* refusals are ours to print: one line, exit 2 */
        if (parse->has_own)
            state->child_inputs[0] = parse->own_input;
        return 0;
    case ARGP_KEY_ARG:
        fail(BAD_INPUT, "'%.60s' is not an option; options begin with --, see --help", text);
        return EINVAL;
    default:
        if (key < KEY_DATA || key > KEY_SHARD)
            return ARGP_ERR_UNKNOWN;
        return parse_common(key, text, parse->options) == OK ? 0 : EINVAL;
    }
}

/* An option given twice would hide one of its values: refused. */
static status check_once(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) != 0)
            continue;
        size_t length = strcspn(argv[i], "=");
        for (int j = 1; j < i; j++)
            if (strncmp(argv[i], argv[j], length) == 0 && strcspn(argv[j], "=") == length)
                return fail(BAD_INPUT, "%.*s is given twice; give it once", (int)length, argv[i]);
    }
    return OK;
}

/* A task of a Slurm array is a shard: its place and the array's size. */
static status shard_of_slurm(program_options *o)
{
    const char *task = getenv("SLURM_ARRAY_TASK_ID"), *first = getenv("SLURM_ARRAY_TASK_MIN"), *count = getenv("SLURM_ARRAY_TASK_COUNT");
    if (o->shards || !task || !first || !count)
        return OK;
    char text[128];
    snprintf(text, sizeof text, "%ld/%s", strtol(task, NULL, 10) - strtol(first, NULL, 10) + 1, count);
    return parse_shard("SLURM_ARRAY_TASK_ID", text, o);
}

static void print_version(FILE *stream, struct argp_state *state)
{
    char version[128];
    machine_version(version, sizeof version);
    fprintf(stream, "%s (Masked NTK) %s\n", state->name, version);
}

static void keep_command(int argc, char **argv, program_options *o)
{
    size_t used = 0;
    for (int i = 0; i < argc && used < sizeof o->command; i++)
        used += (size_t)snprintf(o->command + used, sizeof o->command - used, "%s%s", i ? " " : "", argv[i]);
}

/* argp_parse with getopt's own complaints caught: the first line of them becomes ours. */
static status parse_quietly(const struct argp *argp, int argc, char **argv, parse_state *parse)
{
    char *caught = NULL;
    size_t size = 0;
    FILE *terminal = stderr, *memory = open_memstream(&caught, &size);
    if (!memory)
        return fail(FAILED, "no memory to read the command line");
    fail(OK, "%s", "");
    stderr = memory;
    error_t error = argp_parse(argp, argc, argv, 0, NULL, parse);
    stderr = terminal;
    fclose(memory);
    if (error && !*error_text()) {
        const char *line = strstr(caught, ": ");
        line = line ? line + 2 : "wrong use";
        fail(BAD_INPUT, "%.*s; see --help", (int)strcspn(line, "\n"), line);
    }
    free(caught);
    return error ? BAD_INPUT : OK;
}

status program_parse(int argc, char **argv, const char *about, const struct argp *own, void *input, program_options *options)
{
    const char *slash = strrchr(argv[0], '/');
    *options = (program_options){.name = slash ? slash + 1 : argv[0], .data = "data/digits.npz", .seed = 1};
    options->threads = machine_threads();
    snprintf(options->default_out, sizeof options->default_out, "results/%.100s.dat", options->name);
    options->out = options->default_out;
    keep_command(argc, argv, options);
    argp_program_version_hook = print_version;
    struct argp_child children[] = {{own, 0, NULL, 0}, {0}};
    struct argp argp = {common_options, parse_key, NULL, about, own ? children : NULL, NULL, NULL};
    parse_state parse = {options, input, own != NULL};
    status s = check_once(argc, argv);
    if (s == OK)
        s = parse_quietly(&argp, argc, argv, &parse);
    return s == OK ? shard_of_slurm(options) : s;
}

int program_exit(const program_options *options, status s)
{
    if (s != OK && s != REFUTED)
        fprintf(stderr, "%s: %s\n", options->name, error_text());
    return (int)s;
}

sweep_options program_sweep_options(const program_options *options)
{
    return (sweep_options){.out = options->out,
                           .threads = options->threads,
                           .fresh = options->fresh,
                           .shard = options->shard,
                           .shards = options->shards,
                           .quiet = options->quiet,
                           .predict = options->predict};
}

void program_note(const program_options *options, table *t)
{
    table_note(t, "program", "%s", options->name);
    table_note(t, "command", "%s", options->command);
    table_note(t, "seed", "%llu", (unsigned long long)options->seed);
    table_note(t, "threads", "%d", options->threads);
}

void program_say(const program_options *options, const char *format, ...)
{
    if (options->quiet)
        return;
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", options->name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}
