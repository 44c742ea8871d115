/* Growing text, written piece by piece.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Zeroed: empty. Once memory is short it stays `failed`, and text_bytes is NULL. */
typedef struct {
    char *bytes; /* (used + 1) with a 0 at its end; owned */
    size_t used, room;
    bool failed;
} text;

void text_add(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_list(text *t, const char *format, va_list arguments);
/* The whole text, "" if nothing was added; NULL and a kept line if memory was short. Borrowed. */
const char *text_bytes(const text *t);
void text_free(text *t); /* safe on a zeroed one */

#endif
