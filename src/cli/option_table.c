/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/option_table.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sort.h>

#include "cli/program.h"

static size_t count_rows(const option_row *rows) {
    size_t count = 0;
    while (rows[count].name) { count++; }
    return count;
}

static void *field_of(const option_row *row, const void *settings) {
    return (char *)(uintptr_t)settings + row->field;
}

/* --- the word auto --- */

static bool is_auto(const option_row *row, const void *field) {
    if (!(row->flags & OPTION_AUTO)) { return false; }
    return row->type == OPTION_COUNT ? *(const size_t *)field == OPTION_IS_AUTO
                                     : ((const option_list *)field)->count == 0;
}

static void set_auto(const option_row *row, void *field) {
    if (row->type == OPTION_COUNT) {
        *(size_t *)field = OPTION_IS_AUTO;
    } else {
        ((option_list *)field)->count = 0;
    }
}

/* --- values as text --- */

/* The file that was given in place of a number; NULL: none. */
static const char *file_of(const option_row *row, const void *settings) {
    return row->file > 0 ? *(const char *const *)((const char *)settings + row->file) : NULL;
}

/* Adds the field's value; digits: %.*g. Nothing if it was not given. */
static void add_value(const option_row *row, const void *settings, int digits, text *t) {
    const void *field = field_of(row, settings);
    const option_list *list = field;
    if (is_auto(row, field)) {
        text_add(t, "auto");
        return;
    }
    switch (row->type) {
    case OPTION_COUNT: text_add(t, "%zu", *(const size_t *)field); break;
    case OPTION_NUMBER: text_add(t, "%.*g", digits, *(const double *)field); break;
    case OPTION_COUNTS:
    case OPTION_NUMBERS:
        for (size_t k = 0; k < list->count; k++) {
            text_add(t, "%s%.*g", k ? "," : "", digits, list->values[k]);
        }
        break;
    case OPTION_WORD: text_add(t, "%s", row->words[*(const int *)field]); break;
    case OPTION_PATH:
        text_add(t, "%s", *(const char *const *)field ? *(const char *const *)field : "");
        break;
    case OPTION_HEADING: break;
    }
}

static bool is_set(const option_row *row, const void *settings) {
    const void *field = field_of(row, settings);
    switch (row->type) {
    case OPTION_COUNT: return *(const size_t *)field != 0;
    case OPTION_NUMBER: return *(const double *)field != 0;
    case OPTION_WORD: return *(const int *)field != 0;
    case OPTION_PATH: return *(const char *const *)field != NULL;
    default: return ((const option_list *)field)->count > 0;
    }
}

void option_table_describe(const option_row *rows, const void *settings, text *t) {
    for (; rows->name; rows++) {
        if (rows->type == OPTION_HEADING || rows->flags & OPTION_NO_VALUE) { continue; }
        if (rows->flags & OPTION_IF_SET && !is_set(rows, settings)) { continue; }
        text_add(t, " %s=", rows->name);
        add_value(rows, settings, 17, t);
    }
}

void option_table_note(const option_row *rows, const void *settings, table *t) {
    for (; rows->name; rows++) {
        if (rows->type == OPTION_HEADING) { continue; }
        char key[80];
        text value = {0};
        const char *file = file_of(rows, settings);
        snprintf(key, sizeof key, "--%s", rows->name);
        if (file) {
            text_add(&value, "%s", file);
        } else {
            add_value(rows, settings, 9, &value);
        }
        const char *bytes = text_bytes(&value);
        table_note(t, key, "%s", bytes && *bytes ? bytes : "not given");
        text_free(&value);
    }
}

/* --- help --- */

static const char *argument_of(const option_row *row) {
    static const char *const names[] = {
        [OPTION_COUNT] = "N",      [OPTION_NUMBER] = "X",  [OPTION_COUNTS] = "LIST",
        [OPTION_NUMBERS] = "LIST", [OPTION_WORD] = "WORD", [OPTION_PATH] = "FILE"};
    return names[row->type];
}

/* The help of a row with its default; the caller's, free(). NULL: no memory. */
static char *help_of(const option_row *row, const void *settings) {
    text help = {0}, value = {0};
    text_add(&help, "%s", row->help);
    for (size_t k = 0; row->type == OPTION_WORD && row->words[k]; k++) {
        text_add(&help, "%s%s", k == 0 ? ": " : row->words[k + 1] ? ", " : " or ", row->words[k]);
    }
    add_value(row, settings, 9, &value);
    bool shown = row->type != OPTION_HEADING && !(row->flags & OPTION_NO_DEFAULT);
    if (shown && value.used > 0) { text_add(&help, " (default %s)", text_bytes(&value)); }
    bool failed = help.failed || value.failed;
    text_free(&value);
    if (failed) { text_free(&help); }
    return help.bytes;
}

/* --- parsing --- */

/* Whether the argument is the name of a file that the row takes in place of a number. */
static bool is_file(const option_row *row, const char *argument) {
    const char *end = strrchr(argument, '.');
    return row->file > 0 && end && strcmp(end, ".npz") == 0;
}

static status parse_row(const option_row *row, const char *argument, void *settings) {
    void *field = field_of(row, settings);
    int above = (row->flags & OPTION_ABOVE_LOW) != 0, distinct = !(row->flags & OPTION_REPEATED);
    uint64_t low = (uint64_t)row->low, high = (uint64_t)row->high, count = 0;
    status st = OK;
    bool words = row->flags & OPTION_AUTO && strcmp(argument, "auto") == 0;
    if (is_file(row, argument)) {
        *(const char **)((char *)settings + row->file) = argument;
        return OK;
    }
    switch (words ? OPTION_HEADING : row->type) {
    case OPTION_COUNT:
        st = option_count(row->name, argument, low, high, &count);
        if (st == OK) { *(size_t *)field = count; }
        break;
    case OPTION_NUMBER:
        st = option_number(row->name, argument, row->low, row->high, above, field);
        break;
    case OPTION_COUNTS: st = option_counts(row->name, argument, low, high, field); break;
    case OPTION_NUMBERS:
        st = option_numbers(row->name, argument, row->low, row->high, above, distinct, field);
        break;
    case OPTION_WORD: st = option_word(row->name, argument, row->words, field); break;
    case OPTION_PATH: st = option_path(row->name, argument, field); break;
    case OPTION_HEADING: break;
    }
    if (words) { set_auto(row, field); }
    option_list *list = field;
    if (st == OK && row->flags & OPTION_ASCENDING) { gsl_sort(list->values, 1, list->count); }
    if (st == OK && row->given) { *((bool *)settings + row->given) = true; }
    return st;
}

/* Rows bound to the settings that they fill; argp's input while it parses. */
typedef struct {
    const option_row *rows;
    void *settings;
    struct argp_option *argp_options; /* owned, as are the helps */
    char **helps;
} bound_table;

static error_t parse(int key, char *argument, struct argp_state *state) {
    const bound_table *o = state->input;
    if (key < PROGRAM_OWN_KEY || (size_t)(key - PROGRAM_OWN_KEY) >= count_rows(o->rows)) {
        return ARGP_ERR_UNKNOWN;
    }
    const option_row *row = &o->rows[key - PROGRAM_OWN_KEY];
    return parse_row(row, argument, o->settings) == OK ? 0 : EINVAL;
}

/* What --help says of the rows. */
static status fill_helps(bound_table *o, size_t count) {
    int group = 1;
    for (size_t k = 0; k < count; k++) {
        const option_row *row = &o->rows[k];
        bool heading = row->type == OPTION_HEADING;
        o->helps[k] = help_of(row, o->settings);
        if (!o->helps[k]) { return FAILED; }
        group += heading && k > 0;
        o->argp_options[k] = (struct argp_option){.doc = o->helps[k], .group = group};
        if (heading) { continue; }
        o->argp_options[k].name = row->name;
        o->argp_options[k].key = PROGRAM_OWN_KEY + (int)k;
        o->argp_options[k].arg = argument_of(row);
    }
    return OK;
}

status option_table_parse(int argc, char **argv, const program_about *about, const option_row *rows,
                          void *settings, program_options *options) {
    size_t count = count_rows(rows);
    bound_table o = {rows, settings, calloc(count + 1, sizeof *o.argp_options),
                     calloc(count + 1, sizeof *o.helps)};
    const struct argp own = {.options = o.argp_options, .parser = parse};
    status st = o.argp_options && o.helps ? fill_helps(&o, count) : FAILED;
    if (st == OK) {
        st = program_parse(argc, argv, about, &own, &o, options);
    } else {
        fail(FAILED, "no memory for the options");
    }
    for (size_t k = 0; o.helps && o.helps[k]; k++) { free(o.helps[k]); }
    free(o.helps);
    free(o.argp_options);
    return st;
}
