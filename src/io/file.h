/* Files that are whole or not there.
 *
 * What is written goes to a temporary name in the same folder and is renamed when it is complete: a
 * reader, and a run that was killed, see the old file or the new one, never a part.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IO_FILE_H
#define IO_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"

/* Makes the folder and those above it that are missing. FAILED with path and reason. */
status folder_make(const char *path);

/* Writes `size` bytes to `path`; its folder is made if missing. A symbolic link is followed; what
 * is not a regular file is refused. On return the file is on the disk. FAILED with path and reason;
 * nothing is left behind. */
status file_write_whole(const char *path, const void *bytes, size_t size);

/* The same without waiting for the disk: after a power cut the file may be gone or cut short, which
 * its reader must notice by itself (a checksum). */
status file_write_unsynced(const char *path, const void *bytes, size_t size);

/* Reads the regular file `path` of at most `limit` bytes; *bytes has one 0 byte after its *size
 * bytes; owner: the caller, free(). BAD_INPUT with path and reason. */
status file_read_whole(const char *path, size_t limit, char **bytes, size_t *size);

/* --- for writers with a stream of their own --- */

typedef struct {
    char *target;    /* the name to be: `path`, or where the link at `path` points; owned */
    char *temporary; /* where to write, does not exist yet; owned */
} file_draft;

/* Makes the folder that `path` lies in if it is missing, and chooses the names. FAILED with path and
 * reason. */
status file_begin(const char *path, file_draft *draft);

/* If s is OK, the temporary file, written and closed, becomes the target (synced: once it is on the
 * disk); otherwise it is removed. Frees the names. Returns s, or FAILED with path and reason. */
status file_end(status s, const char *path, bool synced, file_draft *draft);

#endif
