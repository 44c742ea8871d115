/* Fingerprint: SHA-256 over all that decides the bytes of a unit of work, and over the files it
 * reads.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SWEEP_FINGERPRINT_H
#define SWEEP_FINGERPRINT_H

#include <stdbool.h>
#include <sys/stat.h>
#include "base/error.h"

/* 64 hex digits over the code and constants of the executable `path`, without its debugging
 * information: a comment that moved discards no unit. BAD_INPUT with path and reason. */
status fingerprint_code(const char *path, char fingerprint[65]);

/* 64 hex digits over program, the running executable's code, precision and settings. FAILED if it
 * cannot be read. */
status fingerprint_of(const char *program, const char *settings, char fingerprint[65]);

/* A file as it stands before it is read. */
typedef struct {
    struct stat facts;
    bool there;
} file_mark;

file_mark fingerprint_mark(const char *path);

/* 64 hex digits over the bytes of the regular file `path`, after it was read: BAD_INPUT with path
 * and reason if it cannot be read or is not the file that was marked, so that they would be those
 * of other bytes. */
status fingerprint_file(const char *path, const file_mark *before, char fingerprint[65]);

#endif
