/* options: the texts of a command line turned into checked values. Every refusal names the option,
 * what it got and what it takes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"

#define OPTION_LIST_MAX 64

typedef struct {
    double values[OPTION_LIST_MAX];
    size_t count; /* 0: not given */
} option_list;

/* The name of a file or folder, not empty. *path keeps pointing into the command line. */
status option_path(const char *option, const char *text, const char **path);

/* A finite number in [low, high]; with open_low, in (low, high]. Nothing may follow it. */
status option_number(const char *option, const char *text, double low, double high, int open_low,
                     double *value);

/* A whole number in [low, high], written in decimal digits. */
status option_count(const char *option, const char *text, uint64_t low, uint64_t high,
                    uint64_t *value);

/* Numbers separated by commas, each as option_number takes it; with `distinct` the same value twice
 * is refused. */
status option_numbers(const char *option, const char *text, double low, double high, int open_low,
                      int distinct, option_list *list);
/* Whole numbers separated by commas, each in [low, high]; the same value twice is refused. */
status option_counts(const char *option, const char *text, uint64_t low, uint64_t high,
                     option_list *list);

/* One of `words` (NULL-terminated); index receives its place. */
status option_word(const char *option, const char *text, const char *const *words, int *index);

/* Appends a blank, unless text is empty, and the word as a shell takes it: in quotes if it has to
 * be. `used` bytes of text (size) are taken; returns how many then are. From `size` on the word was
 * cut and the rest is not written. */
size_t option_quote(char *text, size_t size, size_t used, const char *word);

#endif
