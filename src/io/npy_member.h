/* One member of a .npz (a zip archive) while it is read with libzip. Used by npy.c
 * alone.
 *
 * What the archive's directory says of a member is checked before anything is taken for it; the
 * bytes are checked against size and checksum of the directory. The headers that stand before the
 * members' data are not compared with it: archives written to a pipe, by Info-ZIP and by most
 * libraries leave size and checksum out there.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IO_NPY_MEMBER_H
#define IO_NPY_MEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <zip.h>
#include "base/error.h"

typedef struct {
    char where[900];  /* "path: array 'name'", the start of every message */
    size_t left;      /* bytes of the member that are still to come */
    zip_t *zip;       /* owned */
    zip_file_t *file; /* owned */
} npy_member;

/* Opens the member NAME.npy or NAME of the archive `path`. Members of that name twice are taken if
 * they are the same (size and checksum). BAD_INPUT: no zip archive; no such member, with those that
 * are there; several that differ; encrypted; compressed otherwise than by deflate; more than 64
 * GiB; sizes that cannot be. Closed by the caller, also after a failure. */
status npy_member_open(const char *path, const char *name, npy_member *m);
void npy_member_close(npy_member *m);

/* The next `size` bytes. BAD_INPUT if fewer are left, or the data cannot be read. */
status npy_member_bytes(npy_member *m, void *bytes, size_t size);

/* BAD_INPUT unless all bytes were taken, no more follow, and the checksum is right. */
status npy_member_end(npy_member *m);

/* Whether the archive has a member NAME.npy or NAME; false also if it cannot be read. */
bool npy_member_exists(const char *path, const char *name);

#endif
