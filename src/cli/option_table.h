/* Options of a program as a table: parsing, --help with true defaults, provenance and the text that
 * fingerprints the settings all come from its rows.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CLI_OPTION_TABLE_H
#define CLI_OPTION_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include "cli/options.h"
#include "cli/program.h"
#include "io/table.h"
#include "base/text.h"

typedef enum {
    OPTION_HEADING, /* no option: `help` is the heading of the rows below */
    OPTION_COUNT,   /* size_t, a whole number in [low, high] */
    OPTION_NUMBER,  /* double in [low, high] */
    OPTION_COUNTS,  /* option_list of whole numbers, each once */
    OPTION_NUMBERS, /* option_list of numbers, each once */
    OPTION_WORD,    /* int: which of `words` */
    OPTION_PATH     /* const char *; NULL: not given */
} option_type;

enum {
    OPTION_ABOVE_LOW = 1,   /* low itself is refused */
    OPTION_ASCENDING = 2,   /* a list is sorted */
    OPTION_REPEATED = 4,    /* a list may hold a value twice */
    OPTION_NO_VALUE = 8,    /* decides no value of a unit: not in the text of the settings */
    OPTION_NO_DEFAULT = 16, /* `help` says itself what holds where it is not given */
    OPTION_AUTO = 32,       /* of OPTION_COUNT and OPTION_NUMBERS: the word auto is taken too */
    OPTION_IF_SET = 64      /* in the text of the settings only where it is not 0 or NULL */
};

/* What `auto` leaves in the field of an OPTION_COUNT; of OPTION_NUMBERS: no values. */
#define OPTION_IS_AUTO SIZE_MAX

typedef struct {
    const char *name; /* without "--"; NULL ends the table, "" is a heading */
    option_type type;
    size_t field; /* offsetof() in the settings */
    double low, high;
    const char *help;
    unsigned flags;           /* OPTION_ABOVE_LOW | ... */
    const char *const *words; /* of OPTION_WORD, NULL-terminated */
    size_t given; /* offsetof() of a bool that is set when the option is given; 0: none */
    size_t file; /* of OPTION_COUNT: offsetof() of a const char * that a name ending in .npz goes to
                     in place of a number; 0: none */
} option_row;

/* program_parse with options of the program's own: rows fill settings, which hold the defaults at
 * first. BAD_INPUT, as there; FAILED: no memory. */
status option_table_parse(int argc, char **argv, const program_about *about, const option_row *rows,
                          void *settings, program_options *options);

/* Adds " name=value" of every row that decides values, in the table's order. */
void option_table_describe(const option_row *rows, const void *settings, text *t);

/* A provenance line "# --name: value" for every row. */
void option_table_note(const option_row *rows, const void *settings, table *t);

#endif
