#include "run/error.h"

#include "run/memory.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local char line[1024];

status fail(status s, const char *format, ...)
{
    char text[sizeof line]; /* the arguments may point into `line` */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (char *c = text; *c; c++) /* a path or an option's text may hold anything; the line stays one */
        *c = iscntrl((unsigned char)*c) ? '?' : *c;
    memcpy(line, text, sizeof line);
    return s;
}

const char *error_text(void)
{
    return line;
}

void *allocate(size_t count, size_t size, const char *what)
{
    enum { ALIGNMENT = 64, SMALL = 1 << 24 }; /* bytes that are not worth a look at what is free */
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - ALIGNMENT) {
        fail(FAILED, "%s: %zu x %zu bytes are more than can be addressed", what, count, size);
        return NULL;
    }
    bytes = (bytes + ALIGNMENT) / ALIGNMENT * ALIGNMENT; /* never 0 */
    double available = bytes > SMALL ? memory_available() : 0;
    if (available > 0 && (double)bytes > available) {
        fail(FAILED, "%s: %.3g GB of memory are needed, %.3g GB are free; take fewer samples, a smaller width or fewer "
             "threads", what, 1e-9 * (double)bytes, 1e-9 * available);
        return NULL;
    }
    void *memory = aligned_alloc(ALIGNMENT, bytes);
    if (!memory) {
        fail(FAILED, "%s: no memory for %zu bytes; take fewer samples, a smaller width or fewer threads", what, bytes);
        return NULL;
    }
    return memset(memory, 0, bytes);
}
