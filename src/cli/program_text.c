/* What a program says of itself and of those beside it: notes, lines, commands.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/program.h"

void program_beside(const program_options *options, const char *name, char *path, size_t size) {
    const char *called = options->called ? options->called : "", *slash = strrchr(called, '/');
    snprintf(path, size, "%.*s%s", slash ? (int)(slash + 1 - called) : 0, called, name);
}

void program_note(const program_options *options, table *t) {
    table_note(t, "program", "%s", options->name);
    table_note(t, "command", "%s", options->command);
    table_note(t, "seed", "%llu", (unsigned long long)options->seed);
    table_note(t, "threads", "%d", options->threads);
}

void program_say(const program_options *options, const char *format, ...) {
    if (options->quiet || options->brief) { return; }
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", options->name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}
