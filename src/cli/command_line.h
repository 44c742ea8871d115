/* command_line: a command line as argp reads it, with every refusal a line of ours.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CLI_COMMAND_LINE_H
#define CLI_COMMAND_LINE_H

#include <argp.h>
#include "base/error.h"

/* The option that argp takes `argument` for ("--name" or "--name=value", abbreviated or not); NULL
 * if it is none or several. */
const struct argp_option *command_line_option(const struct argp *argp, const char *argument);

/* BAD_INPUT if an option is given twice: one of its values would be hidden. */
status command_line_once(const struct argp *argp, int argc, char **argv);

/* argp_parse() with `input` for its parsers and getopt's own complaints caught: the first line of
 * them becomes error_text(), status BAD_INPUT. --help and --version print and exit 0; or, if
 * standard output cannot take it, FAILED, with a line that begins with the program's `name`. */
status command_line_parse(const struct argp *argp, int argc, char **argv, const char *name,
                          void *input);

/* Standard output may hold the answer (--help, --predict): FAILED if it could not be delivered. */
status command_line_output(void);

#endif
