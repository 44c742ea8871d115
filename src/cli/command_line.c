/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command_line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/program.h"

/* What a word of the command line may stand for: the option of that name, or those that begin with
 * it. */
typedef struct {
    const char *word; /* without "--" */
    size_t length;    /* up to '=' */
    const struct argp_option *option;
    size_t count;
} candidates;

static void find_options(const struct argp *argp, candidates *c) {
    for (const struct argp_option *o = argp->options; o && (o->name || o->key || o->doc); o++) {
        if (!o->name || strncmp(o->name, c->word, c->length) != 0 ||
            (c->option && !c->option->name[c->length])) {
            continue;
        }
        c->option = o;
        c->count = o->name[c->length] ? c->count + 1 : 1;
    }
    for (const struct argp_child *child = argp->children; child && child->argp; child++) {
        find_options(child->argp, c);
    }
}

const struct argp_option *command_line_option(const struct argp *argp, const char *argument) {
    if (strncmp(argument, "--", 2) != 0) { return NULL; }
    candidates c = {.word = argument + 2, .length = strcspn(argument + 2, "=")};
    find_options(argp, &c);
    return c.count == 1 ? c.option : NULL;
}

status command_line_once(const struct argp *argp, int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        const struct argp_option *option = command_line_option(argp, argv[i]);
        for (int j = 1; option && j < i; j++) {
            if (command_line_option(argp, argv[j]) == option) {
                return fail(BAD_INPUT, "--%s is given twice; give it once", option->name);
            }
        }
    }
    return OK;
}

status command_line_output(void) {
    int error = fflush(stdout) != 0 ? errno : ferror(stdout) ? EIO : 0;
    return error ? fail(FAILED, "standard output: cannot be written: %s; send it elsewhere",
                        strerror(error))
                 : OK;
}

/* The program whose command line argp reads, and ends the process by exit(0) after --help. */
static struct {
    const char *name; /* NULL: argp does not read */
    FILE *terminal;
} reading;

static void check_help(void) {
    if (!reading.name || command_line_output() == OK) { return; }
    fprintf(reading.terminal, "%s: %s\n", reading.name, error_text());
    _exit(FAILED);
}

status command_line_parse(const struct argp *argp, int argc, char **argv, const char *name,
                          void *input) {
    char *caught = NULL;
    size_t size = 0;
    FILE *terminal = stderr, *memory = open_memstream(&caught, &size);
    if (!memory) { return fail(FAILED, "no memory to read the command line"); }
    fail(OK, "%s", "");
    atexit(check_help);
    reading.name = name;
    reading.terminal = terminal;
    stderr = memory;
    error_t error = argp_parse(argp, argc, argv, 0, NULL, input);
    stderr = terminal;
    reading.name = NULL;
    fclose(memory);
    if (error && !*error_text()) {
        const char *line = strstr(caught, ": ");
        line = line ? line + 2 : "wrong use";
        fail(BAD_INPUT, "%.*s; %ssee --help", (int)strcspn(line, "\n"), line,
             strstr(line, "'--masks") ? "masks of your own are taken by " PROGRAMS_WITH_MASKS "; "
                                      : "");
    }
    free(caught);
    return error ? BAD_INPUT : OK;
}
