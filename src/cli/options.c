/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

status option_path(const char *option, const char *text, const char **path) {
    if (!*text) {
        return fail(BAD_INPUT, "--%s: the name is empty; give a file or folder", option);
    }
    *path = text;
    return OK;
}

status option_number(const char *option, const char *text, double low, double high, int open_low,
                     double *value) {
    char *end;
    double x = strtod(text, &end);
    int number = end != text && *end == '\0' && !isspace((unsigned char)text[0]);
    if (number && isfinite(x) && x >= low && x <= high && !(open_low && x == low)) {
        *value = x;
        return OK;
    }
    return fail(BAD_INPUT, "--%s: '%.60s' %s; give a number in %s%g, %g]", option, text,
                number ? "is out of range" : "is not a number", open_low ? "(" : "[", low, high);
}

status option_count(const char *option, const char *text, uint64_t low, uint64_t high,
                    uint64_t *value) {
    char *end;
    errno = 0;
    unsigned long long x = strtoull(text, &end, 10);
    int digits = isdigit((unsigned char)text[0]) && *end == '\0';
    if (digits && errno == 0 && x >= low && x <= high) {
        *value = x;
        return OK;
    }
    return fail(BAD_INPUT, "--%s: '%.60s' %s; give a whole number from %llu to %llu", option, text,
                digits ? "is out of range" : "is not a whole number", (unsigned long long)low,
                (unsigned long long)high);
}

static status append(const char *option, double value, int distinct, option_list *list) {
    for (size_t k = 0; distinct && k < list->count; k++) {
        if (list->values[k] == value) {
            return fail(BAD_INPUT, "--%s: %g is given twice; name each value once", option, value);
        }
    }
    if (list->count == OPTION_LIST_MAX) {
        return fail(BAD_INPUT, "--%s: more than %d values; give fewer", option, OPTION_LIST_MAX);
    }
    list->values[list->count++] = value;
    return OK;
}

/* Copies the part of text up to the next comma into item; returns what follows the comma, NULL at
 * the end. */
static const char *next_item(const char *text, char *item, size_t size) {
    const char *comma = strchr(text, ',');
    size_t length = comma ? (size_t)(comma - text) : strlen(text);
    snprintf(item, size, "%.*s", (int)(length < size ? length : size - 1), text);
    return comma ? comma + 1 : NULL;
}

status option_numbers(const char *option, const char *text, double low, double high, int open_low,
                      int distinct, option_list *list) {
    *list = (option_list){.count = 0};
    char item[64];
    while (text) {
        double x;
        text = next_item(text, item, sizeof item);
        if (option_number(option, item, low, high, open_low, &x) != OK ||
            append(option, x, distinct, list) != OK) {
            return BAD_INPUT;
        }
    }
    return OK;
}

status option_counts(const char *option, const char *text, uint64_t low, uint64_t high,
                     option_list *list) {
    *list = (option_list){.count = 0};
    char item[64];
    while (text) {
        uint64_t x;
        text = next_item(text, item, sizeof item);
        if (option_count(option, item, low, high, &x) != OK ||
            append(option, (double)x, 1, list) != OK) {
            return BAD_INPUT;
        }
    }
    return OK;
}

status option_word(const char *option, const char *text, const char *const *words, int *index) {
    char known[200] = "";
    for (int k = 0; words[k]; k++) {
        if (strcmp(text, words[k]) == 0) {
            *index = k;
            return OK;
        }
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", k ? ", " : "", words[k]);
    }
    return fail(BAD_INPUT, "--%s: '%.60s' is not known; give one of: %s", option, text, known);
}

static size_t put(char *text, size_t size, size_t used, const char *part) {
    if (used < size) { snprintf(text + used, size - used, "%s", part); }
    return used + strlen(part);
}

size_t option_quote(char *text, size_t size, size_t used, const char *word) {
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%^";
    const bool bare = *word && word[strspn(word, plain)] == '\0';
    used = used ? put(text, size, used, " ") : 0;
    if (bare) { return put(text, size, used, word); }
    used = put(text, size, used, "'");
    for (char one[2] = ""; (one[0] = *word) != '\0'; word++) {
        used = put(text, size, used, *word == '\'' ? "'\\''" : one);
    }
    return put(text, size, used, "'");
}
