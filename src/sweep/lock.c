/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { REPETITION_BITS = 31, CELL_BITS = 31 }; /* of an offset, which has 63 */

/* FOLDER/.lock; NULL if there is no memory. */
static char *path_in(const char *folder) {
    char *path;
    return asprintf(&path, "%s/.lock", folder) < 0 ? NULL : path;
}

int lock_open(const char *folder) {
    char *path = path_in(folder);
    if (!path) { return -1; }
    const int locks = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    free(path);
    return locks;
}

void lock_close(int locks) {
    if (locks >= 0) { close(locks); }
}

void lock_forget(const char *folder) {
    char *path = path_in(folder);
    if (path) { unlink(path); /* may not exist */ }
    free(path);
}

/* The byte of a unit; units beyond the offsets there are share one with others, which only makes
 * them wait. */
static struct flock byte_of(short type, size_t cell, size_t repetition) {
    const size_t offset = (cell & (((size_t)1 << CELL_BITS) - 1)) << REPETITION_BITS |
                          (repetition & (((size_t)1 << REPETITION_BITS) - 1));
    return (struct flock){
        .l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)offset, .l_len = 1};
}

/* Locks of the open file, not of the process: they hold among all threads, and no other close()
 * drops them. */
bool lock_take(int locks, size_t cell, size_t repetition) {
    struct flock range = byte_of(F_WRLCK, cell, repetition);
    return locks < 0 || fcntl(locks, F_OFD_SETLK, &range) == 0 ||
           (errno != EAGAIN && errno != EACCES);
}

void lock_drop(int locks, size_t cell, size_t repetition) {
    struct flock range = byte_of(F_UNLCK, cell, repetition);
    if (locks >= 0) {
        fcntl(locks, F_OFD_SETLK, &range); /* fails only where locks are not known */
    }
}

bool lock_others(int locks) {
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return locks >= 0 && fcntl(locks, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
}
