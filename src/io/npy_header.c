/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/npy_header.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const char *where; /* start of every message */
    const char *start, *at, *end;
} cursor;

static const struct {
    char name[3];
    size_t item;
} types[] = {{"f4", 4}, {"f8", 8}, {"i1", 1}, {"i2", 2}, {"i4", 4}, {"i8", 8},
             {"u1", 1}, {"u2", 2}, {"u4", 4}, {"u8", 8}, {"b1", 1}};

static status broken(const cursor *c, const char *expected) {
    return fail(
        BAD_INPUT,
        "%s: broken header, %s expected at its byte %td; write the array again with numpy.savez",
        c->where, expected, c->at - c->start);
}

/* The next character that is not white space, without taking it; 0 at the end. */
static char peek(cursor *c) {
    while (c->at < c->end &&
           (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r')) {
        c->at++;
    }
    return c->at < c->end ? *c->at : '\0';
}

static bool take(cursor *c, char wanted) {
    if (peek(c) != wanted || c->at == c->end) { return false; }
    c->at++;
    return true;
}

static bool take_word(cursor *c, const char *word) {
    size_t length = strlen(word);
    peek(c);
    if ((size_t)(c->end - c->at) < length || memcmp(c->at, word, length) != 0) { return false; }
    c->at += length;
    return true;
}

/* A quoted string of fewer than `size` printable ASCII characters without escapes. */
static bool take_string(cursor *c, char *text, size_t size) {
    char quote = peek(c);
    if (quote != '\'' && quote != '"') { return false; }
    c->at++;
    for (size_t used = 0; c->at < c->end && used < size; used++) {
        char letter = *c->at++;
        if (letter == quote) {
            text[used] = '\0';
            return true;
        }
        if (letter < ' ' || letter > '~' || letter == '\\') { return false; }
        text[used] = letter;
    }
    return false;
}

static status parse_type(cursor *c, npy_header *header) {
    char first = peek(c), text[32];
    if (first == '[' || first == '(' || first == '{') {
        return fail(BAD_INPUT,
                    "%s: has a structured dtype; save each field as an array of its own, float32 "
                    "or float64",
                    c->where);
    }
    if (!take_string(c, text, sizeof text)) { return broken(c, "a dtype such as '<f4'"); }
    for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
        if (!text[0] || strcmp(text + 1, types[k].name) != 0) { continue; }
        if (text[0] == '<' || (text[0] == '|' && types[k].item == 1)) {
            memcpy(header->type, types[k].name, sizeof types[k].name);
            header->item = types[k].item;
            return OK;
        }
        if (text[0] == '>') {
            return fail(BAD_INPUT, "%s: dtype '%s' is big-endian; convert it with .astype('<%s')",
                        c->where, text, types[k].name);
        }
    }
    if (strchr(text, 'O')) {
        return fail(BAD_INPUT,
                    "%s: dtype '%s' holds Python objects; convert it with .astype('float32')",
                    c->where, text);
    }
    return fail(BAD_INPUT,
                "%s: dtype '%s' is not taken (f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1 are); "
                "convert it with .astype('float32')",
                c->where, text);
}

static status parse_order(cursor *c, npy_header *header) {
    header->fortran = take_word(c, "True");
    return header->fortran || take_word(c, "False") ? OK : broken(c, "True or False");
}

/* One length: decimal digits, perhaps with the L of Python 2. */
static status parse_length(cursor *c, size_t *length) {
    if (peek(c) == '-') {
        return fail(BAD_INPUT,
                    "%s: negative length in its shape; write the array again with numpy.savez",
                    c->where);
    }
    if (c->at == c->end || *c->at < '0' || *c->at > '9') { return broken(c, "a length"); }
    size_t value = 0;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
        if (__builtin_mul_overflow(value, (size_t)10, &value) ||
            __builtin_add_overflow(value, (size_t)(*c->at - '0'), &value)) {
            return fail(
                BAD_INPUT,
                "%s: its shape has a length beyond 64 bits; write the array again with numpy.savez",
                c->where);
        }
    }
    if (c->at < c->end && *c->at == 'L') { c->at++; }
    *length = value;
    return OK;
}

/* A tuple: (), (3,), (3, 4) or (3, 4,). The product of its lengths becomes the count. */
static status parse_shape(cursor *c, npy_header *header) {
    /* of the array in memory, so that nothing derived from it overflows later */
    size_t bytes = sizeof(double);
    header->count = 1;
    if (!take(c, '(')) { return broken(c, "a shape such as (3, 4)"); }
    while (!take(c, ')')) {
        size_t length = 0;
        status st = parse_length(c, &length);
        if (st != OK) { return st; }
        if (header->rank == NPY_MAX_RANK) {
            return fail(BAD_INPUT, "%s: has more than %d dimensions; reshape it", c->where,
                        NPY_MAX_RANK);
        }
        header->shape[header->rank++] = length;
        if (__builtin_mul_overflow(bytes, length, &bytes) || bytes > PTRDIFF_MAX) {
            return fail(BAD_INPUT,
                        "%s: its shape holds more entries than can be addressed; "
                        "write the array again with numpy.savez",
                        c->where);
        }
        header->count *= length;
        bool comma = take(c, ',');
        if (!comma && (header->rank == 1 || peek(c) != ')')) { return broken(c, "a comma"); }
    }
    return OK;
}

/* One `key: value` of the dict; `seen` counts the three keys, none of which may come twice. */
static status parse_entry(cursor *c, npy_header *header, bool seen[3]) {
    static const char *const keys[3] = {"descr", "fortran_order", "shape"};
    static status (*const parsers[3])(cursor *, npy_header *) = {parse_type, parse_order,
                                                                 parse_shape};
    char key[16];
    if (!take_string(c, key, sizeof key)) { return broken(c, "a key in quotes"); }
    for (int k = 0; k < 3; k++) {
        if (strcmp(key, keys[k]) != 0) { continue; }
        if (seen[k]) { return broken(c, "each key once"); }
        seen[k] = true;
        return take(c, ':') ? parsers[k](c, header) : broken(c, "a colon");
    }
    return broken(c, "one of the keys descr, fortran_order, shape");
}

status npy_header_parse(const char *where, const char *text, size_t length, npy_header *header) {
    cursor c = {where, text, text, text + length};
    bool seen[3] = {false, false, false};
    *header = (npy_header){.shape = {1, 1, 1, 1}};
    if (!take(&c, '{')) { return broken(&c, "{"); }
    while (!take(&c, '}')) {
        status st = parse_entry(&c, header, seen);
        if (st != OK) { return st; }
        if (!take(&c, ',') && peek(&c) != '}') { return broken(&c, "a comma or }"); }
    }
    if (!seen[0] || !seen[1] || !seen[2]) {
        return broken(&c, "each of the keys descr, fortran_order, shape");
    }
    peek(&c);
    return c.at == c.end ? OK : broken(&c, "the end");
}

size_t npy_header_write(const npy_output *array, char *text) {
    enum { PRELUDE = 10, BLOCK = 64 };
    char *dict = text + PRELUDE;
    size_t room = NPY_HEADER_ROOM - PRELUDE;
    size_t used = (size_t)snprintf(
        dict, room, "{'descr': '<%s', 'fortran_order': False, 'shape': (", array->type);
    for (int r = 0; r < array->rank; r++) {
        used += (size_t)snprintf(dict + used, room - used, r ? ", %zu" : "%zu", array->shape[r]);
    }
    used += (size_t)snprintf(dict + used, room - used, array->rank == 1 ? ",), }" : "), }");
    size_t total = (PRELUDE + used + 1 + BLOCK - 1) / BLOCK * BLOCK; /* 1: the newline at the end */
    memset(dict + used, ' ', total - PRELUDE - used);
    text[total - 1] = '\n';
    memcpy(text, "\x93NUMPY\x01\x00", 8);
    text[8] = (char)((total - PRELUDE) & 0xff);
    text[9] = (char)((total - PRELUDE) >> 8);
    return total;
}
