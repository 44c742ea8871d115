/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"

/* Room for `more` bytes and a 0 behind what is there. */
static bool make_room(text *t, size_t more) {
    if (t->failed) { return false; }
    if (t->used + more < t->room) { return true; }
    size_t room = 2 * (t->used + more + 32);
    char *grown = realloc(t->bytes, room);
    t->failed = grown == NULL;
    if (t->failed) { return false; }
    t->bytes = grown;
    t->room = room;
    return true;
}

void text_add_list(text *t, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    if (length < 0) { t->failed = true; }
    if (make_room(t, (size_t)length)) {
        vsnprintf(t->bytes + t->used, t->room - t->used, format, again);
        t->used += (size_t)length;
    }
    va_end(again);
}

void text_add(text *t, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    text_add_list(t, format, arguments);
    va_end(arguments);
}

const char *text_bytes(const text *t) {
    if (t->failed) {
        fail(FAILED, "no memory for a text");
        return NULL;
    }
    return t->bytes ? t->bytes : "";
}

void text_free(text *t) {
    free(t->bytes);
    *t = (text){0};
}
