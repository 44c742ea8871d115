/* fuzz: what the harnesses of this folder share. Each is a program of libFuzzer, which calls its
 * function with bytes of its choice: they may be refused in one line, or taken, but then must hold
 * what the reader promises.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Ends the process where a promise is broken; libFuzzer keeps the input. */
static inline void promise(int holds, const char *text) {
    if (!holds) {
        fprintf(stderr, "broken: %s (line: '%s')\n", text, error_text());
        abort();
    }
}

/* A refusal is a line, and one line. */
static inline void promise_line(void) {
    promise(*error_text() && !strpbrk(error_text(), "\r\n"), "a refusal says one line");
}

/* Path of a file in memory that holds these bytes until the next call. */
static inline const char *fuzz_file(const void *bytes, size_t size) {
    static int file = -1;
    static char path[64];
    if (file < 0) { file = memfd_create("fuzz", MFD_CLOEXEC); }
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    promise(file >= 0 && ftruncate(file, 0) == 0 && pwrite(file, bytes, size, 0) == (ssize_t)size,
            "a file in memory");
    return path;
}

#endif
