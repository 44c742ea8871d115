/* bench-memory: peak memory of programs, each run with the command given. What is in the command
 * after "--repeats" is the row's repeats: memory does not grow with them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/bench.h"

#include <errno.h>
#include <math.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { MAX_WORDS = 64 };

extern char **environ;

/* Splits at blanks, in place; words: NULL-terminated. */
static status split(char *command, char **words) {
    size_t count = 0;
    char *rest = NULL;
    for (char *word = strtok_r(command, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        if (count + 1 == MAX_WORDS) {
            return fail(BAD_INPUT, "'%.60s': more than %d words", command, MAX_WORDS);
        }
        words[count++] = word;
    }
    words[count] = NULL;
    return count ? OK : fail(BAD_INPUT, "an empty command; give a program and its options");
}

static size_t repeats_of(char **words) {
    for (; *words; words++) {
        if (strcmp(*words, "--repeats") == 0 && words[1]) { return strtoul(words[1], NULL, 10); }
    }
    return 1;
}

/* Runs the command to its end; its exit code is its own affair (3: a statement was refuted) unless
 * it could not be run. */
static status run(char **words, double *mib) {
    pid_t child;
    int error = posix_spawn(&child, words[0], NULL, NULL, words, environ), state;
    if (error) { return fail(BAD_INPUT, "%s: cannot be run: %s", words[0], strerror(error)); }
    struct rusage used;
    if (wait4(child, &state, 0, &used) != child) {
        return fail(FAILED, "%s: %s", words[0], strerror(errno));
    }
    if (!WIFEXITED(state) || (WEXITSTATUS(state) != OK && WEXITSTATUS(state) != REFUTED)) {
        return fail(FAILED, "%s: failed; run it alone", words[0]);
    }
    *mib = (double)used.ru_maxrss / 1024;
    return OK;
}

static status measure(char *command, int threads, table *t) {
    char *words[MAX_WORDS];
    status s = split(command, words);
    if (s != OK) { return s; }
    const char *slash = strrchr(words[0], '/');
    bench_row row = {
        .bench = slash ? slash + 1 : words[0], .threads = threads, .repeats = repeats_of(words)};
    row.seconds = row.low = row.high = row.product = row.fraction = row.fraction_low =
        row.fraction_high = NAN;
    s = run(words, &row.mib);
    if (s == OK) { bench_report(t, &row); }
    return s;
}

int main(int argc, char **argv) {
    bench_options o;
    table *t = NULL;
    status s = bench_start(argc, argv, "Peak memory of commands", "COMMAND...", &o);
    if (s == OK) { s = (t = bench_table("bench-memory", o.threads)) ? OK : FAILED; }
    for (char **command = o.rest; s == OK && *command; command++) {
        s = measure(*command, o.threads, t);
    }
    if (s == OK) { s = table_write(t, o.out); }
    table_free(t);
    return bench_exit("bench-memory", s);
}
