/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"

#include "base/memory.h"

#include <ctype.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes; for SMALL arrays the memory that is free is not asked for. */
enum { ALIGNMENT = 64, SMALL = 1 << 24 };

static _Thread_local char line[1024];

status fail(status st, const char *format, ...) {
    char text[sizeof line]; /* the arguments may point into `line` */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (char *c = text; *c; c++) { /* a path may hold anything; the line stays one */
        *c = iscntrl((unsigned char)*c) ? '?' : *c;
    }
    memcpy(line, text, sizeof line);
    return st;
}

const char *error_text(void) { return line; }

/* Zeroed, and so really taken: a system that overcommits gives pages when they are written. */
static void *allocate_now(size_t bytes, const char *what) {
    void *memory = aligned_alloc(ALIGNMENT, bytes);
    if (!memory) {
        fail(FAILED,
             "%s: no memory for %zu bytes; take fewer samples, a smaller width or fewer threads",
             what, bytes);
        return NULL;
    }
    return memset(memory, 0, bytes);
}

void *allocate(size_t count, size_t size, const char *what) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - ALIGNMENT) {
        fail(FAILED, "%s: %zu x %zu bytes are more than can be addressed", what, count, size);
        return NULL;
    }
    bytes = (bytes + ALIGNMENT) / ALIGNMENT * ALIGNMENT; /* never 0 */
    if (bytes <= SMALL) { return allocate_now(bytes, what); }
    static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&one_at_a_time); /* what a thread takes is gone when the next one looks */
    const double available = memory_available();
    void *memory = NULL;
    if (available > 0 && (double)bytes > available) {
        fail(FAILED,
             "%s: %.3g GB of memory are needed, %.3g GB are free; take fewer samples, a smaller "
             "width or fewer "
             "threads",
             what, 1e-9 * (double)bytes, 1e-9 * available);
    } else {
        memory = allocate_now(bytes, what);
    }
    pthread_mutex_unlock(&one_at_a_time);
    return memory;
}
